/* The register of major hazard sources and its flow: entered by the enterprise, handed in, filed (备案) or
 * returned by the district, revised, de-filed (核销). Grade and terms are the program's. Three persons answer
 * for each source (包保责任); without them nothing is handed in. */
#include "hazard_private.h"

#define ROOM T("", "")
#define RO   F_READONLY
#define PERSON(name, zh, en, help_zh, help_en)                                                               \
    {                                                                                                        \
        name, F_TEXT, F_SEARCH, NULL, 0, 60, T(zh, en), T(help_zh, help_en), NULL, "contact", NULL           \
    }
#define FIGURE(name, zh, en, flags)                                                                          \
    {                                                                                                        \
        name, F_REAL, RO | (flags), NULL, 0, 0, T(zh, en), ROOM, NULL, "assessment", NULL                    \
    }
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("重大危险源名称", "Name"), ROOM, NULL,
     "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST | F_INDEX, "major_hazard_state", 0, 0, T("状态", "State"), ROOM,
     NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "hazard_unit", 0, 0, T("单元类型", "Kind of unit"), ROOM,
     NULL, "basic", NULL},
    {"grade", F_INT, RO | F_FILTER | F_SORT | F_LIST, "hazard_grade", 1, 4, T("等级", "Grade"),
     T("按 GB 18218-2018 由物质和人数计算", "computed by GB 18218-2018 from substances and residents"), NULL,
     "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("企业", "Enterprise"), ROOM,
     NULL, "basic", NULL},
    {"district", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0,
     T("所属区划", "District"), ROOM, NULL, "basic", NULL},
    {"authority", F_REF, F_REQUIRED | F_FILTER, "bodies", 0, 0, T("备案机关", "Filed with"), ROOM, NULL,
     "basic", NULL},
    {"object", F_REF, F_FILTER, "objects", 0, 0, T("监测对象", "Object"),
     T("其测点和报警即该危险源的实时监测", "its points and alarms are the live values of the source"), NULL,
     "place", NULL},
    {"lon", F_REAL, 0, NULL, 73, 136, T("经度", "Longitude"), ROOM, "°", "place", NULL},
    {"lat", F_REAL, 0, NULL, 3, 54, T("纬度", "Latitude"), ROOM, "°", "place", NULL},
    {"residents", F_INT, F_REQUIRED, NULL, 0, 10000000, T("500 m 内常住人口", "Residents within 500 m"),
     T("厂界外 500 m 范围", "within 500 m outside the boundary"), "人", "place", NULL},
    PERSON("principal", "主要负责人", "Principal",
           "总体负责：建立责任体系，落实人员和资金，组织双重预防，组织应急演练",
           "answers for all: system of duties, people and money, double prevention, drills"),
    PERSON("technical", "技术负责人", "Technical person",
           "组织监测监控和安全设施的维护，审查变更，组织隐患排查和风险评估",
           "monitoring and safety facilities, changes, searches for dangers, assessments"),
    PERSON("operator", "操作负责人", "Operating person", "每日巡查，作业现场管控，报警处置，填写交接班记录",
           "daily rounds, work on site, answers to alarms, shift records"),
    FIGURE("s", "辨识指标 S", "S", 0),
    FIGURE("alpha", "校正系数 α", "α", 0),
    FIGURE("r", "分级指标 R", "R", F_LIST),
    {"result", F_JSON, RO, NULL, 0, 0, T("计算过程", "Computation"), ROOM, NULL, "assessment", NULL},
    {"filed_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("备案时间", "Filed"), ROOM, NULL, "response", NULL},
    {"filed_by", F_TEXT, RO, NULL, 0, 100, T("备案人", "Filed by"), ROOM, NULL, "response", NULL},
    {"removed_at", F_TIME, RO, NULL, 0, 0, T("核销时间", "De-filed"), ROOM, NULL, "response", NULL},
    {"removed_reason", F_TEXT, RO | F_LONG, NULL, 0, 2000, T("核销理由", "Why de-filed"), ROOM, NULL,
     "response", NULL},
};

