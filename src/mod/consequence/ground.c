/* What lies under the zones on paper: water, roads and borders of the base map, as shapes in metres. Only
 * what reaches into the sheet is asked for. */
#include "consequence_private.h"

enum { FEATURES_MOST = 4000 };

static void path(Origin o, const Json *line, const char *colour, bool area, JsonOut *out)
{
    double lon, lat, east, north;
    jout_open(out);
    jout_kz(out, "kind", area ? "area" : "line");
    jout_kz(out, "colour", colour);
    jout_key(out, "points");
    jout_open_array(out);
    JSON_EACH(p, line)
    {
        if (p->type != JSON_ARRAY || p->count < 2 || !json_f64(p->child, &lon) ||
            !json_f64(p->child->next, &lat))
            continue;
        place_metres(o, lon, lat, &east, &north);
        jout_open_array(out);
        jout_f64(out, east);
        jout_f64(out, north);
        jout_close_array(out);
    }
    jout_close_array(out);
    jout_close(out);
}

/* Down to the lines of places, however deep they stand. */
static void walk(Origin o, const Json *j, const char *colour, bool area, JsonOut *out)
{
    if (!j || j->type != JSON_ARRAY || !j->child || j->child->type != JSON_ARRAY) return;
    const Json *first = j->child->child;
    if (first && first->type != JSON_ARRAY) {
        path(o, j, colour, area, out);
        return;
    }
    JSON_EACH(k, j) walk(o, k, colour, area, out);
}

void ground_geometry(Origin o, const Json *geometry, const char *colour, bool area, JsonOut *out)
{
    walk(o, json_get(geometry, "coordinates"), colour, area, out);
}

void ground_dot(double east, double north, const char *colour, Str label, JsonOut *out)
{
    jout_open(out);
    jout_kz(out, "kind", "dot");
    jout_kz(out, "colour", colour);
    jout_ks(out, "label", label);
    jout_key(out, "points");
    jout_open_array(out);
    jout_open_array(out);
    jout_f64(out, east);
    jout_f64(out, north);
    jout_close_array(out);
    jout_close_array(out);
    jout_close(out);
}

static Rc ask(Work *w, Origin o, const double bounds[4], DbCursor **c)
{
    double west, south, east, north;
    SqlBuf b;
    place_degrees(o, bounds[0], bounds[1], &west, &south);
    place_degrees(o, bounds[2], bounds[3], &east, &north);
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT layer, geometry FROM map_features WHERE archived_at IS NULL AND layer IN"
                " ('water', 'road', 'rail', 'district') AND west <= ");
    sql_arg(&b, db_val_f64(east));
    sql_lit(&b, " AND east >= ");
    sql_arg(&b, db_val_f64(west));
    sql_lit(&b, " AND south <= ");
    sql_arg(&b, db_val_f64(north));
    sql_lit(&b, " AND north >= ");
    sql_arg(&b, db_val_f64(south));
    sql_lit(&b, " ORDER BY CASE WHEN layer = 'water' THEN 0 ELSE 1 END, id LIMIT ");
    sql_arg(&b, db_val_i64(FEATURES_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

Rc ground_shapes(Work *w, Origin o, const double bounds[4], JsonOut *out)
{
    DbCursor *c;
    Rc rc;
    if (!kernel_entity(w->kernel, "map-features")) return RC_OK;
    TRY(ask(w, o, bounds, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        const Json *geometry;
        Str layer = db_str(c, 0);
        bool water = str_is(layer, "water");
        if (json_parse(w->ctx, db_str_copy(w->ctx, c, 1), &geometry) < 0) {
            ctx_clear(w->ctx);
            continue;
        }
        Str type = json_str(json_get(geometry, "type"));
        bool area = water && (str_is(type, "Polygon") || str_is(type, "MultiPolygon"));
        ground_geometry(o, geometry,
                        water                       ? "water"
                        : str_is(layer, "district") ? "grey"
                                                    : "road",
                        area, out);
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}
