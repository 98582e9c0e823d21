/* GB/T 26875.3: frames of the standard and of other people's tests with their exact readings, words or
 * refusal. */
#include "base/rc.h"
#include "gateway/gb26875.h"
#include "gateway/recorder.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* 2012-09-26 10:00:00 in Beijing: a little after the samples of the standard. */
#define ARRIVAL INT64_C(1348624800000)

static Str bytes_of(Arena *a, const char *hex)
{
    StrBuf b;
    buf_init(&b, a);
    while (*hex) {
        char two[3] = {hex[0], hex[1], 0};
        if (isspace((unsigned char)*hex)) {
            hex++;
            continue;
        }
        assert_true(isxdigit((unsigned char)two[0]) && isxdigit((unsigned char)two[1]));
        buf_addc(&b, (char)strtol(two, NULL, 16));
        hex += 2;
    }
    return buf_str(&b);
}

static const char *hex_of(Arena *a, Str s)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < s.n; i++) buf_printf(&b, "%s%02X", i ? " " : "", (unsigned char)s.p[i]);
    return s.n ? b.p : "";
}

static const char *taken(Arena *a, Str frame, int64_t arrival)
{
    StrBuf out;
    buf_init(&out, a);
    Recorder r = {.out = &out};
    ReadingSink sink = recorder_sink(&r);
    Gb26875Frame f;
    const char *why = gb26875_parse(frame, &f);
    if (!why) why = gb26875_readings(&f, arrival, &sink);
    if (why) return arena_printf(a, "refused %s", why);
    buf_addc(&out, 0);
    return out.p;
}

static const char *words(Arena *a, Str frame, Lang lang)
{
    StrBuf b;
    buf_init(&b, a);
    gb26875_describe(frame, lang, &b);
    assert_true(str_utf8_ok(buf_str(&b)));
    buf_addc(&b, 0);
    return b.p;
}

/* ---- Frames of the standard ---- */

#define UP       "40 40 01 00 01 01 20 3A 09 1A 09 0C 79 03 00 00 00 00 38 5B 01 00 00 00 "
#define DOWN     "40 40 01 00 01 01 20 3A 09 1A 09 0C 38 5B 01 00 00 00 79 03 00 00 00 00 "
#define SPACES10 "20 20 20 20 20 20 20 20 20 20 "
#define SMOKE                                                                                                \
    UP "30 00 02 02 01 01 01 28 0A 00 02 00 02 00 " SPACES10 SPACES10 SPACES10 "00 02 3A 09 1A 09 0C 46 23 " \
       "23"
#define CONFIRM "40 40 01 00 01 01 23 3A 09 1A 09 0C 38 5B 01 00 00 00 79 03 00 00 00 00 00 00 03 AB 23 23"
#define DENY    "40 40 01 00 01 01 23 3A 09 1A 09 0C 38 5B 01 00 00 00 79 03 00 00 00 00 00 00 06 AE 23 23"
#define S       "source gb26875:889"
#define SC      S "/1.1/40.10.2#bit"
#define AT      " 1348624682000 "
#define WORDS(command)                                                                                                       \
    "命令 " command "\n校验和正确\n流水号 1，版本 1.1\n时间 2012-09-26 09:58:32\n源地址 889，目的地址 " \
    "88888\n"
#define WORDS_DOWN(command)                                                                                                    \
    "命令 " command "\n校验和正确\n流水号 1，版本 1.1\n时间 2012-09-26 09:58:32\n源地址 88888，目的地址 " \
    "889\n"

