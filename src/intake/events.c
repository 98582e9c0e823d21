/* Delivery of committed events. The log thread pushes, one thread of ours calls the receiver, so that a slow
 * receiver holds up neither the log nor the lanes (these wait when too much is under way). Rules are looked
 * up by name in the set that is in force at the moment of delivery. */
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

enum { EVENT_TYPICAL = 48 };

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

static void deliver(Events *ev, const Group *g)
{
    Arena *a = arena_new(0);
    IntakeEvent *events;
    size_t n;
    if (event_note_read(a, str_n(g->bytes, g->n), &events, &n)) {
        use_rules(ev, snapshot_take(ev->rules));
        for (size_t i = 0; i < n; i++) events[i].e.rule = rule_names_find(ev->names, events[i].rule);
        if (n) ev->fn(ev->ud, g->pos, ev->named, events, n);
    } else {
        LOG(LOG_ERROR, "intake", "unreadable events in the log", LOG_I64("pos", g->pos));
    }
    arena_free(&a);
}

static Group *next_group(Events *ev)
{
    pthread_mutex_lock(&ev->lock);
    while (!ev->first && !ev->stop) pthread_cond_wait(&ev->wake, &ev->lock);
    Group *g = ev->first;
    if (g) ev->first = g->next;
    if (!ev->first) ev->last = NULL;
    pthread_mutex_unlock(&ev->lock);
    return g;
}

static void *run(void *arg)
{
    Events *ev = arg;
    Group *g;
    while ((g = next_group(ev))) {
        deliver(ev, g);
        atomic_fetch_sub_explicit(&ev->waiting, g->n, memory_order_relaxed);
        free(g);
    }
    return NULL;
}

void events_start(Events *ev)
{
    ENSURE(!ev->started && pthread_create(&ev->thread, NULL, run, ev) == 0);
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
