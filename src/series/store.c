/* The store as its users see it: opening, appending, the background thread, figures.
 *
 * An append reserves room in the log, applies the readings to the open chunks, and only then gets its
 * position and its place in the log. So whoever holds a shard's lock knows that every position given out so
 * far is in that shard's chunks (checkpoints rest on this), a full log refuses before anything was taken, and
 * an acknowledged reading is always visible. */
#include "base/log.h"
#include "base/wait.h"
#include "base/strmap.h"
#include "segment.h"
#include "store.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum {
    APPLY_AT_ONCE = 2048,
    AHEAD_STATE = 24,
    AHEAD_BITS = 12,
    SOON_FULL = 48,
    WAKE_MS = 500,
    FIRST_COMPACTION_MS = 300000
};

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

Rc store_fail_io(Ctx *ctx, const char *what, const char *path, int err)
{
    Rc rc = FAIL(ctx, RC_IO, "series.io", "读数存储的磁盘操作出错：%s %s",
                 "disk error of the reading store: %s %s", what, path);
    ctx_cause(ctx, "%s", strerror(-err));
    return rc;
}

Rc store_fail_damage(Ctx *ctx, const char *path, uint64_t at, const char *what)
{
    return FAIL(ctx, RC_IO, "series.damaged", "%s 在偏移 %llu 处已损坏（%s）",
                "%s is damaged at offset %llu (%s)", path, (unsigned long long)at, what);
}

/* ---- Background ---- */
static void upkeep_step(Series *s)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    if (checkpoint_due(s) && series_checkpoint(&ctx, s) < 0) log_err(LOG_ERROR, "series", &ctx);
    ctx_clear(&ctx);
    if (!atomic_load(&s->closing) && compact_due(&ctx, s) < 0 && !atomic_load(&s->closing))
        log_err(LOG_ERROR, "series", &ctx);
    arena_free(&arena);
}

static void *background(void *arg)
{
    Series *s = arg;
    pthread_mutex_lock(&s->bg_lock);
    while (!s->bg_stop) {
        wait_until(&s->bg_wake, &s->bg_lock, clock_mono_us() + WAKE_MS * 1000);
        if (s->bg_stop) break;
        pthread_mutex_unlock(&s->bg_lock);
        upkeep_step(s);
        pthread_mutex_lock(&s->bg_lock);
    }
    pthread_mutex_unlock(&s->bg_lock);
    return NULL;
}

static void background_stop(Series *s)
{
    if (!s->bg_running) return;
    atomic_store(&s->closing, true);
    pthread_mutex_lock(&s->bg_lock);
    s->bg_stop = true;
    pthread_cond_signal(&s->bg_wake);
    pthread_mutex_unlock(&s->bg_lock);
    pthread_join(s->thread, NULL);
    s->bg_running = false;
}

/* ---- Life ---- */
static Rc lock_dir(Ctx *ctx, Series *s)
{
    char path[IO_PATH_MAX];
    int err = s->io->mkdir(s->dir);
    if (err < 0) return store_fail_io(ctx, "mkdir", s->dir, err);
    snprintf(path, sizeof path, "%s/LOCK", s->dir);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (s->lock_fd < 0) return store_fail_io(ctx, "open", path, -errno);
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0) return RC_OK;
    return FAIL(ctx, RC_STATE, "series.locked", "读数目录 %s 正被另一个进程使用",
                "the directory of readings %s is in use by another process", s->dir);
}

static Series *series_new(const SeriesOptions *opt, const Io *io)
{
    Series *s = must(calloc(1, sizeof *s));
    s->opt = *opt;
    s->opt.dir = NULL;
    s->io = io;
    s->lock_fd = -1;
    if (s->opt.shards < 1) s->opt.shards = 1;
    if (s->opt.shards > SHARDS_MAX) s->opt.shards = SHARDS_MAX;
    if (!s->opt.checkpoint_bytes) s->opt.checkpoint_bytes = UINT64_C(256) << 20;
    if (!s->opt.checkpoint_ms) s->opt.checkpoint_ms = 60 * MS_SECOND;
    s->dir = must(strdup(opt->dir));
    s->shards = must(calloc((size_t)s->opt.shards, sizeof *s->shards));
    for (int i = 0; i < s->opt.shards; i++) shard_init(&s->shards[i]);
    s->catalog = snapshot_new(catalog_free);
    pthread_mutex_init(&s->compacting, NULL);
    pthread_mutex_init(&s->upkeep, NULL);
    pthread_mutex_init(&s->bg_lock, NULL);
    pthread_cond_init(&s->bg_wake, NULL);
    atomic_store(&s->checkpoint_at, clock_mono_us() / 1000);
    s->looked_at = clock_mono_us() / 1000;
    s->compacted_at = s->looked_at - MS_HOUR + FIRST_COMPACTION_MS; /* what the last run left behind */
    return s;
}

