/* Is an indicator on its way? Pure arithmetic: base year and target year give a straight line, the figures of
 * the years are laid beside it, and a line through them tells where they lead. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef enum {
    PACE_FALL,     /* the lower the better, from base down to target */
    PACE_RISE,     /* the higher the better */
    PACE_AT_LEAST, /* a floor that must hold every year */
    PACE_AT_MOST   /* a ceiling that must hold every year */
} PaceKind;

typedef enum {
    PACE_NO_DATA, /* no figure after the base year */
    PACE_REACHED, /* the newest figure satisfies the target */
    PACE_ON_WAY,  /* at or beyond what the line wants of its year */
    PACE_BEHIND
} PaceVerdict;

typedef struct PaceYear {
    int year;
    double value;
} PaceYear;

typedef struct PaceIn {
    PaceKind kind;
    int base_year, target_year; /* base_year < target_year */
    bool has_base;              /* the base figure is known */
    double base;
    double target; /* in the indicator's unit, or in percent of the base */
    bool relative; /* target is a change in percent of base: fall 15 is base × 0.85; needs has_base */
    bool percent;  /* a share of a whole: no forecast over 100 */
    const PaceYear *years; /* ascending */
    size_t nyears;
} PaceIn;

typedef struct PaceOut {
    PaceVerdict verdict;
    bool has_target, has_expected, has_share, has_forecast;
    double target;   /* absolute */
    int year;        /* of the newest figure; 0: none */
    double actual;   /* the newest figure */
    double expected; /* of that year, on the line; the target itself for floors and ceilings */
    double share;    /* of the way from base to target, 1: there; may be below 0 or over 1 */
    double forecast; /* at target_year: least squares through base and figures, two at least; not
                        below 0 when no figure is */
    bool will_reach; /* the forecast satisfies the target */
} PaceOut;

void pace_reckon(const PaceIn *in, PaceOut *out);
