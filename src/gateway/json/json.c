/* The JSON shape of POST /api/readings: the strict scanner first, the tree for whatever it does not like,
 * then the list to the sink. The two readers agree on every body that the scanner takes (fuzzed and tested).
 */
#include "gateway/json.h"
#include "items.h"

JsonReading *json_list_add(JsonList *list)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
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

static void emit(const JsonList *list, const ReadingSink *sink)
{
    for (size_t i = 0; i < list->n; i++) {
        const JsonReading *r = &list->items[i];
        if (r->code) {
            sink->reject(sink->ud, i + 1, r->field, r->code);
            continue;
        }
        uint32_t number = sink->point(sink->ud, r->point);
        if (number) sink->add(sink->ud, number, r->t, r->v, r->q);
        else emit_unknown(r, sink);
    }
}

Rc json_decode(Ctx *ctx, Str body, const ReadingSink *sink)
{
    JsonList list = {.arena = ctx->arena};
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
