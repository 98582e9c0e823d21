/* Duty lists: the duties of one post of one body, in editions. A draft is written, published and filed
 * upward (报备); from then on it does not change. The next edition replaces it when it is published, and its
 * items go on where the old ones were, so that no period is asked twice. */
#include "duty_private.h"
#include "kernel/number.h"
#include "mod_duty_queries_sql.h"

#define STAMP(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_TIME, RO | F_SORT, NULL, 0, 0, T(zh, en), T("", ""), NULL, "timing", NULL                    \
    }
static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 40, T("编号", "Code"),
     T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 200, T("清单名称", "Name"),
     T("不填时由单位和岗位组成", "made of body and post when left out"), NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST | F_INDEX, "duty_list_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"body", F_REF, F_FILTER | F_CREATE_ONLY | F_LIST | F_INDEX, "bodies", 0, 0, T("单位", "Body"),
     T("不填时为本单位", "your own when left out"), NULL, "basic", NULL},
    {"post", F_TEXT, F_REQUIRED | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 80, T("岗位", "Post"),
     T("如“市长”“主要负责人”“安全总监”", "mayor, principal, safety director"), NULL, "basic", NULL},
    {"post_kind", F_ENUM, F_FILTER | F_LIST, "duty_post_kind", 0, 0, T("岗位类别", "Kind of post"), T("", ""),
     NULL, "basic", "principal"},
    {"holder", F_REF, F_FILTER | F_LIST | F_INDEX, "users", 0, 0, T("履职人", "Holder"),
     T("填写后履职事项只在其待办中；不填时在单位待办中", "occurrences stand on this person's desk alone"),
     NULL, "basic", NULL},
    {"basis", F_TEXT, F_LONG, NULL, 0, 1000, T("依据", "Basis"), T("", ""), NULL, "basic", NULL},
    {"document", F_REF, F_FILTER | F_LOOSE, "documents", 0, 0, T("依据文件", "Paper"), T("", ""), NULL,
     "basic", NULL},
    {"valid_from", F_TIME, F_LIST, NULL, 0, 0, T("生效日期", "Valid from"),
     T("不填时自发布起", "from its publication when left out"), NULL, "timing", NULL},
    {"valid_to", F_TIME, F_LIST, NULL, 0, 0, T("失效日期", "Valid until"), T("", ""), NULL, "timing", NULL},
    {"edition", F_INT, RO | F_LIST, NULL, 1, 1000, T("版次", "Edition"), T("", ""), NULL, "basic", NULL},
    {"items", F_INT, RO | F_LIST, NULL, 0, 1000, T("职责数", "Duties"), T("", ""), NULL, "basic", "0"},
    STAMP("published_at", "发布时间", "Published at"),
    {"published_by", F_TEXT, RO, NULL, 0, 100, T("发布人", "Published by"), T("", ""), NULL, "timing", NULL},
    STAMP("filed_at", "报备时间", "Filed at"),
    {"filed_to", F_REF, RO | F_FILTER | F_LIST, "bodies", 0, 0, T("报备单位", "Filed with"), T("", ""), NULL,
     "timing", NULL},
    {"filed_by", F_TEXT, RO, NULL, 0, 100, T("报备人", "Filed by"), T("", ""), NULL, "timing", NULL},
    {"family", F_TEXT, RO | F_FILTER | F_INDEX, NULL, 0, 40, T("清单系列", "Family"), T("", ""), NULL,
     "basic", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
};

bool duty_list_is_draft(const Record *list)
{
    return str_is(rec_text(LE, list, "state"), "draft");
}

bool duty_list_in_force(const Record *list)
{
    Str s = rec_text(LE, list, "state");
    return str_is(s, "published") || str_is(s, "filed");
}

static Rc place(Work *w, const Entity *e, Record *rec)
{
    Record *body;
    if (!rec_i64(e, rec, "body") && w->who) rec_set(e, rec, "body", db_val_id(scope_of(w->who)->body));
    TRY(duty_referred(w, BE, rec_i64(e, rec, "body"), &body));
    if (!body) return FAIL_FIELD(w->ctx, "body", "required", 0, "请填写单位", "say whose list it is");
    rec_set(e, rec, "district", *rec_val(BE, body, "district"));
    if (rec_val(e, rec, "name")->type == DB_NULL)
        rec_set(
            e, rec, "name",
            db_val_text(str_printf(w->ctx->arena, "%.*s%.*s安全生产责任清单",
                                   STR_ARG(rec_text(BE, body, "name")), STR_ARG(rec_text(e, rec, "post")))));
    return RC_OK;
}

