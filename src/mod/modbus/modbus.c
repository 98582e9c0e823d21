/* The two registers: slaves and what is read of them. Everything an office enters is checked here, so that
 * the poller only sees items it can read. */
#include "modbus_private.h"
#include "mod_modbus_queries_sql.h"
#include <arpa/inet.h>

/* ---- Slaves ---- */

static const Field device_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("从站编号", "Code"),
     T("数据来源键 modbus:从站/点号 的前半", "first half of the source key modbus:SLAVE/ITEM"), NULL, "basic",
     NULL},
    {"name", F_TEXT, F_REQUIRED | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120, T("从站名称", "Name"), T("", ""),
     NULL, "basic", NULL},
    {"device", F_REF, F_FILTER | F_LIST | F_INDEX, "devices", 0, 0, T("设备", "Device"),
     T("台账中的设备", "the device in the register"), NULL, "basic", NULL},
    {"host", F_TEXT, F_REQUIRED | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 253, T("主机", "Host"),
     T("IP 地址或主机名，平台将主动连接", "address or name; the platform connects to it"), NULL, "technical",
     NULL},
    {"port", F_INT, F_REQUIRED | F_LIST, NULL, 1, 65535, T("端口", "Port"), T("", ""), NULL, "technical",
     "502"},
    {"unit", F_INT, F_REQUIRED | F_LIST, NULL, 0, 255, T("单元号", "Unit"),
     T("网关后的从站地址", "the slave behind a gateway"), NULL, "technical", "1"},
    {"period_ms", F_INT, F_REQUIRED | F_LIST, NULL, 100, 86400000, T("轮询周期", "Period"), T("", ""), "ms",
     "technical", "1000"},
    {"timeout_ms", F_INT, F_REQUIRED, NULL, 50, 60000, T("应答时限", "Time-out"),
     T("连续三次超时断开重连", "three in a row end the connection"), "ms", "technical", "1000"},
    {"gap", F_INT, F_REQUIRED, NULL, 0, MODBUS_GAP_MAX, T("合并间隔", "Gap"),
     T("相邻点号之间可一并读出的未登记寄存器个数，0 为只读登记的",
       "registers between two items that may be read along; 0: only those registered"),
     NULL, "technical", "0"},
    {"enabled", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("启用", "Enabled"), T("", ""), NULL, "technical",
     "true"},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static bool ipv6_ok(Str host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (host.n >= sizeof text) return false;
    memcpy(text, host.p, host.n);
    text[host.n] = 0;
    return inet_pton(AF_INET6, text, &address) == 1;
}

static bool label_ok(Str s)
{
    return s.n && s.p[0] != '-' && s.p[s.n - 1] != '-' && !str_is(s, "_");
}

/* An IPv6 address, or labels with dots between them. */
static bool host_ok(Str host)
{
    if (host.n && memchr(host.p, ':', host.n)) return ipv6_ok(host);
    size_t label = 0;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !strchr(".-_", c)) return false;
        if (c != '.') continue;
        if (!label_ok(str_n(host.p + label, i - label))) return false;
        label = i + 1;
    }
    return host.n == 0 || label_ok(str_n(host.p + label, host.n - label)); /* the store asks for it */
}

/* Every slave polled is a connection that this server keeps trying, to wherever the record says. */
static Rc check_number(Work *w, const Entity *e, const Record *rec)
{
    DbCursor *c;
    const DbVal *enabled = rec_val(e, rec, "enabled");
    if (enabled->type == DB_NULL || !enabled->i) return RC_OK;
    Rc rc = db_query_one(w->ctx, w->db, &q_modbus_enabled_others,
                         DB_ARGS(db_val_text(rec_text(e, rec, "host")), db_val_i64(rec_i64(e, rec, "port")),
                                 db_val_i64(rec->id)),
                         &c);
    int64_t all = rc > 0 ? db_i64(c, 0) : 0, same = rc > 0 ? db_i64(c, 1) : 0;
    db_close(&c);
    if (rc < 0) return rc;
    if (same >= MODBUS_SLAVES_PER_HOST)
        return FAIL_FIELD(w->ctx, "host", "limit", 0, "同一主机和端口最多启用 %d 个从站",
                          "at most %d slaves may be enabled for one host and port", MODBUS_SLAVES_PER_HOST);
    if (all >= MODBUS_SLAVES_MAX)
        return FAIL_FIELD(w->ctx, "host", "limit", 0, "最多启用 %d 个从站",
                          "at most %d slaves may be enabled", MODBUS_SLAVES_MAX);
    return RC_OK;
}

