/* The outbox: events in the same transaction as the change they tell of, with dense numbers in the order of
 * the commits. After the commit they are pushed to the browsers that listen. Two writers may commit one after
 * the other and come here in the other order; a queue of batches keeps the order of the numbers, since
 * Last-Event-ID means "all up to here seen". */
#include "kernel_int.h"
#include "kernel_queries_sql.h"
#include "base/num.h"
#include <stdlib.h>

enum { OUTBOX_KEEP = 100000, RESUME_MAX = 1000 };

typedef enum { BATCH_OPEN, BATCH_COMMITTED, BATCH_DROPPED } BatchState;

typedef struct Event {
    struct Event *next;
    int64_t id, user; /* user: whose pages it is for, 0: everybody's */
    unsigned topic;
    const Entity *e; /* NULL: none */
    bool scoped;     /* row is what a listener's scope is held against; else only who sees all gets it */
    RowScope row;    /* texts and parties are the event's own (malloc) */
    size_t n;
    const char *name; /* in text, after the data */
    char text[];
} Event;

typedef struct OutboxBatch {
    struct OutboxBatch *next;
    BatchState state;
    Event *first, **tail;
    size_t count;
} OutboxBatch;

struct Outbox {
    pthread_mutex_t lock; /* the queue */
    pthread_mutex_t push; /* one publisher at a time; also held while a client resumes */
    OutboxBatch *first, **tail;
};

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

static void free_events(Event *e)
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
    free_events(b->first);
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

