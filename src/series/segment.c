/* Segment files. Records lie in point order; the directory behind them is cut into pages of 256 entries with
 * a checksum each, and an index of the pages is the only part that stays in memory. A lookup reads one page
 * and the records, each verified, with pread: a failing disk gives an error and never a signal. Directory
 * entries are varints, because for most points they would otherwise cost a tenth of what the readings cost.
 */
#include "segment.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "store.h"
#include "wire.h"
#include <errno.h>
#include <stdlib.h>

static const char head_magic[8] = "ANSEG01\n", foot_magic[8] = "ANSEGEND";

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

static uint32_t record_crc(uint32_t point, const uint8_t *image, size_t len)
{
    uint8_t p[4];
    put_u32(p, point);
    return crc32c(crc32c(0, p, 4), image, len);
}

/* ---- Writing ---- */
static void put_head(uint8_t out[SEG_HEAD], const SegMeta *m)
{
    memset(out, 0, SEG_HEAD);
    memcpy(out, head_magic, 8);
    out[8] = m->kind;
    out[9] = m->compact;
    put_u32(out + 12, (uint32_t)m->day);
    put_u64(out + 16, m->id);
    put_u64(out + 24, m->rank);
}

int seg_writer_open(SegWriter *w, const Io *io, const char *dir, const SegMeta *m)
{
    char path[IO_PATH_MAX];
    *w = (SegWriter){.m = *m, .dir = dir, .file.fd = -1};
    w->m.min_t = INT64_MAX;
    w->m.max_t = INT64_MIN;
    int rc = -ENOENT;
    for (int i = 0; i < 3 && rc == -ENOENT;
         i++) { /* the last reader of a replaced file may just remove the empty folder */
        day_path(path, sizeof path, dir, m->day);
        rc = io->mkdir(path);
        if (rc == 0) rc = io->sync_dir(dir);
        segment_path(path, sizeof path, dir, m);
        if (rc == 0) rc = io_writer_open(&w->file, io, path);
    }
    if (rc < 0) return rc;
    uint8_t head[SEG_HEAD];
    put_head(head, &w->m);
    io_writer_put(&w->file, head, sizeof head);
    return 0;
}

bool seg_writer_full(const SegWriter *w)
{
    return w->file.at > SEG_FILE_MAX;
}

void seg_writer_add(SegWriter *w, uint32_t point, const SeriesRow *first_last, uint16_t count,
                    const uint8_t *image, size_t len)
{
    uint8_t crc[4];
    if (w->n == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 1024;
        w->entries = must(realloc(w->entries, w->cap * sizeof *w->entries));
    }
    int64_t first = first_last[0].t - civil_day_start(w->m.day);
    w->entries[w->n++] = (SegEntry){point, (uint32_t)w->file.at, (uint16_t)len, count, (uint32_t)first};
    put_u32(crc, record_crc(point, image, len));
    io_writer_put(&w->file, crc, 4);
    io_writer_put(&w->file, image, len);
    w->m.rows += count;
    if (first_last[0].t < w->m.min_t) w->m.min_t = first_last[0].t;
    if (first_last[1].t > w->m.max_t) w->m.max_t = first_last[1].t;
}

/* Whole seconds are the rule: the low bit tells. */
static uint32_t pack_first(uint32_t ms)
{
    return ms % 1000 ? ms << 1 | 1 : ms / 1000 << 1;
}
static uint64_t unpack_first(uint64_t packed)
{
    return packed & 1 ? packed >> 1 : (packed >> 1) * 1000;
}

static uint32_t put_page(SegWriter *w, size_t from, size_t n)
{
    uint8_t page[SEG_PAGE_HEAD + SEG_PAGE_ENTRIES * SEG_ENTRY_MAX], *p = page + SEG_PAGE_HEAD;
    uint32_t before = 0;
    for (size_t i = 0; i < n; i++) {
        const SegEntry *e = &w->entries[from + i];
        p = put_varint(p, e->point - before);
        p = put_varint(p, e->len);
        p = put_varint(p, e->count);
        p = put_varint(p, pack_first(e->first));
        before = e->point;
    }
    put_u32(page + 4, (uint32_t)n);
    put_u32(page + 8, w->entries[from].offset);
    size_t len = (size_t)(p - page);
    put_u32(page, crc32c(0, page + 4, len - 4));
    io_writer_put(&w->file, page, len);
    return (uint32_t)len;
}

static size_t index_bytes(uint32_t npages)
{
    return (2 * (size_t)npages + 1) * sizeof(uint32_t);
}

