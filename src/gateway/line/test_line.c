/* Line protocol: syntax tables, limits, numbering, and the canonical road against the general one. */
#include "base/rc.h"
#include "gateway/line.h"
#include "gateway/recorder.h"
#include "parse.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const codes[] = {"GAS-0001", "GAS-0002", "燃气 1"};

static Str decode(Arena *a, Str body, const char *precision)
{
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes), .out = &out};
    ReadingSink sink = recorder_sink(&r);
    LinePrecision p;
    assert_true(line_precision_parse(str_of(precision), &p));
    line_decode(body, p, &sink);
    buf_addc(&out, 0);
    return str_n(out.p, out.n - 1);
}

static void lines_give_readings(void **state)
{
    (void)state;
    static const struct {
        const char *body, *precision, *want;
    } cases[] = {
        /* canonical */
        {"reading,point=GAS-0001 v=12.3 1763773200000000000", "ns", "add 1 1763773200000 12.3 0\n"},
        {"reading,point=GAS-0001 v=12.3 1763773200000999999\n", "", "add 1 1763773200000 12.3 0\n"},
        {"reading,point=GAS-0001 v=12.3", "ns", "add 1 - 12.3 0\n"},
        {"reading,point=GAS-0001 v=12.3,q=1 1763773200", "s", "add 1 1763773200000 12.3 1\n"},
        {"reading,point=GAS-0002 v=-1,q=2i 5", "ms", "add 2 5 -1 2\n"},
        {"reading,point=GAS-0001 q=0i,v=7i 2", "m", "add 1 120000 7 0\n"},
        {"reading,point=GAS-0001 v=1 1\r\nreading,point=GAS-0002 v=2 2\r\n", "h",
         "add 1 3600000 1 0\nadd 2 7200000 2 0\n"},
        {"reading,point=GAS-0001 v=1e3 1500", "us", "add 1 1 1000 0\n"},
        {"reading,point=GAS-0001 v=1 -1", "ns", "add 1 -1 1 0\n"},
        {"reading,point=GAS-0001 v=1 -1000000", "n", "add 1 -1 1 0\n"},
        {"reading,point=GAS-0001 v=1 -1000001", "n", "add 1 -2 1 0\n"},
        {"reading,point=GAS-0001 v=1 -1001", "u", "add 1 -2 1 0\n"},
        {"reading,host=h,point=GAS-0001 v=1 1", "ms", "add 1 1 1 0\n"},
        {"reading,point=燃气\\ 1 v=1 1", "ms", "add 3 1 1 0\n"},
        {"reading,point=GAS-0001 v=t 1", "ms", "add 1 1 1 0\n"},
        {"  reading,point=GAS-0001   v=1   1  ", "ms", "add 1 1 1 0\n"},
        {"reading,point=GAS-0001 v=1,temp=2 1", "ms",
         "add 1 1 1 0\nsource line:reading,point=GAS-0001#temp 1 2 0\n"},
        /* unknown codes and other measurements are sources */
        {"reading,point=X v=1,q=1 1", "ms", "source line:reading,point=X#v 1 1 1\n"},
        {"reading v=1 1", "ms", "source line:reading#v 1 1 0\n"},
        {"weather,site=b,area=a temp=3,q=1 1", "ms",
         "source line:weather,area=a,site=b#temp 1 3 0\nsource line:weather,area=a,site=b#q 1 1 0\n"},
        {"w\\,x,a\\=b=c\\ d e\\ f=1i", "ns", "source line:w\\,x,a\\=b=c\\ d#e\\ f - 1 0\n"},
        {"m a=1i,b=2u,c=-3.5,d=true,e=F,f=18446744073709551615u", "ns",
         "source line:m#a - 1 0\nsource line:m#b - 2 0\nsource line:m#c - -3.5 0\nsource line:m#d - 1 0\n"
         "source line:m#e - 0 0\nsource line:m#f - 1.8446744073709552e+19 0\n"},
        {"m a=TRUE,b=True,c=T,d=false,e=False,f=FALSE,g=f", "ns",
         "source line:m#a - 1 0\nsource line:m#b - 1 0\nsource line:m#c - 1 0\nsource line:m#d - 0 0\n"
         "source line:m#e - 0 0\nsource line:m#f - 0 0\nsource line:m#g - 0 0\n"},
        /* nothing */
        {"", "ns", ""},
        {"\n\n# comment, v=1\r\n   \n", "ns", ""},
        /* texts are refused for their field only; quoted line ends count as lines */
        {"m s=\"a\\\"b, c=d\",n=2 1\n", "ms", "reject 1 s text\nsource line:m#n 1 2 0\n"},
        {"m s=\"two\nlines\",n=2 1\nm n=x", "ms",
         "reject 1 s text\nsource line:m#n 1 2 0\nreject 3 n number\n"},
        {"m s=\"open\nm n=1 1", "ms", "reject 1 s syntax\nsource line:m#n 1 1 0\n"},
        /* faults */
        {"reading,point=GAS-0001 v=abc\nreading,point=GAS-0001 v=2 1", "ms",
         "reject 1 v number\nadd 1 1 2 0\n"},
        {"reading,point=GAS-0001 v=1 12x", "ms", "reject 1 t time\n"},
        {"reading,point=GAS-0001 v=1 1 2", "ms", "reject 1 t time\n"},
        {"reading,point=GAS-0001 v=1 9223372036854775807", "h", "reject 1 t time\n"},
        {"reading,point=GAS-0001 v=1 9223372036854775808", "ns", "reject 1 t time\n"},
        {"reading,point=GAS-0001 v=1 300000000000", "s", "reject 1 t time\n"},
        {"reading,point=GAS-0001 v=1,q=3 1", "ms", "reject 1 q quality\n"},
        {"reading,point=GAS-0001 v=1,q=0.5 1", "ms", "reject 1 q quality\n"},
        {"reading,point=GAS-0001 q=1 1", "ms", "reject 1 v required\n"},
        {"reading,point=GAS-0001 v=NaN 1", "ms", "reject 1 v number\n"},
        {"reading,point=GAS-0001 v=1e999 1", "ms", "reject 1 v number\n"},
        {"reading,point=GAS-0001 v= 1", "ms", "reject 1 v required\n"},
        {"reading,point=GAS-0001", "ms", "reject 1 fields required\n"},
        {"reading,point=GAS-0001 ", "ms", "reject 1 fields required\n"},
        {"reading,point= v=1", "ms", "reject 1 point syntax\n"},
        {"reading,point v=1", "ms", "reject 1 tags syntax\n"},
        {"reading, v=1", "ms", "reject 1 tags syntax\n"},
        {"m,a=1,a=2 v=1", "ms", "reject 1 a repeated\n"},
        {",a=1 v=1", "ms", "reject 1 measurement required\n"},
        {"m v", "ms", "reject 1 fields syntax\n"},
        {"m v=1,", "ms", "reject 1 fields syntax\n"},
        {"m v=1i5", "ms", "reject 1 v number\n"},
        {"m v=1.5i", "ms", "reject 1 v number\n"},
        {"m v=-1u", "ms", "reject 1 v number\n"},
        {"m v=0x10", "ms", "reject 1 v number\n"},
        {"m\tv=1", "ms", "reject 1 line syntax\n"},
        {"m v\xff=1", "ms", "reject 1 line syntax\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Str got = decode(a, str_of(cases[i].body), cases[i].precision);
        if (!str_is(got, cases[i].want))
            fail_msg("%s\n gives %s\n instead of %s", cases[i].body, got.p, cases[i].want);
        arena_free(&a);
    }
}

static void precisions_are_closed(void **state)
{
    (void)state;
    LinePrecision p;
    assert_false(line_precision_parse(STR("d"), &p));
    assert_false(line_precision_parse(STR("NS"), &p));
    assert_true(line_precision_parse(STR("µs"), &p));
    assert_int_equal(p.ns, 1000);
}

static void limits_hold(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "m");
    for (int i = 0; i < LINE_TAGS_MAX + 1; i++) buf_printf(&b, ",t%d=1", i);
    buf_addz(&b, " v=1\nm ");
    for (int i = 0; i < LINE_FIELDS_MAX + 1; i++) buf_printf(&b, "%sf%d=1", i ? "," : "", i);
    buf_addz(&b, "\nm v=");
    for (int i = 0; i < LINE_LENGTH_MAX; i++) buf_addc(&b, '1');
    buf_addz(&b, "\nm,k=");
    for (int i = 0; i < SOURCE_KEY_MAX; i++) buf_addc(&b, 'k');
    buf_addz(&b, " v=1\nreading,point=GAS-0002 v=4 1\n");
    Str got = decode(a, buf_str(&b), "ms");
    assert_string_equal(got.p,
                        "reject 1 tags limit\nreject 2 fields limit\nreject 3 line limit\nreject 4 v limit\n"
                        "add 2 1 4 0\n");
    arena_free(&a);
}