static void series_free(Series *s)
{
    log_close(&s->log);
    for (int i = 0; i < s->opt.shards; i++) shard_clear(&s->shards[i]);
    snapshot_free(&s->catalog);
    if (s->lock_fd >= 0) close(s->lock_fd);
    pthread_mutex_destroy(&s->compacting);
    pthread_mutex_destroy(&s->upkeep);
    pthread_mutex_destroy(&s->bg_lock);
    pthread_cond_destroy(&s->bg_wake);
    free(s->shards);
    free(s->dir);
    free(s);
}

Rc series__open(Ctx *ctx, const SeriesOptions *opt, const SeriesReplay *replay, const Io *io, Series **out)
{
    if (strlen(opt->dir) > IO_PATH_MAX / 2)
        return FAIL(ctx, RC_INVALID, "series.dir", "读数目录的路径过长",
                    "the path of the readings is too long");
    Series *s = series_new(opt, io);
    Rc rc = lock_dir(ctx, s);
    if (rc == RC_OK) rc = store_recover(ctx, s, replay);
    if (rc == RC_OK && opt->background) {
        s->bg_running = pthread_create(&s->thread, NULL, background, s) == 0;
        if (!s->bg_running) rc = FAIL(ctx, RC_BUSY, "series.thread", "无法创建线程", "no thread can be made");
        else pthread_setname_np(s->thread, "series-upkeep");
    }
    if (rc < 0) {
        series_free(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

Rc series_open(Ctx *ctx, const SeriesOptions *opt, const SeriesReplay *replay, Series **out)
{
    return series__open(ctx, opt, replay, &io_disk, out);
}

void series_close(Series **ps)
{
    Series *s = *ps;
    if (!s) return;
    *ps = NULL;
    background_stop(s);
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    if (series_checkpoint(&ctx, s) < 0) log_err(LOG_ERROR, "series", &ctx);
    arena_free(&arena);
    series_free(s);
}

/* ---- Appending ---- */
static bool readings_valid(const Series *s, int shard, const Reading *r, size_t n)
{
    uint32_t shards = (uint32_t)s->opt.shards, wrong = 0;
    for (size_t i = 0; i < n; i++)
        wrong |= (r[i].point - 1u >= POINT_MAX) | (r[i].t < SERIES_T_MIN) | (r[i].t > SERIES_T_MAX) |
                 (r[i].q > Q_BAD);
    for (size_t i = 0; i < n && shards > 1; i++) wrong |= r[i].point % shards != (uint32_t)shard;
    return !wrong;
}

/* Inlined by force: gcc 12 takes a function that only prefetches for one without effect and drops the call.
 */
static inline __attribute__((always_inline)) void prefetch_state(const Shard *s, uint32_t slot)
{
    __builtin_prefetch(shard_open(s, slot), 1);
}

static inline __attribute__((always_inline)) void prefetch_bits(const Shard *s, uint32_t slot)
{
    const Open *o = shard_open(s, slot);
    /* A word will most likely be full with this reading. */
    if ((o->c.bit & 63) >= SOON_FULL && o->last) __builtin_prefetch(slab_at(&s->slab, o->last), 1);
}

/* point / shards without a division: exact for points up to 2^24 and 16 shards. */
static uint32_t slot_of(uint32_t point, uint64_t reciprocal)
{
    return (uint32_t)(point * reciprocal >> 32);
}

static void apply(const Series *s, Shard *shard, const Reading *r, size_t n)
{
    uint64_t reciprocal = (UINT64_C(1) << 32) / (uint32_t)s->opt.shards + 1;
    uint32_t top = 0;
    for (size_t i = 0; i < n; i++)
        if (r[i].point > top) top = r[i].point;
    shard_grow(shard, slot_of(top, reciprocal) + 1);
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD_STATE < n) prefetch_state(shard, slot_of(r[i + AHEAD_STATE].point, reciprocal));
        if (i + AHEAD_BITS < n) prefetch_bits(shard, slot_of(r[i + AHEAD_BITS].point, reciprocal));
        open_put(shard, slot_of(r[i].point, reciprocal), &r[i]);
    }
}

static size_t build_record(Shard *shard, const Record *rec, const Reading *r, const SeriesNote *notes)
{
    size_t most = record_size_max(rec->readings, notes, rec->notes) + 8;
    if (most > shard->scratch_cap) {
        free(shard->scratch);
        shard->scratch = must(malloc(most * 2));
        shard->scratch_cap = most * 2;
    }
    Record full = *rec;
    full.len = (uint32_t)record_put_body(shard->scratch + RECORD_HEAD, r, rec->readings, notes, rec->notes);
    full.body_crc = crc32c(0, shard->scratch + RECORD_HEAD, full.len);
    record_put_head(shard->scratch, &full);
    return RECORD_HEAD + full.len;
}

Rc series_append(Series *s, int shard_no, int64_t arrival, const Reading *r, size_t n,
                 const SeriesNote *notes, size_t nnotes, SeriesTicket ticket, uint64_t *out_pos)
{
    if (shard_no < 0 || shard_no >= s->opt.shards || nnotes > UINT16_MAX) return RC_INVALID;
    if (!readings_valid(s, shard_no, r, n)) return RC_INVALID;
    if (record_size_max(n, notes, nnotes) > RECORD_BODY_MAX) return RC_TOO_LARGE;
    Shard *shard = &s->shards[shard_no];
    Record rec = {
        .arrival = arrival, .readings = (uint32_t)n, .notes = (uint16_t)nnotes, .shard = (uint16_t)shard_no};
    size_t size = build_record(shard, &rec, r, notes);
    TRY(log_reserve(s->log, size));
    for (size_t at = 0; at < n; at += APPLY_AT_ONCE) {
        pthread_mutex_lock(&shard->lock);
        apply(s, shard, r + at, n - at < APPLY_AT_ONCE ? n - at : APPLY_AT_ONCE);
        pthread_mutex_unlock(&shard->lock);
    }
    uint64_t pos = log_append(s->log, size, shard->scratch, size, ticket);
    if (out_pos) *out_pos = pos;
    return RC_OK;
}

void series_set_keep(Series *s, uint64_t pos)
{
    uint64_t old = atomic_load(&s->keep);
    while (old < pos && !atomic_compare_exchange_weak(&s->keep, &old, pos)) continue;
}

void series_latest(Series *s, uint32_t first, size_t n, SeriesLatest *out)
{
    uint32_t shards = (uint32_t)s->opt.shards;
    for (size_t i = 0; i < n; i++) out[i] = (SeriesLatest){.t = TIME_NONE};
    for (uint32_t k = 0; k < shards; k++) {
        Shard *shard = &s->shards[k];
        size_t i = (k + shards - first % shards) % shards;
        while (i < n) { /* a page at a time, so that the appender gets its turn */
            pthread_mutex_lock(&shard->lock);
            for (uint32_t turn = 0; turn < PAGE_POINTS && i < n; turn++, i += shards) {
                uint64_t slot = (first + i) / shards;
                if (slot < (uint64_t)shard->npages * PAGE_POINTS)
                    out[i] = open_latest(shard, shard_open(shard, (uint32_t)slot));
            }
            pthread_mutex_unlock(&shard->lock);
        }
    }
}

/* ---- Upkeep and figures ---- */
Rc series_checkpoint(Ctx *ctx, Series *s)
{
    pthread_mutex_lock(&s->upkeep);
    Rc rc = checkpoint_write(ctx, s);
    pthread_mutex_unlock(&s->upkeep);
    return rc;
}

static void count_page(const Shard *s, const Page *page, SeriesStats *out)
{
    for (int i = 0; i < PAGE_POINTS; i++) {
        const Open *o = &page->open[i];
        out->readings += o->c.count + (o->c.side ? open_tail(s, o)->side->n : 0u);
        out->chunks += o->c.count > 0;
    }
}

/* A page at a time, so that the appender gets its turn: the sum is of no one moment. */
static void count_open(Shard *shard, SeriesStats *out)
{
    for (uint32_t no = 0;; no++) {
        pthread_mutex_lock(&shard->lock);
        bool more = no < shard->npages;
        if (more) count_page(shard, shard->pages[no], out);
        pthread_mutex_unlock(&shard->lock);
        if (!more) break;
    }
    pthread_mutex_lock(&shard->lock);
    out->readings += shard->sealed_rows;
    out->chunks += shard->sealed_count;
    if (shard->oldest_t < out->oldest_t) out->oldest_t = shard->oldest_t;
    if (shard->newest_t > out->newest_t) out->newest_t = shard->newest_t;
    pthread_mutex_unlock(&shard->lock);
}

static void count_segments(const Catalog *c, SeriesStats *out)
{
    out->days = c->n;
    for (size_t d = 0; d < c->n; d++)
        for (size_t i = 0; i < c->days[d].n; i++) {
            const SegMeta *m = &c->days[d].segs[i]->m;
            if (m->min_t < out->oldest_t) out->oldest_t = m->min_t;
            if (m->kind != SEG_RAW) {
                out->rollup_bytes += m->bytes;
                continue;
            }
            if (m->max_t > out->newest_t) out->newest_t = m->max_t;
            out->segment_bytes += m->bytes;
            out->readings += m->rows;
            out->chunks += m->entries;
            out->segments++;
        }
}

void series_stats(Series *s, SeriesStats *out)
{
    LogStats log;
    *out = (SeriesStats){.oldest_t = INT64_MAX, .newest_t = INT64_MIN};
    log_stats(s->log, &log);
    out->log_bytes = log.bytes;
    out->pending_bytes = log.pending;
    out->syncs = log.syncs;
    for (int i = 0; i < s->opt.shards; i++) count_open(&s->shards[i], out);
    Catalog *c = snapshot_take(s->catalog);
    count_segments(c, out);
    snapshot_release(s->catalog, c);
    if (out->oldest_t == INT64_MAX) out->oldest_t = TIME_NONE;
}
