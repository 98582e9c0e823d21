/* Plans, indicators and their figures over HTTP: what is refused, what the table says, who sees what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_indicator
#include "mod/indicator.h"
#include "../danger/test_danger.h"

#define FIVE_YEARS                                                                                                       \
    "{\"code\":\"P15\",\"name\":\"云澜市“十五五”安全规划\",\"body\":\"B-OFFICE\",\"district\":\"990100\"," \
    "\"base_year\":2025,"                                                                                                \
    "\"target_year\":2030}"
#define DEATHS                                                                                                    \
    "{\"code\":\"P15-1\",\"plan\":\"P15\",\"no\":1,\"name\":\"生产安全事故死亡人数\",\"unit\":\"人\"," \
    "\"nature\":\"binding\","                                                                                     \
    "\"kind\":\"fall\",\"base\":40,\"target\":15,\"relative\":true,\"owner\":\"B-EMERG\"}"

static const Json *row(Place *p)
{
    return json_get(get(&p->rig, "/api/indicator-plans/code:P15/table"), "rows")->child;
}

static void open_plan(Place *p, DbPool *pool)
{
    place_open(p, pool);
    as(p, OFFICE);
    create(&p->rig, "indicator-plans", FIVE_YEARS);
    create(&p->rig, "indicators", DEATHS);
}

static void table(DbPool *pool)
{
    Place p;
    open_plan(&p, pool);
    assert_string_equal(text(&p.rig, row(&p), "verdict"), "no_data");
    create(&p.rig, "indicator-values", "{\"indicator\":\"P15-1\",\"year\":2026,\"actual\":39}");
    assert_string_equal(text(&p.rig, row(&p), "verdict"), "behind");
    create(&p.rig, "indicator-values", "{\"indicator\":\"P15-1\",\"year\":2027,\"actual\":37}");
    const Json *r = row(&p);
    assert_string_equal(text(&p.rig, r, "verdict"), "on_way");
    assert_int_equal(json_get(r, "figures")->count, 2);
    assert_int_equal(whole(json_get(r, "target_value")), 34);
    place_close(&p);
}

static void refusals(DbPool *pool)
{
    Place p;
    open_plan(&p, pool);
    Rig *r = &p.rig;
    post(
        r, 422, "/api/indicator-plans",
        "{\"code\":\"P0\",\"name\":\"倒置\",\"body\":\"B-OFFICE\",\"district\":\"990100\",\"base_year\":2030,"
        "\"target_year\":2025}");
    post(r, 422, "/api/indicators",
         "{\"code\":\"P15-2\",\"plan\":\"P15\",\"name\":\"无基期\",\"kind\":\"fall\",\"target\":5,"
         "\"relative\":true}");
    post(r, 422, "/api/indicator-values", "{\"indicator\":\"P15-1\",\"year\":2024,\"actual\":1}");
    create(r, "indicator-values", "{\"indicator\":\"P15-1\",\"year\":2026,\"actual\":39}");
    post(r, 409, "/api/indicator-values", "{\"indicator\":\"P15-1\",\"year\":2026,\"actual\":38}");
    city_json(r->arena, &r->city, "GET", "/api/indicator-plans/code:NONE/table", 404, STR_NONE);
    place_close(&p);
}

/* The unit that answers for it sees it and enters nothing of others; an enterprise sees no plans. */
static void who(DbPool *pool)
{
    Place p;
    open_plan(&p, pool);
    as(&p, FIRM);
    city_json(p.rig.arena, &p.rig.city, "GET", "/api/indicator-plans/code:P15/table", 403, STR_NONE);
    as(&p, AWAY);
    city_json(p.rig.arena, &p.rig.city, "GET", "/api/indicator-plans/code:P15/table", 404, STR_NONE);
    as(&p, INSPECTOR);
    assert_int_equal(json_get(get(&p.rig, "/api/indicators"), "items")->count, 1);
    post(&p.rig, 403, "/api/indicator-values", "{\"indicator\":\"P15-1\",\"year\":2026,\"actual\":1}");
    place_close(&p);
}

EACH(table)
EACH(refusals)
EACH(who)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_who)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
