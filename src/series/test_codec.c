/* Properties of the codecs and chunks: every row comes back, whatever the values and times; damaged images
 * never do harm. */
#include "chunk.h"
#include "base/strmap.h"
#include "codec_fast.h"
#include "log_record.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <stdarg.h>
#include <cmocka.h>

static uint64_t seed;
static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static double of_bits(uint64_t u)
{
    double v;
    memcpy(&v, &u, 8);
    return v;
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, 8) == 0;
}

static double walk, walk_step;
static double value_of(int kind)
{
    static const double odd[] = {0.0,
                                 -0.0,
                                 NAN,
                                 INFINITY,
                                 -INFINITY,
                                 5e-324,
                                 -1.7976931348623157e308,
                                 1e22,
                                 0.1,
                                 9007199254740993.0,
                                 -123456.789,
                                 1.0 / 3};
    switch (kind) {
    case 0:
        return (double)(int64_t)(rnd() % 11 - 5) / 100;
    case 1:
        walk += ((double)(rnd() % 11) - 5) * walk_step;
        return round(walk * 100) / 100;
    case 2:
        return of_bits(rnd());
    case 3:
        return odd[rnd() % (sizeof odd / sizeof *odd)];
    case 4:
        return (double)(rnd() % 1000000007) / 1e6;
    case 5:
        return sin((double)(rnd() % 1000));
    case 6:
        return rnd() % 20 ? 20.25 : 1.0 / 3;
    default:
        return (double)(int64_t)rnd();
    }
}

static int64_t gap_of(int kind)
{
    switch (kind) {
    case 0:
        return 300000;
    case 1:
        return 300000 + (rnd() % 10 == 0 ? 1000 : 0);
    case 2:
        return 1 + (int64_t)(rnd() % 100);
    case 3:
        return 1 + (int64_t)(rnd() % 100000000000);
    default:
        return rnd() % 50 ? 1000 : 3600000;
    }
}

static size_t make_rows(SeriesRow *rows, int values, int times, int qualities)
{
    size_t n = 1 + rnd() % CHUNK_ROWS_MAX;
    int64_t t = times == 3 ? -(int64_t)(rnd() % 40000000000000) : 1700000000000;
    walk = 20;
    walk_step = 0.01;
    for (size_t i = 0; i < n; i++) {
        t += gap_of(times);
        if (t > SERIES_T_MAX) return i;
        rows[i] = (SeriesRow){t, value_of(values),
                              (uint8_t)(qualities ? (rnd() % qualities == 0 ? rnd() % 3 : 0) : 0)};
    }
    return n;
}

static void assert_rows(const SeriesRow *a, const SeriesRow *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].t, b[i].t);
        assert_true(same(a[i].v, b[i].v));
        assert_int_equal(a[i].q, b[i].q);
    }
}

static void every_row_comes_back(void **state)
{
    (void)state;
    static SeriesRow rows[CHUNK_ROWS_MAX], back[CHUNK_ROWS_MAX];
    static uint8_t image[CHUNK_IMAGE_MAX];
    seed = 88172645463325252u;
    for (int round_no = 0; round_no < 1200; round_no++) {
        size_t n = make_rows(rows, round_no % 8, round_no / 8 % 5, round_no / 40 % 3 * 7);
        size_t len = chunk_encode(rows, n, image);
        assert_true(len <= CHUNK_IMAGE_MAX);
        assert_int_equal(chunk_decode(image, len, back, NULL), n);
        assert_rows(rows, back, n);
    }
}

