/* The watch: who is on duty (值班), what happened during a shift, and its handover (交接班). */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_shift;
extern const Entity duty_shift_entity, shift_log_entity, handover_entity;

/* Places of a roster, as "order" below. */
enum { DUTY_FIRST = 1, DUTY_BACKUP = 2, DUTY_LEAD = 3 };

/* The account on duty at w->now: of a body, or (body 0) of the watch itself, which is whoever is on a roster
 * and may judge alarms. 1 and *user, or 0 and *user 0 when nobody with an account is. */
Rc shift_on_duty(Work *w, int64_t body, int order, int64_t *user);
