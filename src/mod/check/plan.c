/* Check plans: who checks whom by which list, how often. Released, a plan makes the checks of the period that
 * has begun (plan_run.c); the ticker makes those of the later ones. */
#include "check_private.h"
#include "kernel/number.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("计划编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("计划名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST, "check_kind", 0, 0, T("类型", "Kind"),
     T("企业自查由企业自己检查；巡查按巡查点频次，不用计划",
       "self-checks are done by the enterprises; patrols need no plan"),
     NULL, "basic", "inspection"},
    {"state", F_ENUM, RO | F_FILTER | F_LIST, "check_plan_state", 0, 0, T("状态", "State"), T("", ""), NULL,
     "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("检查单位", "Body"),
     T("不填时为本单位", "your own when left out"), NULL, "basic", NULL},
    {"checkers", F_TEXT, F_SEARCH, NULL, 0, 200, T("检查人员", "Checkers"), T("", ""), NULL, "basic", NULL},
    {"year", F_INT, F_REQUIRED | F_FILTER | F_SORT | F_LIST, NULL, 2020, 2100, T("年度", "Year"), T("", ""),
     NULL, "timing", NULL},
    {"month", F_INT, F_FILTER | F_LIST, NULL, 1, 12, T("月份", "Month"),
     T("不填时为全年计划", "the whole year when left out"), NULL, "timing", NULL},
    {"cadence", F_ENUM, F_LIST, "check_cadence", 0, 0, T("检查频次", "Cadence"),
     T("全年计划填写", "of a plan for the whole year"), NULL, "timing", "once"},
    {"list", F_REF, F_REQUIRED | F_FILTER | F_LIST, "check-lists", 0, 0, T("检查表", "Check list"),
     T("须为已发布的检查表", "a published one"), NULL, "basic", NULL},
    {"industry", F_ENUM, F_FILTER | F_LIST, "industry", 0, 0, T("行业", "Industry"),
     T("检查该行业的全部企业", "all its enterprises"), NULL, "place", NULL},
    {"district", F_REF, F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"),
     T("检查范围；不填时随检查单位", "where; the body's when left out"), NULL, "place", NULL},
    {"enterprises", F_TEXT, F_LONG, NULL, 0, 20000, T("企业名单", "Enterprises"),
     T("单位编码，以空格或换行分隔；填写后不按行业选取",
       "their codes, separated by spaces or lines; then the industry does not choose"),
     NULL, "place", NULL},
    {"round", F_TEXT, RO | F_LIST, NULL, 0, 16, T("最近周期", "Latest period"), T("", ""), NULL, "timing",
     NULL},
    {"checks", F_INT, RO | F_LIST, NULL, 0, 10000000, T("检查数", "Checks"), T("", ""), NULL, "timing", "0"},
    {"released_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("下达时间", "Released at"), T("", ""), NULL, "timing",
     NULL},
    {"released_by", F_TEXT, RO, NULL, 0, 100, T("下达人", "Released by"), T("", ""), NULL, "timing", NULL},
};

static Rc place_of_body(Work *w, const Entity *e, Record *rec)
{
    Record *body;
    if (!rec_i64(e, rec, "body") && w->who) rec_set(e, rec, "body", db_val_id(scope_of(w->who)->body));
    TRY(check_referred(w, BE, rec_i64(e, rec, "body"), &body));
    if (!body) return FAIL_FIELD(w->ctx, "body", "required", 0, "请填写检查单位", "say which body checks");
    if (!rec_i64(e, rec, "district")) rec_set(e, rec, "district", *rec_val(BE, body, "district"));
    return RC_OK;
}

static Rc check_target(Work *w, const Entity *e, const Record *rec)
{
    Str rest = rec_text(e, rec, "enterprises");
    if (!rest.n && !rec_text(e, rec, "industry").n)
        return FAIL_FIELD(w->ctx, "industry", "required", 0, "行业和企业名单须填写一项",
                          "fill in an industry or a list of enterprises");
    if (str_is(rec_text(e, rec, "kind"), "patrol"))
        return FAIL_FIELD(w->ctx, "kind", "dictionary", 0, "巡查按巡查点的频次安排，不用计划",
                          "patrols follow their points, not a plan");
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (!old) {
        Str code;
        TRY(number_of_day(w, 'J', &code));
        rec_set(e, rec, "code", db_val_text(code));
        rec_set(e, rec, "state", db_val_z("draft"));
    }
    (void)place_of_body(w, e, rec);
    (void)check_target(w, e, rec);
    if (!old || rec_i64(e, old, "list") != rec_i64(e, rec, "list"))
        (void)check_list_usable(w, rec_i64(e, rec, "list"), "list");
    return w->ctx->err.kind;
}

PlanSpan check_plan_span(const Record *plan)
{
    return (PlanSpan){.year = (int)rec_i64(PE, plan, "year"),
                      .month = (int)rec_i64(PE, plan, "month"),
                      .cadence = cadence_of(rec_text(PE, plan, "cadence"))};
}

/* ---- Actions ---- */

static Rc release(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Period period;
    PlanSpan span = check_plan_span(rec);
    int64_t made;
    if (!str_is(rec_text(e, rec, "state"), "draft"))
        return FAIL(w->ctx, RC_STATE, "check.released", "计划已下达", "the plan is released already");
    if (!plan_period(&span, w->now, &period))
        return FAIL(w->ctx, RC_STATE, "check.over", "计划周期已过", "the plan's time is over");
    TRY(check_list_usable(w, rec_i64(e, rec, "list"), "list"));
    rec_set(e, rec, "state", db_val_z("released"));
    rec_set(e, rec, "released_at", db_val_i64(w->now));
    rec_set(e, rec, "released_by", check_who(w));
    TRY(check_plan_round(w, rec, &period, params[0].type != DB_NULL && params[0].i, &made));
    if (made) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "check.nobody", "没有符合条件的企业", "the plan meets no enterprise");
}

Rc check_plan_release(Work *w, Record *plan)
{
    Record *old = rec_copy(w->ctx, PE, plan);
    TRY(release(w, PE, plan, (DbVal[]){db_val_bool(true)}));
    return store_update(w, PE, old, plan, "release");
}

static Rc close(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    if (!str_is(rec_text(e, rec, "state"), "released"))
        return FAIL(w->ctx, RC_STATE, "check.not_released", "计划未在执行", "the plan is not under way");
    rec_set(e, rec, "state", db_val_z("closed"));
    return RC_OK;
}

static bool may_release(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "draft");
}
static bool may_close(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "released");
}

static const Field release_params[] = {
    {"leave_out", F_BOOL, 0, NULL, 0, 0, T("略去重复企业", "Leave out those visited anyway"),
     T("同一周期内本单位已安排检查的企业不再安排",
       "enterprises that your body visits in the same period are left out"),
     NULL, NULL, NULL},
};
static const Action actions[] = {
    {"release", "check.plan", T("下达", "Release"), release_params, ARRAY_LEN(release_params), release,
     may_release},
    {"close", "check.plan", T("结束计划", "End the plan"), NULL, 0, close, may_close},
};

const Entity check_plan_entity = {
    .name = "check-plan",
    .plural = "check-plans",
    .title = T("检查计划", "Check plans"),
    .icon = T("", "calendar"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "check.read",
    .write_perm = "check.plan",
    .code_field = "code",
    .title_field = "name",
    .sort = "-code",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
};
