/* A data logger at a real socket: what it sends is stored before it is answered, what is refused stands on
 * the page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "gateway/hj212.h"
#include "gateway/hj212_link.h"
#include "test_world.h"

static Str framed(World *t, const char *segment)
{
    StrBuf b;
    buf_init(&b, t->arena);
    hj212_frame(&b, str_of(segment));
    return buf_str(&b);
}

static void configure(World *t, bool lenient, bool qnrtn, bool set_time)
{
    const Hj212Options o = {.listen = {.address = "127.0.0.1:0", .max_connections = 100, .idle_s = 60},
                            .flags = HJ212_FLAGS_DEFAULT,
                            .lenient_crc = lenient,
                            .ack_qnrtn = qnrtn,
                            .set_time = set_time};
    *t = (World){.arena = arena_new(0)};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    db_test_must(&t->ctx, gateway_hj212_configure(&t->ctx, &o));
    arena_free(&t->arena);
}

static const char *const sources[] = {"hj212:M1/w01018-Rtd", "hj212:M1/w21003-Rtd"};

#define QN   "QN=20160801085857223;"
#define HEAD QN "ST=32;CN=2011;PW=123456;MN=M1;Flag=5;CP=&&"
#define DT   "DataTime=20160801085857;"
#define ACK  QN "ST=91;CN=9014;PW=123456;MN=M1;Flag=4;CP=&&&&"

static void readings_are_stored_then_answered(DbPool *pool)
{
    World t;
    configure(&t, false, false, false);
    world_open(&t, pool, &gateway_hj212, sources, 2);
    Client c = client_open(gateway_hj212_port());
    Str ack = framed(&t, ACK);
    device_says(&c, framed(&t, HEAD DT "w01018-Rtd=36.5,w01018-Flag=N;w21003-Rtd=x;w01001-Rtd=7.1&&"), ack);
    assert_string_equal(world_stored(&t, 1), "1470013137000 36.5 0\n");
    assert_string_equal(world_unclaimed(&t), "hj212:M1/w01001-Rtd 7.1 1\n");
    world_page_has(&t, "hj212", "\"code\":\"value\",\"text\":\"数值无效\",\"detail\":\"w21003-Rtd\"");
    /* another reading of the same second, then both again: two readings, not four */
    Str second = framed(&t, HEAD DT "w01018-Rtd=37,w01018-Flag=T&&");
    device_says(&c, second, ack);
    device_says(&c, second, ack);
    device_says(&c, framed(&t, HEAD DT "w01018-Rtd=36.5,w01018-Flag=N;w21003-Rtd=x;w01001-Rtd=7.1&&"), ack);
    assert_string_equal(world_stored(&t, 1), "1470013137000 36.5 0\n1470013137001 37 1\n");
    world_page_has(&t, "hj212", "\"identity\":\"M1\"");
    world_page_has(&t, "hj212", "命令 2011 污染物实时数据");
    assert_null(strstr(t.last.body, "123456"));
    client_close(&c);
    world_close(&t);
}

static void what_is_refused_stands_on_the_page(DbPool *pool)
{
    static const struct {
        const char *bytes, *page;
    } cases[] = {
        {"noise", "\"code\":\"noise\",\"text\":\"不属于任何报文的字节\""},
        {"##0024ST=32;CN=2011;CP=&&&&;;;0000\r\n", "\"code\":\"crc\",\"text\":\"CRC 校验不符\""},
        {"##0200ST=32;CN=2011;CP=&&&&;;;0000\r\n", "\"code\":\"length\",\"text\":\"数据段长度不符\""},
    };
    static const struct {
        const char *segment, *page;
    } framed_cases[] = {
        {"ST=32;CN=2011;CP=&&" DT "w01018-Rtd=1&&", "\"code\":\"mn\""},
        {"ST=32;CN=2998;MN=M1;Flag=5;CP=&&" DT "w01018-Rtd=1&&", "\"code\":\"command\""},
        {"ST=32;CN=2011;MN=M1;Flag=5;CP=&&w01018-Rtd=1&&", "\"code\":\"time\""},
        {"ST=32;CN=2011;MN=M1;Flag=7;PNUM=2;PNO=2;CP=&&w01018-Rtd=1&&", "\"code\":\"parts\""},
    };
    World t;
    configure(&t, false, false, false);
    world_open(&t, pool, &gateway_hj212, sources, 2);
    Client c = client_open(gateway_hj212_port());
    /* none of them is answered: what comes back is the answer to the good frame behind */
    Str good = framed(&t, HEAD DT "w01018-Rtd=1&&"), ack = framed(&t, ACK);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        device_says(&c, str_of(cases[i].bytes), STR_NONE);
        device_says(&c, good, ack);
        world_page_has(&t, "hj212", cases[i].page);
    }
    for (size_t i = 0; i < ARRAY_LEN(framed_cases); i++) {
        device_says(&c, framed(&t, framed_cases[i].segment), STR_NONE);
        device_says(&c, good, ack);
        world_page_has(&t, "hj212", framed_cases[i].page);
    }
    assert_string_equal(world_stored(&t, 1), "1470013137000 1 0\n");
    client_close(&c);
    world_close(&t);
}

