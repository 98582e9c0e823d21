/* Row scope as a predicate in SQL, for lists, counts, exports and whatever slices ask the database. Districts
 * and bodies below the principal's own are known from the trees in memory: few of them stand in the statement
 * as values, so that an index on the column finds their rows; many are named by the prefix of their path. A
 * principal who reaches everything adds nothing to the statement. */
#include "scope/scope_int.h"

enum { INLINE_MOST = 12, DEPTH_MOST = 6, LINES_MOST = 40 };

typedef struct Put {
    SqlBuf *b;
    Work *w;
    const Scope *s;
    const ScopeTree *tree;
    int depth;                   /* of references followed: names the aliases */
    bool walk;                   /* no index for the predicate itself */
    bool wide;                   /* many predicates in one statement: no values, each argument bound once */
    size_t path_arg[TREES];      /* number of the argument, 0: not bound yet */
    size_t line_arg[LINES_MOST]; /* by place in the principal's lines */
} Put;

/* Binds v, or names the argument that holds it already. */
static void put_arg(SqlBuf *b, size_t *arg, DbVal v)
{
    if (*arg) {
        sql_again(b, *arg);
        return;
    }
    sql_arg(b, v);
    *arg = b->nargs;
}

/* A sign before a column hides it from SQLite's choice of indexes, and changes nothing else for numbers. */
static void no_index(Put *p)
{
    if (p->walk && !p->depth && p->b->kind == DB_SQLITE) sql_lit(p->b, "+");
}

static const char *inner(Put *p)
{
    ENSURE(p->depth < DEPTH_MOST);
    return arena_printf(p->w->ctx->arena, "sc%d", p->depth);
}

static void column(SqlBuf *b, const char *alias, const char *name)
{
    sql_ident(b, alias);
    sql_lit(b, ".");
    sql_ident(b, name);
}

/* ---- At or below a node ---- */

static void in_values(SqlBuf *b, const ScopeNode *v, size_t n)
{
    sql_lit(b, " IN (");
    for (size_t i = 0; i < n; i++) {
        if (i) sql_lit(b, ", ");
        sql_arg(b, db_val_i64(v[i].id));
    }
    sql_lit(b, ")");
}

static void in_tree(Put *p, TreeKind kind, const char *path)
{
    size_t n;
    const ScopeNode *v = scope_below(p->tree, kind, path, &n);
    if (!p->wide && n && n <= INLINE_MOST) {
        in_values(p->b, v, n);
        return;
    }
    sql_lit(p->b, " IN (SELECT id FROM ");
    sql_ident(p->b, p->tree->of[kind].info->table);
    sql_lit(p->b, " WHERE path LIKE ");
    put_arg(p->b, &p->path_arg[kind], db_val_text(str_printf(p->w->ctx->arena, "%s%%", path)));
    sql_lit(p->b, ")");
}

static void in_lines(Put *p)
{
    Str rest = str_of(p->s->lines);
    size_t n = 0;
    sql_lit(p->b, " IN (");
    while (rest.n && n < LINES_MOST) {
        Str line = str_cut(&rest, ' ');
        if (!line.n) continue;
        if (n) sql_lit(p->b, ", ");
        put_arg(p->b, &p->line_arg[n++], db_val_text(str_copy(p->w->ctx->arena, line)));
    }
    if (!n) sql_lit(p->b, "NULL");
    sql_lit(p->b, ")");
}

/* ---- A column, also behind references ---- */

typedef enum { WANT_DISTRICT, WANT_BODY, WANT_LINE } Want;

static void in_wanted(Put *p, Want want)
{
    if (want == WANT_LINE) in_lines(p);
    else if (want == WANT_BODY) in_tree(p, TREE_BODIES, p->s->bodies);
    else in_tree(p, TREE_DISTRICTS, p->s->path);
}

/* alias.object IN (SELECT id FROM objects o WHERE o.district IN (…)) */
static void put_column(Put *p, const Entity *e, const char *alias, Str name, Want want)
{
    bool far = memchr(name.p, '.', name.n) != NULL;
    const char *first = str_z(p->w->ctx->arena, far ? str_cut(&name, '.') : name);
    no_index(p);
    column(p->b, alias, first);
    if (!far) {
        in_wanted(p, want);
        return;
    }
    const EntityInfo *target = entity_info(p->w->kernel, e)->target[entity_field(e, first)];
    const char *next = inner(p);
    sql_lit(p->b, " IN (SELECT ");
    column(p->b, next, "id");
    sql_lit(p->b, " FROM ");
    sql_ident(p->b, target->table);
    sql_lit(p->b, " ");
    sql_ident(p->b, next);
    sql_lit(p->b, " WHERE ");
    p->depth++;
    put_column(p, target->e, next, name, want);
    p->depth--;
    sql_lit(p->b, ")");
}

