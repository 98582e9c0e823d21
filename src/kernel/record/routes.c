/* The handlers of the derived routes. Every answer is rendered before the commit: what the caller reads is
 * what the transaction wrote, and a repeated create can be answered with the very same body. */
#include "record/routes.h"
#include "record/place.h"
#include "record/list_int.h"
#include "base/num.h"
#include "flow/flow_int.h"
#include "kernel_queries_sql.h"

#define TITLE(e, ctx) text_in((e)->title, (ctx)->lang)

static void take_unknown(void *ud, Str name, Str value)
{
    const void **pair = ud;
    Req *req = (Req *)(uintptr_t)pair[0];
    const char *const *known = pair[1];
    (void)value;
    if (str_is(name, "lang")) return;
    for (; *known; known++)
        if (str_is(name, *known)) return;
    FAIL_FIELD(&req->ctx, str_z(req->ctx.arena, name), "unknown", 0, "没有查询参数“%.*s”",
               "there is no query parameter \"%.*s\"", STR_ARG(name));
}

Rc query_only(Req *req, const char *const *names)
{
    const void *pair[2] = {req, names};
    req_each_query(req, take_unknown, pair);
    return req->ctx.err.kind;
}

Rc req_fields(Req *req, const Field *fields, size_t n, DbVal *out)
{
    const Json *body;
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req), .who = req->who};
    TRY(req_json(req, &body));
    return fields_read_json(&w, fields, n, body, 0, true, out);
}

Rc route_record(Work *w, Req *req, const Entity *e, Record **out)
{
    Rc rc = scope_find(w, e, req_param(req, "id"), out); /* outside is as if it were not there */
    if (rc) return rc < 0 ? rc : 0;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                TITLE(e, w->ctx));
}

static void set_etag(Req *req, Res *res, int64_t version)
{
    res_header(res, "ETag", arena_printf(req->ctx.arena, "\"%lld\"", (long long)version));
}

/* One record as the whole answer, rendered now. */
static Rc answer_record(Work *w, Req *req, Res *res, const Entity *e, const Record *rec, Str *out)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    TRY(store_write_json(w, e, rec, &o));
    set_etag(req, res, rec->version);
    *out = buf_str(&b);
    res_body(res, "application/json", *out);
    return 0;
}

/* ---- If-Match ---- */

static bool tag_matches(Str tags, int64_t version)
{
    while (tags.n) {
        Str tag = str_trim(str_cut(&tags, ','));
        if (str_is(tag, "*")) return true;
        if (str_starts(tag, STR("W/"))) tag = str_n(tag.p + 2, tag.n - 2);
        int64_t n;
        if (tag.n >= 2 && tag.p[0] == '"' && num_parse_i64(str_n(tag.p + 1, tag.n - 2), &n) && n == version)
            return true;
    }
    return false;
}

/* Who was faster stands in the words. */
static Rc check_match(Work *w, Req *req, const Record *rec, bool required)
{
    Str tags = req_header(req, "If-Match");
    if (!tags.n && !required) return 0;
    if (!tags.n)
        return FAIL(&req->ctx, RC_NO_MATCH, "if_match.required", "修改须带 If-Match（读取时所得的 ETag）",
                    "a change needs If-Match, the ETag that was read");
    if (tag_matches(tags, rec->version)) return 0;
    return FAIL(&req->ctx, RC_STALE, "record.stale", "记录已被修改，请重新读取%s",
                "the record was changed meanwhile, read it again%s",
                flow_last_words(w, entity_info(w->kernel, route_entity(req)), rec->id));
}

static Rc check_live(Req *req, const Entity *e, const Record *rec)
{
    if (rec->archived_at == INT64_MIN) return 0;
    return FAIL(&req->ctx, RC_STATE, "record.archived", "这条%s已归档，不能修改",
                "the record is archived and cannot be changed: %s", TITLE(e, &req->ctx));
}

/* ---- List and read ---- */

static Rc check_size(Work *w)
{
    if (!arena_over(w->ctx->arena)) return 0;
    return FAIL(w->ctx, RC_TOO_LARGE, "list.too_large", "结果过大，请减小 limit",
                "the result is too large, lower limit");
}

