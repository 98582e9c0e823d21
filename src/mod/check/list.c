/* Check lists and their items. A list is written as a draft and published; what is published does not change,
 * so that a check done by it can be read years later. A new edition is a copy that is edited and published in
 * its turn, which retires the one before. */
#include "check_private.h"
#include "mod_check_queries_sql.h"

static const Field list_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("检查表编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("检查表名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"industry", F_ENUM, F_FILTER | F_LIST, "industry", 0, 0, T("适用行业", "Industry"), T("", ""), NULL,
     "basic", NULL},
    {"purpose", F_ENUM, F_FILTER | F_LIST, "check_purpose", 0, 0, T("用途", "Purpose"), T("", ""), NULL,
     "basic", "any"},
    {"edition", F_INT, RO | F_LIST, NULL, 1, 10000, T("版次", "Edition"), T("", ""), NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST, "check_list_state", 0, 0, T("状态", "State"), T("", ""), NULL,
     "basic", NULL},
    {"family", F_TEXT, RO | F_FILTER | F_INNER, NULL, 0, 64, T("检查表系列", "Family"), T("", ""), NULL,
     "basic", NULL},
    {"is_default", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("建议稿", "Proposal"),
     T("随程序提供的建议，待主管部门核定", "comes with the program, for the department to settle"), NULL,
     "basic", "false"},
    {"basis", F_TEXT, F_LONG, NULL, 0, 1000, T("编制依据", "Basis"), T("", ""), NULL, "basic", NULL},
    {"published_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("发布时间", "Published at"), T("", ""), NULL, "basic",
     NULL},
    {"published_by", F_TEXT, RO, NULL, 0, 100, T("发布人", "Published by"), T("", ""), NULL, "basic", NULL},
};

static const Field item_fields[] = {
    {"code", F_TEXT, F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH, NULL, 1, 80,
     T("检查项编号", "Code"), T("不填时由检查表编号和序号生成", "made of list and number when left out"),
     NULL, "basic", NULL},
    {"list", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "check-lists", 0, 0,
     T("检查表", "List"), T("", ""), NULL, "basic", NULL},
    {"no", F_INT, F_REQUIRED | F_SORT | F_LIST, NULL, 1, 999, T("序号", "No."), T("", ""), NULL, "basic",
     NULL},
    {"text", F_TEXT, F_REQUIRED | F_LONG | F_SEARCH | F_LIST, NULL, 4, 400, T("检查内容", "What is checked"),
     T("", ""), NULL, "basic", NULL},
    {"how", F_TEXT, F_LONG, NULL, 0, 600, T("判定方法", "How to judge"), T("", ""), NULL, "basic", NULL},
    {"basis", F_TEXT, F_SEARCH, NULL, 0, 300, T("依据条款", "Clause"), T("", ""), NULL, "basic", NULL},
    {"category", F_ENUM, F_FILTER | F_LIST, "danger_category", 0, 0, T("隐患类别", "Category"), T("", ""),
     NULL, "basic", NULL},
    {"criterion", F_REF, F_FILTER, "danger-criteria", 0, 0, T("重大隐患判定条款", "Clause of a major danger"),
     T("不符合时提示对照本条判定", "proposed when the item fails"), NULL, "basic", NULL},
};

static bool is_draft(const Record *list)
{
    return str_is(rec_text(LE, list, "state"), "draft");
}

static Rc list_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (!old && !rec_text(e, rec, "state").n) {
        rec_set(e, rec, "state", db_val_z("draft"));
        rec_set(e, rec, "edition", db_val_i64(1));
        rec_set(e, rec, "family", *rec_val(e, rec, "code"));
    }
    return w->ctx->err.kind;
}

static Rc need_draft(Work *w, const Record *list)
{
    if (is_draft(list)) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "check.published", "已发布的检查表不能修改，请修订为新版",
                "a published list does not change; revise it");
}

static Rc item_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *list;
    (void)old;
    TRY(check_referred(w, LE, rec_i64(e, rec, "list"), &list));
    if (!list) return w->ctx->err.kind;
    if (!rec_text(e, rec, "code").n)
        rec_set(e, rec, "code",
                db_val_text(str_printf(w->ctx->arena, "%.*s-%02lld", STR_ARG(rec_text(LE, list, "code")),
                                       (long long)rec_i64(e, rec, "no"))));
    return w->ctx->err.kind;
}

/* Behind the write, because archiving asks no validate. */
static Rc item_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Record *list;
    (void)old;
    TRY(store_get(w, LE, rec_i64(e, rec, "list"), &list));
    return need_draft(w, list);
}

Rc check_items(Work *w, int64_t list, Record **out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    int64_t ids[ITEMS_MOST];
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_check_items, DB_ARGS(db_val_i64(list)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < ITEMS_MOST) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < *n; i++) TRY(store_get(w, IE, ids[i], &out[i]));
    return RC_OK;
}

Rc check_list_usable(Work *w, int64_t list, const char *field)
{
    Record *rec;
    TRY(check_referred(w, LE, list, &rec));
    if (rec && str_is(rec_text(LE, rec, "state"), "published")) return RC_OK;
    return FAIL_FIELD(w->ctx, field, "state", 0, "须为已发布的检查表", "must be a published list");
}

