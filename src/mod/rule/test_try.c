/* The try-out: alarms and their matching as pure tables; then readings through the real engine over HTTP,
 * beside the stored rule and the verdicts on real alarms; the bounds; copies, advice, and an old version
 * restored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../alarm/test_rig.h"
#include "rule_try.h"
#include <math.h>

#define T0 INT64_C(1795276800000) /* 2026-11-22 00:00+08:00 */

/* ---- Pure: events to alarms ---- */

static void test_tally(void **state)
{
    (void)state;
    static const struct {
        int minute, kind, grade;
    } events[] = {
        {-30, EVENT_RAISE, 4}, {-20, EVENT_RETURN, 0}, /* warm-up: gone */
        {-10, EVENT_RAISE, 3}, {10, EVENT_RETURN, 0},  /* active at the start */
        {20, EVENT_RAISE, 4},  {30, EVENT_ESCALATE, 1}, {40, EVENT_EASE, 2},
        {50, EVENT_RETURN, 0}, {60, EVENT_RAISE, 2}, /* active at the end */
    };
    Arena *a = arena_new(0);
    TryScore s;
    try_score_init(&s, a, 1, T0);
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        assert_true(try_score_event(&s, 0,
                                    &(WatchEvent){.t = T0 + events[i].minute * MS_MINUTE,
                                                  .kind = (uint8_t)events[i].kind,
                                                  .grade = (uint8_t)events[i].grade,
                                                  .has_value = 1,
                                                  .value = (double)i}));
    try_score_end(&s, T0 + 90 * MS_MINUTE);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.tally.at_start, 1);
    assert_int_equal(s.tally.raises, 2);
    assert_int_equal(s.tally.escalations, 1);
    assert_int_equal(s.tally.by_grade[1], 1);
    assert_int_equal(s.tally.by_grade[2], 1);
    assert_int_equal(s.tally.ms, (10 + 30 + 30) * MS_MINUTE);
    assert_int_equal(s.tally.ms_by_grade[1], 10 * MS_MINUTE);
    assert_int_equal(s.tally.ms_by_grade[2], 40 * MS_MINUTE);
    assert_int_equal(s.tally.ms_by_grade[3], 10 * MS_MINUTE);
    assert_int_equal(s.tally.ms_by_grade[4], 10 * MS_MINUTE);
    assert_int_equal(s.list[1].worst, 1);
    assert_true(s.list[2].to == TIME_NONE);
    arena_free(&a);
}

/* One alarm from minute 60 to 70, and what it is matched with. */
static void test_match(void **state)
{
    (void)state;
#define PAST(id_, from_, to_, same_, fault_, verdict_)                                                       \
    {                                                                                                        \
        .id = (id_), .from = T0 + (from_)*MS_MINUTE, .to = T0 + (to_)*MS_MINUTE, .same_rule = (same_),       \
        .fault = (fault_), .verdict = (verdict_)                                                             \
    }
    static const struct {
        TryPast past[3];
        size_t n;
        int64_t record;
        TryVerdict verdict;
    } rows[] = {
        {{PAST(1, 0, 54, true, false, TRY_FALSE)}, 1, 0, TRY_UNJUDGED}, /* over before, even with tolerance */
        {{PAST(1, 0, 56, true, false, TRY_FALSE)}, 1, 1, TRY_FALSE},
        {{PAST(1, 74, 80, true, false, TRY_TRUE)}, 1, 1, TRY_TRUE},
        {{PAST(1, 76, 80, true, false, TRY_TRUE)}, 1, 0, TRY_UNJUDGED},
        {{PAST(1, 60, 70, true, true, TRY_TRUE)}, 1, 0, TRY_UNJUDGED}, /* a fault is no level */
        {{PAST(1, 60, 70, true, false, TRY_UNJUDGED), PAST(2, 50, 90, false, false, TRY_FALSE)},
         2,
         2,
         TRY_FALSE},
        {{PAST(1, 60, 70, false, false, TRY_FALSE), PAST(2, 50, 90, true, false, TRY_TRUE)}, 2, 2, TRY_TRUE},
        {{PAST(1, 50, 70, true, false, TRY_FALSE), PAST(2, 62, 63, true, false, TRY_OTHER)}, 2, 2, TRY_OTHER},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Arena *a = arena_new(0);
        TryScore s;
        try_score_init(&s, a, 1, T0);
        try_score_event(&s, 0, &(WatchEvent){.t = T0 + 60 * MS_MINUTE, .kind = EVENT_RAISE, .grade = 2});
        try_score_event(&s, 0, &(WatchEvent){.t = T0 + 70 * MS_MINUTE, .kind = EVENT_RETURN});
        try_score_end(&s, T0 + 90 * MS_MINUTE);
        try_score_match(&s, 0, false, rows[i].past, rows[i].n);
        assert_int_equal(s.list[0].record, rows[i].record);
        assert_int_equal(s.list[0].verdict, rows[i].verdict);
        assert_int_equal(s.tally.verdicts[rows[i].verdict], 1);
        arena_free(&a);
    }
}