/* ---- By the row's own columns ---- */

static bool line_matters(const Put *p, const ScopeRule *rule)
{
    return p->s->reach == REACH_LINE && p->s->lines && !(rule->line && !strcmp(rule->line, SCOPE_ANY_LINE));
}

/* District and line; false when no row can lie inside by them. */
static bool can_by_place(const Put *p, const ScopeRule *rule)
{
    if (p->s->reach < REACH_LINE) return false;
    if (p->s->path && !rule->district) return false;
    return !line_matters(p, rule) || (rule->line && *p->s->lines);
}

static void put_place(Put *p, const Entity *e, const char *alias)
{
    const ScopeRule *rule = &e->scope;
    sql_lit(p->b, "(1 = 1");
    if (p->s->path) {
        sql_lit(p->b, " AND ");
        put_column(p, e, alias, str_of(rule->district), WANT_DISTRICT);
    }
    if (line_matters(p, rule)) {
        sql_lit(p->b, " AND ");
        put_column(p, e, alias, str_of(rule->line), WANT_LINE);
    }
    sql_lit(p->b, ")");
}

/* Parts of one OR. No constant stands among them: with one, SQLite walks the whole table instead of the
 * indexes of the parts. */
static void put_or(Put *p, bool *any)
{
    if (*any) sql_lit(p->b, " OR ");
    *any = true;
}

static void put_bodies(Put *p, const Entity *e, const char *alias, bool *any)
{
    Str rest = str_of(e->scope.body);
    while (rest.n) {
        Str one = str_cut(&rest, ' ');
        if (!one.n) continue;
        put_or(p, any);
        put_column(p, e, alias, one, WANT_BODY);
    }
}

static void put_parties(Put *p, const char *alias, bool *any)
{
    put_or(p, any);
    no_index(p);
    column(p->b, alias, "id");
    sql_lit(p->b, " IN (SELECT matter FROM matter_parties WHERE body = ");
    sql_arg(p->b, db_val_i64(p->s->body));
    sql_lit(p->b, ")");
}

static void put_row(Put *p, const Entity *e, const char *alias)
{
    const ScopeRule *rule = &e->scope;
    bool any = can_by_place(p, rule);
    if (any) put_place(p, e, alias);
    if (rule->body && p->s->bodies) put_bodies(p, e, alias, &any);
    if (rule->parties && p->s->body) put_parties(p, alias, &any);
    if (!any) sql_lit(p->b, "1 = 0");
}

/* ---- As another record ---- */

static bool adds(const Scope *s, const Entity *e)
{
    return e->scope.kind == SCOPE_SELF || (e->scope.kind != SCOPE_OPEN && !scope_is_whole(s));
}

static void put_rule(Put *p, const Entity *e, const char *alias);

static void put_targets(Put *p, const EntityInfo *target, const char *key, bool live, bool scoped)
{
    const char *next = inner(p);
    sql_lit(p->b, "SELECT ");
    column(p->b, next, key);
    sql_lit(p->b, " FROM ");
    sql_ident(p->b, target->table);
    sql_lit(p->b, " ");
    sql_ident(p->b, next);
    sql_lit(p->b, " WHERE ");
    if (live) {
        column(p->b, next, "archived_at");
        sql_lit(p->b, " IS NULL");
    } else {
        sql_lit(p->b, "1 = 1");
    }
    if (!scoped || !adds(p->s, target->e)) return;
    sql_lit(p->b, " AND ");
    p->depth++;
    put_rule(p, target->e, next);
    p->depth--;
}

/* Everybody's: the text is no code of the other entity. */
static void put_no_code(Put *p, const Entity *e, const char *alias, const EntityInfo *target)
{
    const char *next = inner(p);
    sql_lit(p->b, " OR ");
    column(p->b, alias, e->scope.via);
    sql_lit(p->b, " IS NULL OR NOT EXISTS (");
    put_targets(p, target, target->e->code_field, true, false);
    sql_lit(p->b, " AND ");
    column(p->b, next, target->e->code_field);
    sql_lit(p->b, " = ");
    column(p->b, alias, e->scope.via);
    sql_lit(p->b, ")");
}

