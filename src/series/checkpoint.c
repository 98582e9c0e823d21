/* A checkpoint makes the log before it unnecessary: it writes every open tail into one file, the chunks
 * sealed so far into a segment per day, and then one manifest that names both. Points are copied page by page
 * under their shard's lock, so an appender waits for a thousand points at most. Each page notes the log
 * position it stands at; after a crash the readings of its points behind that position are taken from the log
 * again. What was sealed after its page was copied waits for the next checkpoint. */
#include "base/log.h"
#include "base/strmap.h"
#include "segment.h"
#include "store.h"
#include "wire.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char tails_magic[8] = "ANTAIL01";
enum { TAILS_HEAD = 16, TAILS_BLOCK = 32, TAIL_MAX = 3 + 1 + 10 + 1 + 17 + 4 + CHUNK_IMAGE_MAX };
enum { HAS_CHUNK = 1, HAS_LATEST = 2, LATEST_IS_LAST = 4, HAS_TIME = 8, LATEST_AT_TIME = 16 };
#define BLOCK_MAGIC UINT32_C(0x4c425441) /* "ATBL" */
#define END_MAGIC   UINT32_C(0x4e455441) /* "ATEN" */

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

void tails_path(char *out, size_t size, const char *dir, uint64_t id)
{
    snprintf(out, size, "%s/tails-%012llu.bin", dir, (unsigned long long)id);
}

/* ---- Writing tails ---- */
typedef struct Bytes {
    uint8_t *p;
    size_t n, cap;
} Bytes;

static uint8_t *bytes_room(Bytes *b, size_t n)
{
    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        b->p = must(realloc(b->p, b->cap));
    }
    return b->p + b->n;
}

/* Whole seconds are the rule: the low bit tells. */
static uint8_t *put_time(uint8_t *p, int64_t t)
{
    return put_varint(p, t % MS_SECOND ? zigzag(t) << 1 | 1 : zigzag(t / MS_SECOND) << 1);
}

static bool time_fits(int64_t t)
{
    return t >= SERIES_T_MIN && t <= SERIES_T_MAX;
}

static int64_t get_time(In *in)
{
    uint64_t u = in_varint(in);
    int64_t t = unzigzag(u >> 1);
    if (time_fits(t) && !(u & 1)) t *= MS_SECOND;
    if (time_fits(t)) return t;
    in->bad = true;
    return 0;
}

/* A byte with the decimals and the quality, then the scaled integer or the raw bits. */
static uint8_t *put_value(uint8_t *p, double v, uint8_t q)
{
    int64_t n;
    uint8_t d = codec_value_decimals(v);
    *p++ = (uint8_t)(d | q << 4);
    if (d <= CODEC_DECIMALS && codec_value_scale(v, d, &n)) return put_varint(p, zigzag(n));
    memcpy(p, &v, 8);
    return p + 8;
}

static double get_value(In *in, uint8_t *q)
{
    uint8_t form = (uint8_t)in_u(in, 1);
    *q = form >> 4;
    if ((form & 15) <= CODEC_DECIMALS) return codec_value_unscale(unzigzag(in_varint(in)), form & 15);
    uint64_t u = in_u(in, 8);
    double v;
    memcpy(&v, &u, 8);
    return v;
}

static uint8_t *put_tail(const Shard *s, uint8_t *p, const Open *o, const SeriesLatest *l, uint8_t flags)
{
    *p++ = flags;
    if (flags & HAS_CHUNK) {
        uint8_t image[CHUNK_IMAGE_MAX];
        size_t len = open_image(s, o, image);
        p = put_varint(p, len);
        memcpy(p, image, len);
        p += len;
    } else if (flags & HAS_TIME) {
        p = put_time(p, o->c.t);
        *p++ = o->c.mode;
    }
    if (flags & HAS_LATEST) p = put_time(p, l->t);
    if (flags & (HAS_LATEST | LATEST_AT_TIME)) p = put_value(p, l->v, l->q);
    return p;
}