static const struct {
    const char *hex, *readings, *words;
} standard[] = {
    {SMOKE,
     SC "0" AT "0 0\n" SC "1" AT "1 0\n" SC "2" AT "0 0\n" SC "3" AT "0 0\n" SC "4" AT "0 0\n" SC "5" AT
        "0 0\n" SC "6" AT "0 0\n" SC "7" AT "0 0\n" SC "8" AT "0 0\n",
     WORDS("2 发送数据") "类型 2 建筑消防设施部件运行状态，1 个对象\n1. 系统 1 火灾报警系统 地址 1，部件 40 "
                         "感烟火灾探测器 区 10 位 2：测试状态、火警，2012-09-26 09:58:02\n"},
    {CONFIRM, "",
     "命令 3 确认\n校验和正确\n流水号 1，版本 1.1\n时间 2012-09-26 09:58:35\n源地址 88888，目的地址 889\n"},
    {DENY, "",
     "命令 6 否认\n校验和正确\n流水号 1，版本 1.1\n时间 2012-09-26 09:58:35\n源地址 88888，目的地址 889\n"},
    {UP "09 00 02 15 01 08 02 3A 09 1A 09 0C 42 23 23",
     S "#bit0" AT "0 0\n" S "#bit1" AT "0 0\n" S "#bit2" AT "0 0\n" S "#bit3" AT "1 0\n" S "#bit4" AT
       "0 0\n" S "#bit5" AT "0 0\n" S "#bit6" AT "0 0\n",
     WORDS("2 发送数据") "类型 21 用户信息传输装置运行状态，1 个对象\n1. 测试状态、主电故障，2012-09-26 "
                         "09:58:02\n"},
    {UP "0A 00 02 18 01 20 01 02 3A 09 1A 09 0C 5F 23 23", "",
     WORDS("2 发送数据") "类型 24 用户信息传输装置操作信息，1 个对象\n1. 查岗应答，操作员 1，2012-09-26 "
                         "09:58:02\n"},
    {UP "04 00 02 19 01 01 01 C7 23 23", "",
     WORDS("2 发送数据") "类型 25 用户信息传输装置软件版本，1 个对象\n1. 1.1\n"},
    {UP "08 00 02 1C 01 02 3A 09 1A 09 0C 40 23 23", "",
     WORDS("2 发送数据") "类型 28 用户信息传输装置系统时间，1 个对象\n1. 2012-09-26 09:58:02\n"},
    {DOWN "03 00 04 51 01 00 FE 23 23", "refused direction",
     WORDS_DOWN("4 请求") "类型 81 读用户信息传输装置运行状态，1 个对象\n1. 00\n"},
    {UP "09 00 05 15 01 08 02 3A 09 1A 09 0C 45 23 23",
     S "#bit0" AT "0 0\n" S "#bit1" AT "0 0\n" S "#bit2" AT "0 0\n" S "#bit3" AT "1 0\n" S "#bit4" AT
       "0 0\n" S "#bit5" AT "0 0\n" S "#bit6" AT "0 0\n",
     WORDS("5 应答") "类型 21 用户信息传输装置运行状态，1 个对象\n1. 测试状态、主电故障，2012-09-26 "
                     "09:58:02\n"},
    {DOWN "03 00 04 55 01 00 02 23 23", "refused direction",
     WORDS_DOWN("4 请求") "类型 85 读用户信息传输装置软件版本，1 个对象\n1. 00\n"},
    {UP "04 00 05 19 01 01 01 CA 23 23", "",
     WORDS("5 应答") "类型 25 用户信息传输装置软件版本，1 个对象\n1. 1.1\n"},
    {DOWN "03 00 04 58 01 00 05 23 23", "refused direction",
     WORDS_DOWN("4 请求") "类型 88 读用户信息传输装置系统时间，1 个对象\n1. 00\n"},
    {UP "08 00 05 1C 01 02 3A 09 1A 09 0C 43 23 23", "",
     WORDS("5 应答") "类型 28 用户信息传输装置系统时间，1 个对象\n1. 2012-09-26 09:58:02\n"},
    {DOWN "03 00 01 59 01 00 03 23 23", "refused direction",
     WORDS_DOWN("1 控制命令") "类型 89 初始化用户信息传输装置，1 个对象\n1. 00\n"},
    {"40 40 01 00 01 01 23 3A 09 1A 09 0C 79 03 00 00 00 00 38 5B 01 00 00 00 00 00 03 AB 23 23", "",
     "命令 3 确认\n校验和正确\n流水号 1，版本 1.1\n时间 2012-09-26 09:58:35\n源地址 889，目的地址 88888\n"},
    {DOWN "08 00 01 5A 01 02 3A 09 1A 09 0C 7D 23 23", "refused direction",
     WORDS_DOWN("1 控制命令") "类型 90 同步用户信息传输装置时钟，1 个对象\n1. 2012-09-26 09:58:02\n"},
    {DOWN "03 00 01 5B 01 0A 0F 23 23", "refused direction",
     WORDS_DOWN("1 控制命令") "类型 91 查岗命令，1 个对象\n1. 10 分钟\n"},
};

