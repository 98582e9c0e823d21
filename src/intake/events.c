/* Delivery of committed events. The log thread pushes, one thread of ours calls the receiver, so that a slow
 * receiver holds up neither the log nor the lanes (these wait when too much is under way). Events of several
 * positions that wait go out in one call with the position of the last: the receiver commits once a call, so
 * in a flood of alarms a call a position would be a sync an alarm. Rules are looked up by name in the set
 * that is in force at the moment of delivery. */
#include "events.h"
#include "base/log.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct Group {
    struct Group *next;
    uint64_t pos;
    size_t n;
    char bytes[];
} Group;

struct Events {
    void (*fn)(void *ud, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n);
    void *ud;
    SnapshotSlot *rules;
    const RuleSet *named; /* the set of `names`, a reference of ours so that its address is not used again */
    RuleNames *names;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Group *first, *last;
    _Atomic size_t waiting; /* bytes, in units of a typical event */
    bool stop, started;
    pthread_t thread;
};

enum {
    EVENT_TYPICAL = 48,
    CALL_BYTES = 128 * EVENT_TYPICAL /* in one call, as a rule: the receiver's transaction stays short */
};

Events *events_new(const IntakeOptions *opt, SnapshotSlot *rules)
{
    Events *ev = calloc(1, sizeof *ev);
    ENSURE(ev);
    ev->fn = opt->events;
    ev->ud = opt->events_ud;
    ev->rules = rules;
    pthread_mutex_init(&ev->lock, NULL);
    pthread_cond_init(&ev->wake, NULL);
    return ev;
}

void events_push(Events *ev, uint64_t pos, Str bytes)
{
    if (!ev->fn) return;
    Group *g = malloc(sizeof *g + bytes.n);
    ENSURE(g);
    *g = (Group){.pos = pos, .n = bytes.n};
    memcpy(g->bytes, bytes.p, bytes.n);
    atomic_fetch_add_explicit(&ev->waiting, bytes.n, memory_order_relaxed);
    pthread_mutex_lock(&ev->lock);
    if (ev->last) ev->last->next = g;
    else ev->first = g;
    ev->last = g;
    pthread_cond_signal(&ev->wake);
    pthread_mutex_unlock(&ev->lock);
}

size_t events_waiting(const Events *ev)
{
    return atomic_load_explicit(&ev->waiting, memory_order_relaxed) / EVENT_TYPICAL;
}

static void use_rules(Events *ev, const RuleSet *rules)
{
    if (rules == ev->named) {
        snapshot_release(ev->rules, (void *)(uintptr_t)rules);
        return;
    }
    rule_names_free(&ev->names);
    snapshot_release(ev->rules, (void *)(uintptr_t)ev->named);
    ev->named = rules;
    ev->names = rule_names_new(rules);
}

typedef struct Call {
    Arena *arena;
    IntakeEvent *events;
    size_t n;
    uint64_t pos;
} Call;

static void add_group(Call *c, const Group *g)
{
    IntakeEvent *more;
    size_t n;
    if (!event_note_read(c->arena, str_n(g->bytes, g->n), &more, &n)) {
        LOG(LOG_ERROR, "intake", "unreadable events in the log", LOG_I64("pos", g->pos));
        return;
    }
    if (n == 0) return;
    IntakeEvent *all = ARENA_ARRAY(c->arena, IntakeEvent, c->n + n);
    if (c->n) memcpy(all, c->events, c->n * sizeof *all);
    memcpy(all + c->n, more, n * sizeof *all);
    for (size_t i = 0; i < n; i++) all[c->n + i].pos = g->pos;
    c->events = all;
    c->n += n;
    c->pos = g->pos;
}

static void deliver(Events *ev, const Group *groups)
{
    Call c = {.arena = arena_new(0)};
    for (const Group *g = groups; g; g = g->next) add_group(&c, g);
    use_rules(ev, snapshot_take(ev->rules));
    for (size_t i = 0; i < c.n; i++) c.events[i].e.rule = rule_names_find(ev->names, c.events[i].rule);
    if (c.n) ev->fn(ev->ud, c.pos, ev->named, c.events, c.n);
    arena_free(&c.arena);
}

/* What waits, as far as it goes into one call; NULL: stop. */
static Group *next_groups(Events *ev)
{
    pthread_mutex_lock(&ev->lock);
    while (!ev->first && !ev->stop) pthread_cond_wait(&ev->wake, &ev->lock);
    Group *first = ev->first, *last = first;
    size_t bytes = first ? first->n : 0;
    while (last && last->next && bytes + last->next->n <= CALL_BYTES) {
        last = last->next;
        bytes += last->n;
    }
    if (last) {
        ev->first = last->next;
        last->next = NULL;
    }
    if (!ev->first) ev->last = NULL;
    pthread_mutex_unlock(&ev->lock);
    return first;
}

static void *run(void *arg)
{
    Events *ev = arg;
    Group *g;
    while ((g = next_groups(ev))) {
        deliver(ev, g);
        while (g) {
            Group *next = g->next;
            atomic_fetch_sub_explicit(&ev->waiting, g->n, memory_order_relaxed);
            free(g);
            g = next;
        }
    }
    return NULL;
}

void events_start(Events *ev)
{
    ENSURE(!ev->started && pthread_create(&ev->thread, NULL, run, ev) == 0);
    pthread_setname_np(ev->thread, "intake-events");
    ev->started = true;
}

void events_free(Events **events)
{
    Events *ev = *events;
    if (!ev) return;
    pthread_mutex_lock(&ev->lock);
    ev->stop = true;
    pthread_cond_signal(&ev->wake);
    pthread_mutex_unlock(&ev->lock);
    if (ev->started) pthread_join(ev->thread, NULL);
    while (ev->first) { /* never started: the receiver is given them at the next start */
        Group *g = ev->first;
        ev->first = g->next;
        free(g);
    }
    rule_names_free(&ev->names);
    if (ev->named) snapshot_release(ev->rules, (void *)(uintptr_t)ev->named);
    pthread_mutex_destroy(&ev->lock);
    pthread_cond_destroy(&ev->wake);
    free(ev);
    *events = NULL;
}
