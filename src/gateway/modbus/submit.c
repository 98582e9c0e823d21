/* Readings of replies on their way to the intake. There is nothing to acknowledge; a full intake stops the
 * slave's round until its batch is taken, and what the disk refuses is shown as such: the next round brings
 * newer values. */
#include "slave.h"
#include "base/log.h"
#include <stdlib.h>

typedef struct Job {
    Poll *poll;
    uint64_t serial;
    Rc rc;
} Job;

static void under_way(Poll *poll, int change)
{
    pthread_mutex_lock(&poll->lock);
    poll->under_way += (size_t)change;
    if (!poll->under_way) pthread_cond_broadcast(&poll->idle);
    pthread_mutex_unlock(&poll->lock);
}

static void on_answer(void *ud)
{
    Job *job = ud;
    Poll *poll = job->poll;
    Slave *s = job->rc < 0 ? poll_find(poll, job->serial) : NULL;
    if (s && s->peer) link_peer_refuse(s->peer, STR_NONE, "store", STR_NONE);
    free(job);
    under_way(poll, -1);
}

/* On the log's thread, or within intake_submit. */
static void on_done(Batch *b, Rc rc)
{
    Job *job = b->ud;
    job->rc = rc;
    batch_free(&b);
    bool posted = net_post(job->poll->loop, on_answer, job);
    ENSURE(posted); /* the module's stop waits for it */
}

static bool try_submit(Slave *s, Batch *b)
{
    Job *job = malloc(sizeof *job);
    ENSURE(job);
    *job = (Job){s->poll, s->serial, RC_OK};
    b->done = on_done;
    b->ud = job;
    under_way(s->poll, 1);
    if (intake_submit(link_intake(s->poll->g), b) >= 0) return true;
    under_way(s->poll, -1);
    free(job);
    return false;
}

void slave_submit(Slave *s, Batch *b)
{
    if (!try_submit(s, b)) s->parked = b;
}

bool slave_submit_parked(Slave *s)
{
    if (s->parked && try_submit(s, s->parked)) s->parked = NULL;
    return !s->parked;
}
