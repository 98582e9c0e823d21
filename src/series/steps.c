/* Steps: roll-ups where they fit, rows where they do not. A day's roll-up tells up to which rank raw data are
 * in it; rows that came later (newer segments, memory) make the stretch they lie in dirty, and that stretch
 * is computed from all rows anew, so the answer is the same as without roll-ups. On a day whose raw rows have
 * expired, later rows can only be added. */
#include "compact.h"
#include <stdlib.h>

typedef struct Ask {
    const View *v;
    int64_t range[2]; /* whole steps */
    int64_t step;
    uint8_t kind; /* SEG_RAW: no roll-up fits the step */
} Ask;

static int64_t row_extreme(const Rows *rows, bool newest)
{
    int64_t t = rows->p[0].t;
    for (size_t i = 1; i < rows->n; i++)
        if (newest ? rows->p[i].t > t : rows->p[i].t < t) t = rows->p[i].t;
    return t;
}

static Rc raw_steps(Ctx *ctx, const Ask *a, const Day *day, const int64_t range[2], Steps *out)
{
    Rows rows = {0};
    Rc rc = day ? view_day_segments(ctx, a->v, day, 0, range, &rows) : RC_OK;
    view_memory(a->v, range[0], range[1], &rows);
    rows_tidy(&rows);
    if (rc == RC_OK) steps_of_rows(out, rows.p, rows.n, a->kind == SEG_RAW ? a->step : seg_width(a->kind));
    rows_free(&rows);
    return rc;
}

/* Roll-ups before the dirty stretch, rows inside, roll-ups behind. */
static Rc patch(Ctx *ctx, const Ask *a, const Day *day, const Steps *rolls, const int64_t dirty[2],
                Steps *out)
{
    size_t i = 0;
    for (; i < rolls->n && rolls->p[i].t < dirty[0]; i++) steps_push(out, &rolls->p[i]);
    TRY(raw_steps(ctx, a, day, dirty, out));
    for (; i < rolls->n; i++)
        if (rolls->p[i].t >= dirty[1]) steps_push(out, &rolls->p[i]);
    return RC_OK;
}

static Rc combine(Ctx *ctx, const Ask *a, const Day *day, const Steps *rolls, Rows *newer, Steps *out)
{
    int64_t width = seg_width(a->kind);
    if (newer->n == 0) {
        for (size_t i = 0; i < rolls->n; i++) steps_push(out, &rolls->p[i]);
        return RC_OK;
    }
    if (day->raw_gone) {
        Steps late = {0};
        rows_tidy(newer);
        steps_of_rows(&late, newer->p, newer->n, width);
        steps_merge(out, rolls, &late);
        steps_free(&late);
        return RC_OK;
    }
    int64_t dirty[2] = {civil_step(row_extreme(newer, false), width),
                        civil_step(row_extreme(newer, true), width) + width};
    return patch(ctx, a, day, rolls, dirty, out);
}

static void cut(Steps *s, const int64_t part[2])
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i].t >= part[0] && s->p[i].t < part[1]) s->p[kept++] = s->p[i];
    s->n = kept;
}

static Rc rolled_steps(Ctx *ctx, const Ask *a, const Day *day, const int64_t part[2], Steps *out)
{
    Steps rolls = {0};
    Rows newer = {0};
    uint64_t rank;
    Rc rc = day_rollups(ctx, day, a->kind, a->v->point, &rolls, &rank);
    if (rc == RC_OK && (rank == 0 || (a->kind == SEG_MINUTE && rolls.n == 0))) {
        rc = raw_steps(ctx, a, day, part, out); /* not compacted yet, or a slow point without minutes */
    } else if (rc == RC_OK) {
        cut(&rolls, part);
        rc = view_day_segments(ctx, a->v, day, rank, part, &newer);
        view_memory(a->v, part[0], part[1], &newer);
        if (rc == RC_OK) rc = combine(ctx, a, day, &rolls, &newer, out);
    }
    rows_free(&newer);
    steps_free(&rolls);
    return rc;
}

static Rc day_steps(Ctx *ctx, const Ask *a, int32_t number, Steps *out)
{
    int64_t start = civil_day_start(number), end = start + MS_DAY;
    int64_t part[2] = {start > a->range[0] ? start : a->range[0], end < a->range[1] ? end : a->range[1]};
    const Day *day = catalog_day(a->v->catalog, number);
    Steps own = {0};
    Rc rc = day && a->kind != SEG_RAW ? rolled_steps(ctx, a, day, part, &own)
                                      : raw_steps(ctx, a, day, part, &own);
    if (rc == RC_OK) steps_widen(out, own.p, own.n, a->step);
    steps_free(&own);
    return rc;
}

static Rc all_steps(Ctx *ctx, const Ask *a, size_t limit, Steps *out)
{
    int32_t *days;
    Rc rc = RC_OK;
    size_t n = view_days(a->v, a->range[0], a->range[1], &days);
    for (size_t i = 0; i < n && out->n <= limit && rc == RC_OK; i++) rc = day_steps(ctx, a, days[i], out);
    free(days);
    return rc;
}

Rc series_steps(Ctx *ctx, Series *s, uint32_t point, int64_t from, int64_t to, int64_t step, size_t limit,
                SeriesStep **rows, size_t *n)
{
    *rows = NULL;
    *n = 0;
    if (step <= 0 || step > 36600 * MS_DAY)
        return FAIL(ctx, RC_INVALID, "series.step", "统计步长超出范围", "the step is out of range");
    if (from < SERIES_T_MIN) from = SERIES_T_MIN;
    if (to > SERIES_T_MAX) to = SERIES_T_MAX + 1;
    if (point == 0 || point > POINT_MAX || from >= to || limit == 0) return RC_OK;
    View v;
    Steps out = {0};
    Ask a = {.v = &v, .range = {civil_step(from, step), civil_step(to - 1, step) + step}, .step = step};
    a.kind = step % MS_HOUR == 0 ? SEG_HOUR : step % MS_MINUTE == 0 ? SEG_MINUTE : SEG_RAW;
    view_open(s, point, &v);
    Rc rc = all_steps(ctx, &a, limit, &out);
    view_close(&v);
    *n = out.n < limit ? out.n : limit;
    if (rc == RC_OK && *n) *rows = arena_copy(ctx->arena, out.p, *n * sizeof *out.p);
    if (rc < 0) *n = 0;
    steps_free(&out);
    return rc;
}
