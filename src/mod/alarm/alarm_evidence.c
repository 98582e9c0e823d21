/* GET /api/alarms/{id}/evidence: what a person needs to judge an alarm and to act, in one answer: the trend,
 * the neighbours now, how this point and this rule were judged before, how good the data is, who answers for
 * it, what stands around, and the rule's advice. Every part is bounded, in rows and in time. A telephone is
 * masked for who may not see it. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "mod/point.h"
#include "mod/rule.h"
#include "base/clock.h"
#include "geo.h"

#include <math.h>

#define E               (&alarm_entity)
#define NEIGHBOURS_MOST 12
#define RECENT_MOST     5
#define READINGS_MOST   200000 /* of a day: two a second */
#define TREND_MS        (10 * MS_MINUTE)
#define JUDGED_DAYS     365

typedef struct Case {
    Work w;
    Series *series;
    Record *alarm, *point;
    Record *object; /* NULL: none */
    int64_t object_id;
    Place at;
    bool placed;
} Case;

/* ---- Opening ---- */

static bool place_from(const Entity *e, const Record *rec, Place *at)
{
    if (!rec || rec_val(e, rec, "lon")->type == DB_NULL || rec_val(e, rec, "lat")->type == DB_NULL)
        return false;
    at->lon = rec_f64(e, rec, "lon");
    at->lat = rec_f64(e, rec, "lat");
    return true;
}

static Rc open_case(Req *req, Case *c)
{
    int64_t radius;
    const Entity *objects = kernel_entity(req_kernel(req), "objects");
    TRY(alarm_query_only(req, (const char *const[]){"radius", NULL}));
    TRY(alarm_query_whole(req, "radius", (int64_t)alarm_options()->near_m, ALARM_NEAR_MOST, &radius));
    TRY(work_begin(req, false, &c->w));
    TRY(alarm_of_path(req, &c->w, &c->alarm));
    TRY(store_get(&c->w, &point_entity, rec_i64(E, c->alarm, "point"), &c->point));
    c->object_id = rec_i64(&point_entity, c->point, "object");
    if (c->object_id) TRY(store_get(&c->w, objects, c->object_id, &c->object));
    c->placed = place_from(&point_entity, c->point, &c->at) || place_from(objects, c->object, &c->at);
    c->at.radius = radius < ALARM_NEAR_LEAST ? ALARM_NEAR_LEAST : (double)radius;
    c->series = intake_series(kernel_service(c->w.kernel, "intake"));
    return RC_OK;
}

static uint32_t number_of(const Case *c)
{
    return (uint32_t)rec_i64(&point_entity, c->point, "no");
}

/* ---- What happened: the way of the last minutes ---- */

static Rc write_trend(Case *c, JsonOut *out)
{
    SeriesRow *rows;
    size_t n, first = 0;
    TRY(series_range(c->w.ctx, c->series, number_of(c), c->w.now - TREND_MS, c->w.now + 1, READINGS_MOST,
                     &rows, &n));
    while (n > 0 && rows[n - 1].q == Q_BAD) n--;
    while (first < n && rows[first].q == Q_BAD) first++;
    jout_key(out, "trend");
    if (n < first + 2) {
        jout_null(out);
        return RC_OK;
    }
    jout_open(out);
    jout_kt(out, "from", rows[first].t);
    jout_kt(out, "to", rows[n - 1].t);
    jout_kf(out, "first", rows[first].v);
    jout_kf(out, "last", rows[n - 1].v);
    jout_kf(out, "change", rows[n - 1].v - rows[first].v);
    jout_close(out);
    return RC_OK;
}

/* ---- How sure ---- */

static void write_text(JsonOut *out, const char *name, Str s)
{
    jout_key(out, name);
    if (s.p) jout_str(out, s);
    else jout_null(out);
}

static void write_latest(const Case *c, uint32_t no, JsonOut *out)
{
    SeriesLatest v;
    PointGrades *grades = kernel_service(c->w.kernel, "point_grades");
    series_latest(c->series, no, 1, &v);
    jout_kt(out, "t", v.t);
    jout_kf(out, "value", v.t == TIME_NONE ? (double)NAN : v.v);
    uint8_t grade = grades->grade(grades->ud, no);
    jout_key(out, "grade");
    if (grade) jout_i64(out, grade);
    else jout_null(out);
}

/* The box has corners that the radius does not reach. */
static bool is_near(const Case *c, const DbCursor *row)
{
    if (c->object_id && db_i64(row, 6) == c->object_id) return true;
    return geo_distance(c->at.lon, c->at.lat, db_f64(row, 7), db_f64(row, 8)) <= c->at.radius;
}

