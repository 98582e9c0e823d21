/* Checking a store that nobody has open: every file of the manifest is read from front to back, every
 * checksum is verified, chunks are decoded and their order checked, directories are compared with what they
 * point at, and roll-ups are made again from the raw rows and compared. Findings are lines of text; the check
 * goes on behind a damaged part where it can. */
#include "base/log.h"
#include "compact.h"
#include "wire.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

typedef struct Check {
    Ctx *ctx;
    StrBuf *out;
    const char *dir;
    SeriesStats *stats;
    size_t findings;
    Catalog *catalog;
    Manifest manifest;
} Check;

static void finding(Check *k, const char *text)
{
    buf_addz(k->out, text);
    buf_addc(k->out, '\n');
    k->findings++;
}

/* Turns the failure in ctx into a finding. */
static void take_failure(Check *k)
{
    finding(k, k->ctx->err.message);
    ctx_clear(k->ctx);
}

static void at_file(Check *k, const char *path, uint64_t at, const char *what)
{
    char line[IO_PATH_MAX + 128];
    snprintf(line, sizeof line, "%s, offset %" PRIu64 ": %s", path, at, what);
    finding(k, line);
}

static void seen(Check *k, int64_t first, int64_t last)
{
    if (first < k->stats->oldest_t) k->stats->oldest_t = first;
    if (last > k->stats->newest_t) k->stats->newest_t = last;
}

/* ---- Segments ---- */
typedef struct SegCheck {
    SegFile f;
    uint64_t next_offset, rows;
    uint32_t point; /* of the entry before */
    int64_t last_t; /* of the entry before */
    int64_t min_t, max_t;
} SegCheck;

static const char *check_ends(SegCheck *c, const SegEntry *e, const int64_t ends[2])
{
    const SegMeta *m = &c->f.seg->m;
    int64_t start = civil_day_start(m->day);
    if (ends[0] != start + e->first) return "the directory's time is not the record's";
    if (ends[0] < start || ends[1] >= start + MS_DAY) return "a time outside the day";
    if (e->point < c->point || e->point == 0) return "points out of order";
    if (m->compact && e->point == c->point && ends[0] <= c->last_t)
        return "overlapping records in a compacted segment";
    c->point = e->point;
    c->last_t = ends[1];
    c->rows += e->count;
    if (ends[0] < c->min_t) c->min_t = ends[0];
    if (ends[1] > c->max_t) c->max_t = ends[1];
    return NULL;
}

static const char *check_image(SegCheck *c, const SegEntry *e, const uint8_t *image)
{
    const SegMeta *m = &c->f.seg->m;
    int64_t ends[2];
    if (m->kind == SEG_RAW) {
        SeriesRow rows[CHUNK_ROWS_MAX];
        if (chunk_decode(image, e->len, rows, NULL) != e->count) return "a chunk that cannot be decoded";
        ends[0] = rows[0].t;
        ends[1] = rows[e->count - 1].t;
    } else {
        SeriesStep steps[ROLL_STEPS_MAX];
        int64_t width = seg_width(m->kind);
        if (roll_decode(image, e->len, civil_day_start(m->day), width, steps) != e->count)
            return "a roll-up that cannot be decoded";
        ends[0] = steps[0].t;
        ends[1] = steps[e->count - 1].last_t;
    }
    return check_ends(c, e, ends);
}

static void check_entries(Check *k, SegCheck *c)
{
    uint8_t image[UINT16_MAX];
    SegEntry e;
    for (uint32_t i = 0; i < c->f.seg->m.entries; i++) {
        if (seg_file_entry(k->ctx, &c->f, i, &e) < 0) {
            take_failure(k);
            return;
        }
        if (e.offset != c->next_offset) at_file(k, c->f.path, e.offset, "a gap between records");
        c->next_offset = e.offset + 4u + e.len;
        if (seg_file_image(k->ctx, &c->f, &e, image) < 0) {
            take_failure(k);
            continue;
        }
        const char *wrong = check_image(c, &e, image);
        if (wrong) at_file(k, c->f.path, e.offset, wrong);
    }
    const SegMeta *m = &c->f.seg->m;
    if (c->next_offset != c->f.seg->dir_off)
        at_file(k, c->f.path, c->next_offset, "bytes that belong to no record");
    if (c->rows != m->rows || c->min_t != m->min_t || c->max_t != m->max_t)
        at_file(k, c->f.path, m->bytes - SEG_FOOT, "rows or times differ from the manifest");
}

