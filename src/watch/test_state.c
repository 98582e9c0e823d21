/* State that survives: whatever the series and wherever it is cut, saving, loading into lanes of another
 * number and going on gives the events that one uninterrupted lane gives. And rebinding: what is unchanged
 * stays, what is lost returns. */
#include "lane.h"

#include "base/clock.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { POINTS = 12, LINES = 600, SERIES = 60, EVENTS = 20000, TICK_EVERY = 7 };

static const char rules_text[] =
    "{\"rules\":["
    "{\"name\":\"rate\",\"point\":\"*\",\"kind\":\"rate\",\"dir\":\"either\",\"window_ms\":9000,\"off_delay_"
    "ms\":2000,"
    "\"grades\":[{\"grade\":2,\"limit\":40},{\"grade\":3,\"limit\":20}]},"
    "{\"name\":\"level\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\",\"deadband\":0.5,\"on_delay_"
    "ms\":2000,\"off_delay_ms\":3000,"
    "\"max_gap_ms\":9000,\"grades\":[{\"grade\":4,\"limit\":1},{\"grade\":2,\"limit\":3}]},"
    "{\"name\":\"low\",\"point\":\"P?\",\"kind\":\"level\",\"dir\":\"low\",\"on_delay_ms\":1000,\"grades\":[{"
    "\"grade\":1,\"limit\":-2}]},"
    "{\"name\":\"stuck\",\"point\":\"P1*\",\"kind\":\"stuck\",\"window_ms\":9000,\"eps\":0.5,\"grade\":3,"
    "\"max_gap_ms\":6000},"
    "{\"name\":\"off\",\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":15000,\"grade\":2},"
    "{\"name\":\"off2\",\"point\":\"P2\",\"kind\":\"offline\",\"timeout_ms\":4000,\"grade\":4},"
    "{\"name\":\"e\",\"point\":\"P3\",\"kind\":\"expr\",\"expr\":\"avg(\\\"P3\\\",8) + v(\\\"P8\\\") > "
    "max(\\\"P10\\\",9)\",\"grade\":2,"
    "\"on_delay_ms\":1000,\"max_age_ms\":20000},"
    "{\"name\":\"e2\",\"point\":\"P5\",\"kind\":\"expr\",\"expr\":\"delta(\\\"P8\\\",9) - "
    "v(\\\"P5\\\")\",\"dir\":\"low\",\"off_delay_ms\":2000,"
    "\"grades\":[{\"grade\":3,\"limit\":-1}]},"
    "{\"name\":\"dev\",\"point\":\"P*\",\"kind\":\"deviation\",\"k\":1.5,\"warmup_ms\":1000,\"season_ms\":"
    "60000,\"off_delay_ms\":1000,"
    "\"grades\":[{\"grade\":4,\"limit\":1},{\"grade\":3,\"limit\":2}]}]}";

static uint64_t seed;
static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % n);
}

/* Every event as a line "line index, event", so that the order within one step of several lanes does not
 * matter. */
typedef struct Log {
    struct {
        size_t step;
        WatchEvent e;
    } * list;
    size_t n, step;
} Log;

static void keep(void *ud, const WatchEvent *e)
{
    Log *log = ud;
    assert_true(log->n < EVENTS);
    log->list[log->n].step = log->step;
    log->list[log->n++].e = *e;
}

static int by_step(const void *a, const void *b)
{
    const typeof(*((Log *)0)->list) *x = a, *y = b;
    if (x->step != y->step) return x->step < y->step ? -1 : 1;
    if (x->e.t != y->e.t) return x->e.t < y->e.t ? -1 : 1;
    if (x->e.point != y->e.point) return x->e.point < y->e.point ? -1 : 1;
    return x->e.rule < y->e.rule ? -1 : x->e.rule > y->e.rule;
}

typedef struct World {
    Arena *arena;
    RuleSet *rules;
    WatchPoint points[POINTS + 1];
    Reading r[LINES];
    int64_t arrival[LINES];
} World;

