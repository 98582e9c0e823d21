/* The city as records: in the order in which they refer to each other, in transactions of some thousand rows.
 * What was made is noted in DATA/demo.json, so that the simulator can make the same city again. */
#include "city.h"
#include "mod/body.h"
#include "mod/device.h"
#include "mod/district.h"
#include "mod/object.h"
#include "mod/point.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROWS_A_COMMIT 2000

typedef struct Fill {
    Ctx *outer;
    Kernel *kernel;
    City *city;
    Arena *arena; /* of the transaction under way */
    Ctx ctx;
    Work w;
    size_t rows;
    int64_t city_district, district[DISTRICTS];
    int64_t *object, *device, *gateway; /* ids by index */
} Fill;

static Rc begin(Fill *f)
{
    f->rows = 0;
    ctx_init(&f->ctx, f->arena, f->outer->lang);
    return work_begin_as(&f->ctx, f->kernel, NULL, "demo", true, &f->w);
}

/* The failure lives in an arena that ends with the transaction: carry it over. */
static Rc carry(Fill *f, Rc rc)
{
    if (rc >= 0) return rc;
    log_err(LOG_ERROR, "demo", &f->ctx);
    const FieldError *field = f->ctx.err.fields;
    return FAIL(f->outer, rc, "demo.fill", "演示城市未能建立：%s %s",
                "the demo city could not be made: %s %s", f->ctx.err.message ? f->ctx.err.message : "",
                field ? field->message : "");
}

static Rc commit(Fill *f)
{
    Rc rc = work_commit(&f->w);
    rc = carry(f, rc);
    arena_reset(f->arena);
    return rc;
}

/* rec is gone afterwards: the transaction's arena may have ended. id may be NULL. */
static Rc insert(Fill *f, const Entity *e, Record *rec, int64_t *id)
{
    TRY(store_insert(&f->w, e, rec));
    if (id) *id = rec->id;
    if (++f->rows < ROWS_A_COMMIT) return RC_OK;
    TRY(work_commit(&f->w));
    arena_reset(f->arena);
    return begin(f);
}

#define SET(e, rec, name, value) rec_set(&(e), (rec), (name), (value))

static Rc fill_districts(Fill *f)
{
    Record *city = rec_new(&f->ctx, &district_entity);
    SET(district_entity, city, "code", db_val_z("990100"));
    SET(district_entity, city, "name", db_val_z("云澜市"));
    SET(district_entity, city, "level", db_val_z("city"));
    TRY(store_insert(&f->w, &district_entity, city));
    f->city_district = city->id;
    for (int i = 0; i < DISTRICTS; i++) {
        Record *d = rec_new(&f->ctx, &district_entity);
        SET(district_entity, d, "code", db_val_z(f->city->district[i].code));
        SET(district_entity, d, "name", db_val_z(f->city->district[i].zh));
        SET(district_entity, d, "level", db_val_z("county"));
        SET(district_entity, d, "parent", db_val_i64(city->id));
        TRY(store_insert(&f->w, &district_entity, d));
        f->district[i] = d->id;
    }
    return RC_OK;
}

static const struct BodyRow {
    const char *code, *name, *kind, *phone, *lines;
} bodies[] = {
    {"BODY-GAS", "云澜燃气集团", "enterprise", "0990-6100001", NULL},
    {"BODY-WATER", "云澜水务集团", "enterprise", "0990-6100002", NULL},
    {"BODY-DRAIN", "市排水管理处", "department", "0990-6100003", NULL},
    {"BODY-HEAT", "云澜热力公司", "enterprise", "0990-6100004", NULL},
    {"BODY-ROAD", "市公路桥隧中心", "department", "0990-6100005", NULL},
    {"BODY-MARKET", "市市场监管局", "department", "0990-6100006", NULL},
    {"BODY-FIRE", "市消防救援支队", "department", "0990-6100007", NULL},
    {"BODY-CHEM", "石埠化工园管委会", "department", "0990-6100008", NULL},
    {"BODY-MINE", "东屏矿业公司", "enterprise", "0990-6100009", NULL},
    {"BODY-CITY", "市城市管理局", "department", "0990-6100010",
     "gas bridge tunnel heat gallery water drainage lighting road_collapse manhole"},
    {"BODY-WATERB", "市水务局", "department", "0990-6100011", NULL},
    {"BODY-METEO", "市气象局", "department", "0990-6100012", NULL},
    {"BODY-POLICE", "市公安局", "department", "0990-6100013", NULL},
    {"BODY-EMERG", "市应急管理局（安委办）", "committee_office", "0990-6100014",
     "chemical mine tailings metallurgy"},
};
static int64_t body_ids[ARRAY_LEN(bodies)];

