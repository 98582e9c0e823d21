/* A running intake: acknowledgement, events, limits, fairness, several lanes, reload, unclaimed sources, the
 * map's marks. */
#include "base/log.h"
#include "test_support.h"
#include <signal.h>
#include <sys/resource.h>

static char dir[256];
static EventLog events;

static int setup(void **state)
{
    (void)state;
    test_dir(dir, sizeof dir);
    events = (EventLog){.lock = PTHREAD_MUTEX_INITIALIZER};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(events.text);
    test_dir_remove(dir);
    return 0;
}

static IntakeOptions options(int lanes)
{
    return (IntakeOptions){.dir = dir,
                           .lanes = lanes,
                           .events = on_test_events,
                           .events_ud = &events,
                           .tick_ms = -1,
                           .state_ms = -1};
}

static const char level[] = RULE_LEVEL_JSON("level", "5");

static void readings_are_stored_and_judged(void **state)
{
    (void)state;
    for (int lanes = 1; lanes <= 3; lanes += 2) {
        IntakeOptions opt = options(lanes);
        char sub[300];
        snprintf(sub, sizeof sub, "%s/%d", dir, lanes);
        opt.dir = sub;
        events.last_pos = 0;
        Intake *in = test_open(&opt, 100, level);
        int64_t t = clock_now() - 100000;
        for (uint32_t i = 0; i < 3; i++) {
            Waiter w = WAITER_INIT;
            Batch *b = batch_new(in, i, clock_now());
            for (uint32_t p = 1; p <= 100; p++) batch_add(b, p, t + i * 1000, p == 50 ? 4 + 3 * i : 1, 0);
            assert_int_equal(waiter_submit(&w, in, b), RC_OK);
            assert_int_equal(waiter_wait(&w), RC_OK);
        }
        assert_string_equal(event_log_wait(&events, 2), "P50 level raise 3 7\nP50 level escalate 1 10\n");
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        for (uint32_t p = 1; p <= 100; p++) {
            SeriesRow *rows;
            size_t n;
            assert_int_equal(series_range(&ctx, intake_series(in), p, t, t + 10000, 10, &rows, &n), RC_OK);
            assert_int_equal(n, 3);
        }
        arena_free(&a);
        IntakeStats s;
        intake_stats(in, &s);
        assert_int_equal(s.readings, 300);
        assert_int_equal(s.batches, 3);
        assert_int_equal(s.events, 2);
        assert_int_equal(s.in_flight, 0);
        intake_close(&in);
        assert_null(in);
        events.count = events.n = 0;
    }
}

static void odd_readings_are_told_apart(void **state)
{
    (void)state;
    IntakeOptions opt = options(1);
    Intake *in = test_open(&opt, 10, level);
    int64_t now = clock_now();
    put_one(in, 1, now - 1000, 1);
    put_one(in, 1, now - 2000, 20);          /* late: stored, not judged */
    put_one(in, 2, now + 6 * MS_MINUTE, 20); /* ahead of the clock */
    put_one(in, 3, now, NAN);                /* bad */
    IntakeStats s;
    intake_stats(in, &s);
    assert_int_equal(s.late, 1);
    assert_int_equal(s.ahead, 1);
    assert_int_equal(s.bad, 1);
    assert_int_equal(s.events, 0);
    uint32_t dirty[10];
    assert_int_equal(intake_dirty(in, dirty, 10), 1);
    assert_int_equal(dirty[0], 1);
    assert_int_equal(intake_dirty(in, dirty, 10), 0);
    intake_close(&in);
}

static void an_empty_batch_is_done_at_once(void **state)
{
    (void)state;
    IntakeOptions opt = options(1);
    Intake *in = test_open(&opt, 1, level);
    Waiter w = WAITER_INIT;
    Batch *b = batch_new(in, 1, 5);
    batch_reject(b, 3, "v", "number");
    batch_reject(b, 9, "t", "time");
    assert_int_equal(b->first.line, 3);
    assert_string_equal(b->first.code, "number");
    batch_unclaimed(in, b, STR("json:X"), 5, 1, STR("me"));
    assert_int_equal(b->accepted, 1);
    assert_int_equal(waiter_submit(&w, in, b), RC_OK);
    assert_int_equal(w.waiting, 0);
    IntakeStats s;
    intake_stats(in, &s);
    assert_int_equal(s.rejected, 2);
    assert_int_equal(s.unclaimed, 1);
    intake_close(&in);
}

