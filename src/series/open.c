/* Chunks that still fill. The main stream of a point is strictly ascending, so its chunk is only ever
 * appended to. Whatever does not fit (late, equal time, ahead of the clock) goes to a small side list in the
 * order of writing; folding merges what lies inside the open chunk into it and seals the rest as chunks of
 * their own. So of two sealed chunks that overlap, the later one always holds the newer values, and readers
 * need no other order. The one hazard is a side reading that the main stream catches up with (it was ahead):
 * the list is folded before the main stream passes its newest time. */
#include "open.h"
#include "base/clock.h"
#include "base/rc.h"
#include <math.h>
#include <stdlib.h>

enum { CAP_STEP = 64, RAWS_MAX = 4 };

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

/* ---- Shards ---- */
void shard_init(Shard *s)
{
    *s = (Shard){.oldest_t = INT64_MAX, .newest_t = INT64_MIN};
    pthread_mutex_init(&s->lock, NULL);
}

static Page *page_new(void)
{
    Page *p = must(aligned_alloc(64, (sizeof(Page) + 63) / 64 * 64));
    memset(p, 0, sizeof *p);
    for (int i = 0; i < PAGE_POINTS; i++) p->open[i].c.t = INT64_MIN;
    return p;
}

void shard_grow(Shard *s, uint32_t n)
{
    uint32_t pages = (n + PAGE_POINTS - 1) / PAGE_POINTS;
    if (pages <= s->npages) return;
    s->pages = must(realloc(s->pages, pages * sizeof(Page *)));
    while (s->npages < pages) s->pages[s->npages++] = page_new();
}

void sealed_release(Sealed *c)
{
    if (atomic_fetch_sub(&c->refs, 1) == 1) free(c);
}

static void page_free(Page *p)
{
    for (int i = 0; i < PAGE_POINTS; i++) {
        if (p->open[i].tail) free(p->open[i].tail->side);
        free(p->open[i].tail);
    }
    free(p);
}

void shard_clear(Shard *s)
{
    for (Sealed *c = s->first, *next; c; c = next) {
        next = c->next;
        sealed_release(c);
    }
    for (uint32_t i = 0; i < s->npages; i++) page_free(s->pages[i]);
    free(s->pages);
    free(s->scratch);
    pthread_mutex_destroy(&s->lock);
}

/* ---- Sealing ---- */
static void queue(Shard *s, Open *o, Sealed *c)
{
    c->seq = ++s->sealed_seq;
    c->older = o->tail->sealed;
    o->tail->sealed = c;
    if (s->last) s->last->next = c;
    else s->first = c;
    s->last = c;
    s->sealed_bytes += c->len;
    s->sealed_rows += c->count;
    s->sealed_count++;
}

static Sealed *sealed_new(uint32_t point, const uint8_t *image, size_t len)
{
    Sealed *c = must(malloc(sizeof *c + len));
    *c = (Sealed){.point = point, .len = (uint16_t)len};
    atomic_init(&c->refs, 1);
    memcpy(c->image, image, len);
    return c;
}

static void tail_need(Open *o, size_t bytes)
{
    if (o->tail && bytes <= o->cap) return;
    size_t cap = (bytes + CAP_STEP - 1) / CAP_STEP * CAP_STEP, old = o->tail ? o->cap : 0;
    Tail *tail = must(realloc(o->tail, sizeof *tail + cap));
    if (!o->tail) *tail = (Tail){.latest.t = TIME_NONE};
    memset(tail->bits + old, 0, cap - old);
    o->tail = tail;
    o->cap = (uint16_t)cap;
}

static void tail_reset(Open *o)
{
    o->tail = must(realloc(o->tail, sizeof *o->tail + CAP_STEP));
    o->cap = CAP_STEP;
    memset(o->tail->bits, 0, CAP_STEP);
    o->c.count = 0;
    o->c.bit = 0;
    o->raws = 0;
}

size_t open_image(const Open *o, uint8_t *out)
{
    if (!o->tail || o->c.count == 0) return 0;
    size_t head = chunk_put_head(out, &o->c, o->tail->first_t), len = (o->c.bit + 7) / 8;
    memcpy(out + head, o->tail->bits, len);
    return head + len;
}

/* ---- The newest good reading ---- */
SeriesLatest open_latest(const Open *o)
{
    if (!o->tail) return (SeriesLatest){.t = TIME_NONE};
    if (!o->latest_main) return o->tail->latest;
    SeriesLatest l = {o->c.t, 0, o->c.q};
    if (o->c.mode == CODEC_XOR) memcpy(&l.v, &o->c.v, 8);
    else l.v = codec_value_unscale((int64_t)o->c.v, o->c.mode);
    return l;
}

void open_set_latest(Open *o, const SeriesLatest *l)
{
    tail_need(o, 0);
    o->tail->latest = *l;
    o->latest_main = false;
}

/* Before the codec's state stops to be that of the last reading. */
static void latest_hold(Open *o)
{
    if (!o->latest_main) return;
    o->tail->latest = open_latest(o);
    o->latest_main = false;
}