static void frames_of_the_standard(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(standard); i++) {
        Str frame = bytes_of(a, standard[i].hex);
        const char *code;
        assert_int_equal(gb26875_cut(frame, &code), (long)frame.n);
        assert_string_equal(taken(a, frame, ARRIVAL), standard[i].readings);
        assert_string_equal(words(a, frame, LANG_ZH), standard[i].words);
        assert_true(str_find(str_of(words(a, frame, LANG_EN)), STR("checksum right")) >= 0);
    }
    arena_free(&a);
}

static void a_dialect_of_the_same_name_is_refused(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    const char *code;
    Str s = bytes_of(
        a, "40 40 02 00 01 05 12 09 26 10 00 00 01 02 03 04 05 06 07 08 09 10 11 12 99 99 01 02 23 23");
    assert_true(gb26875_cut(s, &code) < 0);
    assert_string_equal(code, GB26875_LENGTH);
    arena_free(&a);
}

static void answers_equal_the_samples(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Gb26875Frame f;
    const int64_t t = INT64_C(1348624715000); /* 09:58:35 */
    assert_null(gb26875_parse(bytes_of(a, SMOKE), &f));
    StrBuf confirm, deny;
    buf_init(&confirm, a);
    buf_init(&deny, a);
    gb26875_answer(&confirm, &f, GB26875_CONFIRM, t);
    gb26875_answer(&deny, &f, GB26875_DENY, t);
    assert_string_equal(hex_of(a, buf_str(&confirm)), CONFIRM);
    assert_string_equal(hex_of(a, buf_str(&deny)), DENY);
    arena_free(&a);
}

/* ---- Application data ---- */

/* A frame of this data from 889 to 88888. */
static Str frame_of(Arena *a, int command, const char *hex)
{
    StrBuf b;
    buf_init(&b, a);
    Gb26875Frame f = {.serial = 7,
                      .version = {1, 1},
                      .source = 889,
                      .target = 88888,
                      .command = (uint8_t)command,
                      .data = bytes_of(a, hex)};
    gb26875_frame(&b, &f, ARRIVAL);
    return buf_str(&b);
}

#define T6 " 02 3A 09 1A 09 0C "

