/* What a person does with an item before it is a task: corrects units, words, date and cadence, joins it to
 * another, splits it, puts it aside, takes it back. Each is in the ledger as his act. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

enum { E_TITLE, E_TEXT, E_ASSIGNED, E_DUE, E_CLEAR, E_PER, E_EVERY, E_TIMES };
static const Field edit_params[] = {
    {"title", F_TEXT, 0, NULL, 2, 120, T("任务名称", "Task"), T("", ""), NULL, NULL, NULL},
    {"text", F_TEXT, F_LONG, NULL, 2, 8000, T("任务内容", "What is asked"), T("", ""), NULL, NULL, NULL},
    {"assigned", F_JSON, 0, NULL, 0, 0, T("承办单位", "Units"),
     T("数组，成员为 body 和 role（lead、support、responsible）",
       "an array of body and role (lead, support, responsible)"),
     NULL, NULL, NULL},
    {"due_at", F_TIME, 0, NULL, 0, 0, T("办结时限", "Due at"), T("", ""), NULL, NULL, NULL},
    {"no_due", F_BOOL, 0, NULL, 0, 0, T("不定时限", "No date"), T("", ""), NULL, NULL, NULL},
    {"per", F_TEXT, 0, NULL, 0, 12, T("周期", "Cadence"),
     T("字典 task_per 的代码，once 为一次性", "a code of task_per, or once"), NULL, NULL, NULL},
    {"every", F_INT, 0, NULL, 1, 100, T("每几期一次", "Every"), T("", ""), NULL, NULL, NULL},
    {"times", F_INT, 0, NULL, 0, 1000000, T("每期次数", "Times a period"), T("", ""), NULL, NULL, NULL},
};
static const Field merge_params[] = {
    {"into", F_REF, F_REQUIRED, "document-items", 0, 0, T("并入条目", "Joined to"), T("", ""), NULL, NULL,
     NULL},
};
static const Field split_params[] = {
    {"at", F_INT, F_REQUIRED, NULL, 1, 100000, T("拆分位置", "Split at"),
     T("正文第几个字之后", "after so many characters of the text"), NULL, NULL, NULL},
};
static const Field confirm_params[] = {
    {"order", F_BOOL, 0, NULL, 0, 0, T("立即交办", "Order at once"), T("不填时立即交办", "yes when left out"),
     NULL, NULL, NULL},
};

static bool is_proposed(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "proposed");
}

static bool is_rejected(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "rejected");
}

/* Who acts keeps the paper, and the item is as it must be. */
static Rc need(Work *w, const Record *rec, bool ok)
{
    TRY(document_need_keeper_of(w, rec));
    if (ok) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "document.decided", "该条目已处理", "the item is decided already");
}

/* The counts of the paper go with the row that is about to be written. */
static Rc count_after(Work *w, const Record *rec)
{
    Record *old;
    TRY(store_get(w, IE, rec->id, &old));
    return document_count_change(w, old, rec);
}

/* ---- Correct ---- */

static Rc put_unit(Work *w, const Json *u, JsonOut *o)
{
    Record *body;
    Str code = json_str(json_get(u, "body")), role = json_str(json_get(u, "role"));
    if (!str_is(role, "lead") && !str_is(role, "support") && !str_is(role, "responsible"))
        return FAIL_FIELD(w->ctx, "assigned", "choice", 0, "角色应为 lead、support 或 responsible",
                          "the role must be lead, support or responsible");
    Rc rc = code.n ? store_find(w, &body_entity, code, &body) : 0;
    TRY(rc);
    if (!rc)
        return FAIL_FIELD(w->ctx, "assigned", "reference", 0, "没有单位“%.*s”", "no body \"%.*s\"",
                          STR_ARG(code));
    jout_open(o);
    jout_ks(o, "body", rec_text(&body_entity, body, "code"));
    jout_ks(o, "title", rec_text(&body_entity, body, "name"));
    jout_ks(o, "role", role);
    jout_close(o);
    return RC_OK;
}

static Rc take_assigned(Work *w, Record *rec, Str text)
{
    const Json *list;
    StrBuf b;
    JsonOut o;
    TRY(json_parse(w->ctx, text, &list));
    if (list->type != JSON_ARRAY || list->count > UNITS_MOST)
        return FAIL_FIELD(w->ctx, "assigned", "type", 0, "应为单位的数组，不超过 %d 个",
                          "must be an array of at most %d units", UNITS_MOST);
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open_array(&o);
    JSON_EACH(u, list)
    TRY(put_unit(w, u, &o));
    jout_close_array(&o);
    rec_set(IE, rec, "assigned", db_val_json(buf_str(&b)));
    return RC_OK;
}

