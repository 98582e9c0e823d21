/* Texts of devices, and the memory of frames. */
#include "base/rc.h"
#include "gateway/frame_memory.h"
#include "gateway/recorder.h"
#include "gateway/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void foreign_text_becomes_one_clean_line(void **state)
{
    (void)state;
    static const struct {
        Str in;
        size_t max;
        const char *want;
    } cases[] = {
        {STR("plain"), 100, "plain"},
        {STR("水位 1"), 100, "水位 1"},
        {STR("a\r\nb\x7F\x01"), 100, "a??b??"},
        {STR("\xE6\xB0\xB4\xFF\xE6\xB0"), 100, "水???"},
        {STR("\xC2\x85"), 100, "??"},
        {STR("水位"), 5, "水"},
        {STR("abc"), 2, "ab"},
        {STR(""), 10, ""},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        StrBuf out;
        buf_init(&out, a);
        text_add_clean(&out, cases[i].in, cases[i].max);
        buf_addc(&out, 0);
        assert_string_equal(out.p, cases[i].want);
    }
    arena_free(&a);
}

static void gb18030_becomes_utf8(void **state)
{
    (void)state;
    static const struct {
        Str in;
        const char *want;
    } cases[] = {
        {STR("\xB9\xFE"), "哈"},
        {STR("A1 \xD7\xDF\xC0\xC8  \0rest"), "A1 走廊"},
        {STR("\x81\x30\x81\x30"), "??"}, /* U+0080, a control character of two bytes in UTF-8 */
        {STR("ok\xFFz"), "ok\xEF\xBF\xBDz"},
        {STR("cut\xB9"), "cut\xEF\xBF\xBD"},
        {STR("a\tb"), "a?b"},
        {STR("\0"), ""},
        {STR(""), ""},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str got = text_of_gb18030(a, cases[i].in);
        assert_string_equal(str_z(a, got), cases[i].want);
    }
    arena_free(&a);
}

static void a_repeated_frame_gets_its_times_again(void **state)
{
    (void)state;
    FrameMemory *m = frame_memory_new();
    int64_t t = 0;
    assert_false(frame_memory_begin(m, 7, 1000, 500));
    assert_false(frame_memory_known(m, &t));
    frame_memory_note(m, 11);
    frame_memory_note(m, 12);
    assert_false(frame_memory_begin(m, 8, 1100, 500));
    frame_memory_note(m, 99);
    assert_true(frame_memory_begin(m, 7, 1500, 500));
    assert_true(frame_memory_known(m, &t));
    assert_int_equal(t, 11);
    assert_true(frame_memory_known(m, &t));
    assert_int_equal(t, 12);
    assert_false(frame_memory_known(m, &t));
    assert_false(frame_memory_begin(m, 7, 1501, 500)); /* too late: a new one */
    assert_false(frame_memory_known(m, &t));
    frame_memory_free(&m);
    assert_null(m);
}

static void the_oldest_of_a_set_makes_room(void **state)
{
    (void)state;
    FrameMemory *m = frame_memory_new();
    enum { SETS = FRAMES_KEPT / 4 };
    for (uint64_t i = 0; i < 5; i++) assert_false(frame_memory_begin(m, i * SETS, (int64_t)i, 1000));
    for (uint64_t i = 4; i >= 1; i--) assert_true(frame_memory_begin(m, i * SETS, 10, 1000));
    assert_false(frame_memory_begin(m, 0, 10, 1000));
    frame_memory_free(&m);
}

static int64_t two_later(void *ud, uint64_t key_hash, int64_t t)
{
    (void)key_hash;
    ++*(int *)ud;
    return t + 2;
}

static void times_are_given_once(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.out = &out};
    int spread = 0;
    FrameTimes f = {
        .memory = frame_memory_new(), .under = recorder_sink(&r), .spread = two_later, .ud = &spread};
    ReadingSink sink = frame_times_sink(&f);
    for (int i = 0; i < 2; i++) {
        f.arrival = 70000 + i;
        frame_memory_begin(f.memory, 7, 1000 + i, 500);
        sink.source(sink.ud, STR("a"), 5000, 1, 0);
        sink.source(sink.ud, STR("b"), 5001, 2, 1);
        sink.source(sink.ud, STR("c"), TIME_NONE, 3, 2);
        sink.reject(sink.ud, 4, STR("d"), "value");
    }
    buf_addc(&out, 0);
    static const char once[] = "source a 5002 1 0\nsource b 5001 2 1\nsource c 70000 3 2\nreject 4 d value\n";
    assert_string_equal(out.p, arena_printf(a, "%s%s", once, once));
    assert_int_equal(spread, 1);
    frame_memory_free(&f.memory);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_text_becomes_one_clean_line),
        cmocka_unit_test(gb18030_becomes_utf8),
        cmocka_unit_test(a_repeated_frame_gets_its_times_again),
        cmocka_unit_test(the_oldest_of_a_set_makes_room),
        cmocka_unit_test(times_are_given_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
