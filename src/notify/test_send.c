/* Sending to real receivers on this machine: taken, down, slow, 5xx, garbage, refused addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/crypto.h"
#include "notify/notify.h"
#include "notify/test_receiver.h"

static Receiver receiver;
static Arena *arena;

static void configure(bool local)
{
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    NotifyOptions opt = {.smtp_host = "127.0.0.1",
                         .smtp_port = receiver.mail,
                         .smtp_tls = "none",
                         .smtp_from = "anlan@example.org",
                         .allow_local = local,
                         .timeout_s = 2};
    assert_int_equal(notify_configure(&ctx, &opt), 0);
}

static int begin(void **state)
{
    (void)state;
    crypto_init();
    arena = arena_new(0);
    receiver_start(&receiver);
    configure(true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    receiver_stop(&receiver);
    arena_free(&arena);
    return 0;
}

static NotifyOutcome post(const char *path, Str *answer)
{
    static const NotifyHeader headers[] = {{"X-Anlan-Id", "17"}};
    NotifyPost p = {.url = arena_printf(arena, "http://127.0.0.1:%d%s", receiver.web, path),
                    .content_type = "application/json",
                    .body = STR("{\"words\":\"试\"}"),
                    .headers = headers,
                    .nheaders = 1};
    return notify_post(arena, &p, answer);
}

static void test_posts(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        NotifyResult result;
        int status;
    } cases[] = {
        {"/ok", NOTIFY_DONE, 200},        {"/500", NOTIFY_LATER, 500}, {"/429", NOTIFY_LATER, 429},
        {"/404", NOTIFY_NEVER, 404},      {"/slow", NOTIFY_LATER, 0},  {"/hang-up", NOTIFY_LATER, 0},
        {"/redirect", NOTIFY_NEVER, 302}, /* never followed */
        {"/large", NOTIFY_DONE, 200},     /* the answer is cut off, the message is taken */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str answer;
        NotifyOutcome out = post(cases[i].path, &answer);
        if (out.result != cases[i].result || out.status != cases[i].status)
            fail_msg("%s: result %d, status %d, %s", cases[i].path, out.result, out.status, out.words);
        assert_true(answer.n <= 64 << 10);
    }
    assert_int_equal(receiver_count(arena, &receiver, "\"/ok\""), 1);
    assert_non_null(strstr(str_z(arena, receiver_log(arena, &receiver)), "\"x-anlan-id\": \"17\""));
}

static void test_robot_answers(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        NotifyResult result;
    } cases[] = {{"/ok", NOTIFY_DONE},
                 {"/feishu", NOTIFY_DONE},
                 {"/refuse", NOTIFY_NEVER},
                 {"/busy", NOTIFY_LATER},
                 {"/garbage", NOTIFY_LATER}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str answer;
        NotifyOutcome out = post(cases[i].path, &answer);
        assert_int_equal(notify_robot_answer(arena, out, answer).result, cases[i].result);
    }
}

static void test_down(void **state)
{
    (void)state;
    NotifyPost p = {.url = "http://127.0.0.1:1/x", .content_type = "text/plain", .body = STR("x")};
    assert_int_equal(notify_post(arena, &p, NULL).result, NOTIFY_LATER);
    p.url = "http://no-such-host.invalid/x";
    assert_int_equal(notify_post(arena, &p, NULL).result, NOTIFY_LATER);
}

/* Without the setting nothing on this machine or the link is called, however the address is written. */
static void test_own_addresses(void **state)
{
    (void)state;
    configure(false);
    static const char *const hosts[] = {"127.0.0.1",          "localhost",  "127.1",
                                        "2130706433",         "0x7f000001", "[::1]",
                                        "[::ffff:127.0.0.1]", "0.0.0.0",    "169.254.169.254"};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        NotifyPost p = {.url = arena_printf(arena, "http://%s:%d/secret", hosts[i], receiver.web),
                        .content_type = "text/plain",
                        .body = STR("x")};
        NotifyOutcome out = notify_post(arena, &p, NULL);
        if (out.result == NOTIFY_DONE) fail_msg("%s was called", hosts[i]);
    }
    assert_int_equal(receiver_count(arena, &receiver, "/secret"), 0);
    configure(true);
}

static NotifyOutcome mail_to(const char *to)
{
    NotifyMail mail = {
        .to = to, .subject = STR("试发"), .text = STR("正文"), .id = "18", .t = INT64_C(1763773200000)};
    return notify_mail(arena, &mail);
}

static void test_mails(void **state)
{
    (void)state;
    NotifyOutcome good = mail_to("duty@example.org");
    if (good.result != NOTIFY_DONE) fail_msg("%d %s", good.status, good.words);
    assert_int_equal(receiver_count(arena, &receiver, "Message-ID: <18@example.org>"), 1);
    assert_int_equal(receiver_count(arena, &receiver, "<duty@example.org>"), 2);
    NotifyOutcome out = mail_to("nobody@example.org");
    assert_int_equal(out.result, NOTIFY_NEVER);
    assert_int_equal(out.status, 550);
    out = mail_to("later@example.org");
    if (out.result != NOTIFY_LATER) fail_msg("%d %d %s", out.result, out.status, out.words);
    assert_int_equal(mail_to("x@example.org>\r\nRCPT TO:<stranger@example.org").result, NOTIFY_NEVER);
    assert_int_equal(receiver_count(arena, &receiver, "stranger@"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posts), cmocka_unit_test(test_robot_answers),
        cmocka_unit_test(test_down),  cmocka_unit_test(test_own_addresses),
        cmocka_unit_test(test_mails),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
