/* JT/T 808: every frame of the design paper and of the public data with its exact values or the exact reason
 * it is refused; escapes, cuts, split packets, round trips, words. */
#include "gateway/jt808.h"
#include "gateway/recorder.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static Str unhex(Arena *a, const char *hex)
{
    StrBuf b;
    unsigned byte;
    buf_init(&b, a);
    for (; *hex && sscanf(hex, "%2x", &byte) == 1; hex += 2) buf_addc(&b, (char)(unsigned char)byte);
    return buf_str(&b);
}

static const char *tohex(Arena *a, Str s)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < s.n; i++) buf_printf(&b, "%02x", (unsigned char)s.p[i]);
    buf_addc(&b, 0);
    return b.p;
}

static const char *words(Arena *a, Str frame, Lang lang)
{
    StrBuf b;
    buf_init(&b, a);
    jt808_describe(frame, lang, &b);
    buf_addc(&b, 0);
    return b.p;
}

typedef struct Take {
    StrBuf *out;
    const char *phone;
    ReadingSink sink;
} Take;

static void take(void *ud, unsigned index, const Jt808Location *l, const char *refused)
{
    Take *t = ud;
    if (refused) buf_printf(t->out, "refused %u %s\n", index, refused);
    else jt808_readings(l, t->phone, l->t, &t->sink);
}

/* What the gateway would do with a frame, as text. */
static const char *run(Arena *a, Str frame)
{
    StrBuf out;
    Jt808Frame f;
    buf_init(&out, a);
    char *exact = malloc(frame.n ? frame.n : 1);
    if (frame.n) memcpy(exact, frame.p, frame.n);
    const char *why = jt808_parse(a, str_n(exact, frame.n), &f);
    free(exact);
    if (f.headed)
        buf_printf(&out, "%04x %s %s #%u %zu\n", f.id, f.v2019 ? "2019" : "2013", f.phone, f.seq, f.body.n);
    if (why) buf_printf(&out, "refused %s\n", why);
    Recorder r = {.out = &out};
    Take t = {&out, f.phone, recorder_sink(&r)};
    bool late = false;
    if (!why && (f.id == JT808_LOCATION || f.id == JT808_LOCATIONS)) {
        const char *rest = jt808_locations(f.id, f.body, &late, take, &t);
        if (rest) buf_printf(&out, "refused %s\n", rest);
    }
    if (late) buf_addz(&out, "late\n");
    buf_addc(&out, 0);
    return out.p;
}

/* ---- Frames of the design paper ---- */

#define K "source jt808:13912344329#"

static const struct {
    const char *hex, *want, *says; /* says: a line of its words */
} paper[] = {
    {"7e02004026010000000001391234432900000000006f0000001601dc9a0707456246007b0042000325012922334402020064010"
     "40000"
     "000c417e",
     "0200 2019 13912344329 #0 38\n" K "lat 1738161224000 -31.234567 0\n" K
     "lon 1738161224000 121.987654 0\n" K "altitude 1738161224000 123 0\n" K "speed 1738161224000 6.6 0\n" K
     "direction 1738161224000 3 0\n" K "alarm 1738161224000 111 0\n" K "status 1738161224000 22 0\n" K
     "mileage 1738161224000 1.2 0\n" K "fuel 1738161224000 10 0\n",
     "报警 0x0000006f 紧急报警、超速报警、疲劳驾驶报警、危险驾驶预警、GNSS 天线未接或剪断、GNSS 天线短路\n"},
    {"7e0704403f01000000000139123443290000000200001c000000010000000101d907f2073d336c029a002100592410292139030"
     "01c00"
     "0000010000000101d907f3073d336d03090043005a241029213903f87e",
     "0704 2019 13912344329 #0 63\n" K "lat 1730209143000 31.000562 1\n" K
     "lon 1730209143000 121.451372 1\n" K "altitude 1730209143000 666 1\n" K "speed 1730209143000 3.3 1\n" K
     "direction 1730209143000 89 1\n" K "alarm 1730209143000 1 0\n" K "status 1730209143000 1 0\n" K
     "lat 1730209143000 31.000563 1\n" K "lon 1730209143000 121.451373 1\n" K
     "altitude 1730209143000 777 1\n" K "speed 1730209143000 6.7 1\n" K "direction 1730209143000 90 1\n" K
     "alarm 1730209143000 1 0\n" K "status 1730209143000 1 0\n",
     "位置数 2\n"},
    {"7e8001400501000000000139123443290000006f020000dc7e", "8001 2019 13912344329 #0 5\n",
     "应答 0x0200 位置信息汇报 #111: 成功 (0)"},
    {"7e8100400d01000000000139123443290000006f006f6b2e2e6f6b2e2e6f6bd27e", "8100 2019 13912344329 #0 13\n",
     "应答流水号 111\n结果 0"},
    {"7e800300090139123443230000006f030002000300049d7e", "8003 2013 13912344323 #0 9\n",
     "原始消息流水号 111\n缺少的包 2 3 4"},
    {"7e8300001901391234432300000148656c6c6f576f726c6420babad7d62047424b20b1e0c2ebf27e",
     "8300 2013 13912344323 #0 25\n", "文本 HelloWorld 汉字 GBK 编码"},
};

