/* Tables of frames and values. The reply of ten registers and the exception are the examples of the
 * standard's message layout. */
#include "gateway/modbus.h"
#include "gateway/recorder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* "00 01 ff" → bytes. */
static Str unhex(Arena *a, const char *text)
{
    char *out = arena_alloc(a, strlen(text) / 2 + 1);
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        if (*p == ' ') continue;
        char two[3] = {p[0], p[1], 0};
        out[n++] = (char)strtoul(two, NULL, 16);
        p++;
    }
    return str_n(out, n);
}

static const struct {
    const char *hex;
    long length;
    const char *code;
} cuts[] = {
    {"", 0, NULL},
    {"00 01 00 00 00", 0, NULL},
    {"00 01 00 00 00 06 01 03 00 00 00", 0, NULL},
    {"00 01 00 00 00 06 01 03 00 00 00 0A", 12, NULL},
    {"00 01 00 00 00 03 01 83 02 00 02", 9, NULL},
    {"00 01 00 01", -4, "protocol"},
    {"47 45 54 20 2f 20", -6, "protocol"},
    {"00 01 00 00 00 02 01 03", -8, "length"},
    {"00 01 00 00 00 FF 01", -7, "length"},
    {"00 01 00 00 00 FE 01", 0, NULL},
};

static void test_cut(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        const char *code = NULL;
        long n = modbus_cut(unhex(a, cuts[i].hex), &code);
        if (n != cuts[i].length) fail_msg("%s: %ld", cuts[i].hex, n);
        if (n < 0) assert_string_equal(code, cuts[i].code);
    }
    arena_free(&a);
}

/* Replies to "transaction 1, unit 1, ten holding registers from 0". */
static const struct {
    const char *hex, *code;
} replies[] = {
    {"00 01 00 00 00 17 01 03 14 00 00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08 00 09", NULL},
    {"00 01 00 00 00 03 01 83 01", "illegal_function"},
    {"00 01 00 00 00 03 01 83 02", "illegal_address"},
    {"00 01 00 00 00 03 01 83 03", "illegal_value"},
    {"00 01 00 00 00 03 01 83 04", "device_failure"},
    {"00 01 00 00 00 03 01 83 06", "busy"},
    {"00 01 00 00 00 03 01 83 0B", "gateway_target"},
    {"00 01 00 00 00 03 01 83 07", "exception"},
    {"00 01 00 00 00 03 01 83 FF", "exception"},
    {"00 01 00 00 00 04 01 83 02 00", "length"},
    {"00 02 00 00 00 03 01 83 02", "transaction"},
    {"00 01 00 00 00 03 02 83 02", "unit"},
    {"00 01 00 00 00 03 01 84 02", "function"},
    {"00 01 00 00 00 05 01 03 02 00 01", "length"},
    {"00 01 00 00 00 17 01 03 13 00 00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08 00 09", "length"},
    {"00 01 00 00 00 17 01 04 14 00 00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00 08 00 09", "function"},
    {"00 01 00 07 00 03 01 83 02", "protocol"},
    {"00 01", "length"},
};

static void test_reply(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    ModbusBlock b = {.function = MODBUS_HOLDING_REGISTERS, .address = 0, .count = 10};
    unsigned char out[MODBUS_REQUEST_BYTES];
    modbus_request(1, 1, &b, out);
    assert_memory_equal(out, unhex(a, "00 01 00 00 00 06 01 03 00 00 00 0A").p, sizeof out);
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        Str data = STR_NONE;
        const char *code = modbus_check_reply(unhex(a, replies[i].hex), 1, 1, &b, &data);
        if (!code != !replies[i].code || (code && strcmp(code, replies[i].code) != 0))
            fail_msg("%s: %s", replies[i].hex, code ? code : "good");
        if (!code) assert_int_equal(data.n, 20);
        bool named = !code;
        for (size_t k = 0; k < modbus_nreasons; k++) named = named || !strcmp(modbus_reasons[k].code, code);
        assert_true(named);
    }
    arena_free(&a);
}

