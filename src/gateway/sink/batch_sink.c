/* A codec's calls into a batch: codes and keys are looked up in the registry that the batch holds, so that
 * all of a body sees one registry; readings without a time get that of arrival. */
#include "gateway/batch_sink.h"

enum { FIELD_SHOWN_MAX = 64 };

static uint32_t sink_point(void *ud, Str code)
{
    const BatchSink *s = ud;
    return registry_by_code(s->batch->registry, code);
}

static void sink_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    const BatchSink *s = ud;
    registry_by_codes(s->batch->registry, codes, n, out);
}

static bool sink_known(void *ud, uint32_t number)
{
    const BatchSink *s = ud;
    return registry_has(s->batch->registry, number);
}

static void sink_add(void *ud, uint32_t number, int64_t t, double v, uint8_t q)
{
    const BatchSink *s = ud;
    batch_add(s->batch, number, t == TIME_NONE ? s->batch->arrival : t, v, q);
}

static void sink_reject(void *ud, uint64_t line, Str field, const char *code)
{
    const BatchSink *s = ud;
    if (field.n > FIELD_SHOWN_MAX) field.n = FIELD_SHOWN_MAX;
    const char *shown = s->batch->rejected ? "" : str_z(s->batch->arena, field); /* only the first is told */
    batch_reject(s->batch, line, shown, code);
}

static void sink_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    BatchSink *s = ud;
    uint32_t number = registry_by_source(s->batch->registry, key);
    if (number && s->may && !s->may(s->held, number)) number = 0;
    if (number) sink_add(s, number, t, v, q);
    else if (s->only_known) sink_reject(s, s->line, STR("point"), REJECT_UNKNOWN);
    else batch_unclaimed(s->batch->intake, s->batch, key, t, v, s->sender);
}

/* ---- A sender that is bound: asked once for each code and number, so that all others pay nothing ---- */

static uint32_t bound_point(void *ud, Str code)
{
    const BatchSink *s = ud;
    uint32_t number = sink_point(ud, code);
    return number && s->may(s->held, number) ? number : 0;
}

static void bound_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    const BatchSink *s = ud;
    sink_points(ud, codes, n, out);
    for (size_t i = 0; i < n; i++)
        if (out[i] && !s->may(s->held, out[i])) out[i] = 0;
}

static bool bound_known(void *ud, uint32_t number)
{
    const BatchSink *s = ud;
    return sink_known(ud, number) && s->may(s->held, number);
}

static void bound_at(void *ud, uint64_t line)
{
    BatchSink *s = ud;
    s->line = line;
}

ReadingSink batch_sink(BatchSink *s)
{
    if (s->may)
        return (ReadingSink){.ud = s,
                             .point = bound_point,
                             .points = bound_points,
                             .known = bound_known,
                             .add = sink_add,
                             .source = sink_source,
                             .reject = sink_reject,
                             .at = bound_at};
    return (ReadingSink){.ud = s,
                         .point = sink_point,
                         .points = sink_points,
                         .known = sink_known,
                         .add = sink_add,
                         .source = sink_source,
                         .reject = sink_reject};
}
