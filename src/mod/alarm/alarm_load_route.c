/* GET /api/alarms/load: what the operators carry, after ISA-18.2 (alarm_load.c counts), over some days up to
 * now or over a period that is named, with the tags and the records behind the figures, so that each figure
 * leads to its alarms. What the figures should be is data: the dictionary "alarm_target". */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/clock.h"
#include "base/strmap.h"

#define LOAD_DAYS_MOST   366
#define ACTIVATIONS_MOST 1000000 /* of one answer: 40 MB */
#define STALE_MOST       50
#define HOURLY_DAYS      3 /* up to so many days the course is by the hour, else by the day */

/* ---- Activations of the period ---- */

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
    bool whole = scope_is_whole(scope_of(w->who));
    const DbQuery *q = whole ? &q_alarm_activations : &q_alarm_activations_in;
    TRY(scope_query(w, q, DB_ARGS(db_val_i64(from), db_val_i64(to)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (a->n == ACTIVATIONS_MOST)
            return FAIL(w->ctx, RC_TOO_LARGE, "alarm.load", "报警过多，请减少天数",
                        "too many alarms, ask for fewer days");
        Activation one = {db_i64(c, 0), db_i64(c, 1), db_str(c, 2), (int)db_i64(c, 3), db_bool(c, 4)};
        add_activation(w->ctx, a, one);
    }
    db_close(&c);
    return rc;
}

/* ---- The period ---- */

typedef struct Period {
    int64_t from, to, operators;
} Period;

static Rc time_query(Req *req, const char *name, int64_t *out)
{
    Str s = req_query(req, name);
    *out = TIME_NONE;
    if (s.p && !time_parse(s, true, out))
        return FAIL_FIELD(&req->ctx, name, "time", 0, "须为时间，如 2026-11-22T08:00:00+08:00",
                          "must be a time, like 2026-11-22T08:00:00+08:00");
    return RC_OK;
}

/* from and to, or days up to now. */
static Rc read_period(Req *req, Period *p)
{
    int64_t days;
    TRY(alarm_query_only(req, (const char *const[]){"days", "from", "to", "operators", NULL}));
    TRY(alarm_query_whole(req, "days", 30, LOAD_DAYS_MOST, &days));
    TRY(alarm_query_whole(req, "operators", 1, 1000, &p->operators));
    TRY(time_query(req, "from", &p->from));
    TRY(time_query(req, "to", &p->to));
    if (p->to == TIME_NONE) p->to = req->t;
    if (p->from == TIME_NONE) p->from = p->to - days * MS_DAY;
    if (p->from < p->to && p->to - p->from <= LOAD_DAYS_MOST * MS_DAY) return RC_OK;
    return FAIL_FIELD(&req->ctx, "from", "range", 0, "须早于结束，且相距不超过 366 天",
                      "must be before the end, by 366 days at most");
}

/* ---- Telling ---- */

static Rc write_false(Work *w, const LoadTop *tag, JsonOut *out)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_alarm_tag_verdicts,
                     DB_ARGS(db_val_i64(tag->point_id), db_val_text(tag->rule)), &c));
    jout_ki(out, "judged", db_i64(c, 0));
    jout_ki(out, "judged_false", db_i64(c, 1));
    db_close(&c);
    return RC_OK;
}

static Rc write_tag(Work *w, const LoadTop *tag, uint64_t activations, JsonOut *out)
{
    const Entity *points = kernel_entity(w->kernel, "points");
    Record *point;
    jout_open(out);
    jout_ks(out, "rule", tag->rule);
    jout_kid(out, "point_id", tag->point_id);
    Rc rc = scope_find(w, points, str_of(alarm_id_text(w, tag->point_id)), &point);
    TRY(rc);
    if (rc > 0) {
        jout_ks(out, "point", rec_text(points, point, "code"));
        jout_ks(out, "name", rec_text(points, point, "name"));
    }
    jout_ki(out, "count", (int64_t)tag->n);
    jout_kf(out, "share", activations ? (double)tag->n / (double)activations : 0);
    jout_ki(out, "most_in_minute", (int64_t)tag->burst);
    jout_kb(out, "chattering", tag->chattering);
    TRY(write_false(w, tag, out));
    jout_close(out);
    return RC_OK;
}

static Rc write_tags(Work *w, const char *name, const LoadTop *tags, size_t n, uint64_t all, JsonOut *out)
{
    jout_key(out, name);
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) TRY(write_tag(w, &tags[i], all, out));
    jout_close_array(out);
    return RC_OK;
}

