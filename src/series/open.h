/* Chunks that still fill, in memory. All functions want the shard's lock. */
#pragma once
#include "chunk.h"
#include "slab.h"
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

/* What a point has beside its line: a unit of the slab, not touched as a rule. */
typedef struct Tail {
    Sealed *sealed; /* newest first */
    Side *side;
    int64_t first_t;
    SeriesLatest latest; /* unless latest_main */
} Tail;
_Static_assert(sizeof(Tail) <= SLAB_UNIT, "one unit");

/* Full words of a chunk's bits: a unit of the slab. */
enum { BLOCK_WORDS = 7 };
typedef struct Block {
    uint64_t word[BLOCK_WORDS];
    uint32_t before, spare; /* before: the block before, 0: none */
} Block;
_Static_assert(sizeof(Block) == SLAB_UNIT, "one unit");

/* The hot state of a point: one cache line. The codec's last members are ours:
 *   raws         raw escapes since the mode was chosen
 *   side         the tail has side readings
 *   ahead        one of them is newer than the main stream
 *   latest_main  the newest good reading is the last one of the open chunk and not a raw escape
 * so that a reading as a rule touches this line only, and each eighth or so a block. */
typedef struct Open {
    Codec c;       /* c.t: newest time of the main stream; c.count 0: no open chunk */
    uint32_t tail; /* unit; 0: the point never had a reading */
    uint32_t last; /* unit of the newest block, 0: no full word yet */
} Open;
_Static_assert(sizeof(Open) == 64, "one cache line");

typedef struct Page {
    Open open[PAGE_POINTS];
} Page;

enum { REGION_PAGES = 32 }; /* pages are made so many at a time: 2 MiB */

typedef struct Shard {
    pthread_mutex_t lock;
    Slab slab;
    Page **pages; /* the first of each region owns it */
    uint32_t npages;
    Page *region; /* the newest one */
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
static inline Tail *open_tail(const Shard *s, const Open *o)
{
    return slab_at(&s->slab, o->tail);
}
/* The newest good reading that was not ahead; t TIME_NONE without one. */
SeriesLatest open_latest(const Shard *s, const Open *o);

/* Takes one reading of slot (whose page exists). */
void open_put(Shard *s, uint32_t slot, const Reading *r);
/* Folds the side readings of a point; seals its chunk too when it is of a day before `before`. */
void open_settle(Shard *s, Open *o, uint32_t point, int64_t before);
/* Puts back a chunk from a checkpoint; false: damaged. */
bool open_restore(Shard *s, Open *o, const uint8_t *image, size_t len);
/* Puts back a newest good reading that is not the chunk's last. */
void open_set_latest(Shard *s, Open *o, const SeriesLatest *l);
/* Copies the open chunk's image to out (CHUNK_IMAGE_MAX bytes); 0 without one. */
size_t open_image(const Shard *s, const Open *o, uint8_t *out);
void sealed_release(Sealed *c);
/* Forgets the sealed chunks of each page of slots up to the number upto[page]: they are in segments now. */
void shard_forget(Shard *s, const uint64_t *upto, uint32_t npages, uint32_t shards);
