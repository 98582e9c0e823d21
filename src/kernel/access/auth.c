/* Who asks. A session or token is looked up in the database once and then answered from memory: the hook runs
 * on the I/O thread for direct routes and must not wait. Entries are checked again by the housekeeping
 * thread, and all are dropped when users, tokens or grants change. Secrets are known here by their SHA-256
 * only. A principal lives as long as the requests that use it (a count). */
#include "base/clock.h"
#include "access/access.h"
#include "kernel_access_sql.h"
#include "kernel_queries_sql.h"
#include <stdlib.h>

enum { BUCKETS = 1024, ENTRIES_MAX = 20000, FRESH_MS = 120000, UNUSED_MS = 600000 };

typedef enum { KIND_SESSION, KIND_TOKEN } Kind;

typedef struct Entry {
    struct Entry *next;
    _Atomic int refs; /* one while in the table */
    unsigned char hash[SHA256_BYTES];
    Kind kind;
    Principal who;
    PermSet set;
    Arena *arena;
    int64_t checked_at;
    _Atomic int64_t used_at;
    int64_t stored_at; /* used_at as the table "sessions" has it */
} Entry;

struct Auth {
    Kernel *kernel;
    pthread_mutex_t lock; /* the table and the grants */
    Entry *buckets[BUCKETS];
    size_t count;
    uint64_t generation; /* grows when all entries are dropped: a load that began before is not kept */
    size_t nroles;
    struct {
        char name[64];
        uint64_t bits[MAX_PERMS / 64];
    } roles[MAX_ROLES];
};

/* ---- Roles ---- */

static void add_grant(Auth *a, Str role, ptrdiff_t bit)
{
    size_t i = 0;
    while (i < a->nroles && !str_is(role, a->roles[i].name)) i++;
    if (i == MAX_ROLES || role.n >= sizeof a->roles[i].name) return;
    if (i == a->nroles) {
        a->nroles++;
        memset(&a->roles[i], 0, sizeof a->roles[i]);
        memcpy(a->roles[i].name, role.p, role.n);
    }
    a->roles[i].bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static Rc read_grants(Ctx *ctx, Kernel *k, Db *db)
{
    DbCursor *c;
    TRY(db_query(ctx, db, &q_grants_all, DB_NO_ARGS, &c));
    Rc rc;
    pthread_mutex_lock(&k->auth->lock);
    k->auth->nroles = 0;
    while ((rc = db_next(ctx, c)) > 0) {
        ptrdiff_t bit = decl_perm(k->decl, str_z(ctx->arena, db_str(c, Q_GRANTS_ALL_PERM)));
        if (bit >= 0) add_grant(k->auth, db_str(c, Q_GRANTS_ALL_ROLE), bit);
    }
    pthread_mutex_unlock(&k->auth->lock);
    db_close(&c);
    return rc;
}

Rc auth_load_grants(Ctx *ctx, Kernel *k)
{
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = read_grants(ctx, k, db);
    db_done(ctx, &db);
    return rc;
}

void perms_of_roles(Kernel *k, Str roles, PermSet *out)
{
    Auth *a = k->auth;
    *out = (PermSet){.kernel = k};
    pthread_mutex_lock(&a->lock);
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        for (size_t i = 0; role.n && i < a->nroles; i++)
            for (size_t b = 0; str_is(role, a->roles[i].name) && b < ARRAY_LEN(out->bits); b++)
                out->bits[b] |= a->roles[i].bits[b];
    }
    pthread_mutex_unlock(&a->lock);
}

/* ---- Entries ---- */

int64_t session_idle(const Kernel *k)
{
    return k->session_idle_ms ? k->session_idle_ms : policy_get(k, POLICY_IDLE_MINUTES) * 60000;
}

static void entry_drop(void *arg)
{
    Entry *e = arg;
    if (atomic_fetch_sub(&e->refs, 1) > 1) return;
    arena_free(&e->arena);
    free(e);
}

static Entry **slot_of(Auth *a, const unsigned char *hash)
{
    Entry **at = &a->buckets[(hash[0] | hash[1] << 8) % BUCKETS];
    while (*at && !crypto_equal((*at)->hash, hash, SHA256_BYTES)) at = &(*at)->next;
    return at;
}

static void unlink_entry(Auth *a, Entry **at)
{
    Entry *e = *at;
    *at = e->next;
    a->count--;
    entry_drop(e);
}

static bool is_usable(const Kernel *k, const Entry *e, int64_t now)
{
    if (e->set.acting_for && now >= e->set.acting_until) return false;
    if (now - e->checked_at > FRESH_MS) return false;
    return e->kind == KIND_TOKEN || now - atomic_load(&e->used_at) < session_idle(k);
}

