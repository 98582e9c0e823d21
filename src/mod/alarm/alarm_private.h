/* Shared inside the slice. */
#pragma once
#include "mod/alarm.h"

extern const Entity maintenance_entity;

/* ---- alarm_record.c: between the record and the pure state machine of watch/watch.h ---- */
void alarm_core_load(const Record *rec, AlarmCore *core);
void alarm_core_store(const AlarmCore *core, Record *rec);
bool alarm_waiting(const Record *rec); /* does a person still have to acknowledge it? */
/* Write rec over old, note the change in the alarm's own event list, tell the browsers. */
Rc alarm_save(Work *w, const Record *old, Record *rec, const char *action, bool announce);
/* A new record, stored; the rest as alarm_save. */
Rc alarm_create(Work *w, Record *rec, const char *action, bool announce);
/* The timeline entry and the push to browsers, without storing the record. */
Rc alarm_tell(Work *w, const Record *rec, const char *action, bool announce);
void alarm_expand(Work *w, const Entity *e, const Record *rec, JsonOut *out);

/* ---- alarm_desk.c ---- */
Rc alarm_event_apply(Work *w, const RuleSet *rules, const IntakeEvent *event);
/* Ends shelves and suppressions whose time has come. */
Rc alarm_clock_run(Work *w);
/* Most severe active grade of each point, for the map; 0: none. */
uint8_t alarm_grade_of(void *desk, uint32_t number);
Rc alarm_desk_start(Ctx *ctx, AlarmDesk *desk);
void alarm_desk_stop(AlarmDesk *desk);

/* ---- alarm_actions.c ---- */
extern const Action alarm_actions[];
extern const size_t alarm_nactions;

/* ---- alarm_load.c: ISA-18.2 figures over activations, pure ---- */
typedef struct Activation {
    int64_t t;
    int64_t point_id;
    Str rule;
    int grade;
} Activation;
typedef struct LoadTop {
    int64_t point_id;
    Str rule;
    uint64_t n;
    bool chattering;
} LoadTop;
#define LOAD_TOP 10
typedef struct AlarmLoad {
    uint64_t activations, buckets, flood_buckets, flood_ms, peak;
    double per_day, per_hour, per_10min, flood_share, top_share;
    uint64_t by_grade[5];
    uint64_t chattering; /* tags with ≥ 3 activations in 60 s */
    LoadTop top[LOAD_TOP];
    size_t ntop;
} AlarmLoad;
/* Activations ascending by t, all in [from, to). Buckets of 10 min cut by the wall clock, empty ones counted; flood: more than
 * 10 in a bucket until a bucket has fewer than 5 (ISA-18.2, defaults of the design). operators ≥ 1 divides the rates. */
void alarm_load_count(Arena *a, const Activation *list, size_t n, int64_t from, int64_t to, int operators,
                      AlarmLoad *out);

/* ---- alarm_routes.c ---- */
extern const Route alarm_routes[];
extern const size_t alarm_nroutes;