/* ---- The chunk ends ---- */
static __attribute__((noinline)) void seal(Shard *s, Open *o, uint32_t point)
{
    uint8_t image[CHUNK_IMAGE_MAX];
    latest_hold(o);
    size_t len = open_image(o, image);
    Sealed *c = sealed_new(point, image, len);
    c->first_t = o->tail->first_t;
    c->last_t = o->c.t;
    c->count = o->c.count;
    queue(s, o, c);
    if (o->c.mode == CODEC_XOR) { /* perhaps the noise is over */
        SeriesRow rows[CHUNK_ROWS_MAX];
        int n = chunk_decode(image, len, rows, NULL);
        ENSURE(n > 0);
        chunk_choose(rows, (size_t)n, &o->c.mode, &o->c.unit);
    }
    tail_reset(o);
}

static void seal_rows(Shard *s, Open *o, uint32_t point, const SeriesRow *rows, size_t n)
{
    uint8_t image[CHUNK_IMAGE_MAX];
    Sealed *c = sealed_new(point, image, chunk_encode(rows, n, image));
    c->first_t = rows[0].t;
    c->last_t = rows[n - 1].t;
    c->count = (uint16_t)n;
    queue(s, o, c);
}

/* ---- The open chunk ---- */
static void put_row(Open *o, int64_t t, double v, uint8_t q)
{
    tail_need(o, (o->c.bit >> 3) + CODEC_READING_BYTES + BITS_SLACK);
    if (o->c.count) codec_time_put(&o->c, o->tail->bits, t);
    if (codec_value_put(&o->c, o->tail->bits, v, q)) o->raws++;
    o->c.count++;
}

static void start(Open *o, int64_t t, uint8_t mode, uint8_t unit)
{
    tail_need(o, CODEC_READING_BYTES + BITS_SLACK);
    codec_start(&o->c, t, mode, unit);
    o->tail->first_t = t;
    o->raws = 0;
}

static int decode_open(const Open *o, SeriesRow *rows)
{
    uint8_t image[CHUNK_IMAGE_MAX];
    int n = chunk_decode(image, open_image(o, image), rows, NULL);
    ENSURE(n == o->c.count);
    return n;
}

static __attribute__((noinline)) void refill(Open *o, const SeriesRow *rows, size_t n)
{
    uint8_t mode, unit;
    latest_hold(o);
    chunk_choose(rows, n, &mode, &unit);
    memset(o->tail->bits, 0, o->cap);
    start(o, rows[0].t, mode, unit);
    for (size_t i = 0; i < n; i++) put_row(o, rows[i].t, rows[i].v, rows[i].q);
    o->raws = 0;
}

static __attribute__((noinline)) void rebuild(Open *o)
{
    SeriesRow rows[CHUNK_ROWS_MAX];
    refill(o, rows, (size_t)decode_open(o, rows));
}

bool open_restore(Open *o, const uint8_t *image, size_t len)
{
    SeriesRow rows[CHUNK_ROWS_MAX];
    ChunkInfo info;
    Codec c;
    int n = chunk_decode(image, len, rows, &c);
    if (n <= 0 || !chunk_parse(image, len, &info)) return false;
    size_t bytes = len - info.head;
    if (bytes + CODEC_READING_BYTES + BITS_SLACK + CAP_STEP > UINT16_MAX) return false;
    tail_need(o, bytes + BITS_SLACK);
    memcpy(o->tail->bits, image + info.head, bytes);
    o->tail->first_t = info.first_t;
    o->c = c;
    return true;
}

/* ---- Side readings ---- */
/* Rows outside the open chunk become chunks of their own, one a day; rows inside stay in `rows`; returns how
 * many those are. */
static size_t seal_outside(Shard *s, Open *o, uint32_t point, SeriesRow *rows, size_t n)
{
    SeriesRow out[SIDE_MAX];
    size_t nout = 0, inside = 0;
    for (size_t i = 0; i < n; i++) {
        bool in = o->c.count && rows[i].t >= o->tail->first_t && rows[i].t <= o->c.t;
        if (in) {
            rows[inside++] = rows[i];
            continue;
        }
        if (nout && civil_day(out[0].t) != civil_day(rows[i].t)) {
            seal_rows(s, o, point, out, nout);
            nout = 0;
        }
        out[nout++] = rows[i];
    }
    if (nout) seal_rows(s, o, point, out, nout);
    return inside;
}

static __attribute__((noinline)) void fold(Shard *s, Open *o, uint32_t point)
{
    SeriesRow rows[CHUNK_ROWS_MAX + SIDE_MAX], tmp[CHUNK_ROWS_MAX + SIDE_MAX];
    Side *side = o->tail->side;
    latest_hold(o);
    o->tail->side = NULL;
    o->side = false;
    size_t n = rows_settle(side->rows, side->n, tmp);
    n = seal_outside(s, o, point, side->rows, n);
    if (n) {
        size_t main_rows = (size_t)decode_open(o, rows);
        memcpy(rows + main_rows, side->rows, n * sizeof *rows);
        n = rows_settle(rows, main_rows + n, tmp);
        ENSURE(n <= CHUNK_ROWS_MAX); /* a chunk is sealed long before */
        refill(o, rows, n);
        if (n >= CHUNK_ROWS) seal(s, o, point);
    }
    free(side);
}

