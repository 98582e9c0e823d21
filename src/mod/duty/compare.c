/* GET /api/duty-lists/{id}/compare: what this edition added, left out and changed against the one before. */
#include "duty_private.h"
#include "mod_duty_queries_sql.h"

typedef struct Edition {
    Record *item[DUTY_ITEMS_MOST];
    size_t n;
} Edition;

static int64_t root_of(const Record *item)
{
    int64_t root = rec_i64(IE, item, "root");
    return root ? root : item->id;
}

static const Record *same_in(const Edition *in, const Record *item)
{
    for (size_t i = 0; i < in->n; i++)
        if (root_of(in->item[i]) == root_of(item)) return in->item[i];
    return NULL;
}

static bool is_same(const Record *a, const Record *b)
{
    static const char *const texts[] = {"text", "per", "basis"}, *const ints[] = {"every", "times",
                                                                                  "days_off"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (!str_eq(rec_text(IE, a, texts[i]), rec_text(IE, b, texts[i]))) return false;
    for (size_t i = 0; i < ARRAY_LEN(ints); i++)
        if (rec_i64(IE, a, ints[i]) != rec_i64(IE, b, ints[i])) return false;
    return true;
}

static void write_item(Work *w, const Record *item, const char *key, JsonOut *out)
{
    jout_key(out, key);
    if (!item) {
        jout_null(out);
        return;
    }
    Str per = rec_text(IE, item, "per");
    jout_open(out);
    jout_ki(out, "no", rec_i64(IE, item, "no"));
    jout_ks(out, "text", rec_text(IE, item, "text"));
    jout_kz(out, "per_label", per.n ? dict_label(w->kernel, "duty_per", per, w->ctx->lang) : NULL);
    jout_ki(out, "times", rec_i64(IE, item, "times"));
    jout_ks(out, "basis", rec_text(IE, item, "basis"));
    jout_close(out);
}

static void write_pair(Work *w, const Record *was, const Record *is, JsonOut *out)
{
    jout_open(out);
    jout_kz(out, "change", !was ? "added" : !is ? "removed" : is_same(was, is) ? "same" : "changed");
    write_item(w, was, "before", out);
    write_item(w, is, "after", out);
    jout_close(out);
}

static Rc edition_before(Work *w, const Record *list, Record **before, Edition *out)
{
    DbCursor *c;
    out->n = 0;
    *before = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_duty_list_before,
                         DB_ARGS(*rec_val(LE, list, "family"), *rec_val(LE, list, "edition")), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    TRY(store_get(w, LE, id, before));
    return duty_items(w, id, out->item, &out->n);
}

Rc duty_compare(Req *req, Res *res)
{
    Work w;
    Record *list, *before;
    TRY(work_begin(req, false, &w));
    TRY(duty_of_path(req, &w, LE, &list));
    Edition *was = arena_alloc(w.ctx->arena, sizeof *was), *is = arena_alloc(w.ctx->arena, sizeof *is);
    TRY(edition_before(&w, list, &before, was));
    TRY(duty_items(&w, list->id, is->item, &is->n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ks(out, "before", before ? rec_text(LE, before, "code") : STR_NONE);
    jout_ks(out, "after", rec_text(LE, list, "code"));
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < is->n; i++) write_pair(&w, same_in(was, is->item[i]), is->item[i], out);
    for (size_t i = 0; i < was->n; i++)
        if (!same_in(is, was->item[i])) write_pair(&w, was->item[i], NULL, out);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
