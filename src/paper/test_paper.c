/* The sheets: geometry of GB/T 9704, the same bytes for the same document, text that can be searched, long
 * tables, rare and long words, and a docx whose parts are there and well formed. ANLAN_PAPER_OUT names a
 * directory where the samples are left to be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "paper/template.h"
#include "paper_private.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STR_INIT(lit)                                                                                        \
    {                                                                                                        \
        (lit), sizeof(lit) - 1                                                                               \
    }

static const int64_t made_at = INT64_C(1795348800000); /* 2026-11-22 */

static void leave(const char *name, Str content)
{
    char path[500];
    const char *dir = getenv("ANLAN_PAPER_OUT");
    if (!dir) return;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f) return;
    fwrite(content.p, 1, content.n, f);
    fclose(f);
}

/* What pdftotext reads, NULL when it is not installed. */
static const char *text_of(Arena *a, Str pdf)
{
    char name[] = "/tmp/anlan-paper-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, pdf.p, pdf.n), (ssize_t)pdf.n);
    close(fd);
    FILE *f = popen(arena_printf(a, "pdftotext -layout %s - 2>/dev/null", name), "r");
    StrBuf b;
    buf_init(&b, a);
    for (int c; f && (c = fgetc(f)) != EOF;) buf_addc(&b, (char)c);
    int status = f ? pclose(f) : -1;
    unlink(name);
    return status == 0 ? str_z(a, buf_str(&b)) : NULL;
}

static Str say(Arena *a, const char *word, int times)
{
    StrBuf b;
    buf_init(&b, a);
    while (times-- > 0) buf_addz(&b, word);
    return buf_str(&b);
}

static PaperBlock *block(Ctx *ctx, Paper *p, PaperBlockKind kind, Str text)
{
    PaperBlock *b;
    assert_int_equal(paper_add(ctx, p, kind, &b), 0);
    b->text = text;
    return b;
}

static void sample(Ctx *ctx, Paper *p)
{
    static unsigned char modules[21 * 21];
    static int64_t t[60];
    static double v[60];
    static const PaperMark limit = {4, STR_INIT("橙色 4")},
                           mark = {1795348800000 + 40 * 60000.0, STR_INIT("报警")};
    static Str cells[3 * 61];
    for (int i = 0; i < 21 * 21; i++) modules[i] = i % 3 == 0;
    for (int i = 0; i < 60; i++) t[i] = made_at + i * 60000, v[i] = i == 30 ? NAN : 1 + 0.07 * i;
    paper_init(p, LANG_ZH);
    p->made_at = made_at;
    p->red_head = STR("云澜市安全生产委员会办公室");
    p->number = STR("云安委办〔2026〕12号");
    p->title = STR("关于中心路阀门井可燃气体超限的处置单");
    p->to = STR("云澜燃气集团有限公司");
    block(ctx, p, PAPER_HEADING, STR("基本情况"))->level = 1;
    block(
        ctx, p, PAPER_PARAGRAPH,
        STR("2026年11月22日14时05分，中心路阀门井可燃气体浓度达到4.2%LEL，超过橙色限值；䃥石坡站同时报警。"));
    block(ctx, p, PAPER_HEADING, STR("处置要求"))->level = 2;
    block(ctx, p, PAPER_PARAGRAPH, say(ctx->arena, "立即派员到场核实并通风，关闭上下游阀门。", 9));
    PaperBlock *b = block(ctx, p, PAPER_CHART, STR_NONE);
    b->chart = (PaperChart){60, t, v, STR("报警前后一小时"), STR("%LEL"), &limit, 1, &mark, 1};
    for (int r = 0; r < 61; r++)
        for (int c = 0; c < 3; c++)
            cells[r * 3 + c] = r == 0   ? str_printf(ctx->arena, "第%d列", c + 1)
                               : c == 2 ? say(ctx->arena, "现场处置情况说明", r % 7)
                                        : str_printf(ctx->arena, "%d-%d", r, c);
    b = block(ctx, p, PAPER_TABLE, STR_NONE);
    b->table = (PaperTable){.ncols = 3, .nrows = 61, .heads = 1, .cells = cells};
    static Str attached[] = {STR_INIT("监测曲线"), STR_INIT("现场照片")};
    p->attachments = attached;
    p->nattachments = 2;
    p->sender = STR("云澜市安全生产委员会办公室");
    p->date = STR("2026年11月22日");
    p->note = STR("联系人：周岚，0990-1234567");
    p->cc = STR("市住房和城乡建设局，清源街道办事处。");
    p->printer = STR("云澜市安委会办公室");
    p->printed = STR("2026年11月22日印发");
    p->code = (PaperCode){modules, 21, {STR_INIT("校验码 ABCD-EFGH"), STR_INIT("扫码核验"), STR_INIT("")}};
}