static void data_gives_readings_or_reasons(void **state)
{
    (void)state;
    static const struct {
        int command;
        const char *hex, *want;
    } cases[] = {
        /* a heartbeat */
        {2, "", ""},
        /* system 1 address 2, flags 0x0204: fault and backup power fault */
        {2, "01 01 01 02 04 02" T6,
         S "/1.2#bit0" AT "0 0\n" S "/1.2#bit1" AT "0 0\n" S "/1.2#bit2" AT "1 0\n" S "/1.2#bit3" AT "0 0\n" S
           "/1.2#bit4" AT "0 0\n" S "/1.2#bit5" AT "0 0\n" S "/1.2#bit6" AT "0 0\n" S "/1.2#bit7" AT "0 0\n" S
           "/1.2#bit8" AT "0 0\n" S "/1.2#bit9" AT "1 0\n" S "/1.2#bit10" AT "0 0\n" S "/1.2#bit11" AT
           "0 0\n" S "/1.2#bit12" AT "0 0\n" S "/1.2#bit13" AT "0 0\n"},
        /* analogues: 80.0 ℃, −0.1 kPa, two in a frame, a vendor's type, one that is reserved */
        {2, "03 01 01 02 28 01 02 03 04 03 20 03" T6, S "/1.2/40.513.1027#analogue3" AT "80 0\n"},
        {2, "03 02 01 02 28 01 00 02 00 05 FF FF" T6 "01 02 28 01 00 02 00 02 7B 00" T6,
         S "/1.2/40.1.2#analogue5" AT "-0.1 0\n" S "/1.2/40.1.2#analogue2" AT "1.23 0\n"},
        {2, "03 02 01 02 28 01 00 02 00 0D 01 00" T6 "01 02 28 01 00 02 00 C8 07 00" T6,
         "reject 1 /1.2/40.1.2 analogue\n" S "/1.2/40.1.2#analogue200" AT "7 0\n"},
        /* times: BCD of 2012-09-26 09:58:02, no date, the year before the store's first */
        {2, "03 01 01 02 28 01 00 02 00 03 01 00 02 58 09 26 09 12", S "/1.2/40.1.2#analogue3" AT "0.1 0\n"},
        {2, "03 01 01 02 28 01 00 02 00 03 01 00 00 00 00 00 00 00", S "/1.2/40.1.2#analogue3 - 0.1 0\n"},
        {2, "03 01 01 02 28 01 00 02 00 03 01 00 02 3A 09 1F 02 0C", S "/1.2/40.1.2#analogue3 - 0.1 0\n"},
        /* known, without readings */
        {2, "04 01 01 02 04 09" T6, ""},
        {2, "05 01 01 02 01 03", ""},
        {2, "06 02 01 02 02 41 42 01 03 00", ""},
        {2, "08 01 01 02" T6, ""},
        {2, "1A 01 03 41 42 43", ""},
        {3, "", ""},
        {6, "", ""},
        /* refused */
        {5, "", "refused objects"},
        {2, "02", "refused objects"},
        {2, "63 01 00", "refused type"},
        {2, "00 01 00", "refused type"},
        {2, "01 00", "refused objects"},
        {2, "01 67", "refused objects"},
        {2, "01 01 01 02 04 02 02 3A 09 1A 09", "refused objects"},
        {2, "01 01 01 02 04 02" T6 "00", "refused objects"},
        {2, "01 02 01 02 04 02" T6, "refused objects"},
        {2, "06 01 01 02 09 41", "refused objects"},
        {2, "1A 01", "refused objects"},
        {2, "5B 01 0A", "refused direction"},
        {1, "15 01 08" T6, "refused direction"},
        {7, "", "refused command"},
        {0, "", "refused command"},
        {128, "01 02", "refused command"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = taken(a, frame_of(a, cases[i].command, cases[i].hex), ARRIVAL);
        if (strcmp(got, cases[i].want) != 0) print_message("case %zu: %s\n", i, cases[i].hex);
        assert_string_equal(got, cases[i].want);
    }
    arena_free(&a);
}

static void data_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *zh, *en; /* the lines behind the head */
    } cases[] = {
        {"01 01 01 02 05 0A" T6,
         "类型 1 建筑消防设施系统状态，1 个对象\n1. 系统 1 火灾报警系统 地址 "
         "2：正常运行、故障、备电故障、手动状态，2012-09-26 09:58:02\n",
         "type 1 system status, 1 objects\n1. system 1 fire alarm system address 2: normal operation, fault, "
         "backup power fault, manual, 2012-09-26 09:58:02\n"},
        {"03 02 01 02 28 01 00 02 00 03 20 03" T6 "01 02 C8 01 00 02 00 C8 07 00" T6,
         "类型 3 建筑消防设施部件模拟量值，2 个对象\n1. 系统 1 火灾报警系统 地址 2，部件 40 感烟火灾探测器 "
         "区 1 位 "
         "2，3 温度 = 80 ℃，2012-09-26 09:58:02\n2. 系统 1 火灾报警系统 地址 2，部件 200 区 1 位 2，200 = "
         "7，2012-09-26 09:58:02\n",
         NULL},
        {"04 01 01 02 04 09" T6,
         "类型 4 建筑消防设施操作信息，1 个对象\n1. 系统 1 火灾报警系统 地址 2：手动报警，操作员 "
         "9，2012-09-26 "
         "09:58:02\n",
         NULL},
        {"05 01 01 02 01 03", "类型 5 建筑消防设施软件版本，1 个对象\n1. 系统 1 火灾报警系统 地址 2 1.3\n",
         NULL},
        {"06 01 01 02 04 B9 FE 41 42",
         "类型 6 建筑消防设施系统配置情况，1 个对象\n1. 系统 1 火灾报警系统 地址 2，说明 哈AB\n", NULL},
        {"08 01 01 02 00 00 00 00 00 00",
         "类型 8 建筑消防设施系统时间，1 个对象\n1. 系统 1 火灾报警系统 地址 2，00 00 00 00 00 "
         "00（不是日期）\n",
         NULL},
        {"1A 01 03 41 42 43", "类型 26 用户信息传输装置配置情况，1 个对象\n1. ABC\n", NULL},
        {"63 01 00", "类型 99，1 个对象\n信息对象的类型、数目与长度不符\n", NULL},
        {"01 02 01 02 04 02" T6,
         "类型 1 建筑消防设施系统状态，2 个对象\n1. 系统 1 火灾报警系统 地址 "
         "2：测试状态、故障、备电故障、自动状态"
         "，2012-09-26 09:58:02\n信息对象的类型、数目与长度不符\n",
         NULL},
        {"18 01 00 01" T6,
         "类型 24 用户信息传输装置操作信息，1 个对象\n1. 无，操作员 1，2012-09-26 09:58:02\n", NULL},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str frame = frame_of(a, 2, cases[i].hex);
        const char *zh = words(a, frame, LANG_ZH), *en = words(a, frame, LANG_EN);
        assert_string_equal(zh + str_find(str_of(zh), STR("类型")), cases[i].zh);
        if (cases[i].en) assert_string_equal(en + str_find(str_of(en), STR("type")), cases[i].en);
    }
    assert_string_equal(words(a, frame_of(a, 2, ""), LANG_EN),
                        "command 2 send data (heartbeat)\nchecksum right\nserial 7, version 1.1\n"
                        "time 2012-09-26 10:00:00\nfrom 889 to 88888\n");
    assert_string_equal(words(a, STR("@@x"), LANG_ZH), "不是完整的 GB/T 26875.3 报文\n");
    arena_free(&a);
}

