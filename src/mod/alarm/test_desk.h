/* Hand-made events into a desk, for the alarm slice's tests. Include test_rig.h first. */
#pragma once
#include "alarm_private.h"
#include <math.h>

#define NOON INT64_C(1795320000000) /* 2026-11-22 12:00:00+08:00 */

enum { RULE_R, RULE_OFF, RULE_X };
static const char *const rule_names[] = {"R", "OFF", "X"};
static const char rules_json[] =
    "{\"rules\":[{\"name\":\"R\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\",\"grades\":[{\"grade\":"
    "1,\"limit\":9},"
    "{\"grade\":2,\"limit\":7},{\"grade\":3,\"limit\":5},{\"grade\":4,\"limit\":3}]},"
    "{\"name\":\"OFF\",\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":300000,\"grade\":4},"
    "{\"name\":\"X\",\"point\":\"P1\",\"kind\":\"expr\",\"expr\":\"v(\\\"P1\\\") > 1\",\"grade\":3}]}";

typedef struct Bench {
    Rig rig;
    RuleSet *rules;
    uint64_t pos; /* of the last delivery; far beyond what the real log may reach */
    int64_t now;
} Bench;

static inline void bench_open(Bench *b, DbPool *pool)
{
    *b = (Bench){.pos = UINT64_C(1) << 40, .now = NOON};
    clock_freeze(b->now);
    rig_open(&b->rig, pool);
    db_test_must(&b->rig.ctx, ruleset_parse(&b->rig.ctx, str_of(rules_json), &b->rules));
}

static inline void bench_close(Bench *b)
{
    ruleset_free(&b->rules);
    rig_close(&b->rig);
}

/* Makes a point and returns its number. extra: further members, each with a comma before it. */
static inline uint32_t point(Bench *b, const char *code, const char *extra)
{
    const char *body =
        arena_printf(b->rig.arena, "{\"code\":\"%s\",\"name\":\"点 %s\"%s}", code, code, extra);
    return (uint32_t)whole(json_get(create(&b->rig, "points", body), "no"));
}

static inline IntakeEvent event(const Bench *b, WatchEventKind kind, uint32_t no, int rule, uint8_t grade)
{
    static const double limits[] = {(double)NAN, 9, 7, 5, 3};
    bool value = rule != RULE_OFF;
    return (IntakeEvent){.e = {.t = b->now,
                               .point = no,
                               .rule = (uint32_t)rule,
                               .kind = (uint8_t)kind,
                               .grade = grade,
                               .has_value = value,
                               .value = value ? 10.5 - grade : 0,
                               .limit = value ? limits[grade] : (double)NAN,
                               .since = b->now - 1000},
                         .rule = str_of(rule_names[rule])};
}

static inline void deliver(Bench *b, const IntakeEvent *events, size_t n)
{
    alarm_desk_events(b->rig.desk, ++b->pos, b->rules, events, n);
}

static inline void deliver_one(Bench *b, WatchEventKind kind, uint32_t no, int rule, uint8_t grade)
{
    IntakeEvent e = event(b, kind, no, rule, grade);
    deliver(b, &e, 1);
}

/* Moves the clock and does what it brings, as the desk's thread does within a second. */
static inline void clock_to(Bench *b, int64_t now)
{
    Work w;
    b->now = now;
    clock_freeze(now);
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, b->rig.city.kernel, NULL, "clock", true, &w));
    db_test_must(&ctx, alarm_clock_run(&w));
    db_test_must(&ctx, work_commit(&w));
    arena_free(&a);
}

/* The newest record of a point and rule; NULL: none. */
static inline const Json *alarm_of(Bench *b, const char *code, int rule)
{
    const char *path = arena_printf(b->rig.arena, "/api/alarms?point=%s&rule=%s&sort=-created_at&limit=1",
                                    code, rule_names[rule]);
    return item(json_get(get(&b->rig, path), "items"), 0);
}

static inline int64_t count_of(Bench *b, const char *query)
{
    return whole(json_get(get(&b->rig, arena_printf(b->rig.arena, "/api/alarms?%s", query)), "count"));
}

/* "state", then A while the condition holds, k when acknowledged, the grade, the count, and ! when the last
 * event called people. */
static inline const char *told(Bench *b, const char *code, int rule)
{
    const Json *a = alarm_of(b, code, rule);
    if (!a) return "none";
    return arena_printf(b->rig.arena, "%s %s%sg%lld n%lld%s", text(&b->rig, a, "state"),
                        truth(a, "active") ? "A" : "", truth(a, "acked") ? "k" : "",
                        (long long)whole(json_get(a, "grade")), (long long)whole(json_get(a, "count")),
                        truth(a, "announced") ? " !" : "");
}

/* An action on the newest record. */
static inline const Json *act(Bench *b, const char *code, int rule, const char *action, const char *body,
                              int status)
{
    const Json *a = alarm_of(b, code, rule);
    assert_non_null(a);
    const char *path =
        arena_printf(b->rig.arena, "/api/alarms/%s/actions/%s", text(&b->rig, a, "id"), action);
    return post(&b->rig, status, path, body);
}

static inline const char *hold_body(Bench *b, int64_t until_t)
{
    char t[TIME_TEXT_MAX];
    return arena_printf(b->rig.arena, "{\"reason\":\"检查\",\"until\":\"%s\"}", time_print(until_t, t));
}

static inline uint8_t grade_on_map(Bench *b, uint32_t no)
{
    const PointGrades *g = kernel_service(b->rig.city.kernel, "point_grades");
    return g->grade(g->ud, no);
}
