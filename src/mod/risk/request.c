/* An enterprise's own entries in the register: a new unit, or what is to be changed of one. The register
 * takes it when the reviewing body approves, through the store, so that a unit's history names who asked and
 * who approved; each approved request is a version of the unit. Of a change only what is filled in counts. */
#include "risk_private.h"
#include "kernel/matter.h"
#include "kernel/number.h"

#define ROOM T("", "")
#define TAKEN(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_TEXT, F_LONG, NULL, 0, 2000, T(zh, en), T("", ""), NULL, "measures", NULL                    \
    }
static const Field fields[] = {
    {"code", F_TEXT, F_READONLY | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("申报编号", "Code"), ROOM, NULL, "basic", NULL},
    {"title", F_TEXT, F_READONLY | F_SEARCH | F_LIST, NULL, 1, 200, T("申报事项", "Request"), ROOM, NULL,
     "basic", NULL},
    {"state", F_ENUM, F_READONLY | F_FILTER | F_LIST | F_INDEX, "risk_request_state", 0, 0,
     T("状态", "State"), ROOM, NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST, "risk_request_kind", 0, 0,
     T("申报种类", "Kind of request"), ROOM, NULL, "basic", "new"},
    {"unit", F_REF, F_FILTER | F_LIST | F_INDEX, "risk-units", 0, 0, T("风险单元", "Risk unit"),
     T("变更时填写", "of a change"), NULL, "basic", NULL},
    {"unit_code", F_TEXT, F_FILTER, NULL, 1, 64, T("单元编号", "Code of the unit"),
     T("新增时填写", "of a new one"), NULL, "basic", NULL},
    {"reason", F_TEXT, F_LONG, NULL, 0, 1000, T("申报理由", "Why"), ROOM, NULL, "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("申报单位", "Entered by"),
     T("不填时为本单位", "empty: one's own"), NULL, "basic", NULL},
    {"reviewer", F_REF, F_FILTER, "bodies", 0, 0, T("审批单位", "Approved by"),
     T("不填时为所在区划最近的安委办、应急部门", "empty: the nearest office of the district"), NULL, "basic",
     NULL},
    {"name", F_TEXT, F_SEARCH, NULL, 2, 120, T("单元名称", "Name"), ROOM, NULL, "basic", NULL},
    {"unit_kind", F_ENUM, 0, "risk_unit_kind", 0, 0, T("单元类型", "Kind of unit"), ROOM, NULL, "basic",
     NULL},
    {"industry", F_ENUM, 0, "industry", 0, 0, T("行业", "Industry"), ROOM, NULL, "basic", NULL},
    {"district", F_REF, F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"),
     T("不填时为申报单位所在区划", "empty: that of the body"), NULL, "basic", NULL},
    {"responsible", F_TEXT, 0, NULL, 2, 60, T("责任人", "Responsible person"), ROOM, NULL, "basic", NULL},
    {"control", F_ENUM, 0, "risk_control", 0, 0, T("管控层级", "Level of control"), ROOM, NULL, "basic",
     NULL},
    {"object", F_REF, 0, "objects", 0, 0, T("监测对象", "Object"), ROOM, NULL, "place", NULL},
    {"lon", F_REAL, 0, NULL, 73, 136, T("经度", "Longitude"), ROOM, "°", "place", NULL},
    {"lat", F_REAL, 0, NULL, 3, 54, T("纬度", "Latitude"), ROOM, "°", "place", NULL},
    {"population", F_INT, 0, NULL, 0, 1e8, T("影响人数", "People"), ROOM, "人", "place", NULL},
    TAKEN("accident", "可能的事故及后果", "Possible accidents"),
    TAKEN("engineering", "工程技术措施", "Engineering measures"),
    TAKEN("management", "管理措施", "Management measures"),
    TAKEN("training", "培训教育措施", "Training"),
    TAKEN("protection", "个体防护措施", "Personal protection"),
    TAKEN("emergency", "应急处置措施", "Emergency measures"),
    {"approved_at", F_TIME, F_READONLY | F_SORT, NULL, 0, 0, T("批准时间", "Approved"), ROOM, NULL,
     "response", NULL},
};

