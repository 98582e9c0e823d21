/* Passwords: each fault is named, good ones pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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
        {"Zhouli-2026", "weak common"},
        {"x-ZHOULI-9x", "weak"},
        {"Zl19850312!", "common"},
        {"Zl-13912345678", "common"},
        {"Aa12345678!", "common"},
        {"Zl19853912!", ""},
        {"Abc123Abc123!", "common"},
        {"Woaini5201314", "common"},
        {"Yingji#Anlan1", "common"},
        {"P@ss_w0rd.1", "common"},
        {"2026@Beijing", "common"},
        {"Zhongguo1949!", "common"},
        {"Tr4m-kelp.Odd", ""},
        {"周丽丽丽Abcde-1234", "weak common"},
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

static bool refused(const char *password)
{
    static const PasswordRule rule = {.least = 8, .classes = 3, .long_from = 16};
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    bool common = false;
    password_check(&ctx, "password", &rule, str_of(password), STR("operator7"), STR("周丽丽"));
    for (const FieldError *f = ctx.err.fields; f; f = f->next)
        common = common || strcmp(f->code, "common") == 0;
    arena_free(&a);
    return common;
}

/* What stands on every list of leaked passwords of this country: words, names and places with the same few
 * endings; 32 bases by 36 disguises are 1,152 of them. */
static void leaked_passwords(void **state)
{
    static const char *const bases[] = {
        "Password", "Admin",    "Welcome",  "Qwerty",   "Iloveyou", "Dragon",   "Monkey",  "Sunshine",
        "Woaini",   "Zhongguo", "Mima",     "Ceshi",    "Zhangwei", "Wangfang", "Liuyang", "Chenjing",
        "Liqiang",  "Wangxiao", "Zhaolei",  "Huangmin", "Zhoujie",  "Sunli",    "Weiwang", "Lixiaoming",
        "Anlan",    "Yingjiju", "Anweiban", "Shanghai", "Shenzhen", "Abcabc",   "Qazwsx",  "Rootroot",
    };
    static const char *const ends[] = {
        "123!",  "1234!",  "12345!", "123456!", "@123",  "@1234", "@12345",   "@123456", "#123",
        "#1234", "#12345", "!@#123", "123!@#",  "520!",  "1314!", "5201314!", "888!",    "8888!",
        "666!",  "6666!",  "2024!",  "2025!",   "2026!", "@2024", "@2025",    "@2026",   "#2024",
        "#2025", "#2026",  "_2026",  "1990!",   "1985!", "_1988", "-1995",    "000000!", "111111!",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bases); i++)
        for (size_t j = 0; j < ARRAY_LEN(ends); j++) {
            char text[64];
            snprintf(text, sizeof text, "%s%s", bases[i], ends[j]);
            if (!refused(text)) fail_msg("accepted: %s", text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passwords), cmocka_unit_test(leaked_passwords)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
