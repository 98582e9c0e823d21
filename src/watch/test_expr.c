/* The language of expr rules: what it gives, and where it says no. ' stands for " in the texts. */
#include "expr.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static Str text_of(Arena *a, const char *s)
{
    char *p = arena_strdup(a, s);
    for (char *q = p; *q; q++)
        if (*q == '\'') *q = '"';
    return str_of(p);
}

/* A is 3, B is 4, Z is 0, N is not there. */
static double value_of(const Operand *o)
{
    double v = str_is(o->code, "A") ? 3 : str_is(o->code, "B") ? 4 : str_is(o->code, "Z") ? 0 : NAN;
    return v * (o->window_ms ? (double)o->window_ms / 1000 : 1) + (o->kind == OPERAND_AGE ? 100 : 0);
}

typedef struct Eval {
    const char *text;
    bool boolean;
    double value; /* NaN: undefined */
} Eval;

static const Eval evals[] = {
    {"v('A')", false, 3},
    {"-v('A') + 10", false, 7},
    {"−v('A') − 1", false, -4},
    {"2+v('A')*4", false, 14},
    {"(2 + v('A')) * 4", false, 20},
    {"v('B') ÷ 8 × 2", false, 1},
    {"10 - v('A') - v('B')", false, 3},
    {"100 / v('B') / 5", false, 5},
    {"1.5e1 + v('Z')", false, 15},
    {".5 + v('Z')", false, 0.5},
    {"- - v('A')", false, 3},
    {"avg('A', 10) + age('B')", false, 134},
    {"min('A',0.5)", false, 1.5},
    {"max('B', 2)", false, 8},
    {"delta('B',3)", false, 12},
    {"v('A') < v('B')", true, 1},
    {"v('A')>=3", true, 1},
    {"v('A') ≥ 3 and v('B') ≤ 4", true, 1},
    {"v('A') != 3", true, 0},
    {"v('A') ≠ 3 or v('B') == 4", true, 1},
    {"v('A') = 3", true, 1},
    {"not v('A') > 5", true, 1},
    {"not not (v('A') > 5)", true, 0},
    {"v('A')>5 and v('A')>5 or v('B')>3", true, 1},
    {"v('A')>2 or v('A')>5 and v('B')>5", true, 1},
    {"(v('A')>2 or v('A')>5) and v('B')>5", true, 0},
    {"v('A') / v('Z')", false, NAN},
    {"v('A') / v('Z') > 1", true, NAN},
    {"v('N') > 1 or v('A') > 1", true, NAN},
    {"v('A') * 1e308 * 1e308 > 0", true, NAN},
};

static void evaluates(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(evals); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        Expr *e = NULL;
        const Operand *operands;
        double values[EXPR_OPERANDS_MAX], got = NAN;
        ctx_init(&ctx, a, LANG_EN);
        if (expr_parse(&ctx, text_of(a, evals[i].text), "expr", &e) < 0)
            fail_msg("%s: %s", evals[i].text, ctx.err.fields->message);
        size_t n = expr_operands(e, &operands);
        for (size_t o = 0; o < n; o++) values[o] = value_of(&operands[o]);
        bool defined = expr_eval(e, values, &got);
        if (expr_is_boolean(e) != evals[i].boolean || defined == isnan(evals[i].value) ||
            (defined && got != evals[i].value))
            fail_msg("%s: %d %g", evals[i].text, defined, got);
        arena_free(&a);
    }
}

