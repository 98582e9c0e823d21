/* Text views, globs, buffers and numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/num.h"
#include "base/rc.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static Str z(const char *text)
{
    return str_of(text);
}

static void test_views(void **state)
{
    (void)state;
    assert_true(str_eq(STR_NONE, STR("")));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0 &&
                str_cmp(STR("a"), STR("a")) == 0);
    assert_true(str_cmp(STR("z"), STR("é")) < 0); /* bytewise, unsigned */
    assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")) &&
                str_starts(STR_NONE, STR("")));
    assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")) &&
                str_ends(STR("abc"), STR("")));
    assert_true(str_ieq(STR("Ab-1"), STR("aB-1")) && !str_ieq(STR("É"), STR("é")));
    assert_true(str_is(str_trim(STR(" \t\r\n a b \n")), "a b"));
    assert_int_equal(str_trim(STR("  ")).n, 0);
    assert_int_equal(str_find(STR("hello"), STR("ll")), 2);
    assert_int_equal(str_find(STR("hello"), STR("x")), -1);
    assert_int_equal(str_find(STR_NONE, STR("x")), -1);
    Str rest = STR("a,,b");
    assert_true(str_is(str_cut(&rest, ','), "a") && str_is(str_cut(&rest, ','), "") &&
                str_is(str_cut(&rest, ','), "b"));
    assert_true(rest.n == 0 && str_cut(&rest, ',').n == 0);
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        size_t len;
    } cases[] = {
        {"", true, 0},
        {"abc", true, 3},
        {"安澜", true, 2},
        {"😀", true, 1},
        {"\xc0\x80", false, 0},
        {"\xc1\xbf", false, 0},
        {"\xe0\x9f\xbf", false, 0},
        {"\xed\xa0\x80", false, 0},
        {"\xf0\x8f\xbf\xbf", false, 0},
        {"\xf4\x90\x80\x80", false, 0},
        {"\xf5\x80\x80\x80", false, 0},
        {"\x80", false, 0},
        {"a\xe4\xb8", false, 0},
        {"\xf4\x8f\xbf\xbf", true, 1},
        {"\xff", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(str_utf8_ok(z(cases[i].text)), cases[i].ok);
        if (cases[i].ok) assert_int_equal(str_utf8_len(z(cases[i].text)), cases[i].len);
    }
}

static void test_glob(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "任何", true},
        {"?", "", false},
        {"?", "水", true},
        {"??", "水", false},
        {"?位", "水位", true},
        {"a*", "a", true},
        {"a*", "ba", false},
        {"*a", "bba", true},
        {"*a", "bab", false},
        {"*.SW", "HP-01.SW", true},
        {"HP-??.SW", "HP-01.SW", true},
        {"HP-??.SW", "HP-1.SW", false},
        {"a*b*c", "aXbYc", true},
        {"a*b*c", "abcb", false},
        {"a**c", "ac", true},
        {"*b*b*", "ab", false},
        {"[a]", "a", false},
        {"[a]", "[a]", true},
        {"\\*", "*", false},
        {"\\*", "\\x", true},
        {"A", "a", false},
        {"a*?", "a", false},
        {"a*?", "ab", true},
        {"*?*", "", false},
        {"?", "\xff", true},
        {"*\xb0", "水\xb0", true},
        {"\xe6*", "水", false},
        {"*水*", "一水二", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (str_glob(z(cases[i].pattern), z(cases[i].text)) != cases[i].match)
            fail_msg("%s against %s", cases[i].pattern, cases[i].text);
    /* A pattern made to explode: pattern × text steps at most. */
    char text[4001], pattern[201];
    memset(text, 'a', 4000);
    for (int i = 0; i < 200; i++) pattern[i] = i % 2 ? 'a' : '*';
    pattern[198] = 'b';
    pattern[200] = text[4000] = 0;
    assert_false(str_glob(z(pattern), z(text)));
}

static void test_buffer(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    assert_int_equal(buf_str(&b).n, 0);
    for (int i = 0; i < 1000; i++) buf_printf(&b, "%d,", i);
    buf_addc(&b, '\0');
    buf_addz(&b, "end");
    assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4 + 1 + 3);
    assert_string_equal(b.p + b.n - 3, "end");
    char big[5000];
    memset(big, 'x', sizeof big);
    big[sizeof big - 1] = 0;
    size_t before = b.n;
    buf_printf(&b, "%s|%s", big, big);
    assert_int_equal(b.n - before, 2 * (sizeof big - 1) + 1);
    assert_int_equal(b.p[before + sizeof big - 1], '|');
    arena_free(&a);
}

