/* Orders (处置单): what a warning asks of one unit. One for each unit and warning, with its own state, its
 * own clocks and its own evidence. */
#include "warning_private.h"

#define RO F_READONLY
#define TIME_FIELD(name, zh, en)                                                                             \
    {                                                                                                        \
        name, F_TIME, RO | F_FILTER | F_SORT, NULL, 0, 0, T(zh, en), T("", ""), NULL, "response", NULL       \
    }
#define NAME_FIELD(name, zh, en)                                                                             \
    {                                                                                                        \
        name, F_TEXT, RO, NULL, 0, 100, T(zh, en), T("", ""), NULL, "response", NULL                         \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 40,
     T("处置单号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 120, T("标题", "Title"), T("", ""), NULL, "basic",
     NULL},
    {"warning", F_REF, RO | F_FILTER | F_INDEX, "warnings", 0, 0, T("所属预警", "Warning"), T("", ""), NULL,
     "basic", NULL},
    {"grade", F_INT, RO | F_FILTER | F_SORT | F_LIST, "grade", 1, 4, T("等级", "Grade"), T("", ""), NULL,
     "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "order_state", 0, 0, T("状态", "State"),
     T("", ""), NULL, "basic", NULL},
    {"role", F_ENUM, RO | F_FILTER | F_LIST, "order_role", 0, 0, T("派单角色", "Role"), T("", ""), NULL,
     "basic", NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("承办单位", "Unit"), T("", ""), NULL,
     "contact", NULL},
    {"issuer", F_REF, RO | F_FILTER, "bodies", 0, 0, T("派单单位", "Sent by"), T("", ""), NULL, "contact",
     NULL},
    {"line", F_ENUM, RO | F_FILTER, "field", 0, 0, T("专业", "Line of work"), T("", ""), NULL, "basic", NULL},
    {"district", F_REF, RO | F_FILTER, "districts", 0, 0, T("所属区划", "District"), T("", ""), NULL, "place",
     NULL},
    {"why_zh", F_TEXT, RO, NULL, 0, 300, T("派单依据", "Why this unit (Chinese)"), T("", ""), NULL, "basic",
     NULL},
    {"why_en", F_TEXT, RO, NULL, 0, 300, T("派单依据（英文）", "Why this unit"), T("", ""), NULL, "basic",
     NULL},
    {"task", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("处置要求", "What is asked"), T("", ""), NULL, "basic",
     NULL},
    TIME_FIELD("issued_at", "派单时间", "Sent at"),
    TIME_FIELD("signed_at", "签收时间", "Signed at"),
    NAME_FIELD("signed_by", "签收人", "Signed by"),
    TIME_FIELD("arrived_at", "到场时间", "On site at"),
    NAME_FIELD("arrived_by", "到场人", "On site"),
    TIME_FIELD("visited_at", "核查时间", "Visited at"),
    NAME_FIELD("visited_by", "核查人", "Visited by"),
    {"visit_found", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("核查发现隐患", "The visit found a danger"),
     T("", ""), NULL, "response", NULL},
    {"visit", F_TEXT, RO | F_LONG | F_SEARCH, NULL, 0, 2000, T("核查情况", "What the visit saw"), T("", ""),
     NULL, "response", NULL},
    {"progress", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("最近进展", "Latest progress"), T("", ""), NULL,
     "response", NULL},
    TIME_FIELD("answered_at", "反馈时间", "Answered at"),
    NAME_FIELD("answered_by", "反馈人", "Answered by"),
    {"result", F_ENUM, RO | F_FILTER, "order_result", 0, 0, T("处置结果", "Result"), T("", ""), NULL,
     "response", NULL},
    {"answer", F_TEXT, RO | F_LONG | F_SEARCH, NULL, 0, 2000, T("反馈内容", "Answer"), T("", ""), NULL,
     "response", NULL},
    {"cause", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("查明原因", "Cause found"), T("", ""), NULL, "response",
     NULL},
    TIME_FIELD("accepted_at", "通过时间", "Accepted at"),
    NAME_FIELD("accepted_by", "复核人", "Accepted by"),
    {"returns", F_INT, RO, NULL, 0, 1000, T("退回次数", "Times returned"), T("", ""), NULL, "response", "0"},
    {"returned_reason", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("退回或退单理由", "Why returned"), T("", ""),
     NULL, "response", NULL},
    TIME_FIELD("closed_at", "结束时间", "Closed at"),
};

/* An order is seen by its unit, by who sent it, and by whoever has its district and line in his charge; not
 * by the other units of the same warning. */
const Entity order_entity = {
    .name = "order",
    .plural = "orders",
    .title = T("处置单", "Orders"),
    .icon = T("", "order"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "warning.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = "line", .parties = true},
    .flow = &order_flow,
    .papers = order_papers,
    .npapers = ORDER_PAPERS,
};
