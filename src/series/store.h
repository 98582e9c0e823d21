/* The store behind series.h, for the files of this folder. Locks, outermost first: compacting, upkeep, a
 * shard's, the log's. */
#pragma once
#include "base/clock.h"
#include "base/snapshot.h"
#include "catalog.h"
#include "log.h"
#include "open.h"

enum { SHARDS_MAX = 16 };

struct Series {
    char *dir;
    const Io *io;
    int lock_fd;
    SeriesOptions opt;
    Shard *shards;
    Log *log;
    SnapshotSlot *catalog;      /* of Catalog */
    pthread_mutex_t compacting; /* one compaction or expiry at a time */
    pthread_mutex_t upkeep;     /* the manifest, and one checkpoint at a time */
    Manifest manifest;          /* under upkeep */
    _Atomic uint64_t keep;
    _Atomic uint64_t next_id;      /* number of the next file */
    _Atomic int64_t checkpoint_at; /* monotone ms of the last one */
    _Atomic uint64_t tails_bytes;  /* size of the last checkpoint */
    /* background */
    pthread_t thread;
    pthread_mutex_t bg_lock;
    pthread_cond_t bg_wake;
    bool bg_running, bg_stop;
    atomic_bool closing;
    int64_t looked_at, compacted_at; /* monotone ms, of the background thread */
};

/* series_open with another disk. */
Rc series__open(Ctx *ctx, const SeriesOptions *opt, const SeriesReplay *replay, const Io *io, Series **out);

/* checkpoint.c. The caller holds upkeep. */
Rc checkpoint_write(Ctx *ctx, Series *s);
bool checkpoint_due(Series *s);
/* Puts tails back; cover is told for each page: readings of the page's points up to that position are in it.
 */
typedef struct TailIn {
    uint32_t point;
    uint64_t cover;
    const uint8_t *image; /* NULL without an open chunk */
    size_t len;
    int64_t last_t; /* without a chunk; INT64_MIN: none */
    uint8_t mode;   /* without a chunk: of the next one */
    bool latest_is_last;
    SeriesLatest latest; /* t TIME_NONE: none, or see latest_is_last */
} TailIn;
typedef struct TailsVisit {
    bool (*tail)(void *ud, const TailIn *t);                                            /* false: damaged */
    void (*cover)(void *ud, uint32_t first, uint32_t stride, uint32_t n, uint64_t pos); /* may be NULL */
    void *ud;
} TailsVisit;
Rc tails_read(Ctx *ctx, const char *dir, uint64_t id, const TailsVisit *visit);
void tails_path(char *out, size_t size, const char *dir, uint64_t id);

/* recover.c: manifest, tails and log into memory, the log started anew. */
Rc store_recover(Ctx *ctx, Series *s, const SeriesReplay *replay);

/* compact.c: what is due, for the background thread. */
Rc compact_due(Ctx *ctx, Series *s);
/* The days that end before t (TIME_NONE: none). The caller holds compacting. */
Rc compact_before(Ctx *ctx, Series *s, int64_t t);

Rc store_fail_io(Ctx *ctx, const char *what, const char *path, int err);
Rc store_fail_damage(Ctx *ctx, const char *path, uint64_t at, const char *what);
