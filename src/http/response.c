/* What a handler says of its response. Nothing is sent here: exchange.c makes the response when the handler
 * is done. */
#include "http_impl.h"
#include <stdlib.h>

void res_status(Res *res, int status)
{
    res->status = status;
}

/* A second value replaces the first, but for Set-Cookie, of which there may be several. */
void res_header(Res *res, const char *name, const char *value)
{
    bool many = strcasecmp(name, "Set-Cookie") == 0;
    size_t i = 0;
    while (i < res->nheaders && (many || strcasecmp(res->headers[i].name, name) != 0)) i++;
    ENSURE(i < RES_HEADERS_MAX);
    res->headers[i].name = arena_strdup(res->arena, name);
    res->headers[i].value = arena_strdup(res->arena, value);
    if (i == res->nheaders) res->nheaders++;
}

JsonOut *res_json(Req *req, Res *res)
{
    buf_init(&res->json_buf, req->ctx.arena);
    jout_init(&res->json, &res->json_buf);
    res->json_on = true;
    res->type = "application/json; charset=utf-8";
    return &res->json;
}

void res_body(Res *res, const char *content_type, Str body)
{
    res->json_on = false;
    res->type = content_type;
    res->body = body;
}

void res_body_take(Res *res, const char *content_type, char *p, size_t n)
{
    res_body(res, content_type, str_n(p, n));
    free(res->taken);
    res->taken = p;
}

void res_attachment(Req *req, Res *res, const char *file_name)
{
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    buf_addz(&b, "attachment; filename=\"");
    for (const char *p = file_name; *p; p++) {
        bool plain = *p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\' && *p != '%';
        buf_addc(&b, plain ? *p : '_');
    }
    buf_addz(&b, "\"; filename*=UTF-8''");
    url_encode(&b, str_of(file_name));
    res_header(res, "Content-Disposition", str_z(req->ctx.arena, buf_str(&b)));
}

void res_stream(Res *res, const char *content_type, long (*pull)(void *ud, char *buf, size_t max), void *ud)
{
    res->json_on = false;
    res->type = content_type;
    res->pull = pull;
    res->pull_ud = ud;
}

void res_later(Req *req, Res *res)
{
    (void)res;
    Exchange *ex = exchange_of(req);
    ENSURE(req->route && (req->route->flags & ROUTE_DIRECT));
    ex->later = true;
}
