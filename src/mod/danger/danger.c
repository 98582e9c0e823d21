/* The slice's main table: hidden dangers, their permissions, and the module. What happens to a danger stands
 * in danger_flow.c, where it comes from in danger_make.c. A caller fills in what he saw; state, number,
 * handler and every stamp are the program's. */
#include "danger_private.h"
#include "mod_danger_migrations.h"

#define RO F_READONLY
#define STAMP(name, zh, en, flags)                                                                           \
    {                                                                                                        \
        name, F_TIME, RO | (flags), NULL, 0, 0, T(zh, en), T("", ""), NULL, "response", NULL                 \
    }
#define BY(name, zh, en)                                                                                     \
    {                                                                                                        \
        name, F_TEXT, RO, NULL, 0, 100, T(zh, en), T("", ""), NULL, "response", NULL                         \
    }
#define WORDS(name, zh, en, flags)                                                                           \
    {                                                                                                        \
        name, F_TEXT, F_LONG | (flags), NULL, 0, 2000, T(zh, en), T("", ""), NULL, "response", NULL          \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("隐患编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, F_SEARCH | F_LIST, NULL, 2, 120, T("标题", "Title"),
     T("不填时由单位和描述生成", "made of the place and the description when left out"), NULL, "basic", NULL},
    {"grade", F_INT, F_FILTER | F_SORT | F_LIST, "danger_grade", 1, 4, T("隐患等级", "Grade"), T("", ""),
     NULL, "basic", "4"},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "danger_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"source", F_ENUM, F_FILTER | F_LIST, "danger_source", 0, 0, T("来源", "Source"), T("", ""), NULL,
     "basic", NULL},
    {"category", F_ENUM, F_FILTER, "danger_category", 0, 0, T("隐患类别", "Category"), T("", ""), NULL,
     "basic", NULL},
    {"industry", F_ENUM, F_FILTER, "industry", 0, 0, T("行业", "Industry"),
     T("不填时随单位", "as the enterprise's when left out"), NULL, "basic", NULL},
    {"line", F_ENUM, F_FILTER, "field", 0, 0, T("条线", "Line of work"),
     T("不填时随对象或行业", "follows from object or industry when left out"), NULL, "basic", NULL},
    {"description", F_TEXT, F_REQUIRED | F_LONG | F_SEARCH, NULL, 4, 2000, T("隐患描述", "What is wrong"),
     T("", ""), NULL, "basic", NULL},
    {"enterprise", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("责任单位", "Enterprise"),
     T("由谁整改", "who has to rectify it"), NULL, "place", NULL},
    {"object", F_REF, F_FILTER | F_INDEX, "objects", 0, 0, T("对象", "Object"), T("", ""), NULL, "place",
     NULL},
    {"district", F_REF, F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("所属区划", "District"),
     T("不填时随单位或对象", "follows from enterprise or object when left out"), NULL, "place", NULL},
    {"place", F_TEXT, F_SEARCH, NULL, 0, 200, T("具体位置", "Place"), T("", ""), NULL, "place", NULL},
    {"lon", F_REAL, F_FILTER, NULL, 73, 136, T("经度", "Longitude"), T("CGCS2000，度", "CGCS2000, degrees"),
     "°", "place", NULL},
    {"lat", F_REAL, F_FILTER, NULL, 3, 54, T("纬度", "Latitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"criterion", F_REF, F_FILTER, "danger-criteria", 0, 0, T("判定条款", "Clause"),
     T("判定为重大隐患所依据的条款", "the clause by which it is major"), NULL, "basic", NULL},
    WORDS("major_reason", "判定理由", "Why it is major", 0),
    {"handler", F_REF, RO | F_FILTER | F_INDEX, "bodies", 0, 0, T("督促单位", "In charge"),
     T("核实、复查的部门或属地", "the department or town that verifies and reviews"), NULL, "contact", NULL},
    BY("reported_by", "发现人", "Found by"),
    STAMP("found_at", "发现时间", "Found at", F_FILTER | F_SORT | F_LIST),
    {"finders", F_INT, RO, NULL, 0, 10000, T("发现人数", "Finders"), T("", ""), NULL, "response", "0"},
    WORDS("requirements", "整改要求", "What is to be done", RO),
    STAMP("deadline", "指定整改期限", "Asked to be done by", 0),
    {"leader", F_TEXT, RO | F_SEARCH, NULL, 0, 50, T("包保领导", "Leader in charge"),
     T("重大隐患由一名领导包保", "one leader answers for each major danger"), NULL, "contact", NULL},
    {"leader_post", F_TEXT, RO, NULL, 0, 100, T("包保领导职务", "Post of the leader in charge"), T("", ""),
     NULL, "contact", NULL},
    STAMP("ordered_at", "下达整改时间", "Ordered at", F_FILTER | F_SORT),
    BY("ordered_by", "下达人", "Ordered by"),
    WORDS("plan_duty", "整改责任", "Plan: duty", RO),
    WORDS("plan_measures", "整改措施", "Plan: measures", RO),
    {"plan_funds", F_REAL, RO, NULL, 0, 1e9, T("整改资金", "Plan: money"), T("", ""), "万元", "response",
     NULL},
    STAMP("plan_until", "整改时限", "Plan: until", 0),
    WORDS("plan_emergency", "应急预案", "Plan: precautions", RO),
    STAMP("planned_at", "方案提交时间", "Plan handed in at", 0),
    WORDS("progress", "整改进展", "Progress", RO),
    WORDS("result", "整改结果", "What was done", RO),
    {"cost", F_REAL, RO, NULL, 0, 1e9, T("整改投入", "Spent"), T("", ""), "万元", "response", NULL},
    STAMP("due_at", "整改期限", "Due at", F_FILTER | F_SORT),
    STAMP("rectified_at", "整改完成时间", "Rectified at", F_FILTER | F_SORT),
    BY("rectified_by", "整改人", "Rectified by"),
    BY("rectifier", "整改人账号", "Account of who rectified"),
    {"on_time", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("按期整改", "On time"), T("", ""), NULL, "response",
     NULL},
    STAMP("reviewed_at", "复查时间", "Reviewed at", 0),
    BY("reviewed_by", "复查人", "Reviewed by"),
    WORDS("review", "复查意见", "Review", RO),
    {"returns", F_INT, RO | F_FILTER, NULL, 0, 1000, T("退回次数", "Returns"), T("", ""), NULL, "response",
     "0"},
    WORDS("returned_reason", "退回原因", "Why it was returned", RO),
    STAMP("closed_at", "销号时间", "Closed at", F_FILTER | F_SORT),
    WORDS("end_reason", "结束理由", "Why it ended", RO),
    {"beyond", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("本级无力解决", "Beyond our level"), T("", ""), NULL,
     "response", NULL},
    WORDS("beyond_reason", "上报理由", "Why it was sent upward", RO),
    {"merged_into", F_REF, RO, "dangers", 0, 0, T("并入隐患", "Joined to"), T("", ""), NULL, "response",
     NULL},
    {"client_key", F_TEXT, F_CREATE_ONLY | F_INDEX, NULL, 8, 64, T("上报标识", "Key of the report"),
     T("由手机生成，同一标识只成立一条", "made by the phone; one key makes one danger"), NULL, "basic", NULL},
};

