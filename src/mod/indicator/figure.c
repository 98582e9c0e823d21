/* What an indicator came to in a year: one figure a year, with its evidence. */
#include "indicator_private.h"

static const Field fields[] = {
    {"code", F_TEXT, F_READONLY | F_UNIQUE | F_FILTER | F_SEARCH, NULL, 0, 80, T("编号", "Code"), T("", ""),
     NULL, "basic", NULL},
    {"indicator", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "indicators", 0, 0,
     T("指标", "Indicator"), T("", ""), NULL, "basic", NULL},
    {"year", F_INT, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST, NULL, YEAR_FIRST, YEAR_LAST,
     T("年份", "Year"), T("", ""), NULL, "basic", NULL},
    {"actual", F_REAL, F_REQUIRED | F_LIST, NULL, 0, 0, T("实际值", "Figure"), T("", ""), NULL, "basic",
     NULL},
    {"note", F_TEXT, F_LONG | F_LIST, NULL, 0, 1000, T("说明", "Note"),
     T("口径、来源", "How and by whom it was counted"), NULL, "basic", NULL},
};

/* The code is the indicator's and the year, so that a year cannot be entered twice. */
static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *item, *plan;
    int64_t year = rec_i64(e, rec, "year");
    if (w->ctx->err.kind < 0 || rec_val(e, rec, "indicator")->type == DB_NULL) return w->ctx->err.kind;
    TRY(store_get(w, &indicator_entity, rec_i64(e, rec, "indicator"), &item));
    TRY(store_get(w, &indicator_plan_entity, rec_i64(&indicator_entity, item, "plan"), &plan));
    if (year < rec_i64(&indicator_plan_entity, plan, "base_year"))
        FAIL_FIELD(w->ctx, "year", "range", 0, "早于规划的基期年", "before the plan's base year");
    if (old) return w->ctx->err.kind;
    Str code = rec_text(&indicator_entity, item, "code");
    rec_set(e, rec, "code",
            db_val_z(arena_printf(w->ctx->arena, "%.*s-%lld", STR_ARG(code), (long long)year)));
    return w->ctx->err.kind;
}

const Entity indicator_value_entity = {
    .name = "indicator-value",
    .plural = "indicator-values",
    .title = T("指标年度值", "Figures of indicators"),
    .icon = T("", "chart"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "indicator.read",
    .write_perm = "indicator-value.write",
    .code_field = "code",
    .title_field = "code",
    .sort = "-year",
    .validate = validate,
    .evidence = true,
    .scope = {.kind = SCOPE_VIA, .via = "indicator"},
};
