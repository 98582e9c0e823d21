/* Indicators from a plan's own tables: GET shows what the tables of a paper could become, POST makes what a
 * person confirmed, under a plan of the paper's name, each with the place in the text it was read from. The
 * tables are read anew from the file that is kept, so nothing else has to be remembered. */
#include "document_private.h"
#include "drafts.h"
#include "mod/indicator.h"
#include "mod_document_queries_sql.h"

#define PE (&indicator_plan_entity)
#define VE (&indicator_entity)

static Rc read_drafts(Work *w, const Record *doc, IndicatorDrafts *out)
{
    PolicyPaper *paper;
    Str content;
    *out = (IndicatorDrafts){0};
    if (!rec_text(DE, doc, "file_hash").n) return RC_OK;
    TRY(evidence_load(w, DE, doc->id, rec_text(DE, doc, "file_hash"), &content));
    TRY(policy_read(w->ctx, content, &paper));
    indicator_drafts(w->ctx->arena, paper, out);
    return RC_OK;
}

/* 1: made already, *code is its code. */
static Rc made_before(Work *w, const Record *doc, const IndicatorDraft *d, Str *code)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_document_indicator_at,
                         DB_ARGS(db_val_i64(doc->id), db_val_i64(d->from)), &c);
    if (rc <= 0) return rc;
    *code = db_str_copy(w->ctx, c, Q_DOCUMENT_INDICATOR_AT_CODE);
    db_close(&c);
    return 1;
}

static Rc item_at(Work *w, const Record *doc, const IndicatorDraft *d, int64_t *out)
{
    DbCursor *c;
    *out = 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_document_item_at,
                         DB_ARGS(db_val_i64(doc->id), db_val_i64(d->from), db_val_i64(d->to)), &c);
    if (rc <= 0) return rc;
    *out = db_i64(c, 0);
    db_close(&c);
    return RC_OK;
}

/* The body that answers, when the name fits exactly one without a doubt. */
static Str owner_code(Work *w, UnitBook *book, Str name)
{
    if (!name.n) return STR_NONE;
    Match m = unit_look(w, book, name);
    ptrdiff_t i = m.n == 1 && m.confidence >= 0.8 ? unit_index(book, m.bodies[0]) : -1;
    return i >= 0 ? book->codes[i] : STR_NONE;
}

static void number_or_null(JsonOut *o, const char *key, bool known, double v)
{
    jout_key(o, key);
    if (known) jout_f64(o, v);
    else jout_null(o);
}

static Rc write_draft(Work *w, const Record *doc, UnitBook *book, const IndicatorDraft *d, JsonOut *o)
{
    Str made = STR_NONE, owner = owner_code(w, book, d->owner);
    TRY(made_before(w, doc, d, &made));
    jout_open(o);
    jout_ki(o, "table", (int64_t)d->table);
    jout_ks(o, "caption", d->caption);
    jout_ki(o, "base_year", d->base_year);
    jout_ki(o, "target_year", d->target_year);
    jout_ki(o, "no", d->no);
    jout_ks(o, "name", d->name);
    jout_ks(o, "unit", d->unit);
    jout_kz(o, "nature", d->nature);
    jout_kz(o, "kind", d->kind);
    number_or_null(o, "base", d->has_base, d->base);
    number_or_null(o, "target", d->has_target, d->target);
    jout_key(o, "relative");
    jout_bool(o, d->relative);
    jout_key(o, "base_of_other");
    jout_bool(o, d->base_of_other);
    jout_ks(o, "owner", owner);
    jout_ks(o, "source", d->source);
    jout_ki(o, "from", d->from);
    jout_ki(o, "to", d->to);
    jout_ks(o, "made", made);
    jout_close(o);
    return RC_OK;
}

