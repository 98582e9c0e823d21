/* Consequence models: published vectors, and for each formula a second check that does not share its code: a
 * limit case, a scaling law, an integral or an identity. */
#include "risk/model.h"
#include "risk_test.h"

static void test_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *command, *in, *out;
        double want, rel;
    } cases[] = {
        {"blast", "{\"tnt_kg\":1,\"distance_m\":5}", "kpa", 29.24, 2e-4},
        {"blast", "{\"tnt_kg\":0.5,\"distance_m\":5}", "kpa", 19.63, 3e-4},
        {"blast", "{\"tnt_kg\":0.1,\"distance_m\":5}", "kpa", 9.066, 1e-4},
        {"blast", "{\"tnt_kg\":0.1,\"distance_m\":2}", "kpa", 38.71, 2e-4},
        {"blast", "{\"tnt_kg\":0.1,\"distance_m\":1}", "kpa", 174.87, 1e-4},
        {"blast", "{\"tnt_kg\":1,\"distance_m\":10}", "kpa", 9.985, 1e-4},
        {"blast", "{\"tnt_kg\":1,\"distance_m\":25}", "kpa", 3.457, 1e-4},
        {"blast", "{\"fuel_kg\":1000,\"heat_mj_kg\":50,\"yield\":0.1,\"tnt_mj_kg\":4.68,\"distance_m\":100}",
         "tnt_kg", 1068.4, 1e-4},
        {"blast",
         "{\"fuel_kg\":10000,\"heat_mj_kg\":46.35,\"yield\":0.03,\"tnt_mj_kg\":4.6,\"distance_m\":100}",
         "tnt_kg", 3022.8, 1e-4},
        {"fireball", "{\"kg\":1000}", "diameter_m", 58.00, 1e-4},
        {"fireball", "{\"kg\":1000}", "duration_s", 4.50, 1e-3},
        {"fireball", "{\"kg\":10000}", "diameter_m", 124.96, 1e-4},
        {"fireball", "{\"kg\":10000}", "duration_s", 9.69, 1e-3},
        {"fireball", "{\"kg\":50000}", "diameter_m", 213.67, 1e-4},
        {"fireball", "{\"kg\":50000}", "duration_s", 15.78, 1e-3},
        {"fireball", "{\"kg\":100000}", "diameter_m", 269.21, 1e-4},
        {"fireball", "{\"kg\":100000}", "duration_s", 17.71, 1e-3},
        {"pool-fire", "{\"diameter_m\":10,\"fuel\":\"gasoline\",\"wind_m_s\":0}", "length_m", 15.82, 3e-4},
        {"pool-fire", "{\"diameter_m\":30,\"fuel\":\"lng\",\"wind_m_s\":0}", "length_m", 42.01, 3e-4},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "mg_m3", 36.657, 1e-4},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "sigma_y_m", 76.277, 1e-4},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "sigma_z_m", 37.947, 1e-4},
        {"plume",
         "{\"class\":\"F\",\"terrain\":\"rural\",\"rate_kg_s\":0.5,\"wind_m_s\":2,\"height_m\":0,\"x_m\":500,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "mg_m3", 586.09, 1e-4},
        {"plume",
         "{\"class\":\"A\",\"terrain\":\"rural\",\"rate_kg_s\":2,\"wind_m_s\":1.5,\"height_m\":0,\"x_m\":200,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "mg_m3", 243.54, 1e-4},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"urban\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "sigma_y_m", 135.22, 1e-4},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"urban\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "sigma_z_m", 122.79, 1e-4},
        {"probit", "{\"substance\":\"CO\",\"mg_m3\":21300,\"minutes\":30}", "pr", 5.97, 2e-3},
        {"probit", "{\"substance\":\"CO\",\"mg_m3\":21300,\"minutes\":30}", "probability", 0.83, 5e-3},
        {"probit", "{\"kw_m2\":20,\"seconds\":20,\"model\":\"tsao-perry\"}", "pr", 5.095, 2e-4},
        {"probit", "{\"kw_m2\":20,\"seconds\":20,\"model\":\"tsao-perry\"}", "probability", 0.538, 1e-3},
        {"probit", "{\"kpa\":34.4738,\"model\":\"building\"}", "pr", 3.675, 2e-4},
        {"probit", "{\"kpa\":34.4738,\"model\":\"building\"}", "probability", 0.093, 6e-3},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask(cases[i].command, cases[i].in);
        if (a.rc != RC_OK) fail_msg("%s: %s", cases[i].in, asked_field(&a));
        near(cases[i].in, asked_num(&a, cases[i].out), cases[i].want, cases[i].rel);
        asked_free(&a);
    }
}

