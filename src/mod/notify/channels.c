/* Channels as data. An address never holds the key that opens it: the key is a secret of its own, put in
 * where the address says {key}, so that neither a list nor the ledger shows it. */
#include "notify_private.h"
#include "mod_notify_migrations.h"
#include "mod_notify_queries_sql.h"

static const Field fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 1,
     .max = 32,
     .label = T("编码", "Code"),
     .group = "basic"},
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SEARCH | F_LIST,
     .max = 64,
     .label = T("名称", "Name"),
     .group = "basic"},
    {.name = "kind",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "channel_kind",
     .label = T("方式", "Way"),
     .group = "basic"},
    {.name = "enabled",
     .type = F_BOOL,
     .flags = F_FILTER | F_LIST,
     .label = T("启用", "Enabled"),
     .group = "basic",
     .fallback = "true"},
    {.name = "body",
     .type = F_REF,
     .flags = F_FILTER | F_LIST,
     .ref = "bodies",
     .label = T("所属单位", "Body"),
     .help =
         T("群机器人：只发该单位的通知；空为所有单位", "robots: notices of this body only; empty: of all"),
     .group = "basic"},
    {.name = "kinds",
     .type = F_TEXT,
     .max = 200,
     .label = T("通知类别", "Kinds of notices"),
     .help = T("类别代码，以空格分隔；空为全部", "codes of kinds, separated by spaces; empty: all"),
     .group = "limits"},
    {.name = "grade",
     .type = F_INT,
     .ref = "grade",
     .min = 1,
     .max = 4,
     .label = T("最低等级", "Least severe grade"),
     .help =
         T("只发此级及更严重的；无等级的通知总是发", "this grade and worse; notices without a grade always"),
     .group = "limits"},
    {.name = "url",
     .type = F_TEXT,
     .max = 500,
     .label = T("地址", "Address"),
     .help = T("http(s) 地址；密钥处写 {key}", "an http(s) address; {key} stands where the key belongs"),
     .group = "technical"},
    {.name = "key",
     .type = F_TEXT,
     .flags = F_SECRET,
     .max = 200,
     .label = T("密钥", "Key"),
     .group = "technical"},
    {.name = "secret",
     .type = F_TEXT,
     .flags = F_SECRET,
     .max = 200,
     .label = T("签名密钥", "Secret for signing"),
     .help = T("钉钉、飞书的加签；Webhook 的 HMAC-SHA256",
               "signing at DingTalk and Feishu; HMAC-SHA256 of webhooks"),
     .group = "technical"},
    {.name = "template",
     .type = F_TEXT,
     .flags = F_LONG,
     .max = 2000,
     .label = T("短信请求模板", "Request of the SMS gateway"),
     .help = T("用 {phone} 与 {text} 代入", "{phone} and {text} are put in"),
     .group = "technical"},
    {.name = "content_type",
     .type = F_ENUM,
     .ref = "channel_content",
     .label = T("请求格式", "Form of the request"),
     .group = "technical",
     .fallback = "json"},
    {.name = "header",
     .type = F_TEXT,
     .max = 300,
     .label = T("请求头", "Header"),
     .help = T("如 Authorization: Bearer {key}", "such as Authorization: Bearer {key}"),
     .group = "technical"},
    {.name = "expect",
     .type = F_TEXT,
     .max = 100,
     .label = T("成功标志", "Sign of success"),
     .help = T("短信网关的应答中须有此文字；空为只看状态码",
               "text that the SMS gateway's answer must hold; empty: its status alone counts"),
     .group = "technical"},
    {.name = "topics",
     .type = F_TEXT,
     .max = 100,
     .label = T("推送主题", "Topics"),
     .help = T("Webhook：alarms records，以空格分隔", "webhooks: alarms records, separated by spaces"),
     .group = "technical",
     .fallback = "alarms"},
};

