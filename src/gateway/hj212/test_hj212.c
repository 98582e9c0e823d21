/* HJ 212: frames of the standard and of other people's tests with the values they mean or the reason of their
 * refusal; cutting; answers; words. */
#include "base/rc.h"
#include "gateway/hj212.h"
#include "gateway/recorder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *framed(Arena *a, const char *segment)
{
    StrBuf b;
    buf_init(&b, a);
    hj212_frame(&b, str_of(segment));
    buf_addc(&b, 0);
    return b.p;
}

/* What a frame gives: readings and rejects as the recorder prints them, or "refused CODE". */
static const char *taken_with(Arena *a, Str frame, const char *flags, Hj212Split *split)
{
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.out = &out};
    ReadingSink sink = recorder_sink(&r);
    Hj212Flags table;
    Hj212Packet p;
    assert_true(hj212_flags_parse(str_of(flags), &table));
    const char *why = hj212_parse(frame, &p);
    if (!why && hj212_kind(p.cn) == HJ212_DATA) why = hj212_readings(&p, &table, split, &sink);
    if (why) return arena_printf(a, "refused %s", why);
    buf_addc(&out, 0);
    return out.p;
}

static const char *taken(Arena *a, const char *frame)
{
    return taken_with(a, str_of(frame), HJ212_FLAGS_DEFAULT, NULL);
}