static Rc take_per(Work *w, Record *rec, Str per)
{
    if (str_is(per, "once")) {
        rec_set(IE, rec, "per", db_val_null());
        return RC_OK;
    }
    if (task_per_of(per) == TASK_ONCE)
        return FAIL_FIELD(w->ctx, "per", "choice", 0, "没有这种周期", "there is no such cadence");
    rec_set(IE, rec, "per", db_val_text(per));
    return RC_OK;
}

/* Who corrects an item has looked at it: what was doubtful is so no more. */
static Rc do_edit(Work *w, const Entity *e, Record *rec, const DbVal *p)
{
    TRY(need(w, rec, is_proposed(e, rec)));
    if (p[E_TITLE].type != DB_NULL) rec_set(e, rec, "title", p[E_TITLE]);
    if (p[E_TEXT].type != DB_NULL) rec_set(e, rec, "text", p[E_TEXT]);
    if (p[E_ASSIGNED].type != DB_NULL) {
        TRY(take_assigned(w, rec, p[E_ASSIGNED].s));
        rec_set(e, rec, "kind", db_val_z("duty"));
        rec_set(e, rec, "doubt", db_val_i64(0));
    }
    if (p[E_DUE].type != DB_NULL) rec_set(e, rec, "due_at", p[E_DUE]);
    if (p[E_CLEAR].type != DB_NULL && p[E_CLEAR].i) rec_set(e, rec, "due_at", db_val_null());
    if (p[E_PER].type != DB_NULL) TRY(take_per(w, rec, p[E_PER].s));
    if (p[E_EVERY].type != DB_NULL) rec_set(e, rec, "every", p[E_EVERY]);
    if (p[E_TIMES].type != DB_NULL) rec_set(e, rec, "times", p[E_TIMES].i ? p[E_TIMES] : db_val_null());
    rec_set(e, rec, "edited", db_val_bool(true));
    return count_after(w, rec);
}

/* ---- Aside and back ---- */

static Rc do_reject(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    TRY(need(w, rec, is_proposed(e, rec)));
    rec_set(e, rec, "state", db_val_z("rejected"));
    return count_after(w, rec);
}

static Rc do_reopen(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    TRY(need(w, rec, is_rejected(e, rec)));
    rec_set(e, rec, "state", db_val_z("proposed"));
    return count_after(w, rec);
}

static Rc do_confirm(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    size_t made;
    TRY(need(w, rec, is_proposed(e, rec)));
    TRY(document_confirm(w, rec, params[0].type == DB_NULL || params[0].i, &made));
    return count_after(w, rec);
}

/* ---- Join and split ---- */

static Rc join_units(Work *w, const Record *from, Record *into)
{
    const Json *a, *b;
    StrBuf buf;
    JsonOut o;
    TRY(json_parse(w->ctx, rec_text(IE, into, "assigned"), &a));
    TRY(json_parse(w->ctx, rec_text(IE, from, "assigned"), &b));
    buf_init(&buf, w->ctx->arena);
    jout_init(&o, &buf);
    jout_open_array(&o);
    JSON_EACH(u, a) jout_json(&o, u);
    JSON_EACH(u, b)
    {
        bool known = false;
        JSON_EACH(k, a) known |= str_eq(json_str(json_get(k, "body")), json_str(json_get(u, "body")));
        if (!known) jout_json(&o, u);
    }
    jout_close_array(&o);
    rec_set(IE, into, "assigned", db_val_json(buf_str(&buf)));
    return RC_OK;
}

static Rc do_merge(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *into;
    TRY(need(w, rec, is_proposed(e, rec)));
    TRY(store_get(w, e, params[0].i, &into));
    if (into->id == rec->id || rec_i64(e, into, "document") != rec_i64(e, rec, "document") ||
        !is_proposed(e, into))
        return FAIL_FIELD(w->ctx, "into", "state", 0, "只能并入同一文件中另一条待确认的条目",
                          "only into another proposed item of the same paper");
    Record *old = rec_copy(w->ctx, e, into);
    Str a = rec_text(e, into, "text"), b = rec_text(e, rec, "text");
    bool after = rec_i64(e, rec, "source_from") >= rec_i64(e, into, "source_from");
    Str both = str_printf(w->ctx->arena, "%.*s%.*s", STR_ARG(after ? a : b), STR_ARG(after ? b : a));
    rec_set(e, into, "text", db_val_text(document_cut(w->ctx->arena, both, 15900)));
    TRY(join_units(w, rec, into));
    int64_t from = rec_i64(e, rec, "source_from"), to = rec_i64(e, rec, "source_to");
    if (from < rec_i64(e, into, "source_from")) rec_set(e, into, "source_from", db_val_i64(from));
    if (to > rec_i64(e, into, "source_to")) rec_set(e, into, "source_to", db_val_i64(to));
    rec_set(e, into, "edited", db_val_bool(true));
    TRY(store_update(w, e, old, into, "merge"));
    rec_set(e, rec, "state", db_val_z("merged"));
    rec_set(e, rec, "merged_into", db_val_i64(into->id));
    return count_after(w, rec);
}