static void put_via_code(Put *p, const Entity *e, const char *alias)
{
    const EntityInfo *target = decl_entity(p->w->kernel->decl, str_of(e->scope.of));
    if (!target) {
        sql_lit(p->b, "1 = 0");
        return;
    }
    column(p->b, alias, e->scope.via);
    sql_lit(p->b, " IN (");
    put_targets(p, target, target->e->code_field, true, true);
    sql_lit(p->b, ")");
    if (e->scope.shared) put_no_code(p, e, alias, target);
}

static void put_via_refs(Put *p, const Entity *e, const char *alias)
{
    Str rest = str_of(e->scope.via);
    sql_lit(p->b, "1 = 0");
    while (rest.n) {
        const char *name = str_z(p->w->ctx->arena, str_cut(&rest, ' '));
        const EntityInfo *target = entity_info(p->w->kernel, e)->target[entity_field(e, name)];
        if (!target) continue;
        sql_lit(p->b, " OR ");
        column(p->b, alias, name);
        sql_lit(p->b, " IN (");
        put_targets(p, target, "id", false, true);
        sql_lit(p->b, ")");
        if (!e->scope.shared) continue;
        sql_lit(p->b, " OR ");
        column(p->b, alias, name);
        sql_lit(p->b, " IS NULL");
    }
}

static void put_via(Put *p, const Entity *e, const char *alias)
{
    if (e->scope.of) put_via_code(p, e, alias);
    else put_via_refs(p, e, alias);
}

static void put_rule(Put *p, const Entity *e, const char *alias)
{
    sql_lit(p->b, "(");
    switch (e->scope.kind) {
    case SCOPE_ROW:
        put_row(p, e, alias);
        break;
    case SCOPE_VIA:
        put_via(p, e, alias);
        break;
    case SCOPE_SELF:
        column(p->b, alias, e->scope.body);
        sql_lit(p->b, " = ");
        sql_arg(p->b, db_val_i64(p->s->user));
        break;
    case SCOPE_OPEN:
        sql_lit(p->b, "1 = 1");
        break;
    case SCOPE_UNSET: /* no declaration: nothing is seen */
        sql_lit(p->b, "1 = 0");
        break;
    }
    sql_lit(p->b, ")");
}

bool scope_adds(const Work *w, const Entity *e)
{
    return w->who && adds(scope_of(w->who), e);
}

static Put put_begin(SqlBuf *b, Work *w, bool wide)
{
    return (Put){.b = b, .w = w, .s = scope_of(w->who), .tree = scope_tree(w->kernel), .wide = wide};
}

static Rc put_where(SqlBuf *b, Work *w, const Entity *e, const char *alias, bool walk)
{
    if (!scope_adds(w, e)) return 0;
    Put p = put_begin(b, w, false);
    p.walk = walk;
    sql_lit(b, " AND ");
    put_rule(&p, e, alias);
    scope_tree_done(w->kernel, p.tree);
    return 0;
}

Rc scope_where(SqlBuf *b, Work *w, const Entity *e, const char *alias)
{
    return put_where(b, w, e, alias, false);
}

Rc scope_where_walk(SqlBuf *b, Work *w, const Entity *e, const char *alias)
{
    return put_where(b, w, e, alias, true);
}

/* ---- Rows of many entities: the index of matters ---- */

/* Do the columns of the index say all that the rule asks? */
bool scope_is_mirrored(const Entity *e)
{
    const ScopeRule *r = &e->scope;
    return e->flow && r->kind == SCOPE_ROW && r->body && e->flow->owner && !strcmp(r->body, e->flow->owner);
}

/* One entity as the other rows of the index see it. */
static void put_mirror(Put *p, const Entity *e, const char *alias)
{
    const Entity row = {.plural = e->plural,
                        .scope = {.kind = SCOPE_ROW,
                                  .district = e->scope.district ? "district" : NULL,
                                  .body = "owner",
                                  .line = !e->scope.line                           ? NULL
                                          : !strcmp(e->scope.line, SCOPE_ANY_LINE) ? SCOPE_ANY_LINE
                                                                                   : "line",
                                  .parties = e->scope.parties}};
    put_row(p, &row, alias);
}

