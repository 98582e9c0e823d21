/* The live values: twice a second the points whose newest value changed go to the browsers that listen, as
 * one event. Nobody listening costs nothing; what changed meanwhile stays marked in the intake and goes out
 * when somebody comes. */
#include "point_private.h"
#include "base/clock.h"
#include "base/ticker.h"

#define PERIOD_MS 500
#define MOST      20000 /* points in one event; the rest follow in the next */

typedef struct PointRound {
    uint32_t *numbers;
    StrBuf text;
    RowTexts texts;
} Round;

static void add_row(Round *r, const LiveSet *set, Series *series, const PointGrades *grades, uint32_t no)
{
    char row[VALUE_ROW_MAX];
    if (no > set->max || !set->p[no].id) return;
    ValueRow v = {.id = set->p[no].id};
    series_latest(series, no, 1, &v.v);
    if (v.v.t == TIME_NONE) return;
    v.grade = grades->grade(grades->ud, no);
    if (r->text.p[r->text.n - 1] == ']') buf_addc(&r->text, ',');
    buf_add(&r->text, str_n(row, point_value_row(&r->texts, &v, row)));
}

static void publish(PointLive *live, Round *r)
{
    SseHub *hub = kernel_hub(live->kernel);
    if (!sse_wanted(hub, TOPIC_VALUES)) return;
    size_t n = intake_dirty(live->intake, r->numbers, MOST);
    if (n == 0) return;
    /* Somebody listens, so the server runs and every slice has started. */
    const PointGrades *grades = kernel_service(live->kernel, "point_grades");
    LiveSet *set = snapshot_take(live->set);
    r->text.n = 0;
    buf_printf(&r->text, "{\"t\":%lld,\"columns\":[\"id\",\"t\",\"v\",\"q\",\"grade\"],\"rows\":[",
               (long long)clock_now());
    for (size_t i = 0; i < n; i++) add_row(r, set, intake_series(live->intake), grades, r->numbers[i]);
    snapshot_release(live->set, set);
    buf_addz(&r->text, "]}");
    sse_publish(hub, TOPIC_VALUES, 0, "values", buf_str(&r->text), NULL);
}

static void publish_round(void *arg)
{
    PointLive *live = arg;
    publish(live, live->round);
}

Rc point_values_start(Ctx *ctx, PointLive *live)
{
    live->arena = arena_new(0);
    live->round = ARENA_NEW(live->arena, Round);
    live->round->numbers = ARENA_ARRAY(live->arena, uint32_t, MOST);
    buf_init(&live->round->text, live->arena); /* grows to the largest event and stays */
    live->ticker = ticker_start("point-values", PERIOD_MS, publish_round, live);
    return live->ticker ? 0 : FAIL(ctx, RC_IO, "thread", "无法启动线程", "a thread could not be started");
}

void point_values_stop(PointLive *live)
{
    ticker_stop(&live->ticker);
    arena_free(&live->arena);
}
