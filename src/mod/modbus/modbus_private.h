/* What the files of this slice share. */
#pragma once
#include "gateway/modbus_poll.h"
#include "mod/modbus.h"

/* Function ("3"), type, byte order and bit of an item as the codec knows them. false: one of them is no code
 * of its dictionary. */
bool item_of(Str function, Str type, Str order, int64_t address, int64_t bit, ModbusItem *out);

/* table.c: reads the table and hands it to the poller. */
Rc table_load(Ctx *ctx, Kernel *k);
void table_committed(Kernel *k, const Entity *e);
