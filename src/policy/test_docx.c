/* Numbers that Word counts and does not write. */
#include "policy_test.h"
#include "test_zip.h"

static const char numbering[] =
    "<w:numbering xmlns:w=\"w\">"
    "<w:abstractNum w:abstractNumId=\"1\">"
    "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCountingThousand\"/><w:lvlText "
    "w:val=\"%1、\"/></w:lvl>"
    "<w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCounting\"/><w:lvlText "
    "w:val=\"（%2）\"/></w:lvl>"
    "<w:lvl w:ilvl=\"2\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText "
    "w:val=\"%3.\"/></w:lvl>"
    "<w:lvl w:ilvl=\"3\"><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"o\"/></w:lvl></w:abstractNum>"
    "<w:abstractNum w:abstractNumId=\"2\">"
    "<w:lvl w:ilvl=\"0\"><w:start w:val=\"9\"/><w:numFmt w:val=\"japaneseCounting\"/><w:lvlText "
    "w:val=\"第%1条\"/></w:lvl></w:abstractNum>"
    "<w:num w:numId=\"5\"><w:abstractNumId w:val=\"1\"/></w:num>"
    "<w:num w:numId=\"6\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride "
    "w:val=\"1\"/></w:lvlOverride></w:num>"
    "<w:num w:numId=\"7\"><w:abstractNumId w:val=\"2\"/></w:num></w:numbering>";
static const char styles[] = "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"H1\"><w:pPr><w:numPr><w:numId "
                             "w:val=\"5\"/></w:numPr></w:pPr></w:style>"
                             "<w:style w:styleId=\"H2\"><w:basedOn w:val=\"H1\"/><w:pPr><w:numPr><w:ilvl "
                             "w:val=\"1\"/></w:numPr></w:pPr></w:style></w:styles>";

typedef struct Line {
    const char *style; /* "H1", "" none */
    int num, level;    /* -1: not said */
    const char *text;
} Line;

static Str docx(Arena *a, const Line *lines, size_t n, bool whole)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "<w:document xmlns:w=\"w\"><w:body>");
    for (size_t i = 0; i < n; i++) {
        buf_addz(&b, "<w:p><w:pPr>");
        if (*lines[i].style) buf_printf(&b, "<w:pStyle w:val=\"%s\"/>", lines[i].style);
        buf_addz(&b, "<w:numPr>");
        if (lines[i].level >= 0) buf_printf(&b, "<w:ilvl w:val=\"%d\"/>", lines[i].level);
        if (lines[i].num >= 0) buf_printf(&b, "<w:numId w:val=\"%d\"/>", lines[i].num);
        buf_addz(
            &b,
            "</w:numPr><w:pPrChange><w:pPr><w:numPr><w:numId w:val=\"7\"/></w:numPr></w:pPr></w:pPrChange>");
        buf_printf(&b, "</w:pPr><w:r><w:t>%s</w:t></w:r></w:p>", lines[i].text);
    }
    buf_addz(&b, "</w:body></w:document>");
    TestMember members[] = {{"word/document.xml", buf_str(&b)},
                            {"word/styles.xml", str_of(styles)},
                            {"word/numbering.xml", str_of(whole ? numbering : "<w:numbering><w:num")}};
    return test_zip(a, members, ARRAY_LEN(members));
}

static const Line lines[] = {
    {"H1", -1, -1, "压实责任"},
    {"H2", -1, -1, "党政领导。每年述职1次。"},
    {"", 5, 2, "述职。（市委办）"},
    {"", 5, 3, "不编号的一行。"},
    {"H2", -1, -1, "部门监管。"},
    {"", 5, 2, "检查。（市应急局）"},
    {"H1", -1, -1, "专项整治"},
    {"H1", 0, -1, "不在列表中"},
    {"", 6, 0, "重新开始"},
    {"", 7, 0, "条文。"},
    {"", 7, 0, "条文。"},
    {"", 99, 0, "无此列表。"},
    {"nobody", -1, 8, "无此样式。"},
};

static void test_word_counts(void **state)
{
    (void)state;
    static const char want[] =
        "一、压实责任\n（一）党政领导。每年述职1次。\n1.述职。（市委办）\n不编号的一行。\n（二）部门监管。\n"
        "1.检查。（市应急局）\n二、专项整治\n不在列表中\n一、重新开始\n第九条条文。\n第十条条文。\n"
        "无此列表。\n无此样式。";
    Test t = test_begin();
    const PolicyPaper *p = test_read(&t, docx(t.arena, lines, ARRAY_LEN(lines), true));
    assert_string_equal(str_z(t.arena, str_trim(policy_text(&t.ctx, p))), want);
    assert_string_equal(str_z(t.arena, p->items.v[1].path.v[1]), "（一）党政领导");
    arena_free(&t.arena);
}

/* A damaged list leaves the text readable, without numbers. */
static void test_damaged_lists(void **state)
{
    (void)state;
    Test t = test_begin();
    const PolicyPaper *p = test_read(&t, docx(t.arena, lines, 3, false));
    assert_string_equal(str_z(t.arena, str_trim(policy_text(&t.ctx, p))),
                        "压实责任\n党政领导。每年述职1次。\n述职。（市委办）");
    arena_free(&t.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_word_counts),
                                       cmocka_unit_test(test_damaged_lists)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
