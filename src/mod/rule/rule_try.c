/* POST /api/rules/try: what a rule would have done on past readings, beside what the stored rule of the same
 * code would have done, and beside what people said of the alarms that really rose. Bounded: points, readings
 * and seconds have limits that are told, and two run at a time. Nothing is stored. */
#include "rule_try.h"
#include "mod_rule_queries_sql.h"
#include "base/num.h"

#include <stdatomic.h>
#include <stdlib.h>

#define POINTS_MOST   100
#define OPERANDS_MOST 32
#define SPAN_MOST     (5 * 366 * MS_DAY)
#define POINTS_LEAST  10 /* rather these, rolled up, than fewer exactly */
#define LEAD_LEAST    MS_HOUR
#define LEAD_MOST     (30 * MS_DAY)
#define ALARMS_OUT    2000
#define PAST_MOST     2000 /* of one point */
#define AT_ONCE       2

static const char *const own_members[] = {"points", "from", "to", NULL};

typedef struct Try {
    Work w;
    Record *draft, *stored; /* stored NULL: there is none of this code */
    TryPoint *points;
    size_t npoints, cap;
    const PointSight *sight;
    uint8_t *passed; /* by number: already counted as outside; NULL while nothing is */
    size_t outside;  /* points that were meant but lie outside the caller's scope */
    size_t matched;  /* points of which some stand for all; 0: none were left out */
    TryRun run;
} Try;

/* ---- Which points ---- */

/* Counted once, however often it is named. */
static bool is_outside(Try *t, const Registry *r, uint32_t number)
{
    if (point_seen(t->sight, number)) return false;
    if (!t->passed) t->passed = ARENA_ARRAY(t->w.ctx->arena, uint8_t, (size_t)registry_max(r) + 1);
    t->outside += !t->passed[number];
    t->passed[number] = 1;
    return true;
}

static void add_point(Try *t, const Registry *r, uint32_t number, bool counted)
{
    if (is_outside(t, r, number)) return;
    Str code = registry_code(r, number);
    for (size_t i = 0; i < t->npoints; i++)
        if (t->points[i].number == number) return;
    if (t->npoints == t->cap) return;
    t->points[t->npoints++] = (TryPoint){
        .number = number, .id = counted, .interval_ms = MS_MINUTE, .code = str_copy(t->w.ctx->arena, code)};
}

static void add_glob(Try *t, const Registry *r, Str pattern)
{
    uint32_t no = registry_by_code(r, pattern);
    if (no) {
        add_point(t, r, no, true);
        return;
    }
    if (!rule_is_glob(pattern)) return;
    for (no = 1; no <= registry_max(r) && t->npoints < t->cap; no++)
        if (registry_has(r, no) && str_glob(pattern, registry_code(r, no))) add_point(t, r, no, true);
}

/* A rule of thousands of points is tried on some of them, spread evenly over their numbers. */
static void add_own(Try *t, const Registry *r, Str pattern)
{
    size_t n = 0, at = 0;
    for (uint32_t no = 1; no <= registry_max(r); no++)
        n += registry_has(r, no) && str_glob(pattern, registry_code(r, no)) && !is_outside(t, r, no);
    if (n <= POINTS_MOST) {
        add_glob(t, r, pattern);
        return;
    }
    t->matched = n;
    for (uint32_t no = 1; no <= registry_max(r); no++) {
        if (!registry_has(r, no) || !str_glob(pattern, registry_code(r, no)) || is_outside(t, r, no))
            continue;
        if (at * POINTS_MOST / n != (at + 1) * POINTS_MOST / n) add_point(t, r, no, true);
        at++;
    }
}

static Rc add_named(Try *t, const Registry *r, const Json *points)
{
    TRY(rule_points_check(t->w.ctx, points, POINTS_MOST));
    if (!points || points->type == JSON_NULL) {
        add_own(t, r, rec_text(&rule_entity, t->draft, "point"));
    } else if (points->type == JSON_TEXT) {
        add_glob(t, r, points->s);
    } else if (points->type == JSON_ARRAY) {
        JSON_EACH(p, points) add_glob(t, r, json_str(p));
    } else {
        return FAIL_FIELD(t->w.ctx, "points", "type", 0, "points 应为编号、通配或编号数组",
                          "points must be a code, a pattern or a list of codes");
    }
    return RC_OK;
}

