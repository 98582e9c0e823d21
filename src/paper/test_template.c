/* The markup: what it makes of a model, what it says about mistakes, and that a value is never markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "paper/template.h"
#include <stdio.h>

static const char model[] =
    "{\"code\":\"W-1\",\"what\":\"泄漏\",\"evil\":\"# 一级 {{code}}\\n| 列 | 列 "
    "|\\u0007\\u202e\",\"none\":null,"
    "\"units\":[{\"name\":\"燃气集团\",\"n\":2},{\"name\":\"住建局\",\"n\":0.5}],"
    "\"open\":false,\"grade\":\"红色\","
    "\"place\":{\"bounds\":[0,0,100,50],\"title\":\"图\",\"shapes\":[{\"kind\":\"area\",\"colour\":"
    "\"red\",\"points\":[[1,2],[9,4],[5,7],[\"x\",1]]},{\"kind\":\"dot\",\"points\":[]}],"
    "\"keys\":[{\"colour\":\"red\",\"label\":\"致死\"}]},"
    "\"deep\":{\"er\":\"里\"}}";

typedef struct Made {
    Arena *a;
    Ctx ctx;
    Paper p;
    Rc rc;
} Made;

static Made make(const char *text)
{
    Made m = {.a = arena_new(0)};
    PaperTemplate *t;
    const Json *root;
    ctx_init(&m.ctx, m.a, LANG_ZH);
    paper_init(&m.p, LANG_ZH);
    assert_int_equal(json_parse(&m.ctx, STR(model), &root), 0);
    m.rc = paper_template_parse(&m.ctx, "body", str_of(text), &t);
    PaperModel pm = {.scopes = &root, .nscopes = 1};
    if (m.rc >= 0) m.rc = paper_template_fill(&m.ctx, t, &pm, &m.p);
    return m;
}

/* The document as one text: "H1:… P:… T2x3:a|b|c". */
static const char *shape(Made *m)
{
    StrBuf b;
    buf_init(&b, m->a);
    for (const PaperBlock *k = m->p.blocks; k; k = k->next) {
        if (b.n) buf_addc(&b, '/');
        if (k->kind == PAPER_HEADING) buf_printf(&b, "H%d:", k->level);
        if (k->kind == PAPER_PARAGRAPH) buf_addz(&b, k->flush ? "F:" : k->centre ? "C:" : "P:");
        if (k->kind == PAPER_TABLE) {
            buf_printf(&b, "T%zux%zu:", k->table.nrows, k->table.ncols);
            for (size_t i = 0; i < k->table.nrows * k->table.ncols; i++)
                buf_printf(&b, "%s%.*s", i ? "|" : "", STR_ARG(k->table.cells[i]));
        } else buf_add(&b, k->text);
    }
    return str_z(m->a, buf_str(&b));
}

