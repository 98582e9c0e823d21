/* Items of a duty list: one duty, how often it is asked, and the clause that asks it. They change while the
 * list is a draft; in force they are what the occurrences are made from. `root` is the same in every edition,
 * by it two editions are compared and a new one goes on where the old one was. */
#include "duty_private.h"
#include "mod_duty_queries_sql.h"

static const Field fields[] = {
    {"list", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "duty-lists", 0, 0,
     T("责任清单", "Duty list"), T("", ""), NULL, "basic", NULL},
    {"no", F_INT, F_SORT | F_LIST, NULL, 1, 999, T("序号", "No."), T("不填时排在最后", "last when left out"),
     NULL, "basic", NULL},
    {"text", F_TEXT, F_REQUIRED | F_LONG | F_SEARCH | F_LIST, NULL, 2, 1000, T("职责内容", "Duty"), T("", ""),
     NULL, "basic", NULL},
    {"per", F_ENUM, F_FILTER | F_LIST, "duty_per", 0, 0, T("履职频次", "Cadence"),
     T("不填时为常态职责，不生成履职事项", "a standing duty without occurrences when left out"), NULL,
     "timing", NULL},
    {"every", F_INT, F_LIST, NULL, 1, 24, T("每几期一次", "Every"), T("", ""), NULL, "timing", "1"},
    {"times", F_INT, F_LIST, NULL, 1, 100, T("每期次数", "Times a period"), T("", ""), NULL, "timing", "1"},
    {"days_off", F_BOOL, 0, NULL, 0, 0, T("含休息日", "Days off too"),
     T("不勾选时，每日职责休息日不计，期末遇休息日提前到最后一个工作日",
       "else daily duties leave them out, and a period ends with its last working day"),
     NULL, "timing", "false"},
    {"basis", F_TEXT, F_LONG, NULL, 0, 600, T("依据条款", "Clause"), T("", ""), NULL, "basic", NULL},
    {"document", F_REF, F_FILTER | F_LOOSE, "documents", 0, 0, T("依据文件", "Paper"), T("", ""), NULL,
     "basic", NULL},
    {"source_line", F_INT, 0, NULL, 1, 10000000, T("原文行号", "Line of the paper"), T("", ""), NULL, "basic",
     NULL},
    {"next_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("下期开始", "Next period"), T("", ""), NULL, "timing",
     NULL},
    {"root", F_INT, RO | F_INNER, NULL, 0, 0, T("首版条目", "First edition's item"), T("", ""), NULL, "basic",
     NULL},
};

Rc duty_items(Work *w, int64_t list, Record **out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    int64_t ids[DUTY_ITEMS_MOST];
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_duty_items, DB_ARGS(db_val_i64(list)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < DUTY_ITEMS_MOST) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < *n; i++) TRY(store_get(w, IE, ids[i], &out[i]));
    return RC_OK;
}

static Rc counted(Work *w, int64_t list, int64_t *n, int64_t *last)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_duty_items_count, DB_ARGS(db_val_i64(list)), &c));
    *n = db_i64(c, 0);
    *last = db_i64(c, 1);
    db_close(&c);
    return RC_OK;
}

Rc duty_recount(Work *w, int64_t list)
{
    Record *rec;
    int64_t n, last;
    TRY(store_get(w, LE, list, &rec));
    TRY(counted(w, list, &n, &last));
    if (rec_i64(LE, rec, "items") == n) return RC_OK;
    Record *old = rec_copy(w->ctx, LE, rec);
    Work program = duty_program(w);
    rec_set(LE, rec, "items", db_val_i64(n));
    return store_update(&program, LE, old, rec, "count");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *list;
    int64_t n, last;
    if (!w->who && old) return w->ctx->err.kind; /* the program moves next_at on */
    TRY(duty_referred(w, LE, rec_i64(e, rec, "list"), &list));
    if (!list) return w->ctx->err.kind;
    if (!duty_list_is_draft(list))
        return FAIL(w->ctx, RC_STATE, "duty.not_draft", "清单已发布，请修订为新版后修改",
                    "the list is published: revise it to change it");
    if (old) return w->ctx->err.kind;
    TRY(counted(w, list->id, &n, &last));
    if (n >= DUTY_ITEMS_MOST)
        return FAIL(w->ctx, RC_TOO_LARGE, "duty.items", "一份清单最多 %d 条", "a list has %d items at most",
                    DUTY_ITEMS_MOST);
    if (rec_val(e, rec, "no")->type == DB_NULL) rec_set(e, rec, "no", db_val_i64(last + 1));
    return w->ctx->err.kind;
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    if (old && old->archived_at == rec->archived_at) return RC_OK;
    return duty_recount(w, rec_i64(e, rec, "list"));
}

const Entity duty_item_entity = {
    .name = "duty-item",
    .plural = "duty-items",
    .title = T("职责条目", "Duties of a list"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "duties.read",
    .write_perm = "duties.write",
    .title_field = "text",
    .sort = "no",
    .validate = validate,
    .changed = changed,
    .scope = {.kind = SCOPE_VIA, .via = "list"},
};
