/* What a handler reads of its request. */
#include "http_impl.h"
#include "multipart.h"

Str req_param(const Req *req, const char *name)
{
    return router_param(&exchange_of(req)->hit, name);
}

Str req_query(const Req *req, const char *name)
{
    const Exchange *ex = exchange_of(req);
    Str want = str_of(name);
    for (size_t i = 0; i < ex->nqueries; i++)
        if (str_eq(ex->queries[i].name, want)) return ex->queries[i].value;
    return STR_NONE;
}

void req_each_query(const Req *req, void (*fn)(void *ud, Str name, Str value), void *ud)
{
    const Exchange *ex = exchange_of(req);
    for (size_t i = 0; i < ex->nqueries; i++) fn(ud, ex->queries[i].name, ex->queries[i].value);
}

bool req_secure(const Req *req)
{
    return exchange_of(req)->server->opt.tls_cert || str_is(req_header(req, "X-Forwarded-Proto"), "https");
}

Str req_header(const Req *req, const char *name)
{
    const Exchange *ex = exchange_of(req);
    Str want = str_of(name);
    for (size_t i = 0; i < ex->nheaders; i++)
        if (str_ieq(ex->headers[i].name, want)) return ex->headers[i].value;
    return STR_NONE;
}

Str req_cookie(const Req *req, const char *name)
{
    const Exchange *ex = exchange_of(req);
    for (size_t i = 0; i < ex->nheaders; i++) {
        if (!str_ieq(ex->headers[i].name, STR("cookie"))) continue;
        Str v = url_cookie(ex->headers[i].value, str_of(name));
        if (v.p) return v;
    }
    return STR_NONE;
}

static bool is_json_type(Str type)
{
    static const char *const known[] = {"application/json", "application/merge-patch+json", "text/json"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_ieq(type, str_of(known[i]))) return true;
    return false;
}

Rc req_json(Req *req, const Json **out)
{
    Str type = url_header_value(req_header(req, "Content-Type"));
    if (!is_json_type(type))
        return FAIL(&req->ctx, RC_MEDIA, "body.not_json", "请求体须为 application/json",
                    "the body must be application/json");
    if (!str_trim(req->body).n)
        return FAIL(&req->ctx, RC_SYNTAX, "body.empty", "请求体为空", "the body is empty");
    return json_parse(&req->ctx, req->body, out);
}

Rc req_file(Req *req, Str *name, Str *content)
{
    Str type = req_header(req, "Content-Type");
    *name = STR_NONE;
    *content = req->body;
    if (!multipart_is(type)) return 0;
    Multipart m;
    TRY(multipart_open(&m, &req->ctx, type, req->body));
    /* The first file; the frame is read to its end so that a cut-off upload fails here. */
    bool found = false;
    MultipartPart part;
    Rc rc;
    while ((rc = multipart_next(&m, &part)) > 0) {
        if (found || !part.file_name.p) continue;
        found = true;
        *name = part.file_name.n ? part.file_name : STR_NONE;
        *content = part.content;
    }
    TRY(rc);
    if (!found) return FAIL(&req->ctx, RC_SYNTAX, "body.no_file", "表单中没有文件", "the form has no file");
    return 0;
}

Res *req_res(Req *req)
{
    return &exchange_of(req)->res;
}
