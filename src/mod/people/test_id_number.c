/* GB 11643 check characters: the standard's own example, worked cases, and every single slip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mod/people.h"

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        bool ok;
    } cases[] = {
        {"11010519491231002X", true},  {"440524188001010014", true},
        {"110105194912310020", false}, {"11010519491331002X", false},
        {"11010519490229002X", false}, {"11010519491231002x", false},
        {"1101051949123100", false},   {"11010519491231002XX", false},
        {"0101051949123100X2", false}, {"", false},
        {"1101051949123 002X", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (id_number_ok(str_of(cases[i].number)) != cases[i].ok) fail_msg("%s", cases[i].number);
}

/* Every single wrong digit is noticed. */
static void slips(void **state)
{
    (void)state;
    char number[19] = "11010519491231002X";
    for (size_t i = 0; i < 17; i++) {
        char right = number[i];
        for (char c = '0'; c <= '9'; c++) {
            number[i] = c;
            if (c != right) assert_false(id_number_ok(str_of(number)));
        }
        number[i] = right;
    }
    assert_true(id_number_ok(str_of(number)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(slips)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
