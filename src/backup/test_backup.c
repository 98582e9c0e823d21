/* A backup's own texts, damage of every kind, restoring, pruning: on a directory made by hand. Under load
 * with the real program: tests/backup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "backup_int.h"
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Rig {
    char root[256];
    Arena *arena;
    Ctx ctx;
    DbPool *pool;
    Series *series;
    BackupJob job;
} Rig;

static const char *at(Rig *r, const char *name)
{
    return arena_printf(r->arena, "%s/%s", r->root, name);
}

static void put(Rig *r, const char *name, const char *text)
{
    FILE *f = fopen(at(r, name), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void must(const Rig *r, Rc rc)
{
    if (rc < 0) fail_msg("%s: %s", rc_name(rc), r->ctx.err.message);
}

static void rig_open(Rig *r)
{
    static const DbMigration one[] = {{"test", 1,
                                       "CREATE TABLE kept (id {{id}}, text {{text}}) {{strict}};\nINSERT "
                                       "INTO kept (id, text) VALUES (1, '甲');\n"}};
    const char *tmp = getenv("TMPDIR");
    *r = (Rig){.arena = arena_new(0)};
    ctx_init(&r->ctx, r->arena, LANG_EN);
    snprintf(r->root, sizeof r->root, "%s/anlan-test.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(r->root));
    static const char *const folders[] = {"data", "data/watch", "data/evidence", "data/evidence/ab"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) assert_int_equal(mkdir(at(r, folders[i]), 0700), 0);
    put(r, "data/watch/state-1.bin", "state");
    put(r, "data/evidence/ab/abcd", "a photograph");
    put(r, "data/evidence/ab/half.tmp", "not yet");
    put(r, "data/secret.key", "key");
    put(r, "data/lock", "");
    must(r, db_pool_open(&r->ctx, arena_printf(r->arena, "sqlite:%s", at(r, "data/anlan.db")), 2, &r->pool));
    must(r, db_migrate(&r->ctx, r->pool, one, 1));
    must(r, series_open(&r->ctx, &(SeriesOptions){.dir = at(r, "data/series"), .shards = 1},
                        &(SeriesReplay){0}, &r->series));
    Reading readings[] = {{.point = 1, .t = 1000, .v = 1.5}, {.point = 1, .t = 2000, .v = 2.5}};
    assert_int_equal(series_append(r->series, 0, 1000, readings, 2, NULL, 0, (SeriesTicket){0}, NULL), RC_OK);
    r->job = (BackupJob){at(r, "data"), r->pool, r->series, at(r, "b"), true};
}

static void rig_close(Rig *r)
{
    series_close(&r->series);
    db_pool_close(&r->pool);
    backup__remove_tree(&r->ctx, r->root);
    arena_free(&r->arena);
}

static Rc verify(Rig *r, const char *name, const char **said)
{
    BackupInfo info;
    StrBuf findings;
    buf_init(&findings, r->arena);
    ctx_clear(&r->ctx);
    Rc rc = backup_verify(&r->ctx, at(r, name), &findings, &info);
    *said = arena_printf(r->arena, "%.*s|%s", STR_ARG(buf_str(&findings)),
                         r->ctx.err.message ? r->ctx.err.message : "");
    return rc;
}

static void test_whole(void **state)
{
    Rig r;
    BackupInfo info;
    StrBuf findings;
    struct stat st;
    (void)state;
    rig_open(&r);
    buf_init(&findings, r.arena);
    must(&r, backup_make(&r.ctx, &r.job, &info));
    assert_int_equal(info.schema, 1);
    assert_int_equal(access(at(&r, "b.part"), F_OK), -1);
    assert_int_equal(access(at(&r, "b/data/evidence/ab/half.tmp"), F_OK), -1);
    assert_int_equal(access(at(&r, "b/data/lock"), F_OK), -1);
    assert_int_equal(stat(at(&r, "b/data/secret.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    must(&r, backup_restore(&r.ctx, &(BackupRestore){at(&r, "b"), at(&r, "back"), NULL}, &findings, &info));
    assert_int_equal(access(at(&r, "back/anlan.db"), F_OK), 0);
    SeriesStats stats;
    StrBuf report;
    buf_init(&report, r.arena);
    must(&r, series_verify(&r.ctx, at(&r, "back/series"), &report, &stats));
    Series *s = NULL;
    SeriesRow *rows;
    size_t n;
    must(&r, series_open(&r.ctx, &(SeriesOptions){.dir = at(&r, "back/series"), .shards = 1},
                         &(SeriesReplay){0}, &s));
    must(&r, series_range(&r.ctx, s, 1, 0, 10000, 10, &rows, &n));
    assert_int_equal(n, 2);
    assert_true(rows[1].v == 2.5);
    series_close(&s);
    /* Not into what is there already, and not over a backup. */
    assert_int_equal(
        backup_restore(&r.ctx, &(BackupRestore){at(&r, "b"), at(&r, "back"), NULL}, &findings, &info),
        RC_STATE);
    assert_int_equal(backup_make(&r.ctx, &r.job, &info), RC_STATE);
    r.job.target = at(&r, "data/b");
    assert_int_equal(backup_make(&r.ctx, &r.job, &info), RC_STATE);
    r.job.target = at(&r, "nowhere/b");
    assert_true(backup_make(&r.ctx, &r.job, &info) < 0);
    rig_close(&r);
}

