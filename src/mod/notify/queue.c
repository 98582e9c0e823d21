/* The queue of deliveries. A row is put in with the notice itself, so what is queued did happen, and a crash
 * loses nothing. The sender claims a row by moving its time ahead (a lease), sends without any transaction,
 * and then writes what became of it: cut off between the two, the row comes due again and the message goes
 * twice, never not at all; it carries the row's id so that the other side can tell. Tries grow further apart;
 * after the last the row is dead and waits for a person. */
#include "notify_private.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/ticker.h"
#include "mod_notify_queries_sql.h"
#include <stdatomic.h>

enum { BATCH = 50, LEASE_MS = 120000, TRIM_EVERY = 3600, CHANNELS_MOST = 200 };

/* Seconds until the next try, after the first, second … failure. */
static const int64_t pauses[] = {10, 30, 120, 600, 1800, 3600, 7200, 14400};

static _Atomic bool stopping;
static Ticker *sender;

/* ---- In ---- */

static Str link_of(Work *w, const Notice *n)
{
    const char *base = notify_options()->base_url;
    if (!base || !*base || !n->entity || !n->record_id) return STR("");
    const char *folder = n->entity->flow                       ? "/matters"
                         : strcmp(n->entity->plural, "alarms") ? "/registers"
                                                               : "";
    return str_printf(w->ctx->arena, "%s%s/%s/%lld", base, folder, n->entity->plural,
                      (long long)n->record_id);
}

Rc delivery_add(Work *w, int64_t channel, int64_t notification, int64_t user, const Delivery *d,
                const char *kind)
{
    Rc rc = db_exec(w->ctx, w->db, &q_delivery_add,
                    DB_ARGS(db_val_i64(id_new()), db_val_i64(channel), db_val_id(notification),
                            db_val_id(user), db_val_z(kind), db_val_text(d->target), db_val_text(d->title),
                            db_val_text(d->text), db_val_text(d->link), db_val_text(d->event),
                            db_val_i64(w->now), db_val_i64(d->next_at ? d->next_at : w->now)));
    return rc < 0 ? rc : 0;
}

typedef struct Channels {
    Arena *arena;
    Channel *v;
    size_t n;
} Channels;

static Rc take_channel(void *ud, const Record *rec)
{
    Channels *all = ud;
    if (all->n >= CHANNELS_MOST || !rec_i64(&channel_entity, rec, "enabled")) return 0;
    Channel c = channel_of(rec);
    Str *texts[] = {&c.code,         &c.kind,   &c.url,    &c.key,   &c.secret, &c.template,
                    &c.content_type, &c.header, &c.expect, &c.kinds, &c.topics};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) *texts[i] = str_copy(all->arena, *texts[i]);
    all->v[all->n++] = c;
    return 0;
}

static Rc read_channels(Work *w, Channels *all)
{
    *all = (Channels){.arena = w->ctx->arena, .v = ARENA_ARRAY(w->ctx->arena, Channel, CHANNELS_MOST)};
    return store_each(w, &channel_entity, NULL, db_val_null(), take_channel, all);
}

static Rc queue_persons(Work *w, const Channel *c, const NoticeSent *sent, Delivery *d)
{
    Way way = str_is(c->kind, "mail") ? WAY_MAIL : WAY_SMS;
    for (size_t i = 0; i < sent->n; i++) {
        Wishes wishes;
        TRY(wishes_read(w, sent->users[i], &wishes));
        d->target = wishes.address[way];
        d->next_at = wishes_due(&wishes, sent->notice, w->now);
        if (d->target.n && wishes_want(&wishes, way, sent->notice))
            TRY(delivery_add(w, c->id, sent->ids[i], sent->users[i], d, sent->notice->kind));
    }
    return 0;
}