static int64_t body_id(const char *code)
{
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        if (strcmp(bodies[i].code, code) == 0) return body_ids[i];
    ENSURE(!"a template names a body that is not in the list");
    return 0;
}

static Rc fill_bodies(Fill *f)
{
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        Record *b = rec_new(&f->ctx, &body_entity);
        SET(body_entity, b, "code", db_val_z(bodies[i].code));
        SET(body_entity, b, "name", db_val_z(bodies[i].name));
        SET(body_entity, b, "kind", db_val_z(bodies[i].kind));
        SET(body_entity, b, "phone", db_val_z(bodies[i].phone));
        SET(body_entity, b, "district", db_val_i64(f->city_district));
        if (bodies[i].lines) SET(body_entity, b, "lines", db_val_z(bodies[i].lines));
        TRY(store_insert(&f->w, &body_entity, b));
        body_ids[i] = b->id;
    }
    return RC_OK;
}

static Rc fill_objects(Fill *f)
{
    const City *c = f->city;
    for (size_t i = 0; i < c->nthings; i++) {
        const Thing *th = &c->thing[i];
        Record *o = rec_new(&f->ctx, &object_entity);
        SET(object_entity, o, "code", db_val_z(th->code));
        SET(object_entity, o, "name", db_val_z(th->name));
        SET(object_entity, o, "area", db_val_z(th->kind->area));
        SET(object_entity, o, "field", db_val_z(th->kind->field));
        SET(object_entity, o, "kind", db_val_z(th->kind->kind));
        SET(object_entity, o, "district", db_val_i64(f->district[th->district]));
        SET(object_entity, o, "owner", db_val_i64(body_id(th->kind->owner)));
        SET(object_entity, o, "lon", db_val_f64(spot_lon(th->at)));
        SET(object_entity, o, "lat", db_val_f64(spot_lat(th->at)));
        TRY(insert(f, &object_entity, o, &f->object[i]));
    }
    return RC_OK;
}

static Record *device_of(Fill *f, const char *code, const char *name, const char *kind, const char *protocol)
{
    Record *d = rec_new(&f->ctx, &device_entity);
    SET(device_entity, d, "code", db_val_z(code));
    SET(device_entity, d, "name", db_val_z(name));
    SET(device_entity, d, "kind", db_val_z(kind));
    SET(device_entity, d, "protocol", db_val_z(protocol));
    SET(device_entity, d, "in_service", db_val_bool(true));
    return d;
}

static Rc fill_devices(Fill *f)
{
    const City *c = f->city;
    char code[40];
    for (size_t i = 0; i < c->ngateways; i++) {
        const char *name =
            arena_printf(f->ctx.arena, "%s网关 %s", c->gateway[i].kind->zh, c->gateway[i].code + 3);
        Record *d = device_of(f, c->gateway[i].code, name, "gateway", c->gateway[i].kind->protocol);
        TRY(insert(f, &device_entity, d, &f->gateway[i]));
    }
    for (size_t i = 0; i < c->nthings; i++) {
        const Thing *th = &c->thing[i];
        snprintf(code, sizeof code, "DEV%s", th->code + 3);
        Record *d = device_of(f, code, th->name, th->kind->device_kind, device_protocol(c, th));
        SET(device_entity, d, "object", db_val_i64(f->object[i]));
        if (th->gateway >= 0) SET(device_entity, d, "parent", db_val_i64(f->gateway[th->gateway]));
        TRY(insert(f, &device_entity, d, &f->device[i]));
    }
    return RC_OK;
}

static Record *point_of(Fill *f, const CityPoint *p, const char *name)
{
    Record *rec = rec_new(&f->ctx, &point_entity);
    SET(point_entity, rec, "code", db_val_z(p->code));
    SET(point_entity, rec, "name", db_val_z(name));
    SET(point_entity, rec, "quantity", db_val_z(p->kind->quantity));
    if (*p->kind->unit) SET(point_entity, rec, "unit", db_val_z(p->kind->unit));
    SET(point_entity, rec, "decimals", db_val_i64(p->kind->decimals));
    SET(point_entity, rec, "range_min", db_val_f64(p->kind->lo));
    SET(point_entity, rec, "range_max", db_val_f64(p->kind->hi));
    SET(point_entity, rec, "interval_s", db_val_i64(p->kind->interval_s));
    SET(point_entity, rec, "in_service", db_val_bool(!p->planned));
    SET(point_entity, rec, "must_monitor", db_val_bool(true));
    return rec;
}

