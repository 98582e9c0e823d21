/* A user information transmission device at a real socket: what it sends is stored before it is confirmed, a
 * whole frame that is refused is denied, and all of it stands on the page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "../hj212/test_world.h"
#include "gateway/gb26875.h"
#include "gateway/gb26875_link.h"

static const char *const sources[] = {"gb26875:889/1.1/40.10.2#bit1", "gb26875:889#bit3",
                                      "gb26875:889/1.1/40.10.2#analogue3"};

/* 2012-09-26 09:58:35 in Beijing: the confirm of the standard's sample is made then. */
#define NOW       INT64_C(1348624715000)
#define COMPONENT INT64_C(1348624682000)

static Str frame_of(World *t, int command, Str data)
{
    StrBuf b;
    buf_init(&b, t->arena);
    Gb26875Frame f = {.serial = 1,
                      .version = {1, 1},
                      .source = 889,
                      .target = 88888,
                      .command = (uint8_t)command,
                      .data = data};
    gb26875_frame(&b, &f, NOW);
    return buf_str(&b);
}

static Str answer(World *t, Str frame, int command)
{
    StrBuf b;
    Gb26875Frame f;
    buf_init(&b, t->arena);
    gb26875_parse(frame, &f);
    gb26875_answer(&b, &f, command, NOW);
    return buf_str(&b);
}

static Str smoke(World *t, uint16_t status, int64_t at)
{
    StrBuf b;
    buf_init(&b, t->arena);
    const Gb26875Component c = {.system = 1,
                                .system_address = 1,
                                .type = 40,
                                .zone = 10,
                                .position = 2,
                                .status = status,
                                .text = "A1",
                                .t = at};
    gb26875_add_components(&b, &c, 1);
    return frame_of(t, GB26875_SEND, buf_str(&b));
}

static void open_world(World *t, DbPool *pool)
{
    gateway_gb26875_configure(
        &(Gb26875Options){.listen = {.address = "127.0.0.1:0", .max_connections = 100, .idle_s = 60}});
    world_open(t, pool, &gateway_gb26875, sources, ARRAY_LEN(sources));
    clock_freeze(NOW);
}

static void close_world(World *t)
{
    clock_freeze(TIME_NONE);
    world_close(t);
}

static void alarms_are_stored_then_confirmed(DbPool *pool)
{
    World t;
    open_world(&t, pool);
    Client c = client_open(gateway_gb26875_port());
    Str fire = smoke(&t, 2, COMPONENT), calm = smoke(&t, 0, COMPONENT);
    device_says(&c, fire, answer(&t, fire, GB26875_CONFIRM));
    assert_string_equal(world_stored(&t, 1), "1348624682000 1 0\n");
    assert_non_null(strstr(world_unclaimed(&t), "gb26875:889/1.1/40.10.2#bit2 0 1\n"));
    /* within the same second, and all again: two readings */
    device_says(&c, calm, answer(&t, calm, GB26875_CONFIRM));
    device_says(&c, calm, answer(&t, calm, GB26875_CONFIRM));
    device_says(&c, fire, answer(&t, fire, GB26875_CONFIRM));
    assert_string_equal(world_stored(&t, 1), "1348624682000 1 0\n1348624682001 0 0\n");
    world_page_has(&t, "gb26875", "\"identity\":\"889\"");
    world_page_has(&t, "gb26875", "部件 40 感烟火灾探测器 区 10 位 2：测试状态、火警，说明 A1");
    client_close(&c);
    close_world(&t);
}

static void no_date_means_the_arrival(DbPool *pool)
{
    World t;
    open_world(&t, pool);
    Client c = client_open(gateway_gb26875_port());
    Str fault = frame_of(&t, GB26875_SEND, STR("\x15\x01\x08\0\0\0\0\0\0"));
    device_says(&c, fault, answer(&t, fault, GB26875_CONFIRM));
    clock_freeze(NOW + 9000); /* the confirm was lost: the same frame is the same reading */
    assert_true(client_send(&c, fault.p, fault.n));
    assert_true(client_find(&c, "##") >= 0);
    client_eat(&c, c.n);
    assert_string_equal(world_stored(&t, 2), "1348624715000 1 0\n");
    clock_freeze(NOW + 90000); /* another frame, with a fire as well */
    Str more = frame_of(&t, GB26875_SEND, STR("\x15\x01\x0a\0\0\0\0\0\0"));
    assert_true(client_send(&c, more.p, more.n));
    assert_true(client_find(&c, "##") >= 0);
    assert_string_equal(world_stored(&t, 2), "1348624715000 1 0\n1348624805000 1 0\n");
    client_close(&c);
    close_world(&t);
}

