/* The slice's tables: warnings, their dictionaries and permissions, and the module. What happens to a warning
 * stands in warning_flow.c, what happens to its orders in order.c and order_flow.c. */
#include "warning_private.h"
#include "mod_warning_migrations.h"

#define RO F_READONLY
#define TIME_FIELD(name, zh, en)                                                                             \
    {                                                                                                        \
        name, F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T(zh, en), T("", ""), NULL, "response", NULL       \
    }
#define COUNT_FIELD(name, zh, en)                                                                            \
    {                                                                                                        \
        name, F_INT, RO, NULL, 0, 100000, T(zh, en), T("", ""), NULL, "response", "0"                        \
    }
#define LONG_FIELD(name, zh, en, flags, help_zh, help_en)                                                    \
    {                                                                                                        \
        name, F_TEXT, F_LONG | (flags), NULL, 0, 1000, T(zh, en), T(help_zh, help_en), NULL, "basic", NULL   \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("预警编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("标题", "Title"), T("", ""), NULL,
     "basic", NULL},
    {"grade", F_INT, F_REQUIRED | F_FILTER | F_SORT | F_LIST, "grade", 1, 4, T("预警等级", "Grade"),
     T("", ""), NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "warning_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"line", F_ENUM, F_FILTER | F_LIST, "field", 0, 0, T("专业", "Line of work"), T("", ""), NULL, "basic",
     NULL},
    {"automatic", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("自动转警", "Made by the program"),
     T("报警超过研判时限无人研判，由程序转为预警",
       "nobody judged the alarm in time, so the program made the warning"),
     NULL, "basic", NULL},
    {"district", F_REF, F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
    {"object", F_REF, F_FILTER | F_INDEX, "objects", 0, 0, T("对象", "Object"), T("", ""), NULL, "place",
     NULL},
    {"owner", F_REF, F_FILTER | F_INDEX, "bodies", 0, 0, T("权属单位", "Owner"), T("", ""), NULL, "place",
     NULL},
    {"place", F_TEXT, F_SEARCH, NULL, 0, 200, T("地点", "Place"), T("", ""), NULL, "place", NULL},
    {"lon", F_REAL, 0, NULL, 73, 136, T("经度", "Longitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"lat", F_REAL, 0, NULL, 3, 54, T("纬度", "Latitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"radius", F_INT, 0, NULL, 10, 100000, T("影响半径", "Radius"), T("", ""), "m", "place", NULL},
    LONG_FIELD("what", "情况", "What has happened", F_SEARCH, "", ""),
    LONG_FIELD("cause", "可能原因", "Possible cause", 0, "", ""),
    LONG_FIELD("area", "可能影响范围", "Possible area", 0, "", ""),
    LONG_FIELD("measures", "应采取的措施", "Measures", 0, "对各处置单位的要求", "what the units are to do"),
    LONG_FIELD("advice", "公众提示", "Advice to the public", 0, "", ""),
    {"issuer", F_REF, RO | F_FILTER, "bodies", 0, 0, T("发布单位", "Issued by"), T("", ""), NULL, "contact",
     NULL},
    {"alarms", F_INT, RO | F_LIST, NULL, 0, 100000, T("报警数", "Alarms"), T("", ""), NULL, "monitor", "0"},
    {"group_id", F_TEXT, RO | F_INDEX | F_INNER, NULL, 0, 24, T("报警组", "Group of alarms"), T("", ""), NULL,
     "monitor", NULL},
    {"made_by", F_TEXT, RO, NULL, 0, 100, T("研判人", "Made by"), T("", ""), NULL, "response", NULL},
    {"graded_by", F_TEXT, RO, NULL, 0, 100, T("定级人", "Graded by"), T("", ""), NULL, "response", NULL},
    {"published_by", F_TEXT, RO, NULL, 0, 100, T("发布人", "Published by"), T("", ""), NULL, "response",
     NULL},
    TIME_FIELD("raised_at", "首次报警时间", "First alarm at"),
    TIME_FIELD("judged_at", "研判时间", "Judged at"),
    TIME_FIELD("graded_at", "定级时间", "Graded at"),
    {"published_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, 0,
     T("发布时间", "Published at"), T("", ""), NULL, "response", NULL},
    TIME_FIELD("first_signed_at", "首个签收时间", "First signed at"),
    TIME_FIELD("signed_at", "全部签收时间", "All signed at"),
    TIME_FIELD("on_site_at", "首个到场时间", "First on site at"),
    TIME_FIELD("answered_at", "全部反馈时间", "All answered at"),
    TIME_FIELD("lifted_at", "解除时间", "Lifted at"),
    TIME_FIELD("filed_at", "归档时间", "Filed at"),
    TIME_FIELD("cancelled_at", "撤销时间", "Cancelled at"),
    COUNT_FIELD("units", "处置单数", "Orders"),
    COUNT_FIELD("signed", "已签收", "Signed"),
    COUNT_FIELD("answered", "已反馈", "Answered"),
    COUNT_FIELD("accepted", "已通过", "Accepted"),
    {"false_code", F_ENUM, RO | F_FILTER, "false_reason", 0, 0, T("误报原因", "Why it was false"), T("", ""),
     NULL, "response", NULL},
    LONG_FIELD("end_reason", "解除或撤销理由", "Why it ended", RO, "", ""),
    LONG_FIELD("conclusion", "处置结论", "Conclusion", RO, "", ""),
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    bool placed = rec_val(e, rec, "object")->type != DB_NULL || rec_val(e, rec, "district")->type != DB_NULL;
    if (!placed && !rec_i64(e, rec, "alarms"))
        FAIL_FIELD(w->ctx, "district", "required", 0, "对象和区划须至少填写一项",
                   "fill in an object or a district");
    if ((rec_val(e, rec, "lon")->type == DB_NULL) != (rec_val(e, rec, "lat")->type == DB_NULL))
        FAIL_FIELD(w->ctx, "lon", "required", 0, "经度和纬度应同时填写",
                   "longitude and latitude go together");
    return w->ctx->err.kind;
}

const Entity warning_entity = {
    .name = "warning",
    .plural = "warnings",
    .title = T("预警", "Warnings"),
    .icon = T("", "warning"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "warning.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "owner", .line = "line", .parties = true},
    .flow = &warning_flow,
    .papers = warning_papers,
    .npapers = WARNING_PAPERS,
};

static const DictEntry roles[] = {
    {"owner", T("权属单位", "Owner"), NULL, NULL},
    {"department", T("主管部门", "Department"), NULL, NULL},
    {"district", T("属地", "District"), NULL, NULL},
    {"lead", T("牵头单位", "Leading unit"), NULL, NULL},
    {"support", T("协同单位", "Supporting unit"), NULL, NULL},
};
static const DictEntry hows[] = {
    {"order", T("派单", "Order"), NULL, NULL},
    {"notice", T("抄告", "For information"), NULL, NULL},
};
static const DictEntry results[] = {
    {"removed", T("隐患已消除", "Danger removed"), NULL, NULL},
    {"controlled", T("已控制，持续监护", "Under control, being watched"), NULL, NULL},
    {"false", T("现场核实为误报", "Found to be false on site"), NULL, NULL},
    {"beyond", T("超出本单位处置能力", "Beyond the unit's means"), NULL, NULL},
};
/* CAP's words for our grades and lines: proposals, for a city to change. radius in metres, hours of validity.
 */
static const DictEntry cap_grades[] = {
    {"1", T("红色", "Red"), NULL,
     "{\"severity\":\"Extreme\",\"urgency\":\"Immediate\",\"certainty\":\"Observed\",\"response\":"
     "\"Execute\","
     "\"radius\":1000,\"hours\":24}"},
    {"2", T("橙色", "Orange"), NULL,
     "{\"severity\":\"Severe\",\"urgency\":\"Immediate\",\"certainty\":\"Observed\",\"response\":\"Execute\","
     "\"radius\":500,\"hours\":24}"},
    {"3", T("黄色", "Yellow"), NULL,
     "{\"severity\":\"Moderate\",\"urgency\":\"Expected\",\"certainty\":\"Likely\",\"response\":\"Prepare\","
     "\"radius\":300,\"hours\":48}"},
    {"4", T("蓝色", "Blue"), NULL,
     "{\"severity\":\"Minor\",\"urgency\":\"Expected\",\"certainty\":\"Possible\",\"response\":\"Monitor\","
     "\"radius\":200,\"hours\":72}"},
};
#define CATEGORY(code, zh, en, category)                                                                     \
    {                                                                                                        \
        code, T(zh, en), NULL, "{\"category\":\"" category "\"}"                                             \
    }
static const DictEntry cap_lines[] = {
    CATEGORY("other", "其他专业", "Any other line", "Infra"),
    CATEGORY("fire", "消防", "Fire protection", "Fire"),
    CATEGORY("forest", "森林火灾", "Forest fires", "Fire"),
    CATEGORY("crowd", "大客流", "Crowds", "Safety"),
    CATEGORY("chemical", "危险化学品", "Hazardous chemicals", "CBRNE"),
    CATEGORY("hazmat", "危险货物运输", "Hazardous goods transport", "CBRNE"),
    CATEGORY("fireworks", "烟花爆竹", "Fireworks", "CBRNE"),
    CATEGORY("vessel", "水上交通", "Vessels", "Transport"),
    CATEGORY("metro", "轨道交通", "Rail transit", "Transport"),
    CATEGORY("flood", "江河洪水", "River floods", "Met"),
    CATEGORY("weather", "气象", "Weather", "Met"),
    CATEGORY("lightning", "雷电", "Lightning", "Met"),
    CATEGORY("geology", "地质灾害", "Geological disasters", "Geo"),
    CATEGORY("earthquake", "地震", "Earthquakes", "Geo"),
    CATEGORY("tailings", "尾矿库", "Tailings ponds", "Safety"),
    CATEGORY("mine", "矿山", "Mines", "Safety"),
    CATEGORY("construction", "建筑施工", "Construction", "Safety"),
};
static const DictEntry cap_profile[] = {
    {"sender", T("发送方标识", "Sender"), NULL, "{\"value\":\"anlan\"}"},
    {"status", T("消息状态", "Status"), NULL, "{\"value\":\"Actual\"}"},
    {"web", T("网址", "Web address"), NULL, "{\"value\":\"\"}"},
};
static const Dict dicts[] = {
    {"order_role", T("派单角色", "Roles of units"), roles, ARRAY_LEN(roles), true},
    {"order_how", T("派单方式", "Ways of telling units"), hows, ARRAY_LEN(hows), true},
    {"order_result", T("处置结果", "Results of orders"), results, ARRAY_LEN(results), false},
    {"cap_grade", T("CAP 等级映射（默认值）", "CAP: grades (defaults)"), cap_grades, ARRAY_LEN(cap_grades),
     true},
    {"cap_line", T("CAP 类别映射（默认值）", "CAP: categories (defaults)"), cap_lines, ARRAY_LEN(cap_lines),
     false},
    {"cap_profile", T("CAP 发布设置", "CAP: settings"), cap_profile, ARRAY_LEN(cap_profile), true},
};

static const Perm perms[] = {
    {"warning.read", T("查看预警与处置单", "See warnings and orders"),
     "watch office dept town inspector enterprise leader audit"},
    {"warning.judge", T("研判与定级预警", "Make and grade warnings"), "watch office"},
    {"warning.publish", T("发布预警与派单", "Publish warnings and send orders"), "watch office"},
    {"warning.review", T("复核反馈、解除与归档预警", "Review answers, lift and file warnings"),
     "watch office"},
    {"warning.supervise", T("催办与督办", "Urge and supervise"), "watch office leader"},
    {"order.act", T("签收与办理处置单", "Sign and carry out orders"), "dept town inspector enterprise"},
    {"warning.route", T("查看派单规则", "See routing rules"),
     "watch office dept town inspector leader system audit"},
    {"warning.route.write", T("维护派单规则", "Change routing rules"), "office"},
    {"cap.read", T("读取 CAP 预警", "Read CAP messages"), "watch office dept leader system"},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx, (void)k;
    alarm_unjudged_do(warning_unjudged);
    return RC_OK;
}

static const Entity *const entities[] = {&warning_entity, &order_entity, &warning_route_entity};
const Module mod_warning = {
    .name = "warning",
    .title = T("预警处置", "Warnings"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = warning_routes,
    .nroutes = WARNING_ROUTES,
    .migrations = mod_warning_migrations,
    .nmigrations = ARRAY_LEN(mod_warning_migrations),
    .start = start,
    .limits = warning_limits,
    .nlimits = WARNING_LIMITS,
};
