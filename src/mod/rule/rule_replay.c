/* Stored readings through the real engine, as `anlan watch replay` would run them: no wall clock, no live
 * flags. The points' readings are merged by time, because an offline alarm is due by the clock of all lines
 * and an expression sees several points; they come in pieces of bounded size, so that a year costs no more
 * memory than a day. At the end one bad reading moves the clock to the end of the span: who fell silent
 * before is offline. */
#include "rule_try.h"

#include <math.h>
#include <stdlib.h>

#define BUDGET_US   INT64_C(5000000)
#define PIECE_TOTAL 50000  /* readings aimed at in one piece */
#define PIECE_POINT 20000  /* at most of one point; then the piece ends earlier */
#define PIECE_MOST  100000 /* at most of all points; likewise */
#define SLICE       500    /* readings between two looks at the clock */
#define SPAN_LEAST  MS_MINUTE
#define SPAN_MOST   (30 * MS_DAY)

typedef struct Feed {
    TryRun *run;
    WatchLane *lane;
    int64_t deadline; /* on clock_mono_us() */
    bool full;
} Feed;

static bool must_stop(const Feed *f)
{
    return f->full || clock_mono_us() >= f->deadline;
}

static void take_event(void *ud, const WatchEvent *e)
{
    Feed *f = ud;
    uint32_t point = e->point - 1;
    if (e->rule >= TRY_RULES || !f->run->points[point].id) return;
    if (!try_score_event(&f->run->score[e->rule], point, e)) f->full = true;
}

/* How long a piece may be to hold about as many readings as it should. */
static int64_t piece_span(const TryRun *run)
{
    double per_ms = 0;
    for (size_t i = 0; i < run->npoints; i++) per_ms += 1.0 / (double)run->points[i].interval_ms;
    double span = PIECE_TOTAL / per_ms;
    return span < (double)SPAN_LEAST ? SPAN_LEAST : span > (double)SPAN_MOST ? SPAN_MOST : (int64_t)span;
}

typedef struct Rows {
    SeriesRow *rows;
    size_t n;
} Rows;

/* Drops what lies at or after the end; returns how many are left. */
static size_t trim(Rows *rows, size_t n, int64_t end)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        while (rows[i].n && rows[i].rows[rows[i].n - 1].t >= end) rows[i].n--;
        total += rows[i].n;
    }
    return total;
}

/* Steps as readings at the time of their last one. A step that two pieces share is told by both, and taken by
 * the piece in which that time lies. */
static Rc read_steps(Ctx *ctx, const TryRun *run, uint32_t number, const int64_t range[2], Rows *out)
{
    SeriesStep *steps;
    size_t n;
    TRY(series_steps(ctx, run->series, number, range[0], range[1], run->step, PIECE_POINT + 1, &steps, &n));
    out->rows = ARENA_ARRAY(ctx->arena, SeriesRow, n + 1);
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        const SeriesStep *s = &steps[i];
        double v = run->toward == TRY_LEAST ? s->min : run->toward == TRY_MOST ? s->max : s->last;
        if (s->last_t >= range[0]) out->rows[out->n++] = (SeriesRow){s->last_t, v, s->q};
    }
    return RC_OK;
}

static Rc read_rows(Ctx *ctx, const TryRun *run, uint32_t number, const int64_t range[2], Rows *out)
{
    if (run->step) return read_steps(ctx, run, number, range, out);
    return series_range(ctx, run->series, number, range[0], range[1], PIECE_POINT, &out->rows, &out->n);
}

/* Reads [from, *end) of every point; when more is there than fits the end comes forward, and when the time is
 * up the piece is empty. */
static Rc read_piece(Ctx *ctx, const Feed *f, int64_t from, int64_t *end, Rows *out)
{
    const TryRun *run = f->run;
    for (size_t i = 0; i < run->npoints; i++) {
        Rows *r = &out[i];
        if (must_stop(f)) *end = from;
        if (*end == from) return RC_OK;
        TRY(read_rows(ctx, run, run->points[i].number, (int64_t[2]){from, *end}, r));
        if (r->n >= PIECE_POINT) *end = r->rows[r->n - 1].t + 1;
        while (trim(out, i + 1, *end) > PIECE_MOST && *end - from > 1) *end = from + (*end - from) / 2;
    }
    return RC_OK;
}

