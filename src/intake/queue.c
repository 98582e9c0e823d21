/* Senders hang in hash buckets; those with something for a lane also stand in that lane's ring. A sender's
 * batches keep their order within a lane; its turn ends after a slice of readings. */
#include "queue.h"
#include <stdlib.h>

static Sender **bucket(Queue *q, uint64_t id)
{
    return &q->buckets[(id ^ id >> 32) * UINT64_C(0x9E3779B97F4A7C15) >> 54];
}

const Sender *queue_find(const Queue *q, uint64_t id)
{
    const Sender *s = *bucket((Queue *)(uintptr_t)q, id);
    while (s && s->id != id) s = s->next;
    return s;
}

Sender *queue_sender(Queue *q, uint64_t id)
{
    Sender **at = bucket(q, id);
    for (Sender *s = *at; s; s = s->next)
        if (s->id == id) return s;
    Sender *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->id = id;
    s->next = *at;
    *at = s;
    return s;
}

void queue_release(Queue *q, Sender *s)
{
    if (s->batches) return;
    Sender **at = bucket(q, s->id);
    while (*at != s) at = &(*at)->next;
    *at = s->next;
    free(s);
}

static void ring_add(Queue *q, int lane, Sender *s)
{
    s->flow[lane].ring = NULL;
    if (q->ring[lane].last) q->ring[lane].last->flow[lane].ring = s;
    else q->ring[lane].first = s;
    q->ring[lane].last = s;
}

static Sender *ring_take(Queue *q, int lane)
{
    Sender *s = q->ring[lane].first;
    q->ring[lane].first = s->flow[lane].ring;
    if (!q->ring[lane].first) q->ring[lane].last = NULL;
    return s;
}

void queue_put(Queue *q, int lane, Part *part)
{
    Sender *s = part->job->sender;
    part->next = NULL;
    part->off = 0;
    if (s->flow[lane].first) {
        s->flow[lane].last->next = part;
    } else {
        s->flow[lane].first = part;
        ring_add(q, lane, s);
    }
    s->flow[lane].last = part;
}

size_t queue_take(Queue *q, int lane, size_t slice, Piece *out, size_t max)
{
    if (!queue_has(q, lane)) return 0;
    Sender *s = ring_take(q, lane);
    size_t count = 0;
    while (s->flow[lane].first && slice && count < max) {
        Part *p = s->flow[lane].first;
        size_t n = p->n - p->off < slice ? p->n - p->off : slice;
        out[count++] = (Piece){p, p->r + p->off, n};
        p->off += n;
        slice -= n;
        if (p->off == p->n) s->flow[lane].first = p->next;
    }
    if (s->flow[lane].first) ring_add(q, lane, s);
    else s->flow[lane].last = NULL;
    return count;
}
