/* A record's scope, read from its values: where it lies, whose it is, of which line, who takes part. Behind
 * references the records in between are read. */
#include "base/num.h"
#include "scope/scope_int.h"

static const char *node_path(Work *w, TreeKind kind, int64_t id)
{
    const ScopeTree *t = scope_tree(w->kernel);
    const ScopeNode *n = scope_node(t, kind, id);
    const char *path = n && *n->path ? arena_strdup(w->ctx->arena, n->path) : NULL;
    scope_tree_done(w->kernel, t);
    return path;
}

/* A node that the transaction itself made is not in the snapshot yet. */
static const char *path_of(Work *w, TreeKind kind, const char *plural, int64_t id)
{
    if (!id) return NULL;
    const char *path = node_path(w, kind, id);
    const EntityInfo *info = path ? NULL : decl_entity(w->kernel->decl, str_of(plural));
    Record *rec;
    if (!info || store_get(w, info->e, id, &rec) < 0) {
        if (!path) ctx_clear(w->ctx);
        return path;
    }
    return str_z(w->ctx->arena, rec_text(info->e, rec, "path"));
}

const char *scope_district_path(Work *w, int64_t district)
{
    return path_of(w, TREE_DISTRICTS, "districts", district);
}

const char *scope_body_path(Work *w, int64_t body)
{
    return path_of(w, TREE_BODIES, "bodies", body);
}

/* ---- Columns, also behind references ---- */

typedef struct Place {
    const Entity *e;
    const Record *rec;
} Place;

/* Follows "object.district" up to its last name; rec NULL when a reference on the way is empty. */
static Rc walk(Work *w, Str *column, Place *p)
{
    while (p->rec && memchr(column->p, '.', column->n)) {
        size_t f = entity_field(p->e, str_z(w->ctx->arena, str_cut(column, '.')));
        const EntityInfo *target = entity_info(w->kernel, p->e)->target[f];
        Record *next = NULL;
        if (target && p->rec->v[f].type != DB_NULL) TRY(store_get(w, target->e, p->rec->v[f].i, &next));
        *p = (Place){target ? target->e : NULL, next};
    }
    return 0;
}

static Rc column_id(Work *w, Place p, Str column, int64_t *id)
{
    *id = 0;
    TRY(walk(w, &column, &p));
    if (!p.rec) return 0;
    *id = str_is(column, "id") ? p.rec->id : rec_i64(p.e, p.rec, str_z(w->ctx->arena, column));
    return 0;
}

static Rc read_body(Work *w, Place p, Str column, const char **out)
{
    int64_t id;
    if (!column.n) return 0;
    if (str_is(column, "id")) { /* a body's own path, also before it is in the tree */
        *out = str_z(w->ctx->arena, rec_text(p.e, p.rec, "path"));
        return 0;
    }
    TRY(column_id(w, p, column, &id));
    *out = scope_body_path(w, id);
    return 0;
}

static Rc read_bodies(Work *w, Place p, const char *columns, RowScope *out)
{
    if (!columns) return 0;
    Str rest = str_of(columns), first = str_cut(&rest, ' ');
    TRY(read_body(w, p, first, &out->body_path));
    return read_body(w, p, str_trim(rest), &out->also_path);
}

static Rc read_line(Work *w, Place p, const char *column, RowScope *out)
{
    if (!column) return 0;
    Str name = str_of(column);
    if (str_is(name, SCOPE_ANY_LINE)) {
        out->line = name;
        return 0;
    }
    TRY(walk(w, &name, &p));
    if (p.rec) out->line = rec_text(p.e, p.rec, str_z(w->ctx->arena, name));
    return 0;
}

static Rc read_parties(Work *w, const Record *rec, RowScope *out)
{
    enum { MOST = 256 };
    Db *db;
    DbCursor *c;
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, MOST);
    TRY(work__db(w, &db));
    SqlBuf b;
    sql_init(&b, w->ctx, db);
    sql_lit(&b, "SELECT body FROM matter_parties WHERE matter = ");
    sql_arg(&b, db_val_i64(rec->id));
    TRY(sql_query(w->ctx, db, &b, &c));
    Rc rc = 0;
    while (out->nparties < MOST && (rc = db_next(w->ctx, c)) > 0) ids[out->nparties++] = db_i64(c, 0);
    db_close(&c);
    out->parties = ids;
    return rc < 0 ? rc : 0;
}