/* With a reference for the caller, or NULL. */
static Entry *cache_find(Kernel *k, const unsigned char *hash, Kind kind)
{
    Auth *a = k->auth;
    int64_t now = clock_now();
    pthread_mutex_lock(&a->lock);
    Entry *e = *slot_of(a, hash);
    if (e && (e->kind != kind || !is_usable(k, e, now))) e = NULL;
    if (e) {
        atomic_fetch_add(&e->refs, 1);
        atomic_store(&e->used_at, now);
    }
    pthread_mutex_unlock(&a->lock);
    return e;
}

static void cache_put(Auth *a, Entry *e, uint64_t generation)
{
    pthread_mutex_lock(&a->lock);
    Entry **at = slot_of(a, e->hash);
    if (*at) unlink_entry(a, at);
    if (a->generation == generation && a->count < ENTRIES_MAX) {
        atomic_fetch_add(&e->refs, 1);
        e->next = a->buckets[(e->hash[0] | e->hash[1] << 8) % BUCKETS];
        a->buckets[(e->hash[0] | e->hash[1] << 8) % BUCKETS] = e;
        a->count++;
    }
    pthread_mutex_unlock(&a->lock);
}

static void cache_clear(Auth *a)
{
    pthread_mutex_lock(&a->lock);
    a->generation++;
    for (size_t i = 0; i < BUCKETS; i++)
        while (a->buckets[i]) unlink_entry(a, &a->buckets[i]);
    pthread_mutex_unlock(&a->lock);
}

static uint64_t generation_of(Auth *a)
{
    pthread_mutex_lock(&a->lock);
    uint64_t g = a->generation;
    pthread_mutex_unlock(&a->lock);
    return g;
}

Auth *auth_new(Kernel *k)
{
    Auth *a = calloc(1, sizeof *a);
    ENSURE(a);
    a->kernel = k;
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

void auth_free(Auth **ap)
{
    Auth *a = *ap;
    if (!a) return;
    cache_clear(a);
    pthread_mutex_destroy(&a->lock);
    free(a);
    *ap = NULL;
}

void auth_forget(Kernel *k)
{
    cache_clear(k->auth);
    events_end(k, NULL);
}

void auth_forget_one(Kernel *k, Str secret)
{
    Auth *a = k->auth;
    unsigned char hash[SHA256_BYTES];
    crypto_sha256(secret.p, secret.n, hash);
    pthread_mutex_lock(&a->lock);
    a->generation++; /* a load that is under way may have seen the session still */
    Entry **at = slot_of(a, hash);
    if (*at) unlink_entry(a, at);
    pthread_mutex_unlock(&a->lock);
    events_end(k, hash);
}

/* ---- From the database ---- */

typedef struct Found {
    int64_t id, seen_at;
    Str name, full_name, roles;
    int64_t body, district;
    bool demo, must_change, must_enrol;
    Str acting_for, acting_full_name;
    int64_t acting_until;
} Found;

/* Who stands in does not pass it on. */
static void strip_acting(const Kernel *k, PermSet *set)
{
    ptrdiff_t bit = decl_perm(k->decl, "delegation.write");
    if (bit >= 0) set->bits[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

static Entry *entry_new(Ctx *ctx, Kernel *k, const unsigned char *hash, Kind kind, const Found *f)
{
    Entry *e = calloc(1, sizeof *e);
    ENSURE(e);
    e->arena = arena_new(0);
    memcpy(e->hash, hash, SHA256_BYTES);
    e->kind = kind;
    atomic_init(&e->refs, 1);
    e->checked_at = e->stored_at = clock_now();
    atomic_init(&e->used_at, e->checked_at);
    perms_of_roles(k, f->roles, &e->set);
    e->set.roles = str_z(e->arena, f->roles);
    ScopeSeed seed = {.roles = f->roles,
                      .user = f->id,
                      .body = f->body,
                      .district = f->district,
                      .everywhere = f->demo && kind == KIND_TOKEN};
    scope_read(ctx, k, &seed, e->arena, &e->set.scope);
    if (f->acting_for.n) {
        strip_acting(k, &e->set);
        e->set.acting_for = str_z(e->arena, f->acting_for);
        e->set.acting_full_name = str_z(e->arena, f->acting_full_name);
        e->set.acting_until = f->acting_until;
    }
    e->set.must_change = f->must_change;
    e->set.must_enrol = f->must_enrol;
    const char *name = str_z(e->arena, f->name);
    e->who = (Principal){.user_id = f->id,
                         .name = name,
                         .full_name = f->full_name.n ? str_z(e->arena, f->full_name) : name,
                         .is_token = kind == KIND_TOKEN,
                         .perms = &e->set};
    return e;
}

/* What the account has to do before anything else. Demo accounts are published and stay as they are. */
static void find_duties(const Kernel *k, const DbCursor *c, Found *f)
{
    if (db_bool(c, Q_SESSION_FIND_DEMO)) return;
    int64_t days = policy_get(k, POLICY_PASSWORD_DAYS);
    int64_t age = clock_now() - db_i64(c, Q_SESSION_FIND_PASSWORD_AT);
    f->must_change = db_bool(c, Q_SESSION_FIND_MUST_CHANGE) || (days && age > days * MS_DAY);
    f->must_enrol = policy_get(k, POLICY_TOTP_ADMINS) && account_has_administrator(f->roles) &&
                    !db_i64(c, Q_SESSION_FIND_FACTOR);
}

/* The delegator's roles and place take the own ones' place while the delegation is in force. */
static Rc find_acting(Ctx *ctx, Db *db, int64_t delegation, Found *f)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_delegation_usable,
                         DB_ARGS(db_val_i64(delegation), db_val_i64(f->id), db_val_i64(clock_now())), &c);
    if (rc <= 0) return rc;
    Str roles = db_str_copy(ctx, c, Q_DELEGATION_USABLE_ROLES);
    /* Roles may have been given after the delegation was made. */
    if (!account_has_administrator(roles) && !account_has_administrator(f->roles)) {
        f->roles = roles;
        f->body = db_i64(c, Q_DELEGATION_USABLE_BODY);
        f->district = db_i64(c, Q_DELEGATION_USABLE_DISTRICT);
        f->acting_for = db_str_copy(ctx, c, Q_DELEGATION_USABLE_NAME);
        f->acting_full_name = db_str_copy(ctx, c, Q_DELEGATION_USABLE_FULL_NAME);
        f->acting_until = db_i64(c, Q_DELEGATION_USABLE_ENDS_AT);
    }
    db_close(&c);
    return 0;
}

static Rc find_session(Ctx *ctx, const Kernel *k, Db *db, const char *hash, Found *f)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_session_find, DB_ARGS(db_val_z(hash)), &c);
    if (rc <= 0) return rc;
    *f = (Found){.id = db_i64(c, Q_SESSION_FIND_USER_ID),
                 .seen_at = db_i64(c, Q_SESSION_FIND_SEEN_AT),
                 .name = db_str_copy(ctx, c, Q_SESSION_FIND_NAME),
                 .full_name = db_str_copy(ctx, c, Q_SESSION_FIND_FULL_NAME),
                 .roles = db_str_copy(ctx, c, Q_SESSION_FIND_ROLES),
                 .body = db_i64(c, Q_SESSION_FIND_BODY),
                 .district = db_i64(c, Q_SESSION_FIND_DISTRICT)};
    find_duties(k, c, f);
    int64_t delegation = db_is_null(c, Q_SESSION_FIND_DELEGATION) ? 0 : db_i64(c, Q_SESSION_FIND_DELEGATION);
    db_close(&c);
    if (delegation) TRY(find_acting(ctx, db, delegation, f));
    return 1;
}