/* ---- The replay's bounds ---- */

#define DENSE_POINTS 8
#define DENSE_EACH   19000 /* more in all than one piece holds, fewer of one point */

static void write_dense(Series *s)
{
    Arena *a = arena_new(0);
    Reading *r = ARENA_ARRAY(a, Reading, DENSE_EACH);
    for (uint32_t p = 1; p <= DENSE_POINTS; p++) {
        for (int i = 0; i < DENSE_EACH; i++) r[i] = (Reading){.t = T0 + i, .v = i % 100, .point = p};
        assert_int_equal(series_append(s, 0, T0, r, DENSE_EACH, NULL, 0, (SeriesTicket){0}, NULL), RC_OK);
    }
    arena_free(&a);
}

static Series *open_dense(Rig *r, TryRun *run)
{
    static const char rules[] = "{\"rules\":[{\"name\":\"new\",\"point\":\"*\",\"kind\":\"level\","
                                "\"dir\":\"high\",\"grades\":[{\"grade\":2,\"limit\":98.5}]}]}";
    Series *s = NULL;
    RuleSet *set = NULL;
    TryPoint *points = ARENA_ARRAY(r->arena, TryPoint, DENSE_POINTS);
    SeriesOptions opt = {.dir = r->dir, .shards = 1, .checkpoint_ms = MS_HOUR};
    db_test_must(&r->ctx, series_open(&r->ctx, &opt, NULL, &s));
    db_test_must(&r->ctx, ruleset_parse(&r->ctx, str_of(rules), &set));
    write_dense(s);
    for (uint32_t i = 0; i < DENSE_POINTS; i++)
        points[i] = (TryPoint){.number = i + 1,
                               .id = i + 1,
                               .interval_ms = MS_SECOND,
                               .code = str_printf(r->arena, "P%d", (int)i + 1)};
    *run = (TryRun){.series = s,
                    .points = points,
                    .npoints = DENSE_POINTS,
                    .rules = set,
                    .lead = T0,
                    .from = T0,
                    .to = T0 + DENSE_EACH};
    return s;
}

/* What was fed is all that lies before `reached`, and at most the others of that moment. */
static void replay_dense(Rig *r, TryRun run, int64_t budget_us, TryRun *out)
{
    run.budget_us = budget_us;
    db_test_must(&r->ctx, try_replay(&r->ctx, &run));
    int64_t before = (run.reached - T0) * DENSE_POINTS;
    assert_in_range(run.readings, before, before + DENSE_POINTS - 1);
    *out = run;
}

/* Every point a thousand times denser than it says: the pieces are cut, and the budget may run out anywhere.
 */