static void test_keys(void **state)
{
    Rig r;
    BackupInfo info;
    (void)state;
    rig_open(&r);
    r.job.keys = false;
    must(&r, backup_make(&r.ctx, &r.job, &info));
    assert_int_equal(access(at(&r, "b/data/secret.key"), F_OK), -1);
    assert_false(info.keys);
    rig_close(&r);
}

/* What is done to a backup, and the file that must be named. */
static const struct {
    const char *file, *text; /* text NULL: removed */
    const char *named;
} harms[] = {
    {"data/evidence/ab/abcd", "a photogrBph", "data/evidence/ab/abcd"},
    {"data/evidence/ab/abcd", "a", "data/evidence/ab/abcd"},
    {"data/evidence/ab/abcd", NULL, "data/evidence/ab/abcd"},
    {"data/extra", "new", "data/extra"},
    {"records.db", "x", "records.db"},
    {"files.sm3", "x", "files.sm3"},
    {"files.sm3", NULL, "files.sm3"},
    {"BACKUP", "{\"format\":1}\n", "BACKUP"},
    {"BACKUP", NULL, "not a whole backup"},
};

static void test_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(harms); i++) {
        Rig r;
        BackupInfo info;
        StrBuf findings;
        const char *said;
        rig_open(&r);
        buf_init(&findings, r.arena);
        must(&r, backup_make(&r.ctx, &r.job, &info));
        must(&r, verify(&r, "b", &said));
        const char *name = arena_printf(r.arena, "b/%s", harms[i].file);
        if (harms[i].text) put(&r, name, harms[i].text);
        else assert_int_equal(unlink(at(&r, name)), 0);
        assert_int_equal(verify(&r, "b", &said), RC_INVALID);
        if (!strstr(said, harms[i].named)) fail_msg("case %zu: %s", i, said);
        ctx_clear(&r.ctx);
        assert_int_equal(
            backup_restore(&r.ctx, &(BackupRestore){at(&r, "b"), at(&r, "back"), NULL}, &findings, &info),
            RC_INVALID);
        assert_int_equal(access(at(&r, "back"), F_OK), -1);
        rig_close(&r);
    }
}

/* A list that names a place outside is refused even when its hashes are right. */
static void test_hostile(void **state)
{
    static const char *const paths[] = {"../evil", "/etc/passwd", "data/../../evil",
                                        "data//x", "data/./x",    ""};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        Rig r;
        StrBuf list;
        const char *said;
        rig_open(&r);
        buf_init(&list, r.arena);
        list_add(&r.ctx, &list, paths[i], &(Copied){0});
        assert_int_equal(mkdir(at(&r, "b"), 0700), 0);
        must(&r, list_write(&r.ctx, at(&r, "b"), buf_str(&list),
                            &(BackupInfo){.t = 1, .program = "0", .files = 1}));
        assert_int_equal(verify(&r, "b", &said), RC_INVALID);
        assert_non_null(strstr(said, "files.sm3"));
        rig_close(&r);
    }
}

