/* Risk units: what the register of risks is made of. Where a unit lies comes from an object of the register
 * (point, line or area), or from a shape or place of its own, which the kernel checks. Grade, method and the
 * date of re-assessment are only written by an approved assessment. */
#include "risk_private.h"

#define ROOM T("", "")
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("风险单元", "Risk unit"), ROOM, NULL,
     "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "risk_unit_kind", 0, 0, T("类型", "Kind"), ROOM, NULL,
     "basic", NULL},
    {"grade", F_INT, F_READONLY | F_FILTER | F_SORT | F_LIST, "risk_grade", 1, 4, T("风险等级", "Grade"),
     T("由批准的评估写入", "written by an approved assessment"), NULL, "basic", NULL},
    {"colour", F_INT, F_READONLY | F_FILTER | F_SORT | F_LIST, "risk_grade", 1, 4, T("当前等级", "Grade now"),
     T("由报警、隐患、作业、气象变动", "moved by alarms, dangers, work and weather"), NULL, "basic", NULL},
    {"reasons", F_JSON, F_READONLY, NULL, 0, 65536, T("变动原因", "Reasons"), ROOM, NULL, "basic", NULL},
    {"moved_at", F_TIME, F_READONLY | F_SORT, NULL, 0, 0, T("变动时间", "Moved"), ROOM, NULL, "basic", NULL},
    {"industry", F_ENUM, F_FILTER, "industry", 0, 0, T("行业", "Industry"), ROOM, NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM,
     NULL, "basic", NULL},
    {"district", F_REF, F_REQUIRED | F_FILTER | F_LIST, "districts", 0, 0, T("所属区划", "District"), ROOM,
     NULL, "basic", NULL},
    {"responsible", F_TEXT, F_REQUIRED, NULL, 2, 60, T("责任人", "Responsible person"), ROOM, NULL, "basic",
     NULL},
    {"control", F_ENUM, F_REQUIRED | F_FILTER, "risk_control", 0, 0, T("管控层级", "Level of control"),
     T("上级管控的，下级同时管控", "what an upper level controls, the lower ones control too"), NULL, "basic",
     NULL},
    {"object", F_REF, F_FILTER | F_INDEX, "objects", 0, 0, T("监测对象", "Object"),
     T("位置（点、线、面）取自该对象", "its place (point, line, area) is that of the object"), NULL, "place",
     NULL},
    {"lon", F_REAL, 0, NULL, 73, 136, T("经度", "Longitude"), ROOM, "°", "place", NULL},
    {"lat", F_REAL, 0, NULL, 3, 54, T("纬度", "Latitude"), ROOM, "°", "place", NULL},
    {"geometry", F_JSON, 0, NULL, 0, 1 << 20, T("形状", "Shape"),
     T("在地图上绘制：点、线、面（GeoJSON，CGCS2000 经纬度）",
       "drawn on the map: a point, line or area (GeoJSON, CGCS2000 degrees)"),
     NULL, "place", NULL},
    {"area_km2", F_REAL, 0, NULL, 0, 1e6, T("面积", "Area"),
     T("区域按面积汇总时的权重", "weight in a region by area"), "km²", "place", NULL},
    {"population", F_INT, 0, NULL, 0, 1e8, T("影响人数", "People"),
     T("区域按人口汇总时的权重", "weight in a region by population"), "人", "place", NULL},
    {"accident", F_TEXT, F_REQUIRED | F_SEARCH | F_LONG, NULL, 2, 1000,
     T("可能的事故及后果", "Possible accidents"), ROOM, NULL, "measures", NULL},
    {"engineering", F_TEXT, F_LONG, NULL, 0, 2000, T("工程技术措施", "Engineering measures"), ROOM, NULL,
     "measures", NULL},
    {"management", F_TEXT, F_LONG, NULL, 0, 2000, T("管理措施", "Management measures"), ROOM, NULL,
     "measures", NULL},
    {"training", F_TEXT, F_LONG, NULL, 0, 2000, T("培训教育措施", "Training"), ROOM, NULL, "measures", NULL},
    {"protection", F_TEXT, F_LONG, NULL, 0, 2000, T("个体防护措施", "Personal protection"), ROOM, NULL,
     "measures", NULL},
    {"emergency", F_TEXT, F_LONG, NULL, 0, 2000, T("应急处置措施", "Emergency measures"), ROOM, NULL,
     "measures", NULL},
    {"reassess_months", F_INT, 0, NULL, 1, 60, T("重新评估间隔", "Re-assessment after"),
     T("不填时按等级的评估周期", "empty: the period of its grade"), "月", "assessment", NULL},
    {"method", F_ENUM, F_READONLY, "risk_method", 0, 0, T("评估方法", "Method"), ROOM, NULL, "assessment",
     NULL},
    {"assessed_at", F_TIME, F_READONLY, NULL, 0, 0, T("评估批准时间", "Assessed"), ROOM, NULL, "assessment",
     NULL},
    {"reassess_at", F_TIME, F_READONLY | F_FILTER | F_SORT, NULL, 0, 0,
     T("应重新评估时间", "To be re-assessed"), ROOM, NULL, "assessment", NULL},
};

/* Swapped coordinates are caught by the ranges of the two fields; half a place is none. */
static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    bool lon = rec_val(e, rec, "lon")->type != DB_NULL, lat = rec_val(e, rec, "lat")->type != DB_NULL;
    if (lon == lat) return 0;
    return FAIL_FIELD(w->ctx, lon ? "lat" : "lon", "required", 0, "经度、纬度须同时填写",
                      "longitude and latitude stand together");
}

const Entity risk_unit_entity = {
    .name = "risk-unit",
    .plural = "risk-units",
    .title = T("风险单元", "Risk units"),
    .icon = T("", "danger"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "risk.read",
    .write_perm = "risk.unit",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body"},
    .searched = true,
    .evidence = true,
    .step = risk_unit_step,
    .papers = risk_papers,
    .npapers = RISK_PAPERS,
};
