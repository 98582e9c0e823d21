/* The OpenAPI 3.1 document, derived from the routes and entities. It needs no database, so that `anlan dump
 * openapi` and the golden file of the tests come from the declarations alone. */
#include "kernel_int.h"
#include "record/routes.h"

static const char *const methods[] = {[HTTP_GET] = "get",
                                      [HTTP_POST] = "post",
                                      [HTTP_PUT] = "put",
                                      [HTTP_PATCH] = "patch",
                                      [HTTP_DELETE] = "delete"};

static const EntityRoute *entity_route(const Route *r)
{
    const EntityRoute *er = r->data;
    bool derived = r->fn == route_list || r->fn == route_create || r->fn == route_read ||
                   r->fn == route_change || r->fn == route_archive || r->fn == route_action ||
                   r->fn == history_handler;
    return derived ? er : NULL;
}

/* ---- Schemas ---- */

static void write_ref(JsonOut *o, const char *format, const char *name, Arena *a)
{
    jout_open(o);
    jout_kz(o, "$ref", arena_printf(a, format, name));
    jout_close(o);
}

static void write_type(const Field *f, JsonOut *o)
{
    static const char *const types[] = {
        [F_TEXT] = "string", [F_INT] = "integer", [F_REAL] = "number", [F_BOOL] = "boolean",
        [F_TIME] = "string", [F_ENUM] = "string", [F_REF] = "string",  [F_JSON] = NULL};
    if (!types[f->type]) return;
    jout_key(o, "type");
    jout_open_array(o);
    jout_z(o, types[f->type]);
    jout_z(o, "null");
    jout_close_array(o);
}

static void write_bounds(const Field *f, JsonOut *o)
{
    if (f->type == F_TIME) jout_kz(o, "format", "date-time");
    if (f->type == F_TEXT) {
        if (f->min > 0) jout_kf(o, "minLength", f->min);
        jout_kf(o, "maxLength", f->max > 0 ? f->max : 2000);
    }
    if ((f->type == F_INT || f->type == F_REAL) && (f->min != 0 || f->max != 0)) {
        jout_kf(o, "minimum", f->min);
        jout_kf(o, "maximum", f->max);
    }
    if (f->type == F_ENUM) jout_kz(o, "x-dictionary", f->ref);
    if (f->type == F_REF) jout_kz(o, "x-entity", f->ref);
    if (f->unit) jout_kz(o, "x-unit", f->unit);
}

static void write_field(const Field *f, JsonOut *o)
{
    jout_key(o, f->name);
    jout_open(o);
    write_type(f, o);
    write_bounds(f, o);
    jout_kz(o, "title", f->label.en);
    if (f->help.en && *f->help.en) jout_kz(o, "description", f->help.en);
    if (f->flags & F_READONLY) jout_kb(o, "readOnly", true);
    if (f->flags & F_SECRET) jout_kb(o, "writeOnly", true);
    jout_close(o);
}

static void write_required(const Field *fields, size_t n, JsonOut *o)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        bool wanted =
            (fields[i].flags & F_REQUIRED) && !(fields[i].flags & F_READONLY) && !fields[i].fallback;
        if (!wanted) continue;
        if (!any) {
            jout_key(o, "required");
            jout_open_array(o);
        }
        any = true;
        jout_z(o, fields[i].name);
    }
    if (any) jout_close_array(o);
}

/* What a caller sends: no read-only fields. */
static void write_input(const Field *fields, size_t n, bool required, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "type", "object");
    jout_kb(o, "additionalProperties", false);
    jout_key(o, "properties");
    jout_open(o);
    for (size_t i = 0; i < n; i++)
        if (!(fields[i].flags & F_READONLY)) write_field(&fields[i], o);
    jout_close(o);
    if (required) write_required(fields, n, o);
    jout_close(o);
}

static void write_common(JsonOut *o)
{
    static const struct {
        const char *name, *type, *format;
    } members[] = {{"id", "string", NULL},
                   {"version", "integer", NULL},
                   {"created_at", "string", "date-time"},
                   {"updated_at", "string", "date-time"},
                   {"archived_at", "string", "date-time"},
                   {"titles", "object", NULL},
                   {"actions", "array", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        jout_key(o, members[i].name);
        jout_open(o);
        jout_kz(o, "type", members[i].type);
        if (members[i].format) jout_kz(o, "format", members[i].format);
        jout_close(o);
    }
}

static void write_record_schema(const Entity *e, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "type", "object");
    jout_kz(o, "title", e->title.en);
    jout_key(o, "properties");
    jout_open(o);
    write_common(o);
    for (size_t i = 0; i < e->nfields; i++)
        if (!(e->fields[i].flags & F_SECRET)) write_field(&e->fields[i], o);
    jout_close(o);
    jout_close(o);
}

