/* GB 18218-2018: the named substances of table 1, the categories of table 2, β of tables 3 and 4, α of table
 * 5 and the grades of table 6, as data. */
#pragma once
#include "risk/risk.h"

#define RISK_ROWS 85

typedef struct RiskSubstance {
    int row;           /* number in table 1 */
    const char *names; /* parted by '|': the standard's name first, other Chinese ones, English, formula */
    const char *cas;   /* parted by '|', or NULL */
    double critical_t; /* Q */
    double beta3;      /* β of table 3; 0: not named there */
    const char *categories; /* for β of table 4, parted by '|', from memory; "" when none applies */
} RiskSubstance;
extern const RiskSubstance risk_substances[RISK_ROWS];

typedef struct RiskCategory {
    const char *symbol; /* "W5.3" */
    Text title;
    double critical_t, beta;
} RiskCategory;
extern const RiskCategory risk_categories[];
extern const size_t risk_ncategories;
const RiskCategory *risk_category_find(Str symbol); /* or NULL */

extern const RiskSource risk_source_table1, risk_source_table2, risk_source_table3, risk_source_table4,
    risk_source_table5, risk_source_table6, risk_source_categories, risk_source_mixture;

/* Digits, hyphens and the check digit are in order. */
bool risk_cas_ok(Str cas);
/* The rows of a CAS number or of a name (Chinese, English or formula; case, spaces and width of brackets do
 * not matter). Returns how many; at most RISK_ROWS are written. */
size_t risk_substance_by_cas(Str cas, const RiskSubstance *out[RISK_ROWS]);
size_t risk_substance_by_name(Str name, const RiskSubstance *out[RISK_ROWS]);
Str risk_substance_name(const RiskSubstance *s); /* the first of its names */

/* α for permanent residents within 500 m outside the boundary. */
double risk_alpha(int64_t residents);
/* 1 … 4 for R, compared after rounding. */
int risk_major_grade(double r);
