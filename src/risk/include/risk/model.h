/* Consequence models for screening. SI units unless a name says another. Each function states where its
 * formula holds; it does not check its arguments, the commands do. */
#pragma once
#include "risk/risk.h"

/* ---- Blast: TNT equivalence and Kinney–Graham ---- */
#define RISK_BLAST_Z_MIN 0.05
#define RISK_BLAST_Z_MAX 40.0
/* Peak side-on overpressure over ambient pressure at scaled distance z (m/kg^⅓), 0.05 ≤ z ≤ 40. Falls with z.
 */
double risk_blast_ratio(double z);
double risk_blast_kpa(double tnt_kg, double distance_m, double ambient_kpa);
/* Where the overpressure falls to kpa; NAN when that lies outside the range of the formula. */
double risk_blast_radius(double tnt_kg, double kpa, double ambient_kpa);
double risk_tnt_kg(double fuel_kg, double heat_mj_kg, double yield, double tnt_mj_kg);

/* ---- Fireball of a BLEVE ---- */
typedef enum { RISK_FIREBALL_CCPS, RISK_FIREBALL_TNO } RiskFireballModel;
typedef struct RiskFireball {
    double diameter_m, duration_s, height_m;
} RiskFireball;
RiskFireball risk_fireball(double kg, RiskFireballModel model);
/* kW/m²: of its surface, and received by a target on the ground that faces it (tau: transmissivity). */
double risk_fireball_emissive(const RiskFireball *f, double kg, double heat_mj_kg, double fraction);
double risk_fireball_flux(const RiskFireball *f, double emissive, double tau, double distance_m);
double risk_fireball_radius(const RiskFireball *f, double emissive, double tau,
                            double flux); /* NAN: nowhere */

/* ---- Pool fire ---- */
double risk_pool_burning(double m_inf, double kb, double diameter_m); /* kg/(m²·s) */
double risk_pool_burgess(double heat_mj_kg, double vaporisation_mj_kg, double cp_mj_kg_k, double boil_k,
                         double air_k);
double risk_pool_length_still(double burning, double diameter_m, double air_kg_m3); /* m, Thomas */
double risk_pool_wind_scaled(double burning, double diameter_m, double air_kg_m3, double wind_m_s); /* u* */
double risk_pool_length_wind(double burning, double diameter_m, double air_kg_m3, double wind_scaled);
double risk_pool_tilt(double diameter_m, double wind_m_s, double viscosity); /* rad; ν in m²/s */
double risk_pool_sep_mudan(double diameter_m);                               /* kW/m² */
double risk_pool_sep_max(double fs, double burning, double heat_mj_kg, double length_over_d);
double risk_pool_sep(double sep_max, double soot);
/* Largest view factor of a tilted cylinder for a target on the ground, leeward; x from the pool's centre. */
double risk_view_tilted(double radius_m, double length_m, double tilt, double x_m);
double risk_transmissivity(double vapour_pa, double path_m); /* 1e4 < p·x < 1e5 Pa·m */

/* ---- Gaussian plume with Briggs ---- */
typedef enum { RISK_RURAL, RISK_URBAN } RiskTerrain;
#define RISK_PLUME_X_MIN 100.0
#define RISK_PLUME_X_MAX 10000.0
/* stability 0 (A) … 5 (F); x in m */
double risk_sigma_y(RiskTerrain terrain, int stability, double x);
double risk_sigma_z(RiskTerrain terrain, int stability, double x);
typedef struct RiskPlume {
    RiskTerrain terrain;
    int stability;
    double rate_kg_s, wind_m_s, height_m;
} RiskPlume;
double risk_plume_kg_m3(const RiskPlume *p, double x, double y, double z);
double risk_ppm(double kg_m3, double molar_g_mol); /* at 25 °C */

/* ---- Probits: Pr = a + b·ln(Cⁿ·t), P = Φ(Pr − 5) ---- */
typedef struct RiskProbit {
    const char *name, *cas;
    double molar_g_mol, a, b, n;
} RiskProbit;
extern const RiskProbit risk_probit_ppm[]; /* C in ppm, t in min */
extern const size_t risk_nprobit_ppm;
extern const RiskProbit risk_probit_mg[]; /* C in mg/m³, t in min: not to be mixed with the others */
extern const size_t risk_nprobit_mg;
extern const RiskSource risk_source_probit_ppm, risk_source_probit_mg;
/* By its English name, or by any name or CAS of GB 18218; NULL: none. */
const RiskProbit *risk_probit_find(const RiskProbit *table, size_t n, Str name);
double risk_probit(double a, double b, double n, double c, double t);
double risk_probability(double probit); /* Φ(Pr − 5) */