/* A text that never closes must neither swallow the rest nor be searched for again on every line. */
static void unclosed_quotes_stay_linear(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    for (int i = 0; i < 200000; i++) buf_addz(&b, "\" x=\"\n");
    buf_addz(&b, "reading,point=GAS-0001 v=1 1\n");
    Recorder r = {.codes = codes, .ncodes = 2};
    ReadingSink sink = recorder_sink(&r);
    line_decode(buf_str(&b), (LinePrecision){1}, &sink);
    assert_true(r.rejected > 0);
    assert_int_equal(r.added, 1);
    arena_free(&a);
}

/* A leading space sends a line down the general road. */
static void both_roads_agree(void **state)
{
    (void)state;
    static const char *const values[] = {"0",  "-0", "12.50", "9007199254740993", "1e5",
                                         "3i", "t",  "0.1",   "-273.15",          "1."};
    static const char *const qs[] = {"", ",q=0", ",q=2i", ",q=7", ",q=", ",q=1,x=2"};
    static const char *const times[] = {"",    " 1763773200123456789",  " 0", " 12",
                                        " -5", " 99999999999999999999", " x"};
    static const char *const points[] = {"GAS-0001", "NONE", "A\\ B", ""};
    for (size_t i = 0; i < 10 * 6 * 7 * 4; i++) {
        Arena *a = arena_new(0);
        Str line = str_printf(a, " reading,point=%s v=%s%s%s\n", points[i % 4], values[i / 4 % 10],
                              qs[i / 40 % 6], times[i / 240 % 7]);
        Str general = decode(a, line, "ns");
        Str fast = decode(a, str_n(line.p + 1, line.n - 1), "ns");
        if (!str_eq(general, fast)) fail_msg("%s fast %s general %s", line.p, fast.p, general.p);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_give_readings), cmocka_unit_test(precisions_are_closed),
        cmocka_unit_test(limits_hold),         cmocka_unit_test(unclosed_quotes_stay_linear),
        cmocka_unit_test(both_roads_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
