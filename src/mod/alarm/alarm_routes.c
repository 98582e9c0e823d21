/* Routes beside the derived ones: counts for the map's rail, the timeline of one alarm, the load figures. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/strmap.h"

#define TIMELINE_MOST    500
#define LOAD_DAYS_MOST   366
#define ACTIVATIONS_MOST 1000000 /* of one answer: 40 MB */

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

static Rc query_only(Req *req, const char *const *names)
{
    req_each_query(req, refuse_unknown, &(Known){req, names});
    return req->ctx.err.kind;
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
    TRY(db_query(w->ctx, w->db, &q_alarm_counts, DB_NO_ARGS, &c));
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
    TRY(query_only(req, (const char *const[]){NULL}));
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
    TRY(query_only(req, (const char *const[]){NULL}));
    TRY(work_begin(req, false, &w));
    Rc found = store_find(&w, &alarm_entity, req_param(req, "id"), &rec);
    TRY(found);
    if (!found) return FAIL(w.ctx, RC_NOT_FOUND, "alarm.unknown", "没有这条报警", "no such alarm");
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

/* ---- Load ---- */

/* Tags repeat: a name is kept once. */
static Str intern(Ctx *ctx, StrMap *names, Str **list, size_t *cap, Str s)
{
    uint32_t at = strmap_get(names, s);
    if (at != STRMAP_NONE) return (*list)[at];
    size_t n = strmap_count(names);
    if (n == *cap) {
        size_t more = *cap ? *cap * 2 : 64;
        Str *bigger = ARENA_ARRAY(ctx->arena, Str, more);
        if (n) memcpy(bigger, *list, n * sizeof *bigger);
        *list = bigger;
        *cap = more;
    }
    (*list)[n] = str_copy(ctx->arena, s);
    strmap_put(names, s, (uint32_t)n);
    return (*list)[n];
}

typedef struct Activations {
    Activation *list;
    size_t n, cap, names_cap;
    StrMap *names;
    Str *rules;
} Activations;

static void free_names(void *arg)
{
    StrMap *names = arg;
    strmap_free(&names);
}

static void add_activation(Ctx *ctx, Activations *a, Activation one)
{
    if (a->n == a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 1024;
        Activation *bigger = ARENA_ARRAY(ctx->arena, Activation, cap);
        if (a->n) memcpy(bigger, a->list, a->n * sizeof *bigger);
        a->list = bigger;
        a->cap = cap;
    }
    one.rule = intern(ctx, a->names, &a->rules, &a->names_cap, one.rule);
    a->list[a->n++] = one;
}

static Rc read_activations(Work *w, int64_t from, int64_t to, Activations *a)
{
    DbCursor *c;
    Rc rc;
    *a = (Activations){.names = strmap_new(64)};
    arena_defer(w->ctx->arena, free_names, a->names);
    TRY(db_query(w->ctx, w->db, &q_alarm_activations, DB_ARGS(db_val_i64(from), db_val_i64(to)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (a->n == ACTIVATIONS_MOST)
            return FAIL(w->ctx, RC_TOO_LARGE, "alarm.load", "报警过多，请减少天数",
                        "too many alarms, ask for fewer days");
        add_activation(w->ctx, a, (Activation){db_i64(c, 0), db_i64(c, 1), db_str(c, 2), (int)db_i64(c, 3)});
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
        return FAIL_FIELD(&req->ctx, name, "range", 0, "须为 1 至 %lld 的整数",
                          "must be a whole number from 1 to %lld", (long long)most);
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
        Rc rc = store_find(w, points, str_printf(w->ctx->arena, "%lld", (long long)load->top[i].point_id),
                           &point);
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

static Rc read_stale(Work *w, int64_t before, int64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_stale, DB_ARGS(db_val_i64(before)), &c);
    *out = rc > 0 ? db_i64(c, 0) : 0;
    return rc < 0 ? rc : RC_OK;
}

static void write_figures(const AlarmLoad *f, JsonOut *out)
{
    jout_ki(out, "activations", (int64_t)f->activations);
    jout_kf(out, "per_day", f->per_day);
    jout_kf(out, "per_hour", f->per_hour);
    jout_kf(out, "per_10min", f->per_10min);
    jout_ki(out, "peak_10min", (int64_t)f->peak);
    jout_kf(out, "flood_share", f->flood_share);
    jout_ki(out, "flood_buckets", (int64_t)f->flood_buckets);
    jout_kf(out, "top_share", f->top_share);
    jout_ki(out, "chattering", (int64_t)f->chattering);
    jout_key(out, "by_grade");
    jout_open(out);
    for (size_t g = 1; g < ARRAY_LEN(grade_names); g++) jout_ki(out, grade_names[g], (int64_t)f->by_grade[g]);
    jout_close(out);
}

static Rc load(Req *req, Res *res)
{
    int64_t days, operators, stale;
    Work w;
    Activations a;
    AlarmLoad figures;
    TRY(query_only(req, (const char *const[]){"days", "operators", NULL}));
    TRY(whole_query(req, "days", 30, LOAD_DAYS_MOST, &days));
    TRY(whole_query(req, "operators", 1, 1000, &operators));
    TRY(work_begin(req, false, &w));
    int64_t to = w.now, from = to - days * MS_DAY;
    TRY(read_activations(&w, from, to, &a));
    alarm_load_count(w.ctx->arena, a.list, a.n, from, to, (int)operators, &figures);
    TRY(read_stale(&w, to - MS_DAY, &stale));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kt(out, "from", from);
    jout_kt(out, "to", to);
    jout_ki(out, "operators", operators);
    jout_ki(out, "stale", stale);
    write_figures(&figures, out);
    TRY(write_top(&w, &figures, out));
    jout_close(out);
    return RC_OK;
}

const Route alarm_routes[ALARM_ROUTES] = {
    {HTTP_GET, "/api/alarms/summary", "alarm.read", summary, .title = T("报警计数", "Counts of open alarms")},
    {HTTP_GET, "/api/alarms/{id}/timeline", "alarm.read", timeline,
     .title = T("报警时间线", "Timeline of an alarm")},
    {HTTP_GET, "/api/alarms/load", "alarm.read", load, .title = T("报警负荷", "Alarm load after ISA-18.2")},
};
