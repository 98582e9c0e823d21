/* The compact batch: the example of the document, round trips, every way a frame can be broken. */
#include "base/strmap.h"
#include "gateway/binary.h"
#include "gateway/recorder.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const codes[] = {"GAS-0001", "GAS-0002", "GAS-0003"};

static Rc decode(Ctx *ctx, Str body, StrBuf *out)
{
    buf_init(out, ctx->arena);
    Recorder r = {.codes = codes, .ncodes = ARRAY_LEN(codes), .out = out};
    ReadingSink sink = recorder_sink(&r);
    /* Exactly n bytes, so that a sanitizer sees a read past them. */
    char *exact = malloc(body.n ? body.n : 1);
    if (body.n) memcpy(exact, body.p, body.n);
    Rc rc = binary_decode(ctx, str_n(exact, body.n), &sink);
    free(exact);
    buf_addc(out, 0);
    return rc;
}

/* The example of docs/binary-batch.md: the hex lines of its block between ```hex and ```. */
static Str document_example(Arena *a)
{
    FILE *f = fopen(ANLAN_SOURCE_DIR "/docs/binary-batch.md", "r");
    assert_non_null(f);
    StrBuf out;
    buf_init(&out, a);
    char line[512];
    bool inside = false;
    while (fgets(line, sizeof line, f)) {
        if (strncmp(line, "```", 3) == 0) {
            inside = strncmp(line, "```hex", 6) == 0;
            continue;
        }
        unsigned byte;
        int used;
        for (char *p = line; inside && *p != '#' && sscanf(p, " %2x%n", &byte, &used) == 1; p += used) {
            buf_addc(&out, (char)(unsigned char)byte);
            while (p[used] == ' ') used++;
        }
    }
    fclose(f);
    return buf_str(&out);
}

static void the_documents_example_decodes(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    StrBuf out;
    Str body = document_example(a);
    assert_int_equal(decode(&ctx, body, &out), RC_OK);
    assert_string_equal(out.p, "add 1 1763773200000 12.3 0\nadd 2 1763773201500 -0.05 1\n"
                               "source json:NEW-7 - 7 0\nadd 1 1763773199000 nan 2\n");
    arena_free(&a);
}

static void round_trips(void **state)
{
    (void)state;
    const Str names[] = {STR("GAS-0002"), STR("燃气-9")};
    const BinaryReading r[] = {
        {1, 1000, 12.34, 0}, {2, 500, -7, 1}, {1, TIME_NONE, NAN, 2}, {1, 1001, 0.1, 0}};
    const BinaryOptions options[] = {
        {.codes = names, .ncodes = 2, .value = BINARY_F64},
        {.codes = names, .ncodes = 2, .value = BINARY_SCALED, .decimals = 2, .crc = true},
        {.value = BINARY_F64, .crc = true},
        {.value = BINARY_F32},
    };
    static const char *const want[] = {
        "add 2 1000 12.34 0\nsource json:燃气-9 500 -7 1\nadd 2 - nan 2\nadd 2 1001 0.1 0\n",
        "add 2 1000 12.34 0\nsource json:燃气-9 500 -7 1\nadd 2 - nan 2\nadd 2 1001 0.1 0\n",
        "add 1 1000 12.34 0\nadd 2 500 -7 1\nadd 1 - nan 2\nadd 1 1001 0.1 0\n",
        "add 1 1000 12.34000015258789 0\nadd 2 500 -7 1\nadd 1 - nan 2\nadd 1 1001 0.10000000149011612 0\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        StrBuf bytes, out;
        buf_init(&bytes, a);
        assert_int_equal(binary_encode(&ctx, &options[i], r, ARRAY_LEN(r), &bytes), RC_OK);
        assert_int_equal(decode(&ctx, buf_str(&bytes), &out), RC_OK);
        assert_string_equal(out.p, want[i]);
        arena_free(&a);
    }
}