static void check_place(Work *w, const Entity *e, const Record *rec)
{
    if ((rec_val(e, rec, "lon")->type == DB_NULL) != (rec_val(e, rec, "lat")->type == DB_NULL))
        FAIL_FIELD(w->ctx, "lon", "required", 0, "经度和纬度应同时填写",
                   "longitude and latitude go together");
    if (rec_val(e, rec, "district")->type == DB_NULL)
        FAIL_FIELD(w->ctx, "district", "required", 0, "单位、对象和区划须至少填写一项",
                   "fill in an enterprise, an object or a district");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (!old) TRY(danger_derive(w, rec));
    check_place(w, e, rec);
    int64_t grade = rec_i64(e, rec, "grade");
    if (grade != DANGER_MAJOR && grade != DANGER_GENERAL)
        FAIL_FIELD(w->ctx, "grade", "dictionary", 0, "隐患等级为重大或一般", "a danger is major or general");
    if (grade == DANGER_MAJOR && !rec_i64(e, rec, "criterion") && !rec_text(e, rec, "major_reason").n)
        FAIL_FIELD(w->ctx, "criterion", "required", 0, "判定为重大隐患须有判定条款或写明理由",
                   "a major danger needs a clause or a stated reason");
    return w->ctx->err.kind;
}

const Entity danger_entity = {
    .name = "danger",
    .plural = "dangers",
    .title = T("隐患", "Hidden dangers"),
    .icon = T("", "danger"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "danger.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW,
              .district = "district",
              .body = "enterprise handler",
              .line = "line",
              .parties = true},
    .flow = &danger_flow,
    .papers = danger_papers,
    .npapers = DANGER_PAPERS,
};

static const Perm perms[] = {
    {"danger.read", T("查看隐患与挂牌督办", "See dangers and supervisions"),
     "watch office dept town inspector enterprise leader audit grid"},
    {"danger.report", T("上报隐患", "Report dangers"), "watch office dept town inspector enterprise grid"},
    {"danger.order", T("核实隐患与下达整改", "Verify dangers and order rectification"),
     "office dept town inspector"},
    {"danger.judge", T("判定重大隐患", "Judge dangers major"), "office dept town inspector"},
    {"danger.rectify", T("整改隐患", "Rectify dangers"), "enterprise"},
    {"danger.review", T("复查与销号", "Review and close dangers"), "office dept town inspector"},
    {"danger.self_review", T("企业自查隐患复核", "Review own findings"), "enterprise"},
    {"danger.supervise", T("催办、督办与延期审批", "Urge, supervise, extend"),
     "office dept town inspector leader"},
    {"supervision.hang", T("挂牌督办与摘牌", "Put under supervision and take off"), "office dept town"},
    {"supervision.accept", T("挂牌督办验收", "Accept under supervision"), "office dept town inspector"},
    {"danger.criteria", T("维护重大隐患判定标准", "Change the criteria"), "office"},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    TRY(criteria_seed(&w));
    return work_commit(&w);
}

static const Entity *const entities[] = {&danger_entity, &criterion_entity, &supervision_entity};
const Module mod_danger = {
    .name = "danger",
    .title = T("隐患治理", "Hidden dangers"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = danger_dicts,
    .ndicts = DANGER_DICTS,
    .routes = danger_routes,
    .nroutes = DANGER_ROUTES,
    .migrations = mod_danger_migrations,
    .nmigrations = ARRAY_LEN(mod_danger_migrations),
    .start = start,
    .limits = danger_limits,
    .nlimits = DANGER_LIMITS,
};