static void put_exists(Put *p, const EntityInfo *info, const char *alias)
{
    const char *next = inner(p);
    sql_lit(p->b, "EXISTS (SELECT 1 FROM ");
    sql_ident(p->b, info->table);
    sql_lit(p->b, " ");
    sql_ident(p->b, next);
    sql_lit(p->b, " WHERE ");
    column(p->b, next, "id");
    sql_lit(p->b, " = ");
    column(p->b, alias, "id");
    sql_lit(p->b, " AND ");
    p->depth++;
    put_rule(p, info->e, next);
    p->depth--;
    sql_lit(p->b, ")");
}

static void put_member(Put *p, const EntityInfo *info, const char *alias)
{
    sql_lit(p->b, " OR (");
    column(p->b, alias, "entity");
    sql_lit(p->b, " = ");
    sql_arg(p->b, db_val_z(info->e->plural));
    if (adds(p->s, info->e)) {
        sql_lit(p->b, " AND (");
        if (scope_is_mirrored(info->e)) put_mirror(p, info->e, alias);
        else put_exists(p, info, alias);
        sql_lit(p->b, ")");
    }
    sql_lit(p->b, ")");
}

Rc scope_where_mirror(SqlBuf *b, Work *w, const Entity *e, const char *alias)
{
    ENSURE(scope_is_mirrored(e));
    if (!scope_adds(w, e)) return 0;
    Put p = put_begin(b, w, false);
    sql_lit(b, " AND (");
    put_mirror(&p, e, alias);
    sql_lit(b, ")");
    scope_tree_done(w->kernel, p.tree);
    return 0;
}

Rc scope_where_matter(SqlBuf *b, Work *w, const char *alias)
{
    const Decl *d = w->kernel->decl;
    bool any = false;
    for (size_t i = 0; i < d->nentities; i++)
        any |= d->entities[i].e->flow && scope_adds(w, d->entities[i].e);
    if (!any) return 0;
    Put p = put_begin(b, w, true);
    sql_lit(b, " AND (1 = 0");
    for (size_t i = 0; i < d->nentities; i++)
        if (d->entities[i].e->flow) put_member(&p, &d->entities[i], alias);
    sql_lit(b, ")");
    scope_tree_done(w->kernel, p.tree);
    return 0;
}

/* ---- Static statements ---- */

#define MARK "'scope' <> '"

/* 'scope' <> 'alarms a': the rows of alarms under the alias a; "matters": of the index of matters; "*": of
 * the search's index. */
static Rc put_marks(SqlBuf *b, Work *w, Str text)
{
    for (ptrdiff_t at = str_find(text, STR(MARK)); at >= 0; at = str_find(text, STR(MARK))) {
        Str rest = str_n(text.p + at + strlen(MARK), text.n - (size_t)at - strlen(MARK));
        Str words = str_cut(&rest, '\''), plural = str_cut(&words, ' ');
        const EntityInfo *info = decl_entity(w->kernel->decl, plural);
        const char *alias = str_z(w->ctx->arena, words);
        sql_lit_(b, str_z(w->ctx->arena, str_n(text.p, (size_t)at)));
        sql_lit(b, "1 = 1");
        if (str_is(plural, "matters")) TRY(scope_where_matter(b, w, alias));
        else if (info) TRY(scope_where(b, w, info->e, alias));
        else sql_lit(b, " AND 1 = 0");
        text = rest;
    }
    sql_lit_(b, str_z(w->ctx->arena, text));
    return 0;
}

Rc scope_query(Work *w, const DbQuery *q, const DbVal *args, size_t nargs, DbCursor **out)
{
    Db *db;
    TRY(work__db(w, &db));
    if (!w->who || scope_is_whole(scope_of(w->who))) return db_query(w->ctx, db, q, args, nargs, out);
    SqlBuf b;
    sql_init(&b, w->ctx, db);
    ENSURE(nargs <= ARRAY_LEN(b.args));
    for (size_t i = 0; i < nargs; i++) b.args[i] = args[i];
    b.nargs = nargs;
    TRY(put_marks(&b, w, str_of(q->sql[b.kind])));
    return sql_query(w->ctx, db, &b, out);
}
