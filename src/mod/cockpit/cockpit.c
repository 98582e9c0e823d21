/* GET /api/cockpit: what is red and whose it is, thirty days, how fast people answer, the districts, what
 * reports. A wall asks often and many walls ask the same, so one answer serves all who see everything in the
 * same parts for some seconds; it is made by five queries. Events tell the wall when to ask again. */
#include "cockpit_private.h"
#include "mod_cockpit_queries_sql.h"
#include "base/log.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#define KEEP_MS       3000
#define SEVERE_MOST   24
#define ANSWERS_MOST  100000
#define DISTRICT_MOST 200
#define FIELDS_MOST   64

enum { PART_ALARMS = 1, PART_POINTS = 2, PARTS = 4 };

typedef struct Cockpit {
    pthread_mutex_t lock; /* held while an answer is made: who asks meanwhile waits and gets the same */
    char *text[PARTS];    /* by the parts it has */
    size_t n[PARTS];
    int64_t made_at[PARTS];
} Cockpit;

typedef struct FieldRow {
    Str field;
    int64_t open[5];
} FieldRow;

typedef struct Sum {
    Work *w;
    int64_t from; /* of the first of the days */
    DistrictRow *districts;
    size_t ndistricts;
    FieldRow fields[FIELDS_MOST];
    size_t nfields;
    int64_t open[5], waiting;
    int64_t days[COCKPIT_DAYS][5], wrong[COCKPIT_DAYS];
    Answer *answers;
    size_t nanswers;
    int64_t *scratch;
    PointCount points;
} Sum;

static const char *const grade_names[] = {"", "1", "2", "3", "4"};

static bool is_grade(int64_t g)
{
    return g >= 1 && g <= 4;
}

/* ---- Reading ---- */

static DistrictRow *district(Sum *s, int64_t id)
{
    for (size_t i = 0; id && i < s->ndistricts; i++)
        if (s->districts[i].id == id) return &s->districts[i];
    return NULL;
}

typedef void (*RowFn)(Sum *s, const DbCursor *c);

static Rc each_row(Sum *s, const DbQuery *q, const DbVal *args, size_t nargs, RowFn fn)
{
    DbCursor *c;
    Rc rc;
    TRY(scope_query(s->w, q, args, nargs, &c));
    while ((rc = db_next(s->w->ctx, c)) > 0) fn(s, c);
    db_close(&c);
    return rc;
}

static void add_district(Sum *s, const DbCursor *c)
{
    if (s->ndistricts == DISTRICT_MOST) return;
    s->districts[s->ndistricts++] = (DistrictRow){
        .id = db_i64(c, 0), .code = db_str_copy(s->w->ctx, c, 1), .name = db_str_copy(s->w->ctx, c, 2)};
}

static FieldRow *field_row(Sum *s, Str field)
{
    for (size_t i = 0; i < s->nfields; i++)
        if (str_eq(s->fields[i].field, field)) return &s->fields[i];
    if (s->nfields == FIELDS_MOST) return NULL;
    s->fields[s->nfields] = (FieldRow){.field = str_copy(s->w->ctx->arena, field)};
    return &s->fields[s->nfields++];
}

static void add_open(Sum *s, const DbCursor *c)
{
    int64_t grade = db_i64(c, 2), waiting = db_i64(c, 3), n = db_i64(c, 4);
    DistrictRow *d = district(s, db_i64(c, 0));
    FieldRow *f = db_is_null(c, 1) ? NULL : field_row(s, db_str(c, 1));
    if (!is_grade(grade)) return;
    s->open[grade] += n;
    s->waiting += waiting;
    if (f) f->open[grade] += n;
    if (!d) return;
    d->open[grade] += n;
    d->waiting += waiting;
}

static void add_day(Sum *s, const DbCursor *c)
{
    int64_t day = db_i64(c, 0) - civil_day(s->from), grade = db_i64(c, 1), n = db_i64(c, 3),
            wrong = db_i64(c, 4);
    DistrictRow *d = district(s, db_i64(c, 2));
    if (day < 0 || day >= COCKPIT_DAYS || !is_grade(grade)) return;
    s->days[day][grade] += n;
    s->wrong[day] += wrong;
    if (!d) return;
    d->alarms += n;
    d->wrong += wrong;
}

