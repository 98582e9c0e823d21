/* The alarm engine: readings in, events out. What it must do is fixed in docs/alarms.md. A pure library: no
 * clock, no database, no HTTP; times come with the calls. One lane is used by one thread. */
#pragma once
#include "base/ctx.h"
#include "base/json.h"
#include "series/reading.h"

typedef enum {
    RULE_LEVEL,
    RULE_RATE,
    RULE_STUCK,
    RULE_OFFLINE,
    RULE_EXPR,
    RULE_DEVIATION,
    RULE_CLOCK
} RuleKind;
typedef enum { EVENT_RAISE, EVENT_ESCALATE, EVENT_EASE, EVENT_RETURN } WatchEventKind;
const char *watch_event_name(WatchEventKind k); /* "raise" … */

/* A set of rules, parsed and checked, not yet bound to points. Immutable; rule index = order in the file. */
typedef struct RuleSet RuleSet;
/* {"rules":[…]} as docs/alarms.md says. Unknown members, contradictions and so on are field errors
 * "rules[3].limit". */
Rc ruleset_parse(Ctx *ctx, Str json, RuleSet **out);
void ruleset_free(RuleSet **r);
/* Lanes hold a reference of their own, so that a set may be freed while lanes use it. */
size_t ruleset_count(const RuleSet *r);
Str ruleset_name(const RuleSet *r, size_t rule);
RuleKind ruleset_kind(const RuleSet *r, size_t rule);

/* Points the rules are bound to: code by number (index 0 unused, codes may be empty). Borrowed during the
 * bind call only. */
typedef struct WatchPoint {
    Str code;
    bool in_service;
    int64_t in_service_since; /* offline counts from here for a point that never reported; TIME_NONE in a
                                 replay */
    bool arrival_time;        /* a setting of the device: take arrival time instead of its own */
} WatchPoint;

typedef struct WatchLane WatchLane;

typedef struct WatchEvent {
    int64_t t;
    uint32_t point; /* number */
    uint32_t rule;  /* index in the rule set; WATCH_RULE_CLOCK for the always-on clock fault */
    uint8_t kind;   /* WatchEventKind */
    uint8_t grade;  /* 1…4 new grade, 0 on return */
    uint8_t has_value;
    double value;
    double limit;  /* the limit crossed, of the new grade; NaN when it has no meaning */
    int64_t since; /* start of the run that led to it */
} WatchEvent;
#define WATCH_RULE_CLOCK UINT32_MAX

typedef struct WatchSink {
    void (*event)(void *ud, const WatchEvent *e);
    void *ud;
} WatchSink;

enum { WATCH_LIVE = 1 /* ahead-of-clock and clock faults apply; offline follows watch_tick */ };

/* A lane for the points [1, npoints) that belong to it (number % nlanes == lane; those of one expr are
 * brought to one lane by watch_lane_of). Rules are matched to codes here. */
WatchLane *watch_lane_new(const RuleSet *rules, const WatchPoint *points, size_t npoints, int lane,
                          int nlanes, unsigned flags);
void watch_lane_free(WatchLane **l);
/* Which lane owns each point, out[number]; points that meet in an expr share one. */
void watch_lane_of(const RuleSet *rules, const WatchPoint *points, size_t npoints, int nlanes, uint8_t *out);
/* New rules or points: keeps the state of every (rule name, point code) whose rule is unchanged; a rule that
 * changed or went away returns its active alarms at `now` (events with grade 0, whose `rule` is an index of
 * the OLD rule set). A rule is unchanged when all but its point pattern is the same. `old` stays the
 * caller's: free it afterwards. With several lanes a new expr may move points between lanes: use
 * watch_lanes_rebind then. */
WatchLane *watch_lane_rebind(WatchLane *old, const RuleSet *rules, const WatchPoint *points, size_t npoints,
                             unsigned flags, int64_t now, const WatchSink *sink);
/* The same for all lanes at once; state follows a point into its new lane. Frees the old lanes and puts the
 * new ones in their place. No lane may be in use meanwhile. */
void watch_lanes_rebind(WatchLane **lanes, int nlanes, const RuleSet *rules, const WatchPoint *points,
                        size_t npoints, unsigned flags, int64_t now, const WatchSink *sink);

/* Take a batch in order. Live: sets READING_AHEAD on readings more than 5 minutes ahead of arrival. */
void watch_take(WatchLane *l, Reading *r, size_t n, int64_t arrival, const WatchSink *sink);
/* Live: the wall clock now; raises offline alarms that are due. Cheap (a sweep over last-seen). Must be fed
 * the same values again when a log is replayed. */
