/* The kernel's own module: users, tokens, grants, dictionaries, and the routes that belong to no entity. */
#include "kernel_int.h"
#include "ledger_int.h"
#include "search.h"
#include "transfer.h"

static const DictEntry role_entries[] = {
    {"watch", T("值守员", "Watch officer"), NULL, "{\"reach\":\"district\"}"},
    {"office", T("安委办", "Safety committee office"), NULL, "{\"reach\":\"district\"}"},
    {"dept", T("部门", "Department"), NULL, "{\"reach\":\"line\"}"},
    {"town", T("镇街", "Township"), NULL, "{\"reach\":\"district\"}"},
    {"inspector", T("执法人员", "Enforcement officer"), NULL, "{\"reach\":\"line\"}"},
    {"enterprise", T("企业", "Enterprise"), NULL, "{\"reach\":\"body\"}"},
    {"leader", T("领导", "Leader"), NULL, "{\"reach\":\"district\"}"},
    {"system", T("系统管理员", "System administrator"), NULL, "{\"reach\":\"all\"}"},
    {"security", T("安全管理员", "Security administrator"), NULL, "{\"reach\":\"all\"}"},
    {"audit", T("审计管理员", "Audit administrator"), NULL, "{\"reach\":\"district\"}"},
};

const Dict kernel_role_dict = {.name = "role",
                               .title = T("角色", "Roles"),
                               .entries = role_entries,
                               .nentries = ARRAY_LEN(role_entries),
                               .fixed = true};