static void the_papers_frames(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(paper); i++) {
        Str frame = unhex(a, paper[i].hex);
        assert_string_equal(run(a, frame), paper[i].want);
        assert_non_null(strstr(words(a, frame, LANG_ZH), paper[i].says));
        const char *code;
        assert_int_equal(jt808_cut(frame, &code), (long)frame.n);
    }
    arena_free(&a);
}

/* ---- Frames of the public data, in the order of the file ---- */

static const struct {
    uint16_t id;
    const char *phone;
    size_t bytes;
} published[] = {
    {0x0001, "12345678901", 5},   {0x0100, "123456789012", 46}, {0x0102, "12345678901", 11},
    {0x0104, "12345678901", 511}, {0x0107, "123456789012", 66}, {0x0108, "12345678901", 2},
    {0x0200, "12345678901", 124}, {0x0301, "12345678901", 1},   {0x0302, "12345678901", 3},
    {0x0303, "12345678901", 2},   {0x0702, "12345678901", 78},  {0x0704, "12345678901", 93},
    {0x0705, "12345678901", 43},  {0x0800, "12345678901", 8},   {0x0801, "12345678901", 41},
    {0x0802, "12345678901", 144}, {0x0805, "12345678901", 41},  {0x0901, "12345678901", 13},
    {0x8003, "12345678901", 21},  {0x8100, "12345678901", 30},  {0x8103, "12345678901", 509},
    {0x8105, "12345678901", 16},  {0x8106, "12345678901", 25},  {0x8108, "12345678901", 26},
    {0x8202, "12345678901", 6},   {0x8203, "12345678901", 6},   {0x8300, "12345678901", 24},
    {0x8301, "12345678901", 21},  {0x8302, "12345678901", 19},  {0x8303, "12345678901", 65},
    {0x8304, "12345678901", 40},  {0x8400, "12345678901", 21},  {0x8401, "12345678901", 46},
    {0x8500, "12345678901", 1},   {0x8600, "12345678901", 167}, {0x8601, "12345678901", 17},
    {0x8602, "12345678901", 187}, {0x8604, "12345678901", 63},  {0x8606, "123456789012", 120},
    {0x8800, "12345678901", 23},  {0x8801, "12345678901", 12},  {0x8802, "12345678901", 15},
    {0x8803, "12345678901", 16},  {0x8804, "12345678901", 5},   {0x8805, "12345678901", 5},
    {0x0201, "12345678901", 36},  {0x8a00, "12345678901", 132}, {0x0900, "12345678901", 15},
};

#define P "source jt808:12345678901#"
#define PLACE                                                                                                \
    P "lat 1594121039000 116.307629 2\n" P "lon 1594121039000 40.058359 2\n" P                               \
      "altitude 1594121039000 312 2\n" P "speed 1594121039000 0.3 1\n" P "direction 1594121039000 99 1\n" P  \
      "alarm 1594121039000 1024 0\n" P "status 1594121039000 2048 0\n"

static FILE *data_file(const char *name)
{
    char path[512];
    const char *dir = getenv("ANLAN_TEST_DATA");
    if (dir) snprintf(path, sizeof path, "%s/%s", dir, name);
    else snprintf(path, sizeof path, "%s/../shared/data/%s", ANLAN_SOURCE_DIR, name);
    return fopen(path, "r");
}

