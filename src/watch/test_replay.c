/* The replay as a program sees it: files, exit statuses, malformed lines, times, pieces of any size, output
 * that reads back. */
#include "replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static const char level[] =
    "{\"rules\":[{\"name\":\"r\\\"1\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\","
    "\"grades\":[{\"grade\":3,\"limit\":5}]}]}";
static const char offline[] =
    "{\"rules\":[{\"name\":\"o\",\"point\":\"A\",\"kind\":\"offline\",\"timeout_ms\":10,\"grade\":2}]}";

typedef struct Run {
    int status;
    char out[8192], err[8192];
} Run;

static void write_file(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

static void run_files(Run *run, const char *rules_file, const char *csv_file, Lang lang)
{
    memset(run, 0, sizeof *run);
    FILE *out = fmemopen(run->out, sizeof run->out - 1, "w"),
         *err = fmemopen(run->err, sizeof run->err - 1, "w");
    run->status = watch_replay(rules_file, csv_file, out, err, lang);
    fclose(out);
    fclose(err);
}

static void run(Run *r, const char *rules, const char *csv)
{
    char dir[] = "/tmp/watch-replay-XXXXXX", rules_file[64], csv_file[64];
    assert_non_null(mkdtemp(dir));
    snprintf(rules_file, sizeof rules_file, "%s/rules.json", dir);
    snprintf(csv_file, sizeof csv_file, "%s/readings.csv", dir);
    write_file(rules_file, rules, strlen(rules));
    write_file(csv_file, csv, strlen(csv));
    run_files(r, rules_file, csv_file, LANG_EN);
    unlink(rules_file);
    unlink(csv_file);
    rmdir(dir);
}

static void prints_events_as_json(void **state)
{
    (void)state;
    Run r;
    run(&r, level, "t,point,v,q\n-1500,燃气\"\\\t1,5.25,\n0,燃气\"\\\t1,1e-7,1\n");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    assert_string_equal(r.out, "{\"t\":-1500,\"point\":\"燃气\\\"\\\\\\t1\",\"rule\":\"r\\\"1\",\"event\":"
                               "\"raise\",\"grade\":3,\"value\":5.25}\n"
                               "{\"t\":0,\"point\":\"燃气\\\"\\\\\\t1\",\"rule\":\"r\\\"1\",\"event\":"
                               "\"return\",\"grade\":null,\"value\":1e-07}\n");
}

static const struct {
    const char *csv, *out,
        *complaints; /* out: a character an event, R raise, r return; complaints: line numbers */
    int status;
} texts[] = {
    {"t,point,v\n1,A,9\n2,A,1", "Rr", "", 0},              /* no q, no last newline */
    {"t,point,v,q\r\n1,A,9,0\r\n2,A,1,\r\n", "Rr", "", 0}, /* CRLF */
    {"\xEF\xBB\xBFt,point,v\n1,A,9\n", "R", "", 0},        /* BOM */
    {"t,point,v,q\n", "", "", 0},
    {"t,point,v,q", "", "", 0},
    {"1970-01-01T00:00:00.0019Z,A,9,0\n", "", "1 ", 2}, /* a reading is no header */
    {"", "", "1 ", 2},
    {"t,point,v,q,x\n", "", "1 ", 2},
    {"point,t,v\n1,A,9\n", "", "1 ", 2},
    {"t,point,v\n1970-01-01T00:00:00.0019Z,A,9\n2,A,1\n", "Rr", "", 0}, /* finer than ms is cut off: 1 < 2 */
    {"t,point,v\n1970-01-01T08:00:00.002+08:00,A,9\n2,A,1\n", "R", "", 0}, /* the same instant: late */
    {"t,point,v,q\n1,A,9\n", "", "2 ", 3}, /* not as many fields as the header */
    {"t,point,v\n1,A,9,0\n", "", "2 ", 3},
    {"t,point,v,q\n1,A,9,0,\n", "", "2 ", 3},
    {"t,point,v,q\n\n1,A,9,0\n", "R", "2 ", 3}, /* an empty line */
    {"t,point,v,q\nx,A,9,0\n,A,9,0\n1.5,A,9,0\n2026-02-30T00:00:00Z,A,9,0\n", "", "2 3 4 5 ", 3},
    {"t,point,v,q\n99999999999999999999,A,9,0\n-9223372036854775808,A,9,0\n", "", "2 3 ", 3},
    {"t,point,v,q\n1,A,,0\n1,A,x,0\n1,A, 9,0\n1,A,0x9,0\n1,A,9 ,0\n", "", "2 3 4 5 6 ", 3},
    {"t,point,v,q\n1,A,9,3\n1,A,9,-1\n1,A,9,00\n1,A,9,a\n1,A,9, \n", "", "2 3 4 5 6 ", 3},
    {"t,point,v,q\n1,A,NaN,0\n1,A,-inf,0\n1,A,+Infinity,0\n1,A,9,2\n1,A,9,0\n", "R", "",
     0},                                   /* bad readings are well-formed */
    {"t,point,v,q\n1,,9,0\n", "R", "", 0}, /* * matches the empty code */
    {"t,point,v,q\n-9223372036854775807,A,9,0\n9223372036854775807,A,1,0\n", "Rr", "", 0},
};

static void reads_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        Run r;
        char events[64] = "", complaints[64] = "";
        run(&r, level, texts[i].csv);
        Str out = str_of(r.out), err = str_of(r.err);
        while (out.n) {
            Str line = str_cut(&out, '\n');
            strcat(events, str_find(line, STR("\"raise\"")) >= 0 ? "R" : "r");
        }
        while (err.n) {
            int line;
            assert_int_equal(sscanf(str_cut(&err, '\n').p, "line %d:", &line), 1);
            snprintf(complaints + strlen(complaints), 8, "%d ", line);
        }
        if (r.status != texts[i].status || strcmp(events, texts[i].out) != 0 ||
            strcmp(complaints, texts[i].complaints) != 0)
            fail_msg("text %zu: status %d, events %s, complaints %s", i, r.status, events, complaints);
    }
}

