/* Crashes: a child process takes a stream and is killed again and again; whatever the moment, the receiver
 * ends up with exactly the events of an uninterrupted run, in order, and every acknowledged reading can be
 * read. Then restarts under other rules and with a damaged state file. */
#include "base/log.h"
#include "test_support.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { POINTS = 40, STEPS = 400 };

static char dir[256];

static int setup(void **state)
{
    (void)state;
    test_dir(dir, sizeof dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_dir_remove(dir);
    return 0;
}

static const char rules[] =
    "{\"name\":\"level\",\"point\":\"P*\",\"kind\":\"level\",\"dir\":\"high\",\"deadband\":0.5,\"on_delay_"
    "ms\":2000,"
    "\"off_delay_ms\":1000,\"grades\":[{\"grade\":3,\"limit\":3},{\"grade\":1,\"limit\":6}]},"
    "{\"name\":\"rate\",\"point\":\"P*\",\"kind\":\"rate\",\"dir\":\"either\",\"window_ms\":5000,\"off_delay_"
    "ms\":2000,"
    "\"grades\":[{\"grade\":2,\"limit\":50}]},"
    "{\"name\":\"stuck\",\"point\":\"P?\",\"kind\":\"stuck\",\"window_ms\":4000,\"eps\":0.2,\"grade\":4}";

static int64_t origin(void)
{
    return INT64_C(1760000000000);
}

/* The same values for the same place, whoever asks. */
static double value_at(uint32_t point, int step)
{
    uint64_t x =
        (uint64_t)point * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)(step / 3) * UINT64_C(0xC2B2AE3D27D4EB4F);
    x ^= x >> 29;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 32;
    return (double)(x % 80) / 10;
}

static void fill(Batch *b, int step)
{
    for (uint32_t p = 1; p <= POINTS; p++)
        if ((p + (uint32_t)step) % 7) batch_add(b, p, origin() + step * 1000, value_at(p, step), 0);
}

/* ---- What an uninterrupted run gives ---- */

static void on_expected(void *ud, const WatchEvent *e)
{
    static const char *const names[] = {"level", "rate", "stuck"};
    char line[200];
    snprintf(line, sizeof line, "P%u %s %s %u %g\n", e->point, names[e->rule],
             watch_event_name((WatchEventKind)e->kind), e->grade, e->has_value ? e->value : -1);
    event_log_add(ud, line);
}

/* Lines grouped by their point, each point's in order: with several lanes the order between lanes is free. */
static char *by_point(const char *text)
{
    char *out = calloc(1, strlen(text) + 1), *at = out, word[16];
    for (uint32_t p = 1; p <= POINTS; p++) {
        int n = snprintf(word, sizeof word, "P%u ", p);
        for (const char *line = text; *line; line = strchr(line, '\n') + 1)
            if (strncmp(line, word, (size_t)n) == 0) {
                size_t len = (size_t)(strchr(line, '\n') + 1 - line);
                memcpy(at, line, len);
                at += len;
            }
    }
    return out;
}

static EventLog expected_events(void)
{
    EventLog log = {.lock = PTHREAD_MUTEX_INITIALIZER};
    RuleSet *set = test_rules(rules);
    WatchPoint points[POINTS + 1] = {{.code = STR_NONE}};
    char codes[POINTS + 1][8];
    for (uint32_t p = 1; p <= POINTS; p++) {
        snprintf(codes[p], sizeof codes[p], "P%u", p);
        points[p] = (WatchPoint){.code = str_of(codes[p]), .in_service = true, .in_service_since = TIME_NONE};
    }
    WatchLane *lane = watch_lane_new(set, points, POINTS + 1, 0, 1, WATCH_LIVE);
    WatchSink sink = {on_expected, &log};
    for (int step = 0; step < STEPS; step++)
        for (uint32_t p = 1; p <= POINTS; p++)
            if ((p + (uint32_t)step) % 7) {
                Reading r = {.t = origin() + step * 1000, .v = value_at(p, step), .point = p};
                watch_take(lane, &r, 1, origin() + step * 1000, &sink);
            }
    watch_lane_free(&lane);
    ruleset_free(&set);
    return log;
}

