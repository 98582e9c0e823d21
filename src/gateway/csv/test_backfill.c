/* Back-fill through a real intake: pieces, rejections with their line, wide tables, progress. */
#include "../../intake/test_support.h"
#include "base/log.h"
#include "gateway/csv.h"

static char dir[256];
static Intake *intake;
static Arena *arena;
static Ctx ctx;
static uint64_t progress_lines;

static int setup(void **state)
{
    (void)state;
    test_dir(dir, sizeof dir);
    log_set_level(LOG_ERROR);
    IntakeOptions opt = {.dir = dir, .tick_ms = -1, .state_ms = -1};
    intake = test_open(&opt, 20, RULE_LEVEL_JSON("level", "5"));
    arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    progress_lines = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    intake_close(&intake);
    arena_free(&arena);
    test_dir_remove(dir);
    return 0;
}

static void on_progress(void *ud, const CsvResult *so_far)
{
    *(size_t *)ud += 1;
    assert_true(so_far->lines >= progress_lines);
    progress_lines = so_far->lines;
}

static Rc backfill(Str text, CsvResult *out, size_t *calls)
{
    FILE *f = tmpfile();
    assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
    rewind(f);
    *calls = 0;
    Rc rc = csv_backfill(&ctx, intake, f, on_progress, calls, out);
    fclose(f);
    return rc;
}

static size_t stored(uint32_t point)
{
    SeriesRow *rows;
    size_t n;
    assert_int_equal(
        series_range(&ctx, intake_series(intake), point, 0, INT64_C(4102444800000), 1000000, &rows, &n),
        RC_OK);
    return n;
}

static void a_long_table_is_stored(void **state)
{
    (void)state;
    enum { LINES = 120000 }; /* several pieces */
    StrBuf b;
    buf_init(&b, arena);
    buf_addz(&b, "t,point,v,q\n");
    for (int i = 0; i < LINES; i++)
        buf_printf(&b, "%lld,%s%d,%s,0\n", 1000LL * (i + 1), i == 77 ? "X" : "P", i % 20 + 1,
                   i == 5000 ? "bad" : "1.5");
    CsvResult r;
    size_t calls;
    assert_int_equal(backfill(buf_str(&b), &r, &calls), RC_OK);
    assert_int_equal(r.accepted, LINES - 2);
    assert_int_equal(r.rejected, 2);
    assert_int_equal(r.lines, LINES + 1);
    assert_int_equal(r.first.line, 79);
    assert_string_equal(r.first.field, "point");
    assert_string_equal(r.first.code, "unknown");
    assert_true(calls > 2);
    size_t n = 0;
    for (uint32_t p = 1; p <= 20; p++) n += stored(p);
    assert_int_equal(n, LINES - 2);
    IntakeStats s;
    intake_stats(intake, &s);
    assert_int_equal(s.unclaimed, 0);
}

static void a_wide_table_is_stored(void **state)
{
    (void)state;
    CsvResult r;
    size_t calls;
    assert_int_equal(
        backfill(
            STR("t,P3,NEW,P1\n2026-11-22 08:00:00,1,2,3\n2026-11-22 08:01:00,,,x\n2026-11-22 08:02:00,4,,5"),
            &r, &calls),
        RC_OK);
    assert_int_equal(r.accepted, 4);
    assert_int_equal(r.rejected, 2);
    assert_int_equal(r.first.line, 2);
    assert_int_equal(stored(3), 2);
    assert_int_equal(stored(1), 2);
}

static void a_table_without_header_stores_nothing(void **state)
{
    (void)state;
    CsvResult r;
    size_t calls;
    assert_int_equal(backfill(STR("1000,P1,1\n"), &r, &calls), RC_SYNTAX);
    assert_string_equal(ctx.err.code, "csv.header");
    assert_int_equal(r.accepted, 0);
    ctx_clear(&ctx);
    assert_int_equal(backfill(STR(""), &r, &calls), RC_SYNTAX);
    assert_int_equal(stored(1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_long_table_is_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wide_table_is_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(a_table_without_header_stores_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
