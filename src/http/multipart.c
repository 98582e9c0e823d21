/* Reads multipart/form-data. Strict about the frame (each delimiter on its own line, the closing one
 * present), because a cut-off upload must not pass as a shorter file. */
#include "multipart.h"
#include "url.h"

static Rc fail_form(Ctx *ctx, const char *what)
{
    Rc rc =
        FAIL(ctx, RC_SYNTAX, "body.multipart", "上传的表单数据格式有误", "the multipart body is malformed");
    ctx_cause(ctx, "multipart: %s", what);
    return rc;
}

bool multipart_is(Str content_type)
{
    return str_ieq(url_header_value(content_type), STR("multipart/form-data"));
}

static void skip(Str *s, size_t n)
{
    *s = str_n(s->p + n, s->n - n);
}

/* Behind a delimiter stands "--" (the last one) or CRLF, with optional spaces before it. */
static Rc after_delim(Multipart *m)
{
    if (str_starts(m->rest, STR("--"))) {
        m->done = true;
        return 0;
    }
    while (m->rest.n && (m->rest.p[0] == ' ' || m->rest.p[0] == '\t')) skip(&m->rest, 1);
    if (!str_starts(m->rest, STR("\r\n"))) return fail_form(m->ctx, "no line end after the boundary");
    skip(&m->rest, 2);
    return 0;
}

Rc multipart_open(Multipart *m, Ctx *ctx, Str content_type, Str body)
{
    *m = (Multipart){.ctx = ctx};
    Str boundary = url_header_param(ctx->arena, content_type, "boundary");
    if (!boundary.n || boundary.n > 70) return fail_form(ctx, "no boundary of 1 to 70 characters");
    m->delim = str_printf(ctx->arena, "\r\n--%.*s", STR_ARG(boundary));
    Str first = str_n(m->delim.p + 2, m->delim.n - 2);
    if (str_starts(body, first)) {
        m->rest = str_n(body.p + first.n, body.n - first.n);
    } else { /* a preamble is allowed and means nothing */
        ptrdiff_t at = body.n ? str_find(body, m->delim) : -1;
        if (at < 0) return fail_form(ctx, "the boundary is not in the body");
        m->rest = str_n(body.p + (size_t)at + m->delim.n, body.n - (size_t)at - m->delim.n);
    }
    return after_delim(m);
}

/* Browsers write a quote as %22 and line ends as %0D %0A (WHATWG form encoding) and leave the rest alone. */
static Str clean_file_name(Arena *a, Str s)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < s.n; i++) {
        Str tail = str_n(s.p + i, s.n - i);
        if (str_starts(tail, STR("%22"))) {
            buf_addc(&b, '"');
            i += 2;
        } else if (s.p[i] == '/' || s.p[i] == '\\') {
            b.n = 0;
        } else if ((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f) {
            buf_addc(&b, s.p[i]);
        }
    }
    return b.n && str_utf8_ok(buf_str(&b)) ? buf_str(&b) : STR("");
}

/* filename*=UTF-8''… (RFC 5987) goes before filename=. */
static Str file_name_of(Arena *a, Str disposition)
{
    Str ext = url_header_param(a, disposition, "filename*");
    if (ext.n > 7 && str_ieq(str_n(ext.p, 5), STR("UTF-8"))) {
        str_cut(&ext, '\'');
        str_cut(&ext, '\'');
        Str name;
        if (url_decode(a, ext, false, &name)) return clean_file_name(a, name);
    }
    Str plain = url_header_param(a, disposition, "filename");
    return plain.p ? clean_file_name(a, plain) : STR_NONE;
}

static void read_header(Ctx *ctx, Str line, MultipartPart *out)
{
    Str value = line;
    Str name = str_trim(str_cut(&value, ':'));
    value = str_trim(value);
    if (str_ieq(name, STR("content-type"))) out->type = value;
    if (!str_ieq(name, STR("content-disposition"))) return;
    out->name = url_header_param(ctx->arena, value, "name");
    out->file_name = file_name_of(ctx->arena, value);
}

static Rc read_headers(Multipart *m, MultipartPart *out)
{
    size_t used = 0;
    for (;;) {
        ptrdiff_t end = str_find(m->rest, STR("\r\n"));
        if (end < 0) return fail_form(m->ctx, "headers without an end");
        Str line = str_n(m->rest.p, (size_t)end);
        used += line.n;
        if (used > MULTIPART_HEADER_MAX) return fail_form(m->ctx, "headers too long");
        skip(&m->rest, (size_t)end + 2);
        if (!line.n) return 0;
        read_header(m->ctx, line, out);
    }
}

Rc multipart_next(Multipart *m, MultipartPart *out)
{
    *out = (MultipartPart){0};
    if (m->done) return 0;
    if (++m->parts > MULTIPART_PARTS_MAX) return fail_form(m->ctx, "too many parts");
    TRY(read_headers(m, out));
    /* An empty part ends with the delimiter whose CRLF is the empty line's own. */
    Str from = str_n(m->rest.p - 2, m->rest.n + 2);
    ptrdiff_t end = str_find(from, m->delim);
    if (end < 0) return fail_form(m->ctx, "a part without an end");
    out->content = end < 2 ? STR("") : str_n(m->rest.p, (size_t)end - 2);
    m->rest = str_n(from.p + (size_t)end + m->delim.n, from.n - (size_t)end - m->delim.n);
    TRY(after_delim(m));
    return 1;
}