static void write_neighbour(const Case *c, const DbCursor *row, JsonOut *out)
{
    Str own = rec_text(&point_entity, c->point, "quantity"), quantity = db_str(row, 4);
    jout_open(out);
    jout_kid(out, "id", db_i64(row, 0));
    jout_ks(out, "code", db_str(row, 2));
    jout_ks(out, "name", db_str(row, 3));
    write_text(out, "unit", db_str(row, 5));
    jout_kb(out, "same_object", c->object_id && db_i64(row, 6) == c->object_id);
    jout_kb(out, "same_quantity", quantity.n && str_eq(own, quantity));
    if (c->placed && !db_is_null(row, 7)) alarm_near_where(&c->at, db_f64(row, 7), db_f64(row, 8), out);
    write_latest(c, (uint32_t)db_i64(row, 1), out);
    jout_close(out);
}

static Rc write_neighbours(Case *c, JsonOut *out)
{
    DbCursor *row;
    Rc rc;
    Box box = c->placed ? alarm_near_box(&c->at) : (Box){1, 1, 0, 0}; /* an empty one */
    double shrink = c->placed ? (box.n - box.s) / (box.e - box.w) : 1;
    TRY(scope_query(&c->w, &q_alarm_near_points,
                    DB_ARGS(db_val_f64(box.w), db_val_f64(box.e), db_val_f64(box.s), db_val_f64(box.n),
                            db_val_i64(c->point->id), db_val_i64(c->object_id), db_val_f64(c->at.lon),
                            db_val_f64(c->at.lat), db_val_f64(shrink * shrink), db_val_i64(NEIGHBOURS_MOST)),
                    &row));
    jout_key(out, "neighbours");
    jout_open_array(out);
    while ((rc = db_next(c->w.ctx, row)) > 0)
        if (is_near(c, row)) write_neighbour(c, row, out);
    db_close(&row);
    jout_close_array(out);
    return rc;
}

typedef struct Judged {
    int64_t own[4], point[4]; /* by verdict: this rule on this point, the point */
} Judged;
static const char *const verdict_names[] = {"true", "false", "test", "maintenance"};

static Rc read_judged(Case *c, Judged *j)
{
    DbCursor *row;
    Rc rc;
    *j = (Judged){0};
    TRY(db_query(c->w.ctx, c->w.db, &q_alarm_verdicts,
                 DB_ARGS(db_val_i64(c->point->id), *rec_val(E, c->alarm, "rule"),
                         db_val_i64(c->w.now - JUDGED_DAYS * MS_DAY)),
                 &row));
    while ((rc = db_next(c->w.ctx, row)) > 0)
        for (size_t i = 0; i < ARRAY_LEN(verdict_names); i++)
            if (str_is(db_str(row, 0), verdict_names[i])) {
                j->own[i] = db_i64(row, 1);
                j->point[i] = db_i64(row, 2);
            }
    db_close(&row);
    return rc;
}

static void write_rate(JsonOut *out, const char *name, int64_t judged, int64_t wrong)
{
    jout_key(out, name);
    jout_open(out);
    jout_ki(out, "judged", judged);
    jout_ki(out, "false", wrong);
    jout_kf(out, "rate", judged ? (double)wrong / (double)judged : (double)NAN);
    jout_close(out);
}

static int64_t sum(const int64_t *n)
{
    return n[0] + n[1] + n[2] + n[3];
}

static Rc write_rates(Case *c, JsonOut *out)
{
    Judged j;
    DbCursor *row;
    TRY(read_judged(c, &j));
    TRY(db_query_one(c->w.ctx, c->w.db, &q_alarm_rule_verdicts,
                     DB_ARGS(*rec_val(E, c->alarm, "rule"), db_val_i64(c->w.now - JUDGED_DAYS * MS_DAY)),
                     &row));
    int64_t judged = db_i64(row, 0), wrong = db_i64(row, 1);
    db_close(&row);
    jout_key(out, "verdicts");
    jout_open(out);
    for (size_t i = 0; i < ARRAY_LEN(verdict_names); i++) jout_ki(out, verdict_names[i], j.own[i]);
    jout_close(out);
    jout_key(out, "false_rate");
    jout_open(out);
    jout_ki(out, "days", JUDGED_DAYS);
    write_rate(out, "here", sum(j.own), j.own[1]);
    write_rate(out, "point", sum(j.point), j.point[1]);
    write_rate(out, "rule", judged, wrong);
    jout_close(out);
    return RC_OK;
}

