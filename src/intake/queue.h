/* The fair queue: batches wait per sender and lane; a lane serves its senders in turn, a slice each, so that
 * a flood from one does not starve the others. Not locked: the owner's lock guards it. */
#pragma once
#include "intake/intake.h"

enum { QUEUE_LANES_MAX = 16, QUEUE_BUCKETS = 1024 };

typedef struct IntakeJob IntakeJob;

/* The readings of one batch for one lane. */
typedef struct Part {
    struct Part *next;
    IntakeJob *job;
    Reading *r;
    size_t n, off; /* off: taken already */
} Part;

typedef struct Sender {
    struct Sender *next; /* of the bucket */
    uint64_t id;
    size_t in_flight, batches; /* until the commit */
    struct {
        Part *first, *last;
        struct Sender *ring; /* next in the lane's turn */
    } flow[QUEUE_LANES_MAX];
} Sender;

typedef struct Queue {
    Sender *buckets[QUEUE_BUCKETS];
    struct {
        Sender *first, *last;
    } ring[QUEUE_LANES_MAX];
} Queue;

/* A submitted batch; lives in the batch's arena. */
struct IntakeJob {
    Batch *batch;
    Sender *sender;
    size_t n, left; /* readings in all, not yet committed */
    Rc rc;          /* the first failure */
    int nparts;
    Part parts[];
};

/* The sender's record, made when it is new. */
Sender *queue_sender(Queue *q, uint64_t id);
/* NULL when nothing of it waits. */
const Sender *queue_find(const Queue *q, uint64_t id);
/* Forgets a sender of which nothing is in flight. */
void queue_release(Queue *q, Sender *s);

void queue_put(Queue *q, int lane, Part *part);
static inline bool queue_has(const Queue *q, int lane)
{
    return q->ring[lane].first != NULL;
}

typedef struct Piece {
    Part *part;
    Reading *r;
    size_t n;
} Piece;
/* Up to `slice` readings (or max pieces) of the sender whose turn it is; it then goes to the end of the ring.
 * A batch larger than the slice is cut. */
size_t queue_take(Queue *q, int lane, size_t slice, Piece *out, size_t max);
