/* Passwords: each fault is named, good ones pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "access/access.h"

static void passwords(void **state)
{
    static const struct {
        const char *password, *faults; /* codes, space separated */
    } cases[] = {
        {"Correct horse", ""},
        {"Xq7!pL0@zR", ""},
        {"a long pass phrase without capitals", ""},
        {"雨后山前两三点星光", "length classes"},
        {"short1A", "length"},
        {"onlysmallones", "classes"},
        {"small4digits", "classes"},
        {"P@ssw0rd2026", "common"},
        {"Passw0rd!!!", "common"},
        {"Admin@123456", "common"},
        {"Anlan@2026#", "common"},
        {"QWERTYuiop", "classes common"},
        {"qwertyuiopasdfghj", "common"},
        {"9876543210", "classes common"},
        {"aaaaaaaaaaaaaaaaaaaa", "common"},
        {"1qaz2wsx3EDC", "common"},
        {"1qaz@WSX9okm", ""},
        {"Zhouli-2026", "weak"},
        {"x-ZHOULI-9x", "weak"},
        {"周丽丽丽Abcde-1234", "weak"},
    };
    static const PasswordRule rule = {.least = 10, .classes = 3, .long_from = 16};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        StrBuf b;
        ctx_init(&ctx, a, LANG_EN);
        buf_init(&b, a);
        password_check(&ctx, "password", &rule, str_of(cases[i].password), STR("zhouli"), STR("周丽丽"));
        for (const FieldError *f = ctx.err.fields; f; f = f->next) {
            if (b.n) buf_addc(&b, ' ');
            buf_addz(&b, f->code);
        }
        if (!str_is(buf_str(&b), cases[i].faults))
            fail_msg("%s: %s", cases[i].password, str_z(a, buf_str(&b)));
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passwords)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
