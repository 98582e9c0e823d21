/* Compaction reads all raw segments of a day side by side in point order, settles each point's rows, and
 * writes them anew together with their roll-ups; then one manifest exchanges the files. The result has the
 * rank of its newest input, so what a checkpoint adds meanwhile ranks above it. On a day whose raw readings
 * have expired, late arrivals are added to the roll-ups and dropped.
 *
 * The current day is rewritten at most once an hour and only when a fair part of it is new; checkpoints go on
 * in between. */
#include "compact.h"
#include "base/log.h"
#include <stdlib.h>

enum { INPUTS_MAX = 200, DELTAS_MAX = 64, POINTS_BETWEEN_CHECKS = 256 };
#define COMPACT_EVERY_MS MS_HOUR
#define LOOK_EVERY_MS    MS_MINUTE

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

int64_t seg_width(uint8_t kind)
{
    return kind == SEG_HOUR ? MS_HOUR : MS_MINUTE;
}

bool rows_fast(const Rows *rows)
{
    return rows->n > 1 && rows->p[rows->n - 1].t - rows->p[0].t < (int64_t)(rows->n - 1) * ROLL_MINUTE_BELOW;
}

/* ---- Reading roll-ups ---- */
static Rc entry_steps(Ctx *ctx, SegFile *f, const SegEntry *e, Steps *out)
{
    uint8_t image[UINT16_MAX];
    SeriesStep steps[ROLL_STEPS_MAX];
    TRY(seg_file_image(ctx, f, e, image));
    int n = roll_decode(image, e->len, civil_day_start(f->seg->m.day), seg_width(f->seg->m.kind), steps);
    if (n < 0 || n != e->count) return store_fail_damage(ctx, f->path, e->offset, "roll-up");
    for (int i = 0; i < n; i++) steps_push(out, &steps[i]);
    return RC_OK;
}

static Rc file_steps(Ctx *ctx, SegFile *f, uint32_t point, Steps *out)
{
    uint32_t i;
    TRY(seg_file_find(ctx, f, point, &i));
    for (SegEntry e; i < f->seg->m.entries; i++) {
        TRY(seg_file_entry(ctx, f, i, &e));
        if (e.point != point) break;
        TRY(entry_steps(ctx, f, &e, out));
    }
    return RC_OK;
}

Rc day_rollups(Ctx *ctx, const Day *day, uint8_t kind, uint32_t point, Steps *out, uint64_t *rank)
{
    SegFile f;
    *rank = 0;
    for (size_t i = 0; i < day->n; i++) {
        if (day->segs[i]->m.kind != kind) continue;
        if (day->segs[i]->m.rank > *rank) *rank = day->segs[i]->m.rank;
        TRY(seg_file_open(ctx, day->segs[i], &f));
        Rc rc = file_steps(ctx, &f, point, out);
        seg_file_close(&f);
        TRY(rc);
    }
    return RC_OK;
}

/* ---- Inputs and outputs of one run ---- */
typedef struct Input {
    SegFile f;
    uint32_t at;
    SegEntry next; /* point 0: at the end */
} Input;

typedef struct Output {
    SegWriter w;
    bool open;
    SegMeta proto;
} Output;

typedef struct Run {
    Series *s;
    const Day *day;
    Input *in;
    size_t nin;
    Output out[SEG_KINDS];
    Segment **made; /* malloc */
    size_t nmade;
    Rows rows;
    Steps steps[SEG_KINDS];
} Run;

static Rc input_step(Ctx *ctx, Input *in)
{
    in->next.point = 0;
    if (in->at >= in->f.seg->m.entries) return RC_OK;
    return seg_file_entry(ctx, &in->f, in->at++, &in->next);
}

static Rc output_close(Ctx *ctx, Run *k, Output *o)
{
    if (!o->open) return RC_OK;
    o->open = false;
    k->made = must(realloc(k->made, (k->nmade + 1) * sizeof(Segment *)));
    int err = seg_writer_commit(&o->w, &k->made[k->nmade]);
    if (err < 0) return store_fail_io(ctx, "write", "segment", err);
    k->nmade++;
    return RC_OK;
}