static Str keep_text(Arena *a, Str s)
{
    return s.p ? str_copy(a, s) : s;
}

/* Matters show more than their records: the page is read to its end, then what belongs to all its rows at
 * once (flow/matter_page.c), then it is written. */
typedef struct Kept {
    Record *rec;
    RefName *names;
} Kept;

static void keep_row(Ctx *ctx, const Entity *e, const ListRows *rows, Kept *to)
{
    to->rec = rec_copy(ctx, e, list_record(rows));
    to->names = ARENA_ARRAY(ctx->arena, RefName, e->nfields);
    for (size_t i = 0; i < e->nfields; i++) {
        DbVal *v = &to->rec->v[i];
        if (v->type == DB_TEXT || v->type == DB_JSON) v->s = keep_text(ctx->arena, v->s);
        RefName name = list_ref(rows, i);
        to->names[i] = (RefName){keep_text(ctx->arena, name.code), keep_text(ctx->arena, name.title)};
    }
}

static Rc write_matters(Work *w, ListRows *rows, const EntityInfo *info, int64_t limit, JsonOut *o)
{
    Kept *page = ARENA_ARRAY(w->ctx->arena, Kept, (size_t)limit + 1);
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, (size_t)limit + 1);
    size_t n = 0;
    Rc rc;
    while ((rc = list_next(rows)) > 0) {
        keep_row(w->ctx, info->e, rows, &page[n]);
        ids[n] = page[n].rec->id;
        n++;
        TRY(check_size(w));
    }
    if (rc < 0) return rc;
    TRY(matter_page_read(w, ids, n));
    for (size_t i = 0; i < n; i++) {
        TRY(store__write(w, info, page[i].rec, page[i].names, o));
        TRY(check_size(w));
    }
    return 0;
}

static Rc write_rows(Work *w, ListRows *rows, const EntityInfo *info, JsonOut *o)
{
    const Entity *e = info->e;
    RefName *names = ARENA_ARRAY(w->ctx->arena, RefName, e->nfields);
    Rc rc;
    while ((rc = list_next(rows)) > 0) {
        for (size_t i = 0; i < e->nfields; i++) names[i] = list_ref(rows, i);
        TRY(store__write(w, info, list_record(rows), names, o));
        TRY(check_size(w));
    }
    return rc;
}

static Rc write_items(Work *w, ListRows *rows, const ListQuery *q, JsonOut *o)
{
    jout_key(o, "items");
    jout_open_array(o);
    TRY(q->info->e->flow ? write_matters(w, rows, q->info, q->limit, o) : write_rows(w, rows, q->info, o));
    jout_close_array(o);
    return 0;
}

Rc route_list(Req *req, Res *res)
{
    const Entity *e = route_entity(req);
    ListQuery *q;
    TRY(list_parse(req, e, true, &q));
    Work w;
    TRY(work_begin(req, false, &w));
    int64_t count;
    bool exact;
    TRY(list_count(&w, q, &count, &exact));
    ListRows *rows;
    TRY(list_open(&w, q, &rows));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    TRY(write_items(&w, rows, q, &o));
    jout_kz(&o, "next", list_more(rows));
    jout_ki(&o, "count", count);
    jout_kb(&o, "count_exact", exact);
    jout_close(&o);
    res_body(res, "application/json", buf_str(&b));
    return work_commit(&w);
}

static const char *const no_parameters[] = {NULL};

Rc route_read(Req *req, Res *res)
{
    const Entity *e = route_entity(req);
    TRY(query_only(req, no_parameters));
    Work w;
    Record *rec;
    Str text;
    TRY(work_begin(req, false, &w));
    TRY(route_record(&w, req, e, &rec));
    TRY(answer_record(&w, req, res, e, rec, &text));
    return work_commit(&w);
}

/* ---- Create ---- */

/* A create or an action that carries an Idempotency-Key; key.n 0: it carries none. */
typedef struct Repeat {
    Str key;
    const char *who, *request;
} Repeat;

