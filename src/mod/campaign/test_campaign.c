/* A campaign on both databases: every district gets its part and sees no other's, figures are the lists' own,
 * a returned part keeps both versions, who does not answer is chased and named, the report is written,
 * edited, issued, sealed, and the next year compares itself with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_risk, &mod_campaign, &mod_paper
#include "mod/campaign.h"
#include "mod/paper.h"
#include "mod/risk.h"
#include "../danger/test_danger.h"

#define DUE    "2026-12-20T18:00:00+08:00"
#define DUE_MS INT64_C(1797760800000)
#define COURSE "{\"situation\":\"辨识风险单元三处\",\"changes\":\"新增一处\",\"measures\":\"每月检查\"}"

static void unit(Place *p, const char *code, const char *district, const char *industry, int grade)
{
    Work w;
    Record *d, *b, *rec;
    Arena *a = arena_new(0);
    Ctx ctx;
    const Entity *e = &risk_unit_entity;
    ctx_init(&ctx, a, LANG_ZH);
    db_test_must(&ctx, work_begin_as(&ctx, p->rig.city.kernel, NULL, "test", true, &w));
    db_test_must(&ctx, store_find(&w, &district_entity, str_printf(a, "code:%s", district), &d));
    db_test_must(&ctx, store_find(&w, &body_entity, STR("code:B-FIRM"), &b));
    rec = rec_new(&ctx, e);
    rec_set(e, rec, "code", db_val_z(code));
    rec_set(e, rec, "name", db_val_z(arena_printf(a, "单元 %s", code)));
    rec_set(e, rec, "kind", db_val_z("place"));
    rec_set(e, rec, "industry", db_val_z(industry));
    rec_set(e, rec, "body", db_val_i64(b->id));
    rec_set(e, rec, "district", db_val_i64(d->id));
    rec_set(e, rec, "responsible", db_val_z("王工"));
    rec_set(e, rec, "control", db_val_z("company"));
    rec_set(e, rec, "accident", db_val_z("泄漏|爆炸"));
    if (grade) rec_set(e, rec, "grade", db_val_i64(grade));
    db_test_must(&ctx, store_insert(&w, e, rec));
    db_test_must(&ctx, work_commit(&w));
    arena_free(&a);
}

static void units(Place *p)
{
    unit(p, "U-1", "990101", "chemical", 1);
    unit(p, "U-2", "990101", "chemical", 2);
    unit(p, "U-3", "990101", "textile", 0);
    unit(p, "U-4", "990102", "chemical", 3);
}

static const char *campaign(Place *p, const char *code, int year, const char *more)
{
    as(p, OFFICE);
    return path_of(
        p, "risk-campaigns",
        post(&p->rig, 201, "/api/risk-campaigns",
             arena_printf(p->rig.arena,
                          "{\"code\":\"%s\",\"title\":\"云澜市%d年度安全风险评估\",\"kind\":\"year\","
                          "\"year\":%d,\"due_at\":\"" DUE "\"%s}",
                          code, year, year, more)));
}

static int64_t list_of(Place *p, const char *query)
{
    StrBuf b;
    buf_init(&b, p->rig.arena);
    for (; *query; query++)
        if (*query == '+') buf_addz(&b, "%2B");
        else buf_addc(&b, *query);
    return whole(json_get(get(&p->rig, arena_printf(p->rig.arena, "/api/risk-units?%s&limit=1",
                                                    str_z(p->rig.arena, buf_str(&b)))),
                          "count"));
}

/* As who fills the part in, every figure is what its list counts. */
static void lists_agree(Place *p, const char *part, int who)
{
    int asked = 0;
    as(p, who);
    const Json *rec = get(&p->rig, part);
    JSON_EACH(it, json_get(rec, "lists"))
    {
        const char *name = str_z(p->rig.arena, it->name);
        assert_int_equal(whole(json_get(rec, name)), list_of(p, str_z(p->rig.arena, json_str(it))));
        asked++;
    }
    assert_int_equal(asked, 7);
}