/* A robot speaks to a group: once for a notice to a body, never for one that is for a single person. */
static Rc queue_group(Work *w, const Channel *c, const NoticeSent *sent, Delivery *d)
{
    if (!sent->notice->body || (c->body && c->body != sent->notice->body)) return 0;
    d->target = STR("");
    d->next_at = 0;
    return delivery_add(w, c->id, sent->ids[0], 0, d, sent->notice->kind);
}

Rc notice_queued(Work *w, const NoticeSent *sent)
{
    const Notice *n = sent->notice;
    Channels all;
    bool mail = false, sms = false; /* one of each is enough */
    Delivery d = {
        .title = n->title, .text = n->text.p ? n->text : STR(""), .link = link_of(w, n), .event = STR("")};
    TRY(read_channels(w, &all));
    for (size_t i = 0; i < all.n; i++) {
        const Channel *c = &all.v[i];
        if (str_is(c->kind, "webhook") || !channel_carries(c, n->kind, n->grade)) continue;
        bool *taken = str_is(c->kind, "mail") ? &mail : str_is(c->kind, "sms") ? &sms : NULL;
        if (taken && *taken) continue;
        if (taken) *taken = true;
        TRY(taken ? queue_persons(w, c, sent, &d) : queue_group(w, c, sent, &d));
    }
    return 0;
}

/* ---- Events for webhooks ---- */

static unsigned topics_of(Str list)
{
    unsigned mask = 0;
    if (wish_has(list, "alarms")) mask |= TOPIC_ALARMS;
    if (wish_has(list, "records")) mask |= TOPIC_RECORDS;
    return mask;
}

static Str hook_body(Arena *a, const DbCursor *c)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kid(&o, "id", db_i64(c, Q_HOOK_EVENTS_ID));
    jout_ks(&o, "event", db_str(c, Q_HOOK_EVENTS_EVENT));
    jout_kt(&o, "t", db_i64(c, Q_HOOK_EVENTS_T));
    jout_key(&o, "data");
    jout_raw(&o, db_str(c, Q_HOOK_EVENTS_DATA));
    jout_close(&o);
    return buf_str(&b);
}

typedef struct Fed {
    Delivery d[BATCH];
    size_t n;
    int64_t seen;
} Fed;

/* Events for one person's pages are nobody else's. */
static Rc read_events(Work *w, const Channel *ch, Fed *fed)
{
    DbCursor *c;
    Rc rc;
    Arena *a = w->ctx->arena;
    TRY(db_query(w->ctx, w->db, &q_hook_events, DB_ARGS(db_val_i64(fed->seen), db_val_i64(BATCH)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        fed->seen = db_i64(c, Q_HOOK_EVENTS_ID);
        bool wanted = topics_of(ch->topics) & (unsigned)db_i64(c, Q_HOOK_EVENTS_TOPIC);
        if (!wanted || !db_is_null(c, Q_HOOK_EVENTS_USER_ID)) continue;
        fed->d[fed->n++] = (Delivery){.event = db_str_copy(w->ctx, c, Q_HOOK_EVENTS_EVENT),
                                      .text = hook_body(a, c),
                                      .title = str_printf(a, "event %lld", (long long)fed->seen),
                                      .target = STR(""),
                                      .link = STR("")};
    }
    db_close(&c);
    return rc;
}

/* A new webhook starts with what comes next. */
static Rc seen_of(Work *w, const Channel *ch, int64_t *seen)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_hook_seen, DB_ARGS(db_val_i64(ch->id)), &c);
    if (rc < 0) return rc;
    if (!rc) {
        TRY(db_query_one(w->ctx, w->db, &q_hook_newest, DB_NO_ARGS, &c));
        *seen = db_i64(c, Q_HOOK_NEWEST_ID);
        db_close(&c);
        return db_exec(w->ctx, w->db, &q_hook_set, DB_ARGS(db_val_i64(ch->id), db_val_i64(*seen)));
    }
    *seen = db_i64(c, Q_HOOK_SEEN_SEEN);
    db_close(&c);
    return 0;
}

