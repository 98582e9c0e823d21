/* A small city for the tests of dangers: an enterprise with two officers, a branch of another, a town with
 * its county office above, an inspector, each with a token that acts for it. Include cmocka.h first. */
#pragma once
#ifdef PLACE_MORE
#define RIG_MORE &mod_danger, PLACE_MORE
#else
#define RIG_MORE &mod_danger
#endif
#include "mod/danger.h"
#include "../alarm/test_rig.h"
#include "base/clock.h"
#include "kernel/limit.h"

#define NOON INT64_C(1795320000000) /* 2026-11-22 12:00:00+08:00 */

enum { OFFICE, INSPECTOR, TOWN, FIRM, FIRM2, OTHER, AWAY, UNITS };
static const struct {
    const char *token, *role, *body;
} danger_who_is[UNITS] = {
    [OFFICE] = {"test-token-office", "office", "B-OFFICE"},
    [INSPECTOR] = {"test-token-inspector", "inspector", "B-EMERG"},
    [TOWN] = {"test-token-town-1", "town", "B-TOWN"},
    [FIRM] = {"test-token-firm-1", "enterprise", "B-FIRM"},
    [FIRM2] = {"test-token-firm-2", "enterprise", "B-FIRM"},
    [OTHER] = {"test-token-other", "enterprise", "B-OTHER"},
    [AWAY] = {"test-token-away-1", "town", "B-AWAY"},
};

typedef struct Place {
    Rig rig;
    int64_t now;
} Place;

static inline void as(Place *p, int who)
{
    p->rig.city.token = who < 0 ? CITY_TOKEN : danger_who_is[who].token;
}

static inline Rc give_body(Work *w, const char *name, const char *code)
{
    const Entity *e = kernel_entity(w->kernel, "tokens");
    Arena *a = w->ctx->arena;
    Record *rec, *body;
    TRY(store_find(w, e, str_printf(a, "code:%s", name), &rec));
    TRY(store_find(w, &body_entity, str_printf(a, "code:%s", code), &body));
    Record *old = rec_copy(w->ctx, e, rec);
    rec_set(e, rec, "body", db_val_i64(body->id));
    return store_update(w, e, old, rec, "change");
}

static inline void give_tokens(Place *p)
{
    Work w;
    const char *out;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, p->rig.city.kernel, NULL, "test", true, &w));
    for (int i = 0; i < UNITS; i++) {
        const char *name = arena_printf(a, "unit%d", i);
        db_test_must(&ctx, token_add(&w, name, danger_who_is[i].role, danger_who_is[i].token, false, &out));
        db_test_must(&ctx, give_body(&w, name, danger_who_is[i].body));
    }
    db_test_must(&ctx, work_commit(&w));
    arena_free(&a);
}

static inline void at(Place *p, int64_t now)
{
    p->now = now;
    clock_freeze(now);
}

static inline void place_open(Place *p, DbPool *pool)
{
    static const char *const bodies[] = {
        "{\"code\":\"B-OFFICE\",\"name\":\"市安委办\",\"kind\":\"committee_office\",\"district\":\"990100\"}",
        "{\"code\":\"B-EMERG\",\"name\":\"市应急局\",\"kind\":\"emergency\",\"district\":\"990100\","
        "\"parent\":\"B-OFFICE\"}",
        "{\"code\":\"B-TOWN\",\"name\":\"清源街道\",\"kind\":\"town\",\"district\":\"990101\","
        "\"parent\":\"B-OFFICE\"}",
        "{\"code\":\"B-AWAY\",\"name\":\"北苑街道\",\"kind\":\"town\",\"district\":\"990102\"}",
        "{\"code\":\"B-FIRM\",\"name\":\"云澜精细化工厂\",\"kind\":\"enterprise\",\"district\":\"990101\","
        "\"industry\":\"chemical\",\"lon\":118.5,\"lat\":32.2}",
        "{\"code\":\"B-OTHER\",\"name\":\"云澜纺织厂\",\"kind\":\"enterprise\",\"district\":\"990101\","
        "\"industry\":\"textile\",\"lon\":118.6,\"lat\":32.2}",
    };
    *p = (Place){.now = NOON};
    clock_freeze(p->now);
    rig_open(&p->rig, pool);
    create(&p->rig, "districts", "{\"code\":\"990100\",\"name\":\"云澜市\"}");
    create(&p->rig, "districts", "{\"code\":\"990101\",\"name\":\"清源区\",\"parent\":\"990100\"}");
    create(&p->rig, "districts", "{\"code\":\"990102\",\"name\":\"北苑区\",\"parent\":\"990100\"}");
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) create(&p->rig, "bodies", bodies[i]);
    give_tokens(p);
}

static inline void place_close(Place *p)
{
    rig_close(&p->rig);
}

static inline const Json *act(Place *p, int who, const char *path, const char *action, const char *body,
                              int status)
{
    as(p, who);
    return post(&p->rig, status, arena_printf(p->rig.arena, "%s/actions/%s", path, action),
                body ? body : "{}");
}

static inline const char *path_of(Place *p, const char *plural, const Json *rec)
{
    return arena_printf(p->rig.arena, "/api/%s/%s", plural, text(&p->rig, rec, "id"));
}

static inline const char *value(Place *p, const char *path, const char *name)
{
    as(p, -1);
    return text(&p->rig, get(&p->rig, path), name);
}

/* A photo, as a telephone sends it. */
static inline void photo(Place *p, int who, const char *path, int status)
{
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0\x1f\x15\xc4\x89\0\0\0"
                              "\nIDATx\x9c"
                              "c\0\1\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xae"
                              "B`\x82";
    static int taken; /* no two photos are the same */
    as(p, who);
    const char *file = arena_printf(p->rig.arena, "%sphoto %d", "        ", ++taken);
    char *bytes = arena_alloc(p->rig.arena, sizeof png + 32);
    memcpy(bytes, png, sizeof png - 1);
    memcpy(bytes + sizeof png - 1, file, strlen(file));
    Reply r = city_ask(&p->rig.city, "POST", arena_printf(p->rig.arena, "%s/files?name=a.png", path),
                       "Content-Type: image/png\r\n", str_n(bytes, sizeof png - 1 + strlen(file)));
    if (r.status != status) print_error("%d %s\n", r.status, r.body);
    assert_int_equal(r.status, status);
    reply_free(&r);
}

static inline int64_t run_clocks(Place *p, int64_t now)
{
    int64_t did;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    at(p, now);
    db_test_must(&ctx, clocks_run(&ctx, p->rig.city.kernel, now, &did));
    arena_free(&a);
    return did;
}

static inline const char *report(Place *p, int who, const char *body)
{
    as(p, who);
    return path_of(p, "dangers", post(&p->rig, 201, "/api/dangers", body));
}

#define BLOCKED                                                                                                          \
    "{\"enterprise\":\"B-FIRM\",\"description\":\"二楼车间安全出口被货物堵塞，疏散通道宽度不足\"," \
    "\"category\":\"fire\",\"order\":true,\"requirements\":\"立即清理，保持畅通\"}"
#define PLAN                                                                                                 \
    "{\"plan_duty\":\"厂长负责\",\"plan_measures\":\"更换切断阀\",\"plan_funds\":12.5,"             \
    "\"plan_until\":\"2026-12-20T00:00:00+08:00\",\"plan_emergency\":\"停用罐区，专人监护\"}"
#define EACH(fn)                                                                                             \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(fn);                                                                                    \
    }