static bool same_value(const DbVal *a, const DbVal *b)
{
    if (a->type == DB_NULL || b->type == DB_NULL) return a->type == b->type;
    return a->type == DB_TEXT ? str_eq(a->s, b->s) : a->i == b->i;
}

static bool is_edited(const Entity *e, const Record *old, const Record *rec)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!(e->fields[i].flags & RO) && !same_value(&old->v[i], &rec->v[i])) return true;
    return false;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    if (!old && rec_val(e, rec, "code")->type == DB_NULL) {
        Str code;
        TRY(number_of_day(w, 'L', &code));
        rec_set(e, rec, "code", db_val_text(code));
        rec_set(e, rec, "family", db_val_text(code));
        rec_set(e, rec, "state", db_val_z("draft"));
        rec_set(e, rec, "edition", db_val_i64(1));
    }
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        return FAIL_FIELD(w->ctx, "valid_to", "range", 0, "失效日期须晚于生效日期",
                          "must be after its start");
    if (old && !duty_list_is_draft(old) && is_edited(e, old, rec))
        return FAIL(w->ctx, RC_STATE, "duty.not_draft", "清单已发布，请修订为新版后修改",
                    "the list is published: revise it to change it");
    return place(w, e, rec);
}

/* ---- Actions ---- */

/* Items that were in the edition before go on where it was: its periods are not asked again. */
static Rc go_on(Work *w, const Record *before, Record **items, size_t n)
{
    Record *was[DUTY_ITEMS_MOST];
    size_t nwas;
    Work program = duty_program(w);
    TRY(duty_items(w, before->id, was, &nwas));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < nwas; k++) {
            int64_t root = rec_i64(IE, was[k], "root") ? rec_i64(IE, was[k], "root") : was[k]->id;
            if (rec_i64(IE, items[i], "root") != root) continue;
            if (!str_eq(rec_text(IE, items[i], "per"), rec_text(IE, was[k], "per"))) continue;
            Record *old = rec_copy(w->ctx, IE, items[i]);
            rec_set(IE, items[i], "next_at", *rec_val(IE, was[k], "next_at"));
            TRY(store_update(&program, IE, old, items[i], "plan"));
        }
    return RC_OK;
}