static uint8_t tail_flags(const Open *o, const SeriesLatest *l)
{
    uint8_t flags = o->c.count ? HAS_CHUNK : o->c.t != INT64_MIN ? HAS_TIME : 0;
    if (l->t == TIME_NONE) return flags;
    if (o->c.latest_main) return flags | LATEST_IS_LAST;
    return flags | (flags == HAS_TIME && l->t == o->c.t ? LATEST_AT_TIME : HAS_LATEST);
}

static void page_tails(const Shard *s, const Page *page, Bytes *out)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i < PAGE_POINTS; i++) {
        const Open *o = &page->open[i];
        SeriesLatest l = open_latest(s, o);
        uint8_t flags = tail_flags(o, &l);
        if (!flags) continue;
        uint8_t *p = bytes_room(out, TAIL_MAX);
        p = put_varint(p, i - before);
        before = i;
        out->n = (size_t)(put_tail(s, p, o, &l, flags) - out->p);
    }
}

static void put_block(IoWriter *w, const Bytes *body, const uint32_t where[3], uint64_t cover)
{
    uint8_t head[TAILS_BLOCK];
    put_u32(head, BLOCK_MAGIC);
    put_u32(head + 4, (uint32_t)body->n);
    for (int i = 0; i < 3; i++) put_u32(head + 12 + 4 * i, where[i]);
    put_u64(head + 24, cover);
    put_u32(head + 8, crc32c(crc32c(0, head + 12, TAILS_BLOCK - 12), body->p, body->n));
    io_writer_put(w, head, sizeof head);
    io_writer_put(w, body->p, body->n);
}

typedef struct Work {
    Series *s;
    IoWriter tails;
    uint64_t *upto[SHARDS_MAX]; /* per page: chunks sealed up to here are flushed */
    uint32_t npages[SHARDS_MAX];
    Sealed **sealed;
    size_t nsealed, cap;
    Segment **segments;
    size_t nsegments;
    uint64_t rank;
    int64_t before; /* chunks of earlier days are sealed */
} Work;

static void one_page(Work *k, uint32_t shard, uint32_t no, Bytes *body)
{
    Shard *s = &k->s->shards[shard];
    uint32_t stride = (uint32_t)k->s->opt.shards, first = no * PAGE_POINTS * stride + shard;
    body->n = 0;
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < PAGE_POINTS; i++)
        open_settle(s, &s->pages[no]->open[i], first + i * stride, k->before);
    page_tails(s, s->pages[no], body);
    k->upto[shard][no] = s->sealed_seq;
    uint64_t cover = log_last_pos(k->s->log);
    pthread_mutex_unlock(&s->lock);
    put_block(&k->tails, body, (uint32_t[]){first, stride, PAGE_POINTS}, cover);
}

static void take_sealed(Work *k, uint32_t shard)
{
    Shard *s = &k->s->shards[shard];
    uint32_t stride = (uint32_t)k->s->opt.shards;
    pthread_mutex_lock(&s->lock);
    for (Sealed *c = s->first; c; c = c->next) {
        uint32_t no = c->point / stride / PAGE_POINTS;
        if (no >= k->npages[shard] || c->seq > k->upto[shard][no]) continue;
        if (k->nsealed == k->cap) {
            k->cap = k->cap ? k->cap * 2 : 1024;
            k->sealed = must(realloc(k->sealed, k->cap * sizeof(Sealed *)));
        }
        atomic_fetch_add(&c->refs, 1);
        k->sealed[k->nsealed++] = c;
    }
    pthread_mutex_unlock(&s->lock);
}

