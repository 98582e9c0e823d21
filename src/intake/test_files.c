/* What lies in the watch folder: event notes, state files, unclaimed sources; whole, damaged, and with
 * limits. */
#include "base/clock.h"
#include "events.h"
#include "state_file.h"
#include "unclaimed.h"
#include "wire.h"
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/anlan-intake-XXXXXX";
static Arena *arena;
static Ctx ctx;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    memset(dir + strlen(dir) - 6, 'X', 6);
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char cmd[128];
    snprintf(cmd, sizeof cmd, "rm -r %s", dir);
    arena_free(&arena);
    return system(cmd);
}

/* ---- Event notes ---- */

static RuleSet *two_rules(void)
{
    RuleSet *rules = NULL;
    Str json = STR("{\"rules\":[{\"name\":\"高限\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\","
                   "\"grades\":[{\"grade\":3,\"limit\":5}]},{\"name\":\"low\",\"point\":\"*\",\"kind\":"
                   "\"level\",\"dir\":"
                   "\"low\",\"grades\":[{\"grade\":1,\"limit\":-5}]}]}");
    assert_int_equal(ruleset_parse(&ctx, json, &rules), RC_OK);
    return rules;
}

static void notes_carry_names(void **state)
{
    (void)state;
    RuleSet *rules = two_rules();
    EventNote note = {.rules = rules}, joined = {0};
    static const uint32_t sequence[] = {0, 0, 1, WATCH_RULE_CLOCK, WATCH_RULE_CLOCK, 0};
    static const char *const names[] = {"高限", "高限", "low", "clock", "clock", "高限"};
    for (size_t i = 0; i < 6; i++)
        event_note_add(&note, &(WatchEvent){.t = (int64_t)i - 3,
                                            .point = 7,
                                            .rule = sequence[i],
                                            .kind = EVENT_EASE,
                                            .grade = 2,
                                            .has_value = i & 1,
                                            .value = 1.5,
                                            .limit = NAN,
                                            .since = -9});
    for (int copy = 0; copy < 2; copy++) event_note_join(&joined, &note);
    IntakeEvent *e;
    size_t n;
    assert_true(event_note_read(arena, event_note_bytes(&joined), &e, &n));
    assert_int_equal(n, 12);
    for (size_t i = 0; i < 12; i++) {
        assert_true(str_is(e[i].rule, names[i % 6]));
        assert_int_equal(e[i].e.t, (int64_t)(i % 6) - 3);
        assert_int_equal(e[i].e.has_value, i % 6 & 1);
        assert_true(e[i].e.value == 1.5 && isnan(e[i].e.limit));
        assert_int_equal(e[i].e.point, 7);
        assert_int_equal(e[i].e.since, -9);
    }
    RuleNames *map = rule_names_new(rules);
    assert_int_equal(rule_names_find(map, STR("low")), 1);
    assert_int_equal(rule_names_find(map, STR("clock")), WATCH_RULE_CLOCK);
    assert_int_equal(rule_names_find(map, STR("gone")), RULE_GONE);
    rule_names_free(&map);
    for (size_t cut = 1; cut < note.n; cut++) { /* any cut is noticed or ends between two events */
        bool whole = event_note_read(arena, str_n((char *)note.p, cut), &e, &n);
        if (whole) assert_true(n < 6);
    }
    event_note_clear(&note);
    event_note_add(&note, &(WatchEvent){.rule = 0});
    assert_true(event_note_read(arena, event_note_bytes(&note), &e, &n) && n == 1 &&
                str_is(e[0].rule, "高限"));
    event_note_free(&note);
    event_note_free(&joined);
    ruleset_free(&rules);
}

/* ---- State files ---- */

static void write_state(uint64_t pos)
{
    Str lanes[] = {STR("first lane"), STR_NONE};
    StateFile s = {.pos = pos, .lanes = lanes, .nlanes = 2, .active = STR("act")};
    assert_int_equal(state_file_write(&ctx, dir, &s), RC_OK);
}

static void newest_state_comes_first(void **state)
{
    (void)state;
    write_state(9);
    write_state(123456789012);
    write_state(10);
    uint64_t *list;
    size_t n;
    state_file_prune(&ctx, dir, 2);
    assert_int_equal(state_file_list(&ctx, dir, &list, &n), RC_OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0], 123456789012);
    assert_int_equal(list[1], 10);
    StateFile s;
    assert_int_equal(state_file_read(&ctx, dir, 10, &s), RC_OK);
    assert_int_equal(s.pos, 10);
    assert_int_equal(s.nlanes, 2);
    assert_true(str_is(s.lanes[0], "first lane"));
    assert_int_equal(s.lanes[1].n, 0);
    assert_true(str_is(s.active, "act"));
    assert_int_equal(state_file_read(&ctx, dir, 9, &s), RC_NOT_FOUND);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    write_state(5);
    char path[256];
    snprintf(path, sizeof path, "%s/state-%020d.bin", dir, 5);
    FILE *f = fopen(path, "rb");
    char bytes[256];
    size_t size = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t i = 0; i <= size; i++) { /* each byte changed, then each cut */
        for (int cut = 0; cut < 2; cut++) {
            f = fopen(path, "wb");
            char copy[256];
            memcpy(copy, bytes, size);
            if (!cut && i < size) copy[i] ^= 0x10;
            fwrite(copy, 1, cut ? i : size, f);
            fclose(f);
            StateFile s;
            ctx_clear(&ctx);
            Rc rc = state_file_read(&ctx, dir, 5, &s);
            assert_int_equal(rc, i == size ? RC_OK : RC_SYNTAX);
        }
    }
}

