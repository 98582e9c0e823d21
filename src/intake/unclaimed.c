/* A hash table of fixed size with chains of entries, all under one lock: it is taken once a batch. Ids and
 * buckets come from the same 64-bit FNV-1a hash, which is stable over restarts; a flood of aimed keys costs
 * at most the 10,000 entries there are. */
#include "unclaimed.h"
#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>

enum { BUCKETS = 16384 };

typedef struct Entry {
    struct Entry *next;
    Unclaimed u;
    char text[]; /* key, then sender */
} Entry;

struct UnclaimedTable {
    pthread_mutex_t lock;
    Entry *buckets[BUCKETS];
    size_t n;
    uint64_t version;
    int64_t swept; /* when a place was last looked for in vain */
};

UnclaimedTable *unclaimed_new(void)
{
    UnclaimedTable *t = calloc(1, sizeof *t);
    ENSURE(t);
    pthread_mutex_init(&t->lock, NULL);
    t->swept = TIME_NONE;
    return t;
}

void unclaimed_free(UnclaimedTable **table)
{
    UnclaimedTable *t = *table;
    if (!t) return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (t->buckets[i]) {
            Entry *e = t->buckets[i];
            t->buckets[i] = e->next;
            free(e);
        }
    pthread_mutex_destroy(&t->lock);
    free(t);
    *table = NULL;
}

static uint64_t key_id(Str key)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < key.n; i++) h = (h ^ (unsigned char)key.p[i]) * UINT64_C(1099511628211);
    return h & INT64_MAX;
}

static Entry **find(UnclaimedTable *t, Str key)
{
    uint64_t id = key_id(key);
    Entry **at = &t->buckets[(id ^ id >> 20) % BUCKETS];
    while (*at && !((*at)->u.id == id && str_eq((*at)->u.key, key))) at = &(*at)->next;
    return at;
}

static void drop(UnclaimedTable *t, Entry **at)
{
    Entry *e = *at;
    *at = e->next;
    free(e);
    t->n--;
    t->version++;
}

/* Takes the place of the entry that has been silent longest, when that is a day or more. Looked for at most
 * once a minute. */
static bool make_room(UnclaimedTable *t, int64_t now)
{
    if (t->n < UNCLAIMED_MAX) return true;
    if (t->swept != TIME_NONE && now - t->swept < MS_MINUTE) return false;
    Entry **oldest = NULL;
    for (size_t i = 0; i < BUCKETS; i++)
        for (Entry **at = &t->buckets[i]; *at; at = &(*at)->next)
            if (!oldest || (*at)->u.last_t < (*oldest)->u.last_t) oldest = at;
    if ((*oldest)->u.last_t + MS_DAY > now) {
        t->swept = now;
        return false;
    }
    drop(t, oldest);
    return true;
}

static Entry *insert(UnclaimedTable *t, Entry **at, Str key, Str sender)
{
    if (sender.n > UNCLAIMED_SENDER_MAX) sender.n = UNCLAIMED_SENDER_MAX;
    Entry *e = calloc(1, sizeof *e + key.n + UNCLAIMED_SENDER_MAX);
    ENSURE(e);
    memcpy(e->text, key.p, key.n);
    e->u.key = str_n(e->text, key.n);
    e->u.sender = str_n(e->text + key.n, 0);
    e->u.id = key_id(key);
    e->next = *at;
    *at = e;
    t->n++;
    return e;
}

static void set_sender(Entry *e, Str sender)
{
    if (sender.n > UNCLAIMED_SENDER_MAX) sender.n = UNCLAIMED_SENDER_MAX;
    char *p = e->text + e->u.key.n;
    if (sender.n) memcpy(p, sender.p, sender.n);
    e->u.sender = str_n(p, sender.n);
}

