/* The formulas of consequence screening, each as published; nothing is fitted here. */
#include "risk/model.h"

#include <math.h>

static const double gravity = 9.81;

/* ---- Blast ---- */
double risk_blast_ratio(double z)
{
    double a = z / 4.5, b = z / 0.048, c = z / 0.32, d = z / 1.35;
    return 808 * (1 + a * a) / (sqrt(1 + b * b) * sqrt(1 + c * c) * sqrt(1 + d * d));
}

double risk_blast_kpa(double tnt_kg, double distance_m, double ambient_kpa)
{
    return ambient_kpa * risk_blast_ratio(distance_m / cbrt(tnt_kg));
}

double risk_blast_radius(double tnt_kg, double kpa, double ambient_kpa)
{
    double low = RISK_BLAST_Z_MIN, high = RISK_BLAST_Z_MAX, want = kpa / ambient_kpa;
    if (want > risk_blast_ratio(low) || want < risk_blast_ratio(high)) return NAN;
    for (int i = 0; i < 60; i++) {
        double middle = sqrt(low * high);
        if (risk_blast_ratio(middle) > want) low = middle;
        else high = middle;
    }
    return low * cbrt(tnt_kg);
}

double risk_tnt_kg(double fuel_kg, double heat_mj_kg, double yield, double tnt_mj_kg)
{
    return yield * fuel_kg * heat_mj_kg / tnt_mj_kg;
}

/* ---- Fireball ---- */
RiskFireball risk_fireball(double kg, RiskFireballModel model)
{
    RiskFireball f;
    if (model == RISK_FIREBALL_TNO) {
        f.diameter_m = 6.48 * pow(kg, 0.325);
        f.duration_s = 0.852 * pow(kg, 0.26);
    } else {
        f.diameter_m = 5.8 * cbrt(kg);
        f.duration_s = kg < 30000 ? 0.45 * cbrt(kg) : 2.6 * pow(kg, 1.0 / 6);
    }
    f.height_m = 0.75 * f.diameter_m;
    return f;
}

double risk_fireball_emissive(const RiskFireball *f, double kg, double heat_mj_kg, double fraction)
{
    return fraction * kg * heat_mj_kg * 1000 / (M_PI * f->diameter_m * f->diameter_m * f->duration_s);
}

double risk_fireball_flux(const RiskFireball *f, double emissive, double tau, double distance_m)
{
    double r = f->diameter_m / 2;
    return tau * emissive * r * r / (f->height_m * f->height_m + distance_m * distance_m);
}

double risk_fireball_radius(const RiskFireball *f, double emissive, double tau, double flux)
{
    double r = f->diameter_m / 2, square = tau * emissive * r * r / flux - f->height_m * f->height_m;
    return square >= 0 ? sqrt(square) : NAN;
}

/* ---- Pool fire ---- */
double risk_pool_burning(double m_inf, double kb, double diameter_m)
{
    return m_inf * -expm1(-kb * diameter_m);
}

double risk_pool_burgess(double heat_mj_kg, double vaporisation_mj_kg, double cp_mj_kg_k, double boil_k,
                         double air_k)
{
    double warming = boil_k > air_k ? cp_mj_kg_k * (boil_k - air_k) : 0;
    return 0.001 * heat_mj_kg / (vaporisation_mj_kg + warming);
}

static double froude(double burning, double diameter_m, double air_kg_m3)
{
    return burning / (air_kg_m3 * sqrt(gravity * diameter_m));
}

double risk_pool_length_still(double burning, double diameter_m, double air_kg_m3)
{
    return diameter_m * 42 * pow(froude(burning, diameter_m, air_kg_m3), 0.61);
}

double risk_pool_wind_scaled(double burning, double diameter_m, double air_kg_m3, double wind_m_s)
{
    double u = wind_m_s / cbrt(gravity * burning * diameter_m / air_kg_m3);
    return u < 1 ? 1 : u;
}

double risk_pool_length_wind(double burning, double diameter_m, double air_kg_m3, double wind_scaled)
{
    return diameter_m * 55 * pow(froude(burning, diameter_m, air_kg_m3), 0.67) * pow(wind_scaled, -0.21);
}

/* tan θ / cos θ = k, so sin θ solves sin² θ + sin θ / k − 1 = 0. */
double risk_pool_tilt(double diameter_m, double wind_m_s, double viscosity)
{
    if (wind_m_s <= 0) return 0;
    double fr = wind_m_s * wind_m_s / (gravity * diameter_m), re = wind_m_s * diameter_m / viscosity;
    double k = 0.666 * pow(fr, 0.333) * pow(re, 0.117);
    return asin((sqrt(1 + 4 * k * k) - 1) / (2 * k));
}