static void heartbeats_are_confirmed_and_answers_are_not(DbPool *pool)
{
    World t;
    open_world(&t, pool);
    Client c = client_open(gateway_gb26875_port());
    Str beat = frame_of(&t, GB26875_SEND, STR_NONE);
    device_says(&c, frame_of(&t, GB26875_CONFIRM, STR_NONE), STR_NONE);
    device_says(&c, frame_of(&t, GB26875_REPLY, STR("\x19\x01\x01\x01")), STR_NONE);
    device_says(&c, frame_of(&t, GB26875_REPLY, STR("\x63\x01\x01")), STR_NONE);
    device_says(&c, beat, answer(&t, beat, GB26875_CONFIRM));
    assert_int_equal(c.n, 0);
    world_page_has(&t, "gb26875", "命令 2 发送数据（心跳）");
    world_page_has(&t, "gb26875", "\"code\":\"type\",\"text\":\"未知的类型标志，已否认\"");
    client_close(&c);
    close_world(&t);
}

static void what_is_refused_is_denied(DbPool *pool)
{
    World t;
    open_world(&t, pool);
    Client c = client_open(gateway_gb26875_port());
    Str wrong = str_copy(t.arena, smoke(&t, 2, COMPONENT));
    ((char *)(uintptr_t)wrong.p)[wrong.n - 3] ^= 5;
    const struct {
        Str frame;
        const char *page;
    } cases[] = {
        {wrong, "\"code\":\"checksum\",\"text\":\"校验和不符，已否认\""},
        {frame_of(&t, 9, STR_NONE), "\"code\":\"command\""},
        {frame_of(&t, GB26875_CONTROL, STR("\x5B\x01\x0A")), "\"code\":\"direction\""},
        {frame_of(&t, GB26875_SEND, STR("\x63\x01\x0A")), "\"code\":\"type\""},
        {frame_of(&t, GB26875_SEND, STR("\x15\x02\x08\2\x3A\x09\x1A\x09\x0C")), "\"code\":\"objects\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        device_says(&c, cases[i].frame, answer(&t, cases[i].frame, GB26875_DENY));
        world_page_has(&t, "gb26875", cases[i].page);
    }
    /* a frame cut off is given up when a right one follows; it is not denied, nobody knows what it was */
    Str good = smoke(&t, 2, COMPONENT);
    device_says(&c, str_n(good.p, 40), STR_NONE);
    device_says(&c, good, answer(&t, good, GB26875_CONFIRM));
    world_page_has(&t, "gb26875", "\"code\":\"length\"");
    assert_string_equal(world_stored(&t, 1), "1348624682000 1 0\n");
    /* of two objects the good one is taken */
    Str mixed = frame_of(&t, GB26875_SEND,
                         str_n("\x03\x02\1\1\x28\x0A\0\2\0\x0D\1\0\x02\x3A\x09\x1A\x09\x0C"
                               "\1\1\x28\x0A\0\2\0\3\x20\3\x02\x3A\x09\x1A\x09\x0C",
                               34));
    device_says(&c, mixed, answer(&t, mixed, GB26875_CONFIRM));
    assert_string_equal(world_stored(&t, 3), "1348624682000 80 0\n");
    world_page_has(&t, "gb26875", "\"code\":\"analogue\"");
    client_close(&c);
    close_world(&t);
}

#define ON_SQLITE(name)                                                                                      \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_sqlite(name);                                                                                \
    }
ON_SQLITE(alarms_are_stored_then_confirmed)
ON_SQLITE(no_date_means_the_arrival)
ON_SQLITE(heartbeats_are_confirmed_and_answers_are_not)
ON_SQLITE(what_is_refused_is_denied)

int main(void)
{
    crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alarms_are_stored_then_confirmed),
        cmocka_unit_test(test_no_date_means_the_arrival),
        cmocka_unit_test(test_heartbeats_are_confirmed_and_answers_are_not),
        cmocka_unit_test(test_what_is_refused_is_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