static Rc replace_before(Work *w, const Record *rec, Record **items, size_t n)
{
    DbCursor *c;
    Record *before;
    Rc rc = db_query_one(w->ctx, w->db, &q_duty_list_in_force,
                         DB_ARGS(*rec_val(LE, rec, "family"), db_val_i64(rec->id)), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    TRY(store_get(w, LE, id, &before));
    TRY(go_on(w, before, items, n));
    Record *old = rec_copy(w->ctx, LE, before);
    rec_set(LE, before, "state", db_val_z("replaced"));
    return store_update(w, LE, old, before, "replace");
}

static Rc publish(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *items[DUTY_ITEMS_MOST];
    size_t n;
    (void)params;
    if (!duty_list_is_draft(rec))
        return FAIL(w->ctx, RC_STATE, "duty.not_draft", "只有草稿可以发布", "only a draft can be published");
    TRY(duty_items(w, rec->id, items, &n));
    if (!n) return FAIL(w->ctx, RC_STATE, "duty.no_items", "清单没有职责条目", "the list has no duties");
    TRY(replace_before(w, rec, items, n));
    rec_set(e, rec, "state", db_val_z("published"));
    rec_set(e, rec, "published_at", db_val_i64(w->now));
    rec_set(e, rec, "published_by", duty_who(w));
    if (rec_time(e, rec, "valid_from") == TIME_NONE) rec_set(e, rec, "valid_from", db_val_i64(w->now));
    return RC_OK;
}

Rc duty_list_publish(Work *w, Record *list)
{
    Record *old = rec_copy(w->ctx, LE, list);
    TRY(publish(w, LE, list, NULL));
    return store_update(w, LE, old, list, "publish");
}

/* 报备: the body above sees it from now on; another one when it is named. */
static Rc file_up(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *body;
    DbVal to = params[0];
    if (!str_is(rec_text(e, rec, "state"), "published"))
        return FAIL(w->ctx, RC_STATE, "duty.not_published", "清单发布后方可报备", "publish it first");
    TRY(duty_referred(w, BE, rec_i64(e, rec, "body"), &body));
    if (to.type == DB_NULL && body) to = *rec_val(BE, body, "parent");
    if (to.type == DB_NULL)
        return FAIL_FIELD(w->ctx, "to", "required", 0, "本单位没有上级单位，请填写报备单位",
                          "your body has none above it: say with whom it is filed");
    rec_set(e, rec, "state", db_val_z("filed"));
    rec_set(e, rec, "filed_at", db_val_i64(w->now));
    rec_set(e, rec, "filed_to", to);
    rec_set(e, rec, "filed_by", duty_who(w));
    return notice_send(w, &(Notice){.body = to.i,
                                    .perm = "duties.read",
                                    .kind = "info",
                                    .title = rec_text(e, rec, "name"),
                                    .text = STR("责任清单已报备"),
                                    .entity = e,
                                    .record_id = rec->id});
}

static Rc copy_items(Work *w, const Record *from, const Record *to)
{
    static const char *const same[] = {"no",       "text",  "per",      "every",      "times",
                                       "days_off", "basis", "document", "source_line"};
    Record *items[DUTY_ITEMS_MOST];
    size_t n;
    TRY(duty_items(w, from->id, items, &n));
    for (size_t i = 0; i < n; i++) {
        Record *copy = rec_new(w->ctx, IE);
        int64_t root = rec_i64(IE, items[i], "root");
        for (size_t k = 0; k < ARRAY_LEN(same); k++)
            rec_set(IE, copy, same[k], *rec_val(IE, items[i], same[k]));
        rec_set(IE, copy, "root", db_val_i64(root ? root : items[i]->id));
        rec_set(IE, copy, "list", db_val_i64(to->id));
        TRY(store_insert(w, IE, copy));
    }
    return RC_OK;
}

/* The next edition, a draft with the same items. */
static Rc revise(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    static const char *const same[] = {"name",   "body",  "post",     "post_kind",
                                       "holder", "basis", "document", "family"};
    DbCursor *c;
    Record *next = rec_new(w->ctx, e);
    Str family = rec_text(e, rec, "family");
    (void)params;
    TRY(db_query_one(w->ctx, w->db, &q_duty_list_editions, DB_ARGS(db_val_text(family)), &c));
    int64_t edition = db_i64(c, 0) + 1, drafts = db_i64(c, 1);
    db_close(&c);
    if (drafts)
        return FAIL(w->ctx, RC_STATE, "duty.draft_exists", "已有未发布的新版", "there is a draft already");
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(e, next, same[i], *rec_val(e, rec, same[i]));
    rec_set(e, next, "code",
            db_val_text(str_printf(w->ctx->arena, "%.*s-V%lld", STR_ARG(family), (long long)edition)));
    rec_set(e, next, "edition", db_val_i64(edition));
    rec_set(e, next, "state", db_val_z("draft"));
    TRY(store_insert(w, e, next));
    return copy_items(w, rec, next);
}

static Rc withdraw(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (!duty_list_in_force(rec))
        return FAIL(w->ctx, RC_STATE, "duty.not_published", "清单未在执行", "the list is not in force");
    rec_set(e, rec, "state", db_val_z("withdrawn"));
    return RC_OK;
}

static bool may_publish(const Entity *e, const Record *rec)
{
    (void)e;
    return duty_list_is_draft(rec);
}
static bool may_file(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "published");
}
static bool may_revise(const Entity *e, const Record *rec)
{
    (void)e;
    return duty_list_in_force(rec);
}

static const Field file_params[] = {
    {"to", F_REF, 0, "bodies", 0, 0, T("报备单位", "Filed with"),
     T("不填时为上级单位", "the body above when left out"), NULL, NULL, NULL},
};
static const Action actions[] = {
    {"publish", "duties.write", T("发布", "Publish"), NULL, 0, publish, may_publish},
    {"file", "duties.write", T("报备", "File upward"), file_params, ARRAY_LEN(file_params), file_up,
     may_file},
    {"revise", "duties.write", T("修订为新版", "New edition"), NULL, 0, revise, may_revise},
    {"withdraw", "duties.write", T("停止执行", "Withdraw"), NULL, 0, withdraw, may_revise},
};

const Entity duty_list_entity = {
    .name = "dutylist", /* the list of "duty" is its "duty-list" */
    .plural = "duty-lists",
    .title = T("责任清单", "Duty lists"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "duties.read",
    .write_perm = "duties.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "-code",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .searched = true,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body filed_to", .line = SCOPE_ANY_LINE},
    .papers = duty_list_papers,
    .npapers = 1,
};
