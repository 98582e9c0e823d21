/* The table of Modbus TCP slaves and what is read of them, as records; a change takes effect at once. Stands
 * behind gateway_modbus in the list of modules. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_modbus;
extern const Entity modbus_device_entity;
extern const Entity modbus_item_entity;