/* While the receiver is busy, events of many positions gather; it gets them in few calls, in order. */
static void events_that_wait_come_together(void **state)
{
    (void)state;
    enum { N = 40 };
    char want[N * 32] = "";
    IntakeOptions opt = options(1);
    Intake *in = test_open(&opt, 1, level);
    pthread_mutex_lock(&events.lock);
    for (int i = 0; i < N; i++) {
        put_one(in, 1, clock_now() - 100000 + i * 1000, i % 2 ? 1 : 20);
        strcat(want, i % 2 ? "P1 level return 0 1\n" : "P1 level raise 1 20\n");
    }
    pthread_mutex_unlock(&events.lock);
    assert_string_equal(event_log_wait(&events, N), want);
    assert_in_range(events.calls, 1, 3);
    intake_close(&in);
}

/* ---- Limits ---- */

static Batch *full_batch(Intake *in, uint64_t sender, size_t n)
{
    static int64_t t = INT64_C(1700000000000);
    Batch *b = batch_new(in, sender, clock_now());
    for (size_t i = 0; i < n; i++) batch_add(b, 1 + (uint32_t)(i % 10), t++, 1, 0);
    return b;
}

/* Limits smaller than two batches, and submissions without waiting. */
static void limits_are_kept(void **state)
{
    (void)state;
    IntakeOptions opt = options(1);
    opt.max_in_flight = 100;
    opt.max_per_sender = 60;
    Intake *in = test_open(&opt, 10, level);
    Waiter w = WAITER_INIT;
    size_t busy = 0, taken = 0;
    for (int i = 0; i < 2000; i++) {
        Batch *b = full_batch(in, (uint64_t)(i % 3), 50);
        Rc rc = waiter_submit(&w, in, b);
        if (rc == RC_BUSY) {
            busy++;
            batch_free(&b);
        } else {
            assert_int_equal(rc, RC_OK);
            taken++;
        }
        IntakeStats s;
        intake_stats(in, &s);
        assert_true(s.in_flight <= 100);
    }
    assert_int_equal(waiter_wait(&w), RC_OK);
    IntakeStats s;
    intake_stats(in, &s);
    assert_true(busy > 0 && taken > 0);
    assert_int_equal(s.busy, busy);
    assert_int_equal(s.batches, taken);
    /* Larger than every limit: taken when nothing else waits. */
    assert_int_equal(waiter_submit(&w, in, full_batch(in, 1, 5000)), RC_OK);
    assert_int_equal(waiter_wait(&w), RC_OK);
    intake_close(&in);
}

/* ---- Fairness ---- */

typedef struct Order {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    size_t flood_done, flood_at_small, left;
} Order;
static Order order = {.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};

static void order_done(Batch *b, Rc rc)
{
    assert_int_equal(rc, RC_OK);
    bool small = b->sender == 2;
    size_t n = b->n;
    batch_free(&b);
    pthread_mutex_lock(&order.lock);
    if (small) order.flood_at_small = order.flood_done;
    else order.flood_done += n;
    if (--order.left == 0) pthread_cond_signal(&order.cond);
    pthread_mutex_unlock(&order.lock);
}

static void order_submit(Intake *in, uint64_t sender, size_t n)
{
    Batch *b = full_batch(in, sender, n);
    b->done = order_done;
    assert_int_equal(intake_submit(in, b), RC_OK);
}

static void a_flood_leaves_room(void **state)
{
    (void)state;
    IntakeOptions opt = options(1);
    opt.max_per_sender = opt.max_in_flight = 10000000;
    Intake *in = test_open(&opt, 10, level);
    order.left = 101;
    for (int i = 0; i < 100; i++) order_submit(in, 1, 10000);
    order_submit(in, 2, 10);
    pthread_mutex_lock(&order.lock);
    while (order.left) pthread_cond_wait(&order.cond, &order.lock);
    pthread_mutex_unlock(&order.lock);
    /* The small batch is not behind the whole flood. */
    assert_int_equal(order.flood_done, 1000000);
    assert_true(order.flood_at_small < 1000000);
    intake_close(&in);
}

/* ---- Reload ---- */

static Rc reload(Intake *in, Registry *registry, RuleSet *rules)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Rc rc = intake_reload(&ctx, in, registry, rules);
    arena_free(&a);
    return rc;
}