static int64_t since(const DbCursor *c, size_t col, int64_t raised_at)
{
    /* An alarm that rose again keeps the answer to its first rise: that says nothing about the second. */
    return db_is_null(c, col) || db_i64(c, col) < raised_at ? -1 : db_i64(c, col) - raised_at;
}

static void add_answer(Sum *s, const DbCursor *c)
{
    int64_t raised_at = db_i64(c, 0);
    s->answers[s->nanswers++] = (Answer){.ack_ms = since(c, 1, raised_at),
                                         .judge_ms = since(c, 2, raised_at),
                                         .district = db_i64(c, 4),
                                         .severe = is_grade(db_i64(c, 3)) && db_i64(c, 3) <= 2};
}

static void add_points(void *ud, int64_t id, const char *code, const char *name, const PointCount *n)
{
    Sum *s = ud;
    DistrictRow *d = district(s, id);
    (void)code;
    (void)name;
    if (d) d->points = *n;
}

static bool of_district(const Answer *a, int64_t id)
{
    return a->district == id;
}

static bool any_answer(const Answer *a, int64_t arg)
{
    (void)a;
    (void)arg;
    return true;
}

static bool severe_answer(const Answer *a, int64_t arg)
{
    (void)arg;
    return a->severe;
}

static void free_answers(void *p)
{
    free(p);
}

static Rc read_alarms(Sum *s)
{
    s->answers =
        malloc(ANSWERS_MOST * (sizeof *s->answers + sizeof *s->scratch)); /* beside the request's budget */
    ENSURE(s->answers);
    arena_defer(s->w->ctx->arena, free_answers, s->answers);
    s->scratch = (int64_t *)(void *)(s->answers + ANSWERS_MOST);
    TRY(each_row(s, &q_cockpit_open, DB_NO_ARGS, add_open));
    TRY(each_row(s, &q_cockpit_days, DB_ARGS(db_val_i64(s->from)), add_day));
    TRY(each_row(s, &q_cockpit_answers, DB_ARGS(db_val_i64(s->from), db_val_i64(ANSWERS_MOST)), add_answer));
    for (size_t i = 0; i < s->ndistricts; i++)
        s->districts[i].ack = cockpit_spread(s->answers, s->nanswers, offsetof(Answer, ack_ms), of_district,
                                             s->districts[i].id, s->scratch);
    return RC_OK;
}

/* ---- Writing ---- */

static void put_grades(JsonOut *o, const char *key, const int64_t *n)
{
    jout_key(o, key);
    jout_open(o);
    for (int g = 1; g <= 4; g++) jout_ki(o, grade_names[g], n[g]);
    jout_close(o);
}

static void put_text(JsonOut *o, const char *key, const DbCursor *c, size_t col)
{
    jout_key(o, key);
    if (db_is_null(c, col)) jout_null(o);
    else jout_str(o, db_str(c, col));
}

static void put_severe_row(JsonOut *o, const DbCursor *c)
{
    jout_open(o);
    jout_kid(o, "id", db_i64(c, 0));
    put_text(o, "name", c, 1);
    jout_ki(o, "grade", db_i64(c, 2));
    put_text(o, "state", c, 3);
    jout_kb(o, "active", db_bool(c, 4));
    jout_kt(o, "raised_at", db_i64(c, 5));
    jout_kt(o, "acked_at", db_time(c, 6));
    jout_kt(o, "judged_at", db_time(c, 7));
    put_text(o, "verdict", c, 8);
    jout_kf(o, "value", db_f64(c, 9));
    put_text(o, "unit", c, 10);
    jout_key(o, "reason");
    jout_open(o);
    put_text(o, "zh", c, 11);
    put_text(o, "en", c, 12);
    jout_close(o);
    put_text(o, "object", c, 13);
    put_text(o, "owner", c, 14);
    put_text(o, "district", c, 15);
    jout_kid(o, "point_id", db_i64(c, 16));
    jout_close(o);
}

static Rc put_severe(Sum *s, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    TRY(scope_query(s->w, &q_cockpit_severe, DB_ARGS(db_val_i64(SEVERE_MOST)), &c));
    jout_key(o, "severe");
    jout_open_array(o);
    while ((rc = db_next(s->w->ctx, c)) > 0) put_severe_row(o, c);
    db_close(&c);
    jout_close_array(o);
    return rc;
}

