/* The outbox: events in the same transaction as the change they tell of, with dense numbers in the order of
 * the commits. After the commit they are pushed to the browsers that listen. Two writers may commit one after
 * the other and come here in the other order; a queue of batches keeps the order of the numbers, since
 * Last-Event-ID means "all up to here seen". What another node of the same PostgreSQL wrote is brought by
 * follow.c; a batch that stands behind such events is left to it. */
#include "record/outbox_int.h"
#include "kernel_queries_sql.h"
#include <stdlib.h>

enum { OUTBOX_KEEP = 100000 };

Outbox *outbox_new(void)
{
    Outbox *o = calloc(1, sizeof *o);
    ENSURE(o);
    pthread_mutex_init(&o->lock, NULL);
    pthread_mutex_init(&o->push, NULL);
    o->tail = &o->first;
    return o;
}

/* ---- The scope of what an event tells of ---- */

static const char *keep_text(const char *s)
{
    char *copy = s ? strdup(s) : NULL;
    ENSURE(copy || !s);
    return copy;
}

static void keep_row(Event *ev, const RowScope *row)
{
    ev->scoped = true;
    ev->row = *row;
    ev->row.path = keep_text(row->path);
    ev->row.body_path = keep_text(row->body_path);
    ev->row.also_path = keep_text(row->also_path);
    char *line = row->line.n ? strndup(row->line.p, row->line.n) : NULL;
    ev->row.line = line ? str_of(line) : STR_NONE;
    int64_t *parties = row->nparties ? malloc(row->nparties * sizeof *parties) : NULL;
    if (parties) memcpy(parties, row->parties, row->nparties * sizeof *parties);
    ev->row.parties = parties;
    if (!parties) ev->row.nparties = 0;
}

static void free_row(Event *ev)
{
    const void *const owned[] = {ev->row.path, ev->row.body_path, ev->row.also_path, ev->row.line.p,
                                 ev->row.parties};
    for (size_t i = 0; ev->scoped && i < ARRAY_LEN(owned); i++) free((void *)(uintptr_t)owned[i]);
}

void outbox_event_free(Event *e)
{
    while (e) {
        Event *next = e->next;
        free_row(e);
        free(e);
        e = next;
    }
}

static void batch_free(OutboxBatch *b)
{
    outbox_event_free(b->first);
    free(b);
}

void outbox_free(Outbox **op)
{
    Outbox *o = *op;
    if (!o) return;
    while (o->first) {
        OutboxBatch *b = o->first;
        o->first = b->next;
        batch_free(b);
    }
    pthread_mutex_destroy(&o->lock);
    pthread_mutex_destroy(&o->push);
    free(o);
    *op = NULL;
}

/* The work's batch; it joins the queue while the work holds the writer, so the queue has the order of the
 * numbers. */
static OutboxBatch *batch_of(WorkState *s)
{
    if (s->batch) return s->batch;
    OutboxBatch *b = calloc(1, sizeof *b);
    ENSURE(b);
    b->tail = &b->first;
    Outbox *o = s->kernel->outbox;
    pthread_mutex_lock(&o->lock);
    *o->tail = b;
    o->tail = &b->next;
    pthread_mutex_unlock(&o->lock);
    s->batch = b;
    return b;
}

Event *outbox_event(const EventHead *head, const RowScope *row, const char *name, Str data)
{
    size_t name_n = strlen(name) + 1;
    Event *ev = malloc(sizeof *ev + data.n + name_n);
    ENSURE(ev);
    *ev = (Event){.id = head->id, .user = head->user, .topic = head->topic, .e = head->e};
    if (row) keep_row(ev, row);
    ev->n = data.n;
    if (data.n) memcpy(ev->text, data.p, data.n);
    memcpy(ev->text + data.n, name, name_n);
    ev->name = ev->text + data.n;
    return ev;
}

static void batch_add(OutboxBatch *b, Event *ev)
{
    *b->tail = ev;
    b->tail = &ev->next;
    b->count++;
}

size_t outbox_batch_size(const OutboxBatch *batch)
{
    return batch->count;
}

