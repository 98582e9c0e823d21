/* For tests of the alarm, rule, source and map slices: all slices over the database under test with a real
 * intake behind, wired as the program wires them. Include cmocka.h first. RIG_MORE: further modules, comma
 * separated. */
#pragma once
#include "db/db_test.h"
#include "mod/test_city.h"
#include "base/clock.h"
#include "mod/alarm.h"
#include "mod/body.h"
#include "mod/device.h"
#include "mod/district.h"
#include "mod/map.h"
#include "mod/object.h"
#include "mod/point.h"
#include "mod/rule.h"
#include "mod/source.h"
#include <pthread.h>
#include <time.h>

static const Module *const rig_modules[] = {&mod_district,
                                            &mod_body,
                                            &mod_object,
                                            &mod_device,
                                            &mod_point,
                                            &mod_rule,
                                            &mod_alarm,
                                            &mod_source,
                                            &mod_map
#ifdef RIG_MORE
                                            ,
                                            RIG_MORE
#endif
};

typedef struct Rig {
    City city;
    DbPool *pool;
    Intake *intake;
    AlarmDesk *desk;
    Arena *arena; /* of the test */
    Ctx ctx;
    char dir[64]; /* of the intake; outlives the city for restarts */
} Rig;

static inline void rig_provide(City *c, void *ud)
{
    Rig *r = ud;
    Work w;
    Registry *registry = NULL;
    RuleSet *rules = NULL;
    uint64_t seen = 0;
    r->desk = alarm_desk_new(c->kernel);
    db_test_must(&r->ctx, work_begin_as(&r->ctx, c->kernel, NULL, "start", false, &w));
    db_test_must(&r->ctx, point_registry_build(&w, &registry));
    db_test_must(&r->ctx, rule_set_build(&w, &rules));
    db_test_must(&r->ctx, alarm_events_seen(&w, &seen));
    work_abort(&w);
    IntakeOptions opt = {.dir = r->dir,
                         .max_in_flight = 100000,
                         .max_per_sender = 100000,
                         .events = alarm_desk_events,
                         .events_ud = r->desk,
                         .events_seen = seen,
                         .tick_ms = -1,
                         .state_ms = -1};
    kernel_provide(c->kernel, "alarm_desk", r->desk);
    db_test_must(&r->ctx, intake_open(&r->ctx, &opt, registry, rules, &r->intake));
    alarm_desk_bind(r->desk, r->intake);
    kernel_provide(c->kernel, "intake", r->intake);
}

static inline void rig_begin(Rig *r, DbPool *pool)
{
    *r = (Rig){.pool = pool, .arena = arena_new(0)};
    ctx_init(&r->ctx, r->arena, LANG_EN);
    snprintf(r->dir, sizeof r->dir, "/tmp/anlan-rig.XXXXXX");
    assert_non_null(mkdtemp(r->dir));
}

static inline void rig_open(Rig *r, DbPool *pool)
{
    rig_begin(r, pool);
    city_open(&r->city, pool, rig_modules, ARRAY_LEN(rig_modules), rig_provide, r);
}

static inline void rig_stop(Rig *r)
{
    http_stop(&r->city.server);
    kernel_stop(r->city.kernel);
    intake_close(&r->intake);
    kernel_close(&r->city.kernel);
    alarm_desk_free(&r->desk);
    city_close(&r->city);
}