static Rc read_repeat(Req *req, Repeat *r)
{
    enum { KEY_MAX = 200 };
    *r = (Repeat){.key = str_trim(req_header(req, "Idempotency-Key"))};
    if (!r->key.n) return 0;
    if (r->key.n > KEY_MAX || !str_utf8_ok(r->key))
        return FAIL_FIELD(&req->ctx, "Idempotency-Key", "length", 0, "Idempotency-Key 不能超过 %d 字节",
                          "Idempotency-Key must not exceed %d bytes", KEY_MAX);
    r->who = arena_printf(req->ctx.arena, "%s:%lld", req->who->is_token ? "token" : "user",
                          (long long)req->who->user_id);
    r->request = secret_hash(req->ctx.arena, req->body);
    return 0;
}

/* The answer kept is of a record that may have left the caller's scope since. */
static Rc replay_in_scope(Work *w, Req *req, int64_t id)
{
    const Entity *e = route_entity(req);
    Record *rec;
    TRY(store_get(w, e, id, &rec));
    return scope_need(w, e, rec);
}

/* 1: answered as before. */
static Rc replay(Work *w, Req *req, Res *res, const Repeat *r)
{
    enum { HOURS_KEPT = 24 };
    DbCursor *c;
    int64_t since = w->now - HOURS_KEPT * INT64_C(3600000);
    Rc rc = db_query_one(
        w->ctx, w->db, &q_idempotency_find,
        DB_ARGS(db_val_z(r->who), db_val_text(req->path), db_val_text(r->key), db_val_i64(since)), &c);
    if (rc <= 0) return rc;
    if (!str_is(db_str(c, Q_IDEMPOTENCY_FIND_REQUEST), r->request))
        return FAIL(w->ctx, RC_CONFLICT, "idempotency.reused", "Idempotency-Key 已用于另一内容的请求",
                    "the Idempotency-Key was used for another request");
    int64_t id = db_i64(c, Q_IDEMPOTENCY_FIND_RECORD_ID);
    TRY(replay_in_scope(w, req, id));
    set_etag(req, res, db_i64(c, Q_IDEMPOTENCY_FIND_VERSION));
    if (!route_action_of(req)) {
        res_status(res, 201);
        res_header(res, "Location",
                   arena_printf(w->ctx->arena, "%.*s/%lld", STR_ARG(req->path), (long long)id));
    }
    res_header(res, "Idempotency-Replayed", "true");
    res_body(res, "application/json", db_str_copy(w->ctx, c, Q_IDEMPOTENCY_FIND_BODY));
    db_close(&c);
    return 1;
}

static Rc remember(Work *w, Req *req, const Repeat *r, const Record *rec, Str body)
{
    Rc rc = db_exec(w->ctx, w->db, &q_idempotency_add,
                    DB_ARGS(db_val_z(r->who), db_val_text(req->path), db_val_text(r->key), db_val_i64(w->now),
                            db_val_z(r->request), db_val_i64(rec->id), db_val_i64(rec->version),
                            db_val_text(body)));
    return rc < 0 ? rc : 0;
}

/* What is told once stands in this answer and not in the one that is kept for a repetition. */
static void answer_told(Work *w, Req *req, Res *res, Str body)
{
    const ToldOnce *told = work__told(w, req->ctx.arena, NULL);
    if (told) res_header(res, "Cache-Control", "no-store");
    body = told_into(&req->ctx, told, body);
    res_body(res, "application/json", warned_into(&req->ctx, work__warned(w), body));
}

static Rc create(Work *w, Req *req, Res *res, const Repeat *repeat)
{
    const Entity *e = route_entity(req);
    const Json *body;
    Record *rec = rec_new(&req->ctx, e);
    TRY(req_json(req, &body));
    TRY(store_read_json(w, e, body, true, 0, rec));
    work__listen(w);
    TRY(store_insert(w, e, rec));
    TRY(scope_need(w, e, rec));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    TRY(store_write_json(w, e, rec, &o));
    if (repeat->key.n) TRY(remember(w, req, repeat, rec, buf_str(&b)));
    res_status(res, 201);
    set_etag(req, res, rec->version);
    res_header(res, "Location", arena_printf(req->ctx.arena, "/api/%s/%lld", e->plural, (long long)rec->id));
    answer_told(w, req, res, buf_str(&b));
    return 0;
}