static void write_list_schema(const Entity *e, Arena *a, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "type", "object");
    jout_key(o, "properties");
    jout_open(o);
    jout_key(o, "items");
    jout_open(o);
    jout_kz(o, "type", "array");
    jout_key(o, "items");
    write_ref(o, "#/components/schemas/%s", e->name, a);
    jout_close(o);
    jout_key(o, "next");
    jout_raw(o, STR("{\"type\":[\"string\",\"null\"]}"));
    jout_key(o, "count");
    jout_raw(o, STR("{\"type\":\"integer\"}"));
    jout_key(o, "count_exact");
    jout_raw(o, STR("{\"type\":\"boolean\"}"));
    jout_close(o);
    jout_close(o);
}

static const char problem_schema[] =
    "{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"
    "\"fields\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"field\":{\"type\":"
    "\"string\"},"
    "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},\"line\":{\"type\":\"integer\"}}}}}}";

static void write_components(const Decl *d, JsonOut *o)
{
    jout_key(o, "components");
    jout_open(o);
    jout_key(o, "schemas");
    jout_open(o);
    jout_key(o, "problem");
    jout_raw(o, str_of(problem_schema));
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        jout_key(o, e->name);
        write_record_schema(e, o);
        jout_key(o, arena_printf(o->buf->arena, "%s-list", e->name));
        write_list_schema(e, o->buf->arena, o);
        if (!e->write_perm) continue;
        jout_key(o, arena_printf(o->buf->arena, "%s-input", e->name));
        write_input(e->fields, e->nfields, true, o);
    }
    jout_close(o);
    jout_key(o, "securitySchemes");
    jout_raw(o, STR("{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"anlan_session\"},"
                    "\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    jout_close(o);
}

/* ---- Operations ---- */

static void write_parameter(JsonOut *o, const char *name, const char *in, const char *type)
{
    jout_open(o);
    jout_kz(o, "name", name);
    jout_kz(o, "in", in);
    jout_kb(o, "required", !strcmp(in, "path"));
    jout_key(o, "schema");
    jout_open(o);
    jout_kz(o, "type", type);
    jout_close(o);
    jout_close(o);
}

static void write_path_parameters(const char *path, JsonOut *o)
{
    Str rest = str_of(path);
    while (rest.n) {
        str_cut(&rest, '{');
        Str name = str_cut(&rest, '}');
        if (name.n && name.p[name.n - 1] == '*') name.n--;
        if (name.n) write_parameter(o, str_z(o->buf->arena, name), "path", "string");
    }
}

static void write_list_parameters(const Entity *e, JsonOut *o)
{
    static const struct {
        const char *name, *type;
    } paging[] = {{"limit", "integer"},
                  {"cursor", "string"},
                  {"sort", "string"},
                  {"q", "string"},
                  {"archived", "string"}};
    static const char *const ranges[] = {".gte", ".gt", ".lte", ".lt"};
    for (size_t i = 0; i < ARRAY_LEN(paging); i++)
        write_parameter(o, paging[i].name, "query", paging[i].type);
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (!(f->flags & F_FILTER)) continue;
        write_parameter(o, f->name, "query", "string");
        write_parameter(o, arena_printf(o->buf->arena, "%s.ne", f->name), "query", "string");
        write_parameter(o, arena_printf(o->buf->arena, "%s.in", f->name), "query", "string");
        bool ordered = f->type == F_INT || f->type == F_REAL || f->type == F_TIME;
        for (size_t r = 0; ordered && r < ARRAY_LEN(ranges); r++)
            write_parameter(o, arena_printf(o->buf->arena, "%s%s", f->name, ranges[r]), "query", "string");
    }
}

static void write_headers(const Route *r, JsonOut *o)
{
    if (r->fn == route_change) write_parameter(o, "If-Match", "header", "string");
    if (r->fn == route_create) write_parameter(o, "Idempotency-Key", "header", "string");
}

static void write_content(JsonOut *o, const char *type, const char *schema)
{
    jout_key(o, "content");
    jout_open(o);
    jout_key(o, type);
    jout_open(o);
    if (schema) {
        jout_key(o, "schema");
        write_ref(o, "#/components/schemas/%s", schema, o->buf->arena);
    }
    jout_close(o);
    jout_close(o);
}

static void write_body(const Route *r, const EntityRoute *er, JsonOut *o)
{
    if (!er || r->method == HTTP_GET || r->method == HTTP_DELETE) return;
    jout_key(o, "requestBody");
    jout_open(o);
    if (er->action) {
        jout_key(o, "content");
        jout_open(o);
        jout_key(o, "application/json");
        jout_open(o);
        jout_key(o, "schema");
        write_input(er->action->a.params, er->action->a.nparams, true, o);
        jout_close(o);
        jout_close(o);
    } else {
        write_content(o, r->method == HTTP_PATCH ? "application/merge-patch+json" : "application/json",
                      arena_printf(o->buf->arena, "%s-input", er->e->name));
    }
    jout_close(o);
}