static const struct {
    ModbusType type;
    ModbusOrder order;
    const char *hex;
    double want;
} values[] = {
    {MODBUS_U16, MODBUS_ABCD, "FF FE", 65534},
    {MODBUS_U16, MODBUS_CDAB, "01 02", 258},
    {MODBUS_U16, MODBUS_BADC, "01 02", 513},
    {MODBUS_I16, MODBUS_ABCD, "FF FE", -2},
    {MODBUS_I16, MODBUS_DCBA, "FE FF", -2},
    {MODBUS_U32, MODBUS_ABCD, "01 02 03 04", 16909060},
    {MODBUS_U32, MODBUS_CDAB, "03 04 01 02", 16909060},
    {MODBUS_U32, MODBUS_BADC, "02 01 04 03", 16909060},
    {MODBUS_U32, MODBUS_DCBA, "04 03 02 01", 16909060},
    {MODBUS_I32, MODBUS_ABCD, "FF FF FF FD", -3},
    {MODBUS_I32, MODBUS_CDAB, "FF FD FF FF", -3},
    {MODBUS_F32, MODBUS_ABCD, "41 45 00 00", 12.3125},
    {MODBUS_F32, MODBUS_CDAB, "00 00 41 45", 12.3125},
    {MODBUS_F32, MODBUS_BADC, "45 41 00 00", 12.3125},
    {MODBUS_F32, MODBUS_DCBA, "00 00 45 41", 12.3125},
    {MODBUS_F64, MODBUS_ABCD, "40 09 21 FB 54 44 2D 18", 3.141592653589793},
    {MODBUS_F64, MODBUS_CDAB, "2D 18 54 44 21 FB 40 09", 3.141592653589793},
    {MODBUS_F64, MODBUS_BADC, "09 40 FB 21 44 54 18 2D", 3.141592653589793},
    {MODBUS_F64, MODBUS_DCBA, "18 2D 44 54 FB 21 09 40", 3.141592653589793},
};

static void test_values(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        ModbusItem it = {.type = (uint8_t)values[i].type, .order = (uint8_t)values[i].order};
        double v = modbus_value(&it, (const unsigned char *)unhex(a, values[i].hex).p);
        if (v < values[i].want || v > values[i].want) fail_msg("%zu: %.17g", i, v);
    }
    ModbusItem bit = {.type = MODBUS_BOOL, .bit = 9};
    assert_true(modbus_value(&bit, (const unsigned char *)"\x02\x00") > 0.5);
    assert_true(modbus_value(&bit, (const unsigned char *)"\xfd\xff") < 0.5);
    arena_free(&a);
}

static ModbusItem item(int function, int address, ModbusType type)
{
    return (ModbusItem){.source = STR("modbus:X/y"),
                        .function = (uint8_t)function,
                        .address = (uint16_t)address,
                        .type = (uint8_t)type,
                        .scale = 1};
}

/* "3:0+10" a block: function, address, count. */
static const char *blocks_text(Arena *a, const ModbusPlan *plan)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < plan->nblocks; i++)
        buf_printf(&b, "%s%u:%u+%u/%zu", i ? " " : "", plan->blocks[i].function, plan->blocks[i].address,
                   plan->blocks[i].count, plan->blocks[i].n);
    return str_z(a, buf_str(&b));
}

static void test_plan(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    const ModbusItem items[] = {
        item(3, 10, MODBUS_F32), item(3, 0, MODBUS_U16),    item(3, 1, MODBUS_U32),  item(4, 2, MODBUS_U16),
        item(3, 12, MODBUS_F64), item(1, 100, MODBUS_BOOL), item(1, 7, MODBUS_BOOL), item(3, 1, MODBUS_U16),
    };
    ModbusPlan plan;
    modbus_plan(a, items, ARRAY_LEN(items), 0, &plan);
    assert_string_equal(blocks_text(a, &plan), "1:7+1/1 1:100+1/1 3:0+3/3 3:10+6/2 4:2+1/1");
    modbus_plan(a, items, ARRAY_LEN(items), 7, &plan);
    assert_string_equal(blocks_text(a, &plan), "1:7+94/2 3:0+16/5 4:2+1/1");
    assert_true(modbus_split(&plan, 1));
    assert_true(modbus_split(&plan, 2));
    assert_string_equal(blocks_text(a, &plan), "1:7+94/2 3:0+3/2 3:1+1/1 3:10+6/2 4:2+1/1");
    assert_false(modbus_split(&plan, 2));
    modbus_plan(a, items, 0, 0, &plan);
    assert_int_equal(plan.nblocks, 0);
    /* the limits of one request */
    ModbusItem *many = ARENA_ARRAY(a, ModbusItem, 5000);
    for (int i = 0; i < 200; i++) many[i] = item(3, i * 2, MODBUS_F32);
    modbus_plan(a, many, 200, 0, &plan);
    assert_string_equal(blocks_text(a, &plan), "3:0+124/62 3:124+124/62 3:248+124/62 3:372+28/14");
    for (int i = 0; i < 5000; i++) many[i] = item(2, 4999 - i, MODBUS_BOOL);
    modbus_plan(a, many, 5000, 0, &plan);
    assert_string_equal(blocks_text(a, &plan), "2:0+2000/2000 2:2000+2000/2000 2:4000+1000/1000");
    arena_free(&a);
}

