/* Failures as problem+json (RFC 9457). The title says what kind it is, the detail is the failure's own
 * sentence; what lies beneath (cause, file, line) goes to the log with the trace id and never to the caller.
 */
#include "base/log.h"
#include "http_impl.h"

typedef struct KindText {
    Rc kind;
    const char *code; /* when the failure names none */
    Text title;
} KindText;

static const KindText kinds[] = {
    {RC_INVALID, "input.invalid", T("输入有误", "Invalid input")},
    {RC_SYNTAX, "request.syntax", T("无法解析请求", "Unreadable request")},
    {RC_UNAUTH, "session.required", T("未登录或凭证无效", "Not logged in")},
    {RC_FORBIDDEN, "permission.denied", T("没有权限", "Permission denied")},
    {RC_NOT_FOUND, "not_found", T("未找到", "Not found")},
    {RC_METHOD, "method.not_allowed", T("不支持该方法", "Method not allowed")},
    {RC_CONFLICT, "conflict", T("冲突", "Conflict")},
    {RC_STATE, "state", T("当前状态不允许此操作", "The state does not allow this")},
    {RC_STALE, "stale", T("记录已被他人修改", "The record has been changed")},
    {RC_TOO_LARGE, "too_large", T("内容过大", "Content too large")},
    {RC_MEDIA, "media_type", T("不支持的内容类型", "Unsupported media type")},
    {RC_NO_MATCH, "if_match.required", T("缺少 If-Match", "If-Match is required")},
    {RC_LIMIT, "limit", T("请求过于频繁", "Too many requests")},
    {RC_BUSY, "busy", T("服务器繁忙", "Server busy")},
    {RC_TIMEOUT, "timeout", T("处理超时", "Timed out")},
    {RC_DB, "internal", T("服务器内部错误", "Internal error")},
    {RC_IO, "internal", T("服务器内部错误", "Internal error")},
    {RC_BUG, "internal", T("服务器内部错误", "Internal error")},
};

static const KindText *kind_text(Rc rc)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].kind == rc) return &kinds[i];
    return &kinds[ARRAY_LEN(kinds) - 1];
}

static void print_fields(JsonOut *o, const FieldError *first)
{
    if (!first) return;
    jout_key(o, "fields");
    jout_open_array(o);
    for (const FieldError *f = first; f; f = f->next) {
        jout_open(o);
        jout_kz(o, "field", f->field);
        jout_kz(o, "code", f->code);
        jout_kz(o, "message", f->message);
        if (f->line) jout_ki(o, "line", f->line);
        jout_close(o);
    }
    jout_close_array(o);
}

/* Headers that a handler set before it failed and that still hold. */
static bool keep_header(const char *name)
{
    static const char *const kept[] = {"Retry-After", "Allow", "WWW-Authenticate", "Set-Cookie"};
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (strcasecmp(name, kept[i]) == 0) return true;
    return false;
}

static bool has_header(const Res *res, const char *name)
{
    for (size_t i = 0; i < res->nheaders; i++)
        if (strcasecmp(res->headers[i].name, name) == 0) return true;
    return false;
}

static void reset_res(Res *res)
{
    Res clean = {.arena = res->arena};
    for (size_t i = 0; i < res->nheaders; i++)
        if (keep_header(res->headers[i].name)) clean.headers[clean.nheaders++] = res->headers[i];
    *res = clean;
}

static void add_headers(Exchange *ex, Rc rc)
{
    Res *res = &ex->res;
    if ((rc == RC_BUSY || rc == RC_LIMIT) && !has_header(res, "Retry-After"))
        res_header(res, "Retry-After", "1");
    if (rc == RC_UNAUTH && !has_header(res, "WWW-Authenticate")) {
        bool basic = ex->req.route && (ex->req.route->flags & ROUTE_WRITE_AUTH);
        res_header(res, "WWW-Authenticate",
                   basic ? "Basic realm=\"anlan\", charset=\"UTF-8\"" : "Bearer realm=\"anlan\"");
    }
    if (rc == RC_MEDIA && ex->encoding.n) res_header(res, "Accept-Encoding", "gzip, deflate");
}

void problem_render(Exchange *ex, Rc rc)
{
    const Err *err = &ex->req.ctx.err;
    const KindText *k = kind_text(rc);
    int status = rc_http(rc);
    if (status >= 500 && rc != RC_BUSY) {
        LOG(LOG_WARN, "http", "request failed", LOG_Z("trace", ex->id), LOG_STR("path", ex->req.path),
            LOG_Z("kind", rc_name(rc)));
        log_err(LOG_ERROR, "http", &ex->req.ctx);
    }
    reset_res(&ex->res);
    add_headers(ex, rc);
    JsonOut *o = res_json(&ex->req, &ex->res);
    ex->res.type = "application/problem+json; charset=utf-8";
    ex->res.status = status;
    jout_open(o);
    jout_kz(o, "type", "about:blank");
    jout_kz(o, "title", text_in(k->title, ex->req.ctx.lang));
    jout_ki(o, "status", status);
    bool own = err->kind == rc;
    jout_kz(o, "code", own && err->code ? err->code : k->code);
    if (own && err->message) jout_kz(o, "detail", err->message);
    if (own) print_fields(o, err->fields);
    jout_kz(o, "trace", ex->id);
    jout_close(o);
}