Channel channel_of(const Record *rec)
{
    const Entity *e = &channel_entity;
    return (Channel){.id = rec->id,
                     .body = rec_i64(e, rec, "body"),
                     .code = rec_text(e, rec, "code"),
                     .kind = rec_text(e, rec, "kind"),
                     .url = rec_text(e, rec, "url"),
                     .key = rec_text(e, rec, "key"),
                     .secret = rec_text(e, rec, "secret"),
                     .template = rec_text(e, rec, "template"),
                     .content_type = rec_text(e, rec, "content_type"),
                     .header = rec_text(e, rec, "header"),
                     .expect = rec_text(e, rec, "expect"),
                     .kinds = rec_text(e, rec, "kinds"),
                     .topics = rec_text(e, rec, "topics"),
                     .grade = rec_i64(e, rec, "grade")};
}

static bool has_word(Str list, Str word)
{
    while (list.n)
        if (str_eq(str_cut(&list, ' '), word)) return true;
    return false;
}

bool channel_carries(const Channel *c, const char *kind, int64_t grade)
{
    if (c->kinds.n && !has_word(c->kinds, str_of(kind))) return false;
    return !grade || !c->grade || grade <= c->grade;
}

/* ---- Checks ---- */

static void check_words(Work *w, const Entity *e, const Record *rec, const char *field,
                        const char *const *known)
{
    Str list = rec_text(e, rec, field);
    while (list.n) {
        Str word = str_cut(&list, ' ');
        bool found = !word.n;
        for (const char *const *k = known; *k; k++) found |= str_is(word, *k);
        if (!found)
            FAIL_FIELD(w->ctx, field, "unknown", 0, "没有“%.*s”", "there is no \"%.*s\"", STR_ARG(word));
    }
}

static bool holds_key(Str url)
{
    static const char *const names[] = {"key=", "access_token=", "token=", "secret="};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ptrdiff_t at = str_find(url, str_of(names[i]));
        if (at < 0) continue;
        Str rest = str_n(url.p + at + strlen(names[i]), url.n - (size_t)at - strlen(names[i]));
        if (!str_starts(rest, STR("{key}"))) return true;
    }
    return false;
}

static void check_url(Work *w, const Entity *e, const Record *rec)
{
    Str url = rec_text(e, rec, "url");
    if (str_is(rec_text(e, rec, "kind"), "mail")) return; /* the mail server is a setting */
    if (!url.n) {
        FAIL_FIELD(w->ctx, "url", "required", 0, "地址不能为空", "the address is required");
        return;
    }
    const char *fault = notify_url_fault(url);
    if (fault) FAIL_FIELD(w->ctx, "url", "address", 0, "地址不能使用：须为允许的 http(s) 主机", "%s", fault);
    if (holds_key(url))
        FAIL_FIELD(w->ctx, "url", "secret", 0, "密钥请填入“密钥”，地址中写 {key}",
                   "put the key into \"key\" and write {key} in the address");
}

static void check_header(Work *w, const Entity *e, const Record *rec)
{
    Str header = rec_text(e, rec, "header");
    if (!header.n) return;
    Str value = header, name = str_cut(&value, ':');
    bool ok = name.n && str_trim(value).n;
    for (size_t i = 0; i < header.n; i++) ok &= (unsigned char)header.p[i] >= ' ' && header.p[i] != 0x7f;
    for (size_t i = 0; i < name.n; i++)
        ok &= (name.p[i] >= '0' && name.p[i] <= '9') || (name.p[i] | 32) >= 'a' || name.p[i] == '-';
    if (!ok)
        FAIL_FIELD(w->ctx, "header", "format", 0, "应为“名称: 值”一行", "must be one line \"Name: value\"");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    static const char *const kinds[] = {"assigned", "reminder", "urge", "supervise",
                                        "escalate", "call",     "info", NULL};
    static const char *const topics[] = {"alarms", "records", NULL};
    (void)old;
    Str kind = rec_text(e, rec, "kind"), template = rec_text(e, rec, "template");
    check_words(w, e, rec, "kinds", kinds);
    check_words(w, e, rec, "topics", topics);
    check_url(w, e, rec);
    check_header(w, e, rec);
    if (str_is(kind, "sms") &&
        (str_find(template, STR("{phone}")) < 0 || str_find(template, STR("{text}")) < 0))
        FAIL_FIELD(w->ctx, "template", "placeholder", 0, "须含 {phone} 与 {text}",
                   "must hold {phone} and {text}");
    if (str_is(kind, "webhook") && rec_text(e, rec, "secret").n < 16)
        FAIL_FIELD(w->ctx, "secret", "length", 0, "签名密钥至少 16 字节",
                   "the secret needs 16 bytes at least");
    return w->ctx->err.kind;
}