static void texts_become_parts(void **state)
{
    static const struct {
        const char *text, *shape;
    } cases[] = {
        {"# 情况\n{{what}}。\n> 顶格\n^ 居中\n#### 四级", "H1:情况/P:泄漏。/F:顶格/C:居中/H4:四级"},
        {"{{none}}与{{absent}}与{{?absent}}。", "P:＿＿＿＿与＿＿＿＿与。"},
        {"{{deep.er}}{{deep.none}}", "P:里＿＿＿＿"},
        {"| 序号 | 单位 |\n{{#each units}}\n| {{#}} | {{name}} |\n{{/each}}\n后文",
         "T3x2:序号|单位|1|燃气集团|2|住建局/P:后文"},
        {"| a |\n\n| b |", "T1x1:a/T1x1:b"},
        {"| a | b |\n| c |\n| d | e | f |", "T3x2:a|b|c||d|e"},
        {"{{#if open}}\n开\n{{else}}\n闭\n{{/if}}", "P:闭"},
        {"{{#if grade = 红色}}\n红\n{{/if}}\n{{#if grade = 蓝色}}\n蓝\n{{/if}}", "P:红"},
        {"{{#each units}}\n{{name}}{{n}}、{{code}}\n{{/each}}", "P:燃气集团2、W-1/P:住建局0.5、W-1"},
        {"// 不印\n{{open}}", "P:否"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Made m = make(cases[i].text);
        assert_int_equal(m.rc, 0);
        assert_string_equal(shape(&m), cases[i].shape);
        arena_free(&m.a);
    }
}

/* A map is read, drawn, and lies on the sheet as high as it says; what is no place is left out. */
static void maps_are_drawn(void **state)
{
    (void)state;
    Made m = make("# 影响范围\n@map place\n@map open\n@map absent");
    Str pdf;
    assert_int_equal(m.rc, 0);
    const PaperBlock *b = m.p.last;
    assert_int_equal(m.p.nblocks, 2);
    assert_int_equal(b->kind, PAPER_MAP);
    assert_int_equal(b->map.nshapes, 2);
    assert_int_equal(b->map.shapes[0].kind, PAPER_MAP_AREA);
    assert_int_equal(b->map.shapes[0].colour, PAPER_MAP_RED);
    assert_int_equal(b->map.shapes[0].n, 3);
    assert_true(b->map.shapes[0].x[1] == 9 && b->map.shapes[0].y[2] == 7);
    assert_true(str_is(b->map.keys[0].label, "致死"));
    assert_int_equal(paper_pdf(&m.ctx, &m.p, &paper_fonts_default, &pdf, NULL), 0);
    assert_true(pdf.n > 1000 && str_starts(pdf, STR("%PDF")));
    assert_int_equal(paper_docx(&m.ctx, &m.p, &paper_fonts_default, &pdf), 0);
    arena_free(&m.a);
}

static void values_are_no_markup(void **state)
{
    (void)state;
    Made m = make("@title {{evil}}\n{{evil}}\n| 头 |\n| {{evil}} |");
    assert_int_equal(m.rc, 0);
    assert_string_equal(shape(&m), "P:# 一级 {{code}}/P:| 列 | 列 |/T2x1:头|# 一级 {{code}}\n| 列 | 列 |");
    assert_true(str_is(m.p.title, "# 一级 {{code}}\n| 列 | 列 |"));
    arena_free(&m.a);
}

static void places_are_filled(void **state)
{
    (void)state;
    Made m =
        make("@head 云澜市\n@number {{code}}\n@title 甲\n@to 乙\n@attach 一\n@attach {{none}}\n@attach 二\n"
             "@sender 丙\n@date 丁\n@note 戊\n@cc 己\n@printer 庚\n@printed 辛");
    assert_int_equal(m.rc, 0);
    const Str found[] = {m.p.red_head, m.p.number, m.p.title, m.p.to,      m.p.sender,
                         m.p.date,     m.p.note,   m.p.cc,    m.p.printer, m.p.printed};
    static const char *const wanted[] = {"云澜市", "W-1", "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) assert_true(str_is(found[i], wanted[i]));
    assert_int_equal(m.p.nattachments, 2);
    assert_true(str_is(m.p.attachments[1], "二"));
    arena_free(&m.a);
}

static void mistakes_name_their_line(void **state)
{
    static const struct {
        const char *text;
        int64_t line;
        const char *code;
    } cases[] = {
        {"好\n@titel x", 2, "place"},
        {"{{a", 1, "placeholder"},
        {"x\n\n{{A b}}", 3, "placeholder"},
        {"{{#if a}}\nx", 1, "unclosed"},
        {"x\n{{/each}}", 2, "unopened"},
        {"{{#each a}}\n{{else}}\n{{/each}}", 2, "else"},
        {"{{#if a}}\n{{/each}}\n{{/if}}", 2, "unopened"},
        {"##### x", 1, "level"},
        {"#", 1, "empty"},
        {"|1|2|3|4|5|6|7|8|9|10|11|12|13|", 1, "columns"},
        {"@chart", 1, "name"},
        {"{{#each ..}}\n{{/each}}", 1, "name"},
        {"前{{#if a}}后", 1, "placeholder"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Made m = make(cases[i].text);
        assert_int_equal(m.rc, RC_INVALID);
        assert_non_null(m.ctx.err.fields);
        assert_int_equal(m.ctx.err.fields->line, cases[i].line);
        assert_string_equal(m.ctx.err.fields->code, cases[i].code);
        assert_string_equal(m.ctx.err.fields->field, "body");
        arena_free(&m.a);
    }
}

static void too_much_is_refused(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    for (int i = 0; i < 9; i++) buf_addz(&b, "{{#each units}}\n");
    for (int i = 0; i < 9; i++) buf_addz(&b, "{{/each}}\n");
    Made deep = make(str_z(a, buf_str(&b)));
    assert_int_equal(deep.rc, RC_INVALID);
    assert_string_equal(deep.ctx.err.fields->code, "depth");
    arena_free(&deep.a);
    buf_init(&b, a);
    for (int i = 0; i < PAPER_TEMPLATE_MAX; i++) buf_addc(&b, 'x');
    buf_addc(&b, 'x');
    Made lengthy = make(str_z(a, buf_str(&b)));
    assert_int_equal(lengthy.rc, RC_INVALID);
    arena_free(&lengthy.a);
    arena_free(&a);
}

static void unknown_names_are_told(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    const Json *root;
    PaperTemplate *t;
    StrBuf b;
    ctx_init(&ctx, a, LANG_ZH);
    assert_int_equal(json_parse(&ctx, STR(model), &root), 0);
    assert_int_equal(
        paper_template_parse(&ctx, "body",
                             STR("{{code}} {{cod}} {{?maybe}} {{cod}}\n{{#each unit}}\n{{/each}}"), &t),
        0);
    buf_init(&b, a);
    PaperModel m = {.scopes = &root, .nscopes = 1};
    assert_int_equal(paper_template_unknown(&ctx, t, &m, &b), 0);
    assert_true(str_is(buf_str(&b), "cod unit"));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_parts),       cmocka_unit_test(maps_are_drawn),
        cmocka_unit_test(values_are_no_markup),     cmocka_unit_test(places_are_filled),
        cmocka_unit_test(mistakes_name_their_line), cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(unknown_names_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
