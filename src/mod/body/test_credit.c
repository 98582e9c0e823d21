/* GB 32100 check characters. The good codes are worked by hand from the standard's weights, or public
 * registrations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mod/body.h"

static void test_codes(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        bool ok;
    } cases[] = {
        {"91350100M000100Y43", true},  {"91110000802100433B", true},   {"91350100M000100Y44", false},
        {"91350100M000100Y4", false},  {"91350100M000100Y433", false}, {"9135O100M000100Y43", false},
        {"91350100m000100Y43", false}, {"19350100M000100Y43", false},  {"", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (credit_code_ok(str_of(cases[i].code)) != cases[i].ok) print_error("%s\n", cases[i].code);
        assert_int_equal(credit_code_ok(str_of(cases[i].code)), cases[i].ok);
    }
}

/* Every single wrong character and every swap of neighbours is noticed. */
static void test_slips(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[19] = "91350100M000100Y43";
    for (size_t i = 0; i < 18; i++) {
        char right = code[i];
        for (const char *c = alphabet; *c; c++) {
            code[i] = *c;
            assert_int_equal(credit_code_ok(str_of(code)), *c == right);
        }
        code[i] = right;
    }
    for (size_t i = 0; i + 1 < 17; i++) {
        char a = code[i], b = code[i + 1];
        code[i] = b;
        code[i + 1] = a;
        assert_int_equal(credit_code_ok(str_of(code)), a == b);
        code[i] = a;
        code[i + 1] = b;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes), cmocka_unit_test(test_slips)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