static void test_budget(void **state)
{
    (void)state;
    enum { PARTS = 16 };
    Rig r;
    TryRun run, done;
    rig_begin(&r, NULL);
    Series *s = open_dense(&r, &run);
    int64_t begun = clock_mono_us();
    replay_dense(&r, run, 3600 * INT64_C(1000000), &done);
    int64_t took = clock_mono_us() - begun;
    assert_int_equal(done.reached, run.to);
    assert_int_equal(done.readings, DENSE_POINTS * DENSE_EACH);
    assert_int_equal(done.score[TRY_NEW].tally.raises, DENSE_POINTS * DENSE_EACH / 100);
    for (int i = 1; i < PARTS; i++) {
        replay_dense(&r, run, took * i / PARTS, &done);
    }
    replay_dense(&r, run, 1, &done);
    assert_true(done.reached < run.to);
    RuleSet *set = (RuleSet *)run.rules;
    ruleset_free(&set);
    series_close(&s);
    nftw(r.dir, city_drop_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(&r.arena);
}

/* ---- Over HTTP ---- */

#define HIGH "\"kind\":\"level\",\"dir\":\"high\""

/* Six hours of a reading a minute: 1, but 5 for ten minutes at the hours 1 and 2, and 8 at hour 3. */
static void send_day(Rig *r, const char *code)
{
    for (int m = 0; m < 360; m++) {
        bool up = m % 60 < 10;
        send_value(r, code, T0 + m * MS_MINUTE, !up || m < 60 ? 1 : m < 180 ? 5 : m < 240 ? 8 : 1);
    }
}

static const Json *try_it(Rig *r, int status, const char *more)
{
    const char *body =
        arena_printf(r->arena,
                     "{\"code\":\"R\",\"point\":\"P*\"," HIGH
                     "%s,\"from\":\"2026-11-22T00:00:00+08:00\",\"to\":\"2026-11-22T06:00:00+08:00\"}",
                     more);
    return post(r, status, "/api/rules/try", body);
}

static int64_t figure(const Json *answer, const char *rule, const char *name)
{
    return whole(json_get(json_get(answer, rule), name));
}

static bool closed(Rig *r, const void *n)
{
    return whole(json_get(get(r, "/api/alarms?active=false&rule=R"), "count")) == *(const int *)n;
}

static void judge(Rig *r, const Json *alarm, const char *verdict)
{
    post(r, 200, arena_printf(r->arena, "/api/alarms/%s/actions/judge", text(r, alarm, "id")),
         arena_printf(r->arena, "{\"verdict\":\"%s\",\"code\":\"sensor\",\"reason\":\"试验\"}", verdict));
}

static void counts(DbPool *pool)
{
    Rig r;
    clock_freeze(T0 + 12 * MS_HOUR);
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"甲烷\",\"unit\":\"%LEL\"}");
    create(&r, "points", "{\"code\":\"Q1\",\"name\":\"别处\"}");
    create(&r, "rules", "{\"code\":\"R\",\"name\":\"现行\",\"point\":\"P*\"," HIGH ",\"limit2\":6}");
    send_day(&r, "P1");
    send_day(&r, "Q1");
    assert_true(until(&r, closed, &(int){1}));
    judge(&r, item(json_get(get(&r, "/api/alarms?rule=R"), "items"), 0), "false");

    /* Lower limits: the two small rises as well; the third is the one that was judged. */
    const Json *j = try_it(&r, 200, ",\"limit2\":7,\"limit4\":4");
    assert_true(truth(j, "complete"));
    assert_int_equal(json_get(j, "points")->count, 1);
    assert_string_equal(text(&r, json_get(j, "points")->child, "unit"), "%LEL");
    assert_int_equal(whole(json_get(j, "readings")), 360);
    assert_int_equal(figure(j, "tried", "raises"), 3);
    assert_int_equal(figure(j, "tried", "false"), 1);
    assert_int_equal(figure(j, "tried", "unjudged"), 2);
    assert_int_equal(whole(json_get(json_get(json_get(j, "tried"), "by_grade"), "2")), 1);
    assert_int_equal(whole(json_get(json_get(json_get(j, "tried"), "by_grade"), "4")), 2);
    assert_int_equal(figure(j, "now", "raises"), 1);
    assert_int_equal(figure(j, "now", "false"), 1);
    double hours;
    assert_true(json_f64(json_get(json_get(j, "tried"), "hours"), &hours));
    assert_float_equal(hours, 0.5, 1e-9);
    const Json *third = item(json_get(json_get(j, "tried"), "alarms"), 2);
    assert_int_equal(whole(json_get(third, "from")), T0 + 3 * MS_HOUR);
    assert_int_equal(whole(json_get(third, "to")), T0 + 3 * MS_HOUR + 10 * MS_MINUTE);
    assert_string_equal(text(&r, third, "verdict"), "false");

    /* A delay keeps the short ones out; other points by name; nothing is stored. */
    j = try_it(&r, 200, ",\"limit4\":4,\"on_delay_ms\":900000");
    assert_int_equal(figure(j, "tried", "raises"), 0);
    j = try_it(&r, 200, ",\"limit4\":4,\"points\":[\"Q1\"]");
    assert_int_equal(figure(j, "tried", "raises"), 3);
    assert_int_equal(figure(j, "now", "raises"), 0); /* the stored one does not judge Q1 */
    assert_int_equal(whole(json_get(get(&r, "/api/rules"), "count")), 1);
    rig_close(&r);
}

