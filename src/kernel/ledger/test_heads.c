/* The ledger against those who would change it: every kind of change is found and named by number, a cut tail
 * by a signed head, a chain that was computed anew by the hash that was signed; what does not hold is never
 * signed; an export is complete; nobody changes an entry through the program. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>
#include "kernel_int.h"
#include "ledger/ledger_int.h"
#include "test_kernel.h"

/* ---- A kernel that signs ---- */

static char export_dir[300];

static void open_signing(World *t)
{
    KernelOptions opt = {.pool = t->pool,
                         .hub = t->hub,
                         .data_dir = t->dir,
                         .modules = test_modules,
                         .nmodules = ARRAY_LEN(test_modules),
                         .sign_ledger = true,
                         .ledger_export = export_dir};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
}

static void sign_world_open(World *t, DbPool *pool)
{
    const char *tmp = getenv("TMPDIR");
    *t = (World){.arena = arena_new(0), .pool = pool, .hub = sse_hub_new()};
    snprintf(t->dir, sizeof t->dir, "%s/anlan-heads.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    snprintf(export_dir, sizeof export_dir, "%s.out", t->dir);
    assert_int_equal(mkdir(export_dir, 0700), 0);
    ctx_init(&t->ctx, t->arena, LANG_EN);
    open_signing(t);
    world_tokens(t);
    world_serve(t);
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer %s\r\n", TEST_TOKEN);
}

static void empty_dir(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));) {
        char path[700];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.') unlink(path);
    }
    closedir(d);
    rmdir(dir);
}

static void sign_world_close(World *t)
{
    char files[300];
    reply_free(&t->last);
    http_stop(&t->server);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    snprintf(files, sizeof files, "%s/files", t->dir);
    empty_dir(files);
    empty_dir(t->dir);
    empty_dir(export_dir);
    arena_free(&t->arena);
}

