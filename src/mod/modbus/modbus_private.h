/* What the files of this slice share. */
#pragma once
#include "gateway/modbus_poll.h"
#include "mod/modbus.h"

/* Slaves polled; see docs/operations.md. */
enum { MODBUS_SLAVES_MAX = 1024, MODBUS_SLAVES_PER_HOST = 32 /* of one host and port */ };

/* Function ("3"), type, byte order and bit of an item as the codec knows them. false: one of them is no code
 * of its dictionary. */
bool item_of(Str function, Str type, Str order, int64_t address, int64_t bit, ModbusItem *out);

/* table.c: reads the table and hands it to the poller. */
Rc table_load(Ctx *ctx, Kernel *k);
/* Keeps the first devices that are within the limits and frees the others; returns how many were kept. */
size_t table_within(ModbusDevice **devices, size_t n);
void table_committed(Kernel *k, const Entity *e);