static RuleSet *parse(Arena *a, const char *text)
{
    Ctx ctx;
    RuleSet *set = NULL;
    ctx_init(&ctx, a, LANG_EN);
    if (ruleset_parse(&ctx, str_of(text), &set) < 0)
        fail_msg("%s", ctx.err.fields ? ctx.err.fields->message : ctx.err.message);
    return set;
}

static void make_world(World *w, uint64_t number)
{
    seed = number * UINT64_C(0x9E3779B97F4A7C15) + 7;
    w->arena = arena_new(0);
    w->rules = parse(w->arena, rules_text);
    memset(w->points, 0, sizeof w->points);
    int64_t t = 1700000000000;
    double v[POINTS + 1] = {0};
    for (size_t p = 1; p <= POINTS; p++)
        w->points[p] = (WatchPoint){.code = str_printf(w->arena, "P%zu", p),
                                    .in_service = p != 7,
                                    .in_service_since = t,
                                    .arrival_time = p == 9};
    for (size_t i = 0; i < LINES; i++) {
        uint32_t p = 1 + below(POINTS);
        t += below(10) ? below(900) : 4000;
        v[p] += ((double)below(9) - 4) / 2;
        if (fabs(v[p]) > 5) v[p] = 0;
        int64_t skew = below(8) == 0 ? -(int64_t)below(8000) : below(20) == 0 ? 400000 : 0;
        w->arrival[i] = t;
        w->r[i] = (Reading){.t = t + skew,
                            .point = p,
                            .v = below(30) ? v[p] : NAN,
                            .q = (uint8_t)(below(15) == 0 ? below(3) : 0)};
    }
}

static void run_lines(const World *w, WatchLane **lanes, int nlanes, size_t from, size_t to, Log *log)
{
    uint8_t owner[POINTS + 1];
    WatchSink sink = {keep, log};
    watch_lane_of(w->rules, w->points, POINTS + 1, nlanes, owner);
    for (size_t i = from; i < to; i++) {
        Reading r = w->r[i];
        log->step = 2 * i;
        watch_take(lanes[owner[r.point]], &r, 1, w->arrival[i], &sink);
        log->step = 2 * i + 1;
        if (i % TICK_EVERY) continue;
        for (int k = 0; k < nlanes; k++) watch_tick(lanes[k], w->arrival[i], &sink);
    }
}

static void open_lanes(const World *w, WatchLane **lanes, int n)
{
    for (int i = 0; i < n; i++) lanes[i] = watch_lane_new(w->rules, w->points, POINTS + 1, i, n, WATCH_LIVE);
}

static void move(const World *w, WatchLane **from, int nfrom, WatchLane **to, int nto)
{
    Ctx ctx;
    ctx_init(&ctx, w->arena, LANG_EN);
    open_lanes(w, to, nto);
    for (int i = 0; i < nfrom; i++) {
        StrBuf b;
        buf_init(&b, w->arena);
        watch_lane_save(from[i], &b);
        for (int k = 0; k < nto; k++) assert_int_equal(watch_lane_load(&ctx, to[k], buf_str(&b)), RC_OK);
        watch_lane_free(&from[i]);
    }
}