static void times_are_binary_or_bcd(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int64_t arrival, want; /* TIME_NONE: not a date */
    } cases[] = {
        {"02 3A 09 1A 09 0C", ARRIVAL, INT64_C(1348624682000)},
        {"02 58 09 26 09 12", ARRIVAL, INT64_C(1348624682000)},
        /* both are dates: binary 2018-05-04 03:02:01, BCD 2012-05-04 03:02:01 */
        {"01 02 03 04 05 12", ARRIVAL, INT64_C(1336071721000)},
        {"01 02 03 04 05 12", INT64_C(1600000000000), INT64_C(1525374121000)},
        {"01 02 03 04 05 12", INT64_C(1300000000000), INT64_C(1525374121000)}, /* both ahead: binary */
        {"3C 00 00 01 01 0C", ARRIVAL, TIME_NONE},
        {"00 00 18 01 01 0C", ARRIVAL, TIME_NONE},
        {"00 00 00 1F 04 0C", ARRIVAL, TIME_NONE},
        {"00 00 00 01 0D 0C", ARRIVAL, TIME_NONE},
        {"00 00 00 00 00 00", ARRIVAL, TIME_NONE},
        {"FF FF FF FF FF FF", ARRIVAL, TIME_NONE},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t t = TIME_NONE;
        bool ok = gb26875_time((const unsigned char *)bytes_of(a, cases[i].hex).p, cases[i].arrival, &t);
        assert_int_equal(ok, cases[i].want != TIME_NONE);
        if (ok) assert_int_equal(t, cases[i].want);
    }
    arena_free(&a);
}

static void components_are_made_and_read_back(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    const Gb26875Component c = {.system = 1,
                                .system_address = 1,
                                .type = 40,
                                .zone = 10,
                                .position = 2,
                                .status = 2,
                                .text = "                               ",
                                .t = INT64_C(1348624682000)};
    StrBuf data, b;
    buf_init(&data, a);
    buf_init(&b, a);
    gb26875_add_components(&data, &c, 1);
    Gb26875Frame f = {
        .serial = 1, .version = {1, 1}, .source = 889, .target = 88888, .command = 2, .data = buf_str(&data)};
    gb26875_frame(&b, &f, INT64_C(1348624712000));
    /* the sample has a NUL as the last byte of the text */
    b.p[27 + 2 + 39] = 0;
    assert_string_equal(taken(a, buf_str(&b), ARRIVAL), "refused checksum");
    b.p[b.n - 3] = (char)(b.p[b.n - 3] - 0x20);
    assert_string_equal(hex_of(a, buf_str(&b)), SMOKE);
    arena_free(&a);
}

/* ---- Cutting ---- */

