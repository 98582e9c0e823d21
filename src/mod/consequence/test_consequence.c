/* Consequences over HTTP on both databases: protected targets, a blast and a plume with who is inside, wrong
 * members by name, the record computed by the program only, its report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "db/db_test.h"
#include "kernel/conformance.h"
#include "mod/body.h"
#include "mod/consequence.h"
#include "mod/district.h"
#include "mod/hazard.h"
#include "mod/object.h"
#include "mod/paper.h"
#include "mod/risk.h"
#include "mod/test_city.h"

static const Module *const modules[] = {&mod_district, &mod_body,        &mod_object, &mod_risk,
                                        &mod_hazard,   &mod_consequence, &mod_paper};

typedef struct Town {
    City city;
    Arena *arena;
} Town;

static const Json *ask(Town *t, const char *verb, int status, const char *path, const char *body)
{
    return city_json(t->arena, &t->city, verb, path, status, body ? str_of(body) : STR_NONE);
}

static double number(const Json *j, const char *name)
{
    double v = NAN;
    json_f64(json_get(j, name), &v);
    return v;
}

static const Json *nth(const Json *list, size_t i)
{
    const Json *at = list->child;
    while (i-- && at) at = at->next;
    return at;
}

/* 0.001° of latitude are 111.2 m. The source stands at 117.12, 31.12. */
static void around(Town *t)
{
    ask(t, "POST", 201, "/api/districts", "{\"code\":\"341000\",\"name\":\"东港\"}");
    ask(t, "POST", 201, "/api/objects",
        "{\"code\":\"SCH-1\",\"name\":\"实验小学\",\"kind\":\"school\",\"district\":\"341000\",\"lon\":117."
        "12,"
        "\"lat\":31.121}");
    ask(t, "POST", 201, "/api/objects",
        "{\"code\":\"HOS-1\",\"name\":\"人民医院\",\"kind\":\"hospital\",\"district\":\"341000\",\"lon\":117."
        "121,"
        "\"lat\":31.12}");
    ask(t, "POST", 201, "/api/bodies",
        "{\"code\":\"B-9\",\"name\":\"东港化工\",\"kind\":\"enterprise\",\"district\":\"341000\","
        "\"employees\":80,"
        "\"lon\":117.12,\"lat\":31.1202}");
    ask(t, "POST", 201, "/api/protected-targets",
        "{\"code\":\"PT-1\",\"name\":\"实验小学\",\"kind\":\"school\",\"class\":\"high-sensitive\","
        "\"district\":"
        "\"341000\",\"people_day\":1200,\"people_night\":20,\"object\":\"SCH-1\",\"lon\":117.12,\"lat\":31."
        "121}");
    ask(t, "POST", 201, "/api/protected-targets",
        "{\"code\":\"PT-2\",\"name\":\"河畔小区\",\"kind\":\"residents\",\"class\":\"general-1\","
        "\"district\":"
        "\"341000\",\"people_night\":900,\"lon\":117.12,\"lat\":31.11}");
}

#define AT "\"lon\":117.12,\"lat\":31.12"

static void wrong(Town *t, const char *body, const char *field)
{
    const Json *errors = json_get(ask(t, "POST", 422, "/api/consequence/compute", body), "fields");
    assert_true(errors && errors->count > 0);
    if (!str_is(json_str(json_get(errors->child, "field")), field))
        fail_msg("%s names %.*s", body, STR_ARG(json_str(json_get(errors->child, "field"))));
}

static void named(Town *t)
{
    wrong(t, "{\"model\":\"nuke\"," AT ",\"inputs\":{}}", "model");
    wrong(t, "{\"model\":\"blast\",\"lon\":31.12,\"lat\":117.12,\"inputs\":{\"tnt_kg\":1}}", "lon");
    wrong(t, "{\"model\":\"blast\"," AT ",\"inputs\":{\"tnt_kg\":-1}}", "inputs.tnt_kg");
    wrong(t, "{\"model\":\"blast\"," AT ",\"inputs\":{\"fuel_kg\":5}}", "inputs.heat_mj_kg");
    wrong(t, "{\"model\":\"fireball\"," AT ",\"inputs\":{\"kg\":5}}", "inputs.heat_mj_kg");
    wrong(t, "{\"model\":\"plume-zones\"," AT ",\"inputs\":{}}", "wind_from");
    wrong(t, "{\"model\":\"plume-zones\",\"wind_from\":0," AT ",\"inputs\":{\"class\":\"Z\"}}",
          "inputs.class");
    wrong(t, "{\"model\":\"blast\",\"wind_from\":5," AT ",\"inputs\":{\"tnt_kg\":5}}", "wind_from");
}

/* 1 t of TNT: 100 kPa at 24.5 m, 7 kPa at some 135 m: the plant, the hospital (95 m), the school (111 m). */
static void blast(Town *t)
{
    const Json *j = ask(t, "POST", 200, "/api/consequence/compute",
                        "{\"model\":\"blast\"," AT ",\"inputs\":{\"tnt_kg\":1000}}");
    const Json *zones = json_get(j, "zones"), *inside = json_get(j, "inside"),
               *totals = json_get(j, "totals");
    assert_int_equal(zones->count, 5);
    assert_true(number(zones->child, "level") == 100 && fabs(number(zones->child, "distance_m") - 25) < 3);
    assert_true(str_is(json_str(json_get(zones->child, "mark")), "memory"));
    assert_int_equal(json_get(json_get(zones->child, "geometry"), "coordinates")->child->count, 73);
    assert_int_equal(inside->count, 3); /* the school once */
    assert_true(str_is(json_str(json_get(nth(inside, 0), "code")), "B-9"));
    assert_true(str_is(json_str(json_get(nth(inside, 1), "code")), "HOS-1"));
    assert_true(str_is(json_str(json_get(nth(inside, 2), "code")), "PT-1"));
    assert_true(number(totals, "targets") == 3 && number(totals, "people") == 1280 &&
                number(totals, "unknown") == 1);
}

