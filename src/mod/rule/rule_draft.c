/* A rule that is being written: it may have no code and no name yet, and the request that carries it has
 * members of its own beside the fields. */
#include "rule_try.h"

#define GLOBS_MOST 16
#define GLOB_BYTES 256 /* a code has at most 64 characters */

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

bool rule_is_glob(Str s)
{
    return s.n && (memchr(s.p, '*', s.n) || memchr(s.p, '?', s.n));
}

static Rc check_glob(Ctx *ctx, Str s, int *globs)
{
    if (!rule_is_glob(s)) return RC_OK;
    if (s.n > GLOB_BYTES)
        return FAIL_FIELD(ctx, "points", "limit", 0, "通配超过 %d 个字节",
                          "a pattern is longer than %d bytes", GLOB_BYTES);
    if (++*globs > GLOBS_MOST)
        return FAIL_FIELD(ctx, "points", "limit", 0, "通配超过 %d 个，请写成更少的通配或列出编号",
                          "more than %d patterns: use fewer or list the codes", GLOBS_MOST);
    return RC_OK;
}

Rc rule_points_check(Ctx *ctx, const Json *points, int most)
{
    int entries = 0, globs = 0;
    if (points && points->type == JSON_TEXT) return check_glob(ctx, points->s, &globs);
    if (!points || points->type != JSON_ARRAY) return RC_OK;
    JSON_EACH(p, points)
    {
        if (++entries > most)
            return FAIL_FIELD(ctx, "points", "limit", 0, "测点列表超过 %d 项，请分批进行",
                              "more than %d entries in the list of points: do it in parts", most);
        TRY(check_glob(ctx, json_str(p), &globs));
    }
    return RC_OK;
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
