/* What is written reads back the same, in both formats; and the workbook has what a person expects of it
 * (frozen header, lists, formats). */
#include "sheet/write.h"
#include "sheet/zipfile.h"
#include "base/clock.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static const char *const texts[] = {"00123", "=1+1", "+86 10", "-5",     "@x",         "'=x",      "''-",
                                    "a,b",   "a\"b", "行\n二", " 空格 ", "_x0041_",    "_x005F_x", "𠀀䃥",
                                    "TRUE",  "1e5",  "\ttab",  "x;y",    "2026-11-22", "'",        "<&>\"'"};

typedef struct Seen {
    Arena *a;
    int rows;
    SheetCell cells[8][4];
    Str texts[ARRAY_LEN(texts)];
    size_t ntexts;
} Seen;

static Rc take_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    Seen *s = ud;
    if (line == 1) {
        assert_int_equal(n, 4);
        assert_true(str_is(cells[0].text, "文本"));
        return 0;
    }
    s->rows++;
    if (s->ntexts < ARRAY_LEN(texts)) {
        assert_int_equal(cells[0].type, CELL_TEXT);
        s->texts[s->ntexts++] = str_copy(s->a, cells[0].text);
    }
    for (size_t i = 0; i < n && s->rows <= 2; i++) {
        s->cells[s->rows - 1][i] = cells[i];
        s->cells[s->rows - 1][i].text = str_copy(s->a, cells[i].text);
    }
    return 0;
}

static const char *const choices[] = {"一级", "二级", "三级", "四级"};
static const SheetColumn columns[] = {
    {.title = "文本", .type = COLUMN_TEXT, .hint = "任意文字"},
    {.title = "数值", .type = COLUMN_NUMBER},
    {.title = "时间", .type = COLUMN_DATE_TIME, .width = 20},
    {.title = "等级", .type = COLUMN_TEXT, .choices = choices, .nchoices = 4, .hint = "从列表中选择"},
};

static int64_t some_time(void)
{
    Civil c = {.year = 2026, .month = 11, .day = 22, .hour = 14, .minute = 5, .second = 9};
    return civil_ms(&c);
}

static void write_table(Ctx *ctx, SheetKind kind, const char *path)
{
    SheetWriter *w;
    assert_int_equal(sheet_writer_open(ctx, kind, path, &w), 0);
    assert_int_equal(sheet_begin(ctx, w, "数据", columns, 4), 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        sheet_put_text(w, str_of(texts[i]));
        if (i == 0) sheet_put_number(w, 0.1);
        else sheet_put_i64(w, i == 1 ? INT64_MAX : -7);
        sheet_put_time(w, i == 0 ? some_time() : TIME_NONE);
        if (i == 0) sheet_put_empty(w);
        else sheet_put_text(w, STR("二级"));
        assert_int_equal(sheet_end_row(ctx, w), 0);
    }
    if (kind == SHEET_XLSX) {
        assert_int_equal(sheet_begin(ctx, w, "说明", columns, 1), 0);
        sheet_put_text(w, STR("第二张表"));
        assert_int_equal(sheet_end_row(ctx, w), 0);
    }
    assert_int_equal(sheet_writer_close(ctx, &w), 0);
    assert_null(w);
}

static Str slurp(Arena *a, const char *path)
{
    StrBuf b;
    buf_init(&b, a);
    char block[4096];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    return buf_str(&b);
}

static const char *temp_folder(void)
{
    static char folder[64];
    snprintf(folder, sizeof folder, "%s", "/tmp/anlan-sheet-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static void check_texts(const Seen *seen)
{
    assert_int_equal(seen->rows, (int)ARRAY_LEN(texts));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (!str_is(seen->texts[i], texts[i]))
            print_error("'%s' came back as '%.*s'\n", texts[i], STR_ARG(seen->texts[i]));
        assert_true(str_is(seen->texts[i], texts[i]));
    }
}

static void round_trip(SheetKind kind, const char *name)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    const char *folder = temp_folder();
    const char *path = arena_printf(a, "%s/%s", folder, name);
    write_table(&ctx, kind, path);
    Str content = slurp(a, path);
    assert_int_equal(sheet_kind(content), kind);
    Seen seen = {.a = a};
    assert_int_equal(sheet_read(&ctx, content, take_row, &seen), 0);
    check_texts(&seen);
    assert_true(str_is(seen.cells[0][1].text, "0.1"));
    assert_true(str_is(seen.cells[0][2].text, "2026-11-22 14:05:09"));
    assert_int_equal(seen.cells[0][2].type, kind == SHEET_XLSX ? CELL_TIME : CELL_TEXT);
    assert_true(str_is(seen.cells[1][1].text, "9223372036854775807"));
    assert_true(str_is(seen.cells[1][3].text, "二级"));
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* no temporary file was left */
    arena_free(&a);
}

