/* All messages that were waiting in the socket are one batch of the intake, and so one sync of its log: the
 * busier the broker, the larger the batch. Frames are shown after the commit, because only then they were
 * taken. */
#include "client.h"

#include <pthread.h>

enum { MESSAGES_MAX = 8192, READINGS_MAX = 200000, BYTES_MAX = 8 << 20, FRAME_KEPT = 2048 };

static uint64_t hash_of(Str s)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return h;
}

static int64_t arrival_of(Round *r, Str topic)
{
    uint64_t key = hash_of(topic);
    Spread *s = &r->spread[key % SPREAD_SLOTS];
    int64_t t = clock_now();
    if (s->key == key && t <= s->t && s->t - t < MS_SECOND) t = s->t + 1;
    *s = (Spread){key, t};
    return t;
}

static void open_batch(Round *r)
{
    r->batch = batch_new(r->intake, hash_of(STR("mqtt")), clock_now());
    r->to =
        (BatchSink){.batch = r->batch, .sender = str_printf(r->batch->arena, "mqtt %s", r->settings->o.host)};
    r->sink = batch_sink(&r->to);
    r->first = NULL;
    r->last = &r->first;
}

void round_take(void *ud, const MqttMessage *m)
{
    Round *r = ud;
    if (!r->batch) open_batch(r);
    Arena *a = r->batch->arena;
    MqttTaken taken;
    mqtt_decode(a, &r->settings->topics, m, arrival_of(r, m->topic), &r->sink, &taken);
    Shown *s = ARENA_NEW(a, Shown);
    *s = (Shown){.frame = mqtt_frame(a, m, FRAME_KEPT),
                 .code = taken.code,
                 .detail = taken.detail,
                 .readings = taken.readings};
    *r->last = s;
    r->last = &s->next;
    r->messages++;
    r->bytes += m->payload.n + m->topic.n;
}

bool round_full(const Round *r)
{
    return r->batch && (r->messages >= MESSAGES_MAX || r->batch->n >= READINGS_MAX || r->bytes >= BYTES_MAX);
}

typedef struct Waiting {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool done;
    Rc rc;
} Waiting;

static void on_done(Batch *b, Rc rc)
{
    Waiting *w = b->ud;
    pthread_mutex_lock(&w->lock);
    w->rc = rc;
    w->done = true;
    pthread_cond_signal(&w->came);
    pthread_mutex_unlock(&w->lock);
}

RoundEnd round_commit(Round *r)
{
    if (!r->batch) return ROUND_DONE;
    Waiting w = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    r->batch->done = on_done;
    r->batch->ud = &w;
    if (intake_submit(r->intake, r->batch) < 0) return ROUND_BUSY;
    pthread_mutex_lock(&w.lock);
    while (!w.done) pthread_cond_wait(&w.came, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.came);
    pthread_mutex_destroy(&w.lock);
    return w.rc < 0 ? ROUND_REFUSED : ROUND_DONE;
}

void round_show(Round *r, const MqttHooks *hooks)
{
    for (const Shown *s = r->batch ? r->first : NULL; s; s = s->next) {
        if (s->readings || !s->code) hooks->frame(hooks->ud, s->frame, s->readings);
        if (s->code) hooks->refused(hooks->ud, s->frame, s->code, s->detail);
    }
    round_drop(r);
}

void round_drop(Round *r)
{
    batch_free(&r->batch);
    r->messages = r->bytes = 0;
}
