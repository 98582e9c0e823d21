/* The program is killed (SIGKILL) in the middle of transitions, pauses and rungs, several times over, and
 * started again on the same database. Each time: the ledger verifies, every matter's row is its record's,
 * each state has its one clock and no other, every rung that a clock counts stands in the ledger once and no
 * other does, and versions are as many as writes. At the end what is left runs to the top of its ladders.
 *
 * The killed one is this very program, started again as a child: kernel, writers on three threads, the clock
 * job, and a wall clock that runs twenty thousand times as fast. ANLAN_KILL_ROUNDS says how often, six when
 * left out. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <cmocka.h>
#include "base/log.h"
#include "clock/test_clock.h"

enum { WRITERS = 3, TASKS = 24, SPEED = 20000, ROUNDS = 6 };

/* ---- The child ---- */

typedef struct Child {
    Kernel *kernel;
    int64_t from, mono;
    unsigned seed, round;
} Child;

static void *run_time(void *arg)
{
    const Child *c = arg;
    for (;;) {
        clock_freeze(c->from + (clock_mono_us() - c->mono) / 1000 * SPEED);
        usleep(2000);
    }
    return NULL;
}

static void *run_ladders(void *arg)
{
    const Child *c = arg;
    Arena *a = arena_new(0);
    for (;;) {
        Ctx ctx;
        int64_t did;
        ctx_init(&ctx, a, LANG_EN);
        if (clocks_run(&ctx, c->kernel, clock_now(), &did) < 0) log_err(LOG_WARN, "test", &ctx);
        arena_reset(a);
        usleep(1000);
    }
    return NULL;
}

static Rc make_or_move(Work *w, const char *code, unsigned dice)
{
    static const char *const moves[] = {"sign", "answer", "return", "accept"};
    Record *rec, *unit;
    Rc rc = store_find(w, &tasks_entity, str_printf(w->ctx->arena, "code:%s", code), &rec);
    if (rc < 0) return rc;
    if (!rc) {
        rc = store_find(w, &bodies_entity, STR("code:U"), &unit);
        if (rc <= 0) return rc;
        rec = rec_new(w->ctx, &tasks_entity);
        rec_set(&tasks_entity, rec, "code", db_val_z(code));
        rec_set(&tasks_entity, rec, "title", db_val_z("阀井漏气"));
        rec_set(&tasks_entity, rec, "unit", db_val_i64(unit->id));
        rec_set(&tasks_entity, rec, "grade", db_val_i64(1 + dice % 4));
        return store_insert(w, &tasks_entity, rec);
    }
    Clock c;
    rc = clock_find(w, &tasks_entity, rec->id, "task.do", &c);
    if (rc > 0 && dice % 5 == 0) return c.paused_at == TIME_NONE ? clock_pause(w, &c) : clock_resume(w, &c);
    if (rc < 0) return rc;
    return flow_do(w, &tasks_entity, rec, moves[dice % 7 < 6 ? dice % 3 : 3], NULL);
}

static void *run_writer(void *arg)
{
    Child *c = arg;
    unsigned seed = c->seed;
    Arena *a = arena_new(0);
    for (;;) {
        Ctx ctx;
        Work w;
        char code[16];
        ctx_init(&ctx, a, LANG_EN);
        unsigned dice = (unsigned)rand_r(&seed);
        snprintf(code, sizeof code, "T%u.%u", 1 + dice / 4096 % c->round, dice / 64 % TASKS);
        if (work_begin_as(&ctx, c->kernel, NULL, "test", true, &w) >= 0) {
            if (make_or_move(&w, code, dice) < 0) work_abort(&w); /* often not the state for it */
            else work_commit(&w);
        }
        arena_reset(a);
    }
    return NULL;
}

static int child_main(const char *url, const char *dir, int64_t from, unsigned seed)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    DbPool *pool;
    Child c = {.from = from, .mono = clock_mono_us(), .round = seed};
    pthread_t t;
    ctx_init(&ctx, a, LANG_EN);
    clock_freeze(from);
    if (db_pool_open(&ctx, url, 4, &pool) < 0) return 3;
    KernelOptions opt = {.pool = pool,
                         .hub = sse_hub_new(),
                         .data_dir = dir,
                         .modules = clock_modules,
                         .nmodules = ARRAY_LEN(clock_modules)};
    if (kernel_open(&ctx, &opt, &c.kernel) < 0 || kernel_start(&ctx, c.kernel) < 0) return 4;
    Child writers[WRITERS];
    pthread_create(&t, NULL, run_time, &c);
    pthread_create(&t, NULL, run_ladders, &c);
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i] = c;
        writers[i].seed = seed * 31 + i;
        pthread_create(&t, NULL, run_writer, &writers[i]);
    }
    if (write(STDOUT_FILENO, "up\n", 3) != 3) return 5;
    for (;;) pause();
}

