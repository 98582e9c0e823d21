/* Probits of toxic gases. The two tables measure concentration in different units and are kept apart. */
#include "risk/model.h"
#include "risk/substance.h"

#include <math.h>

const RiskSource risk_source_probit_ppm = {"Lees / OSD-30 概率函数（ppm，min）", RISK_CORROBORATED};
const RiskSource risk_source_probit_mg = {"CPR 18E（紫皮书）概率函数（mg/m³，min）", RISK_CORROBORATED};

const RiskProbit risk_probit_ppm[] = {
    {"chlorine", "7782-50-5", 70.906, -8.29, 0.92, 2},
    {"ammonia", "7664-41-7", 17.031, -35.9, 1.85, 2},
    {"hydrogen sulfide", "7783-06-4", 34.08, -31.42, 3.008, 1.43},
    {"carbon monoxide", "630-08-0", 28.01, -37.98, 3.7, 1},
    {"hydrogen cyanide", "74-90-8", 27.026, -29.42, 3.008, 1.43},
    {"hydrogen chloride", "7647-01-0", 36.461, -16.85, 2.0, 1},
    {"hydrogen fluoride", "7664-39-3", 20.006, -35.87, 3.354, 1},
    {"sulfur dioxide", "7446-09-5", 64.066, -15.67, 2.1, 1},
    {"nitrogen dioxide", "10102-44-0", 46.006, -13.79, 1.4, 2},
    {"phosgene", "75-44-5", 98.916, -19.27, 3.686, 1},
    {"acrolein", "107-02-8", 56.063, -9.93, 2.05, 1},
    {"benzene", "71-43-2", 78.112, -109.78, 5.3, 2},
    {"toluene", "108-88-3", 92.138, -6.794, 0.41, 2.5},
};
const size_t risk_nprobit_ppm = ARRAY_LEN(risk_probit_ppm);

const RiskProbit risk_probit_mg[] = {
    {"chlorine", "7782-50-5", 70.906, -6.35, 0.5, 2.75},
    {"ammonia", "7664-41-7", 17.031, -15.6, 1, 2},
    {"carbon monoxide", "630-08-0", 28.01, -7.4, 1, 1},
};
const size_t risk_nprobit_mg = ARRAY_LEN(risk_probit_mg);

const RiskProbit *risk_probit_find(const RiskProbit *table, size_t n, Str name)
{
    const RiskSubstance *rows[RISK_ROWS];
    size_t found = risk_substance_by_name(name, rows);
    if (!found) found = risk_substance_by_cas(name, rows);
    for (size_t i = 0; i < n; i++) {
        if (str_ieq(name, str_of(table[i].name))) return &table[i];
        if (found == 1 && rows[0]->cas && strcmp(rows[0]->cas, table[i].cas) == 0) return &table[i];
    }
    return NULL;
}

double risk_probit(double a, double b, double n, double c, double t)
{
    return a + b * (n * log(c) + log(t));
}

double risk_probability(double probit)
{
    return 0.5 * erfc((5 - probit) * M_SQRT1_2);
}
