/* A plan: whose it is, and from which year to which its indicators run. */
#include "indicator_private.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 1, 120, T("规划名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("编制单位", "Made by"),
     T("", ""), NULL, "basic", NULL},
    {"district", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0,
     T("行政区划", "District"), T("", ""), NULL, "basic", NULL},
    {"base_year", F_INT, F_REQUIRED | F_LIST, NULL, YEAR_FIRST, YEAR_LAST, T("基期年", "Base year"),
     T("", ""), NULL, "basic", NULL},
    {"target_year", F_INT, F_REQUIRED | F_SORT | F_LIST, NULL, YEAR_FIRST, YEAR_LAST,
     T("目标年", "Target year"), T("", ""), NULL, "basic", NULL},
    {"paper", F_TEXT, F_SEARCH, NULL, 0, 200, T("依据文件", "Paper"),
     T("文件名称与文号", "Its title and number"), NULL, "basic", NULL},
    {"document", F_REF, F_READONLY | F_FILTER | F_LOOSE, "documents", 0, 0, T("读取自", "Read from"),
     T("", ""), NULL, "basic", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (rec_i64(e, rec, "base_year") >= rec_i64(e, rec, "target_year"))
        FAIL_FIELD(w->ctx, "target_year", "order", 0, "目标年应晚于基期年",
                   "it must come after the base year");
    return w->ctx->err.kind;
}

const Entity indicator_plan_entity = {
    .name = "indicator-plan",
    .plural = "indicator-plans",
    .title = T("规划", "Plans with indicators"),
    .icon = T("", "document"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "indicator.read",
    .write_perm = "indicator.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "-target_year",
    .validate = validate,
    .searched = true,
    .evidence = true,
    .scope =
        {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE, .named = true},
};
