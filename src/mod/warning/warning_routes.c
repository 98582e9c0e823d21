/* Routes beside the derived ones: making a warning, what could take an alarm up, and the preview of the
 * orders. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"

#define AE (&alarm_entity)

enum { NEAR_MOST = 20, ALARMS_SHOWN = 200 };
#define NEAR_MS (24 * MS_HOUR)

/* What the caller may not see does not exist for him. */
static Rc of_path(Req *req, Work *w, const Entity *e, Record **out)
{
    Rc rc = store_find(w, e, req_param(req, "id"), out);
    if (rc > 0) rc = scope_of_record(w, e, *out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(e->title, w->ctx->lang));
}

Rc warning_of_path(Req *req, Work *w, Record **out)
{
    return of_path(req, w, WE, out);
}

/* ---- Making one ---- */

/* The body without the members that are no fields. */
static const Json *without(Arena *a, const Json *body, const char *const *names)
{
    Json *copy = ARENA_NEW(a, Json), **at = &copy->child;
    *copy = *body;
    copy->child = NULL;
    copy->count = 0;
    JSON_EACH(it, body)
    {
        bool drop = false;
        for (const char *const *p = names; *p; p++) drop |= str_is(it->name, *p);
        if (drop) continue;
        Json *item = ARENA_NEW(a, Json);
        *item = *it;
        item->next = NULL;
        *at = item;
        at = &item->next;
        copy->count++;
    }
    return copy;
}

/* Title and grade may be left out: they come from the alarms. */
static Rc read_fields(Work *w, const Json *body, const Record *made, Record *rec)
{
    for (size_t i = 0; i < WE->nfields; i++)
        if (rec->v[i].type == DB_NULL) rec->v[i] = made->v[i];
    return store_read_json(w, WE, body, false, 0, rec);
}

static bool wants(const Json *body, const char *name)
{
    const Json *j = json_get(body, name);
    return j && j->type == JSON_BOOL && j->b;
}

/* The short way of an officer who has no time: graded as it is filled in, published and sent out. */
static Rc publish(Work *w, Record *rec)
{
    DbVal grade[8] = {*rec_val(WE, rec, "grade")};
    TRY(perm_need(w->ctx, w->who, "warning.publish"));
    TRY(flow_do(w, WE, rec, "grade", grade));
    return flow_do(w, WE, rec, "publish", NULL);
}

/* Who makes a warning must be able to see it afterwards. */
static Rc need_scope(Work *w, const Record *rec)
{
    Rc rc = scope_of_record(w, WE, rec);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_FORBIDDEN, "warning.scope", "预警所在区划或专业不在职责范围内",
                "the warning's district or line is not in your charge");
}

static Rc create(Req *req, Res *res)
{
    static const char *const extra[] = {"alarms", "publish", NULL};
    Work w;
    const Json *body;
    int64_t ids[WARNING_ALARMS_MOST];
    size_t n;
    TRY(req_json(req, &body));
    if (body->type != JSON_OBJECT)
        return FAIL(&req->ctx, RC_INVALID, "input.object", "须为 JSON 对象", "must be a JSON object");
    TRY(work_begin(req, true, &w));
    Record *rec = rec_new(w.ctx, WE);
    TRY(read_fields(&w, without(w.ctx->arena, body, extra), rec, rec));
    TRY(warning_read_alarms(&w, json_get(body, "alarms"), ids, &n));
    TRY(warning_make(&w, rec, ids, n));
    TRY(need_scope(&w, rec));
    if (wants(body, "publish")) TRY(publish(&w, rec));
    TRY(work_commit(&w));
    res_status(res, 201);
    res_header(res, "Location", arena_printf(req->ctx.arena, "/api/warnings/%lld", (long long)rec->id));
    return store_write_json(&w, WE, rec, res_json(req, res));
}

/* ---- For the judge of an alarm ---- */

static Rc write_linked(Work *w, int64_t alarm, JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_warning_of_alarm, DB_ARGS(db_val_i64(alarm)), &c));
    jout_key(out, "linked");
    jout_open_array(out);
    while ((rc = db_next(w->ctx, c)) > 0) {
        Str state = db_str(c, 4);
        jout_open(out);
        jout_kid(out, "id", db_i64(c, 0));
        jout_ks(out, "code", db_str(c, 1));
        jout_ks(out, "title", db_str(c, 2));
        jout_ki(out, "grade", db_i64(c, 3));
        jout_ks(out, "state", state);
        jout_kz(out, "state_label", dict_label(w->kernel, "warning_state", state, w->ctx->lang));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    return rc;
}

typedef struct Near {
    int64_t id;
    Str why;
} Near;

static Rc read_near(Work *w, const Record *alarm, Near *near, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_warning_near,
                 DB_ARGS(*rec_val(AE, alarm, "object"), *rec_val(AE, alarm, "group_id"),
                         *rec_val(AE, alarm, "owner"), *rec_val(AE, alarm, "field"),
                         *rec_val(AE, alarm, "district"), db_val_i64(w->now - NEAR_MS),
                         db_val_i64(NEAR_MOST)),
                 &c));
    while ((rc = db_next(w->ctx, c)) > 0) near[(*n)++] = (Near){db_i64(c, 0), db_str_copy(w->ctx, c, 1)};
    db_close(&c);
    return rc;
}