static Rc find_token(Ctx *ctx, Db *db, const char *hash, Found *f)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_token_find, DB_ARGS(db_val_z(hash), db_val_i64(clock_now())), &c);
    if (rc <= 0) return rc;
    *f = (Found){.id = db_i64(c, Q_TOKEN_FIND_ID),
                 .name = db_str_copy(ctx, c, Q_TOKEN_FIND_NAME),
                 .roles = db_str_copy(ctx, c, Q_TOKEN_FIND_ROLES),
                 .body = db_i64(c, Q_TOKEN_FIND_BODY),
                 .district = db_i64(c, Q_TOKEN_FIND_DISTRICT),
                 .demo = db_bool(c, Q_TOKEN_FIND_DEMO)};
    db_close(&c);
    return 1;
}

/* 1 with a reference, 0: no such session or token. */
static Rc load(Ctx *ctx, Kernel *k, const unsigned char *hash, Kind kind, Entry **out)
{
    uint64_t generation = generation_of(k->auth);
    Db *db;
    Found f = {0};
    TRY(db_take_read(ctx, k->pool, &db));
    const char *hex = hex_print(ctx->arena, hash, SHA256_BYTES);
    Rc rc = kind == KIND_SESSION ? find_session(ctx, k, db, hex, &f) : find_token(ctx, db, hex, &f);
    db_done(ctx, &db);
    if (rc <= 0) return rc;
    if (kind == KIND_SESSION && clock_now() - f.seen_at >= session_idle(k)) return 0;
    *out = entry_new(ctx, k, hash, kind, &f);
    cache_put(k->auth, *out, generation);
    return 1;
}

