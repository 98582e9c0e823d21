/* What the timeline of a warning shows of the alarm that it came from, beside the ledger's entries: the
 * reading that broke the limit, and the alarm with its reason. */
#include "alarm_private.h"
#include "base/num.h"

#include <math.h>

#define E (&alarm_entity)

static void put_figure(StrBuf *b, double v)
{
    char text[NUM_TEXT_MAX];
    buf_add(b, str_n(text, num_print_f64(v, text)));
}

static const char *reading_text(Work *w, const Record *rec)
{
    double value = rec_f64(E, rec, "value"), limit = rec_f64(E, rec, "limit_value");
    Str unit = rec_text(E, rec, "unit");
    StrBuf b;
    if (!isfinite(value)) return NULL;
    buf_init(&b, w->ctx->arena);
    buf_printf(&b, "%.*s ", STR_ARG(rec_text(E, rec, "point_name")));
    put_figure(&b, value);
    if (unit.n) buf_printf(&b, " %.*s", STR_ARG(unit));
    if (isfinite(limit)) {
        buf_addz(&b, w->ctx->lang == LANG_EN ? " (limit " : "（限值 ");
        put_figure(&b, limit);
        buf_addz(&b, w->ctx->lang == LANG_EN ? ")" : "）");
    }
    return str_z(w->ctx->arena, buf_str(&b));
}

Rc alarm_timeline(Work *w, const Entity *e, const Record *rec, TimelineOut *out)
{
    (void)e;
    bool en = w->ctx->lang == LANG_EN;
    const char *figure = reading_text(w, rec);
    int64_t since = rec_time(E, rec, "since"), raised = rec_time(E, rec, "raised_at");
    if (since == INT64_MIN) since = raised;
    if (figure)
        timeline_add(out,
                     &(TimelineEvent){
                         .t = since, .kind = "reading", .label = en ? "Reading" : "读数", .text = figure});
    Str reason = rec_text(E, rec, en ? "reason_en" : "reason_zh");
    timeline_add(out, &(TimelineEvent){.t = raised,
                                       .kind = "alarm",
                                       .action = "raise",
                                       .label = en ? "Alarm raised" : "报警",
                                       .text = reason.n ? str_z(w->ctx->arena, reason) : NULL});
    return 0;
}