/* Kinds that need the clock of all lines, other points, or earlier readings. */
static void kinds(DbPool *pool)
{
    static const struct {
        const char *rule;
        int64_t raises, at_start;
    } rows[] = {
        {"\"kind\":\"offline\",\"point\":\"P1\",\"timeout_ms\":600000,\"grade\":4", 1, 0},
        {"\"kind\":\"rate\",\"point\":\"P1\",\"dir\":\"rise\",\"limit3\":2,\"window_ms\":120000,\"off_delay_"
         "ms\":"
         "300000",
         3, 0},
        {"\"kind\":\"expr\",\"point\":\"P1\",\"expr\":\"v(\\\"P2\\\") > 4\",\"grade\":3", 3, 0},
        {"\"kind\":\"level\",\"point\":\"P1\",\"dir\":\"low\",\"limit4\":1", 3, 1},
        {"\"kind\":\"stuck\",\"point\":\"P1\",\"window_ms\":1800000,\"eps\":0,\"grade\":4", 3, 1},
    };
    Rig r;
    clock_freeze(T0 + 12 * MS_HOUR);
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"一\"}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"二\"}");
    send_day(&r, "P1");
    send_day(&r, "P2");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Json *j = post(&r, 200, "/api/rules/try",
                             arena_printf(r.arena, "{%s,\"from\":%lld,\"to\":%lld}", rows[i].rule,
                                          (long long)(T0 + 40 * MS_MINUTE), (long long)(T0 + 8 * MS_HOUR)));
        if (figure(j, "tried", "raises") != rows[i].raises) fprintf(stderr, "%s\n", rows[i].rule);
        assert_int_equal(figure(j, "tried", "raises"), rows[i].raises);
        assert_int_equal(figure(j, "tried", "at_start"), rows[i].at_start);
        assert_int_equal(json_get(j, "now")->type, JSON_NULL);
    }
    rig_close(&r);
}

/* {"points":["X0*","X1*",…]} as a member, n entries; the end is "*" or nothing. */
static const char *list_of(Rig *r, int n, const char *end)
{
    StrBuf b;
    buf_init(&b, r->arena);
    for (int i = 0; i < n; i++) buf_printf(&b, "%s\"X%d%s\"", i ? "," : "", i, end);
    return arena_printf(r->arena, ",\"points\":[%s]", str_z(r->arena, buf_str(&b)));
}

static void lists(DbPool *pool)
{
    static const struct {
        int n;
        const char *end, *tried, *copied; /* the code under points */
    } rows[] = {
        {100, "", "none", NULL},     {101, "", "limit", NULL},  {500, "", "limit", NULL},
        {501, "", "limit", "limit"}, {16, "*", "none", "none"}, {17, "*", "limit", "limit"},
    };
    Rig r;
    clock_freeze(T0 + 12 * MS_HOUR);
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"点\"}");
    create(&r, "rules", "{\"code\":\"R\",\"name\":\"超限\",\"point\":\"P1\"," HIGH ",\"limit2\":6}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *points = list_of(&r, rows[i].n, rows[i].end);
        const Json *j = try_it(&r, 422, arena_printf(r.arena, ",\"limit1\":1%s", points));
        assert_true(has_field(j, "points", rows[i].tried));
        for (int apply = 0; apply < 2; apply++) {
            const char *body =
                arena_printf(r.arena, "{\"from\":\"R\"%s,\"apply\":%s}", points, apply ? "true" : "false");
            j = post(&r, rows[i].copied ? 422 : 200, "/api/rules/copy", body);
            if (rows[i].copied) assert_true(has_field(j, "points", rows[i].copied));
            else assert_int_equal(whole(json_get(j, "failed")), rows[i].n);
        }
    }
    char stars[300];
    memset(stars, '*', sizeof stars - 1);
    stars[sizeof stars - 1] = 0;
    const char *body = arena_printf(r.arena, "{\"from\":\"R\",\"points\":\"%s\"}", stars);
    assert_true(has_field(post(&r, 422, "/api/rules/copy", body), "points", "limit"));
    rig_close(&r);
}