static bool same(const DbVal *a, const DbVal *b)
{
    return a->type == b->type && a->i == b->i && a->f == b->f && str_eq(a->s, b->s);
}

/* What decides the grade and whose it is does not change once it is handed in. */
static Rc frozen(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    static const char *const kept[] = {"name", "kind", "body", "district", "authority", "residents"};
    if (str_is(rec_text(e, old, "state"), "draft")) return RC_OK;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (!same(rec_val(e, old, kept[i]), rec_val(e, rec, kept[i])))
            return FAIL(w->ctx, RC_STATE, "hazard.filed", "已申报的重大危险源须先退回修订",
                        "what was handed in or filed is revised first");
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    bool lon = rec_val(e, rec, "lon")->type != DB_NULL, lat = rec_val(e, rec, "lat")->type != DB_NULL;
    if (lon != lat)
        FAIL_FIELD(w->ctx, lon ? "lat" : "lon", "required", 0, "经度、纬度须同时填写",
                   "longitude and latitude stand together");
    if (w->ctx->err.kind) return w->ctx->err.kind;
    if (old) TRY(frozen(w, e, old, rec));
    return hazard_compute(w, rec);
}

/* ---- The flow ---- */

static Rc guard_submit(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    static const char *const persons[] = {"principal", "technical", "operator"};
    (void)params;
    for (size_t i = 0; i < ARRAY_LEN(persons); i++)
        if (!rec_text(e, rec, persons[i]).n)
            FAIL_FIELD(w->ctx, persons[i], "required", 0, "申报备案须填写该包保责任人",
                       "handing in needs this responsible person");
    if (w->ctx->err.kind) return w->ctx->err.kind;
    if (rec_val(e, rec, "grade")->type != DB_NULL) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "hazard.none", "S 小于 1 或没有物质，不构成重大危险源",
                "without substances, or S below 1: no major hazard source");
}

static Rc do_file(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "filed_at", db_val_i64(w->now));
    rec_set(e, rec, "filed_by", w->who ? db_val_z(w->who->full_name) : db_val_null());
    return RC_OK;
}

static Rc do_remove(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "removed_at", db_val_i64(w->now));
    rec_set(e, rec, "removed_reason", w->why ? db_val_z(w->why) : db_val_null());
    return RC_OK;
}

static const FlowState states[] = {
    {"draft", T("填报中", "Draft"), STATE_INITIAL, "body", NULL},
    {"submitted", T("待备案", "To be filed"), 0, "authority", "hazard.file"},
    {"filed", T("已备案", "Filed"), 0, NULL, NULL},
    {"removed", T("已核销", "De-filed"), STATE_FINAL, NULL, NULL},
};
static const Transition moves[] = {
    {"submit", "draft", "submitted", "hazard.write", T("申报备案", "Hand in"), FLOW_MAIN | FLOW_TURN, NULL, 0,
     guard_submit, NULL},
    {"file", "submitted", "filed", "hazard.file", T("准予备案", "File"), FLOW_MAIN | FLOW_TURN | FLOW_CONFIRM,
     NULL, 0, NULL, do_file},
    {"return", "submitted", "draft", "hazard.file", T("退回", "Return"), FLOW_TURN | FLOW_REASON, NULL, 0,
     NULL, NULL},
    {"revise", "filed", "draft", "hazard.write", T("变更修订", "Revise"), FLOW_REASON | FLOW_CONFIRM, NULL, 0,
     NULL, NULL},
    {"remove", "filed", "removed", "hazard.file", T("核销", "De-file"), FLOW_REASON | FLOW_CONFIRM, NULL, 0,
     NULL, do_remove},
};
const Flow hazard_flow = {
    .state = "state",
    .grade = "grade",
    .owner = "body",
    .perm_supervise = "hazard.file",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};

const Entity hazard_entity = {
    .name = "major-hazard",
    .plural = "major-hazards",
    .title = T("重大危险源", "Major hazard sources"),
    .icon = T("", "danger"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "hazard.read",
    .write_perm = "hazard.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body authority"},
    .flow = &hazard_flow,
    .papers = hazard_papers,
    .npapers = HAZARD_PAPERS,
};