double risk_pool_sep_mudan(double diameter_m)
{
    double clear = exp(-0.12 * diameter_m);
    return 140 * clear + 20 * (1 - clear);
}

double risk_pool_sep_max(double fs, double burning, double heat_mj_kg, double length_over_d)
{
    return fs * burning * heat_mj_kg * 1000 / (1 + 4 * length_over_d);
}

double risk_pool_sep(double sep_max, double soot)
{
    return sep_max * (1 - soot) + 20 * soot;
}

/* Mudan's closed form for a tilted cylinder; a: length, b: distance, both over the radius. */
double risk_view_tilted(double radius_m, double length_m, double tilt, double x_m)
{
    double a = length_m / radius_m, b = x_m / radius_m, s = sin(tilt), c = cos(tilt);
    double aa = sqrt(a * a + (b + 1) * (b + 1) - 2 * a * (b + 1) * s);
    double bb = sqrt(a * a + (b - 1) * (b - 1) - 2 * a * (b - 1) * s);
    double cc = sqrt(1 + (b * b - 1) * c * c), dd = sqrt((b - 1) / (b + 1)), ff = sqrt(b * b - 1);
    double ee = a * c / (b - a * s), side = atan(aa * dd / bb);
    double top = atan((a * b - ff * ff * s) / (ff * cc)) + atan(ff * s / cc);
    double vertical = -ee * atan(dd) +
                      ee * (a * a + (b + 1) * (b + 1) - 2 * b * (1 + a * s)) / (aa * bb) * side +
                      c / cc * top;
    double level = atan(1 / dd) + s / cc * top -
                   (a * a + (b + 1) * (b + 1) - 2 * (b + 1 + a * b * s)) / (aa * bb) * side;
    return sqrt(vertical * vertical + level * level) / M_PI;
}

double risk_transmissivity(double vapour_pa, double path_m)
{
    double tau = 2.02 * pow(vapour_pa * path_m, -0.09);
    return tau < 1 ? tau : 1;
}

/* ---- Plume ---- */
typedef struct Briggs {
    double y, y_k;          /* σy = y·x·(1 + y_k·x)^-½ */
    double z, z_k, z_power; /* σz = z·x·(1 + z_k·x)^power */
} Briggs;
static const Briggs briggs[2][6] = {
    {{0.22, 1e-4, 0.20, 0, 0},
     {0.16, 1e-4, 0.12, 0, 0},
     {0.11, 1e-4, 0.08, 2e-4, -0.5},
     {0.08, 1e-4, 0.06, 1.5e-3, -0.5},
     {0.06, 1e-4, 0.03, 3e-4, -1},
     {0.04, 1e-4, 0.016, 3e-4, -1}},
    {{0.32, 4e-4, 0.24, 1e-3, 0.5},
     {0.32, 4e-4, 0.24, 1e-3, 0.5},
     {0.22, 4e-4, 0.20, 0, 0},
     {0.16, 4e-4, 0.14, 3e-4, -0.5},
     {0.11, 4e-4, 0.08, 1.5e-3, -0.5},
     {0.11, 4e-4, 0.08, 1.5e-3, -0.5}},
};

double risk_sigma_y(RiskTerrain terrain, int stability, double x)
{
    const Briggs *b = &briggs[terrain][stability];
    return b->y * x / sqrt(1 + b->y_k * x);
}

double risk_sigma_z(RiskTerrain terrain, int stability, double x)
{
    const Briggs *b = &briggs[terrain][stability];
    return b->z * x * pow(1 + b->z_k * x, b->z_power);
}

double risk_plume_kg_m3(const RiskPlume *p, double x, double y, double z)
{
    double sy = risk_sigma_y(p->terrain, p->stability, x), sz = risk_sigma_z(p->terrain, p->stability, x);
    double up = (z - p->height_m) / sz, down = (z + p->height_m) / sz, side = y / sy;
    return p->rate_kg_s / (2 * M_PI * p->wind_m_s * sy * sz) * exp(-side * side / 2) *
           (exp(-up * up / 2) + exp(-down * down / 2));
}

double risk_ppm(double kg_m3, double molar_g_mol)
{
    return kg_m3 * 1e6 * 24.45 / molar_g_mol;
}
