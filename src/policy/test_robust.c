/* Input from outside is hostile: garbage, bombs, deep nesting, long runs. It must end in a reading or in an
 * error, in time that grows with the size only. */
#include "decode.h"
#include "policy_test.h"

#include <time.h>

static Rc read_any(Test *t, Str bytes, const char **code)
{
    PolicyPaper *p;
    ctx_init(&t->ctx, t->arena, LANG_EN);
    Rc rc = policy_read(&t->ctx, bytes, &p);
    *code = t->ctx.err.code;
    return rc;
}

static void refuse(Str bytes, const char *want)
{
    Test t = test_begin();
    const char *code;
    assert_true(read_any(&t, bytes, &code) < 0);
    assert_string_equal(code, want);
    assert_true(t.ctx.err.message && strlen(t.ctx.err.message) > 10);
    arena_free(&t.arena);
}

static Str repeat(Arena *a, const char *piece, size_t bytes)
{
    StrBuf b;
    buf_init(&b, a);
    while (b.n < bytes) buf_addz(&b, piece);
    return buf_str(&b);
}

static void test_no_paper(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf noise;
    uint32_t x = 12345;
    buf_init(&noise, a);
    for (int i = 0; i < 20000; i++) buf_addc(&noise, (char)((x = x * 1664525 + 1013904223) >> 24));
    refuse(STR(""), "policy.not_text");
    refuse(STR(" \n\t\xE3\x80\x80\n"), "policy.not_text");
    refuse(buf_str(&noise), "policy.not_text");
    refuse(STR("PK\x03\x04 no archive at all"), "policy.damaged");
    refuse(STR("{\\rtf1 text}"), "policy.kind");
    refuse(STR("\xD0\xCF\x11\xE0 an old doc"), "policy.kind");
    refuse(repeat(a, "<html><body>", 12000), "policy.not_text");
    refuse(repeat(a, "<div>", 300000), "policy.damaged");
    arena_free(&a);
}

static void test_zip_bomb(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    char block[8192];
    buf_init(&b, a);
    FILE *f = fopen(ANLAN_SOURCE_DIR "/tests/policy/bomb.docx", "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    assert_true(b.n < 100000);
    refuse(buf_str(&b), "policy.too_large");
    arena_free(&a);
}

/* CPU time of one reading in seconds. */
static double cost(Str bytes)
{
    Test t = test_begin();
    const char *code;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    read_any(&t, bytes, &code);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    arena_free(&t.arena);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Eight times the text may cost some times eight, never sixty-four. */
static void test_time_grows_with_size(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "（",
        "）",
        "（（（（（））））",
        "1.做好。（市应急局牵头，市公安局、市林业局等部门配合）\n",
        "（市应急局、",
        "等",
        "（市等等等等和和及及负责）",
        "每月每季每年",
        "一次1次两次",
        "第一条",
        "a\n",
        "\n",
        "甲",
        "\t",
        "1\t2\n",
        "（责任单位：",
        "牵头牵头",
        "按照按照各自职责",
        "——\n",
        "下降5%",
        "<p>甲<td>",
        "由甲分管",
        "其职责主要包括：\n",
        "一、甲\n\f3\n",
        "和市局",
        "年年年内",
        "《（",
        "“(",
        "<html><td>甲",
        "<html><tr><td>甲</span></i>",
    };
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        Arena *a = arena_new(0);
        double small = cost(repeat(a, pieces[i], 60000)), big = cost(repeat(a, pieces[i], 480000));
        if (big > 0.2 && big > small * 30)
            fail_msg("'%s': %.3f s, eight times of it %.3f s", pieces[i], small, big);
        arena_free(&a);
    }
}

/* The smallest pdf with a word in it, as pdftotext repairs its table of places. */
static void test_pdf(void **state)
{
    (void)state;
    static const char pdf[] =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F "
        "5 0 R>>>>>>endobj\n"
        "4 0 obj<</Length 44>>stream\nBT /F 12 Tf 20 200 Td (1. Check the dike) Tj ET\nendstream endobj\n"
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF\n";
    Test t = test_begin();
    const char *code;
    PolicyPaper *p;
    if (read_any(&t, STR(pdf), &code) < 0 && strcmp(code, "policy.pdf_program") == 0) {
        print_message("   skipped: no pdftotext\n");
    } else {
        ctx_init(&t.ctx, t.arena, LANG_EN);
        assert_true(policy_read(&t.ctx, STR(pdf), &p) >= 0);
        assert_int_equal(p->items.n, 0);
        assert_int_equal(p->outline.n, 1);
        assert_true(str_is(p->outline.v[0].text, "Check the dike"));
    }
    arena_free(&t.arena);
}

static void test_limits(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    char *big = arena_alloc(a, POLICY_MAX_BYTES + 1);
    memset(big, 'a', POLICY_MAX_BYTES + 1);
    refuse(str_n(big, POLICY_MAX_BYTES + 1), "policy.too_large");
    arena_free(&a);
}

static void test_readings_are_apart(void **state)
{
    (void)state;
    Test t = test_begin();
    const PolicyPaper *first = test_read(&t, STR("1.甲。（市水务局负责）")),
                      *second = test_read(&t, STR("1.乙。（市林业局负责）"));
    assert_string_equal(test_units(&t, test_item_with_clause(first)), "||市水务局");
    assert_string_equal(test_units(&t, test_item_with_clause(second)), "||市林业局");
    arena_free(&t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_paper),
                                       cmocka_unit_test(test_zip_bomb),
                                       cmocka_unit_test(test_time_grows_with_size),
                                       cmocka_unit_test(test_pdf),
                                       cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_readings_are_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