static void test_xlsx_round_trip(void **state)
{
    (void)state;
    round_trip(SHEET_XLSX, "t.xlsx");
}

static void test_csv_round_trip(void **state)
{
    (void)state;
    round_trip(SHEET_CSV, "t.csv");
}

static Str part(Ctx *ctx, Str content, const char *name)
{
    ZipFile *z;
    assert_int_equal(zipfile_open(ctx, content, 1 << 20, &z), 0);
    assert_int_equal(zipfile_member(ctx, z, name), 1);
    StrBuf b;
    buf_init(&b, ctx->arena);
    char block[4096];
    for (long n; (n = zipfile_read(z, block, sizeof block)) > 0;) buf_add(&b, str_n(block, (size_t)n));
    return buf_str(&b);
}

static void test_xlsx_dress(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    const char *folder = temp_folder();
    const char *path = arena_printf(a, "%s/t.xlsx", folder);
    write_table(&ctx, SHEET_XLSX, path);
    Str content = slurp(a, path);
    Str sheet = part(&ctx, content, "xl/worksheets/sheet1.xml");
    assert_true(str_find(sheet, STR("state=\"frozen\"")) > 0);
    assert_true(str_find(sheet, STR("type=\"list\"")) > 0);
    assert_true(str_find(sheet, STR("lists1!$A$1:$A$4")) > 0);
    assert_true(str_find(sheet, STR("sqref=\"D2:D200000\"")) > 0);
    assert_true(str_find(sheet, STR("<f>")) < 0); /* a text never becomes a formula */
    Str book = part(&ctx, content, "xl/workbook.xml");
    assert_true(str_find(book, STR("name=\"数据\"")) > 0 && str_find(book, STR("name=\"说明\"")) > 0);
    assert_true(str_find(book, STR("state=\"hidden\"")) > 0);
    unlink(path);
    rmdir(folder);
    arena_free(&a);
}

static void test_csv_bytes(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    const char *folder = temp_folder();
    const char *path = arena_printf(a, "%s/t.csv", folder);
    write_table(&ctx, SHEET_CSV, path);
    Str content = slurp(a, path);
    Str expect = STR("\xEF\xBB\xBF文本,数值,时间,等级\r\n00123,0.1,2026-11-22 14:05:09,\r\n"
                     "'=1+1,9223372036854775807,,二级\r\n'+86 10,-7,,二级\r\n'-5,-7,,二级\r\n");
    assert_true(str_starts(content, expect));
    unlink(path);
    rmdir(folder);
    arena_free(&a);
}

static void test_no_folder(void **state)
{
    (void)state;
    for (int kind = SHEET_XLSX; kind <= SHEET_CSV; kind++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        SheetWriter *w;
        assert_int_equal(sheet_writer_open(&ctx, (SheetKind)kind, "/nonexistent/x/y", &w), RC_IO);
        arena_free(&a);
    }
}

static void test_unfinished_writer(void **state)
{
    (void)state;
    const char *folder = temp_folder();
    for (int kind = SHEET_XLSX; kind <= SHEET_CSV; kind++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        const char *path = arena_printf(a, "%s/x", folder);
        SheetWriter *w;
        assert_int_equal(sheet_writer_open(&ctx, (SheetKind)kind, path, &w), 0);
        assert_int_equal(sheet_begin(&ctx, w, "数据", columns, 4), 0);
        sheet_put_text(w, STR("x"));
        unlink(path);
        arena_free(&a); /* the leak checker says whether everything was let go */
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xlsx_round_trip), cmocka_unit_test(test_csv_round_trip),
        cmocka_unit_test(test_xlsx_dress),      cmocka_unit_test(test_csv_bytes),
        cmocka_unit_test(test_no_folder),       cmocka_unit_test(test_unfinished_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
