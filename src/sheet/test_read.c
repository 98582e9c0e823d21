/* Both readers against small files: the seeds of the fuzz corpora, most of them broken on purpose, and texts
 * given here. What was read is printed as "line|cell|cell\n" with the type's letter before each cell. */
#include "sheet/read.h"
#include "sheet/zipfile.h"
#include "xlsx.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct Dump {
    StrBuf text;
    int rows;
    int stop_at;
} Dump;

static Rc dump_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    static const char letters[] = "-TNBDE";
    Dump *d = ud;
    if (++d->rows == d->stop_at) return RC_STATE;
    if (d->rows > 20) return 0;
    buf_printf(&d->text, "%lld", (long long)line);
    for (size_t i = 0; i < n; i++) {
        buf_addc(&d->text, '|');
        if (cells[i].formula) buf_addc(&d->text, '=');
        buf_addc(&d->text, letters[cells[i].type]);
        buf_add(&d->text, cells[i].text);
    }
    buf_addc(&d->text, '\n');
    return 0;
}

static Str read_file(Arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    StrBuf b;
    buf_init(&b, a);
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    return buf_str(&b);
}

/* The dump, or "!code message". */
static const char *read_text(Arena *a, Str content)
{
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    Dump d = {0};
    buf_init(&d.text, a);
    Rc rc = sheet_read(&ctx, content, dump_row, &d);
    assert_int_equal(rc, ctx.err.kind);
    if (rc < 0) return arena_printf(a, "!%s %s", ctx.err.code, ctx.err.message);
    return str_z(a, buf_str(&d.text));
}

#define XLSX_ROWS(date3, time3, zh, mar)                                                                     \
    "1|T编号|T名称|T日期\n3|T00123|T富文本 |D" date3 "|D" time3 "|D" zh "|N2.5|N3\n"                         \
    "4|=Txy|=N2|BTRUE|E#N/A|D2026-11-22 14:05:09|N0.1|N110101000000|D" mar "\n5|Ta\nb_x0041_|T<&中\n"

