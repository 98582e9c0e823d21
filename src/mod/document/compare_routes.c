/* GET /api/documents/{id}/compare?with=CODE: this paper beside an earlier one, item by item: added, dropped,
 * the same, or changed, and in what: a figure, the cadence, the date, the units, the words. */
#include "document_private.h"
#include "compare.h"

typedef struct Paper {
    Record **items;
    CompareText *text;
    size_t n;
} Paper;

/* Duties, and texts that say something; headings alone are no items of comparison. */
static Rc load(Work *w, const Record *doc, Paper *out)
{
    enum { SHORT = 30 }; /* bytes: ten characters */
    int64_t *ids;
    size_t n;
    TRY(document_item_ids(w, doc->id, &ids, &n));
    *out = (Paper){.items = ARENA_ARRAY(w->ctx->arena, Record *, n + 1),
                   .text = ARENA_ARRAY(w->ctx->arena, CompareText, n + 1)};
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, IE, ids[i], &rec));
        if (str_is(rec_text(IE, rec, "state"), "merged") || rec_text(IE, rec, "text").n < SHORT) continue;
        out->items[out->n] = rec;
        out->text[out->n++] = (CompareText){rec_text(IE, rec, "heading"), rec_text(IE, rec, "text")};
    }
    return RC_OK;
}

static void put_item(const Record *rec, JsonOut *out)
{
    jout_open(out);
    jout_kid(out, "id", rec->id);
    jout_ks(out, "title", rec_text(IE, rec, "title"));
    jout_ks(out, "path", rec_text(IE, rec, "path"));
    jout_ks(out, "text", rec_text(IE, rec, "text"));
    jout_ks(out, "clause", rec_text(IE, rec, "clause"));
    jout_close(out);
}

static void put_change(JsonOut *out, const char *what, Str before, Str after)
{
    if (str_eq(before, after)) return;
    jout_open(out);
    jout_kz(out, "what", what);
    jout_ks(out, "old", before);
    jout_ks(out, "new", after);
    jout_close(out);
}

/* Names of the units with their roles, in order. */
static Str units_of(Work *w, const Record *rec)
{
    StrBuf b;
    const Json *units;
    buf_init(&b, w->ctx->arena);
    if (!rec_text(IE, rec, "units").n || json_parse(w->ctx, rec_text(IE, rec, "units"), &units) < 0)
        return buf_str(&b);
    JSON_EACH(u, units)
    {
        const char *role = dict_label(w->kernel, "task_role", json_str(json_get(u, "role")), w->ctx->lang);
        if (b.n) buf_addz(&b, "、");
        buf_add(&b, json_str(json_get(u, "name")));
        if (role) buf_printf(&b, "（%s）", role);
    }
    return buf_str(&b);
}

static Str dates_of(Work *w, const Record *rec, const char *field)
{
    StrBuf b;
    const Json *list;
    buf_init(&b, w->ctx->arena);
    if (!rec_text(IE, rec, field).n || json_parse(w->ctx, rec_text(IE, rec, field), &list) < 0)
        return buf_str(&b);
    JSON_EACH(d, list)
    {
        if (b.n) buf_addz(&b, "、");
        buf_add(&b, json_str(json_get(d, "text")));
    }
    return buf_str(&b);
}

/* "changed" when one thing is other than before; the words alone count below 0.9. */
static bool put_pair(Work *w, const Record *a, const Record *b, double score, JsonOut *out)
{
    Arena *arena = w->ctx->arena;
    jout_key(out, "changes");
    jout_open_array(out);
    size_t empty = out->buf->n;
    put_change(out, "figure", compare_figures(arena, rec_text(IE, a, "text")),
               compare_figures(arena, rec_text(IE, b, "text")));
    put_change(out, "cadence", dates_of(w, a, "cadence"), dates_of(w, b, "cadence"));
    put_change(out, "deadline", dates_of(w, a, "deadlines"), dates_of(w, b, "deadlines"));
    put_change(out, "units", units_of(w, a), units_of(w, b));
    bool changed = out->buf->n != empty;
    jout_close_array(out);
    return changed || score < 0.9;
}

static Rc compare_with(Req *req, Work *w, Record **out)
{
    Str code = req_query(req, "with");
    Rc rc = code.n ? scope_find(w, DE, code, out) : 0;
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL_FIELD(w->ctx, "with", "reference", 0, "请选择要比较的文件", "choose a paper to compare with");
}

static void put_row(Work *w, const Paper *a, const Paper *b, const ComparePair *p, JsonOut *out,
                    int64_t count[4])
{
    static const char *const kinds[] = {"added", "dropped", "changed", "same"};
    int kind = p->a < 0 ? 0 : p->b < 0 ? 1 : 3;
    jout_open(out);
    if (p->a >= 0) jout_key(out, "old"), put_item(a->items[p->a], out);
    if (p->b >= 0) jout_key(out, "new"), put_item(b->items[p->b], out);
    if (kind == 3) {
        jout_kf(out, "score", p->score);
        if (put_pair(w, a->items[p->a], b->items[p->b], p->score, out)) kind = 2;
    }
    jout_kz(out, "kind", kinds[kind]);
    jout_close(out);
    count[kind]++;
}

Rc document_compare(Req *req, Res *res)
{
    Work w;
    Record *doc, *with;
    Paper a, b;
    ComparePair *pairs;
    int64_t count[4] = {0};
    TRY(work_begin(req, false, &w));
    TRY(document_of_path(req, &w, &doc));
    TRY(compare_with(req, &w, &with));
    TRY(load(&w, with, &a));
    TRY(load(&w, doc, &b));
    size_t n = compare_align(w.ctx->arena, a.text, a.n, b.text, b.n, &pairs);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) put_row(&w, &a, &b, &pairs[i], out, count);
    jout_close_array(out);
    jout_ki(out, "added", count[0]);
    jout_ki(out, "dropped", count[1]);
    jout_ki(out, "changed", count[2]);
    jout_ki(out, "same", count[3]);
    jout_close(out);
    return RC_OK;
}