static void geometry_of_the_standard(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    PaperStats stats;
    Str pdf;
    ctx_init(&ctx, a, LANG_ZH);
    paper_init(&p, LANG_ZH);
    /* 20 lines of 28 characters, as two lines go to the plain head's space. */
    for (int i = 0; i < 20; i++) block(&ctx, &p, PAPER_PARAGRAPH, say(a, "安", 28))->flush = true;
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &pdf, &stats), 0);
    assert_int_equal(stats.pages, 1);
    assert_int_equal(stats.first_page_lines, 20);
    leave("grid.pdf", pdf);
    /* One character more makes a line more, and that a page. */
    block(&ctx, &p, PAPER_PARAGRAPH, STR("安"))->flush = true;
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &pdf, &stats), 0);
    assert_int_equal(stats.pages, 2);
    p.last->text = STR("");
    p.blocks->text = say(a, "安", 29);
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &pdf, &stats), 0);
    assert_int_equal(stats.pages, 2);
    assert_true(fabs(LINE_PITCH - 28.99) < 0.01 && fabs(CHARACTER_PITCH - 15.79) < 0.01);
    arena_free(&a);
}

static void whole_paper(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    Str one, two;
    PaperStats stats;
    ctx_init(&ctx, a, LANG_ZH);
    sample(&ctx, &p);
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &one, &stats), 0);
    assert_true(stats.pages >= 3);
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &two, NULL), 0);
    assert_true(str_eq(one, two));
    leave("sample.pdf", one);
    const char *text = text_of(a, one);
    static const char *const found[] = {
        "云安委办〔2026〕12号", "一、基本情况", "（一）处置要求",   "䃥石坡站",    "附件：1. 监测曲线",
        "抄送：市住房",         "—2—",          "校验码 ABCD-EFGH", "联系人：周岚"};
    for (size_t i = 0; text && i < ARRAY_LEN(found); i++)
        if (!strstr(text, found[i])) fail_msg("the PDF's text lacks %s", found[i]);
    if (!text) print_message("skipped: no pdftotext\n");
    /* The head of the table is there once a page it stands on. */
    int heads = 0;
    for (const char *at = text; at && (at = strstr(at, "第2列")) != NULL; at++) heads++;
    if (text) assert_true(heads >= 2);
    p.watermark = STR("草稿");
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &two, NULL), 0);
    assert_false(str_eq(one, two));
    leave("draft.pdf", two);
    arena_free(&a);
}

/* No line begins with what must not begin one, and words longer than a line are broken. */
static void lines_break_where_they_may(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    Str pdf;
    ctx_init(&ctx, a, LANG_ZH);
    paper_init(&p, LANG_ZH);
    for (int i = 20; i < 30; i++)
        block(&ctx, &p, PAPER_PARAGRAPH,
              str_printf(a, "%.*s。”（完）》、%.*s", STR_ARG(say(a, "字", i)), STR_ARG(say(a, "尾，", i))));
    block(&ctx, &p, PAPER_PARAGRAPH, say(a, "x", 400));
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &pdf, NULL), 0);
    leave("breaks.pdf", pdf);
    const char *text = text_of(a, pdf);
    static const char *const never[] = {"。", "，", "、", "）", "》", "”"};
    Str rest = str_of(text ? text : "");
    while (rest.n) {
        Str line = str_trim(str_cut(&rest, '\n'));
        for (size_t i = 0; i < ARRAY_LEN(never); i++)
            if (str_starts(line, str_of(never[i]))) fail_msg("a line begins with %s", never[i]);
        assert_true(line.n <= 120);
    }
    arena_free(&a);
}

