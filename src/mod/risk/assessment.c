/* Assessments: scores by a method, computed by src/risk in the writing transaction, so that no client's
 * figure counts. The whole answer (bands, sources, defaults used) is kept with the record. What was submitted
 * is not changed any more; each assessment is a record of its own, so a unit's list of them is its history.
 */
#include "mod/risk.h"
#include "base/clock.h"
#include "kernel/matter.h"
#include "risk/risk.h"

#define ROOM T("", "")
#define SCORE_HELP                                                                                           \
    T("取评分表中的值，由方法决定填写哪几项",                                                                \
      "a score of the method's table; the method says which are needed")
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"unit", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST, "risk-units", 0, 0,
     T("风险单元", "Risk unit"), ROOM, NULL, "basic", NULL},
    {"state", F_ENUM, F_READONLY | F_FILTER | F_LIST, "risk_assessment_state", 0, 0, T("状态", "State"), ROOM,
     NULL, "basic", NULL},
    {"method", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "risk_method", 0, 0, T("评估方法", "Method"), ROOM,
     NULL, "basic", NULL},
    {"l", F_REAL, 0, NULL, 0, 100, T("可能性 L", "Likelihood L"), SCORE_HELP, NULL, "assessment", NULL},
    {"e", F_REAL, 0, NULL, 0, 100, T("暴露 E", "Exposure E"), SCORE_HELP, NULL, "assessment", NULL},
    {"c", F_REAL, 0, NULL, 0, 100, T("后果 C", "Consequence C"), SCORE_HELP, NULL, "assessment", NULL},
    {"s", F_REAL, 0, NULL, 0, 100, T("严重性 S", "Severity S"), SCORE_HELP, NULL, "assessment", NULL},
    {"m", F_REAL, 0, NULL, 0, 100, T("控制措施 M", "Control M"), SCORE_HELP, NULL, "assessment", NULL},
    {"assessor", F_TEXT, F_REQUIRED, NULL, 2, 120, T("评估人", "Assessed by"), ROOM, NULL, "basic", NULL},
    {"grounds", F_TEXT, F_REQUIRED | F_LONG | F_SEARCH, NULL, 2, 2000, T("评估说明", "Grounds"), ROOM, NULL,
     "basic", NULL},
    {"reviewer", F_REF, F_REQUIRED, "bodies", 0, 0, T("审核单位", "Reviewed by"), ROOM, NULL, "basic", NULL},
    {"value", F_REAL, F_READONLY | F_LIST, NULL, 0, 0, T("分值", "Score"), ROOM, NULL, "assessment", NULL},
    {"grade", F_INT, F_READONLY | F_FILTER | F_SORT | F_LIST, "risk_grade", 1, 4, T("风险等级", "Grade"),
     ROOM, NULL, "assessment", NULL},
    {"result", F_JSON, F_READONLY, NULL, 0, 0, T("计算过程", "Computation"), ROOM, NULL, "assessment", NULL},
    {"body", F_REF, F_READONLY | F_FILTER, "bodies", 0, 0, T("责任单位", "Responsible unit"), ROOM, NULL,
     "basic", NULL},
    {"district", F_REF, F_READONLY | F_FILTER, "districts", 0, 0, T("所属区划", "District"), ROOM, NULL,
     "basic", NULL},
    {"approved_at", F_TIME, F_READONLY, NULL, 0, 0, T("批准时间", "Approved"), ROOM, NULL, "assessment",
     NULL},
};
static const char *const scores[] = {"l", "e", "c", "s", "m"};

/* ---- The computation ---- */

static Str input_of(Ctx *ctx, const Entity *e, const Record *rec)
{
    StrBuf text;
    JsonOut in;
    buf_init(&text, ctx->arena);
    jout_init(&in, &text);
    jout_open(&in);
    for (size_t i = 0; i < ARRAY_LEN(scores); i++)
        if (rec_val(e, rec, scores[i])->type != DB_NULL) jout_kf(&in, scores[i], rec_f64(e, rec, scores[i]));
    jout_close(&in);
    return buf_str(&text);
}

/* Wrong scores become errors of the fields of the same names. The answer is kept in Chinese, whoever asked.
 */
