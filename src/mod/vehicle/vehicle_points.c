/* The points of a vehicle: one for each quantity of its terminal, with the terminal's source key. A point
 * that somebody claimed by hand is taken as it is and keeps its code; when the vehicle's code, name or number
 * changes its own points follow; with the vehicle they are archived.
 *
 * The first vehicle brings the rule that turns broken fences into alarms. It is put in once: who archives it
 * has decided so. */
#include "vehicle_private.h"
#include "mod/point.h"
#include "mod/rule.h"
#include "mod_vehicle_queries_sql.h"

const VehicleQuantity vehicle_quantities[VEHICLE_QUANTITIES] = {
    [V_LAT] = {"lat", "LAT", T("纬度", "latitude"), "°", 6},
    [V_LON] = {"lon", "LON", T("经度", "longitude"), "°", 6},
    [V_SPEED] = {"speed", "SPEED", T("速度", "speed"), "km/h", 1},
    [V_DIRECTION] = {"direction", "DIRECTION", T("方向", "direction"), "°", 0},
    [V_ALTITUDE] = {"altitude", "ALTITUDE", T("高程", "altitude"), "m", 0},
    [V_ALARM] = {"alarm", "ALARM", T("终端报警字", "alarm word"), "", 0},
    [V_STATUS] = {"status", "STATUS", T("终端状态字", "status word"), "", 0},
    [V_MILEAGE] = {"mileage", "MILEAGE", T("里程", "mileage"), "km", 1},
    [V_FUEL] = {"fuel", "FUEL", T("油量", "fuel"), "L", 1},
    [V_FENCE] = {"fence", "FENCE", T("围栏", "geofence"), "", 0},
};

static Str key_of(Work *w, const Record *rec, const VehicleQuantity *q)
{
    return str_printf(w->ctx->arena, "jt808:%.*s#%s", STR_ARG(rec_text(&vehicle_entity, rec, "phone")),
                      q->field);
}

static Str code_of(Work *w, const Record *rec, const VehicleQuantity *q)
{
    return str_printf(w->ctx->arena, VEHICLE_POINT_PREFIX "%.*s-%s",
                      STR_ARG(rec_text(&vehicle_entity, rec, "code")), q->suffix);
}

static Str name_of(Work *w, const Record *rec, const VehicleQuantity *q)
{
    return str_printf(w->ctx->arena, "%.*s %s", STR_ARG(rec_text(&vehicle_entity, rec, "name")), q->name.zh);
}

/* 1 found, 0 absent. */
static Rc find_point(Work *w, Str key, Record **out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_vehicle_point_of, DB_ARGS(db_val_text(key)), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    TRY(store_get(w, &point_entity, id, out));
    return 1;
}

static void dress(Work *w, const Record *rec, const VehicleQuantity *q, Record *point)
{
    rec_set(&point_entity, point, "source", db_val_text(key_of(w, rec, q)));
    rec_set(&point_entity, point, "in_service", *rec_val(&vehicle_entity, rec, "in_service"));
    rec_set(&point_entity, point, "owner", *rec_val(&vehicle_entity, rec, "owner"));
}

static Rc make_point(Work *w, const Record *rec, const VehicleQuantity *q)
{
    Record *point = rec_new(w->ctx, &point_entity);
    rec_set(&point_entity, point, "code", db_val_text(code_of(w, rec, q)));
    rec_set(&point_entity, point, "name", db_val_text(name_of(w, rec, q)));
    rec_set(&point_entity, point, "area", db_val_z("public"));
    rec_set(&point_entity, point, "field", db_val_z("hazmat"));
    /* Others have no quantity: an alarm then shows the figure alone instead of "other". */
    if (q == &vehicle_quantities[V_SPEED]) rec_set(&point_entity, point, "quantity", db_val_z("speed"));
    if (*q->unit) rec_set(&point_entity, point, "unit", db_val_z(q->unit));
    rec_set(&point_entity, point, "decimals", db_val_i64(q->decimals));
    rec_set(&point_entity, point, "interval_s", db_val_i64(30));
    dress(w, rec, q, point);
    return store_insert(w, &point_entity, point);
}

static Rc follow_point(Work *w, const Record *old, const Record *rec, const VehicleQuantity *q, Record *point)
{
    Record *next = rec_copy(w->ctx, &point_entity, point);
    bool own_code = old && str_eq(rec_text(&point_entity, point, "code"), code_of(w, old, q));
    bool own_name = old && str_eq(rec_text(&point_entity, point, "name"), name_of(w, old, q));
    if (own_code) rec_set(&point_entity, next, "code", db_val_text(code_of(w, rec, q)));
    if (own_name) rec_set(&point_entity, next, "name", db_val_text(name_of(w, rec, q)));
    dress(w, rec, q, next);
    return store_update(w, &point_entity, point, next, "change");
}

static Rc sync_point(Work *w, const Record *old, const Record *rec, const VehicleQuantity *q)
{
    Record *point = NULL;
    Rc rc = find_point(w, key_of(w, old ? old : rec, q), &point);
    if (rc == 0 && old) rc = find_point(w, key_of(w, rec, q), &point);
    if (rc < 0) return rc;
    if (rec->archived_at != TIME_NONE) return rc ? store_archive(w, &point_entity, point) : RC_OK;
    return rc ? follow_point(w, old, rec, q, point) : make_point(w, rec, q);
}

static Rc default_rule(Work *w)
{
    static const struct {
        const char *name, *text;
    } texts[] = {
        {"code", VEHICLE_FENCE_RULE},
        {"name", "电子围栏"},
        {"point", VEHICLE_POINT_PREFIX "*-FENCE"},
        {"kind", "level"},
        {"dir", "high"},
        {"cause", "车辆驶入禁行区域、驶出规定区域或在限速区域超速"},
        {"response", "联系驾驶员和所属单位核实，必要时通知公安交管部门拦截"},
        {"basis", "默认值"},
    };
    static const char *const limits[] = {"limit4", "limit3", "limit2", "limit1"};
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_vehicle_rule_ever, DB_ARGS(db_val_z(VEHICLE_FENCE_RULE)), &c);
    if (rc) return rc < 0 ? rc : RC_OK;
    Record *rule = rec_new(w->ctx, &rule_entity);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        rec_set(&rule_entity, rule, texts[i].name, db_val_z(texts[i].text));
    for (size_t i = 0; i < ARRAY_LEN(limits); i++)
        rec_set(&rule_entity, rule, limits[i], db_val_f64((double)i + 1));
    rec_set(&rule_entity, rule, "response_minutes", db_val_i64(10));
    rec_set(&rule_entity, rule, "enabled", db_val_bool(true));
    return store_insert(w, &rule_entity, rule);
}

Rc vehicle_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    (void)e;
    for (size_t i = 0; i < VEHICLE_QUANTITIES; i++) TRY(sync_point(w, old, rec, &vehicle_quantities[i]));
    return old ? RC_OK : default_rule(w);
}
