/* Raw readings back out. Rows of a day come from its segments by rank, then from the chunks in memory in the
 * order of sealing, the open chunk and the side list: that is the order of writing wherever two of them hold
 * the same time, so settling gives the value that stands. Decoding happens without any lock. */
#include "query.h"
#include <stdlib.h>

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

/* ---- Rows ---- */
void rows_add(Rows *rows, const SeriesRow *r, size_t n)
{
    if (rows->n + n > rows->cap) {
        rows->cap = (rows->n + n) * 2;
        rows->p = must(realloc(rows->p, rows->cap * sizeof *rows->p));
    }
    if (n) memcpy(rows->p + rows->n, r, n * sizeof *r);
    rows->n += n;
}

void rows_free(Rows *rows)
{
    free(rows->p);
    *rows = (Rows){0};
}

void rows_tidy(Rows *rows)
{
    size_t i = 1;
    while (i < rows->n && rows->p[i - 1].t < rows->p[i].t) i++;
    if (i >= rows->n) return;
    SeriesRow *tmp = must(malloc(rows->n * sizeof *tmp));
    rows->n = rows_settle(rows->p, rows->n, tmp);
    free(tmp);
}

static void add_between(Rows *out, const SeriesRow *r, size_t n, int64_t from, int64_t to)
{
    size_t i = 0;
    while (i < n) {
        while (i < n && (r[i].t < from || r[i].t >= to)) i++;
        size_t end = i;
        while (end < n && r[end].t >= from && r[end].t < to) end++;
        rows_add(out, r + i, end - i);
        i = end;
    }
}

/* ---- Memory ---- */
static void copy_tail(const Shard *s, const Open *o, View *v, uint8_t *image, size_t *len)
{
    const Tail *tail = open_tail(s, o);
    *len = open_image(s, o, image);
    if (tail->side) {
        v->nside = tail->side->n;
        memcpy(v->side, tail->side->rows, v->nside * sizeof *v->side);
    }
    for (Sealed *c = tail->sealed; c; c = c->older) v->nsealed++;
    if (v->nsealed) v->sealed = must(malloc(v->nsealed * sizeof(Sealed *)));
    size_t at = v->nsealed;
    for (Sealed *c = tail->sealed; c; c = c->older) {
        atomic_fetch_add(&c->refs, 1);
        v->sealed[--at] = c;
    }
}

void view_open(Series *s, uint32_t point, View *v)
{
    uint32_t shards = (uint32_t)s->opt.shards, slot = point / shards;
    Shard *shard = &s->shards[point % shards];
    uint8_t image[CHUNK_IMAGE_MAX];
    size_t len = 0;
    v->s = s;
    v->point = point;
    v->sealed = NULL;
    v->nsealed = v->nopen = v->nside = 0;
    pthread_mutex_lock(&shard->lock);
    if (slot / PAGE_POINTS < shard->npages && shard_open(shard, slot)->tail)
        copy_tail(shard, shard_open(shard, slot), v, image, &len);
    pthread_mutex_unlock(&shard->lock);
    v->catalog = snapshot_take(s->catalog);
    if (len) {
        int n = chunk_decode(image, len, v->open, NULL);
        ENSURE(n > 0);
        v->nopen = (size_t)n;
    }
}

void view_close(View *v)
{
    for (size_t i = 0; i < v->nsealed; i++) sealed_release(v->sealed[i]);
    free(v->sealed);
    snapshot_release(v->s->catalog, v->catalog);
}

void view_memory(const View *v, int64_t from, int64_t to, Rows *out)
{
    SeriesRow rows[CHUNK_ROWS_MAX];
    for (size_t i = 0; i < v->nsealed; i++) {
        const Sealed *c = v->sealed[i];
        if (c->last_t < from || c->first_t >= to) continue;
        int n = chunk_decode(c->image, c->len, rows, NULL);
        ENSURE(n > 0);
        add_between(out, rows, (size_t)n, from, to);
    }
    add_between(out, v->open, v->nopen, from, to);
    add_between(out, v->side, v->nside, from, to);
}

/* ---- Segments ---- */
static Rc entry_rows(Ctx *ctx, SegFile *f, const SegEntry *e, const int64_t range[2], Rows *out)
{
    uint8_t image[UINT16_MAX];
    SeriesRow rows[CHUNK_ROWS_MAX];
    TRY(seg_file_image(ctx, f, e, image));
    int n = chunk_decode(image, e->len, rows, NULL);
    if (n < 0 || n != e->count) return store_fail_damage(ctx, f->path, e->offset, "chunk");
    add_between(out, rows, (size_t)n, range[0], range[1]);
    return RC_OK;
}

