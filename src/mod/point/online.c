/* GET /api/points/online. A point in service is online when its newest good reading is no older than three of
 * its periods, and never younger than five minutes is asked. Coverage: of the points that must be monitored,
 * those that are in service. */
#include "point_private.h"
#include "base/clock.h"
#include <stdlib.h>

#define LEAST_SILENCE (5 * MS_MINUTE)
#define PERIODS       3

typedef PointCount Count;

static void add(Count *c, const LivePoint *p, bool online)
{
    c->total += p->in_service;
    c->online += p->in_service && online;
    c->must += p->must_monitor;
    c->monitored += p->must_monitor && p->in_service;
}

/* How long a point may be silent. */
static int64_t patience(const LivePoint *p)
{
    int64_t most = p->interval_ms * PERIODS;
    return most < LEAST_SILENCE ? LEAST_SILENCE : most;
}

bool point_is_online(const LivePoint *p, const SeriesLatest *v, int64_t now)
{
    return v->t != TIME_NONE && now - v->t <= patience(p);
}

bool point_is_due(const LivePoint *p, int64_t began, int64_t now)
{
    int64_t from = p->since != TIME_NONE && p->since > began ? p->since : began;
    return now - from > patience(p);
}

static void put_count(JsonOut *o, const Count *c)
{
    jout_ki(o, "total", c->total);
    jout_ki(o, "online", c->online);
    jout_key(o, "rate");
    if (c->total) jout_f64(o, (double)c->online / (double)c->total);
    else jout_null(o);
    jout_ki(o, "must_monitor", c->must);
    jout_ki(o, "monitored", c->monitored);
    jout_key(o, "coverage");
    if (c->must) jout_f64(o, (double)c->monitored / (double)c->must);
    else jout_null(o);
}

typedef struct Sum {
    Count all, *fields, *districts; /* [0]: without one */
} Sum;

static void count(const LiveSet *set, const PointSight *sight, const SeriesLatest *v, int64_t now, Sum *sum)
{
    for (uint32_t no = 1; no <= set->max; no++) {
        const LivePoint *p = &set->p[no];
        if (!p->id || !point_seen(sight, no)) continue;
        bool online = point_is_online(p, &v[no], now);
        add(&sum->all, p, online);
        add(&sum->fields[p->field], p, online);
        add(&sum->districts[p->district], p, online);
    }
}

static void put_fields(Req *req, JsonOut *o, const LiveSet *set, const Sum *sum)
{
    const uint32_t *order = live_fields_in_order(req->ctx.arena, set);
    jout_key(o, "by_field");
    jout_open_array(o);
    for (size_t k = 0; k < set->nfields; k++) {
        uint32_t i = order[k];
        if (sum->fields[i].total + sum->fields[i].must == 0) continue;
        const char *code = set->fields[i];
        jout_open(o);
        jout_kz(o, "field", *code ? code : NULL);
        jout_kz(o, "title", *code ? dict_label(req_kernel(req), "field", str_of(code), req->ctx.lang) : NULL);
        put_count(o, &sum->fields[i]);
        jout_close(o);
    }
    jout_close_array(o);
}

static void put_districts(JsonOut *o, const LiveSet *set, const Sum *sum)
{
    jout_key(o, "by_district");
    jout_open_array(o);
    for (size_t i = 0; i < set->ndistricts; i++) {
        if (sum->districts[i].total + sum->districts[i].must == 0) continue;
        jout_open(o);
        jout_kz(o, "district", set->districts[i].code);
        jout_kz(o, "title", set->districts[i].name);
        put_count(o, &sum->districts[i]);
        jout_close(o);
    }
    jout_close_array(o);
}

static Rc take_counts(Ctx *ctx, Kernel *k, const Principal *who, int64_t now, const LiveSet **set, Sum *sum)
{
    PointLive *live;
    const PointSight *sight;
    TRY(point_sight(ctx, k, who, &sight));
    TRY(point_set_take(ctx, k, &live, set));
    size_t n = (size_t)(*set)->max + 1;
    SeriesLatest *v = malloc(n * sizeof *v);
    ENSURE(v != NULL);
    arena_defer(ctx->arena, free, v);
    series_latest(intake_series(live->intake), 0, n, v);
    *sum = (Sum){.fields = ARENA_ARRAY(ctx->arena, Count, (*set)->nfields),
                 .districts = ARENA_ARRAY(ctx->arena, Count, (*set)->ndistricts)};
    count(*set, sight, v, now, sum);
    return RC_OK;
}

Rc point_count(Ctx *ctx, Kernel *k, const Principal *who, int64_t now, PointCount *all, PointCountFn fn,
               void *ud)
{
    const LiveSet *set;
    Sum sum;
    TRY(take_counts(ctx, k, who, now, &set, &sum));
    *all = sum.all;
    for (size_t i = 0; i < set->ndistricts; i++)
        if (sum.districts[i].total + sum.districts[i].must)
            fn(ud, set->districts[i].id, set->districts[i].code, set->districts[i].name, &sum.districts[i]);
    return RC_OK;
}

Rc point_online(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    const LiveSet *set;
    Sum sum;
    TRY(point_query_only(req, known));
    TRY(take_counts(&req->ctx, req_kernel(req), req->who, req->t, &set, &sum));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kt(o, "t", req->t);
    put_count(o, &sum.all);
    put_fields(req, o, set, &sum);
    put_districts(o, set, &sum);
    jout_close(o);
    return 0;
}
