/* Routes beside the derived ones: counts for the map's rail, the timeline of one alarm, the load figures. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/clock.h"
#include "base/num.h"

#include <stdio.h>

#define TIMELINE_MOST 500
#define LOAD_DAYS_MOST 366

static Rc summary(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    DbCursor *c;
    TRY(db_query(w.ctx, w.db, &q_alarm_counts, DB_NO_ARGS, &c));
    int64_t by_grade[5] = {0}, waiting = 0;
    StrBuf fields;
    JsonOut per_field;
    buf_init(&fields, w.ctx->arena);
    jout_init(&per_field, &fields);
    jout_open_array(&per_field);
    Rc rc;
    while ((rc = db_next(w.ctx, c)) > 0) {
        int64_t grade = db_i64(c, 0), n = db_i64(c, 3);
        if (grade >= 1 && grade <= 4) by_grade[grade] += n;
        waiting += db_i64(c, 2);
        jout_open(&per_field);
        jout_ks(&per_field, "field", db_str(c, 1));
        jout_ki(&per_field, "grade", grade);
        jout_ki(&per_field, "count", n);
        jout_close(&per_field);
    }
    TRY(rc);
    jout_close_array(&per_field);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "by_grade");
    jout_open(out);
    for (int g = 1; g <= 4; g++) jout_ki(out, (const char *[]){"", "1", "2", "3", "4"}[g], by_grade[g]);
    jout_close(out);
    jout_ki(out, "unacknowledged", waiting);
    jout_key(out, "by_field");
    jout_raw(out, buf_str(&fields));
    jout_close(out);
    return RC_OK;
}

static Rc timeline(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    Record *rec;
    Rc found = store_find(&w, &alarm_entity, req_param(req, "id"), &rec);
    TRY(found);
    if (!found) return FAIL(w.ctx, RC_NOT_FOUND, "alarm.unknown", "没有这条报警", "no such alarm");
    DbCursor *c;
    TRY(db_query(w.ctx, w.db, &q_alarm_event_list, DB_ARGS(db_val_i64(rec->id), db_val_i64(TIMELINE_MOST)), &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    Rc rc;
    while ((rc = db_next(w.ctx, c)) > 0) {
        jout_open(out);
        jout_kt(out, "t", db_i64(c, 0));
        jout_ks(out, "event", db_str(c, 1));
        jout_key(out, "grade");
        if (db_is_null(c, 2))
            jout_null(out);
        else
            jout_i64(out, db_i64(c, 2));
        jout_kf(out, "value", db_f64(c, 3));
        jout_kb(out, "announced", db_bool(c, 4));
        jout_close(out);
    }
    TRY(rc);
    jout_close_array(out);
    TRY(db_query_one(w.ctx, w.db, &q_alarm_false_rate, DB_ARGS(*rec_val(&alarm_entity, rec, "point")), &c));
    jout_ki(out, "judged", db_i64(c, 0));
    jout_ki(out, "judged_false", db_i64(c, 1));
    db_close(&c);
    jout_close(out);
    return RC_OK;
}

static Rc read_activations(Work *w, int64_t from, int64_t to, Activation **list, size_t *n)
{
    DbCursor *c;
    size_t cap = 256;
    *list = ARENA_ARRAY(w->ctx->arena, Activation, cap);
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_alarm_activations, DB_ARGS(db_val_i64(from), db_val_i64(to)), &c));
    Rc rc;
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (*n == cap) {
            Activation *bigger = ARENA_ARRAY(w->ctx->arena, Activation, cap * 2);
            memcpy(bigger, *list, cap * sizeof **list);
            *list = bigger;
            cap *= 2;
        }
        (*list)[(*n)++] =
            (Activation){db_i64(c, 0), db_i64(c, 1), db_str_copy(w->ctx, c, 2), (int)db_i64(c, 3)};
    }
    db_close(&c);
    return rc;
}

static Rc whole_query(Req *req, const char *name, int64_t fallback, int64_t most, int64_t *out)
{
    Str s = req_query(req, name);
    *out = fallback;
    if (!s.p) return RC_OK;
    if (!num_parse_i64(s, out) || *out < 1 || *out > most)
        return FAIL_FIELD(&req->ctx, name, "range", 0, "须为 1 至 %lld 的整数", "must be a whole number from 1 to %lld",
                          (long long)most);
    return RC_OK;
}

static Rc write_top(Work *w, const AlarmLoad *load, JsonOut *out)
{
    const Entity *points = kernel_entity(w->kernel, "points");
    jout_key(out, "top");
    jout_open_array(out);
    for (size_t i = 0; i < load->ntop; i++) {
        Record *point;
        jout_open(out);
        jout_ks(out, "rule", load->top[i].rule);
        jout_kid(out, "point_id", load->top[i].point_id);
        Rc rc = store_find(w, points, str_printf(w->ctx->arena, "%lld", (long long)load->top[i].point_id), &point);
        TRY(rc);
        if (rc > 0) {
            jout_ks(out, "point", rec_text(points, point, "code"));
            jout_ks(out, "name", rec_text(points, point, "name"));
        }
        jout_ki(out, "count", (int64_t)load->top[i].n);
        jout_kb(out, "chattering", load->top[i].chattering);
        jout_close(out);
    }
    jout_close_array(out);
    return RC_OK;
}

static Rc load(Req *req, Res *res)
{
    int64_t days, operators;
    TRY(whole_query(req, "days", 30, LOAD_DAYS_MOST, &days));
    TRY(whole_query(req, "operators", 1, 1000, &operators));
    Work w;
    TRY(work_begin(req, false, &w));
    int64_t to = w.now, from = to - days * MS_DAY;
    Activation *list;
    size_t n;
    TRY(read_activations(&w, from, to, &list, &n));
    AlarmLoad figures;
    alarm_load_count(w.ctx->arena, list, n, from, to, (int)operators, &figures);
    DbCursor *c;
    TRY(db_query_one(w.ctx, w.db, &q_alarm_stale, DB_ARGS(db_val_i64(to - MS_DAY)), &c));
    int64_t stale = db_i64(c, 0);
    db_close(&c);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kt(out, "from", from);
    jout_kt(out, "to", to);
    jout_ki(out, "operators", operators);
    jout_ki(out, "activations", (int64_t)figures.activations);
    jout_kf(out, "per_day", figures.per_day);
    jout_kf(out, "per_hour", figures.per_hour);
    jout_kf(out, "per_10min", figures.per_10min);
    jout_ki(out, "peak_10min", (int64_t)figures.peak);
    jout_kf(out, "flood_share", figures.flood_share);
    jout_ki(out, "flood_buckets", (int64_t)figures.flood_buckets);
    jout_kf(out, "top_share", figures.top_share);
    jout_ki(out, "chattering", (int64_t)figures.chattering);
    jout_ki(out, "stale", stale);
    jout_key(out, "by_grade");
    jout_open(out);
    for (int g = 1; g <= 4; g++) jout_ki(out, (const char *[]){"", "1", "2", "3", "4"}[g], (int64_t)figures.by_grade[g]);
    jout_close(out);
    TRY(write_top(&w, &figures, out));
    jout_close(out);
    return RC_OK;
}

const Route alarm_routes[] = {
    {HTTP_GET, "/api/alarms/summary", "alarm.read", summary, .title = T("报警计数", "Counts of open alarms")},
    {HTTP_GET, "/api/alarms/{id}/timeline", "alarm.read", timeline, .title = T("报警时间线", "Timeline of an alarm")},
    {HTTP_GET, "/api/alarms/load", "alarm.read", load, .title = T("报警负荷", "Alarm load after ISA-18.2")},
};
const size_t alarm_nroutes = ARRAY_LEN(alarm_routes);