/* ---- The parent ---- */

static pid_t start_child(const char *url, const char *dir, int64_t from, int round)
{
    int ends[2];
    char at[32], seed[16], word[3];
    assert_int_equal(pipe(ends), 0);
    snprintf(at, sizeof at, "%lld", (long long)from);
    snprintf(seed, sizeof seed, "%d", round + 1);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl("/proc/self/exe", "test_kill", "--child", url, dir, at, seed, (char *)NULL);
        _exit(2);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], word, sizeof word), sizeof word);
    close(ends[0]);
    return pid;
}

static int64_t figure(Ctx *ctx, DbPool *pool, void (*add)(SqlBuf *))
{
    Db *db;
    DbCursor *c;
    SqlBuf b;
    db_test_must(ctx, db_take_read(ctx, pool, &db));
    sql_init(&b, ctx, db);
    add(&b);
    db_test_must(ctx, sql_query(ctx, db, &b, &c));
    assert_int_equal(db_next(ctx, c), 1);
    int64_t n = db_i64(c, 0);
    db_close(&c);
    db_done(ctx, &db);
    return n;
}

static void sql_tasks(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM tasks");
}
static void sql_moves(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM ledger WHERE entity = 'tasks' AND peer = 'test'");
}
static void sql_rungs(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM ledger WHERE entity = 'tasks' AND peer = 'clock'");
}
static void sql_rows(SqlBuf *b)
{
    sql_lit(
        b,
        "SELECT COUNT(*) FROM tasks t FULL JOIN matters m ON m.id = t.id WHERE m.id IS NULL OR t.id IS NULL "
        "OR m.state <> t.state OR COALESCE(m.turn, 0) <> CASE WHEN t.state IN ('waiting', 'doing') "
        "THEN t.unit ELSE 0 END OR (m.closed_at IS NULL) <> (t.state <> 'done')");
}
static void sql_clocks(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM tasks t WHERE "
               "(SELECT COUNT(*) FROM clocks c WHERE c.record_id = t.id AND c.stopped_at IS NULL) <> "
               "CASE WHEN t.state IN ('waiting', 'doing') THEN 1 ELSE 0 END OR "
               "(SELECT COUNT(*) FROM clocks c WHERE c.record_id = t.id AND c.stopped_at IS NULL AND "
               "c.limit_code = CASE t.state WHEN 'waiting' THEN 'task.sign' ELSE 'task.do' END) <> "
               "CASE WHEN t.state IN ('waiting', 'doing') THEN 1 ELSE 0 END");
}
static void sql_dues(SqlBuf *b)
{
    sql_lit(
        b, "SELECT COUNT(*) FROM matters m LEFT JOIN clocks c ON c.record_id = m.id AND c.stopped_at IS NULL "
           "WHERE COALESCE(m.due_at, 0) <> COALESCE(c.due_at, 0) OR "
           "COALESCE(m.clock, '') <> COALESCE(c.limit_code, '')");
}
/* Rungs in the ledger are as many as the clocks count, for each record and kind of limit. */
static void sql_steps(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM tasks t WHERE "
               "(SELECT COALESCE(SUM(steps_done), 0) FROM clocks c WHERE c.record_id = t.id) <> "
               "(SELECT COUNT(*) FROM ledger l WHERE l.record_id = t.id AND l.peer = 'clock')");
}
static void sql_twice(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM (SELECT record_id, after FROM ledger WHERE peer = 'clock' AND "
               "entity = 'tasks' GROUP BY record_id, action, after HAVING COUNT(*) > 1) x");
}
static void sql_versions(SqlBuf *b)
{
    sql_lit(b, "SELECT COUNT(*) FROM tasks t WHERE t.version <> "
               "(SELECT COUNT(*) FROM ledger l WHERE l.record_id = t.id AND l.peer = 'test')");
}
static void sql_outbox(SqlBuf *b)
{
    sql_lit(b, "SELECT h.outbox - (SELECT COALESCE(MAX(id), 0) FROM outbox) FROM ledger_head h");
}
static void sql_latest(SqlBuf *b)
{
    sql_lit(b, "SELECT MAX(t) FROM ledger");
}
static void sql_unfinished(SqlBuf *b)
{
    sql_lit(b,
            "SELECT COUNT(*) FROM clocks WHERE stopped_at IS NULL AND paused_at IS NULL AND steps_done <> 4");
}