/* Listed with right hashes, but no plain file of a plain folder: a pipe must not hold the check up, a link
 * must not bring in what lies outside; a path stands in the list once. */
static void test_no_files(void **state)
{
    static const char *const paths[] = {"data/pipe", "data/out/secret", "data/twice"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        Rig r;
        StrBuf list;
        Copied c;
        const char *said;
        rig_open(&r);
        buf_init(&list, r.arena);
        assert_int_equal(mkdir(at(&r, "b"), 0700), 0);
        assert_int_equal(mkdir(at(&r, "b/data"), 0700), 0);
        assert_int_equal(mkdir(at(&r, "outside"), 0700), 0);
        put(&r, "outside/secret", "s");
        if (i == 0) assert_int_equal(mkfifo(at(&r, "b/data/pipe"), 0600), 0);
        if (i == 1) assert_int_equal(symlink(at(&r, "outside"), at(&r, "b/data/out")), 0);
        if (i == 2) put(&r, "b/data/twice", "s");
        must(&r, backup__copy(&r.ctx, at(&r, "outside/secret"), NULL, &c));
        for (size_t k = 0; k < (i == 2 ? 2 : 1); k++) list_add(&r.ctx, &list, paths[i], &c);
        must(&r, list_write(&r.ctx, at(&r, "b"), buf_str(&list),
                            &(BackupInfo){.t = 1, .program = "0", .files = i == 2 ? 2 : 1}));
        assert_int_equal(verify(&r, "b", &said), RC_INVALID);
        assert_non_null(strstr(said, paths[i]));
        rig_close(&r);
    }
}

static void test_prune(void **state)
{
    Rig r;
    BackupInfo info;
    (void)state;
    rig_open(&r);
    assert_int_equal(mkdir(at(&r, "n"), 0700), 0);
    assert_int_equal(mkdir(at(&r, "n/anlan-20261122-023000.part"), 0700), 0);
    assert_int_equal(mkdir(at(&r, "n/anlan-data.part"), 0700), 0);
    assert_int_equal(mkdir(at(&r, "n/other-1"), 0700), 0);
    for (int i = 1; i <= 6; i++) { /* two that somebody named himself: neither counted nor removed */
        const char *form = i <= 4 ? "n/anlan-20261122-02300%d" : "n/anlan-before-upgrade-%d";
        r.job.target = at(&r, arena_printf(r.arena, form, i));
        must(&r, backup_make(&r.ctx, &r.job, &info));
    }
    assert_int_equal(backup_prune(&r.ctx, at(&r, "n"), "anlan-", 2), 3);
    assert_int_equal(access(at(&r, "n/anlan-20261122-023001"), F_OK), -1);
    assert_int_equal(access(at(&r, "n/anlan-20261122-023002"), F_OK), -1);
    assert_int_equal(access(at(&r, "n/anlan-20261122-023003/BACKUP"), F_OK), 0);
    assert_int_equal(access(at(&r, "n/anlan-20261122-023004/BACKUP"), F_OK), 0);
    assert_int_equal(access(at(&r, "n/anlan-before-upgrade-5/BACKUP"), F_OK), 0);
    assert_int_equal(access(at(&r, "n/anlan-20261122-023000.part"), F_OK), -1);
    assert_int_equal(access(at(&r, "n/anlan-data.part"), F_OK), 0);
    assert_int_equal(access(at(&r, "n/other-1"), F_OK), 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole),    cmocka_unit_test(test_keys),
                                       cmocka_unit_test(test_harm),     cmocka_unit_test(test_hostile),
                                       cmocka_unit_test(test_no_files), cmocka_unit_test(test_prune)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
