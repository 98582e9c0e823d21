/* Meetings and joint judgements (会议、会商研判): how often a body has to meet, what was met about, the
 * minutes without which a meeting does not count, and the decisions, which become tasks. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_meeting;
extern const Entity meeting_rule_entity;     /* "meeting-rules" */
extern const Entity meeting_entity;          /* "meetings" */
extern const Entity meeting_attendee_entity; /* "meeting-attendees" */
extern const Entity meeting_decision_entity; /* "meeting-decisions" */
