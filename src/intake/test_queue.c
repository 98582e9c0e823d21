/* The fair queue and the registry: order within a sender, turns between senders, cut batches; codes and
 * sources. */
#include "queue.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static Reading readings[100000];

static IntakeJob *job_new(Queue *q, uint64_t sender, size_t n)
{
    IntakeJob *job = calloc(1, sizeof *job + sizeof(Part));
    job->sender = queue_sender(q, sender);
    job->sender->batches++;
    job->parts[0] = (Part){.job = job, .r = readings, .n = n};
    queue_put(q, 0, &job->parts[0]);
    return job;
}

static void job_end(Queue *q, IntakeJob *job)
{
    job->sender->batches--;
    queue_release(q, job->sender);
    free(job);
}

static void a_flood_does_not_starve_others(void **state)
{
    (void)state;
    Queue *q = calloc(1, sizeof *q);
    IntakeJob *flood[100], *small = NULL;
    for (int i = 0; i < 100; i++) flood[i] = job_new(q, 1, 1000);
    small = job_new(q, 2, 10);
    Piece out[64];
    size_t before = 0, n;
    while ((n = queue_take(q, 0, 4096, out, 64)) && out[0].part->job != small)
        for (size_t i = 0; i < n; i++) before += out[i].n;
    assert_int_equal(n, 1);
    assert_int_equal(before, 4096); /* one slice of the flood, no more */
    size_t rest = 0;
    while ((n = queue_take(q, 0, 4096, out, 64)))
        for (size_t i = 0; i < n; i++) rest += out[i].n;
    assert_int_equal(before + rest, 100000);
    assert_false(queue_has(q, 0));
    for (int i = 0; i < 100; i++) job_end(q, flood[i]);
    job_end(q, small);
    assert_null(queue_find(q, 1));
    free(q);
}

static void batches_keep_their_order(void **state)
{
    (void)state;
    Queue *q = calloc(1, sizeof *q);
    static const size_t sizes[] = {5000, 1, 4096, 9000, 3};
    IntakeJob *jobs[5];
    for (int i = 0; i < 5; i++) jobs[i] = job_new(q, 7, sizes[i]);
    Piece out[2]; /* few places, so that a turn ends by them too */
    size_t n, at = 0, off = 0;
    while ((n = queue_take(q, 0, 4096, out, 2)))
        for (size_t i = 0; i < n; i++) {
            while (off == sizes[at]) at++, off = 0;
            assert_ptr_equal(out[i].part->job, jobs[at]);
            assert_ptr_equal(out[i].r, readings + off);
            off += out[i].n;
        }
    assert_int_equal(at, 4);
    assert_int_equal(off, 3);
    for (int i = 0; i < 5; i++) job_end(q, jobs[i]);
    free(q);
}

static void turns_go_round(void **state)
{
    (void)state;
    Queue *q = calloc(1, sizeof *q);
    IntakeJob *jobs[9];
    for (int i = 0; i < 9; i++) jobs[i] = job_new(q, (uint64_t)i % 3, 4096);
    Piece out[64];
    for (int i = 0; i < 9; i++) {
        assert_int_equal(queue_take(q, 0, 4096, out, 64), 1);
        assert_ptr_equal(out[0].part->job, jobs[i]);
    }
    for (int i = 0; i < 9; i++) job_end(q, jobs[i]);
    free(q);
}

static void many_senders_are_found_and_forgotten(void **state)
{
    (void)state;
    Queue *q = calloc(1, sizeof *q);
    for (uint64_t i = 0; i < 5000; i++) queue_sender(q, i * 64)->batches = 1;
    for (uint64_t i = 0; i < 5000; i++) assert_non_null(queue_find(q, i * 64));
    for (uint64_t i = 0; i < 5000; i++) {
        Sender *s = queue_sender(q, i * 64);
        queue_release(q, s); /* something is in flight: stays */
        assert_non_null(queue_find(q, i * 64));
        s->batches = 0;
        queue_release(q, s);
        assert_null(queue_find(q, i * 64));
    }
    free(q);
}

static void registry_maps_codes_and_sources(void **state)
{
    (void)state;
    const RegistryPoint points[] = {
        {.code = STR("GAS-0001"), .number = 1},
        {.code = STR("123456789012345678901234"), .number = 3},
        {.code = STR("1234567890123456789012345"), .number = 4},
        {.code = STR("水位 2"), .source = STR("line:level,site=a#v"), .number = 70000},
    };
    Registry *r = registry_new(points, 4);
    assert_int_equal(registry_by_code(r, STR("GAS-0001")), 1);
    assert_int_equal(registry_by_code(r, STR("水位 2")), 70000);
    assert_int_equal(registry_by_code(r, STR("123456789012345678901234")), 3);
    assert_int_equal(registry_by_code(r, STR("1234567890123456789012345")), 4);
    assert_int_equal(registry_by_code(r, STR("12345678901234567890123456")), 0);
    assert_int_equal(registry_by_code(r, str_n("GAS-0001\0", 9)), 0);
    assert_int_equal(registry_by_code(r, STR("GAS")), 0);
    assert_int_equal(registry_by_code(r, STR("")), 0);
    for (size_t n = 1; n <= 23; n++) { /* each length is loaded in its own way */
        assert_int_equal(registry_by_code(r, str_n("123456789012345678901234", n)), 0);
        assert_int_equal(registry_by_code(r, str_n("GAS-0001-and-some-more-text", n)), n == 8);
    }
    assert_int_equal(registry_by_source(r, STR("line:level,site=a#v")), 70000);
    assert_int_equal(registry_by_source(r, STR("")), 0);
    assert_true(str_is(registry_code(r, 70000), "水位 2"));
    assert_int_equal(registry_code(r, 2).n, 0);
    assert_int_equal(registry_code(r, 70001).n, 0);
    assert_int_equal(registry_max(r), 70000);
    registry_free(&r);
    assert_null(r);
}

static void every_code_of_many_is_found(void **state)
{
    (void)state;
    enum { MANY = 30000 };
    RegistryPoint *points = calloc(MANY, sizeof *points);
    char(*codes)[40] = calloc(MANY, sizeof *codes);
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(codes[i], sizeof codes[i], i % 3 ? "P-%u" : "a long code with many letters %u", i);
        points[i] = (RegistryPoint){.code = str_of(codes[i]), .number = i + 1};
    }
    Registry *r = registry_new(points, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(registry_by_code(r, str_of(codes[i])), i + 1);
        uint32_t numbers[3];
        const Str three[] = {str_of(codes[i]), STR("none"), str_of(codes[0])};
        registry_by_codes(r, three, i ? 3 : 1, numbers);
        assert_int_equal(numbers[0], i + 1);
        if (i) assert_int_equal(numbers[1], 0);
        codes[i][0] = '#';
        assert_int_equal(registry_by_code(r, str_of(codes[i])), 0);
    }
    registry_free(&r);
    free(points);
    free(codes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_does_not_starve_others),
        cmocka_unit_test(batches_keep_their_order),
        cmocka_unit_test(turns_go_round),
        cmocka_unit_test(many_senders_are_found_and_forgotten),
        cmocka_unit_test(registry_maps_codes_and_sources),
        cmocka_unit_test(every_code_of_many_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
