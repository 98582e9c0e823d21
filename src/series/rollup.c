/* Roll-ups. A block holds the steps of one point and day. With decimal values everything is an integer: the
 * minimum as a difference to what the step before lets expect, the other columns as differences to the
 * minimum, so a quiet hour costs about four bytes. Sums are integers too, so a sum may differ from adding up
 * doubles in the last place. Values that are not decimals are stored raw. */
#include "rollup.h"
#include "base/clock.h"
#include "base/rc.h"
#include "wire.h"
#include <math.h>
#include <stdlib.h>

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

void steps_push(Steps *s, const SeriesStep *step)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 32;
        s->p = must(realloc(s->p, s->cap * sizeof *s->p));
    }
    s->p[s->n++] = *step;
}

void steps_free(Steps *s)
{
    free(s->p);
    *s = (Steps){0};
}

void step_join(SeriesStep *a, const SeriesStep *b)
{
    if (b->min < a->min) a->min = b->min;
    if (b->max > a->max) a->max = b->max;
    a->sum += b->sum;
    if (b->last_t >= a->last_t) {
        a->last = b->last;
        a->last_t = b->last_t;
    }
    a->count += b->count;
    if (b->q > a->q) a->q = b->q;
}

void steps_of_rows(Steps *out, const SeriesRow *rows, size_t n, int64_t width)
{
    int64_t end = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const SeriesRow *r = &rows[i];
        if (row_bad(r)) continue;
        SeriesStep one = {r->t, r->v, r->v, r->v, r->v, r->t, 1, r->q};
        if (r->t < end) {
            step_join(&out->p[out->n - 1], &one);
            continue;
        }
        one.t = civil_step(r->t, width);
        end = one.t + width;
        steps_push(out, &one);
    }
}

void steps_widen(Steps *out, const SeriesStep *in, size_t n, int64_t width)
{
    for (size_t i = 0; i < n; i++) {
        SeriesStep one = in[i];
        one.t = civil_step(in[i].t, width);
        if (out->n && out->p[out->n - 1].t == one.t) step_join(&out->p[out->n - 1], &one);
        else steps_push(out, &one);
    }
}

void steps_merge(Steps *out, const Steps *a, const Steps *b)
{
    size_t i = 0, k = 0;
    while (i < a->n || k < b->n) {
        bool from_a = k == b->n || (i < a->n && a->p[i].t <= b->p[k].t);
        const SeriesStep *one = from_a ? &a->p[i++] : &b->p[k++];
        if (out->n && out->p[out->n - 1].t == one->t) step_join(&out->p[out->n - 1], one);
        else steps_push(out, one);
    }
}

/* ---- Columns ---- */
/* A block is short, so the statistics follow fast, and the first step is written plainly and starts them. */
enum { COL_INDEX, COL_COUNT, COL_LAST_T, COL_MIN, COL_RANGE, COL_LAST, COL_SUM, COLS, COL_SPEED = 2 };
typedef struct Columns {
    uint32_t mean[COLS];
    bool first;
    int64_t index, count, late;
    int64_t last, range; /* of the step before, scaled */
    uint8_t q;
} Columns;
static const Columns columns_start = {.first = true, .index = -1};

static void start_mean(Columns *c, int column, uint64_t v)
{
    c->mean[column] = (uint32_t)(v < 1 << 20 ? v : 1 << 20) << COL_SPEED;
}

static void put_column(BitsOut *o, Columns *c, int column, uint64_t v)
{
    uint32_t *mean = &c->mean[column];
    if (c->first) {
        bits_put_wide(o, v);
        if (column >= COL_RANGE) start_mean(c, column, v);
    } else if (!rice_put(o, mean, v, COL_SPEED)) {
        bits_put_wide(o, v);
        rice_note(mean, v, COL_SPEED);
    }
}

static uint64_t get_column(BitsIn *in, Columns *c, int column)
{
    uint32_t *mean = &c->mean[column];
    uint64_t v;
    if (c->first) {
        v = bits_get_wide(in);
        if (column >= COL_RANGE) start_mean(c, column, v);
    } else if (!rice_get(in, mean, &v, COL_SPEED)) {
        v = bits_get_wide(in);
        rice_note(mean, v, COL_SPEED);
    }
    return v;
}

typedef struct Scaled {
    int64_t min, max, last, sum;
} Scaled;

