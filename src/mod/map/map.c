/* The map slice's tables. A feature's shape and bounds are worked out from its geometry when it is written.
 */
#include "map_private.h"

#include <math.h>

#define GEOMETRY_MOST 4e6 /* bytes: a coast or a river in full */

static const Field fields[] = {
    {"layer", F_ENUM, F_REQUIRED | F_FILTER | F_SORT | F_LIST | F_INDEX, "map_layer", 0, 0,
     T("图层", "Layer"), T("", ""), NULL, NULL, NULL},
    {"code", F_TEXT, F_UNIQUE | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 64, T("编号", "Code"), T("", ""), NULL,
     NULL, NULL},
    {"name", F_TEXT, F_SEARCH | F_LIST | F_SORT, NULL, 0, 120, T("名称", "Name"), T("", ""), NULL, NULL,
     NULL},
    {"kind", F_TEXT, F_FILTER | F_LIST, NULL, 0, 40, T("类别", "Kind"),
     T("道路等级、管材等", "Class of road, material and so on"), NULL, NULL, NULL},
    {"geometry", F_JSON, F_REQUIRED, NULL, 0, GEOMETRY_MOST, T("几何", "Geometry"),
     T("GeoJSON，CGCS2000 经纬度", "GeoJSON, CGCS2000 degrees"), NULL, NULL, NULL},
    {"shape", F_TEXT, F_READONLY | F_LIST, NULL, 0, 10, T("形状", "Shape"), T("", ""), NULL, NULL, NULL},
    {"west", F_REAL, F_READONLY, NULL, 0, 0, T("西", "West"), T("", ""), NULL, NULL, NULL},
    {"south", F_REAL, F_READONLY, NULL, 0, 0, T("南", "South"), T("", ""), NULL, NULL, NULL},
    {"east", F_REAL, F_READONLY, NULL, 0, 0, T("东", "East"), T("", ""), NULL, NULL, NULL},
    {"north", F_REAL, F_READONLY, NULL, 0, 0, T("北", "North"), T("", ""), NULL, NULL, NULL},
};

/* ---- Geometry (RFC 7946): how deep the positions are nested tells a line from a polygon ---- */

typedef struct Box {
    double w, s, e, n;
    size_t positions;
    bool bad;
} Box;

static void position(const Json *j, Box *box)
{
    double lon, lat;
    bool ok = j->type == JSON_ARRAY && j->count >= 2 && j->count <= 3 && json_f64(j->child, &lon) &&
              json_f64(j->child->next, &lat) && fabs(lon) <= 180 && fabs(lat) <= 90;
    if (!ok) {
        box->bad = true;
        return;
    }
    box->w = fmin(box->w, lon);
    box->e = fmax(box->e, lon);
    box->s = fmin(box->s, lat);
    box->n = fmax(box->n, lat);
    box->positions++;
}

static bool same_position(const Json *a, const Json *b)
{
    double x, y, u, v;
    return json_f64(a->child, &x) && json_f64(a->child->next, &y) && json_f64(b->child, &u) &&
           json_f64(b->child->next, &v) && x == u && y == v;
}

typedef struct Shape {
    const char *type, *shape;
    int depth;    /* arrays around a position */
    size_t least; /* positions of the innermost array */
    bool ring;    /* the innermost array ends where it begins */
} Shape;

static const Shape shapes[] = {
    {"Point", "point", 0, 1, false},     {"MultiPoint", "point", 1, 1, false},
    {"LineString", "line", 1, 2, false}, {"MultiLineString", "line", 2, 2, false},
    {"Polygon", "area", 2, 4, true},     {"MultiPolygon", "area", 3, 4, true},
};

static void walk(const Json *j, const Shape *shape, int depth, Box *box)
{
    if (box->bad) return;
    if (depth == 0) {
        position(j, box);
        return;
    }
    const Json *last = NULL;
    box->bad = j->type != JSON_ARRAY || j->count < (depth == 1 ? shape->least : 1);
    for (const Json *it = box->bad ? NULL : j->child; it; it = it->next) {
        walk(it, shape, depth - 1, box);
        last = it;
    }
    if (depth == 1 && shape->ring && !box->bad && !same_position(j->child, last)) box->bad = true;
}