static void rules_change_without_a_restart(void **state)
{
    (void)state;
    IntakeOptions opt = options(1);
    Intake *in = test_open(&opt, 10, RULE_LEVEL_JSON("a", "5") "," RULE_LEVEL_JSON("b", "6"));
    int64_t t = clock_now() - 100000;
    put_one(in, 1, t, 7);
    assert_string_equal(event_log_wait(&events, 2), "P1 a raise 3 7\nP1 b raise 3 7\n");
    /* a goes away, b stays: its alarm stays and its index changes. */
    assert_int_equal(reload(in, NULL, test_rules(RULE_LEVEL_JSON("b", "6"))), RC_OK);
    put_one(in, 1, t + 1, 1);
    assert_string_equal(event_log_wait(&events, 4),
                        "P1 a raise 3 7\nP1 b raise 3 7\nP1 a return 0 -1 gone\nP1 b return 0 1\n");
    /* A new point. */
    assert_int_equal(reload(in, test_registry(200), NULL), RC_OK);
    put_one(in, 200, t, 11);
    assert_non_null(strstr(event_log_wait(&events, 5), "P200 b raise 1 11\n"));
    uint32_t dirty[10];
    size_t n = intake_dirty(in, dirty, 10);
    assert_true(n == 2 && dirty[0] == 1 && dirty[1] == 200);
    assert_null(strstr(events.text, "wrong"));
    intake_close(&in);
}

/* Points of one expr share a lane: with several lanes a new expr moves points while batches flow. */
static void lanes_exchange_points_under_load(void **state)
{
    (void)state;
    static const char expr[] =
        ",{\"name\":\"sum\",\"point\":\"P1\",\"kind\":\"expr\",\"expr\":\"v(\\\"P1\\\") + v(\\\"P2\\\") + "
        "v(\\\"P3\\\")\",\"max_age_ms\":600000,\"dir\":\"high\",\"grades\":[{\"grade\":2,\"limit\":100}]}";
    IntakeOptions opt = options(3);
    Intake *in = test_open(&opt, 9, level);
    char both[1024];
    snprintf(both, sizeof both, "%s%s", level, expr);
    Waiter w = WAITER_INIT;
    int64_t t = clock_now() - 100000;
    size_t taken = 0;
    for (int i = 0; i < 200; i++) {
        if (i % 40 == 20) assert_int_equal(reload(in, NULL, test_rules(i % 80 == 20 ? both : level)), RC_OK);
        Batch *b = batch_new(in, 1, clock_now());
        for (uint32_t p = 1; p <= 9; p++) batch_add(b, p, t + i, 2, 0);
        taken += waiter_submit(&w, in, b) == RC_OK ? 1 : (batch_free(&b), 0u);
    }
    assert_int_equal(waiter_wait(&w), RC_OK);
    assert_int_equal(reload(in, NULL, test_rules(both)), RC_OK);
    for (uint32_t p = 1; p <= 3; p++) put_one(in, p, t + 1000, 4 + (p == 3) * 100);
    assert_non_null(strstr(event_log_wait(&events, 2), "P1 sum raise 2 "));
    IntakeStats s;
    intake_stats(in, &s);
    assert_int_equal(s.readings, taken * 9 + 3);
    intake_close(&in);
}

typedef struct Active {
    size_t n;
    char text[200];
} Active;

static void on_active(void *ud, const RuleSet *rules, const IntakeEvent *e)
{
    Active *a = ud;
    snprintf(a->text, sizeof a->text, "P%u %.*s %u %s", e->e.point, STR_ARG(e->rule), e->e.grade,
             str_eq(ruleset_name(rules, e->e.rule), e->rule) ? "known" : "unknown");
    a->n++;
}

static void active_alarms_are_listed(void **state)
{
    (void)state;
    IntakeOptions opt = options(2);
    Intake *in = test_open(&opt, 10, level);
    put_one(in, 3, clock_now(), 12);
    put_one(in, 4, clock_now(), 2);
    Active active = {0};
    intake_active(in, on_active, &active);
    assert_int_equal(active.n, 1);
    assert_string_equal(active.text, "P3 level 1 known");
    intake_close(&in);
}

/* ---- Threads ---- */

typedef struct Crowd {
    Intake *in;
    uint64_t id;
} Crowd;

