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

/* What of a name an old client can take: what is not ASCII is left out, and a name of which nothing but its
 * ending remains is called "file". */
static void put_plain_name(StrBuf *b, Str name)
{
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.') dot--;
    size_t stem = dot ? dot - 1 : name.n, before = b->n;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (i == stem && b->n == before) buf_addz(b, "file");
        if (c >= 0x20 && c < 0x7f) buf_addc(b, strchr("\"\\%/", c) ? '_' : c);
    }
    if (b->n == before) buf_addz(b, "file");
}

static void disposition(Req *req, Res *res, const char *how, const char *file_name)
{
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    buf_printf(&b, "%s; filename=\"", how);
    put_plain_name(&b, str_of(file_name));
    buf_addz(&b, "\"; filename*=UTF-8''");
    url_encode(&b, str_of(file_name));
    res_header(res, "Content-Disposition", str_z(req->ctx.arena, buf_str(&b)));
}

void res_attachment(Req *req, Res *res, const char *file_name)
{
    disposition(req, res, "attachment", file_name);
}

void res_inline(Req *req, Res *res, const char *file_name)
{
    disposition(req, res, "inline", file_name);
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