/* What goes into the unit. */
static const struct {
    const char *from, *to;
    bool needed; /* of a new unit */
} taken[] = {{"unit_code", "code", true},
             {"name", "name", true},
             {"unit_kind", "kind", true},
             {"industry", "industry", false},
             {"district", "district", true},
             {"responsible", "responsible", true},
             {"control", "control", true},
             {"object", "object", false},
             {"lon", "lon", false},
             {"lat", "lat", false},
             {"population", "population", false},
             {"accident", "accident", true},
             {"engineering", "engineering", false},
             {"management", "management", false},
             {"training", "training", false},
             {"protection", "protection", false},
             {"emergency", "emergency", false}};

static bool is_change(const Record *rec)
{
    return str_is(rec_text(QE, rec, "kind"), "change");
}

/* ---- Who decides ---- */

/* The safety committee's office or the emergency office of the nearest district above; without one in the
 * tree any committee's office. */
static Rc nearest_office(Work *w, int64_t district, int64_t *out)
{
    SqlBuf b;
    DbCursor *c;
    const char *path = scope_district_path(w, district);
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT y.id FROM bodies y LEFT JOIN districts d ON d.id = y.district WHERE y.archived_at IS"
                " NULL AND y.kind IN ('committee_office', 'emergency') AND (d.id IS NULL OR ");
    sql_arg(&b, db_val_z(path ? path : ""));
    sql_lit(&b, " LIKE d.path || '%') ORDER BY CASE WHEN d.id IS NULL THEN 0 ELSE length(d.path) END DESC,"
                " y.kind, y.code LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    *out = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static Rc of_unit(Work *w, const Entity *e, Record *rec)
{
    Record *unit;
    if (!rec_i64(e, rec, "unit"))
        return FAIL_FIELD(w->ctx, "unit", "required", 0, "请填写要变更的风险单元",
                          "say which unit is to change");
    TRY(store_get(w, UE, rec_i64(e, rec, "unit"), &unit));
    rec_set(e, rec, "body", *rec_val(UE, unit, "body"));
    if (!rec_i64(e, rec, "district")) rec_set(e, rec, "district", *rec_val(UE, unit, "district"));
    rec_set(e, rec, "title", db_val_text(rec_text(UE, unit, "name")));
    return RC_OK;
}

static Rc of_body(Work *w, const Entity *e, Record *rec)
{
    Record *body;
    if (!rec_i64(e, rec, "body"))
        return FAIL_FIELD(w->ctx, "body", "required", 0, "请填写申报单位", "say which body enters it");
    TRY(store_get(w, kernel_entity(w->kernel, "bodies"), rec_i64(e, rec, "body"), &body));
    if (!rec_i64(e, rec, "district"))
        rec_set(e, rec, "district", *rec_val(kernel_entity(w->kernel, "bodies"), body, "district"));
    rec_set(e, rec, "title", *rec_val(e, rec, rec_text(e, rec, "name").n ? "name" : "kind"));
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    int64_t office;
    if (w->ctx->err.kind < 0) return w->ctx->err.kind;
    if (old && w->who && !str_is(rec_text(e, old, "state"), "draft") &&
        str_eq(rec_text(e, old, "state"), rec_text(e, rec, "state")))
        return FAIL(w->ctx, RC_STATE, "risk.submitted", "已提交的申报不能修改", "it was submitted");
    if (!old) {
        Str code;
        TRY(number_of_day(w, 'U', &code));
        rec_set(e, rec, "code", db_val_text(code));
    }
    if (!rec_i64(e, rec, "body") && w->who) rec_set(e, rec, "body", db_val_id(scope_of(w->who)->body));
    if (str_is(rec_text(e, rec, "state"), "approved")) return RC_OK;
    TRY(is_change(rec) ? of_unit(w, e, rec) : of_body(w, e, rec));
    if (rec_i64(e, rec, "reviewer") || !rec_i64(e, rec, "district")) return RC_OK;
    TRY(nearest_office(w, rec_i64(e, rec, "district"), &office));
    if (office) rec_set(e, rec, "reviewer", db_val_i64(office));
    return RC_OK;
}

/* ---- The flow ---- */

static Rc do_submit(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    size_t given = 0;
    (void)params;
    if (!rec_i64(e, rec, "reviewer"))
        FAIL_FIELD(w->ctx, "reviewer", "required", 0, "请填写审批单位", "say which body approves");
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        bool there = rec_val(e, rec, taken[i].from)->type != DB_NULL;
        given += there && strcmp(taken[i].from, "district") != 0;
        if (!there && taken[i].needed && !is_change(rec)) {
            const Field *f = &e->fields[entity_field(e, taken[i].from)];
            FAIL_FIELD(w->ctx, f->name, "required", 0, "“%s”不能为空", "%s is required",
                       text_in(f->label, w->ctx->lang));
        }
    }
    if (!given) FAIL_FIELD(w->ctx, "name", "required", 0, "没有填写要变更的内容", "nothing is to change");
    return w->ctx->err.kind;
}