static void count_one(UnclaimedTable *t, const BatchUnclaimed *b, int64_t arrival)
{
    Entry **at = find(t, b->key);
    if (!*at) {
        if (!make_room(t, arrival)) return;
        at = find(t, b->key); /* making room may have moved its chain */
        insert(t, at, b->key, b->sender)->u.first_t = arrival;
    }
    Entry *e = *at;
    e->u.count += b->count;
    e->u.last_v = b->v;
    e->u.last_t = arrival;
    set_sender(e, b->sender);
    t->version++;
}

/* The list is newest first; the last value counted must be the newest. */
static const BatchUnclaimed *reversed(const BatchUnclaimed *list)
{
    BatchUnclaimed *done = NULL, *b = (BatchUnclaimed *)(uintptr_t)list;
    while (b) {
        BatchUnclaimed *next = b->next;
        b->next = done;
        done = b;
        b = next;
    }
    return done;
}

uint64_t unclaimed_count(UnclaimedTable *t, const BatchUnclaimed *list, int64_t arrival)
{
    uint64_t n = 0;
    pthread_mutex_lock(&t->lock);
    for (const BatchUnclaimed *b = reversed(list); b; b = b->next) {
        count_one(t, b, arrival);
        n += b->count;
    }
    pthread_mutex_unlock(&t->lock);
    return n;
}

void unclaimed_restore(UnclaimedTable *t, const Unclaimed *u)
{
    pthread_mutex_lock(&t->lock);
    Entry **at = find(t, u->key);
    if (!*at && t->n < UNCLAIMED_MAX) {
        Entry *e = insert(t, at, u->key, u->sender);
        e->u.count = u->count;
        e->u.last_v = u->last_v;
        e->u.first_t = u->first_t;
        e->u.last_t = u->last_t;
        set_sender(e, u->sender);
    }
    pthread_mutex_unlock(&t->lock);
}

static int newest_first(const void *a, const void *b)
{
    const Unclaimed *x = a, *y = b;
    if (x->last_t != y->last_t) return x->last_t < y->last_t ? 1 : -1;
    return str_cmp(x->key, y->key);
}

void unclaimed_each(UnclaimedTable *t, void (*fn)(void *ud, const Unclaimed *u), void *ud)
{
    pthread_mutex_lock(&t->lock);
    Unclaimed *list = malloc((t->n + 1) * sizeof *list);
    ENSURE(list);
    size_t n = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const Entry *e = t->buckets[i]; e; e = e->next) list[n++] = e->u;
    qsort(list, n, sizeof *list, newest_first);
    for (size_t i = 0; i < n; i++) fn(ud, &list[i]);
    pthread_mutex_unlock(&t->lock);
    free(list);
}

void unclaimed_forget(UnclaimedTable *t, Str key)
{
    pthread_mutex_lock(&t->lock);
    Entry **at = find(t, key);
    if (*at) drop(t, at);
    pthread_mutex_unlock(&t->lock);
}

/* Keys that stand for a code: once a point has the code, its readings no longer come this way. */
static bool coded(const Registry *r, Str key, Str before, Str after)
{
    if (key.n <= before.n + after.n || !str_starts(key, before) || !str_ends(key, after)) return false;
    return registry_by_code(r, str_n(key.p + before.n, key.n - before.n - after.n)) != 0;
}

static bool claimed(const Registry *r, Str key)
{
    return registry_by_source(r, key) || coded(r, key, STR("json:"), STR("")) ||
           coded(r, key, STR("csv:"), STR("")) || coded(r, key, STR("line:reading,point="), STR("#v"));
}

void unclaimed_claim(UnclaimedTable *t, const Registry *r)
{
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        for (Entry **at = &t->buckets[i]; *at;) {
            if (claimed(r, (*at)->u.key)) drop(t, at);
            else at = &(*at)->next;
        }
    pthread_mutex_unlock(&t->lock);
}

uint64_t unclaimed_version(UnclaimedTable *t)
{
    pthread_mutex_lock(&t->lock);
    uint64_t v = t->version;
    pthread_mutex_unlock(&t->lock);
    return v;
}