static void test_xlsx_files(void **state)
{
    (void)state;
    static const struct {
        const char *file, *expect;
    } cases[] = {
        {"good.xlsx", XLSX_ROWS("2026-11-22", "2026-11-22 14:05:09", "2026-11-22", "1900-02-28|D12:00:00")},
        {"stored.xlsx", XLSX_ROWS("2026-11-22", "2026-11-22 14:05:09", "2026-11-22", "1900-02-28|D12:00:00")},
        {"date1904.xlsx",
         XLSX_ROWS("2030-11-23", "2030-11-23 14:05:09", "2030-11-23", "1904-02-29|D1904-01-01 12:00:00")},
        {"cut.xlsx", "!sheet.damaged"},
        {"truncated-xml.xlsx", "!sheet.damaged"},
        {"dtd.xlsx", "!sheet.damaged"},
        {"shared-out-of-range.xlsx", "!sheet.damaged"},
        {"rows-backwards.xlsx", "!sheet.damaged"},
        {"too-many-columns.xlsx", "!sheet.size"},
        {"too-many-rows.xlsx", "!sheet.size"},
        {"no-sheet.xlsx", "!sheet.damaged"},
        {"no-workbook.xlsx", "!sheet.damaged"},
        {"empty-zip.xlsx", "!sheet.damaged"},
        {"cell-bomb.xlsx", "!sheet.size"},
        {"deep.xlsx", "!sheet.damaged"},
        {"space-bomb.xlsx", ""},
        {"wrong-crc.xlsx", "!sheet.damaged"},
        {"formulas.xlsx", "1|Tcode|Tsize\n2|TF-1|=N12\n3|=TF-2|N3\n4|TF-3|=E=\n5|TF-4|=E#DIV/0!\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        const char *path = arena_printf(a, ANLAN_SOURCE_DIR "/fuzz/corpora/sheet_xlsx/%s", cases[i].file);
        const char *got = read_text(a, read_file(a, path));
        bool ok = cases[i].expect[0] == '!' ? str_starts(str_of(got), str_of(cases[i].expect))
                                            : strcmp(got, cases[i].expect) == 0;
        if (!ok) print_error("%s:\n%s\nexpected:\n%s\n", cases[i].file, got, cases[i].expect);
        assert_true(ok);
        arena_free(&a);
    }
}

static void test_cell_names(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    assert_string_equal(sheet_cell_name(a, 0, 1), "A1");
    assert_string_equal(sheet_cell_name(a, 25, 7), "Z7");
    assert_string_equal(sheet_cell_name(a, 26, 200000), "AA200000");
    assert_string_equal(sheet_cell_name(a, 199, 3), "GR3");
    arena_free(&a);
}

static void test_csv_texts(void **state)
{
    (void)state;
    static const struct {
        Str in;
        const char *expect;
    } cases[] = {
        {STR(""), ""},
        {STR("a,b\r\n1,2\r\n"), "1|Ta|Tb\n2|T1|T2\n"},
        {STR("\xEF\xBB\xBF"
             "编号\n甲"),
         "1|T编号\n2|T甲\n"},
        {STR("a;b,c;d\n1;2;3\n"), "1|Ta|Tb,c|Td\n2|T1|T2|T3\n"},
        {STR("a\tb\n1,5\t2\n"), "1|Ta|Tb\n2|T1,5|T2\n"},
        {STR("sep=;\na;b\n"), "2|Ta|Tb\n"},
        {STR("a,b\n\"x\ny\r\nz\",\"say \"\"hi\"\"\"\n1,2"), "1|Ta|Tb\n2|Tx\ny\r\nz|Tsay \"hi\"\n5|T1|T2\n"},
        {STR("a,b\rc,d\r"), "1|Ta|Tb\n2|Tc|Td\n"},
        {STR("\n\na,b\n,,\n , \nc\n"), "3|Ta|Tb\n6|Tc\n"},
        {STR("a,,,\n,b,,\n"), "1|Ta\n2|-|Tb\n"},
        {STR("'=1\n'+86\n''-2\n'ok\n'\n"), "1|T=1\n2|T+86\n3|T'-2\n4|T'ok\n5|T'\n"},
        {STR("a\n\xB1\xE0\xBA\xC5\n"), "1|Ta\n2|T编号\n"},
        {STR("a\n\x81\x39\xEF\x30\n"), "1|Ta\n2|T㐁\n"},
        {STR("\xFF\xFE"
             "a\0\t\0b\0\n\0"),
         "1|Ta|Tb\n"},
        {STR("\xFE\xFF"
             "\0a\0,\0b"),
         "1|Ta|Tb\n"},
        {STR("a,b\n1,\"2\n3\n"), "!sheet.csv 第 2 行：引号没有配对"},
        {STR("a\n\n\"1\"x\n"), "!sheet.csv 第 3 行：引号之后有多余的字符"},
        {STR("a\n1\0002\n"), "!sheet.encoding"},
        {STR("a\n\xFF\xFF\xFF\n"), "!sheet.encoding"},
        {STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "!sheet.kind"},
        {STR("a\"b,c\n"), "1|Ta\"b|Tc\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        const char *got = read_text(a, cases[i].in);
        bool ok = cases[i].expect[0] == '!' ? str_starts(str_of(got), str_of(cases[i].expect))
                                            : strcmp(got, cases[i].expect) == 0;
        if (!ok) print_error("case %zu:\n%s\nexpected:\n%s\n", i, got, cases[i].expect);
        assert_true(ok);
        arena_free(&a);
    }
}

static void test_csv_limits(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    StrBuf b;
    buf_init(&b, a);
    for (int i = 0; i < SHEET_MAX_COLS; i++) buf_addz(&b, i ? ",x" : "x");
    assert_true(str_starts(str_of(read_text(a, buf_str(&b))), STR("1|Tx|")));
    buf_addz(&b, ",x");
    assert_true(str_starts(str_of(read_text(a, buf_str(&b))), STR("!sheet.size 第 1 行")));
    b.n = 0;
    for (size_t i = 0; i <= SHEET_MAX_CELL; i++) buf_addc(&b, 'x');
    assert_true(str_starts(str_of(read_text(a, buf_str(&b))), STR("!sheet.size 第 1 行")));
    b.n = 0;
    for (int i = 0; i < SHEET_MAX_ROWS; i++) buf_addz(&b, "x\n");
    assert_int_equal(read_text(a, buf_str(&b))[0], '1');
    buf_addz(&b, "x\n");
    assert_true(str_starts(str_of(read_text(a, buf_str(&b))), STR("!sheet.size 第 200001 行")));
    arena_free(&a);
}

static void test_unpacking_is_limited(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Str content = read_file(a, ANLAN_SOURCE_DIR "/fuzz/corpora/sheet_xlsx/space-bomb.xlsx");
    assert_true(content.n < 20000);
    ZipFile *z;
    assert_int_equal(zipfile_open(&ctx, content, 1000000, &z), 0);
    assert_int_equal(zipfile_member(&ctx, z, "xl/worksheets/sheet9.xml"), 1);
    char block[8192];
    long n;
    int64_t total = 0;
    while ((n = zipfile_read(z, block, sizeof block)) > 0) total += n;
    assert_int_equal(n, -1);
    assert_true(zipfile_over(z));
    assert_true(total <= 1000000);
    assert_int_equal(zipfile_member(&ctx, z, "absent.xml"), 0);
    arena_free(&a);
}

static void test_callback_stops(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Str files[] = {STR("a\nb\nc\n"), read_file(a, ANLAN_SOURCE_DIR "/fuzz/corpora/sheet_xlsx/good.xlsx")};
    for (size_t i = 0; i < 2; i++) {
        Dump d = {.stop_at = 2};
        buf_init(&d.text, a);
        assert_int_equal(sheet_read(&ctx, files[i], dump_row, &d), RC_STATE);
        assert_int_equal(d.rows, 2);
        assert_int_equal(ctx.err.kind, 0);
    }
    arena_free(&a);
}

static void test_every_cut_of_a_workbook(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Str whole = read_file(a, ANLAN_SOURCE_DIR "/fuzz/corpora/sheet_xlsx/good.xlsx");
    for (size_t n = 4; n < whole.n; n += 37) {
        Arena *each = arena_new(0);
        char *part = malloc(n); /* so that a sanitizer sees a read past the end */
        memcpy(part, whole.p, n);
        const char *got = read_text(each, str_n(part, n));
        assert_true(got[0] == '!');
        free(part);
        arena_free(&each);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xlsx_files),
        cmocka_unit_test(test_cell_names),
        cmocka_unit_test(test_csv_texts),
        cmocka_unit_test(test_csv_limits),
        cmocka_unit_test(test_unpacking_is_limited),
        cmocka_unit_test(test_callback_stops),
        cmocka_unit_test(test_every_cut_of_a_workbook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
