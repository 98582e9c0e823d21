/* A small city for the tests of warnings: an owner, a department, a town and the watch, each with a token
 * that acts for it, and a well with a point whose alarms are made by hand. Include cmocka.h first. */
#pragma once
#ifndef RIG_MORE
#define RIG_MORE &mod_warning
#endif
#include "mod/warning.h"
#include "../alarm/test_rig.h"
#include "../alarm/test_desk.h"
#include "kernel/limit.h"
#include "warning_private.h"

enum { WATCH, WATCH2, GAS, DEPT, TOWN, OTHER, UNITS };
static const struct {
    const char *token, *role, *body;
} warn_who[UNITS] = {
    [WATCH] = {"test-token-watch-1", "watch", "B-WATCH"},
    [WATCH2] = {"test-token-watch-2", "watch", "B-WATCH"},
    [GAS] = {"test-token-of-gas", "enterprise", "B-GAS"},
    [DEPT] = {"test-token-of-dept", "dept", "B-DEPT"},
    [TOWN] = {"test-token-of-town", "town", "B-TOWN"},
    [OTHER] = {"test-token-of-water", "enterprise", "B-WATER"},
};

static inline void as(Bench *b, int who)
{
    b->rig.city.token = who < 0 ? CITY_TOKEN : warn_who[who].token;
}

/* Gives a record of "tokens" or "users" its body. */
static inline Rc warn_body(Work *w, const char *plural, const char *name, const char *code)
{
    const Entity *e = kernel_entity(w->kernel, plural);
    Arena *a = w->ctx->arena;
    Record *rec, *body;
    TRY(store_find(w, e, str_printf(a, "code:%s", name), &rec));
    TRY(store_find(w, &body_entity, str_printf(a, "code:%s", code), &body));
    Record *old = rec_copy(w->ctx, e, rec);
    rec_set(e, rec, "body", db_val_i64(body->id));
    return store_update(w, e, old, rec, "change");
}

/* A token for each, and an officer of the watch, for whom the program warns. */
static inline void warn_tokens(Bench *b)
{
    Work w;
    const char *out;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, b->rig.city.kernel, NULL, "test", true, &w));
    for (int i = 0; i < UNITS; i++) {
        const char *name = arena_printf(a, "unit%d", i);
        db_test_must(&ctx, token_add(&w, name, warn_who[i].role, warn_who[i].token, false, &out));
        db_test_must(&ctx, warn_body(&w, "tokens", name, warn_who[i].body));
    }
    db_test_must(&ctx, token_add(&w, "auditor", "audit", "test-token-auditor", false, &out));
    db_test_must(&ctx, warn_body(&w, "tokens", "auditor", "B-OFFICE"));
    db_test_must(&ctx, user_add(&w, "zhou", "值班员 周岚", "anlan-demo", "watch", true));
    db_test_must(&ctx, warn_body(&w, "users", "zhou", "B-WATCH"));
    db_test_must(&ctx, work_commit(&w));
    arena_free(&a);
}

static inline void warn_open(Bench *b, DbPool *pool)
{
    static const char *const bodies[] = {
        "{\"code\":\"B-OFFICE\",\"name\":\"市安委办\",\"kind\":\"committee_office\",\"district\":\"990100\"}",
        "{\"code\":\"B-WATCH\",\"name\":\"市监测中心\",\"kind\":\"institution\",\"district\":\"990100\"}",
        "{\"code\":\"B-GAS\",\"name\":\"云澜燃气集团\",\"kind\":\"enterprise\",\"district\":\"990101\","
        "\"phone\":\"0990-1\"}",
        "{\"code\":\"B-WATER\",\"name\":\"云澜水务集团\",\"kind\":\"enterprise\",\"district\":\"990101\"}",
        "{\"code\":\"B-DEPT\",\"name\":\"市住建局\",\"kind\":\"department\",\"district\":\"990100\","
        "\"lines\":\"gas\"}",
        "{\"code\":\"B-TOWN\",\"name\":\"清源街道\",\"kind\":\"town\",\"district\":\"990101\"}",
    };
    bench_open(b, pool);
    Rig *r = &b->rig;
    create(r, "districts", "{\"code\":\"990100\",\"name\":\"云澜市\"}");
    create(r, "districts", "{\"code\":\"990101\",\"name\":\"清源区\",\"parent\":\"990100\"}");
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) create(r, "bodies", bodies[i]);
    create(r, "objects",
           "{\"code\":\"WELL\",\"name\":\"中心路阀门井\",\"kind\":\"gas_valve_well\",\"district\":\"990101\","
           "\"owner\":\"B-GAS\","
           "\"lon\":118.5,\"lat\":32.2}");
    create(r, "warning-routes",
           "{\"code\":\"R1\",\"name\":\"燃气主管\",\"role\":\"department\",\"line\":\"gas\",\"body\":\"B-"
           "DEPT\"}");
    create(r, "warning-routes", "{\"code\":\"R2\",\"name\":\"属地\",\"role\":\"district\"}");
    warn_tokens(b);
}