static void put_foot(SegWriter *w, uint64_t dir_off, uint32_t npages, uint32_t index_crc)
{
    uint8_t foot[SEG_FOOT] = {0}, head[SEG_HEAD];
    put_head(head, &w->m);
    memcpy(foot, foot_magic, 8);
    put_u64(foot + 8, dir_off);
    put_u32(foot + 16, npages);
    put_u32(foot + 20, (uint32_t)w->n);
    put_u64(foot + 24, w->m.rows);
    put_u64(foot + 32, (uint64_t)w->m.min_t);
    put_u64(foot + 40, (uint64_t)w->m.max_t);
    put_u32(foot + 48, index_crc);
    put_u32(foot + 52, crc32c(0, head, SEG_HEAD));
    put_u32(foot + 60, crc32c(0, foot, 60));
    io_writer_put(&w->file, foot, SEG_FOOT);
}

int seg_writer_commit(SegWriter *w, Segment **out)
{
    uint64_t dir_off = w->file.at;
    uint32_t npages = 0, at_page = 0;
    size_t most = w->n / SEG_PAGE_ENTRIES + 1;
    uint32_t *index = must(malloc((2 * most + 1) * sizeof *index));
    for (size_t at = 0; at < w->n; at += SEG_PAGE_ENTRIES, npages++) {
        index[2 * npages] = w->entries[at].point;
        index[2 * npages + 1] = at_page;
        at_page += put_page(w, at, w->n - at < SEG_PAGE_ENTRIES ? w->n - at : SEG_PAGE_ENTRIES);
    }
    index[2 * npages] = at_page;
    uint32_t crc = crc32c(0, index, index_bytes(npages));
    io_writer_put(&w->file, index, index_bytes(npages));
    free(index);
    put_foot(w, dir_off, npages, crc);
    w->m.entries = (uint32_t)w->n;
    w->m.bytes = w->file.at;
    char path[IO_PATH_MAX];
    const Io *io = w->file.io;
    day_path(path, sizeof path, w->dir, w->m.day);
    int rc = io_writer_commit(&w->file, path);
    free(w->entries);
    w->entries = NULL;
    if (rc == 0) *out = segment_new(io, w->dir, &w->m);
    return rc;
}

void seg_writer_abort(SegWriter *w)
{
    io_writer_abort(&w->file);
    free(w->entries);
    w->entries = NULL;
}

/* ---- Reading ---- */
static Rc damaged(Ctx *ctx, const SegFile *f, uint64_t at, const char *what)
{
    return store_fail_damage(ctx, f->path, at, what);
}

static bool foot_good(const Segment *seg, const uint8_t *foot, const uint8_t *head)
{
    const SegMeta *m = &seg->m;
    uint64_t dir_off = get_u64(foot + 8), npages = get_u32(foot + 16), entries = get_u32(foot + 20);
    uint8_t want[SEG_HEAD];
    put_head(want, m);
    return memcmp(foot, foot_magic, 8) == 0 && get_u32(foot + 60) == crc32c(0, foot, 60) &&
           memcmp(head, want, SEG_HEAD) == 0 && get_u32(foot + 52) == crc32c(0, head, SEG_HEAD) &&
           entries == m->entries && get_u64(foot + 24) == m->rows &&
           npages == (entries + SEG_PAGE_ENTRIES - 1u) / SEG_PAGE_ENTRIES && dir_off >= SEG_HEAD &&
           dir_off + index_bytes((uint32_t)npages) + SEG_FOOT <= m->bytes;
}

static Rc load_index(Ctx *ctx, SegFile *f)
{
    Segment *seg = f->seg;
    uint8_t foot[SEG_FOOT], head[SEG_HEAD];
    int err = io_pread(f->fd, head, SEG_HEAD, 0);
    if (err == 0) err = io_pread(f->fd, foot, SEG_FOOT, seg->m.bytes - SEG_FOOT);
    if (err < 0) return store_fail_io(ctx, "read", f->path, err);
    if (!foot_good(seg, foot, head)) return damaged(ctx, f, seg->m.bytes - SEG_FOOT, "head or foot");
    uint32_t npages = get_u32(foot + 16);
    uint64_t dir_off = get_u64(foot + 8), at = seg->m.bytes - SEG_FOOT - index_bytes(npages);
    uint32_t *index = must(malloc(index_bytes(npages)));
    err = io_pread(f->fd, index, index_bytes(npages), at);
    if (err < 0 || crc32c(0, index, index_bytes(npages)) != get_u32(foot + 48) ||
        dir_off + index[2 * npages] != at) {
        free(index);
        return err < 0 ? store_fail_io(ctx, "read", f->path, err) : damaged(ctx, f, at, "index");
    }
    seg->index = index;
    seg->npages = npages;
    seg->dir_off = dir_off;
    return RC_OK;
}

