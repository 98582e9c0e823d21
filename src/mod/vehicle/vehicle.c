/* The register of vehicles. A vehicle is known to its terminal by the terminal's number; saving it makes or
 * claims the points of that terminal (vehicle_points.c). */
#include "vehicle_private.h"
#include "mod_vehicle_queries_sql.h"

#define CODE_MAX 40 /* "VEH-" and "-DIRECTION" still fit a point's code */

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, CODE_MAX,
     T("车牌号或编号", "Plate or code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 100, T("名称", "Name"),
     T("", ""), NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "vehicle_kind", 0, 0, T("车辆类型", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"phone", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SEARCH | F_LIST, NULL, 1, 20,
     T("终端手机号", "Terminal number"),
     T("JT/T 808 车载终端的号码，不写前导零", "the number of its JT/T 808 terminal, without leading zeros"),
     NULL, "technical", NULL},
    {"owner", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("所属单位", "Owner"), T("", ""), NULL,
     "contact", NULL},
    {"driver", F_TEXT, F_SEARCH, NULL, 0, 60, T("驾驶员", "Driver"), T("", ""), NULL, "contact", NULL},
    {"driver_phone", F_TEXT, F_MASK, NULL, 0, 40, T("驾驶员电话", "Driver's telephone"), T("", ""), NULL,
     "contact", NULL},
    {"cargo", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 120, T("货物", "Cargo"),
     T("危险货物写联合国编号和品名", "for hazardous goods the UN number and the name"), NULL, "basic", NULL},
    {"in_service", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("在用", "In service"), T("", ""), NULL,
     "technical", "true"},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

/* Its points take its code, and rules name points by pattern: a code must mean itself. */
static void check_code(Work *w, const Entity *e, const Record *rec)
{
    Str code = rec_text(e, rec, "code");
    for (size_t i = 0; i < code.n; i++)
        if (strchr("*?\"\\", code.p[i])) {
            FAIL_FIELD(w->ctx, "code", "format", 0, "车牌号或编号不能含有 * ? \" \\",
                       "the code cannot contain * ? \" \\");
            return;
        }
}

static void check_phone(Work *w, const Entity *e, Record *rec)
{
    Str phone = rec_text(e, rec, "phone");
    for (size_t i = 0; i < phone.n; i++)
        if (phone.p[i] < '0' || phone.p[i] > '9') {
            FAIL_FIELD(w->ctx, "phone", "format", 0, "终端手机号只能是数字",
                       "the terminal number has digits only");
            return;
        }
    while (phone.n > 1 && phone.p[0] == '0') phone = str_n(phone.p + 1, phone.n - 1);
    rec_set(e, rec, "phone", db_val_text(phone));
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    check_code(w, e, rec);
    check_phone(w, e, rec);
    return w->ctx->err.kind;
}

const Entity vehicle_entity = {
    .name = "vehicle",
    .plural = "vehicles",
    .title = T("车辆", "Vehicles"),
    .icon = T("", "vehicle"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "vehicle.read",
    .write_perm = "vehicle.write",
    .unmask_perm = "vehicle.unmask",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_ROW, .district = "owner.district", .body = "owner", .line = SCOPE_ANY_LINE},
    .validate = validate,
    .changed = vehicle_changed,
    .committed = vehicle_committed,
    .expand = vehicle_expand,
};

static const DictEntry kinds[] = {
    {"hazmat", T("危险货物运输车", "Hazardous goods vehicle"), NULL, NULL},
    {"coach", T("客运班车、旅游包车", "Coach"), NULL, NULL},
    {"school_bus", T("校车", "School bus"), NULL, NULL},
    {"bus", T("公交车", "City bus"), NULL, NULL},
    {"slag_truck", T("渣土车", "Slag truck"), NULL, NULL},
    {"mixer", T("混凝土搅拌车", "Concrete mixer"), NULL, NULL},
    {"heavy_truck", T("重型货车", "Heavy truck"), NULL, NULL},
    {"emergency", T("应急救援车", "Emergency vehicle"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};
static const DictEntry rules[] = {
    {"keep_in", T("禁止驶出", "Stay inside"), NULL, NULL},
    {"keep_out", T("禁止驶入", "Stay outside"), NULL, NULL},
    {"speed_limit", T("区域限速", "Speed limit"), NULL, NULL},
};
static const Dict dicts[] = {
    {"vehicle_kind", T("车辆类型", "Kinds of vehicles"), kinds, ARRAY_LEN(kinds), false},
    {"fence_rule", T("围栏规则", "Geofence rules"), rules, ARRAY_LEN(rules), true},
};
static const Perm perms[] = {
    {"vehicle.read", T("查看车辆与轨迹", "See vehicles and tracks"),
     "watch office dept town inspector leader system audit"},
    {"vehicle.unmask", T("查看驾驶员完整电话", "See drivers' whole telephone numbers"), "watch office"},
    {"vehicle.write", T("维护车辆与电子围栏", "Change vehicles and geofences"), "office dept system"},
};
static const Entity *const entities[] = {&vehicle_entity, &geofence_entity};

const Module mod_vehicle = {
    .name = "vehicle",
    .title = T("车辆", "Vehicles"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = vehicle_routes,
    .nroutes = VEHICLE_ROUTES,
    .start = vehicle_live_start,
    .stop = vehicle_live_stop,
};
