/* Papers over the wire: a draft that says so, an order issued with number, file, hash and check code, what
 * stays and what a stranger learns of it, numbers without a gap, templates that are checked, and who may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define RIG_MORE &mod_warning, &mod_paper
#include "mod/paper.h"
#include "test_warn.h"
#include "base/crypto.h"
#include <pthread.h>

/* The answer's bytes. */
static Str bytes(Bench *b, const char *method, const char *path, int status, Str body)
{
    Reply reply = city_ask(&b->rig.city, method, path, "", body);
    if (reply.status != status)
        fprintf(stderr, "%s %s: %d\n%.500s\n", method, path, reply.status, reply.body);
    assert_int_equal(reply.status, status);
    Str out = str_copy(b->rig.arena, str_n(reply.body, reply.n));
    reply_free(&reply);
    return out;
}

static const char *sm3_of(Bench *b, Str s)
{
    unsigned char sm3[SM3_BYTES];
    crypto_sm3(s.p, s.n, sm3);
    return hex_print(b->rig.arena, sm3, sizeof sm3);
}

#define AT(b, ...) arena_printf((b)->rig.arena, __VA_ARGS__)

static void drafts_and_issue(Bench *b, const char *order)
{
    Rig *r = &b->rig;
    as(b, GAS);
    Str draft = bytes(b, "GET", AT(b, "%s/papers/order", order), 200, STR_NONE);
    assert_true(str_starts(draft, STR("%PDF-")));
    Str docx = bytes(b, "GET", AT(b, "%s/papers/order?format=docx", order), 200, STR_NONE);
    assert_true(str_starts(docx, STR("PK")));
    assert_true(str_find(docx, STR("中心路阀门井")) > 0);
    assert_true(str_find(docx, STR("草稿")) > 0);
    bytes(b, "GET", AT(b, "%s/papers/order?format=exe", order), 422, STR_NONE);
    bytes(b, "GET", AT(b, "%s/papers/nothing", order), 404, STR_NONE);
    /* The unit reads it and does not issue it. */
    post(r, 403, AT(b, "%s/papers/order", order), "{}");
    const Json *list = get(r, AT(b, "%s/papers", order));
    assert_false(truth(item(json_get(list, "kinds"), 0), "can"));
    assert_int_equal(json_get(list, "items")->count, 0);
    as(b, OTHER);
    bytes(b, "GET", AT(b, "%s/papers/order", order), 404, STR_NONE);
}

static const Json *issue(Bench *b, const char *order)
{
    as(b, WATCH);
    return post(&b->rig, 201, AT(b, "%s/papers/order", order), "{\"language\":\"zh\"}");
}

static void stays_as_it_was(Bench *b, const char *order, const Json *paper)
{
    Rig *r = &b->rig;
    const char *id = text(r, paper, "id");
    as(b, GAS);
    Str file = bytes(b, "GET", AT(b, "%s/papers/issued/%s", order, id), 200, STR_NONE);
    assert_string_equal(sm3_of(b, file), text(r, paper, "sm3"));
    Str same = bytes(b, "GET", AT(b, "/api/papers/%s/files/%s", id, text(r, paper, "file")), 200, STR_NONE);
    assert_true(str_eq(file, same));
    const Json *list = get(r, AT(b, "%s/papers", order));
    assert_string_equal(text(r, item(json_get(list, "items"), 0), "number"), text(r, paper, "number"));
    const Json *steps = json_get(get(r, AT(b, "%s/timeline", order)), "items");
    assert_string_equal(text(r, item(steps, steps->count - 1), "action"), "issue-paper");
    assert_string_equal(text(r, item(steps, steps->count - 1), "text"), text(r, paper, "number"));
    as(b, OTHER);
    bytes(b, "GET", AT(b, "%s/papers/issued/%s", order, id), 404, STR_NONE);
    bytes(b, "GET", AT(b, "/api/papers/%s", id), 404, STR_NONE);
}