typedef struct Operands {
    Try *t;
    const Registry *r;
} Operands;

static void add_operand(void *ud, Str code)
{
    Operands *o = ud;
    uint32_t no = registry_by_code(o->r, code);
    if (no) add_point(o->t, o->r, no, false);
}

static int by_code(const void *a, const void *b)
{
    const TryPoint *x = a, *y = b;
    return str_cmp(x->code, y->code);
}

static Rc choose(Try *t, const Registry *r, const Json *points)
{
    Ctx *ctx = t->w.ctx;
    bool expr = str_is(rec_text(&rule_entity, t->draft, "kind"), "expr");
    t->cap = POINTS_MOST + 1;
    t->points = ARENA_ARRAY(ctx->arena, TryPoint, POINTS_MOST + 1 + 2 * OPERANDS_MOST);
    /* An expression is booked on one point, whatever else is chosen. */
    TRY(add_named(t, r, expr ? NULL : points));
    if (!t->npoints && t->outside)
        return FAIL_FIELD(ctx, "points", "outside", 0, "符合的 %zu 个测点都不在本账户的数据范围内",
                          "all %zu points that match are outside the data scope of this account", t->outside);
    if (!t->npoints) return FAIL_FIELD(ctx, "points", "none", 0, "没有符合的测点", "no point matches");
    if (t->npoints > POINTS_MOST)
        return FAIL_FIELD(ctx, "points", "limit", 0, "测点超过 %d 个，请缩小范围",
                          "more than %d points: choose fewer", POINTS_MOST);
    qsort(t->points, t->npoints, sizeof *t->points, by_code);
    t->cap = t->npoints + 2 * OPERANDS_MOST;
    if (expr) rule_each_operand(rec_text(&rule_entity, t->draft, "expr"), add_operand, &(Operands){t, r});
    if (t->stored && str_is(rec_text(&rule_entity, t->stored, "kind"), "expr"))
        rule_each_operand(rec_text(&rule_entity, t->stored, "expr"), add_operand, &(Operands){t, r});
    return RC_OK;
}

/* Name, unit and period of the chosen points; an operand keeps its id 0. */
static Rc dress(Try *t)
{
    const Entity *e = kernel_entity(t->w.kernel, "points");
    Arena *a = t->w.ctx->arena;
    for (size_t i = 0; i < t->npoints; i++) {
        TryPoint *p = &t->points[i];
        Record *rec;
        Rc rc = scope_find(&t->w, e, str_printf(a, "code:%.*s", STR_ARG(p->code)), &rec);
        TRY(rc);
        if (!rc) continue;
        if (p->id) p->id = rec->id;
        p->name = rec_text(e, rec, "name");
        p->unit = rec_text(e, rec, "unit");
        int64_t seconds = rec_i64(e, rec, "interval_s");
        if (seconds > 0) p->interval_ms = seconds * MS_SECOND;
    }
    return RC_OK;
}

/* ---- Which span ---- */

static void read_time(Ctx *ctx, const Json *body, const char *name, int64_t *out)
{
    const Json *j = json_get(body, name);
    if (!j || json_i64(j, out)) return;
    if (!time_parse(json_str(j), true, out))
        FAIL_FIELD(ctx, name, "time", 0, "应为 RFC 3339 时间或毫秒数",
                   "must be an RFC 3339 time or milliseconds");
}

/* What must be known before the span for the rule to be warm at its beginning. */
static int64_t lead_of(const Record *rec)
{
    static const char *const spans[] = {"window_ms",  "on_delay_ms", "off_delay_ms",
                                        "timeout_ms", "warmup_ms",   "max_age_ms"};
    int64_t most = str_is(rec_text(&rule_entity, rec, "kind"), "expr") ? MS_DAY : LEAD_LEAST;
    for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
        int64_t ms = 2 * rec_i64(&rule_entity, rec, spans[i]);
        if (ms > most) most = ms;
    }
    return most < LEAD_MOST ? most : LEAD_MOST;
}