static Rc output_ready(Ctx *ctx, Run *k, Output *o)
{
    if (o->open && seg_writer_full(&o->w)) TRY(output_close(ctx, k, o));
    if (o->open) return RC_OK;
    o->proto.id = atomic_fetch_add(&k->s->next_id, 1);
    int err = seg_writer_open(&o->w, k->s->io, k->s->dir, &o->proto);
    if (err < 0) {
        seg_writer_abort(&o->w);
        return store_fail_io(ctx, "write", "segment", err);
    }
    o->open = true;
    return RC_OK;
}

static Rc write_rows(Ctx *ctx, Run *k, uint32_t point)
{
    Output *o = &k->out[SEG_RAW];
    uint8_t image[CHUNK_IMAGE_MAX];
    const Rows *rows = &k->rows;
    size_t parts = (rows->n + CHUNK_ROWS_MAX - 1) / CHUNK_ROWS_MAX;
    TRY(output_ready(ctx, k, o));
    for (size_t i = 0; i < parts; i++) {
        size_t from = rows->n * i / parts, end = rows->n * (i + 1) / parts;
        SeriesRow ends[2] = {rows->p[from], rows->p[end - 1]};
        size_t len = chunk_encode(rows->p + from, end - from, image);
        seg_writer_add(&o->w, point, ends, (uint16_t)(end - from), image, len);
    }
    return RC_OK;
}

static Rc write_steps(Ctx *ctx, Run *k, uint8_t kind, uint32_t point)
{
    Output *o = &k->out[kind];
    const Steps *steps = &k->steps[kind];
    uint8_t image[ROLL_IMAGE_MAX];
    if (steps->n == 0) return RC_OK;
    TRY(output_ready(ctx, k, o));
    for (size_t at = 0; at < steps->n; at += ROLL_STEPS_MAX) {
        size_t n = steps->n - at < ROLL_STEPS_MAX ? steps->n - at : ROLL_STEPS_MAX;
        SeriesRow ends[2] = {{.t = steps->p[at].t}, {.t = steps->p[at + n - 1].last_t}};
        size_t len = roll_encode(steps->p + at, n, civil_day_start(k->day->day), seg_width(kind), image);
        seg_writer_add(&o->w, point, ends, (uint16_t)n, image, len);
    }
    return RC_OK;
}

/* ---- One point ---- */
static uint32_t lowest_point(const Run *k)
{
    uint32_t low = 0;
    for (size_t i = 0; i < k->nin; i++)
        if (k->in[i].next.point && (low == 0 || k->in[i].next.point < low)) low = k->in[i].next.point;
    return low;
}

static Rc take_raw(Ctx *ctx, Run *k, Input *in)
{
    uint8_t image[UINT16_MAX];
    SeriesRow rows[CHUNK_ROWS_MAX];
    TRY(seg_file_image(ctx, &in->f, &in->next, image));
    int n = chunk_decode(image, in->next.len, rows, NULL);
    if (n < 0 || n != in->next.count) return store_fail_damage(ctx, in->f.path, in->next.offset, "chunk");
    rows_add(&k->rows, rows, (size_t)n);
    return RC_OK;
}

static Rc gather(Ctx *ctx, Run *k, uint32_t point, Steps old[SEG_KINDS])
{
    k->rows.n = 0;
    for (size_t i = 0; i < k->nin; i++) {
        Input *in = &k->in[i];
        uint8_t kind = in->f.seg->m.kind;
        while (in->next.point == point) {
            if (kind == SEG_RAW) TRY(take_raw(ctx, k, in));
            else if (k->day->raw_gone) TRY(entry_steps(ctx, &in->f, &in->next, &old[kind]));
            TRY(input_step(ctx, in));
        }
    }
    rows_tidy(&k->rows);
    return RC_OK;
}

