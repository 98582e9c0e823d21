/* Thousands of enterprises and points from a workbook with wrong rows among them: the right ones are in, each
 * wrong one stands in the error file with its reason, and that file, corrected, is taken. A formula in a cell
 * is a text, or the value the spreadsheet kept; a name that begins like one is stored as it is. How many rows
 * is said by ANLAN_IMPORT_BODIES and ANLAN_IMPORT_POINTS; over HTTP at full size: tests/soak/imports.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_enterprise
#include "mod/enterprise.h"
#include "../danger/test_danger.h"
#include "base/num.h"
#include "sheet/write.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EACH_WRONG = 10 };

static int64_t rows_of(const char *name, int64_t few)
{
    int64_t n;
    const char *asked = getenv(name);
    return asked && num_parse_i64(str_of(asked), &n) && n > 0 ? n : few;
}

enum { NAMESAKE = 6 };
typedef void (*RowWriter)(SheetWriter *w, Arena *a, int64_t i, bool wrong);

static void body_row(SheetWriter *w, Arena *a, int64_t i, bool wrong)
{
    sheet_put_text(w, str_printf(a, "IMP-%06lld", (long long)i));
    int64_t named = i == NAMESAKE ? i - 1 : i; /* two of one name */
    sheet_put_text(w, i == 3       ? STR("=HYPERLINK(\"http://a\",\"b\")")
                      : i % 7 == 3 ? str_printf(a, "=HYPERLINK(\"http://a\",\"b%lld\")", (long long)i)
                                   : str_printf(a, "云澜导入企业%lld号有限公司", (long long)named));
    sheet_put_text(w, wrong ? STR("没有这一类") : STR("enterprise"));
    sheet_put_text(w, i % 20 == 0 && wrong ? STR("123456") : STR("990101"));
}

static void point_row(SheetWriter *w, Arena *a, int64_t i, bool wrong)
{
    sheet_put_text(w, str_printf(a, "IMP-P-%06lld", (long long)i));
    sheet_put_text(w, wrong ? STR_NONE : str_printf(a, "导入测点%lld", (long long)i));
    sheet_put_text(w, STR("TANK"));
    sheet_put_text(w, STR("MPa"));
}

typedef struct Table {
    const char *plural;
    const char *heads[4];
    RowWriter row;
    int64_t n, warned;
} Table;

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *p = malloc(*n);
    assert_int_equal(fread(p, 1, *n, f), *n);
    fclose(f);
    return p;
}

/* only: the rows that were wrong, put right. */
static char *workbook(Ctx *ctx, const Table *t, bool only, size_t *n)
{
    char path[] = "/tmp/anlan-import-XXXXXX";
    int fd = mkstemp(path);
    SheetWriter *w;
    SheetColumn cols[4];
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < 4; i++) cols[i] = (SheetColumn){.title = t->heads[i]};
    db_test_must(ctx, sheet_writer_open(ctx, SHEET_XLSX, path, &w));
    db_test_must(ctx, sheet_begin(ctx, w, "rows", cols, 4));
    for (int64_t i = 0; i < t->n; i++) {
        bool wrong = i % EACH_WRONG == 0;
        if (only && !wrong) continue;
        Arena *a = arena_new(0);
        t->row(w, a, i, wrong && !only);
        db_test_must(ctx, sheet_end_row(ctx, w));
        arena_free(&a);
    }
    db_test_must(ctx, sheet_writer_close(ctx, &w));
    char *content = slurp(path, n);
    unlink(path);
    return content;
}

typedef struct Seen {
    int64_t rows, reasons;
} Seen;

static Rc look(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    Seen *s = ud;
    if (line == 1) return RC_OK;
    s->rows++;
    s->reasons += n == 5 && cells[4].text.n > 0;
    return RC_OK;
}

static void import_one(Place *p, const Table *t)
{
    Arena *a = arena_new((size_t)1 << 30);
    Ctx ctx;
    ImportResult r;
    size_t n;
    int64_t wrong = (t->n + EACH_WRONG - 1) / EACH_WRONG;
    Kernel *k = p->rig.city.kernel;
    const Entity *e = kernel_entity(k, t->plural);
    ctx_init(&ctx, a, LANG_ZH);
    char *content = workbook(&ctx, t, false, &n);
    db_test_must(&ctx, import_table(&ctx, k, NULL, "test", e, STR("企业.xlsx"), str_n(content, n), &r));
    free(content);
    assert_int_equal(r.accepted, t->n - wrong);
    assert_int_equal(r.rejected, wrong);
    assert_int_equal(r.warned, t->warned);
    Seen seen = {0};
    char *errors = slurp(r.error_file, &n);
    db_test_must(&ctx, sheet_read(&ctx, str_n(errors, n), look, &seen));
    assert_int_equal(seen.reasons, wrong + t->warned);
    /* as it is, it brings nothing new and names the same rows; corrected, it is taken */
    db_test_must(&ctx, import_table(&ctx, k, NULL, "test", e, STR("a.xlsx"), str_n(errors, n), &r));
    free(errors);
    assert_int_equal(r.rejected, wrong);
    content = workbook(&ctx, t, true, &n);
    db_test_must(&ctx, import_table(&ctx, k, NULL, "test", e, STR("b.xlsx"), str_n(content, n), &r));
    free(content);
    assert_int_equal(r.accepted, wrong);
    assert_int_equal(r.rejected, 0);
    arena_free(&a);
}

static void imported(DbPool *pool)
{
    Table bodies = {
        "bodies", {"code", "name", "kind", "district"}, body_row, rows_of("ANLAN_IMPORT_BODIES", 200), 1};
    Table points = {
        "points", {"code", "name", "object", "unit"}, point_row, rows_of("ANLAN_IMPORT_POINTS", 300), 0};
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    create(r, "objects",
           "{\"code\":\"TANK\",\"name\":\"储罐\",\"kind\":\"chemical_tank\",\"owner\":\"B-FIRM\","
           "\"district\":\"990101\"}");
    import_one(&p, &bodies);
    import_one(&p, &points);
    /* a text is a text: stored as written, and out again guarded where a spreadsheet would run it */
    as(&p, -1);
    assert_string_equal(text(r, get(r, "/api/bodies/code:IMP-000003"), "name"),
                        "=HYPERLINK(\"http://a\",\"b\")");
    Reply csv = city_ask(&r->city, "GET", "/api/bodies.csv?code=IMP-000003", "", STR_NONE);
    assert_int_equal(csv.status, 200);
    assert_non_null(strstr(csv.body, "'=HYPERLINK"));
    assert_null(strstr(csv.body, ",=HYPERLINK"));
    reply_free(&csv);
    place_close(&p);
}

EACH(imported)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_imported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