static Rc write_near(Work *w, const Near *near, size_t n, JsonOut *out)
{
    jout_key(out, "near");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, WE, near[i].id, &rec));
        Rc sees = scope_of_record(w, WE, rec);
        TRY(sees);
        if (!sees) continue;
        jout_open(out);
        jout_ks(out, "why", near[i].why);
        jout_key(out, "warning");
        TRY(store_write_json(w, WE, rec, out));
        jout_close(out);
    }
    jout_close_array(out);
    return RC_OK;
}

static Rc near_alarm(Req *req, Res *res)
{
    Work w;
    Record *alarm;
    Near near[NEAR_MOST];
    size_t n;
    Clock clock;
    TRY(work_begin(req, false, &w));
    TRY(of_path(req, &w, AE, &alarm));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    TRY(write_linked(&w, alarm->id, out));
    TRY(read_near(&w, alarm, near, &n));
    TRY(write_near(&w, near, n, out));
    Rc runs = clock_find(&w, AE, alarm->id, "alarm.judge", &clock);
    TRY(runs);
    jout_kt(out, "judge_by", runs ? clock.due_at : TIME_NONE);
    jout_close(out);
    return RC_OK;
}

/* ---- A warning's alarms and units ---- */

static Rc alarms(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    Rc rc;
    int64_t ids[ALARMS_SHOWN];
    size_t n = 0;
    TRY(work_begin(req, false, &w));
    TRY(warning_of_path(req, &w, &rec));
    TRY(db_query(w.ctx, w.db, &q_warning_alarms, DB_ARGS(db_val_i64(rec->id), db_val_i64(ALARMS_SHOWN)), &c));
    while ((rc = db_next(w.ctx, c)) > 0) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        Record *alarm;
        TRY(store_get(&w, AE, ids[i], &alarm));
        rc = scope_of_record(&w, AE, alarm);
        TRY(rc);
        if (rc) TRY(store_write_json(&w, AE, alarm, out));
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

static Rc write_unit(Work *w, const RouteUnit *u, JsonOut *out)
{
    Record *body;
    TRY(store_get(w, &body_entity, u->body, &body));
    jout_open(out);
    jout_ks(out, "body", rec_text(&body_entity, body, "code"));
    jout_ks(out, "body_title", rec_text(&body_entity, body, "name"));
    jout_ks(out, "role", u->role);
    jout_kz(out, "role_title", dict_label(w->kernel, "order_role", u->role, w->ctx->lang));
    jout_ks(out, "how", u->how);
    jout_ks(out, "rule", u->rule ? u->rule->code : STR_NONE);
    jout_kz(out, "why", text_in(u->why, w->ctx->lang));
    jout_close(out);
    return RC_OK;
}

static void write_gap(Work *w, bool gap, const char *role, JsonOut *out)
{
    if (!gap) return;
    jout_open(out);
    jout_kz(out, "role", role);
    jout_kz(out, "role_title", dict_label(w->kernel, "order_role", str_of(role), w->ctx->lang));
    jout_close(out);
}

static Rc routing(Req *req, Res *res)
{
    Work w;
    Record *rec;
    Preview *p;
    TRY(work_begin(req, false, &w));
    TRY(warning_of_path(req, &w, &rec));
    TRY(dispatch_preview(&w, rec, &p));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "orders");
    jout_open_array(out);
    for (size_t i = 0; i < p->units.n; i++) TRY(write_unit(&w, &p->units.unit[i], out));
    jout_close_array(out);
    jout_key(out, "gaps");
    jout_open_array(out);
    write_gap(&w, p->units.no_owner, "owner", out);
    write_gap(&w, p->units.no_department, "department", out);
    write_gap(&w, p->units.no_district, "district", out);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

const Route warning_routes[WARNING_ROUTES] = {
    {HTTP_POST, "/api/warnings", "warning.judge", create, .title = T("研判转预警", "Make a warning")},
    {HTTP_GET, "/api/warnings/figures", "warning.read", warning_figures,
     .title = T("预警响应指标", "Response times")},
    {HTTP_GET, "/api/warnings/false-alarms", "alarm.read", warning_false_alarms,
     .title = T("误报统计", "False alarms")},
    {HTTP_GET, "/api/warnings/{id}/alarms", "warning.read", alarms,
     .title = T("预警的报警", "Alarms of a warning")},
    {HTTP_GET, "/api/warnings/{id}/alarms-near", "warning.judge", warning_candidates,
     .title = T("可并入预警的报警", "Alarms a warning could take up")},
    {HTTP_GET, "/api/warnings/{id}/routing", "warning.judge", routing,
     .title = T("派单预览", "Units that would get an order")},
    {HTTP_GET, "/api/warnings/{id}/answers", "warning.read", warning_answers,
     .title = T("未反馈单位", "Who has not answered")},
    {HTTP_GET, "/api/warnings/{id}/steps", "warning.read", warning_steps,
     .title = T("各环节用时", "Times of the steps")},
    {HTTP_GET, "/api/warnings/{id}/cap", "warning.read", cap_list, .title = T("CAP 消息", "CAP messages")},
    {HTTP_GET, "/api/alarms/{id}/warnings-near", "warning.judge", near_alarm,
     .title = T("报警可并入的预警", "Warnings an alarm could join")},
    {HTTP_GET, "/cap/warnings/{id}", "cap.read", cap_show, .flags = ROUTE_WRITE_AUTH,
     .title = T("CAP 1.2 预警消息", "CAP 1.2 message of a warning")},
    {HTTP_GET, "/cap/feed.atom", "cap.read", cap_feed, .flags = ROUTE_WRITE_AUTH,
     .title = T("CAP 预警订阅", "Feed of CAP messages")},
};