static void make_steps(Run *k, const Steps old[SEG_KINDS])
{
    for (uint8_t kind = SEG_HOUR; kind < SEG_KINDS; kind++) {
        bool wanted = kind == SEG_HOUR || rows_fast(&k->rows) || old[kind].n;
        Steps fresh = {0};
        k->steps[kind].n = 0;
        if (wanted) steps_of_rows(&fresh, k->rows.p, k->rows.n, seg_width(kind));
        steps_merge(&k->steps[kind], &old[kind], &fresh);
        steps_free(&fresh);
    }
}

static Rc one_point(Ctx *ctx, Run *k, uint32_t point)
{
    Steps old[SEG_KINDS] = {{0}};
    Rc rc = gather(ctx, k, point, old);
    if (rc == RC_OK) make_steps(k, old);
    if (rc == RC_OK && k->rows.n && !k->day->raw_gone) rc = write_rows(ctx, k, point);
    for (uint8_t kind = SEG_HOUR; kind < SEG_KINDS && rc == RC_OK; kind++)
        rc = write_steps(ctx, k, kind, point);
    for (int i = 0; i < SEG_KINDS; i++) steps_free(&old[i]);
    return rc;
}

static Rc all_points(Ctx *ctx, Run *k)
{
    uint32_t done = 0;
    for (uint32_t point; (point = lowest_point(k)) != 0;) {
        TRY(one_point(ctx, k, point));
        if (++done % POINTS_BETWEEN_CHECKS || !k->s->opt.background) continue;
        if (atomic_load(&k->s->closing))
            return FAIL(ctx, RC_STATE, "series.closing", "存储正在关闭", "the store is closing");
        if (checkpoint_due(k->s)) TRY(series_checkpoint(ctx, k->s));
    }
    for (int i = 0; i < SEG_KINDS; i++) TRY(output_close(ctx, k, &k->out[i]));
    return RC_OK;
}

/* ---- One day ---- */
static Rc open_inputs(Ctx *ctx, Run *k)
{
    uint64_t rank = 0;
    size_t raws = 0;
    k->in = must(calloc(k->day->n, sizeof *k->in));
    for (size_t i = 0; i < k->day->n; i++) {
        Segment *seg = k->day->segs[i];
        if (seg->m.kind == SEG_RAW && ++raws > INPUTS_MAX && seg->m.rank != rank)
            break; /* the rest in the next run */
        if (seg->m.rank > rank) rank = seg->m.rank;
        TRY(seg_file_open(ctx, seg, &k->in[k->nin].f));
        k->nin++;
        TRY(input_step(ctx, &k->in[k->nin - 1]));
    }
    for (uint8_t kind = 0; kind < SEG_KINDS; kind++)
        k->out[kind].proto = (SegMeta){.rank = rank, .day = k->day->day, .kind = kind, .compact = 1};
    return RC_OK;
}

static Rc exchange(Ctx *ctx, Run *k)
{
    Series *s = k->s;
    Segment **del = must(malloc((k->nin + 1) * sizeof(Segment *)));
    for (size_t i = 0; i < k->nin; i++) del[i] = k->in[i].f.seg;
    pthread_mutex_lock(&s->upkeep);
    Catalog *old = snapshot_take(s->catalog);
    Edit edit = {.add = k->made, .nadd = k->nmade, .del = del, .ndel = k->nin};
    edit.raw_gone = &k->day->day;
    edit.nraw_gone = k->day->raw_gone;
    Catalog *now = catalog_edit(old, &edit);
    snapshot_release(s->catalog, old);
    k->nmade = 0; /* the catalog owns them */
    Manifest m = s->manifest;
    m.next_id = atomic_load(&s->next_id);
    int err = manifest_write(s->io, s->dir, &m, now);
    if (err == 0) {
        for (size_t i = 0; i < k->nin; i++) atomic_store(&del[i]->dead, true);
        s->manifest = m;
        snapshot_publish(s->catalog, now);
    } else {
        catalog_free(now);
    }
    pthread_mutex_unlock(&s->upkeep);
    free(del);
    return err < 0 ? store_fail_io(ctx, "write", "MANIFEST", err) : RC_OK;
}