static void cut_anywhere_goes_on_the_same(void **state)
{
    (void)state;
    Log one = {.list = calloc(EVENTS, sizeof *one.list)}, cut = {.list = calloc(EVENTS, sizeof *cut.list)};
    size_t kinds[RULE_CLOCK + 1] = {0};
    for (uint64_t number = 0; number < SERIES; number++) {
        World *w = calloc(1, sizeof *w);
        WatchLane *lanes[8], *others[8];
        make_world(w, number);
        one.n = cut.n = 0;
        open_lanes(w, lanes, 1);
        run_lines(w, lanes, 1, 0, LINES, &one);
        watch_lane_free(&lanes[0]);

        int before = 1 + (int)below(4), after = 1 + (int)below(4);
        size_t at = below(LINES);
        open_lanes(w, lanes, before);
        run_lines(w, lanes, before, 0, at, &cut);
        move(w, lanes, before, others, after);
        run_lines(w, others, after, at, LINES, &cut);
        for (int i = 0; i < after; i++) watch_lane_free(&others[i]);

        qsort(one.list, one.n, sizeof *one.list, by_step);
        qsort(cut.list, cut.n, sizeof *cut.list, by_step);
        for (size_t i = 0; i < one.n || i < cut.n; i++) {
            const WatchEvent *a = &one.list[i].e, *b = &cut.list[i].e;
            bool same = i < one.n && i < cut.n && one.list[i].step == cut.list[i].step && a->t == b->t &&
                        a->point == b->point && a->rule == b->rule && a->kind == b->kind &&
                        a->grade == b->grade && a->since == b->since &&
                        memcmp(&a->value, &b->value, sizeof a->value) == 0;
            if (!same)
                fail_msg("series %llu cut at %zu, %d to %d lanes: event %zu differs",
                         (unsigned long long)number, at, before, after, i);
            kinds[a->rule == WATCH_RULE_CLOCK ? RULE_CLOCK : ruleset_kind(w->rules, a->rule)]++;
        }
        ruleset_free(&w->rules);
        arena_free(&w->arena);
        free(w);
    }
    for (int k = 0; k <= RULE_CLOCK; k++) assert_true(kinds[k] > 0); /* every kind had its say */
    free(one.list);
    free(cut.list);
}

/* ---- damaged states ---- */
static void damaged_states_are_refused(void **state)
{
    (void)state;
    Log log = {.list = calloc(EVENTS, sizeof *log.list)};
    World *w = calloc(1, sizeof *w);
    WatchLane *l[1], *again[1];
    make_world(w, 1);
    open_lanes(w, l, 1);
    run_lines(w, l, 1, 0, 100, &log);
    StrBuf b;
    buf_init(&b, w->arena);
    watch_lane_save(l[0], &b);
    char *bytes = malloc(b.n);
    for (size_t n = 0; n < b.n; n += 1 + n / 20) { /* cut short */
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_ZH);
        memcpy(bytes, b.p, n);
        open_lanes(w, again, 1);
        assert_int_equal(watch_lane_load(&ctx, again[0], str_n(bytes, n)), RC_SYNTAX);
        assert_string_equal(ctx.err.code, "watch.state");
        watch_lane_free(&again[0]);
        arena_free(&a);
    }
    for (int i = 0; i < 300; i++) { /* any byte changed: refused or taken, never out of bounds */
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_ZH);
        memcpy(bytes, b.p, b.n);
        bytes[below((uint32_t)b.n)] = (char)below(256);
        open_lanes(w, again, 1);
        (void)watch_lane_load(&ctx, again[0], str_n(bytes, b.n));
        run_lines(w, again, 1, 100, 120, &log);
        watch_lane_free(&again[0]);
        arena_free(&a);
    }
    free(bytes);
    watch_lane_free(&l[0]);
    ruleset_free(&w->rules);
    arena_free(&w->arena);
    free(w);
    free(log.list);
}

/* ---- rebinding ---- */
#define HIGH(name, point, limit)                                                                             \
    "{\"name\":\"" name "\",\"point\":\"" point                                                              \
    "\",\"kind\":\"level\",\"dir\":\"high\",\"grades\":[{\"grade\":3,\"limit\":" #limit "}]}"

static void take_one(WatchLane *l, uint32_t point, int64_t t, double v, Log *log)
{
    Reading r = {.t = t, .point = point, .v = v};
    WatchSink sink = {keep, log};
    watch_take(l, &r, 1, t, &sink);
}

