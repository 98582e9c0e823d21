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

/* What one event is made from. */
typedef struct Values {
    Round *round;
    const LiveSet *set;
    Series *series;
    const PointGrades *grades;
    Arena *arena; /* of the texts for parts */
    Str whole;
    size_t n; /* numbers */
    int64_t now;
} Values;

static bool add_row(const Values *v, StrBuf *text, uint32_t no)
{
    char buf[VALUE_ROW_MAX];
    if (no > v->set->max || !v->set->p[no].id) return false;
    ValueRow row = {.id = v->set->p[no].id};
    series_latest(v->series, no, 1, &row.v);
    if (row.v.t == TIME_NONE) return false;
    row.grade = v->grades->grade(v->grades->ud, no);
    if (text->p[text->n - 1] == ']') buf_addc(text, ',');
    buf_add(text, str_n(buf, point_value_row(&v->round->texts, &row, buf)));
    return true;
}

/* One event; scope NULL: all rows. Empty when the scope sees none of them. */
static Str make_text(const Values *v, StrBuf *text, const Scope *scope)
{
    size_t rows = 0;
    text->n = 0;
    buf_printf(text, "{\"t\":%lld,\"columns\":[\"id\",\"t\",\"v\",\"q\",\"grade\"],\"rows\":[",
               (long long)v->now);
    for (size_t i = 0; i < v->n; i++)
        if (!scope || point_in_scope(v->set, scope, v->round->numbers[i]))
            rows += add_row(v, text, v->round->numbers[i]);
    buf_addz(text, "]}");
    return rows ? buf_str(text) : STR_NONE;
}

/* Who sees everything shares one text; a part is made for each scope. */
static Str text_for(void *ud, const Scope *scope)
{
    Values *v = ud;
    if (!scope_is_whole(scope)) {
        StrBuf own;
        buf_init(&own, v->arena);
        return make_text(v, &own, scope);
    }
    if (!v->whole.p) v->whole = make_text(v, &v->round->text, NULL);
    return v->whole;
}

static void publish(PointLive *live, Round *r)
{
    SseHub *hub = kernel_hub(live->kernel);
    if (!sse_wanted(hub, TOPIC_VALUES)) return;
    size_t n = intake_dirty(live->intake, r->numbers, MOST);
    if (n == 0) return;
    LiveSet *set = snapshot_take(live->set);
    /* Somebody listens, so the server runs and every slice has started. */
    Values v = {.round = r,
                .set = set,
                .series = intake_series(live->intake),
                .grades = kernel_service(live->kernel, "point_grades"),
                .arena = arena_new(0),
                .n = n,
                .now = clock_now()};
    events_publish(live->kernel, TOPIC_VALUES, "values", text_for, &v);
    arena_free(&v.arena);
    snapshot_release(live->set, set);
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
