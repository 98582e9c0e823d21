/* Shared inside the slice. */
#pragma once
#include "mod/alarm.h"

extern const Entity maintenance_entity;
const AlarmOptions *alarm_options(void); /* alarm.c */

/* ---- alarm_record.c: between the record and the pure state machine of watch/watch.h ---- */
void alarm_core_load(const Record *rec, AlarmCore *core);
void alarm_core_store(const AlarmCore *core, Record *rec);
bool alarm_waiting(const Record *rec);          /* does a person still have to acknowledge it? */
const char *alarm_id_text(Work *w, int64_t id); /* decimal, as group_id and suppressed_by hold it */

/* What happened to an alarm: one entry of its timeline, one event for the browsers. */
typedef struct AlarmNote {
    const char *event; /* "raise" … "return", an action's name, or "release", "close"; static text */
    int64_t t;
    double value;                 /* NaN: none */
    bool announce;                /* people are called */
    const struct AlarmSaid *said; /* of an event of the watch, else NULL */
} AlarmNote;
/* The timeline entry, and what the entity's changed hook will tell the browsers once the record is written.
 * For actions, whose record the kernel writes. */
Rc alarm_note(Work *w, Record *rec, const AlarmNote *note);
/* The same, and writes rec: over old, or as a new record when old is NULL. */
Rc alarm_save(Work *w, const Record *old, Record *rec, const AlarmNote *note);
/* The entity's hooks. */
Rc alarm_changed(Work *w, const Entity *e, const Record *old, const Record *rec);
void alarm_expand(Work *w, const Entity *e, const Record *rec, JsonOut *out);

/* ---- alarm_words.c: what an event says ---- */
typedef struct AlarmSaid {
    Str reason[LANG_COUNT];
    double value, limit; /* NaN: none */
    Str facts;           /* JSON object; empty: none */
    bool told;           /* another slice said it, and value, limit and unit are not the point's */
    Str unit;            /* when told */
} AlarmSaid;
Rc alarm_say(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point, AlarmSaid *out);
Str alarm_shortened(Str s, size_t n); /* the text's first n code points */

/* ---- alarm_hold.c: held back by design ---- */
/* Is an active alarm of this point to be held now, by an open maintenance window or by the failure of a
 * device above it? Then core is suppressed and rec says by what: 1; else 0. */
Rc alarm_hold(Work *w, const Record *point, AlarmCore *core, Record *rec);
/* The same for whoever is about to announce: *effect becomes ALARM_QUIET when it is held. */
Rc alarm_hold_announced(Work *w, const Record *point, AlarmCore *core, Record *rec, AlarmEffect *effect);
/* An offline alarm has risen: those of the devices below it are held. It has returned: they are looked at
 * again. */
Rc alarm_hold_children(Work *w, const Record *point, const Record *alarm);
Rc alarm_release_children(Work *w, const Record *alarm);
/* The maintenance window's changed hook. */
Rc alarm_window_changed(Work *w, const Entity *e, const Record *old, const Record *rec);
/* Is there anything for alarm_clock_run to do at w->now? A reader is enough. */
Rc alarm_clock_due(Work *w);
/* Ends shelves and suppressions whose time has come, holds what a maintenance window that has begun covers:
 * at most 500 of each in one call. Returns how many. */
Rc alarm_clock_run(Work *w);

/* ---- alarm_grades.c: most severe announced grade of each point, for the map ---- */
typedef struct AlarmGrades AlarmGrades;
AlarmGrades *alarm_grades_new(Kernel *k);
void alarm_grades_free(AlarmGrades **g);
uint8_t alarm_grade_of(void *grades, uint32_t number); /* 0: none; any thread, no lock */
/* The point's alarms are being changed; 0: all points'. */
void alarm_grades_touch(AlarmGrades *g, int64_t point_id);
/* Reads what was touched since the last time. */
void alarm_grades_refresh(AlarmGrades *g);

/* ---- alarm_desk.c ---- */
/* The grades of this kernel's desk; NULL when it has none (a command without alarms). */
AlarmGrades *alarm_desk_grades(Kernel *k);
/* The intake behind it; NULL: not bound, or no desk. */
Intake *alarm_desk_intake(Kernel *k);
Rc alarm_desk_start(Ctx *ctx, AlarmDesk *desk);
void alarm_desk_stop(AlarmDesk *desk);

