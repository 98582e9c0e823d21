/* What moves a unit's colour and is a record of this slice: temporary high-risk work (until permits bring it
 * by risk_activity_begin and risk_activity_end), weather warnings put in by hand, and the moves themselves,
 * which are the history of every unit's colour. */
#include "risk_private.h"

#define ROOM T("", "")
static const Field activity_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"unit", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "risk-units", 0, 0,
     T("风险单元", "Risk unit"), ROOM, NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "risk_work", 0, 0, T("作业类别", "Kind of work"), ROOM,
     NULL, "basic", NULL},
    {"grade", F_INT, F_REQUIRED | F_FILTER | F_LIST, NULL, 1, 3, T("作业级别", "Grade of work"),
     T("1 特级、2 一级、3 二级", "1 special, 2 first, 3 second"), NULL, "basic", NULL},
    {"starts_at", F_TIME, F_REQUIRED | F_SORT | F_LIST, NULL, 0, 0, T("开始时间", "Starts"), ROOM, NULL,
     "basic", NULL},
    {"ends_at", F_TIME, F_REQUIRED | F_SORT | F_LIST, NULL, 0, 0, T("计划结束时间", "Planned end"), ROOM,
     NULL, "basic", NULL},
    {"ended_at", F_TIME, F_READONLY | F_FILTER | F_LIST, NULL, 0, 0, T("实际结束时间", "Ended"), ROOM, NULL,
     "basic", NULL},
    {"responsible", F_TEXT, F_REQUIRED, NULL, 2, 60, T("作业负责人", "In charge"), ROOM, NULL, "basic", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("作业内容", "Work"), ROOM, NULL, "basic", NULL},
    {"body", F_REF, F_READONLY | F_FILTER, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM, NULL,
     "basic", NULL},
    {"district", F_REF, F_READONLY | F_FILTER, "districts", 0, 0, T("所属区划", "District"), ROOM, NULL,
     "basic", NULL},
};

static Rc in_order(Work *w, const Entity *e, const Record *rec)
{
    if (rec_time(e, rec, "ends_at") > rec_time(e, rec, "starts_at")) return 0;
    return FAIL_FIELD(w->ctx, "ends_at", "range", 0, "应晚于开始时间", "must be later than the start");
}

static Rc activity_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *unit;
    (void)old;
    if (!rec_i64(e, rec, "unit")) return 0;
    TRY(in_order(w, e, rec));
    TRY(store_get(w, UE, rec_i64(e, rec, "unit"), &unit));
    rec_set(e, rec, "body", *rec_val(UE, unit, "body"));
    rec_set(e, rec, "district", *rec_val(UE, unit, "district"));
    return 0;
}

static Rc end(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (rec_time(e, rec, "ended_at") != INT64_MIN)
        return FAIL(w->ctx, RC_STATE, "risk.ended", "已经结束", "it has ended already");
    rec_set(e, rec, "ended_at", db_val_i64(w->now));
    return 0;
}

static bool may_end(const Entity *e, const Record *rec)
{
    return rec_time(e, rec, "ended_at") == INT64_MIN;
}
static const Action activity_acts[] = {{"end", "risk.activity", T("结束", "End"), NULL, 0, end, may_end}};

const Entity risk_activity_entity = {
    .name = "risk-activity",
    .plural = "risk-activities",
    .title = T("临时高风险作业", "Temporary high-risk work"),
    .icon = T("", "task"),
    .fields = activity_fields,
    .nfields = ARRAY_LEN(activity_fields),
    .read_perm = "risk.read",
    .write_perm = "risk.activity",
    .code_field = "code",
    .title_field = "code",
    .sort = "-starts_at",
    .actions = activity_acts,
    .nactions = ARRAY_LEN(activity_acts),
    .validate = activity_validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body"},
};

Rc risk_activity_begin(Work *w, const RiskActivity *a)
{
    Record *rec = rec_new(w->ctx, WE);
    rec_set(WE, rec, "code", db_val_text(a->code));
    rec_set(WE, rec, "unit", db_val_i64(a->unit));
    rec_set(WE, rec, "kind", db_val_text(a->kind));
    rec_set(WE, rec, "grade", db_val_i64(a->grade));
    rec_set(WE, rec, "starts_at", db_val_i64(a->starts_at));
    rec_set(WE, rec, "ends_at", db_val_i64(a->ends_at));
    rec_set(WE, rec, "responsible", db_val_text(a->responsible));
    return store_insert(w, WE, rec);
}

Rc risk_activity_end(Work *w, Str code)
{
    Record *rec;
    Rc rc = store_find(w, WE, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code)), &rec);
    if (rc <= 0 || !may_end(WE, rec)) return rc < 0 ? rc : RC_OK;
    Record *old = rec_copy(w->ctx, WE, rec);
    rec_set(WE, rec, "ended_at", db_val_i64(w->now));
    return store_update(w, WE, old, rec, "end");
}

/* ---- Weather ---- */

