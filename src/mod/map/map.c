/* The map slice's tables. A feature's shape and bounds are worked out from its geometry when it is written.
 */
#include "map_private.h"
#include "geo/shape.h"

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

/* The geometry was checked by the kernel when it was new. */
static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    static const char *const shapes[] = {[GEO_POINT] = "point", [GEO_LINE] = "line", [GEO_AREA] = "area"};
    static const GeoField field = {"geometry", 0};
    (void)old;
    const Json *geometry;
    GeoShape s;
    Str text = rec_text(e, rec, "geometry");
    if (text.n == 0 || w->ctx->err.kind) return w->ctx->err.kind; /* the store asks for it */
    TRY(json_parse(w->ctx, text, &geometry));
    TRY(geo_shape_read(w->ctx, &field, geometry, &geo_world, &s));
    rec_set(e, rec, "shape", db_val_z(shapes[s.kind]));
    rec_set(e, rec, "west", db_val_f64(s.west));
    rec_set(e, rec, "south", db_val_f64(s.south));
    rec_set(e, rec, "east", db_val_f64(s.east));
    rec_set(e, rec, "north", db_val_f64(s.north));
    return 0;
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
    if (kernel_entity(k, "districts")) kernel_judge_places(k, map_border_judge);
    return 0;
}

static void stop(Kernel *k)
{
    kernel_judge_places(k, NULL);
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
