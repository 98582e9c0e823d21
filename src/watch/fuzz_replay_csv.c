/* Any bytes as a readings file under rules of every kind, fed in two pieces: the pieces must not change the
 * status. */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules_text[] =
    "{\"rules\":["
    "{\"name\":\"l\",\"point\":\"*\",\"kind\":\"level\",\"dir\":\"high\",\"max_gap_ms\":5,\"on_delay_ms\":2,"
    "\"grades\":[{\"grade\":4,\"limit\":1},{\"grade\":1,\"limit\":3}]},"
    "{\"name\":\"m\",\"point\":\"A\",\"kind\":\"level\",\"dir\":\"low\",\"deadband\":1,\"grades\":[{"
    "\"grade\":2,\"limit\":0}]},"
    "{\"name\":\"r\",\"point\":\"?\",\"kind\":\"rate\",\"dir\":\"either\",\"window_ms\":9,\"grades\":[{"
    "\"grade\":3,\"limit\":5}]},"
    "{\"name\":\"s\",\"point\":\"A*\",\"kind\":\"stuck\",\"window_ms\":3,\"eps\":0.5,\"grade\":3,\"max_gap_"
    "ms\":7},"
    "{\"name\":\"o\",\"point\":\"*\",\"kind\":\"offline\",\"timeout_ms\":4,\"grade\":2},"
    "{\"name\":\"e\",\"point\":\"A\",\"kind\":\"expr\",\"expr\":\"avg(\\\"A\\\",1) > "
    "v(\\\"B\\\")\",\"grade\":1},"
    "{\"name\":\"d\",\"point\":\"A\",\"kind\":\"deviation\",\"k\":3,\"season_ms\":50,\"grades\":[{\"grade\":"
    "4,\"limit\":1}]}]}";

static int run(const RuleSet *rules, FILE *null, const char *p, size_t n, size_t cut)
{
    Replay *rp = replay_new(rules, null, null, LANG_EN);
    if (replay_feed(rp, p, cut)) replay_feed(rp, p + cut, n - cut);
    int status = replay_end(rp);
    replay_free(&rp);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static RuleSet *rules; /* parsed once */
    static FILE *null;
    if (!rules) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_EN);
        if (ruleset_parse(&ctx, str_of(rules_text), &rules) < 0) abort();
        arena_free(&arena);
        null = fopen("/dev/null", "w");
        if (!null) abort();
    }
    const char *p = (const char *)data;
    int whole = run(rules, null, p, size, size);
    if (whole != run(rules, null, p, size, size ? data[size - 1] % size : 0) || whole == 1) abort();
    return 0;
}