static void check_segment(Check *k, Segment *seg)
{
    SegCheck c = {.next_offset = SEG_HEAD, .last_t = INT64_MIN, .min_t = INT64_MAX, .max_t = INT64_MIN};
    if (seg->m.kind == SEG_RAW) {
        k->stats->segments++;
        k->stats->segment_bytes += seg->m.bytes;
        k->stats->readings += seg->m.rows;
        k->stats->chunks += seg->m.entries;
        seen(k, seg->m.min_t, seg->m.max_t);
    } else {
        k->stats->rollup_bytes += seg->m.bytes;
    }
    if (seg_file_open(k->ctx, seg, &c.f) < 0) {
        take_failure(k);
        return;
    }
    check_entries(k, &c);
    seg_file_close(&c.f);
}

/* ---- Roll-ups against raw ---- */
static bool near(double a, double b, double scale)
{
    return a == b || fabs(a - b) <= 1e-9 * (fabs(scale) + 1) || (isnan(a) && isnan(b));
}

static bool same_step(const SeriesStep *a, const SeriesStep *b)
{
    double scale = (fabs(a->min) + fabs(a->max)) * a->count;
    return a->t == b->t && a->min == b->min && a->max == b->max && a->last == b->last &&
           a->last_t == b->last_t && a->count == b->count && a->q == b->q && near(a->sum, b->sum, scale);
}

static bool same_steps(const Steps *a, const Steps *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!same_step(&a->p[i], &b->p[i])) return false;
    return true;
}

static Rc check_point_kind(Check *k, const Day *day, uint8_t kind, uint32_t point, const Rows *rows)
{
    Steps want = {0}, got = {0};
    uint64_t rank;
    if (kind == SEG_HOUR || rows_fast(rows)) steps_of_rows(&want, rows->p, rows->n, seg_width(kind));
    Rc rc = day_rollups(k->ctx, day, kind, point, &got, &rank);
    if (rc == RC_OK && !same_steps(&want, &got)) {
        char line[128];
        snprintf(line, sizeof line, "day %d, point %u: %s roll-up differs from the readings", (int)day->day,
                 point, kind == SEG_HOUR ? "hour" : "minute");
        finding(k, line);
    }
    steps_free(&want);
    steps_free(&got);
    return rc;
}

static Rc check_point(Check *k, const Day *day, SegFile *raw, uint32_t point, size_t from)
{
    Rows rows = {0};
    Rc rc = RC_OK;
    for (size_t i = from; i < day->n && rc == RC_OK;
         i++) { /* a point may go on in the next file of the same run */
        Segment *seg = day->segs[i];
        SegFile other, *f = raw;
        if (seg->m.kind != SEG_RAW || !seg->m.compact) continue;
        if (seg != raw->seg) {
            rc = seg_file_open(k->ctx, seg, &other);
            f = &other;
        }
        if (rc == RC_OK) rc = seg_file_rows(k->ctx, f, point, (int64_t[]){SERIES_T_MIN, SERIES_T_MAX}, &rows);
        if (f == &other && rc == RC_OK) seg_file_close(&other);
    }
    for (uint8_t kind = SEG_HOUR; kind < SEG_KINDS && rc == RC_OK; kind++)
        rc = check_point_kind(k, day, kind, point, &rows);
    rows_free(&rows);
    return rc;
}

static Rc check_file_rollups(Check *k, const Day *day, size_t at, uint32_t *done)
{
    SegFile f;
    Rc rc = RC_OK;
    TRY(seg_file_open(k->ctx, day->segs[at], &f));
    for (uint32_t i = 0; i < day->segs[at]->m.entries && rc == RC_OK; i++) {
        SegEntry e;
        rc = seg_file_entry(k->ctx, &f, i, &e);
        if (rc < 0 || e.point <= *done) continue;
        *done = e.point;
        rc = check_point(k, day, &f, e.point, at);
    }
    seg_file_close(&f);
    return rc;
}

