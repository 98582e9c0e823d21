/* Alarm records: what the watch's events become for people, after ISA-18.2 / IEC 62682. */
#pragma once
#include "intake/intake.h"
#include "kernel/kernel.h"
#include "watch/watch.h"

extern const Module mod_alarm;
extern const Entity alarm_entity;

/* What a city sets. Before kernel_open; without it: groups of 60 s, suppressions of 7 days, 500 m. */
typedef struct AlarmOptions {
    int64_t group_ms;         /* alarms of one object that rise within it are one group; 0: no groups */
    int64_t suppress_most_ms; /* how far away the end of an operator's suppression may be; > 0 */
    double near_m;            /* radius of an alarm's surroundings when the caller names none; metres */
} AlarmOptions;
void alarm_configure(const AlarmOptions *opt);

/* Judges an alarm true, as the action "judge" does; reason may be NULL. For who makes a warning of it. */
Rc alarm_judge_true(Work *w, const Record *alarm, const char *reason);
/* The readings around an alarm as member `key` of an open object, as papers draw charts (paper/paper.h); no
 * member when there are none. */
Rc alarm_chart(Work *w, const Record *alarm, Lang lang, const char *key, JsonOut *o);
/* Who is asked when the clock of an alarm that nobody judged ("alarm.judge") reaches a step: the slice of
 * warnings says so at its start. One for the whole program; NULL: nobody. */
struct ClockStep;
typedef Rc (*AlarmUnjudged)(Work *w, const Record *alarm, const struct ClockStep *step);
void alarm_unjudged_do(AlarmUnjudged fn);

/* A figure may stand for something that only another slice knows: which fences a vehicle has broken. Such a
 * slice is asked when an event of a level rule is booked. */
typedef struct AlarmAsk {
    const Record *point;
    const WatchEvent *e;
    Intake *intake; /* NULL: no readings at hand */
} AlarmAsk;
typedef struct AlarmTold {
    Str happened[LANG_COUNT]; /* "车速 92 km/h，超过限速 60 km/h（围栏「南环路」）", without a time */
    double value, limit; /* what the alarm shows in place of the point's figure; NaN: none */
    Str unit;            /* of both; empty: none */
    Str facts;           /* JSON object, kept as the alarm's `facts`; empty: none */
} AlarmTold;
/* 1: told; 0: not one of mine; < 0: the event is booked again later. */
typedef Rc (*AlarmTell)(Work *w, const AlarmAsk *ask, AlarmTold *out);
void alarm_tell_do(AlarmTell fn); /* one for the whole program; NULL: nobody */

/* Books events and runs the clock of the alarms. Made between kernel_open and kernel_start, where it provides
 * "point_grades" (mod/point.h); to be provided as "alarm_desk". Order at the end: kernel_stop, intake_close,
 * kernel_close, alarm_desk_free. */
typedef struct AlarmDesk AlarmDesk;
AlarmDesk *alarm_desk_new(Kernel *k);
/* The intake to tell what is booked. Events that come before are booked, and told when it is bound. */
void alarm_desk_bind(AlarmDesk *desk, Intake *intake);
void alarm_desk_free(AlarmDesk **desk);
/* IntakeOptions.events: takes the events of one log position, in order. desk is the AlarmDesk. Returns when
 * they are booked, so that memory stays bounded; after kernel_stop it gives up when the database fails, and
 * the events come again at the next start. */
void alarm_desk_events(void *desk, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n);
/* One event of the watch: opens, changes or closes a record. The desk does it for those of the log; others
 * may bring in alarms of the past, with w->now as the time at which each thing happened. */
Rc alarm_event_apply(Work *w, const RuleSet *rules, const IntakeEvent *event);
/* The last position whose events stand in the records: IntakeOptions.events_seen. */
Rc alarm_events_seen(Work *w, uint64_t *out);
/* Removes events before t of alarms that ended, a few thousand at a time; *n: how many went. */
Rc alarm_events_trim(Work *w, int64_t before, int64_t *n);
