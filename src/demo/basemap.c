/* The base map as features: land, districts, river and lake, parks, roads, the four kinds of pipes, place
 * names. */
#include "city.h"
#include "mod/map.h"

#include <math.h>
#include <stdio.h>

typedef struct Shape {
    StrBuf buf;
    bool first;
} Shape;

static void begin(Shape *s, Ctx *ctx, const char *head)
{
    buf_init(&s->buf, ctx->arena);
    buf_addz(&s->buf, head);
    s->first = true;
}

static void add(Shape *s, Spot p)
{
    buf_printf(&s->buf, "%s[%.6f,%.6f]", s->first ? "" : ",", spot_lon(p), spot_lat(p));
    s->first = false;
}

static Rc put(Work *w, const char *layer, const char *code, const char *name, const char *kind, Str geometry)
{
    const Entity *e = &map_feature_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "layer", db_val_z(layer));
    rec_set(e, rec, "code", db_val_z(code));
    if (name) rec_set(e, rec, "name", db_val_z(name));
    if (kind) rec_set(e, rec, "kind", db_val_z(kind));
    rec_set(e, rec, "geometry", db_val_json(geometry));
    return store_insert(w, e, rec);
}

#define POLYGON "{\"type\":\"Polygon\",\"coordinates\":[["
#define LINE    "{\"type\":\"LineString\",\"coordinates\":["
#define POINT   "{\"type\":\"Point\",\"coordinates\":"

static Rc put_ring(Work *w, const char *layer, const char *code, const char *name, const char *kind,
                   const Spot *p, size_t n)
{
    Shape s;
    begin(&s, w->ctx, POLYGON);
    for (size_t i = 0; i <= n; i++) add(&s, p[i % n]);
    buf_addz(&s.buf, "]]}");
    return put(w, layer, code, name, kind, buf_str(&s.buf));
}

static Rc put_oval(Work *w, const char *layer, const char *code, const char *name, Spot c, Spot radius)
{
    Spot ring[28];
    for (size_t i = 0; i < ARRAY_LEN(ring); i++) {
        double a = 2 * M_PI * (double)i / ARRAY_LEN(ring), wob = 1 + 0.12 * sin(3 * a + c.x);
        ring[i] = (Spot){c.x + radius.x * wob * cos(a), c.y + radius.y * wob * sin(a)};
    }
    return put_ring(w, layer, code, name, NULL, ring, ARRAY_LEN(ring));
}

static Rc put_river(Work *w)
{
    Spot ring[2 * 121];
    for (int i = 0; i <= 120; i++) {
        double x = -30 + (CITY_W + 60) * i / 120.0;
        ring[i] = (Spot){x, river_y(x) + river_width(x)};
        ring[241 - i] = (Spot){x, river_y(x) - river_width(x)};
    }
    return put_ring(w, "water", "BM-RIVER", "澜江", "river", ring, ARRAY_LEN(ring));
}

static Rc put_areas(Work *w, const City *c)
{
    /* Land and river go on far outside, so that the map has no edge. */
    Spot land[] = {{-60, -60}, {CITY_W + 60, -60}, {CITY_W + 60, CITY_H + 60}, {-60, CITY_H + 60}};
    TRY(put_ring(w, "land", "BM-LAND", "云澜市", NULL, land, ARRAY_LEN(land)));
    for (int i = 0; i < DISTRICTS; i++) {
        const District *d = &c->district[i];
        TRY(put_ring(w, "district", d->code, d->zh, d->en, d->corner, d->ncorners));
    }
    TRY(put_river(w));
    TRY(put_oval(w, "water", "BM-LAKE", "白鹭湖", (Spot){17.6, 12.9}, (Spot){1.25, 0.8}));
    TRY(put_oval(w, "water", "BM-POND", "南浦水库", (Spot){4.2, 2.1}, (Spot){0.9, 0.55}));
    static const struct {
        const char *code, *name;
        Spot at, r;
    } parks[] = {
        {"BM-PARK1", "人民公园", {11.4, 10.9}, {0.5, 0.38}},
        {"BM-PARK2", "青岚山", {8.2, 15.2}, {1.5, 0.8}},
        {"BM-PARK3", "东屏山", {22.2, 3.0}, {1.3, 1.7}},
        {"BM-PARK4", "湿地公园", {14.6, 6.4}, {0.8, 0.4}},
        {"BM-PARK5", "石埠公园", {19.3, 8.0}, {0.5, 0.35}},
        {"BM-PARK6", "学府绿廊", {4.0, 12.0}, {0.7, 0.25}},
    };
    for (size_t i = 0; i < ARRAY_LEN(parks); i++)
        TRY(put_oval(w, "green", parks[i].code, parks[i].name, parks[i].at, parks[i].r));
    Spot park[] = {{19.6, 5.4}, {21.9, 5.5}, {21.8, 6.7}, {19.7, 6.6}};
    return put_ring(w, "building", "BM-CHEM", "石埠化工园", "industry", park, ARRAY_LEN(park));
}