static Rc fill_points(Fill *f)
{
    const City *c = f->city;
    char source[DEVICE_SOURCE_MAX];
    for (size_t i = 0; i < c->npoints; i++) {
        const CityPoint *p = &c->point[i];
        Record *rec;
        if (p->heartbeat) {
            const Gateway *g = &c->gateway[p->thing];
            rec = point_of(f, p, arena_printf(f->ctx.arena, "%s网关心跳 %s", g->kind->zh, g->code + 3));
            SET(point_entity, rec, "device", db_val_i64(f->gateway[p->thing]));
            SET(point_entity, rec, "area", db_val_z(g->kind->area));
            SET(point_entity, rec, "field", db_val_z(g->kind->field));
            SET(point_entity, rec, "lon", db_val_f64(spot_lon(g->at)));
            SET(point_entity, rec, "lat", db_val_f64(spot_lat(g->at)));
        } else {
            rec = point_of(f, p, arena_printf(f->ctx.arena, "%s%s", c->thing[p->thing].name, p->kind->zh));
            SET(point_entity, rec, "object", db_val_i64(f->object[p->thing]));
            SET(point_entity, rec, "device", db_val_i64(f->device[p->thing]));
        }
        if (device_source(c, (uint32_t)i, source)) SET(point_entity, rec, "source", db_val_z(source));
        TRY(insert(f, &point_entity, rec, NULL));
        if (i % 20000 == 19999) LOG(LOG_INFO, "demo", "points made", LOG_I64("points", i + 1));
    }
    return RC_OK;
}

static Rc fill_vehicles(Fill *f)
{
    return vehicles_fill(&f->w, f->city);
}

static const char *plan_file(Ctx *ctx, Kernel *k)
{
    return arena_printf(ctx->arena, "%s/demo.json", kernel_data_dir(k));
}

static Rc plan_save(Ctx *ctx, Kernel *k, const DemoOptions *opt)
{
    FILE *out = fopen(plan_file(ctx, k), "we");
    bool ok =
        out &&
        fprintf(out, "{\"seed\":%llu,\"points\":%u}\n", (unsigned long long)opt->seed, opt->points) > 0 &&
        fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (out) ok = fclose(out) == 0 && ok;
    return ok ? RC_OK
              : FAIL(ctx, RC_IO, "demo.plan", "无法写入 demo.json：%s", "cannot write demo.json: %s",
                     strerror(errno));
}

Rc demo_plan_load(Ctx *ctx, Kernel *k, uint32_t *out)
{
    char text[256] = "";
    FILE *in = fopen(plan_file(ctx, k), "re");
    if (in) {
        size_t n = fread(text, 1, sizeof text - 1, in);
        text[n] = 0;
        fclose(in);
    }
    const Json *plan = NULL;
    int64_t points = 0;
    if (*text) TRY(json_parse(ctx, str_of(text), &plan));
    if (!json_i64(json_get(plan, "points"), &points) || points < 1)
        return FAIL(ctx, RC_STATE, "demo.none", "数据目录中没有演示城市",
                    "there is no demo city in this directory");
    *out = (uint32_t)points;
    return RC_OK;
}

Rc demo_fill(Ctx *ctx, Kernel *k, const DemoOptions *opt)
{
    Fill f = {.outer = ctx, .kernel = k, .city = city_make(opt->seed, opt->points), .arena = arena_new(0)};
    const City *c = f.city;
    f.object = calloc(c->nthings, sizeof *f.object);
    f.device = calloc(c->nthings, sizeof *f.device);
    f.gateway = calloc(c->ngateways + 1, sizeof *f.gateway);
    ENSURE(f.object && f.device && f.gateway);
    LOG(LOG_INFO, "demo", "making the city", LOG_I64("points", c->npoints), LOG_I64("objects", c->nthings));
    Rc rc = basemap_fill(ctx, k, c);
    static Rc (*const steps[])(Fill *) = {fill_districts, fill_bodies, fill_objects,
                                          fill_devices,   fill_points, fill_vehicles};
    if (rc >= 0) rc = carry(&f, begin(&f));
    for (size_t i = 0; i < ARRAY_LEN(steps) && rc >= 0; i++) rc = carry(&f, steps[i](&f));
    if (rc >= 0) rc = commit(&f);
    if (rc >= 0) rc = plan_save(ctx, k, opt);
    free(f.object);
    free(f.device);
    free(f.gateway);
    arena_free(&f.arena);
    city_free(&f.city);
    return rc;
}