/* More: the batch was full. */
static Rc feed_one(Work *w, const Channel *ch)
{
    Fed *fed = ARENA_NEW(w->ctx->arena, Fed);
    TRY(seen_of(w, ch, &fed->seen));
    int64_t before = fed->seen;
    TRY(read_events(w, ch, fed));
    for (size_t i = 0; i < fed->n; i++) TRY(delivery_add(w, ch->id, 0, 0, &fed->d[i], "event"));
    if (fed->seen == before) return 0;
    Rc rc = db_exec(w->ctx, w->db, &q_hook_set, DB_ARGS(db_val_i64(ch->id), db_val_i64(fed->seen)));
    return rc < 0 ? rc : 0;
}

static bool is_hook(const Channels *all, size_t i)
{
    return str_is(all->v[i].kind, "webhook");
}

/* Looks first without the writer, which nobody waits for when there is no webhook. */
Rc webhooks_feed(Ctx *ctx, Kernel *k)
{
    Work w;
    Channels all;
    bool any = false;
    TRY(work_begin_as(ctx, k, NULL, "notify", false, &w));
    Rc rc = read_channels(&w, &all);
    work_abort(&w);
    for (size_t i = 0; rc >= 0 && i < all.n; i++) any |= is_hook(&all, i);
    if (rc < 0 || !any) return rc < 0 ? rc : 0;
    TRY(work_begin_as(ctx, k, NULL, "notify", true, &w));
    for (size_t i = 0; rc >= 0 && i < all.n; i++)
        if (is_hook(&all, i)) rc = feed_one(&w, &all.v[i]);
    if (rc < 0) work_abort(&w);
    return rc < 0 ? rc : work_commit(&w);
}

/* ---- Out ---- */

typedef struct Due {
    Delivery v[BATCH];
    size_t n;
} Due;

static Rc read_due(Ctx *ctx, Kernel *k, int64_t now, Due *due)
{
    Db *db;
    DbCursor *c;
    TRY(db_take_read(ctx, kernel_pool(k), &db));
    Rc rc = db_query(ctx, db, &q_delivery_due, DB_ARGS(db_val_i64(now), db_val_i64(BATCH)), &c);
    while (rc >= 0 && (rc = db_next(ctx, c)) > 0)
        due->v[due->n++] = (Delivery){.id = db_i64(c, Q_DELIVERY_DUE_ID),
                                      .channel = db_i64(c, Q_DELIVERY_DUE_CHANNEL),
                                      .attempts = db_i64(c, Q_DELIVERY_DUE_ATTEMPTS),
                                      .next_at = db_i64(c, Q_DELIVERY_DUE_NEXT_AT),
                                      .t = now,
                                      .target = db_str_copy(ctx, c, Q_DELIVERY_DUE_TARGET),
                                      .title = db_str_copy(ctx, c, Q_DELIVERY_DUE_TITLE),
                                      .text = db_str_copy(ctx, c, Q_DELIVERY_DUE_TEXT),
                                      .link = db_str_copy(ctx, c, Q_DELIVERY_DUE_LINK),
                                      .event = db_str_copy(ctx, c, Q_DELIVERY_DUE_EVENT)};
    if (rc >= 0) db_close(&c);
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}

static Rc run_write(Ctx *ctx, Kernel *k, const DbQuery *q, const DbVal *args, size_t n)
{
    Db *db;
    TRY(db_take_write(ctx, kernel_pool(k), &db));
    Rc rc = db_exec(ctx, db, q, args, n);
    db_done(ctx, &db);
    return rc;
}

/* What the other side's words look like in our database: text, whatever they were. */
static Str words_of(Arena *a, const NotifyOutcome *out)
{
    Str s = str_of(out->words ? out->words : "");
    return str_utf8_ok(s) ? s : str_of(arena_strdup(a, "the answer is not text"));
}

