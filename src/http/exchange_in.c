/* A request coming in: request line, headers, body. Runs on the I/O threads and so never blocks. What can be
 * refused is refused before the body is read; a small body of a refused request is read and dropped, because
 * closing a socket with unread data resets it and the sender would never see the answer. */
#include "base/num.h"
#include "http_impl.h"
#include "unpack.h"
#include <stdlib.h>

static const char *const method_names[HTTP_METHODS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
enum { METHOD_OPTIONS = -2, METHOD_OTHER = -1 };

Exchange *exchange_new(HttpServer *s, HttpConn *c, void *mhd, const char *uri)
{
    Exchange *ex = calloc(1, sizeof *ex);
    ENSURE(ex != NULL);
    ex->server = s;
    ex->conn = c;
    ex->mhd = mhd;
    ctx_init(&ex->req.ctx, server_arena_take(s), LANG_ZH);
    ex->req.impl = ex;
    ex->res.arena = ex->req.ctx.arena;
    ex->req.path =
        str_of(arena_strdup(ex->req.ctx.arena, uri)); /* the whole target until the headers are there */
    ex->req.peer = c->peer;
    ex->req.t = clock_now();
    ex->req.id = ex->id;
    return ex;
}

void exchange_add_header(Exchange *ex, Str name, Str value)
{
    if (!ex->headers) ex->headers = ARENA_ARRAY(ex->req.ctx.arena, UrlPair, REQ_HEADERS_MAX);
    ex->too_many_headers = ex->nheaders == REQ_HEADERS_MAX;
    if (!ex->too_many_headers) ex->headers[ex->nheaders++] = (UrlPair){name, value};
}

static uint64_t mix64(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The caller's X-Request-Id when it is plain, so that a trace runs through a proxy; else one of our own. */
static void set_id(Exchange *ex)
{
    Str given = req_header(&ex->req, "X-Request-Id");
    bool plain = given.n > 0 && given.n < sizeof ex->id;
    for (size_t i = 0; plain && i < given.n; i++) {
        char c = given.p[i];
        plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                c == '_' || c == '.';
    }
    if (plain) {
        memcpy(ex->id, given.p, given.n);
        return;
    }
    uint64_t v = mix64(ex->server->id_seed + atomic_fetch_add(&ex->server->id_next, 1));
    for (int i = 0; i < 16; i++) ex->id[i] = "0123456789abcdef"[(v >> (60 - 4 * i)) & 15];
}

static void set_lang(Exchange *ex)
{
    Str asked = req_query(&ex->req, "lang");
    if (str_is(asked, "en")) ex->req.ctx.lang = LANG_EN;
    else if (str_is(asked, "zh")) ex->req.ctx.lang = LANG_ZH;
    else ex->req.ctx.lang = accept_lang(req_header(&ex->req, "Accept-Language"), LANG_ZH);
}

static Rc fail_target(Exchange *ex)
{
    return FAIL(&ex->req.ctx, RC_SYNTAX, "request.target", "请求地址的编码有误",
                "the request target is malformed");
}

/* Splits the target; *seg gets the decoded segments. nseg 0: "*". */
static Rc read_target(Exchange *ex, Str *seg, size_t *nseg)
{
    Arena *a = ex->req.ctx.arena;
    Str target = ex->req.path, path, query;
    *nseg = 0;
    bool ok = url_target(target, &path, &query) && url_query(a, query, &ex->queries, &ex->nqueries);
    set_lang(ex);
    if (!ok) return fail_target(ex);
    if (str_is(path, "*")) return 0;
    if (!url_segments(a, path, seg, PATH_SEGMENTS_MAX, nseg)) return fail_target(ex);
    return url_decode(a, path, false, &ex->req.path) ? 0 : fail_target(ex);
}

/* RFC 9110 5.1 and 5.5: "Transfer-Encoding : chunked" is a header to some and none to others. */
static bool header_is_plain(Str name, Str value)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i], low = (char)(c | 0x20);
        bool alnum = (c >= '0' && c <= '9') || (low >= 'a' && low <= 'z');
        if (!alnum && !memchr(others, c, sizeof others - 1)) return false;
    }
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return name.n > 0;
}