static inline void rig_close(Rig *r)
{
    rig_stop(r);
    nftw(r->dir, city_drop_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(&r->arena);
    clock_freeze(TIME_NONE);
}

/* ---- Asking ---- */

static inline const Json *get(Rig *r, const char *path)
{
    return city_json(r->arena, &r->city, "GET", path, 200, STR_NONE);
}

static inline const Json *post(Rig *r, int status, const char *path, const char *body)
{
    return city_json(r->arena, &r->city, "POST", path, status, str_of(body));
}

static inline const Json *create(Rig *r, const char *plural, const char *body)
{
    return post(r, 201, arena_printf(r->arena, "/api/%s", plural), body);
}

static inline int64_t whole(const Json *j)
{
    int64_t v = INT64_MIN;
    json_i64(j, &v);
    return v;
}

static inline const char *text(Rig *r, const Json *j, const char *name)
{
    Str s = json_str(json_get(j, name));
    return s.p ? str_z(r->arena, s) : "(none)";
}

static inline bool truth(const Json *j, const char *name)
{
    const Json *b = json_get(j, name);
    return b && b->type == JSON_BOOL && b->b;
}

static inline const Json *item(const Json *array, size_t i)
{
    const Json *it = array ? array->child : NULL;
    while (it && i-- > 0) it = it->next;
    return it;
}

/* Sends a merge patch, or archives when body is NULL. */
static inline void change(Rig *r, const char *path, const char *body, int status)
{
    int64_t version = whole(json_get(get(r, path), "version"));
    const char *head = arena_printf(
        r->arena, "Content-Type: application/merge-patch+json\r\nIf-Match: \"%lld\"\r\n", (long long)version);
    Reply reply = city_ask(&r->city, body ? "PATCH" : "DELETE", path, head, body ? str_of(body) : STR_NONE);
    if (reply.status != status) fprintf(stderr, "%s: %d %s\n", path, reply.status, reply.body);
    assert_int_equal(reply.status, status);
    reply_free(&reply);
}

/* Does the problem name this field with this code? */
static inline bool has_field(const Json *problem, const char *field, const char *code)
{
    JSON_EACH(f, json_get(problem, "fields"))
    if (str_is(json_str(json_get(f, "field")), field) && str_is(json_str(json_get(f, "code")), code))
        return true;
    return false;
}

/* Looks until fn says yes, at most ten seconds. */
static inline bool until(Rig *r, bool (*fn)(Rig *r, const void *ud), const void *ud)
{
    for (int i = 0; i < 1000; i++) {
        if (fn(r, ud)) return true;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

/* ---- The database behind ---- */

/* The first column of the first row, as text; "(none)" without a row. literal: SQL of the test's own. */
#define sql_text(r, literal) sql_text_((r), "" literal "")
static inline const char *sql_text_(Rig *r, const char *literal)
{
    Db *db;
    DbCursor *c;
    SqlBuf b;
    const char *out = "(none)";
    db_test_must(&r->ctx, db_take_read(&r->ctx, r->pool, &db));
    sql_init(&b, &r->ctx, db);
    sql_lit_(&b, literal);
    db_test_must(&r->ctx, sql_query(&r->ctx, db, &b, &c));
    Rc rc = db_next(&r->ctx, c);
    db_test_must(&r->ctx, rc);
    if (rc > 0 && !db_is_null(c, 0)) out = str_z(r->arena, db_str(c, 0));
    db_close(&c);
    db_done(&r->ctx, &db);
    return out;
}

#define sql_run(ctx, pool, literal) sql_run_((ctx), (pool), "" literal "")
static inline void sql_run_(Ctx *ctx, DbPool *pool, const char *literal)
{
    Db *db;
    SqlBuf b;
    db_test_must(ctx, db_take_write(ctx, pool, &db));
    sql_init(&b, ctx, db);
    sql_lit_(&b, literal);
    db_test_must(ctx, sql_exec(ctx, db, &b));
    db_done(ctx, &db);
}

/* ---- Readings in ---- */

typedef struct Sent {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool done;
    Rc rc;
} Sent;

static inline void rig_done(Batch *b, Rc rc)
{
    Sent *s = b->ud;
    batch_free(&b);
    pthread_mutex_lock(&s->lock);
    s->done = true;
    s->rc = rc;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

/* A reading under a code or a source's key, as a gateway would hand it in. */
static inline void send_value(Rig *r, const char *name, int64_t t, double v)
{
    Sent s = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};
    Batch *b = batch_new(r->intake, 1, clock_now());
    uint32_t no = registry_by_code(b->registry, str_of(name));
    if (!no) no = registry_by_source(b->registry, str_of(name));
    if (no) batch_add(b, no, t, v, 0);
    else batch_unclaimed(r->intake, b, str_of(name), t, v, STR("10.0.0.7"));
    b->done = rig_done;
    b->ud = &s;
    assert_int_equal(intake_submit(r->intake, b), 0);
    pthread_mutex_lock(&s.lock);
    while (!s.done) pthread_cond_wait(&s.wake, &s.lock);
    pthread_mutex_unlock(&s.lock);
    assert_int_equal(s.rc, 0);
}
