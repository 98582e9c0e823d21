/* Private to the outbox: the queue (outbox.c), who listens (events.c), what other nodes wrote (follow.c). */
#pragma once
#include "kernel_int.h"
#include <pthread.h>

typedef enum { BATCH_OPEN, BATCH_COMMITTED, BATCH_DROPPED } BatchState;

typedef struct EventHead {
    int64_t id, user; /* user: whose pages it is for, 0: everybody's */
    unsigned topic;
    const Entity *e; /* NULL: none */
} EventHead;

typedef struct Event {
    struct Event *next;
    int64_t id, user; /* as in the head */
    unsigned topic;
    const Entity *e;
    bool scoped;  /* row is what a listener's scope is held against; else only who sees all gets it */
    RowScope row; /* texts and parties are the event's own (malloc) */
    size_t n;
    const char *name; /* in text, after the data */
    char text[];
} Event;

typedef struct OutboxBatch {
    struct OutboxBatch *next;
    BatchState state;
    Event *first, **tail;
    size_t count;
} OutboxBatch;

struct Outbox {
    pthread_mutex_t lock; /* the queue */
    pthread_mutex_t push; /* one publisher at a time; also held while a client resumes; seen and follows */
    OutboxBatch *first, **tail;
    int64_t seen; /* number of the last event that was pushed */
    bool follows; /* other nodes may write: numbers between ours are theirs */
};

/* An event of its own; head: what is to be told, without its texts. row: NULL, for who sees all. */
Event *outbox_event(const EventHead *head, const RowScope *row, const char *name, Str data);
void outbox_event_free(Event *list);
/* To the browsers that listen. The caller holds `push`. */
void outbox_push(Kernel *k, const Event *ev);