static Rc read_span(Try *t, const Json *body)
{
    Ctx *ctx = t->w.ctx;
    TryRun *run = &t->run;
    run->to = t->w.now;
    read_time(ctx, body, "to", &run->to);
    if (ctx->err.kind) return ctx->err.kind;
    if (run->to < 0) return FAIL_FIELD(ctx, "to", "range", 0, "不得早于 1970 年", "must not be before 1970");
    run->from = run->to - 7 * MS_DAY;
    read_time(ctx, body, "from", &run->from);
    if (ctx->err.kind) return ctx->err.kind;
    if (run->from < 0)
        return FAIL_FIELD(ctx, "from", "range", 0, "不得早于 1970 年", "must not be before 1970");
    if (run->to > t->w.now) run->to = t->w.now;
    if (run->from >= run->to)
        return FAIL_FIELD(ctx, "from", "range", 0, "开始须早于结束", "from must be before to");
    if (run->to - run->from > SPAN_MOST)
        return FAIL_FIELD(ctx, "from", "range", 0, "时间不能超过五年", "the span must not exceed five years");
    int64_t lead = lead_of(t->draft), other = t->stored ? lead_of(t->stored) : 0;
    run->lead = run->from - (other > lead ? other : lead);
    return RC_OK;
}

/* ---- How much of it ---- */

static double readings_of(const Try *t, int64_t step)
{
    double total = 0, span = (double)(t->run.to - t->run.lead);
    for (size_t i = 0; i < t->npoints; i++)
        total += span / (double)(t->points[i].interval_ms > step ? t->points[i].interval_ms : step);
    return total;
}

/* Keeps `most` points spread evenly over the list. */
static void thin(Try *t, size_t most)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->npoints; i++)
        if (i * most / t->npoints != (i + 1) * most / t->npoints) t->points[kept++] = t->points[i];
    if (!t->matched) t->matched = t->npoints;
    t->npoints = kept;
}

static bool one_for_all(const Try *t)
{
    for (size_t i = 0; i < t->npoints; i++)
        if (!t->points[i].id) return false; /* an operand cannot be spared */
    return t->npoints > POINTS_LEAST;
}

/* More readings than a try-out may take: fewer points stand for all, and if that does not do it one value
 * stands for all of a step, the gravest where the rule has a direction. */
static void fit(Try *t)
{
    static const int64_t steps[] = {MS_MINUTE, 10 * MS_MINUTE, MS_HOUR};
    double total = readings_of(t, 0);
    if (total > TRY_READINGS_MOST && one_for_all(t)) {
        size_t most = (size_t)((double)t->npoints * TRY_READINGS_MOST / total);
        thin(t, most > POINTS_LEAST ? most : POINTS_LEAST);
    }
    for (size_t i = 0; i < ARRAY_LEN(steps) && readings_of(t, t->run.step) > TRY_READINGS_MOST; i++)
        t->run.step = steps[i];
    Str dir = rec_text(&rule_entity, t->draft, "dir"), kind = rec_text(&rule_entity, t->draft, "kind");
    if (str_is(kind, "level")) t->run.toward = str_is(dir, "low") ? TRY_LEAST : TRY_MOST;
    for (size_t i = 0; i < t->npoints; i++)
        if (t->points[i].interval_ms < t->run.step) t->points[i].interval_ms = t->run.step;
}

/* ---- The rules ---- */

static Rc find_stored(Try *t)
{
    Str code = rec_text(&rule_entity, t->draft, "code");
    Rc rc =
        scope_find(&t->w, &rule_entity, str_printf(t->w.ctx->arena, "code:%.*s", STR_ARG(code)), &t->stored);
    if (rc == 0 || (rc > 0 && t->stored->archived_at != TIME_NONE)) t->stored = NULL;
    /* A stored rule that the watch no longer takes is not in force either. */
    if (rc > 0 && t->stored && !rule_parses(t->w.ctx, t->stored, &(const char *){NULL})) t->stored = NULL;
    return rc < 0 ? rc : RC_OK;
}

/* The draft stands for every chosen point, whatever its pattern; the stored rule for those it matches. */
static Rc build_rules(Try *t, RuleSet **out)
{
    Ctx *ctx = t->w.ctx;
    StrBuf buf;
    JsonOut json;
    Record *draft = rec_copy(ctx, &rule_entity, t->draft);
    rec_set(&rule_entity, draft, "code", db_val_z("new"));
    if (!str_is(rec_text(&rule_entity, draft, "kind"), "expr"))
        rec_set(&rule_entity, draft, "point", db_val_z("*"));
    buf_init(&buf, ctx->arena);
    jout_init(&json, &buf);
    jout_open(&json);
    jout_key(&json, "rules");
    jout_open_array(&json);
    rule_write_json(draft, &json);
    if (t->stored) {
        Record *stored = rec_copy(ctx, &rule_entity, t->stored);
        rec_set(&rule_entity, stored, "code", db_val_z("now"));
        rule_write_json(stored, &json);
    }
    jout_close_array(&json);
    jout_close(&json);
    return ruleset_parse(ctx, buf_str(&buf), out);
}