/* ---- The child ---- */

/* The receiver's table is a file: blocks of "#POS\n" behind the lines of that position, written at once. */
typedef struct Receiver {
    int fd;
    Intake *_Atomic in;
    uint64_t seen;
} Receiver;

static void on_child_events(void *ud, uint64_t pos, const RuleSet *set, const IntakeEvent *e, size_t n)
{
    (void)set;
    Receiver *r = ud;
    if (pos <= r->seen) return;
    char block[65536];
    size_t at = 0;
    for (size_t i = 0; i < n && at < sizeof block - 300; i++)
        at += (size_t)snprintf(block + at, 200, "P%u %.*s %s %u %g\n", e[i].e.point, STR_ARG(e[i].rule),
                               watch_event_name((WatchEventKind)e[i].e.kind), e[i].e.grade,
                               e[i].e.has_value ? e[i].e.value : -1);
    at += (size_t)snprintf(block + at, 40, "#%llu\n", (unsigned long long)pos);
    if (write(r->fd, block, at) != (ssize_t)at) _exit(9);
    r->seen = pos;
    if (r->in && pos % 3 == 0)
        intake_events_stored(r->in, pos); /* not every time: the log must keep the rest */
}

static int acks = -1;

static void on_child_done(Batch *b, Rc rc)
{
    int step = (int)(intptr_t)b->ud;
    batch_free(&b);
    if (rc < 0) _exit(8);
    if (write(acks, &step, sizeof step) != sizeof step) _exit(7);
}

static char *read_file(const char *name, size_t *size)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    *size = 0;
    char *p = calloc(1, 1);
    if (!f) return p;
    struct stat st;
    fstat(fileno(f), &st);
    p = realloc(p, (size_t)st.st_size + 1);
    *size = fread(p, 1, (size_t)st.st_size, f);
    p[*size] = 0;
    fclose(f);
    return p;
}

static uint64_t receiver_pos(void)
{
    size_t n;
    char *text = read_file("events", &n);
    char *mark = strrchr(text, '#');
    uint64_t pos = mark ? strtoull(mark + 1, NULL, 10) : 0;
    free(text);
    return pos;
}

static int open_append(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

/* Sends the steps that were not acknowledged. Runs until killed or through. */
_Noreturn static void child(int lanes)
{
    size_t n;
    char *done = read_file("acks", &n);
    int first = 0;
    for (size_t i = 0; i + sizeof(int) <= n; i += sizeof(int)) {
        int step;
        memcpy(&step, done + i, sizeof step);
        if (step + 1 > first) first = step + 1;
    }
    acks = open_append("acks");
    Receiver r = {.fd = open_append("events"), .seen = receiver_pos()};
    log_set_level(LOG_ERROR);
    IntakeOptions opt = {.dir = dir,
                         .lanes = lanes,
                         .events = on_child_events,
                         .events_ud = &r,
                         .events_seen = r.seen,
                         .tick_ms = 4,
                         .state_ms = 15,
                         .max_in_flight = 300};
    Intake *in = test_open(&opt, POINTS, rules);
    r.in = in;
    for (int step = first; step < STEPS; step++) {
        Batch *b = batch_new(in, 1, origin() + step * 1000);
        fill(b, step);
        b->done = on_child_done;
        b->ud = (void *)(intptr_t)step;
        while (intake_submit(in, b) == RC_BUSY) usleep(200);
        if (step % 2 == 0) usleep(1000);
    }
    intake_close(&in);
    _exit(0);
}

/* ---- The parent ---- */

static void check_events(int lanes)
{
    size_t n;
    char *text = read_file("events", &n), *out = text;
    /* Drop the marks, and the clock faults: batches that were committed but not acknowledged are sent again,
     * and three late readings in a row are such a fault by definition. */
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n') + 1, *clock = strstr(line, " clock ");
        size_t len = (size_t)(end - line);
        if (*line != '#' && !(clock && clock < end)) {
            memmove(out, line, len);
            out += len;
        }
        line = end;
    }
    *out = 0;
    EventLog expected = expected_events();
    assert_true(strlen(expected.text) > 1000);
    if (lanes > 1) {
        char *a = by_point(text), *b = by_point(expected.text);
        assert_string_equal(a, b);
        free(a);
        free(b);
    } else {
        size_t i = 0;
        while (text[i] && text[i] == expected.text[i]) i++;
        while (i && text[i - 1] != '\n') i--;
        if (text[i] || expected.text[i])
            fail_msg("from byte %zu:\n%.200s\ninstead of\n%.200s", i, text + i, expected.text + i);
    }
    free(expected.text);
    free(text);
}