/* The Yellow Book's example of a benzene fire, from the pool to the target. */
static void test_yellow_book(void **state)
{
    (void)state;
    Asked a = ask(
        "pool-fire",
        "{\"diameter_m\":42.4457,\"fuel\":\"benzene\",\"wind_m_s\":5,\"air_kg_m3\":1.2243,\"viscosity_m2_s\":"
        "7.5133e-6,\"sep\":\"fraction\",\"fs\":0.4,\"soot\":0.8,\"distance_m\":100,\"transmissivity\":0."
        "71474}");
    static const struct {
        const char *name;
        double want;
    } wants[] = {{"wind_scaled", 1.629},   {"length_over_diameter", 1.102},
                 {"length_m", 46.78},      {"tilt_deg", 50.83},
                 {"sep_max_kw_m2", 252.4}, {"sep_kw_m2", 66.5},
                 {"view_factor", 0.0964},  {"flux_kw_m2", 4.58}};
    assert_int_equal(a.rc, RC_OK);
    for (size_t i = 0; i < ARRAY_LEN(wants); i++)
        near(wants[i].name, asked_num(&a, wants[i].name), wants[i].want, 1.5e-3);
    asked_free(&a);
    near("tau", risk_transmissivity(1e4, 5), 2.02 * exp(-0.09 * log(5e4)), 1e-12);
}

static void test_blast_laws(void **state)
{
    (void)state;
    for (double z = RISK_BLAST_Z_MIN; z < RISK_BLAST_Z_MAX; z *= 1.1) {
        assert_true(risk_blast_ratio(z) > risk_blast_ratio(z * 1.05)); /* falls */
        near("cube root law", risk_blast_kpa(8, 2 * z, 101.325), risk_blast_kpa(1, z, 101.325), 1e-12);
        double kpa = risk_blast_kpa(27, 3 * z, 90);
        near("radius", risk_blast_radius(27, kpa, 90), 3 * z, 1e-9); /* the inverse */
    }
    /* far away every factor tends to its quotient: 808·(z/4.5)²·0.048·0.32·1.35/z³ */
    near("far", risk_blast_ratio(1e4), 808 / 20.25 * 0.048 * 0.32 * 1.35 / 1e4, 1e-6);
    assert_true(isnan(risk_blast_radius(1, 0.01, 101.325)));
}

static void test_fire_laws(void **state)
{
    (void)state;
    RiskFireball f = risk_fireball(1000, RISK_FIREBALL_CCPS), g = risk_fireball(8000, RISK_FIREBALL_CCPS);
    near("D ~ m^1/3", g.diameter_m / f.diameter_m, 2, 1e-12);
    near("TNO", risk_fireball(1, RISK_FIREBALL_TNO).diameter_m, 6.48, 1e-12);
    /* all the radiated heat leaves through the surface in the duration */
    double e = risk_fireball_emissive(&f, 1000, 46, 0.3);
    near("energy", e * M_PI * f.diameter_m * f.diameter_m * f.duration_s, 0.3 * 1000 * 46e3, 1e-12);
    near("radius", risk_fireball_radius(&f, e, 0.8, risk_fireball_flux(&f, e, 0.8, 77)), 77, 1e-9);
    assert_true(isnan(risk_fireball_radius(&f, e, 1, 1e6)));
    near("wide pool", risk_pool_burning(0.055, 2.1, 1000), 0.055, 1e-12);
    near("small pool", risk_pool_burning(0.055, 2.1, 1e-6), 0.055 * 2.1 * 1e-6, 1e-5);
    near("Burgess", risk_pool_burgess(40.15, 0.3946, 1.7e-3, 353.2, 293.2), 0.001 * 40.15 / (0.3946 + 0.102),
         1e-9);
    near("Mudan", risk_pool_sep_mudan(0), 140, 1e-12);
    near("Mudan", risk_pool_sep_mudan(1000), 20, 1e-12);
    for (double u = 0.5; u < 20; u *= 1.5) { /* the angle solves its equation */
        double t = risk_pool_tilt(10, u, 1.5e-5), fr = u * u / 98.1, re = u * 10 / 1.5e-5;
        near("tilt", tan(t) / cos(t), 0.666 * pow(fr, 0.333) * pow(re, 0.117), 1e-10);
    }
}