Rc seg_file_rows(Ctx *ctx, SegFile *f, uint32_t point, const int64_t range[2], Rows *out)
{
    uint32_t i, entries = f->seg->m.entries;
    int64_t start = civil_day_start(f->seg->m.day);
    SegEntry e, next;
    TRY(seg_file_find(ctx, f, point, &i));
    if (i < entries) TRY(seg_file_entry(ctx, f, i, &e));
    for (; i < entries && e.point == point; i++, e = next) {
        next.point = 0;
        if (i + 1 < entries) TRY(seg_file_entry(ctx, f, i + 1, &next));
        /* Compacted entries of a point do not overlap, so the next one's start tells that this one lies
         * before the range. */
        bool before = f->seg->m.compact && next.point == point && start + next.first <= range[0];
        if (!before && start + e.first < range[1]) TRY(entry_rows(ctx, f, &e, range, out));
    }
    return RC_OK;
}

Rc view_day_segments(Ctx *ctx, const View *v, const Day *day, uint64_t after, const int64_t range[2],
                     Rows *out)
{
    SegFile f;
    for (size_t i = 0; i < day->n; i++) {
        const SegMeta *m = &day->segs[i]->m;
        if (m->kind != SEG_RAW || m->rank <= after || m->max_t < range[0] || m->min_t >= range[1]) continue;
        TRY(seg_file_open(ctx, day->segs[i], &f));
        Rc rc = seg_file_rows(ctx, &f, v->point, range, out);
        seg_file_close(&f);
        TRY(rc);
    }
    return RC_OK;
}

/* ---- Days ---- */
typedef struct Days {
    int32_t *p;
    size_t n, cap;
} Days;

static void days_add(Days *d, int64_t t, int64_t from, int64_t to)
{
    int32_t day = (int32_t)civil_day(t);
    if (t < from || t >= to || (d->n && d->p[d->n - 1] == day)) return;
    if (d->n == d->cap) {
        d->cap = d->cap ? d->cap * 2 : 16;
        d->p = must(realloc(d->p, d->cap * sizeof *d->p));
    }
    d->p[d->n++] = day;
}

static int by_day(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

size_t view_days(const View *v, int64_t from, int64_t to, int32_t **days)
{
    Days d = {0};
    for (size_t i = 0; i < v->catalog->n; i++) {
        int64_t start = civil_day_start(v->catalog->days[i].day);
        if (start + MS_DAY > from && start < to) days_add(&d, start < from ? from : start, from, to);
    }
    for (size_t i = 0; i < v->nsealed; i++) {
        int64_t start = v->sealed[i]->first_t;
        if (v->sealed[i]->last_t >= from) days_add(&d, start < from ? from : start, from, to);
    }
    for (size_t i = 0; i < v->nopen; i++) days_add(&d, v->open[i].t, from, to);
    for (size_t i = 0; i < v->nside; i++) days_add(&d, v->side[i].t, from, to);
    if (d.n) qsort(d.p, d.n, sizeof *d.p, by_day);
    size_t kept = 0;
    for (size_t i = 0; i < d.n; i++)
        if (kept == 0 || d.p[kept - 1] != d.p[i]) d.p[kept++] = d.p[i];
    *days = d.p;
    return kept;
}

/* ---- Range ---- */
static Rc day_rows(Ctx *ctx, const View *v, int32_t day, const int64_t range[2], Rows *out)
{
    int64_t start = civil_day_start(day), end = start + MS_DAY;
    int64_t part[2] = {start > range[0] ? start : range[0], end < range[1] ? end : range[1]};
    const Day *d = catalog_day(v->catalog, day);
    out->n = 0;
    if (d) TRY(view_day_segments(ctx, v, d, 0, part, out));
    view_memory(v, part[0], part[1], out);
    rows_tidy(out);
    return RC_OK;
}

static Rc all_days(Ctx *ctx, const View *v, const int64_t range[2], size_t limit, Rows *out)
{
    int32_t *days;
    Rows day = {0};
    Rc rc = RC_OK;
    size_t n = view_days(v, range[0], range[1], &days);
    for (size_t i = 0; i < n && out->n < limit && rc == RC_OK; i++) {
        rc = day_rows(ctx, v, days[i], range, &day);
        if (rc == RC_OK) rows_add(out, day.p, day.n < limit - out->n ? day.n : limit - out->n);
    }
    free(days);
    rows_free(&day);
    return rc;
}

Rc series_range(Ctx *ctx, Series *s, uint32_t point, int64_t from, int64_t to, size_t limit, SeriesRow **rows,
                size_t *n)
{
    *rows = NULL;
    *n = 0;
    if (from < SERIES_T_MIN) from = SERIES_T_MIN;
    if (to > SERIES_T_MAX) to = SERIES_T_MAX + 1;
    if (point == 0 || point > POINT_MAX || from >= to || limit == 0) return RC_OK;
    View v;
    Rows out = {0};
    view_open(s, point, &v);
    Rc rc = all_days(ctx, &v, (int64_t[]){from, to}, limit, &out);
    view_close(&v);
    if (rc == RC_OK && out.n) {
        *rows = arena_copy(ctx->arena, out.p, out.n * sizeof *out.p);
        *n = out.n;
    }
    rows_free(&out);
    return rc;
}