static void spans(DbPool *pool)
{
    static const struct {
        const char *span, *field;
    } rows[] = {
        {"\"from\":-9223372036854775808", "from"},
        {"\"from\":-9223372036854775807,\"to\":9223372036854775807", "from"},
        {"\"from\":-1,\"to\":1000", "from"},
        {"\"to\":-9223372036854775808", "to"},
        {"\"from\":0,\"to\":-1", "to"},
        {"\"to\":1000", "from"},
        {"\"from\":9223372036854775807", "from"},
        {"\"from\":0", "from"},
    };
    Rig r;
    clock_freeze(T0 + 12 * MS_HOUR);
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"点\"}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_true(has_field(
            post(&r, 422, "/api/rules/try",
                 arena_printf(r.arena, "{\"point\":\"P1\"," HIGH ",\"limit1\":1,%s}", rows[i].span)),
            rows[i].field, "range"));
    post(&r, 200, "/api/rules/try", "{\"point\":\"P1\"," HIGH ",\"limit1\":1,\"from\":0,\"to\":1000}");
    rig_close(&r);
}

static void bounds(DbPool *pool)
{
    static const struct {
        int status;
        const char *more, *field, *code;
    } rows[] = {
        {422, ",\"limit1\":1,\"limit2\":2", "limit1", "order"},
        {422, "", "limit1", "required"},
        {422, ",\"limit1\":1,\"points\":\"X*\"", "points", "none"},
        {422, ",\"limit1\":1,\"points\":[\"P*\",\"P1\",7]", NULL, NULL},
        {422, ",\"limit1\":1,\"points\":7", "points", "type"},
        {422, ",\"limit1\":1,\"colour\":1", "colour", "unknown"},
    };
    Rig r;
    clock_freeze(T0 + 12 * MS_HOUR);
    rig_open(&r, pool);
    for (int i = 0; i < 102; i++)
        create(&r, "points", arena_printf(r.arena, "{\"code\":\"P%d\",\"name\":\"点\",\"interval_s\":1}", i));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Json *j = try_it(&r, rows[i].status, rows[i].more);
        if (rows[i].field) assert_true(has_field(j, rows[i].field, rows[i].code));
    }
    assert_true(has_field(try_it(&r, 422, ",\"limit1\":1,\"points\":\"P*\""), "points", "limit"));
    /* The rule's own pattern may match more: then a hundred stand for all. */
    const Json *some = try_it(&r, 200, ",\"limit1\":1");
    assert_int_equal(json_get(some, "points")->count, 100);
    assert_int_equal(whole(json_get(some, "matched")), 102);
    post(&r, 422, "/api/rules/try", "{\"point\":\"P1\"," HIGH ",\"limit1\":1,\"from\":\"2020-01-01\"}");
    post(&r, 422, "/api/rules/try", "{\"point\":\"P1\"," HIGH ",\"limit1\":1,\"from\":\"never\"}");
    post(&r, 400, "/api/rules/try", "[]");
    r.city.token = "nobody";
    post(&r, 401, "/api/rules/try", "{}");
    rig_close(&r);
}

/* ---- Advice ---- */

static bool advised(const Json *answer, const char *field, const char *code)
{
    JSON_EACH(w, json_get(answer, "warnings"))
    if (str_is(json_str(json_get(w, "field")), field) && str_is(json_str(json_get(w, "code")), code))
        return true;
    return false;
}