Rc seg_file_open(Ctx *ctx, Segment *seg, SegFile *f)
{
    uint64_t len;
    f->seg = seg;
    f->page_no = UINT32_MAX;
    segment_path(f->path, sizeof f->path, seg->dir, &seg->m);
    f->fd = io_open_read(f->path, &len);
    if (f->fd < 0) return store_fail_io(ctx, "open", f->path, f->fd);
    Rc rc = len == seg->m.bytes && len >= SEG_HEAD + SEG_FOOT ? RC_OK : damaged(ctx, f, len, "length");
    pthread_mutex_lock(&seg->lock);
    if (rc == RC_OK && !seg->index) rc = load_index(ctx, f);
    pthread_mutex_unlock(&seg->lock);
    if (rc < 0) seg_file_close(f);
    return rc;
}

void seg_file_close(SegFile *f)
{
    if (f->fd >= 0) io_close_read(f->fd);
    f->fd = -1;
}

static bool parse_page(const Segment *seg, const uint8_t *p, size_t len, uint32_t n, SegEntry *out)
{
    if (len < SEG_PAGE_HEAD || get_u32(p) != crc32c(0, p + 4, len - 4) || get_u32(p + 4) != n) return false;
    In in = {p + SEG_PAGE_HEAD, p + len, false};
    uint64_t offset = get_u32(p + 8), point = 0;
    for (uint32_t i = 0; i < n; i++) {
        point += in_varint(&in);
        uint64_t image = in_varint(&in), count = in_varint(&in), first = unpack_first(in_varint(&in));
        if (in.bad || point > UINT32_MAX || image > UINT16_MAX || count > UINT16_MAX || first >= MS_DAY)
            return false;
        if (offset < SEG_HEAD || offset + 4 + image > seg->dir_off) return false;
        out[i] =
            (SegEntry){(uint32_t)point, (uint32_t)offset, (uint16_t)image, (uint16_t)count, (uint32_t)first};
        offset += 4 + image;
    }
    return in.p == in.end;
}

static Rc load_page(Ctx *ctx, SegFile *f, uint32_t no)
{
    uint8_t page[SEG_PAGE_HEAD + SEG_PAGE_ENTRIES * SEG_ENTRY_MAX];
    const Segment *seg = f->seg;
    bool last = no + 1 == seg->npages;
    uint32_t from = seg->index[2 * no + 1], to = seg->index[2 * no + (last ? 2 : 3)];
    uint32_t left = seg->m.entries - no * SEG_PAGE_ENTRIES,
             n = left < SEG_PAGE_ENTRIES ? left : SEG_PAGE_ENTRIES;
    uint64_t at = seg->dir_off + from;
    f->page_no = UINT32_MAX;
    if (to < from || to - from > sizeof page) return damaged(ctx, f, at, "index");
    int err = io_pread(f->fd, page, to - from, at);
    if (err < 0) return store_fail_io(ctx, "read", f->path, err);
    if (!parse_page(seg, page, to - from, n, f->page)) return damaged(ctx, f, at, "directory page");
    f->page_no = no;
    return RC_OK;
}

Rc seg_file_entry(Ctx *ctx, SegFile *f, uint32_t i, SegEntry *out)
{
    uint32_t no = i / SEG_PAGE_ENTRIES;
    if (f->page_no != no) TRY(load_page(ctx, f, no));
    *out = f->page[i % SEG_PAGE_ENTRIES];
    return RC_OK;
}

Rc seg_file_find(Ctx *ctx, SegFile *f, uint32_t point, uint32_t *out)
{
    const Segment *seg = f->seg;
    uint32_t lo = 0, hi = seg->npages; /* the last page whose first point is below */
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (seg->index[2 * mid] < point) lo = mid + 1;
        else hi = mid;
    }
    uint32_t first = lo ? (lo - 1) * SEG_PAGE_ENTRIES : 0, end = lo * SEG_PAGE_ENTRIES;
    if (end > seg->m.entries) end = seg->m.entries;
    while (first < end) {
        uint32_t mid = (first + end) / 2;
        SegEntry e;
        TRY(seg_file_entry(ctx, f, mid, &e));
        if (e.point < point) first = mid + 1;
        else end = mid;
    }
    *out = first;
    return RC_OK;
}

Rc seg_file_image(Ctx *ctx, SegFile *f, const SegEntry *e, uint8_t *out)
{
    uint8_t record[4 + UINT16_MAX];
    int err = io_pread(f->fd, record, 4 + (size_t)e->len, e->offset);
    if (err < 0) return store_fail_io(ctx, "read", f->path, err);
    if (get_u32(record) != record_crc(e->point, record + 4, e->len))
        return damaged(ctx, f, e->offset, "record");
    memcpy(out, record + 4, e->len);
    return RC_OK;
}