static void rebind_keeps_what_is_unchanged(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Log log = {.list = calloc(100, sizeof *log.list)};
    WatchSink sink = {keep, &log};
    WatchPoint points[4] = {{0}, {.code = STR("A")}, {.code = STR("B")}, {.code = STR("C")}};
    RuleSet *old = parse(a, "{\"rules\":[" HIGH("same", "*", 5) "," HIGH("gone", "A", 5) "," HIGH(
                                "changed", "B", 5) "," HIGH("narrow", "*", 5) "]}");
    RuleSet *now = parse(
        a, "{\"rules\":[" HIGH("changed", "B", 6) "," HIGH("narrow", "A", 5) "," HIGH("same", "?", 5) "]}");
    WatchLane *l = watch_lane_new(old, points, 4, 0, 1, WATCH_LIVE);
    ruleset_free(&old); /* the lane holds its own */
    take_one(l, 1, 1000, 9, &log);
    take_one(l, 2, 1000, 9, &log);
    assert_int_equal(log.n, 6);
    log.n = 0;
    watch_lane_active(l, &sink);
    assert_int_equal(log.n, 6);
    log.n = 0;
    WatchLane *fresh = watch_lane_rebind(l, now, points, 4, WATCH_LIVE, 5000, &sink);
    watch_lane_free(&l);
    /* lost: "gone" on A, "changed" on B, "narrow" on B */
    assert_int_equal(log.n, 3);
    for (size_t i = 0; i < log.n; i++) {
        assert_int_equal(log.list[i].e.kind, EVENT_RETURN);
        assert_int_equal(log.list[i].e.grade, 0);
        assert_int_equal(log.list[i].e.t, 5000);
    }
    assert_int_equal(log.list[0].e.rule, 1);
    assert_int_equal(log.list[1].e.rule, 2);
    assert_int_equal(log.list[2].e.rule, 3);
    log.n = 0;
    take_one(fresh, 1, 6000, 9, &log); /* still active, nothing to say */
    assert_int_equal(log.n, 0);
    take_one(fresh, 2, 6000, 9, &log); /* the changed rule rises anew */
    assert_int_equal(log.n, 1);
    assert_int_equal(log.list[0].e.rule, 0);
    watch_lane_free(&fresh);
    ruleset_free(&now);
    free(log.list);
    arena_free(&a);
}

static void lanes_rebind_moves_state_with_its_point(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Log log = {.list = calloc(100, sizeof *log.list)};
    WatchSink sink = {keep, &log};
    WatchPoint points[4] = {{0}, {.code = STR("A")}, {.code = STR("B")}, {.code = STR("C")}};
    RuleSet *old = parse(a, "{\"rules\":[" HIGH("h", "*", 5) "]}");
    RuleSet *now =
        parse(a, "{\"rules\":[" HIGH("h", "*", 5) ",{\"name\":\"e\",\"point\":\"A\",\"kind\":\"expr\","
                                                  "\"expr\":\"v(\\\"A\\\") > v(\\\"B\\\")\",\"grade\":1}]}");
    WatchLane *lanes[2] = {watch_lane_new(old, points, 4, 0, 2, WATCH_LIVE),
                           watch_lane_new(old, points, 4, 1, 2, WATCH_LIVE)};
    take_one(lanes[1], 1, 1000, 9, &log);
    take_one(lanes[0], 2, 1000, 8, &log);
    assert_int_equal(log.n, 2);
    log.n = 0;
    watch_lanes_rebind(lanes, 2, now, points, 4, WATCH_LIVE, 5000, &sink);
    assert_int_equal(log.n, 0); /* B moved to A's lane with its alarm */
    uint8_t owner[4];
    watch_lane_of(now, points, 4, 2, owner);
    assert_int_equal(owner[1], owner[2]);
    take_one(lanes[owner[2]], 2, 6000, 1, &log);
    assert_int_equal(log.n, 2); /* h returns, e rises: v(A) was carried over too */
    assert_int_equal(log.list[0].e.kind, EVENT_RETURN);
    assert_int_equal(log.list[1].e.kind, EVENT_RAISE);
    assert_int_equal(log.list[1].e.point, 1);
    for (int i = 0; i < 2; i++) watch_lane_free(&lanes[i]);
    ruleset_free(&old);
    ruleset_free(&now);
    free(log.list);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cut_anywhere_goes_on_the_same),
                                       cmocka_unit_test(damaged_states_are_refused),
                                       cmocka_unit_test(rebind_keeps_what_is_unchanged),
                                       cmocka_unit_test(lanes_rebind_moves_state_with_its_point)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
