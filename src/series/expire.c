/* Expiry drops whole days. Raw readings and roll-ups have limits of their own: before raw files go, their
 * roll-ups are made; a day whose raw files are gone is marked, because its roll-ups can never be made anew.
 */
#include "base/log.h"
#include "store.h"
#include <stdlib.h>

typedef struct Drop {
    Segment **segs;
    size_t nsegs;
    int32_t *days; /* raw_gone */
    size_t ndays;
    int64_t raw_before, rollup_before;
} Drop;

static bool ends_before(int32_t day, int64_t t)
{
    return t != TIME_NONE && civil_day_start(day) + MS_DAY <= t;
}

static void choose_day(Drop *d, const Day *day)
{
    bool raw = ends_before(day->day, d->raw_before), rolls = ends_before(day->day, d->rollup_before);
    bool left = false;
    for (size_t i = 0; i < day->n; i++) {
        bool go = day->segs[i]->m.kind == SEG_RAW ? raw : rolls;
        if (go) d->segs[d->nsegs++] = day->segs[i];
        left |= !go;
    }
    if (raw && left) d->days[d->ndays++] = day->day;
}

static void choose(Drop *d, const Catalog *c)
{
    size_t most = 0;
    for (size_t i = 0; i < c->n; i++) most += c->days[i].n;
    d->segs = malloc((most + 1) * sizeof(Segment *));
    d->days = malloc((c->n + 1) * sizeof *d->days);
    if (!d->segs || !d->days) abort();
    for (size_t i = 0; i < c->n; i++) choose_day(d, &c->days[i]);
}

/* With upkeep held. */
static Rc drop(Ctx *ctx, Series *s, int64_t raw_before, int64_t rollup_before)
{
    Drop d = {.raw_before = raw_before, .rollup_before = rollup_before};
    Catalog *old = snapshot_take(s->catalog);
    choose(&d, old);
    Edit edit = {.del = d.segs, .ndel = d.nsegs, .raw_gone = d.days, .nraw_gone = d.ndays};
    Catalog *now = catalog_edit(old, &edit);
    Manifest m = s->manifest;
    m.next_id = atomic_load(&s->next_id);
    int err = d.nsegs ? manifest_write(s->io, s->dir, &m, now) : 0;
    if (err == 0) {
        for (size_t i = 0; i < d.nsegs; i++) atomic_store(&d.segs[i]->dead, true);
        s->manifest = m;
        snapshot_publish(s->catalog, now);
        if (d.nsegs) LOG(LOG_INFO, "series", "days expired", LOG_I64("files", d.nsegs));
    } else {
        catalog_free(now);
    }
    snapshot_release(s->catalog, old);
    free(d.segs);
    free(d.days);
    return err < 0 ? store_fail_io(ctx, "write", "MANIFEST", err) : RC_OK;
}

Rc series_expire(Ctx *ctx, Series *s, int64_t raw_before, int64_t rollup_before)
{
    TRY(series_checkpoint(ctx, s)); /* so that nothing of those days is left in memory */
    pthread_mutex_lock(&s->compacting);
    Rc rc = compact_before(ctx, s, raw_before);
    if (rc == RC_OK) {
        pthread_mutex_lock(&s->upkeep);
        rc = drop(ctx, s, raw_before, rollup_before);
        pthread_mutex_unlock(&s->upkeep);
    }
    pthread_mutex_unlock(&s->compacting);
    return rc;
}