/* ---- alarm_actions.c ---- */
enum { ALARM_ACTIONS = 7 };
extern const Action alarm_actions[ALARM_ACTIONS];
/* A verdict as the action takes it: codes of "verdict" and "false_reason" (may be null), a text (may be
 * null).
 */
typedef struct AlarmVerdict {
    DbVal verdict, reason, code;
} AlarmVerdict;
/* Notes the verdict on rec, which the caller writes as "judge". RC_INVALID: a reason is wanting. */
Rc alarm_judge(Work *w, Record *rec, const AlarmVerdict *v);

/* ---- alarm_judge.c: the time to judge ---- */
enum { ALARM_LIMITS = 2 };
extern const LimitSeed alarm_limits[ALARM_LIMITS];
/* Starts, moves or stops the alarm's clock when it has changed; in the entity's changed hook. */
Rc alarm_judge_clock(Work *w, const Record *old, const Record *rec);
/* Entity.step. */
Rc alarm_step(Work *w, const Entity *e, Record *rec, const struct ClockStep *step);

/* ---- alarm_load.c: ISA-18.2 figures over activations, pure ---- */
typedef struct Activation {
    int64_t t;
    int64_t point_id;
    Str rule;
    int grade;
    bool again; /* announced again while it stands (a more severe grade, the end of a shelf): load, no chatter
                 */
} Activation;
typedef struct LoadTop {
    int64_t point_id;
    Str rule;
    uint64_t n;
    uint64_t burst; /* most of it in any 60 s */
    bool chattering;
} LoadTop;
#define LOAD_TOP 10
typedef struct AlarmLoad {
    uint64_t activations, buckets, flood_buckets, peak;
    double per_day, per_hour, per_10min, flood_share, top_share;
    uint64_t by_grade[5];
    uint64_t chattering;                      /* tags with ≥ 3 activations in 60 s */
    int64_t peak_at;                          /* start of the bucket with the peak; TIME_NONE: nothing rose */
    LoadTop top[LOAD_TOP], chatter[LOAD_TOP]; /* the most frequent of all, and of those that chatter */
    size_t ntop, nchatter;
} AlarmLoad;
/* Activations ascending by t, all in [from, to). Buckets of 10 min cut by the wall clock, empty ones counted;
 * flood: more than 10 in a bucket until a bucket has fewer than 5 (ISA-18.2, defaults of the design).
 * operators ≥ 1 divides the rates. */
void alarm_load_count(Arena *a, const Activation *list, size_t n, int64_t from, int64_t to, int operators,
                      AlarmLoad *out);

/* ---- alarm_routes.c ---- */
enum { ALARM_ROUTES = 6 };
extern const Route alarm_routes[ALARM_ROUTES];
/* One field error for each query parameter that is not in names (NULL-ended). */
Rc alarm_query_only(Req *req, const char *const *names);
/* A whole number of the query from 1 to most; fallback without one. */
Rc alarm_query_whole(Req *req, const char *name, int64_t fallback, int64_t most, int64_t *out);
/* The record of the path's {id}. RC_NOT_FOUND. */
Rc alarm_of_path(Req *req, Work *w, Record **out);

/* ---- alarm_load_route.c ---- */
Rc alarm_load(Req *req, Res *res);

/* ---- alarm_groups.c ---- */
Rc alarm_group_show(Req *req, Res *res);
Rc alarm_group_judge(Req *req, Res *res);

/* ---- alarm_evidence.c ---- */
Rc alarm_evidence(Req *req, Res *res);

/* ---- alarm_near.c: what stands around an alarm ---- */
typedef struct Place {
    double lon, lat; /* degrees */
    double radius;   /* metres, ≤ ALARM_NEAR_MOST */
} Place;
#define ALARM_NEAR_LEAST 50
#define ALARM_NEAR_MOST  5000
/* Writes the members "distance_m", "bearing" and "direction" of one that lies at lon, lat. */
void alarm_near_where(const Place *from, double lon, double lat, JsonOut *out);
/* Writes the member "near": schools, hospitals, crowds, hazards, pipes and water within the radius. self: the
 * alarm's own object, left out; 0: none. */
Rc alarm_near_write(Work *w, const Place *at, int64_t self, JsonOut *out);
/* A box around the place that holds the radius, for a query: west, south, east, north. */
typedef struct Box {
    double w, s, e, n;
} Box;
Box alarm_near_box(const Place *at);

/* Entity.timeline: the reading and the alarm it raised (alarm_timeline.c). */
Rc alarm_timeline(Work *w, const Entity *e, const Record *rec, TimelineOut *out);
