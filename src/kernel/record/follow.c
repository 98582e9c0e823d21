/* What another node of the same PostgreSQL wrote, a quarter of a second later: its events go to the browsers
 * that listen here, in the order of their numbers, and the slices' committed hooks run, so that what they
 * keep in memory (points, rules, tables of devices) is what the database says. Events of this node are pushed
 * by outbox.c at once; only those that stand behind another's wait for this. A node that alone works on its
 * database finds nothing here but one number. */
#include "base/num.h"
#include "base/log.h"
#include "base/ticker.h"
#include "kernel_queries_sql.h"
#include "record/outbox_int.h"

enum { PERIOD_MS = 250, AT_ONCE = 200 };

typedef struct Brought {
    Event *first, **tail;
    int64_t last;
} Brought;

/* Its number in the data of an event of a record. 0: none. */
static int64_t record_of(Ctx *ctx, Str data)
{
    const Json *j;
    int64_t id = 0;
    if (json_parse(ctx, data, &j) < 0 || !num_parse_i64(json_str(json_get(j, "id")), &id)) id = 0;
    ctx_clear(ctx);
    return id;
}

/* 1: *row is where the record stands now. 0: it cannot be told, so only who sees all hears of it. */
static Rc row_now(Work *w, const EventHead *head, Str data, RowScope *row)
{
    Record *rec;
    if (head->user) {
        *row = (RowScope){.open = true};
        return 1;
    }
    int64_t id =
        head->e && w->kernel->hub && sse_wanted(w->kernel->hub, head->topic) ? record_of(w->ctx, data) : 0;
    if (!id) return 0;
    Rc rc = store_get(w, head->e, id, &rec);
    if (rc >= 0) rc = scope_row(w, head->e, rec, row);
    if (rc >= 0) return 1;
    ctx_clear(w->ctx);
    return 0;
}

/* Read before the first is judged: judging asks the same connection for records. */
typedef struct Line {
    EventHead head;
    const char *name;
    Str data;
} Line;

static Rc read_lines(Work *w, int64_t after, Line *lines, size_t *n)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_outbox_since, DB_ARGS(db_val_i64(after), db_val_i64(AT_ONCE)), &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0; (*n)++) {
        const EntityInfo *info = decl_entity(w->kernel->decl, db_str(c, Q_OUTBOX_SINCE_ENTITY));
        lines[*n] = (Line){.head = {.id = db_i64(c, Q_OUTBOX_SINCE_ID),
                                    .user = db_i64(c, Q_OUTBOX_SINCE_USER_ID),
                                    .topic = (unsigned)db_i64(c, Q_OUTBOX_SINCE_TOPIC),
                                    .e = info ? info->e : NULL},
                           .name = str_z(w->ctx->arena, db_str(c, Q_OUTBOX_SINCE_EVENT)),
                           .data = db_str_copy(w->ctx, c, Q_OUTBOX_SINCE_DATA)};
    }
    db_close(&c);
    return rc;
}

static Rc bring(Work *w, int64_t after, Brought *b)
{
    Line lines[AT_ONCE];
    size_t n;
    TRY(read_lines(w, after, lines, &n));
    for (size_t i = 0; i < n; i++) {
        RowScope row;
        bool known = row_now(w, &lines[i].head, lines[i].data, &row) > 0;
        *b->tail = outbox_event(&lines[i].head, known ? &row : NULL, lines[i].name, lines[i].data);
        b->last = lines[i].head.id;
        b->tail = &(*b->tail)->next;
    }
    return 0;
}

static int64_t seen_of(Outbox *o)
{
    pthread_mutex_lock(&o->push);
    int64_t seen = o->seen;
    pthread_mutex_unlock(&o->push);
    return seen;
}

/* Those that were not pushed meanwhile; touched: of which entities. */
static bool push_all(Kernel *k, const Brought *b, bool *touched)
{
    Outbox *o = k->outbox;
    bool any = false;
    pthread_mutex_lock(&o->push);
    for (const Event *ev = b->first; ev; ev = ev->next) {
        if (ev->id <= o->seen) continue;
        any = true;
        outbox_push(k, ev);
        if (ev->e) touched[entity_info(k, ev->e)->index] = true;
    }
    pthread_mutex_unlock(&o->push);
    return any;
}

static Rc newest(Ctx *ctx, Kernel *k, int64_t *out)
{
    Db *db;
    DbCursor *c;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = db_query_one(ctx, db, &q_outbox_newest, DB_NO_ARGS, &c);
    if (rc > 0) {
        *out = db_i64(c, Q_OUTBOX_NEWEST_ID);
        db_close(&c);
    }
    db_done(ctx, &db);
    return rc;
}

/* 1: there may be more, 0: all is here. */
static Rc round_in(Ctx *ctx, Kernel *k, int64_t seen)
{
    Work w;
    Brought b = {.last = seen};
    b.tail = &b.first;
    bool *touched = ARENA_ARRAY(ctx->arena, bool, k->decl->nentities);
    TRY(work_begin_as(ctx, k, NULL, "follow", false, &w));
    Rc rc = bring(&w, seen, &b);
    work_abort(&w);
    /* What is kept in memory first: who hears of a change asks for it. */
    if (rc >= 0 && b.first) kernel_take_up(ctx, k);
    bool any = rc >= 0 && push_all(k, &b, touched);
    outbox_event_free(b.first);
    for (size_t i = 0; any && i < k->decl->nentities; i++) {
        const Entity *e = k->decl->entities[i].e;
        if (touched[i] && e->committed) e->committed(k, e);
    }
    return rc < 0 ? rc : any;
}

static void look(void *arg)
{
    Kernel *k = arg;
    Arena *a = arena_new(0);
    Rc rc;
    do {
        Ctx ctx;
        int64_t last, seen = seen_of(k->outbox);
        ctx_init(&ctx, a, LANG_EN);
        rc = newest(&ctx, k, &last);
        rc = rc <= 0 || last <= seen ? (rc < 0 ? rc : 0) : round_in(&ctx, k, seen);
        if (rc < 0) log_err(LOG_WARN, "follow", &ctx);
        arena_reset(a);
    } while (rc > 0);
    arena_free(&a);
}

Rc follow_start(Ctx *ctx, Kernel *k)
{
    Outbox *o = k->outbox;
    int64_t last = 0;
    if (db_pool_kind(k->pool) != DB_PG || k->follower) return 0;
    pthread_mutex_lock(&o->push);
    Rc rc = newest(ctx, k, &last);
    o->seen = last > o->seen ? last : o->seen;
    o->follows = rc >= 0;
    pthread_mutex_unlock(&o->push);
    if (rc >= 0) rc = kernel_mark(ctx, k);
    if (rc < 0) return rc;
    k->follower = ticker_start("kernel-follow", PERIOD_MS, look, k);
    ENSURE(k->follower);
    return 0;
}

void follow_stop(Kernel *k)
{
    ticker_stop(&k->follower);
}