static Rc row_itself(Work *w, const ScopeRule *rule, Place p, RowScope *out)
{
    int64_t district = 0;
    if (rule->district) TRY(column_id(w, p, str_of(rule->district), &district));
    out->path = scope_district_path(w, district);
    TRY(read_bodies(w, p, rule->body, out));
    return read_line(w, p, rule->line, out);
}

/* ---- As another record ---- */

/* The reference that is filled, else the last. */
static size_t via_field(Work *w, const ScopeRule *rule, Place p)
{
    Str rest = str_of(rule->via);
    size_t f;
    do {
        f = entity_field(p.e, str_z(w->ctx->arena, str_cut(&rest, ' ')));
    } while (rest.n && p.rec->v[f].type == DB_NULL);
    return f;
}

static Rc find_via(Work *w, const ScopeRule *rule, Place p, const EntityInfo **target, Record **out)
{
    size_t f = via_field(w, rule, p);
    const DbVal *v = &p.rec->v[f];
    *out = NULL;
    if (rule->of) {
        *target = decl_entity(w->kernel->decl, str_of(rule->of));
        if (!*target || !v->s.n) return 0;
        return store_find(w, (*target)->e, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(v->s)), out);
    }
    *target = entity_info(w->kernel, p.e)->target[f];
    return *target && v->type != DB_NULL ? store_get(w, (*target)->e, v->i, out) : 0;
}

static Rc row_via(Work *w, const ScopeRule *rule, Place p, RowScope *out)
{
    const EntityInfo *target;
    Record *via;
    Rc rc = find_via(w, rule, p, &target, &via);
    if (rc < 0) return rc;
    if (via) return scope_row(w, target->e, via, out);
    out->open = rule->shared;
    return 0;
}

Rc scope_place(Work *w, const Entity *e, const Record *rec, int64_t *district, Str *line)
{
    const ScopeRule *rule = &e->scope;
    Place p = {e, rec};
    RowScope row = {0};
    *district = 0;
    if (rule->kind == SCOPE_ROW && rule->district) TRY(column_id(w, p, str_of(rule->district), district));
    if (rule->kind == SCOPE_ROW) TRY(read_line(w, p, rule->line, &row));
    *line = row.line;
    return 0;
}

Rc scope_row(Work *w, const Entity *e, const Record *rec, RowScope *out)
{
    const ScopeRule *rule = &e->scope;
    Place p = {e, rec};
    *out = (RowScope){0};
    switch (rule->kind) {
    case SCOPE_UNSET:
        break;
    case SCOPE_OPEN:
        out->open = true;
        break;
    case SCOPE_ROW:
        TRY(row_itself(w, rule, p, out));
        break;
    case SCOPE_VIA:
        TRY(row_via(w, rule, p, out));
        break;
    case SCOPE_SELF:
        out->self = rec_i64(e, rec, rule->body);
        if (!out->self) out->self = -1;
        break;
    }
    return rule->parties && rule->kind == SCOPE_ROW ? read_parties(w, rec, out) : 0;
}

Rc scope_of_record(Work *w, const Entity *e, const Record *rec)
{
    const Scope *s = scope_of(w->who);
    RowScope row;
    if (!w->who || e->scope.kind == SCOPE_OPEN) return 1;
    if (scope_is_whole(s) && e->scope.kind != SCOPE_SELF) return 1;
    TRY(scope_row(w, e, rec, &row));
    return scope_sees(s, &row);
}

Rc scope_find(Work *w, const Entity *e, Str key, Record **out)
{
    Rc rc = store_find(w, e, key, out);
    if (rc > 0) rc = scope_of_record(w, e, *out);
    if (!rc) *out = NULL;
    return rc;
}

Rc scope_need_whole(Ctx *ctx, const Principal *who)
{
    if (scope_is_whole(scope_of(who))) return 0;
    return FAIL(ctx, RC_FORBIDDEN, "scope.whole", "只有数据范围为全域的账户可以查看",
                "only an account whose data scope is the whole can see this");
}

Rc scope_need(Work *w, const Entity *e, const Record *rec)
{
    Rc sees = scope_of_record(w, e, rec);
    if (sees) return sees < 0 ? sees : 0;
    return FAIL(w->ctx, RC_FORBIDDEN, "scope.outside", "这条%s超出本账户的数据范围",
                "outside the data scope of this account: %s", text_in(e->title, w->ctx->lang));
}
