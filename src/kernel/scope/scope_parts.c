/* Row scope in parts: the OR of scope_sql.c as separate conditions, each of one value of one column (a
 * district, a body, a line of business) or of one body's matters. An index that begins with the column holds
 * a part's rows in the order of a list, so that a page of a million rows is the merge of a few short pages;
 * of an OR neither database can read a page without gathering all its rows. A scope of too many values has no
 * parts. */
#include "scope/scope_int.h"

/* One part for each node at or below the path; false: too many, or behind a reference. */
static bool add_tree(const ScopeTree *t, TreeKind kind, const char *path, const ScopePart *like, ScopePart *v,
                     size_t *n)
{
    size_t count;
    const ScopeNode *node = scope_below(t, kind, path, &count);
    if (!count || *n + count > SCOPE_PARTS_MOST) return false;
    for (size_t i = 0; i < count; i++) {
        v[*n] = *like;
        v[(*n)++].value = db_val_i64(node[i].id);
    }
    return true;
}

static bool add_lines(Arena *a, const char *lines, const char *column, ScopePart *v, size_t *n)
{
    Str rest = str_of(lines);
    while (rest.n) {
        Str line = str_cut(&rest, ' ');
        if (!line.n) continue;
        if (*n == SCOPE_PARTS_MOST) return false;
        v[(*n)++] = (ScopePart){.column = column, .value = db_val_text(str_copy(a, line))};
    }
    return true;
}

/* District and line, as put_place of scope_sql.c. */
static bool add_place(Arena *a, const ScopeTree *t, const Scope *s, const ScopeRule *r, ScopePart *v,
                      size_t *n)
{
    bool any_line = r->line && !strcmp(r->line, SCOPE_ANY_LINE);
    bool lines = s->reach == REACH_LINE && s->lines && !any_line;
    if (s->reach < REACH_LINE || (s->path && !r->district) || (lines && (!r->line || !*s->lines)))
        return true;
    if (s->path) {
        ScopePart like = {.column = r->district, .line = lines ? r->line : NULL};
        return add_tree(t, TREE_DISTRICTS, s->path, &like, v, n);
    }
    return lines && add_lines(a, s->lines, r->line, v, n);
}

static bool add_bodies(Arena *a, const ScopeTree *t, const Scope *s, const ScopeRule *r, ScopePart *v,
                       size_t *n)
{
    Str rest = str_of(r->body ? r->body : "");
    while (rest.n && s->bodies) {
        Str one = str_cut(&rest, ' ');
        ScopePart like = {.column = str_z(a, one)};
        if (one.n && !add_tree(t, TREE_BODIES, s->bodies, &like, v, n)) return false;
    }
    return true;
}

static bool is_far(const char *columns)
{
    return columns && strchr(columns, '.');
}

size_t scope_parts(Work *w, const Entity *e, ScopePart *v)
{
    const ScopeRule *r = &e->scope;
    if (r->kind != SCOPE_ROW || !scope_adds(w, e)) return 0;
    if (is_far(r->district) || is_far(r->body) || is_far(r->line)) return 0;
    const Scope *s = scope_of(w->who);
    const ScopeTree *t = scope_tree(w->kernel);
    size_t n = 0;
    bool ok = add_place(w->ctx->arena, t, s, r, v, &n) && add_bodies(w->ctx->arena, t, s, r, v, &n);
    scope_tree_done(w->kernel, t);
    if (!ok || (r->parties && s->body && n == SCOPE_PARTS_MOST)) return 0;
    if (r->parties && s->body) v[n++] = (ScopePart){.value = db_val_i64(s->body)};
    return n;
}

static void in_lines(SqlBuf *b, Work *w)
{
    Str rest = str_of(scope_of(w->who)->lines);
    sql_lit(b, " IN (NULL");
    while (rest.n) {
        Str line = str_cut(&rest, ' ');
        if (!line.n) continue;
        sql_lit(b, ", ");
        sql_arg(b, db_val_text(str_copy(w->ctx->arena, line)));
    }
    sql_lit(b, ")");
}

static void put_parties(SqlBuf *b, const ScopePart *p, bool walk)
{
    if (walk) sql_lit(b, "EXISTS (SELECT 1 FROM matter_parties sp WHERE sp.matter = t.id AND sp.body = ");
    else sql_lit(b, "t.id IN (SELECT matter FROM matter_parties WHERE body = ");
    sql_arg(b, p->value);
    sql_lit(b, ")");
}

void scope_part_where(SqlBuf *b, Work *w, const ScopePart *p, bool walk)
{
    sql_lit(b, " AND ");
    if (!p->column) {
        put_parties(b, p, walk);
        return;
    }
    sql_lit(b, "t.");
    sql_ident(b, p->column);
    sql_lit(b, " = ");
    sql_arg(b, p->value);
    if (!p->line) return;
    sql_lit(b, " AND t.");
    sql_ident(b, p->line);
    in_lines(b, w);
}