static Rc check_headers(Exchange *ex)
{
    size_t hosts = 0;
    bool plain = true;
    for (size_t i = 0; i < ex->nheaders; i++) {
        hosts += str_ieq(ex->headers[i].name, STR("host"));
        plain = plain && header_is_plain(ex->headers[i].name, ex->headers[i].value);
    }
    if (plain && hosts <= 1 && !ex->too_many_headers) return 0;
    ex->closing = true;
    if (ex->too_many_headers)
        return FAIL(&ex->req.ctx, RC_SYNTAX, "request.headers", "请求头超过 %d 个", "more than %d headers",
                    REQ_HEADERS_MAX);
    return FAIL(&ex->req.ctx, RC_SYNTAX, "request.headers", "请求头的写法有误",
                "a header is not written as it should be");
}

/* One length, or chunked, but not both: whoever sends two hopes that a proxy and we read different ones. */
static Rc read_framing(Exchange *ex)
{
    TRY(check_headers(ex));
    bool chunked = false, known = false;
    for (size_t i = 0; i < ex->nheaders; i++) {
        Str name = ex->headers[i].name, value = ex->headers[i].value;
        uint64_t n = 0;
        bool bad = false;
        if (str_ieq(name, STR("content-length"))) {
            bad = !value.n || value.p[0] == '+' || !num_parse_u64(value, &n) || (known && n != ex->declared);
            ex->declared = n;
            known = true;
        } else if (str_ieq(name, STR("transfer-encoding"))) {
            bad = chunked || !str_ieq(value, STR("chunked"));
            chunked = true;
        }
        if (bad || (known && chunked)) {
            ex->closing = true;
            return FAIL(&ex->req.ctx, RC_SYNTAX, "request.length", "请求体长度的声明有误",
                        "the length of the body is not declared clearly");
        }
    }
    if (chunked) ex->declared = UINT64_MAX;
    return 0;
}

static int method_of(Exchange *ex, const char *name)
{
    ex->head = strcmp(name, "HEAD") == 0;
    if (ex->head) return HTTP_GET;
    if (strcmp(name, "OPTIONS") == 0) return METHOD_OPTIONS;
    for (int i = 0; i < HTTP_METHODS; i++)
        if (strcmp(name, method_names[i]) == 0) return i;
    return METHOD_OTHER;
}

static void set_allow(Exchange *ex, unsigned allow)
{
    StrBuf b;
    buf_init(&b, ex->req.ctx.arena);
    for (int i = 0; i < HTTP_METHODS; i++) {
        if (!(allow & (1U << i))) continue;
        buf_printf(&b, "%s, ", method_names[i]);
        if (i == HTTP_GET) buf_addz(&b, "HEAD, ");
    }
    buf_addz(&b, "OPTIONS");
    res_header(&ex->res, "Allow", str_z(ex->req.ctx.arena, buf_str(&b)));
}

/* Sets req.route. 1: answered already (OPTIONS). */
static Rc find_route(Exchange *ex, const char *method, const Str *seg, size_t nseg)
{
    Ctx *ctx = &ex->req.ctx;
    int m = method_of(ex, method);
    if (nseg) router_find(ex->server->router, ctx->arena, seg, nseg, m, &ex->hit);
    ex->req.method = m >= 0 ? (HttpMethod)m : HTTP_GET;
    ex->req.route = ex->hit.route;
    if (ex->req.route) return 0;
    const Route *asset = ex->hit.allow || !nseg ? NULL : asset_route(ex);
    if (m == HTTP_GET && asset) {
        ex->req.route = asset;
        ex->authorised = true;
        return 0;
    }
    unsigned allow = ex->hit.allow | (asset ? 1U << HTTP_GET : 0);
    if (!allow && !(m == METHOD_OPTIONS && !nseg))
        return FAIL(ctx, RC_NOT_FOUND, "path.unknown", "没有此地址：%.*s", "there is nothing at %.*s",
                    STR_ARG(ex->req.path));
    set_allow(ex, allow);
    if (m == METHOD_OPTIONS) return 1;
    return FAIL(ctx, RC_METHOD, "method.not_allowed", "此地址不支持方法 %s", "method %s is not allowed here",
                method);
}

static Rc fail_body_large(Exchange *ex)
{
    return FAIL(&ex->req.ctx, RC_TOO_LARGE, "body.too_large", "请求体超过 %zu 字节",
                "the body is larger than %zu bytes", ex->body_limit);
}

static Rc fail_memory(Exchange *ex)
{
    return FAIL(&ex->req.ctx, RC_BUSY, "server.memory", "服务器繁忙，请稍后重试",
                "the server is busy, try again later");
}

