/* Opening: the manifest says which files count, the rest are leftovers and are removed; the checkpoint's
 * tails go back into memory; then the log behind them is read, given to the owner as far as it asked to keep
 * it, and its readings that the tails do not hold are put into the chunks again. A new log file is begun at
 * every open, so an old one is never appended to. */
#include "base/log.h"
#include "segment.h"
#include "store.h"
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct Recovery {
    Series *s;
    const SeriesReplay *replay;
    uint64_t *cover; /* per point: readings up to this position are in the tails or in segments */
    uint32_t ncover;
    uint64_t replayed;
} Recovery;

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

/* ---- Leftovers ---- */
static bool listed(const Series *s, const Day *day, const char *path)
{
    char want[IO_PATH_MAX];
    for (size_t i = 0; day && i < day->n; i++) {
        segment_path(want, sizeof want, s->dir, &day->segs[i]->m);
        if (strcmp(path, want) == 0) return true;
    }
    return false;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static bool is_day(const char *name, int32_t *day)
{
    Civil c = {0};
    int end = 0;
    if (sscanf(name, "%4d-%2d-%2d%n", &c.year, &c.month, &c.day, &end) != 3 || name[end]) return false;
    *day = (int32_t)civil_day(civil_ms(&c));
    return true;
}

static bool ours(const char *name)
{
    return ends_with(name, ".tmp") ||
           (ends_with(name, ".bin") && (strncmp(name, "seg-", 4) == 0 || strncmp(name, "hour-", 5) == 0 ||
                                        strncmp(name, "minute-", 7) == 0));
}

static void clean_day(Series *s, const Day *day, const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));) {
        char path[IO_PATH_MAX + 260];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (ours(e->d_name) && !listed(s, day, path)) s->io->unlink(path);
    }
    closedir(d);
    if (!day) s->io->rmdir(dir); /* refused while it holds anything */
}

/* Old logs and tails, and what was being written. */
static bool leftover(const Series *s, const char *name)
{
    uint64_t n;
    if (ends_with(name, ".tmp")) return true;
    if (!ends_with(name, ".bin")) return false;
    if (sscanf(name, "log-%12" SCNu64, &n) == 1) return n < s->manifest.log_seq;
    return sscanf(name, "tails-%12" SCNu64, &n) == 1 && n != s->manifest.tails_id;
}

static void clean(Series *s, const Catalog *c)
{
    DIR *d = opendir(s->dir);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));) {
        char path[IO_PATH_MAX];
        int32_t day;
        snprintf(path, sizeof path, "%s/%s", s->dir, e->d_name);
        if (is_day(e->d_name, &day)) clean_day(s, catalog_day(c, day), path);
        else if (leftover(s, e->d_name)) s->io->unlink(path);
    }
    closedir(d);
}

static Rc check_files(Ctx *ctx, const Series *s, const Catalog *c)
{
    char path[IO_PATH_MAX];
    struct stat st;
    for (size_t d = 0; d < c->n; d++)
        for (size_t i = 0; i < c->days[d].n; i++) {
            const SegMeta *m = &c->days[d].segs[i]->m;
            segment_path(path, sizeof path, s->dir, m);
            if (stat(path, &st) < 0) return store_fail_damage(ctx, path, 0, "missing");
            if ((uint64_t)st.st_size != m->bytes)
                return store_fail_damage(ctx, path, (uint64_t)st.st_size, "length");
        }
    return RC_OK;
}

/* ---- Manifest ---- */
static bool holds_readings(DIR *d)
{
    bool found = false;
    int32_t day;
    for (struct dirent *e; (e = readdir(d));)
        found |= is_day(e->d_name, &day) || strncmp(e->d_name, "log-", 4) == 0 ||
                 strncmp(e->d_name, "tails-", 6) == 0;
    return found;
}

/* A new folder's own name must last too. Its parent may be closed to us: then it was made by somebody else,
 * long ago. */
static int sync_parent(const Series *s)
{
    char parent[IO_PATH_MAX];
    snprintf(parent, sizeof parent, "%s/..", s->dir);
    int err = s->io->sync_dir(parent);
    return err == -EACCES ? 0 : err;
}

