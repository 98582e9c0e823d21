/* Into the log and back. An append carries readings, the events they caused and perhaps a mark, all in one
 * record of the log: they are there together or not at all.
 *
 * When the disk refuses a record, its readings are not acknowledged and their sender will send them again;
 * but the lanes have already moved on and would see them as late. So the events of a refused record are kept
 * as orphans and go into the log, in order, before anything else is judged; a state file is not written
 * meanwhile. */
#include "intake_private.h"
#include <stdlib.h>
#include <time.h>

typedef struct Commit {
    Intake *in;
    IntakeJob *job;
    size_t n, nbytes;
    char bytes[]; /* the events */
} Commit;

/* Locked. The batch when it is finished with this. */
static Batch *complete(Intake *in, IntakeJob *job, size_t n, Rc rc)
{
    in->in_flight -= n;
    job->sender->in_flight -= n;
    job->left -= n;
    if (rc < 0 && job->rc == RC_OK) job->rc = rc;
    if (job->left) return NULL;
    in->batches--;
    job->sender->batches--;
    queue_release(&in->queue, job->sender);
    return job->batch;
}

static void keep_orphans(Intake *in, const Commit *c)
{
    if (!c->nbytes) return;
    EventNote note = {.p = (uint8_t *)(uintptr_t)c->bytes, .n = c->nbytes, .count = 1};
    event_note_join(&in->orphans, &note);
}

/* On the log thread, in the order of positions; or at once in the lane when nothing was taken (pos 0). */
static void committed(void *ud, Rc rc, uint64_t pos)
{
    Commit *c = ud;
    Intake *in = c->in;
    /* Before anybody can see the position as committed. */
    if (rc >= 0 && c->nbytes) events_push(in->events, pos, str_n(c->bytes, c->nbytes));
    pthread_mutex_lock(&in->lock);
    if (rc >= 0) {
        if (pos > in->committed_pos) in->committed_pos = pos;
    } else {
        if (pos > in->failed_pos) in->failed_pos = pos;
        keep_orphans(in, c);
    }
    Batch *b = c->job ? complete(in, c->job, c->n, rc) : NULL;
    Rc result = b ? c->job->rc : RC_OK;
    pthread_cond_broadcast(&in->calm);
    pthread_mutex_unlock(&in->lock);
    free(c);
    if (b) b->done(b, result);
}

void intake_refuse(Intake *in, IntakeJob *job, size_t n)
{
    pthread_mutex_lock(&in->lock);
    Batch *b = complete(in, job, n, RC_BUSY);
    Rc result = b ? job->rc : RC_OK;
    pthread_cond_broadcast(&in->calm);
    pthread_mutex_unlock(&in->lock);
    if (b) b->done(b, result);
}

static Rc append_once(Intake *in, const Append *a, Commit *c, uint64_t *pos)
{
    SeriesNote notes[2];
    size_t nnotes = 0;
    if (a->mark.kind) notes[nnotes++] = a->mark;
    if (c->nbytes) notes[nnotes++] = (SeriesNote){NOTE_EVENTS, str_n(c->bytes, c->nbytes)};
    SeriesTicket ticket = {committed, c};
    return series_append(in->series, 0, a->arrival, a->r, a->n, notes, nnotes, ticket, pos);
}

uint64_t intake_append(Intake *in, const Append *a)
{
    size_t nbytes = a->events ? a->events->n : 0;
    Commit *c = malloc(sizeof *c + nbytes);
    ENSURE(c);
    *c = (Commit){.in = in, .job = a->job, .n = a->n, .nbytes = nbytes};
    if (nbytes) memcpy(c->bytes, a->events->p, nbytes);
    if (a->events) event_note_clear(a->events);
    uint64_t pos = 0;
    Rc rc;
    pthread_mutex_lock(&in->append_lock);
    while ((rc = append_once(in, a, c, &pos)) == RC_BUSY)
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    if (rc >= 0) {
        in->last_pos = pos;
        if (nbytes) in->last_event_pos = pos;
    }
    pthread_mutex_unlock(&in->append_lock);
    if (rc >= 0) return pos;
    committed(c, rc, 0);
    return 0;
}

bool intake_flush_orphans(Intake *in)
{
    pthread_mutex_lock(&in->lock);
    EventNote note = in->orphans;
    in->orphans = (EventNote){0};
    pthread_mutex_unlock(&in->lock);
    if (!note.n) return true;
    uint64_t pos = intake_append(in, &(Append){.arrival = intake_now(), .events = &note});
    event_note_free(&note);
    return pos && intake_wait_committed(in, pos);
}

bool intake_wait_committed(Intake *in, uint64_t pos)
{
    pthread_mutex_lock(&in->lock);
    while (in->committed_pos < pos && in->failed_pos < pos) pthread_cond_wait(&in->calm, &in->lock);
    bool ok = in->committed_pos >= pos;
    pthread_mutex_unlock(&in->lock);
    return ok;
}
