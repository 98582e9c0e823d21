/* Batches: filled by a gateway on its own thread, then handed over whole. The readings lie in one malloc'd
 * array that grows (an arena would keep every smaller copy); everything else is in the batch's arena. */
#include "intake_private.h"
#include <stdlib.h>

enum { BATCH_EXPECT_MOST = 1 << 20 };

static void free_readings(void *arg)
{
    Batch *b = arg;
    free(b->r);
}

static void release_registry(void *arg)
{
    Batch *b = arg;
    intake_registry_release(b->intake, b->registry);
}

Batch *batch_new(Intake *in, uint64_t sender, int64_t arrival)
{
    Arena *a = arena_new(0);
    Batch *b = ARENA_NEW(a, Batch);
    b->arena = a;
    b->intake = in;
    b->sender = sender;
    b->arrival = arrival;
    b->registry = intake_registry_take(in);
    arena_defer(a, release_registry, b);
    return b;
}

void batch_free(Batch **b)
{
    if (!*b) return;
    Arena *a = (*b)->arena;
    *b = NULL;
    arena_free(&a);
}

static void set_room(Batch *b, size_t cap)
{
    Reading *r = realloc(b->r, cap * sizeof *r);
    ENSURE(r);
    if (!b->r) arena_defer(b->arena, free_readings, b);
    b->r = r;
    b->cap = cap;
}

void batch_expect(Batch *b, size_t n)
{
    if (n > b->cap && n <= BATCH_EXPECT_MOST) set_room(b, n);
}

void batch_add(Batch *b, uint32_t point, int64_t t, double v, uint8_t q)
{
    ENSURE(point > 0 && point <= registry_max(b->registry) && q <= Q_BAD);
    if (b->n == b->cap) set_room(b, b->cap ? b->cap * 2 : 64);
    b->r[b->n++] = (Reading){.t = t, .v = v, .point = point, .q = q};
    b->accepted++;
}

void batch_reject(Batch *b, uint64_t line, const char *field, const char *code)
{
    if (b->rejected++ == 0) b->first = (BatchError){line, field, code};
}

void batch_unclaimed(Intake *in, Batch *b, Str key, int64_t t, double v, Str sender)
{
    (void)in;
    (void)t; /* the table shows times of arrival: a source's own clock is not known to be right */
    b->accepted++;
    BatchUnclaimed *u = b->unclaimed;
    if (!u || !str_eq(u->key, key)) {
        if (key.n > UNCLAIMED_KEY_MAX) return;
        u = ARENA_NEW(b->arena, BatchUnclaimed);
        *u = (BatchUnclaimed){
            .next = b->unclaimed, .key = str_copy(b->arena, key), .sender = str_copy(b->arena, sender)};
        b->unclaimed = u;
    }
    u->count++;
    u->v = v;
}
