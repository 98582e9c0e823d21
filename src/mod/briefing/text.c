/* The text of a briefing between the program that wrote it, the officer who edits it and the paper. Only the
 * shape of lines and the marks of figures mean something; everything else is text. A figure that stands
 * marked is the one that was counted: who wants to say another number takes the mark away. */
#include "briefing_private.h"

static Str next_line(Str *rest)
{
    return str_trim(str_cut(rest, '\n'));
}

/* [value](key) at the beginning of s; *used its bytes. */
static bool read_mark(Str s, Str *value, Str *key, size_t *used)
{
    if (!s.n || s.p[0] != '[') return false;
    const char *end = s.p + s.n, *close = memchr(s.p, ']', s.n);
    if (!close || close + 1 >= end || close[1] != '(') return false;
    const char *last = memchr(close, ')', (size_t)(end - close));
    if (!last || close == s.p + 1) return false;
    *value = str_n(s.p + 1, (size_t)(close - s.p - 1));
    *key = str_n(close + 2, (size_t)(last - close - 2));
    *used = (size_t)(last - s.p) + 1;
    for (size_t i = 0; i < key->n; i++)
        if (!(key->p[i] == '_' || (key->p[i] >= 'a' && key->p[i] <= 'z') ||
              (key->p[i] >= '0' && key->p[i] <= '9')))
            return false;
    return key->n > 0 && !memchr(value->p, '[', value->n);
}

static Str plain(Arena *a, Str line)
{
    StrBuf b;
    Str value, key;
    size_t used;
    buf_init(&b, a);
    while (line.n) {
        if (read_mark(line, &value, &key, &used)) buf_add(&b, value);
        else buf_addc(&b, line.p[0]), used = 1;
        line = str_n(line.p + used, line.n - used);
    }
    return buf_str(&b);
}

static void put_row(Str line, JsonOut *o)
{
    line = str_n(line.p + 1, line.n - 1);
    if (str_ends(line, STR("|"))) line.n--;
    jout_open(o);
    jout_key(o, "row");
    jout_open_array(o);
    for (bool more = true; more;) {
        more = line.n && memchr(line.p, '|', line.n);
        jout_str(o, plain(o->buf->arena, str_trim(str_cut(&line, '|'))));
    }
    jout_close_array(o);
    jout_close(o);
}

void brief_lines(Str text, JsonOut *o)
{
    jout_open_array(o);
    while (text.n) {
        Str line = next_line(&text);
        int level = 0;
        if (!line.n) continue;
        if (line.p[0] == '|') {
            put_row(line, o);
            continue;
        }
        while (level < 4 && (size_t)level < line.n && line.p[level] == '#') level++;
        jout_open(o);
        if (level) jout_ki(o, "level", level);
        jout_ks(o, "text", plain(o->buf->arena, str_trim(str_n(line.p + level, line.n - (size_t)level))));
        jout_close(o);
    }
    jout_close_array(o);
}

static const Json *figure_named(const Json *figures, Str key)
{
    JSON_EACH(it, json_get(figures, "items"))
    if (str_eq(json_str(json_get(it, "key")), key)) return it;
    return NULL;
}

static void check_mark(Ctx *ctx, const Json *figures, int64_t line, Str value, Str key)
{
    const Json *f = figure_named(figures, key);
    if (!f)
        FAIL_FIELD(ctx, "text", "figure", line, "没有名为“%.*s”的数字，请去掉标记",
                   "there is no figure \"%.*s\"; take the mark away", STR_ARG(key));
    else if (!str_eq(json_str(json_get(f, "value")), value))
        FAIL_FIELD(ctx, "text", "figure", line, "“%.*s”与统计结果“%.*s”不一致；要改写数字，请去掉标记",
                   "\"%.*s\" is not what was counted (\"%.*s\"); to write another number take the mark away",
                   STR_ARG(value), STR_ARG(json_str(json_get(f, "value"))));
}

Rc brief_text_check(Ctx *ctx, Str text, const Json *figures)
{
    for (int64_t n = 1; text.n; n++) {
        Str line = str_cut(&text, '\n'), value, key;
        while (line.n) {
            size_t used = 1;
            if (read_mark(line, &value, &key, &used)) check_mark(ctx, figures, n, value, key);
            line = str_n(line.p + used, line.n - used);
        }
    }
    return ctx->err.kind;
}
