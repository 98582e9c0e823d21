/* The rules of conformance.h. Most are the checks of every start; here they are asked of a list of modules
 * without a server, and the documents made from the declarations are read back. */
#include "kernel/conformance.h"
#include "kernel_int.h"

static Rc broken(Ctx *ctx, const char *place, const char *what)
{
    return FAIL(ctx, RC_BUG, "kernel.conformance", "%s：%s", "%s: %s", place, what);
}

static Rc check_document(Ctx *ctx, const Decl *d)
{
    StrBuf b;
    const Json *doc;
    buf_init(&b, ctx->arena);
    openapi_write(d, &b);
    TRY(json_parse(ctx, buf_str(&b), &doc));
    const Json *paths = json_get(doc, "paths");
    for (size_t i = 0; i < d->nroutes; i++)
        if (!json_get(paths, d->routes[i].path))
            return broken(ctx, d->routes[i].path, "not in the OpenAPI document");
    return 0;
}

/* Unsafe methods without a CSRF token are for machines and the login only. */
static Rc check_csrf(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->nroutes; i++) {
        const Route *r = &d->routes[i];
        bool public = !strcmp(r->perm, PERM_PUBLIC);
        if (r->method != HTTP_GET && public && !(r->flags & ROUTE_NO_CSRF))
            return broken(ctx, r->path, "a public route that changes something must say ROUTE_NO_CSRF");
    }
    return 0;
}

static Rc check_list_fields(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        bool any = false;
        for (size_t f = 0; f < e->nfields; f++) any |= (e->fields[f].flags & F_LIST) != 0;
        if (!any) return broken(ctx, e->plural, "no field is a column of the list (F_LIST)");
    }
    return 0;
}

Rc kernel_conformance(Ctx *ctx, const Module *const *modules, size_t n)
{
    Decl *d;
    TRY(decl_build(ctx, modules, n, &d));
    Rc rc = check_document(ctx, d);
    if (!rc) rc = check_csrf(ctx, d);
    if (!rc) rc = check_list_fields(ctx, d);
    decl_free(&d);
    return rc;
}

static Rc check_table(Ctx *ctx, Db *db, const EntityInfo *info)
{
    static const char *const kinds[][8] = {[DB_SQLITE] = {[F_TEXT] = "TEXT",
                                                          [F_INT] = "INTEGER",
                                                          [F_REAL] = "REAL",
                                                          [F_BOOL] = "INTEGER",
                                                          [F_TIME] = "INTEGER",
                                                          [F_ENUM] = "TEXT",
                                                          [F_REF] = "INTEGER",
                                                          [F_JSON] = "TEXT"},
                                           [DB_PG] = {[F_TEXT] = "text",
                                                      [F_INT] = "bigint",
                                                      [F_REAL] = "double precision",
                                                      [F_BOOL] = "boolean",
                                                      [F_TIME] = "bigint",
                                                      [F_ENUM] = "text",
                                                      [F_REF] = "bigint",
                                                      [F_JSON] = "text"}};
    DbColumn *cols;
    size_t n;
    TRY(db_columns(ctx, db, info->table, &cols, &n));
    for (size_t i = 0; i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        const DbColumn *col = NULL;
        for (size_t c = 0; c < n; c++)
            if (!strcmp(cols[c].name, f->name)) col = &cols[c];
        const char *place = arena_printf(ctx->arena, "%s.%s", info->table, f->name);
        if (!col) return broken(ctx, place, "no such column");
        if (!str_ieq(str_of(col->type), str_of(kinds[db_kind(db)][f->type])))
            return broken(ctx, place, arena_printf(ctx->arena, "the column has the type %s", col->type));
    }
    return 0;
}

Rc kernel_conformance_tables(Ctx *ctx, Kernel *k)
{
    Db *db;
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = 0;
    for (size_t i = 0; !rc && i < k->decl->nentities; i++) rc = check_table(ctx, db, &k->decl->entities[i]);
    db_done(ctx, &db);
    return rc;
}
