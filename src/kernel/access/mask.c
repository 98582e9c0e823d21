/* Telephones and identity numbers. A field with F_MASK leaves the program as 138****5678 wherever records are
 * written out: answers, lists, exports, the ledger. The whole number is given one at a time, to who has the
 * entity's permission and says why, and each time stands in the ledger. A mask that comes back in a change is
 * taken as "unchanged" when it is the mask of what is stored and refused otherwise, so that it never
 * overwrites a number. Masking a mask gives the same mask. */
#include "kernel_int.h"
#include "record/routes.h"

/* How many characters stay at each end, by length: of a short number nothing would be hidden. */
static const struct {
    size_t least, head, tail;
} shapes[] = {{11, 3, 4}, {7, 2, 2}, {0, 0, 0}};

static size_t step(Str s, size_t at)
{
    size_t i = at + 1;
    while (i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80) i++;
    return i;
}

Str mask_into(char *out, Str value)
{
    size_t n = str_utf8_len(value), shape = 0, used = 0;
    while (n < shapes[shape].least) shape++;
    for (size_t i = 0, k = 0, next; i < value.n; i = next, k++) {
        next = step(value, i);
        bool shown = k < shapes[shape].head || k + shapes[shape].tail >= n;
        if (shown) memcpy(out + used, value.p + i, next - i);
        else out[used] = '*';
        used += shown ? next - i : 1;
    }
    return str_n(out, used);
}

Str mask_text(Arena *a, Str value)
{
    return mask_into(arena_alloc(a, value.n + 1), value);
}

bool mask_kept(Arena *a, const Field *f, DbVal old, Str text)
{
    if (!(f->flags & F_MASK) || old.type != DB_TEXT || !text.n) return false;
    text = str_trim(text);
    return memchr(text.p, '*', text.n) && str_eq(text, mask_text(a, old.s));
}

Rc mask_check(Ctx *ctx, const Field *f, DbVal v, int64_t line)
{
    if (!(f->flags & F_MASK) || v.type != DB_TEXT || !memchr(v.s.p, '*', v.s.n)) return 0;
    return FAIL_FIELD(ctx, f->name, "masked", line, "%s应为完整号码，不能含“*”",
                      "%s must be the whole number, without \"*\"", text_in(f->label, ctx->lang));
}

bool mask_in(const Entity *e)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (e->fields[i].flags & F_MASK) return true;
    return false;
}

/* ---- POST /api/<plural>/{id}/unmask ---- */

static const Field unmask_params[] = {
    {.name = "field", .type = F_TEXT, .flags = F_REQUIRED, .max = 64, .label = T("字段", "Field")},
    {.name = "reason",
     .type = F_TEXT,
     .flags = F_REQUIRED,
     .min = 2,
     .max = 200,
     .label = T("事由", "Reason")},
};

static const Field *masked_field(const Entity *e, Str name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if ((e->fields[i].flags & F_MASK) && str_is(name, e->fields[i].name)) return &e->fields[i];
    return NULL;
}

/* The ledger names the field by its masked value: the history shows what was looked at, and not the number.
 */
static Rc note(Work *w, const Entity *e, const Record *rec, const Field *f, DbVal v)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_key(&o, f->name);
    field_write_json(f, v, STR_NONE, &o);
    jout_close(&o);
    return ledger_add(w, e->plural, rec->id, "unmask", STR_NONE, buf_str(&b));
}

Rc route_unmask(Req *req, Res *res)
{
    const Entity *e = route_entity(req);
    const Json *body;
    DbVal v[ARRAY_LEN(unmask_params)] = {0};
    TRY(req_json(req, &body));
    Work w;
    Record *rec;
    TRY(work_begin(req, true, &w));
    TRY(fields_read_json(&w, unmask_params, ARRAY_LEN(unmask_params), body, 0, true, v));
    TRY(route_record(&w, req, e, &rec));
    const Field *f = masked_field(e, v[0].s);
    if (!f) return FAIL_FIELD(w.ctx, "field", "reference", 0, "没有这个遮蔽字段", "no such masked field");
    w.why = str_z(w.ctx->arena, v[1].s);
    DbVal value = rec->v[f - e->fields];
    TRY(note(&w, e, rec, f, value));
    res_header(res, "Cache-Control", "no-store");
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "value");
    if (value.type == DB_TEXT) jout_str(o, value.s);
    else jout_null(o);
    jout_close(o);
    return work_commit(&w);
}