/* Without login: number, issuer, day, state, and whether the file is the one; nothing else. */
static void a_stranger_verifies(Bench *b, const char *order, const Json *paper)
{
    Rig *r = &b->rig;
    const char *token = r->city.token, *path = AT(b, "/api/verify/%s", text(r, paper, "code"));
    as(b, GAS);
    Str file = bytes(b, "GET", AT(b, "%s/papers/issued/%s", order, text(r, paper, "id")), 200, STR_NONE);
    r->city.token = "";
    const Json *seen = get(r, path);
    assert_string_equal(text(r, seen, "number"), text(r, paper, "number"));
    assert_string_equal(text(r, seen, "issuer"), "市监测中心");
    assert_string_equal(text(r, seen, "state"), "issued");
    static const char *const hidden[] = {"title", "addressee", "issued_by", "id", "record_id", "sm3"};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++) assert_null(json_get(seen, hidden[i]));
    const Json *j;
    db_test_must(&r->ctx, json_parse(&r->ctx, bytes(b, "POST", path, 200, file), &j));
    assert_true(truth(j, "match"));
    char *wrong = arena_copy(r->arena, file.p, file.n);
    wrong[file.n / 2] ^= 1;
    db_test_must(&r->ctx, json_parse(&r->ctx, bytes(b, "POST", path, 200, str_n(wrong, file.n)), &j));
    assert_false(truth(j, "match"));
    assert_true(truth(post(r, 200, path, AT(b, "{\"sm3\":\"%s\"}", text(r, paper, "sm3"))), "match"));
    bytes(b, "GET", "/api/verify/AAAA-BBBB-CCCC-DDDD", 404, STR_NONE);
    bytes(b, "GET", "/api/verify/%27%3B--", 404, STR_NONE);
    Reply reply = {0};
    for (int i = 0; i < 40 && reply.status != 429; i++) {
        reply_free(&reply);
        reply = city_ask(&r->city, "GET", path, "", STR_NONE);
    }
    assert_int_equal(reply.status, 429);
    reply_free(&reply);
    r->city.token = token;
}

static void numbers_follow(Bench *b, const char *order, const Json *first)
{
    Rig *r = &b->rig;
    assert_string_equal(text(r, first, "number"), "市监测中心处〔2026〕1号");
    as(b, -1);
    const Json *rule = item(json_get(get(r, "/api/paper-numbers"), "items"), 0);
    assert_int_equal(whole(json_get(rule, "last")), 1);
    change(r, AT(b, "/api/paper-numbers/%s", text(r, rule, "id")), "{\"pattern\":\"x\"}", 422);
    change(r, AT(b, "/api/paper-numbers/%s", text(r, rule, "id")), "{\"word\":\"云监处\"}", 200);
    const Json *second = issue(b, order);
    assert_string_equal(text(r, second, "number"), "云监处〔2026〕2号");
    /* Revoked, it keeps its number; the next one follows. */
    const char *path = AT(b, "/api/papers/%s/actions/revoke", text(r, second, "id"));
    as(b, GAS);
    post(r, 403, path, "{\"reason\":\"不归我\"}");
    as(b, WATCH);
    post(r, 422, path, "{}");
    assert_string_equal(text(r, post(r, 200, path, "{\"reason\":\"单位名称有误\"}"), "state"), "revoked");
    post(r, 409, path, "{\"reason\":\"再撤一次\"}");
    assert_string_equal(text(r, issue(b, order), "number"), "云监处〔2026〕3号");
}

static void order_paper(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    const char *warning = warn_published(&b, 2), *order = warn_order(&b, warning, GAS);
    drafts_and_issue(&b, order);
    const Json *paper = issue(&b, order);
    stays_as_it_was(&b, order, paper);
    numbers_follow(&b, order, paper);
    a_stranger_verifies(&b, order, paper);
    bench_close(&b);
}

/* ---- Two at once ---- */

typedef struct Racer {
    Bench *b;
    const char *order;
    int issued;
} Racer;

static void *race(void *ud)
{
    Racer *me = ud;
    City city = me->b->rig.city;
    city.token = warn_who[WATCH].token;
    char path[200];
    snprintf(path, sizeof path, "%s/papers/order", me->order);
    for (int i = 0; i < 4; i++) {
        Reply reply = city_ask(&city, "POST", path, "Content-Type: application/json\r\n", STR("{}"));
        me->issued += reply.status == 201;
        reply_free(&reply);
    }
    return NULL;
}

