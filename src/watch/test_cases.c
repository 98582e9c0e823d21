/* The twelve replay cases kept beside the test data: rules, readings and the events they must give, made by
 * somebody else's reading of the alarm semantics. Compared as JSON, line by line. */
#include "watch/watch.h"

#include "base/json.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *cases_dir(void)
{
    static char dir[4096];
    const char *data = getenv("ANLAN_TEST_DATA");
    snprintf(dir, sizeof dir, "%s/../alarm-cases", data ? data : ANLAN_SOURCE_DIR "/../shared/data");
    FILE *f = fopen(dir, "r");
    if (!f) return NULL;
    fclose(f);
    return dir;
}

static char *read_whole(Arena *a, const char *path)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    StrBuf b;
    buf_init(&b, a);
    char piece[65536];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_add(&b, str_n(piece, n));
    fclose(f);
    buf_addc(&b, 0);
    return b.p;
}

static bool json_same(const Json *a, const Json *b)
{
    double x, y;
    if (json_f64(a, &x) && json_f64(b, &y)) return x == y && signbit(x) == signbit(y);
    if (!a || !b || a->type != b->type) return false;
    return a->type != JSON_TEXT || str_eq(a->s, b->s);
}

static bool line_same(Arena *a, Str got, Str want)
{
    Ctx ctx;
    const Json *x, *y;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(json_parse(&ctx, got, &x), RC_OK);
    assert_int_equal(json_parse(&ctx, want, &y), RC_OK);
    bool same = x->count == y->count;
    JSON_EACH(m, y) same = same && json_same(json_get(x, str_z(a, m->name)), m);
    return same;
}

static void compare(Arena *a, const char *name, const char *got, const char *want)
{
    Str g = str_of(got), w = str_of(want);
    for (int line = 1; g.n || w.n; line++) {
        Str x = str_cut(&g, '\n'), y = str_cut(&w, '\n');
        if (!x.n || !y.n || !line_same(a, x, y))
            fail_msg("case %s, line %d:\n  got  %.*s\n  want %.*s", name, line, STR_ARG(x), STR_ARG(y));
    }
}

static void run_case(const char *dir, const char *name)
{
    Arena *a = arena_new(0);
    char *out = NULL, *err = NULL;
    size_t out_n = 0, err_n = 0;
    FILE *fo = open_memstream(&out, &out_n), *fe = open_memstream(&err, &err_n);
    int status = watch_replay(arena_printf(a, "%s/%s/rules.json", dir, name),
                              arena_printf(a, "%s/%s/readings.csv", dir, name), fo, fe, LANG_EN);
    fclose(fo);
    fclose(fe);
    if (status) fail_msg("case %s: exit status %d, %s", name, status, err);
    compare(a, name, out, read_whole(a, arena_printf(a, "%s/%s/expected.jsonl", dir, name)));
    free(out);
    free(err);
    arena_free(&a);
}

static void gives_the_expected_events(void **state)
{
    (void)state;
    const char *dir = cases_dir();
    if (!dir) {
        print_message("skipped: no test data\n");
        return;
    }
    for (int i = 1; i <= 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "%02d", i);
        run_case(dir, name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_the_expected_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
