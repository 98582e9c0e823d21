/* Consequences (事故后果场景): a place, a model and its inputs; result and counts are the program's and are
 * computed anew in the writing transaction whenever what they follow from changes, so that no figure of a
 * client's counts. Former versions stand in the record's history. */
#include "consequence_private.h"
#include <math.h>

#define ROOM T("", "")
#define RO   F_READONLY
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("场景名称", "Name"), ROOM, NULL, "basic",
     NULL},
    {"model", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "consequence_model", 0, 0, T("事故类型", "Kind"), ROOM,
     NULL, "basic", NULL},
    {"hazard", F_REF, F_FILTER | F_LIST | F_INDEX, "major-hazards", 0, 0,
     T("重大危险源", "Major hazard source"), ROOM, NULL, "basic", NULL},
    {"unit", F_REF, F_FILTER | F_LIST | F_INDEX, "risk-units", 0, 0, T("风险单元", "Risk unit"), ROOM, NULL,
     "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM, NULL, "basic",
     NULL},
    {"district", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0,
     T("所属区划", "District"), ROOM, NULL, "basic", NULL},
    {"lon", F_REAL, F_REQUIRED, NULL, 73, 136, T("经度", "Longitude"), ROOM, "°", "place", NULL},
    {"lat", F_REAL, F_REQUIRED, NULL, 3, 54, T("纬度", "Latitude"), ROOM, "°", "place", NULL},
    {"wind_from", F_REAL, 0, NULL, 0, 360, T("风向（来向）", "Wind from"),
     T("正北为 0，顺时针", "0 is north, clockwise"), "°", "place", NULL},
    {"inputs", F_JSON, F_REQUIRED, NULL, 0, 65536, T("输入参数", "Inputs"), ROOM, NULL, "assessment", NULL},
    {"reach_m", F_REAL, RO | F_LIST | F_SORT, NULL, 0, 0, T("最远影响距离", "Reach"), ROOM, "m", "assessment",
     NULL},
    {"targets", F_INT, RO | F_LIST | F_SORT, NULL, 0, 0, T("范围内目标", "Targets inside"), ROOM, NULL,
     "assessment", NULL},
    {"people", F_INT, RO | F_LIST | F_SORT, NULL, 0, 0, T("范围内人数", "People inside"),
     T("只计已登记人数", "registered people only"), "人", "assessment", NULL},
    {"unknown", F_INT, RO, NULL, 0, 0, T("未登记人数的目标", "Targets without a figure"), ROOM, NULL,
     "assessment", NULL},
    {"result", F_JSON, RO, NULL, 0, 4e6, T("计算结果", "Result"), ROOM, NULL, "assessment", NULL},
    {"computed_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("计算时间", "Computed"), ROOM, NULL, "assessment",
     NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 2000, T("说明", "Note"), ROOM, NULL, "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Question q = {rec_text(e, rec, "model"),
                  rec_text(e, rec, "inputs"),
                  {rec_f64(e, rec, "lon"), rec_f64(e, rec, "lat")},
                  rec_val(e, rec, "wind_from")->type == DB_NULL ? NAN : rec_f64(e, rec, "wind_from")};
    Lang lang = w->ctx->lang;
    Counted n;
    Str text;
    (void)old;
    if (w->ctx->err.kind) return w->ctx->err.kind;
    if (w->ctx->lang != LANG_ZH) { /* a mistake is told in the asker's language, the answer kept in Chinese */
        TRY(consequence_answer(w, &q, &text, &n));
        w->ctx->lang = LANG_ZH;
    }
    Rc rc = consequence_answer(w, &q, &text, &n);
    w->ctx->lang = lang;
    TRY(rc);
    rec_set(e, rec, "result", db_val_json(text));
    rec_set(e, rec, "reach_m", db_val_f64(round(n.reach_m * 10) / 10));
    rec_set(e, rec, "targets", db_val_i64(n.targets));
    rec_set(e, rec, "people", db_val_i64(n.people));
    rec_set(e, rec, "unknown", db_val_i64(n.unknown));
    rec_set(e, rec, "computed_at", db_val_i64(w->now));
    return RC_OK;
}

const Entity consequence_entity = {
    .name = "consequence",
    .plural = "consequences",
    .title = T("事故后果场景", "Consequences"),
    .icon = T("", "danger"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "consequence.read",
    .write_perm = "consequence.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "-code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body"},
    .searched = true,
    .evidence = true,
    .papers = consequence_papers,
    .npapers = CONSEQUENCE_PAPERS,
};