static void side_add(Shard *s, Open *o, uint32_t point, const Reading *r)
{
    tail_need(o, 0);
    Side *side = o->tail->side;
    if (side && side->n == SIDE_MAX) {
        fold(s, o, point);
        side = NULL;
    }
    if (!side || side->n == side->cap) {
        size_t cap = side ? side->cap * 2u : 4;
        bool fresh = !side;
        side = must(realloc(side, sizeof *side + cap * sizeof(SeriesRow)));
        if (fresh) *side = (Side){.max_t = INT64_MIN};
        side->cap = (uint16_t)cap;
        o->tail->side = side;
        o->side = true;
    }
    side->rows[side->n++] = (SeriesRow){r->t, r->v, r->q};
    if (r->t > side->max_t) side->max_t = r->t;
}

/* ---- One reading ---- */
/* A time with milliseconds in a chunk of seconds. Apart, to keep big arrays off the hot path's stack. */
static __attribute__((noinline)) void put_finer(Open *o, const Reading *r)
{
    SeriesRow rows[CHUNK_ROWS_MAX + 1];
    size_t n = (size_t)decode_open(o, rows);
    rows[n] = (SeriesRow){r->t, r->v, r->q};
    refill(o, rows, n + 1);
}

/* Whether the codec's state is that of the reading now: not after a raw escape or when the chunk was made
 * anew. */
static bool put_main(Shard *s, Open *o, uint32_t point, const Reading *r)
{
    if (o->side && o->tail->side->max_t >= r->t) fold(s, o, point);
    if (o->c.count &&
        (o->c.count >= CHUNK_ROWS || o->c.bit >= CHUNK_BYTES * 8 || civil_day(r->t) != civil_day(o->c.t)))
        seal(s, o, point);
    uint8_t second = r->t % MS_SECOND == 0, raws = o->raws;
    if (o->c.count == 0) {
        uint8_t mode = o->c.mode;
        if (o->c.t == INT64_MIN) mode = isfinite(r->v) ? codec_value_decimals(r->v) : 2;
        start(o, r->t, mode, second);
        raws = 0;
    } else if (o->c.unit && !second) {
        put_finer(o, r);
        return false;
    }
    put_row(o, r->t, r->v, r->q);
    if (o->raws == raws) return true;
    if (o->raws > RAWS_MAX) rebuild(o);
    return false;
}

/* A side reading becomes the newest only by replacing it. */
static void side_latest(Open *o, const Reading *r)
{
    SeriesLatest l = open_latest(o);
    if (r->t >= l.t) open_set_latest(o, &(SeriesLatest){r->t, r->v, r->q});
}

void open_put(Shard *s, uint32_t slot, const Reading *r)
{
    Open *o = shard_open(s, slot);
    bool good = r->q < Q_BAD && isfinite(r->v) && !(r->flags & READING_AHEAD);
    if (r->t < s->oldest_t) s->oldest_t = r->t;
    if (good && r->t > s->newest_t) s->newest_t = r->t;
    if (r->t <= o->c.t || r->flags & READING_AHEAD) {
        side_add(s, o, r->point, r);
        if (good) side_latest(o, r);
        return;
    }
    if (!good) latest_hold(o);
    bool derivable = put_main(s, o, r->point, r);
    if (good && derivable) o->latest_main = true;
    else if (good) open_set_latest(o, &(SeriesLatest){r->t, r->v, r->q});
}

void open_settle(Shard *s, Open *o, uint32_t point, int64_t before)
{
    if (o->side) fold(s, o, point);
    if (o->c.count && o->c.t < before) seal(s, o, point);
}

/* ---- After a checkpoint ---- */
static void forget_point(Open *o, uint64_t seq)
{
    Sealed **link = &o->tail->sealed;
    while (*link && (*link)->seq > seq) link = &(*link)->older;
    *link = NULL; /* the older ones leave the shard's queue now and are released there */
}

void shard_forget(Shard *s, const uint64_t *upto, uint32_t npages, uint32_t shards)
{
    Sealed **link = &s->first;
    s->last = NULL;
    while (*link) {
        Sealed *c = *link;
        uint32_t slot = c->point / shards, page = slot / PAGE_POINTS;
        if (page >= npages || c->seq > upto[page]) {
            s->last = c;
            link = &c->next;
            continue;
        }
        *link = c->next;
        forget_point(shard_open(s, slot), upto[page]);
        s->sealed_bytes -= c->len;
        s->sealed_rows -= c->count;
        s->sealed_count--;
        sealed_release(c);
    }
}