static bool scale_step(const SeriesStep *s, uint8_t d, Scaled *out)
{
    double sum = s->sum / codec_value_unscale(1, d);
    if (!codec_value_scale(s->min, d, &out->min) || !codec_value_scale(s->max, d, &out->max) ||
        !codec_value_scale(s->last, d, &out->last))
        return false;
    double most = fmax(fabs((double)out->min), fabs((double)out->max)) * s->count;
    if (!(most < 1e18) || !(fabs(sum) < 4e15)) return false;
    out->sum = llround(sum);
    return fabs((double)out->sum - sum) <=
           1e-9 + most * 1e-12; /* no more than adding up doubles may be off */
}

static uint8_t choose_mode(const SeriesStep *steps, size_t n)
{
    uint8_t mode = 0;
    Scaled s;
    for (size_t i = 0; i < n; i++)
        while (!scale_step(&steps[i], mode, &s))
            if (++mode > CODEC_DECIMALS) return CODEC_XOR;
    for (size_t i = 0; i < n; i++)
        if (!scale_step(&steps[i], mode, &s)) return CODEC_XOR;
    return mode;
}

/* Where the next values are expected: about the last one, half the last range below it at the least; and the
 * mean between the extremes and the ends. Wraps with hostile bytes. */
static uint64_t expected_min(const Columns *c)
{
    return (uint64_t)c->last - (uint64_t)c->range / 2;
}

static uint64_t expected_sum(const Columns *c, const Scaled *s, uint64_t count)
{
    uint64_t before = c->first ? (uint64_t)s->min : (uint64_t)c->last;
    int64_t above = (int64_t)(before - (uint64_t)s->min),
            range = (int64_t)((uint64_t)s->max - (uint64_t)s->min);
    if (above < 0) above = 0;
    if (above > range) above = range;
    uint64_t quarter = ((uint64_t)range + (uint64_t)above + ((uint64_t)s->last - (uint64_t)s->min)) / 4;
    return ((uint64_t)s->min + quarter) * count;
}

static void note_step(Columns *c, const Scaled *s)
{
    uint64_t range = (uint64_t)s->max - (uint64_t)s->min;
    if (c->first) start_mean(c, COL_MIN, range);
    c->last = s->last;
    c->range = (int64_t)range;
}

static void put_decimal(BitsOut *o, Columns *c, const SeriesStep *step, uint8_t mode)
{
    Scaled s;
    ENSURE(scale_step(step, mode, &s));
    put_column(o, c, COL_MIN, zigzag((int64_t)((uint64_t)s.min - expected_min(c))));
    put_column(o, c, COL_RANGE, (uint64_t)(s.max - s.min));
    put_column(o, c, COL_LAST, (uint64_t)(s.last - s.min));
    put_column(o, c, COL_SUM, zigzag((int64_t)((uint64_t)s.sum - expected_sum(c, &s, step->count))));
    note_step(c, &s);
}

static void put_raw(BitsOut *o, const SeriesStep *step)
{
    const double v[4] = {step->min, step->max, step->last, step->sum};
    for (int i = 0; i < 4; i++) {
        uint64_t u;
        memcpy(&u, &v[i], 8);
        bits_put64(o, u);
    }
}

static bool whole_seconds(const SeriesStep *steps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (steps[i].last_t % MS_SECOND != 0) return false;
    return true;
}

/* One bit for a step that follows the one before, with as many readings of the same quality; then when the
 * last reading came. */
static void put_frame(BitsOut *o, Columns *c, const int64_t frame[3], uint8_t q)
{
    bool usual = frame[0] == c->index + 1 && frame[1] == c->count && q == c->q;
    bits_put(o, usual, 1);
    if (!usual) {
        put_column(o, c, COL_INDEX, (uint64_t)(frame[0] - c->index - 1));
        put_column(o, c, COL_COUNT, zigzag(frame[1] - c->count));
        bits_put(o, q, 1);
    }
    put_column(o, c, COL_LAST_T, zigzag(frame[2] - c->late));
    c->index = frame[0];
    c->count = frame[1];
    c->late = frame[2];
    c->q = q;
}