/* Runs SQL on the database as an intruder would. */
static void tamper(World *t, void (*add)(SqlBuf *))
{
    Db *db;
    SqlBuf b;
    db_test_must(&t->ctx, db_take_write(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    add(&b);
    db_test_must(&t->ctx, sql_exec(&t->ctx, db, &b));
    db_done(&t->ctx, &db);
}

static void no_update(SqlBuf *b)
{
    if (b->kind == DB_PG) sql_lit(b, "ALTER TABLE ledger DISABLE TRIGGER ledger_no_change");
    else sql_lit(b, "DROP TRIGGER ledger_no_update");
}
static void no_delete(SqlBuf *b)
{
    if (b->kind == DB_PG) sql_lit(b, "ALTER TABLE ledger_heads DISABLE TRIGGER ledger_heads_no_change");
    else sql_lit(b, "DROP TRIGGER ledger_no_delete");
}

#define SQL(name, text)                                                                                      \
    static void name(SqlBuf *b)                                                                              \
    {                                                                                                        \
        sql_lit(b, text);                                                                                    \
    }
#define COPY(n)                                                                                              \
    "INSERT INTO ledger SELECT " n ", t, who_id, who, peer, why, entity, record_id, action, before, after, " \
    "hash FROM ledger WHERE n = 5"
SQL(change_why, "UPDATE ledger SET why = 'other' WHERE n = 5")
SQL(restore_why, "UPDATE ledger SET why = NULL WHERE n = 5")
SQL(change_after, "UPDATE ledger SET after = after || ' ' WHERE n = 6")
SQL(restore_after, "UPDATE ledger SET after = substr(after, 1, length(after) - 1) WHERE n = 6")
SQL(change_peer, "UPDATE ledger SET peer = peer || '0' WHERE n = 7")
SQL(restore_peer, "UPDATE ledger SET peer = substr(peer, 1, length(peer) - 1) WHERE n = 7")
SQL(change_time, "UPDATE ledger SET t = t + 1 WHERE n = 1")
SQL(restore_time, "UPDATE ledger SET t = t - 1 WHERE n = 1")
SQL(change_hash, "UPDATE ledger SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE n = 5")
SQL(move_away, "UPDATE ledger SET n = 1000005 WHERE n = 5")
SQL(move_back, "UPDATE ledger SET n = 5 WHERE n = 1000005")
SQL(double_last, COPY("1000005"))
SQL(double_first, COPY("-1"))
SQL(undouble, "DELETE FROM ledger WHERE n = 1000005 OR n = -1")
SQL(swap_a, "UPDATE ledger SET n = n + 2000000 WHERE n IN (5, 6)")
SQL(swap_b, "UPDATE ledger SET n = CASE n WHEN 2000005 THEN 6 ELSE 5 END WHERE n > 2000000")
SQL(cut, "DELETE FROM ledger WHERE n > (SELECT MAX(n) - 2 FROM ledger)")
SQL(fit_head, "UPDATE ledger_head SET n = (SELECT MAX(n) FROM ledger), "
              "hash = (SELECT hash FROM ledger ORDER BY n DESC LIMIT 1)")

static const struct {
    void (*change[2])(SqlBuf *), (*restore[2])(SqlBuf *);
    const char *fault;
    int64_t bad; /* 0: behind the last */
} changes[] = {
    {{change_why}, {restore_why}, "changed", 5},   {{change_after}, {restore_after}, "changed", 6},
    {{change_peer}, {restore_peer}, "changed", 7}, {{change_time}, {restore_time}, "changed", 1},
    {{move_away}, {move_back}, "missing", 5},      {{double_last}, {undouble}, "missing", 0},
    {{double_first}, {undouble}, "extra", -1},     {{swap_a, swap_b}, {swap_a, swap_b}, "changed", 5},
};

static LedgerReport check(World *t, bool heads, const char *dir)
{
    LedgerReport r;
    db_test_must(&t->ctx,
                 ledger_check(&t->ctx, t->pool, &(LedgerCheck){.heads = heads, .heads_dir = dir}, &r));
    return r;
}

static void fill(World *t)
{
    for (int i = 0; i < 8; i++)
        make_site(t, arena_printf(t->arena, "S%d", i), arena_printf(t->arena, "场所 %d 号", i));
}

static void tampering_test(DbPool *pool)
{
    World t;
    sign_world_open(&t, pool);
    fill(&t);
    LedgerReport whole = check(&t, true, NULL);
    assert_null(whole.fault);
    tamper(&t, no_update);
    tamper(&t, no_delete);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        for (int j = 0; j < 2 && changes[i].change[j]; j++) tamper(&t, changes[i].change[j]);
        LedgerReport r = check(&t, true, NULL);
        assert_string_equal(r.fault ? r.fault : "none", changes[i].fault);
        assert_int_equal(r.bad, changes[i].bad ? changes[i].bad : whole.count + 1);
        assert_non_null(ledger_fault_text(&t.ctx, &r));
        /* What does not hold is not signed. */
        if (changes[i].bad > 0)
            assert_int_equal(ledger_head_sign(&t.ctx, t.kernel, "stop", 0, NULL), RC_INVALID);
        ctx_clear(&t.ctx);
        for (int j = 0; j < 2 && changes[i].restore[j]; j++) tamper(&t, changes[i].restore[j]);
        assert_null(check(&t, true, NULL).fault);
    }
    sign_world_close(&t);
}

/* ---- Signed heads ---- */

static void cut_tail_test(DbPool *pool)
{
    World t;
    SignedHead head;
    sign_world_open(&t, pool);
    fill(&t);
    db_test_must(&t.ctx, ledger_head_sign(&t.ctx, t.kernel, "stop", 0, &head));
    LedgerReport r = check(&t, true, export_dir);
    assert_null(r.fault);
    assert_int_equal(r.heads, 2); /* one in the table, one in the directory */
    assert_int_equal(r.count, head.n);
    tamper(&t, no_update);
    tamper(&t, no_delete);
    tamper(&t, cut);
    r = check(&t, false, NULL);
    assert_string_equal(r.fault, "cut"); /* the head in the database tells */
    tamper(&t, fit_head);
    assert_null(check(&t, false, NULL).fault); /* a chain alone does not */
    r = check(&t, true, NULL);
    assert_string_equal(r.fault, "cut");
    assert_int_equal(r.bad, head.n - 1);
    r = check(&t, false, export_dir);
    assert_string_equal(r.fault, "cut");
    assert_int_equal(r.bad, head.n - 1);
    sign_world_close(&t);
}

static Rc chain_anew(World *t, Db *db)
{
    DbCursor *c;
    unsigned char hash[SM3_BYTES] = {0};
    static const char *hashes[LEDGER_PIECE + 1];
    int64_t n = 0;
    TRY(ledger_piece_open(&t->ctx, db, 0, &c));
    while (db_next(&t->ctx, c) > 0) {
        LedgerEntry e = ledger_piece_entry(c);
        ledger_entry_hash(t->arena, hash, &e);
        hashes[++n] = hex_print(t->arena, hash, SM3_BYTES);
    }
    db_close(&c);
    for (int64_t i = 1; i <= n; i++) {
        SqlBuf b;
        sql_init(&b, &t->ctx, db);
        sql_lit(&b, "UPDATE ledger SET hash = ");
        sql_arg(&b, db_val_z(hashes[i]));
        sql_lit(&b, " WHERE n = ");
        sql_arg(&b, db_val_i64(i));
        TRY(sql_exec(&t->ctx, db, &b));
    }
    return 0;
}

static void rewritten_test(DbPool *pool)
{
    World t;
    SignedHead head;
    Db *db;
    sign_world_open(&t, pool);
    fill(&t);
    db_test_must(&t.ctx, ledger_head_sign(&t.ctx, t.kernel, "stop", 0, &head));
    tamper(&t, no_update);
    tamper(&t, change_why);
    db_test_must(&t.ctx, db_take_write(&t.ctx, pool, &db));
    db_test_must(&t.ctx, chain_anew(&t, db));
    db_done(&t.ctx, &db);
    tamper(&t, fit_head);
    assert_null(check(&t, false, NULL).fault);
    LedgerReport r = check(&t, false, export_dir);
    assert_string_equal(r.fault, "rewritten");
    assert_int_equal(r.bad, head.n);
    make_site(&t, "S9", "之后的场所");
    assert_int_equal(ledger_head_sign(&t.ctx, t.kernel, "stop", 0, NULL), RC_INVALID);
    ctx_clear(&t.ctx);
    tamper(&t, change_hash);
    assert_string_equal(check(&t, false, NULL).fault, "changed");
    sign_world_close(&t);
}

static void rewrite_file(const char *name, const char *from, const char *to)
{
    char path[700], text[4096];
    snprintf(path, sizeof path, "%s/%s", export_dir, name);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    char *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    unlink(path);
    f = fopen(path, "we");
    assert_non_null(f);
    fwrite(text, 1, n, f);
    fclose(f);
}

/* A head that was altered outside is found, too. */
static void forged_test(DbPool *pool)
{
    World t;
    SignedHead head;
    sign_world_open(&t, pool);
    fill(&t);
    db_test_must(&t.ctx, ledger_head_sign(&t.ctx, t.kernel, "stop", 0, &head));
    char name[80];
    snprintf(name, sizeof name, "head-%012lld-%.16s.json", (long long)head.n, head.key.p);
    rewrite_file(name, "\"why\":\"stop\"", "\"why\":\"stip\"");
    assert_string_equal(check(&t, false, export_dir).fault, "signature");
    rewrite_file(name, "{\"head\"", "{\"haed\"");
    assert_string_equal(check(&t, false, export_dir).fault, "unreadable");
    LedgerReport r;
    assert_int_equal(ledger_check(&t.ctx, pool, &(LedgerCheck){.heads_dir = "/nonexistent"}, &r),
                     RC_NOT_FOUND);
    sign_world_close(&t);
}

/* ---- When ---- */

static int64_t heads_in_table(World *t)
{
    SignedHead heads[20];
    size_t n;
    Db *db;
    db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
    db_test_must(&t->ctx, ledger_heads_read(&t->ctx, db, 0, heads, 20, &n));
    db_done(&t->ctx, &db);
    return (int64_t)n;
}

static void days_test(DbPool *pool)
{
    World t;
    int64_t start = civil_day_start(civil_day(clock_now())) + 12 * MS_HOUR;
    clock_freeze(start);
    sign_world_open(&t, pool);
    fill(&t);
    ledger_heads_due(&t.ctx, t.kernel);
    assert_int_equal(heads_in_table(&t), 0); /* the day is not over */
    int64_t first = check(&t, true, NULL).count;
    clock_freeze(start + MS_DAY);
    make_site(&t, "D1", "次日的场所");
    clock_freeze(start + 4 * MS_DAY); /* two days without entries, then one with */
    make_site(&t, "D4", "第四日的场所");
    clock_freeze(start + 5 * MS_DAY);
    ledger_heads_due(&t.ctx, t.kernel);
    SignedHead heads[4];
    size_t n;
    Db *db;
    db_test_must(&t.ctx, db_take_read(&t.ctx, pool, &db));
    db_test_must(&t.ctx, ledger_heads_read(&t.ctx, db, 0, heads, 4, &n));
    db_done(&t.ctx, &db);
    assert_int_equal(n, 3);
    for (int64_t i = 0; i < 3; i++) assert_int_equal(heads[i].n, first + i);
    ledger_heads_due(&t.ctx, t.kernel); /* once */
    assert_int_equal(heads_in_table(&t), 3);
    assert_int_equal(check(&t, true, export_dir).heads, 6);
    /* A stop signs what came since; the next opening finds its key and its heads. */
    make_site(&t, "D5", "停机前的场所");
    http_stop(&t.server);
    kernel_close(&t.kernel);
    assert_int_equal(heads_in_table(&t), 4);
    open_signing(&t);
    LedgerReport r = check(&t, true, export_dir);
    assert_null(r.fault);
    assert_int_equal(r.heads, 8);
    sign_world_close(&t);
    clock_freeze(TIME_NONE);
}

/* ---- Keys, directory, routes ---- */

static void keys_test(DbPool *pool)
{
    World t;
    struct stat st;
    sign_world_open(&t, pool);
    assert_int_equal(stat(arena_printf(t.arena, "%s/ledger-key.pem", t.dir), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    kernel_stop(t.kernel);
    KernelOptions opt = {.pool = pool,
                         .data_dir = t.dir,
                         .modules = test_modules,
                         .nmodules = ARRAY_LEN(test_modules),
                         .sign_ledger = true,
                         .ledger_export = t.dir};
    Kernel *second;
    assert_int_equal(kernel_open(&t.ctx, &opt, &second), RC_INVALID); /* inside the data directory */
    assert_string_equal(t.ctx.err.code, "ledger.export");
    ctx_clear(&t.ctx);
    opt.ledger_export = "/nonexistent/dir";
    assert_int_equal(kernel_open(&t.ctx, &opt, &second), RC_INVALID);
    ctx_clear(&t.ctx);
    sign_world_close(&t);
}

static void as_role(World *t, const char *role)
{
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, role, role, NULL, false, &token));
    db_test_must(&t->ctx, work_commit(&w));
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer %s\r\n", token);
}

static const char *const audit_only[][2] = {{"GET", "/api/ledger"},
                                            {"GET", "/api/ledger/heads"},
                                            {"GET", "/api/ledger/export"},
                                            {"GET", "/api/ledger/verify"},
                                            {"POST", "/api/ledger/verify"}};

static void nobody_else(World *t)
{
    /* No token can be the security administrator's. */
    static const char *const others[] = {"watch", "office", "system"};
    static const char *const methods[] = {"PUT", "PATCH", "DELETE", "POST"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        as_role(t, others[i]);
        for (size_t j = 0; j < ARRAY_LEN(audit_only); j++)
            assert_int_equal(ask(t, audit_only[j][0], audit_only[j][1], NULL, NULL), 403);
    }
    as_role(t, "audit");
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) { /* there is no way to change one */
        int status = ask(t, methods[i], "/api/ledger/5", NULL, "{}");
        assert_true(status == 404 || status == 405);
        status = ask(t, methods[i], "/api/ledger", NULL, "{}");
        assert_true(status == 404 || status == 405);
    }
}