static void terms(Place *p)
{
    as(p, TOWN);
    post(&p->rig, 403, "/api/risk-campaigns",
         "{\"code\":\"X\",\"title\":\"年度评估\",\"kind\":\"year\",\"year\":2026,\"due_at\":\"" DUE "\"}");
    as(p, OFFICE);
    post(&p->rig, 422, "/api/risk-campaigns",
         "{\"code\":\"X\",\"title\":\"年度评估\",\"kind\":\"year\",\"year\":2026,\"due_at\":\"" DUE
         "\",\"industries\":\"chemical nothing\"}");
    const char *old = campaign(p, "OLD", 2024, "");
    change(&p->rig, old, "{\"due_at\":\"2026-11-01T00:00:00+08:00\"}", 200);
    act(p, OFFICE, old, "open", NULL, 422); /* over before it began */
    const char *street = campaign(p, "STREET", 2023, ",\"level\":\"town\"");
    act(p, OFFICE, street, "open", NULL, 422); /* the area has no streets */
    act(p, OFFICE, street, "cancel", "{\"reason\":\"填报层级有误\"}", 200);
}

static void fill_in(Place *p, const char *part)
{
    act(p, TOWN, part, "submit", NULL, 409); /* nothing was written */
    act(p, TOWN, part, "fill", COURSE, 200);
    act(p, AWAY, part, "submit", NULL, 404);
    act(p, TOWN, part, "submit", NULL, 200);
    act(p, TOWN, part, "accept", NULL, 403);
    act(p, OFFICE, part, "return", "{}", 422);
    act(p, OFFICE, part, "return", "{\"reason\":\"说明新增单元\"}", 200);
    unit(p, "U-5", "990101", "chemical", 1);
    act(p, TOWN, part, "submit", NULL, 200);
    as(p, TOWN);
    const Json *v = get(&p->rig, arena_printf(p->rig.arena, "/api/campaign-versions?part=%s",
                                              text(&p->rig, get(&p->rig, part), "id")));
    assert_int_equal(whole(json_get(v, "count")), 2);
    assert_int_equal(whole(json_get(json_get(item(json_get(v, "items"), 0), "content"), "red")), 2);
    assert_int_equal(whole(json_get(json_get(item(json_get(v, "items"), 1), "content"), "red")), 1);
    act(p, OFFICE, part, "accept", NULL, 200);
    as(p, AWAY);
    city_json(p->rig.arena, &p->rig.city, "GET", part, 404, STR_NONE);
}

static void chased(Place *p, const char *part)
{
    as(p, OFFICE);
    run_clocks(p, DUE_MS + MS_MINUTE);
    assert_int_equal(whole(json_get(get(&p->rig, part), "chase")), 1);
    run_clocks(p, DUE_MS + 4 * MS_DAY);
    run_clocks(p, DUE_MS + 11 * MS_DAY);
    as(p, OFFICE);
    const Json *rec = get(&p->rig, part);
    assert_int_equal(whole(json_get(rec, "chase")), 3);
}

static void reported(Place *p, const char *path)
{
    Rig *r = &p->rig;
    act(p, OFFICE, path, "sum", "{}", 422); /* one has not answered */
    act(p, OFFICE, path, "sum", "{\"note\":\"北苑街道逾期未报\"}", 200);
    const char *body = text(r, get(r, path), "text");
    assert_non_null(strstr(body, "[5](units)"));
    assert_non_null(strstr(body, "[1](accepted)"));
    assert_non_null(strstr(body, "北苑街道"));
    assert_non_null(strstr(body, "泄漏｜爆炸"));
    JSON_EACH(f, json_get(json_get(get(r, path), "figures"), "items"))
    if (str_is(json_str(json_get(f, "plural")), "risk-units"))
        assert_int_equal(whole(json_get(f, "n")), list_of(p, text(r, f, "query")));
    act(p, OFFICE, path, "edit", "{\"text\":\"共[9](units)个\"}", 422);
    act(p, OFFICE, path, "edit", "{\"text\":\"# 总体\\n共[5](units)个风险单元\\n| 甲 | 乙 |\\n| 一 | 二 |\"}",
        200);
    act(p, TOWN, path, "issue", NULL, 403);
    as(p, OFFICE);
    post(r, 409, arena_printf(r->arena, "%s/papers/report", path), "{}"); /* not yet */
    act(p, OFFICE, path, "issue", NULL, 200);
    post(r, 201, arena_printf(r->arena, "%s/papers/report", path), "{}");
    static const char *const formats[] = {"pdf", "docx"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        Reply reply =
            city_ask(&r->city, "GET", arena_printf(r->arena, "%s/papers/report?format=%s", path, formats[i]),
                     "", STR_NONE);
        assert_int_equal(reply.status, 200);
        reply_free(&reply);
    }
}