/* ---- What people said ---- */

static TryVerdict verdict_of(Str s)
{
    static const char *const names[] = {[TRY_TRUE] = "true", [TRY_FALSE] = "false"};
    if (!s.n) return TRY_UNJUDGED;
    for (size_t i = TRY_TRUE; i <= TRY_FALSE; i++)
        if (str_is(s, names[i])) return (TryVerdict)i;
    return TRY_OTHER;
}

static bool is_fault(Str kind)
{
    return str_is(kind, "offline") || str_is(kind, "stuck") || str_is(kind, "clock");
}

static Rc read_past(Try *t, int64_t point, TryPast *past, size_t *n)
{
    DbCursor *c;
    Rc rc;
    Str code = rec_text(&rule_entity, t->draft, "code");
    *n = 0;
    TRY(db_query(t->w.ctx, t->w.db, &q_rule_past_alarms,
                 DB_ARGS(db_val_i64(point), db_val_i64(t->run.from - MS_HOUR), db_val_i64(t->run.to),
                         db_val_i64(PAST_MOST)),
                 &c));
    while ((rc = db_next(t->w.ctx, c)) > 0)
        past[(*n)++] = (TryPast){.id = db_i64(c, 0),
                                 .from = db_is_null(c, 6) ? db_i64(c, 4) : db_i64(c, 6),
                                 .to = db_bool(c, 7) ? TIME_NONE : db_time(c, 5),
                                 .same_rule = str_eq(db_str(c, 1), code),
                                 .fault = is_fault(db_str(c, 2)),
                                 .verdict = verdict_of(db_str(c, 3))};
    db_close(&c);
    return rc;
}

static Rc match_all(Try *t)
{
    if (!kernel_entity(t->w.kernel, "alarms") || !perm_has(t->w.who, "alarm.read")) return RC_OK;
    TryPast *past = ARENA_ARRAY(t->w.ctx->arena, TryPast, PAST_MOST);
    const Record *const rules[] = {t->draft, t->stored};
    for (size_t i = 0; i < t->npoints; i++) {
        size_t n;
        if (!t->points[i].id) continue;
        TRY(read_past(t, t->points[i].id, past, &n));
        for (int k = 0; k < TRY_RULES; k++)
            if (rules[k])
                try_score_match(&t->run.score[k], (uint32_t)i,
                                is_fault(rec_text(&rule_entity, rules[k], "kind")), past, n);
    }
    return RC_OK;
}

/* ---- The answer ---- */

static const char *const grade_names[] = {"", "1", "2", "3", "4"};
static const char *const verdict_names[] = {"unjudged", "true", "false", "other"};

static double hours(int64_t ms)
{
    return (double)ms / (double)MS_HOUR;
}

static void put_alarms(const Try *t, const TryScore *s, JsonOut *o)
{
    jout_key(o, "alarms");
    jout_open_array(o);
    for (size_t i = 0; i < s->n && i < ALARMS_OUT; i++) {
        const TryAlarm *a = &s->list[i];
        jout_open(o);
        jout_ks(o, "point", t->points[a->point].code);
        jout_ki(o, "from", a->from);
        jout_key(o, "to");
        if (a->to == TIME_NONE) jout_null(o);
        else jout_i64(o, a->to);
        jout_ki(o, "grade", a->worst);
        jout_key(o, "value");
        if (a->has_value) jout_f64(o, a->value);
        else jout_null(o);
        jout_kz(o, "verdict", verdict_names[a->verdict]);
        if (a->record) jout_kid(o, "alarm", a->record);
        jout_close(o);
    }
    jout_close_array(o);
    jout_kb(o, "truncated", s->n > ALARMS_OUT);
}

