/* The minutes around an alarm as a chart on paper: a quarter of an hour before it rose to a quarter after it
 * returned, two hours at most, thinned to what a page can show without losing the peaks. */
#include "alarm_private.h"
#include "mod/point.h"
#include "base/clock.h"

enum { READINGS_MOST = 100000, SHOWN = 600 };
#define AROUND  (15 * MS_MINUTE)
#define LONGEST (2 * 60 * MS_MINUTE)

static void write_one(JsonOut *t, JsonOut *v, const SeriesRow *row)
{
    jout_i64(t, row->t);
    if (row->q == Q_BAD) jout_null(v);
    else jout_f64(v, row->v);
}

/* Of each piece of the way its lowest and its highest reading, in the order of time. */
static void thin(const SeriesRow *rows, size_t n, JsonOut *t, JsonOut *v)
{
    size_t piece = n > SHOWN ? (n + SHOWN / 2 - 1) / (SHOWN / 2) : 1;
    for (size_t i = 0; i < n; i += piece) {
        size_t low = i, high = i;
        for (size_t k = i; k < i + piece && k < n; k++) {
            if (rows[k].q == Q_BAD) continue;
            if (rows[low].q == Q_BAD || rows[k].v < rows[low].v) low = k;
            if (rows[high].q == Q_BAD || rows[k].v > rows[high].v) high = k;
        }
        write_one(t, v, &rows[low < high ? low : high]);
        if (low != high) write_one(t, v, &rows[low < high ? high : low]);
    }
}

static void write_rows(Ctx *ctx, const SeriesRow *rows, size_t n, JsonOut *o)
{
    StrBuf times, values;
    JsonOut t, v;
    buf_init(&times, ctx->arena);
    buf_init(&values, ctx->arena);
    jout_init(&t, &times);
    jout_init(&v, &values);
    jout_open_array(&t);
    jout_open_array(&v);
    thin(rows, n, &t, &v);
    jout_close_array(&t);
    jout_close_array(&v);
    jout_key(o, "t");
    jout_raw(o, buf_str(&times));
    jout_key(o, "v");
    jout_raw(o, buf_str(&values));
}

static void write_mark(JsonOut *o, const char *list, double at, const char *label)
{
    jout_key(o, list);
    jout_open_array(o);
    jout_open(o);
    jout_kf(o, "at", at);
    jout_kz(o, "label", label);
    jout_close(o);
    jout_close_array(o);
}

Rc alarm_chart(Work *w, const Record *alarm, Lang lang, const char *key, JsonOut *o)
{
    const Entity *e = &alarm_entity;
    Record *point;
    SeriesRow *rows;
    size_t n;
    int64_t raised = rec_time(e, alarm, "raised_at"), back = rec_time(e, alarm, "returned_at");
    int64_t from = raised - AROUND, to = (back > raised ? back : raised) + AROUND;
    if (to > from + LONGEST) to = from + LONGEST;
    TRY(store_get(w, &point_entity, rec_i64(e, alarm, "point"), &point));
    Series *series = intake_series(kernel_service(w->kernel, "intake"));
    TRY(series_range(w->ctx, series, (uint32_t)rec_i64(&point_entity, point, "no"), from, to, READINGS_MOST,
                     &rows, &n));
    if (n < 2) return RC_OK;
    jout_key(o, key);
    jout_open(o);
    jout_ks(o, "title", rec_text(e, alarm, "point_name"));
    jout_ks(o, "unit", rec_text(e, alarm, "unit"));
    write_rows(w->ctx, rows, n, o);
    if (rec_val(e, alarm, "limit_value")->type != DB_NULL)
        write_mark(o, "limits", rec_f64(e, alarm, "limit_value"),
                   arena_printf(w->ctx->arena, "%s %.6g", lang == LANG_EN ? "limit" : "限值",
                                rec_f64(e, alarm, "limit_value")));
    write_mark(o, "marks", (double)raised, lang == LANG_EN ? "alarm" : "报警");
    jout_close(o);
    return RC_OK;
}
