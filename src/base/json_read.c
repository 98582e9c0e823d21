/* JSON in. jansson reads the text (strict UTF-8, duplicates refused, NUL in a string refused) and its tree is
 * copied into the arena, so that no caller has to free one. Depth is checked before jansson sees the text:
 * recursion, here and there, is then bounded by JSON_DEPTH. */
/* jansson names its kinds as we do ours: rename them while its header is read. */
#define JSON_NULL   JANSSON_NULL
#define JSON_REAL   JANSSON_REAL
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_OBJECT JANSSON_OBJECT
#include <jansson.h>
#undef JSON_NULL
#undef JSON_REAL
#undef JSON_ARRAY
#undef JSON_OBJECT

#include "base/json.h"
#include <math.h>

enum { JSON_DEPTH = 64 };

static Rc syntax_error(Ctx *ctx, int line, int column, const char *why)
{
    FAIL(ctx, RC_SYNTAX, "json.syntax", "JSON 语法错误：第 %d 行第 %d 列",
         "JSON syntax error at line %d column %d", line, column);
    ctx_cause(ctx, "%s", why);
    return RC_SYNTAX;
}

static Rc check_depth(Ctx *ctx, Str text)
{
    int depth = 0, line = 1;
    size_t line_start = 0;
    bool in_text = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_text) {
            if (c == '\\') i++;
            else if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH) return syntax_error(ctx, line, (int)(i - line_start) + 1, "too deep");
        } else if (c == ']' || c == '}') {
            depth--;
        } else if (c == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return RC_OK;
}

static void fill(Arena *a, Json *out, json_t *in);

static void fill_array(Arena *a, Json *out, json_t *in)
{
    out->type = JSON_ARRAY;
    out->count = json_array_size(in);
    Json **link = &out->child;
    for (size_t i = 0; i < out->count; i++) {
        Json *item = ARENA_NEW(a, Json);
        fill(a, item, json_array_get(in, i));
        *link = item;
        link = &item->next;
    }
}

static void fill_object(Arena *a, Json *out, json_t *in)
{
    out->type = JSON_OBJECT;
    out->count = json_object_size(in);
    Json **link = &out->child;
    for (void *it = json_object_iter(in); it; it = json_object_iter_next(in, it)) {
        Json *member = ARENA_NEW(a, Json);
        fill(a, member, json_object_iter_value(it));
        member->name = str_copy(a, str_of(json_object_iter_key(it)));
        *link = member;
        link = &member->next;
    }
}

static void fill(Arena *a, Json *out, json_t *in)
{
    switch (json_typeof(in)) {
    case JANSSON_OBJECT:
        fill_object(a, out, in);
        break;
    case JANSSON_ARRAY:
        fill_array(a, out, in);
        break;
    case JSON_STRING:
        out->type = JSON_TEXT;
        out->s = str_copy(a, str_n(json_string_value(in), json_string_length(in)));
        break;
    case JSON_INTEGER:
        out->type = JSON_INT;
        out->i = json_integer_value(in);
        break;
    case JANSSON_REAL:
        out->type = JSON_REAL;
        out->f = json_real_value(in);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        out->type = JSON_BOOL;
        out->b = json_typeof(in) == JSON_TRUE;
        break;
    case JANSSON_NULL:
        out->type = JSON_NULL;
        break;
    }
}

Rc json_parse(Ctx *ctx, Str text, const Json **out)
{
    TRY(check_depth(ctx, text));
    json_error_t error;
    json_t *tree = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!tree) return syntax_error(ctx, error.line, error.column, error.text);
    Json *root = ARENA_NEW(ctx->arena, Json);
    fill(ctx->arena, root, tree);
    json_decref(tree);
    if (arena_over(ctx->arena))
        return FAIL(ctx, RC_TOO_LARGE, "json.too_large", "JSON 内容过大", "the JSON text is too large");
    *out = root;
    return RC_OK;
}

const Json *json_get(const Json *obj, const char *name)
{
    if (!obj || obj->type != JSON_OBJECT) return NULL;
    Str wanted = str_of(name);
    JSON_EACH(m, obj)
    if (str_eq(m->name, wanted)) return m;
    return NULL;
}

bool json_f64(const Json *j, double *out)
{
    if (!j || (j->type != JSON_INT && j->type != JSON_REAL)) return false;
    *out = j->type == JSON_INT ? (double)j->i : j->f;
    return true;
}

bool json_i64(const Json *j, int64_t *out)
{
    if (j && j->type == JSON_INT) {
        *out = j->i;
        return true;
    }
    const double limit = 9007199254740992.0; /* 2^53 */
    if (!j || j->type != JSON_REAL || !(fabs(j->f) <= limit) || j->f != trunc(j->f)) return false;
    *out = (int64_t)j->f;
    return true;
}

Str json_str(const Json *j)
{
    return j && j->type == JSON_TEXT ? j->s : STR_NONE;
}
