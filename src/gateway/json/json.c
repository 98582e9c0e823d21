/* The JSON shape of POST /api/readings: the strict scanner first, the tree for whatever it does not like,
 * then the list to the sink. The two readers agree on every body that the scanner takes (fuzzed and tested).
 */
#include "gateway/json.h"
#include "items.h"

enum { BYTES_TYPICAL = 44 }; /* of a reading, rather too few than too many */

JsonReading *json_list_add(JsonList *list)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : list->expected + 16;
        JsonReading *grown = ARENA_ARRAY(list->arena, JsonReading, cap);
        if (list->n) memcpy(grown, list->items, list->n * sizeof *grown);
        list->items = grown;
        list->cap = cap;
    }
    return &list->items[list->n++];
}

static void emit_unknown(const JsonReading *r, const ReadingSink *sink)
{
    char key[POINT_CODE_MAX + 8];
    memcpy(key, "json:", 5);
    memcpy(key + 5, r->point.p, r->point.n);
    sink->source(sink->ud, str_n(key, r->point.n + 5), r->t, r->v, r->q);
}

static void emit_one(const JsonReading *r, size_t index, uint32_t number, const ReadingSink *sink)
{
    if (r->code) sink->reject(sink->ud, index + 1, r->field, r->code);
    else if (number) sink->add(sink->ud, number, r->t, r->v, r->q);
    else {
        sink_at(sink, index + 1);
        emit_unknown(r, sink);
    }
}

static void emit(const JsonList *list, const ReadingSink *sink)
{
    for (size_t first = 0; first < list->n; first += SINK_POINTS_MAX) {
        Str codes[SINK_POINTS_MAX];
        uint32_t numbers[SINK_POINTS_MAX];
        size_t n = list->n - first < SINK_POINTS_MAX ? list->n - first : SINK_POINTS_MAX;
        for (size_t i = 0; i < n; i++)
            codes[i] = list->items[first + i].code ? STR_NONE : list->items[first + i].point;
        sink->points(sink->ud, codes, n, numbers);
        for (size_t i = 0; i < n; i++) emit_one(&list->items[first + i], first + i, numbers[i], sink);
    }
}

Rc json_decode(Ctx *ctx, Str body, const ReadingSink *sink)
{
    JsonList list = {.arena = ctx->arena, .expected = body.n / BYTES_TYPICAL};
    if (!json_scan(body, &list)) {
        if (body.n > JSON_TREE_MAX)
            return FAIL(
                ctx, RC_TOO_LARGE, "readings.too_large",
                "正文超过 %zu 字节且含有转义、非 ASCII 字符或错误读数，请分批发送",
                "the body is larger than %zu bytes and holds escapes, characters beyond ASCII or faulty "
                "readings; send it in parts",
                JSON_TREE_MAX);
        list.n = 0;
        TRY(json_tree(ctx, body, &list));
    }
    emit(&list, sink);
    return RC_OK;
}
