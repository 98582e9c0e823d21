/* Snapshots. The slot keeps a list of the values that somebody still holds, the published one first, each
 * with a count under one mutex. A reference is taken once per request or batch, so the mutex is not felt; in
 * return a value needs no header and readers never wait for the making of a new one. */
#include "base/snapshot.h"
#include "base/rc.h"
#include <pthread.h>
#include <stdlib.h>

typedef struct Held {
    struct Held *next;
    void *value;
    long refs; /* readers, plus one while published */
} Held;

struct SnapshotSlot {
    pthread_mutex_t lock;
    void (*free_fn)(void *);
    Held *current, *held; /* current is also in the list */
};

SnapshotSlot *snapshot_new(void (*free_fn)(void *))
{
    SnapshotSlot *s = calloc(1, sizeof *s);
    ENSURE(s);
    pthread_mutex_init(&s->lock, NULL);
    s->free_fn = free_fn;
    return s;
}

/* Drops one reference; returns the value when it was the last one, for the caller to free without the lock.
 */
static void *drop(SnapshotSlot *s, void *value)
{
    Held **at = &s->held;
    while (*at && (*at)->value != value) at = &(*at)->next;
    Held *h = *at;
    ENSURE(h && h->refs > 0);
    if (--h->refs > 0) return NULL;
    *at = h->next;
    free(h);
    return value;
}

void snapshot_release(SnapshotSlot *s, void *value)
{
    if (!value) return;
    pthread_mutex_lock(&s->lock);
    void *dead = drop(s, value);
    pthread_mutex_unlock(&s->lock);
    if (dead && s->free_fn) s->free_fn(dead);
}

void snapshot_publish(SnapshotSlot *s, void *value)
{
    Held *h = value ? malloc(sizeof *h) : NULL;
    ENSURE(h || !value);
    pthread_mutex_lock(&s->lock);
    if (h) {
        *h = (Held){.next = s->held, .value = value, .refs = 1};
        s->held = h;
    }
    Held *old = s->current;
    s->current = h;
    void *dead = old ? drop(s, old->value) : NULL;
    pthread_mutex_unlock(&s->lock);
    if (dead && s->free_fn) s->free_fn(dead);
}

void *snapshot_take(SnapshotSlot *s)
{
    pthread_mutex_lock(&s->lock);
    void *value = NULL;
    if (s->current) {
        s->current->refs++;
        value = s->current->value;
    }
    pthread_mutex_unlock(&s->lock);
    return value;
}

void snapshot_free(SnapshotSlot **sp)
{
    SnapshotSlot *s = *sp;
    if (!s) return;
    snapshot_publish(s, NULL);
    ENSURE(!s->held); /* a reader has not given its value back */
    pthread_mutex_destroy(&s->lock);
    free(s);
    *sp = NULL;
}