static void write_judgement(const DbCursor *row, JsonOut *out)
{
    jout_open(out);
    jout_kid(out, "id", db_i64(row, 0));
    jout_kt(out, "raised_at", db_i64(row, 1));
    jout_ks(out, "rule", db_str(row, 2));
    jout_ki(out, "grade", db_i64(row, 3));
    jout_ks(out, "verdict", db_str(row, 4));
    write_text(out, "code", db_str(row, 5));
    write_text(out, "reason", db_str(row, 6));
    write_text(out, "by", db_str(row, 7));
    jout_close(out);
}

static Rc write_recent(Case *c, JsonOut *out)
{
    DbCursor *row;
    Rc rc;
    TRY(db_query(c->w.ctx, c->w.db, &q_alarm_judged_before,
                 DB_ARGS(db_val_i64(c->point->id), db_val_i64(c->alarm->id), db_val_i64(RECENT_MOST)), &row));
    jout_key(out, "recent");
    jout_open_array(out);
    while ((rc = db_next(c->w.ctx, row)) > 0) write_judgement(row, out);
    db_close(&row);
    jout_close_array(out);
    return rc;
}

static Rc write_history(Case *c, JsonOut *out)
{
    static const char *const names[] = {"rule_30d", "rule_90d", "point_30d", "point_90d"};
    DbCursor *row;
    TRY(db_query_one(c->w.ctx, c->w.db, &q_alarm_raises,
                     DB_ARGS(db_val_i64(c->point->id), *rec_val(E, c->alarm, "rule"),
                             db_val_i64(c->w.now - 30 * MS_DAY), db_val_i64(c->w.now - 90 * MS_DAY)),
                     &row));
    jout_key(out, "history");
    jout_open(out);
    jout_key(out, "raises");
    jout_open(out);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) jout_ki(out, names[i], db_i64(row, i));
    jout_close(out);
    db_close(&row);
    TRY(write_rates(c, out));
    TRY(write_recent(c, out));
    jout_close(out);
    return RC_OK;
}

/* ---- How good the data is ---- */

typedef struct Quality {
    size_t readings, bad, uncertain;
    int64_t longest_gap; /* between two readings that are not bad, and since the last; ms */
} Quality;

static Rc read_quality(Case *c, Quality *q)
{
    SeriesRow *rows;
    size_t n;
    int64_t from = c->w.now - MS_DAY, before = from;
    *q = (Quality){0};
    TRY(series_range(c->w.ctx, c->series, number_of(c), from, c->w.now + 1, READINGS_MOST, &rows, &n));
    q->readings = n;
    for (size_t i = 0; i < n; i++) {
        q->bad += rows[i].q == Q_BAD;
        q->uncertain += rows[i].q == Q_UNCERTAIN;
        if (rows[i].q == Q_BAD) continue;
        if (rows[i].t - before > q->longest_gap) q->longest_gap = rows[i].t - before;
        before = rows[i].t;
    }
    if (c->w.now - before > q->longest_gap) q->longest_gap = c->w.now - before;
    return RC_OK;
}

static Rc write_faults(Case *c, JsonOut *out)
{
    DbCursor *row;
    TRY(db_query_one(c->w.ctx, c->w.db, &q_alarm_faults,
                     DB_ARGS(db_val_i64(c->point->id), db_val_i64(c->w.now - 30 * MS_DAY)), &row));
    jout_ki(out, "clock_faults_30d", db_i64(row, 0));
    jout_ki(out, "offline_30d", db_i64(row, 1));
    db_close(&row);
    return RC_OK;
}

/* The last maintenance of the point, its device or its object; it may be under way. */
static Rc write_maintenance(Case *c, JsonOut *out)
{
    DbCursor *row;
    const Entity *p = &point_entity;
    Rc rc = db_query_one(c->w.ctx, c->w.db, &q_alarm_last_window,
                         DB_ARGS(db_val_i64(c->w.now), db_val_i64(c->point->id),
                                 *rec_val(p, c->point, "device"), *rec_val(p, c->point, "object")),
                         &row);
    TRY(rc);
    jout_key(out, "maintenance");
    if (!rc) {
        jout_null(out);
        return RC_OK;
    }
    jout_open(out);
    jout_kid(out, "id", db_i64(row, 0));
    jout_ks(out, "reason", db_str(row, 1));
    jout_kt(out, "starts_at", db_i64(row, 2));
    jout_kt(out, "ends_at", db_i64(row, 3));
    jout_close(out);
    db_close(&row);
    return RC_OK;
}