void outbox_batch_cut(OutboxBatch *b, size_t keep)
{
    Event **at = &b->first;
    for (size_t i = 0; i < keep; i++) at = &(*at)->next;
    outbox_event_free(*at);
    *at = NULL;
    b->tail = at;
    b->count = keep;
}

static OutboxBatch *pop_decided(Outbox *o)
{
    pthread_mutex_lock(&o->lock);
    OutboxBatch *b = o->first;
    if (b && b->state == BATCH_OPEN) b = NULL;
    if (b) {
        o->first = b->next;
        if (!o->first) o->tail = &o->first;
    }
    pthread_mutex_unlock(&o->lock);
    return b;
}

void outbox_push(Kernel *k, const Event *ev)
{
    if (k->hub) sse_publish(k->hub, ev->topic, ev->id, ev->name, str_n(ev->text, ev->n), ev);
    k->outbox->seen = ev->id;
}

/* What follow.c has brought already is passed over; what stands behind others' events waits for it. */
static void publish(Kernel *k, const OutboxBatch *b)
{
    const Outbox *o = k->outbox;
    for (const Event *ev = b->first; ev; ev = ev->next)
        if (!o->follows || ev->id == o->seen + 1) outbox_push(k, ev);
}

void outbox_settle(Kernel *k, OutboxBatch *batch, bool committed)
{
    Outbox *o = k->outbox;
    pthread_mutex_lock(&o->lock);
    batch->state = committed ? BATCH_COMMITTED : BATCH_DROPPED;
    pthread_mutex_unlock(&o->lock);
    pthread_mutex_lock(&o->push);
    for (OutboxBatch *b = pop_decided(o); b; b = pop_decided(o)) {
        if (b->state == BATCH_COMMITTED) publish(k, b);
        batch_free(b);
    }
    pthread_mutex_unlock(&o->push);
}

static Rc add_event(Work *w, EventHead head, const RowScope *row, const char *event, Str data)
{
    WorkState *s = work__state(w);
    head.id = s->head.outbox + 1;
    TRY(db_exec(w->ctx, s->db, &q_outbox_insert,
                DB_ARGS(db_val_i64(head.id), db_val_i64(w->now), db_val_i64(head.topic), db_val_z(event),
                        head.e ? db_val_z(head.e->plural) : db_val_null(), db_val_id(head.user),
                        db_val_text(data))));
    s->head.outbox = head.id;
    s->head_changed = true;
    batch_add(batch_of(s), outbox_event(&head, row, event, data));
    return 0;
}

Rc outbox_add(Work *w, unsigned topic, const char *event, Str data)
{
    return add_event(w, (EventHead){.topic = topic}, NULL, event, data);
}

Rc outbox_add_for(Work *w, int64_t user, unsigned topic, const char *event, Str data)
{
    RowScope row = {.open = true}; /* the user's own */
    return add_event(w, (EventHead){.topic = topic, .user = user}, &row, event, data);
}

/* Nobody listens, nobody is held against it: what is missed is asked of the record itself. */
static Rc row_of(Work *w, unsigned topic, const Entity *e, const Record *rec, RowScope *row, bool *wanted)
{
    SseHub *hub = w->kernel->hub;
    *wanted = hub && sse_wanted(hub, topic);
    return *wanted ? scope_row(w, e, rec, row) : 0;
}

Rc outbox_add_of(Work *w, unsigned topic, const char *event, const Entity *e, const Record *rec, Str data)
{
    RowScope row;
    bool wanted;
    TRY(row_of(w, topic, e, rec, &row, &wanted));
    return add_event(w, (EventHead){.topic = topic, .e = e}, wanted ? &row : NULL, event, data);
}

Rc outbox_add_record(Work *w, const Entity *e, const Record *rec, const char *action)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "plural", e->plural);
    jout_kid(&o, "id", rec->id);
    jout_kz(&o, "action", action);
    jout_close(&o);
    return outbox_add_of(w, TOPIC_RECORDS, "record", e, rec, buf_str(&b));
}

Rc outbox_trim(Ctx *ctx, Kernel *k)
{
    Db *db;
    TRY(db_take_write(ctx, k->pool, &db));
    Rc rc = db_exec(ctx, db, &q_outbox_trim, DB_ARGS(db_val_i64(OUTBOX_KEEP)));
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}
