/* What the map page asks for: layers with bounds, one layer as GeoJSON, and all points in one compact answer.
 */
#include "map_private.h"
#include "mod_map_queries_sql.h"

/* Writes "bounds" and returns 1, or 0 when the query finds no place. */
static Rc write_bounds(Work *w, const DbQuery *q, JsonOut *out)
{
    DbCursor *c;
    TRY(scope_query(w, q, DB_NO_ARGS, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc <= 0 || db_is_null(c, 0)) {
        db_close(&c);
        return rc < 0 ? rc : 0;
    }
    jout_key(out, "bounds");
    jout_open_array(out);
    for (size_t i = 0; i < 4; i++) jout_f64(out, db_f64(c, i));
    jout_close_array(out);
    db_close(&c);
    return 1;
}

static Rc write_layers(Work *w, JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_map_layers, DB_NO_ARGS, &c));
    jout_key(out, "layers");
    jout_open_array(out);
    while ((rc = db_next(w->ctx, c)) > 0) {
        Str layer = db_str(c, 0);
        Text title = {dict_label(w->kernel, "map_layer", layer, LANG_ZH),
                      dict_label(w->kernel, "map_layer", layer, LANG_EN)};
        jout_open(out);
        jout_ks(out, "id", layer);
        jout_text(out, "title", title);
        jout_ks(out, "geometry", db_str(c, 2));
        jout_ki(out, "count", db_i64(c, 1));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    return rc;
}

/* The map opens on the districts; without any on the whole base map; without one on the points. */
static Rc overview(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    Rc found = write_bounds(&w, &q_map_bounds, out);
    if (!found) found = write_bounds(&w, &q_map_point_bounds, out);
    TRY(found);
    if (!found) {
        jout_key(out, "bounds");
        jout_null(out);
    }
    TRY(write_layers(&w, out));
    jout_close(out);
    return RC_OK;
}

static void write_feature(const DbCursor *c, JsonOut *out)
{
    jout_open(out);
    jout_kz(out, "type", "Feature");
    jout_key(out, "properties");
    jout_open(out);
    jout_kid(out, "id", db_i64(c, 0));
    jout_ks(out, "name", db_str(c, 1));
    jout_ks(out, "kind", db_str(c, 2));
    jout_close(out);
    jout_key(out, "geometry");
    jout_raw(out, db_str(c, 3));
    jout_close(out);
}

static Rc too_large(Ctx *ctx)
{
    return FAIL(ctx, RC_TOO_LARGE, "map.too_large", "图层过大", "the layer is too large");
}

static Rc layer(Req *req, Res *res)
{
    Work w;
    DbCursor *c;
    Rc rc;
    TRY(work_begin(req, false, &w));
    Str name = req_param(req, "layer");
    if (!dict_has(w.kernel, "map_layer", name))
        return FAIL(w.ctx, RC_NOT_FOUND, "map.layer", "没有这个图层", "no such layer");
    TRY(db_query(w.ctx, w.db, &q_map_layer, DB_ARGS(db_val_text(name)), &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "type", "FeatureCollection");
    jout_key(out, "features");
    jout_open_array(out);
    while ((rc = db_next(w.ctx, c)) > 0) {
        write_feature(c, out);
        if (arena_over(w.ctx->arena)) return too_large(w.ctx);
    }
    TRY(rc);
    jout_close_array(out);
    jout_close(out);
    res_header(res, "Cache-Control", "private, max-age=300");
    return RC_OK;
}

static void write_text(const DbCursor *c, size_t col, JsonOut *out)
{
    if (db_is_null(c, col)) jout_null(out);
    else jout_str(out, db_str(c, col));
}

static void write_point(const DbCursor *c, JsonOut *out)
{
    jout_open_array(out);
    jout_id(out, db_i64(c, 0));
    jout_str(out, db_str(c, 1));
    jout_str(out, db_str(c, 2));
    jout_f64(out, db_f64(c, 3));
    jout_f64(out, db_f64(c, 4));
    for (size_t i = 5; i < 9; i++) write_text(c, i, out);
    jout_bool(out, db_bool(c, 9));
    jout_close_array(out);
}

static Rc points(Req *req, Res *res)
{
    static const char *const columns[] = {"id",    "code", "name", "lon",    "lat",
                                          "field", "kind", "unit", "object", "in_service"};
    Work w;
    DbCursor *c;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(scope_query(&w, &q_map_points, DB_NO_ARGS, &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "columns");
    jout_open_array(out);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) jout_z(out, columns[i]);
    jout_close_array(out);
    jout_key(out, "rows");
    jout_open_array(out);
    while ((rc = db_next(w.ctx, c)) > 0) {
        write_point(c, out);
        if (arena_over(w.ctx->arena)) return too_large(w.ctx);
    }
    TRY(rc);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

const Route map_routes[MAP_ROUTES] = {
    {HTTP_GET, "/api/map", "map.read", overview, .title = T("地图概况", "Bounds and layers of the map")},
    {HTTP_GET, "/api/map/points", "point.read", points, .title = T("地图测点", "All points for the map")},
    {HTTP_GET, "/api/map/layers/{layer}", "map.read", layer, .title = T("图层", "One layer as GeoJSON")},
    {HTTP_GET, "/tiles/points/{z}/{x}/{y}", "point.read", map_points_tile,
     .title = T("测点矢量瓦片", "Vector tile of the points")},
    {HTTP_GET, "/tiles/{layer}/{z}/{x}/{y}", "map.read", map_layer_tile,
     .title = T("底图矢量瓦片", "Vector tile of a layer of the base map")},
};
