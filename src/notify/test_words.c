/* Words into requests and answers into results. The signatures are worked out by another implementation of
 * the documented formulas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/crypto.h"
#include "base/json.h"
#include "notify/notify.h"

static Arena *arena;

static int begin(void **state)
{
    (void)state;
    Ctx ctx;
    crypto_init();
    arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    NotifyOptions opt = {.smtp_tls = "none", .smtp_from = "anlan@example.org", .hosts = ""};
    return notify_configure(&ctx, &opt);
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void test_signatures(void **state)
{
    (void)state;
    assert_string_equal(notify_signature(arena, STR("whsec"), "1763773200", STR("{\"a\":1}")),
                        "sha256=9da4427d20b74bb70586bfd407d5237f05fb8ed09c46b27c33845498db8bf963");
    NotifyWords w = {.title = STR("一级报警"), .text = STR("压力 0.42 MPa"), .t = INT64_C(1763773200000)};
    NotifyPost post;
    notify_robot(arena, ROBOT_DINGTALK, STR("https://oapi.dingtalk.com/robot/send?access_token=x"),
                 STR("SECabc"), &w, &post);
    assert_string_equal(post.url, "https://oapi.dingtalk.com/robot/"
                                  "send?access_token=x&timestamp=1763773200000&sign=fISb%2BjqlcP6O%"
                                  "2Bm9NSdlss87tRE0DvShJJ5CXPE7Sg44%3D");
    assert_string_equal(str_z(arena, post.body),
                        "{\"msgtype\":\"text\",\"text\":{\"content\":\"一级报警\\n压力 0.42 MPa\"}}");
    notify_robot(arena, ROBOT_FEISHU, STR("https://open.feishu.cn/x"), STR("SECabc"), &w, &post);
    assert_non_null(
        strstr(str_z(arena, post.body),
               "\"timestamp\":\"1763773200\",\"sign\":\"PiKcDebmibQ14PJEFDau701SEcYx1DV3WJ+6p2V6Yuo=\""));
    notify_robot(arena, ROBOT_WECOM, STR("https://qyapi.weixin.qq.com/x?key=1"), STR(""), &w, &post);
    assert_string_equal(post.url, "https://qyapi.weixin.qq.com/x?key=1");
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        NotifyResult sent;
        const char *answer;
        NotifyResult result;
    } cases[] = {
        {NOTIFY_DONE, "{\"errcode\":0,\"errmsg\":\"ok\"}", NOTIFY_DONE},
        {NOTIFY_DONE, "{\"code\":0,\"msg\":\"success\"}", NOTIFY_DONE},
        {NOTIFY_DONE, "{\"StatusCode\":0}", NOTIFY_DONE},
        {NOTIFY_DONE, "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}", NOTIFY_NEVER},
        {NOTIFY_DONE, "{\"errcode\":45009}", NOTIFY_LATER},
        {NOTIFY_DONE, "{\"code\":19021,\"msg\":\"sign match fail\"}", NOTIFY_NEVER},
        {NOTIFY_DONE, "<html>login</html>", NOTIFY_LATER},
        {NOTIFY_DONE, "", NOTIFY_LATER},
        {NOTIFY_DONE, "[]", NOTIFY_LATER},
        {NOTIFY_LATER, "{\"errcode\":0}", NOTIFY_LATER},
        {NOTIFY_NEVER, "{\"errcode\":0}", NOTIFY_NEVER},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        NotifyOutcome sent = {.result = cases[i].sent, .words = ""};
        if (notify_robot_answer(arena, sent, str_of(cases[i].answer)).result != cases[i].result)
            fail_msg("case %zu", i);
    }
    NotifyOutcome good = {.result = NOTIFY_DONE, .words = ""};
    assert_int_equal(notify_expect(arena, good, STR("{\"code\":\"OK\"}"), STR("\"OK\"")).result, NOTIFY_DONE);
    assert_int_equal(notify_expect(arena, good, STR("{\"code\":\"LIMIT\"}"), STR("\"OK\"")).result,
                     NOTIFY_NEVER);
    assert_int_equal(notify_expect(arena, good, STR("\xff\xfe"), STR("OK")).result, NOTIFY_NEVER);
    assert_int_equal(notify_expect(arena, good, STR(""), STR("")).result, NOTIFY_DONE);
}

/* What a person wrote cannot leave its place in the template. */
static void test_fill(void **state)
{
    (void)state;
    Str text = STR("\"},\"phone\":\"1\n{phone}&x=1");
    Str json = notify_fill(arena, STR("{\"to\":\"{phone}\",\"msg\":\"{text}\"}"), "application/json",
                           STR("138"), text);
    Ctx ctx;
    const Json *j;
    ctx_init(&ctx, arena, LANG_EN);
    assert_int_equal(json_parse(&ctx, json, &j), 0);
    assert_int_equal(j->count, 2);
    assert_true(str_eq(json_str(json_get(j, "msg")), text));
    assert_true(str_is(json_str(json_get(j, "to")), "138"));
    Str form = notify_fill(arena, STR("mobile={phone}&content={text}"), "application/x-www-form-urlencoded",
                           STR("138"), STR("中&a=b"));
    assert_string_equal(str_z(arena, form), "mobile=138&content=%E4%B8%AD%26a%3Db");
}