/* ---- Actions ---- */

static Rc retire_before(Work *w, const Record *rec)
{
    DbCursor *c;
    Record *before;
    Rc rc = db_query_one(w->ctx, w->db, &q_check_list_published,
                         DB_ARGS(*rec_val(LE, rec, "family"), db_val_i64(rec->id)), &c);
    if (rc <= 0) return rc;
    TRY(store_get(w, LE, db_i64(c, 0), &before));
    Record *old = rec_copy(w->ctx, LE, before);
    rec_set(LE, before, "state", db_val_z("retired"));
    return store_update(w, LE, old, before, "retire");
}

static Rc publish(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *items[ITEMS_MOST];
    size_t n;
    (void)params;
    if (!is_draft(rec))
        return FAIL(w->ctx, RC_STATE, "check.not_draft", "只有草稿可以发布", "only a draft can");
    TRY(check_items(w, rec->id, items, &n));
    if (!n) return FAIL(w->ctx, RC_STATE, "check.no_items", "检查表没有检查项", "the list has no items");
    TRY(retire_before(w, rec));
    rec_set(e, rec, "state", db_val_z("published"));
    rec_set(e, rec, "published_at", db_val_i64(w->now));
    rec_set(e, rec, "published_by", check_who(w));
    return RC_OK;
}

static Rc copy_items(Work *w, const Record *from, const Record *to)
{
    static const char *const names[] = {"no", "text", "how", "basis", "category", "criterion"};
    Record *items[ITEMS_MOST];
    size_t n;
    TRY(check_items(w, from->id, items, &n));
    for (size_t i = 0; i < n; i++) {
        Record *copy = rec_new(w->ctx, IE);
        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            rec_set(IE, copy, names[k], *rec_val(IE, items[i], names[k]));
        rec_set(IE, copy, "list", db_val_i64(to->id));
        TRY(store_insert(w, IE, copy));
    }
    return RC_OK;
}

/* The next edition, a draft with the same items. */
static Rc revise(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    static const char *const names[] = {"name", "industry", "purpose", "basis", "family"};
    DbCursor *c;
    Record *next = rec_new(w->ctx, e);
    Str family = rec_text(e, rec, "family");
    (void)params;
    Rc rc = db_query_one(w->ctx, w->db, &q_check_list_editions, DB_ARGS(db_val_text(family)), &c);
    TRY(rc);
    int64_t edition = db_i64(c, 0) + 1;
    if (db_i64(c, 1))
        return FAIL(w->ctx, RC_STATE, "check.draft_exists", "已有未发布的新版", "there is a draft already");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) rec_set(e, next, names[i], *rec_val(e, rec, names[i]));
    rec_set(e, next, "code",
            db_val_text(str_printf(w->ctx->arena, "%.*s-V%lld", STR_ARG(family), (long long)edition)));
    rec_set(e, next, "edition", db_val_i64(edition));
    rec_set(e, next, "state", db_val_z("draft"));
    rec_set(e, next, "is_default", db_val_bool(false));
    TRY(store_insert(w, e, next));
    return copy_items(w, rec, next);
}

static Rc retire(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (!str_is(rec_text(e, rec, "state"), "published"))
        return FAIL(w->ctx, RC_STATE, "check.not_published", "检查表未在使用", "the list is not in use");
    rec_set(e, rec, "state", db_val_z("retired"));
    return RC_OK;
}

static bool may_publish(const Entity *e, const Record *rec)
{
    (void)e;
    return is_draft(rec);
}
static bool may_revise(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "published");
}

static const Action list_actions[] = {
    {"publish", "check.lists", T("发布", "Publish"), NULL, 0, publish, may_publish},
    {"revise", "check.lists", T("修订为新版", "New edition"), NULL, 0, revise, may_revise},
    {"retire", "check.lists", T("停用", "Retire"), NULL, 0, retire, may_revise},
};

const Entity check_list_entity = {
    .name = "checklist", /* the list of "check" is its "check-list" */
    .plural = "check-lists",
    .title = T("检查表", "Check lists"),
    .icon = T("", "list"),
    .fields = list_fields,
    .nfields = ARRAY_LEN(list_fields),
    .read_perm = "check.read",
    .write_perm = "check.lists",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .actions = list_actions,
    .nactions = ARRAY_LEN(list_actions),
    .validate = list_validate,
    .searched = true,
    .scope = {.kind = SCOPE_OPEN},
};

const Entity check_item_entity = {
    .name = "check-item",
    .plural = "check-items",
    .title = T("检查项", "Items of check lists"),
    .icon = T("", "list"),
    .fields = item_fields,
    .nfields = ARRAY_LEN(item_fields),
    .read_perm = "check.read",
    .write_perm = "check.lists",
    .code_field = "code",
    .title_field = "text",
    .sort = "code",
    .validate = item_validate,
    .changed = item_changed,
    .scope = {.kind = SCOPE_OPEN},
};