static void test_whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551616", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+-1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
        {"1e3", false, 0},
        {"１", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t v = 0;
        assert_int_equal(num_parse_i64(z(cases[i].text), &v), cases[i].ok);
        if (cases[i].ok) assert_true(v == cases[i].value);
    }
    uint64_t u;
    assert_true(num_parse_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(num_parse_u64(STR("+1"), &u));
}

static void test_reals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},
        {"-0", -0.0},
        {"1.5", 1.5},
        {"+2.25", 2.25},
        {".5", 0.5},
        {"5.", 5},
        {"1e3", 1000},
        {"1E-3", 0.001},
        {"1e+22", 1e22},
        {"1e23", 1e23},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"9007199254740993", 9007199254740993.0},
        {"0.1", 0.1},
        {"0.30000000000000004", 0.30000000000000004},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
        {"4.9e-324", 4.9e-324},
        {"1e-400", 0},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"0.000000000000000000000000000001", 1e-30},
        {"00000000000000000000000000000000000000000000000000000000000000000000001.5", 1.5},
        {"8.41", 8.41},
        {"1e0000000000000000000001", 10},
        {"0e999999999999", 0},
    };
    static const char *const bad[] = {
        "",        "-",  "+",  ".",   "e5",    "1e",  "1e+", "1e5.0", "0x10",   "1_0",
        "1,5",     " 1", "1 ", "--1", "1.2.3", "nan", "inf", "1e400", "-1e400", "1e99999999999999999999",
        "infinit", "１", "1d"};
    double v;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        if (!num_parse_f64(z(good[i].text), false, &v)) fail_msg("%s refused", good[i].text);
        if (v != good[i].value || signbit(v) != signbit(good[i].value))
            fail_msg("%s read as %.17g", good[i].text, v);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (num_parse_f64(z(bad[i]), false, &v)) fail_msg("%s taken", bad[i]);
    assert_false(num_parse_f64(STR_NONE, true, &v));
    assert_false(num_parse_f64(STR("1\0"), true, &v));
    assert_true(num_parse_f64(STR("NaN"), true, &v) && isnan(v));
    assert_true(num_parse_f64(STR("-Infinity"), true, &v) && isinf(v) && v < 0);
    assert_true(num_parse_f64(STR("+INF"), true, &v) && isinf(v) && v > 0);
    assert_false(num_parse_f64(STR("infinit"), true, &v));
}

static void test_printing(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {2, "2"},
        {0.1, "0.1"},
        {-1.25, "-1.25"},
        {1e300, "1e+300"},
        {100, "100"},
        {0.5, "0.5"},
        {123456.789, "123456.789"},
        {1e15, "1e+15"},
        {999999999999999, "999999999999999"},
        {0.0001, "0.0001"},
        {1e-5, "1e-05"},
        {0.30000000000000004, "0.30000000000000004"},
        {5e-324, "4.94065645841247e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {10.05, "10.05"},
        {0.0000001, "1e-07"},
    };
    char text[NUM_TEXT_MAX];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t n = num_print_f64(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(n, strlen(text));
    }
}

/* xorshift: the same numbers in every run. */
static uint64_t next_bits(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void check_round_trip(double v)
{
    char text[NUM_TEXT_MAX];
    double back = 0;
    size_t n = num_print_f64(v, text);
    if (n >= NUM_TEXT_MAX || !num_parse_f64(str_n(text, n), false, &back) || back != v ||
        strtod(text, NULL) != v)
        fail_msg("%.17g printed as %s", v, text);
}

static void check_i64(NumNear *near, int64_t v)
{
    char want[NUM_TEXT_MAX], text[NUM_TEXT_MAX];
    size_t n = (size_t)snprintf(want, sizeof want, "%lld", (long long)v), got;
    assert_int_equal(num_print_i64(v, text), n);
    assert_string_equal(text, want);
    num_near_print(near, v, text, &got);
    assert_int_equal(got, n);
    assert_memory_equal(text, want, n);
}

static void test_print_i64(void **state)
{
    (void)state;
    uint64_t s = 4242;
    NumNear near = {0};
    static const int64_t edges[] = {0,         9,         10,        99999999,     100000000,
                                    100000001, INT64_MAX, INT64_MIN, 1795332394296};
    for (size_t i = 0; i < ARRAY_LEN(edges); i++)
        for (int64_t d = -1; d <= 1; d++) {
            int64_t v = (int64_t)((uint64_t)edges[i] + (uint64_t)d);
            check_i64(&near, v);
            check_i64(&near, (int64_t)(0 - (uint64_t)v));
        }
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = next_bits(&s);
        check_i64(&near, (int64_t)(next_bits(&s) >> bits % 64));
        check_i64(&near, 912242743833220650 + (int64_t)(bits % 1000000));
    }
}

