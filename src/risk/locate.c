/* Where a JSON text stops being readable, as the path of the member a person wrote: the strict reader only
 * knows line and column. Looks at the text once, keeps the way from the root on a small stack, and stops at
 * the first value that is none (NaN, a bare word, 1e999) or name that came before in its object. */
#include "base/num.h"
#include "shape.h"

enum { DEPTH_MAX = 32, NAMES_MAX = 256 };

typedef struct Level {
    bool array;
    size_t index;
    Str name, names[NAMES_MAX]; /* of an object: the present one, and all so far */
    size_t nnames;
} Level;

typedef struct Scan {
    Str text;
    size_t i;
    Level *levels;
    size_t depth;
} Scan;

static void skip_blank(Scan *s)
{
    while (s->i < s->text.n && strchr(" \t\r\n", s->text.p[s->i]) && s->text.p[s->i]) s->i++;
}

static bool take(Scan *s, char c)
{
    skip_blank(s);
    if (s->i >= s->text.n || s->text.p[s->i] != c) return false;
    s->i++;
    return true;
}

/* A text without its quotes; escapes are left as they are. */
static bool take_text(Scan *s, Str *out)
{
    if (!take(s, '"')) return false;
    size_t from = s->i;
    for (; s->i < s->text.n && s->text.p[s->i] != '"'; s->i++)
        if (s->text.p[s->i] == '\\') s->i++;
    if (s->i >= s->text.n) return false;
    *out = str_n(s->text.p + from, s->i++ - from);
    return true;
}

static bool take_bare(Scan *s)
{
    skip_blank(s);
    size_t from = s->i;
    while (s->i < s->text.n && !strchr(",]} \t\r\n", s->text.p[s->i])) s->i++;
    Str word = str_n(s->text.p + from, s->i - from);
    double v;
    return str_is(word, "true") || str_is(word, "false") || str_is(word, "null") ||
           (word.n && word.p[0] != '+' && num_parse_f64(word, false, &v));
}

static bool take_name(Scan *s, Level *l)
{
    if (!take_text(s, &l->name)) return false;
    for (size_t i = 0; i < l->nnames; i++)
        if (str_eq(l->names[i], l->name)) return false;
    if (l->nnames < NAMES_MAX) l->names[l->nnames++] = l->name;
    return take(s, ':');
}

/* One step: into a container, or over a value and what follows it. false: here it stops. */
static bool step(Scan *s)
{
    skip_blank(s);
    char c = s->i < s->text.n ? s->text.p[s->i] : 0;
    Str ignored;
    if (c == '{' || c == '[') {
        if (s->depth == DEPTH_MAX) return false;
        s->i++;
        Level *l = &s->levels[s->depth++];
        l->array = c == '[';
        l->index = l->nnames = 0;
        l->name = STR_NONE;
        if (!take(s, c == '[' ? ']' : '}')) return l->array || take_name(s, l);
        s->depth--;
    } else if (c == '"' ? !take_text(s, &ignored) : !take_bare(s)) {
        return false;
    }
    while (s->depth) {
        Level *l = &s->levels[s->depth - 1];
        if (take(s, ',')) {
            l->index++;
            return l->array || take_name(s, l);
        }
        if (!take(s, l->array ? ']' : '}')) return false;
        s->depth--;
    }
    return false;
}

const char *locate_fault(Arena *a, Str json)
{
    Scan s = {.text = json, .levels = ARENA_ARRAY(a, Level, DEPTH_MAX)};
    while (step(&s)) {
    }
    skip_blank(&s);
    StrBuf path;
    buf_init(&path, a);
    for (size_t i = 0; i < s.depth; i++) {
        const Level *l = &s.levels[i];
        if (l->array) buf_printf(&path, "[%zu]", l->index);
        else if (l->name.p)
            buf_printf(&path, "%s%.*s", path.n ? "." : "", (int)(l->name.n < 64 ? l->name.n : 64), l->name.p);
    }
    return path.n ? str_z(a, buf_str(&path)) : NULL;
}