static const Field weather_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"district", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST, "districts", 0, 0,
     T("适用区划", "District"), ROOM, NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "risk_weather", 0, 0, T("预警种类", "Kind"), ROOM, NULL,
     "basic", NULL},
    {"grade", F_INT, F_REQUIRED | F_FILTER | F_LIST, "risk_grade", 1, 4, T("预警级别", "Grade"),
     T("1 红、2 橙、3 黄、4 蓝", "1 red, 2 orange, 3 yellow, 4 blue"), NULL, "basic", NULL},
    {"starts_at", F_TIME, F_REQUIRED | F_SORT | F_LIST, NULL, 0, 0, T("生效时间", "From"), ROOM, NULL,
     "basic", NULL},
    {"ends_at", F_TIME, F_REQUIRED | F_SORT | F_LIST, NULL, 0, 0, T("预计解除时间", "Until"), ROOM, NULL,
     "basic", NULL},
    {"ended_at", F_TIME, F_READONLY | F_FILTER | F_LIST, NULL, 0, 0, T("解除时间", "Lifted"), ROOM, NULL,
     "basic", NULL},
    {"issuer", F_TEXT, F_REQUIRED, NULL, 2, 120, T("发布单位", "Issued by"), ROOM, NULL, "basic", NULL},
};

static Rc weather_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    return rec_time(e, rec, "starts_at") == INT64_MIN ? 0 : in_order(w, e, rec);
}
static const Action weather_acts[] = {{"end", "risk.weather", T("解除", "Lift"), NULL, 0, end, may_end}};

const Entity risk_weather_entity = {
    .name = "risk-weather",
    .plural = "risk-weather",
    .title = T("气象预警（人工录入）", "Weather warnings, by hand"),
    .icon = T("", "warning"),
    .fields = weather_fields,
    .nfields = ARRAY_LEN(weather_fields),
    .read_perm = "risk.read",
    .write_perm = "risk.weather",
    .code_field = "code",
    .title_field = "code",
    .sort = "-starts_at",
    .actions = weather_acts,
    .nactions = ARRAY_LEN(weather_acts),
    .validate = weather_validate,
    .scope = {.kind = SCOPE_OPEN},
};

/* ---- History ---- */

static const Field move_fields[] = {
    {"unit", F_REF, F_READONLY | F_FILTER | F_LIST | F_INDEX, "risk-units", 0, 0, T("风险单元", "Risk unit"),
     ROOM, NULL, "basic", NULL},
    {"t", F_TIME, F_READONLY | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0, T("时间", "Time"), ROOM,
     NULL, "basic", NULL},
    {"grade", F_INT, F_READONLY | F_FILTER | F_LIST, "risk_grade", 1, 4, T("变为", "To"), ROOM, NULL, "basic",
     NULL},
    {"from_grade", F_INT, F_READONLY | F_LIST, "risk_grade", 1, 4, T("原为", "From"), ROOM, NULL, "basic",
     NULL},
    {"base", F_INT, F_READONLY | F_LIST, "risk_grade", 1, 4, T("固有等级", "Assessed grade"), ROOM, NULL,
     "basic", NULL},
    {"reasons", F_JSON, F_READONLY, NULL, 0, 65536, T("原因", "Reasons"), ROOM, NULL, "basic", NULL},
    {"body", F_REF, F_READONLY | F_FILTER, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM, NULL,
     "basic", NULL},
    {"district", F_REF, F_READONLY | F_FILTER, "districts", 0, 0, T("所属区划", "District"), ROOM, NULL,
     "basic", NULL},
};

const Entity risk_move_entity = {
    .name = "risk-move",
    .plural = "risk-moves",
    .title = T("风险等级变动", "Moves of risk"),
    .icon = T("", "chart"),
    .fields = move_fields,
    .nfields = ARRAY_LEN(move_fields),
    .read_perm = "risk.read",
    .sort = "-t",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body"},
};

const DictEntry risk_sources[RISK_SOURCES] = {
    {"alarm", T("报警", "Alarm"), NULL, NULL},         {"danger", T("隐患", "Danger"), NULL, NULL},
    {"activity", T("高风险作业", "Work"), NULL, NULL}, {"weather", T("气象", "Weather"), NULL, NULL},
    {"cap", T("合计上限", "Cap"), NULL, NULL},         {"region", T("区域汇总", "Regions"), NULL, NULL},
};
const DictEntry risk_works[RISK_WORKS] = {
    {"hot-work", T("动火作业", "Hot work"), NULL, NULL},
    {"confined", T("受限空间作业", "Confined space"), NULL, NULL},
    {"blind-plate", T("盲板抽堵作业", "Blinding"), NULL, NULL},
    {"height", T("高处作业", "Work at height"), NULL, NULL},
    {"lifting", T("吊装作业", "Lifting"), NULL, NULL},
    {"power", T("临时用电作业", "Temporary power"), NULL, NULL},
    {"earth", T("动土作业", "Digging"), NULL, NULL},
    {"road", T("断路作业", "Closing a road"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};
const DictEntry risk_weathers[RISK_WEATHERS] = {
    {"typhoon", T("台风", "Typhoon"), NULL, NULL},   {"rainstorm", T("暴雨", "Rainstorm"), NULL, NULL},
    {"gale", T("大风", "Gale"), NULL, NULL},         {"thunder", T("雷电", "Thunderstorm"), NULL, NULL},
    {"heat", T("高温", "Heat"), NULL, NULL},         {"cold", T("寒潮", "Cold wave"), NULL, NULL},
    {"snow", T("暴雪", "Snowstorm"), NULL, NULL},    {"fog", T("大雾", "Fog"), NULL, NULL},
    {"ice", T("道路结冰", "Icy roads"), NULL, NULL}, {"other", T("其他", "Other"), NULL, NULL},
};
