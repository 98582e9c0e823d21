/* The reading store: a log with group commit, open chunks in memory, sealed compressed chunks in segments of
 * one day each, roll-ups, queries, expiry. Knows numbers of points, nothing of names, rules, SQL rows or
 * HTTP. See docs/series.md.
 *
 * Threads: one appender per shard (a shard owns the points with number % shards == shard), one log thread,
 * one compactor, any number of readers. */
#pragma once
#include "base/ctx.h"
#include "series/reading.h"

typedef struct Series Series;

typedef struct SeriesOptions {
    const char *dir;
    int shards;                /* 1…16; may change between runs */
    uint64_t checkpoint_bytes; /* log size that forces a checkpoint, default 256 MiB */
    int64_t checkpoint_ms;     /* default 60 s */
    bool background;           /* false: no compactor thread; tests call series_checkpoint/series_compact */
} SeriesOptions;

/* What the log brings back at open, in the order it was committed: first what lies after keep (see
 * series_set_keep), so that the owner can rebuild its state. Readings that are already in segments are not
 * stored twice. */
typedef struct SeriesReplay {
    void (*readings)(void *ud, uint64_t pos, int shard, int64_t arrival, const Reading *r, size_t n);
    void (*note)(void *ud, uint64_t pos, int shard, uint32_t kind, Str bytes);
    void *ud;
} SeriesReplay;

/* RC_IO, RC_STATE when another process owns the directory. A torn last record of the log is cut off (it was
 * never acknowledged); any other damage is reported and refused with the file and offset (RC_IO,
 * "series.damaged"). */
Rc series_open(Ctx *ctx, const SeriesOptions *opt, const SeriesReplay *replay, Series **out);
/* Commits what is pending, writes a checkpoint. */
void series_close(Series **s);

/* One unit of commit. `done` runs on the log thread after the sync of the log (rc 0) or when the disk refused
 * (rc < 0: nothing of it is acknowledged). Appends of one shard are committed in order. */
typedef struct SeriesTicket {
    void (*done)(void *ud, Rc rc, uint64_t pos);
    void *ud;
} SeriesTicket;
/* Encode into the open chunks and put into the log. arrival: when the batch came. notes: opaque records of
 * the owner that are committed together with and right after the readings (events, clock ticks). n or nnotes
 * may be 0. Late readings are stored; an equal t replaces the value, but a bad reading never replaces a good
 * one. RC_BUSY: the log is full (disk too slow); RC_IO: the disk refuses (the store tries again by itself
 * several times a second); RC_INVALID: a point that is not of this shard or above 2^24, a time before year 1
 * or after 9999, a quality above Q_BAD; RC_TOO_LARGE: more than 64 MiB. In all these cases nothing was taken.
 */
typedef struct SeriesNote {
    uint32_t kind;
    Str bytes;
} SeriesNote;
Rc series_append(Series *s, int shard, int64_t arrival, const Reading *r, size_t n, const SeriesNote *notes,
                 size_t nnotes, SeriesTicket ticket, uint64_t *out_pos);
/* The owner's state up to and with pos is safe elsewhere: the log may drop notes and readings up to there. */
void series_set_keep(Series *s, uint64_t pos);

/* ---- Reading back. Everything appended is visible, committed or not. ---- */
typedef struct SeriesRow {
    int64_t t;
    double v;
    uint8_t q;
} SeriesRow;
/* Raw readings with from ≤ t < to, ascending, at most limit; one row per t. Returns the count; when it equals
 * limit, go on from the last t + 1. Rows are allocated in ctx's arena. */
Rc series_range(Ctx *ctx, Series *s, uint32_t point, int64_t from, int64_t to, size_t limit, SeriesRow **rows,
                size_t *n);
typedef struct SeriesStep {
    int64_t t; /* start of the step, cut from Beijing midnight */
    double min, max, sum, last;
    int64_t last_t;
    uint32_t count; /* good and uncertain readings; bad ones never count */
    uint8_t q;      /* worst of those counted */
} SeriesStep;
/* Aggregates of whole steps, also of those that from and to cut; empty steps are absent. When n equals limit,
 * go on from the last t + step. RC_INVALID: step. Uses roll-ups where step is a multiple of theirs. */
Rc series_steps(Ctx *ctx, Series *s, uint32_t point, int64_t from, int64_t to, int64_t step, size_t limit,
                SeriesStep **rows, size_t *n);
/* The newest good reading (not ahead) of each point into out[number]; out[i].t is TIME_NONE without one. */
typedef struct SeriesLatest {
    int64_t t;
    double v;
    uint8_t q;
} SeriesLatest;
void series_latest(Series *s, uint32_t first, size_t n, SeriesLatest *out);

/* ---- Upkeep ---- */
Rc series_checkpoint(Ctx *ctx, Series *s);
Rc series_compact(Ctx *ctx, Series *s);
/* Drop day partitions that end before t; raw and roll-ups have their own limits. TIME_NONE: keep. */
Rc series_expire(Ctx *ctx, Series *s, int64_t raw_before, int64_t rollup_before);
/* A copy of the store while it takes readings: of one log position, which is in *pos. Each file is told once
 * and stays as it is until the call for it returns; a store opened on the copies is this one as it was at
 * *pos. `held` is called first: from then on the log drops nothing. `placed` is called as soon as the
 * position is fixed; what was committed before `held` returned lies before it. `released` is called when the
 * store's upkeep goes on, before the long files. A callback that fails ends it. */
typedef struct SeriesCopy {
    Rc (*held)(Ctx *ctx, void *ud);
    Rc (*placed)(Ctx *ctx, void *ud, uint64_t pos);
    Rc (*released)(Ctx *ctx, void *ud);
    Rc (*file)(Ctx *ctx, void *ud, const char *path, const char *name); /* name: inside the store's folder */
    void *ud;
} SeriesCopy;
Rc series_copy(Ctx *ctx, Series *s, const SeriesCopy *how, uint64_t *pos);
typedef struct SeriesStats {
    uint64_t readings, chunks, segments, days, log_bytes, segment_bytes, rollup_bytes, pending_bytes, syncs;
    int64_t oldest_t, newest_t;
} SeriesStats;
void series_stats(Series *s, SeriesStats *out);
/* Reads every byte of a store that no process owns: checksums, order, directory, roll-ups against raw. Prints
 * problems to `out` one a line; returns 0 clean, RC_INVALID with findings. */
Rc series_verify(Ctx *ctx, const char *dir, StrBuf *out, SeriesStats *stats);
