/* Routes beside the derived ones: the table of them, counts for the map's rail, the timeline of one alarm,
 * and what all of them need to read their query. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/clock.h"
#include "base/num.h"

#define TIMELINE_MOST 500

/* One field error per query parameter that is not in names (NULL-ended). */
typedef struct Known {
    Req *req;
    const char *const *names;
} Known;

static void refuse_unknown(void *ud, Str name, Str value)
{
    (void)value;
    Known *k = ud;
    if (str_is(name, "lang")) return;
    for (const char *const *p = k->names; *p; p++)
        if (str_is(name, *p)) return;
    FAIL_FIELD(&k->req->ctx, str_z(k->req->ctx.arena, name), "unknown", 0, "没有查询参数“%.*s”",
               "there is no query parameter \"%.*s\"", STR_ARG(name));
}

Rc alarm_query_only(Req *req, const char *const *names)
{
    req_each_query(req, refuse_unknown, &(Known){req, names});
    return req->ctx.err.kind;
}

Rc alarm_query_whole(Req *req, const char *name, int64_t fallback, int64_t most, int64_t *out)
{
    Str s = req_query(req, name);
    *out = fallback;
    if (!s.p) return RC_OK;
    if (!num_parse_i64(s, out) || *out < 1 || *out > most)
        return FAIL_FIELD(&req->ctx, name, "range", 0, "须为 1 至 %lld 的整数",
                          "must be a whole number from 1 to %lld", (long long)most);
    return RC_OK;
}

Rc alarm_of_path(Req *req, Work *w, Record **out)
{
    Rc found = scope_find(w, &alarm_entity, req_param(req, "id"), out);
    TRY(found);
    return found ? RC_OK : FAIL(w->ctx, RC_NOT_FOUND, "alarm.unknown", "没有这条报警", "no such alarm");
}

/* ---- Counts ---- */

static const char *const grade_names[] = {"", "1", "2", "3", "4"};

typedef struct FieldCount {
    Str field;
    int64_t n;
} FieldCount;

typedef struct Counts {
    int64_t by_grade[ARRAY_LEN(grade_names)], waiting;
    FieldCount *fields;
    size_t nfields, cap;
} Counts;

static void count_field(Ctx *ctx, Counts *c, Str field, int64_t n)
{
    for (size_t i = 0; i < c->nfields; i++)
        if (str_eq(c->fields[i].field, field)) {
            c->fields[i].n += n;
            return;
        }
    if (c->nfields == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        FieldCount *more = ARENA_ARRAY(ctx->arena, FieldCount, cap);
        if (c->nfields) memcpy(more, c->fields, c->nfields * sizeof *more);
        c->fields = more;
        c->cap = cap;
    }
    c->fields[c->nfields++] = (FieldCount){str_copy(ctx->arena, field), n};
}

static Rc read_counts(Work *w, Counts *out)
{
    DbCursor *c;
    Rc rc;
    *out = (Counts){0};
    TRY(scope_query(w, &q_alarm_counts, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        int64_t grade = db_i64(c, 0), n = db_i64(c, 3);
        if (grade >= 1 && grade <= 4) out->by_grade[grade] += n;
        out->waiting += db_i64(c, 2);
        if (!db_is_null(c, 1)) count_field(w->ctx, out, db_str(c, 1), n);
    }
    db_close(&c);
    return rc;
}

static Rc summary(Req *req, Res *res)
{
    Work w;
    Counts counts;
    TRY(alarm_query_only(req, (const char *const[]){NULL}));
    TRY(work_begin(req, false, &w));
    TRY(read_counts(&w, &counts));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "by_grade");
    jout_open(out);
    for (size_t g = 1; g < ARRAY_LEN(grade_names); g++) jout_ki(out, grade_names[g], counts.by_grade[g]);
    jout_close(out);
    jout_ki(out, "unacknowledged", counts.waiting);
    jout_key(out, "by_field");
    jout_open(out);
    for (size_t i = 0; i < counts.nfields; i++) {
        jout_key_n(out, counts.fields[i].field);
        jout_i64(out, counts.fields[i].n);
    }
    jout_close(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Timeline ---- */

/* What was said at this step; an operator's step has no figures. */
static void write_reason(const DbCursor *c, JsonOut *out)
{
    jout_key(out, "reason");
    if (db_is_null(c, 6)) {
        jout_null(out);
        return;
    }
    jout_open(out);
    jout_ks(out, "zh", db_str(c, 6));
    jout_ks(out, "en", db_str(c, 7));
    jout_close(out);
}

static Rc write_timeline(Work *w, int64_t id, JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_alarm_event_list, DB_ARGS(db_val_i64(id), db_val_i64(TIMELINE_MOST)), &c));
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(w->ctx, c)) > 0) {
        jout_open(out);
        jout_kt(out, "t", db_i64(c, 0));
        jout_ks(out, "event", db_str(c, 1));
        jout_key(out, "grade");
        if (db_is_null(c, 2)) jout_null(out);
        else jout_i64(out, db_i64(c, 2));
        jout_kf(out, "value", db_f64(c, 3));
        jout_kb(out, "announced", db_bool(c, 4));
        jout_kf(out, "limit", db_f64(c, 5));
        write_reason(c, out);
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    return rc;
}

static Rc timeline(Req *req, Res *res)
{
    Work w;
    Record *rec;
    DbCursor *c;
    TRY(alarm_query_only(req, (const char *const[]){NULL}));
    TRY(work_begin(req, false, &w));
    TRY(alarm_of_path(req, &w, &rec));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    TRY(write_timeline(&w, rec->id, out));
    Rc rc =
        db_query_one(w.ctx, w.db, &q_alarm_false_rate, DB_ARGS(*rec_val(&alarm_entity, rec, "point")), &c);
    TRY(rc);
    jout_ki(out, "judged", rc ? db_i64(c, 0) : 0);
    jout_ki(out, "judged_false", rc ? db_i64(c, 1) : 0);
    jout_close(out);
    return RC_OK;
}

const Route alarm_routes[ALARM_ROUTES] = {
    {HTTP_GET, "/api/alarms/summary", "alarm.read", summary, .title = T("报警计数", "Counts of open alarms")},
    {HTTP_GET, "/api/alarms/{id}/timeline", "alarm.read", timeline,
     .title = T("报警时间线", "Timeline of an alarm")},
    {HTTP_GET, "/api/alarms/{id}/evidence", "alarm.read", alarm_evidence,
     .title = T("研判依据", "What an alarm is judged by")},
    {HTTP_GET, "/api/alarms/load", "alarm.read", alarm_load,
     .title = T("报警负荷", "Alarm load after ISA-18.2")},
    {HTTP_GET, "/api/alarm-groups/{id}", "alarm.read", alarm_group_show,
     .title = T("报警组", "Alarms of one site and moment")},
    {HTTP_POST, "/api/alarm-groups/{id}/judge", "alarm.ack", alarm_group_judge,
     .title = T("研判整组报警", "Judge a group of alarms")},
};