static Rc read_stale(Work *w, int64_t before, int64_t *out)
{
    DbCursor *c;
    TRY(scope_query(w, &q_alarm_stale, DB_ARGS(db_val_i64(before)), &c));
    Rc rc = db_next(w->ctx, c);
    *out = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

/* Stale is what holds now for more than a day, whatever the period. */
static Rc write_stale(Work *w, JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    int64_t n, before = w->now - MS_DAY;
    TRY(read_stale(w, before, &n));
    jout_ki(out, "stale", n);
    TRY(scope_query(w, &q_alarm_stale_list, DB_ARGS(db_val_i64(before), db_val_i64(STALE_MOST)), &c));
    jout_key(out, "stale_items");
    jout_open_array(out);
    while ((rc = db_next(w->ctx, c)) > 0) {
        jout_open(out);
        jout_kid(out, "id", db_i64(c, 0));
        jout_ks(out, "rule", db_str(c, 1));
        jout_ks(out, "name", db_str(c, 2));
        jout_ki(out, "grade", db_i64(c, 3));
        jout_kt(out, "raised_at", db_i64(c, 4));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    return rc;
}

static void write_figures(const AlarmLoad *f, JsonOut *out)
{
    static const char *const grades[] = {"", "1", "2", "3", "4"};
    jout_ki(out, "activations", (int64_t)f->activations);
    jout_kf(out, "per_day", f->per_day);
    jout_kf(out, "per_hour", f->per_hour);
    jout_kf(out, "per_10min", f->per_10min);
    jout_ki(out, "peak_10min", (int64_t)f->peak);
    jout_kt(out, "peak_at", f->peak_at);
    jout_kf(out, "flood_share", f->flood_share);
    jout_ki(out, "flood_buckets", (int64_t)f->flood_buckets);
    jout_kf(out, "top_share", f->top_share);
    jout_ki(out, "chattering", (int64_t)f->chattering);
    jout_key(out, "by_grade");
    jout_open(out);
    for (size_t g = 1; g < ARRAY_LEN(grades); g++) jout_ki(out, grades[g], (int64_t)f->by_grade[g]);
    jout_close(out);
}

/* How many of each grade in each hour or day, empty ones too: "columns" and "rows". */
static void write_course(const Activations *a, const Period *p, JsonOut *out)
{
    static const char *const columns[] = {"t", "1", "2", "3", "4"};
    int64_t span = p->to - p->from <= HOURLY_DAYS * MS_DAY ? MS_HOUR : MS_DAY;
    size_t i = 0;
    jout_key(out, "course");
    jout_open(out);
    jout_ki(out, "step_ms", span);
    jout_key(out, "columns");
    jout_open_array(out);
    for (size_t c = 0; c < ARRAY_LEN(columns); c++) jout_z(out, columns[c]);
    jout_close_array(out);
    jout_key(out, "rows");
    jout_open_array(out);
    for (int64_t t = civil_step(p->from, span); t < p->to; t += span) {
        int64_t n[5] = {t};
        for (; i < a->n && a->list[i].t < t + span; i++)
            if (a->list[i].grade >= 1 && a->list[i].grade <= 4) n[a->list[i].grade]++;
        jout_open_array(out);
        for (size_t c = 0; c < ARRAY_LEN(n); c++) jout_i64(out, n[c]);
        jout_close_array(out);
    }
    jout_close_array(out);
    jout_close(out);
}

Rc alarm_load(Req *req, Res *res)
{
    Work w;
    Period p;
    Activations a;
    AlarmLoad f;
    TRY(read_period(req, &p));
    TRY(work_begin(req, false, &w));
    TRY(read_activations(&w, p.from, p.to, &a));
    alarm_load_count(w.ctx->arena, a.list, a.n, p.from, p.to, (int)p.operators, &f);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kt(out, "from", p.from);
    jout_kt(out, "to", p.to);
    jout_ki(out, "operators", p.operators);
    TRY(write_stale(&w, out));
    write_figures(&f, out);
    write_course(&a, &p, out);
    TRY(write_tags(&w, "top", f.top, f.ntop, f.activations, out));
    TRY(write_tags(&w, "chattering_items", f.chatter, f.nchatter, f.activations, out));
    jout_close(out);
    return RC_OK;
}