static int by_time(const void *a, const void *b)
{
    const Reading *x = a, *y = b;
    if (x->t != y->t) return x->t < y->t ? -1 : 1;
    return x->point < y->point ? -1 : x->point > y->point;
}

static size_t merge(Arena *arena, const Rows *rows, size_t npoints, int64_t end, Reading **out)
{
    size_t total = 0, n = 0;
    for (size_t i = 0; i < npoints; i++) total += rows[i].n;
    *out = ARENA_ARRAY(arena, Reading, total + 1);
    for (size_t i = 0; i < npoints; i++)
        for (size_t k = 0; k < rows[i].n && rows[i].rows[k].t < end; k++) {
            const SeriesRow *r = &rows[i].rows[k];
            (*out)[n++] = (Reading){.t = r->t, .v = r->v, .point = (uint32_t)i + 1, .q = r->q};
        }
    if (npoints > 1 && n > 1) qsort(*out, n, sizeof **out, by_time);
    return n;
}

/* One piece from `from` on; returns in *end where it ended: everything before has been fed. */
static Rc feed_piece(Feed *f, Ctx *ctx, int64_t from, int64_t *end)
{
    TryRun *run = f->run;
    Reading *r;
    Rows *rows = ARENA_ARRAY(ctx->arena, Rows, run->npoints);
    TRY(read_piece(ctx, f, from, end, rows));
    size_t n = merge(ctx->arena, rows, run->npoints, *end, &r), at = 0;
    while (at < n && !must_stop(f)) {
        size_t some = n - at < SLICE ? n - at : SLICE;
        watch_take(f->lane, r + at, some, 0, &(WatchSink){take_event, f});
        at += some;
    }
    if (at < n) *end = r[at].t;
    run->readings += (int64_t)at;
    return RC_OK;
}

static Rc feed_all(Feed *f, Ctx *ctx)
{
    TryRun *run = f->run;
    int64_t span = piece_span(run);
    Arena *arena = arena_new(0);
    Rc rc = RC_OK;
    int64_t t = run->lead;
    f->deadline = clock_mono_us() + (run->budget_us ? run->budget_us : BUDGET_US);
    while (rc >= 0 && t < run->to && !must_stop(f)) {
        Ctx piece;
        ctx_init(&piece, arena, ctx->lang);
        int64_t end = t + span < run->to ? t + span : run->to;
        rc = feed_piece(f, &piece, t, &end);
        if (rc < 0)
            rc = FAIL(ctx, rc, "rule.try.read", "读取历史数据时出错", "the past readings cannot be read");
        t = end;
        arena_reset(arena);
    }
    arena_free(&arena);
    run->reached = t;
    return rc;
}

static WatchLane *lane_of(Ctx *ctx, const TryRun *run)
{
    WatchPoint *points = ARENA_ARRAY(ctx->arena, WatchPoint, run->npoints + 1);
    for (size_t i = 0; i < run->npoints; i++)
        points[i + 1] =
            (WatchPoint){.code = run->points[i].code, .in_service = true, .in_service_since = TIME_NONE};
    return watch_lane_new(run->rules, points, run->npoints + 1, 0, 1, 0);
}

Rc try_replay(Ctx *ctx, TryRun *run)
{
    Feed f = {.run = run, .lane = lane_of(ctx, run)};
    for (int i = 0; i < TRY_RULES; i++) try_score_init(&run->score[i], ctx->arena, run->npoints, run->from);
    Rc rc = feed_all(&f, ctx);
    Reading last = {.t = run->reached, .v = (double)NAN, .point = 1, .q = Q_BAD};
    if (rc >= 0) watch_take(f.lane, &last, 1, 0, &(WatchSink){take_event, &f});
    watch_lane_free(&f.lane);
    for (int i = 0; i < TRY_RULES; i++) try_score_end(&run->score[i], run->reached);
    return rc;
}