Rc auth_identify(Req *req, Kernel *k, Str secret, bool token)
{
    enum { SECRET_MAX = 512 };
    Kind kind = token ? KIND_TOKEN : KIND_SESSION;
    if (!secret.n || secret.n > SECRET_MAX) return 0;
    unsigned char hash[SHA256_BYTES];
    crypto_sha256(secret.p, secret.n, hash);
    Entry *e = cache_find(k, hash, kind);
    if (!e) {
        Rc rc = load(&req->ctx, k, hash, kind, &e);
        if (rc <= 0) return rc;
    }
    arena_defer(req->ctx.arena, entry_drop, e);
    req->who = &e->who;
    return 1;
}

/* ---- Housekeeping ---- */

typedef struct Seen {
    unsigned char hash[SHA256_BYTES];
    int64_t used_at, id;
    Kind kind;
    bool recheck;
} Seen;

/* What to look at again: entries long unused are dropped, those in use are copied. */
static size_t collect(Kernel *k, Seen *out, size_t max)
{
    Auth *a = k->auth;
    int64_t now = clock_now();
    size_t n = 0;
    pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        for (Entry **at = &a->buckets[i]; *at && n < max;) {
            Entry *e = *at;
            int64_t used = atomic_load(&e->used_at);
            Seen s = {.used_at = used,
                      .id = e->who.user_id,
                      .kind = e->kind,
                      .recheck = now - e->checked_at > FRESH_MS / 4};
            memcpy(s.hash, e->hash, SHA256_BYTES);
            if (used > e->stored_at || s.recheck) out[n++] = s;
            e->stored_at = used;
            if (now - used > UNUSED_MS) unlink_entry(a, at);
            else at = &e->next;
        }
    pthread_mutex_unlock(&a->lock);
    return n;
}

static Rc store_seen(Ctx *ctx, Kernel *k, const Seen *seen, size_t n)
{
    Db *db;
    TRY(db_take_write(ctx, k->pool, &db));
    Rc rc = db_begin(ctx, db);
    for (size_t i = 0; rc >= 0 && i < n; i++)
        if (seen[i].kind == KIND_SESSION)
            rc = db_exec(ctx, db, &q_session_seen,
                         DB_ARGS(db_val_z(hex_print(ctx->arena, seen[i].hash, SHA256_BYTES)),
                                 db_val_i64(seen[i].used_at)));
        else
            rc =
                db_exec(ctx, db, &q_token_seen, DB_ARGS(db_val_i64(seen[i].id), db_val_i64(seen[i].used_at)));
    if (rc >= 0) rc = db_commit(ctx, db);
    db_done(ctx, &db);
    return rc;
}

static void recheck(Ctx *ctx, Kernel *k, const Seen *s)
{
    Entry *e = NULL;
    Rc rc = load(ctx, k, s->hash, s->kind, &e); /* puts the fresh one in the old one's place */
    if (rc > 0) {
        atomic_store(&e->used_at, s->used_at);
        entry_drop(e);
        return;
    }
    ctx_clear(ctx);
    if (rc < 0) return; /* the database is away: what was true stays for FRESH_MS */
    pthread_mutex_lock(&k->auth->lock);
    Entry **at = slot_of(k->auth, s->hash);
    if (*at) unlink_entry(k->auth, at);
    pthread_mutex_unlock(&k->auth->lock);
}

void auth_refresh(Kernel *k)
{
    enum { SEEN_MAX = 4096 };
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Seen *seen = ARENA_ARRAY(a, Seen, SEEN_MAX);
    size_t n = collect(k, seen, SEEN_MAX);
    if (n) store_seen(&ctx, k, seen, n);
    ctx_clear(&ctx);
    for (size_t i = 0; i < n; i++)
        if (seen[i].recheck) recheck(&ctx, k, &seen[i]);
    arena_free(&a);
}

Rc auth_trim(Ctx *ctx, Kernel *k)
{
    enum { FAILURES_KEPT_MS = 86400000 };
    int64_t now = clock_now();
    Db *db;
    TRY(db_take_write(ctx, k->pool, &db));
    Rc rc = db_exec(ctx, db, &q_session_trim, DB_ARGS(db_val_i64(now - session_idle(k))));
    if (rc >= 0) rc = db_exec(ctx, db, &q_failure_trim, DB_ARGS(db_val_i64(now - FAILURES_KEPT_MS)));
    if (rc >= 0) rc = db_exec(ctx, db, &q_idempotency_trim, DB_ARGS(db_val_i64(now - FAILURES_KEPT_MS)));
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}

const char *secret_hash(Arena *a, Str secret)
{
    unsigned char hash[SHA256_BYTES];
    crypto_sha256(secret.p, secret.n, hash);
    return hex_print(a, hash, SHA256_BYTES);
}