static Rc validate_device(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (host_ok(rec_text(e, rec, "host"))) return check_number(w, e, rec);
    return FAIL_FIELD(w->ctx, "host", "format", 0, "应为 IP 地址或主机名",
                      "must be an address or a host name");
}

const Entity modbus_device_entity = {
    .name = "modbus-device",
    .plural = "modbus-devices",
    .title = T("Modbus 从站", "Modbus slaves"),
    .icon = T("", "device"),
    .fields = device_fields,
    .nfields = ARRAY_LEN(device_fields),
    .read_perm = "modbus.read",
    .write_perm = "modbus.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_VIA, .via = "device"},
    .validate = validate_device,
    .committed = table_committed,
};

/* ---- Items ---- */

static const Field item_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 128,
     T("编号", "Code"), T("全平台唯一，如 从站-点号", "unique, such as SLAVE-ITEM"), NULL, "basic", NULL},
    {"device", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "modbus-devices", 0, 0, T("从站", "Slave"),
     T("", ""), NULL, "basic", NULL},
    {"item", F_TEXT, F_REQUIRED | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 64, T("点号", "Item"),
     T("从站内唯一；未指定测点时数据来源键为 modbus:从站/点号",
       "unique in its slave; without a point its source key is modbus:SLAVE/ITEM"),
     NULL, "basic", NULL},
    {"function", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "modbus_function", 0, 0, T("功能码", "Function"),
     T("", ""), NULL, "technical", "3"},
    {"address", F_INT, F_REQUIRED | F_SORT | F_LIST, NULL, 0, 65535, T("地址", "Address"),
     T("从 0 起，与报文一致；手册中的 40001 填 0", "from 0, as on the wire: 40001 in a manual is 0"), NULL,
     "technical", NULL},
    {"type", F_ENUM, F_REQUIRED | F_LIST, "modbus_type", 0, 0, T("数据类型", "Type"), T("", ""), NULL,
     "technical", "u16"},
    {"byte_order", F_ENUM, F_REQUIRED | F_LIST, "modbus_order", 0, 0, T("字节序", "Byte order"),
     T("多寄存器数值的字节顺序，随设备而定", "of values in several registers; depends on the device"), NULL,
     "technical", "ABCD"},
    {"bit", F_INT, 0, NULL, 0, 15, T("位", "Bit"),
     T("寄存器中的开关量取第几位，最低位为 0", "of a register, for a bool; 0 is the lowest"), NULL,
     "technical", NULL},
    {"scale", F_REAL, F_REQUIRED, NULL, 0, 0, T("系数", "Scale"),
     T("读数 = 原始值 × 系数 + 偏移", "reading = raw × scale + offset"), NULL, "technical", "1"},
    {"offset", F_REAL, F_REQUIRED, NULL, 0, 0, T("偏移", "Offset"), T("", ""), NULL, "technical", "0"},
    {"point", F_REF, F_FILTER | F_LIST | F_INDEX, "points", 0, 0, T("测点", "Point"),
     T("不填时按数据来源键认领", "claimed by its source key when left out"), NULL, "place", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

bool item_of(Str function, Str type, Str order, int64_t address, int64_t bit, ModbusItem *out)
{
    int t = modbus_type_of(type), o = modbus_order_of(order);
    if (t < 0 || o < 0 || function.n != 1) return false;
    *out = (ModbusItem){.function = (uint8_t)(function.p[0] - '0'),
                        .address = (uint16_t)address,
                        .type = (uint8_t)t,
                        .order = (uint8_t)o,
                        .bit = (uint8_t)bit};
    return true;
}

static const struct {
    const char *what, *field, *code;
    Text text;
} wrongs[] = {
    {"function", "function", "unknown", T("功能码应为 1 至 4", "the function must be 1 to 4")},
    {"type", "type", "kind", T("线圈与离散输入只能是开关量", "coils and discrete inputs are bools only")},
    {"order", "byte_order", "unknown", T("字节序无效", "unknown byte order")},
    {"bit", "bit", "kind", T("只有寄存器中的开关量才有位", "only a bool of a register has a bit")},
    {"address", "address", "range", T("数值超出地址 65535", "the value goes past address 65535")},
};

static Rc item_wrong(Work *w, const char *what)
{
    for (size_t i = 0; i < ARRAY_LEN(wrongs); i++)
        if (!strcmp(wrongs[i].what, what))
            return FAIL_FIELD(w->ctx, wrongs[i].field, wrongs[i].code, 0, "%s", "%s",
                              text_in(wrongs[i].text, w->ctx->lang));
    return FAIL(w->ctx, RC_BUG, "modbus.item", "点号无效", "wrong item");
}

/* What the item means on the wire. */
static Rc check_item(Work *w, const Entity *e, const Record *rec)
{
    ModbusItem it;
    bool has_bit = rec_val(e, rec, "bit")->type != DB_NULL;
    if (!item_of(rec_text(e, rec, "function"), rec_text(e, rec, "type"), rec_text(e, rec, "byte_order"),
                 rec_i64(e, rec, "address"), has_bit ? rec_i64(e, rec, "bit") : 0, &it))
        return item_wrong(w, "order");
    const char *what = modbus_item_wrong(&it);
    if (!what && has_bit && (it.type != MODBUS_BOOL || it.function <= MODBUS_DISCRETE_INPUTS)) what = "bit";
    return what ? item_wrong(w, what) : RC_OK;
}

static Rc check_unique(Work *w, const Entity *e, const Record *rec)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_modbus_same_item,
                         DB_ARGS(db_val_i64(rec_i64(e, rec, "device")), db_val_text(rec_text(e, rec, "item")),
                                 db_val_i64(rec->id)),
                         &c);
    Str code = rc > 0 ? db_str_copy(w->ctx, c, 0) : STR_NONE;
    db_close(&c);
    if (rc <= 0) return rc;
    return FAIL_FIELD(w->ctx, "item", "duplicate", 0, "该从站已有此点号，编号 %.*s",
                      "the slave has this item already, code %.*s", STR_ARG(code));
}

