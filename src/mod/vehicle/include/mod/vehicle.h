/* Vehicles and geofences: a vehicle owns the points of its terminal, so that its positions are ordinary
 * readings under ordinary rules; geofences judge every position as it comes in. */
#pragma once
#include "kernel/kernel.h"
#include "mod/alarm.h"

extern const Module mod_vehicle;
extern const Entity vehicle_entity;
extern const Entity geofence_entity;
/* What an alarm on a vehicle's `#fence` says: the fences, their kinds, the speed and its limit. For
 * alarm_tell_do. */
Rc vehicle_tell_alarm(Work *w, const AlarmAsk *ask, AlarmTold *out);
