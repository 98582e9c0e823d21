/* Any bytes as a rule set. What is taken must bind, judge some readings, and its saved state must load into a
 * lane of the same rules. */
#include "watch/watch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *ud, const WatchEvent *e)
{
    if (e->kind > EVENT_RETURN || e->grade > 4) abort();
    ++*(size_t *)ud;
}

static void judge(const RuleSet *rules, Arena *arena)
{
    WatchPoint points[] = {{0},
                           {.code = STR("A"), .in_service = true, .in_service_since = 0},
                           {.code = STR("GAS-0001")},
                           {.code = STR("P1")}};
    size_t events = 0;
    WatchSink sink = {ignore, &events};
    WatchLane *l = watch_lane_new(rules, points, ARRAY_LEN(points), 0, 1, 0);
    for (int i = 0; i < 200; i++) {
        Reading r = {.t = (int64_t)i * i * 977, .v = (i * 31 % 17) - 8, .point = 1 + (uint32_t)i % 3};
        watch_take(l, &r, 1, 0, &sink);
    }
    StrBuf state;
    Ctx ctx;
    buf_init(&state, arena);
    ctx_init(&ctx, arena, LANG_EN);
    watch_lane_save(l, &state);
    WatchLane *again = watch_lane_new(rules, points, ARRAY_LEN(points), 0, 1, 0);
    if (watch_lane_load(&ctx, again, buf_str(&state)) != RC_OK) abort();
    watch_lane_free(&again);
    watch_lane_free(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    RuleSet *rules;
    ctx_init(&ctx, arena, size & 1 ? LANG_EN : LANG_ZH);
    if (ruleset_parse(&ctx, str_n((const char *)data, size), &rules) == RC_OK) {
        judge(rules, arena);
        ruleset_free(&rules);
    } else if (!ctx.err.code || rules) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