static Rc validate_item(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    double scale = rec_f64(e, rec, "scale");
    if (!(scale < 0 || scale > 0))
        FAIL_FIELD(w->ctx, "scale", "range", 0, "系数不能为 0", "the scale must not be 0");
    TRY(check_item(w, e, rec));
    TRY(check_unique(w, e, rec));
    return w->ctx->err.kind;
}

const Entity modbus_item_entity = {
    .name = "modbus-item",
    .plural = "modbus-items",
    .title = T("Modbus 点表", "Modbus items"),
    .icon = T("", "point"),
    .fields = item_fields,
    .nfields = ARRAY_LEN(item_fields),
    .read_perm = "modbus.read",
    .write_perm = "modbus.write",
    .code_field = "code",
    .title_field = "item",
    .sort = "code",
    .scope = {.kind = SCOPE_VIA, .via = "device"},
    .validate = validate_item,
    .committed = table_committed,
};

/* ---- The module ---- */

static const DictEntry functions[] = {
    {"1", T("01 线圈", "01 coils"), NULL, NULL},
    {"2", T("02 离散输入", "02 discrete inputs"), NULL, NULL},
    {"3", T("03 保持寄存器", "03 holding registers"), NULL, NULL},
    {"4", T("04 输入寄存器", "04 input registers"), NULL, NULL},
};
static const DictEntry types[] = {
    {"bool", T("开关量", "bool"), NULL, NULL},
    {"u16", T("16 位无符号整数", "16-bit unsigned"), NULL, NULL},
    {"i16", T("16 位有符号整数", "16-bit signed"), NULL, NULL},
    {"u32", T("32 位无符号整数", "32-bit unsigned"), NULL, NULL},
    {"i32", T("32 位有符号整数", "32-bit signed"), NULL, NULL},
    {"f32", T("32 位浮点数", "32-bit float"), NULL, NULL},
    {"f64", T("64 位浮点数", "64-bit float"), NULL, NULL},
};
static const DictEntry orders[] = {
    {"ABCD", T("ABCD 高字在前", "ABCD high word first"), NULL, NULL},
    {"CDAB", T("CDAB 低字在前", "CDAB low word first"), NULL, NULL},
    {"BADC", T("BADC 字内字节交换", "BADC bytes swapped"), NULL, NULL},
    {"DCBA", T("DCBA 低字节在前", "DCBA low byte first"), NULL, NULL},
};
static const Dict dicts[] = {
    {"modbus_function", T("Modbus 功能码", "Modbus functions"), functions, ARRAY_LEN(functions), true},
    {"modbus_type", T("Modbus 数据类型", "Modbus types"), types, ARRAY_LEN(types), true},
    {"modbus_order", T("Modbus 字节序", "Modbus byte orders"), orders, ARRAY_LEN(orders), true},
};

static const Entity *const entities[] = {&modbus_device_entity, &modbus_item_entity};
static const Perm perms[] = {
    {"modbus.read", T("查看 Modbus 点表", "See the Modbus table"), "watch office system audit"},
    {"modbus.write", T("维护 Modbus 点表", "Change the Modbus table"), "office system"},
};

const Module mod_modbus = {
    .name = "modbus",
    .title = T("Modbus 点表", "Modbus table"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .start = table_load,
};