static const char *cuts(Arena *a, Str s)
{
    StrBuf out;
    buf_init(&out, a);
    while (s.n) {
        const char *code = NULL;
        long n = gb26875_cut(s, &code);
        if (n == 0) break;
        if (n > 0) buf_printf(&out, "%ld ", n);
        else buf_printf(&out, "%ld %s ", n, code);
        size_t step = (size_t)(n > 0 ? n : -n);
        assert_true(step <= s.n);
        s = str_n(s.p + step, s.n - step);
    }
    buf_printf(&out, "+%zu", s.n);
    return out.p;
}

static void streams_are_cut_and_found_again(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *want;
    } cases[] = {
        {SMOKE, "78 +0"},
        {SMOKE CONFIRM, "78 30 +0"},
        {"", "+0"},
        {"40", "+1"},
        {"40 40 01", "+3"},
        {UP "30 00 02 02 01", "+29"},
        {"00 01 02" CONFIRM, "-3 noise 30 +0"},
        {"40 01" CONFIRM, "-2 noise 30 +0"},
        {"40" CONFIRM, "-1 length 30 +0"},
        {"40 40 40 40 40" CONFIRM, "-5 length 30 +0"},
        {"23 23 40", "-2 noise +1"},
        /* cut off within: the next right frame frees it */
        {UP "30 00 02 02 01 01" CONFIRM, "-30 length 30 +0"},
        {UP "00 04 02 02 01 01" CONFIRM CONFIRM, "-30 length 30 30 +0"},
        /* no end where it should be */
        {UP "00 00 03 C0 24 23" CONFIRM, "-30 length 30 +0"},
        {UP "01 04 03 C0 23 23" CONFIRM, "-30 length 30 +0"},
        /* a wrong checksum is a whole frame */
        {UP "00 00 03 00 23 23" CONFIRM, "30 30 +0"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = cuts(a, bytes_of(a, cases[i].hex));
        if (strcmp(got, cases[i].want) != 0) print_message("case %zu: %s\n", i, cases[i].hex);
        assert_string_equal(got, cases[i].want);
    }
    arena_free(&a);
}

/* ---- Frames that other people published ---- */

#define PUB   "source gb26875:0/1.3/0.217.6#bit"
#define PUB_T " 1596280728000 "
static const struct {
    const char *readings, *words;
} published[] = {
    {PUB "0" PUB_T "0 0\n" PUB "1" PUB_T "1 0\n" PUB "2" PUB_T "0 0\n" PUB "3" PUB_T "0 0\n" PUB "4" PUB_T
         "0 0\n" PUB "5" PUB_T "0 0\n" PUB "6" PUB_T "0 0\n" PUB "7" PUB_T "0 0\n" PUB "8" PUB_T "0 0\n",
     "Ａ区１层呷哺走廊"},
    {"refused checksum", "校验和不符，应为 68"},
};

static void published_frames(void **state)
{
    (void)state;
    const char *dir = getenv("ANLAN_TEST_DATA");
    Arena *a = arena_new(0);
    const char *path = dir ? arena_printf(a, "%s/gb26875/frames.txt", dir)
                           : ANLAN_SOURCE_DIR "/../shared/data/gb26875/frames.txt";
    FILE *f = fopen(path, "r");
    char line[4096];
    size_t n = 0;
    if (!f) print_message("skipped: no test data\n");
    while (f && fgets(line, sizeof line, f)) {
        if (line[0] == '#') continue;
        assert_true(n < ARRAY_LEN(published));
        Str frame = bytes_of(a, line);
        const char *code;
        assert_int_equal(gb26875_cut(frame, &code), (long)frame.n);
        assert_string_equal(taken(a, frame, INT64_C(1600000000000)), published[n].readings);
        assert_true(str_find(str_of(words(a, frame, LANG_ZH)), str_of(published[n].words)) >= 0);
        n++;
    }
    if (f) {
        assert_int_equal(n, ARRAY_LEN(published));
        fclose(f);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_the_standard),
        cmocka_unit_test(a_dialect_of_the_same_name_is_refused),
        cmocka_unit_test(answers_equal_the_samples),
        cmocka_unit_test(data_gives_readings_or_reasons),
        cmocka_unit_test(data_in_words),
        cmocka_unit_test(times_are_binary_or_bcd),
        cmocka_unit_test(components_are_made_and_read_back),
        cmocka_unit_test(streams_are_cut_and_found_again),
        cmocka_unit_test(published_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
