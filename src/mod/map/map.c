/* The map slice's tables. A feature's shape and bounds are worked out from its geometry when it is written. */
#include "mod/map.h"

#include <math.h>

extern const Route map_routes[];
extern const size_t map_nroutes;

static const Field fields[] = {
    {"layer", F_ENUM, F_REQUIRED | F_FILTER | F_SORT | F_LIST | F_INDEX, "map_layer", 0, 0, T("图层", "Layer"), T("", ""), NULL, NULL, NULL},
    {"code", F_TEXT, F_UNIQUE | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 64, T("编号", "Code"), T("", ""), NULL, NULL, NULL},
    {"name", F_TEXT, F_SEARCH | F_LIST | F_SORT, NULL, 0, 120, T("名称", "Name"), T("", ""), NULL, NULL, NULL},
    {"kind", F_TEXT, F_FILTER | F_LIST, NULL, 0, 40, T("类别", "Kind"), T("道路等级、管材等", "Class of road, material and so on"), NULL, NULL, NULL},
    {"geometry", F_JSON, F_REQUIRED, NULL, 0, 0, T("几何", "Geometry"), T("GeoJSON，CGCS2000 经纬度", "GeoJSON, CGCS2000 degrees"), NULL, NULL, NULL},
    {"shape", F_TEXT, F_READONLY | F_LIST, NULL, 0, 10, T("形状", "Shape"), T("", ""), NULL, NULL, NULL},
    {"west", F_REAL, F_READONLY, NULL, 0, 0, T("西", "West"), T("", ""), NULL, NULL, NULL},
    {"south", F_REAL, F_READONLY, NULL, 0, 0, T("南", "South"), T("", ""), NULL, NULL, NULL},
    {"east", F_REAL, F_READONLY, NULL, 0, 0, T("东", "East"), T("", ""), NULL, NULL, NULL},
    {"north", F_REAL, F_READONLY, NULL, 0, 0, T("北", "North"), T("", ""), NULL, NULL, NULL},
};

typedef struct Box {
    double w, s, e, n;
    size_t points;
    bool bad;
} Box;

/* Coordinates nest by geometry type; a leaf is an array that begins with two numbers. */
static void walk(const Json *j, Box *box, int depth)
{
    double lon, lat;
    if (!j || j->type != JSON_ARRAY || depth > 4) {
        box->bad = true;
        return;
    }
    if (j->child && json_f64(j->child, &lon)) {
        if (!j->child->next || !json_f64(j->child->next, &lat) || fabs(lon) > 180 || fabs(lat) > 90) {
            box->bad = true;
            return;
        }
        box->w = fmin(box->w, lon);
        box->e = fmax(box->e, lon);
        box->s = fmin(box->s, lat);
        box->n = fmax(box->n, lat);
        box->points++;
        return;
    }
    JSON_EACH(it, j) walk(it, box, depth + 1);
}

static const struct {
    const char *type, *shape;
    size_t least;
} shapes[] = {
    {"Point", "point", 1},          {"MultiPoint", "point", 1}, {"LineString", "line", 2},
    {"MultiLineString", "line", 2}, {"Polygon", "area", 4},     {"MultiPolygon", "area", 4},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    const Json *geometry;
    TRY(json_parse(w->ctx, rec_text(e, rec, "geometry"), &geometry));
    Str type = json_str(json_get(geometry, "type"));
    Box box = {INFINITY, INFINITY, -INFINITY, -INFINITY, 0, false};
    walk(json_get(geometry, "coordinates"), &box, 0);
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        if (!str_is(type, shapes[i].type) || box.bad || box.points < shapes[i].least) continue;
        rec_set(e, rec, "shape", db_val_z(shapes[i].shape));
        rec_set(e, rec, "west", db_val_f64(box.w));
        rec_set(e, rec, "south", db_val_f64(box.s));
        rec_set(e, rec, "east", db_val_f64(box.e));
        rec_set(e, rec, "north", db_val_f64(box.n));
        return RC_OK;
    }
    return FAIL_FIELD(w->ctx, "geometry", "geometry", 0, "不是有效的 GeoJSON 几何（点、线、面，经纬度）",
                      "not a valid GeoJSON geometry (point, line or polygon in degrees)");
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
    .validate = validate,
};

static const DictEntry layers[] = {
    {"land", T("陆域", "Land"), NULL, NULL},          {"district", T("区县界", "Districts"), NULL, NULL},
    {"green", T("绿地", "Green"), NULL, NULL},        {"water", T("水系", "Water"), NULL, NULL},
    {"building", T("建筑", "Buildings"), NULL, NULL}, {"road", T("道路", "Roads"), NULL, NULL},
    {"rail", T("轨道", "Rail"), NULL, NULL},          {"gas_pipe", T("燃气管", "Gas pipes"), NULL, NULL},
    {"water_pipe", T("供水管", "Water pipes"), NULL, NULL}, {"drain_pipe", T("排水管", "Drains"), NULL, NULL},
    {"heat_pipe", T("热力管", "Heat pipes"), NULL, NULL},   {"place", T("地名", "Places"), NULL, NULL},
};
static const Dict dicts[] = {{"map_layer", T("底图图层", "Map layers"), layers, ARRAY_LEN(layers), true}};

static const Perm perms[] = {
    {"map.read", T("查看地图", "See the map"), "watch office dept town inspector enterprise leader system security audit"},
    {"map.write", T("维护底图", "Change the base map"), "office system"},
};
static const Entity *const entities[] = {&map_feature_entity};
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
    .nroutes = 3,
};
