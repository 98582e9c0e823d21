/* The slice's tables: templates, numbers, issued papers, their dictionaries and permissions. A paper once
 * issued is never changed: it is revoked, and its number stays its own. */
#include "paper_private.h"
#include "mod_paper_migrations.h"

#define RO F_READONLY

static const Field template_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120,
     T("模板编码", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 1, 120, T("模板名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"entity", F_TEXT, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, NULL, 1, 60, T("适用记录", "Records"),
     T("记录种类的复数名", "the plural name of the records"), NULL, "basic", NULL},
    {"kind", F_TEXT, F_REQUIRED | F_FILTER | F_LIST, NULL, 1, 60, T("文书种类", "Kind of paper"), T("", ""),
     NULL, "basic", NULL},
    {"language", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "paper_language", 0, 0, T("语言", "Language"),
     T("", ""), NULL, "basic", "zh"},
    {"body", F_TEXT, F_REQUIRED | F_LONG, NULL, 1, 20000, T("正文", "Text"),
     T("写法见文书说明", "the markup is described in the paper on papers"), NULL, "basic", NULL},
    {"valid_from", F_TIME, F_SORT | F_LIST, NULL, 0, 0, T("启用时间", "Valid from"), T("", ""), NULL, "basic",
     NULL},
    {"valid_to", F_TIME, F_SORT, NULL, 0, 0, T("停用时间", "Valid to"), T("", ""), NULL, "basic", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

const Entity paper_template_entity = {
    .name = "paper-template",
    .plural = "paper-templates",
    .title = T("文书模板", "Templates of papers"),
    .icon = T("", "file"),
    .fields = template_fields,
    .nfields = ARRAY_LEN(template_fields),
    .read_perm = "paper.read",
    .write_perm = "paper.template",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_OPEN},
    .validate = template_validate,
};

static const Field number_fields[] = {
    {"word", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 40,
     T("机关代字", "Word"), T("如“云安委办”，在各单位之间不得重复", "no two issuers have the same"), NULL,
     "basic", NULL},
    {"issuer", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("发文单位", "Issuer"),
     T("", ""), NULL, "basic", NULL},
    {"kinds", F_TEXT, F_FILTER | F_LIST, NULL, 0, 400, T("用于文书", "For papers"),
     T("如 orders.order，以空格分隔；空为全部", "\"orders.order\", separated by spaces; empty: all of them"),
     NULL, "basic", NULL},
    {"pattern", F_TEXT, F_REQUIRED, NULL, 6, 80, T("样式", "Pattern"),
     T("含 {word} {year} {n}", "with {word}, {year} and {n}"), NULL, "basic", "{word}〔{year}〕{n}号"},
};

const Entity paper_number_entity = {
    .name = "paper-number",
    .plural = "paper-numbers",
    .title = T("发文字号", "Numbers of papers"),
    .icon = T("", "dictionary"),
    .fields = number_fields,
    .nfields = ARRAY_LEN(number_fields),
    .read_perm = "paper.read",
    .write_perm = "paper.template",
    .code_field = "word",
    .title_field = "word",
    .sort = "word",
    .scope = {.kind = SCOPE_OPEN},
    .validate = number_validate,
    .expand = number_expand,
};

static const Field paper_fields_[] = {
    {"number", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120,
     T("文号", "Number"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 300, T("标题", "Title"), T("", ""), NULL, "basic",
     NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST, "paper_state", 0, 0, T("状态", "State"), T("", ""), NULL,
     "basic", NULL},
    {"entity", F_TEXT, RO | F_FILTER | F_INDEX, NULL, 0, 60, T("所属记录种类", "Of which records"), T("", ""),
     NULL, "basic", NULL},
    {"record_id", F_TEXT, RO | F_FILTER | F_INDEX, NULL, 0, 24, T("所属记录", "Of the record"), T("", ""),
     NULL, "basic", NULL},
    {"record_code", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 120, T("所属编号", "Of the record's code"),
     T("", ""), NULL, "basic", NULL},
    {"kind", F_TEXT, RO | F_FILTER, NULL, 0, 60, T("文书种类", "Kind of paper"), T("", ""), NULL, "basic",
     NULL},
    {"language", F_ENUM, RO, "paper_language", 0, 0, T("语言", "Language"), T("", ""), NULL, "basic", NULL},
    {"issuer", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("发文单位", "Issuer"), T("", ""),
     NULL, "contact", NULL},
    {"addressee", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("主送单位", "Addressee"),
     T("", ""), NULL, "contact", NULL},
    {"district", F_REF, RO | F_FILTER, "districts", 0, 0, T("所属区划", "District"), T("", ""), NULL, "place",
     NULL},
    {"line", F_ENUM, RO | F_FILTER, "field", 0, 0, T("专业", "Line of work"), T("", ""), NULL, "basic", NULL},
    {"issued_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("印发时间", "Issued at"), T("", ""),
     NULL, "response", NULL},
    {"issued_by", F_TEXT, RO | F_LIST, NULL, 0, 100, T("经办人", "Issued by"), T("", ""), NULL, "response",
     NULL},
    {"code", F_TEXT, RO | F_UNIQUE, NULL, 1, 32, T("校验码", "Check code"), T("", ""), NULL, "basic", NULL},
    {"file", F_TEXT, RO, NULL, 0, 64, T("文件", "File"),
     T("SHA-256，即附件中的文件", "SHA-256, as among the files"), NULL, "basic", NULL},
    {"sm3", F_TEXT, RO | F_FILTER, NULL, 0, 64, T("文件 SM3", "SM3 of the file"), T("", ""), NULL, "basic",
     NULL},
    {"pages", F_INT, RO, NULL, 0, 10000, T("页数", "Pages"), T("", ""), NULL, "basic", NULL},
    {"signature", F_TEXT, RO, NULL, 0, 400, T("SM2 签名", "SM2 signature"), T("", ""), NULL, "basic", NULL},
    {"signing_key", F_TEXT, RO, NULL, 0, 64, T("签名公钥", "Public key"),
     T("公钥的 SM3", "SM3 of the public key"), NULL, "basic", NULL},
    {"template", F_TEXT, RO, NULL, 0, 120, T("所用模板", "Template"), T("", ""), NULL, "basic", NULL},
    {"template_version", F_INT, RO, NULL, 0, 1000000, T("模板版本", "Version of the template"), T("", ""),
     NULL, "basic", NULL},
    {"revoked_at", F_TIME, RO, NULL, 0, 0, T("撤销时间", "Revoked at"), T("", ""), NULL, "response", NULL},
    {"revoked_by", F_TEXT, RO, NULL, 0, 100, T("撤销人", "Revoked by"), T("", ""), NULL, "response", NULL},
    {"revoked_reason", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("撤销理由", "Why revoked"), T("", ""), NULL,
     "response", NULL},
};

static const Field revoke_params[] = {{"reason", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 1000,
                                       T("撤销理由", "Reason"), T("", ""), NULL, NULL, NULL}};
static const Action paper_actions[] = {
    {"revoke", "paper.revoke", T("撤销文书", "Revoke"), revoke_params, ARRAY_LEN(revoke_params), paper_revoke,
     paper_revocable},
};

const Entity paper_entity = {
    .name = "paper",
    .plural = "papers",
    .title = T("文书", "Papers"),
    .icon = T("", "file"),
    .fields = paper_fields_,
    .nfields = ARRAY_LEN(paper_fields_),
    .read_perm = "paper.read",
    .code_field = "number",
    .title_field = "title",
    .sort = "-issued_at",
    .actions = paper_actions,
    .nactions = ARRAY_LEN(paper_actions),
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "issuer addressee", .line = "line"},
    .searched = true,
    .evidence = true,
};

static const DictEntry languages[] = {{"zh", T("中文", "Chinese"), NULL, NULL},
                                      {"en", T("英文", "English"), NULL, NULL}};
static const DictEntry states[] = {{"issued", T("已印发", "Issued"), NULL, NULL},
                                   {"revoked", T("已撤销", "Revoked"), NULL, NULL}};
#define FONT(code, zh, en, family)                                                                           \
    {                                                                                                        \
        code, T(zh, en), NULL, "{\"family\":\"" family "\"}"                                                 \
    }
static const DictEntry fonts[] = {
    FONT("title", "标题（小标宋）", "Title", "Noto Serif CJK SC"),
    FONT("body", "正文（仿宋）", "Body", "Noto Serif CJK SC"),
    FONT("black", "一级标题（黑体）", "Headings of level 1", "Noto Sans CJK SC"),
    FONT("kai", "二级标题（楷体）", "Headings of level 2", "Noto Serif CJK SC"),
    FONT("page", "页码（宋体）", "Page numbers", "Noto Serif CJK SC"),
};
static const DictEntry settings[] = {
    {"address", T("核验网址", "Address for verifying"), NULL, "{\"value\":\"\"}"},
};
static const Dict dicts[] = {
    {"paper_language", T("文书语言", "Languages of papers"), languages, ARRAY_LEN(languages), true},
    {"paper_state", T("文书状态", "States of papers"), states, ARRAY_LEN(states), true},
    {"paper_font", T("文书字体", "Fonts of papers"), fonts, ARRAY_LEN(fonts), true},
    {"paper_setting", T("文书设置", "Settings of papers"), settings, ARRAY_LEN(settings), true},
};

static const Perm perms[] = {
    {"paper.read", T("查看文书与模板", "See papers and templates"),
     "watch office dept town inspector enterprise leader audit grid"},
    {"paper.template", T("维护文书模板与字号", "Change templates and numbers of papers"), "office"},
    {"paper.revoke", T("撤销文书", "Revoke papers"), "watch office dept"},
};

static const Route routes[] = {
    {HTTP_GET, "/api/verify/{code}", PERM_PUBLIC, paper_verify_show, NULL, 0, 0,
     T("核验文书", "Verify a paper")},
    {HTTP_POST, "/api/verify/{code}", PERM_PUBLIC, paper_verify_file, NULL, 20u << 20, ROUTE_NO_CSRF,
     T("核验文书文件", "Verify a paper's file")},
    {HTTP_GET, "/api/paper-kinds", "paper.read", paper_kinds_route, NULL, 0, 0,
     T("可印制的文书", "Papers that can be made")},
    {HTTP_POST, "/api/paper-preview", "paper.template", paper_preview, NULL, 256u << 10, 0,
     T("预览文书模板", "Preview a template")},
};

static const PaperDesk desk = {paper_list, paper_draft, paper_issue, paper_issued};

static Rc start(Ctx *ctx, Kernel *k)
{
    paper_desk_set(k, &desk);
    verify_forget();
    return template_seed(ctx, k);
}

static const Entity *const entities[] = {&paper_template_entity, &paper_number_entity, &paper_entity};
const Module mod_paper = {
    .name = "paper",
    .title = T("文书", "Papers"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .migrations = mod_paper_migrations,
    .nmigrations = ARRAY_LEN(mod_paper_migrations),
    .start = start,
};
