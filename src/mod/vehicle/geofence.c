/* Geofences as records: what may be entered. The shape is checked here and built again, from the same text,
 * in the snapshot that judges (vehicle_live.c). */
#include "vehicle_private.h"
#include "mod_vehicle_queries_sql.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("围栏编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120, T("围栏名称", "Name"),
     T("", ""), NULL, "basic", NULL},
    {"rule", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "fence_rule", 0, 0, T("规则", "Rule"), T("", ""), NULL,
     "limits", "keep_out"},
    {"limit_kmh", F_REAL, F_LIST, NULL, 1, 200, T("限速", "Speed limit"),
     T("规则为限速时填写", "for the rule speed limit"), "km/h", "limits", NULL},
    {"grade", F_INT, F_REQUIRED | F_FILTER | F_SORT | F_LIST, NULL, 1, 4, T("报警等级", "Grade"),
     T("1 红 2 橙 3 黄 4 蓝", "1 red 2 orange 3 yellow 4 blue"), NULL, "limits", "3"},
    {"kinds", F_TEXT, F_FILTER | F_LIST, NULL, 0, 400, T("适用车辆类型", "Kinds of vehicles"),
     T("车辆类型代码，以空格分隔；不填为全部", "codes of kinds parted by blanks; empty: all"), NULL, "basic",
     NULL},
    {"vehicle", F_REF, F_FILTER | F_LIST | F_INDEX, "vehicles", 0, 0, T("适用车辆", "Vehicle"),
     T("只对一辆车有效时填写", "when it concerns one vehicle only"), NULL, "basic", NULL},
    {"shape", F_JSON, F_REQUIRED, NULL, 0, 65536, T("范围", "Shape"),
     T("多边形（GeoJSON Polygon）或圆 {\"type\":\"Circle\",\"center\":[经度,纬度],\"radius\":米}",
       "GeoJSON Polygon, or {\"type\":\"Circle\",\"center\":[lon,lat],\"radius\":metres}"),
     NULL, "place", NULL},
    {"hour_from", F_TEXT, 0, NULL, 0, 5, T("每日开始时刻", "Each day from"),
     T("如 22:00；与结束时刻相同或都不填为全天", "like 22:00; equal to the end or both empty: all day"), NULL,
     "validity", NULL},
    {"hour_to", F_TEXT, 0, NULL, 0, 5, T("每日结束时刻", "Each day to"),
     T("早于开始时刻表示跨零点", "earlier than the beginning: over midnight"), NULL, "validity", NULL},
    {"valid_from", F_TIME, F_FILTER | F_SORT, NULL, 0, 0, T("生效时间", "Valid from"), T("", ""), NULL,
     "validity", NULL},
    {"valid_to", F_TIME, F_FILTER | F_SORT, NULL, 0, 0, T("失效时间", "Valid to"), T("", ""), NULL,
     "validity", NULL},
    {"enabled", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("启用", "Enabled"), T("", ""), NULL, "basic",
     "true"},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

bool fence_rule_read(Str code, FenceRule *out)
{
    static const char *const codes[] = {"keep_in", "keep_out", "speed_limit"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (str_is(code, codes[i])) {
            *out = (FenceRule)i;
            return true;
        }
    return false;
}

static Rc check_shape(Work *w, const Entity *e, const Record *rec)
{
    const Json *j;
    FenceShape shape;
    Str text = rec_text(e, rec, "shape");
    if (text.n == 0) return RC_OK; /* the store asks for it */
    TRY(json_parse(w->ctx, text, &j));
    Rc rc = fence_shape_read(w->ctx, j, &shape);
    fence_shape_close(&shape);
    return rc == RC_INVALID ? RC_OK : rc; /* told with the other fields */
}

static void check_limit(Work *w, const Entity *e, Record *rec)
{
    bool speed = str_is(rec_text(e, rec, "rule"), "speed_limit");
    bool given = rec_val(e, rec, "limit_kmh")->type != DB_NULL;
    if (speed && !given)
        FAIL_FIELD(w->ctx, "limit_kmh", "required", 0, "限速围栏应填写限速",
                   "a speed limit needs its figure");
    if (!speed) rec_set(e, rec, "limit_kmh", db_val_null());
}

static void check_hours(Work *w, const Entity *e, const Record *rec)
{
    static const char *const names[] = {"hour_from", "hour_to"};
    int minute, given = 0;
    for (size_t i = 0; i < 2; i++) {
        Str s = rec_text(e, rec, names[i]);
        given += s.n != 0;
        if (s.n && !fence_hour_read(s, &minute))
            FAIL_FIELD(w->ctx, names[i], "format", 0, "应为 00:00 至 23:59", "must be 00:00 to 23:59");
    }
    if (given == 1)
        FAIL_FIELD(w->ctx, rec_text(e, rec, "hour_from").n ? "hour_to" : "hour_from", "required", 0,
                   "开始时刻和结束时刻应同时填写", "the two hours go together");
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    if (from != TIME_NONE && to != TIME_NONE && from >= to)
        FAIL_FIELD(w->ctx, "valid_to", "range", 0, "失效时间应晚于生效时间", "it must end after it begins");
}

/* Kinds as they are kept: known codes, one blank between. */
static void check_kinds(Work *w, const Entity *e, Record *rec)
{
    Str rest = rec_text(e, rec, "kinds");
    StrBuf out;
    buf_init(&out, w->ctx->arena);
    while (rest.n) {
        Str kind = str_trim(str_cut(&rest, ' '));
        if (kind.n == 0) continue;
        if (!dict_has(w->kernel, "vehicle_kind", kind)) {
            FAIL_FIELD(w->ctx, "kinds", "dictionary", 0, "没有车辆类型“%.*s”",
                       "there is no kind of vehicle \"%.*s\"", STR_ARG(kind));
            return;
        }
        if (out.n) buf_addc(&out, ' ');
        buf_add(&out, kind);
    }
    rec_set(e, rec, "kinds", out.n ? db_val_text(buf_str(&out)) : db_val_null());
}

static Rc check_number(Work *w, const Entity *e, const Record *rec)
{
    DbCursor *c;
    const DbVal *enabled = rec_val(e, rec, "enabled");
    if (enabled->type == DB_NULL || !enabled->i) return RC_OK;
    Rc rc = db_query_one(w->ctx, w->db, &q_vehicle_fences_others, DB_ARGS(db_val_i64(rec->id)), &c);
    int64_t n = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    if (rc >= 0 && n >= FENCES_MAX)
        FAIL_FIELD(w->ctx, "enabled", "limit", 0, "最多启用 %d 个电子围栏",
                   "at most %d geofences may be enabled", FENCES_MAX);
    return rc < 0 ? rc : RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    TRY(check_shape(w, e, rec));
    TRY(check_number(w, e, rec));
    check_limit(w, e, rec);
    check_hours(w, e, rec);
    check_kinds(w, e, rec);
    return w->ctx->err.kind;
}

const Entity geofence_entity = {
    .name = "geofence",
    .plural = "geofences",
    .title = T("电子围栏", "Geofences"),
    .icon = T("", "fence"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "vehicle.read",
    .write_perm = "vehicle.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_VIA, .via = "vehicle", .shared = true},
    .validate = validate,
    .committed = vehicle_committed,
};
