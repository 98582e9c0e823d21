/* Risk: methods, major hazards, consequence models and maps as pure functions of their inputs. No database,
 * no clock, no network; calls share nothing and may run on any number of threads. Every figure has a source
 * and a mark that says how well it is known; what is remembered or proposed is data that the caller may
 * replace (risk_defaults). The commands take JSON and give JSON: `anlan risk NAME` and the server use the
 * same ones. */
#pragma once
#include "base/ctx.h"
#include "base/json.h"

#define RISK_MAX_BYTES (16u << 20) /* of one JSON input */
#define RISK_MAX_LIST  10000       /* items of a list, when its schema says no other number */

/* Grades as everywhere in the platform: 1 is the worst. */
typedef enum { RISK_NONE, RISK_RED, RISK_ORANGE, RISK_YELLOW, RISK_BLUE } RiskColour;
const char *risk_colour_name(RiskColour c); /* "red" …; NULL for RISK_NONE */
Text risk_colour_title(RiskColour c);       /* 重大风险 / major … */

/* How well a figure is known. */
typedef enum {
    RISK_CORROBORATED, /* by a public source */
    RISK_REMEMBERED,   /* a standard's figure from memory, not compared with its text: a default */
    RISK_PROPOSED      /* an engineering proposal of ours, from no standard: a default */
} RiskMark;
const char *risk_mark_name(RiskMark m); /* "corroborated", "memory", "proposed" */

typedef struct RiskSource {
    const char *text; /* standard and clause, or the public name of the formula */
    RiskMark mark;
} RiskSource;

/* A figure that is remembered or proposed. An input member of the same meaning replaces it. */
typedef struct RiskDefault {
    const char *key;    /* "blast.yield" */
    const char *member; /* where the input replaces it: "blast: yield" */
    double value;       /* when text is NULL */
    const char *text;   /* a choice or a table in words */
    const char *unit;
    RiskSource source;
    Text about;
} RiskDefault;
extern const RiskDefault risk_defaults[];
extern const size_t risk_ndefaults;
const RiskDefault *risk_default_find(const char *key); /* never NULL: an unknown key is a mistake of ours */
/* {"defaults":[{"key","member","value","unit","mark","source","about"}]}: those above and the rows of every
 * table that are remembered or proposed. */
void risk_defaults_print(Ctx *ctx, JsonOut *out);

/* One command: "major-hazard", "lec" … */
typedef struct RiskCommand RiskCommand;
size_t risk_command_count(void);
const RiskCommand *risk_command_at(size_t i);
const RiskCommand *risk_command_find(Str name); /* or NULL */
const char *risk_command_name(const RiskCommand *c);
Text risk_command_about(const RiskCommand *c);
/* Reads one JSON object, writes one: the results, `quantities` (unit, source and mark of each), `defaults`
 * (what the input left to a default, with value and mark) and, where there is something to say, `notes`.
 * RC_SYNTAX, or RC_INVALID with a field error for each wrong member ("substances[1].tonnes"). */
Rc risk_command_run(Ctx *ctx, const RiskCommand *c, Str json, JsonOut *out);
/* The JSON Schema (2020-12) of its input. */
void risk_command_schema(Ctx *ctx, const RiskCommand *c, JsonOut *out);

/* Rounded to nine significant decimal digits: what is compared with a limit, and what is printed. */
double risk_round9(double v);
/* The same sum whatever the order: sorts v. */
double risk_sum(double *v, size_t n);
