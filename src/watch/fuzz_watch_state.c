/* Any bytes as the saved state of a lane: refused or taken, and a lane that took them goes on judging. */
#include "watch/watch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules_text[] =
    "{\"rules\":["
    "{\"name\":\"l\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\",\"off_delay_ms\":2,\"grades\":[{"
    "\"grade\":4,\"limit\":1}]},"
    "{\"name\":\"r\",\"point\":\"*\",\"kind\":\"rate\",\"dir\":\"either\",\"window_ms\":9,\"grades\":[{"
    "\"grade\":3,\"limit\":5}]},"
    "{\"name\":\"s\",\"point\":\"*\",\"kind\":\"stuck\",\"window_ms\":3,\"eps\":0.5,\"grade\":3},"
    "{\"name\":\"o\",\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":4,\"grade\":2},"
    "{\"name\":\"e\",\"point\":\"A\",\"kind\":\"expr\",\"expr\":\"avg(\\\"A\\\",1) > "
    "v(\\\"B\\\")\",\"grade\":1},"
    "{\"name\":\"d\",\"point\":\"B\",\"kind\":\"deviation\",\"k\":3,\"season_ms\":50,\"grades\":[{\"grade\":"
    "4,\"limit\":1}]}]}";

static void ignore(void *ud, const WatchEvent *e)
{
    (void)ud;
    if (e->kind > EVENT_RETURN || e->grade > 4) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static RuleSet *rules; /* parsed once */
    Arena *arena = arena_new(0);
    Ctx ctx;
    WatchPoint points[] = {
        {0}, {.code = STR("A")}, {.code = STR("B"), .in_service = true, .in_service_since = 5}};
    WatchSink sink = {ignore, NULL};
    ctx_init(&ctx, arena, LANG_EN);
    if (!rules && ruleset_parse(&ctx, str_of(rules_text), &rules) < 0) abort();
    WatchLane *l = watch_lane_new(rules, points, ARRAY_LEN(points), 0, 1, WATCH_LIVE);
    if (watch_lane_load(&ctx, l, str_n((const char *)data, size)) == RC_OK) {
        watch_lane_active(l, &sink);
        for (int i = 0; i < 40; i++) {
            Reading r = {.t = (int64_t)i * 3, .v = i % 5, .point = 1 + (uint32_t)i % 2};
            watch_take(l, &r, 1, (int64_t)i * 3, &sink);
            watch_tick(l, (int64_t)i * 4, &sink);
        }
    }
    watch_lane_free(&l);
    arena_free(&arena);
    return 0;
}
