/* Requests out, replies in. A reply is believed only when transaction, unit, function and length are those of
 * the request; then its values are taken apart by the items' types and byte orders. */
#include "gateway/modbus.h"
#include <math.h>

enum { HEADER = 7, EXCEPTION = 0x80 };

static unsigned u16_at(const char *p)
{
    return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

static void put_u16(unsigned char *p, unsigned v)
{
    p[0] = (unsigned char)(v >> 8);
    p[1] = (unsigned char)v;
}

void modbus_request(uint16_t transaction, uint8_t unit, const ModbusBlock *b,
                    unsigned char out[MODBUS_REQUEST_BYTES])
{
    put_u16(out, transaction);
    put_u16(out + 2, 0);
    put_u16(out + 4, 6);
    out[6] = unit;
    out[7] = b->function;
    put_u16(out + 8, b->address);
    put_u16(out + 10, b->count);
}

/* The length field counts the unit and the PDU, which has at least a function and one byte more. */
long modbus_cut(Str bytes, const char **code)
{
    if (bytes.n >= 4 && u16_at(bytes.p + 2) != 0) {
        *code = "protocol";
        return -(long)bytes.n;
    }
    if (bytes.n < 6) return 0;
    unsigned length = u16_at(bytes.p + 4);
    if (length < 3 || length + 6 > MODBUS_FRAME_MAX) {
        *code = "length";
        return -(long)bytes.n;
    }
    return bytes.n >= length + 6 ? (long)length + 6 : 0;
}

/* ---- Replies ---- */

/* By exception code; the words of the standard, in short. */
static const char *const exceptions[] = {NULL,
                                         "illegal_function",
                                         "illegal_address",
                                         "illegal_value",
                                         "device_failure",
                                         "acknowledge",
                                         "busy",
                                         NULL,
                                         "memory_parity",
                                         NULL,
                                         "gateway_path",
                                         "gateway_target"};

const ModbusReason modbus_reasons[] = {
    {"illegal_function", T("异常 01：不支持的功能", "exception 01: illegal function")},
    {"illegal_address", T("异常 02：地址不存在", "exception 02: illegal data address")},
    {"illegal_value", T("异常 03：数值或数量无效", "exception 03: illegal data value")},
    {"device_failure", T("异常 04：设备故障", "exception 04: server device failure")},
    {"acknowledge", T("异常 05：已受理，尚未完成", "exception 05: acknowledge, not finished")},
    {"busy", T("异常 06：设备忙", "exception 06: server device busy")},
    {"memory_parity", T("异常 08：存储校验错误", "exception 08: memory parity error")},
    {"gateway_path", T("异常 0A：网关路径不可用", "exception 0A: gateway path unavailable")},
    {"gateway_target", T("异常 0B：网关目标设备无响应", "exception 0B: gateway target failed to respond")},
    {"exception", T("未知异常代码", "unknown exception code")},
    {"protocol", T("协议标识不是 0，不是 Modbus TCP", "protocol identifier not 0: not Modbus TCP")},
    {"length", T("长度不符", "wrong length")},
    {"transaction", T("事务号不符（迟到或错位的应答）", "wrong transaction: a late or misplaced reply")},
    {"unit", T("单元号不符", "wrong unit")},
    {"function", T("功能码不符", "wrong function")},
    {"timeout", T("超时未应答", "no reply in time")},
    {"connect", T("无法连接", "no connection")},
    {"lost", T("连接中断", "connection lost")},
};
const size_t modbus_nreasons = ARRAY_LEN(modbus_reasons);

static size_t data_bytes(const ModbusBlock *b)
{
    bool bits = b->function <= MODBUS_DISCRETE_INPUTS;
    return bits ? (b->count + 7u) / 8 : b->count * 2u;
}

const char *modbus_exception(unsigned n)
{
    return n < ARRAY_LEN(exceptions) && exceptions[n] ? exceptions[n] : "exception";
}

const char *modbus_check_reply(Str frame, uint16_t transaction, uint8_t unit, const ModbusBlock *b, Str *data)
{
    const unsigned char *p = (const unsigned char *)frame.p;
    const char *code = "length";
    if (frame.n < HEADER + 2 || modbus_cut(frame, &code) != (long)frame.n) return code;
    if (u16_at(frame.p) != transaction) return "transaction";
    if (p[6] != unit) return "unit";
    if (p[7] == (b->function | EXCEPTION)) return frame.n == HEADER + 2 ? modbus_exception(p[8]) : "length";
    if (p[7] != b->function) return "function";
    size_t n = data_bytes(b);
    if (p[8] != n || frame.n != HEADER + 2 + n) return "length";
    *data = str_n(frame.p + HEADER + 2, n);
    return NULL;
}

/* ---- Values ---- */

/* The value's bytes, most significant first. */
static uint64_t gather(const unsigned char *p, unsigned registers, unsigned order)
{
    bool words_swapped = order == MODBUS_CDAB || order == MODBUS_DCBA;
    bool bytes_swapped = order == MODBUS_BADC || order == MODBUS_DCBA;
    uint64_t v = 0;
    for (unsigned i = 0; i < registers; i++) {
        const unsigned char *w = p + 2 * (words_swapped ? registers - 1 - i : i);
        v = v << 16 | (bytes_swapped ? (unsigned)w[1] << 8 | w[0] : (unsigned)w[0] << 8 | w[1]);
    }
    return v;
}

static double as_f32(uint64_t raw)
{
    uint32_t bits = (uint32_t)raw;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static double as_f64(uint64_t raw)
{
    double d;
    memcpy(&d, &raw, sizeof d);
    return d;
}

double modbus_value(const ModbusItem *it, const unsigned char *p)
{
    uint64_t raw = gather(p, modbus_width(MODBUS_HOLDING_REGISTERS, it->type), it->order);
    switch ((ModbusType)it->type) {
    case MODBUS_BOOL:
        return (double)(raw >> it->bit & 1);
    case MODBUS_I16:
        return (int16_t)(uint16_t)raw;
    case MODBUS_I32:
        return (int32_t)(uint32_t)raw;
    case MODBUS_F32:
        return as_f32(raw);
    case MODBUS_F64:
        return as_f64(raw);
    case MODBUS_U16:
    case MODBUS_U32:
    default:
        return (double)raw;
    }
}

static double item_value(const ModbusBlock *b, const ModbusItem *it, const unsigned char *data)
{
    unsigned at = it->address - b->address;
    double raw = b->function <= MODBUS_DISCRETE_INPUTS ? data[at / 8] >> (at % 8) & 1
                                                       : modbus_value(it, data + 2 * (size_t)at);
    /* A scale like 0.1 means tenths: divided, 613 is 61.3 and not 61.300000000000004. */
    double parts = rint(1 / it->scale);
    double v = fabs(parts) <= 1e9 && 1 / parts == it->scale ? raw / parts : raw * it->scale;
    return v + it->offset;
}

size_t modbus_decode(const ModbusPlan *plan, const ModbusBlock *b, Str data, const ReadingSink *sink)
{
    ENSURE(data.n == data_bytes(b));
    for (size_t i = b->first; i < b->first + b->n; i++) {
        const ModbusItem *it = &plan->items[plan->order[i]];
        double v = item_value(b, it, (const unsigned char *)data.p);
        if (it->point && sink->known(sink->ud, it->point)) sink->add(sink->ud, it->point, TIME_NONE, v, 0);
        else sink->source(sink->ud, it->source, TIME_NONE, v, 0);
    }
    return b->n;
}