static void *send_many(void *arg)
{
    Crowd *c = arg;
    Waiter w = WAITER_INIT;
    int64_t t = INT64_C(1700000000000) + (int64_t)c->id;
    for (int i = 0; i < 200; i++) {
        Batch *b = batch_new(c->in, c->id, clock_now());
        for (uint32_t p = 1; p <= 20; p++) batch_add(b, p, t + i * 10, p, 0);
        batch_unclaimed(c->in, b, STR("line:x#v"), 0, 1, STR("crowd"));
        while (waiter_submit(&w, c->in, b) == RC_BUSY) usleep(1000);
    }
    waiter_wait(&w);
    return NULL;
}

static void on_count(void *ud, const Unclaimed *u)
{
    *(uint64_t *)ud += u->count;
}

static void many_threads_at_once(void **state)
{
    (void)state;
    IntakeOptions opt = options(2);
    opt.tick_ms = 2;
    opt.state_ms = 5;
    opt.max_in_flight = 2000;
    Intake *in = test_open(&opt, 20, RULE_LEVEL_JSON("level", "5") "," RULE_OFFLINE_JSON);
    pthread_mutex_lock(&events.lock);
    events.in = in;
    pthread_mutex_unlock(&events.lock);
    pthread_t threads[4];
    Crowd crowd[4];
    for (uint64_t i = 0; i < 4; i++) {
        crowd[i] = (Crowd){in, i};
        pthread_create(&threads[i], NULL, send_many, &crowd[i]);
    }
    uint32_t dirty[8];
    IntakeStats s;
    for (int i = 0; i < 20; i++) {
        intake_dirty(in, dirty, 8);
        intake_stats(in, &s);
        assert_int_equal(reload(in, test_registry(20 + (uint32_t)i), i % 2 ? test_rules(level) : NULL),
                         RC_OK);
    }
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    uint64_t count = 0;
    intake_unclaimed(in, on_count, &count);
    assert_int_equal(count, 800);
    intake_stats(in, &s);
    assert_int_equal(s.readings, 4 * 200 * 20);
    assert_int_equal(s.unclaimed, 800);
    intake_close(&in);
    assert_true(!events.text || !strstr(events.text, "order"));
}

/* ---- A disk that refuses ---- */

static Rc try_one(Intake *in, int64_t t, double v)
{
    Waiter w = WAITER_INIT;
    Batch *b = batch_new(in, 1, clock_now());
    batch_add(b, 1, t, v, 0);
    Rc rc = waiter_submit(&w, in, b);
    if (rc < 0) {
        batch_free(&b);
        return rc;
    }
    return waiter_wait(&w);
}

static void limit_files(rlim_t soft)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = soft;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The lane has judged what the disk refused; when the sender repeats it, it is late. Its alarm must come all
 * the same, once. */
static void a_refusing_disk_loses_no_alarm(void **state)
{
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    log_set_level(LOG_ERROR + 1);
    IntakeOptions opt = options(1);
    Intake *in = test_open(&opt, 2, level);
    int64_t t = clock_now() - 10000;
    assert_int_equal(try_one(in, t, 1), RC_OK);
    limit_files(0); /* every write to a file fails */
    assert_int_equal(try_one(in, t + 1, 7), RC_IO);
    for (int i = 0; i < 3; i++) assert_true(try_one(in, t + 1, 7) < 0); /* turned away, not kept waiting */
    limit_files(RLIM_INFINITY);
    Rc rc = RC_IO;
    for (int i = 0; i < 500 && rc != RC_OK; i++) {
        usleep(10000);
        rc = try_one(in, t + 1, 7);
    }
    assert_int_equal(rc, RC_OK);
    assert_int_equal(try_one(in, t + 2, 1), RC_OK);
    event_log_wait(&events, 2);
    intake_close(&in);
    assert_non_null(strstr(events.text, "P1 level raise 3 7\nP1 level return 0 1\n"));
    assert_int_equal(events.count - (strstr(events.text, "clock") != NULL) * 2u, 2);
    log_set_level(LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(readings_are_stored_and_judged, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_readings_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_batch_is_done_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(events_that_wait_come_together, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flood_leaves_room, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_change_without_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(lanes_exchange_points_under_load, setup, teardown),
        cmocka_unit_test_setup_teardown(active_alarms_are_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(many_threads_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusing_disk_loses_no_alarm, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