static void check_all(Ctx *ctx, DbPool *pool)
{
    static const struct {
        const char *what;
        void (*add)(SqlBuf *);
    } rows[] = {{"a matter's row is not its record's", sql_rows},
                {"a state has not its one clock", sql_clocks},
                {"a matter shows another end than its clock", sql_dues},
                {"rungs in the ledger and rungs counted differ", sql_steps},
                {"a rung stands in the ledger twice", sql_twice},
                {"a version without its entry, or an entry without", sql_versions},
                {"the outbox is not where the head says", sql_outbox}};
    int64_t count, bad = 0;
    const char *head;
    if (ledger_verify(ctx, pool, &count, &head, &bad) < 0)
        fail_msg("the ledger breaks at %lld", (long long)bad);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t n = figure(ctx, pool, rows[i].add);
        if (n) fail_msg("%s: %lld", rows[i].what, (long long)n);
    }
}

/* A unit to do the work, made before the first child. */
static void first_run(Ctx *ctx, DbPool *pool, const char *dir)
{
    Kernel *k;
    Work w;
    KernelOptions opt = {
        .pool = pool, .data_dir = dir, .modules = clock_modules, .nmodules = ARRAY_LEN(clock_modules)};
    db_test_must(ctx, kernel_open(ctx, &opt, &k));
    db_test_must(ctx, work_begin_as(ctx, k, NULL, "start", true, &w));
    Record *unit = rec_new(ctx, &bodies_entity);
    rec_set(&bodies_entity, unit, "code", db_val_z("U"));
    rec_set(&bodies_entity, unit, "name", db_val_z("燃气公司"));
    db_test_must(ctx, store_insert(&w, &bodies_entity, unit));
    db_test_must(ctx, work_commit(&w));
    kernel_close(&k);
}

static void last_run(Ctx *ctx, DbPool *pool, const char *dir, int64_t now)
{
    Kernel *k;
    int64_t did;
    KernelOptions opt = {
        .pool = pool, .data_dir = dir, .modules = clock_modules, .nmodules = ARRAY_LEN(clock_modules)};
    db_test_must(ctx, kernel_open(ctx, &opt, &k));
    db_test_must(ctx, clocks_run(ctx, k, now + 400 * MS_DAY, &did));
    check_all(ctx, pool);
    assert_int_equal(figure(ctx, pool, sql_unfinished), 0);
    db_test_must(ctx, clocks_run(ctx, k, now + 500 * MS_DAY, &did));
    assert_int_equal(did, 0);
    kernel_close(&k);
}

/* Until the child has written and climbed, however slow the machine is. */
static void wait_for_progress(Ctx *ctx, DbPool *pool)
{
    enum { TRIES = 6000 };
    int64_t moves = figure(ctx, pool, sql_moves) + 8, rungs = figure(ctx, pool, sql_rungs) + 3;
    for (int i = 0; i < TRIES; i++) {
        usleep(10000);
        if (figure(ctx, pool, sql_moves) >= moves && figure(ctx, pool, sql_rungs) >= rungs) return;
    }
    fail_msg("the child does nothing");
}

static void run_kill(DbPool *pool)
{
    const char *asked = getenv("ANLAN_KILL_ROUNDS"), *tmp = getenv("TMPDIR");
    int rounds = asked && atoi(asked) > 0 ? atoi(asked) : ROUNDS;
    char dir[256];
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    snprintf(dir, sizeof dir, "%s/anlan-kill.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    first_run(&ctx, pool, dir);
    int64_t now = clock_now();
    unsigned seed = 7;
    for (int i = 0; i < rounds; i++) {
        pid_t pid = start_child(db_test_url(), dir, now, i);
        wait_for_progress(&ctx, pool);
        usleep((unsigned)rand_r(&seed) % 100000);
        assert_int_equal(kill(pid, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status)); /* it did not end by itself */
        check_all(&ctx, pool);
        now = figure(&ctx, pool, sql_latest) + 1;
    }
    printf("%lld tasks, %lld writes, %lld rungs\n", (long long)figure(&ctx, pool, sql_tasks),
           (long long)figure(&ctx, pool, sql_moves), (long long)figure(&ctx, pool, sql_rungs));
    last_run(&ctx, pool, dir, now);
    rmdir(dir);
    arena_free(&a);
}

static void killed(void **state)
{
    (void)state;
    db_test_each(run_kill);
}

int main(int argc, char **argv)
{
    if (argc == 6 && !strcmp(argv[1], "--child"))
        return child_main(argv[2], argv[3], strtoll(argv[4], NULL, 10), (unsigned)atoi(argv[5]));
    const struct CMUnitTest tests[] = {cmocka_unit_test(killed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