/* Without a manifest the folder must hold nothing of a store. */
static Rc start_empty(Ctx *ctx, Series *s, Catalog **out)
{
    DIR *d = opendir(s->dir);
    if (!d) return store_fail_io(ctx, "open", s->dir, -errno);
    bool found = holds_readings(d);
    closedir(d);
    if (found)
        return FAIL(ctx, RC_IO, "series.damaged", "%s 中有读数文件但缺少 MANIFEST",
                    "%s holds files of readings but no MANIFEST", s->dir);
    s->manifest = (Manifest){.next_id = 1, .next_rank = 1, .log_seq = 1};
    *out = catalog_edit(NULL, &(Edit){0});
    int err = sync_parent(s);
    if (err == 0) err = manifest_write(s->io, s->dir, &s->manifest, *out);
    if (err == 0) return RC_OK;
    catalog_free(*out);
    return store_fail_io(ctx, "write", "MANIFEST", err);
}

static Rc load_manifest(Ctx *ctx, Series *s)
{
    Catalog *c = NULL;
    Rc rc = manifest_read(ctx, s->io, s->dir, &s->manifest, &c);
    if (rc == RC_NOT_FOUND) rc = start_empty(ctx, s, &c);
    TRY(rc);
    rc = check_files(ctx, s, c);
    if (rc == RC_OK) clean(s, c);
    snapshot_publish(s->catalog, c);
    atomic_store(&s->next_id, s->manifest.next_id);
    atomic_store(&s->keep, s->manifest.keep);
    return rc;
}

/* A directory of the version before: from here on it is ours, and a program of that version refuses it. */
static Rc renew_manifest(Ctx *ctx, Series *s)
{
    if (!s->manifest.old) return RC_OK;
    Catalog *c = snapshot_take(s->catalog);
    int err = manifest_write(s->io, s->dir, &s->manifest, c);
    snapshot_release(s->catalog, c);
    if (err < 0) return store_fail_io(ctx, "write", "MANIFEST", err);
    s->manifest.old = false;
    LOG(LOG_INFO, "series", "directory brought to the present form", LOG_Z("dir", s->dir));
    return RC_OK;
}

/* ---- Tails ---- */
static void note_cover(void *ud, uint32_t first, uint32_t stride, uint32_t n, uint64_t pos)
{
    Recovery *k = ud;
    uint32_t need = first + stride * n;
    if (need > k->ncover) {
        k->cover = must(realloc(k->cover, need * sizeof *k->cover));
        memset(k->cover + k->ncover, 0, (need - k->ncover) * sizeof *k->cover);
        k->ncover = need;
    }
    for (uint32_t i = 0; i < n; i++) k->cover[first + i * stride] = pos;
}

static bool take_tail(void *ud, const TailIn *t)
{
    Recovery *k = ud;
    uint32_t shards = (uint32_t)k->s->opt.shards, slot = t->point / shards;
    Shard *s = &k->s->shards[t->point % shards];
    shard_grow(s, slot + 1);
    Open *o = shard_open(s, slot);
    if (t->image && !open_restore(s, o, t->image, t->len)) return false;
    if (!t->image && t->last_t != INT64_MIN) {
        o->c.t = t->last_t;
        o->c.mode = t->mode;
    }
    if (t->latest.t != TIME_NONE) open_set_latest(s, o, &t->latest);
    if (t->latest_is_last && !t->image) return false;
    o->c.latest_main = t->latest_is_last;
    SeriesLatest l = open_latest(s, o);
    if (l.t != TIME_NONE && l.t > s->newest_t) s->newest_t = l.t;
    if (t->image && open_tail(s, o)->first_t < s->oldest_t) s->oldest_t = open_tail(s, o)->first_t;
    return true;
}

/* ---- Log ---- */
static void put_again(Recovery *k, const Reading *r)
{
    uint32_t shards = (uint32_t)k->s->opt.shards, slot = r->point / shards;
    Shard *s = &k->s->shards[r->point % shards];
    shard_grow(s, slot + 1);
    open_put(s, slot, r);
    k->replayed++;
}

