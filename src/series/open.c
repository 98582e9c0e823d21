/* Chunks that still fill. The main stream of a point is strictly ascending, so its chunk is only ever
 * appended to. Whatever does not fit (late, equal time, ahead of the clock) goes to a small side list in the
 * order of writing; folding merges what lies inside the open chunk into it and seals the rest as chunks of
 * their own. So of two sealed chunks that overlap, the later one always holds the newer values, and readers
 * need no other order. The one hazard is a side reading that the main stream catches up with (it was ahead):
 * the list is folded before the main stream passes its newest time. */
#include "open.h"
#include "codec_fast.h"
#include "base/clock.h"
#include "base/huge.h"
#include "base/rc.h"
#include <math.h>
#include <stdlib.h>

enum { RAWS_MAX = 4 };

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

/* civil_day of times the store takes, shifted: without a call. */
static inline uint64_t day_of(int64_t t)
{
    return (uint64_t)(t - SERIES_T_MIN + CIVIL_SHIFT) / (uint64_t)MS_DAY;
}

/* ---- Shards ---- */
void shard_init(Shard *s)
{
    *s = (Shard){.oldest_t = INT64_MAX, .newest_t = INT64_MIN};
    pthread_mutex_init(&s->lock, NULL);
    slab_init(&s->slab);
}

static Page *page_new(Shard *s)
{
    if (s->npages % REGION_PAGES == 0) s->region = huge_alloc(sizeof(Page) * REGION_PAGES);
    Page *p = s->region + s->npages % REGION_PAGES;
    memset(p, 0, sizeof *p);
    for (int i = 0; i < PAGE_POINTS; i++) p->open[i].c.t = INT64_MIN;
    return p;
}

void shard_grow(Shard *s, uint32_t n)
{
    uint32_t pages = (n + PAGE_POINTS - 1) / PAGE_POINTS;
    if (pages <= s->npages) return;
    s->pages = must(realloc(s->pages, pages * sizeof(Page *)));
    while (s->npages < pages) {
        s->pages[s->npages] = page_new(s);
        s->npages++;
    }
}

void sealed_release(Sealed *c)
{
    if (atomic_fetch_sub(&c->refs, 1) == 1) free(c);
}

static void page_clear(const Shard *s, const Page *p)
{
    for (int i = 0; i < PAGE_POINTS; i++)
        if (p->open[i].c.side) free(open_tail(s, &p->open[i])->side);
}

void shard_clear(Shard *s)
{
    for (Sealed *c = s->first, *next; c; c = next) {
        next = c->next;
        sealed_release(c);
    }
    for (uint32_t i = 0; i < s->npages; i++) page_clear(s, s->pages[i]);
    for (uint32_t i = 0; i < s->npages; i += REGION_PAGES) free(s->pages[i]);
    free(s->pages);
    slab_clear(&s->slab);
    free(s->scratch);
    pthread_mutex_destroy(&s->lock);
}

