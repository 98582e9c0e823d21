/* Saved filters of lists and of the desk. Each belongs to the person who saved it and is seen by nobody else,
 * whatever his role; a token saves none, because it is nobody. The filter is kept as the page's own query
 * text and means nothing to the server. */
#include "mod/view.h"

enum { VIEWS_MOST = 100 };

static const Field fields[] = {
    {"user", F_REF, F_READONLY | F_INDEX, "users", 0, 0, T("用户", "User"), T("", ""), NULL, "basic", NULL},
    {"page", F_TEXT, F_REQUIRED | F_FILTER | F_LIST | F_CREATE_ONLY, NULL, 1, 64, T("页面", "Page"),
     T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SORT | F_SEARCH | F_LIST, NULL, 1, 40, T("名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"query", F_TEXT, F_REQUIRED, NULL, 0, 2000, T("筛选条件", "Filter"), T("", ""), NULL, "basic", NULL},
};

static Rc count_one(void *ud, const Record *rec)
{
    (void)rec;
    ++*(int *)ud;
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    int n = 0;
    if (old || !w->who || w->who->is_token) return RC_OK;
    rec_set(e, rec, "user", db_val_i64(w->who->user_id));
    TRY(store_each(w, e, "user", db_val_i64(w->who->user_id), count_one, &n));
    if (n < VIEWS_MOST) return RC_OK;
    return FAIL(w->ctx, RC_LIMIT, "view.most", "至多保存 %d 个筛选，请先删除不用的",
                "at most %d: delete some first", VIEWS_MOST);
}

const Entity view_entity = {
    .name = "saved-view",
    .plural = "saved-views",
    .title = T("已存筛选", "Saved filters"),
    .icon = T("", "filter"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "view.own",
    .write_perm = "view.own",
    .title_field = "name",
    .sort = "name",
    .validate = validate,
    .scope = {.kind = SCOPE_SELF, .body = "user"},
};

static const Perm perms[] = {
    {"view.own", T("保存自己的筛选", "Keep own filters"),
     "watch office dept town inspector enterprise leader system security audit"},
};
static const Entity *const entities[] = {&view_entity};
const Module mod_view = {
    .name = "view",
    .title = T("已存筛选", "Saved filters"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
};
