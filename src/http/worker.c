/* The threads that run handlers. One queue, first come first served; the piecewise pulls of a streamed body
 * go to its end each time, so a long export does not keep others waiting. The queue needs no bound of its
 * own: every entry is a suspended connection, and those are limited. */
#include "http_impl.h"
#include <stdlib.h>

void workers_push(Exchange *ex, JobKind job)
{
    HttpServer *s = ex->server;
    ex->job = job;
    ex->job_next = NULL;
    pthread_mutex_lock(&s->job_lock);
    *s->jobs_tail = ex;
    s->jobs_tail = &ex->job_next;
    pthread_cond_signal(&s->job_ready);
    pthread_mutex_unlock(&s->job_lock);
}

/* NULL when the queue is closed and empty. */
static Exchange *workers_pop(HttpServer *s)
{
    pthread_mutex_lock(&s->job_lock);
    while (!s->jobs && !s->jobs_closed) pthread_cond_wait(&s->job_ready, &s->job_lock);
    Exchange *ex = s->jobs;
    if (ex) {
        s->jobs = ex->job_next;
        if (!s->jobs) s->jobs_tail = &s->jobs;
    }
    pthread_mutex_unlock(&s->job_lock);
    return ex;
}

static void *worker_main(void *arg)
{
    HttpServer *s = arg;
    pthread_setname_np(pthread_self(), "http-worker");
    for (Exchange *ex = workers_pop(s); ex; ex = workers_pop(s)) exchange_work(ex, ex->job);
    return NULL;
}

void workers_start(HttpServer *s)
{
    s->nworkers = s->opt.workers;
    s->workers = calloc((size_t)s->nworkers, sizeof(pthread_t));
    ENSURE(s->workers != NULL);
    for (int i = 0; i < s->nworkers; i++) ENSURE(pthread_create(&s->workers[i], NULL, worker_main, s) == 0);
}

void workers_stop(HttpServer *s)
{
    pthread_mutex_lock(&s->job_lock);
    s->jobs_closed = true;
    pthread_cond_broadcast(&s->job_ready);
    pthread_mutex_unlock(&s->job_lock);
    for (int i = 0; i < s->nworkers; i++) pthread_join(s->workers[i], NULL);
    free(s->workers);
    s->workers = NULL;
    s->nworkers = 0;
}