static void run_free(Run *k)
{
    for (size_t i = 0; i < k->nin; i++) seg_file_close(&k->in[i].f);
    for (int i = 0; i < SEG_KINDS; i++) {
        if (k->out[i].open) seg_writer_abort(&k->out[i].w);
        steps_free(&k->steps[i]);
    }
    for (size_t i = 0; i < k->nmade; i++) { /* never named by a manifest */
        atomic_store(&k->made[i]->dead, true);
        segment_release(k->made[i]);
    }
    free(k->made);
    free(k->in);
    rows_free(&k->rows);
}

static Rc compact_day(Ctx *ctx, Series *s, const Day *day)
{
    Run k = {.s = s, .day = day};
    Rc rc = open_inputs(ctx, &k);
    if (rc == RC_OK) rc = all_points(ctx, &k);
    if (rc == RC_OK) rc = exchange(ctx, &k);
    run_free(&k);
    return rc;
}

/* ---- Which days ---- */
typedef struct Load {
    size_t deltas;
    uint64_t fresh, settled; /* bytes */
} Load;

static Load load_of(const Day *day)
{
    Load l = {0};
    for (size_t i = 0; i < day->n; i++) {
        const SegMeta *m = &day->segs[i]->m;
        if (m->kind != SEG_RAW) continue;
        if (m->compact) l.settled += m->bytes;
        else l.deltas++, l.fresh += m->bytes;
    }
    return l;
}

static bool wanted(const Day *day, bool everything, bool hourly)
{
    Load l = load_of(day);
    if (l.deltas == 0) return false;
    if (everything || l.deltas > DELTAS_MAX) return true;
    bool past = civil_day_start(day->day) + MS_DAY + MS_HOUR < clock_now();
    return hourly && (past || l.fresh * 4 >= l.settled);
}

static Rc one_day(Ctx *ctx, Series *s, int32_t number, bool everything, bool hourly)
{
    for (;;) {
        Catalog *c = snapshot_take(s->catalog);
        const Day *day = catalog_day(c, number);
        bool go = day && wanted(day, everything, hourly);
        Rc rc = go ? compact_day(ctx, s, day) : RC_OK;
        snapshot_release(s->catalog, c);
        if (!go || rc < 0) return rc;
    }
}

static Rc compact_days(Ctx *ctx, Series *s, bool everything, bool hourly)
{
    Catalog *c = snapshot_take(s->catalog);
    Rc rc = RC_OK;
    for (size_t i = 0; i < c->n && rc == RC_OK; i++) rc = one_day(ctx, s, c->days[i].day, everything, hourly);
    snapshot_release(s->catalog, c);
    return rc;
}

Rc compact_before(Ctx *ctx, Series *s, int64_t t)
{
    Catalog *c = snapshot_take(s->catalog);
    Rc rc = RC_OK;
    for (size_t i = 0; i < c->n && rc == RC_OK; i++)
        if (t != TIME_NONE && civil_day_start(c->days[i].day) + MS_DAY <= t)
            rc = one_day(ctx, s, c->days[i].day, true, true);
    snapshot_release(s->catalog, c);
    return rc;
}

Rc compact_due(Ctx *ctx, Series *s)
{
    int64_t now = clock_mono_us() / 1000;
    if (now - s->looked_at < LOOK_EVERY_MS) return RC_OK;
    s->looked_at = now;
    bool hourly = now - s->compacted_at >= COMPACT_EVERY_MS;
    pthread_mutex_lock(&s->compacting);
    Rc rc = compact_days(ctx, s, false, hourly);
    pthread_mutex_unlock(&s->compacting);
    if (hourly && rc == RC_OK) s->compacted_at = now;
    return rc;
}

Rc series_compact(Ctx *ctx, Series *s)
{
    pthread_mutex_lock(&s->compacting);
    Rc rc = compact_days(ctx, s, true, true);
    pthread_mutex_unlock(&s->compacting);
    return rc;
}
