/* Unpacks a request body with zlib; the only file that includes it. Output grows by doubling and never past
 * the limit plus one byte, so a bomb costs no more than an honest body of the largest size. A gzip body may
 * have several members (RFC 1952 §2.2); "deflate" is the zlib format (RFC 9110 §8.4.1.2), bare deflate is
 * taken too because some senders send it. */
#include "unpack.h"
#include "base/rc.h"
#include <stdlib.h>
#include <zlib.h>

typedef struct Out {
    char *p;
    size_t n, cap;
} Out;

static bool is_gzip(Str e)
{
    return str_ieq(e, STR("gzip")) || str_ieq(e, STR("x-gzip"));
}
static bool is_deflate(Str e)
{
    return str_ieq(e, STR("deflate"));
}
bool unpack_knows(Str encoding)
{
    return is_gzip(encoding) || is_deflate(encoding);
}

static Rc fail_broken(Ctx *ctx, const char *why)
{
    Rc rc = FAIL(ctx, RC_SYNTAX, "body.encoding", "请求体的压缩数据已损坏", "the compressed body is damaged");
    ctx_cause(ctx, "zlib: %s", why ? why : "truncated");
    return rc;
}

static Rc fail_large(Ctx *ctx, size_t max)
{
    return FAIL(ctx, RC_TOO_LARGE, "body.too_large", "请求体解压后超过 %zu 字节",
                "the body is larger than %zu bytes when unpacked", max);
}

static Rc out_grow(Ctx *ctx, Out *o, const UnpackLimits *l)
{
    if (o->n > l->max) return fail_large(ctx, l->max);
    size_t cap = o->cap * 2;
    if (cap > l->max + 1) cap = l->max + 1;
    if (!l->take(l->ud, cap - o->cap))
        return FAIL(ctx, RC_BUSY, "server.memory", "服务器繁忙，请稍后重试",
                    "the server is busy, try again later");
    char *p = realloc(o->p, cap + 1);
    ENSURE(p != NULL);
    o->p = p;
    o->cap = cap;
    return 0;
}

/* -15: bare deflate, when the two bytes of a zlib header are not there. */
static int window_bits(Str encoding, Str in)
{
    if (is_gzip(encoding)) return 15 + 16;
    unsigned b0 = in.n > 0 ? (unsigned char)in.p[0] : 0, b1 = in.n > 1 ? (unsigned char)in.p[1] : 0;
    bool zlib_header = (b0 & 0x0f) == 8 && (b0 * 256 + b1) % 31 == 0;
    return zlib_header ? 15 : -15;
}

static Rc inflate_all(Ctx *ctx, z_stream *z, Out *o, const UnpackLimits *l, bool members)
{
    for (;;) {
        if (o->n == o->cap) TRY(out_grow(ctx, o, l));
        z->next_out = (Bytef *)o->p + o->n;
        z->avail_out = (uInt)(o->cap - o->n);
        int r = inflate(z, Z_NO_FLUSH);
        o->n = (size_t)((char *)z->next_out - o->p);
        if (r == Z_STREAM_END) {
            if (!z->avail_in) break;
            if (!members || inflateReset(z) != Z_OK) return fail_broken(ctx, "data after the end");
        } else if (r == Z_BUF_ERROR && z->avail_out) {
            return fail_broken(ctx, NULL);
        } else if (r != Z_OK && r != Z_BUF_ERROR) {
            return fail_broken(ctx, z->msg);
        } else if (!z->avail_in && z->avail_out) {
            return fail_broken(ctx, NULL);
        }
    }
    return o->n > l->max ? fail_large(ctx, l->max) : 0;
}

Rc unpack(Ctx *ctx, Str encoding, Str in, const UnpackLimits *limits, char **out, size_t *n)
{
    *out = NULL;
    *n = 0;
    if (!unpack_knows(encoding))
        return FAIL(ctx, RC_MEDIA, "body.encoding_unknown", "不支持的内容编码 %.*s",
                    "content encoding %.*s is not supported", STR_ARG(encoding));
    if (in.n > UINT32_MAX || limits->max >= UINT32_MAX) return fail_large(ctx, limits->max);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
    ENSURE(inflateInit2(&z, window_bits(encoding, in)) == Z_OK);
    Out o = {.cap = in.n * 2 + 256};
    Rc rc = out_grow(ctx, &o, limits);
    if (rc == 0) rc = inflate_all(ctx, &z, &o, limits, is_gzip(encoding));
    inflateEnd(&z);
    *out = o.p;
    *n = o.n;
    return rc;
}
