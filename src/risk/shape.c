/* Reading a JSON object into a struct by tables. All wrong members are collected, each with its path; a path
 * is only put together when it is needed, so a long list costs no more than its items. Nothing is defaulted
 * in silence: a member left out either is required, or takes a default that the answer names. */
#include "shape.h"

#include <stdarg.h>

typedef struct Path {
    const struct Path *up;
    const char *name; /* or NULL for */
    size_t index;
    Str text; /* a member that no table knows */
} Path;

enum { FIELD_ERRORS_MAX = 20 };

static void path_add(StrBuf *b, const Path *p)
{
    if (!p) return;
    path_add(b, p->up);
    if (p->text.p || p->name) {
        if (b->n) buf_addc(b, '.');
        buf_add(b, p->text.p ? p->text : str_of(p->name));
    } else {
        buf_printf(b, "[%zu]", p->index);
    }
}

static const char *path_text(Run *run, const Path *p)
{
    StrBuf b;
    buf_init(&b, run->ctx->arena);
    path_add(&b, p);
    return b.n ? str_z(run->ctx->arena, buf_str(&b)) : "input";
}

static bool full(Run *run)
{
    size_t n = 0;
    for (const FieldError *f = run->ctx->err.fields; f; f = f->next) n++;
    return n >= FIELD_ERRORS_MAX;
}

static void wrong_type(Run *run, const Path *path, MemberType type)
{
    static const Text names[] = {
        [M_NUM] = T("数", "a number"),
        [M_INT] = T("整数", "a whole number"),
        [M_TEXT] = T("文本", "a text"),
        [M_CHOICE] = T("文本", "a text"),
        [M_FLAG] = T("true 或 false", "true or false"),
        [M_OBJECT] = T("对象", "an object"),
        [M_LIST] = T("数组", "an array"),
    };
    WRONG(run, path_text(run, path), "type", "应为%s", "must be %s", text_in(names[type], run->ctx->lang));
}

static void check_range(Run *run, const Member *m, double v, const Path *path)
{
    if (m->min == 0 && m->max == 0 && !(m->flags & M_ABOVE)) return;
    bool low = m->flags & M_ABOVE ? v <= m->min : v<m->min, high = m->max> m->min && v > m->max;
    if (!low && !high) return;
    if (m->max > m->min)
        WRONG(run, path_text(run, path), "range", "应%s %g 且不超过 %g", "must be %s %g and at most %g",
              m->flags & M_ABOVE ? text_in((Text)T("大于", "above"), run->ctx->lang)
                                 : text_in((Text)T("不小于", "at least"), run->ctx->lang),
              m->min, m->max);
    else
        WRONG(run, path_text(run, path), "range", "应%s %g", "must be %s %g",
              m->flags & M_ABOVE ? text_in((Text)T("大于", "above"), run->ctx->lang)
                                 : text_in((Text)T("不小于", "at least"), run->ctx->lang),
              m->min);
}

static void read_object(Run *run, const Shape *shape, const Json *in, void *out, const Path *path);
static void read_value(Run *run, const Member *m, const Json *in, void *out, const Path *path);

static void read_choice(Run *run, const Member *m, const Json *in, int *out, const Path *path)
{
    StrBuf all;
    buf_init(&all, run->ctx->arena);
    *out = -1;
    for (int i = 0; m->choices[i]; i++) {
        if (str_is(in->s, m->choices[i])) *out = i;
        buf_printf(&all, "%s%s", i ? ", " : "", m->choices[i]);
    }
    if (*out < 0)
        WRONG(run, path_text(run, path), "choice", "应为其中之一：%s", "must be one of %s",
              str_z(run->ctx->arena, buf_str(&all)));
}

static size_t item_size(const Member *item)
{
    switch (item->type) {
    case M_NUM:
        return sizeof(double);
    case M_INT:
        return sizeof(int64_t);
    case M_TEXT:
        return sizeof(Str);
    case M_OBJECT:
        return item->shape->size;
    case M_LIST:
        return sizeof(List);
    default:
        return sizeof(int);
    }
}

static void read_list(Run *run, const Member *m, const Json *in, List *out, const Path *path)
{
    double most = m->max > 0 ? m->max : RISK_MAX_LIST;
    if (in->count < (size_t)m->min || (double)in->count > most) {
        WRONG(run, path_text(run, path), "count", "应有 %.0f 至 %.0f 项，现有 %zu 项",
              "must have %.0f to %.0f items, has %zu", m->min, most, in->count);
        return;
    }
    size_t size = item_size(m->item), i = 0;
    char *items = arena_alloc(run->ctx->arena, size * (in->count + 1));
    *out = (List){items, in->count};
    JSON_EACH(item, in)
    {
        Path at = {.up = path, .index = i};
        if (full(run)) return;
        read_value(run, m->item, item, items + size * i++, &at);
    }
}

