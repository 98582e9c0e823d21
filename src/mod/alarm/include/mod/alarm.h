/* Alarm records: what the watch's events become for people, after ISA-18.2 / IEC 62682. */
#pragma once
#include "intake/intake.h"
#include "kernel/kernel.h"
#include "watch/watch.h"

extern const Module mod_alarm;
extern const Entity alarm_entity;

/* IntakeOptions.events: takes the events of one log position, in order. ud is the AlarmDesk. Blocks when the
 * records are far behind, so that memory stays bounded. */
typedef struct AlarmDesk AlarmDesk;
AlarmDesk *alarm_desk_new(Kernel *k);
/* The intake to tell what is booked. Events that come before (at start) wait for it. */
void alarm_desk_bind(AlarmDesk *desk, Intake *intake);
void alarm_desk_free(AlarmDesk **desk);
void alarm_desk_events(void *desk, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n);
/* The last position whose events stand in the records: IntakeOptions.events_seen. */
Rc alarm_events_seen(Work *w, uint64_t *out);