/* An encoder may stop, be rebuilt from the image and go on; the bytes are the same as without the stop. */
static void an_encoder_resumes_from_its_image(void **state)
{
    (void)state;
    static SeriesRow rows[CHUNK_ROWS_MAX], back[CHUNK_ROWS_MAX];
    seed = 424242;
    for (int round_no = 0; round_no < 200; round_no++) {
        size_t n = make_rows(rows, round_no % 8, round_no / 8 % 5, 5), half = n / 2;
        if (half == 0) continue;
        static uint8_t one[CHUNK_IMAGE_MAX], image[CHUNK_IMAGE_MAX];
        uint8_t mode, unit;
        chunk_choose(rows, n, &mode, &unit);
        Codec c, again;
        codec_start(&c, rows[0].t, mode, unit);
        BitsOut out = codec_out(&c, one);
        for (size_t i = 0; i < n; i++) {
            if (i == half) {
                bits_end(&out);
                codec_keep(&c, &out);
                size_t head = chunk_put_head(image, &c, rows[0].t);
                memcpy(image + head, one, (c.bit + 7) / 8);
                assert_int_equal(chunk_decode(image, head + (c.bit + 7) / 8, back, &again), half);
                assert_rows(rows, back, half);
                c = again;
                out = codec_out(&c, one + c.bit / 64 * 8);
            }
            if (i) codec_time_put(&c, &out, rows[i].t);
            codec_value_put(&c, &out, rows[i].v, rows[i].q);
            c.count++;
        }
        bits_end(&out);
        codec_keep(&c, &out);
        size_t head = chunk_put_head(image, &c, rows[0].t);
        memcpy(image + head, one, (c.bit + 7) / 8);
        assert_int_equal(chunk_decode(image, head + (c.bit + 7) / 8, back, NULL), n);
        assert_rows(rows, back, n);
    }
}

/* The short way gives the bits and the state of the long one, or declines. */
static void the_fast_road_is_the_same_road(void **state)
{
    (void)state;
    static SeriesRow rows[CHUNK_ROWS_MAX];
    static uint8_t slow[CHUNK_IMAGE_MAX], fast[CHUNK_IMAGE_MAX];
    size_t taken = 0;
    seed = 99;
    for (int round_no = 0; round_no < 400; round_no++) {
        size_t n = make_rows(rows, round_no % 8, round_no / 8 % 5, 5);
        uint8_t mode, unit;
        if (n == 0) continue;
        chunk_choose(rows, n, &mode, &unit);
        if (mode == CODEC_XOR) continue;
        Codec a, b;
        codec_start(&a, rows[0].t, mode, unit);
        codec_start(&b, rows[0].t, mode, unit);
        BitsOut one = codec_out(&a, slow), two = codec_out(&b, fast);
        for (size_t i = 0; i < n; i++, a.count++, b.count++) {
            if (i) codec_time_put(&a, &one, rows[i].t);
            codec_value_put(&a, &one, rows[i].v, rows[i].q);
            bool usual = i && rows[i].q == b.q && codec_put_fast(&b, &two, rows[i].t, rows[i].v);
            taken += usual;
            if (!usual && i) codec_time_put(&b, &two, rows[i].t);
            if (!usual) codec_value_put(&b, &two, rows[i].v, rows[i].q);
            assert_true(a.t == b.t && a.v == b.v && a.period == b.period && a.delta == b.delta);
            assert_true(a.tmean == b.tmean && a.vmean == b.vmean && a.q == b.q && a.count == b.count);
            assert_int_equal(one.bit, two.bit);
            assert_true(one.word == two.word);
        }
        bits_end(&one);
        bits_end(&two);
        assert_memory_equal(slow, fast, (one.bit + 7) / 8);
    }
    assert_true(taken > 10000);
}