Rc route_create(Req *req, Res *res)
{
    TRY(query_only(req, no_parameters));
    Repeat repeat;
    TRY(read_repeat(req, &repeat));
    Work w;
    TRY(work_begin(req, true, &w));
    Rc done = repeat.key.n ? replay(&w, req, res, &repeat) : 0;
    if (done < 0) return done;
    if (!done) TRY(create(&w, req, res, &repeat));
    return work_commit(&w);
}

/* ---- Change, archive, act ---- */

Rc route_change(Req *req, Res *res)
{
    const Entity *e = route_entity(req);
    TRY(query_only(req, no_parameters));
    const Json *body;
    TRY(req_json(req, &body));
    Work w;
    Record *rec;
    TRY(work_begin(req, true, &w));
    TRY(route_record(&w, req, e, &rec));
    TRY(check_match(&w, req, rec, true));
    TRY(check_live(req, e, rec));
    Record *old = rec_copy(&req->ctx, e, rec);
    TRY(store_read_json(&w, e, body, false, 0, rec));
    TRY(store_update(&w, e, old, rec, "change"));
    TRY(scope_need(&w, e, rec));
    Str text;
    TRY(answer_record(&w, req, res, e, rec, &text));
    res_body(res, "application/json", warned_into(&req->ctx, work__warned(&w), text));
    return work_commit(&w);
}

/* A matter is carried to its end, not put away: only what nobody has acted on yet can be archived. */
static Rc check_untouched(Work *w, const Entity *e, const Record *rec)
{
    if (!e->flow) return 0;
    const FlowState *s = flow_state_named(e->flow, rec_text(e, rec, e->flow->state));
    if (s && (s->flags & STATE_INITIAL)) return 0;
    return FAIL(w->ctx, RC_STATE, "record.under_way", "这条%s已进入办理流程，不能归档，请按流程办结或撤销",
                "the record is under way and cannot be archived; end it by its own steps: %s",
                text_in(e->title, w->ctx->lang));
}

Rc route_archive(Req *req, Res *res)
{
    const Entity *e = route_entity(req);
    TRY(query_only(req, no_parameters));
    Work w;
    Record *rec;
    TRY(work_begin(req, true, &w));
    TRY(route_record(&w, req, e, &rec));
    TRY(check_match(&w, req, rec, false));
    TRY(check_untouched(&w, e, rec));
    TRY(store_archive(&w, e, rec));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}

static const Json empty_object = {.type = JSON_OBJECT};

static Rc read_params(Work *w, Req *req, const Action *a, DbVal **out)
{
    const Json *body = &empty_object;
    if (req->body.n) TRY(req_json(req, &body));
    *out = ARENA_ARRAY(w->ctx->arena, DbVal, a->nparams);
    TRY(fields_read_json(w, a->params, a->nparams, body, 0, true, *out));
    for (size_t i = 0; i < a->nparams; i++)
        if (!strcmp(a->params[i].name, "reason") && (*out)[i].type == DB_TEXT)
            w->why = str_z(w->ctx->arena, (*out)[i].s);
    return 0;
}

static Rc act(Work *w, Req *req, Res *res, const Repeat *repeat)
{
    const Entity *e = route_entity(req);
    const EntityAction *action = route_action_of(req);
    Record *rec;
    DbVal *params;
    TRY(route_record(w, req, e, &rec));
    TRY(check_match(w, req, rec, false));
    TRY(check_live(req, e, rec));
    TRY(read_params(w, req, &action->a, &params));
    work__listen(w);
    TRY(action_run(w, entity_info(w->kernel, e), action, rec, params));
    Str body;
    TRY(answer_record(w, req, res, e, rec, &body));
    answer_told(w, req, res, body);
    return repeat->key.n ? remember(w, req, repeat, rec, body) : 0;
}

/* With an Idempotency-Key a repeated action is answered as the first time and done once. */
Rc route_action(Req *req, Res *res)
{
    TRY(query_only(req, no_parameters));
    Repeat repeat;
    TRY(read_repeat(req, &repeat));
    Work w;
    TRY(work_begin(req, true, &w));
    Rc done = repeat.key.n ? replay(&w, req, res, &repeat) : 0;
    if (done < 0) return done;
    if (!done) TRY(act(&w, req, res, &repeat));
    return work_commit(&w);
}
