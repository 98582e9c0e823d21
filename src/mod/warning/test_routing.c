/* Routing rules and response figures: tables of rules and what they must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "figures.h"
#include "routing.h"

#include <stdio.h>

enum { CITY = 1, EAST = 2, STREET = 3, WEST = 4 };
enum { OWNER = 50, LOCAL = 60 };
#define R(...)                                                                                               \
    {                                                                                                        \
        .valid_from = TIME_NONE, .valid_to = TIME_NONE, .name = {"r", 1}, __VA_ARGS__                        \
    }
#define S(lit)                                                                                               \
    {                                                                                                        \
        lit, sizeof lit - 1                                                                                  \
    }

static const RouteRule rules[] = {
    R(.code = S("ANY"), .role = S("department"), .body = 10),
    R(.code = S("GAS"), .role = S("department"), .line = S("gas"), .body = 11),
    R(.code = S("GAS-EAST"), .role = S("department"), .line = S("gas"), .district = EAST, .body = 12),
    R(.code = S("WELL"), .role = S("department"), .line = S("heat"), .kind = S("well"), .body = 13),
    R(.code = S("WELL2"), .role = S("department"), .line = S("heat"), .kind = S("well"), .body = 14),
    R(.code = S("LOCAL"), .role = S("district")),
    R(.code = S("FIRE"), .role = S("support"), .grade = 2, .body = 20),
    R(.code = S("COPY"), .role = S("support"), .how = S("notice"), .body = 21),
    R(.code = S("TWICE"), .role = S("support"), .line = S("gas"), .body = 11),
    {.code = S("OLD"),
     .name = S("r"),
     .role = S("support"),
     .body = 22,
     .valid_from = TIME_NONE,
     .valid_to = 1000},
    {.code = S("LATER"),
     .name = S("r"),
     .role = S("support"),
     .body = 23,
     .valid_from = 2001,
     .valid_to = TIME_NONE},
};

static const struct {
    const char *name, *line, *kind;
    int grade;
    int64_t district[ROUTE_DEPTH];
    int64_t owner;
    const char *units; /* bodies with the first letter of their role, n: only told */
    const char *gaps;
} rows[] = {
    {"a county's own department takes the place of the city's",
     "gas",
     "",
     1,
     {STREET, EAST, CITY},
     OWNER,
     "50o 12d 60d 20s 21n 11s",
     ""},
    {"elsewhere the city's", "gas", "", 1, {WEST, CITY}, OWNER, "50o 11d 60d 20s 21n", ""},
    {"a slighter grade has fewer units", "gas", "", 3, {WEST, CITY}, OWNER, "50o 11d 60d 21n", ""},
    {"no rule of the line: the one for all", "water", "", 4, {WEST, CITY}, OWNER, "50o 10d 60d 21n", ""},
    {"equals both count", "heat", "well", 4, {WEST, CITY}, OWNER, "50o 13d 14d 60d 21n", ""},
    {"another kind of object", "heat", "pipe", 4, {WEST, CITY}, OWNER, "50o 10d 60d 21n", ""},
    {"nobody owns it", "gas", "", 4, {WEST, CITY}, 0, "11d 60d 21n", "o"},
    {"a line that is none", "", "", 4, {0}, 0, "10d 60d 21n", "o"},
};

static void test_rules(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        RouteQuery q = {.line = str_of(rows[i].line),
                        .kind = str_of(rows[i].kind),
                        .grade = rows[i].grade,
                        .owner = rows[i].owner,
                        .t = 2000};
        memcpy(q.district, rows[i].district, sizeof q.district);
        RouteResult r;
        StrBuf b;
        buf_init(&b, a);
        route_units(a, &q, &(RouteRules){rules, ARRAY_LEN(rules), LOCAL}, &r);
        for (size_t u = 0; u < r.n; u++)
            buf_printf(&b, "%s%lld%c", u ? " " : "", (long long)r.unit[u].body,
                       str_is(r.unit[u].how, "notice") ? 'n' : r.unit[u].role.p[0]);
        if (!str_is(buf_str(&b), rows[i].units))
            fprintf(stderr, "%s: %.*s\n", rows[i].name, STR_ARG(buf_str(&b)));
        assert_true(str_is(buf_str(&b), rows[i].units));
        assert_int_equal(r.no_owner, strchr(rows[i].gaps, 'o') != NULL);
        assert_false(r.no_department || r.no_district);
        for (size_t u = 0; u < r.n; u++)
            assert_true(r.unit[u].why.zh && *r.unit[u].why.zh && *r.unit[u].why.en);
    }
    arena_free(&a);
}

/* The order of the rows says nothing. */
static void test_order_of_rules(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    RouteRule back[ARRAY_LEN(rules)];
    RouteQuery q = {.line = STR("gas"), .grade = 1, .owner = OWNER, .t = 2000, .district = {EAST, CITY}};
    RouteResult x, y;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) back[i] = rules[ARRAY_LEN(rules) - 1 - i];
    route_units(a, &q, &(RouteRules){rules, ARRAY_LEN(rules), LOCAL}, &x);
    route_units(a, &q, &(RouteRules){back, ARRAY_LEN(rules), LOCAL}, &y);
    assert_int_equal(x.n, y.n);
    for (size_t i = 0; i < x.n; i++) {
        bool found = false;
        for (size_t j = 0; j < y.n; j++)
            found |= x.unit[i].body == y.unit[j].body && str_eq(x.unit[i].role, y.unit[j].role);
        assert_true(found);
    }
    arena_free(&a);
}

/* Nothing at all: a gap in every role, and no unit. */
static void test_no_rules(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    RouteQuery q = {.grade = 1, .t = 0};
    RouteResult r;
    route_units(a, &q, &(RouteRules){rules, 0, LOCAL}, &r);
    assert_int_equal(r.n, 0);
    assert_true(r.no_owner && r.no_department && r.no_district);
    arena_free(&a);
}

static void test_figures(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    FigureRow list[12] = {0};
    for (int i = 0; i < 12; i++) {
        list[i].key = i < 10 ? STR("1") : STR("2");
        for (int s = 0; s < FIGURE_STEPS; s++) list[i].t[s] = TIME_NONE;
        list[i].t[0] = 1000;
        list[i].t[1] = 1000 + (i + 1) * 60000;
        list[i].late = i == 3;
    }
    list[11].t[1] = 500; /* a clock that was set back: not counted */
    Figure *f;
    size_t n;
    figures_sum(a, list, 12, &f, &n);
    assert_int_equal(n, 2);
    assert_true(str_is(f[0].key, "1"));
    assert_int_equal(f[0].n, 10);
    assert_int_equal(f[0].late, 1);
    assert_int_equal(f[0].step[1].median_ms, 5 * 60000);
    assert_int_equal(f[0].step[1].p90_ms, 9 * 60000);
    assert_int_equal(f[0].step[2].n, 0);
    assert_int_equal(f[1].step[1].n, 1);
    figures_sum(a, list, 0, &f, &n);
    assert_int_equal(n, 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules), cmocka_unit_test(test_order_of_rules),
                                       cmocka_unit_test(test_no_rules), cmocka_unit_test(test_figures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
