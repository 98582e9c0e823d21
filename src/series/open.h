/* Chunks that still fill, in memory. All functions want the shard's lock. */
#pragma once
#include "chunk.h"
#include <pthread.h>
#include <stdatomic.h>

enum { PAGE_POINTS = 1024, SIDE_MAX = 32, POINT_MAX = 1 << 24 };

/* A full chunk that waits for its segment. Immutable; counted, because readers keep it without the lock. */
typedef struct Sealed {
    atomic_int refs;
    uint32_t point;
    struct Sealed *older; /* of the same point */
    struct Sealed *next;  /* of the shard, in the order of sealing */
    uint64_t seq;
    int64_t first_t, last_t;
    uint16_t count, len;
    uint8_t image[];
} Sealed;

/* Late, replacing and ahead readings in the order of writing, folded into chunks when there are many. */
typedef struct Side {
    uint16_t n, cap;
    int64_t max_t;
    SeriesRow rows[];
} Side;

typedef struct Tail {
    Sealed *sealed; /* newest first */
    Side *side;
    int64_t first_t;
    SeriesLatest latest; /* unless latest_main */
    uint8_t bits[];
} Tail;

/* The hot state of a point: one cache line. */
typedef struct Open {
    Codec c; /* c.t: newest time of the main stream; c.count 0: no open chunk */
    Tail *tail;
    uint16_t cap; /* bytes of tail->bits */
    uint8_t raws; /* raw escapes since the mode was chosen */
    /* So that the hot path need not touch the tail's head: */
    bool side;        /* tail->side is set */
    bool latest_main; /* the newest good reading is the last one of the open chunk and not a raw escape */
    uint8_t pad[3];
} Open;
_Static_assert(sizeof(Open) == 64, "one cache line");

typedef struct Page {
    Open open[PAGE_POINTS];
} Page;

typedef struct Shard {
    pthread_mutex_t lock;
    Page **pages;
    uint32_t npages;
    Sealed *first, *last;
    uint64_t sealed_seq; /* number of the newest sealed chunk */
    size_t sealed_bytes, sealed_count, sealed_rows;
    int64_t oldest_t, newest_t;
    uint8_t *scratch; /* of the appender: record being built */
    size_t scratch_cap;
} Shard;

void shard_init(Shard *s);
void shard_clear(Shard *s);
/* Pages for slots below n exist afterwards. */
void shard_grow(Shard *s, uint32_t n);
static inline Open *shard_open(const Shard *s, uint32_t slot)
{
    return &s->pages[slot / PAGE_POINTS]->open[slot % PAGE_POINTS];
}
/* The newest good reading that was not ahead; t TIME_NONE without one. */
SeriesLatest open_latest(const Open *o);

/* Takes one reading of slot (whose page exists). */
void open_put(Shard *s, uint32_t slot, const Reading *r);
/* Folds the side readings of a point; seals its chunk too when it is of a day before `before`. */
void open_settle(Shard *s, Open *o, uint32_t point, int64_t before);
/* Puts back a chunk from a checkpoint; false: damaged. */
bool open_restore(Open *o, const uint8_t *image, size_t len);
/* Puts back a newest good reading that is not the chunk's last. */
void open_set_latest(Open *o, const SeriesLatest *l);
/* Copies the open chunk's image to out (CHUNK_IMAGE_MAX bytes); 0 without one. */
size_t open_image(const Open *o, uint8_t *out);
void sealed_release(Sealed *c);
/* Forgets the sealed chunks of each page of slots up to the number upto[page]: they are in segments now. */
void shard_forget(Shard *s, const uint64_t *upto, uint32_t npages, uint32_t shards);
