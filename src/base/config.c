/* One INI file against a table of keys. libinih is given our own line reader: it counts lines, so that every
 * complaint names one, and it refuses a line longer than libinih's buffer, which would otherwise be cut in
 * two silently. All wrong keys are collected, so that a file is mended in one go. */
#include "base/config.h"
#include "base/num.h"
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Loader {
    Ctx *ctx;
    FILE *f;
    const ConfigKey *keys;
    size_t n;
    unsigned char *target;
    int64_t line;
    int64_t *seen; /* line of each key, 0: not yet */
} Loader;

static bool parse_bool(Str s, bool *out)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"true", true},   {"yes", true}, {"on", true},   {"1", true},
                 {"false", false}, {"no", false}, {"off", false}, {"0", false}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_ieq(s, str_of(words[i].text))) {
            *out = words[i].value;
            return true;
        }
    return false;
}

static const char *key_name(Loader *l, const ConfigKey *k)
{
    return arena_printf(l->ctx->arena, "%s.%s", k->section, k->name);
}

static Rc set_int(Loader *l, const ConfigKey *k, Str value)
{
    int64_t v;
    if (!num_parse_i64(value, &v))
        return FAIL_FIELD(l->ctx, key_name(l, k), "type", l->line, "第 %d 行：“%.*s”不是整数",
                          "line %d: \"%.*s\" is not a whole number", (int)l->line, STR_ARG(value));
    bool ranged = k->min != 0 || k->max != 0;
    if (ranged && (v < k->min || v > k->max))
        return FAIL_FIELD(l->ctx, key_name(l, k), "range", l->line, "第 %d 行：取值应在 %lld 至 %lld 之间",
                          "line %d: must be from %lld to %lld", (int)l->line, (long long)k->min,
                          (long long)k->max);
    memcpy(l->target + k->offset, &v, sizeof v);
    return RC_OK;
}

static Rc set_bool(Loader *l, const ConfigKey *k, Str value)
{
    bool v;
    if (!parse_bool(value, &v))
        return FAIL_FIELD(l->ctx, key_name(l, k), "type", l->line, "第 %d 行：“%.*s”应为 true 或 false",
                          "line %d: \"%.*s\" should be true or false", (int)l->line, STR_ARG(value));
    memcpy(l->target + k->offset, &v, sizeof v);
    return RC_OK;
}

static Rc set_text(Loader *l, const ConfigKey *k, Str value)
{
    if (!str_utf8_ok(value))
        return FAIL_FIELD(l->ctx, key_name(l, k), "encoding", l->line, "第 %d 行：不是 UTF-8 文本",
                          "line %d: not UTF-8 text", (int)l->line);
    const char *v = str_z(l->ctx->arena, value);
    memcpy(l->target + k->offset, &v, sizeof v);
    return RC_OK;
}

static Rc set_key(Loader *l, const ConfigKey *k, Str value)
{
    switch (k->type) {
    case CONFIG_INT:
        return set_int(l, k, value);
    case CONFIG_BOOL:
        return set_bool(l, k, value);
    case CONFIG_TEXT:
        break;
    }
    return set_text(l, k, value);
}

static int on_key(void *user, const char *section, const char *name, const char *value)
{
    Loader *l = user;
    for (size_t i = 0; i < l->n; i++) {
        const ConfigKey *k = &l->keys[i];
        if (strcmp(k->section, section) != 0 || strcmp(k->name, name) != 0) continue;
        if (l->seen[i]) {
            FAIL_FIELD(l->ctx, key_name(l, k), "duplicate", l->line, "第 %d 行：重复设置，前一次在第 %d 行",
                       "line %d: set again, first on line %d", (int)l->line, (int)l->seen[i]);
            return 1;
        }
        l->seen[i] = l->line;
        set_key(l, k, str_trim(str_of(value)));
        return 1;
    }
    FAIL_FIELD(l->ctx, arena_printf(l->ctx->arena, "%s.%s", section, name), "unknown", l->line,
               "第 %d 行：没有这个配置项", "line %d: there is no such key", (int)l->line);
    return 1;
}

static char *read_line(char *buf, int size, void *stream)
{
    Loader *l = stream;
    if (!fgets(buf, size, l->f)) return NULL;
    l->line++;
    if (strchr(buf, '\n') || feof(l->f)) return buf;
    FAIL_FIELD(l->ctx, "", "too_long", l->line, "第 %d 行：超过 %d 字节", "line %d: longer than %d bytes",
               (int)l->line, size - 1);
    for (int c = 0; c != '\n' && c != EOF;) c = fgetc(l->f);
    buf[0] = 0;
    return buf;
}

static Rc read_file(Loader *l, const char *file)
{
    l->f = fopen(file, "re");
    if (!l->f) {
        FAIL(l->ctx, RC_IO, "config.open", "无法打开配置文件 %s", "cannot open configuration file %s", file);
        ctx_cause(l->ctx, "%s", strerror(errno));
        return RC_IO;
    }
    int bad_line = ini_parse_stream(read_line, l, on_key, l);
    bool failed = ferror(l->f);
    fclose(l->f);
    if (failed)
        return FAIL(l->ctx, RC_IO, "config.read", "读取配置文件 %s 失败", "cannot read configuration file %s",
                    file);
    if (bad_line > 0)
        return FAIL_FIELD(l->ctx, "", "syntax", bad_line, "第 %d 行：不是“名称 = 值”的形式",
                          "line %d: not of the form name = value", bad_line);
    return l->ctx->err.kind;
}

Rc config_load(Ctx *ctx, const char *file, const ConfigKey *keys, size_t n, void *target)
{
    Loader l = {
        .ctx = ctx, .keys = keys, .n = n, .target = target, .seen = ARENA_ARRAY(ctx->arena, int64_t, n)};
    for (size_t i = 0; i < n; i++) ENSURE(set_key(&l, &keys[i], str_of(keys[i].fallback)) == RC_OK);
    return file ? read_file(&l, file) : RC_OK;
}

void config_print(StrBuf *out, const ConfigKey *keys, size_t n, Lang lang)
{
    const char *section = "";
    for (size_t i = 0; i < n; i++) {
        const ConfigKey *k = &keys[i];
        if (strcmp(section, k->section) != 0) {
            section = k->section;
            buf_printf(out, "%s[%s]\n", i ? "\n" : "", section);
        }
        buf_printf(out, "; %s\n", text_in(k->help, lang));
        if (k->type == CONFIG_INT && (k->min || k->max))
            buf_printf(out, "; %lld … %lld\n", (long long)k->min, (long long)k->max);
        buf_printf(out, "%s = %s\n", k->name, k->fallback ? k->fallback : "");
    }
}
