/* Alarms of one object that rose within a moment are one group (docs/alarms.md, flood control): shown with
 * the first one named, and judged at a stroke. A verdict for the group is one transaction in which every
 * member that nobody judged gets it, with its own ledger entry. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"

#define E            (&alarm_entity)
#define MEMBERS_MOST 500

typedef struct Members {
    int64_t id[MEMBERS_MOST];
    size_t n;
} Members;

/* RC_NOT_FOUND: there is no such group. */
static Rc read_members(Work *w, Str group, Members *m)
{
    DbCursor *c;
    Rc rc;
    m->n = 0;
    TRY(scope_query(w, &q_alarm_group_members, DB_ARGS(db_val_text(group), db_val_i64(MEMBERS_MOST)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) m->id[m->n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    if (!m->n) return FAIL(w->ctx, RC_NOT_FOUND, "alarm.group", "没有这个报警组", "no such group of alarms");
    return RC_OK;
}

static bool is_open(const Record *rec)
{
    return !str_is(rec_text(E, rec, "state"), "normal");
}

static Rc write_group(Work *w, const Members *m, Str group, JsonOut *out)
{
    int64_t open = 0, unjudged = 0;
    jout_open(out);
    jout_ks(out, "id", group);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < m->n; i++) {
        Record *rec;
        TRY(store_get(w, E, m->id[i], &rec));
        open += is_open(rec);
        unjudged += rec_val(E, rec, "verdict")->type == DB_NULL;
        TRY(store_write_json(w, E, rec, out));
    }
    jout_close_array(out);
    jout_ki(out, "open", open);
    jout_ki(out, "unjudged", unjudged);
    jout_close(out);
    return RC_OK;
}

Rc alarm_group_show(Req *req, Res *res)
{
    Work w;
    Members *m = ARENA_NEW(req->ctx.arena, Members);
    Str group = req_param(req, "id");
    TRY(alarm_query_only(req, (const char *const[]){NULL}));
    TRY(work_begin(req, false, &w));
    TRY(read_members(&w, group, m));
    return write_group(&w, m, group, res_json(req, res));
}

/* ---- The verdict ---- */

static DbVal text_of(const Json *body, const char *name)
{
    Str s = json_str(json_get(body, name));
    return s.p ? db_val_text(s) : db_val_null();
}

static Rc check_code(Work *w, const char *dict, const char *name, const DbVal *v)
{
    if (v->type == DB_NULL || dict_has(w->kernel, dict, v->s)) return RC_OK;
    return FAIL_FIELD(w->ctx, name, "dictionary", 0, "没有这个选项", "there is no such choice");
}

static Rc read_verdict(Work *w, const Json *body, AlarmVerdict *out)
{
    static const char *const names[] = {"verdict", "reason", "code"};
    JSON_EACH(it, body)
    {
        bool known = false;
        for (size_t i = 0; i < ARRAY_LEN(names); i++) known |= str_is(it->name, names[i]);
        if (!known || it->type != JSON_TEXT)
            FAIL_FIELD(w->ctx, str_z(w->ctx->arena, it->name), known ? "type" : "unknown", 0, "不能这样填写",
                       "not a member, or not a text");
    }
    *out = (AlarmVerdict){text_of(body, "verdict"), text_of(body, "reason"), text_of(body, "code")};
    if (out->verdict.type == DB_NULL)
        return FAIL_FIELD(w->ctx, "verdict", "required", 0, "须填写结论", "the verdict is required");
    if (out->reason.s.n > 1500) /* 500 characters in any script */
        FAIL_FIELD(w->ctx, "reason", "length", 0, "最多 500 字", "at most 500 characters");
    TRY(check_code(w, "verdict", "verdict", &out->verdict));
    TRY(check_code(w, "false_reason", "code", &out->code));
    return w->ctx->err.kind;
}

static Rc judge_one(Work *w, int64_t id, const AlarmVerdict *v)
{
    Record *old;
    TRY(store_get(w, E, id, &old));
    bool waiting = alarm_waiting(old);
    if (rec_val(E, old, "verdict")->type != DB_NULL && !waiting) return 0;
    Record *rec = rec_copy(w->ctx, E, old);
    TRY(alarm_judge(w, rec, v));
    TRY(store_update(w, E, old, rec, "judge"));
    return 1;
}

/* Whom somebody judged already and who rose no more keeps that verdict. */
Rc alarm_group_judge(Req *req, Res *res)
{
    Work w;
    const Json *body;
    AlarmVerdict v;
    int64_t judged = 0;
    Members *m = ARENA_NEW(req->ctx.arena, Members);
    Str group = req_param(req, "id");
    TRY(req_json(req, &body));
    TRY(work_begin(req, true, &w));
    TRY(read_verdict(&w, body, &v));
    TRY(read_members(&w, group, m));
    for (size_t i = 0; i < m->n; i++) {
        Rc one = judge_one(&w, m->id[i], &v);
        TRY(one);
        judged += one;
    }
    TRY(work_commit(&w));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "judged", judged);
    jout_close(out);
    return RC_OK;
}
