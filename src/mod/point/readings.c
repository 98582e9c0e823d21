/* GET /api/points/{id}/readings: raw readings or aggregates of steps, paged by time. Rows hold t as whole
 * milliseconds; a value that was refused by its own device or is not finite shows as null with its quality.
 */
#include "window.h"
#include "base/clock.h"
#include "base/num.h"
#include <math.h>

#define LIMIT_DEFAULT 10000
#define LIMIT_MOST    50000
#define STEP_MOST     (366 * MS_DAY)

static const char *const agg_names[] = {"avg", "min", "max", "last", "count", "band"};

/* ---- The query ---- */

typedef struct Only {
    Req *req;
    const char *const *names;
} Only;

static void check_name(void *ud, Str name, Str value)
{
    (void)value;
    Only *o = ud;
    for (size_t i = 0; o->names[i]; i++)
        if (str_is(name, o->names[i])) return;
    if (str_is(name, "lang")) return;
    const char *shown = str_z(o->req->ctx.arena, name);
    FAIL_FIELD(&o->req->ctx, shown, "unknown", 0, "不认识的参数“%s”", "unknown parameter \"%s\"", shown);
}

Rc point_query_only(Req *req, const char *const *names)
{
    Only o = {req, names};
    req_each_query(req, check_name, &o);
    return req->ctx.err.kind;
}

/* RFC 3339, civil time or milliseconds. */
static void read_time(Req *req, const char *name, int64_t *out)
{
    Str s = req_query(req, name);
    if (s.n == 0 || num_parse_i64(s, out)) return;
    /* In a query a '+' not written as %2B has become a space. */
    char *z = arena_copy(req->ctx.arena, s.p, s.n);
    if (s.n > 6 && z[s.n - 6] == ' ' && memchr(z, 'T', s.n)) z[s.n - 6] = '+';
    if (!time_parse(str_n(z, s.n), true, out))
        FAIL_FIELD(&req->ctx, name, "time", 0, "%s 应为 RFC 3339 时间或毫秒数",
                   "%s must be an RFC 3339 time or milliseconds", name);
}

/* "60000", "60s", "5m", "1h", "1d" */
static bool parse_step(Str s, int64_t *out)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", MS_SECOND}, {"m", MS_MINUTE}, {"h", MS_HOUR}, {"d", MS_DAY}};
    int64_t factor = 1, n;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!str_ends(s, str_of(units[i].unit))) continue;
        factor = units[i].ms;
        s.n -= strlen(units[i].unit);
        break;
    }
    if (!num_parse_i64(s, &n) || n < 1 || n > STEP_MOST / factor) return false;
    *out = n * factor;
    return *out >= MS_SECOND;
}

static void read_step(Req *req, Window *w)
{
    Str step = req_query(req, "step"), agg = req_query(req, "agg");
    if (step.n && !parse_step(step, &w->step))
        FAIL_FIELD(&req->ctx, "step", "format", 0, "step 应为毫秒数或 60s、5m、1h、1d，不小于 1 秒",
                   "step must be milliseconds or like 60s, 5m, 1h, 1d, and at least a second");
    if (agg.n == 0) return;
    for (size_t i = 0; i < ARRAY_LEN(agg_names); i++)
        if (str_is(agg, agg_names[i])) {
            w->agg = (Agg)i;
            return;
        }
    FAIL_FIELD(&req->ctx, "agg", "value", 0, "agg 应为 avg、min、max、last、count 或 band",
               "agg must be avg, min, max, last, count or band");
}

/* Years 1 to 9999: there is nothing outside, and no sum of times overflows. */
static int64_t in_calendar(int64_t t)
{
    const int64_t first = -INT64_C(62135596800000), end = INT64_C(253402300800000);
    return t < first ? first : t > end ? end : t;
}

Rc point_read_window(Req *req, const char *const *known, Window *w)
{
    point_query_only(req, known);
    *w = (Window){.to = req->t, .limit = LIMIT_DEFAULT};
    read_time(req, "to", &w->to);
    w->to = in_calendar(w->to);
    w->from = w->to - MS_DAY;
    read_time(req, "from", &w->from);
    read_step(req, w);
    int64_t n = LIMIT_DEFAULT;
    Str limit = req_query(req, "limit"), cursor = req_query(req, "cursor");
    if (limit.n && (!num_parse_i64(limit, &n) || n < 1 || n > LIMIT_MOST))
        FAIL_FIELD(&req->ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间",
                   "limit must be between 1 and %d", LIMIT_MOST);
    w->limit = (size_t)n;
    if (cursor.n && !num_parse_i64(cursor, &w->from))
        FAIL_FIELD(&req->ctx, "cursor", "format", 0, "cursor 无效", "the cursor is not valid");
    w->from = in_calendar(w->from);
    if (w->from > w->to)
        FAIL_FIELD(&req->ctx, "from", "range", 0, "from 不能晚于 to", "from must not be later than to");
    return req->ctx.err.kind;
}

