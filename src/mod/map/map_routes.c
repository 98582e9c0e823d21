/* What the map page asks for: layers with bounds, one layer as GeoJSON, and all points in one compact answer. */
#include "mod/map.h"
#include "mod_map_queries_sql.h"

#include <math.h>

extern const Route map_routes[];
extern const size_t map_nroutes;

static Rc overview(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    JsonOut *out = res_json(req, res);
    DbCursor *c;
    jout_open(out);
    TRY(db_query_one(w.ctx, w.db, &q_map_bounds, DB_NO_ARGS, &c));
    jout_key(out, "bounds");
    if (db_is_null(c, 0)) {
        jout_null(out);
    } else {
        jout_open_array(out);
        for (size_t i = 0; i < 4; i++) jout_f64(out, db_f64(c, i));
        jout_close_array(out);
    }
    db_close(&c);
    jout_key(out, "layers");
    jout_open_array(out);
    TRY(db_query(w.ctx, w.db, &q_map_layers, DB_NO_ARGS, &c));
    Rc rc;
    while ((rc = db_next(w.ctx, c)) > 0) {
        Str layer = db_str(c, 0);
        jout_open(out);
        jout_ks(out, "id", layer);
        jout_text(out, "title", (Text){dict_label(w.kernel, "map_layer", layer, LANG_ZH), dict_label(w.kernel, "map_layer", layer, LANG_EN)});
        jout_ks(out, "geometry", db_str(c, 2));
        jout_ki(out, "count", db_i64(c, 1));
        jout_close(out);
    }
    TRY(rc);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

static Rc layer(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    Str name = req_param(req, "layer");
    if (!dict_has(w.kernel, "map_layer", name)) return FAIL(w.ctx, RC_NOT_FOUND, "map.layer", "没有这个图层", "no such layer");
    DbCursor *c;
    TRY(db_query(w.ctx, w.db, &q_map_layer, DB_ARGS(db_val_text(name)), &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "type", "FeatureCollection");
    jout_key(out, "features");
    jout_open_array(out);
    Rc rc;
    while ((rc = db_next(w.ctx, c)) > 0) {
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
    TRY(rc);
    jout_close_array(out);
    jout_close(out);
    res_header(res, "Cache-Control", "private, max-age=300");
    return RC_OK;
}

static Rc points(Req *req, Res *res)
{
    static const char *const columns[] = {"id", "code", "name", "lon", "lat", "field", "kind", "unit", "object", "in_service"};
    Work w;
    TRY(work_begin(req, false, &w));
    DbCursor *c;
    TRY(db_query(w.ctx, w.db, &q_map_points, DB_NO_ARGS, &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "columns");
    jout_open_array(out);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) jout_z(out, columns[i]);
    jout_close_array(out);
    jout_key(out, "rows");
    jout_open_array(out);
    Rc rc;
    while ((rc = db_next(w.ctx, c)) > 0) {
        jout_open_array(out);
        jout_id(out, db_i64(c, 0));
        jout_str(out, db_str(c, 1));
        jout_str(out, db_str(c, 2));
        jout_f64(out, db_f64(c, 3));
        jout_f64(out, db_f64(c, 4));
        for (size_t i = 5; i < 9; i++) {
            if (db_is_null(c, i))
                jout_null(out);
            else
                jout_str(out, db_str(c, i));
        }
        jout_bool(out, db_bool(c, 9));
        jout_close_array(out);
    }
    TRY(rc);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

const Route map_routes[] = {
    {HTTP_GET, "/api/map", "map.read", overview, .title = T("地图概况", "Bounds and layers of the map")},
    {HTTP_GET, "/api/map/points", "point.read", points, .title = T("地图测点", "All points for the map")},
    {HTTP_GET, "/api/map/layers/{layer}", "map.read", layer, .title = T("图层", "One layer as GeoJSON")},
};
const size_t map_nroutes = ARRAY_LEN(map_routes);