/* Latitude 116: the publisher's example has the two swapped, and its status says "not fixed". */
static const char *readings_of(size_t i)
{
    if (published[i].id == JT808_LOCATION)
        return PLACE P "mileage 1594121039000 1.1 0\n" P "fuel 1594121039000 2.2 0\n";
    return published[i].id == JT808_LOCATIONS ? PLACE PLACE PLACE "late\n" : "";
}

static void the_published_frames(void **state)
{
    (void)state;
    FILE *in = data_file("jt808/frames.txt");
    if (!in) {
        printf("skipped: no test data\n");
        return;
    }
    Arena *a = arena_new(0);
    char line[8192];
    size_t n = 0;
    for (; fgets(line, sizeof line, in); n++) {
        line[strcspn(line, "\r\n")] = 0;
        Str frame = unhex(a, line);
        assert_true(n < ARRAY_LEN(published));
        const char *want = arena_printf(a, "%04x 2013 %s #32767 %zu\n%s", published[n].id, published[n].phone,
                                        published[n].bytes, readings_of(n));
        assert_string_equal(run(a, frame), want);
        assert_null(strstr(words(a, frame, LANG_EN), "unknown"));
        assert_true(str_utf8_ok(str_of(words(a, frame, LANG_ZH))));
        if (published[n].id == JT808_REGISTER)
            assert_non_null(strstr(words(a, frame, LANG_ZH), "制造商 yzh\n终端型号 www.jtt808.cn\n"
                                                             "终端 ID 7654321\n车牌 测A888888\n车牌颜色 1"));
    }
    fclose(in);
    assert_int_equal(n, ARRAY_LEN(published));
    arena_free(&a);
}

/* ---- Escapes and cuts ---- */

static void escapes(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf out, back;
    buf_init(&out, a);
    buf_init(&back, a);
    jt808_escape(unhex(a, "307e087d55"), &out);
    assert_string_equal(tohex(a, buf_str(&out)), "307d02087d0155");
    assert_true(jt808_unescape(buf_str(&out), &back));
    assert_string_equal(tohex(a, buf_str(&back)), "307e087d55");
    assert_false(jt808_unescape(unhex(a, "307d03"), &back));
    assert_false(jt808_unescape(unhex(a, "307d"), &back));
    arena_free(&a);
}

static void cuts(void **state)
{
    static const struct {
        const char *hex;
        long want;
        const char *code;
    } rows[] = {
        {"", 0, ""},           {"7e", 0, ""},           {"7e0102", 0, ""},     {"7e01027e", 4, ""},
        {"7e01027e7e", 4, ""}, {"01027e", -2, "noise"}, {"0102", -2, "noise"}, {"7e7e01027e", -1, "noise"},
    };
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *code = "";
        assert_int_equal(jt808_cut(unhex(a, rows[i].hex), &code), rows[i].want);
        assert_string_equal(code, rows[i].code);
    }
    /* A mark and then no end in sight. */
    char endless[JT808_FRAME_MAX + 2];
    const char *code = "";
    memset(endless, 'x', sizeof endless);
    endless[0] = 0x7e;
    assert_int_equal(jt808_cut(str_n(endless, sizeof endless), &code), -(long)sizeof endless);
    assert_string_equal(code, "length");
    arena_free(&a);
}

/* ---- Refusals ---- */