/* The view factor of an upright cylinder against the integral over its visible surface. */
static void test_view_factor(void **state)
{
    (void)state;
    enum { N = 400 };
    const double r = 5, l = 12, x = 20;
    double upright = 0, level = 0, most = acos(r / x);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double phi = -most + 2 * most * (i + 0.5) / N, z = l * (j + 0.5) / N;
            double dx = x - r * cos(phi), dy = -r * sin(phi), s2 = dx * dx + dy * dy + z * z;
            double from = (dx * cos(phi) + dy * sin(phi)) / (M_PI * s2 * s2) * (r * 2 * most / N) * (l / N);
            upright += from * dx;
            level += from * z;
        }
    near("view", risk_view_tilted(r, l, 0, x), hypot(upright, level), 1e-4);
}

/* What passes a plane downwind each second is what is released, for each class, terrain and height. */
static void test_plume_keeps_mass(void **state)
{
    (void)state;
    for (int c = 0; c < 12; c++) {
        RiskPlume p = {c < 6 ? RISK_RURAL : RISK_URBAN, c % 6, 3, 2.5, 20};
        double x = 800, sy = risk_sigma_y(p.terrain, p.stability, x),
               sz = risk_sigma_z(p.terrain, p.stability, x);
        double dy = sy / 10, dz = sz / 20, sum = 0;
        for (double y = -8 * sy; y < 8 * sy; y += dy)
            for (double z = dz / 2; z < 8 * sz + 20; z += dz) sum += risk_plume_kg_m3(&p, x, y, z) * dy * dz;
        near("mass", sum * p.wind_m_s, p.rate_kg_s, 1e-3);
        assert_true(c % 6 == 0 || sz <= risk_sigma_z(p.terrain, c % 6 - 1, x));
    }
    /* the Purple Book's case, with its own sigmas in the formula */
    double c = 100 / (M_PI * 5 * 28.8 * 10.3) / 2 * (1 + exp(-2 / (10.3 * 10.3)));
    near("CO", c, 0.0213, 5e-3);
    near("ppm", risk_ppm(29e-6, 29), 24.45, 1e-12);
}

/* The concentrations printed beside the table: 1 % and 50 % in 5 and 30 minutes. */
static void test_probits(void **state)
{
    (void)state;
    static const double lc[][4] = {
        {173, 71, 613, 250},        {15057, 6147, 28264, 11539}, {897, 256, 1543, 441},
        {11810, 1968, 22169, 3695}, {564, 161, 969, 277},        {3464, 577, 11106, 1851},
        {19652, 3260, 39184, 6531}, {1241, 207, 3764, 627},      {160, 65, 367, 150},
        {77, 13, 145, 24},          {93, 16, 291, 48},           {18096, 7388, 22545, 9204},
        {5352, 2614, 51965, 25377},
    };
    assert_int_equal(risk_nprobit_ppm, ARRAY_LEN(lc));
    for (size_t i = 0; i < risk_nprobit_ppm; i++)
        for (int k = 0; k < 4; k++) {
            const RiskProbit *p = &risk_probit_ppm[i];
            double pr = k < 2 ? 2.6737 : 5, t = k % 2 ? 30 : 5, c = exp(((pr - p->a) / p->b - log(t)) / p->n);
            near(p->name, c, lc[i][k], lc[i][k] < 100 ? 0.035 : 0.01); /* printed as whole ppm */
            near("inverse", risk_probit(p->a, p->b, p->n, c, t), pr, 1e-9);
        }
    near("half", risk_probability(5), 0.5, 1e-15);
    near("symmetric", risk_probability(6.3) + risk_probability(3.7), 1, 1e-15);
    near("1 %", risk_probability(2.67365), 0.01, 1e-4);
    assert_ptr_equal(risk_probit_find(risk_probit_ppm, risk_nprobit_ppm, STR("氯")), &risk_probit_ppm[0]);
    assert_ptr_equal(risk_probit_find(risk_probit_ppm, risk_nprobit_ppm, STR("7782-50-5")),
                     &risk_probit_ppm[0]);
    Asked a = ask("probit", "{\"substance\":\"chlorine\",\"ppm\":250,\"minutes\":30}");
    near("chlorine", asked_num(&a, "probability"), 0.5, 0.01);
    asked_free(&a);
}