static const Shape *read_shape(const Json *geometry, Box *box)
{
    Str type = json_str(json_get(geometry, "type"));
    const Json *coordinates = json_get(geometry, "coordinates");
    *box = (Box){INFINITY, INFINITY, -INFINITY, -INFINITY, 0, false};
    for (size_t i = 0; i < ARRAY_LEN(shapes) && coordinates; i++) {
        if (!str_is(type, shapes[i].type)) continue;
        walk(coordinates, &shapes[i], shapes[i].depth, box);
        return box->bad ? NULL : &shapes[i];
    }
    return NULL;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    const Json *geometry;
    Box box;
    Str text = rec_text(e, rec, "geometry");
    if (text.n == 0) return w->ctx->err.kind; /* the store asks for it */
    TRY(json_parse(w->ctx, text, &geometry));
    const Shape *shape = read_shape(geometry, &box);
    if (!shape)
        return FAIL_FIELD(w->ctx, "geometry", "geometry", 0, "不是有效的 GeoJSON 几何（点、线、面，经纬度）",
                          "not a valid GeoJSON geometry (point, line or polygon in degrees)");
    rec_set(e, rec, "shape", db_val_z(shape->shape));
    rec_set(e, rec, "west", db_val_f64(box.w));
    rec_set(e, rec, "south", db_val_f64(box.s));
    rec_set(e, rec, "east", db_val_f64(box.e));
    rec_set(e, rec, "north", db_val_f64(box.n));
    return w->ctx->err.kind;
}

const Entity map_feature_entity = {
    .name = "map-feature",
    .plural = "map-features",
    .title = T("底图要素", "Map features"),
    .icon = T("", "map"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "map.read",
    .write_perm = "map.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "layer",
    .scope = {.kind = SCOPE_OPEN},
    .validate = validate,
};

static const DictEntry layers[] = {
    {"land", T("陆域", "Land"), NULL, NULL},
    {"district", T("区县界", "Districts"), NULL, NULL},
    {"green", T("绿地", "Green"), NULL, NULL},
    {"water", T("水系", "Water"), NULL, NULL},
    {"building", T("建筑", "Buildings"), NULL, NULL},
    {"road", T("道路", "Roads"), NULL, NULL},
    {"rail", T("轨道", "Rail"), NULL, NULL},
    {"gas_pipe", T("燃气管", "Gas pipes"), NULL, NULL},
    {"water_pipe", T("供水管", "Water pipes"), NULL, NULL},
    {"drain_pipe", T("排水管", "Drains"), NULL, NULL},
    {"heat_pipe", T("热力管", "Heat pipes"), NULL, NULL},
    {"place", T("地名", "Places"), NULL, NULL},
};
static const Dict dicts[] = {{"map_layer", T("底图图层", "Map layers"), layers, ARRAY_LEN(layers), true}};

static const Perm perms[] = {
    {"map.read", T("查看地图", "See the map"),
     "watch office dept town inspector enterprise leader system security audit grid"},
    {"map.write", T("维护底图", "Change the base map"), "office system"},
};
static const Entity *const entities[] = {&map_feature_entity};

/* ---- What tiles are made from ---- */

TileSets *map_tile_sets(Kernel *k)
{
    return kernel_service(k, "tile_sets");
}

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx;
    kernel_provide(k, "tile_sets", tile_sets_new());
    return 0;
}

static void stop(Kernel *k)
{
    TileSets *s = map_tile_sets(k); /* no request is under way any more */
    tile_sets_free(&s);
}

const Module mod_map = {
    .name = "map",
    .title = T("一张图", "Map"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = map_routes,
    .nroutes = MAP_ROUTES,
    .start = start,
    .stop = stop,
};
