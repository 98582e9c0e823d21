/* What clients of InfluxDB speak: writing in line protocol, the question for a database, and the ping. */
#include "gateway/line.h"
#include "gateway_http.h"

enum { LINE_BYTES_USUAL = 40 };

Rc handle_line(Req *req, Res *res)
{
    LinePrecision precision;
    Str unit = req_query(req, "precision");
    if (!line_precision_parse(unit, &precision))
        return FAIL(&req->ctx, RC_SYNTAX, "line.precision",
                    "precision 应为 ns、us、ms、s、m 或 h，而不是「%.*s」",
                    "precision must be ns, us, ms, s, m or h, not '%.*s'", STR_ARG(unit));
    Incoming *in;
    TRY(incoming_new(req, &in));
    batch_expect(in->batch, req->body.n / LINE_BYTES_USUAL + 16);
    line_decode(req->body, precision, &in->sink);
    return incoming_finish(in, res, RC_OK);
}

/* A value of a form body, unescaped. */
static Str form_value(Arena *a, Str s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int hi = -1, lo = -1;
        if (s.p[i] == '%' && i + 2 < s.n) {
            static const char digits[] = "0123456789abcdef0123456789ABCDEF";
            const char *h = memchr(digits, s.p[i + 1], 32), *l = memchr(digits, s.p[i + 2], 32);
            hi = h ? (int)(h - digits) % 16 : -1;
            lo = l ? (int)(l - digits) % 16 : -1;
        }
        if (hi >= 0 && lo >= 0) {
            out[n++] = (char)(unsigned char)(hi * 16 + lo);
            i += 2;
        } else {
            out[n++] = s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return str_n(out, n);
}

/* The member q of the query or of a form body. */
static Str statement(Req *req)
{
    Str q = req_query(req, "q"), body = req->body;
    if (q.p) return q;
    while (body.n) {
        Str pair = str_cut(&body, '&');
        Str name = str_cut(&pair, '=');
        if (str_is(name, "q")) return form_value(req->ctx.arena, pair);
    }
    return STR_NONE;
}

/* The next word of a statement. */
static Str word(Str *s)
{
    *s = str_trim(*s);
    size_t n = 0;
    while (n < s->n && !strchr(" \t\r\n", s->p[n])) n++;
    Str w = str_n(s->p, n);
    *s = str_n(s->p + n, s->n - n);
    return w;
}

Rc handle_query(Req *req, Res *res)
{
    Str q = statement(req);
    if (!str_ieq(word(&q), STR("CREATE")) || !str_ieq(word(&q), STR("DATABASE")))
        return FAIL(
            &req->ctx, RC_SYNTAX, "influx.query",
            "仅支持 CREATE DATABASE；查询读数请用 /api/points/{id}/readings",
            "only CREATE DATABASE is understood; readings are asked for at /api/points/{id}/readings");
    res_body(res, "application/json", STR("{\"results\":[{\"statement_id\":0}]}"));
    return RC_OK;
}

Rc handle_ping(Req *req, Res *res)
{
    (void)req;
    res_status(res, 204);
    res_header(res, "X-Influxdb-Version", "1.8-anlan"); /* some clients insist on one */
    return RC_OK;
}