static void a_malformed_line_moves_no_clock(void **state)
{
    (void)state;
    Run r;
    run(&r, offline, "t,point,v,q\n0,A,1,0\n50,A\n50,A,1,3\n50,B,x,0\n10,B,1,0\n");
    assert_int_equal(r.status, 3);
    assert_string_equal(r.out, "");
    run(&r, offline, "t,point,v,q\n0,A,1,0\n50,B,1,2\n");
    assert_int_equal(r.status, 0);
    assert_string_equal(
        r.out, "{\"t\":10,\"point\":\"A\",\"rule\":\"o\",\"event\":\"raise\",\"grade\":2,\"value\":null}\n");
}

static void exit_statuses_of_files(void **state)
{
    (void)state;
    Run r;
    run_files(&r, "/nonexistent/rules.json", "/nonexistent/readings.csv", LANG_ZH);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "/nonexistent/rules.json"));
    char dir[] = "/tmp/watch-replay-XXXXXX", rules_file[64];
    assert_non_null(mkdtemp(dir));
    snprintf(rules_file, sizeof rules_file, "%s/rules.json", dir);
    write_file(rules_file, level, strlen(level));
    run_files(&r, rules_file, "/nonexistent/readings.csv", LANG_EN);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "cannot be read"));
    run_files(&r, rules_file, "-", LANG_EN);
    assert_int_equal(r.status, 1);
    run_files(&r, rules_file, dir, LANG_EN); /* a directory */
    assert_int_equal(r.status, 1);
    unlink(rules_file);
    rmdir(dir);
}

static void refused_rules_print_nothing(void **state)
{
    (void)state;
    Run r;
    run(&r,
        "{\"rules\":[{\"name\":\"r\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\",\"grades\":[],"
        "\"more\":1}]}",
        "t,point,v\n1,A,9\n");
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "rules[0].grades"));
    assert_non_null(strstr(r.err, "rules[0].more"));
    run(&r, "{", "t,point,v\n1,A,9\n");
    assert_int_equal(r.status, 2);
    assert_string_equal(r.out, "");
}

/* The text may come in any pieces. */
static void pieces_do_not_matter(void **state)
{
    (void)state;
    static const char csv[] = "t,point,v,q\n1,A,9,0\n2,A,1,\nbad\n3,BB,10,1\r\n4,BB,0,0";
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *rules;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, str_of(level), &rules), RC_OK);
    char *first = NULL;
    for (size_t piece = 1; piece <= sizeof csv; piece++) {
        char *out = NULL, *err = NULL;
        size_t out_n, err_n;
        FILE *fo = open_memstream(&out, &out_n), *fe = open_memstream(&err, &err_n);
        Replay *rp = replay_new(rules, fo, fe, LANG_EN);
        for (size_t i = 0; i < sizeof csv - 1; i += piece)
            replay_feed(rp, csv + i, sizeof csv - 1 - i < piece ? sizeof csv - 1 - i : piece);
        assert_int_equal(replay_end(rp), 3);
        replay_free(&rp);
        fclose(fo);
        fclose(fe);
        assert_string_equal(err, "line 4: not as many fields as the header\n");
        if (!first) first = strdup(out);
        assert_string_equal(out, first);
        free(out);
        free(err);
    }
    assert_int_equal(strlen(first) > 100, 1);
    free(first);
    ruleset_free(&rules);
    arena_free(&a);
}