Rc document_indicators(Req *req, Res *res)
{
    Work w;
    Record *doc;
    UnitBook book;
    IndicatorDrafts drafts;
    TRY(work_begin(req, false, &w));
    TRY(document_of_path(req, &w, &doc));
    TRY(read_drafts(&w, doc, &drafts));
    TRY(unit_book(&w, rec_i64(DE, doc, "district"), &book));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < drafts.n; i++) TRY(write_draft(&w, doc, &book, &drafts.v[i], out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Confirmed ---- */

typedef struct Confirmed {
    Record *doc, *plan;
    IndicatorDrafts drafts;
    int64_t made;
} Confirmed;

static Rc years_of(Ctx *ctx, const Json *body, int64_t *base, int64_t *target)
{
    if (!json_i64(json_get(body, "base_year"), base))
        FAIL_FIELD(ctx, "base_year", "required", 0, "请填写基期年", "say the base year");
    if (!json_i64(json_get(body, "target_year"), target))
        FAIL_FIELD(ctx, "target_year", "required", 0, "请填写目标年", "say the target year");
    return ctx->err.kind;
}

/* The paper's plan to that year; made when there is none. */
static Rc plan_of(Work *w, Confirmed *c, int64_t base, int64_t target)
{
    Arena *a = w->ctx->arena;
    Str doc_code = rec_text(DE, c->doc, "code"), title = rec_text(DE, c->doc, "title"),
        number = rec_text(DE, c->doc, "number");
    Str code = str_printf(a, "%.*s-%lld", STR_ARG(doc_code), (long long)target);
    Rc rc = store_find(w, PE, str_printf(a, "code:%.*s", STR_ARG(code)), &c->plan);
    if (rc) return rc < 0 ? rc : RC_OK;
    Record *rec = c->plan = rec_new(w->ctx, PE);
    int64_t body = rec_i64(DE, c->doc, "body");
    if (!body && w->who) body = scope_of(w->who)->body;
    if (!body)
        return FAIL(w->ctx, RC_STATE, "document.no_body", "文件未归属单位，请先补充",
                    "the paper belongs to no body yet");
    rec_set(PE, rec, "code", db_val_text(code));
    rec_set(PE, rec, "name", db_val_text(document_cut(a, title, 110)));
    rec_set(PE, rec, "body", db_val_i64(body));
    rec_set(PE, rec, "district", *rec_val(DE, c->doc, "district"));
    rec_set(PE, rec, "base_year", db_val_i64(base));
    rec_set(PE, rec, "target_year", db_val_i64(target));
    rec_set(PE, rec, "paper",
            db_val_text(document_cut(
                a, number.n ? str_printf(a, "%.*s（%.*s）", STR_ARG(title), STR_ARG(number)) : title, 190)));
    rec_set(PE, rec, "document", db_val_i64(c->doc->id));
    return store_insert(w, PE, rec);
}

static const IndicatorDraft *draft_at(const Confirmed *c, const Json *row, size_t *place)
{
    int64_t from;
    if (!json_i64(json_get(row, "from"), &from)) return NULL;
    for (size_t i = 0; i < c->drafts.n; i++)
        if (c->drafts.v[i].from == (uint64_t)from) {
            *place = i;
            return &c->drafts.v[i];
        }
    return NULL;
}

static Rc make_one(Work *w, Confirmed *c, const Json *row, int64_t line)
{
    size_t place;
    int64_t item;
    Str made;
    Arena *a = w->ctx->arena;
    const IndicatorDraft *d = draft_at(c, row, &place);
    const Json *values = json_get(row, "values");
    if (!d || !values || values->type != JSON_OBJECT)
        return FAIL_FIELD(w->ctx, "rows", "reference", line, "该行不是文件中的指标",
                          "no such row in the paper");
    Rc rc = made_before(w, c->doc, d, &made);
    TRY(rc);
    if (rc)
        return FAIL_FIELD(w->ctx, "rows", "unique", line, "该行已转为指标",
                          "the row is an indicator already");
    Record *rec = rec_new(w->ctx, VE);
    Str code = rec_text(PE, c->plan, "code");
    rec_set(VE, rec, "name", db_val_text(document_cut(a, d->name, 190)));
    rec_set(VE, rec, "nature", db_val_z(d->nature));
    rec_set(VE, rec, "kind", db_val_z(d->kind));
    rec_set(VE, rec, "relative", db_val_bool(d->relative));
    TRY(store_read_json(w, VE, values, false, line, rec));
    if (rec_val(VE, rec, "target")->type == DB_NULL)
        return FAIL_FIELD(w->ctx, "target", "required", line, "请填写目标值", "enter the target");
    TRY(item_at(w, c->doc, d, &item));
    rec_set(VE, rec, "code", db_val_text(str_printf(a, "%.*s-%02zu", STR_ARG(code), place + 1)));
    rec_set(VE, rec, "plan", db_val_i64(c->plan->id));
    rec_set(VE, rec, "no", db_val_i64((int64_t)place + 1));
    rec_set(VE, rec, "source", db_val_text(document_cut(a, d->source, 900)));
    rec_set(VE, rec, "document", db_val_i64(c->doc->id));
    rec_set(VE, rec, "item", db_val_id(item));
    rec_set(VE, rec, "source_from", db_val_i64(d->from));
    TRY(store_insert(w, VE, rec));
    c->made++;
    return RC_OK;
}

Rc document_make_indicators(Req *req, Res *res)
{
    enum { ROWS_MOST = 500 };
    Work w;
    Confirmed c = {0};
    const Json *body;
    int64_t base = 0, target = 0, line = 0;
    TRY(req_json(req, &body));
    TRY(work_begin(req, true, &w));
    TRY(document_of_path(req, &w, &c.doc));
    TRY(document_need_keeper(&w, c.doc));
    const Json *rows = json_get(body, "rows");
    if (!rows || rows->type != JSON_ARRAY || !rows->count || rows->count > ROWS_MOST)
        return FAIL_FIELD(w.ctx, "rows", "required", 0, "请选择指标", "choose indicators");
    TRY(years_of(w.ctx, body, &base, &target));
    TRY(read_drafts(&w, c.doc, &c.drafts));
    TRY(plan_of(&w, &c, base, target));
    JSON_EACH(row, rows) TRY(make_one(&w, &c, row, ++line));
    TRY(scope_need(&w, PE, c.plan));
    TRY(work_commit(&w));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ks(out, "plan", rec_text(PE, c.plan, "code"));
    jout_ki(out, "made", c.made);
    jout_close(out);
    return RC_OK;
}