static void refusals(void **state)
{
    static const struct {
        const char *content; /* without marks and checksum */
        int check;           /* added to the right one */
        const char *want;
    } rows[] = {
        {"000200000139123443230001", 0, "0002 2013 13912344323 #1 0\n"},
        {"000200000139123443230001", 1, "0002 2013 13912344323 #1 0\nrefused checksum\n"},
        {"000200010139123443230001", 0, "0002 2013 13912344323 #1 0\nrefused length\n"},
        {"00020000013912344323000155", 0, "0002 2013 13912344323 #1 1\nrefused length\n"},
        {"00020000013912", 0, "refused length\n"},
        {"0002", 0, "refused length\n"},
        {"000200000139123443ff0001", 0, "refused phone\n"},
        {"000200000000000000000001", 0, "0002 2013 0 #1 0\n"},
        {"02000401013912344323000155", 0, "0200 2013 13912344323 #1 1\nrefused encrypted\n"},
        {"0704200101391234432300010000000155", 0, "0704 2013 13912344323 #1 1\nrefused split\n"},
        {"0704200101391234432300010002000355", 0, "0704 2013 13912344323 #1 1\nrefused split\n"},
        {"0704200101391234432300010021000155", 0, "0704 2013 13912344323 #1 1\nrefused split\n"},
        {"02000001013912344323000155", 0, "0200 2013 13912344323 #1 1\nrefused 1 body\n"},
        {"07040001013912344323000155", 0, "0704 2013 13912344323 #1 1\nrefused body\n"},
    };
    (void)state;
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Str s = unhex(a, rows[i].content);
        unsigned x = 0;
        for (size_t k = 0; k < s.n; k++) x ^= (unsigned char)s.p[k];
        StrBuf b;
        buf_init(&b, a);
        buf_addc(&b, 0x7e);
        jt808_escape(s, &b);
        char check = (char)(unsigned char)(x + (unsigned)rows[i].check);
        jt808_escape(str_n(&check, 1), &b);
        buf_addc(&b, 0x7e);
        assert_string_equal(run(a, buf_str(&b)), rows[i].want);
    }
    assert_string_equal(run(a, unhex(a, "7e307d037e")), "refused escape\n");
    assert_string_equal(run(a, unhex(a, "7e")), "refused noise\n");
    arena_free(&a);
}

static Jt808Location a_location(void)
{
    return (Jt808Location){.alarm = 1,
                           .status = 1,
                           .lat = 30.25,
                           .lon = 120.5,
                           .altitude = 12,
                           .speed = 43.2,
                           .direction = 270,
                           .t = INT64_C(1763773200000),
                           .fixed = true,
                           .has_mileage = true,
                           .mileage = 1234.5,
                           .has_fuel = true,
                           .fuel = 55.5};
}

static const char *read_back(Arena *a, const Jt808Location *in, size_t patch, const char *bytes, size_t n,
                             Jt808Location *out)
{
    StrBuf b;
    buf_init(&b, a);
    jt808_location_write(&b, in);
    if (n) memcpy(b.p + patch, bytes, n);
    return jt808_location(buf_str(&b), out);
}

static void locations(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Jt808Location in = a_location(), out;
    assert_null(read_back(a, &in, 0, NULL, 0, &out));
    assert_true(out.lat == 30.25 && out.lon == 120.5 && out.altitude == 12 && out.speed == 43.2);
    assert_true(out.t == in.t && out.direction == 270 && out.fixed && out.place_q == 0);
    assert_true(out.mileage == 1234.5 && out.fuel == 55.5 && out.alarm == 1 && out.status == 3);
    in.lat = -30.25, in.lon = -70.5, in.altitude = -12;
    assert_null(read_back(a, &in, 0, NULL, 0, &out));
    assert_true(out.lat == -30.25 && out.lon == -70.5 && out.altitude == -12 && out.status == 15);
    /* Bytes 22…27 are the time. */
    assert_string_equal(read_back(a, &in, 23, "\x13", 1, &out), "time");
    assert_string_equal(read_back(a, &in, 23, "\x02\x30", 2, &out), "time");
    assert_string_equal(read_back(a, &in, 24, "\x1a", 1, &out), "time");
    assert_string_equal(read_back(a, &in, 25, "\x24", 1, &out), "time");
    assert_null(read_back(a, &in, 22, "\x24\x02\x29", 3, &out));
    assert_string_equal(read_back(a, &in, 22, "\x23\x02\x29", 3, &out), "time");
    assert_string_equal(read_back(a, &in, 8, "\x7f", 1, &out), "position");
    in.fixed = false;
    assert_null(read_back(a, &in, 0, NULL, 0, &out));
    assert_int_equal(out.place_q, 1);
    assert_null(read_back(a, &in, 8, "\x7f", 1, &out));
    assert_int_equal(out.place_q, 2);
    assert_null(read_back(a, &in, 8, "\0\0\0\0\0\0\0\0", 8, &out));
    assert_int_equal(out.place_q, 2);
    /* An item that says it is longer than what is there. */
    assert_null(read_back(a, &in, 29, "\xff", 1, &out));
    assert_true(out.items_cut && !out.has_mileage);
    arena_free(&a);
}

