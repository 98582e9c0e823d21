/* The register of points: fields, what follows from the object, the device and the quantity, and the dense
 * number. The number is taken from a counter in the transaction that stores the point: a rolled back one
 * gives it back before anybody saw it, an archived point keeps its own for ever, because readings lie under
 * it. */
#include "point_private.h"
#include "mod_point_migrations.h"
#include "mod_point_queries_sql.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("测点编号", "Code"), T("上报数据使用的编号", "the code that readings carry"), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120, T("测点名称", "Name"),
     T("", ""), NULL, "basic", NULL},
    {"no", F_INT, F_READONLY | F_UNIQUE | F_FILTER | F_SORT, NULL, 0, 0, T("测点序号", "Number"),
     T("平台内部的连续编号，不重复使用", "the platform's dense number, never used again"), NULL, "basic",
     NULL},
    {"object", F_REF, F_FILTER | F_LIST | F_INDEX, "objects", 0, 0, T("监测对象", "Object"),
     T("不填时取设备所属对象", "the device's object when left out"), NULL, "place", NULL},
    {"device", F_REF, F_FILTER | F_INDEX, "devices", 0, 0, T("设备", "Device"), T("", ""), NULL, "place",
     NULL},
    {"area", F_ENUM, F_FILTER, "area", 0, 0, T("四大领域", "Area"),
     T("不填时取监测对象的领域", "the object's when left out"), NULL, "place", NULL},
    {"field", F_ENUM, F_FILTER | F_LIST | F_INDEX, "field", 0, 0, T("专业", "Field"),
     T("不填时取监测对象的专业", "the object's when left out"), NULL, "place", NULL},
    {"owner", F_REF, F_FILTER | F_INDEX, "bodies", 0, 0, T("权属单位", "Owner"),
     T("不填时为监测对象的权属单位", "the object's owner answers when left out"), NULL, "contact", NULL},
    {"lon", F_REAL, F_FILTER, NULL, 73, 136, T("经度", "Longitude"),
     T("CGCS2000，不填时取监测对象的位置", "CGCS2000; the object's place when left out"), "°", "place", NULL},
    {"lat", F_REAL, F_FILTER, NULL, 3, 54, T("纬度", "Latitude"),
     T("CGCS2000，不填时取监测对象的位置", "CGCS2000; the object's place when left out"), "°", "place", NULL},
    {"quantity", F_ENUM, F_FILTER | F_LIST, "quantity", 0, 0, T("监测量", "Quantity"), T("", ""), NULL,
     "monitor", NULL},
    {"unit", F_TEXT, F_FILTER | F_LIST, NULL, 0, 20, T("单位", "Unit"),
     T("不填时取监测量的常用单位", "the quantity's usual unit when left out"), NULL, "monitor", NULL},
    {"decimals", F_INT, 0, NULL, 0, 6, T("小数位数", "Decimals"),
     T("显示用，不填时取监测量的常用位数", "for display; the quantity's usual figure when left out"), NULL,
     "monitor", NULL},
    {"range_min", F_REAL, 0, NULL, 0, 0, T("量程下限", "Range from"), T("", ""), NULL, "monitor", NULL},
    {"range_max", F_REAL, 0, NULL, 0, 0, T("量程上限", "Range to"), T("", ""), NULL, "monitor", NULL},
    {"interval_s", F_INT, F_FILTER | F_SORT, NULL, 1, 86400, T("采样周期", "Sampling period"),
     T("连续三个周期（至少 5 分钟）没有读数视为离线",
       "three periods without a reading, at least 5 minutes, count as offline"),
     "s", "monitor", "60"},
    {"source", F_TEXT, F_UNIQUE | F_FILTER | F_SEARCH, NULL, 1, 1000, T("来源键", "Source key"),
     T("不使用测点编号上报的数据来源，如 line:MEAS,tag=v#field", "a source that does not use the code, like "
                                                                 "line:MEAS,tag=v#field"),
     NULL, "monitor", NULL},
    {"in_service", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("在用", "In service"), T("", ""), NULL, "monitor",
     "true"},
    {"in_service_since", F_TIME, F_READONLY, NULL, 0, 0, T("启用时间", "In service since"), T("", ""), NULL,
     "monitor", NULL},
    {"must_monitor", F_BOOL, F_FILTER, NULL, 0, 0, T("应监测", "Must be monitored"),
     T("用于计算监测覆盖率", "counts for the coverage"), NULL, "monitor", "false"},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static bool is_null(const Entity *e, const Record *rec, const char *name)
{
    const DbVal *v = rec_val(e, rec, name);
    return v->type == DB_NULL || (v->type == DB_TEXT && v->s.n == 0);
}