static const DictEntry group_entries[] = {
    {"basic", T("基本信息", "General"), NULL, NULL},
    {"place", T("位置", "Place"), NULL, NULL},
    {"contact", T("联系人", "Contact"), NULL, NULL},
    {"technical", T("技术参数", "Technical data"), NULL, NULL},
    {"monitor", T("监测", "Monitoring"), NULL, NULL},
    {"limits", T("限值", "Limits"), NULL, NULL},
    {"timing", T("时限", "Times"), NULL, NULL},
    {"response", T("处置", "Response"), NULL, NULL},
    {"validity", T("有效期", "Validity"), NULL, NULL},
    {"source", T("来源", "Source"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};

static const DictEntry notice_kinds[] = {
    {"assigned", T("待办", "Assigned"), NULL, NULL},  {"reminder", T("提醒", "Reminder"), NULL, NULL},
    {"urge", T("催办", "Urged"), NULL, NULL},         {"supervise", T("督办", "Supervised"), NULL, NULL},
    {"escalate", T("升级", "Escalated"), NULL, NULL}, {"call", T("呼叫", "Call"), NULL, NULL},
    {"info", T("通知", "Information"), NULL, NULL},
};

static const Dict dicts[] = {
    {.name = "notice_kind",
     .title = T("通知类别", "Kinds of notices"),
     .entries = notice_kinds,
     .nentries = ARRAY_LEN(notice_kinds),
     .fixed = true},
    {.name = "role",
     .title = T("角色", "Roles"),
     .entries = role_entries,
     .nentries = ARRAY_LEN(role_entries),
     .fixed = true},
    {.name = "form_group",
     .title = T("表单分组", "Form sections"),
     .entries = group_entries,
     .nentries = ARRAY_LEN(group_entries),
     .fixed = true},
};

static const Perm perms[] = {
    {"user.read", T("查看用户", "See users"), "system security audit"},
    {"user.write", T("管理用户", "Manage users"), "system security"},
    {"user.grant", T("授予角色和权限", "Give roles and permissions"), "security"},
    {"user.unmask", T("查看用户完整电话", "See users' whole telephone numbers"), "system security"},
    {"grant.read", T("查看角色权限", "See role permissions"), "system security audit"},
    {"token.read", T("查看访问令牌", "See access tokens"), "system security audit"},
    {"token.write", T("管理访问令牌", "Manage access tokens"), "security"},
    {"dict.read", T("查看字典", "See dictionaries"),
     "watch office dept town inspector enterprise leader system security audit"},
    {"dict.write", T("维护字典", "Edit dictionaries"), "system office"},
    {"metrics.read", T("读取运行指标", "Read metrics"), "system"},
    {"ledger.read", T("查看台账", "Read the ledger"), "audit"},
    {"ledger.export", T("导出台账", "Export the ledger"), "audit"},
    {"ledger.verify", T("校验台账", "Check the ledger"), "audit"},
};

static const Route routes[] = {
    {HTTP_GET, "/api/hello", PERM_PUBLIC, hello_handler, NULL, 0, 0,
     T("版本与演示信息", "Version and demo facts")},
    {HTTP_GET, "/api/health", PERM_PUBLIC, health_handler, NULL, 0, 0, T("运行状态", "Health")},
    {HTTP_POST, "/api/session", PERM_PUBLIC, session_login, NULL, 0, ROUTE_NO_CSRF, T("登录", "Log in")},
    {HTTP_GET, "/api/session", PERM_SESSION, session_show, NULL, 0, 0, T("当前会话", "The current session")},
    {HTTP_DELETE, "/api/session", PERM_SESSION, session_logout, NULL, 0, 0, T("退出", "Log out")},
    {HTTP_POST, "/api/session/password", PERM_SESSION, session_password, NULL, 0, 0,
     T("修改口令", "Change one's password")},
    {HTTP_POST, "/api/tokens", "token.write", token_create, NULL, 0, 0,
     T("新建访问令牌", "Create an access token")},
    {HTTP_DELETE, "/api/tokens/{id}", "token.write", token_revoke, NULL, 0, 0,
     T("吊销访问令牌", "Revoke an access token")},
    {HTTP_GET, "/api/meta", PERM_SESSION, meta_handler, NULL, 0, 0,
     T("登记项与字典", "Entities and dictionaries")},
    {HTTP_GET, "/api/events", PERM_SESSION, events_handler, NULL, 0, 0, T("事件流", "Event stream")},
    {HTTP_GET, "/api/files/{id}", PERM_SESSION, transfer_file, NULL, 0, 0, T("下载文件", "Download a file")},
    {HTTP_GET, "/api/notifications", PERM_SESSION, notices_handler, NULL, 0, 0, T("我的通知", "My notices")},
    {HTTP_POST, "/api/notifications/{id}/actions/read", PERM_SESSION, notice_read_handler, NULL, 0, 0,
     T("通知已读", "Mark a notice read")},
    {HTTP_POST, "/api/notifications/read-all", PERM_SESSION, notice_read_all_handler, NULL, 0, 0,
     T("全部通知已读", "Mark all notices read")},
    {HTTP_GET, "/api/desk", PERM_SESSION, desk_handler, NULL, 0, 0, T("工作台", "The desk")},
    {HTTP_GET, "/api/desk/summary", PERM_SESSION, desk_summary_handler, NULL, 0, 0,
     T("工作台计数", "The desk in figures")},
    {HTTP_GET, "/api/ledger", "ledger.read", ledger_handler, NULL, 0, 0, T("台账", "The ledger")},
    {HTTP_GET, "/api/ledger/heads", "ledger.read", ledger_heads_handler, NULL, 0, 0,
     T("台账签名链头", "Signed heads of the ledger")},
    {HTTP_GET, "/api/ledger/export", "ledger.export", ledger_export_handler, NULL, 0, 0,
     T("导出台账", "Export the ledger")},
    {HTTP_POST, "/api/ledger/verify", "ledger.verify", ledger_verify_handler, NULL, 0, 0,
     T("校验台账", "Check the ledger")},
    {HTTP_GET, "/api/ledger/verify", "ledger.verify", ledger_verify_state_handler, NULL, 0, 0,
     T("台账校验进度与结果", "Progress and result of the check")},
    {HTTP_GET, "/api/search", PERM_SESSION, search_handler, NULL, 0, 0, T("查找", "Search")},
    {HTTP_GET, "/api/openapi.json", PERM_SESSION, openapi_handler, NULL, 0, 0,
     T("接口说明", "OpenAPI document")},
    {HTTP_GET, "/metrics", "metrics.read", metrics_handler, NULL, 0, ROUTE_WRITE_AUTH,
     T("运行指标", "Metrics")},
};

static const Entity *const entities[] = {&users_entity, &tokens_entity, &grants_entity, &dict_entries_entity};

const Module kernel_module = {
    .name = "kernel",
    .title = T("平台", "Platform"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
};
