/* The kernel: opened once over a database and a list of modules. Opening checks the declarations, derives the
 * tables, seeds dictionaries and grants; nothing half-made is left behind when one of them fails. A
 * housekeeping thread checks principals again, stores when sessions were last seen, trims what only has to
 * last a while, and takes up what another node changed. */
#include "kernel/kernel.h"
#include "access/access.h"
#include "base/clock.h"
#include "flow/flow_int.h"
#include "base/log.h"
#include "base/wait.h"
#include "clock/clock_int.h"
#include "notice/evidence.h"
#include "record/place.h"
#include "kernel_queries_sql.h"
#include "ledger/ledger_int.h"
#include "search/search.h"
#include "transfer/transfer.h"
#include <time.h>

/* What is counted in the database when it changes. */
typedef struct Marks {
    pthread_mutex_t lock;
    int64_t dicts, access, trees;
} Marks;

enum { KEEPER_STEP_S = 10, KEEPER_TRIM_STEPS = 60 };

static Rc seed(Ctx *ctx, Kernel *k, Rc (*fn)(Work *))
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    Rc rc = fn(&w);
    if (rc < 0) work_abort(&w);
    return rc < 0 ? rc : work_commit(&w);
}

static Rc open_tables(Ctx *ctx, Kernel *k)
{
    TRY(schema_derive(ctx, k));
    TRY(dict_load(ctx, k));
    TRY(seed(ctx, k, dict_seed));
    TRY(dict_load(ctx, k));
    TRY(seed(ctx, k, scope_repair));
    TRY(scope_load(ctx, k));
    TRY(seed(ctx, k, policy_seed));
    TRY(policy_load(ctx, k));
    TRY(seed(ctx, k, matters_build));
    TRY(seed(ctx, k, seed_roles)); /* its roles are entries of a dictionary */
    TRY(seed(ctx, k, calendar_seed));
    TRY(seed(ctx, k, limits_seed));
    return auth_load_grants(ctx, k);
}

Rc kernel_open(Ctx *ctx, const KernelOptions *opt, Kernel **out)
{
    crypto_init();
    *out = NULL;
    Arena *a = arena_new(0);
    Kernel *k = ARENA_NEW(a, Kernel);
    k->arena = a;
    k->pool = opt->pool;
    k->hub = opt->hub;
    k->data_dir = arena_strdup(a, opt->data_dir ? opt->data_dir : ".");
    k->demo = opt->demo;
    k->node = opt->node ? opt->node : 1;
    place_mode_read(opt->places, &k->place_mode);
    k->session_idle_ms = opt->session_idle_ms;
    policy_reset(k);
    k->opened_at = clock_now();
    evidence_open(k, opt);
    k->notice_days = opt->notice_days;
    k->delivery_days = opt->delivery_days;
    k->auth = auth_new(k);
    k->outbox = outbox_new();
    k->marks = ARENA_NEW(a, Marks);
    pthread_mutex_init(&k->marks->lock, NULL);
    k->dicts = dict_store_new();
    k->calendar = cal_store_new();
    k->anonymous_set = (PermSet){.kernel = k, .roles = ""};
    k->anonymous = (Principal){.name = "", .full_name = "", .perms = &k->anonymous_set};
    pthread_mutex_init(&k->keeper_lock, NULL);
    pthread_cond_init(&k->keeper_wake, NULL);
    Rc rc = decl_build(ctx, opt->modules, opt->nmodules, &k->decl);
    if (!rc) rc = open_tables(ctx, k);
    if (!rc && opt->sign_ledger) rc = ledger_keys_open(ctx, k, opt->ledger_export);
    if (rc < 0) kernel_close(&k);
    *out = k;
    return rc;
}

Rc kernel_start(Ctx *ctx, Kernel *k)
{
    for (; k->nstarted < k->decl->nmodules; k->nstarted++) {
        const Module *m = k->decl->modules[k->nstarted];
        if (m->start) TRY(m->start(ctx, k));
    }
    TRY(places_start(ctx, k));
    TRY(search_build_start(ctx, k));
    TRY(follow_start(ctx, k));
    keeper_start(k);
    clocks_thread_start(k);
    return 0;
}

void kernel_stop(Kernel *k)
{
    follow_stop(k);
    clocks_thread_halt(k);
    keeper_halt(k);
    search_build_stop(k);
    ledger_job_stop(k);
    while (k->nstarted > 0) {
        const Module *m = k->decl->modules[--k->nstarted];
        if (m->stop) m->stop(k);
    }
}

static void sign_at_stop(Kernel *k)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    if (ledger_head_sign(&ctx, k, "stop", 0, NULL) < 0) log_err(LOG_ERROR, "ledger", &ctx);
    arena_free(&a);
}

void kernel_close(Kernel **kp)
{
    Kernel *k = *kp;
    if (!k) return;
    kernel_stop(k);
    if (k->keys) sign_at_stop(k);
    ledger_keys_close(k);
    auth_free(&k->auth);
    outbox_free(&k->outbox);
    dict_store_free(&k->dicts);
    cal_store_free(&k->calendar);
    scope_unload(k);
    decl_free(&k->decl);
    pthread_mutex_destroy(&k->marks->lock);
    pthread_mutex_destroy(&k->keeper_lock);
    pthread_cond_destroy(&k->keeper_wake);
    Arena *a = k->arena;
    arena_free(&a);
    *kp = NULL;
}

Rc kernel_add_routes(Ctx *ctx, Kernel *k, HttpServer *s)
{
    return http_add_routes(ctx, s, k->decl->routes, k->decl->nroutes);
}