static void first_year(Place *p)
{
    const char *path = campaign(p, "Y2025", 2025, "");
    act(p, OFFICE, path, "open", NULL, 200);
    change(&p->rig, path, "{\"year\":2020}", 409);
    const char *town = "/api/campaign-parts/code:Y2025-B-TOWN",
               *away = "/api/campaign-parts/code:Y2025-B-AWAY";
    lists_agree(p, town, TOWN);
    as(p, TOWN);
    assert_int_equal(whole(json_get(get(&p->rig, "/api/campaign-parts"), "count")), 1);
    assert_int_equal(json_get(get(&p->rig, arena_printf(p->rig.arena, "%s/sums", path)), "parts")->count, 1);
    assert_true(whole(json_get(get(&p->rig, "/api/desk?box=todo&entity=campaign-parts"), "count")) == 1);
    fill_in(p, town);
    lists_agree(p, town, TOWN);
    chased(p, away);
    reported(p, path);
    assert_string_equal(text(&p->rig, get(&p->rig, away), "state"), "missed");
    act(p, OFFICE, away, "reopen", "{\"reason\":\"补报\"}", 409);
}

static void next_year(Place *p)
{
    Rig *r = &p->rig;
    at(p, NOON + 5 * MS_DAY);
    unit(p, "U-6", "990101", "chemical", 2);
    const char *path = campaign(p, "Y2026", 2026, ",\"industries\":\"chemical\"");
    act(p, OFFICE, path, "open", NULL, 200);
    act(p, OFFICE, path, "invite", "{\"body\":\"B-EMERG\",\"industries\":\"chemical mine9\"}", 422);
    act(p, OFFICE, path, "invite", "{\"body\":\"B-EMERG\"}", 200);
    act(p, OFFICE, path, "invite", "{\"body\":\"B-EMERG\"}", 409); /* once */
    as(p, OFFICE);
    const Json *s = get(r, arena_printf(r->arena, "%s/sums", path));
    assert_int_equal(json_get(s, "parts")->count, 3);
    assert_string_equal(text(r, json_get(s, "previous"), "code"), "Y2025");
    assert_int_equal(whole(json_get(json_get(s, "total"), "units")), list_of(p, "industry=chemical"));
    assert_int_equal(whole(json_get(json_get(s, "total"), "orange")), 2);
    assert_int_equal(whole(json_get(json_get(s, "was"), "orange")), 1);
    assert_int_equal(whole(json_get(s, "answered")), 0);
    const char *town = "/api/campaign-parts/code:Y2026-B-TOWN";
    assert_int_equal(whole(json_get(json_get(get(r, town), "was"), "orange")), 1);
    lists_agree(p, town, TOWN);
    act(p, OFFICE, path, "sum", "{\"note\":\"先行汇总\"}", 200);
    assert_non_null(strstr(value(p, path, "text"), "增加1个"));
    as(p, TOWN);
    act(p, TOWN, path, "edit", "{\"text\":\"改写\"}", 403);
}

static void campaigns(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    units(&p);
    terms(&p);
    first_year(&p);
    next_year(&p);
    place_close(&p);
}
EACH(campaigns)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_campaigns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