static Rc write_quality(Case *c, JsonOut *out)
{
    Quality q;
    int64_t interval = rec_i64(&point_entity, c->point, "interval_s");
    TRY(read_quality(c, &q));
    jout_key(out, "quality");
    jout_open(out);
    jout_ki(out, "hours", 24);
    jout_ki(out, "readings", (int64_t)q.readings);
    if (interval > 0) jout_ki(out, "expected", 86400 / interval);
    jout_ki(out, "bad", (int64_t)q.bad);
    jout_ki(out, "uncertain", (int64_t)q.uncertain);
    jout_ki(out, "longest_gap_ms", q.longest_gap);
    TRY(write_faults(c, out));
    TRY(write_maintenance(c, out));
    jout_close(out);
    return RC_OK;
}

/* ---- Who owns it ---- */

/* The first three and the last two characters stay: enough to recognise a number, not to ring it. */
static Str masked(Ctx *ctx, Str phone)
{
    if (phone.n <= 6) return str_printf(ctx->arena, "******");
    return str_printf(ctx->arena, "%.3s****%.2s", str_z(ctx->arena, phone),
                      str_z(ctx->arena, str_n(phone.p + phone.n - 2, 2)));
}

static Rc write_body(Case *c, int64_t id, JsonOut *out)
{
    Record *body;
    const Entity *e = kernel_entity(c->w.kernel, "bodies");
    Rc rc = store_get(&c->w, e, id, &body);
    TRY(rc);
    Str phone = rec_text(e, body, "phone");
    bool open = !c->w.who || perm_has(c->w.who, "alarm.contact");
    jout_open(out);
    jout_ks(out, "code", rec_text(e, body, "code"));
    jout_ks(out, "name", rec_text(e, body, "name"));
    write_text(out, "contact", rec_text(e, body, "contact"));
    jout_key(out, "phone");
    if (phone.n) jout_str(out, open ? phone : masked(c->w.ctx, phone));
    else jout_null(out);
    jout_kb(out, "masked", !open);
    write_text(out, "address", rec_text(e, body, "address"));
    jout_close(out);
    return RC_OK;
}

static Rc write_owner(Case *c, JsonOut *out)
{
    const Entity *objects = kernel_entity(c->w.kernel, "objects");
    int64_t body = rec_i64(E, c->alarm, "owner");
    if (!body && c->object) body = rec_i64(objects, c->object, "owner");
    jout_key(out, "owner");
    jout_open(out);
    jout_key(out, "object");
    if (c->object) {
        jout_open(out);
        jout_ks(out, "code", rec_text(objects, c->object, "code"));
        jout_ks(out, "name", rec_text(objects, c->object, "name"));
        write_text(out, "address", rec_text(objects, c->object, "address"));
        jout_close(out);
    } else jout_null(out);
    jout_key(out, "body");
    if (body) TRY(write_body(c, body, out));
    else jout_null(out);
    jout_close(out);
    return RC_OK;
}

/* ---- What to do ---- */

static Rc write_rule(Case *c, JsonOut *out)
{
    static const char *const texts[] = {"name", "cause", "consequence", "response", "basis"};
    Record *rule;
    const Entity *e = &rule_entity;
    Str key = str_printf(c->w.ctx->arena, "code:%.*s", STR_ARG(rec_text(E, c->alarm, "rule")));
    Rc rc = store_find(&c->w, e, key, &rule);
    TRY(rc);
    jout_key(out, "rule");
    if (!rc) { /* the clock fault, or a rule that is gone */
        jout_null(out);
        return RC_OK;
    }
    jout_open(out);
    jout_kid(out, "id", rule->id);
    jout_ks(out, "code", rec_text(e, rule, "code"));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) write_text(out, texts[i], rec_text(e, rule, texts[i]));
    int64_t minutes = rec_i64(e, rule, "response_minutes");
    if (minutes > 0) {
        jout_ki(out, "response_minutes", minutes);
        jout_kt(out, "respond_by", rec_time(E, c->alarm, "raised_at") + minutes * MS_MINUTE);
    }
    jout_close(out);
    return RC_OK;
}

/* ---- All of it ---- */

static Rc write_near(Case *c, JsonOut *out)
{
    if (c->placed) return alarm_near_write(&c->w, &c->at, c->object_id, out);
    jout_key(out, "near"); /* nobody said where it is */
    jout_null(out);
    return RC_OK;
}

Rc alarm_evidence(Req *req, Res *res)
{
    static Rc (*const parts[])(Case *, JsonOut *) = {
        write_trend, write_neighbours, write_history, write_quality, write_owner, write_near, write_rule};
    Case c = {0};
    TRY(open_case(req, &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kid(out, "id", c.alarm->id);
    jout_kt(out, "t", c.w.now);
    if (c.placed) {
        jout_kf(out, "lon", c.at.lon);
        jout_kf(out, "lat", c.at.lat);
    }
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) TRY(parts[i](&c, out));
    jout_close(out);
    return RC_OK;
}