static void advice(DbPool *pool)
{
    static const struct {
        const char *rule, *field, *code;
        int64_t points;
    } rows[] = {
        {"\"point\":\"P*\"," HIGH ",\"limit1\":1", NULL, NULL, 2},
        {"\"point\":\"X*\"," HIGH ",\"limit1\":1", "point", "no_point", 0},
        {"\"point\":\"P*\",\"kind\":\"rate\",\"dir\":\"rise\",\"limit1\":1,\"window_ms\":600000",
         "off_delay_ms", "no_off_delay", 2},
        {"\"point\":\"P2\",\"kind\":\"rate\",\"dir\":\"rise\",\"limit1\":1,\"window_ms\":119000,\"off_delay_"
         "ms\":1",
         "window_ms", "short_window", 1},
        {"\"point\":\"P1\",\"kind\":\"rate\",\"dir\":\"rise\",\"limit1\":1,\"window_ms\":119000,\"off_delay_"
         "ms\":1",
         NULL, NULL, 1},
        {"\"point\":\"P2\",\"kind\":\"stuck\",\"grade\":4,\"eps\":0,\"window_ms\":60000", "window_ms",
         "short_window", 1},
        {"\"point\":\"P2\",\"kind\":\"offline\",\"grade\":4,\"timeout_ms\":60000", "timeout_ms",
         "short_timeout", 1},
        {"\"point\":\"P1\",\"kind\":\"expr\",\"grade\":4,\"expr\":\"v(\\\"P1\\\") > v(\\\"P9\\\")\"", "expr",
         "no_operand", 1},
    };
    Rig r;
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"快\",\"interval_s\":5}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"慢\",\"interval_s\":60}");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Json *j = post(&r, 200, "/api/rules/advise", arena_printf(r.arena, "{%s}", rows[i].rule));
        assert_int_equal(whole(json_get(j, "points")), rows[i].points);
        if (rows[i].code) assert_true(advised(j, rows[i].field, rows[i].code));
        else assert_int_equal(json_get(j, "warnings")->count, 0);
    }
    post(&r, 422, "/api/rules/advise", "{\"point\":\"P1\"}");
    rig_close(&r);
}

/* ---- Copies ---- */

static const char *action_of(Rig *r, const Json *answer, size_t i)
{
    return text(r, item(json_get(answer, "items"), i), "action");
}

static void copies(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    for (int i = 1; i <= 3; i++)
        create(&r, "points", arena_printf(r.arena, "{\"code\":\"P%d\",\"name\":\"点%d\"}", i, i));
    create(&r, "rules", "{\"code\":\"R-P1\",\"name\":\"超限\",\"point\":\"P1\"," HIGH ",\"limit2\":6}");
    const char *ask = "{\"from\":\"R-P1\",\"points\":[\"P1\",\"P2\",\"P3\",\"P9\",\"P2\"]%s}";
    const Json *j = post(&r, 200, "/api/rules/copy", arena_printf(r.arena, ask, ""));
    assert_false(truth(j, "applied"));
    assert_int_equal(json_get(j, "items")->count, 4);
    assert_string_equal(action_of(&r, j, 0), "same");
    assert_string_equal(action_of(&r, j, 1), "create");
    assert_string_equal(action_of(&r, j, 3), "error");
    assert_int_equal(whole(json_get(get(&r, "/api/rules"), "count")), 1);

    j = post(&r, 200, "/api/rules/copy", arena_printf(r.arena, ask, ",\"apply\":true"));
    assert_true(truth(j, "applied"));
    assert_int_equal(whole(json_get(j, "created")), 2);
    assert_int_equal(whole(json_get(j, "failed")), 1);
    const Json *made = get(&r, "/api/rules/code:R-P2");
    assert_string_equal(text(&r, made, "point"), "P2");
    assert_string_equal(text(&r, made, "name"), "超限 点2");
    assert_int_equal(json_get(get(&r, "/api/rules/in-force"), "rules")->count, 3);

    change(&r, "/api/rules/code:R-P1", "{\"limit2\":7}", 200);
    change(&r, "/api/rules/code:R-P3", "{\"limit2\":7}", 200);
    j = post(&r, 200, "/api/rules/copy", "{\"from\":\"R-P1\",\"points\":\"P?\",\"apply\":true}");
    assert_string_equal(action_of(&r, j, 1), "change");
    assert_string_equal(text(&r, item(json_get(j, "items"), 1), "code"), "R-P2");
    assert_true(str_is(json_str(json_get(item(json_get(j, "items"), 1), "fields")->child), "limit2"));
    assert_string_equal(action_of(&r, j, 2), "same");
    assert_string_equal(
        text(&r, item(json_get(get(&r, "/api/rules/code:R-P2/history"), "items"), 0), "action"), "copy");

    /* A point that several patterns match is one point. */
    j = post(&r, 200, "/api/rules/copy", "{\"from\":\"R-P1\",\"points\":[\"P?\",\"*\",\"P3\",\"P*\"]}");
    assert_int_equal(json_get(j, "items")->count, 3);

    create(&r, "rules", "{\"code\":\"ALL\",\"name\":\"全部\",\"point\":\"P*\"," HIGH ",\"limit2\":6}");
    j = post(&r, 200, "/api/rules/copy", "{\"from\":\"ALL\",\"points\":\"P?\"}");
    assert_int_equal(whole(json_get(j, "covered")), 3);
    assert_string_equal(text(&r, item(json_get(j, "items"), 0), "code"), "ALL-P1");
    assert_true(has_field(post(&r, 422, "/api/rules/copy", "{\"from\":\"NO\",\"points\":\"P1\"}"), "from",
                          "reference"));
    assert_true(has_field(post(&r, 422, "/api/rules/copy", "{\"from\":\"ALL\",\"points\":\"Z*\"}"), "points",
                          "none"));
    assert_true(has_field(post(&r, 422, "/api/rules/copy", "{\"from\":\"ALL\",\"to\":1}"), "to", "unknown"));
    rig_close(&r);
}