static void check_readings(void)
{
    IntakeOptions opt = {.dir = dir, .tick_ms = -1, .state_ms = -1};
    Intake *in = test_open(&opt, POINTS, rules);
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    for (uint32_t p = 1; p <= POINTS; p++) {
        SeriesRow *rows;
        size_t n, at = 0;
        assert_int_equal(
            series_range(&ctx, intake_series(in), p, origin(), origin() + STEPS * 1000, STEPS, &rows, &n), 0);
        for (int step = 0; step < STEPS; step++) {
            if ((p + (uint32_t)step) % 7 == 0) continue;
            assert_true(at < n);
            assert_int_equal(rows[at].t, origin() + step * 1000);
            assert_true(rows[at].v == value_at(p, step));
            at++;
        }
        assert_int_equal(at, n);
    }
    arena_free(&a);
    intake_close(&in);
}

static void crash_until_through(int lanes)
{
    uint64_t x = 88172645463325252u;
    int kills = 0;
    for (;;) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) child(lanes);
        int status = 0;
        if (kills < 12) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            usleep((useconds_t)(60000 + x % 90000));
            kill(pid, SIGKILL);
            kills++;
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            break;
        }
    }
    print_message("killed %d times\n", kills);
}

static void a_crash_changes_nothing(void **state)
{
    (void)state;
    crash_until_through(1);
    check_events(1);
    check_readings();
}

static void nor_with_two_lanes(void **state)
{
    (void)state;
    crash_until_through(2);
    check_events(2);
    check_readings();
}

/* ---- The clock ---- */

/* Sends what it likes until it is killed; points fall silent and come back. */
_Noreturn static void restless_child(uint64_t seed)
{
    Receiver r = {.fd = open_append("events"), .seen = receiver_pos()};
    log_set_level(LOG_ERROR);
    IntakeOptions opt = {.dir = dir,
                         .events = on_child_events,
                         .events_ud = &r,
                         .events_seen = r.seen,
                         .tick_ms = 3,
                         .state_ms = 20};
    Intake *in = test_open(
        &opt, 10,
        "{\"name\":\"silent\",\"point\":\"P*\",\"kind\":\"offline\",\"timeout_ms\":20,\"grade\":2}");
    r.in = in;
    for (uint64_t x = seed;; usleep(1000)) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        put_one(in, 1 + (uint32_t)(x % 10), clock_now(), 1);
    }
}

/* The receiver never hears of a raise twice, nor of a return of what was not raised. */
static void offline_alarms_alternate(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 8; round++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) restless_child(round * 7919);
        usleep(150000);
        kill(pid, SIGKILL);
        int status;
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
    }
    size_t n, raises = 0;
    char *text = read_file("events", &n);
    bool active[11] = {false};
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        unsigned p;
        char kind[16];
        if (sscanf(line, "P%u silent %15s", &p, kind) != 2) continue;
        assert_true(p >= 1 && p <= 10);
        bool raise = strcmp(kind, "raise") == 0;
        if (active[p] == raise) fail_msg("point %u: %s twice", p, kind);
        active[p] = raise;
        raises += raise;
    }
    assert_true(raises > 10);
    free(text);
}

/* ---- Other rules after a restart ---- */