static void hostile_content(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    Str out;
    static Str cells[2];
    ctx_init(&ctx, a, LANG_ZH);
    sample(&ctx, &p);
    p.title = STR("<script>alert(1)</script> & \"引\" <w:t>");
    block(&ctx, &p, PAPER_PARAGRAPH, paper_clean(a, STR("甲\x01\x1b[2J乙\xe2\x80\xae丙\xef\xbb\xbf")));
    assert_true(str_is(p.last->text, "甲[2J乙丙"));
    cells[0] = STR("头");
    cells[1] = say(a, "一格很长的内容，要跨过好几页。", 400);
    block(&ctx, &p, PAPER_TABLE, STR_NONE)->table =
        (PaperTable){.ncols = 1, .nrows = 2, .heads = 1, .cells = cells};
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &out, NULL), 0);
    assert_int_equal(paper_docx(&ctx, &p, NULL, &out), 0);
    assert_true(str_find(out, STR("<script>")) < 0);
    assert_true(str_find(out, STR("&lt;script&gt;")) > 0);
    leave("sample.docx", out);
    PaperBlock *b = block(&ctx, &p, PAPER_PICTURE, STR_NONE);
    b->picture.png = STR("\x89PNG\r\n\x1a\n and nothing else of a picture");
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &out, NULL), RC_INVALID);
    assert_string_equal(ctx.err.code, "paper.picture");
    arena_free(&a);
}

static void limits_are_said(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    PaperBlock *b;
    Str out;
    ctx_init(&ctx, a, LANG_ZH);
    paper_init(&p, LANG_ZH);
    for (int i = 0; i < 40; i++) block(&ctx, &p, PAPER_PARAGRAPH, say(a, "安", 28 * 22 * 8));
    assert_int_equal(paper_pdf(&ctx, &p, NULL, &out, NULL), RC_TOO_LARGE);
    ctx_clear(&ctx);
    p.blocks->text = say(a, "安", 40000);
    assert_int_equal(paper_docx(&ctx, &p, NULL, &out), RC_TOO_LARGE);
    ctx_clear(&ctx);
    Rc rc = 0;
    for (int i = 0; rc >= 0 && i <= PAPER_BLOCKS_MAX; i++) rc = paper_add(&ctx, &p, PAPER_PARAGRAPH, &b);
    assert_int_equal(rc, RC_TOO_LARGE);
    arena_free(&a);
}

static void pages_for_the_screen(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    Str first, last, none;
    int pages, w, h;
    ctx_init(&ctx, a, LANG_ZH);
    sample(&ctx, &p);
    assert_int_equal(paper_page(&ctx, &p, NULL, 1, &first, &pages), 0);
    assert_int_equal(paper_page(&ctx, &p, NULL, pages, &last, &pages), 0);
    assert_true(pages >= 3 && !str_eq(first, last));
    assert_int_equal(paper_picture(first, &w, &h), PICTURE_PNG);
    assert_true(w > 900 && h > 1300);
    leave("page1.png", first);
    leave("page-last.png", last);
    assert_int_equal(paper_page(&ctx, &p, NULL, pages + 1, &none, &pages), RC_NOT_FOUND);
    arena_free(&a);
}