static Rc write_tails(Ctx *ctx, Work *k, uint64_t id)
{
    Series *s = k->s;
    char path[IO_PATH_MAX];
    uint8_t head[TAILS_HEAD];
    Bytes body = {0};
    uint32_t blocks = 0;
    tails_path(path, sizeof path, s->dir, id);
    int err = io_writer_open(&k->tails, s->io, path);
    if (err < 0) return store_fail_io(ctx, "write", path, err);
    memcpy(head, tails_magic, 8);
    put_u64(head + 8, id);
    io_writer_put(&k->tails, head, sizeof head);
    for (uint32_t shard = 0; shard < (uint32_t)s->opt.shards; shard++) {
        pthread_mutex_lock(&s->shards[shard].lock);
        k->npages[shard] = s->shards[shard].npages;
        pthread_mutex_unlock(&s->shards[shard].lock);
        k->upto[shard] = must(calloc(k->npages[shard] + 1, sizeof(uint64_t)));
        for (uint32_t no = 0; no < k->npages[shard]; no++, blocks++) one_page(k, shard, no, &body);
        take_sealed(k, shard);
    }
    free(body.p);
    put_u32(head, END_MAGIC);
    put_u32(head + 4, blocks);
    put_u32(head + 8, 0);
    put_u32(head + 12, crc32c(0, head, 12));
    io_writer_put(&k->tails, head, sizeof head);
    atomic_store(&s->tails_bytes, k->tails.at);
    err = io_writer_commit(&k->tails, s->dir);
    return err < 0 ? store_fail_io(ctx, "write", path, err) : RC_OK;
}

