/* Which registers are asked for together. Items are sorted by function and address, then taken greedily into
 * a block while it stays within the limit of one request and the hole before the next item is not larger than
 * allowed. The number of blocks never exceeds that of the items, so splitting needs no memory. */
#include "gateway/modbus.h"
#include <stdlib.h>

static bool is_bits(unsigned function)
{
    return function == MODBUS_COILS || function == MODBUS_DISCRETE_INPUTS;
}

static const struct {
    const char *name;
    unsigned registers;
} types[MODBUS_TYPES] = {
    [MODBUS_BOOL] = {"bool", 1}, [MODBUS_U16] = {"u16", 1}, [MODBUS_I16] = {"i16", 1},
    [MODBUS_U32] = {"u32", 2},   [MODBUS_I32] = {"i32", 2}, [MODBUS_F32] = {"f32", 2},
    [MODBUS_F64] = {"f64", 4},
};
static const char *const orders[MODBUS_ORDERS] = {"ABCD", "CDAB", "BADC", "DCBA"};

int modbus_type_of(Str name)
{
    for (int i = 0; i < MODBUS_TYPES; i++)
        if (str_is(name, types[i].name)) return i;
    return -1;
}

int modbus_order_of(Str name)
{
    for (int i = 0; i < MODBUS_ORDERS; i++)
        if (str_is(name, orders[i])) return i;
    return -1;
}

const char *modbus_type_name(ModbusType t)
{
    return types[t].name;
}

const char *modbus_order_name(ModbusOrder o)
{
    return orders[o];
}

unsigned modbus_width(ModbusFunction f, ModbusType t)
{
    return is_bits(f) ? 1 : types[t].registers;
}

const char *modbus_item_wrong(const ModbusItem *it)
{
    if (it->function < MODBUS_COILS || it->function > MODBUS_INPUT_REGISTERS) return "function";
    if (it->type >= MODBUS_TYPES || (is_bits(it->function) && it->type != MODBUS_BOOL)) return "type";
    if (it->order >= MODBUS_ORDERS) return "order";
    if (it->bit > 15 || (it->bit && is_bits(it->function))) return "bit";
    if (it->address + modbus_width(it->function, it->type) > 65536) return "address";
    return NULL;
}

/* ---- Blocks ---- */

static unsigned end_of(const ModbusItem *it)
{
    return it->address + modbus_width(it->function, it->type);
}

static int by_place(const void *a, const void *b, void *items)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const ModbusItem *x = (const ModbusItem *)items + i, *y = (const ModbusItem *)items + k;
    if (x->function != y->function) return x->function - y->function;
    if (x->address != y->address) return x->address - y->address;
    return i < k ? -1 : 1;
}

/* The span of n items from `first` on. */
static ModbusBlock block_of(const ModbusPlan *plan, size_t first, size_t n)
{
    const ModbusItem *it = &plan->items[plan->order[first]];
    ModbusBlock b = {.function = it->function, .address = it->address, .first = first, .n = n};
    unsigned end = 0;
    for (size_t i = first; i < first + n; i++) {
        unsigned e = end_of(&plan->items[plan->order[i]]);
        if (e > end) end = e;
    }
    b.count = (uint16_t)(end - b.address);
    return b;
}

static bool fits(const ModbusBlock *b, const ModbusItem *it, unsigned gap)
{
    bool bits = is_bits(b->function);
    unsigned end = b->address + b->count, hole = bits ? gap * 16 : gap;
    if (it->function != b->function || it->address > end + hole) return false;
    unsigned all = (end_of(it) > end ? end_of(it) : end) - b->address;
    return all <= (bits ? MODBUS_BITS_MAX : MODBUS_REGISTERS_MAX);
}

void modbus_plan(Arena *a, const ModbusItem *items, size_t n, unsigned gap, ModbusPlan *out)
{
    *out = (ModbusPlan){.items = items, .nitems = n};
    if (!n) return;
    out->order = ARENA_ARRAY(a, uint32_t, n);
    out->blocks = ARENA_ARRAY(a, ModbusBlock, n);
    for (size_t i = 0; i < n; i++) out->order[i] = (uint32_t)i;
    qsort_r(out->order, n, sizeof *out->order, by_place, (void *)(uintptr_t)items);
    for (size_t i = 0; i < n; i++) {
        ModbusBlock *last = out->nblocks ? &out->blocks[out->nblocks - 1] : NULL;
        if (last && fits(last, &items[out->order[i]], gap)) *last = block_of(out, last->first, last->n + 1);
        else out->blocks[out->nblocks++] = block_of(out, i, 1);
    }
}

bool modbus_split(ModbusPlan *plan, size_t i)
{
    ModbusBlock whole = plan->blocks[i];
    if (whole.n < 2) return false;
    size_t half = whole.n / 2;
    memmove(&plan->blocks[i + 2], &plan->blocks[i + 1], (plan->nblocks - i - 1) * sizeof *plan->blocks);
    plan->blocks[i] = block_of(plan, whole.first, half);
    plan->blocks[i + 1] = block_of(plan, whole.first + half, whole.n - half);
    plan->nblocks++;
    return true;
}