static void no_number_twice(DbPool *pool)
{
    enum { RACERS = 3 };
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    const char *warning = warn_published(&b, 2);
    Racer racers[RACERS];
    pthread_t threads[RACERS];
    static const int units[RACERS] = {GAS, DEPT, TOWN};
    int issued = 1;
    issue(&b, warn_order(&b, warning, GAS)); /* the rule is there */
    for (int i = 0; i < RACERS; i++) racers[i] = (Racer){&b, warn_order(&b, warning, units[i]), 0};
    for (int i = 0; i < RACERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    for (int i = 0; i < RACERS; i++) pthread_join(threads[i], NULL), issued += racers[i].issued;
    assert_int_equal(issued, 1 + RACERS * 4);
    as(&b, -1);
    const Json *list = json_get(get(r, "/api/papers?limit=100"), "items");
    bool seen[64] = {false};
    assert_int_equal((int)list->count, issued);
    JSON_EACH(it, list)
    {
        int n = 0;
        const char *number = strstr(text(r, it, "number"), "〕");
        assert_int_equal(sscanf(number, "〕%d号", &n), 1);
        assert_true(n >= 1 && n <= issued && !seen[n]);
        seen[n] = true;
    }
    bench_close(&b);
}

/* ---- Templates ---- */

static void templates_are_checked(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    const char *warning = warn_published(&b, 2), *order = warn_order(&b, warning, GAS);
    as(&b, -1);
    const Json *found = item(json_get(get(r, "/api/paper-templates?entity=orders&language=zh"), "items"), 0);
    const char *path = arena_printf(r->arena, "/api/paper-templates/%s", text(r, found, "id"));
    assert_true(strlen(text(r, found, "body")) > 100);
    Reply reply = city_ask(&r->city, "PATCH", path, "Content-Type: application/json\r\nIf-Match: *\r\n",
                           STR("{\"body\":\"好\\n\\n{{#if x}}\\n坏\"}"));
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(reply.body, "第 3 行"));
    reply_free(&reply);
    change(r, path, "{\"kind\":\"nothing\"}", 422);
    change(r, path, "{\"body\":\"@title 新样式\\n{{code}}：改过的模板。\"}", 200);
    as(&b, WATCH);
    Str docx = bytes(&b, "GET", arena_printf(r->arena, "%s/papers/order?format=docx", order), 200, STR_NONE);
    assert_true(str_find(docx, STR("改过的模板")) > 0);
    post(r, 403, "/api/paper-preview", "{\"entity\":\"orders\",\"kind\":\"order\",\"body\":\"x\"}");
    as(&b, -1);
    reply = city_ask(&r->city, "POST", "/api/paper-preview", "Content-Type: application/json\r\n",
                     STR("{\"entity\":\"orders\",\"kind\":\"order\",\"body\":\"{{code}} {{codd}}\"}"));
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "X-Paper-Unknown: codd"));
    reply_free(&reply);
    bench_close(&b);
}

/* ---- The closing report goes back to the reading ---- */

static void report_of_the_chain(DbPool *pool)
{
    Bench b;
    warn_open(&b, pool);
    Rig *r = &b.rig;
    const char *warning = warn_published(&b, 2);
    as(&b, WATCH);
    post(r, 409, arena_printf(r->arena, "%s/papers/report", warning), "{}"); /* it is not over */
    post(r, 201, arena_printf(r->arena, "%s/papers/notice", warning), "{}");
    post(r, 201, arena_printf(r->arena, "%s/papers/bulletin", warning), "{}");
    warn_all(&b, warning, "sign", NULL);
    warn_all(&b, warning, "arrive", NULL);
    warn_all(&b, warning, "answer", ANSWER);
    warn_accept_all(&b, warning);
    warn_do(&b, WATCH, warning, "lift", NULL, 200);
    as(&b, WATCH);
    post(r, 201, arena_printf(r->arena, "%s/papers/report", warning), "{}");
    Str docx =
        bytes(&b, "GET", arena_printf(r->arena, "%s/papers/report?format=docx", warning), 200, STR_NONE);
    static const char *const said[] = {"中心路阀门井", "云澜燃气集团", "已关阀并通风", "解除预警"};
    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        if (str_find(docx, str_of(said[i])) < 0) fail_msg("the report lacks %s", said[i]);
    bytes(&b, "GET", arena_printf(r->arena, "%s/papers/report?language=en", warning), 200, STR_NONE);
    bytes(&b, "GET", arena_printf(r->arena, "%s/papers/bulletin?language=en", warning), 409, STR_NONE);
    bench_close(&b);
}

#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
EACH(order_paper)
EACH(no_number_twice)
EACH(templates_are_checked)
EACH(report_of_the_chain)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_paper), cmocka_unit_test(test_no_number_twice),
        cmocka_unit_test(test_templates_are_checked), cmocka_unit_test(test_report_of_the_chain)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