static void take_record(void *ud, const Record *rec, const Reading *r, const SeriesNote *notes)
{
    Recovery *k = ud;
    for (uint32_t i = 0; i < rec->readings; i++) {
        uint64_t cover = r[i].point < k->ncover ? k->cover[r[i].point] : 0;
        bool sane = r[i].point <= POINT_MAX && r[i].t >= SERIES_T_MIN && r[i].t <= SERIES_T_MAX;
        if (rec->pos > cover && sane) put_again(k, &r[i]);
    }
    if (!k->replay || rec->pos <= k->s->manifest.keep) return;
    if (k->replay->readings && rec->readings)
        k->replay->readings(k->replay->ud, rec->pos, rec->shard, rec->arrival, r, rec->readings);
    for (uint32_t i = 0; i < rec->notes && k->replay->note; i++)
        k->replay->note(k->replay->ud, rec->pos, rec->shard, notes[i].kind, notes[i].bytes);
}

static int cut(const Series *s, uint64_t seq, uint64_t at)
{
    char path[IO_PATH_MAX];
    log_file_name(path, sizeof path, s->dir, seq);
    int fd = s->io->open(path, false);
    if (fd < 0) return fd;
    int rc = s->io->truncate(fd, at);
    if (rc == 0) rc = s->io->sync(fd);
    s->io->close(fd);
    LOG(LOG_WARN, "series", "torn end of the log cut off", LOG_Z("file", path), LOG_I64("offset", at));
    return rc;
}

static Rc start_log(Ctx *ctx, Series *s, const LogScan *scan)
{
    char path[IO_PATH_MAX];
    int err = 0;
    uint64_t seq = scan->nfiles ? scan->files[scan->nfiles - 1].seq : s->manifest.log_seq - 1;
    if (scan->torn_at) err = cut(s, seq, scan->torn_at);
    if (err == 0 && scan->headless) {
        log_file_name(path, sizeof path, s->dir, scan->headless_seq);
        err = s->io->unlink(path);
    }
    uint64_t last = scan->last_pos > s->manifest.last_pos ? scan->last_pos : s->manifest.last_pos;
    LogStart start = {.dir = s->dir, .io = s->io, .seq = seq + 1, .last_pos = last};
    start.nbefore = scan->nfiles;
    start.before = must(malloc((scan->nfiles + 1) * sizeof(LogFile)));
    memcpy(start.before, scan->files, scan->nfiles * sizeof(LogFile));
    if (err < 0) free(start.before);
    else err = log_open(&start, &s->log);
    return err < 0 ? store_fail_io(ctx, "write", "log", err) : RC_OK;
}

static Rc replay_log(Ctx *ctx, Series *s, Recovery *k)
{
    LogScan scan = {.dir = s->dir, .first_seq = s->manifest.log_seq, .record = take_record, .ud = k};
    Rc rc = log_scan(&scan);
    if (rc == RC_OK && scan.nfiles == 0 && s->manifest.tails_id) {
        snprintf(scan.problem, sizeof scan.problem, "log-%012" PRIu64 ".bin: the file is missing",
                 scan.first_seq);
        rc = RC_INVALID;
    }
    if (rc < 0)
        rc = FAIL(ctx, RC_IO, rc == RC_IO ? "series.io" : "series.damaged", "日志无法读取：%s",
                  "the log cannot be read: %s", scan.problem);
    else rc = renew_manifest(ctx, s);
    if (rc == RC_OK) rc = start_log(ctx, s, &scan);
    free(scan.files);
    return rc;
}

Rc store_recover(Ctx *ctx, Series *s, const SeriesReplay *replay)
{
    Recovery k = {.s = s, .replay = replay};
    TRY(load_manifest(ctx, s));
    Rc rc = RC_OK;
    TailsVisit visit = {take_tail, note_cover, &k};
    if (s->manifest.tails_id) rc = tails_read(ctx, s->dir, s->manifest.tails_id, &visit);
    if (rc == RC_OK) rc = replay_log(ctx, s, &k);
    free(k.cover);
    if (rc == RC_OK && k.replayed) LOG(LOG_INFO, "series", "log replayed", LOG_I64("readings", k.replayed));
    return rc;
}