static void test_bad_input(void **state)
{
    (void)state;
    static const struct {
        const char *command, *in, *field;
    } cases[] = {
        {"blast", "{\"distance_m\":5}", "tnt_kg"},
        {"blast", "{\"tnt_kg\":0,\"distance_m\":5}", "tnt_kg"},
        {"blast", "{\"tnt_kg\":1,\"fuel_kg\":1,\"heat_mj_kg\":40,\"distance_m\":5}", "tnt_kg"},
        {"blast", "{\"fuel_kg\":1,\"distance_m\":5}", "heat_mj_kg"},
        {"blast", "{\"tnt_kg\":1,\"distance_m\":0.01}", "distance_m"},
        {"blast", "{\"tnt_kg\":1,\"distance_m\":41}", "distance_m"},
        {"blast", "{\"tnt_kg\":1,\"distance_m\":5,\"levels_kpa\":[0]}", "levels_kpa[0]"},
        {"fireball", "{\"kg\":-1}", "kg"},
        {"fireball", "{\"kg\":1,\"distance_m\":5}", "distance_m"},
        {"pool-fire", "{\"diameter_m\":10,\"wind_m_s\":0}", "fuel"},
        {"pool-fire", "{\"diameter_m\":10,\"fuel\":\"lng\",\"wind_m_s\":0,\"distance_m\":5}", "distance_m"},
        {"pool-fire", "{\"diameter_m\":10,\"fuel\":\"lng\",\"wind_m_s\":0,\"sep\":\"fraction\"}",
         "heat_mj_kg"},
        {"pool-fire",
         "{\"diameter_m\":10,\"fuel\":\"lng\",\"wind_m_s\":0,\"distance_m\":15,\"vapour_pa\":10}",
         "vapour_pa"},
        {"plume",
         "{\"class\":\"G\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "class"},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":0,\"height_m\":0,\"x_m\":1000,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "wind_m_s"},
        {"plume",
         "{\"class\":\"D\",\"terrain\":\"rural\",\"rate_kg_s\":1,\"wind_m_s\":3,\"height_m\":0,\"x_m\":99,"
         "\"y_m\":0,"
         "\"z_m\":0}",
         "x_m"},
        {"probit", "{\"minutes\":30}", "ppm"},
        {"probit", "{\"substance\":\"water\",\"ppm\":250,\"minutes\":30}", "substance"},
        {"probit", "{\"substance\":\"benzene\",\"mg_m3\":250,\"minutes\":30}", "substance"},
        {"probit", "{\"substance\":\"chlorine\",\"ppm\":250,\"mg_m3\":1,\"minutes\":30}", "mg_m3"},
        {"probit", "{\"substance\":\"chlorine\",\"ppm\":0,\"minutes\":30}", "ppm"},
        {"probit", "{\"substance\":\"chlorine\",\"ppm\":250}", "minutes"},
        {"probit", "{\"kw_m2\":20,\"seconds\":20,\"model\":\"lung\"}", "model"},
        {"probit", "{\"kpa\":20,\"seconds\":20,\"model\":\"lung\"}", "seconds"},
        {"probit", "{\"ppm\":20,\"minutes\":20,\"a\":1,\"b\":1}", "n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Asked a = ask(cases[i].command, cases[i].in);
        if (a.rc != RC_INVALID || strcmp(asked_field(&a), cases[i].field) != 0)
            fail_msg("%s %s: %d names %s, expected %s", cases[i].command, cases[i].in, a.rc, asked_field(&a),
                     cases[i].field);
        asked_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),     cmocka_unit_test(test_yellow_book),
        cmocka_unit_test(test_blast_laws),  cmocka_unit_test(test_fire_laws),
        cmocka_unit_test(test_view_factor), cmocka_unit_test(test_plume_keeps_mass),
        cmocka_unit_test(test_probits),     cmocka_unit_test(test_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