void watch_tick(WatchLane *l, int64_t now, const WatchSink *sink);

/* State for a restart: keyed by rule name and point number, so that it survives another number of lanes: load
 * what every lane saved into every new lane, each takes what is its own. State of a rule that changed is
 * dropped. RC_SYNTAX "watch.state": damaged (the lane is then unusable and must be freed). */
void watch_lane_save(const WatchLane *l, StrBuf *out);
Rc watch_lane_load(Ctx *ctx, WatchLane *l, Str state);

/* Every alarm that is active now, as a raise of its grade (t: start of the run, no value): to compare records
 * with. */
void watch_lane_active(const WatchLane *l, const WatchSink *sink);

/* What a person reads: "CH₄ 2.7 %VOL ≥ 2.5，自 08:12:30 起". name and unit may be empty. */
void watch_reason(const RuleSet *rules, const WatchEvent *e, Str name, Str unit, Lang lang, StrBuf *out);

/* An operand of an expr rule, in the order of its text and each once: function "v", "age", "avg", "min",
 * "max" or "delta". Texts live as long as the set. */
typedef struct WatchOperand {
    const char *function;
    Str code;
    int64_t window_ms; /* 0: none */
} WatchOperand;
size_t ruleset_operands(const RuleSet *r, size_t rule);
WatchOperand ruleset_operand(const RuleSet *r, size_t rule, size_t i);
Str ruleset_expr(const RuleSet *r, size_t rule); /* as written; empty: no expr rule */

/* Words and figures the watch does not have itself. */
typedef struct WatchShown {
    Str name, unit; /* empty name: the code stands for it */
    double value;   /* NaN: not known */
} WatchShown;
typedef struct WatchWords {
    Str name, unit;           /* of the point; may be empty */
    Str happened[LANG_COUNT]; /* not empty: said in place of "name value unit ≥ limit" */
    /* What an operand is called and showed at the event; NULL: only codes are known. */
    WatchShown (*operand)(void *ud, const WatchOperand *o);
    void *ud;
} WatchWords;
void watch_reason_with(const RuleSet *rules, const WatchEvent *e, const WatchWords *words, Lang lang,
                       StrBuf *out);

/* `anlan watch replay`. Exit status 0, 1, 2 or 3. Events go to out, messages to err (FILE*). */
int watch_replay(const char *rules_file, const char *csv_file, void *out_file, void *err_file, Lang lang);

/* ---- The alarm record after ISA-18.2, pure: what a state and an input lead to ---- */
typedef enum {
    ALARM_NORMAL,
    ALARM_UNACKED,
    ALARM_ACKED,
    ALARM_RETURNED_UNACKED,
    ALARM_SHELVED,
    ALARM_SUPPRESSED,
    ALARM_OUT_OF_SERVICE
} AlarmState;
const char *alarm_state_name(AlarmState s); /* "normal" "unacknowledged" "acknowledged" "returned" "shelved"
                                               "suppressed" "out-of-service" */
bool alarm_state_parse(Str s, AlarmState *out);

typedef struct AlarmCore {
    AlarmState state;
    bool active;                           /* does the condition hold? evaluated in every state */
    bool acked;                            /* was it acknowledged since the last raise or escalate? */
    uint8_t grade;                         /* 1…4 while active, else the last one */
    int64_t raised_at, returned_at, until; /* until: end of shelf or suppression; TIME_NONE */
    uint32_t count;                        /* raises since the record was opened */
} AlarmCore;
typedef enum { ALARM_QUIET, ALARM_ANNOUNCE, ALARM_CLOSED } AlarmEffect;
/* An event of the engine. Returns whether it must be announced to people. */
AlarmEffect alarm_event(AlarmCore *a, const WatchEvent *e);
/* Operator actions: RC_STATE (no ctx detail) when the state does not allow it. */
Rc alarm_ack(AlarmCore *a);
Rc alarm_shelve(AlarmCore *a, int64_t now, int64_t until); /* RC_INVALID: until not in (now, now + 24 h] */
Rc alarm_unshelve(AlarmCore *a, AlarmEffect *effect);
Rc alarm_suppress(AlarmCore *a, int64_t now,
                  int64_t until); /* until TIME_NONE: open; RC_INVALID: not after now */
/* The parent works again, or the maintenance ended early. */
Rc alarm_unsuppress(AlarmCore *a, AlarmEffect *effect);
Rc alarm_out_of_service(AlarmCore *a);
Rc alarm_in_service(AlarmCore *a, AlarmEffect *effect);
/* A shelf or suppression whose end has come: announced now if the condition holds. */
AlarmEffect alarm_clock(AlarmCore *a, int64_t now);