/* ---- Both versions, there and back ---- */

static void round_trips(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (int v2019 = 0; v2019 < 2; v2019++) {
        Jt808Frame from, f;
        Jt808Location l[3] = {a_location(), a_location(), a_location()};
        l[1].t += 1000, l[2].t += 2000;
        StrBuf body, out;
        buf_init(&body, a);
        buf_init(&out, a);
        jt808_sender(&from, "013912344329", v2019);
        jt808_locations_write(&body, l, 3, true);
        jt808_write(&out, &from, JT808_LOCATIONS, 7, buf_str(&body));
        assert_null(jt808_parse(a, buf_str(&out), &f));
        assert_string_equal(f.phone, "13912344329");
        assert_int_equal(f.v2019, v2019);
        assert_int_equal(f.seq, 7);
        assert_true(str_eq(f.body, buf_str(&body)));
        const char *said = run(a, buf_str(&out));
        assert_non_null(strstr(said, "#speed 1763773202000 43.2 0\n"));
        assert_non_null(strstr(said, "late\n"));

        StrBuf answer;
        buf_init(&answer, a);
        jt808_answer(&answer, &f, 9, JT808_OK);
        Jt808Frame back;
        assert_null(jt808_parse(a, buf_str(&answer), &back));
        assert_int_equal(back.id, JT808_PLATFORM_ANSWER);
        assert_int_equal(back.seq, 9);
        assert_int_equal(back.v2019, v2019);
        assert_string_equal(tohex(a, back.body), "0007070400");
    }
    arena_free(&a);
}

static void registrations(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    for (int v2019 = 0; v2019 < 2; v2019++) {
        Jt808Frame f;
        Jt808Registration r;
        StrBuf body;
        buf_init(&body, a);
        jt808_sender(&f, "13912344329", v2019);
        jt808_registration_write(&body, v2019,
                                 STR("\xb2\xe2"
                                     "A88888"));
        f.body = buf_str(&body);
        assert_null(jt808_registration(a, &f, &r));
        assert_true(str_is(r.plate, "测A88888"));
        assert_int_equal(r.colour, 2);
        f.body.n = 20;
        assert_string_equal(jt808_registration(a, &f, &r), "body");
    }
    /* 2011: the model has eight bytes. */
    Jt808Frame f;
    Jt808Registration r;
    jt808_sender(&f, "1", false);
    f.body = unhex(a, "001f0073797a6800004d4f44454c20202054455230303031"
                      "0142");
    assert_null(jt808_registration(a, &f, &r));
    assert_true(str_is(r.model, "MODEL") && str_is(r.terminal, "TER0001") && str_is(r.plate, "B"));
    arena_free(&a);
}

static void authentication(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Jt808Frame f;
    Str code;
    jt808_sender(&f, "13912344329", true);
    f.body = STR("\x03"
                 "abc"
                 "012345678901234"
                 "v1");
    assert_null(jt808_auth_code(&f, &code));
    assert_true(str_is(code, "abc"));
    f.body = STR("\x20"
                 "abc");
    assert_string_equal(jt808_auth_code(&f, &code), "body");
    f.v2019 = false;
    assert_null(jt808_auth_code(&f, &code));
    assert_int_equal(code.n, 4);
    /* The code does not show, and the frame is not called damaged for that. */
    for (int v2019 = 0; v2019 < 2; v2019++) {
        StrBuf out;
        buf_init(&out, a);
        jt808_sender(&f, "13912344329", v2019);
        jt808_write(&out, &f, JT808_AUTHENTICATE, 1,
                    v2019 ? STR("\x06"
                                "secret")
                          : STR("secret"));
        char *copy = arena_copy(a, out.p, out.n);
        jt808_mask(copy, out.n);
        assert_int_equal(str_find(str_n(copy, out.n), STR("secret")), -1);
        const char *said = words(a, str_n(copy, out.n), LANG_EN);
        assert_null(strstr(said, "checksum"));
        assert_non_null(strstr(said, "code 6 bytes"));
        /* Others stay as they are. */
        buf_init(&out, a);
        jt808_write(&out, &f, JT808_LOCATION, 1, STR("secret"));
        copy = arena_copy(a, out.p, out.n);
        jt808_mask(copy, out.n);
        assert_memory_equal(copy, out.p, out.n);
    }
    arena_free(&a);
}