static void long_lines_and_many_points_are_bounded(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *rules;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, str_of(level), &rules), RC_OK);
    char *out = NULL, *err = NULL;
    size_t out_n, err_n;
    FILE *fo = open_memstream(&out, &out_n), *fe = open_memstream(&err, &err_n);
    Replay *rp = replay_new(rules, fo, fe, LANG_EN);
    replay_feed(rp, "t,point,v\n", 10);
    char chunk[1000];
    memset(chunk, '1', sizeof chunk);
    for (int i = 0; i < 100; i++) replay_feed(rp, chunk, sizeof chunk); /* one line of 100 kB */
    replay_feed(rp, "\n", 1);
    for (int i = 0; i < 5000; i++) {
        int n = snprintf(chunk, sizeof chunk, "%d,P%d,%d\n", i, i % 2500, i < 2500 ? 9 : 1);
        replay_feed(rp, chunk, (size_t)n);
    }
    assert_int_equal(replay_end(rp), 3);
    replay_free(&rp);
    fclose(fo);
    fclose(fe);
    assert_string_equal(err, "line 2: the line is too long\n");
    size_t lines = 0;
    for (const char *p = out; *p; p++) lines += *p == '\n';
    assert_int_equal(lines, 5000);
    free(out);
    free(err);
    ruleset_free(&rules);
    arena_free(&a);
}

/* The usual line is read by a scanner of its own; a sign or a space-free variant of the same number takes the
 * general way. Both must give the same double, quality and time. */
static void both_ways_of_reading_a_line_agree(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *rules;
    uint64_t seed = 1;
    char *out[2];
    size_t out_n;
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, str_of(level), &rules), RC_OK);
    for (int way = 0; way < 2; way++) {
        FILE *fo = open_memstream(&out[way], &out_n);
        Replay *rp = replay_new(rules, fo, stderr, LANG_EN);
        replay_feed(rp, "t,point,v,q\n", 12);
        seed = 1;
        for (int i = 0; i < 20000; i++) {
            char line[128];
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            int whole = (int)(seed >> 60), digits = (int)(seed >> 33 & 15);
            int n = snprintf(line, sizeof line, "%s%d,P%d,%s%d.%0*llu,%d\n", way ? "+" : "", i, i % 7,
                             way ? "+" : "", whole, digits ? digits : 1,
                             (unsigned long long)(seed >> 8) % (digits > 9 ? 1000000000 : 10),
                             (int)(seed >> 40 & 1));
            replay_feed(rp, line, (size_t)n);
        }
        assert_int_equal(replay_end(rp), 0);
        replay_free(&rp);
        fclose(fo);
    }
    assert_true(strlen(out[0]) > 100000);
    assert_string_equal(out[0], out[1]);
    free(out[0]);
    free(out[1]);
    ruleset_free(&rules);
    arena_free(&a);
}

static void says_when_output_fails(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) return;
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *rules;
    char err[200] = "";
    FILE *fe = fmemopen(err, sizeof err - 1, "w");
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(ruleset_parse(&ctx, str_of(level), &rules), RC_OK);
    Replay *rp = replay_new(rules, full, fe, LANG_EN);
    replay_feed(rp, "t,point,v\n1,A,9\n", 16);
    assert_int_equal(replay_end(rp), 1);
    replay_free(&rp);
    fclose(full);
    fclose(fe);
    assert_string_equal(err, "the output cannot be written\n");
    ruleset_free(&rules);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(prints_events_as_json),
                                       cmocka_unit_test(reads_texts),
                                       cmocka_unit_test(a_malformed_line_moves_no_clock),
                                       cmocka_unit_test(exit_statuses_of_files),
                                       cmocka_unit_test(refused_rules_print_nothing),
                                       cmocka_unit_test(pieces_do_not_matter),
                                       cmocka_unit_test(long_lines_and_many_points_are_bounded),
                                       cmocka_unit_test(both_ways_of_reading_a_line_agree),
                                       cmocka_unit_test(says_when_output_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
