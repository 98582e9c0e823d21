/* Tables of readings: both forms, faults with their line, any cut into pieces. */
#include "gateway/csv_codec.h"
#include "gateway/recorder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const codes[] = {"GAS-0001", "GAS-0002", "a,b"};

/* In pieces of `piece` bytes. */
static Rc decode(Ctx *ctx, Str body, size_t piece, StrBuf *out)
{
    buf_init(out, ctx->arena);
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes), .out = out};
    ReadingSink sink = recorder_sink(&r);
    CsvDecoder *d = csv_new(&sink);
    Rc rc = RC_OK;
    for (size_t i = 0; i < body.n && rc == RC_OK; i += piece)
        rc = csv_feed(ctx, d, str_n(body.p + i, body.n - i < piece ? body.n - i : piece));
    if (rc == RC_OK) rc = csv_end(ctx, d);
    csv_free(&d);
    buf_addc(out, 0);
    return rc;
}

static const struct {
    const char *body;
    Rc rc;
    const char *want;
} cases[] = {
    {"t,point,v\n1000,GAS-0001,12.5\n", 0, "add 1 1000 12.5 0\n"},
    {"t,point,v,q\r\n1000,GAS-0001,12.5,1\r\n2000,GAS-0002,1,\r\n", 0, "add 1 1000 12.5 1\nadd 2 2000 1 0\n"},
    {"\xEF\xBB\xBFt,point,v\n-5,GAS-0001,1", 0, "add 1 -5 1 0\n"},
    {"t,point,v\n2026-11-22T08:00:00+08:00,GAS-0001,1\n2026-11-22 "
     "08:00:00,GAS-0001,2\n2026-11-22T00:00:00.1239Z,GAS-0001,3\n",
     0, "add 1 1795305600000 1 0\nadd 1 1795305600000 2 0\nadd 1 1795305600123 3 0\n"},
    {"t,point,v\n1,GAS-0001,NaN\n2,GAS-0001,-Infinity\n3,GAS-0001,+inf\n", 0,
     "add 1 1 nan 0\nadd 1 2 -inf 0\nadd 1 3 inf 0\n"},
    {"t,point,v\n1,X-1,2\n", 0, "source csv:X-1 1 2 0\n"},
    {"t,point,v\n1,\"a,b\",\"2\"\n 3 , GAS-0001 , 4 \n\n", 0, "add 3 1 2 0\nadd 1 3 4 0\n"},
    {"t,point,v,q\nx,GAS-0001,1,0\n1,GAS-0001,1\n1,GAS-0001,z,0\n1,GAS-0001,1,3\n1,,1,0\n1,GAS-0001,1,0,0\n1,"
     "\"GAS,1,0\n2,GAS-0001,1,2\n",
     0,
     "reject 2 t time\nreject 3 line syntax\nreject 4 v number\nreject 5 q quality\nreject 6 point required\n"
     "reject 7 line syntax\nreject 8 line syntax\nadd 1 2 1 2\n"},
    {"t,point,v\n1,GAS-\xff,1\n1,GAS-0001,1\n", 0, "reject 2 line syntax\nadd 1 1 1 0\n"},
    {"t,GAS-0002,NEW,GAS-0001\n5,1,2,3\n6,,,4\n7,x,nan,\n8,1,2\ny,1,2,3\n", 0,
     "add 2 5 1 0\nsource csv:NEW 5 2 0\nadd 1 5 3 0\nadd 1 6 4 0\nreject 4 GAS-0002 number\nsource csv:NEW "
     "7 nan 0\n"
     "reject 5 line syntax\nreject 6 t time\n"},
    {"t,GAS-0001\n", 0, ""},
    {"", RC_SYNTAX, ""},
    {"\n", RC_SYNTAX, ""},
    {"t\n1\n", RC_SYNTAX, ""},
    {"time,GAS-0001\n", RC_SYNTAX, ""},
    {"1000,GAS-0001,1\n", RC_SYNTAX, ""},
    {"t,A,,B\n", RC_SYNTAX, ""},
    {"t,A,A\n", RC_SYNTAX, ""},
    {"t,\"A\n", RC_SYNTAX, ""},
};

static void tables_give_readings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t piece = 1; piece < 200; piece += piece < 4 ? 1 : 49) {
            Arena *a = arena_new(0);
            Ctx ctx;
            ctx_init(&ctx, a, LANG_EN);
            StrBuf out;
            Rc rc = decode(&ctx, str_of(cases[i].body), piece, &out);
            if (rc != cases[i].rc || strcmp(out.p, cases[i].want) != 0)
                fail_msg("%s\n gives %s %s\n instead of %s", cases[i].body, rc_name(rc), out.p,
                         cases[i].want);
            arena_free(&a);
        }
}

static void long_lines_are_refused_alone(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    StrBuf b, out;
    buf_init(&b, a);
    buf_addz(&b, "t,point,v\n1,");
    for (size_t i = 0; i <= CSV_LINE_MAX; i++) buf_addc(&b, 'x');
    buf_addz(&b, ",1\n2,GAS-0001,1\n");
    for (size_t piece = 1000; piece < b.n * 2; piece *= 50) {
        assert_int_equal(decode(&ctx, buf_str(&b), piece, &out), RC_OK);
        assert_string_equal(out.p, "reject 2 line limit\nadd 1 2 1 0\n");
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_give_readings),
        cmocka_unit_test(long_lines_are_refused_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
