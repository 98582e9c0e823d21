/* GET /api/events: who listens, to what, and which of the outbox's events he may see, those that he missed
 * first. */
#include "record/outbox_int.h"
#include "kernel_queries_sql.h"
#include "base/num.h"
#include <stdlib.h>

enum { RESUME_MAX = 1000 };

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
    if (ev->e && ev->e->scope.kind == SCOPE_SELF) return false;
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
    if (m->user) return 1;
    if (!m->info) return scope_is_whole(scope_of(w->who));
    if (scope_is_whole(scope_of(w->who)) && m->info->e->scope.kind != SCOPE_SELF) return 1;
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
    const Outbox *o = k->outbox;
    while (o->follows && n && list[n - 1].id > o->seen) n--; /* still to be pushed */
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