/* ---- Sealing ---- */
static void queue(Shard *s, Open *o, Sealed *c)
{
    Tail *tail = open_tail(s, o);
    c->seq = ++s->sealed_seq;
    c->older = tail->sealed;
    tail->sealed = c;
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

static Tail *tail_need(Shard *s, Open *o)
{
    if (o->tail) return open_tail(s, o);
    o->tail = slab_take(&s->slab);
    Tail *tail = open_tail(s, o);
    *tail = (Tail){.latest.t = TIME_NONE};
    return tail;
}

/* ---- Blocks ---- */
/* Word number `at` of the chunk: blocks fill one after the other. */
static __attribute__((noinline)) void push_word(Shard *s, Open *o, uint32_t at, const uint8_t *word)
{
    if (at % BLOCK_WORDS == 0) {
        uint32_t unit = slab_take(&s->slab);
        ((Block *)slab_at(&s->slab, unit))->before = o->last;
        o->last = unit;
    }
    Block *b = slab_at(&s->slab, o->last);
    memcpy(&b->word[at % BLOCK_WORDS], word, 8);
}

/* No bits any more; the codec's state stays. */
static void drop_bits(Shard *s, Open *o)
{
    while (o->last) {
        uint32_t before = ((const Block *)slab_at(&s->slab, o->last))->before;
        slab_give(&s->slab, o->last);
        o->last = before;
    }
    o->c.count = 0;
    o->c.bit = 0;
    o->c.word = 0;
    o->c.raws = 0;
}

size_t open_image(const Shard *s, const Open *o, uint8_t *out)
{
    if (!o->tail || o->c.count == 0) return 0;
    size_t head = chunk_put_head(out, &o->c, open_tail(s, o)->first_t), len = (o->c.bit + 7) / 8;
    uint32_t words = o->c.bit / 64;
    memcpy(out + head + words * 8, &o->c.word, 8);
    for (uint32_t unit = o->last; words > 0;) {
        const Block *b = slab_at(&s->slab, unit);
        uint32_t n = (words - 1) % BLOCK_WORDS + 1;
        words -= n;
        memcpy(out + head + words * 8, b->word, n * 8);
        unit = b->before;
    }
    return head + len;
}

/* ---- The newest good reading ---- */
SeriesLatest open_latest(const Shard *s, const Open *o)
{
    if (!o->tail) return (SeriesLatest){.t = TIME_NONE};
    if (!o->c.latest_main) return open_tail(s, o)->latest;
    SeriesLatest l = {o->c.t, 0, o->c.q};
    if (o->c.mode == CODEC_XOR) memcpy(&l.v, &o->c.v, 8);
    else l.v = codec_value_unscale((int64_t)o->c.v, o->c.mode);
    return l;
}

void open_set_latest(Shard *s, Open *o, const SeriesLatest *l)
{
    tail_need(s, o)->latest = *l;
    o->c.latest_main = false;
}

/* Before the codec's state stops to be that of the last reading. */
static void latest_hold(Shard *s, Open *o)
{
    if (!o->c.latest_main) return;
    SeriesLatest l = open_latest(s, o);
    open_set_latest(s, o, &l);
}

/* ---- The chunk ends ---- */
static __attribute__((noinline)) void seal(Shard *s, Open *o, uint32_t point)
{
    uint8_t image[CHUNK_IMAGE_MAX];
    latest_hold(s, o);
    size_t len = open_image(s, o, image);
    Sealed *c = sealed_new(point, image, len);
    c->first_t = open_tail(s, o)->first_t;
    c->last_t = o->c.t;
    c->count = o->c.count;
    queue(s, o, c);
    if (o->c.mode == CODEC_XOR) { /* perhaps the noise is over */
        SeriesRow rows[CHUNK_ROWS_MAX];
        int n = chunk_decode(image, len, rows, NULL);
        ENSURE(n > 0);
        chunk_choose(rows, (size_t)n, &o->c.mode, &o->c.unit);
    }
    drop_bits(s, o);
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
static inline void put_row(Shard *s, Open *o, const SeriesRow *row)
{
    uint8_t full[CODEC_READING_BYTES + BITS_SLACK];
    BitsOut out = codec_out(&o->c, full);
    uint32_t at = out.bit / 64;
    if (o->c.count) codec_time_put(&o->c, &out, row->t);
    if (codec_value_put(&o->c, &out, row->v, row->q)) o->c.raws++;
    codec_keep(&o->c, &out);
    o->c.count++;
    for (const uint8_t *word = full; word < out.to; word += 8) push_word(s, o, at++, word);
}

static void start(Shard *s, Open *o, int64_t t, uint8_t mode, uint8_t unit)
{
    Codec before = o->c;
    tail_need(s, o)->first_t = t;
    codec_start(&o->c, t, mode, unit);
    o->c.side = before.side;
    o->c.ahead = before.ahead;
    o->c.latest_main = before.latest_main;
}

static int decode_open(const Shard *s, const Open *o, SeriesRow *rows)
{
    uint8_t image[CHUNK_IMAGE_MAX];
    int n = chunk_decode(image, open_image(s, o, image), rows, NULL);
    ENSURE(n == o->c.count);
    return n;
}

static __attribute__((noinline)) void refill(Shard *s, Open *o, const SeriesRow *rows, size_t n)
{
    uint8_t mode, unit;
    latest_hold(s, o);
    chunk_choose(rows, n, &mode, &unit);
    drop_bits(s, o);
    start(s, o, rows[0].t, mode, unit);
    for (size_t i = 0; i < n; i++) put_row(s, o, &rows[i]);
    o->c.raws = 0;
}

static __attribute__((noinline)) void rebuild(Shard *s, Open *o)
{
    SeriesRow rows[CHUNK_ROWS_MAX];
    refill(s, o, rows, (size_t)decode_open(s, o, rows));
}

bool open_restore(Shard *s, Open *o, const uint8_t *image, size_t len)
{
    SeriesRow rows[CHUNK_ROWS_MAX];
    ChunkInfo info;
    Codec c;
    int n = chunk_decode(image, len, rows, &c);
    if (n <= 0 || !chunk_parse(image, len, &info)) return false;
    tail_need(s, o)->first_t = info.first_t;
    drop_bits(s, o);
    o->c = c;
    for (uint32_t at = 0; at < c.bit / 64; at++) push_word(s, o, at, image + info.head + (size_t)at * 8);
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
        bool in = o->c.count && rows[i].t >= open_tail(s, o)->first_t && rows[i].t <= o->c.t;
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
    Tail *tail = open_tail(s, o);
    Side *side = tail->side;
    latest_hold(s, o);
    tail->side = NULL;
    o->c.side = o->c.ahead = false;
    size_t n = rows_settle(side->rows, side->n, tmp);
    n = seal_outside(s, o, point, side->rows, n);
    if (n) {
        size_t main_rows = (size_t)decode_open(s, o, rows);
        memcpy(rows + main_rows, side->rows, n * sizeof *rows);
        n = rows_settle(rows, main_rows + n, tmp);
        ENSURE(n <= CHUNK_ROWS_MAX); /* a chunk is sealed long before */
        refill(s, o, rows, n);
        if (n >= CHUNK_ROWS) seal(s, o, point);
    }
    free(side);
}

static void side_add(Shard *s, Open *o, uint32_t point, const Reading *r)
{
    Tail *tail = tail_need(s, o);
    Side *side = tail->side;
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
        tail->side = side;
        o->c.side = true;
    }
    side->rows[side->n++] = (SeriesRow){r->t, r->v, r->q};
    if (r->t > side->max_t) side->max_t = r->t;
    if (r->t > o->c.t) o->c.ahead = true;
}

/* ---- One reading ---- */
/* A time with milliseconds in a chunk of seconds. Apart, to keep big arrays off the hot path's stack. */
static __attribute__((noinline)) void put_finer(Shard *s, Open *o, const Reading *r)
{
    SeriesRow rows[CHUNK_ROWS_MAX + 1];
    size_t n = (size_t)decode_open(s, o, rows);
    rows[n] = (SeriesRow){r->t, r->v, r->q};
    refill(s, o, rows, n + 1);
}

/* Whether the codec's state is that of the reading now: not after a raw escape or when the chunk was made
 * anew. */
static bool put_main(Shard *s, Open *o, uint32_t point, const Reading *r)
{
    if (o->c.ahead && open_tail(s, o)->side->max_t >= r->t) fold(s, o, point);
    if (o->c.count &&
        (o->c.count >= CHUNK_ROWS || o->c.bit >= CHUNK_BYTES * 8 || civil_day(r->t) != civil_day(o->c.t)))
        seal(s, o, point);
    uint8_t second = r->t % MS_SECOND == 0, raws = o->c.raws;
    if (o->c.count == 0) {
        uint8_t mode = o->c.mode;
        if (o->c.t == INT64_MIN) mode = isfinite(r->v) ? codec_value_decimals(r->v) : 2;
        start(s, o, r->t, mode, second);
        raws = 0;
    } else if (o->c.unit && !second) {
        put_finer(s, o, r);
        return false;
    }
    put_row(s, o, &(SeriesRow){r->t, r->v, r->q});
    if (o->c.raws == raws) return true;
    if (o->c.raws > RAWS_MAX) rebuild(s, o);
    return false;
}

/* Nearly every reading: good, newer than all of its point, on the day of the chunk, of its quality, and
 * short. */
static inline bool put_usual(Shard *s, Open *o, const Reading *r)
{
    uint8_t full[BITS_SLACK];
    Codec *c = &o->c;
    bool fits = r->t > c->t && c->count - 1u < CHUNK_ROWS - 1u && c->bit < CHUNK_BYTES * 8 && !c->ahead &&
                c->mode != CODEC_XOR && r->q == c->q && r->q < Q_BAD && !(r->flags & READING_AHEAD);
    if (!fits || day_of(r->t) != day_of(c->t)) return false;
    BitsOut out = codec_out(c, full);
    uint32_t at = out.bit / 64;
    if (!codec_put_fast(c, &out, r->t, r->v)) return false;
    codec_keep(c, &out);
    c->count++;
    c->latest_main = true;
    if (out.to != full) push_word(s, o, at, full);
    return true;
}

/* A side reading becomes the newest only by replacing it. */
static void side_latest(Shard *s, Open *o, const Reading *r)
{
    SeriesLatest l = open_latest(s, o);
    if (r->t >= l.t) open_set_latest(s, o, &(SeriesLatest){r->t, r->v, r->q});
}

void open_put(Shard *s, uint32_t slot, const Reading *r)
{
    Open *o = shard_open(s, slot);
    bool good = r->q < Q_BAD && isfinite(r->v) && !(r->flags & READING_AHEAD);
    if (r->t < s->oldest_t) s->oldest_t = r->t;
    if (good && r->t > s->newest_t) s->newest_t = r->t;
    if (put_usual(s, o, r)) return;
    if (r->t <= o->c.t || r->flags & READING_AHEAD) {
        side_add(s, o, r->point, r);
        if (good) side_latest(s, o, r);
        return;
    }
    if (!good) latest_hold(s, o);
    bool derivable = put_main(s, o, r->point, r);
    if (good && derivable) o->c.latest_main = true;
    else if (good) open_set_latest(s, o, &(SeriesLatest){r->t, r->v, r->q});
}

void open_settle(Shard *s, Open *o, uint32_t point, int64_t before)
{
    if (o->c.side) fold(s, o, point);
    if (o->c.count && o->c.t < before) seal(s, o, point);
}

/* ---- After a checkpoint ---- */
static void forget_point(const Shard *s, const Open *o, uint64_t seq)
{
    Sealed **link = &open_tail(s, o)->sealed;
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
        forget_point(s, shard_open(s, slot), upto[page]);
        s->sealed_bytes -= c->len;
        s->sealed_rows -= c->count;
        s->sealed_count--;
        sealed_release(c);
    }
}