static void put_score(const Try *t, const char *key, const TryScore *s, JsonOut *o)
{
    jout_key(o, key);
    jout_open(o);
    jout_ki(o, "raises", s->tally.raises);
    jout_ki(o, "escalations", s->tally.escalations);
    jout_ki(o, "at_start", s->tally.at_start);
    for (int v = 0; v < TRY_VERDICTS; v++) jout_ki(o, verdict_names[v], s->tally.verdicts[v]);
    jout_kf(o, "hours", hours(s->tally.ms));
    jout_key(o, "by_grade");
    jout_open(o);
    for (int g = 1; g <= 4; g++) jout_ki(o, grade_names[g], s->tally.by_grade[g]);
    jout_close(o);
    jout_key(o, "hours_by_grade");
    jout_open(o);
    for (int g = 1; g <= 4; g++) jout_kf(o, grade_names[g], hours(s->tally.ms_by_grade[g]));
    jout_close(o);
    put_alarms(t, s, o);
    jout_close(o);
}

static void put_points(const Try *t, JsonOut *o)
{
    jout_key(o, "points");
    jout_open_array(o);
    for (size_t i = 0; i < t->npoints; i++) {
        if (!t->points[i].id) continue;
        jout_open(o);
        jout_kid(o, "id", t->points[i].id);
        jout_ks(o, "code", t->points[i].code);
        jout_ks(o, "name", t->points[i].name);
        jout_ks(o, "unit", t->points[i].unit);
        jout_close(o);
    }
    jout_close_array(o);
}

static size_t count_chosen(const Try *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->npoints; i++) n += t->points[i].id != 0;
    return n;
}

static void put_answer(const Try *t, JsonOut *o)
{
    const TryRun *run = &t->run;
    jout_open(o);
    jout_ki(o, "from", run->from);
    jout_ki(o, "to", run->to);
    jout_ki(o, "reached", run->reached);
    jout_kb(o, "complete", run->reached >= run->to);
    jout_ki(o, "readings", run->readings);
    jout_ki(o, "matched", (int64_t)(t->matched ? t->matched : count_chosen(t)));
    jout_ki(o, "outside", (int64_t)t->outside);
    jout_ki(o, "step_ms", run->step);
    put_points(t, o);
    put_score(t, "tried", &run->score[TRY_NEW], o);
    if (t->stored) put_score(t, "now", &run->score[TRY_NOW], o);
    else jout_key(o, "now"), jout_null(o);
    jout_close(o);
}

/* ---- The route ---- */

static atomic_int running;

static void end_run(void *arg)
{
    (void)arg;
    atomic_fetch_sub(&running, 1);
}

static Rc take_turn(Ctx *ctx)
{
    if (atomic_fetch_add(&running, 1) >= AT_ONCE) {
        atomic_fetch_sub(&running, 1);
        return FAIL(ctx, RC_BUSY, "rule.try.busy", "已有试算在进行，请稍候",
                    "other try-outs are running, try again soon");
    }
    arena_defer(ctx->arena, end_run, NULL);
    return RC_OK;
}

static void free_rules(void *arg)
{
    RuleSet *rules = arg;
    ruleset_free(&rules);
}

static Rc prepare(Try *t, const Json *body)
{
    Intake *in = kernel_service(t->w.kernel, "intake");
    TRY(rule_draft_read(&t->w, body, own_members, &t->draft));
    TRY(find_stored(t));
    TRY(point_sight(t->w.ctx, t->w.kernel, t->w.who, &t->sight));
    TRY(read_span(t, body));
    const Registry *r = intake_registry_take(in);
    Rc rc = choose(t, r, json_get(body, "points"));
    intake_registry_release(in, r);
    TRY(rc);
    TRY(dress(t));
    fit(t);
    t->run.series = intake_series(in);
    t->run.points = t->points;
    t->run.npoints = t->npoints;
    return RC_OK;
}

Rc rule_try(Req *req, Res *res)
{
    const Json *body;
    RuleSet *rules = NULL;
    Try *t = ARENA_NEW(req->ctx.arena, Try);
    TRY(perm_need(&req->ctx, req->who, "point.read")); /* the answer tells what was measured */
    TRY(req_json(req, &body));
    TRY(take_turn(&req->ctx));
    TRY(work_begin(req, false, &t->w));
    TRY(prepare(t, body));
    TRY(build_rules(t, &rules));
    arena_defer(req->ctx.arena, free_rules, rules);
    t->run.rules = rules;
    work_abort(&t->w); /* the connection is not held while the readings run through */
    TRY(try_replay(&req->ctx, &t->run));
    TRY(work_begin(req, false, &t->w));
    TRY(match_all(t));
    put_answer(t, res_json(req, res));
    return RC_OK;
}
