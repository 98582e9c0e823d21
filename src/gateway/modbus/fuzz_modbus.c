/* What a slave may send, against a plan made of the first bytes: cut, believed or not, taken apart, put into
 * words. The plan must keep its limits and cover every item, split or not. */
#include "base/rc.h"
#include "gateway/modbus.h"
#include "gateway/recorder.h"

enum { ITEM_BYTES = 5, ITEMS_MAX = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t read_items(const uint8_t *data, size_t size, ModbusItem *items)
{
    size_t n = 0;
    for (; size >= ITEM_BYTES && n < ITEMS_MAX; data += ITEM_BYTES, size -= ITEM_BYTES) {
        ModbusItem it = {.source = STR("modbus:D/i"),
                         .function = data[0] & 7,
                         .type = data[0] >> 3 & 7,
                         .order = data[1] & 3,
                         .bit = data[1] >> 2 & 15,
                         .address = (uint16_t)(data[2] << 8 | data[3]),
                         .scale = data[4],
                         .offset = 1};
        if (!modbus_item_wrong(&it)) items[n++] = it;
    }
    return n;
}

static void check_plan(const ModbusPlan *plan)
{
    size_t covered = 0;
    for (size_t i = 0; i < plan->nblocks; i++) {
        const ModbusBlock *b = &plan->blocks[i];
        ENSURE(b->n && b->first == covered);
        covered += b->n;
        ENSURE(b->count &&
               b->count <= (b->function <= MODBUS_DISCRETE_INPUTS ? MODBUS_BITS_MAX : MODBUS_REGISTERS_MAX));
        for (size_t k = b->first; k < covered; k++) {
            const ModbusItem *it = &plan->items[plan->order[k]];
            ENSURE(it->function == b->function && it->address >= b->address);
            ENSURE(it->address + modbus_width(it->function, it->type) <= (unsigned)b->address + b->count);
        }
    }
    ENSURE(covered == plan->nitems);
}

static void take(Arena *a, ModbusPlan *plan, size_t i, Str frame)
{
    Str got;
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.out = &out};
    ReadingSink sink = recorder_sink(&r);
    uint16_t transaction = (uint16_t)((unsigned char)frame.p[0] << 8 | (unsigned char)frame.p[1]);
    const char *why = modbus_check_reply(frame, transaction, (uint8_t)frame.p[6], &plan->blocks[i], &got);
    if (!why) ENSURE(modbus_decode(plan, &plan->blocks[i], got, &sink) == plan->blocks[i].n);
    else modbus_split(plan, i);
    check_plan(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    Arena *a = arena_new(0);
    ModbusItem items[ITEMS_MAX];
    size_t table = data[0] < size - 2 ? data[0] : size - 2;
    size_t n = read_items(data + 2, table, items);
    ModbusPlan plan;
    modbus_plan(a, items, n, data[1] % (MODBUS_GAP_MAX + 1), &plan);
    check_plan(&plan);
    Str s = str_n((const char *)data + 2 + table, size - 2 - table);
    for (size_t i = 0; s.n; i++) {
        const char *code;
        long k = modbus_cut(s, &code);
        StrBuf words;
        buf_init(&words, a);
        modbus_describe(s, LANG_ZH, &words);
        ENSURE(str_utf8_ok(buf_str(&words)));
        if (k <= 0) break;
        Str frame = str_n(s.p, (size_t)k);
        modbus_describe(frame, i & 1 ? LANG_EN : LANG_ZH, &words);
        if (plan.nblocks) take(a, &plan, i % plan.nblocks, frame);
        s = str_n(s.p + k, s.n - (size_t)k);
    }
    arena_free(&a);
    return 0;
}
