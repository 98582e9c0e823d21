/* The fast number scanners agree with the strict ones wherever they answer. */
#include "base/num.h"
#include "gateway/scan.h"
#include "gateway/sink.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void decimals_are_exact_or_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t taken; /* 0: left alone */
    } cases[] = {
        {"0", 1},
        {"-0", 2},
        {"12.34", 5},
        {"0.1,", 3},
        {"-273.15 1", 7},
        {"9007199254740992", 16},
        {"1e3", 0},
        {"1.", 0},
        {".5", 0},
        {"", 0},
        {"-", 0},
        {"+1", 0},
        {"9007199254740993", 0},
        {"1.5E2", 0},
        {"x", 0},
        {"00012.50", 8},
        {"123456789012345678901", 0},
        {"0.0000000000000000001", 0},
        {"0.000000000000000001", 20},
        {"18446744073709551617", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Str s = str_of(cases[i].text);
        double got, want;
        const char *end = scan_decimal(s.p, s.p + s.n, &got);
        if (cases[i].taken == 0) {
            if (end) fail_msg("%s was taken", s.p);
            continue;
        }
        if (!end || (size_t)(end - s.p) != cases[i].taken) fail_msg("%s: wrong end", s.p);
        assert_true(num_parse_f64(str_n(s.p, cases[i].taken), false, &want));
        assert_memory_equal(&got, &want, sizeof got);
    }
}

static void random_decimals_agree(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        char text[64];
        int n = snprintf(text, sizeof text, "%s%llu.%0*llu", x & 1 ? "-" : "", (unsigned long long)(x >> 40),
                         (int)(1 + x % 7), (unsigned long long)(x % 997));
        double got, want;
        const char *end = scan_decimal(text, text + n, &got);
        if (!end) continue;
        assert_ptr_equal(end, text + n);
        assert_true(num_parse_f64(str_n(text, (size_t)n), false, &want));
        assert_memory_equal(&got, &want, sizeof got);
    }
}

/* A digit at a time. */
static const char *plain_decimal(const char *p, const char *end, double *out)
{
    bool negative = p < end && *p == '-';
    const char *start = p += negative, *stop = p;
    while (stop < end && *stop >= '0' && *stop <= '9') stop++;
    if (stop == start) return NULL;
    if (stop < end && *stop == '.') {
        const char *point = ++stop;
        while (stop < end && *stop >= '0' && *stop <= '9') stop++;
        if (stop == point) return NULL;
    }
    if (stop < end && (*stop == 'e' || *stop == 'E')) return NULL;
    if (!num_parse_f64(str_n(start, (size_t)(stop - start)), false, out)) return NULL;
    if (negative) *out = -*out;
    return stop;
}

static void any_bytes_behind_do_not_matter(void **state)
{
    (void)state;
    static const char bytes[] = "01234567890123456789.....-eE ,}\n\xff:/";
    uint64_t x = 4711;
    size_t taken = 0;
    for (int i = 0; i < 300000; i++) {
        char text[14];
        for (size_t k = 0; k < sizeof text; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            text[k] = bytes[(x >> 20) % (sizeof bytes - 1)];
        }
        double got = 0, want = 0;
        const char *end = text + 1 + x % sizeof text;
        const char *a = scan_decimal(text, end, &got), *b = plain_decimal(text, end, &want);
        assert_ptr_equal(a, b);
        if (a) assert_memory_equal(&got, &want, sizeof got);
        taken += a != NULL;
    }
    assert_true(taken > 50000);
}

static void integers_stop_at_int64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
        size_t taken;
    } cases[] = {{"1763773200000000000 x", 1763773200000000000, 19},
                 {"0", 0, 1},
                 {"12345678", 12345678, 8},
                 {"123456789012345678", 123456789012345678, 18},
                 {"1234567890123456,", 1234567890123456, 16},
                 {"12345678x0123456", 12345678, 8},
                 {"9223372036854775807", INT64_MAX, 19},
                 {"9223372036854775808", 0, 0},
                 {"12345678901234567890", 0, 0},
                 {"", 0, 0},
                 {"-1", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = 0;
        const char *p = cases[i].text;
        const char *end = scan_u63(p, p + strlen(p), &v);
        if (cases[i].taken == 0) assert_null(end);
        else {
            assert_ptr_equal(end, p + cases[i].taken);
            assert_int_equal(v, cases[i].value);
        }
    }
}

static void eight_digits_refuse_neighbours(void **state)
{
    (void)state;
    for (int at = 0; at < 8; at++)
        for (int c = 0; c < 256; c++) {
            char text[9] = "01234567";
            text[at] = (char)c;
            uint32_t v = 0;
            bool want = c >= '0' && c <= '9';
            if (scan_eight(text, &v) != want) fail_msg("byte %d at %d", c, at);
            if (want) assert_int_equal(v, strtoul(text, NULL, 10));
        }
}

static void times_have_bounds(void **state)
{
    (void)state;
    assert_true(gateway_time_ok(0));
    assert_true(gateway_time_ok(-1));
    /* What the store refuses must be refused here: one reading of it would cost its whole batch. */
    assert_true(gateway_time_ok(INT64_C(253402271999999)));
    assert_false(gateway_time_ok(INT64_C(253402272000000)));
    assert_false(gateway_time_ok(TIME_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_exact_or_left_alone), cmocka_unit_test(random_decimals_agree),
        cmocka_unit_test(any_bytes_behind_do_not_matter),   cmocka_unit_test(integers_stop_at_int64),
        cmocka_unit_test(eight_digits_refuse_neighbours),   cmocka_unit_test(times_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