static void check_rollups(Check *k, const Day *day)
{
    uint32_t done = 0;
    if (day->raw_gone) return;
    for (size_t i = 0; i < day->n; i++) {
        const SegMeta *m = &day->segs[i]->m;
        if (m->kind != SEG_RAW || !m->compact) continue;
        if (check_file_rollups(k, day, i, &done) < 0) {
            take_failure(k);
            return;
        }
    }
}

/* ---- Tails and log ---- */
static bool check_tail(void *ud, const TailIn *t)
{
    Check *k = ud;
    SeriesRow rows[CHUNK_ROWS_MAX];
    if (!t->image) return true;
    int n = chunk_decode(t->image, t->len, rows, NULL);
    if (n <= 0 || civil_day(rows[0].t) != civil_day(rows[n - 1].t)) return false;
    k->stats->readings += (uint64_t)n;
    k->stats->chunks++;
    seen(k, rows[0].t, rows[n - 1].t);
    return true;
}

static void check_log(Check *k)
{
    LogScan scan = {.dir = k->dir, .first_seq = k->manifest.log_seq};
    Rc rc = log_scan(&scan);
    if (rc < 0) finding(k, scan.problem);
    else if (scan.nfiles == 0 && k->manifest.tails_id) finding(k, "the log is missing");
    for (size_t i = 0; i < scan.nfiles; i++) k->stats->log_bytes += scan.files[i].len;
    free(scan.files);
}

static void check_all(Check *k)
{
    k->stats->days = k->catalog->n;
    for (size_t d = 0; d < k->catalog->n; d++) {
        size_t before = k->findings;
        for (size_t i = 0; i < k->catalog->days[d].n; i++) check_segment(k, k->catalog->days[d].segs[i]);
        if (k->findings == before) check_rollups(k, &k->catalog->days[d]);
    }
    TailsVisit visit = {.tail = check_tail, .ud = k};
    if (k->manifest.tails_id && tails_read(k->ctx, k->dir, k->manifest.tails_id, &visit) < 0) take_failure(k);
    check_log(k);
}

/* ---- Life ---- */
/* The lock's file number, -1 when there is no lock file to take, RC_STATE when a process owns the store. */
static Rc take_lock(Ctx *ctx, const char *dir, int *fd)
{
    char path[IO_PATH_MAX];
    snprintf(path, sizeof path, "%s/LOCK", dir);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0) return RC_OK;
    close(*fd);
    return FAIL(ctx, RC_STATE, "series.locked", "读数目录 %s 正在使用，停止服务后再校验",
                "the directory of readings %s is in use; stop the server first", dir);
}

Rc series_verify(Ctx *ctx, const char *dir, StrBuf *out, SeriesStats *stats)
{
    SeriesStats own;
    if (!stats) stats = &own;
    *stats = (SeriesStats){.oldest_t = INT64_MAX, .newest_t = INT64_MIN};
    Check k = {.ctx = ctx, .out = out, .dir = dir, .stats = stats};
    int lock;
    if (strlen(dir) > IO_PATH_MAX / 2)
        return FAIL(ctx, RC_INVALID, "series.dir", "读数目录的路径过长",
                    "the path of the readings is too long");
    TRY(take_lock(ctx, dir, &lock));
    Rc rc = manifest_read(ctx, &io_disk, dir, &k.manifest, &k.catalog);
    if (rc == RC_NOT_FOUND)
        rc = FAIL(ctx, RC_NOT_FOUND, "series.none", "%s 中没有读数", "%s holds no readings", dir);
    if (rc == RC_OK) check_all(&k);
    else if (rc != RC_NOT_FOUND) take_failure(&k);
    catalog_free(k.catalog);
    if (lock >= 0) close(lock);
    if (stats->oldest_t == INT64_MAX) stats->oldest_t = stats->newest_t = TIME_NONE;
    if (k.findings)
        return FAIL(ctx, RC_INVALID, "series.damaged", "发现 %zu 处损坏", "%zu findings", k.findings);
    return rc;
}
