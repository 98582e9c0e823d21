/* The pages of OGC API Features that stand before the records: landing page, conformance, collections, and
 * the OpenAPI 3.0 document. Every located entity that the caller may read is a collection; what he may not
 * read is not there. */
#include "ogc/ogc.h"

/* ---- Links ---- */

static bool host_ok(Str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !memchr(".:[]-", c, 5)) return false;
    }
    return host.n > 0 && host.n < 256;
}

const char *ogc_base(const Req *req)
{
    Str host = req_header(req, "Host");
    if (!host_ok(host)) return "/ogc";
    return arena_printf(req->ctx.arena, "%s://%.*s/ogc", req_secure(req) ? "https" : "http", STR_ARG(host));
}

void ogc_link(JsonOut *out, const char *rel, const char *type, const char *href)
{
    jout_open(out);
    jout_kz(out, "href", href);
    jout_kz(out, "rel", rel);
    jout_kz(out, "type", type);
    jout_close(out);
}

Rc ogc_rc(Req *req, Rc rc)
{
    if (rc != RC_INVALID) return rc;
    return req->ctx.err.kind = RC_SYNTAX;
}

bool ogc_readable(const Req *req, const EntityInfo *info)
{
    Located l;
    return located_of(info, &l) && perm_has(req->who, info->e->read_perm);
}

/* Every page but the items knows "f" only. */
static Rc begin(Req *req)
{
    static const char *const known[] = {"f", NULL};
    Rc rc = query_only(req, known);
    Str f = req_query(req, "f");
    if (!rc && f.n && !str_is(f, "json"))
        rc = FAIL_FIELD(&req->ctx, "f", "unknown", 0, "f 应为 json", "f must be json");
    return ogc_rc(req, rc);
}

/* ---- Landing page and conformance ---- */

Rc ogc_landing_handler(Req *req, Res *res)
{
    static const Text title = T("安澜 要素服务", "Anlan features");
    Arena *a = req->ctx.arena;
    TRY(begin(req));
    const char *base = ogc_base(req);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "title", text_in(title, req->ctx.lang));
    jout_key(o, "links");
    jout_open_array(o);
    ogc_link(o, "self", OGC_JSON, base);
    ogc_link(o, "service-desc", OGC_OPENAPI, arena_printf(a, "%s/api", base));
    ogc_link(o, "conformance", OGC_JSON, arena_printf(a, "%s/conformance", base));
    ogc_link(o, "data", OGC_JSON, arena_printf(a, "%s/collections", base));
    jout_close_array(o);
    jout_close(o);
    return 0;
}

Rc ogc_conformance_handler(Req *req, Res *res)
{
    static const char *const classes[] = {"core", "geojson", "oas30"};
    TRY(begin(req));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "conformsTo");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        jout_z(o, arena_printf(req->ctx.arena, "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/%s",
                               classes[i]));
    jout_close_array(o);
    jout_close(o);
    return 0;
}

/* ---- Collections ---- */

