/* The HMAC against RFC 4231, codes of terminals, the secret of a directory. */
#include "auth.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

static void rfc4231(void **state)
{
    static char long_key[131];
    memset(long_key, '\xaa', sizeof long_key);
    const struct {
        Str key, message;
        const char *want;
    } rows[] = {
        {STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
         STR("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {STR("Jefe"), STR("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {{long_key, 131},
         STR("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned char out[SHA256_BYTES];
        auth_hmac(rows[i].key, rows[i].message, out);
        assert_string_equal(hex_print(a, out, sizeof out), rows[i].want);
    }
    arena_free(&a);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void secret_of_a_directory(void **state)
{
    char dir[] = "/tmp/anlan-jt808.XXXXXX", one[AUTH_CODE + 1], again[AUTH_CODE + 1], other[AUTH_CODE + 1];
    unsigned char first[AUTH_SECRET], second[AUTH_SECRET];
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    crypto_init();
    ctx_init(&ctx, a, LANG_EN);
    assert_non_null(mkdtemp(dir));
    assert_int_equal(auth_secret(&ctx, dir, first), RC_OK);
    assert_int_equal(auth_secret(&ctx, dir, second), RC_OK);
    assert_memory_equal(first, second, AUTH_SECRET);
    auth_code(first, "13912344329", one);
    auth_code(second, "13912344329", again);
    auth_code(first, "13912344328", other);
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), AUTH_CODE);
    assert_int_equal(auth_secret(&ctx, "/nowhere/at/all", first), RC_IO);
    nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rfc4231), cmocka_unit_test(secret_of_a_directory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
