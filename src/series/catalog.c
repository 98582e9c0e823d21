/* Catalog and manifest. A file that the manifest does not list does not exist for the store: it is a leftover
 * of an interrupted write and is removed at the next open. So every change of several files is one rename. */
#include "catalog.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "wire.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* 02: logs of the second form may follow, which programs that write 01 would take for damage. The rest is the
 * same. */
static const char manifest_magic[8] = "ANSERM02", old_magic[8] = "ANSERM01";
enum { MANIFEST_HEAD = 8 + 6 * 8 + 4, MANIFEST_DAY = 4 + 1 + 4, MANIFEST_SEG = 6 * 8 + 4 + 2 };

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

/* ---- Segments ---- */
void day_path(char *out, size_t size, const char *dir, int32_t day)
{
    Civil c = civil_of(civil_day_start(day));
    snprintf(out, size, "%s/%04d-%02d-%02d", dir, c.year, c.month, c.day);
}

void segment_path(char *out, size_t size, const char *dir, const SegMeta *m)
{
    static const char *const names[SEG_KINDS] = {"seg", "hour", "minute"};
    char day[IO_PATH_MAX - 64];
    day_path(day, sizeof day, dir, m->day);
    snprintf(out, size, "%s/%s-%012llu.bin", day, names[m->kind], (unsigned long long)m->id);
}

Segment *segment_new(const Io *io, const char *dir, const SegMeta *m)
{
    Segment *seg = must(calloc(1, sizeof *seg));
    seg->m = *m;
    seg->io = io;
    seg->dir = must(strdup(dir));
    atomic_init(&seg->refs, 1);
    pthread_mutex_init(&seg->lock, NULL);
    return seg;
}

Segment *segment_take(Segment *seg)
{
    atomic_fetch_add(&seg->refs, 1);
    return seg;
}

void segment_release(Segment *seg)
{
    if (atomic_fetch_sub(&seg->refs, 1) != 1) return;
    if (atomic_load(&seg->dead)) {
        char path[IO_PATH_MAX];
        segment_path(path, sizeof path, seg->dir, &seg->m);
        seg->io->unlink(path);
        day_path(path, sizeof path, seg->dir, seg->m.day);
        seg->io->rmdir(path); /* refused while it holds anything */
    }
    pthread_mutex_destroy(&seg->lock);
    free(seg->index);
    free(seg->dir);
    free(seg);
}

/* ---- Catalog ---- */
void catalog_free(void *catalog)
{
    Catalog *c = catalog;
    if (!c) return;
    for (size_t d = 0; d < c->n; d++) {
        for (size_t i = 0; i < c->days[d].n; i++) segment_release(c->days[d].segs[i]);
        free(c->days[d].segs);
    }
    free(c->days);
    free(c);
}

const Day *catalog_day(const Catalog *c, int32_t day)
{
    size_t lo = 0, hi = c->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c->days[mid].day < day) lo = mid + 1;
        else hi = mid;
    }
    return lo < c->n && c->days[lo].day == day ? &c->days[lo] : NULL;
}

static Day *day_of(Catalog *c, int32_t day)
{
    Day *found = (Day *)(uintptr_t)catalog_day(c, day);
    if (found) return found;
    size_t at = 0;
    while (at < c->n && c->days[at].day < day) at++;
    c->days = must(realloc(c->days, (c->n + 1) * sizeof *c->days));
    memmove(c->days + at + 1, c->days + at, (c->n - at) * sizeof *c->days);
    c->n++;
    c->days[at] = (Day){.day = day};
    return &c->days[at];
}

static void day_add(Day *d, Segment *seg)
{
    d->segs = must(realloc(d->segs, (d->n + 1) * sizeof(Segment *)));
    size_t at = d->n++;
    for (; at > 0 && d->segs[at - 1]->m.rank > seg->m.rank; at--) d->segs[at] = d->segs[at - 1];
    d->segs[at] = seg;
}

static bool deleted(const Edit *e, const Segment *seg)
{
    for (size_t i = 0; i < e->ndel; i++)
        if (e->del[i] == seg) return true;
    return false;
}

Catalog *catalog_edit(const Catalog *old, const Edit *e)
{
    Catalog *c = must(calloc(1, sizeof *c));
    for (size_t d = 0; old && d < old->n; d++) {
        const Day *from = &old->days[d];
        size_t kept = 0;
        for (size_t i = 0; i < from->n; i++) kept += !deleted(e, from->segs[i]);
        if (kept == 0) continue;
        c->days = must(realloc(c->days, (c->n + 1) * sizeof *c->days));
        Day *to = &c->days[c->n++];
        *to = (Day){
            .day = from->day, .raw_gone = from->raw_gone, .segs = must(malloc(kept * sizeof(Segment *)))};
        for (size_t i = 0; i < from->n; i++)
            if (!deleted(e, from->segs[i])) to->segs[to->n++] = segment_take(from->segs[i]);
    }
    for (size_t i = 0; i < e->nadd; i++) day_add(day_of(c, e->add[i]->m.day), e->add[i]);
    for (size_t i = 0; i < e->nraw_gone; i++) {
        Day *d = (Day *)(uintptr_t)catalog_day(c, e->raw_gone[i]);
        if (d) d->raw_gone = true;
    }
    return c;
}