static void test_decode(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    ModbusItem items[] = {item(3, 0, MODBUS_I16), item(3, 1, MODBUS_F32), item(3, 1, MODBUS_BOOL),
                          item(1, 9, MODBUS_BOOL), item(1, 8, MODBUS_BOOL)};
    items[0].point = 2;
    items[0].scale = 0.1;
    items[0].offset = -5;
    items[1].point = 9; /* no such point: by its source */
    items[2].bit = 14;
    ModbusPlan plan;
    StrBuf out;
    buf_init(&out, a);
    static const char *const codes[] = {"A", "B"};
    Recorder r = {.codes = codes, .ncodes = 2, .out = &out};
    ReadingSink sink = recorder_sink(&r);
    modbus_plan(a, items, ARRAY_LEN(items), 0, &plan);
    assert_int_equal(modbus_decode(&plan, &plan.blocks[0], unhex(a, "02"), &sink), 2);
    assert_int_equal(modbus_decode(&plan, &plan.blocks[1], unhex(a, "02 65 7F C0 00 00"), &sink), 3);
    assert_string_equal(str_z(a, buf_str(&out)), "source modbus:X/y - 0 0\n"
                                                 "source modbus:X/y - 1 0\n"
                                                 "add 2 - 56.3 0\n"
                                                 "source modbus:X/y - nan 0\n"
                                                 "source modbus:X/y - 1 0\n");
    arena_free(&a);
}

static const struct {
    ModbusItem item;
    const char *wrong;
} wrongs[] = {
    {{.function = 3, .type = MODBUS_F32, .address = 65534}, NULL},
    {{.function = 3, .type = MODBUS_F32, .address = 65535}, "address"},
    {{.function = 1, .type = MODBUS_BOOL, .address = 65535}, NULL},
    {{.function = 1, .type = MODBUS_U16}, "type"},
    {{.function = 2, .type = MODBUS_BOOL, .bit = 3}, "bit"},
    {{.function = 3, .type = MODBUS_BOOL, .bit = 16}, "bit"},
    {{.function = 0}, "function"},
    {{.function = 5}, "function"},
    {{.function = 3, .type = 99}, "type"},
    {{.function = 3, .order = 4}, "order"},
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
        const char *wrong = modbus_item_wrong(&wrongs[i].item);
        if (!wrong != !wrongs[i].wrong || (wrong && strcmp(wrong, wrongs[i].wrong) != 0))
            fail_msg("%zu: %s", i, wrong ? wrong : "good");
    }
    assert_int_equal(modbus_type_of(STR("f32")), MODBUS_F32);
    assert_int_equal(modbus_type_of(STR("F32")), -1);
    assert_int_equal(modbus_order_of(STR("DCBA")), MODBUS_DCBA);
    assert_int_equal(modbus_order_of(STR("")), -1);
}

static const struct {
    const char *hex;
    Lang lang;
    const char *want;
} words[] = {
    {"00 01 00 00 00 06 01 03 00 00 00 0A", LANG_EN,
     "transaction 1, unit 1\nfunction 03 read holding registers\nrequest: from address 0, 10 in all\n"},
    {"00 05 00 00 00 07 11 04 04 00 2A FF FF", LANG_ZH,
     "事务 5，单元 17\n功能 04 读输入寄存器\n应答\n2 个寄存器： 42 65535\n"},
    {"00 05 00 00 00 04 01 01 01 05", LANG_EN,
     "transaction 5, unit 1\nfunction 01 read coils\nreply\n1 bytes of bits: 10100000\n"},
    {"00 01 00 00 00 03 01 83 02", LANG_ZH, "事务 1，单元 1\n功能 03 读保持寄存器\n异常 02：地址不存在\n"},
    {"00 01 00 00 00 03 01 90 7F", LANG_EN,
     "transaction 1, unit 1\nfunction 10 other\nunknown exception code 7F\n"},
    {"00 01 00 09", LANG_EN, "4 bytes, not a whole Modbus TCP frame\n"},
};

static void test_words(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        StrBuf out;
        buf_init(&out, a);
        modbus_describe(unhex(a, words[i].hex), words[i].lang, &out);
        assert_string_equal(str_z(a, buf_str(&out)), words[i].want);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),   cmocka_unit_test(test_reply),  cmocka_unit_test(test_values),
        cmocka_unit_test(test_plan),  cmocka_unit_test(test_decode), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("modbus", tests, NULL, NULL);
}
