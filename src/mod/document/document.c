/* The slice's main table: policy papers, their permissions, and the module. A paper is a file kept as
 * evidence under its hash, what stands on its front, and counts of its items. People correct the front; the
 * rest is the program's. A paper is seen in its district, by its body, and by every unit that has a task of
 * it. */
#include "document_private.h"
#include "mod_document_migrations.h"

#define RO F_READONLY
#define COUNT(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_INT, RO | F_LIST, NULL, 0, 1e7, T(zh, en), T("", ""), NULL, "response", "0"                  \
    }

static const Field correct_params[] = {
    {"title", F_TEXT, 0, NULL, 2, 200, T("标题", "Title"), T("", ""), NULL, NULL, NULL},
    {"number", F_TEXT, 0, NULL, 0, 60, T("文号", "Number"), T("", ""), NULL, NULL, NULL},
    {"issuer", F_TEXT, 0, NULL, 0, 300, T("发文机关", "Issuer"), T("", ""), NULL, NULL, NULL},
    {"kind", F_ENUM, 0, "document_kind", 0, 0, T("文种", "Kind"), T("", ""), NULL, NULL, NULL},
    {"year", F_INT, 0, NULL, 1990, 2100, T("年度", "Year"), T("", ""), NULL, NULL, NULL},
};

static Rc correct(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    TRY(document_need_keeper(w, rec));
    for (size_t i = 0; i < ARRAY_LEN(correct_params); i++)
        if (params[i].type != DB_NULL) rec_set(e, rec, correct_params[i].name, params[i]);
    return RC_OK;
}

static const Action actions[] = {
    {.name = "correct",
     .perm = "document.write",
     .label = T("更正文件信息", "Correct the front"),
     .params = correct_params,
     .nparams = ARRAY_LEN(correct_params),
     .fn = correct},
};

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("文件编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 1, 200, T("标题", "Title"), T("", ""), NULL, "basic",
     NULL},
    {"number", F_TEXT, RO | F_SEARCH | F_FILTER | F_LIST, NULL, 0, 60, T("文号", "Number"), T("", ""), NULL,
     "basic", NULL},
    {"issuer", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 300, T("发文机关", "Issuer"), T("", ""), NULL,
     "basic", NULL},
    {"issued_on", F_TEXT, RO | F_SORT | F_LIST, NULL, 0, 10, T("成文日期", "Date"), T("", ""), NULL, "basic",
     NULL},
    {"kind", F_ENUM, RO | F_FILTER | F_LIST, "document_kind", 0, 0, T("文种", "Kind"), T("", ""), NULL,
     "basic", NULL},
    {"year", F_INT, RO | F_FILTER | F_SORT, NULL, 1990, 2100, T("年度", "Year"),
     T("无年份的期限按此年度计算", "for dates without a year"), NULL, "basic", NULL},
    {"body", F_REF, RO | F_FILTER | F_INDEX, "bodies", 0, 0, T("录入单位", "Kept by"), T("", ""), NULL,
     "contact", NULL},
    {"district", F_REF, RO | F_FILTER | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
    COUNT("items", "条目数", "Items"),
    COUNT("duties", "有责任单位的条目", "Items with units"),
    COUNT("doubtful", "存疑条目", "Unsure items"),
    COUNT("waiting", "待确认条目", "To be confirmed"),
    COUNT("confirmed", "已确认条目", "Confirmed"),
    {"version_no", F_INT, RO | F_LIST, NULL, 1, 1000, T("版本", "Version"), T("", ""), NULL, "basic", "1"},
    {"previous", F_REF, RO | F_FILTER, "documents", 0, 0, T("上一版本", "Version before"), T("", ""), NULL,
     "basic", NULL},
    {"file_name", F_TEXT, RO, NULL, 0, 200, T("文件名", "File"), T("", ""), NULL, "basic", NULL},
    {"file_hash", F_TEXT, RO | F_INNER, NULL, 0, 64, T("文件摘要", "Hash of the file"), T("", ""), NULL,
     "basic", NULL},
    {"uploaded_by", F_TEXT, RO, NULL, 0, 100, T("上传人", "Uploaded by"), T("", ""), NULL, "basic", NULL},
};

const Entity document_entity = {
    .name = "document",
    .plural = "documents",
    .title = T("政策文件", "Policy papers"),
    .icon = T("", "document"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "document.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .scope =
        {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE, .parties = true},
    .searched = true,
    .evidence = true,
    .papers = document_papers,
    .npapers = DOCUMENT_PAPERS,
};

static const DictEntry kinds[] = {
    {"notice", T("通知", "Notice"), NULL, NULL}, {"opinion", T("意见", "Opinion"), NULL, NULL},
    {"rules", T("规定", "Rules"), NULL, NULL},   {"measures", T("办法", "Measures"), NULL, NULL},
    {"plan", T("规划", "Plan"), NULL, NULL},     {"work_plan", T("工作要点", "Work plan"), NULL, NULL},
    {"scheme", T("方案", "Scheme"), NULL, NULL}, {"decision", T("决定", "Decision"), NULL, NULL},
    {"letter", T("函", "Letter"), NULL, NULL},   {"other", T("其他", "Other"), NULL, NULL},
};
static const DictEntry states[] = {
    {"proposed", T("待确认", "Proposed"), NULL, NULL},
    {"confirmed", T("已确认", "Confirmed"), NULL, NULL},
    {"rejected", T("不作任务", "No task"), NULL, NULL},
    {"merged", T("已合并", "Joined"), NULL, NULL},
};
static const DictEntry item_kinds[] = {
    {"duty", T("有责任单位", "With units"), NULL, NULL},
    {"text", T("无责任单位", "Without units"), NULL, NULL},
};
static const Dict dicts[] = {
    {"document_kind", T("文种", "Kinds of papers"), kinds, ARRAY_LEN(kinds), true},
    {"document_item_state", T("条目校对状态", "States of items"), states, ARRAY_LEN(states), true},
    {"document_item_kind", T("条目类别", "Kinds of items"), item_kinds, ARRAY_LEN(item_kinds), true},
};
static const Perm perms[] = {
    {"document.read", T("查看政策文件", "See policy papers"),
     "watch office dept town inspector enterprise leader audit"},
    {"document.write", T("上传、校对政策文件", "Upload and check policy papers"), "office dept town"},
};

static const Entity *const entities[] = {&document_entity, &item_entity, &alias_entity};
const Module mod_document = {
    .name = "document",
    .title = T("政策文件", "Policy papers"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = document_routes,
    .nroutes = DOCUMENT_ROUTES,
    .migrations = mod_document_migrations,
    .nmigrations = ARRAY_LEN(mod_document_migrations),
};