static Rc finish(Ctx *ctx, Kernel *k, const Delivery *d, const NotifyOutcome *out, int64_t now)
{
    bool again = out->result == NOTIFY_LATER && d->attempts < (int64_t)ARRAY_LEN(pauses);
    const char *state = out->result == NOTIFY_DONE ? "sent" : again ? "queued" : "dead";
    int64_t next = again ? now + pauses[d->attempts] * MS_SECOND : now;
    Rc rc =
        run_write(ctx, k, &q_delivery_done,
                  DB_ARGS(db_val_i64(d->id), db_val_z(state), db_val_i64(next),
                          db_val_text(words_of(ctx->arena, out)), again ? db_val_null() : db_val_i64(now)));
    return rc < 0 ? rc : 0;
}

static const Channel *find_channel(const Channels *all, int64_t id)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].id == id) return &all->v[i];
    return NULL;
}

/* A channel that did not answer is left alone for the rest of the round: others wait behind it. */
typedef struct Silent {
    int64_t v[BATCH];
    size_t n;
} Silent;

static bool is_silent(const Silent *s, int64_t channel)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i] == channel) return true;
    return false;
}

static Rc send_one(Ctx *ctx, Kernel *k, const Channels *all, const Delivery *d, Silent *silent)
{
    Rc rc = run_write(ctx, k, &q_delivery_claim,
                      DB_ARGS(db_val_i64(d->id), db_val_i64(d->next_at), db_val_i64(d->t + LEASE_MS)));
    if (rc <= 0) return rc; /* somebody else has it */
    const Channel *c = find_channel(all, d->channel);
    NotifyOutcome out = c ? delivery_send(ctx->arena, c, d)
                          : (NotifyOutcome){NOTIFY_NEVER, 0, "the channel is switched off or archived"};
    if (out.result == NOTIFY_LATER) silent->v[silent->n++] = d->channel;
    TRY(finish(ctx, k, d, &out, d->t));
    return 1;
}

static Rc read_all(Ctx *ctx, Kernel *k, Channels *all)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "notify", false, &w));
    Rc rc = read_channels(&w, all);
    work_abort(&w);
    return rc;
}

Rc notify_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *sent)
{
    Due *due = ARENA_NEW(ctx->arena, Due);
    Silent silent = {0};
    Channels all;
    if (sent) *sent = 0;
    TRY(webhooks_feed(ctx, k));
    TRY(read_due(ctx, k, now, due));
    if (!due->n) return 0;
    TRY(read_all(ctx, k, &all));
    for (size_t i = 0; i < due->n && !stopping; i++) {
        if (is_silent(&silent, due->v[i].channel)) continue;
        Rc rc = send_one(ctx, k, &all, &due->v[i], &silent);
        if (rc < 0) return rc;
        if (sent) *sent += rc;
    }
    return 0;
}

/* ---- The thread ---- */

static Rc trim(Ctx *ctx, Kernel *k)
{
    int64_t days = kernel_delivery_days(k);
    if (!days) return 0;
    return run_write(ctx, k, &q_delivery_trim, DB_ARGS(db_val_i64(clock_now() - days * MS_DAY)));
}

static void tick(void *ud)
{
    static unsigned rounds;
    Kernel *k = ud;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Rc rc = notify_run(&ctx, k, clock_now(), NULL);
    if (rc >= 0 && ++rounds % TRIM_EVERY == 0) rc = trim(&ctx, k);
    if (rc < 0) log_err(LOG_WARN, "notify", &ctx);
    arena_free(&a);
}

Rc notify_start(Ctx *ctx, Kernel *k);
void notify_stop(Kernel *k);

Rc notify_start(Ctx *ctx, Kernel *k)
{
    stopping = false;
    notice_listen(k, notice_queued);
    sender = ticker_start("notify", MS_SECOND, tick, k);
    return sender
               ? 0
               : FAIL(ctx, RC_BUSY, "notify.thread", "无法启动通知线程", "no thread is left for the notices");
}

void notify_stop(Kernel *k)
{
    (void)k;
    stopping = true;
    ticker_stop(&sender);
}
