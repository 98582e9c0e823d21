/* The files of the user interface, embedded in the program or, for development, from a directory. Files under
 * /assets/ have a hash of their content in the name and are kept by browsers for ever; the rest is asked for
 * again with its entity tag. A path without a dot is a page of the UI's own router and gets /index.html, but
 * for paths whose first segment belongs to declared routes: a wrong address of an interface must not look
 * like a page. */
#include "http_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

static const struct {
    const char *ext, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".geojson", "application/geo+json; charset=utf-8"},
    {".webmanifest", "application/manifest+json; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".pbf", "application/x-protobuf"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(Str path)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_ends(path, str_of(types[i].ext))) return types[i].type;
    return "application/octet-stream";
}

static const HttpAsset *asset_find(const HttpServer *s, Str path)
{
    size_t lo = 0, hi = s->opt.nassets;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = str_cmp(str_of(s->opt.assets[mid].path), path);
        if (c == 0) return &s->opt.assets[mid];
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    return NULL;
}

static Str first_segment(Str path)
{
    Str rest = path.n ? str_n(path.p + 1, path.n - 1) : STR("");
    return str_cut(&rest, '/');
}

/* Does the UI's router own the path? */
static bool is_page(const HttpServer *s, Str path)
{
    Str first = first_segment(path);
    if (str_is(first, "api") || router_owns(s->router, first)) return false;
    for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
        if (path.p[i - 1] == '.') return false;
    return true;
}

static void set_caching(Res *res, Str path, const char *etag)
{
    bool hashed = str_starts(path, STR("/assets/"));
    res_header(res, "Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (etag) res_header(res, "ETag", etag);
}

static const char *quoted(Arena *a, const char *etag)
{
    if (!etag || etag[0] == '"' || etag[0] == 'W') return etag;
    return arena_printf(a, "\"%s\"", etag);
}

/* 304 when the browser has it. */
static bool not_modified(Req *req, Res *res, const char *etag)
{
    Str known = req_header(req, "If-None-Match");
    if (!etag || !known.p || !etag_matches(known, str_of(etag))) return false;
    res_status(res, 304);
    return true;
}

/* A packed sibling ("/assets/x.js.br") when the browser takes it; *coding says which. */
static const HttpAsset *packed_variant(Req *req, Str path, const char **coding)
{
    static const struct {
        const char *ext, *coding;
    } variants[] = {{".br", "br"}, {".gz", "gzip"}};
    Str takes = req_header(req, "Accept-Encoding");
    for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
        if (!accept_encoding(takes, variants[i].coding)) continue;
        Str name = str_printf(req->ctx.arena, "%.*s%s", STR_ARG(path), variants[i].ext);
        const HttpAsset *a = asset_find(exchange_of(req)->server, name);
        *coding = variants[i].coding;
        if (a) return a;
    }
    *coding = NULL;
    return NULL;
}

static Rc serve_embedded(Req *req, Res *res)
{
    Exchange *ex = exchange_of(req);
    const HttpAsset *plain = asset_find(ex->server, req->path);
    Str path = plain ? req->path : STR("/index.html");
    if (!plain) plain = asset_find(ex->server, path);
    ENSURE(plain != NULL); /* asset_route found it */
    const char *coding;
    const HttpAsset *packed = packed_variant(req, path, &coding);
    const HttpAsset *a = packed ? packed : plain;
    const char *etag = quoted(req->ctx.arena, a->etag);
    set_caching(res, path, etag);
    res_header(res, "Vary", "Accept-Encoding");
    if (not_modified(req, res, etag)) return 0;
    if (coding) res_header(res, "Content-Encoding", coding);
    res_body(res, plain->type ? plain->type : type_of(path), str_n((const char *)a->data, a->size));
    res->body_static = true;
    return 0;
}

/* Opens a regular file beneath the directory; -1. Segments "..", control characters and NUL were refused
 * before. */
static int open_file(const HttpServer *s, Arena *a, Str path, struct stat *st)
{
    if (memchr(path.p, '\\', path.n)) return -1;
    int fd =
        open(arena_printf(a, "%s%.*s", s->opt.assets_dir, STR_ARG(path)), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return -1;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_size <= FILE_MAX) return fd;
    close(fd);
    return -1;
}

static bool read_all(int fd, char *p, size_t n)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = read(fd, p + got, n - got);
        if (r < 0 && errno == EINTR) continue;
        if (r <= 0) return false;
        got += (size_t)r;
    }
    return true;
}

static Rc serve_file(Req *req, Res *res)
{
    Exchange *ex = exchange_of(req);
    struct stat st;
    Str path = req->path;
    int fd = open_file(ex->server, req->ctx.arena, path, &st);
    if (fd < 0 && is_page(ex->server, path)) {
        path = STR("/index.html");
        fd = open_file(ex->server, req->ctx.arena, path, &st);
    }
    if (fd < 0)
        return FAIL(&req->ctx, RC_NOT_FOUND, "path.unknown", "没有此地址：%.*s", "there is nothing at %.*s",
                    STR_ARG(req->path));
    const char *etag = arena_printf(req->ctx.arena, "\"%llx-%llx\"", (unsigned long long)st.st_size,
                                    (unsigned long long)st.st_mtim.tv_sec * 1000000000ULL +
                                        (unsigned long long)st.st_mtim.tv_nsec);
    set_caching(res, path, etag);
    if (not_modified(req, res, etag)) {
        close(fd);
        return 0;
    }
    size_t n = (size_t)st.st_size;
    char *p = arena_alloc(req->ctx.arena, n + 1);
    bool ok = read_all(fd, p, n);
    close(fd);
    if (!ok) return FAIL(&req->ctx, RC_IO, "asset.read", "无法读取文件", "the file cannot be read");
    res_body(res, type_of(path), str_n(p, n));
    return 0;
}

static const Route embedded_route = {HTTP_GET, "/", PERM_PUBLIC,  serve_embedded,
                                     NULL,     0,   ROUTE_DIRECT, T("界面文件", "UI file")};
static const Route file_route = {HTTP_GET, "/", PERM_PUBLIC, serve_file,
                                 NULL,     0,   0,           T("界面文件", "UI file")};

const Route *asset_route(Exchange *ex)
{
    const HttpServer *s = ex->server;
    Str path = ex->req.path;
    if (s->opt.assets_dir) return str_is(first_segment(path), "api") ? NULL : &file_route;
    if (asset_find(s, path)) return &embedded_route;
    return is_page(s, path) && asset_find(s, STR("/index.html")) ? &embedded_route : NULL;
}
