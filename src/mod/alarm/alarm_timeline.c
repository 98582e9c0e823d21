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
    static const Text read = T("读数", "Reading"), raise = T("报警", "Alarm raised");
    (void)e;
    Str reason = rec_text(E, rec, w->ctx->lang == LANG_EN ? "reason_en" : "reason_zh");
    int64_t since = rec_time(E, rec, "since"), raised = rec_time(E, rec, "raised_at");
    TimelineEvent reading = {.kind = "reading", .t = since == INT64_MIN ? raised : since};
    reading.label = text_in(read, w->ctx->lang);
    reading.text = reading_text(w, rec);
    if (reading.text) timeline_add(out, &reading);
    TimelineEvent alarm = {.kind = "alarm", .action = "raise", .t = raised};
    alarm.label = text_in(raise, w->ctx->lang);
    if (reason.n) alarm.text = str_z(w->ctx->arena, reason);
    timeline_add(out, &alarm);
    return 0;
}
