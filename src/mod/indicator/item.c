/* An indicator: its figure in the base year, its target, which way is better, who answers for it. */
#include "indicator_private.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"plan", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "indicator-plans", 0, 0, T("规划", "Plan"),
     T("", ""), NULL, "basic", NULL},
    {"no", F_INT, F_SORT | F_LIST, NULL, 1, 9999, T("序号", "No."), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 1, 200, T("指标", "Indicator"), T("", ""), NULL,
     "basic", NULL},
    {"unit", F_TEXT, F_LIST, NULL, 0, 40, T("计量单位", "Unit"), T("", ""), NULL, "basic", NULL},
    {"nature", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "indicator_nature", 0, 0, T("属性", "Nature"),
     T("", ""), NULL, "basic", "expected"},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "indicator_kind", 0, 0, T("方向", "Direction"),
     T("", ""), NULL, "basic", NULL},
    {"base", F_REAL, 0, NULL, 0, 0, T("基期值", "Base figure"), T("", ""), NULL, "basic", NULL},
    {"target", F_REAL, F_REQUIRED | F_LIST, NULL, 0, 0, T("目标值", "Target"), T("", ""), NULL, "basic",
     NULL},
    {"relative", F_BOOL, 0, NULL, 0, 0,
     T("目标为较基期变化的百分比", "The target is a change in percent of the base"),
     T("如“累计下降15%”填15并选是", "For “down 15 % in all” enter 15 and choose yes"), NULL, "basic",
     "false"},
    {"owner", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("责任单位", "Answerable"), T("", ""),
     NULL, "basic", NULL},
    {"source", F_TEXT, F_LONG, NULL, 0, 1000, T("出处", "Source"),
     T("规划中的原文或表行", "The line of the plan"), NULL, "basic", NULL},
    {"document", F_REF, F_READONLY | F_FILTER | F_INDEX | F_LOOSE, "documents", 0, 0, T("依据文件", "Paper"),
     T("", ""), NULL, "basic", NULL},
    {"item", F_REF, F_READONLY | F_LOOSE, "document-items", 0, 0, T("文件条目", "Item"), T("", ""), NULL,
     "basic", NULL},
    {"source_from", F_INT, F_READONLY | F_INNER, NULL, 0, 1e9, T("原文位置", "Place in the text"), T("", ""),
     NULL, "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    const DbVal *base = rec_val(e, rec, "base");
    bool relative = rec_val(e, rec, "relative")->i;
    if (relative && base->type == DB_NULL)
        FAIL_FIELD(w->ctx, "base", "required", 0, "目标为变化百分比时须填基期值",
                   "a change in percent needs the base figure");
    return w->ctx->err.kind;
}

const Entity indicator_entity = {
    .name = "indicator",
    .plural = "indicators",
    .title = T("规划指标", "Indicators"),
    .icon = T("", "chart"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "indicator.read",
    .write_perm = "indicator.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "no",
    .validate = validate,
    .searched = true,
    .scope = {.kind = SCOPE_ROW,
              .district = "plan.district",
              .body = "owner",
              .line = SCOPE_ANY_LINE,
              .named = true},
};