static bool same_ref(const Entity *e, const Record *old, const Record *rec, const char *name)
{
    return rec_i64(e, old, name) == rec_i64(e, rec, name);
}

static Rc object_of_device(Work *w, const Entity *e, Record *rec)
{
    int64_t id = rec_i64(e, rec, "device");
    if (!id || !is_null(e, rec, "object")) return 0;
    const Entity *devices = kernel_entity(w->kernel, "devices");
    Record *device;
    TRY(store_get(w, devices, id, &device));
    rec_set(e, rec, "object", *rec_val(devices, device, "object"));
    return 0;
}

/* Area and field of the object, when the point does not say. A point that moves to another object and kept
 * what the old one gave it takes the new one's. */
static Rc place_of_object(Work *w, const Entity *e, const Record *old, Record *rec)
{
    static const char *const derived[] = {"area", "field"};
    int64_t id = rec_i64(e, rec, "object");
    if (!id) return 0;
    bool moved = old && !same_ref(e, old, rec, "object");
    bool open = false;
    for (size_t i = 0; i < ARRAY_LEN(derived); i++) {
        if (moved && str_eq(rec_text(e, old, derived[i]), rec_text(e, rec, derived[i])))
            rec_set(e, rec, derived[i], db_val_null());
        open = open || is_null(e, rec, derived[i]);
    }
    if (!open) return 0;
    const Entity *objects = kernel_entity(w->kernel, "objects");
    Record *object;
    TRY(store_get(w, objects, id, &object));
    for (size_t i = 0; i < ARRAY_LEN(derived); i++)
        if (is_null(e, rec, derived[i])) rec_set(e, rec, derived[i], *rec_val(objects, object, derived[i]));
    return 0;
}

/* Unit and decimals as usual for the quantity. */
static Rc dress_of_quantity(Work *w, const Entity *e, Record *rec)
{
    Str code = rec_text(e, rec, "quantity"), extra = STR_NONE;
    if (code.n == 0 || (!is_null(e, rec, "unit") && !is_null(e, rec, "decimals"))) return 0;
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_point_quantity_extra, DB_ARGS(db_val_text(code)), &c);
    if (rc > 0 && !db_is_null(c, 0)) extra = db_str_copy(w->ctx, c, 0);
    db_close(&c);
    if (rc < 0 || extra.n == 0) return rc < 0 ? rc : 0;
    const Json *j;
    TRY(json_parse(w->ctx, extra, &j));
    Str unit = json_str(json_get(j, "unit"));
    int64_t decimals;
    if (is_null(e, rec, "unit") && unit.n) rec_set(e, rec, "unit", db_val_text(unit));
    if (is_null(e, rec, "decimals") && json_i64(json_get(j, "decimals"), &decimals))
        rec_set(e, rec, "decimals", db_val_i64(decimals));
    return 0;
}

/* Rules name points by pattern and expressions by v("…"): a code must mean itself in both. */
static void check_code(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Str code = rec_text(e, rec, "code");
    if (old && str_eq(code, rec_text(e, old, "code"))) return;
    for (size_t i = 0; i < code.n; i++)
        if (strchr("*?\"\\", code.p[i])) {
            FAIL_FIELD(w->ctx, "code", "format", 0, "测点编号不能含有 * ? \" \\",
                       "the code of a point cannot contain * ? \" \\");
            return;
        }
}