/* ---- A test ---- */

static const Field test_params[] = {
    {.name = "to",
     .type = F_TEXT,
     .max = 254,
     .label = T("收件人", "To"),
     .help = T("邮件地址或手机号；机器人与 Webhook 不填",
               "mail address or telephone; empty for robots and webhooks")},
};

static Rc send_test(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Str kind = rec_text(e, rec, "kind"), to = params[0].s;
    bool person = str_is(kind, "mail") || str_is(kind, "sms");
    if (person && !to.n) return FAIL_FIELD(w->ctx, "to", "required", 0, "收件人不能为空", "to is required");
    if (str_is(kind, "mail") && !notify_mail_address_ok(to))
        return FAIL_FIELD(w->ctx, "to", "format", 0, "不是电子邮箱地址", "this is no e-mail address");
    bool hook = str_is(kind, "webhook");
    Delivery d = {.target = person ? to : STR(""),
                  .title = STR("安澜测试消息"),
                  .text = hook ? STR("{\"event\":\"test\"}") : STR("收到此消息即表示通道可用。"),
                  .link = STR(""),
                  .event = hook ? STR("test") : STR("")};
    return delivery_add(w, rec->id, 0, w->who ? w->who->user_id : 0, &d, "test");
}

static bool may_test(const Entity *e, const Record *rec)
{
    return rec_i64(e, rec, "enabled");
}

static const Action actions[] = {{.name = "test",
                                  .perm = "channel.write",
                                  .label = T("试发", "Send a test"),
                                  .params = test_params,
                                  .nparams = ARRAY_LEN(test_params),
                                  .fn = send_test,
                                  .allowed = may_test}};

const Entity channel_entity = {
    .name = "channel",
    .plural = "channels",
    .title = T("通知通道", "Notice channels"),
    .icon = T("", "source"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "channel.read",
    .write_perm = "channel.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .scope = {.kind = SCOPE_OPEN},
};

static const DictEntry kind_entries[] = {
    {"mail", T("电子邮件", "E-mail"), NULL, NULL},
    {"sms", T("短信网关", "SMS gateway"), NULL, NULL},
    {"wecom", T("企业微信群机器人", "WeCom robot"), NULL, NULL},
    {"dingtalk", T("钉钉群机器人", "DingTalk robot"), NULL, NULL},
    {"feishu", T("飞书群机器人", "Feishu robot"), NULL, NULL},
    {"webhook", T("事件推送", "Webhook of events"), NULL, NULL},
};
static const DictEntry content_entries[] = {
    {"json", T("JSON", "JSON"), NULL, NULL},
    {"form", T("表单", "Form"), NULL, NULL},
    {"plain", T("纯文本", "Plain text"), NULL, NULL},
};
static const Dict dicts[] = {
    {"channel_kind", T("通知方式", "Ways to notify"), kind_entries, ARRAY_LEN(kind_entries), true},
    {"channel_content", T("请求格式", "Forms of a request"), content_entries, ARRAY_LEN(content_entries),
     true},
};
static const Perm perms[] = {
    {"channel.read", T("查看通知通道", "See notice channels"), "system audit"},
    {"channel.write", T("管理通知通道", "Manage notice channels"), "system"},
};
static const Entity *const entities[] = {&channel_entity};

Rc notify_start(Ctx *ctx, Kernel *k);
void notify_stop(Kernel *k);

const Module mod_notify = {
    .name = "notify",
    .title = T("通知通道", "Notice channels"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = notify_routes,
    .nroutes = NOTIFY_ROUTES,
    .migrations = mod_notify_migrations,
    .nmigrations = ARRAY_LEN(mod_notify_migrations),
    .start = notify_start,
    .stop = notify_stop,
};