static void wait_for_check(World *t)
{
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(GET(t, "/api/ledger/verify"), 200);
        if (strcmp(text_at(t, "state"), "running") != 0) return;
        usleep(5000);
    }
    fail();
}

static void count_lines(World *t, int64_t from, int64_t to)
{
    const char *text = t->last.body;
    int64_t lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++) lines++;
    assert_int_equal(lines, to - from + 3);
    assert_non_null(strstr(
        text, arena_printf(t->arena, "{\"format\":\"anlan-ledger-1\",\"from\":%lld,", (long long)from)));
    assert_non_null(strstr(text, "{\"end\":{\"head\":{\"day\":"));
    assert_non_null(strstr(text, "BEGIN PUBLIC KEY"));
}

static void routes_test(DbPool *pool)
{
    World t;
    sign_world_open(&t, pool);
    fill(&t);
    nobody_else(&t);
    int64_t count = check(&t, false, NULL).count;
    assert_int_equal(GET(&t, "/api/ledger/export"), 200);
    count_lines(&t, 1, count);
    assert_int_equal(GET(&t, "/api/ledger/export?from=3&to=5"), 200);
    count_lines(&t, 3, 5);
    assert_int_equal(GET(&t, "/api/ledger/export?from=2020-01-01"), 200);
    assert_int_equal(GET(&t, "/api/ledger/export?to=2020-01-01"), 422);
    assert_int_equal(GET(&t, "/api/ledger/export?from=0"), 422);
    assert_int_equal(GET(&t, "/api/ledger/export?from=x"), 422);
    assert_int_equal(GET(&t, "/api/ledger?action=export"), 200);
    assert_int_equal(count_at(&t, "items"), 3); /* exports are in the ledger themselves */
    assert_int_equal(GET(&t, "/api/ledger/heads"), 200);
    assert_int_equal(count_at(&t, "items"), 3);
    assert_string_equal(text_at(&t, "items.0.why"), "export");
    assert_string_equal(text_at(&t, "export"), export_dir);
    assert_int_equal(GET(&t, "/api/ledger/verify"), 200);
    assert_string_equal(text_at(&t, "state"), "idle");
    assert_int_equal(POST(&t, "/api/ledger/verify", ""), 202);
    wait_for_check(&t);
    assert_string_equal(text_at(&t, "state"), "done");
    assert_string_equal(text_at(&t, "by"), "audit");
    assert_true(int_at(&t, "report.count") >= count);
    assert_string_equal(text_at(&t, "report.fault"), "(none)");
    sign_world_close(&t);
}

#define BOTH(name)                                                                                           \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(name##_test);                                                                           \
    }
BOTH(tampering)
BOTH(cut_tail)
BOTH(rewritten)
BOTH(forged)
BOTH(days)
BOTH(keys)
BOTH(routes)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tampering), cmocka_unit_test(cut_tail),
                                       cmocka_unit_test(rewritten), cmocka_unit_test(forged),
                                       cmocka_unit_test(days),      cmocka_unit_test(keys),
                                       cmocka_unit_test(routes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