static void encoder_refuses_what_does_not_fit(void **state)
{
    (void)state;
    static const struct {
        BinaryReading r[2];
        BinaryOptions opt;
    } cases[] = {
        {{{1, 0, 0, 0}, {1, INT64_C(2147483648), 0, 0}}, {.value = BINARY_F64}},
        {{{1, 0, 0, 0}, {1, -INT64_C(2147483648), 0, 0}}, {.value = BINARY_F64}},
        {{{1, 0, 0, 0}, {1u << 30, 0, 0, 0}}, {.value = BINARY_F64}},
        {{{1, 0, 0, 0}, {1, 0, 0, 3}}, {.value = BINARY_F64}},
        {{{1, 0, 0, 0}, {1, 0, 21474836.48, 0}}, {.value = BINARY_SCALED, .decimals = 2}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_ZH);
        StrBuf bytes;
        buf_init(&bytes, a);
        assert_int_equal(binary_encode(&ctx, &cases[i].opt, cases[i].r, 2, &bytes), RC_INVALID);
        arena_free(&a);
    }
}

static void records_are_checked(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    StrBuf b, out;
    buf_init(&b, a);
    const BinaryReading r[] = {{1, 10, 1, 0}, {4, 10, 2, 0}, {0, 10, 3, 0}, {2, 10, 4, 0}};
    assert_int_equal(binary_encode(&ctx, &(BinaryOptions){.value = BINARY_F64}, r, 4, &b), RC_OK);
    b.p[24 + 3 * 16 + 3] |= (char)0xC0; /* quality 3 */
    assert_int_equal(decode(&ctx, buf_str(&b), &out), RC_OK);
    assert_string_equal(out.p,
                        "add 1 10 1 0\nreject 2 point unknown\nreject 3 point unknown\nreject 4 q quality\n");
    arena_free(&a);
}

static void broken_frames_take_nothing(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    StrBuf b, out;
    buf_init(&b, a);
    const Str names[] = {STR("GAS-0001"), STR("B")};
    const BinaryReading r[] = {{1, 10, 1, 0}, {2, 10, 2, 0}};
    BinaryOptions opt = {.codes = names, .ncodes = 2, .value = BINARY_SCALED, .decimals = 1, .crc = true};
    assert_int_equal(binary_encode(&ctx, &opt, r, 2, &b), RC_OK);
    for (size_t n = 0; n < b.n; n++) { /* every cut */
        ctx_clear(&ctx);
        assert_int_equal(decode(&ctx, str_n(b.p, n), &out), RC_SYNTAX);
        assert_string_equal(out.p, "");
    }
    for (size_t i = 0; i < b.n * 8; i++) { /* every flipped bit: the checksum or the frame finds it */
        ctx_clear(&ctx);
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << (i % 8)));
        Rc rc = decode(&ctx, buf_str(&b), &out);
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << (i % 8)));
        if (rc != RC_SYNTAX) fail_msg("bit %zu: %s", i, rc_name(rc));
    }
    /* The same fields with a good checksum, one wrong at a time. */
    static const struct {
        size_t at;
        unsigned char value;
        const char *code;
    } wrong[] = {{0, 'x', "binary.magic"},       {4, 2, "binary.version"},     {5, 7, "binary.flags"},
                 {6, 3, "binary.value"},         {7, 10, "binary.decimals"},   {15, 0x7f, "binary.time"},
                 {16, 3, "binary.length"},       {16, 1, "binary.length"},     {20, 3, "binary.dictionary"},
                 {23, 0x7f, "binary.length"},    {24, 0, "binary.dictionary"}, {24, 255, "binary.dictionary"},
                 {26, 0xff, "binary.dictionary"}};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        ctx_clear(&ctx);
        char *copy = arena_copy(a, b.p, b.n);
        copy[wrong[i].at] = (char)wrong[i].value;
        uint32_t crc = crc32c(0, copy, b.n - 4);
        for (int k = 0; k < 4; k++) copy[b.n - 4 + (size_t)k] = (char)(unsigned char)(crc >> (8 * k));
        assert_int_equal(decode(&ctx, str_n(copy, b.n), &out), RC_SYNTAX);
        assert_string_equal(ctx.err.code, wrong[i].code);
        assert_string_equal(out.p, "");
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documents_example_decodes),     cmocka_unit_test(round_trips),
        cmocka_unit_test(encoder_refuses_what_does_not_fit), cmocka_unit_test(records_are_checked),
        cmocka_unit_test(broken_frames_take_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