static const struct {
    const char *text;
    int at; /* character of the complaint */
} refused[] = {
    {"", 1},
    {"  ", 3},
    {"5", 1},
    {"1 + 2 > 2", 1},
    {"v('A'", 6},
    {"v('A'))", 7},
    {"v(A)", 3},
    {"v('')", 4},
    {"v('A", 4},
    {"w('A')", 1},
    {"v 'A'", 3},
    {"v('A', 5)", 6},
    {"avg('A')", 8},
    {"avg('A', 0)", 10},
    {"avg('A', -1)", 10},
    {"avg('A', 1e9)", 10},
    {"avg('A', 0.0001)", 10},
    {"v('A') +", 9},
    {"v('A') v('B')", 8},
    {"v('A') and v('B')", 1},
    {"v('A') > 1 and 5", 15},
    {"(v('A') > 1) + 1", 1},
    {"1 + (v('A') > 1)", 4},
    {"not v('A')", 4},
    {"-(v('A') > 1)", 2},
    {"v('A') > 1 > 0", 13},
    {"v('A') > (1 < 2)", 9},
    {"1..2 + v('A')", 1},
    {"v('A') > 1 & v('B') > 1", 12},
    {"中文", 1},
    {"v('燃') + 中", 10},
    {"V('A')", 1},
    {"v('A') > 0x10", 11},
    {"1e999 + v('A')", 1},
};

static void refuses_with_a_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        Expr *e = NULL;
        int at = 0;
        ctx_init(&ctx, a, LANG_EN);
        assert_int_equal(expr_parse(&ctx, text_of(a, refused[i].text), "rules[0].expr", &e), RC_INVALID);
        assert_null(e);
        assert_string_equal(ctx.err.fields->field, "rules[0].expr");
        if (sscanf(ctx.err.fields->message, "expression, character %d:", &at) != 1 || at != refused[i].at)
            fail_msg("%s: %s", refused[i].text, ctx.err.fields->message);
        arena_free(&a);
    }
}

static Rc parse_repeated(const char *head, const char *piece, int times, const char *tail)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    Expr *e;
    StrBuf b;
    ctx_init(&ctx, a, LANG_ZH);
    buf_init(&b, a);
    buf_addz(&b, head);
    for (int i = 0; i < times; i++) buf_printf(&b, "%s", piece);
    buf_addz(&b, tail);
    Rc rc = expr_parse(&ctx, buf_str(&b), "e", &e);
    arena_free(&a);
    return rc;
}

static void is_bounded(void **state)
{
    (void)state;
    assert_int_equal(parse_repeated("", "(", 31, "v(\"A\")"), RC_INVALID); /* not closed */
    assert_int_equal(parse_repeated("", "(", 2000, "v(\"A\")"), RC_INVALID);
    assert_int_equal(parse_repeated("", "-", 2000, "v(\"A\")"), RC_INVALID);
    assert_int_equal(parse_repeated("", "not ", 900, "v(\"A\") > 1"), RC_INVALID);
    assert_int_equal(parse_repeated("v(\"A\")", "+1", 127, ""), RC_OK);
    assert_int_equal(parse_repeated("v(\"A\")", "+1", 128, ""), RC_INVALID);
    assert_int_equal(parse_repeated("v(\"A\")", " ", 4090, ""), RC_OK);
    assert_int_equal(parse_repeated("v(\"A\")", " ", 4091, ""), RC_INVALID);
    Arena *a = arena_new(0);
    StrBuf b;
    Ctx ctx;
    Expr *e;
    ctx_init(&ctx, a, LANG_ZH);
    buf_init(&b, a);
    buf_addz(&b, "0");
    for (int i = 0; i < EXPR_OPERANDS_MAX; i++) buf_printf(&b, "+v(\"P%d\")+v(\"P%d\")", i, i);
    assert_int_equal(expr_parse(&ctx, buf_str(&b), "e", &e), RC_OK);
    const Operand *operands;
    assert_int_equal(expr_operands(e, &operands), EXPR_OPERANDS_MAX); /* the same twice is one */
    buf_addz(&b, "+v(\"more\")");
    assert_int_equal(expr_parse(&ctx, buf_str(&b), "e", &e), RC_INVALID);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(evaluates), cmocka_unit_test(refuses_with_a_place),
                                       cmocka_unit_test(is_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
