/* The parsers alone: query, header parameters, languages, multipart frames. */
#include "multipart.h"
#include "url.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static Arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void expect(const char *what, Str got, const char *want)
{
    if (want ? !got.p || !str_is(got, want) : got.p != NULL)
        fail_msg("%s: got \"%.*s\", want %s", what, STR_ARG(got), want ? want : "none");
}

static void test_targets(void **state)
{
    (void)state;
    static const struct {
        const char *in, *path, *query; /* path NULL: refused */
    } cases[] = {
        {"/", "/", ""},          {"/a?b", "/a", "b"},    {"/a?", "/a", ""},
        {"/a?b?c", "/a", "b?c"}, {"*", "*", ""},         {"http://h/a?b", "/a", "b"},
        {"https://h/", "/", ""}, {"http://h", NULL, ""}, {"a", NULL, ""},
        {"", NULL, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str path, query;
        bool ok = url_target(str_of(cases[i].in), &path, &query);
        if (ok != (cases[i].path != NULL)) fail_msg("%s", cases[i].in);
        if (!ok) continue;
        expect(cases[i].in, path, cases[i].path);
        assert_true(str_is(query, cases[i].query));
    }
}

static void test_query_limit(void **state)
{
    (void)state;
    StrBuf b;
    buf_init(&b, arena);
    UrlPair *pairs;
    size_t n;
    for (int i = 0; i < URL_QUERIES_MAX; i++) buf_addz(&b, i ? "&a=1" : "a=1");
    assert_true(url_query(arena, buf_str(&b), &pairs, &n));
    assert_int_equal(n, URL_QUERIES_MAX);
    buf_addz(&b, "&a=1");
    assert_false(url_query(arena, buf_str(&b), &pairs, &n));
}

static void test_header_params(void **state)
{
    (void)state;
    static const struct {
        const char *in, *name, *want;
    } cases[] = {
        {"multipart/form-data; boundary=abc", "boundary", "abc"},
        {"multipart/form-data;boundary=\"a;b\" ; x=y", "boundary", "a;b"},
        {"multipart/form-data; x=y;BOUNDARY=Z", "boundary", "Z"},
        {"form-data; name=\"a\\\"b\\\\c\"; filename=\"d\"", "name", "a\"b\\c"},
        {"form-data; name=\"boundary=x\"; boundary=y", "boundary", "y"},
        {"form-data; flag; boundary=y", "boundary", "y"},
        {"form-data; name=\"never closed", "name", "never closed"},
        {"form-data; flag", "flag", ""},
        {"form-data", "boundary", NULL},
        {"boundary=x", "boundary", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect(cases[i].in, url_header_param(arena, str_of(cases[i].in), cases[i].name), cases[i].want);
}

static void test_cookies(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"sid=1", "1"}, {"a=2;sid=1", "1"}, {" sid = 1 ;a", "1"}, {"sid=a=b", "a=b"}, {"xsid=1; sid=2", "2"},
        {"sid=", ""},   {"sid", ""},        {"a=sid=1", NULL},    {"", NULL},         {"sid=\"q\"", "q"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect(cases[i].in, url_cookie(str_of(cases[i].in), STR("sid")), cases[i].want);
}

static void test_languages(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        Lang want;
    } cases[] = {
        {"", LANG_ZH},
        {"en", LANG_EN},
        {"zh-CN,zh;q=0.9,en;q=0.8", LANG_ZH},
        {"en-US,en;q=0.5", LANG_EN},
        {"EN", LANG_EN},
        {"fr, en;q=0.1", LANG_EN},
        {"en;q=0", LANG_ZH},
        {"zh;q=0.3,en;q=0.4", LANG_EN},
        {"eng", LANG_ZH},
        {"*", LANG_ZH},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (accept_lang(str_of(cases[i].in), LANG_ZH) != cases[i].want) fail_msg("%s", cases[i].in);
}

#define TYPE "multipart/form-data; boundary=X"
#define PART "Content-Disposition: form-data; name=\"f\"; filename="

static void test_multipart(void **state)
{
    (void)state;
    static const struct {
        const char *body, *parts; /* "name|file|content;" of each part; NULL: refused */
    } cases[] = {
        {"--X--", ""},
        {"--X\r\n\r\n\r\n--X--", "-|-|;"},
        {"--X\r\n\r\n--X--", "-|-|;"},
        {"--X\r\n" PART "\"a.csv\"\r\n\r\n1\r\n2\r\n--X--\r\n", "f|a.csv|1\r\n2;"},
        {"preamble\r\n--X  \r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--X\r\n" PART
         "b\r\n\r\n\r\n--X--tail",
         "a|-|v;f|b|;"},
        {"--X\r\n" PART "\"../../etc/passwd\"\r\n\r\nx\r\n--X--", "f|passwd|x;"},
        {"--X\r\n" PART "\"a%22b.csv\"\r\n\r\nx\r\n--X--", "f|a\"b.csv|x;"},
        {"--X\r\n" PART "\"a\"; filename*=UTF-8''%E9%9A%90.csv\r\n\r\nx\r\n--X--", "f|隐.csv|x;"},
        {"--X\r\n" PART "\"\"\r\n\r\nx\r\n--X--", "f||x;"},
        {"--X\r\n" PART "\"a\"\r\n\r\n--Y\r\n--X--", "f|a|--Y;"},
        {"--X\r\n" PART "\"a\"\r\n\r\ncut off", NULL},
        {"--X\r\n" PART "\"a\"", NULL},
        {"--X\r\n" PART "\"a\"\r\n\r\nx\r\n--Xjunk", NULL},
        {"--Y\r\n", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_EN);
        StrBuf b;
        buf_init(&b, arena);
        Multipart m;
        MultipartPart p;
        Rc rc = multipart_open(&m, &ctx, STR(TYPE), str_of(cases[i].body));
        while (rc == 0 && (rc = multipart_next(&m, &p)) > 0) {
            buf_add(&b, p.name.p ? p.name : STR("-"));
            buf_addc(&b, '|');
            buf_add(&b, p.file_name.p ? p.file_name : STR("-"));
            buf_addc(&b, '|');
            buf_add(&b, p.content);
            buf_addc(&b, ';');
            rc = 0;
        }
        if (cases[i].parts ? rc < 0 || !str_is(buf_str(&b), cases[i].parts) : rc != RC_SYNTAX)
            fail_msg("%s: %d \"%.*s\"", cases[i].body, rc, STR_ARG(buf_str(&b)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets),       cmocka_unit_test(test_query_limit),
        cmocka_unit_test(test_header_params), cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_languages),     cmocka_unit_test(test_multipart),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
