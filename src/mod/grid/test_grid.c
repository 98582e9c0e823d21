/* The grid over the wire: what it lacks is listed until it is there, its figures by township, and where a
 * patrol's finding goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "mod/check.h"
#include "mod/grid.h"
#include "mod/people.h"
#define PLACE_MORE &mod_people, &mod_check, &mod_grid
#include "../danger/test_danger.h"

#define SQUARE(w, e)                                                                                         \
    "{\"type\":\"Polygon\",\"coordinates\":[[[" w ",32.0],[" e ",32.0],[" e ",32.1],[" w ",32.1],[" w        \
    ",32.0]]]}"

static int64_t counted(Place *p, const char *kind)
{
    as(p, OFFICE);
    return whole(json_get(json_get(get(&p->rig, "/api/grid/gaps"), "counts"), kind));
}

static void make_tree(Place *p)
{
    Rig *r = &p->rig;
    as(p, -1);
    create(r, "districts", "{\"code\":\"990101001\",\"name\":\"清源街道\",\"parent\":\"990101\"}");
    create(r, "districts", "{\"code\":\"990101001001\",\"name\":\"柳树社区\",\"parent\":\"990101001\"}");
    create(r, "districts",
           "{\"code\":\"990101001001001\",\"name\":\"第一网格\",\"parent\":\"990101001001\"}");
    create(r, "districts",
           "{\"code\":\"990101001001002\",\"name\":\"第二网格\",\"parent\":\"990101001001\"}");
}

static void gaps(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, -1);
    create(r, "districts", "{\"code\":\"990101002\",\"name\":\"空街道\",\"parent\":\"990101\"}");
    create(r, "districts", "{\"code\":\"990101002001\",\"name\":\"空社区\",\"parent\":\"990101002\"}");
    make_tree(&p);
    assert_int_equal(counted(&p, "village"), 1);
    assert_int_equal(counted(&p, "record"), 2);
    assert_int_equal(counted(&p, "enterprise"), 2);
    as(&p, OFFICE);
    create(r, "grid-cells",
           "{\"district\":\"990101001001001\",\"body\":\"B-TOWN\",\"shape\":" SQUARE("118.4", "118.5") "}");
    create(r, "grid-cells",
           "{\"district\":\"990101001001002\",\"body\":\"B-TOWN\",\"shape\":" SQUARE("118.48", "118.6") "}");
    assert_int_equal(counted(&p, "record"), 0);
    assert_int_equal(counted(&p, "worker"), 2);
    assert_int_equal(counted(&p, "overlap"), 1);
    assert_int_equal(counted(&p, "hole"), 0);
    as(&p, OFFICE);
    post(r, 422, "/api/grid-cells", "{\"district\":\"990101001001\"}"); /* a village */
    post(r, 409, "/api/grid-cells", "{\"district\":\"990101001001001\"}");
    change(r, "/api/grid-cells/990101001001001",
           "{\"shape\":{\"type\":\"Polygon\",\"coordinates\":[[[118.4,32],[118.5,32.1],[118.5,32],"
           "[118.4,32.1],[118.4,32]]]}}",
           422); /* crosses itself */
    change(r, "/api/grid-cells/990101001001001", "{\"shape\":" SQUARE("118.4", "118.48") "}", 200);
    assert_int_equal(counted(&p, "overlap"), 0);
    change(r, "/api/bodies/B-FIRM", "{\"grid\":\"990101001001001\"}", 200);
    assert_int_equal(counted(&p, "enterprise"), 1);
    as(&p, AWAY); /* another county's officer is told of his own only */
    assert_int_equal(whole(json_get(json_get(get(r, "/api/grid/gaps"), "counts"), "village")), 0);
    as(&p, OFFICE);
    const Json *town = item(json_get(get(r, "/api/grid/coverage"), "items"), 0);
    assert_string_equal(text(r, town, "key"), "990101001");
    assert_int_equal(whole(json_get(town, "villages")), 1);
    assert_int_equal(whole(json_get(town, "cells")), 2);
    assert_int_equal(whole(json_get(town, "staffed")), 0);
    assert_int_equal(whole(json_get(town, "placed")), 1);
    place_close(&p);
}

/* A patrol by the code on the wall; fire goes to the town, gas to the department of gas. */
static const char *patrol(Place *p, int bad)
{
    Rig *r = &p->rig;
    StrBuf b;
    as(p, TOWN);
    const char *check =
        path_of(p, "checks", post(r, bad == 1 ? 201 : 201, "/api/places/B-FIRM/patrol", "{}"));
    buf_init(&b, r->arena);
    buf_addz(&b, "{\"checker\":\"王敏\",\"results\":[");
    JSON_EACH(it, json_get(json_get(get(r, arena_printf(r->arena, "%s/sheet", check)), "list"), "items"))
    {
        buf_printf(&b, "%s{\"item\":\"%s\",\"verdict\":\"%s\"}", b.p[b.n - 1] == '[' ? "" : ",",
                   text(r, it, "id"), whole(json_get(it, "no")) == bad ? "bad" : "none");
    }
    buf_addz(&b, "]}");
    const Json *done = post(r, 200, arena_printf(r->arena, "%s/submit", check), str_z(r->arena, buf_str(&b)));
    const char *d = text(r, item(json_get(done, "results"), (size_t)bad - 1), "danger");
    return value(p, arena_printf(r->arena, "/api/dangers/%s", d), "handler");
}

static void routing(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    make_tree(&p);
    as(&p, -1);
    create(&p.rig, "bodies",
           "{\"code\":\"B-GAS-DEPT\",\"name\":\"市住建局\",\"kind\":\"department\",\"district\":\"990100\","
           "\"lines\":\"gas\"}");
    change(&p.rig, "/api/bodies/B-FIRM", "{\"grid\":\"990101001001001\"}", 200);
    as(&p, TOWN);
    create(&p.rig, "patrol-points",
           "{\"code\":\"PP-1\",\"enterprise\":\"B-FIRM\",\"body\":\"B-TOWN\",\"list\":\"CL-PATROL\","
           "\"cadence_days\":0}");
    assert_string_equal(value(&p, "/api/patrol-points/PP-1", "district"), "990101001001001");
    assert_string_equal(patrol(&p, 1), "B-TOWN");
    assert_string_equal(patrol(&p, 3), "B-GAS-DEPT");
    as(&p, OFFICE);
    create(&p.rig, "grid-rules",
           "{\"code\":\"R-FIRE\",\"category\":\"electric\",\"target\":\"body\",\"body\":\"B-EMERG\"}");
    post(&p.rig, 422, "/api/grid-rules", "{\"code\":\"R-X\",\"target\":\"body\"}");
    assert_string_equal(patrol(&p, 2), "B-EMERG");
    as(&p, OFFICE);
    const Json *town = item(json_get(get(&p.rig, "/api/grid/coverage"), "items"), 0);
    assert_int_equal(whole(json_get(town, "patrols")), 3);
    assert_int_equal(whole(json_get(town, "dangers")), 3);
    assert_int_equal(whole(json_get(town, "points")), 1);
    place_close(&p);
}

EACH(gaps)
EACH(routing)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gaps), cmocka_unit_test(test_routing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
