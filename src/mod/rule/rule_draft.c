/* A rule that is being written: it may have no code and no name yet, and the request that carries it has
 * members of its own beside the fields. */
#include "rule_try.h"

static bool is_one_of(Str name, const char *const *names)
{
    for (; *names; names++)
        if (str_is(name, *names)) return true;
    return false;
}

static void add_member(Ctx *ctx, Json *obj, Json **last, const Json *member)
{
    Json *copy = ARENA_NEW(ctx->arena, Json);
    *copy = *member;
    copy->next = NULL;
    if (*last) (*last)->next = copy;
    else obj->child = copy;
    *last = copy;
    obj->count++;
}

Rc rule_draft_read(Work *w, const Json *body, const char *const *more, Record **out)
{
    static const char *const wanted[] = {"code", "name"};
    Json *obj = ARENA_NEW(w->ctx->arena, Json), *last = NULL;
    *obj = (Json){.type = JSON_OBJECT};
    if (!body || body->type != JSON_OBJECT)
        return FAIL(w->ctx, RC_SYNTAX, "json.object", "请求应为一个对象", "the request must be an object");
    JSON_EACH(m, body)
    if (!is_one_of(m->name, more) && m->type != JSON_NULL) add_member(w->ctx, obj, &last, m);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (!json_get(obj, wanted[i]))
            add_member(w->ctx, obj, &last,
                       &(Json){.type = JSON_TEXT, .s = STR("draft"), .name = str_of(wanted[i])});
    Record *rec = rec_new(w->ctx, &rule_entity);
    TRY(store_read_json(w, &rule_entity, obj, true, 0, rec));
    *out = rec;
    return rule_check(w, rec);
}

/* The only quoted texts of an expression are codes, and a code holds no quote. */
void rule_each_operand(Str expr, void (*fn)(void *ud, Str code), void *ud)
{
    while (expr.n) {
        str_cut(&expr, '"');
        if (!expr.n) return;
        Str code = str_cut(&expr, '"');
        if (code.n) fn(ud, code);
    }
}
