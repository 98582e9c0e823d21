/* Polling of Modbus TCP slaves: the program connects to them and asks, each on its own connection, one
 * request at a time. Which slaves there are comes from mod/modbus and may change at any time. Module
 * `gateway_modbus`, behind gateway_link in the list of modules. */
#pragma once
#include "gateway/modbus.h"
#include "kernel/kernel.h"

extern const Module gateway_modbus;

typedef struct GatewayModbusOptions {
    bool enabled; /* false: no connection is ever made */
} GatewayModbusOptions;
/* Before kernel_open. */
void gateway_modbus_configure(const GatewayModbusOptions *opt);

/* A slave, in an arena of its own, which holds all its texts. */
typedef struct ModbusDevice {
    Arena *arena;
    Str code; /* its identity on the page */
    const char *host;
    int port;
    uint8_t unit;
    int64_t period_ms, timeout_ms; /* > 0 */
    unsigned gap;                  /* see modbus_plan */
    ModbusItem *items;             /* sound: modbus_item_wrong */
    size_t nitems;
} ModbusDevice;
ModbusDevice *modbus_device_new(void);
void modbus_device_free(ModbusDevice **d);

/* The slaves from now on; the devices (not the array) are taken over. One that did not change keeps its
 * connection. Any thread but the loop's; returns when it is in effect. Without the module started, or not
 * enabled, they are only freed. */
void gateway_modbus_table(ModbusDevice **devices, size_t n);