/* ---- Sealed chunks into segments ---- */
static int by_day_point_seq(const void *a, const void *b)
{
    const Sealed *x = *(Sealed *const *)a, *y = *(Sealed *const *)b;
    int64_t dx = civil_day(x->first_t), dy = civil_day(y->first_t);
    if (dx != dy) return dx < dy ? -1 : 1;
    if (x->point != y->point) return x->point < y->point ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static int write_day(Work *k, size_t *at)
{
    Series *s = k->s;
    int32_t day = (int32_t)civil_day(k->sealed[*at]->first_t);
    SegMeta m = {.id = atomic_fetch_add(&s->next_id, 1), .rank = k->rank, .day = day, .kind = SEG_RAW};
    SegWriter w;
    int err = seg_writer_open(&w, s->io, s->dir, &m);
    if (err < 0) {
        seg_writer_abort(&w);
        return err;
    }
    for (; *at < k->nsealed && civil_day(k->sealed[*at]->first_t) == day && !seg_writer_full(&w); ++*at) {
        const Sealed *c = k->sealed[*at];
        SeriesRow ends[2] = {{.t = c->first_t}, {.t = c->last_t}};
        seg_writer_add(&w, c->point, ends, c->count, c->image, c->len);
    }
    k->segments = must(realloc(k->segments, (k->nsegments + 1) * sizeof(Segment *)));
    err = seg_writer_commit(&w, &k->segments[k->nsegments]);
    if (err == 0) k->nsegments++;
    return err;
}

static Rc write_segments(Ctx *ctx, Work *k)
{
    if (k->nsealed == 0) return RC_OK;
    qsort(k->sealed, k->nsealed, sizeof(Sealed *), by_day_point_seq);
    for (size_t at = 0; at < k->nsealed;) {
        int err = write_day(k, &at);
        if (err < 0) return store_fail_io(ctx, "write", "segment", err);
    }
    return RC_OK;
}

/* ---- The switch ---- */
static Rc switch_over(Ctx *ctx, Work *k, uint64_t tails_id, uint64_t covered)
{
    Series *s = k->s;
    Manifest m = s->manifest;
    uint64_t keep = atomic_load(&s->keep), old_tails = m.tails_id;
    m.tails_id = tails_id;
    m.last_pos = log_last_pos(s->log);
    if (keep > m.last_pos) keep = m.last_pos;
    if (keep > m.keep) m.keep = keep;
    m.log_seq = log_first_needed(s->log, keep < covered ? keep : covered);
    m.next_rank = k->rank + 1;
    m.next_id = atomic_load(&s->next_id);
    Catalog *old = snapshot_take(s->catalog);
    Catalog *now = catalog_edit(old, &(Edit){.add = k->segments, .nadd = k->nsegments});
    snapshot_release(s->catalog, old);
    k->nsegments = 0; /* the catalog owns them */
    int err = manifest_write(s->io, s->dir, &m, now);
    if (err < 0) {
        catalog_free(
            now); /* the files stay until the next open: a manifest that names them may be on the disk */
        return store_fail_io(ctx, "write", "MANIFEST", err);
    }
    s->manifest = m;
    snapshot_publish(s->catalog, now);
    for (int i = 0; i < s->opt.shards; i++) {
        pthread_mutex_lock(&s->shards[i].lock);
        shard_forget(&s->shards[i], k->upto[i], k->npages[i], (uint32_t)s->opt.shards);
        pthread_mutex_unlock(&s->shards[i].lock);
    }
    char path[IO_PATH_MAX];
    tails_path(path, sizeof path, s->dir, old_tails);
    if (old_tails) s->io->unlink(path);
    log_drop(s->log, m.log_seq);
    return RC_OK;
}

static void work_free(Work *k)
{
    for (int i = 0; i < SHARDS_MAX; i++) free(k->upto[i]);
    for (size_t i = 0; i < k->nsealed; i++) sealed_release(k->sealed[i]);
    for (size_t i = 0; i < k->nsegments; i++) { /* never named by a manifest */
        atomic_store(&k->segments[i]->dead, true);
        segment_release(k->segments[i]);
    }
    free(k->sealed);
    free(k->segments);
}

/* Days before the newest reading's (or the clock's, when readings run ahead of it) get no more readings as a
 * rule. */
static int64_t seal_before(Series *s)
{
    int64_t newest = INT64_MIN, now = clock_now();
    for (int i = 0; i < s->opt.shards; i++) {
        pthread_mutex_lock(&s->shards[i].lock);
        if (s->shards[i].newest_t > newest) newest = s->shards[i].newest_t;
        pthread_mutex_unlock(&s->shards[i].lock);
    }
    if (newest == INT64_MIN) return INT64_MIN;
    return civil_day_start(civil_day(newest < now ? newest : now));
}

Rc checkpoint_write(Ctx *ctx, Series *s)
{
    atomic_store(&s->checkpoint_at, clock_mono_us() / 1000);
    Rc rc = log_rotate(s->log);
    if (rc < 0) return FAIL(ctx, rc, "series.io", "日志无法写入磁盘", "the log cannot be written");
    Work k = {.s = s, .rank = s->manifest.next_rank, .before = seal_before(s)};
    uint64_t covered = log_last_pos(s->log), id = atomic_fetch_add(&s->next_id, 1);
    rc = write_tails(ctx, &k, id);
    bool tails = rc == RC_OK;
    if (rc == RC_OK) rc = write_segments(ctx, &k);
    if (rc == RC_OK) {
        rc = switch_over(ctx, &k, id, covered);
        tails = false;
    }
    if (tails) {
        char path[IO_PATH_MAX];
        tails_path(path, sizeof path, s->dir, id);
        s->io->unlink(path);
    }
    work_free(&k);
    return rc;
}

/* Every interval, but not more bytes than the log would: a checkpoint that writes a hundred times what came
 * in would only wear the disk. */
bool checkpoint_due(Series *s)
{
    LogStats log;
    log_stats(s->log, &log);
    if (log.current_bytes == 0) return false;
    if (log.current_bytes >= s->opt.checkpoint_bytes) return true;
    int64_t passed = clock_mono_us() / 1000 - atomic_load(&s->checkpoint_at);
    return passed >= s->opt.checkpoint_ms &&
           (log.current_bytes >= atomic_load(&s->tails_bytes) / 4 || passed >= 15 * s->opt.checkpoint_ms);
}

/* ---- Reading tails ---- */
static bool get_tail(In *in, TailIn *t)
{
    uint8_t flags = (uint8_t)in_u(in, 1);
    t->latest.t = TIME_NONE;
    t->last_t = INT64_MIN;
    t->latest_is_last = flags & LATEST_IS_LAST;
    if (flags & HAS_CHUNK) {
        t->len = (size_t)in_varint(in);
        t->image = in_bytes(in, t->len);
    } else if (flags & HAS_TIME) {
        t->last_t = get_time(in);
        t->mode = (uint8_t)in_u(in, 1);
    }
    if (flags & HAS_LATEST) t->latest.t = get_time(in);
    if (flags & LATEST_AT_TIME) t->latest.t = t->last_t;
    if (flags & (HAS_LATEST | LATEST_AT_TIME)) t->latest.v = get_value(in, &t->latest.q);
    return !in->bad && (t->mode <= CODEC_DECIMALS || t->mode == CODEC_XOR);
}

typedef struct TailsFile {
    const char *path;
    const uint8_t *p;
    size_t len, at;
} TailsFile;

static Rc read_block(Ctx *ctx, TailsFile *f, const TailsVisit *visit)
{
    const uint8_t *head = f->p + f->at;
    size_t n = get_u32(head + 4);
    if (n > f->len - f->at - TAILS_BLOCK) return store_fail_damage(ctx, f->path, f->at, "tails block");
    if (get_u32(head + 8) != crc32c(0, head + 12, TAILS_BLOCK - 12 + n))
        return store_fail_damage(ctx, f->path, f->at, "tails block");
    TailIn t = {.cover = get_u64(head + 24)};
    uint32_t first = get_u32(head + 12), stride = get_u32(head + 16), slots = get_u32(head + 20), slot = 0;
    In in = {head + TAILS_BLOCK, head + TAILS_BLOCK + n, false};
    if (stride == 0 || stride > SHARDS_MAX || slots > PAGE_POINTS || first > POINT_MAX)
        return store_fail_damage(ctx, f->path, f->at, "tails block");
    if (visit->cover) visit->cover(visit->ud, first, stride, slots, t.cover);
    while (in.p < in.end) {
        slot += (uint32_t)in_varint(&in);
        t = (TailIn){.cover = t.cover, .point = first + slot * stride};
        if (slot >= slots || t.point == 0 || t.point > POINT_MAX || !get_tail(&in, &t))
            return store_fail_damage(ctx, f->path, f->at, "tail");
        if (!visit->tail(visit->ud, &t)) return store_fail_damage(ctx, f->path, f->at, "chunk of a tail");
    }
    f->at += TAILS_BLOCK + n;
    return RC_OK;
}

static Rc read_blocks(Ctx *ctx, TailsFile *f, uint64_t id, const TailsVisit *visit)
{
    uint32_t blocks = 0;
    if (f->len < 2 * TAILS_HEAD || memcmp(f->p, tails_magic, 8) != 0 || get_u64(f->p + 8) != id)
        return store_fail_damage(ctx, f->path, 0, "head");
    f->at = TAILS_HEAD;
    for (; f->len - f->at >= TAILS_BLOCK && get_u32(f->p + f->at) == BLOCK_MAGIC; blocks++)
        TRY(read_block(ctx, f, visit));
    const uint8_t *end = f->p + f->at;
    if (f->len - f->at != TAILS_HEAD || get_u32(end) != END_MAGIC || get_u32(end + 4) != blocks ||
        get_u32(end + 12) != crc32c(0, end, 12))
        return store_fail_damage(ctx, f->path, f->at, "end");
    return RC_OK;
}

Rc tails_read(Ctx *ctx, const char *dir, uint64_t id, const TailsVisit *visit)
{
    char path[IO_PATH_MAX];
    uint64_t len;
    tails_path(path, sizeof path, dir, id);
    int fd = io_open_read(path, &len);
    if (fd < 0) return store_fail_io(ctx, "open", path, fd);
    uint8_t *p = must(malloc(len + 1));
    int err = io_pread(fd, p, len, 0);
    io_close_read(fd);
    TailsFile f = {path, p, len, 0};
    Rc rc = err < 0 ? store_fail_io(ctx, "read", path, err) : read_blocks(ctx, &f, id, visit);
    free(p);
    return rc;
}
