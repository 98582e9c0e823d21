/* Shared inside the slice. */
#pragma once
#include "kernel/paper.h"
#include "mod/district.h"
#include "mod/object.h"
#include "mod/risk.h"
#include "risk/region.h"

#define UE (&risk_unit_entity)
#define AE (&risk_assessment_entity)
#define RE (&risk_rule_entity)
#define WE (&risk_activity_entity)
#define XE (&risk_weather_entity)
#define ME (&risk_move_entity)
#define QE (&risk_request_entity)
#define VE (&risk_review_entity)

enum { RISK_SOURCES = 6, RISK_WORKS = 9, RISK_WEATHERS = 10, FACTS_MOST = 200, RISK_PAPERS = 2 };
extern const PaperKind risk_papers[RISK_PAPERS];
extern const DictEntry risk_sources[RISK_SOURCES], risk_works[RISK_WORKS], risk_weathers[RISK_WEATHERS];

/* ---- review.c ---- */
struct ClockStep;
Rc risk_unit_step(Work *w, const Entity *e, Record *unit, const struct ClockStep *step);

/* ---- rules.c ---- */
/* The proposals of src/risk as records, when there are none yet. */
Rc risk_rules_seed(Work *w);
typedef struct RulesNow {
    RiskRules rules;
    RiskRegionRule region; /* how regions are summed up */
    Str region_code;       /* the record that says so; empty: none, the worst counts */
    bool region_default;
} RulesNow;
/* The rules in force at t. */
Rc risk_rules_at(Work *w, int64_t t, RulesNow *out);
bool risk_region_rule_find(Str name, RiskRegionRule *out); /* "worst" … */
const char *risk_region_rule_name(RiskRegionRule r);

/* ---- facts.c ---- */
typedef struct Facts {
    RiskFact v[FACTS_MOST];
    size_t n;
} Facts;
/* What bears on the unit now. */
Rc risk_facts(Work *w, const Record *unit, Facts *out);

/* ---- move.c ---- */
/* Colours the units anew by their ids, in a writing work; *moved counts those that changed. */
Rc risk_recolour(Work *w, const int64_t *units, size_t n, size_t *moved);

/* ---- follow.c ---- */
Rc risk_follow_start(Ctx *ctx, Kernel *k);
void risk_follow_stop(Kernel *k);
/* What a tick does: reads the events behind *seen and colours what they bear on. For tests, too. */
Rc risk_follow_run(Ctx *ctx, Kernel *k, int64_t *seen);

/* ---- map.c, region.c ---- */
Rc risk_map(Req *req, Res *res);
Rc risk_regions(Req *req, Res *res);
Rc risk_method_list(Req *req, Res *res);
Rc risk_compute(Req *req, Res *res);
Rc risk_time(Req *req, int64_t *at); /* at=; TIME_NONE: now */
/* Appends the colour at a moment (TIME_NONE: now) of the unit in alias t. */
void risk_colour_sql(SqlBuf *b, int64_t at);
