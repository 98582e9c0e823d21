/* Areas side by side: a partition has neither overlaps nor holes, whatever its corners; a moved wall makes
 * one, a missing cell the other, and a notch at the outer border is no hole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "mod/grid_cover.h"

enum { MOST = 16 };
typedef struct Fixture {
    Arena *arena;
    Ctx ctx;
    CoverArea area[MOST];
    size_t n;
} Fixture;

static void add(Fixture *f, double x0, double y0, double x1, double y1)
{
    GeoArea *a;
    double w = 118.6 + x0 / 100, e = 118.6 + x1 / 100, s = 32.0 + y0 / 100, n = 32.0 + y1 / 100;
    GeoPoint ring[] = {{w, s}, {e, s}, {e, n}, {w, n}, {w, s}};
    assert_int_equal(geo_area_new(&f->ctx, ring, ARRAY_LEN(ring), &a), RC_OK);
    f->area[f->n++] = (CoverArea){a, {w, s, e, n}};
}

static Cover look(Fixture *f)
{
    Cover out;
    grid_cover(f->arena, f->area, f->n, &out);
    return out;
}

static void begin(Fixture *f)
{
    *f = (Fixture){.arena = arena_new(0)};
    ctx_init(&f->ctx, f->arena, LANG_EN);
}

static void end(Fixture *f)
{
    for (size_t i = 0; i < f->n; i++) {
        GeoArea *a = (GeoArea *)(uintptr_t)f->area[i].area;
        geo_area_free(&a);
    }
    arena_free(&f->arena);
}

/* Three by three; skip: leave one out, -1 none. */
static void nine(Fixture *f, int skip)
{
    for (int i = 0; i < 9; i++)
        if (i != skip) add(f, i % 3, i / 3, i % 3 + 1, i / 3 + 1);
}

static void test_partition(void **state)
{
    (void)state;
    Fixture f;
    begin(&f);
    nine(&f, -1);
    Cover c = look(&f);
    assert_int_equal(c.noverlaps, 0);
    assert_int_equal(c.nholes, 0);
    end(&f);
    begin(&f); /* corners that do not meet */
    add(&f, 0, 0, 1, 3);
    add(&f, 1, 0, 2, 1.5);
    add(&f, 1, 1.5, 2, 3);
    c = look(&f);
    assert_int_equal(c.noverlaps + c.nholes, 0);
    end(&f);
}

static void test_hole(void **state)
{
    (void)state;
    Fixture f;
    begin(&f);
    nine(&f, 4);
    Cover c = look(&f);
    assert_int_equal(c.nholes, 1);
    double real = 943.0 * 1112.0; /* 0.01° by 0.01° at 32° north */
    assert_true(fabs(c.hole[0].m2 - real) < real * 0.05);
    assert_true(c.hole[0].at.lon > 118.61 && c.hole[0].at.lon < 118.62);
    assert_int_equal(c.noverlaps, 0);
    end(&f);
    begin(&f);
    nine(&f, 1); /* open to the outside */
    assert_int_equal(look(&f).nholes, 0);
    end(&f);
}

static void test_overlap(void **state)
{
    (void)state;
    Fixture f;
    begin(&f);
    add(&f, 0, 0, 1.1, 1);
    add(&f, 1, 0, 2, 1);
    add(&f, 2, 0, 3, 1);
    Cover c = look(&f);
    assert_int_equal(c.noverlaps, 1);
    assert_int_equal(c.overlap[0].a, 0);
    assert_int_equal(c.overlap[0].b, 1);
    double real = 94.3 * 1112.0;
    assert_true(fabs(c.overlap[0].m2 - real) < real * 0.15);
    end(&f);
    begin(&f);
    assert_int_equal(look(&f).noverlaps, 0); /* nothing at all */
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_partition), cmocka_unit_test(test_hole),
                                       cmocka_unit_test(test_overlap)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