/* An expression's copy asks the copy's point where the original asked its own. */
static void copied_expr(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    create(&r, "points", "{\"code\":\"P1\",\"name\":\"一\"}");
    create(&r, "points", "{\"code\":\"P2\",\"name\":\"二\"}");
    create(&r, "rules",
           "{\"code\":\"E\",\"name\":\"组合\",\"point\":\"P1\",\"kind\":\"expr\",\"grade\":3,\"expr\":\"v("
           "\\\"P1\\\") > "
           "avg(\\\"P11\\\", 60) and age(\\\"P1\\\") < 9\"}");
    post(&r, 200, "/api/rules/copy", "{\"from\":\"E\",\"points\":[\"P2\"],\"apply\":true}");
    assert_string_equal(text(&r, get(&r, "/api/rules/code:E-P2"), "expr"),
                        "v(\"P2\") > avg(\"P11\", 60) and age(\"P2\") < 9");
    rig_close(&r);
}

static void restored(DbPool *pool)
{
    Rig r;
    rig_open(&r, pool);
    create(&r, "rules", "{\"code\":\"R\",\"name\":\"规则\",\"point\":\"P*\"," HIGH ",\"limit2\":6}");
    change(&r, "/api/rules/code:R", "{\"limit2\":7,\"deadband\":1}", 200);
    post(&r, 422, "/api/rules/code:R/actions/restore", "{\"values\":{\"limit2\":6}}");
    post(&r, 422, "/api/rules/code:R/actions/restore", "{\"reason\":\"误改\",\"values\":{\"code\":\"S\"}}");
    post(&r, 422, "/api/rules/code:R/actions/restore", "{\"reason\":\"误改\",\"values\":{\"limit2\":null}}");
    post(&r, 200, "/api/rules/code:R/actions/restore",
         "{\"reason\":\"误改\",\"values\":{\"limit2\":6,\"deadband\":null}}");
    const Json *now = get(&r, "/api/rules/code:R");
    assert_int_equal(whole(json_get(now, "limit2")), 6);
    assert_int_equal(json_get(now, "deadband")->type, JSON_NULL);
    const Json *last = item(json_get(get(&r, "/api/rules/code:R/history"), "items"), 0);
    assert_string_equal(text(&r, last, "action"), "restore");
    assert_string_equal(text(&r, last, "why"), "误改");
    rig_close(&r);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(counts)
EACH(kinds)
EACH(lists)
EACH(spans)
EACH(bounds)
EACH(advice)
EACH(copies)
EACH(copied_expr)
EACH(restored)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tally),  cmocka_unit_test(test_match),       cmocka_unit_test(test_counts),
        cmocka_unit_test(test_kinds),  cmocka_unit_test(test_bounds),      cmocka_unit_test(test_budget),
        cmocka_unit_test(test_lists),  cmocka_unit_test(test_spans),       cmocka_unit_test(test_advice),
        cmocka_unit_test(test_copies), cmocka_unit_test(test_copied_expr), cmocka_unit_test(test_restored)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
