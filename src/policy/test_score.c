/* The reader against expected readings: our own papers in tests/policy, and those of the test data. Prints
 * one row of a table for each paper, as it stands in docs/policy.md. */
#include "policy_score.h"

static void print_score(const char *name, const Score *s, bool cadence)
{
    char cadences[64] = "not judged";
    if (cadence)
        snprintf(cadences, sizeof cadences, "%zu of %zu, %zu read", s->cadences, s->cadences_want,
                 s->cadences_got);
    print_message("| %s | %zu of %zu, %zu read | %.3f | %.3f | %s |\n", name, s->clauses, s->clauses_want,
                  s->clauses_got, f1(s->units, s->units_want, s->units_got), share(s->roles, s->units),
                  cadences);
}

static void score_paper(const char *folder, const char *expected, const char *file)
{
    Test t = test_begin();
    Str name = str_n(file, strlen(file) - 5);
    const char *paper_path = str_z(t.arena, str_printf(t.arena, "%s/%.*s.txt", folder, STR_ARG(name)));
    const char *want_path = str_z(t.arena, str_printf(t.arena, "%s/%s", expected, file));
    const PolicyPaper *p = test_read(&t, read_file(t.arena, paper_path));
    const Json *want;
    assert_true(json_parse(&t.ctx, read_file(t.arena, want_path), &want) >= 0);
    bool judged;
    Score s = score_read(p, want, t.arena, &judged);
    print_score(str_z(t.arena, name), &s, judged);
    assert_int_equal(s.clauses, s.clauses_want);
    assert_int_equal(s.clauses, s.clauses_got);
    assert_true(f1(s.units, s.units_want, s.units_got) >= 0.98 && share(s.roles, s.units) >= 0.98);
    if (judged)
        assert_true(share(s.cadences, s.cadences_want) >= 0.95 && share(s.cadences, s.cadences_got) >= 0.95);
    arena_free(&t.arena);
}

static size_t score_folder(const char *folder, const char *expected)
{
    size_t n = 0;
    struct dirent **list;
    int count = scandir(expected, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (str_ends(str_of(list[i]->d_name), STR(".json"))) {
            if (n++ == 0)
                print_message("| paper | clauses | units F1 | roles | cadences |\n|---|---|---|---|---|\n");
            score_paper(folder, expected, list[i]->d_name);
        }
        free(list[i]);
    }
    if (count >= 0) free(list);
    return n;
}

static void test_own_papers(void **state)
{
    (void)state;
    assert_true(score_folder(ANLAN_SOURCE_DIR "/tests/policy", ANLAN_SOURCE_DIR "/tests/policy/expected") >=
                3);
}

static void test_papers_of_the_data(void **state)
{
    (void)state;
    char folder[4096], expected[4200];
    const char *data = getenv("ANLAN_TEST_DATA");
    snprintf(folder, sizeof folder, "%s/../policy", data ? data : ANLAN_SOURCE_DIR "/../shared/data");
    snprintf(expected, sizeof expected, "%s/expected", folder);
    if (score_folder(folder, expected) == 0) print_message("   skipped: no test data\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_own_papers),
                                       cmocka_unit_test(test_papers_of_the_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