/* Records hold readings of any points in any order; a NaN keeps its bits. */
static void every_record_comes_back(void **state)
{
    (void)state;
    static SeriesRow rows[CHUNK_ROWS_MAX];
    static Reading in[CHUNK_ROWS_MAX], out[CHUNK_ROWS_MAX];
    static uint8_t body[CHUNK_ROWS_MAX * RECORD_READING_MAX + 64];
    seed = 31337;
    for (int round_no = 0; round_no < 600; round_no++) {
        size_t n = make_rows(rows, round_no % 8, round_no / 8 % 5, round_no % 3 * 5);
        uint32_t most = round_no % 4 ? 85000 : UINT32_MAX - 1;
        for (size_t i = 0; i < n; i++)
            in[i] = (Reading){.point = 1 + (uint32_t)(rnd() % most),
                              .t = rows[rnd() % n].t,
                              .v = rows[i].v,
                              .q = rows[i].q,
                              .flags = rnd() % 30 == 0 ? READING_AHEAD : 0};
        SeriesNote notes[2] = {{3, STR("a note")}, {9, STR("")}}, back[2];
        Record rec = {.readings = (uint32_t)n, .notes = 2};
        rec.len = (uint32_t)record_put_body(body, in, n, notes, 2);
        assert_true(rec.len <= record_size_max(n, notes, 2) - RECORD_HEAD);
        rec.body_crc = crc32c(0, body, rec.len);
        assert_true(record_get_body(&rec, body, out, back));
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(in[i].point, out[i].point);
            assert_int_equal(in[i].t, out[i].t);
            assert_int_equal(in[i].q, out[i].q);
            assert_int_equal(in[i].flags, out[i].flags);
            assert_memory_equal(&in[i].v, &out[i].v, 8);
        }
        assert_true(back[0].kind == 3 && str_is(back[0].bytes, "a note") && back[1].bytes.n == 0);
    }
}

static void damaged_images_are_refused_or_ordered(void **state)
{
    (void)state;
    static SeriesRow rows[CHUNK_ROWS_MAX], back[CHUNK_ROWS_MAX];
    static uint8_t image[CHUNK_IMAGE_MAX];
    seed = 7;
    for (int round_no = 0; round_no < 3000; round_no++) {
        size_t n = make_rows(rows, round_no % 8, round_no / 8 % 5, 5);
        size_t len = chunk_encode(rows, n, image);
        image[rnd() % len] ^= (uint8_t)(1 + rnd() % 255);
        if (rnd() % 2) len = rnd() % (len + 1);
        uint8_t *tight = malloc(len ? len : 1); /* so that a read past the end is seen */
        memcpy(tight, image, len);
        int got = chunk_decode(tight, len, back, NULL);
        for (int i = 1; i < got; i++) assert_true(back[i - 1].t < back[i].t);
        free(tight);
    }
}

static void slow_decimals_take_less_than_a_byte(void **state)
{
    (void)state;
    static SeriesRow rows[CHUNK_ROWS];
    static uint8_t image[CHUNK_IMAGE_MAX];
    seed = 99;
    int64_t cents = 2000;
    for (size_t i = 0; i < CHUNK_ROWS; i++) {
        if (rnd() % 16 >= 6) cents += (rnd() & 1 ? 1 : -1) * (int64_t)(1 + rnd() % 5);
        int64_t late = rnd() % 10 == 0 ? 1000 : 0;
        rows[i] = (SeriesRow){1700000100000 + (int64_t)i * 300000 + late, (double)cents / 100, 0};
    }
    size_t len = chunk_encode(rows, CHUNK_ROWS, image);
    print_message("%.3f bytes a reading\n", (double)len / CHUNK_ROWS);
    assert_true(len < CHUNK_ROWS * 4 / 5);
}

static void settling_keeps_the_newest_good_value(void **state)
{
    (void)state;
    SeriesRow rows[] = {{5, 1.0, 0}, {7, 2.0, 0}, {3, 9.0, 0}, {5, 4.0, 2},
                        {7, 3.0, 1}, {3, NAN, 0}, {9, 1, 2},   {9, 8, 0}};
    SeriesRow tmp[8];
    assert_int_equal(rows_settle(rows, 8, tmp), 4);
    SeriesRow want[] = {{3, 9.0, 0}, {5, 1.0, 0}, {7, 3.0, 1}, {9, 8, 0}};
    assert_rows(rows, want, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_back),
        cmocka_unit_test(an_encoder_resumes_from_its_image),
        cmocka_unit_test(the_fast_road_is_the_same_road),
        cmocka_unit_test(every_record_comes_back),
        cmocka_unit_test(damaged_images_are_refused_or_ordered),
        cmocka_unit_test(slow_decimals_take_less_than_a_byte),
        cmocka_unit_test(settling_keeps_the_newest_good_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
