/* A copy of a store that goes on taking readings.
 *
 * While `upkeep` is held nobody writes the manifest: no checkpoint, no compaction, no expiry, so that
 * manifest, tails and logs belong together and the log drops nothing. A new log file is then begun: what came
 * before stands in files that will not change any more, and the copy ends there. Logs, tails and manifest are
 * handed out under the lock, segments after it: they never change, and the catalog that is held keeps them
 * from being removed. A checkpoint goes first, so that what is handed out under the lock is short. */
#include "segment.h"
#include "store.h"
#include <stdio.h>
#include <stdlib.h>

static Rc give(Ctx *ctx, const Series *s, const SeriesCopy *how, const char *path)
{
    return how->file(ctx, how->ud, path, path + strlen(s->dir) + 1);
}

/* Manifest, tails, logs. */
static Rc give_short(Ctx *ctx, Series *s, const SeriesCopy *how, uint64_t current)
{
    char path[IO_PATH_MAX];
    snprintf(path, sizeof path, "%s/MANIFEST", s->dir);
    TRY(give(ctx, s, how, path));
    tails_path(path, sizeof path, s->dir, s->manifest.tails_id);
    if (s->manifest.tails_id) TRY(give(ctx, s, how, path));
    uint64_t *seqs = NULL;
    size_t n = 0;
    int err = log_list(s->dir, &seqs, &n);
    if (err < 0) return store_fail_io(ctx, "read", s->dir, err);
    Rc rc = RC_OK;
    for (size_t i = 0; i < n && rc >= 0; i++) {
        if (seqs[i] < s->manifest.log_seq || seqs[i] >= current) continue;
        log_file_name(path, sizeof path, s->dir, seqs[i]);
        rc = give(ctx, s, how, path);
    }
    free(seqs);
    return rc;
}

static Rc fix_position(Ctx *ctx, Series *s, const SeriesCopy *how, uint64_t *pos)
{
    TRY(how->held(ctx, how->ud));
    Rc rc = log_rotate(s->log);
    if (rc < 0) return FAIL(ctx, rc, "series.io", "日志无法写入磁盘", "the log cannot be written");
    uint64_t current = log_first_needed(s->log, UINT64_MAX);
    *pos = log_before(s->log, current);
    TRY(how->placed(ctx, how->ud, *pos));
    return give_short(ctx, s, how, current);
}

static Rc give_segments(Ctx *ctx, const Series *s, const SeriesCopy *how, const Catalog *c)
{
    char path[IO_PATH_MAX];
    for (size_t d = 0; d < c->n; d++)
        for (size_t i = 0; i < c->days[d].n; i++) {
            segment_path(path, sizeof path, s->dir, &c->days[d].segs[i]->m);
            TRY(give(ctx, s, how, path));
        }
    return RC_OK;
}

Rc series_copy(Ctx *ctx, Series *s, const SeriesCopy *how, uint64_t *pos)
{
    pthread_mutex_lock(&s->upkeep);
    Rc rc = checkpoint_write(ctx, s);
    if (rc >= 0) rc = fix_position(ctx, s, how, pos);
    Catalog *c = rc >= 0 ? snapshot_take(s->catalog) : NULL;
    pthread_mutex_unlock(&s->upkeep);
    if (!c) return rc;
    rc = how->released(ctx, how->ud);
    if (rc >= 0) rc = give_segments(ctx, s, how, c);
    snapshot_release(s->catalog, c);
    return rc;
}