/* ---- Unclaimed sources ---- */

static BatchUnclaimed one(Str key, uint64_t count, double v)
{
    return (BatchUnclaimed){.key = key, .sender = STR("gw 10.0.0.1"), .count = count, .v = v};
}

typedef struct Seen {
    size_t n;
    uint64_t total;
    Unclaimed first;
    char key[64], sender[160];
} Seen;

static void on_unclaimed(void *ud, const Unclaimed *u)
{
    Seen *s = ud;
    if (s->n++ == 0) {
        s->first = *u;
        snprintf(s->key, sizeof s->key, "%.*s", STR_ARG(u->key));
        snprintf(s->sender, sizeof s->sender, "%.*s", STR_ARG(u->sender));
    }
    s->total += u->count;
}

static Seen look(UnclaimedTable *t)
{
    Seen s = {0};
    unclaimed_each(t, on_unclaimed, &s);
    return s;
}

static void sources_are_counted_and_kept(void **state)
{
    (void)state;
    UnclaimedTable *t = unclaimed_new();
    BatchUnclaimed b = one(STR("line:a#v"), 3, 7), a = one(STR("json:X"), 2, -1);
    a.next = &b; /* newest first */
    assert_int_equal(unclaimed_count(t, &a, 1000), 5);
    BatchUnclaimed again = one(STR("line:a#v"), 1, 8);
    assert_int_equal(unclaimed_count(t, &again, 2000), 1);
    Seen s = look(t);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.key, "line:a#v");
    assert_string_equal(s.sender, "gw 10.0.0.1");
    assert_true(s.first.count == 4 && s.first.last_v == 8 && s.first.first_t == 1000 &&
                s.first.last_t == 2000);
    assert_int_equal(unclaimed_save(&ctx, t, dir), RC_OK);
    UnclaimedTable *back = unclaimed_new();
    unclaimed_load(&ctx, back, dir);
    Seen r = look(back);
    assert_int_equal(r.n, 2);
    assert_string_equal(r.key, s.key);
    assert_string_equal(r.sender, s.sender);
    assert_true(r.first.count == 4 && r.first.last_v == 8 && r.first.id == s.first.id && r.total == 6);
    unclaimed_forget(back, STR("line:a#v"));
    assert_int_equal(look(back).n, 1);
    const RegistryPoint point = {.code = STR("X"), .number = 1};
    Registry *registry = registry_new(&point, 1);
    unclaimed_claim(back, registry);
    assert_int_equal(look(back).n, 0);
    registry_free(&registry);
    unclaimed_free(&back);
    unclaimed_free(&t);
}

static void the_table_is_bounded(void **state)
{
    (void)state;
    UnclaimedTable *t = unclaimed_new();
    char key[32];
    for (int i = 0; i < UNCLAIMED_MAX + 500; i++) {
        snprintf(key, sizeof key, "line:flood,i=%d#v", i);
        BatchUnclaimed b = one(str_of(key), 1, 0);
        unclaimed_count(t, &b, 1000 + i);
    }
    Seen s = look(t);
    assert_int_equal(s.n, UNCLAIMED_MAX);
    snprintf(key, sizeof key, "line:flood,i=%d#v", UNCLAIMED_MAX - 1);
    assert_string_equal(s.key, key);
    /* A day later the one that was silent longest makes room. */
    BatchUnclaimed b = one(STR("json:NEW"), 1, 0);
    unclaimed_count(t, &b, 1000 + MS_DAY + MS_HOUR);
    s = look(t);
    assert_int_equal(s.n, UNCLAIMED_MAX);
    assert_string_equal(s.key, "json:NEW");
    unclaimed_free(&t);
}

enum { COUNT_THREADS = 4, COUNT_ROUNDS = 5000 };

static void *count_many(void *arg)
{
    for (int i = 0; i < COUNT_ROUNDS; i++) {
        BatchUnclaimed b = one(i & 1 ? STR("json:A") : STR("json:B"), 2, i);
        unclaimed_count(arg, &b, i);
    }
    return NULL;
}

static void counts_are_exact_under_threads(void **state)
{
    (void)state;
    UnclaimedTable *t = unclaimed_new();
    pthread_t threads[COUNT_THREADS];
    for (int i = 0; i < COUNT_THREADS; i++) pthread_create(&threads[i], NULL, count_many, t);
    for (int i = 0; i < COUNT_THREADS; i++) pthread_join(threads[i], NULL);
    Seen s = look(t);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.total, 2 * COUNT_THREADS * COUNT_ROUNDS);
    unclaimed_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(notes_carry_names, setup, teardown),
        cmocka_unit_test_setup_teardown(newest_state_comes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(sources_are_counted_and_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(the_table_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_are_exact_under_threads, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
