/* The JSON shape: tables through json_decode, and the scanner against the tree. */
#include "gateway/recorder.h"
#include "items.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const codes[] = {"GAS-0001", "GAS-0002", "燃气1"};

static Rc decode(Ctx *ctx, Str body, StrBuf *out)
{
    buf_init(out, ctx->arena);
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes), .out = out};
    ReadingSink sink = recorder_sink(&r);
    Rc rc = json_decode(ctx, body, &sink);
    buf_addc(out, 0);
    return rc;
}

static void bodies_give_readings(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        Rc rc;
        const char *want;
    } cases[] = {
        {"{\"readings\":[]}", 0, ""},
        {" { \"readings\" : [ { \"point\" : \"GAS-0001\" , \"t\" : 1000 , \"v\" : 12.3 , \"q\" : 1 } ] } \n",
         0, "add 1 1000 12.3 1\n"},
        {"{\"readings\":[{\"v\":-2,\"q\":0,\"t\":\"2026-11-22T08:00:00+08:00\",\"point\":\"GAS-0002\"}]}", 0,
         "add 2 1795305600000 -2 0\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1}]}", 0, "add 1 - 1 0\n"},
        {"{\"readings\":[{\"point\":\"X\",\"v\":1,\"t\":5}]}", 0, "source json:X 5 1 0\n"},
        {"{\"readings\":[{\"point\":\"\\u71c3气1\",\"v\":1e3,\"t\":5.0}]}", 0, "add 3 5 1000 0\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":-0}]}", 0, "add 1 - 0 0\n"},
        /* one faulty reading does not hinder the others; the number is index + 1 */
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1},{\"point\":\"GAS-0001\",\"v\":\"2\"},"
         "{\"point\":\"GAS-0001\",\"v\":3}]}",
         0, "add 1 - 1 0\nreject 2 v text\nadd 1 - 3 0\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":true}]}", 0, "reject 1 v number\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":null}]}", 0, "reject 1 v number\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\"}]}", 0, "reject 1 v required\n"},
        {"{\"readings\":[{\"v\":1}]}", 0, "reject 1 point required\n"},
        {"{\"readings\":[{}]}", 0, "reject 1 point required\n"},
        {"{\"readings\":[{\"point\":\"\",\"v\":1}]}", 0, "reject 1 point required\n"},
        {"{\"readings\":[{\"point\":7,\"v\":1}]}", 0, "reject 1 point syntax\n"},
        {"{\"readings\":[7,[],\"x\"]}", 0,
         "reject 1 readings syntax\nreject 2 readings syntax\nreject 3 readings syntax\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"unit\":\"m\"}]}", 0, "reject 1 unit unknown\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"q\":3}]}", 0, "reject 1 q quality\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"q\":0.5}]}", 0, "reject 1 q quality\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"t\":1.5}]}", 0, "reject 1 t time\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"t\":\"yesterday\"}]}", 0, "reject 1 t time\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"t\":\"2026-02-30T00:00:00Z\"}]}", 0,
         "reject 1 t time\n"},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"t\":9007199254740000}]}", 0, "reject 1 t time\n"},
        /* not of the shape: nothing is taken */
        {"", RC_SYNTAX, ""},
        {"[]", RC_SYNTAX, ""},
        {"{}", RC_SYNTAX, ""},
        {"{\"readings\":{}}", RC_SYNTAX, ""},
        {"{\"readings\":[],\"more\":1}", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1}]} x", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1},]}", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":01}]}", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1,\"v\":2}]}", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1e999}]}", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-\xff\",\"v\":1}]}", RC_SYNTAX, ""},
        {"{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1}", RC_SYNTAX, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        StrBuf out;
        Rc rc = decode(&ctx, str_of(cases[i].body), &out);
        if (rc != cases[i].rc || strcmp(out.p, cases[i].want) != 0)
            fail_msg("%s\n gives %s %s\n instead of %s", cases[i].body, rc_name(rc), out.p, cases[i].want);
        arena_free(&a);
    }
}

static bool same(const JsonReading *a, const JsonReading *b)
{
    return str_eq(a->point, b->point) && a->t == b->t && memcmp(&a->v, &b->v, sizeof a->v) == 0 &&
           a->q == b->q && !a->code == !b->code;
}

/* Random bodies near the shape: whatever the scanner takes, the tree takes alike. */
static void scanner_agrees_with_tree(void **state)
{
    (void)state;
    static const char *const values[] = {
        "1", "-0", "0.10", "12345678901234567890", "1e2", "9007199254740993", "\"x\"", "-7.25", "00", "1."};
    static const char *const members[] = {"\"point\":\"GAS-0001\"",
                                          "\"t\":1763773200000",
                                          "\"q\":1",
                                          "\"t\":\"2026-11-22T00:00:00Z\"",
                                          "\"q\":-0",
                                          "\"point\":\"A\\n\"",
                                          "\"x\":1",
                                          "\"t\":-5",
                                          "\"q\":2.0",
                                          "\"t\":1e3"};
    uint64_t x = 2463534242u;
    size_t scanned = 0;
    for (int round = 0; round < 20000; round++) {
        Arena *a = arena_new(0);
        StrBuf b;
        buf_init(&b, a);
        buf_addz(&b, "{\"readings\":[{");
        for (int m = 0; m < 3; m++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            buf_printf(&b, "%s,%s", members[x % (round % 2 ? 4 : 10)], x >> 60 == 0 ? " " : "");
        }
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        buf_printf(&b, "\"v\":%s}]}", values[x % 10]);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_ZH);
        JsonList fast = {.arena = a}, slow = {.arena = a};
        if (json_scan(buf_str(&b), &fast)) {
            scanned++;
            assert_int_equal(json_tree(&ctx, buf_str(&b), &slow), RC_OK);
            assert_int_equal(fast.n, slow.n);
            if (!same(fast.items, slow.items)) fail_msg("%.*s", STR_ARG(buf_str(&b)));
        }
        arena_free(&a);
    }
    assert_true(scanned > 100);
}

/* A plain body may be large; one that needs the tree may not. */
static void the_tree_has_a_limit(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    StrBuf b, out;
    buf_init(&b, a);
    buf_addz(&b, "{\"readings\":[{\"point\":\"GAS-0001\",\"v\":1}");
    while (b.n <= JSON_TREE_MAX) buf_addz(&b, ",{\"point\":\"GAS-0001\",\"t\":1763773200000,\"v\":1}");
    buf_addz(&b, "]}");
    assert_int_equal(decode(&ctx, buf_str(&b), &out), RC_OK);
    b.p[b.n - 3] = ']';
    assert_int_equal(decode(&ctx, buf_str(&b), &out), RC_TOO_LARGE);
    assert_string_equal(ctx.err.code, "readings.too_large");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_give_readings),
        cmocka_unit_test(scanner_agrees_with_tree),
        cmocka_unit_test(the_tree_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
