/* A person confirms: what an item proposes becomes tasks of its units. Nothing else in this slice makes a
 * task. Confirming many is one transaction: all of them or none; an item that cannot be confirmed (no unit,
 * decided already) is left and told with its reason. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

static Rc fail_no_unit(Ctx *ctx)
{
    return FAIL_FIELD(ctx, "assigned", "required", 0, "请先选择承办单位", "choose a unit first");
}

static TaskRole role_of(Str name)
{
    for (TaskRole r = TASK_LEAD; r < TASK_ROLES; r++)
        if (str_is(name, task_role_name(r))) return r;
    return TASK_RESPONSIBLE;
}

static Rc read_units(Work *w, const Record *item, TaskUnit *units, size_t *n)
{
    const Json *list;
    Record *body;
    *n = 0;
    if (!rec_text(IE, item, "assigned").n) return fail_no_unit(w->ctx);
    TRY(json_parse(w->ctx, rec_text(IE, item, "assigned"), &list));
    JSON_EACH(u, list)
    {
        Str code = json_str(json_get(u, "body"));
        Rc rc = store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code)), &body);
        TRY(rc);
        if (!rc)
            return FAIL_FIELD(w->ctx, "assigned", "reference", 0, "没有单位 %.*s", "no body %.*s",
                              STR_ARG(code));
        if (*n < UNITS_MOST)
            units[(*n)++] = (TaskUnit){.body = body->id, .role = role_of(json_str(json_get(u, "role")))};
    }
    return *n ? RC_OK : fail_no_unit(w->ctx);
}

/* "《云澜市2026年安全生产工作要点》（云安〔2026〕1号）二、… / （三）". */
static Str basis_of(Arena *a, const Record *doc, const Record *item)
{
    StrBuf b;
    buf_init(&b, a);
    buf_printf(&b, "《%.*s》", STR_ARG(rec_text(DE, doc, "title")));
    if (rec_text(DE, doc, "number").n) buf_printf(&b, "（%.*s）", STR_ARG(rec_text(DE, doc, "number")));
    buf_add(&b, document_cut(a, rec_text(IE, item, "path"), 120));
    return buf_str(&b);
}

/* An annual plan's duties end with its year; others go on. */
static int64_t until_of(const Record *doc, const Record *item)
{
    int64_t due = rec_time(IE, item, "due_at");
    if (due != TIME_NONE) return due;
    if (!str_is(rec_text(DE, doc, "kind"), "work_plan")) return TIME_NONE;
    Civil end = {.year = (int)rec_i64(DE, doc, "year") + 1, .month = 1, .day = 1};
    return civil_ms(&end);
}

static int64_t issuer_of(const Work *w, const Record *doc)
{
    int64_t own = w->who ? scope_of(w->who)->body : 0;
    return own ? own : rec_i64(DE, doc, "body");
}

static Rc make_tasks(Work *w, const Record *item, bool order, size_t *made)
{
    Record *doc;
    TaskUnit *units = ARENA_ARRAY(w->ctx->arena, TaskUnit, UNITS_MOST);
    size_t n;
    TRY(store_get(w, DE, rec_i64(IE, item, "document"), &doc));
    TRY(read_units(w, item, units, &n));
    TaskPer per = task_per_of(rec_text(IE, item, "per"));
    Str text = rec_text(IE, item, "text");
    TaskSpec spec = {.title = rec_text(IE, item, "title"),
                     .text = document_cut(w->ctx->arena, text.n ? text : rec_text(IE, item, "title"), 3900),
                     .basis = basis_of(w->ctx->arena, doc, item),
                     .document = doc->id,
                     .item = item->id,
                     .issuer = issuer_of(w, doc),
                     .district = rec_i64(DE, doc, "district"),
                     .due_at = per == TASK_ONCE ? rec_time(IE, item, "due_at") : TIME_NONE,
                     .per = per,
                     .every = (int)rec_i64(IE, item, "every"),
                     .times = rec_i64(IE, item, "times"),
                     .until = per == TASK_ONCE ? TIME_NONE : until_of(doc, item),
                     .order = order,
                     .units = units,
                     .nunits = n};
    return task_make(w, &spec, made);
}