/* head: what is to be told, without its texts. */
static void batch_add(OutboxBatch *b, const Event *head, const RowScope *row, const char *name, Str data)
{
    size_t name_n = strlen(name) + 1;
    Event *ev = malloc(sizeof *ev + data.n + name_n);
    ENSURE(ev);
    *ev = *head;
    if (row) keep_row(ev, row);
    ev->n = data.n;
    if (data.n) memcpy(ev->text, data.p, data.n);
    memcpy(ev->text + data.n, name, name_n);
    ev->name = ev->text + data.n;
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
    free_events(*at);
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

static void publish(Kernel *k, const OutboxBatch *b)
{
    if (!k->hub) return;
    for (const Event *ev = b->first; ev; ev = ev->next)
        sse_publish(k->hub, ev->topic, ev->id, ev->name, str_n(ev->text, ev->n), ev);
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

static Rc add_event(Work *w, Event head, const RowScope *row, const char *event, Str data)
{
    WorkState *s = work__state(w);
    head.id = s->head.outbox + 1;
    TRY(db_exec(w->ctx, s->db, &q_outbox_insert,
                DB_ARGS(db_val_i64(head.id), db_val_i64(w->now), db_val_i64(head.topic), db_val_z(event),
                        head.e ? db_val_z(head.e->plural) : db_val_null(), db_val_id(head.user),
                        db_val_text(data))));
    s->head.outbox = head.id;
    s->head_changed = true;
    batch_add(batch_of(s), &head, row, event, data);
    return 0;
}

Rc outbox_add(Work *w, unsigned topic, const char *event, Str data)
{
    return add_event(w, (Event){.topic = topic}, NULL, event, data);
}

Rc outbox_add_for(Work *w, int64_t user, unsigned topic, const char *event, Str data)
{
    RowScope row = {.open = true}; /* the user's own */
    return add_event(w, (Event){.topic = topic, .user = user}, &row, event, data);
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
    return add_event(w, (Event){.topic = topic, .e = e}, wanted ? &row : NULL, event, data);
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

/* ---- GET /api/events ---- */

static const struct {
    const char *name, *plural; /* who may read these may listen; NULL: decided per event */
    unsigned topic;
} topics[] = {{"alarms", "alarms", TOPIC_ALARMS},       {"values", "points", TOPIC_VALUES},
              {"records", NULL, TOPIC_RECORDS},         {"sources", "unclaimed", TOPIC_SOURCES},
              {"vehicles", "vehicles", TOPIC_VEHICLES}, {"notices", NULL, TOPIC_NOTICES}};

/* What one stream may see. Streams end when users, tokens or grants change, and with their session. */
typedef struct Listener {
    PermSet set;
    Arena *arena; /* of the scope's texts */
    int64_t user; /* 0: a token */
    unsigned char session[SHA256_BYTES];
} Listener;

static bool set_has(const PermSet *set, const char *perm)
{
    ptrdiff_t bit = decl_perm(set->kernel->decl, perm);
    return bit >= 0 && (set->bits[bit / 64] >> (bit % 64) & 1);
}

static bool may_see(void *client, const void *event)
{
    const Listener *l = client;
    const Event *ev = event;
    if (!ev) return scope_is_whole(&l->set.scope); /* not from the outbox, and of everybody together */
    if (ev->user && ev->user != l->user) return false;
    if (ev->e && !set_has(&l->set, ev->e->read_perm)) return false;
    if (ev->scoped) return scope_sees(&l->set.scope, &ev->row);
    return scope_is_whole(&l->set.scope);
}

typedef struct EachScope {
    Str (*fn)(void *ud, const Scope *scope);
    void *ud;
} EachScope;

static Str text_for(void *ud, void *client)
{
    const EachScope *each = ud;
    const Listener *l = client;
    return each->fn(each->ud, &l->set.scope);
}

void events_publish(Kernel *k, unsigned topic, const char *event, Str (*fn)(void *ud, const Scope *scope),
                    void *ud)
{
    if (k->hub) sse_publish_each(k->hub, topic, event, text_for, &(EachScope){fn, ud});
}

static bool topic_allowed(const PermSet *set, const char *plural)
{
    if (!plural) return true;
    const EntityInfo *info = decl_entity(set->kernel->decl, str_of(plural));
    return !info || set_has(set, info->e->read_perm);
}

static Rc add_topic(Req *req, Str name, unsigned *mask)
{
    Ctx *ctx = &req->ctx;
    for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
        if (!str_is(name, topics[i].name)) continue;
        if (!topic_allowed(principal_set(req->who), topics[i].plural))
            return FAIL(ctx, RC_FORBIDDEN, "permission.denied", "没有订阅“%s”的权限",
                        "no permission to listen to \"%s\"", topics[i].name);
        *mask |= topics[i].topic;
        return 0;
    }
    return FAIL_FIELD(ctx, "topics", "unknown", 0, "没有主题“%.*s”", "there is no topic \"%.*s\"",
                      STR_ARG(name));
}

static bool is_of_session(const void *client, const void *session)
{
    const Listener *l = client;
    return memcmp(l->session, session, SHA256_BYTES) == 0;
}

void events_end(Kernel *k, const unsigned char *session)
{
    if (k->hub) sse_hub_cut(k->hub, session ? is_of_session : NULL, session);
}

static Rc read_topics(Req *req, unsigned *mask)
{
    Str list = req_query(req, "topics");
    *mask = 0;
    while (list.n) {
        Str name = str_trim(str_cut(&list, ','));
        if (name.n) TRY(add_topic(req, name, mask));
    }
    if (*mask) return 0;
    return FAIL_FIELD(&req->ctx, "topics", "required", 0, "topics 不能为空", "topics is required");
}

static int64_t user_of(const Req *req)
{
    return req->who->is_token ? 0 : req->who->user_id;
}

/* Read before the first is judged: judging asks the same connection for records. */
typedef struct Missed {
    int64_t id, user;
    unsigned topic;
    const EntityInfo *info;
    const char *event;
    Str data;
} Missed;

/* 1: the record that the event tells of is in scope now. */
static Rc is_in_scope(Work *w, const Missed *m)
{
    const Json *data;
    int64_t id;
    Record *rec;
    if (scope_is_whole(scope_of(w->who)) || m->user) return 1;
    if (!m->info) return 0;
    TRY(json_parse(w->ctx, m->data, &data));
    if (!num_parse_i64(json_str(json_get(data, "id")), &id)) return 0;
    Rc rc = store_find(w, m->info->e, str_printf(w->ctx->arena, "%lld", (long long)id), &rec);
    return rc > 0 ? scope_of_record(w, m->info->e, rec) : rc;
}

static Rc print_missed(Req *req, Db *db, unsigned mask, const Missed *m, StrBuf *out)
{
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req), .db = db, .who = req->who, .now = req->t};
    if (!(mask & m->topic) || (m->user && m->user != user_of(req))) return 0;
    if (m->info && !set_has(principal_set(req->who), m->info->e->read_perm)) return 0;
    Rc rc = is_in_scope(&w, m);
    if (rc > 0) sse_print(out, m->id, m->event, m->data);
    return rc < 0 ? rc : 0;
}