static void write_problem(JsonOut *o, const char *status, const char *text)
{
    jout_key(o, status);
    jout_open(o);
    jout_kz(o, "description", text);
    write_content(o, "application/problem+json", "problem");
    jout_close(o);
}

static void write_good(const Route *r, const EntityRoute *er, JsonOut *o)
{
    bool created = er && r->fn == route_create, gone = er && r->fn == route_archive;
    jout_key(o, created ? "201" : gone ? "204" : "200");
    jout_open(o);
    jout_kz(o, "description", created ? "created" : gone ? "archived" : "good");
    if (er && !gone && r->fn != history_handler)
        write_content(o, "application/json",
                      r->fn == route_list ? arena_printf(o->buf->arena, "%s-list", er->e->name)
                                          : er->e->name);
    jout_close(o);
}

static void write_responses(const Route *r, const EntityRoute *er, JsonOut *o)
{
    bool public = !strcmp(r->perm, PERM_PUBLIC), writes = r->method != HTTP_GET;
    jout_key(o, "responses");
    jout_open(o);
    write_good(r, er, o);
    if (writes) write_problem(o, "400", "not readable");
    if (!public) write_problem(o, "401", "not logged in");
    if (!public) write_problem(o, "403", "no permission");
    if (strchr(r->path, '{')) write_problem(o, "404", "absent or outside the caller's scope");
    if (er && writes) write_problem(o, "409", "state or duplicate");
    if (er && writes && strchr(r->path, '{')) write_problem(o, "412", "changed meanwhile");
    write_problem(o, "422", "a parameter or field is wrong");
    if (r->fn == route_change) write_problem(o, "428", "If-Match is missing");
    jout_close(o);
}

static const char *operation_id(Arena *a, const Route *r)
{
    char *id = arena_printf(a, "%s%s", methods[r->method], r->path), *to = id;
    for (const char *p = id; *p; p++) {
        bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (word) *to++ = *p;
        else if (to > id && to[-1] != '_') *to++ = '_';
    }
    while (to > id && to[-1] == '_') to--;
    *to = 0;
    return id;
}

static void write_operation(const Route *r, JsonOut *o)
{
    const EntityRoute *er = entity_route(r);
    jout_key(o, methods[r->method]);
    jout_open(o);
    jout_kz(o, "operationId", operation_id(o->buf->arena, r));
    jout_kz(o, "summary", r->title.en);
    jout_kz(o, "description", r->title.zh);
    jout_kz(o, "x-permission", r->perm);
    if (!strcmp(r->perm, PERM_PUBLIC)) {
        jout_key(o, "security");
        jout_raw(o, STR("[]"));
    }
    jout_key(o, "parameters");
    jout_open_array(o);
    write_path_parameters(r->path, o);
    if (er && r->fn == route_list) write_list_parameters(er->e, o);
    write_headers(r, o);
    jout_close_array(o);
    write_body(r, er, o);
    write_responses(r, er, o);
    jout_close(o);
}

/* All methods of one path stand together; a path is written where it comes first. */
static void write_paths(const Decl *d, JsonOut *o)
{
    jout_key(o, "paths");
    jout_open(o);
    for (size_t i = 0; i < d->nroutes; i++) {
        bool before = false;
        for (size_t j = 0; j < i && !before; j++) before = !strcmp(d->routes[i].path, d->routes[j].path);
        if (before) continue;
        jout_key(o, d->routes[i].path);
        jout_open(o);
        for (size_t j = i; j < d->nroutes; j++)
            if (!strcmp(d->routes[i].path, d->routes[j].path)) write_operation(&d->routes[j], o);
        jout_close(o);
    }
    jout_close(o);
}

void openapi_write(const Decl *d, StrBuf *out)
{
    JsonOut o;
    jout_init(&o, out);
    jout_open(&o);
    jout_kz(&o, "openapi", "3.1.0");
    jout_key(&o, "info");
    jout_open(&o);
    jout_kz(&o, "title", "Anlan 安澜");
    jout_kz(&o, "version", ANLAN_VERSION);
    jout_close(&o);
    jout_key(&o, "security");
    jout_raw(&o, STR("[{\"session\":[]},{\"token\":[]}]"));
    write_paths(d, &o);
    write_components(d, &o);
    jout_close(&o);
}

Rc openapi_handler(Req *req, Res *res)
{
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    openapi_write(req_kernel(req)->decl, &b);
    res_body(res, "application/json", buf_str(&b));
    return 0;
}

Rc kernel_dump_openapi(Ctx *ctx, const Module *const *modules, size_t n, StrBuf *out)
{
    Decl *d;
    TRY(decl_build(ctx, modules, n, &d));
    openapi_write(d, out);
    decl_free(&d);
    return 0;
}
