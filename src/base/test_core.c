/* Memory, failures, maps, checksums, snapshots, crypto, configuration, ids and the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/config.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/snapshot.h"
#include "base/strmap.h"
#include "base/ticker.h"
#include "crc32c.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char order[16];
static void note(void *arg)
{
    strncat(order, arg, sizeof order - strlen(order) - 1);
}

static void test_arena(void **state)
{
    (void)state;
    Arena *a = arena_new(100000);
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 3000; n += 7) {
            unsigned char *p = arena_alloc(a, n);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
            memset(p, 0xAA, n);
        }
        assert_true(arena_over(a));
        arena_reset(a);
        assert_false(arena_over(a));
        assert_int_equal(arena_used(a), 0);
    }
    char *big = arena_alloc(a, 1000000);
    big[999999] = 1;
    assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
    char *wide = arena_printf(a, "%0500d", 1);
    assert_int_equal(strlen(wide), 500);
    assert_null(arena_strdup(a, NULL));
    order[0] = 0;
    arena_defer(a, note, "1");
    arena_defer(a, note, "2");
    arena_defer(a, note, "3");
    arena_undefer(a, note, "2");
    arena_reset(a);
    assert_string_equal(order, "31");
    arena_defer(a, note, "4");
    arena_free(&a);
    assert_string_equal(order, "314");
    assert_null(a);
    arena_free(&a);
}

static void test_failures(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    assert_int_equal(FAIL(&ctx, RC_STATE, "alarm.ended", "报警 %s 已结束", "alarm %s has ended", "A1"),
                     RC_STATE);
    assert_string_equal(ctx.err.message, "报警 A1 已结束");
    ctx_cause(&ctx, "row %d", 7);
    FAIL(&ctx, RC_DB, "db.failed", "数据库", "database");
    assert_int_equal(ctx.err.kind, RC_STATE); /* the first one wins */
    assert_string_equal(ctx.err.cause, "row 7");
    ctx_clear(&ctx);
    ctx.lang = LANG_EN;
    assert_int_equal(FAIL_FIELD(&ctx, "name", "required", 3, "必填", "is required"), RC_INVALID);
    assert_int_equal(FAIL_FIELD(&ctx, "grade", "range", 4, "超出 %d", "beyond %d", 4), RC_INVALID);
    assert_int_equal(ctx.err.kind, RC_INVALID);
    assert_string_equal(ctx.err.code, "input.invalid");
    assert_string_equal(ctx.err.fields->message, "is required");
    assert_string_equal(ctx.err.fields->next->field, "grade");
    assert_int_equal(ctx.err.fields->next->line, 4);
    assert_null(ctx.err.fields->next->next);
    assert_int_equal(rc_http(RC_INVALID), 422);
    assert_int_equal(rc_http(RC_OK), 200);
    assert_int_equal(rc_http(-5), 500);
    assert_string_equal(rc_name(RC_STALE), "RC_STALE");
    assert_string_equal(rc_name(RC_BUG), "RC_BUG");
    assert_string_equal(rc_name(-5), "RC_UNKNOWN");
    arena_free(&a);
}

static void test_map(void **state)
{
    (void)state;
    enum { KEYS = 20000 };
    StrMap *m = strmap_new(4);
    char key[32];
    for (uint32_t i = 0; i < KEYS; i++) {
        int n = snprintf(key, sizeof key, "HP-%u.SW", i);
        assert_true(strmap_put(m, str_n(key, (size_t)n), i));
    }
    assert_false(strmap_put(m, STR("HP-7.SW"), 700));
    assert_true(strmap_put(m, STR_NONE, 1));
    assert_int_equal(strmap_count(m), KEYS + 1);
    for (uint32_t i = 0; i < KEYS; i++) {
        int n = snprintf(key, sizeof key, "HP-%u.SW", i);
        assert_int_equal(strmap_get(m, str_n(key, (size_t)n)), i == 7 ? 700 : i);
    }
    assert_int_equal(strmap_get(m, STR("")), 1);
    assert_int_equal(strmap_get(m, STR("HP-20000.SW")), STRMAP_NONE);
    assert_int_equal(strmap_get(m, STR("HP-7.S")), STRMAP_NONE);
    strmap_free(&m);
    assert_null(m);
}

static uint32_t crc_bit_by_bit(const unsigned char *p, size_t n)
{
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (0x82F63B78u & (0u - (c & 1)));
    }
    return ~c;
}

static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283u);
    unsigned char data[300];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 31 + 7);
    for (size_t n = 0; n <= 200; n++) {
        uint32_t whole = crc32c(0, data + 1, n);
        assert_int_equal(whole, crc_bit_by_bit(data + 1, n));
        assert_int_equal(whole, base__crc32c_table(0, data + 1, n));
        assert_int_equal(crc32c(crc32c(0, data + 1, n / 3), data + 1 + n / 3, n - n / 3), whole);
    }
}

static _Atomic int alive;
static void drop_value(void *value)
{
    alive--;
    free(value);
}
static int *new_value(int v)
{
    int *p = malloc(sizeof *p);
    assert_non_null(p);
    *p = v;
    alive++;
    return p;
}