size_t roll_encode(const SeriesStep *steps, size_t n, int64_t day_start, int64_t width,
                   uint8_t out[ROLL_IMAGE_MAX])
{
    ENSURE(n > 0 && n <= ROLL_STEPS_MAX);
    uint8_t mode = choose_mode(steps, n), second = whole_seconds(steps, n);
    out[0] = (uint8_t)(mode | second << 4);
    size_t head = (size_t)(put_varint(out + 1, n) - out);
    BitsOut o = {.to = out + head};
    Columns c = columns_start;
    for (size_t i = 0; i < n; i++) {
        const SeriesStep *s = &steps[i];
        int64_t index = (s->t - day_start) / width,
                late = (s->t + width - s->last_t) / (second ? MS_SECOND : 1);
        put_frame(&o, &c, (int64_t[]){index, s->count, late}, s->q & 1);
        if (mode == CODEC_XOR) put_raw(&o, s);
        else put_decimal(&o, &c, s, mode);
        c.first = false;
    }
    bits_end(&o);
    return head + (o.bit + 7) / 8;
}

static void get_decimal(BitsIn *in, Columns *c, uint8_t mode, SeriesStep *step)
{
    Scaled s;
    s.min = (int64_t)(expected_min(c) + (uint64_t)unzigzag(get_column(in, c, COL_MIN)));
    s.max = (int64_t)((uint64_t)s.min + get_column(in, c, COL_RANGE));
    s.last = (int64_t)((uint64_t)s.min + get_column(in, c, COL_LAST));
    s.sum = (int64_t)(expected_sum(c, &s, step->count) + (uint64_t)unzigzag(get_column(in, c, COL_SUM)));
    note_step(c, &s);
    step->min = codec_value_unscale(s.min, mode);
    step->max = codec_value_unscale(s.max, mode);
    step->last = codec_value_unscale(s.last, mode);
    step->sum = codec_value_unscale(s.sum, mode);
}

static void get_raw(BitsIn *in, SeriesStep *step)
{
    double *const to[4] = {&step->min, &step->max, &step->last, &step->sum};
    for (int i = 0; i < 4; i++) {
        uint64_t u = bits_get64(in);
        memcpy(to[i], &u, 8);
    }
}

static bool get_frame(BitsIn *in, Columns *c, uint64_t steps, int64_t latest)
{
    uint64_t index = (uint64_t)c->index + 1, count = (uint64_t)c->count;
    if (!bits_get(in, 1)) {
        index += get_column(in, c, COL_INDEX);
        count += (uint64_t)unzigzag(get_column(in, c, COL_COUNT));
        c->q = (uint8_t)bits_get(in, 1);
    }
    c->late = (int64_t)((uint64_t)c->late + (uint64_t)unzigzag(get_column(in, c, COL_LAST_T)));
    if (in->bad || index >= steps || count == 0 || count > UINT32_MAX || c->late <= 0 || c->late > latest)
        return false;
    c->index = (int64_t)index;
    c->count = (int64_t)count;
    return true;
}

static bool get_step(BitsIn *in, Columns *c, uint8_t form, const int64_t day[2], SeriesStep *s)
{
    int64_t width = day[1], unit = form >> 4 ? MS_SECOND : 1;
    if (!get_frame(in, c, (uint64_t)(MS_DAY / width), width / unit)) return false;
    *s = (SeriesStep){.t = day[0] + c->index * width, .count = (uint32_t)c->count, .q = c->q};
    s->last_t = s->t + width - c->late * unit;
    if ((form & 15) == CODEC_XOR) get_raw(in, s);
    else get_decimal(in, c, form & 15, s);
    c->first = false;
    return !in->bad;
}

int roll_decode(const uint8_t *image, size_t len, int64_t day_start, int64_t width,
                SeriesStep out[ROLL_STEPS_MAX])
{
    In head = {image, image + len, false};
    uint8_t form = (uint8_t)in_u(&head, 1);
    uint64_t n = in_varint(&head);
    if (head.bad || form >> 5 || n == 0 || n > ROLL_STEPS_MAX || len > ROLL_IMAGE_MAX) return -1;
    if ((form & 15) > CODEC_DECIMALS && (form & 15) != CODEC_XOR) return -1;
    BitsIn in = {head.p, (uint32_t)(head.end - head.p), 0, false};
    Columns c = columns_start;
    for (uint64_t i = 0; i < n; i++)
        if (!get_step(&in, &c, form, (int64_t[]){day_start, width}, &out[i])) return -1;
    return (in.bit + 7) / 8 == in.bytes ? (int)n : -1;
}