static void test_mail(void **state)
{
    (void)state;
    NotifyMail mail = {.to = "a@example.org",
                       .subject =
                           STR("一级报警：高压管网压力突降，请立即签收处置并反馈\r\nBcc: x@example.org"),
                       .text = STR("第一行\r\n.\r\n第二行"),
                       .id = "17",
                       .t = INT64_C(1763773200000)};
    const char *text = str_z(arena, notify_mail_text(arena, &mail, "anlan@example.org"));
    assert_null(strstr(text, "\r\nBcc"));
    assert_null(strstr(text, "\r\n.\r\n"));
    assert_non_null(strstr(text, "Message-ID: <17@example.org>\r\n"));
    assert_non_null(strstr(text, "Date: Sat, 22 Nov 2025 09:00:00 +0800\r\n"));
    for (const char *p = text; *p; p++) assert_true((unsigned char)*p < 0x80); /* nothing but ASCII */
    static const char *const bad[] = {"a",
                                      "a@b",
                                      "@example.org",
                                      "a@example.org>",
                                      "a b@example.org",
                                      "a@x@example.org",
                                      "a@example.org\r\nRCPT TO:<b@example.org>",
                                      ""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(notify_mail_address_ok(str_of(bad[i])));
    assert_true(notify_mail_address_ok(STR("duty.officer@city.gov.cn")));
}

static void test_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {"file:///etc/passwd",
                                      "gopher://x/",
                                      "ftp://x/",
                                      "//x/",
                                      "",
                                      "http://",
                                      "http://a b/",
                                      "http://user@internal/",
                                      "https://good.example.org@127.0.0.1/",
                                      "http://x/\r\nHost: y",
                                      "javascript:alert(1)"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!notify_url_fault(str_of(bad[i]))) fail_msg("case %zu", i);
    assert_null(notify_url_fault(STR("https://oapi.dingtalk.com/robot/send?access_token=x")));
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    NotifyOptions opt = {.smtp_tls = "none", .hosts = "*.dingtalk.com sms.example.org"};
    assert_int_equal(notify_configure(&ctx, &opt), 0);
    assert_null(notify_url_fault(STR("https://oapi.dingtalk.com/x")));
    assert_null(notify_url_fault(STR("http://sms.example.org:8080/x")));
    assert_non_null(notify_url_fault(STR("https://dingtalk.com.evil.org/x")));
    assert_non_null(notify_url_fault(STR("https://evil.org/?oapi.dingtalk.com")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_signatures, begin, end),
        cmocka_unit_test_setup_teardown(test_answers, begin, end),
        cmocka_unit_test_setup_teardown(test_fill, begin, end),
        cmocka_unit_test_setup_teardown(test_mail, begin, end),
        cmocka_unit_test_setup_teardown(test_addresses, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