static void take(Record *unit, const Record *rec)
{
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        const DbVal *v = rec_val(QE, rec, taken[i].from);
        if (v->type == DB_NULL || (is_change(rec) && !strcmp(taken[i].to, "code"))) continue;
        rec_set(UE, unit, taken[i].to, *v);
    }
}

/* As the program: the enterprise asked, the reviewer agreed, and neither writes the register himself. */
static Rc do_approve(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *unit;
    Work program = *w;
    (void)params;
    program.who = NULL;
    program.why = str_z(w->ctx->arena, rec_text(e, rec, "code"));
    rec_set(e, rec, "approved_at", db_val_i64(w->now));
    if (is_change(rec)) {
        TRY(store_get(w, UE, rec_i64(e, rec, "unit"), &unit));
        Record *old = rec_copy(w->ctx, UE, unit);
        take(unit, rec);
        TRY(store_update(&program, UE, old, unit, "approved"));
    } else {
        unit = rec_new(w->ctx, UE);
        take(unit, rec);
        rec_set(UE, unit, "body", *rec_val(e, rec, "body"));
        TRY(store_insert(&program, UE, unit));
        rec_set(e, rec, "unit", db_val_i64(unit->id));
    }
    return matter_link(w, UE, unit->id, e, rec->id);
}

static const FlowState states[] = {
    {"draft", T("填报中", "Draft"), STATE_INITIAL, "body", NULL, NULL},
    {"submitted", T("待审批", "To be approved"), 0, "reviewer", "risk.request", NULL},
    {"approved", T("已批准", "Approved"), STATE_FINAL, NULL, NULL, NULL},
    {"withdrawn", T("已撤销", "Withdrawn"), STATE_FINAL, NULL, NULL, NULL},
};
static const Transition moves[] = {
    {"submit", "draft", "submitted", "risk.write", T("提交审批", "Submit"), FLOW_MAIN | FLOW_TURN, NULL, 0,
     NULL, do_submit},
    {"approve", "submitted", "approved", "risk.approve", T("批准", "Approve"),
     FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM, NULL, 0, NULL, do_approve},
    {"return", "submitted", "draft", "risk.approve", T("退回", "Return"), FLOW_TURN | FLOW_REASON, NULL, 0,
     NULL, NULL},
    {"withdraw", "draft", "withdrawn", "risk.write", T("撤销", "Withdraw"),
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

const Entity risk_request_entity = {
    .name = "risk-unit-request",
    .plural = "risk-unit-requests",
    .title = T("风险单元申报", "Requests for risk units"),
    .icon = T("", "edit"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "risk.read",
    .write_perm = "risk.write",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body reviewer"},
    .flow = &flow,
};
