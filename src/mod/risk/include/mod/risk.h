/* The risk register: risk units (风险单元) with their measures, and assessments that give a unit its grade.
 * An enterprise enters both as requests, the reviewing body approves; what counts is computed by src/risk.
 */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_risk;
extern const Entity risk_unit_entity;       /* "risk-units" */
extern const Entity risk_assessment_entity; /* "risk-assessments" */
extern const Entity risk_request_entity; /* "risk-unit-requests": what an enterprise enters, to be approved */
extern const Entity risk_review_entity;  /* "risk-reviews": units whose assessment has expired */
extern const Entity risk_rule_entity;    /* "risk-rules": dynamic risk and regions, with validity */
extern const Entity risk_activity_entity; /* "risk-activities": temporary high-risk work */
extern const Entity risk_weather_entity;  /* "risk-weather": warnings by hand */
extern const Entity risk_move_entity;     /* "risk-moves": the history of colours */

/* Starts the period after which the unit must be assessed again, by its grade or its own months, writes its
 * end into `reassess_at` of the record (which the caller stores) and ends what was due. In a writing work. */
Rc risk_reassess_start(Work *w, Record *unit);

/* High-risk work as an event, for who issues permits: from begin to end (or ends_at, whichever comes first)
 * it bears on the colour of the unit. In a writing work. */
typedef struct RiskActivity {
    Str code;     /* the permit's, unique */
    int64_t unit; /* a risk unit's id */
    Str kind;     /* dictionary "risk_work" */
    int grade;    /* 1 special, 2 first, 3 second */
    int64_t starts_at, ends_at;
    Str responsible;
} RiskActivity;
Rc risk_activity_begin(Work *w, const RiskActivity *a);
Rc risk_activity_end(Work *w, Str code); /* nothing when there is none or it has ended */