static Rc check_body(Exchange *ex)
{
    ex->body_limit = ex->req.route->body_limit ? ex->req.route->body_limit : ex->server->opt.body_default;
    ex->encoding = str_trim(req_header(&ex->req, "Content-Encoding"));
    if (str_ieq(ex->encoding, STR("identity"))) ex->encoding = STR_NONE;
    if (ex->encoding.n && !unpack_knows(ex->encoding))
        return FAIL(&ex->req.ctx, RC_MEDIA, "body.encoding_unknown", "不支持的内容编码 %.*s",
                    "content encoding %.*s is not supported", STR_ARG(ex->encoding));
    if (ex->declared == UINT64_MAX || !ex->declared) return 0;
    if (ex->declared > ex->body_limit) return fail_body_large(ex);
    if (atomic_load(&ex->server->memory) + ex->declared > ex->server->opt.memory_limit)
        return fail_memory(ex);
    return 0;
}

/* The answer is known before the body. It is given at once, which ends the connection, when the body is too
 * long to be dropped or the sender waits for our word; else when the request is whole. */
static Next answer_early(Exchange *ex, Rc rc)
{
    bool waits = ex->declared && req_header(&ex->req, "Expect").p;
    ex->skip = rc;
    if (ex->declared > SKIP_MAX || waits || ex->closing) return exchange_answer(ex, rc);
    ex->stage = STAGE_BODY;
    return NEXT_READ;
}

static Rc read_head(Exchange *ex, const char *method)
{
    Str seg[PATH_SEGMENTS_MAX + 1];
    size_t nseg;
    set_id(ex);
    TRY(read_target(ex, seg, &nseg));
    TRY(read_framing(ex));
    Rc rc = find_route(ex, method, seg, nseg);
    if (rc != 0) return rc;
    TRY(check_body(ex));
    return ex->req.route->flags & ROUTE_DIRECT ? exchange_authorise(ex) : 0;
}

static void set_deadline(Exchange *ex)
{
    int64_t grace = (int64_t)ex->server->opt.timeout_s * 2000;
    atomic_store_explicit(&ex->conn->deadline, ex->body_since + grace + (int64_t)(ex->received / 8),
                          memory_order_relaxed);
}

Next exchange_on_headers(Exchange *ex, const char *method)
{
    ex->stage = STAGE_BODY;
    ex->body_since = mono_ms();
    set_deadline(ex);
    Rc rc = read_head(ex, method);
    if (rc != 0) return answer_early(ex, rc);
    if (ex->authorised || ex->declared <= AUTH_FIRST) return NEXT_READ;
    if (!exchange_hold(ex)) return NEXT_CLOSE;
    ex->stage = STAGE_AUTHORISE;
    mhd_suspend(ex);
    workers_push(ex, JOB_AUTHORISE);
    return NEXT_WAIT;
}

Next exchange_on_authorised(Exchange *ex)
{
    ex->stage = STAGE_BODY;
    ex->body_since = mono_ms();
    set_deadline(ex);
    return ex->skip < 0 ? answer_early(ex, ex->skip) : NEXT_READ;
}

static Rc body_grow(Exchange *ex, size_t need)
{
    if (need <= ex->body_cap) return 0;
    size_t cap = ex->body_cap ? ex->body_cap * 2 : 4096;
    if (ex->declared != UINT64_MAX && cap > ex->declared) cap = (size_t)ex->declared;
    if (cap < need) cap = need;
    if (!exchange_memory_take(ex, cap - ex->body_cap)) return fail_memory(ex);
    char *p = realloc(ex->body, cap);
    ENSURE(p != NULL);
    ex->body = p;
    ex->body_cap = cap;
    return 0;
}

static Rc body_add(Exchange *ex, const char *data, size_t n)
{
    if (n > ex->body_limit - ex->body_n) return fail_body_large(ex);
    TRY(body_grow(ex, ex->body_n + n));
    memcpy(ex->body + ex->body_n, data, n);
    ex->body_n += n;
    return 0;
}

Next exchange_on_body(Exchange *ex, const char *data, size_t n)
{
    ex->received += n;
    set_deadline(ex);
    if (!ex->skip) {
        ex->skip = body_add(ex, data, n);
        if (ex->skip < 0) exchange_body_free(ex);
        return NEXT_READ;
    }
    return ex->received > ex->body_limit + SKIP_MAX ? NEXT_CLOSE : NEXT_READ;
}
