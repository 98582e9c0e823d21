/* Which segment files make up the store. The manifest on disk is the truth; the catalog in memory is an
 * immutable copy that readers hold while they read, so files that compaction replaced are removed when the
 * last reader has let go. */
#pragma once
#include "base/ctx.h"
#include "io.h"
#include <pthread.h>
#include <stdatomic.h>

typedef enum { SEG_RAW = 0, SEG_HOUR = 1, SEG_MINUTE = 2, SEG_KINDS } SegKind;

typedef struct SegMeta {
    uint64_t id, rank, bytes, rows;
    int64_t min_t, max_t;
    int32_t day;
    uint32_t entries;
    uint8_t kind, compact; /* compact: in point order, one run of rows a point */
} SegMeta;

typedef struct Segment {
    SegMeta m;
    atomic_int refs;
    atomic_bool dead; /* no longer in the manifest: unlink with the last reference */
    const Io *io;
    char *dir; /* of the store */
    pthread_mutex_t lock;
    /* under the lock, loaded at first use */
    uint32_t
        *index; /* of each page: first point, offset in the directory; at the end the directory's length */
    uint32_t npages;
    uint64_t dir_off;
} Segment;

typedef struct Day {
    int32_t day;
    bool raw_gone; /* raw readings were dropped by expiry: roll-ups cannot be made anew, only added to */
    size_t n;
    Segment **segs; /* by rank */
} Day;

typedef struct Catalog {
    size_t n;
    Day *days; /* ascending */
} Catalog;

typedef struct Manifest {
    uint64_t next_id, next_rank, tails_id, log_seq, keep, last_pos;
    bool old; /* read from the form before this one */
} Manifest;

Segment *segment_new(const Io *io, const char *dir, const SegMeta *m);
Segment *segment_take(Segment *seg);
void segment_release(Segment *seg);
void segment_path(char *out, size_t size, const char *dir, const SegMeta *m);
void day_path(char *out, size_t size, const char *dir, int32_t day);

/* A change of the catalog: segments added (references taken over) and removed (by identity), a day marked. */
typedef struct Edit {
    Segment **add;
    size_t nadd;
    Segment **del;
    size_t ndel;
    const int32_t *raw_gone;
    size_t nraw_gone;
} Edit;
Catalog *catalog_edit(const Catalog *old, const Edit *edit);
void catalog_free(void *catalog);
const Day *catalog_day(const Catalog *c, int32_t day);

/* Writes dir/MANIFEST in one step. 0 or -errno. */
int manifest_write(const Io *io, const char *dir, const Manifest *m, const Catalog *c);
/* RC_NOT_FOUND when there is none; RC_IO. */
Rc manifest_read(Ctx *ctx, const Io *io, const char *dir, Manifest *m, Catalog **c);