static Rc compute(Work *w, const Entity *e, Record *rec)
{
    Ctx *ctx = w->ctx;
    Lang lang = ctx->lang;
    StrBuf text;
    JsonOut out;
    const Json *answer;
    const RiskCommand *c = risk_command_find(rec_text(e, rec, "method"));
    double value = 0;
    int64_t grade = 0;
    if (!c) return 0; /* the dictionary refused it */
    for (int turn = 0; turn < 2; turn++) {
        buf_init(&text, ctx->arena);
        jout_init(&out, &text);
        Rc rc = risk_command_run(ctx, c, input_of(ctx, e, rec), &out);
        ctx->lang = turn ? lang : LANG_ZH;
        if (rc < 0) return ctx->lang = lang, rc;
    }
    TRY(json_parse(ctx, buf_str(&text), &answer));
    const Json *number = json_get(answer, "d");
    json_f64(number ? number : json_get(answer, "r"), &value);
    json_i64(json_get(answer, "grade"), &grade);
    rec_set(e, rec, "value", db_val_f64(value));
    rec_set(e, rec, "grade", db_val_i64(grade));
    rec_set(e, rec, "result", db_val_json(buf_str(&text)));
    return 0;
}

static bool same(const DbVal *a, const DbVal *b)
{
    return a->type == b->type && a->i == b->i && a->f == b->f && str_eq(a->s, b->s);
}

static Rc frozen(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    static const char *const kept[] = {"method", "l", "e", "c", "s", "m", "assessor", "grounds", "reviewer"};
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (!same(rec_val(e, old, kept[i]), rec_val(e, rec, kept[i])))
            return FAIL(w->ctx, RC_STATE, "risk.submitted", "已提交的评估不能修改",
                        "a submitted assessment cannot be changed");
    return 0;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *unit;
    if (old && !str_is(rec_text(e, old, "state"), "draft")) return frozen(w, e, old, rec);
    if (!rec_i64(e, rec, "unit")) return 0; /* required: said already */
    TRY(store_get(w, &risk_unit_entity, rec_i64(e, rec, "unit"), &unit));
    rec_set(e, rec, "body", *rec_val(&risk_unit_entity, unit, "body"));
    rec_set(e, rec, "district", *rec_val(&risk_unit_entity, unit, "district"));
    return compute(w, e, rec);
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    return old ? 0 : matter_link(w, &risk_unit_entity, rec_i64(e, rec, "unit"), e, rec->id);
}

/* ---- The flow ---- */

/* The unit takes the grade; its ledger says by which assessment. */
static Rc approve(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    Record *unit;
    const Entity *UE = &risk_unit_entity;
    TRY(store_get(w, UE, rec_i64(e, rec, "unit"), &unit));
    Record *old = rec_copy(w->ctx, UE, unit);
    rec_set(e, rec, "approved_at", db_val_i64(w->now));
    rec_set(UE, unit, "grade", *rec_val(e, rec, "grade"));
    rec_set(UE, unit, "method", *rec_val(e, rec, "method"));
    rec_set(UE, unit, "assessed_at", db_val_i64(w->now));
    TRY(risk_reassess_start(w, unit));
    return store_update(w, UE, old, unit, "assessed");
}

static const FlowState states[] = {
    {"draft", T("填报中", "Draft"), STATE_INITIAL, "body", NULL},
    {"submitted", T("待审核", "To be reviewed"), 0, "reviewer", "risk.review"},
    {"approved", T("已批准", "Approved"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已撤销", "Cancelled"), STATE_FINAL, NULL, NULL},
};
static const Transition moves[] = {
    {"submit", "draft", "submitted", "risk.write", T("提交审核", "Submit"), FLOW_MAIN | FLOW_TURN, NULL, 0,
     NULL, NULL},
    {"approve", "submitted", "approved", "risk.approve", T("批准", "Approve"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, approve},
    {"return", "submitted", "draft", "risk.approve", T("退回", "Return"), FLOW_TURN | FLOW_REASON, NULL, 0,
     NULL, NULL},
    {"cancel", "draft", "cancelled", "risk.write", T("撤销", "Cancel"),
     FLOW_TURN | FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, NULL},
};
static const Flow flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "risk.approve",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};

const Entity risk_assessment_entity = {
    .name = "risk-assessment",
    .plural = "risk-assessments",
    .title = T("风险评估", "Risk assessments"),
    .icon = T("", "check"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "risk.read",
    .write_perm = "risk.write",
    .code_field = "code",
    .title_field = "code",
    .sort = "-code",
    .validate = validate,
    .changed = changed,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body reviewer"},
    .flow = &flow,
};
