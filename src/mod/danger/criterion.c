/* Criteria of major dangers (重大隐患判定标准), as data: an office adds, changes and switches off clauses, or
 * imports them. The words by which a clause is found are a column of their own. */
#include "danger_private.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("条款编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"industry", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "industry", 0, 0, T("行业", "Industry"), T("", ""),
     NULL, "basic", NULL},
    {"number", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 60, T("条款", "Clause"), T("", ""), NULL, "basic", NULL},
    {"text", F_TEXT, F_REQUIRED | F_LONG | F_SEARCH | F_LIST, NULL, 4, 1000, T("内容", "Text"),
     T("以本平台文字表述，引用时以标准原文为准",
       "in words of our own; the standard's own text is what counts"),
     NULL, "basic", NULL},
    {"keywords", F_TEXT, F_SEARCH, NULL, 0, 400, T("匹配词", "Words"),
     T("以空格分隔；描述中出现即提示本条款",
       "separated by spaces; a description that holds them is shown the clause"),
     NULL, "basic", NULL},
    {"source", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 200, T("来源标准", "Standard"), T("", ""), NULL, "basic",
     NULL},
    {"is_default", F_BOOL, F_FILTER, NULL, 0, 0, T("默认值", "Default"),
     T("随程序提供的表述，待本地核定", "a proposal that comes with the program, for the city to settle"),
     NULL, "basic", "false"},
    {"enabled", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("启用", "In force"), T("", ""), NULL, "basic",
     "true"},
};

const Entity criterion_entity = {
    .name = "danger-criterion",
    .plural = "danger-criteria",
    .title = T("重大隐患判定标准", "Criteria of major dangers"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "danger.read",
    .write_perm = "danger.criteria",
    .code_field = "code",
    .title_field = "text",
    .sort = "code",
    .searched = true,
    .scope = {.kind = SCOPE_OPEN},
};