static void check_figures(Work *w, const Entity *e, const Record *rec)
{
    bool low = !is_null(e, rec, "range_min"), high = !is_null(e, rec, "range_max");
    if (low && high && rec_f64(e, rec, "range_min") >= rec_f64(e, rec, "range_max"))
        FAIL_FIELD(w->ctx, "range_max", "range", 0, "量程上限应大于量程下限",
                   "the range must end above its beginning");
    if (is_null(e, rec, "lon") != is_null(e, rec, "lat"))
        FAIL_FIELD(w->ctx, is_null(e, rec, "lon") ? "lon" : "lat", "required", 0, "经度和纬度应同时填写",
                   "longitude and latitude go together");
}

static void set_service(Work *w, const Entity *e, const Record *old, Record *rec)
{
    bool now = rec_i64(e, rec, "in_service") != 0;
    bool before = old && rec_i64(e, old, "in_service") != 0;
    if (now && !before) rec_set(e, rec, "in_service_since", db_val_i64(w->now));
    if (!now) rec_set(e, rec, "in_service_since", db_val_null());
}

static Rc take_number(Work *w, const Entity *e, Record *rec)
{
    DbCursor *c;
    TRY(db_exec(w->ctx, w->db, &q_point_number_take, DB_NO_ARGS));
    Rc rc = db_query_one(w->ctx, w->db, &q_point_number_last, DB_NO_ARGS, &c);
    if (rc > 0) rec_set(e, rec, "no", db_val_i64(db_i64(c, 0)));
    db_close(&c);
    ENSURE(rc != 0);
    return rc < 0 ? rc : 0;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    TRY(object_of_device(w, e, rec));
    TRY(place_of_object(w, e, old, rec));
    TRY(dress_of_quantity(w, e, rec));
    if (is_null(e, rec, "interval_s")) rec_set(e, rec, "interval_s", db_val_i64(60));
    check_code(w, e, old, rec);
    check_figures(w, e, rec);
    set_service(w, e, old, rec);
    if (w->ctx->err.kind) return w->ctx->err.kind;
    return old ? 0 : take_number(w, e, rec);
}

const Entity point_entity = {
    .name = "point",
    .plural = "points",
    .title = T("测点", "Points"),
    .icon = T("", "point"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "point.read",
    .write_perm = "point.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .searched = true,
    .scope = {.kind = SCOPE_ROW,
              .district = "object.district",
              .body = "owner object.owner",
              .line = "field"},
    .validate = validate,
    .committed = point_committed,
};

static const Entity *const entities[] = {&point_entity};
static const Perm perms[] = {
    {"point.read", T("查看测点与读数", "See points and readings"),
     "watch office dept town inspector leader system audit"},
    {"point.write", T("维护测点", "Change points"), "office dept system"},
};
static const Dict dicts[] = {
    {"quantity", T("监测量", "Quantities"), point_quantities, POINT_QUANTITIES, false},
};
static const Route routes[] = {
    {HTTP_GET, "/api/points/{id}/readings", "point.read", point_readings,
     .title = T("测点读数", "Readings of a point")},
    {HTTP_GET, "/api/latest", "point.read", point_latest, .title = T("最新读数", "Latest values")},
    {HTTP_GET, "/api/readings.csv", "point.read", point_readings_csv,
     .title = T("多测点读数导出", "Readings of several points as CSV")},
    {HTTP_GET, "/api/devices/health", "point.read", point_health,
     .title = T("设备健康", "Health of the devices, worst first")},
    {HTTP_GET, "/api/devices/health.csv", "point.read", point_health_csv,
     .title = T("设备健康导出", "Health of the devices as CSV")},
    {HTTP_GET, "/api/devices/{id}/health", "point.read", point_device_health,
     .title = T("一台设备的健康", "Health of one device, its points and the devices below it")},
    {HTTP_GET, "/api/points/online", "point.read", point_online,
     .title = T("在线率与覆盖率", "Online rate and coverage")},
};

const Module mod_point = {
    .name = "point",
    .title = T("测点", "Points"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .migrations = mod_point_migrations,
    .nmigrations = ARRAY_LEN(mod_point_migrations),
    .start = point_live_start,
    .stop = point_live_stop,
};