/* Raises and gives the alarm's id. */
static inline const char *warn_alarm(Bench *b, uint32_t no, const char *code, int grade)
{
    deliver_one(b, EVENT_RAISE, no, RULE_R, (uint8_t)grade);
    as(b, -1);
    const Json *a = alarm_of(b, code, RULE_R);
    assert_non_null(a);
    return text(&b->rig, a, "id");
}

static inline const Json *warn_do(Bench *b, int who, const char *path, const char *action, const char *body,
                                  int status)
{
    as(b, who);
    return post(&b->rig, status, arena_printf(b->rig.arena, "%s/actions/%s", path, action),
                body ? body : "{}");
}

static inline const char *warn_path(Bench *b, const Json *record, const char *plural)
{
    return arena_printf(b->rig.arena, "/api/%s/%s", plural, text(&b->rig, record, "id"));
}

static inline const char *warn_state(Bench *b, const char *path)
{
    as(b, -1);
    return text(&b->rig, get(&b->rig, path), "state");
}

/* The order of a unit. */
static inline const char *warn_order(Bench *b, const char *warning, int who)
{
    as(b, -1);
    const Json *list = get(&b->rig, arena_printf(b->rig.arena, "%s/answers", warning));
    JSON_EACH(it, json_get(list, "items"))
    if (str_is(json_str(json_get(it, "body")), warn_who[who].body)) return warn_path(b, it, "orders");
    return NULL;
}

/* An alarm of the well that an officer has made a warning of, published. */
static inline const char *warn_published(Bench *b, int grade)
{
    uint32_t no = point(b, "P1", ",\"object\":\"WELL\",\"field\":\"gas\"");
    const char *alarm = warn_alarm(b, no, "P1", grade);
    as(b, WATCH);
    const Json *w = post(&b->rig, 201, "/api/warnings",
                         arena_printf(b->rig.arena, "{\"alarms\":[\"%s\"],\"publish\":true}", alarm));
    return warn_path(b, w, "warnings");
}

static inline int64_t warn_clocks(Bench *b, int64_t now)
{
    int64_t did;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    b->now = now;
    clock_freeze(now);
    db_test_must(&ctx, clocks_run(&ctx, b->rig.city.kernel, now, &did));
    arena_free(&a);
    return did;
}

static inline int64_t warn_count(Bench *b, const char *query)
{
    as(b, -1);
    return whole(json_get(get(&b->rig, arena_printf(b->rig.arena, "/api/%s", query)), "count"));
}

static inline void warn_all(Bench *b, const char *warning, const char *action, const char *body)
{
    static const int units[] = {GAS, DEPT, TOWN};
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        warn_do(b, units[i], warn_order(b, warning, units[i]), action, body, 200);
}

static inline void warn_accept_all(Bench *b, const char *warning)
{
    static const int units[] = {GAS, DEPT, TOWN};
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        warn_do(b, WATCH, warn_order(b, warning, units[i]), "accept", NULL, 200);
}

#define ANSWER "{\"result\":\"removed\",\"answer\":\"已关阀并通风，复测正常\"}"