static Rc put_line(Work *w, const char *layer, const char *code, const char *name, const char *kind,
                   const Road *road, double aside)
{
    Shape s;
    begin(&s, w->ctx, LINE);
    for (size_t i = 0; i < road->n; i++) add(&s, road_spot(road, (double)i / (double)(road->n - 1), aside));
    buf_addz(&s.buf, "]}");
    return put(w, layer, code, name, kind, buf_str(&s.buf));
}

static const struct {
    const char *layer, *kind;
    double aside;
    size_t every, rest;
} pipes[] = {
    {"gas_pipe", "PE100", 0.030, 2, 0},
    {"water_pipe", "球墨铸铁", -0.030, 1, 0},
    {"drain_pipe", "混凝土", 0.055, 2, 1},
    {"heat_pipe", "预制保温", -0.055, 4, 2},
};

static Rc put_roads(Work *w, const City *c)
{
    char code[32];
    for (size_t i = 0; i < c->nroads; i++) {
        const Road *road = &c->road[i];
        snprintf(code, sizeof code, "BM-ROAD-%02zu", i + 1);
        TRY(put_line(w, "road", code, road->name, road->main ? "main" : "minor", road, 0));
        for (size_t p = 0; p < ARRAY_LEN(pipes); p++) {
            if (i % pipes[p].every != pipes[p].rest) continue;
            snprintf(code, sizeof code, "BM-P%zu-%02zu", p, i + 1);
            TRY(put_line(w, pipes[p].layer, code, NULL, pipes[p].kind, road, pipes[p].aside));
        }
    }
    Road rail = {.n = 0};
    for (int k = 0; k < ROAD_POINTS; k++) {
        double x = -20 + k * (CITY_W + 40) / (ROAD_POINTS - 1);
        rail.p[rail.n++] = (Spot){x, 13.9 - 0.10 * x + 0.5 * sin(x / 5)};
    }
    return put_line(w, "rail", "BM-RAIL", "沿江铁路", NULL, &rail, 0);
}

static Rc put_places(Work *w, const City *c)
{
    static const struct {
        const char *code, *name, *kind;
        Spot at;
    } places[] = {
        {"BM-HOSP1", "市第一医院", "hospital", {10.6, 9.9}},
        {"BM-HOSP2", "南浦医院", "hospital", {6.1, 4.6}},
        {"BM-SCH1", "文昌小学", "school", {9.2, 11.7}},
        {"BM-SCH2", "云澜中学", "school", {13.3, 10.2}},
        {"BM-SCH3", "临津实验学校", "school", {4.5, 7.0}},
        {"BM-STATION", "云澜站", "station", {12.4, 13.0}},
        {"BM-GOV", "市民中心", "government", {11.9, 9.6}},
        {"BM-TAIL", "东屏尾矿库", "tailings", {22.3, 2.2}},
    };
    for (int i = 0; i < DISTRICTS; i++) {
        Shape s;
        char code[32];
        begin(&s, w->ctx, POINT);
        add(&s, c->district[i].centre);
        buf_addz(&s.buf, "}");
        snprintf(code, sizeof code, "BM-NAME-%d", i + 1);
        TRY(put(w, "place", code, c->district[i].zh, "district", buf_str(&s.buf)));
    }
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        Shape s;
        begin(&s, w->ctx, POINT);
        add(&s, places[i].at);
        buf_addz(&s.buf, "}");
        TRY(put(w, "place", places[i].code, places[i].name, places[i].kind, buf_str(&s.buf)));
    }
    return RC_OK;
}

Rc basemap_fill(Ctx *ctx, Kernel *k, const City *c)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "demo", true, &w));
    TRY(put_areas(&w, c));
    TRY(put_roads(&w, c));
    TRY(put_places(&w, c));
    return work_commit(&w);
}