/* A frame with the CRC made the Modbus way. */
static Str modbus_framed(World *t, const char *segment)
{
    return str_printf(t->arena, "##%04zu%s%04X\r\n", strlen(segment), segment,
                      hj212_crc_modbus(str_of(segment)));
}

static void settings_change_what_is_taken_and_answered(DbPool *pool)
{
    World t;
    configure(&t, true, true, true);
    world_open(&t, pool, &gateway_hj212, sources, 2);
    Client c = client_open(gateway_hj212_port());
    device_says(&c, modbus_framed(&t, HEAD DT "w01018-Rtd=2&&"),
                framed(&t, QN "ST=91;CN=9014;PW=123456;MN=M1;Flag=4;CP=&&QnRtn=1&&"));
    assert_string_equal(world_stored(&t, 1), "1470013137000 2 0\n");
    world_page_has(&t, "hj212", "\"code\":\"crc_lenient\"");
    /* heartbeat; request of the time: answered, and the clock is set */
    device_says(&c, framed(&t, QN "ST=91;CN=9015;PW=123456;MN=M1;Flag=5;CP=&&&&"),
                framed(&t, QN "ST=91;CN=9014;PW=123456;MN=M1;Flag=4;CP=&&QnRtn=1&&"));
    device_says(&c, framed(&t, QN "ST=32;CN=1013;PW=123456;MN=M1;Flag=5;CP=&&PolId=w01018&&"),
                framed(&t, QN "ST=91;CN=9013;PW=123456;MN=M1;Flag=4;CP=&&QnRtn=1&&"));
    assert_true(client_find(&c, ";ST=32;CN=1012;PW=123456;MN=M1;Flag=5;CP=&&SystemTime=20") >= 0);
    client_close(&c);
    world_close(&t);
}

static void the_modbus_sum_is_refused_by_default(DbPool *pool)
{
    World t;
    configure(&t, false, false, false);
    world_open(&t, pool, &gateway_hj212, sources, 2);
    Client c = client_open(gateway_hj212_port());
    device_says(&c, modbus_framed(&t, HEAD DT "w01018-Rtd=2&&"), STR_NONE);
    device_says(&c, framed(&t, HEAD DT "w21003-Rtd=1&&"), framed(&t, ACK));
    assert_string_equal(world_stored(&t, 1), "");
    world_page_has(&t, "hj212", "\"code\":\"crc_modbus\"");
    client_close(&c);
    world_close(&t);
}

static void wrong_settings_are_refused(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(gateway_hj212_configure(&ctx, &(Hj212Options){.flags = "N=7"}), RC_INVALID);
    assert_string_equal(ctx.err.fields->field, "hj212.flags");
    arena_free(&a);
}

#define ON_SQLITE(name)                                                                                      \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_sqlite(name);                                                                                \
    }
ON_SQLITE(readings_are_stored_then_answered)
ON_SQLITE(what_is_refused_stands_on_the_page)
ON_SQLITE(settings_change_what_is_taken_and_answered)
ON_SQLITE(the_modbus_sum_is_refused_by_default)

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readings_are_stored_then_answered),
        cmocka_unit_test(test_what_is_refused_stands_on_the_page),
        cmocka_unit_test(test_settings_change_what_is_taken_and_answered),
        cmocka_unit_test(test_the_modbus_sum_is_refused_by_default),
        cmocka_unit_test(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