static void read_number(Run *run, const Member *m, const Json *in, void *out, const Path *path)
{
    double v = NAN;
    int64_t whole = INT_ABSENT;
    bool ok = json_f64(in, &v) && isfinite(v) && (m->type == M_NUM || json_i64(in, &whole));
    if (!ok) wrong_type(run, path, m->type);
    else check_range(run, m, v, path);
    if (m->type == M_NUM) *(double *)out = v;
    else *(int64_t *)out = whole;
}

/* out: the place of the value itself; an object's struct is filled in place. */
static void read_value(Run *run, const Member *m, const Json *in, void *out, const Path *path)
{
    static const JsonType kinds[] = {[M_TEXT] = JSON_TEXT,
                                     [M_CHOICE] = JSON_TEXT,
                                     [M_FLAG] = JSON_BOOL,
                                     [M_OBJECT] = JSON_OBJECT,
                                     [M_LIST] = JSON_ARRAY};
    if (m->type == M_NUM || m->type == M_INT) {
        read_number(run, m, in, out, path);
        return;
    }
    if (in->type != kinds[m->type]) {
        wrong_type(run, path, m->type);
        return;
    }
    switch (m->type) {
    case M_TEXT:
        *(Str *)out = str_trim(in->s);
        if (!((Str *)out)->n || in->s.n > 400)
            WRONG(run, path_text(run, path), "length", "应为 1 至 400 字节", "must have 1 to 400 bytes");
        break;
    case M_CHOICE:
        read_choice(run, m, in, out, path);
        break;
    case M_FLAG:
        *(int *)out = in->b;
        break;
    case M_OBJECT:
        read_object(run, m->shape, in, out, path);
        break;
    default:
        read_list(run, m, in, out, path);
        break;
    }
}

static void take_default(Run *run, const Member *m, void *out)
{
    const RiskDefault *d = risk_default_find(m->fallback);
    run->used[d - risk_defaults] = true;
    if (m->type == M_NUM) *(double *)out = d->value;
    else if (m->type == M_INT) *(int64_t *)out = (int64_t)d->value;
    else
        for (int i = 0; m->choices[i]; i++)
            if (strcmp(m->choices[i], d->text) == 0) *(int *)out = i;
}

static void make_absent(const Member *m, void *out)
{
    switch (m->type) {
    case M_NUM:
        *(double *)out = NAN;
        break;
    case M_INT:
        *(int64_t *)out = INT_ABSENT;
        break;
    case M_CHOICE:
    case M_FLAG:
        *(int *)out = -1;
        break;
    case M_TEXT:
        *(Str *)out = STR_NONE;
        break;
    case M_OBJECT:
        *(void **)out = NULL;
        break;
    case M_LIST:
        *(List *)out = (List){0};
        break;
    }
}

static void read_object(Run *run, const Shape *shape, const Json *in, void *out, const Path *path)
{
    JSON_EACH(given, in)
    {
        bool known = false;
        for (size_t i = 0; i < shape->n && !known; i++) known = str_is(given->name, shape->members[i].name);
        Path at = {.up = path, .text = str_n(given->name.p, given->name.n < 64 ? given->name.n : 64)};
        if (!known && !full(run)) WRONG(run, path_text(run, &at), "unknown", "没有此项", "is not known");
    }
    for (size_t i = 0; i < shape->n && !full(run); i++) {
        const Member *m = &shape->members[i];
        const Json *given = json_get(in, m->name);
        void *place = (char *)out + m->at;
        Path at = {.up = path, .name = m->name};
        make_absent(m, place);
        if (given && m->type == M_OBJECT) {
            void *inner = arena_alloc(run->ctx->arena, m->shape->size);
            *(void **)place = inner;
            read_value(run, m, given, inner, &at);
        } else if (given) {
            read_value(run, m, given, place, &at);
        } else if (m->flags & M_REQUIRED) {
            WRONG(run, path_text(run, &at), "required", "必填", "is required");
        } else if (m->fallback) {
            take_default(run, m, place);
        }
    }
}

Rc shape_read(Run *run, const Shape *shape, const Json *in, void *out)
{
    if (in->type != JSON_OBJECT) wrong_type(run, NULL, M_OBJECT);
    else read_object(run, shape, in, out, NULL);
    return run->ctx->err.kind;
}

double run_default(Run *run, const char *key)
{
    const RiskDefault *d = risk_default_find(key);
    run->used[d - risk_defaults] = true;
    return d->value;
}

void run_note(Run *run, const char *zh, const char *en, ...)
{
    va_list ap;
    va_start(ap, en);
    const char *text = arena_vprintf(run->ctx->arena, run->ctx->lang == LANG_EN ? en : zh, ap);
    va_end(ap);
    JsonOut o = {.buf = &run->notes, .comma = run->nnotes > 0};
    jout_z(&o, text);
    run->nnotes++;
}