Rc document_confirm(Work *w, Record *item, bool order, size_t *tasks)
{
    *tasks = 0;
    if (!str_is(rec_text(IE, item, "state"), "proposed"))
        return FAIL(w->ctx, RC_STATE, "document.decided", "该条目已处理", "the item is decided already");
    TRY(make_tasks(w, item, order, tasks));
    rec_set(IE, item, "state", db_val_z("confirmed"));
    rec_set(IE, item, "tasks", db_val_i64((int64_t)*tasks));
    rec_set(IE, item, "confirmed_at", db_val_i64(w->now));
    if (w->who)
        rec_set(IE, item, "confirmed_by",
                db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name));
    return RC_OK;
}

/* ---- Many ---- */

typedef struct Many {
    size_t confirmed, tasks, nskipped;
    struct Skipped {
        int64_t id;
        const char *why;
    } skipped[ITEMS_MOST];
} Many;

/* What keeps one item out keeps out no other; anything else ends it all. */
static Rc confirm_one(Work *w, Record *rec, bool order, Many *m)
{
    size_t made;
    Record *old = rec_copy(w->ctx, IE, rec);
    const Json *assigned;
    if (!str_is(rec_text(IE, rec, "state"), "proposed")) {
        m->skipped[m->nskipped++] = (struct Skipped){rec->id, "decided"};
        return RC_OK;
    }
    TRY(json_parse(w->ctx, rec_text(IE, rec, "assigned"), &assigned));
    if (!assigned->child) {
        m->skipped[m->nskipped++] = (struct Skipped){rec->id, "no_unit"};
        return RC_OK;
    }
    TRY(document_confirm(w, rec, order, &made));
    TRY(store_update(w, IE, old, rec, "confirm"));
    m->confirmed++;
    m->tasks += made;
    return RC_OK;
}

static Rc confirm_named(Work *w, const Record *doc, const Json *items, bool order, Many *m)
{
    Record *rec;
    if (items->type != JSON_ARRAY || items->count > ITEMS_MOST)
        return FAIL_FIELD(w->ctx, "items", "type", 0, "应为条目标识的数组", "must be an array of ids");
    JSON_EACH(it, items)
    {
        TRY(document_item(w, json_str(it), &rec));
        if (rec_i64(IE, rec, "document") != doc->id)
            return FAIL_FIELD(w->ctx, "items", "reference", 0, "条目不属于该文件",
                              "an item is not of this paper");
        TRY(confirm_one(w, rec, order, m));
    }
    return RC_OK;
}

/* Every duty that waits; with `sure` those without a doubt. What cannot be ordered waits on, untold. */
static Rc confirm_all(Work *w, const Record *doc, bool sure, bool order, Many *m)
{
    int64_t *ids;
    size_t n;
    Record *rec;
    TRY(document_item_ids(w, doc->id, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(store_get(w, IE, ids[i], &rec));
        if (!str_is(rec_text(IE, rec, "state"), "proposed") || !str_is(rec_text(IE, rec, "kind"), "duty"))
            continue;
        if (!sure || !rec_i64(IE, rec, "doubt")) TRY(confirm_one(w, rec, order, m));
    }
    return RC_OK;
}

static bool is_true(const Json *body, const char *name)
{
    const Json *j = json_get(body, name);
    return j && j->type == JSON_BOOL && j->b;
}

static void write_many(const Many *m, JsonOut *out)
{
    jout_open(out);
    jout_ki(out, "confirmed", (int64_t)m->confirmed);
    jout_ki(out, "tasks", (int64_t)m->tasks);
    jout_key(out, "skipped");
    jout_open_array(out);
    for (size_t i = 0; i < m->nskipped; i++) {
        jout_open(out);
        jout_kid(out, "id", m->skipped[i].id);
        jout_kz(out, "why", m->skipped[i].why);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
}

Rc document_confirm_route(Req *req, Res *res)
{
    Work w;
    Record *doc;
    const Json *body;
    TRY(req_json(req, &body));
    TRY(work_begin(req, true, &w));
    TRY(document_of_path(req, &w, &doc));
    TRY(document_need_keeper(&w, doc));
    Many *m = ARENA_NEW(w.ctx->arena, Many);
    const Json *items = json_get(body, "items"), *order = json_get(body, "order");
    bool at_once = !(order && order->type == JSON_BOOL && !order->b);
    if (items) TRY(confirm_named(&w, doc, items, at_once, m));
    else if (is_true(body, "all")) TRY(confirm_all(&w, doc, is_true(body, "sure"), at_once, m));
    else return FAIL_FIELD(w.ctx, "items", "required", 0, "请选择条目", "choose items");
    TRY(document_recount(&w, doc->id));
    TRY(work_commit(&w));
    write_many(m, res_json(req, res));
    return RC_OK;
}
