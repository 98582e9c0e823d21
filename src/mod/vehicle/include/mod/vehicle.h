/* Vehicles and geofences: a vehicle owns the points of its terminal, so that its positions are ordinary
 * readings under ordinary rules; geofences judge every position as it comes in. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_vehicle;
extern const Entity vehicle_entity;
extern const Entity geofence_entity;
