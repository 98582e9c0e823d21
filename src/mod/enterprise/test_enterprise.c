/* The file of an enterprise, names that may be the same, and codes on walls: what each caller gets of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_enterprise
#include "mod/enterprise.h"
#include "../danger/test_danger.h"

static const Json *part(const Json *file, const char *plural)
{
    JSON_EACH(it, json_get(file, "parts"))
    if (str_is(json_str(json_get(it, "plural")), plural)) return it;
    return NULL;
}

static void file(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    create(r, "objects",
           "{\"code\":\"TANK\",\"name\":\"储罐\",\"kind\":\"chemical_tank\",\"owner\":\"B-FIRM\","
           "\"district\":\"990101\"}");
    create(r, "points", "{\"code\":\"P1\",\"name\":\"液位\",\"object\":\"TANK\"}");
    as(&p, OFFICE);
    create(r, "licences",
           "{\"number\":\"L-1\",\"kind\":\"chemical\",\"body\":\"B-FIRM\",\"valid_to\":\"2027-01-01T00:00:00+"
           "08:00\"}");
    post(r, 422, "/api/licences",
         "{\"number\":\"L-2\",\"kind\":\"chemical\",\"body\":\"B-FIRM\",\"valid_from\":\"2027-01-02T00:00:00+"
         "08:00\",\"valid_to\":\"2027-01-01T00:00:00+08:00\"}");
    report(&p, INSPECTOR, BLOCKED);
    as(&p, OFFICE);
    const Json *f = get(r, "/api/bodies/code:B-FIRM/file");
    assert_string_equal(text(r, json_get(f, "body"), "name"), "云澜精细化工厂");
    assert_int_equal(whole(json_get(part(f, "dangers"), "count")), 1);
    assert_int_equal(whole(json_get(part(f, "dangers"), "open")), 1);
    assert_int_equal(whole(json_get(part(f, "licences"), "count")), 1);
    assert_int_equal(whole(json_get(part(f, "objects"), "count")), 1);
    assert_int_equal(whole(json_get(part(f, "points"), "count")), 1);
    /* its own, and nobody else's */
    as(&p, FIRM);
    assert_int_equal(whole(json_get(part(get(r, "/api/bodies/code:B-FIRM/file"), "dangers"), "count")), 1);
    city_json(r->arena, &r->city, "GET", "/api/bodies/code:B-OTHER/file", 404, STR_NONE);
    as(&p, OTHER);
    city_json(r->arena, &r->city, "GET", "/api/bodies/code:B-FIRM/file", 404, STR_NONE);
    place_close(&p);
}

/* Its enterprise is reminded before a licence ends and told that it did; a renewed one waits anew. */
static void licence_ends(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, OFFICE);
    const char *path = path_of(&p, "licences",
                               create(r, "licences",
                                      "{\"number\":\"L-1\",\"kind\":\"safety\",\"body\":\"B-FIRM\","
                                      "\"valid_to\":\"2027-03-01T00:00:00+08:00\"}"));
    assert_int_equal(whole(json_get(get(r, path), "days_left")), 99);
    assert_int_equal(run_clocks(&p, NOON + 30 * MS_DAY), 0);
    assert_int_equal(run_clocks(&p, NOON + 41 * MS_DAY), 1);
    assert_int_equal(run_clocks(&p, NOON + 99 * MS_DAY), 2); /* at half time, and when it ended */
    as(&p, OFFICE);
    change(r, path, "{\"valid_to\":\"2030-03-01T00:00:00+08:00\"}", 200);
    assert_int_equal(run_clocks(&p, NOON + 120 * MS_DAY), 0);
    place_close(&p);
}

static void twins(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    create(r, "bodies",
           "{\"code\":\"T1\",\"name\":\"云澜市精细化工厂有限公司\",\"kind\":\"enterprise\",\"district\":"
           "\"990101\"}");
    create(
        r, "bodies",
        "{\"code\":\"T3\",\"name\":\"ＡＢ云澜（精细）仪表有限责任公司\",\"kind\":\"enterprise\",\"district\":"
        "\"990102\"}");
    create(r, "bodies",
           "{\"code\":\"T4\",\"name\":\"AB云澜(精细)仪表有限公司\",\"kind\":\"enterprise\",\"district\":"
           "\"990102\"}");
    create(r, "bodies",
           "{\"code\":\"T2\",\"name\":\"云澜精细化工厂（有限公司）\",\"kind\":\"enterprise\",\"district\":"
           "\"990102\"}");
    as(&p, OFFICE);
    const Json *items = json_get(get(r, "/api/bodies/duplicates"), "items");
    assert_int_equal(items->count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(text(r, item(items, i), "why"), "名称相似 100%，同一区划");
    place_close(&p);
}

static void codes(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    create(r, "objects",
           "{\"code\":\"TANK\",\"name\":\"储罐\",\"kind\":\"chemical_tank\",\"owner\":\"B-FIRM\","
           "\"district\":\"990101\",\"lon\":118.5,\"lat\":32.2}");
    create(r, "points", "{\"code\":\"P1\",\"name\":\"液位\",\"object\":\"TANK\"}");
    as(&p, FIRM);
    const Json *place = get(r, "/api/places/P1");
    assert_string_equal(text(r, place, "plural"), "points");
    assert_string_equal(text(r, json_get(place, "object"), "code"), "TANK");
    assert_string_equal(text(r, json_get(place, "enterprise"), "code"), "B-FIRM");
    assert_string_equal(text(r, get(r, "/api/places/B-FIRM"), "plural"), "bodies");
    as(&p, OTHER);
    city_json(r->arena, &r->city, "GET", "/api/places/TANK", 404, STR_NONE);
    city_json(r->arena, &r->city, "GET", "/api/places/NO%27SUCH", 404, STR_NONE);
    as(&p, FIRM);
    assert_non_null(strstr(text(r, get(r, "/api/places/TANK/qr?base=http://10.0.0.1"), "svg"), "<svg"));
    city_json(r->arena, &r->city, "GET", "/api/places/TANK/qr?base=javascript:alert(1)", 422, STR_NONE);
    place_close(&p);
}

EACH(file)
EACH(licence_ends)
EACH(twins)
EACH(codes)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_file), cmocka_unit_test(test_licence_ends),
                                       cmocka_unit_test(test_twins), cmocka_unit_test(test_codes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
