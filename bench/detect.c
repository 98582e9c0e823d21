/* Limit i belongs to rule i / 4, grade 4 − i % 4: within a rule the least severe grade has the lowest limit.
 * A grade that stands implies all less severe ones of its rule, so the top grade says everything. */
#include "detect.h"
#include "base/clock.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void put_rule(StrBuf *b, const Detect *d, const DetectPlan *p, int rule)
{
    buf_printf(b, "%s{\"name\":\"d%d\",\"point\":\"*\",", rule ? "," : "", rule);
    if (p->level) buf_addz(b, "\"kind\":\"level\",\"dir\":\"high\"");
    else
        buf_printf(b, "\"kind\":\"deviation\",\"k\":%g,\"warmup_ms\":%lld,\"season_ms\":%lld", DETECT_LEAST,
                   (long long)p->warmup_ms, (long long)p->season_ms);
    buf_printf(b, ",\"off_delay_ms\":%lld,\"grades\":[", (long long)p->off_delay_ms);
    for (int g = 4; g >= 1; g--)
        buf_printf(b, "%s{\"grade\":%d,\"limit\":%.17g}", g < 4 ? "," : "", g, d->limit[rule * 4 + 4 - g]);
    buf_addz(b, "]}");
}

static bool parse_rules(Detect *d, const DetectPlan *plan)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    StrBuf text;
    ctx_init(&ctx, arena, LANG_EN);
    buf_init(&text, arena);
    buf_addz(&text, "{\"rules\":[");
    for (int i = 0; i < DETECT_RULES; i++) put_rule(&text, d, plan, i);
    buf_addz(&text, "]}");
    bool ok = ruleset_parse(&ctx, buf_str(&text), &d->rules) == RC_OK;
    if (!ok) fprintf(stderr, "rules: %s\n", ctx.err.message);
    arena_free(&arena);
    return ok;
}

bool detect_open(Detect *d, const DetectPlan *plan)
{
    *d = (Detect){0};
    for (int i = 0; i < DETECT_LIMITS; i++) d->limit[i] = DETECT_LEAST * pow(DETECT_FACTOR, i);
    if (!parse_rules(d, plan)) return false;
    const WatchPoint points[2] = {
        [1] = {.code = STR("S"), .in_service = true, .in_service_since = TIME_NONE}};
    d->lane = watch_lane_new(d->rules, points, 2, 0, 1, 0);
    return true;
}

void detect_close(Detect *d)
{
    if (d->lane) watch_lane_free(&d->lane);
    if (d->rules) ruleset_free(&d->rules);
}

static void note(void *ud, const WatchEvent *e)
{
    Detect *d = ud;
    if (e->rule < DETECT_RULES) d->top[e->rule] = e->grade;
}

void detect_take(Detect *d, int64_t t, double v)
{
    Reading r = {.t = t, .v = v, .point = 1};
    memcpy(d->old, d->top, sizeof d->old);
    watch_take(d->lane, &r, 1, t, &(WatchSink){.event = note, .ud = d});
}

static bool stands(const uint8_t *top, int limit)
{
    return top[limit / 4] && top[limit / 4] <= 4 - limit % 4;
}

bool detect_stands(const Detect *d, int limit)
{
    return stands(d->top, limit);
}

bool detect_rose(const Detect *d, int limit)
{
    return stands(d->top, limit) && !stands(d->old, limit);
}