static void *read_snapshots(void *arg)
{
    SnapshotSlot *slot = arg;
    int last = 0;
    for (int i = 0; i < 5000; i++) {
        int *v = snapshot_take(slot);
        if (*v < last) return arg;
        last = *v;
        snapshot_release(slot, v);
    }
    return NULL;
}

static void test_snapshots(void **state)
{
    (void)state;
    SnapshotSlot *slot = snapshot_new(drop_value);
    assert_null(snapshot_take(slot));
    snapshot_publish(slot, new_value(1));
    int *held = snapshot_take(slot);
    snapshot_publish(slot, new_value(2));
    assert_int_equal(*held, 1); /* still whole for its reader */
    assert_int_equal(alive, 2);
    snapshot_release(slot, held);
    assert_int_equal(alive, 1);
    pthread_t readers[4];
    for (int i = 0; i < 4; i++) pthread_create(&readers[i], NULL, read_snapshots, slot);
    for (int i = 3; i < 1000; i++) snapshot_publish(slot, new_value(i));
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(readers[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(alive, 1);
    snapshot_free(&slot);
    assert_int_equal(alive, 0);
}

static void test_crypto(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    unsigned char digest[32];
    crypto_sm3("abc", 3, digest); /* GB/T 32905-2016, A.1 */
    assert_string_equal(hex_print(a, digest, 32),
                        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    char abcd[65] = "";
    for (int i = 0; i < 16; i++) strncat(abcd, "abcd", 5);
    crypto_sm3(abcd, 64, digest); /* A.2 */
    assert_string_equal(hex_print(a, digest, 32),
                        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    crypto_sha256("abc", 3, digest);
    assert_string_equal(hex_print(a, digest, 32),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256(NULL, 0, digest);
    assert_string_equal(hex_print(a, digest, 32),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const char *t1 = crypto_token(a), *t2 = crypto_token(a);
    assert_int_equal(strlen(t1), 43);
    assert_string_not_equal(t1, t2);
    const char *hash = crypto_password_hash(a, STR("密码 123"));
    assert_true(str_starts(str_of(hash), STR("$argon2id$")));
    assert_true(crypto_password_ok(str_of(hash), STR("密码 123")));
    assert_false(crypto_password_ok(str_of(hash), STR("密码 124")));
    assert_false(crypto_password_ok(STR("nonsense"), STR("x")));
    assert_false(crypto_password_ok(STR_NONE, STR("x")));
    assert_true(crypto_equal("ab", "ab", 2) && !crypto_equal("ab", "ac", 2));
    static const struct {
        const char *text, *bytes; /* NULL: refused */
    } cases[] = {{"", ""},       {"YQ==", "a"},  {"YQ", "a"},    {"YWI=", "ab"},  {"YWJj", "abc"},
                 {"YWI", "ab"},  {"YQ=", NULL},  {"Y", NULL},    {"Y===", NULL},  {"YW J", NULL},
                 {"YW-_", NULL}, {"====", NULL}, {"YR==", NULL}, {"YWJj\n", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str out;
        bool ok = base64_parse(a, str_of(cases[i].text), &out);
        if (ok != (cases[i].bytes != NULL)) fail_msg("base64 \"%s\"", cases[i].text);
        if (ok) assert_true(str_is(out, cases[i].bytes));
    }
    arena_free(&a);
}

typedef struct Settings {
    const char *name;
    int64_t port;
    bool demo;
} Settings;
static const ConfigKey keys[] = {
    {"server", "name", CONFIG_TEXT, offsetof(Settings, name), "anlan", 0, 0, T("名称", "name")},
    {"server", "port", CONFIG_INT, offsetof(Settings, port), "8080", 1, 65535, T("端口", "port")},
    {"demo", "on", CONFIG_BOOL, offsetof(Settings, demo), "no", 0, 0, T("演示", "demo")},
};

static Rc load_text(Ctx *ctx, const char *text, Settings *out)
{
    char path[] = "/tmp/anlan-config.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    Rc rc = config_load(ctx, path, keys, ARRAY_LEN(keys), out);
    unlink(path);
    return rc;
}

static void test_config(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field, *code;
        int64_t line;
    } bad[] = {
        {"[server]\nport = 0\n", "server.port", "range", 2},
        {"[server]\nport = 80a\n", "server.port", "type", 2},
        {"[server]\n\nprot = 80\n", "server.prot", "unknown", 3},
        {"port = 80\n", ".port", "unknown", 1},
        {"[server]\nport = 80\n; x\nport = 81\n", "server.port", "duplicate", 4},
        {"[demo]\non = maybe\n", "demo.on", "type", 2},
        {"[server]\nnonsense\n", "", "syntax", 2},
        {"[server]\nname = \xff\n", "server.name", "encoding", 2},
        {"[server]\nname = "
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxx"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxx\n",
         "", "too_long", 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        Settings s;
        assert_int_equal(load_text(&ctx, bad[i].text, &s), RC_INVALID);
        if (!ctx.err.fields || strcmp(ctx.err.fields->code, bad[i].code) != 0 ||
            ctx.err.fields->line != bad[i].line)
            fail_msg("case %zu", i);
        assert_string_equal(ctx.err.fields->field, bad[i].field);
        arena_free(&a);
    }
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    Settings s;
    assert_int_equal(load_text(&ctx, "; c\n[server]\nname = 安澜 一期 ; note\n[demo]\non=YES\n", &s), RC_OK);
    assert_string_equal(s.name, "安澜 一期");
    assert_true(s.port == 8080 && s.demo);
    assert_int_equal(config_load(&ctx, NULL, keys, ARRAY_LEN(keys), &s), RC_OK);
    assert_string_equal(s.name, "anlan");
    /* The sample file reads back. */
    StrBuf b;
    buf_init(&b, a);
    config_print(&b, keys, ARRAY_LEN(keys), LANG_ZH);
    assert_true(str_find(buf_str(&b), STR("端口")) >= 0);
    assert_int_equal(load_text(&ctx, b.p, &s), RC_OK);
    assert_int_equal(config_load(&ctx, "/nowhere/at/all", keys, ARRAY_LEN(keys), &s), RC_IO);
    arena_free(&a);
}

static void *make_ids(void *arg)
{
    int64_t *out = arg;
    for (int i = 0; i < 1000; i++) out[i] = id_new();
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_ids(void **state)
{
    (void)state;
    static int64_t ids[4000];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, make_ids, &ids[i * 1000]);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 4000; i++) assert_true(ids[i] > (i % 1000 ? ids[i - 1] : 0));
    qsort(ids, 4000, sizeof(int64_t), compare_ids);
    for (int i = 1; i < 4000; i++) assert_true(ids[i] != ids[i - 1]);
    /* A clock that is set back does not bring old ids. */
    int64_t before = id_new();
    clock_freeze(INT64_C(1600000000000));
    assert_true(id_new() > before);
    clock_freeze(TIME_NONE);
}

/* Lines written to a file in place of stderr. */
static Str capture_log(Arena *a, void (*fn)(void))
{
    char path[] = "/tmp/anlan-log.XXXXXX", *text = arena_alloc(a, 4096);
    int fd = mkstemp(path), saved = dup(STDERR_FILENO);
    assert_true(fd >= 0 && saved >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    fn();
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t n = pread(fd, text, 4095, 0);
    close(fd);
    unlink(path);
    return str_n(text, n > 0 ? (size_t)n : 0);
}

static void write_log(void)
{
    LOG(LOG_DEBUG, "test", "hidden");
    LOG(LOG_WARN, "test", "shown", LOG_I64("n", 7), LOG_F64("f", 0.5), LOG_STR("s", STR("a\"\n安\xff")),
        LOG_Z("z", NULL));
}

static void test_log(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Str line = capture_log(a, write_log);
    assert_true(str_ends(line, STR("}\n")));
    const Json *j;
    assert_int_equal(json_parse(&ctx, line, &j), RC_OK); /* one object on one line */
    assert_true(str_is(json_str(json_get(j, "level")), "warn") &&
                str_is(json_str(json_get(j, "msg")), "shown"));
    assert_true(str_is(json_str(json_get(j, "s")), "a\"\n安\xEF\xBF\xBD"));
    int64_t t;
    assert_true(time_parse(json_str(json_get(j, "t")), false, &t));
    LogLevel level;
    assert_true(log_parse_level(STR("error"), &level) && level == LOG_ERROR);
    assert_false(log_parse_level(STR("loud"), &level));
    arena_free(&a);
}

static void count_up(void *ud)
{
    atomic_fetch_add((atomic_int *)ud, 1);
}

static void wait_for_runs(atomic_int *runs, int least)
{
    for (int i = 0; i < 10000 && atomic_load(runs) < least; i++) usleep(1000);
    assert_true(atomic_load(runs) >= least);
}

static void test_ticker(void **state)
{
    (void)state;
    atomic_int runs = 0;
    Ticker *t = ticker_start("test", 2, count_up, &runs);
    assert_non_null(t);
    wait_for_runs(&runs, 3);
    ticker_stop(&t);
    assert_null(t);
    ticker_stop(&t);
    int after = atomic_load(&runs);
    usleep(20000);
    assert_int_equal(atomic_load(&runs), after); /* it has ended */

    atomic_store(&runs, 0);
    t = ticker_start("slow", 3600000, count_up, &runs);
    assert_int_equal(atomic_load(&runs), 0);
    ticker_wake(t); /* not after an hour */
    wait_for_runs(&runs, 1);
    ticker_stop(&t);
}

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),  cmocka_unit_test(test_failures),  cmocka_unit_test(test_map),
        cmocka_unit_test(test_crc),    cmocka_unit_test(test_snapshots), cmocka_unit_test(test_crypto),
        cmocka_unit_test(test_config), cmocka_unit_test(test_ids),       cmocka_unit_test(test_log),
        cmocka_unit_test(test_ticker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