static void put_spread(JsonOut *o, const char *key, const Spread *s)
{
    jout_key(o, key);
    jout_open(o);
    jout_ki(o, "n", s->n);
    jout_key(o, "median_ms");
    if (s->n) jout_i64(o, s->median_ms);
    else jout_null(o);
    jout_key(o, "worst_ms");
    if (s->n) jout_i64(o, s->worst_ms);
    else jout_null(o);
    jout_close(o);
}

static void put_response(const Sum *s, JsonOut *o)
{
    static const struct {
        const char *key;
        bool (*pick)(const Answer *a, int64_t arg);
    } parts[] = {{"all", any_answer}, {"severe", severe_answer}};
    jout_key(o, "response");
    jout_open(o);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        Spread ack =
            cockpit_spread(s->answers, s->nanswers, offsetof(Answer, ack_ms), parts[i].pick, 0, s->scratch);
        Spread judge =
            cockpit_spread(s->answers, s->nanswers, offsetof(Answer, judge_ms), parts[i].pick, 0, s->scratch);
        jout_key(o, parts[i].key);
        jout_open(o);
        put_spread(o, "ack", &ack);
        put_spread(o, "judge", &judge);
        jout_close(o);
    }
    jout_close(o);
}

static void put_trend(const Sum *s, JsonOut *o)
{
    jout_key(o, "trend");
    jout_open_array(o);
    for (int i = 0; i < COCKPIT_DAYS; i++) {
        jout_open(o);
        jout_kt(o, "day", s->from + i * MS_DAY);
        put_grades(o, "by_grade", s->days[i]);
        jout_ki(o, "false", s->wrong[i]);
        jout_close(o);
    }
    jout_close_array(o);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const FieldRow *)a)->field, ((const FieldRow *)b)->field);
}

/* In one order whatever the database gives first. */
static void put_fields(Sum *s, JsonOut *o)
{
    qsort(s->fields, s->nfields, sizeof s->fields[0], by_name);
    jout_key(o, "by_field");
    jout_open_array(o);
    for (size_t i = 0; i < s->nfields; i++) {
        jout_open(o);
        jout_ks(o, "field", s->fields[i].field);
        put_grades(o, "open", s->fields[i].open);
        jout_close(o);
    }
    jout_close_array(o);
}

static void put_points(JsonOut *o, const PointCount *n)
{
    jout_key(o, "points");
    jout_open(o);
    jout_ki(o, "total", n->total);
    jout_ki(o, "online", n->online);
    jout_ki(o, "must_monitor", n->must);
    jout_ki(o, "monitored", n->monitored);
    jout_close(o);
}

static void put_districts(const Sum *s, unsigned parts, JsonOut *o)
{
    jout_key(o, "districts");
    jout_open_array(o);
    for (size_t i = 0; i < s->ndistricts; i++) {
        const DistrictRow *d = &s->districts[i];
        int64_t open = d->open[1] + d->open[2] + d->open[3] + d->open[4];
        if (!open && !d->alarms && !d->points.total && !d->points.must) continue; /* a level above or below */
        jout_open(o);
        jout_ks(o, "code", d->code);
        jout_ks(o, "name", d->name);
        if (parts & PART_ALARMS) {
            put_grades(o, "open", d->open);
            jout_ki(o, "waiting", d->waiting);
            jout_ki(o, "alarms", d->alarms);
            jout_ki(o, "false", d->wrong);
            put_spread(o, "ack", &d->ack);
        }
        if (parts & PART_POINTS) put_points(o, &d->points);
        jout_close(o);
    }
    jout_close_array(o);
}

static Rc put_alarms(Sum *s, JsonOut *o)
{
    put_grades(o, "open", s->open);
    jout_ki(o, "waiting", s->waiting);
    put_fields(s, o);
    TRY(put_severe(s, o));
    put_trend(s, o);
    put_response(s, o);
    return RC_OK;
}