/* The wind from the north carries it over the residents 1.1 km south, not over the school north of it. */
static void plume(Town *t)
{
#define GAS                                                                                                  \
    "\"inputs\":{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,"       \
    "\"substance\":\"氯\",\"minutes\":30}}"
    const Json *j = ask(t, "POST", 200, "/api/consequence/compute",
                        "{\"model\":\"plume-zones\",\"wind_from\":0," AT "," GAS);
    const Json *inside = json_get(j, "inside");
    assert_int_equal(json_get(j, "zones")->count, 5);
    assert_int_equal(inside->count, 1);
    assert_true(str_is(json_str(json_get(inside->child, "code")), "PT-2"));
    j = ask(t, "POST", 200, "/api/consequence/compute",
            "{\"model\":\"plume-zones\",\"wind_from\":180," AT "," GAS);
    assert_true(str_is(json_str(json_get(nth(json_get(j, "inside"), 1), "code")), "PT-1"));
}

static void kept(Town *t)
{
#define C "/api/consequences/code:C-1"
    const Json *j =
        ask(t, "POST", 201, "/api/consequences",
            "{\"code\":\"C-1\",\"name\":\"液氯泄漏\",\"model\":\"plume-zones\",\"district\":\"341000\","
            "\"wind_from\":0," AT "," GAS);
    assert_true(number(j, "people") == 900 && number(j, "targets") == 1);
    ask(t, "POST", 422, "/api/consequences",
        "{\"code\":\"C-2\",\"name\":\"伪造\",\"model\":\"blast\",\"district\":\"341000\",\"people\":1," AT
        ",\"inputs\":{\"tnt_kg\":1}}");
    Reply r = city_ask(&t->city, "PATCH", C, "Content-Type: application/json\r\nIf-Match: *\r\n",
                       STR("{\"wind_from\":180}"));
    assert_int_equal(r.status, 200);
    reply_free(&r);
    j = ask(t, "GET", 200, C, NULL);
    assert_true(number(j, "people") == 1280 && number(j, "version") == 2);
    static const char *const forms[] = {C "/papers/report?format=pdf", C "/papers/report?format=docx"};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        r = city_ask(&t->city, "GET", forms[i], "", STR_NONE);
        assert_int_equal(r.status, 200);
        assert_true(r.n > 10000);
        reply_free(&r);
    }
    j = ask(t, "GET", 200, "/api/consequence/models", NULL);
    assert_int_equal(json_get(j, "items")->count, 4);
}

/* A pool of people near a tank: the residents 1.1 km away hold, the school at 111 m does not. */
static void checked(Town *t)
{
#define K    "/api/safety-checks/code:K-1"
#define SITE "\"code\":\"K-1\",\"name\":\"液化气储罐\",\"phase\":\"new\",\"district\":\"341000\"," AT
#define EVENTS                                                                                                 \
    "\"scenario\":{\"terrain\":\"rural\",\"wind\":[{\"class\":\"D\",\"wind_m_s\":3,\"share\":[0.25,0.25,"      \
    "0.25,0.25]}],\"events\":[{\"name\":\"火球\",\"kind\":\"fireball\",\"x_m\":0,\"y_m\":0,\"per_year\":1e-" \
    "4,"                                                                                                       \
    "\"kg\":10000,\"heat_mj_kg\":46}]}}"
    const Json *errors = json_get(
        ask(t, "POST", 422, "/api/safety-checks",
            "{" SITE ",\"radius_m\":1500,\"scenario\":{\"terrain\":\"rural\",\"wind\":[],\"events\":[]}}"),
        "fields");
    assert_true(errors && str_starts(json_str(json_get(errors->child, "field")), STR("scenario.")));
    ask(t, "POST", 422, "/api/safety-checks", "{" SITE ",\"radius_m\":60," EVENTS);
    const Json *j = ask(t, "POST", 201, "/api/safety-checks", "{" SITE ",\"radius_m\":1500," EVENTS);
    assert_true(str_is(json_str(json_get(j, "verdict")), "fail"));
    assert_true(number(j, "checked") == 2 && number(j, "failed") == 1);
    const Json *result = json_get(j, "result");
    assert_int_equal(json_get(json_get(result, "individual"), "contours")->count, 4);
    assert_true(json_get(json_get(result, "fn"), "curve")->count > 0);
    Reply r = city_ask(&t->city, "GET", K "/papers/report?format=pdf", "", STR_NONE);
    assert_int_equal(r.status, 200);
    assert_true(r.n > 10000);
    reply_free(&r);
}

static void run_all(DbPool *pool)
{
    Ctx ctx;
    Town t = {.arena = arena_new(0)};
    ctx_init(&ctx, t.arena, LANG_EN);
    city_open(&t.city, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    db_test_must(&ctx, kernel_conformance_tables(&ctx, t.city.kernel));
    around(&t);
    named(&t);
    blast(&t);
    plume(&t);
    kept(&t);
    checked(&t);
    city_close(&t.city);
    arena_free(&t.arena);
}

static void test_consequence(void **state)
{
    (void)state;
    db_test_each(run_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_consequence)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
