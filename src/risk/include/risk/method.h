/* Methods of assessment that multiply scores and look the product up in bands: LEC, LS, MES. Each is a const
 * table with its source; the bands and the boundary rule may be replaced by the caller's own. */
#pragma once
#include "risk/risk.h"

#define RISK_SCALES_MAX 3

typedef struct RiskAnchor {
    double score;
    Text meaning;
} RiskAnchor;

typedef struct RiskScale {
    const char *name; /* "l" */
    Text title;
    const RiskAnchor *anchors; /* from high to low; a score is one of them */
    size_t nanchors;
} RiskScale;

/* From its lower bound up to the next band's. Highest first, the last one from 0. */
typedef struct RiskBand {
    double from;
    RiskColour colour;
    Text level;
} RiskBand;

typedef struct RiskMethod {
    const char *name; /* "lec", "ls.A" */
    Text title;
    RiskScale scales[RISK_SCALES_MAX];
    size_t nscales;
    const RiskBand *bands;
    size_t nbands;
    RiskSource scales_source, bands_source;
} RiskMethod;

extern const RiskMethod risk_methods[];
extern const size_t risk_nmethods;
const RiskMethod *risk_method_find(const char *name); /* or NULL */

/* Does a value equal to a band's lower bound belong to the band? */
typedef enum { RISK_INCLUSIVE, RISK_EXCLUSIVE } RiskBoundary;

typedef struct RiskScore {
    double value; /* the product, rounded to nine digits */
    const RiskBand *band;
} RiskScore;

/* The anchor of a score, or NULL when the scale has none such. */
const RiskAnchor *risk_scale_find(const RiskScale *s, double score);
/* scores: one for each scale of the method. bands NULL: the method's. */
RiskScore risk_method_score(const RiskMethod *m, const double *scores, const RiskBand *bands, size_t nbands,
                            RiskBoundary boundary);
/* The band of a value; bands are highest first and the last one takes the rest. */
const RiskBand *risk_band_find(const RiskBand *bands, size_t n, double value, RiskBoundary boundary);