/* Events missed since last, as they would have come; "reset" when too many are missing, or when last was
 * never given out (the database is an older one): the client then reads anew. */
static Rc missed(Req *req, Db *db, int64_t last, unsigned mask, StrBuf *out)
{
    Kernel *k = req_kernel(req);
    DbCursor *c;
    TRY(db_query_one(&req->ctx, db, &q_outbox_oldest, DB_NO_ARGS, &c));
    int64_t oldest = db_i64(c, Q_OUTBOX_OLDEST_ID);
    db_close(&c);
    TRY(db_query_one(&req->ctx, db, &q_outbox_newest, DB_NO_ARGS, &c));
    bool lost = last < oldest - 1 || last > db_i64(c, Q_OUTBOX_NEWEST_ID);
    db_close(&c);
    TRY(db_query(&req->ctx, db, &q_outbox_since, DB_ARGS(db_val_i64(last), db_val_i64(RESUME_MAX + 1)), &c));
    Missed *list = ARENA_ARRAY(req->ctx.arena, Missed, RESUME_MAX + 1);
    Rc rc = 0;
    size_t n = 0;
    while (!lost && n <= RESUME_MAX && (rc = db_next(&req->ctx, c)) > 0)
        list[n++] = (Missed){.id = db_i64(c, Q_OUTBOX_SINCE_ID),
                             .user = db_i64(c, Q_OUTBOX_SINCE_USER_ID),
                             .topic = (unsigned)db_i64(c, Q_OUTBOX_SINCE_TOPIC),
                             .info = decl_entity(k->decl, db_str(c, Q_OUTBOX_SINCE_ENTITY)),
                             .event = str_z(req->ctx.arena, db_str(c, Q_OUTBOX_SINCE_EVENT)),
                             .data = db_str_copy(&req->ctx, c, Q_OUTBOX_SINCE_DATA)};
    db_close(&c);
    lost = lost || n > RESUME_MAX;
    for (size_t i = 0; rc >= 0 && !lost && i < n; i++) rc = print_missed(req, db, mask, &list[i], out);
    if (!lost) return rc < 0 ? rc : 0;
    buf_init(out, req->ctx.arena);
    sse_print(out, 0, "reset", STR("{}"));
    return 0;
}

static Rc read_missed(Req *req, unsigned mask, StrBuf *first)
{
    Str last = req_header(req, "Last-Event-ID");
    if (!last.n) last = req_query(req, "last_event_id");
    if (!last.n) return 0;
    int64_t id;
    if (!num_parse_i64(last, &id) || id < 0)
        return FAIL_FIELD(&req->ctx, "last_event_id", "type", 0, "Last-Event-ID 应为整数",
                          "Last-Event-ID must be a whole number");
    Db *db;
    TRY(db_take_read(&req->ctx, req_kernel(req)->pool, &db));
    Rc rc = missed(req, db, id, mask, first);
    db_done(&req->ctx, &db);
    return rc;
}

static Listener *listener_new(const Req *req)
{
    Listener *l = calloc(1, sizeof *l);
    ENSURE(l);
    l->arena = arena_new(0);
    l->set = *principal_set(req->who);
    l->set.roles = NULL;
    scope_copy(&principal_set(req->who)->scope, l->arena, &l->set.scope);
    return l;
}

static void listener_free(void *client)
{
    Listener *l = client;
    arena_free(&l->arena);
    free(l);
}

Rc events_handler(Req *req, Res *res)
{
    static const char *const known[] = {"topics", "last_event_id", NULL};
    TRY(query_only(req, known));
    unsigned mask;
    TRY(read_topics(req, &mask));
    Kernel *k = req_kernel(req);
    if (!k->hub) return FAIL(&req->ctx, RC_BUSY, "events.off", "事件服务未启用", "the event service is off");
    StrBuf first;
    buf_init(&first, req->ctx.arena);
    /* Nothing is pushed between reading the missed events and joining the hub. */
    pthread_mutex_lock(&k->outbox->push);
    Rc rc = read_missed(req, mask, &first);
    if (!rc) {
        Listener *l = listener_new(req);
        l->user = user_of(req);
        Str cookie = req_cookie(req, "anlan_session");
        crypto_sha256(cookie.p, cookie.n, l->session);
        rc = sse_open(req, res, k->hub, mask, buf_str(&first), may_see, l, listener_free);
    }
    pthread_mutex_unlock(&k->outbox->push);
    return rc;
}