/* Each number of up to 7 digits with up to 7 decimals against the C library: shortest, so without zeros
 * behind. */
static void test_print_decimals(void **state)
{
    (void)state;
    uint64_t s = 777;
    for (int i = 0; i < 50000; i++) {
        char want[64], text[NUM_TEXT_MAX];
        uint64_t bits = next_bits(&s);
        int k = (int)(bits % 8);
        double v = (double)(int64_t)(bits >> 8 & 0xffffff) / pow(10, k);
        if (fabs(v) < 1e-4) continue;
        snprintf(want, sizeof want, "%.*f", k, v);
        size_t n = strlen(want);
        while (k && want[n - 1] == '0') want[--n] = 0;
        if (k && want[n - 1] == '.') want[--n] = 0;
        assert_int_equal(num_print_f64(v, text), n);
        assert_string_equal(text, want);
    }
}

/* Means: as many digits as it takes, the same as the C library finds. */
static void test_print_means(void **state)
{
    (void)state;
    uint64_t s = 31;
    for (int i = 0; i < 100000; i++) {
        char want[64], text[NUM_TEXT_MAX];
        uint64_t bits = next_bits(&s);
        double v = (double)(int64_t)(bits >> 20) / (double)(1 + bits % 997) / pow(10, (int)(bits % 13));
        if (v < 1e-3 || v >= 1e14) continue;
        for (int p = 15; p <= 17; p++) {
            snprintf(want, sizeof want, "%.*g", p, v);
            if (strtod(want, NULL) == v) break;
        }
        size_t n = num_print_f64(v, text);
        assert_string_equal(text, want);
        assert_int_equal(n, strlen(want));
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    uint64_t s = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_bits(&s);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v)) check_round_trip(v);
        /* and the short decimals that devices send */
        check_round_trip((double)(int64_t)(bits % 20000000) / 1000 - 10000);
    }
}

/* Decimals that meet both paths, against the C library. */
static void test_parse_like_strtod(void **state)
{
    (void)state;
    uint64_t s = 1234567;
    for (int i = 0; i < 50000; i++) {
        char text[64];
        uint64_t bits = next_bits(&s);
        int digits = (int)(bits % 20), exponent = (int)(bits >> 8 & 63) - 32;
        uint64_t mantissa = next_bits(&s) >> (64 - digits * 3 - 1 > 0 ? 64 - digits * 3 - 1 : 1);
        snprintf(text, sizeof text, "%s%llue%d", bits >> 20 & 1 ? "-" : "", (unsigned long long)mantissa,
                 exponent);
        double v = 0;
        assert_true(num_parse_f64(z(text), false, &v));
        if (v != strtod(text, NULL)) fail_msg("%s read as %.17g", text, v);
    }
}

static void test_locale_does_not_matter(void **state)
{
    (void)state;
    /* Where the machine has a locale with a decimal comma. */
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8")) setlocale(LC_NUMERIC, "C");
    char text[NUM_TEXT_MAX];
    double v = 0;
    num_print_f64(0.30000000000000004, text);
    assert_string_equal(text, "0.30000000000000004");
    assert_true(num_parse_f64(STR("1.5e-300"), false, &v) && v == 1.5e-300);
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_printing),
        cmocka_unit_test(test_print_means),
        cmocka_unit_test(test_print_i64),
        cmocka_unit_test(test_print_decimals),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_parse_like_strtod),
        cmocka_unit_test(test_locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
