/* Devices: what measures and transmits; a device may hang on another one (its gateway). */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_device;
extern const Entity device_entity;
