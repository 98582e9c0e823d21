/* Items of a paper (document-items): what the reader found, and what a person made of it. `units` is the
 * reading and never changes but by a better dictionary; `assigned`, `due_at`, `per` are what will be ordered.
 * An item is seen by whoever sees its paper. */
#include "document_private.h"

#define RO F_READONLY
#define JSON_FIELD(name, zh, en)                                                                             \
    {                                                                                                        \
        name, F_JSON, RO, NULL, 0, 0, T(zh, en), T("", ""), NULL, "basic", NULL                              \
    }
#define TEXT_FIELD(name, zh, en, most, flags)                                                                \
    {                                                                                                        \
        name, F_TEXT, RO | (flags), NULL, 0, most, T(zh, en), T("", ""), NULL, "basic", NULL                 \
    }

static const Field fields[] = {
    TEXT_FIELD("title", "条目", "Item", 120, F_SEARCH | F_LIST),
    {"document", F_REF, RO | F_FILTER | F_INDEX, "documents", 0, 0, T("文件", "Paper"), T("", ""), NULL,
     "basic", NULL},
    {"place", F_INT, RO | F_SORT, NULL, 0, 1e7, T("顺序", "Place"), T("", ""), NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST, "document_item_state", 0, 0, T("校对状态", "State"), T("", ""),
     NULL, "basic", "proposed"},
    {"kind", F_ENUM, RO | F_FILTER, "document_item_kind", 0, 0, T("条目类别", "Kind"), T("", ""), NULL,
     "basic", NULL},
    TEXT_FIELD("path", "所在章节", "Path", 600, 0),
    TEXT_FIELD("heading", "标题", "Heading", 300, 0),
    TEXT_FIELD("text", "正文", "Text", 16000, F_LONG | F_SEARCH),
    {"source_from", F_INT, RO | F_INNER, NULL, 0, 0, T("原文起点", "Source from"), T("", ""), NULL, "basic",
     NULL},
    {"source_to", F_INT, RO | F_INNER, NULL, 0, 0, T("原文终点", "Source to"), T("", ""), NULL, "basic",
     NULL},
    TEXT_FIELD("holder", "责任人岗位", "Office-holder", 120, F_FILTER),
    TEXT_FIELD("clause", "责任分工原文", "Clause", 2000, F_LONG),
    JSON_FIELD("units", "识别的单位", "Units as read"),
    JSON_FIELD("assigned", "拟交办单位", "Units to be ordered"),
    JSON_FIELD("cadence", "识别的频次", "Cadences as read"),
    JSON_FIELD("deadlines", "识别的期限", "Deadlines as read"),
    JSON_FIELD("targets", "识别的指标", "Targets as read"),
    TEXT_FIELD("verbs", "动作", "Actions", 500, 0),
    TEXT_FIELD("unsure", "存疑", "Unsure", 200, 0),
    {"doubt", F_INT, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 100, T("存疑程度", "Doubt"), T("", ""), NULL,
     "basic", "0"},
    {"due_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("办结时限", "Due at"), T("", ""), NULL,
     "basic", NULL},
    {"per", F_ENUM, RO | F_FILTER, "task_per", 0, 0, T("周期", "Cadence"), T("", ""), NULL, "basic", NULL},
    {"every", F_INT, RO, NULL, 1, 100, T("每几期一次", "Every"), T("", ""), NULL, "basic", NULL},
    {"times", F_INT, RO, NULL, 0, 1000000, T("每期次数", "Times a period"), T("", ""), NULL, "basic", NULL},
    {"merged_into", F_REF, RO | F_FILTER, "document-items", 0, 0, T("并入条目", "Joined to"), T("", ""), NULL,
     "response", NULL},
    {"tasks", F_INT, RO | F_LIST, NULL, 0, 100000, T("任务数", "Tasks"), T("", ""), NULL, "response", "0"},
    {"edited", F_BOOL, RO, NULL, 0, 0, T("人工修改", "Changed by hand"), T("", ""), NULL, "response",
     "false"},
    {"confirmed_at", F_TIME, RO, NULL, 0, 0, T("确认时间", "Confirmed at"), T("", ""), NULL, "response",
     NULL},
    TEXT_FIELD("confirmed_by", "确认人", "Confirmed by", 100, 0),
};

const Entity item_entity = {
    .name = "document-item",
    .plural = "document-items",
    .title = T("文件条目", "Items of papers"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "document.read",
    .title_field = "title",
    .sort = "place",
    .actions = item_actions,
    .nactions = ITEM_ACTIONS,
    .scope = {.kind = SCOPE_VIA, .via = "document"},
};

Rc document_item(Work *w, Str id, Record **out)
{
    Rc rc = scope_find(w, IE, id, out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(IE->title, w->ctx->lang));
}
