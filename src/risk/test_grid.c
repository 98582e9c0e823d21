/* The grid against the reference that takes every term, within the stated bound; its symmetries; contours. */
#include "grid_scene.h"
#include "risk_test.h"

static void compare(const RiskScene *s, const RiskGrid *g, double tolerance, unsigned threads)
{
    double *out = malloc(sizeof *out * (size_t)g->nx * (size_t)g->ny);
    assert_non_null(out);
    risk_individual_grid(s, g, tolerance, threads, out);
    for (int j = 0; j < g->ny; j++)
        for (int i = 0; i < g->nx; i++) {
            double want = risk_individual_at(s, g->x0_m + g->step_m * i, g->y0_m + g->step_m * j);
            double is = out[j * g->nx + i];
            if (!(fabs(is - want) <= tolerance + RISK_GRID_RELATIVE * want))
                fail_msg("cell %d, %d: %.12g, reference %.12g", i, j, is, want);
        }
    free(out);
}

static void test_bound(void **state)
{
    (void)state;
    RiskEvent events[30];
    RiskScene s = scene_make(events, ARRAY_LEN(events), 3000);
    const RiskGrid g = {-500, -500, 97.3, 40, 37};
    compare(&s, &g, 1e-10, 2);
    compare(&s, &g, 1e-14, 1);
    s.terrain = RISK_URBAN;
    for (size_t i = 0; i < 10; i++) { /* every probit, high and low releases */
        const RiskProbit *p = &risk_probit_ppm[i + 3];
        events[i].a = p->a;
        events[i].b = p->b;
        events[i].n = p->n;
        events[i].unit = risk_ppm(1, p->molar_g_mol);
        events[i].height_m = 8.0 * (double)i;
        events[i].rate_kg_s *= 20;
    }
    compare(&s, &g, 1e-10, 3);
    /* close to one source, on the axes, cells on the source itself */
    s.nevents = 1;
    events[0].x_m = events[0].y_m = 0;
    const RiskGrid close = {-60, -60, 5, 25, 25};
    compare(&s, &close, 1e-12, 1);
}

static void test_threads_agree(void **state)
{
    (void)state;
    RiskEvent events[10];
    RiskScene s = scene_make(events, ARRAY_LEN(events), 2000);
    const RiskGrid g = {0, 0, 20, 100, 101};
    double *one = malloc(sizeof *one * 10100), *many = malloc(sizeof *many * 10100);
    assert_true(one && many);
    risk_individual_grid(&s, &g, 1e-10, 1, one);
    risk_individual_grid(&s, &g, 1e-10, 5, many);
    assert_memory_equal(one, many, sizeof *one * 10100);
    free(one);
    free(many);
}

/* With the wind alike from all sides the risk is the same after a turn by a sector; wind from the north kills
 * in the south. */
static void test_wind(void **state)
{
    (void)state;
    RiskEvent events[1];
    RiskScene s = scene_make(events, 1, 0);
    for (int c = 0; c < RISK_CLASSES; c++)
        for (int i = 0; i < 12; i++) s.wind.share[c][i] = 1.0 / 72;
    double here = risk_individual_at(&s, 300, 40), turned = 300 * cos(M_PI / 6) - 40 * sin(M_PI / 6);
    near("turned", risk_individual_at(&s, turned, 300 * sin(M_PI / 6) + 40 * cos(M_PI / 6)), here, 1e-9);
    memset(s.wind.share, 0, sizeof s.wind.share);
    s.wind.share[3][0] = 1;
    assert_true(risk_individual_at(&s, 0, -200) > 0);
    assert_true(risk_individual_at(&s, 0, 200) == 0);
    double once = risk_individual_at(&s, 0, -200);
    events[0].per_year *= 2;
    near("doubled frequency", risk_individual_at(&s, 0, -200), 2 * once, 1e-12);
    near("one wind", once, events[0].per_year / 2 * risk_event_death(&s, &events[0], 3, 0, 0, -200), 1e-12);
}

static void test_radial(void **state)
{
    (void)state;
    float death[RISK_RADIAL_STEPS + 1];
    for (int i = 0; i <= RISK_RADIAL_STEPS; i++) death[i] = 1;
    RiskEvent e = {.kind = RISK_EVENT_RADIAL, .per_year = 1e-5, .radius_m = 200, .death = death};
    RiskScene s = {.events = &e, .nevents = 1, .wind.sectors = 12};
    const RiskGrid g = {-300, -300, 2, 301, 301};
    double *out = malloc(sizeof *out * 301 * 301), area;
    assert_non_null(out);
    risk_individual_grid(&s, &g, 1e-12, 2, out);
    Arena *a = arena_new(0);
    RiskRing *rings;
    assert_int_equal(risk_contour(a, &g, out, 5e-6, &rings, &area), 1);
    near("disc", area, M_PI * 200 * 200, 0.01);
    double enclosed = 0; /* by the ring, as a polygon */
    for (size_t i = 0; i + 1 < rings[0].n; i++)
        enclosed += (rings[0].points[i][0] * rings[0].points[i + 1][1] -
                     rings[0].points[i + 1][0] * rings[0].points[i][1]) /
                    2;
    near("ring", fabs(enclosed), M_PI * 200 * 200, 0.02);
    assert_true(rings[0].points[0][0] == rings[0].points[rings[0].n - 1][0]);
    assert_int_equal(risk_contour(a, &g, out, 2e-5, &rings, &area), 0);
    assert_true(area == 0);
    /* a disc cut by the edge of the grid still closes */
    const RiskGrid half = {0, -300, 2, 151, 301};
    risk_individual_grid(&s, &half, 1e-12, 1, out);
    assert_int_equal(risk_contour(a, &half, out, 5e-6, &rings, &area), 1);
    near("half disc", area, M_PI * 200 * 200 / 2, 0.02);
    arena_free(&a);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_threads_agree),
        cmocka_unit_test(test_wind),
        cmocka_unit_test(test_radial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
