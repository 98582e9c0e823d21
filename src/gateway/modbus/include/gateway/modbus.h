/* Modbus TCP, the reading half (functions 1–4), as tables of items and pure functions: which registers are
 * asked for in which requests, what a reply means. No socket, no clock. Frames are whole Modbus TCP frames
 * (Modbus Messaging on TCP/IP 1.0b: MBAP header and PDU), the limits those of the Modbus Application Protocol
 * 1.1b3. */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

enum {
    MODBUS_REGISTERS_MAX = 125, /* in one request, functions 3 and 4 */
    MODBUS_BITS_MAX = 2000,     /* functions 1 and 2 */
    MODBUS_FRAME_MAX = 260,
    MODBUS_REQUEST_BYTES = 12,
    MODBUS_GAP_MAX = 125,
};

typedef enum {
    MODBUS_COILS = 1,
    MODBUS_DISCRETE_INPUTS = 2,
    MODBUS_HOLDING_REGISTERS = 3,
    MODBUS_INPUT_REGISTERS = 4
} ModbusFunction;

typedef enum {
    MODBUS_BOOL,
    MODBUS_U16,
    MODBUS_I16,
    MODBUS_U32,
    MODBUS_I32,
    MODBUS_F32,
    MODBUS_F64,
    MODBUS_TYPES
} ModbusType;

/* How the bytes of a value lie in its registers; ABCD is the standard's big-endian. CDAB: words swapped;
 * BADC: bytes swapped within each word; DCBA: both. A value of one register knows only the bytes; of four
 * registers the same rules hold for all four words. */
typedef enum { MODBUS_ABCD, MODBUS_CDAB, MODBUS_BADC, MODBUS_DCBA, MODBUS_ORDERS } ModbusOrder;

/* "u16", "CDAB"; -1: none. */
int modbus_type_of(Str name);
int modbus_order_of(Str name);
const char *modbus_type_name(ModbusType t);
const char *modbus_order_name(ModbusOrder o);
/* Registers (or 1 bit) that a value takes. */
unsigned modbus_width(ModbusFunction f, ModbusType t);

typedef struct ModbusItem {
    Str source;     /* "modbus:DEVICE/ITEM", the key when no point is named */
    uint32_t point; /* number of the point that takes it; 0: by the source */
    uint8_t function;
    uint16_t address; /* from 0, as on the wire */
    uint8_t type, order;
    uint8_t bit;          /* 0–15, of a register: for MODBUS_BOOL with functions 3 and 4 */
    double scale, offset; /* reading = raw × scale + offset */
} ModbusItem;

/* NULL, or a static text (English) why the item cannot be read: its width goes past address 65535, a number
 * is wanted of a bit … */
const char *modbus_item_wrong(const ModbusItem *it);

/* ---- Which requests ---- */

/* One request: items order[first] … order[first + n - 1] lie in `count` registers (bits) from `address`. */
typedef struct ModbusBlock {
    uint8_t function;
    uint16_t address, count;
    size_t first, n;
    int64_t rest_until; /* the caller's: not asked before; 0 in a new or split block */
} ModbusBlock;

typedef struct ModbusPlan {
    const ModbusItem *items;
    size_t nitems;
    uint32_t *order; /* items by function and address */
    ModbusBlock *blocks;
    size_t nblocks;
} ModbusPlan;

/* Merges items into as few requests as the limits allow; between two items of a request at most gap registers
 * (16 × gap bits) that no item names. All items are sound (modbus_item_wrong). Memory from a; items are
 * borrowed.
 */
void modbus_plan(Arena *a, const ModbusItem *items, size_t n, unsigned gap, ModbusPlan *out);
/* A slave that refuses the address of one item refuses the whole block: cuts block i into two halves. false:
 * it holds a single item. */
bool modbus_split(ModbusPlan *plan, size_t i);

/* ---- Frames ---- */

void modbus_request(uint16_t transaction, uint8_t unit, const ModbusBlock *b,
                    unsigned char out[MODBUS_REQUEST_BYTES]);
/* Length of the first whole frame; 0: more bytes are needed; negative: this is no Modbus TCP (*code says
 * "protocol" or "length") and nothing behind it can be trusted. */
long modbus_cut(Str bytes, const char **code);

/* Codes of the exceptions 1–11 and of replies that do not fit their request; see reasons below. NULL: the
 * reply is good, *data has the registers' (bits') bytes. transaction may come first as "transaction". */
const char *modbus_check_reply(Str frame, uint16_t transaction, uint8_t unit, const ModbusBlock *b,
                               Str *data);
/* Code of an exception of the wire: 2 → "illegal_address"; "exception" for one the standard does not name. */
const char *modbus_exception(unsigned n);
/* Hands the block's values to the sink, time TIME_NONE. data as given by modbus_check_reply. Returns their
 * number.
 */
size_t modbus_decode(const ModbusPlan *plan, const ModbusBlock *b, Str data, const ReadingSink *sink);
/* The raw value of one item whose bytes begin at p (functions 3 and 4). */
double modbus_value(const ModbusItem *it, const unsigned char *p);

typedef struct ModbusReason {
    const char *code;
    Text text;
} ModbusReason;
extern const ModbusReason modbus_reasons[];
extern const size_t modbus_nreasons;

/* A request or reply in words, one fact a line. */
void modbus_describe(Str frame, Lang lang, StrBuf *out);