/* ---- Manifest ---- */
static uint8_t *put_segment(uint8_t *p, const SegMeta *m)
{
    put_u64(p, m->id);
    put_u64(p + 8, m->rank);
    put_u64(p + 16, m->bytes);
    put_u64(p + 24, m->rows);
    put_u64(p + 32, (uint64_t)m->min_t);
    put_u64(p + 40, (uint64_t)m->max_t);
    put_u32(p + 48, m->entries);
    p[52] = m->kind;
    p[53] = m->compact;
    return p + MANIFEST_SEG;
}

static uint8_t *put_day(uint8_t *p, const Day *d)
{
    put_u32(p, (uint32_t)d->day);
    p[4] = d->raw_gone;
    put_u32(p + 5, (uint32_t)d->n);
    p += MANIFEST_DAY;
    for (size_t i = 0; i < d->n; i++) p = put_segment(p, &d->segs[i]->m);
    return p;
}

int manifest_write(const Io *io, const char *dir, const Manifest *m, const Catalog *c)
{
    size_t size = MANIFEST_HEAD + 4;
    for (size_t i = 0; i < c->n; i++) size += MANIFEST_DAY + c->days[i].n * MANIFEST_SEG;
    uint8_t *image = must(malloc(size)), *p = image + 8;
    memcpy(image, manifest_magic, 8);
    const uint64_t fields[6] = {m->next_id, m->next_rank, m->tails_id, m->log_seq, m->keep, m->last_pos};
    for (int i = 0; i < 6; i++, p += 8) put_u64(p, fields[i]);
    put_u32(p, (uint32_t)c->n);
    p += 4;
    for (size_t i = 0; i < c->n; i++) p = put_day(p, &c->days[i]);
    put_u32(p, crc32c(0, image, size - 4));
    char path[IO_PATH_MAX];
    snprintf(path, sizeof path, "%s/MANIFEST", dir);
    IoWriter w;
    int rc = io_writer_open(&w, io, path);
    if (rc == 0) {
        io_writer_put(&w, image, size);
        rc = io_writer_commit(&w, dir);
    }
    free(image);
    return rc;
}

static bool get_segment(In *in, int32_t day, SegMeta *m)
{
    *m = (SegMeta){.day = day};
    m->id = in_u(in, 8);
    m->rank = in_u(in, 8);
    m->bytes = in_u(in, 8);
    m->rows = in_u(in, 8);
    m->min_t = (int64_t)in_u(in, 8);
    m->max_t = (int64_t)in_u(in, 8);
    m->entries = (uint32_t)in_u(in, 4);
    m->kind = (uint8_t)in_u(in, 1);
    m->compact = (uint8_t)in_u(in, 1);
    return !in->bad && m->kind < SEG_KINDS;
}

static bool get_days(In *in, const Io *io, const char *dir, Catalog *c)
{
    uint32_t days = (uint32_t)in_u(in, 4);
    for (uint32_t d = 0; d < days && !in->bad; d++) {
        int32_t day = (int32_t)in_u(in, 4);
        bool gone = in_u(in, 1) != 0;
        uint32_t n = (uint32_t)in_u(in, 4);
        Day *to = NULL;
        for (uint32_t i = 0; i < n && !in->bad; i++) {
            SegMeta m;
            if (!get_segment(in, day, &m)) return false;
            to = day_of(c, day);
            day_add(to, segment_new(io, dir, &m));
        }
        if (to) to->raw_gone = gone;
    }
    return !in->bad && in->p == in->end;
}

static bool get_manifest(const uint8_t *image, size_t n, const Io *io, const char *dir, Manifest *m,
                         Catalog *c)
{
    if (n < MANIFEST_HEAD + 4) return false;
    m->old = memcmp(image, old_magic, 8) == 0;
    if (!m->old && memcmp(image, manifest_magic, 8) != 0) return false;
    if (get_u32(image + n - 4) != crc32c(0, image, n - 4)) return false;
    In in = {image + 8, image + n - 4, false};
    uint64_t *fields[6] = {&m->next_id, &m->next_rank, &m->tails_id, &m->log_seq, &m->keep, &m->last_pos};
    for (int i = 0; i < 6; i++) *fields[i] = in_u(&in, 8);
    return get_days(&in, io, dir, c);
}

Rc manifest_read(Ctx *ctx, const Io *io, const char *dir, Manifest *m, Catalog **out)
{
    char path[IO_PATH_MAX];
    uint64_t len;
    snprintf(path, sizeof path, "%s/MANIFEST", dir);
    int fd = io_open_read(path, &len);
    if (fd == -ENOENT) return RC_NOT_FOUND;
    if (fd < 0) return FAIL(ctx, RC_IO, "series.io", "无法读取 %s", "cannot read %s", path);
    uint8_t *image = len < (UINT64_C(1) << 32) ? malloc(len + 1) : NULL;
    int rc = image ? io_pread(fd, image, len, 0) : -EFBIG;
    io_close_read(fd);
    Catalog *c = must(calloc(1, sizeof *c));
    bool good = rc == 0 && get_manifest(image, len, io, dir, m, c);
    free(image);
    if (!good) {
        catalog_free(c);
        return FAIL(ctx, RC_IO, "series.damaged", "%s 已损坏", "%s is damaged", path);
    }
    *out = c;
    return RC_OK;
}