static void sums_are_the_standards(void **state)
{
    (void)state;
    static const struct {
        const char *segment;
        uint16_t crc;
    } cases[] = {
        {"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval="
         "30&&",
         0x1C80},
        {"QN=20160801085857223;ST=23;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime="
         "20160801085857; LA-Rtd=50.1&&",
         0x1E00},
        {"", 0xFFFF},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(hj212_crc(str_of(cases[i].segment)), cases[i].crc);
    assert_int_equal(hj212_crc_modbus(STR("\x01\x03\x00\x00\x00\x0A")), 0xCDC5);
}

/* Whole frames, with their CR LF. 2016-08-01 08:58:57 in Beijing is 1470013137. */
static void frames_give_readings(void **state)
{
    (void)state;
    static const struct {
        const char *frame, *want;
    } cases[] = {
        {"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
         "RtdInterval="
         "30&&1C80\r\n",
         ""},
        {"##0162QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
         "DataTime="
         "20231008123340;w01008-SampleTime=20231008123340,w01008-Rtd=123.456&&F441\r\n",
         "source hj212:010000A8900016F000169DC0/w01008-Rtd 1696739620000 123.456 0\n"},
        {"##0094QN=20160801085857223;ST=32;CN=9011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&QnRtn=1&"
         "&"
         "2a80\r\n",
         ""},
        {"##0078QN=20201008154743635;ST=91;CN=9014;PW=123456;MN=SD000001;Flag=9;CP=&&QnRtn=1&&71c0\r\n", ""},
        {"##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;011-"
         "Rtd="
         "231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4981\r\n",
         "refused crc"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(taken(a, cases[i].frame), cases[i].want);
    arena_free(&a);
}

#define HEAD "QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=M1;Flag=5;CP=&&"
#define DT   "DataTime=20160801085857;"
#define K    "source hj212:M1/"
#define TS   " 1470013137000 "

static void segments_give_readings_or_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *segment, *want;
    } cases[] = {
        {HEAD DT " LA-Rtd=50.1&&", K "LA-Rtd" TS "50.1 0\n"},
        /* flags: beside the value in any order, in an item of its own, lower case, longer */
        {HEAD DT "w1-Rtd=1,w1-Flag=N&&", K "w1-Rtd" TS "1 0\n"},
        {HEAD DT "w1-Flag=T,w1-Rtd=1&&", K "w1-Rtd" TS "1 1\n"},
        {HEAD DT "w1-Rtd=1,w1-Flag=s;w2-Rtd=2,w2-Flag=D&&", K "w1-Rtd" TS "1 1\n" K "w2-Rtd" TS "2 2\n"},
        {HEAD DT "w1-Rtd=1;w1-Flag=F&&", K "w1-Rtd" TS "1 2\n"},
        {HEAD DT "w1-Rtd=1,w1-Flag=NN&&", K "w1-Rtd" TS "1 2\n"},
        {HEAD DT "w1-Rtd=1,w1-Flag=&&", K "w1-Rtd" TS "1 0\n"},
        {HEAD DT "w1-Rtd=1,w2-Rtd=2,w2-Flag=C&&", K "w1-Rtd" TS "1 0\n" K "w2-Rtd" TS "2 2\n"},
        /* the flag of the own item goes before that of another */
        {HEAD DT "w1-Flag=D;w1-Rtd=1,w1-Flag=N&&", K "w1-Rtd" TS "1 0\n"},
        /* times */
        {HEAD "DataTime=20160801085857250;w1-Rtd=1&&", K "w1-Rtd 1470013137250 1 0\n"},
        {HEAD DT "w1-SampleTime=20160801080000,w1-Rtd=1&&", K "w1-Rtd 1470009600000 1 0\n"},
        {HEAD DT "w1-SampleTime=2016080108,w1-Rtd=1;w2-Rtd=2&&",
         "reject 3 w1-Rtd time\n" K "w2-Rtd" TS "2 0\n"},
        {HEAD DT "w1-Rtd=1;DataTime=20160801085858;w1-Rtd=2&&",
         K "w1-Rtd" TS "1 0\n" K "w1-Rtd 1470013138000 2 0\n"},
        {HEAD "w1-Rtd=1&&", "refused time"},
        {HEAD "DataTime=20160230085857;w1-Rtd=1&&", "refused time"},
        {HEAD "DataTime=20160801246000;w1-Rtd=1&&", "refused time"},
        {HEAD "DataTime=2016-08-01 08:58:57;w1-Rtd=1&&", "refused time"},
        {HEAD "DataTime=00000000000000;w1-Rtd=1&&", "refused time"},
        {HEAD "&&", "refused time"},
        /* a faulty factor is refused alone */
        {HEAD DT "w1-Rtd=abc;w2-Rtd=2&&", "reject 2 w1-Rtd value\n" K "w2-Rtd" TS "2 0\n"},
        {HEAD DT "w1-Rtd=;w2-Rtd=nan;w3-Rtd=inf;w4-Rtd=1e999&&",
         "reject 2 w1-Rtd value\nreject 3 w2-Rtd value\nreject 4 w3-Rtd value\nreject 5 w4-Rtd value\n"},
        {HEAD DT "w1#x-Rtd=1;-Rtd=2;w2-=3;水-Rtd=4&&",
         "reject 2 w1#x-Rtd field\nreject 3 -Rtd field\nreject 4 w2- field\nreject 5 水-Rtd field\n"},
        {HEAD DT "w1-Made=7;w1-Maker=text&&", K "w1-Made" TS "7 0\nreject 3 w1-Maker field\n"},
        {HEAD DT "w1-EFlag=A01,w1-Info=x,w1-SN=abc,w1-Rtd=-0.5&&", K "w1-Rtd" TS "-0.5 0\n"},
        {HEAD DT "RestartTime=20160801000000;w1-Rtd=1&&", K "w1-Rtd" TS "1 0\n"},
        /* all statistics */
        {HEAD DT "w1-ZsRtd=1&&", K "w1-ZsRtd" TS "1 0\n"},
        {"ST=32;CN=2051;MN=M1;Flag=4;CP=&&" DT "w1-Min=1,w1-Avg=2,w1-Max=3,w1-Cou=6,w1-Flag=N&&",
         K "w1-Min/2051" TS "1 0\n" K "w1-Avg/2051" TS "2 0\n" K "w1-Max/2051" TS "3 0\n" K "w1-Cou/2051" TS
           "6 0\n"},
        {"ST=31;CN=2061;MN=M1;Flag=4;CP=&&" DT "a1-ZsAvg=2.5&&", K "a1-ZsAvg/2061" TS "2.5 0\n"},
        {"ST=32;CN=2031;MN=M1;Flag=4;CP=&&" DT "w1-Cou=9,w1-Flag=M&&", K "w1-Cou/2031" TS "9 2\n"},
        {"ST=32;CN=2021;MN=M1;CP=&&" DT "SB1-RS=1;SB2-RS=0&&", K "SB1-RS" TS "1 0\n" K "SB2-RS" TS "0 0\n"},
        {"ST=32;CN=2041;MN=M1;CP=&&" DT "SB1-RT=1.5&&", K "SB1-RT" TS "1.5 0\n"},
        /* no readings in them */
        {"QN=20160801085857223;ST=32;CN=1013;PW=1;MN=M1;Flag=5;CP=&&PolId=w01018&&", ""},
        {"QN=20160801085857223;ST=91;CN=9015;PW=1;MN=M1;Flag=5;CP=&&&&", ""},
        {"ST=91;CN=9021;PW=1;MN=M1;Flag=1;CP=&&QN=20040516010101001&&", ""},
        {"ST=91;CN=9012;PW=1;MN=M1;CP=&&ExeRtn=1&&", ""},
        /* the head */
        {"ST=32;CN=2011;PW=123456;CP=&&" DT "w1-Rtd=1&&", "refused mn"},
        {"ST=32;CN=2011;MN=;CP=&&" DT "w1-Rtd=1&&", "refused mn"},
        {"ST=32;CN=2011;MN=a/b;CP=&&" DT "w1-Rtd=1&&", "refused mn"},
        {"ST=32;CN=2011;MN=12345678901234567890123456789012345678901;CP=&&&&", "refused mn"},
        {"ST=32;MN=M1;CP=&&" DT "w1-Rtd=1&&", "refused command"},
        {"ST=32;CN=2999;MN=M1;CP=&&" DT "w1-Rtd=1&&", "refused command"},
        {"ST=32;CN=20x1;MN=M1;CP=&&" DT "w1-Rtd=1&&", "refused command"},
        {"QN=2016x;ST=32;CN=2011;MN=M1;CP=&&" DT "w1-Rtd=1&&", "refused qn"},
        {"ST=32;CN=2011;MN=M1;Flag=x;CP=&&" DT "w1-Rtd=1&&", "refused flag"},
        {"ST=32;CN=2011;MN=M1;Flag=256;CP=&&" DT "w1-Rtd=1&&", "refused flag"},
        {"ST=32;CN=2011;MN=M1;MN=M2;CP=&&" DT "w1-Rtd=1&&", "refused syntax"},
        {"ST=32;CN=2011;MN=M1", "refused syntax"},
        {"ST=32;CN=2011;MN=M1;CP=&&" DT "w1-Rtd=1", "refused syntax"},
        {"ST=32;CN=2011;MN=M1;CP=&&" DT "w1-Rtd=1&&x", "refused syntax"},
        {"ST=32;CN=2011;MN=M1;CP=&&" DT "&&w1-Rtd=1&&", "refused syntax"},
        {"", "refused syntax"},
        {"Vendor=1;ST=32;CN=2011; MN = M1 ;CP=&&" DT "w1-Rtd=1&& ", K "w1-Rtd" TS "1 0\n"},
        {"ST=32;CN=2011;MN=M1;Flag=6;PNUM=2;PNO=3;CP=&&" DT "w1-Rtd=1&&", "refused parts"},
        {"ST=32;CN=2011;MN=M1;Flag=6;PNUM=2;PNO=0;CP=&&" DT "w1-Rtd=1&&", "refused parts"},
        {"ST=32;CN=2011;MN=M1;Flag=6;PNUM=2;PNO=2;CP=&&w1-Rtd=1&&", "refused parts"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = taken(a, framed(a, cases[i].segment));
        if (strcmp(got, cases[i].want) != 0) print_message("case %zu: %s\n", i, cases[i].segment);
        assert_string_equal(got, cases[i].want);
    }
    arena_free(&a);
}

static void parts_of_an_upload_share_its_time(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Hj212Split split = {0};
#define PART(no, mn, cp) "QN=20160801085857223;ST=32;CN=2011;MN=" mn ";Flag=7;PNUM=2;PNO=" no ";CP=&&" cp "&&"
    static const struct {
        const char *segment, *want;
    } cases[] = {
        {PART("2", "M1", "w2-Rtd=2"), "refused parts"},
        {PART("1", "M1", DT "w1-Rtd=1"), K "w1-Rtd" TS "1 0\n"},
        {PART("2", "M1", "w2-Rtd=2"), K "w2-Rtd" TS "2 0\n"},
        {PART("2", "M2", "w2-Rtd=2"), "refused parts"},
        {PART("2", "M2", DT "w2-Rtd=2"), "source hj212:M2/w2-Rtd" TS "2 0\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(taken_with(a, str_of(framed(a, cases[i].segment)), HJ212_FLAGS_DEFAULT, &split),
                            cases[i].want);
    arena_free(&a);
}

static void flags_are_configurable(void **state)
{
    (void)state;
    Hj212Flags f;
    assert_true(hj212_flags_parse(STR(" n=0  D=1 *=0 -=2 "), &f));
    assert_int_equal(f.q['N'], 0);
    assert_int_equal(f.q['D'], 1);
    assert_int_equal(f.q['X'], 0);
    assert_int_equal(f.none, 2);
    assert_int_equal(f.other, 0);
    assert_true(hj212_flags_parse(STR(""), &f));
    assert_int_equal(f.q['N'], 2);
    static const char *const wrong[] = {"N", "N=3", "N=", "NN=1", "N=0 N=1", "N=0,T=1", "\xC3=1"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) assert_false(hj212_flags_parse(str_of(wrong[i]), &f));
}

/* ---- Cutting ---- */

#define GOOD "##0024ST=32;CN=2011;CP=&&&&;;;XXXX\r\n" /* the sum does not matter to the cut */

/* "12 -3 noise 40": what a stream is cut into; ends with "+N" for N bytes that wait. */
static const char *cuts(Arena *a, Str s)
{
    StrBuf out;
    buf_init(&out, a);
    while (s.n) {
        const char *code = NULL;
        long n = hj212_cut(s, &code);
        if (n == 0) break;
        if (n > 0) buf_printf(&out, "%ld ", n);
        else buf_printf(&out, "%ld %s ", n, code);
        size_t step = (size_t)(n > 0 ? n : -n);
        assert_true(step <= s.n);
        s = str_n(s.p + step, s.n - step);
    }
    buf_printf(&out, "+%zu", s.n);
    return out.p;
}

static void streams_are_cut_and_found_again(void **state)
{
    (void)state;
    char *const big = malloc(70000);
    memset(big, 'x', 70000);
    static const struct {
        const char *bytes, *want;
    } cases[] = {
        {GOOD, "36 +0"},
        {GOOD GOOD, "36 36 +0"},
        {GOOD "\r\n" GOOD, "38 36 +0"},
        {"", "+0"},
        {"#", "+1"},
        {"##", "+2"},
        {"##00", "+4"},
        {"##0024ST=32;CN", "+14"},
        {"##0024ST=32;CN=2011;CP=&&&&;;;XXXX", "+34"},
        {"##0024ST=32;CN=2011;CP=&&&&;;;XXXX\r", "+35"},
        /* noise before, between */
        {"noise" GOOD, "-5 noise 36 +0"},
        {"a#b" GOOD, "-3 noise 36 +0"},
        {"#" GOOD, "-1 noise 36 +0"},
        {GOOD "zz" GOOD, "36 -2 noise 36 +0"},
        {"zz#", "-2 noise +1"},
        {"####" GOOD, "-4 noise 36 +0"},
        {"#######", "-5 noise +2"},
        /* lengths */
        {"##00x4ST=32\r\n" GOOD, "-13 length 36 +0"},
        {"##1025ST=32;CN=2011;CP=&&&&;;;XXXX\r\n" GOOD, "-36 length 36 +0"},
        {"##0300ST=32;CN=2011;CP=&&&&;;;XXXX\r\n", "-36 length +0"},
        {"##0023ST=32;CN=2011;CP=&&&&;;;XXXX\r\n" GOOD, "-36 length 36 +0"},
        {"##0025ST=32;CN=2011;CP=&&&&;;;XXXX\r\n" GOOD, "-36 length 36 +0"},
        {"##1025ST=32;CN=20", "+17"},
        {"##1025ST=32;CN=20" GOOD, "-17 length 36 +0"},
        /* no CR LF, but the next head */
        {"##0024ST=32;CN=2011;CP=&&&&;;;XXXX" GOOD, "34 36 +0"},
        {"##0000XXXX\r\n", "12 +0"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = cuts(a, str_of(cases[i].bytes));
        if (strcmp(got, cases[i].want) != 0) print_message("case %zu: %s\n", i, cases[i].bytes);
        assert_string_equal(got, cases[i].want);
    }
    assert_string_equal(cuts(a, str_n(big, 70000)), "-70000 noise +0");
    memcpy(big, "##9999", 6);
    assert_string_equal(cuts(a, str_n(big, 900)), "+900"); /* its end may still come */
    assert_string_equal(cuts(a, str_n(big, 2000)), "-2000 length +0");
    free(big);
    arena_free(&a);
}

static void a_stream_is_cut_the_same_in_any_pieces(void **state)
{
    (void)state;
    Str s = STR("zz" GOOD "##0300bad\r\n" GOOD "\r\n" GOOD);
    Arena *a = arena_new(0);
    size_t at = 0, frames = 0;
    for (size_t have = 1; have <= s.n; have++) {
        const char *code;
        long n;
        while (at < have && (n = hj212_cut(str_n(s.p + at, have - at), &code)) != 0) {
            frames += n > 0;
            at += (size_t)(n > 0 ? n : -n);
        }
    }
    assert_int_equal(at, s.n);
    assert_int_equal(frames, 3);
    arena_free(&a);
}

/* ---- Answers ---- */

static const char *answer(Arena *a, const char *segment, bool qnrtn)
{
    Hj212Packet p;
    StrBuf b;
    buf_init(&b, a);
    assert_null(hj212_parse(str_of(framed(a, segment)), &p));
    if (!hj212_wants_reply(&p)) return "-";
    hj212_reply(&b, &p, qnrtn);
    Hj212Packet back;
    assert_null(hj212_parse(buf_str(&b), &back)); /* it is a right frame itself */
    const char *code;
    assert_int_equal(hj212_cut(buf_str(&b), &code), (long)b.n);
    return str_z(a, back.segment);
}

static void answers_have_the_standards_shape(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    static const struct {
        const char *segment;
        bool qnrtn;
        const char *want;
    } cases[] = {
        {HEAD DT "w1-Rtd=1&&", false, "QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=M1;Flag=4;CP=&&&&"},
        {HEAD DT "w1-Rtd=1&&", true,
         "QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=M1;Flag=4;CP=&&QnRtn=1&&"},
        {"QN=1;ST=21;CN=2011;PW=2;MN=M1;Flag=9;CP=&&" DT "w1-Rtd=1&&", false,
         "QN=1;ST=91;CN=9014;PW=2;MN=M1;Flag=8;CP=&&&&"},
        {"QN=1;ST=21;CN=2011;PW=2;MN=M1;Flag=7;PNUM=2;PNO=1;CP=&&" DT "w1-Rtd=1&&", false,
         "QN=1;ST=91;CN=9014;PW=2;MN=M1;Flag=4;CP=&&&&"},
        {"ST=32;CN=2011;PW=123456;MN=M1;Flag=1;CP=&&QN=20040516010101001;" DT "011-Rtd=1&&", false,
         "ST=91;CN=9014;PW=123456;MN=M1;Flag=0;CP=&&QN=20040516010101001&&"},
        {"ST=32;CN=2011;MN=M1;Flag=1;CP=&&" DT "011-Rtd=1&&", false, "ST=91;CN=9014;MN=M1;Flag=0;CP=&&&&"},
        {"ST=32;CN=2011;MN=M1;Flag=4;CP=&&" DT "011-Rtd=1&&", false, "-"},
        {"ST=32;CN=2011;MN=M1;CP=&&" DT "011-Rtd=1&&", false, "-"},
        {"QN=1;ST=91;CN=9015;PW=2;MN=M1;Flag=5;CP=&&&&", false,
         "QN=1;ST=91;CN=9014;PW=2;MN=M1;Flag=4;CP=&&&&"},
        {"QN=1;ST=32;CN=1013;PW=2;MN=M1;Flag=5;CP=&&PolId=w1&&", false,
         "QN=1;ST=91;CN=9013;PW=2;MN=M1;Flag=4;CP=&&&&"},
        {"QN=1;ST=32;CN=9011;PW=2;MN=M1;Flag=5;CP=&&QnRtn=1&&", false, "-"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(answer(a, cases[i].segment, cases[i].qnrtn), cases[i].want);
    arena_free(&a);
}

static void the_clock_is_set_on_request(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Hj212Packet p, back;
    StrBuf b;
    buf_init(&b, a);
    assert_null(hj212_parse(str_of(framed(a, "QN=1;ST=32;CN=1013;PW=2;MN=M1;Flag=5;CP=&&PolId=w1&&")), &p));
    hj212_set_time(&b, &p, INT64_C(1470013137223));
    assert_null(hj212_parse(buf_str(&b), &back));
    assert_string_equal(
        str_z(a, back.segment),
        "QN=20160801085857223;ST=32;CN=1012;PW=2;MN=M1;Flag=5;CP=&&SystemTime=20160801085857&&");
    arena_free(&a);
}

static void an_upload_is_made_and_read_back(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Hj212Value values[60];
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        values[i] = (Hj212Value){arena_printf(a, "w%05zu-Rtd", i), (double)i / 4, i % 2 ? 'N' : 0};
    Hj212Upload u = {.qn_t = INT64_C(1470013137223),
                     .data_t = INT64_C(1470013137000),
                     .st = "32",
                     .pw = "123456",
                     .mn = "M1",
                     .cn = 2011,
                     .flag = 5,
                     .values = values,
                     .n = ARRAY_LEN(values)};
    size_t done = 0, frames = 0;
    while (done < ARRAY_LEN(values)) {
        StrBuf b;
        buf_init(&b, a);
        u.values = values + done;
        u.n = ARRAY_LEN(values) - done;
        size_t n = hj212_encode(&b, &u);
        assert_true(n > 0 && b.n <= HJ212_FRAME_MAX);
        StrBuf want;
        buf_init(&want, a);
        for (size_t i = done; i < done + n; i++)
            buf_printf(&want, K "w%05zu-Rtd" TS "%.10g 0\n", i, values[i].v);
        assert_string_equal(taken_with(a, buf_str(&b), HJ212_FLAGS_DEFAULT, NULL), str_z(a, buf_str(&want)));
        done += n;
        frames++;
    }
    assert_true(frames > 1);
    arena_free(&a);
}

/* ---- Words ---- */

static void frames_in_words(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    static const struct {
        const char *frame;
        Lang lang;
        const char *want;
    } cases[] = {
        {"##0162QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
         "DataTime="
         "20231008123340;w01008-SampleTime=20231008123340,w01008-Rtd=123.456&&F441\r\n",
         LANG_ZH,
         "命令 2011 污染物实时数据\nCRC 正确\n系统 ST 22 空气质量监测\n数采仪 MN 010000A8900016F000169DC0\n"
         "请求编号 QN 20231008123340461\n密码 PW ******\n标志 Flag 5，需要应答\n数据时间 = 2023-10-08 "
         "12:33:40\n"
         "w01008 采样时间 = 2023-10-08 12:33:40\nw01008 实时值 = 123.456\n"},
        {"##0094QN=20160801085857223;ST=32;CN=9011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&QnRtn=1&"
         "&"
         "2a80\r\n",
         LANG_EN,
         "command 9011 answer to a request\nCRC right\nsystem ST 32 water pollution source\n"
         "data logger MN 010000A8900016F000169DC0\nrequest QN 20160801085857223\npassword PW ******\n"
         "Flag 5, wants an answer\nQnRtn = 1 ready\n"},
        {"##0073ST=32;CN=2011;MN=M1;Flag=6;PNUM=2;PNO=1;CP=&&w01018-Rtd=1,w01018-Flag=D&&FFFF\r\n", LANG_ZH,
         "命令 2011 污染物实时数据\nCRC 不符，应为 E101\n系统 ST 32 地表水体环境污染源\n数采仪 MN M1\n标志 "
         "Flag "
         "6，不需应答，分包\n包 1/2\nw01018 化学需氧量 实时值 = 1\nw01018 化学需氧量 数据标记 = D 故障\n"},
        {"##x", LANG_ZH, "不是 HJ 212 报文\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf b;
        buf_init(&b, a);
        hj212_describe(str_of(cases[i].frame), cases[i].lang, &b);
        buf_addc(&b, 0);
        assert_string_equal(b.p, cases[i].want);
    }
    arena_free(&a);
}

static void passwords_do_not_show(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    char frame[] = "##0000ST=1;PW=123456;MN=a;pw =abc\r\n";
    hj212_mask(frame, strlen(frame));
    assert_string_equal(frame, "##0000ST=1;PW=******;MN=a;pw =***\r\n");
    /* the words of a masked copy say nothing of its CRC */
    StrBuf b;
    buf_init(&b, a);
    hj212_describe(STR("##0037ST=32;CN=2011;PW=******;MN=a;CP=&&&&0000\r\n"), LANG_EN, &b);
    assert_true(str_find(buf_str(&b), STR("CRC")) < 0);
    arena_free(&a);
}

/* ---- Frames that other people published ---- */

static const struct {
    const char *frame_start, *want; /* "crc": only the sum */
} published[] = {
    {"QN=20160801085857223;ST=23", "source hj212:010000A8900016F000169DC0/LA-Rtd 1470013137000 50.1 0\n"},
    {"QN=20160801085857223;ST=32", ""},
    {"##0139", "source hj212:LD130133000015/B01-Rtd 1471970297000 36.91 0\n"
               "source hj212:LD130133000015/011-Rtd 1471970297000 231 0\n"
               "source hj212:LD130133000015/060-Rtd 1471970297000 1.803 0\n"},
    {"##0136", "refused crc"},
    {"##1025", "cut length"},
    {"##0139", "refused crc"},
};

static const char *published_result(Arena *a, char *line)
{
    const char *code;
    line[strcspn(line, "\r\n")] = 0;
    char *frame = strrchr(line, '\t');
    assert_non_null(frame);
    Str bytes = str_printf(a, "%s\r\n", frame + 1);
    if (bytes.p[0] != '#') bytes = str_of(framed(a, frame + 1));
    long n = hj212_cut(bytes, &code);
    assert_int_equal(labs(n), (long)bytes.n);
    return n < 0 ? arena_printf(a, "cut %s", code) : taken_with(a, bytes, HJ212_FLAGS_DEFAULT, NULL);
}

static void published_frames(void **state)
{
    (void)state;
    const char *dir = getenv("ANLAN_TEST_DATA");
    Arena *a = arena_new(0);
    const char *path = dir ? arena_printf(a, "%s/hj212/frames.tsv", dir)
                           : ANLAN_SOURCE_DIR "/../shared/data/hj212/frames.tsv";
    FILE *f = fopen(path, "r");
    char line[4096];
    size_t n = 0;
    if (!f) print_message("skipped: no test data\n");
    while (f && fgets(line, sizeof line, f)) {
        if (str_starts(str_of(line), STR("source\t"))) continue;
        assert_true(n < ARRAY_LEN(published));
        assert_string_equal(published_result(a, line), published[n].want);
        n++;
    }
    if (f) {
        assert_int_equal(n, ARRAY_LEN(published));
        fclose(f);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_the_standards),
        cmocka_unit_test(frames_give_readings),
        cmocka_unit_test(segments_give_readings_or_reasons),
        cmocka_unit_test(parts_of_an_upload_share_its_time),
        cmocka_unit_test(flags_are_configurable),
        cmocka_unit_test(streams_are_cut_and_found_again),
        cmocka_unit_test(a_stream_is_cut_the_same_in_any_pieces),
        cmocka_unit_test(answers_have_the_standards_shape),
        cmocka_unit_test(the_clock_is_set_on_request),
        cmocka_unit_test(an_upload_is_made_and_read_back),
        cmocka_unit_test(frames_in_words),
        cmocka_unit_test(passwords_do_not_show),
        cmocka_unit_test(published_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