/* python3 reads the archive and each part with its own zip and XML readers. */
static void docx_opens(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Paper p;
    Str one, two;
    ctx_init(&ctx, a, LANG_ZH);
    sample(&ctx, &p);
    assert_int_equal(paper_docx(&ctx, &p, NULL, &one), 0);
    assert_int_equal(paper_docx(&ctx, &p, NULL, &two), 0);
    assert_true(str_eq(one, two));
    char name[] = "/tmp/anlan-docx-XXXXXX";
    int fd = mkstemp(name);
    assert_int_equal(write(fd, one.p, one.n), (ssize_t)one.n);
    close(fd);
    const char *script =
        "import sys,zipfile,xml.dom.minidom as x\n"
        "z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None\n"
        "[x.parseString(z.read(n)) for n in z.namelist() if n.endswith((\".xml\",\".rels\"))]\n"
        "t=z.read(\"word/document.xml\").decode()\n"
        "assert \"䃥石坡站\" in t and \"12号\" in t and t.count(\"<w:tblHeader/>\")==1\n"
        "assert len([n for n in z.namelist() if \"media/\" in n])==2\n";
    int status = system(arena_printf(a, "python3 -c '%s' %s", script, name));
    unlink(name);
    assert_int_equal(status, 0);
    arena_free(&a);
}

/* GB/T 9704-2012, 7.3.5.1: no page has the sender, the date and the seal without text of the body above them.
 */
static void seal_is_never_alone(void **state)
{
    (void)state;
    for (int lines = 1; lines < 48; lines++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        Str pdf;
        ctx_init(&ctx, a, LANG_ZH);
        bool table = lines % 3 == 0, attached = lines % 3 == 1;
        Paper p = {.title = STR_INIT("通知"),
                   .sender = STR_INIT("云澜市应急管理局"),
                   .date = STR_INIT("2026年11月22日"),
                   .made_at = made_at};
        static Str attachment = STR_INIT("正文附件清单");
        if (attached) p.attachments = &attachment, p.nattachments = 1;
        for (int i = 0; i < lines; i++) block(&ctx, &p, PAPER_PARAGRAPH, STR("正文一行。"));
        if (table) {
            PaperBlock *b = block(&ctx, &p, PAPER_TABLE, STR_NONE);
            static const Str cells[] = {STR_INIT("名称"), STR_INIT("情况"), STR_INIT("正文"),
                                        STR_INIT("正文"), STR_INIT("正文"), STR_INIT("正文")};
            b->table = (PaperTable){.ncols = 2, .nrows = 3, .heads = 1, .cells = cells};
        }
        assert_int_equal(paper_pdf(&ctx, &p, NULL, &pdf, NULL), RC_OK);
        const char *text = text_of(a, pdf);
        if (!text) {
            arena_free(&a);
            skip();
        }
        const char *page = text, *date = strstr(text, "2026年11月22日");
        assert_non_null(date);
        for (const char *f = text; f < date; f++)
            if (*f == '\f') page = f;
        const char *above = strstr(page, "正文");
        if (!above || above > date) print_error("%d lines: the seal stands alone\n", lines);
        assert_true(above && above < date);
        arena_free(&a);
    }
}

static void numbers_of_headings(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    PaperCounts c = {{0}};
    static const struct {
        int level;
        const char *mark;
    } steps[] = {{1, "一、"},  {2, "（一）"}, {2, "（二）"}, {3, "1."},
                 {4, "（1）"}, {3, "2."},     {1, "二、"},   {2, "（一）"}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        assert_true(str_is(paper_heading_next(a, LANG_ZH, &c, steps[i].level), steps[i].mark));
    static const struct {
        int n;
        const char *text;
    } numbers[] = {{1, "一"}, {10, "十"}, {11, "十一"}, {20, "二十"}, {99, "九十九"}, {100, "100"}};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        assert_true(str_is(paper_chinese(a, numbers[i].n), numbers[i].text));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geometry_of_the_standard),
        cmocka_unit_test(whole_paper),
        cmocka_unit_test(lines_break_where_they_may),
        cmocka_unit_test(hostile_content),
        cmocka_unit_test(limits_are_said),
        cmocka_unit_test(docx_opens),
        cmocka_unit_test(seal_is_never_alone),
        cmocka_unit_test(numbers_of_headings),
        cmocka_unit_test(pages_for_the_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