static Rc make(Work *w, unsigned parts, StrBuf *buf)
{
    JsonOut o;
    Sum *s = ARENA_NEW(w->ctx->arena, Sum);
    *s = (Sum){.w = w,
               .from = civil_day_start(civil_day(w->now) - COCKPIT_DAYS + 1),
               .districts = ARENA_ARRAY(w->ctx->arena, DistrictRow, DISTRICT_MOST)};
    TRY(each_row(s, &q_cockpit_districts, DB_NO_ARGS, add_district));
    if (parts & PART_ALARMS) TRY(read_alarms(s));
    if (parts & PART_POINTS) TRY(point_count(w->ctx, w->kernel, w->who, w->now, &s->points, add_points, s));
    cockpit_rank(s->districts, s->ndistricts);
    buf_init(buf, w->ctx->arena);
    jout_init(&o, buf);
    jout_open(&o);
    jout_kt(&o, "t", w->now);
    jout_ki(&o, "days", COCKPIT_DAYS);
    if (parts & PART_ALARMS) TRY(put_alarms(s, &o));
    if (parts & PART_POINTS) put_points(&o, &s->points);
    put_districts(s, parts, &o);
    jout_close(&o);
    return RC_OK;
}

/* ---- The route ---- */

static void keep(Cockpit *c, unsigned parts, Str text, int64_t now)
{
    char *copy = malloc(text.n);
    ENSURE(copy);
    memcpy(copy, text.p, text.n);
    free(c->text[parts]);
    c->text[parts] = copy;
    c->n[parts] = text.n;
    c->made_at[parts] = now;
}

/* A part of the city is few people's: made for each of them. */
static Rc answer_part(Req *req, unsigned parts, Str *out)
{
    Work w;
    StrBuf buf;
    TRY(work_begin(req, false, &w));
    TRY(make(&w, parts, &buf));
    work_abort(&w);
    *out = buf_str(&buf);
    return RC_OK;
}

/* under the lock */
static Rc answer(Req *req, Cockpit *c, unsigned parts, Str *out)
{
    int64_t age = req->t - c->made_at[parts];
    if (!c->text[parts] || age < 0 || age >= KEEP_MS) {
        Work w;
        StrBuf buf;
        TRY(work_begin(req, false, &w));
        TRY(make(&w, parts, &buf));
        keep(c, parts, buf_str(&buf), req->t);
        work_abort(&w);
    }
    *out = str_copy(req->ctx.arena, str_n(c->text[parts], c->n[parts]));
    return RC_OK;
}

static void refuse(void *ud, Str name, Str value)
{
    Req *req = ud;
    (void)value;
    if (!str_is(name, "lang"))
        FAIL_FIELD(&req->ctx, str_z(req->ctx.arena, name), "unknown", 0, "没有查询参数“%.*s”",
                   "there is no query parameter \"%.*s\"", STR_ARG(name));
}

static Rc cockpit(Req *req, Res *res)
{
    Cockpit *c = kernel_service(req_kernel(req), "cockpit");
    Str text;
    req_each_query(req, refuse, req);
    if (req->ctx.err.kind) return req->ctx.err.kind;
    unsigned parts = (perm_has(req->who, "alarm.read") ? PART_ALARMS : 0) |
                     (perm_has(req->who, "point.read") ? PART_POINTS : 0);
    if (scope_is_whole(scope_of(req->who))) {
        pthread_mutex_lock(&c->lock);
        Rc rc = answer(req, c, parts, &text);
        pthread_mutex_unlock(&c->lock);
        TRY(rc);
    } else {
        TRY(answer_part(req, parts, &text));
    }
    res_body(res, "application/json", text);
    return RC_OK;
}

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx;
    Cockpit *c = calloc(1, sizeof *c);
    ENSURE(c);
    pthread_mutex_init(&c->lock, NULL);
    kernel_provide(k, "cockpit", c);
    return RC_OK;
}

static void stop(Kernel *k)
{
    Cockpit *c = kernel_service(k, "cockpit");
    for (int i = 0; i < PARTS; i++) free(c->text[i]);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static const Perm perms[] = {
    {"cockpit.read", T("查看驾驶舱", "See the cockpit"),
     "watch office dept town inspector leader system audit"},
};
static const Route routes[] = {
    {HTTP_GET, "/api/cockpit", "cockpit.read", cockpit, .title = T("驾驶舱", "The cockpit in one answer")},
};

const Module mod_cockpit = {
    .name = "cockpit",
    .title = T("驾驶舱", "Cockpit"),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = stop,
};
