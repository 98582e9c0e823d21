/* A record's fields in the words of a paper. What a reader may not see on the page he does not see on paper:
 * masked fields stay masked, secrets out, and a reference outside his scope has no name. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel/paper.h"
#include "kernel_int.h"

Str paper_time(Arena *a, int64_t t, bool date, Lang lang)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    Civil c = civil_of(t);
    if (lang == LANG_EN)
        return date ? str_printf(a, "%d %s %d", c.day, months[c.month - 1], c.year)
                    : str_printf(a, "%d %s %d %02d:%02d", c.day, months[c.month - 1], c.year, c.hour,
                                 c.minute);
    if (date) return str_printf(a, "%d年%d月%d日", c.year, c.month, c.day);
    return str_printf(a, "%d年%d月%d日%02d时%02d分", c.year, c.month, c.day, c.hour, c.minute);
}

/* For cells of tables. */
static Str short_time(Arena *a, int64_t t, Lang lang)
{
    Civil c = civil_of(t);
    if (lang == LANG_EN) return str_printf(a, "%02d-%02d %02d:%02d", c.month, c.day, c.hour, c.minute);
    return str_printf(a, "%d月%d日%02d:%02d", c.month, c.day, c.hour, c.minute);
}

static Str number_text(Arena *a, DbVal v)
{
    char text[NUM_TEXT_MAX];
    size_t n = v.type == DB_F64 ? num_print_f64(v.f, text) : num_print_i64(v.i, text);
    return str_copy(a, str_n(text, n));
}

static Str code_text(Work *w, const Field *f, Str code, Lang lang)
{
    const char *label = dict_label(w->kernel, f->ref, code, lang);
    return label ? str_of(label) : code;
}

static Rc ref_text(Work *w, const EntityInfo *target, int64_t id, Str *out)
{
    RefName name = {0};
    *out = STR_NONE;
    if (!target) return 0;
    TRY(ref_name(w, target, id, &name));
    *out = name.title.n ? name.title : name.code;
    return 0;
}

static Rc field_text(Work *w, const EntityInfo *info, size_t i, DbVal v, Lang lang, Str *out)
{
    Arena *a = w->ctx->arena;
    const Field *f = &info->e->fields[i];
    switch (f->type) {
    case F_TEXT:
        *out = f->flags & F_MASK ? mask_text(a, v.s) : v.s;
        return 0;
    case F_INT:
        *out = number_text(a, v);
        if (f->ref) *out = code_text(w, f, *out, lang);
        return 0;
    case F_REAL:
        *out = number_text(a, v);
        return 0;
    case F_BOOL:
        *out = str_of(text_in(v.i ? (Text)T("是", "yes") : (Text)T("否", "no"), lang));
        return 0;
    case F_TIME:
        *out = paper_time(a, v.i, false, lang);
        return 0;
    case F_ENUM:
        *out = code_text(w, f, v.s, lang);
        return 0;
    case F_REF:
        return ref_text(w, info->target[i], v.i, out);
    case F_JSON:
        *out = STR_NONE;
        return 0;
    }
    return 0;
}

static bool has_field(const Entity *e, const char *name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return true;
    return false;
}

Rc paper_fields(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        Str text = STR_NONE;
        if ((f->flags & F_SECRET) || rec->v[i].type == DB_NULL) continue;
        TRY(field_text(w, info, i, rec->v[i], lang, &text));
        if (!text.n) continue;
        jout_ks(o, f->name, text);
        const char *brief = arena_printf(w->ctx->arena, "%s_short", f->name);
        if (f->type == F_TIME && !has_field(e, brief))
            jout_ks(o, brief, short_time(w->ctx->arena, rec->v[i].i, lang));
        const char *day = arena_printf(w->ctx->arena, "%s_date", f->name);
        if (f->type == F_TIME && !has_field(e, day))
            jout_ks(o, day, paper_time(w->ctx->arena, rec->v[i].i, true, lang));
    }
    return 0;
}