/* Bytes of the first so many code points; s.n when there are fewer. */
static size_t bytes_of(Str s, int64_t cps)
{
    size_t at = 0;
    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && cps-- == 0) break;
    return at;
}

/* How far into the paper the item's text goes up to `bytes`: its characters are looked for one after the
 * other, since blanks and line breaks of the paper are not in it. */
static Rc source_at(Work *w, const Record *rec, Str head, int64_t *out)
{
    enum { LOOK = 60 };
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_document_text, DB_ARGS(*rec_val(IE, rec, "document")), &c);
    TRY(rc);
    int64_t from = rec_i64(IE, rec, "source_from"), cp = from;
    if (!rc) {
        *out = from;
        return RC_OK;
    }
    Str text = db_str_copy(w->ctx, c, 0);
    db_close(&c);
    size_t at = bytes_of(text, from);
    for (size_t i = 0; i < head.n;) {
        size_t len = bytes_of(str_n(head.p + i, head.n - i), 1), k = at;
        int64_t skipped = 0;
        while (k < text.n && skipped < LOOK && !(k + len <= text.n && !memcmp(text.p + k, head.p + i, len))) {
            k += bytes_of(str_n(text.p + k, text.n - k), 1);
            skipped++;
        }
        if (k < text.n && skipped < LOOK) at = k + len, cp += skipped + 1;
        i += len;
    }
    *out = cp;
    return RC_OK;
}

static Rc do_split(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    static const char *const same[] = {"document", "state",    "kind",    "path",      "heading", "clause",
                                       "units",    "assigned", "cadence", "deadlines", "targets", "due_at",
                                       "per",      "every",    "times",   "doubt",     "unsure"};
    Arena *a = w->ctx->arena;
    Str text = rec_text(e, rec, "text");
    int64_t cut;
    TRY(need(w, rec, is_proposed(e, rec)));
    size_t at = bytes_of(text, params[0].i);
    if (at == 0 || at >= text.n)
        return FAIL_FIELD(w->ctx, "at", "range", 0, "拆分位置应在正文之内", "must lie inside the text");
    Str head = str_trim(str_n(text.p, at)), tail = str_trim(str_n(text.p + at, text.n - at));
    if (!head.n || !tail.n)
        return FAIL_FIELD(w->ctx, "at", "range", 0, "拆分后两条都须有正文", "both parts need a text");
    TRY(source_at(w, rec, head, &cut));
    Record *second = rec_new(w->ctx, e);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(e, second, same[i], *rec_val(e, rec, same[i]));
    rec_set(e, second, "place", db_val_i64(rec_i64(e, rec, "place") + 1));
    rec_set(e, second, "text", db_val_text(tail));
    rec_set(e, second, "title", db_val_text(document_cut(a, tail, TITLE_MOST)));
    rec_set(e, second, "source_from", db_val_i64(cut));
    rec_set(e, second, "source_to", *rec_val(e, rec, "source_to"));
    rec_set(e, second, "edited", db_val_bool(true));
    TRY(store_insert(w, e, second));
    rec_set(e, rec, "text", db_val_text(head));
    rec_set(e, rec, "title", db_val_text(document_cut(a, head, TITLE_MOST)));
    rec_set(e, rec, "source_to", db_val_i64(cut));
    rec_set(e, rec, "edited", db_val_bool(true));
    return document_recount(w, rec_i64(e, rec, "document"));
}

#define PARAMS(list) .params = (list), .nparams = ARRAY_LEN(list)
const Action item_actions[ITEM_ACTIONS] = {
    {.name = "confirm",
     .perm = "document.write",
     .label = T("确认为任务", "Confirm"),
     PARAMS(confirm_params),
     .fn = do_confirm,
     .allowed = is_proposed},
    {.name = "edit",
     .perm = "document.write",
     .label = T("修改", "Correct"),
     PARAMS(edit_params),
     .fn = do_edit,
     .allowed = is_proposed},
    {.name = "reject",
     .perm = "document.write",
     .label = T("不作任务", "No task"),
     .fn = do_reject,
     .allowed = is_proposed},
    {.name = "reopen",
     .perm = "document.write",
     .label = T("恢复待确认", "Take back"),
     .fn = do_reopen,
     .allowed = is_rejected},
    {.name = "merge",
     .perm = "document.write",
     .label = T("合并", "Join"),
     PARAMS(merge_params),
     .fn = do_merge,
     .allowed = is_proposed},
    {.name = "split",
     .perm = "document.write",
     .label = T("拆分", "Split"),
     PARAMS(split_params),
     .fn = do_split,
     .allowed = is_proposed},
};