DbPool *kernel_pool(Kernel *k)
{
    return k->pool;
}

SseHub *kernel_hub(Kernel *k)
{
    return k->hub;
}

int64_t kernel_node(const Kernel *k)
{
    return k->node;
}

const char *kernel_data_dir(const Kernel *k)
{
    return k->data_dir;
}

const Entity *kernel_entity(Kernel *k, const char *plural)
{
    const EntityInfo *info = decl_entity(k->decl, str_of(plural));
    return info ? info->e : NULL;
}

void kernel_provide(Kernel *k, const char *name, void *service)
{
    ENSURE(k->nservices < ARRAY_LEN(k->services));
    k->services[k->nservices++] = (Service){.name = arena_strdup(k->arena, name), .p = service};
}

int64_t kernel_delivery_days(const Kernel *k)
{
    return k->delivery_days;
}

void *kernel_service(Kernel *k, const char *name)
{
    for (size_t i = 0; i < k->nservices; i++)
        if (!strcmp(k->services[i].name, name)) return k->services[i].p;
    ensure_failed(name, __FILE__, __LINE__);
}

/* ---- Housekeeping ---- */

static Rc read_marks(Ctx *ctx, Kernel *k, Marks *m)
{
    Db *db;
    DbCursor *c;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = db_query_one(ctx, db, &q_change_mark, DB_NO_ARGS, &c);
    if (rc > 0) {
        m->dicts = db_i64(c, Q_CHANGE_MARK_DICTS);
        m->access = db_i64(c, Q_CHANGE_MARK_GRANTS) ^ db_i64(c, Q_CHANGE_MARK_USERS) ^
                    db_i64(c, Q_CHANGE_MARK_TOKENS) ^ db_i64(c, Q_CHANGE_MARK_POLICIES);
        db_close(&c);
        rc = scope_mark(ctx, k, db, &m->trees);
    }
    db_done(ctx, &db);
    return rc < 0 ? rc : 0;
}

/* Another node of the same PostgreSQL may have changed what is kept in memory here. */
static void take_up(Ctx *ctx, Kernel *k, Marks *last)
{
    Marks now = *last;
    if (read_marks(ctx, k, &now) < 0) return;
    if (now.dicts != last->dicts) dict_load(ctx, k);
    bool moved = false;
    if (now.trees != last->trees) scope_reload(ctx, k, &moved);
    if (now.access != last->access) {
        auth_load_grants(ctx, k);
        policy_load(ctx, k);
    }
    if (now.access != last->access || moved) auth_forget(k);
    last->dicts = now.dicts;
    last->access = now.access;
    last->trees = now.trees;
}

Rc kernel_mark(Ctx *ctx, Kernel *k)
{
    return read_marks(ctx, k, k->marks);
}

void kernel_take_up(Ctx *ctx, Kernel *k)
{
    if (db_pool_kind(k->pool) != DB_PG) return;
    pthread_mutex_lock(&k->marks->lock);
    take_up(ctx, k, k->marks);
    pthread_mutex_unlock(&k->marks->lock);
}

static void trim(Ctx *ctx, Kernel *k, unsigned step)
{
    Rc rc = outbox_trim(ctx, k);
    if (rc >= 0) rc = auth_trim(ctx, k);
    if (rc >= 0) rc = notice_trim(ctx, k);
    if (rc >= 0) rc = evidence_sweep(ctx, k, step, clock_now(), NULL);
    if (rc < 0) log_err(LOG_WARN, "kernel", ctx);
    transfer_files_expire(k, clock_now());
}

/* false: it is time to stop. */
static bool keeper_sleep(Kernel *k)
{
    int64_t until = clock_mono_us() + KEEPER_STEP_S * INT64_C(1000000);
    pthread_mutex_lock(&k->keeper_lock);
    while (!k->keeper_stop && wait_until(&k->keeper_wake, &k->keeper_lock, until)) {
    }
    bool go_on = !k->keeper_stop;
    pthread_mutex_unlock(&k->keeper_lock);
    return go_on;
}

static void *keep(void *arg)
{
    Kernel *k = arg;
    Arena *a = arena_new(0);
    Ctx ctx;
    pthread_setname_np(pthread_self(), "kernel-keeper");
    ctx_init(&ctx, a, LANG_EN);
    ledger_heads_due(&ctx, k);
    for (unsigned step = 1; keeper_sleep(k); step++) {
        arena_reset(a);
        ctx_init(&ctx, a, LANG_EN);
        ledger_heads_due(&ctx, k);
        auth_refresh(k);
        kernel_take_up(&ctx, k);
        if (search_build_start(&ctx, k) < 0) log_err(LOG_WARN, "search", &ctx);
        if (step % KEEPER_TRIM_STEPS == 1) trim(&ctx, k, step / KEEPER_TRIM_STEPS);
    }
    arena_free(&a);
    return NULL;
}

void keeper_start(Kernel *k)
{
    if (k->keeper_runs) return;
    k->keeper_stop = false;
    k->keeper_runs = pthread_create(&k->keeper, NULL, keep, k) == 0;
    ENSURE(k->keeper_runs);
}

void keeper_halt(Kernel *k)
{
    if (!k->keeper_runs) return;
    pthread_mutex_lock(&k->keeper_lock);
    k->keeper_stop = true;
    pthread_cond_broadcast(&k->keeper_wake);
    pthread_mutex_unlock(&k->keeper_lock);
    pthread_join(k->keeper, NULL);
    k->keeper_runs = false;
}