/* A process that raises an alarm on P1 and stays away: killed, or closed in order. */
static void leave_an_alarm(bool in_order, uint64_t seen)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        EventLog log = {.lock = PTHREAD_MUTEX_INITIALIZER};
        log_set_level(LOG_ERROR);
        IntakeOptions opt = {.dir = dir,
                             .events = on_test_events,
                             .events_ud = &log,
                             .events_seen = seen,
                             .tick_ms = -1,
                             .state_ms = -1};
        Intake *in = test_open(&opt, 2, RULE_LEVEL_JSON("a", "5"));
        put_one(in, 1, origin(), 7);
        event_log_wait(&log, 1);
        if (in_order) intake_close(&in);
        _exit(log.count == 1 ? (int)log.last_pos : 0);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1); /* the first record of the log */
}

static void reopen(const char *with, const char *want, size_t count)
{
    EventLog log = {.lock = PTHREAD_MUTEX_INITIALIZER};
    log.last_pos = 1;
    IntakeOptions opt = {.dir = dir,
                         .events = on_test_events,
                         .events_ud = &log,
                         .events_seen = 1,
                         .tick_ms = -1,
                         .state_ms = -1};
    Intake *in = test_open(&opt, 2, with);
    assert_string_equal(event_log_wait(&log, count), want);
    put_one(in, 1, origin() + 1000, 1);
    intake_close(&in);
    free(log.text);
}

static void alarms_follow_rules_changed_meanwhile(void **state)
{
    (void)state;
    /* After a close the new rule starts empty; after a crash the log is judged again under it. */
    static const struct {
        bool in_order;
        const char *rules, *want;
        size_t count;
    } cases[] = {
        {true, RULE_LEVEL_JSON("a", "5"), "", 0},
        {true, RULE_LEVEL_JSON("b", "5"), "P1 a return 0 -1 gone\n", 1},
        {true, RULE_LEVEL_JSON("a", "9"), "P1 a return 0 -1\n", 1},
        {false, RULE_LEVEL_JSON("a", "5"), "", 0},
        {false, RULE_LEVEL_JSON("b", "5"), "P1 b raise 3 -1\nP1 a return 0 -1 gone\n", 2},
        {false, RULE_LEVEL_JSON("a", "9"), "P1 a return 0 -1\n", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        leave_an_alarm(cases[i].in_order, 0);
        reopen(cases[i].rules, cases[i].want, cases[i].count);
        test_dir_remove(dir);
        assert_int_equal(mkdir(dir, 0700), 0);
    }
}

static void a_damaged_state_file_costs_only_time(void **state)
{
    (void)state;
    EventLog log = {.lock = PTHREAD_MUTEX_INITIALIZER};
    IntakeOptions opt = {
        .dir = dir, .events = on_test_events, .events_ud = &log, .tick_ms = -1, .state_ms = -1};
    for (int i = 0; i < 3; i++) { /* three closes: two state files stay */
        Intake *in = test_open(&opt, 2, RULE_LEVEL_JSON("a", "5"));
        log.in = in;
        put_one(in, 1, origin() + i * 1000, i == 1 ? 7 : 5.5);
        intake_close(&in);
        log.in = NULL;
        opt.events_seen = log.last_pos;
    }
    assert_string_equal(log.text, "P1 a raise 3 5.5\n");
    char cmd[600];
    snprintf(cmd, sizeof cmd,
             "cd '%s/watch' && test $(ls state-*.bin | wc -l) = 2 && echo x >> $(ls state-*.bin | tail -1)",
             dir);
    assert_int_equal(system(cmd), 0);
    Intake *in = test_open(&opt, 2, RULE_LEVEL_JSON("a", "5"));
    put_one(in, 1, origin() + 9000, 1);
    assert_string_equal(event_log_wait(&log, 2), "P1 a raise 3 5.5\nP1 a return 0 1\n");
    intake_close(&in);
    free(log.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_crash_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(nor_with_two_lanes, setup, teardown),
        cmocka_unit_test_setup_teardown(offline_alarms_alternate, setup, teardown),
        cmocka_unit_test_setup_teardown(alarms_follow_rules_changed_meanwhile, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_state_file_costs_only_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