/* ---- Split messages ---- */

typedef struct Packets {
    Jt808Frame f[JT808_PARTS_MAX];
    size_t n;
    Str body;
} Packets;

static Packets packets(Arena *a, const char *phone, uint16_t seq, size_t bytes, size_t part)
{
    Packets p = {.n = 0};
    Jt808Frame from;
    StrBuf out, body;
    buf_init(&out, a);
    buf_init(&body, a);
    for (size_t i = 0; i < bytes; i++) buf_addc(&body, (char)(i * 7));
    jt808_sender(&from, phone, false);
    jt808_write_split(&out, &from, JT808_LOCATIONS, seq, buf_str(&body), part);
    Str rest = buf_str(&out);
    const char *code;
    for (long n; rest.n && (n = jt808_cut(rest, &code)) > 0; rest = str_n(rest.p + n, rest.n - (size_t)n))
        assert_null(jt808_parse(a, str_n(rest.p, (size_t)n), &p.f[p.n++]));
    p.body = buf_str(&body);
    return p;
}

static void split_messages(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Jt808Joiner *j = jt808_joiner_new();
    Packets p = packets(a, "139", 65535, 250, 100); /* the serial number wraps */
    assert_int_equal(p.n, 3);
    Jt808Frame f = p.f[2];
    assert_int_equal(jt808_join(j, a, &f, 0), 0);
    f = p.f[0];
    assert_int_equal(jt808_join(j, a, &f, 1), 0);
    f = p.f[0];
    assert_int_equal(jt808_join(j, a, &f, 2), 0); /* repeated */
    f = p.f[1];
    assert_int_equal(jt808_join(j, a, &f, 3), 1);
    assert_true(str_eq(f.body, p.body));
    assert_int_equal(f.seq, 65535);
    /* Too late: the rest begins a message of its own. */
    f = p.f[0];
    assert_int_equal(jt808_join(j, a, &f, 0), 0);
    f = p.f[1];
    assert_int_equal(jt808_join(j, a, &f, JT808_JOIN_MS + 1), 0);
    f = p.f[2];
    assert_int_equal(jt808_join(j, a, &f, JT808_JOIN_MS + 2), 0);
    f = p.f[0];
    assert_int_equal(jt808_join(j, a, &f, JT808_JOIN_MS + 3), 1);
    /* Two that contradict each other. */
    f = p.f[0];
    assert_int_equal(jt808_join(j, a, &f, 0), 0);
    f = p.f[1];
    f.total = 2;
    assert_int_equal(jt808_join(j, a, &f, 1), -1);
    jt808_joiner_free(&j);
    arena_free(&a);
}

/* Many beginnings: only the newest few are kept. */
static void split_is_bounded(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Jt808Joiner *j = jt808_joiner_new();
    Packets first = packets(a, "139", 1, 30, 20);
    Jt808Frame f = first.f[0];
    assert_int_equal(jt808_join(j, a, &f, 0), 0);
    for (uint16_t i = 0; i < JT808_JOINS_MAX; i++) {
        Packets p = packets(a, "139", (uint16_t)(100 + 10 * i), 30, 20);
        assert_int_equal(jt808_join(j, a, &p.f[0], 1 + i), 0);
    }
    f = first.f[1];
    assert_int_equal(jt808_join(j, a, &f, 9), 0); /* its other half gave way */
    jt808_joiner_free(&j);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_papers_frames), cmocka_unit_test(the_published_frames),
        cmocka_unit_test(escapes),           cmocka_unit_test(cuts),
        cmocka_unit_test(refusals),          cmocka_unit_test(locations),
        cmocka_unit_test(round_trips),       cmocka_unit_test(registrations),
        cmocka_unit_test(authentication),    cmocka_unit_test(split_messages),
        cmocka_unit_test(split_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