static void write_extent(JsonOut *o)
{
    static const double china[4] = {73, 3, 136, 54}; /* what the fields take */
    jout_key(o, "extent");
    jout_open(o);
    jout_key(o, "spatial");
    jout_open(o);
    jout_key(o, "bbox");
    jout_open_array(o);
    jout_open_array(o);
    for (size_t i = 0; i < 4; i++) jout_f64(o, china[i]);
    jout_close_array(o);
    jout_close_array(o);
    jout_kz(o, "crs", "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    jout_close(o);
    jout_close(o);
}

static void write_collection(const Req *req, const Entity *e, JsonOut *o)
{
    const char *self = arena_printf(req->ctx.arena, "%s/collections/%s", ogc_base(req), e->plural);
    jout_open(o);
    jout_kz(o, "id", e->plural);
    jout_kz(o, "title", text_in(e->title, req->ctx.lang));
    jout_kz(o, "itemType", "feature");
    write_extent(o);
    jout_key(o, "crs");
    jout_open_array(o);
    jout_z(o, "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    jout_close_array(o);
    jout_key(o, "links");
    jout_open_array(o);
    ogc_link(o, "self", OGC_JSON, self);
    ogc_link(o, "items", OGC_GEOJSON, arena_printf(req->ctx.arena, "%s/items", self));
    jout_close_array(o);
    jout_close(o);
}

Rc ogc_collections_handler(Req *req, Res *res)
{
    const Decl *d = req_kernel(req)->decl;
    TRY(begin(req));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "links");
    jout_open_array(o);
    ogc_link(o, "self", OGC_JSON, arena_printf(req->ctx.arena, "%s/collections", ogc_base(req)));
    jout_close_array(o);
    jout_key(o, "collections");
    jout_open_array(o);
    for (size_t i = 0; i < d->nentities; i++)
        if (ogc_readable(req, &d->entities[i])) write_collection(req, d->entities[i].e, o);
    jout_close_array(o);
    jout_close(o);
    return 0;
}

Rc ogc_collection_handler(Req *req, Res *res)
{
    TRY(begin(req));
    const EntityInfo *info = decl_entity(req_kernel(req)->decl, req_param(req, "collection"));
    if (!info || !ogc_readable(req, info))
        return FAIL(&req->ctx, RC_NOT_FOUND, "ogc.collection", "没有这个要素集", "no such collection");
    write_collection(req, info->e, res_json(req, res));
    return 0;
}

/* ---- OpenAPI 3.0 ---- */

static void parameter(JsonOut *o, const char *name, const char *in, const char *type)
{
    jout_open(o);
    jout_kz(o, "name", name);
    jout_kz(o, "in", in);
    jout_kb(o, "required", !strcmp(in, "path"));
    if (!strcmp(name, "bbox")) jout_kz(o, "style", "form");
    if (!strcmp(name, "bbox")) jout_kb(o, "explode", false);
    jout_key(o, "schema");
    jout_open(o);
    jout_kz(o, "type", type);
    if (!strcmp(name, "limit")) {
        jout_ki(o, "minimum", 1);
        jout_ki(o, "maximum", 1000);
        jout_ki(o, "default", 50);
    }
    if (!strcmp(name, "bbox")) {
        jout_ki(o, "minItems", 4);
        jout_ki(o, "maxItems", 6);
        jout_key(o, "items");
        jout_open(o);
        jout_kz(o, "type", "number");
        jout_close(o);
    }
    jout_close(o);
    jout_close(o);
}

static void item_parameters(const Entity *e, JsonOut *o)
{
    static const char *const types[] = {
        [F_TEXT] = "string", [F_INT] = "integer", [F_REAL] = "number", [F_BOOL] = "boolean",
        [F_TIME] = "string", [F_ENUM] = "string", [F_REF] = "string",  [F_JSON] = "string"};
    parameter(o, "limit", "query", "integer");
    parameter(o, "cursor", "query", "string");
    parameter(o, "bbox", "query", "array");
    parameter(o, "datetime", "query", "string");
    parameter(o, "sort", "query", "string");
    parameter(o, "q", "query", "string");
    for (size_t i = 0; i < e->nfields; i++)
        if (e->fields[i].flags & F_FILTER) parameter(o, e->fields[i].name, "query", types[e->fields[i].type]);
}

static void answers(JsonOut *o, const char *type)
{
    jout_key(o, "responses");
    jout_open(o);
    jout_key(o, "200");
    jout_open(o);
    jout_kz(o, "description", "OK");
    jout_key(o, "content");
    jout_open(o);
    jout_key(o, type);
    jout_open(o);
    jout_key(o, "schema");
    jout_open(o);
    jout_kz(o, "type", "object");
    jout_close(o);
    jout_close(o);
    jout_close(o);
    jout_close(o);
    jout_key(o, "default");
    jout_open(o);
    jout_kz(o, "description", "application/problem+json (RFC 9457)");
    jout_close(o);
    jout_close(o);
}

/* e NULL: a page without parameters. */
static void operation(JsonOut *o, const char *path, const char *id, const char *type, const Entity *e)
{
    bool one = strstr(path, "{") != NULL;
    jout_key(o, path);
    jout_open(o);
    jout_key(o, "get");
    jout_open(o);
    jout_kz(o, "operationId", id);
    if (e) jout_kz(o, "summary", e->title.en);
    jout_key(o, "parameters");
    jout_open_array(o);
    if (one) parameter(o, strstr(path, "{collection}") ? "collection" : "id", "path", "string");
    if (e && !one) item_parameters(e, o);
    jout_close_array(o);
    answers(o, type);
    jout_close(o);
    jout_close(o);
}

static void write_paths(const Req *req, JsonOut *o)
{
    const Decl *d = req_kernel(req)->decl;
    Arena *a = req->ctx.arena;
    operation(o, "/", "landing", OGC_JSON, NULL);
    operation(o, "/conformance", "conformance", OGC_JSON, NULL);
    operation(o, "/collections", "collections", OGC_JSON, NULL);
    operation(o, "/collections/{collection}", "collection", OGC_JSON, NULL);
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        if (!ogc_readable(req, &d->entities[i])) continue;
        operation(o, arena_printf(a, "/collections/%s/items", e->plural),
                  arena_printf(a, "%s-items", e->name), OGC_GEOJSON, e);
        operation(o, arena_printf(a, "/collections/%s/items/{id}", e->plural),
                  arena_printf(a, "%s-item", e->name), OGC_GEOJSON, e);
    }
}

Rc ogc_api_handler(Req *req, Res *res)
{
    StrBuf b;
    JsonOut o;
    TRY(begin(req));
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "openapi", "3.0.3");
    jout_key(&o, "info");
    jout_open(&o);
    jout_kz(&o, "title", "Anlan: OGC API Features");
    jout_kz(&o, "version", ANLAN_VERSION);
    jout_close(&o);
    jout_key(&o, "servers");
    jout_open_array(&o);
    jout_open(&o);
    jout_kz(&o, "url", ogc_base(req));
    jout_close(&o);
    jout_close_array(&o);
    jout_key(&o, "paths");
    jout_open(&o);
    write_paths(req, &o);
    jout_close(&o);
    jout_close(&o);
    res_body(res, OGC_OPENAPI, buf_str(&b));
    return 0;
}