/* ---- The answer ---- */

static void put_row(JsonOut *o, int64_t t, double v, int q)
{
    jout_open_array(o);
    jout_i64(o, t);
    jout_f64(o, v);
    jout_i64(o, q);
    jout_close_array(o);
}

double point_step_value(const SeriesStep *s, Agg agg)
{
    switch (agg) {
    case AGG_AVG:
    case AGG_BAND:
        return s->count ? s->sum / s->count : NAN;
    case AGG_MIN:
        return s->min;
    case AGG_MAX:
        return s->max;
    case AGG_LAST:
        return s->last;
    case AGG_COUNT:
        return s->count;
    }
    return NAN;
}

static void put_band(JsonOut *o, const SeriesStep *s)
{
    jout_open_array(o);
    jout_i64(o, s->t);
    jout_f64(o, point_step_value(s, AGG_BAND));
    jout_i64(o, s->q);
    jout_f64(o, s->min);
    jout_f64(o, s->max);
    jout_close_array(o);
}

/* The next page's start, or TIME_NONE. */
static Rc put_raw(Ctx *ctx, Series *s, uint32_t no, const Window *w, JsonOut *o, int64_t *next)
{
    SeriesRow *rows;
    size_t n;
    TRY(series_range(ctx, s, no, w->from, w->to, w->limit, &rows, &n));
    for (size_t i = 0; i < n; i++) put_row(o, rows[i].t, rows[i].v, rows[i].q);
    *next = n == w->limit && rows[n - 1].t + 1 < w->to ? rows[n - 1].t + 1 : TIME_NONE;
    return 0;
}

static Rc put_steps(Ctx *ctx, Series *s, uint32_t no, const Window *w, JsonOut *o, int64_t *next)
{
    SeriesStep *rows;
    size_t n;
    TRY(series_steps(ctx, s, no, w->from, w->to, w->step, w->limit, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (w->agg == AGG_BAND) put_band(o, &rows[i]);
        else put_row(o, rows[i].t, point_step_value(&rows[i], w->agg), rows[i].q);
    *next = n == w->limit && rows[n - 1].t + w->step < w->to ? rows[n - 1].t + w->step : TIME_NONE;
    return 0;
}

typedef struct Subject {
    uint32_t no;
    const char *unit;
} Subject;

/* The connection goes back before the series is read. */
static Rc find_point(Req *req, Subject *out)
{
    Work w;
    Record *rec;
    TRY(work_begin(req, false, &w));
    Rc rc = scope_find(&w, &point_entity, req_param(req, "id"), &rec);
    if (rc < 0) return rc;
    if (rc == 0 || rec->archived_at != TIME_NONE)
        return FAIL(&req->ctx, RC_NOT_FOUND, "point.absent", "没有这个测点", "no such point");
    out->no = (uint32_t)rec_i64(&point_entity, rec, "no");
    Str unit = rec_text(&point_entity, rec, "unit");
    out->unit = unit.n ? str_z(req->ctx.arena, unit) : NULL;
    return work_commit(&w);
}

Rc point_readings(Req *req, Res *res)
{
    static const char *const known[] = {"from", "to", "step", "agg", "limit", "cursor", NULL};
    Window w;
    Subject p;
    int64_t next = TIME_NONE;
    TRY(point_read_window(req, known, &w));
    TRY(find_point(req, &p));
    Series *s = intake_series(kernel_service(req_kernel(req), "intake"));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "unit", p.unit);
    jout_key(o, "step");
    if (w.step) jout_i64(o, w.step);
    else jout_null(o);
    jout_key(o, "columns");
    jout_raw(o, w.step && w.agg == AGG_BAND ? STR("[\"t\",\"v\",\"q\",\"min\",\"max\"]")
                                            : STR("[\"t\",\"v\",\"q\"]"));
    jout_key(o, "rows");
    jout_open_array(o);
    TRY(w.step ? put_steps(&req->ctx, s, p.no, &w, o, &next) : put_raw(&req->ctx, s, p.no, &w, o, &next));
    jout_close_array(o);
    jout_kz(o, "next", next == TIME_NONE ? NULL : arena_printf(req->ctx.arena, "%lld", (long long)next));
    jout_close(o);
    return 0;
}
