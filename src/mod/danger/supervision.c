/* Supervision of a major danger (挂牌督办): its own record, because it has a level, a notice, a leader and an
 * acceptance of its own. A danger has one at most that is not withdrawn. */
#include "danger_private.h"
#include "kernel/number.h"
#include "mod_danger_queries_sql.h"

#define RO F_READONLY
#define STAMP(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T(zh, en), T("", ""), NULL, "response", NULL       \
    }
#define BY(name, zh, en)                                                                                     \
    {                                                                                                        \
        name, F_TEXT, RO, NULL, 0, 100, T(zh, en), T("", ""), NULL, "response", NULL                         \
    }
#define WORDS(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_TEXT, RO | F_LONG, NULL, 0, 2000, T(zh, en), T("", ""), NULL, "response", NULL               \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("督办编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 2, 120, T("督办事项", "Title"), T("", ""), NULL, "basic",
     NULL},
    {"level", F_ENUM, RO | F_FILTER | F_LIST, "supervision_level", 0, 0, T("督办层级", "Level"), T("", ""),
     NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "supervision_state", 0, 0,
     T("状态", "State"), T("", ""), NULL, "basic", NULL},
    {"danger", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "dangers", 0, 0, T("重大隐患", "Danger"), T("", ""),
     NULL, "basic", NULL},
    {"enterprise", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("责任单位", "Enterprise"),
     T("", ""), NULL, "place", NULL},
    {"district", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("所属区划", "District"),
     T("", ""), NULL, "place", NULL},
    {"line", F_ENUM, RO | F_FILTER, "field", 0, 0, T("条线", "Line of work"), T("", ""), NULL, "basic", NULL},
    {"issuer", F_REF, RO | F_FILTER | F_INDEX, "bodies", 0, 0, T("督办单位", "Issued by"), T("", ""), NULL,
     "contact", NULL},
    {"leader", F_TEXT, RO | F_LIST | F_SEARCH, NULL, 0, 50, T("督办领导", "Leader"), T("", ""), NULL,
     "contact", NULL},
    {"leader_post", F_TEXT, RO, NULL, 0, 100, T("领导职务", "Leader's post"), T("", ""), NULL, "contact",
     NULL},
    WORDS("requirements", "督办要求", "Requirements"),
    {"public", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("向社会公示", "Public"), T("", ""), NULL, "response",
     NULL},
    WORDS("public_words", "公示内容", "Public notice"),
    STAMP("public_at", "公示时间", "Made public at"),
    STAMP("hung_at", "挂牌时间", "Hung at"),
    BY("hung_by", "挂牌人", "Hung by"),
    STAMP("dept_report_at", "向部门报告时间", "Reported to the department at"),
    WORDS("dept_report", "向负有监管职责的部门报告", "Report to the department"),
    STAMP("workers_report_at", "向职工大会报告时间", "Reported to the workers at"),
    WORDS("workers_report", "向职工大会或职工代表大会报告", "Report to the workers' meeting"),
    STAMP("applied_at", "申请验收时间", "Applied at"),
    BY("applied_by", "申请人", "Applied by"),
    WORDS("application", "验收申请", "Application"),
    STAMP("accepted_at", "验收时间", "Accepted at"),
    BY("accepted_by", "验收人", "Accepted by"),
    WORDS("acceptance", "验收意见", "Acceptance"),
    {"refusals", F_INT, RO, NULL, 0, 1000, T("验收退回次数", "Refusals"), T("", ""), NULL, "response", "0"},
    WORDS("refused_reason", "验收不合格原因", "Why it was refused"),
    STAMP("removed_at", "摘牌时间", "Taken off at"),
    BY("removed_by", "摘牌人", "Taken off by"),
    {"effect", F_ENUM, RO | F_FILTER, "danger_effect", 0, 0, T("整改效果", "Effect"), T("", ""), NULL,
     "response", NULL},
    WORDS("evaluation", "效果评估", "Evaluation"),
    STAMP("evaluated_at", "评估时间", "Evaluated at"),
    BY("evaluated_by", "评估人", "Evaluated by"),
    WORDS("end_reason", "撤销理由", "Why it was withdrawn"),
};

const Entity supervision_entity = {
    .name = "supervision",
    .plural = "supervisions",
    .title = T("挂牌督办", "Supervisions"),
    .icon = T("", "supervision"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "danger.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .scope = {.kind = SCOPE_ROW,
              .district = "district",
              .body = "enterprise issuer",
              .line = "line",
              .parties = true},
    .flow = &supervision_flow,
    .papers = supervision_papers,
    .npapers = SUPERVISION_PAPERS,
};

Rc supervision_of_danger(Work *w, int64_t danger, Record **out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_supervision_of_danger, DB_ARGS(db_val_i64(danger)), &c);
    if (rc <= 0) return rc;
    TRY(store_get(w, SE, db_i64(c, 0), out));
    return 1;
}

/* By the level of the issuer's district: a street hangs at township level. */
static Rc level_of(Work *w, int64_t body, const char **level)
{
    static const char *const levels[][2] = {{"province", "province"}, {"city", "city"},
                                            {"county", "county"},     {"town", "town"},
                                            {"village", "town"},      {"grid", "town"}};
    Record *b, *d;
    *level = "county";
    if (!body) return RC_OK;
    TRY(store_get(w, &body_entity, body, &b));
    if (str_is(rec_text(&body_entity, b, "kind"), "town")) {
        *level = "town";
        return RC_OK;
    }
    if (!rec_i64(&body_entity, b, "district")) return RC_OK;
    TRY(store_get(w, &district_entity, rec_i64(&body_entity, b, "district"), &d));
    for (size_t i = 0; i < ARRAY_LEN(levels); i++)
        if (str_is(rec_text(&district_entity, d, "level"), levels[i][0])) *level = levels[i][1];
    return RC_OK;
}

Rc supervision_draft(Work *w, const Record *danger)
{
    static const char *const same[] = {"title", "enterprise", "district", "line"};
    Record *rec = rec_new(w->ctx, SE), *known;
    Str code;
    const char *level;
    int64_t issuer = rec_i64(DE, danger, "handler");
    Rc there = supervision_of_danger(w, danger->id, &known);
    if (there) return there < 0 ? there : RC_OK;
    TRY(level_of(w, issuer, &level));
    TRY(number_of_day(w, 'G', &code));
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(SE, rec, same[i], *rec_val(DE, danger, same[i]));
    rec_set(SE, rec, "code", db_val_text(code));
    rec_set(SE, rec, "danger", db_val_i64(danger->id));
    rec_set(SE, rec, "issuer", db_val_id(issuer));
    rec_set(SE, rec, "level", db_val_z(level));
    Work program = danger_program(w);
    TRY(store_insert(&program, SE, rec));
    return matter_link(w, DE, danger->id, SE, rec->id);
}

Rc supervision_withdraw(Work *w, int64_t danger)
{
    Record *rec;
    Rc rc = supervision_of_danger(w, danger, &rec);
    if (rc <= 0) return rc;
    if (!str_is(rec_text(SE, rec, "state"), "draft"))
        return FAIL(w->ctx, RC_STATE, "supervision.hung", "已挂牌督办 %.*s，须验收合格后摘牌",
                    "it hangs under supervision %.*s and must be accepted and taken off",
                    STR_ARG(rec_text(SE, rec, "code")));
    Work program = danger_program(w);
    program.why = w->why;
    return flow_do(&program, SE, rec, "withdraw", NULL);
}
