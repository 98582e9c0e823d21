/* The trees of districts and bodies. Every record keeps its way from the root as text, so that "at or below"
 * is a comparison of prefixes, in SQL as in memory. The paths are derived: they are written when a record is
 * made or moved, with everything below it in the same transaction, and set right at the start where they are
 * missing. A snapshot of both trees answers who stands below whom without a query; it is read anew after a
 * commit that touched what it holds. */
#include "base/id.h"
#include "base/log.h"
#include "base/snapshot.h"
#include "scope/scope_int.h"
#include <stdlib.h>

#define TREE_DEPTH 12

static const char *const plurals[TREES] = {[TREE_DISTRICTS] = "districts", [TREE_BODIES] = "bodies"};

static bool has_field(const Entity *e, const char *name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return true;
    return false;
}

static const EntityInfo *tree_entity(const Decl *d, TreeKind kind)
{
    const EntityInfo *info = decl_entity(d, str_of(plurals[kind]));
    return info && has_field(info->e, "path") && has_field(info->e, "parent") ? info : NULL;
}

/* ---- Reading ---- */

/* A program may have a plainer kind of bodies, without lines or district. */
static void select_nodes(SqlBuf *b, const EntityInfo *info, TreeKind kind)
{
    const char *text = kind == TREE_DISTRICTS ? "code" : "lines";
    sql_lit(b, "SELECT id, parent, path, ");
    sql_ident(b, has_field(info->e, text) ? text : "path");
    sql_lit(b, ", archived_at, ");
    sql_ident(b, has_field(info->e, "district") ? "district" : "id");
    sql_lit(b, " FROM ");
    sql_ident(b, info->table);
}

static ScopeNode node_of(Ctx *own, const DbCursor *c, const Entity *e, TreeKind kind)
{
    Str path = db_str(c, 2), text = db_str(c, 3);
    ScopeNode n = {.id = db_i64(c, 0), .parent = db_i64(c, 1), .path = str_z(own->arena, path), .lines = ""};
    if (kind == TREE_BODIES) {
        if (has_field(e, "lines")) n.lines = str_z(own->arena, text);
        if (has_field(e, "district")) n.district = db_i64(c, 5);
        n.key = arena_printf(own->arena, "%lld", (long long)n.id);
    } else {
        n.key = str_z(own->arena, text);
    }
    if (!db_is_null(c, 4)) n.parent = n.parent ? n.parent : -1; /* archived: no root of today's tree */
    return n;
}

static Rc read_nodes(Ctx *ctx, Db *db, ScopeTree *t, TreeKind kind)
{
    ScopeNodes *list = &t->of[kind];
    if (!list->info) return 0;
    Ctx own;
    ctx_init(&own, t->arena, ctx->lang);
    size_t cap = 0;
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, ctx, db);
    select_nodes(&b, list->info, kind);
    TRY(sql_query(ctx, db, &b, &c));
    Rc rc;
    while ((rc = db_next(ctx, c)) > 0) {
        if (list->n == cap) {
            cap = cap ? 2 * cap : 256;
            ScopeNode *more = ARENA_ARRAY(t->arena, ScopeNode, cap);
            if (list->n) memcpy(more, list->v, list->n * sizeof *more);
            list->v = more;
        }
        list->v[list->n++] = node_of(&own, c, list->info->e, kind);
    }
    db_close(&c);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    const ScopeNode *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->id > y->id) - (x->id < y->id);
}

static int by_id(const void *a, const void *b)
{
    const ScopeNode *x = *(const ScopeNode *const *)a, *y = *(const ScopeNode *const *)b;
    return (x->id > y->id) - (x->id < y->id);
}

static void sort_nodes(ScopeTree *t, ScopeNodes *list)
{
    if (!list->n) return;
    qsort(list->v, list->n, sizeof *list->v, by_path);
    list->by_id = ARENA_ARRAY(t->arena, const ScopeNode *, list->n);
    for (size_t i = 0; i < list->n; i++) list->by_id[i] = &list->v[i];
    qsort(list->by_id, list->n, sizeof *list->by_id, by_id);
}

static void find_root(ScopeTree *t)
{
    size_t roots = 0;
    const ScopeNodes *list = &t->of[TREE_DISTRICTS];
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i].parent) continue;
        roots++;
        t->root = list->v[i].path;
    }
    if (roots != 1 || !*t->root) t->root = NULL;
}

static void tree_free(void *p)
{
    ScopeTree *t = p;
    Arena *a = t->arena;
    arena_free(&a);
}

static Rc read_tree(Ctx *ctx, Kernel *k, Db *db, ScopeTree **out)
{
    Arena *a = arena_new(0);
    ScopeTree *t = ARENA_NEW(a, ScopeTree);
    t->arena = a;
    Rc rc = 0;
    for (TreeKind kind = 0; rc >= 0 && kind < TREES; kind++) {
        t->of[kind].info = tree_entity(k->decl, kind);
        rc = read_nodes(ctx, db, t, kind);
        sort_nodes(t, &t->of[kind]);
    }
    if (rc < 0) {
        arena_free(&a);
        return rc;
    }
    find_root(t);
    *out = t;
    return 0;
}

Rc scope_load(Ctx *ctx, Kernel *k)
{
    Db *db;
    ScopeTree *t = NULL;
    if (!k->trees) k->trees = snapshot_new(tree_free);
    TRY(db_take_read(ctx, k->pool, &db));
    Rc rc = read_tree(ctx, k, db, &t);
    db_done(ctx, &db);
    if (rc >= 0) snapshot_publish(k->trees, t);
    return rc < 0 ? rc : 0;
}

static bool same_node(const ScopeNode *a, const ScopeNode *b)
{
    return !strcmp(a->path, b->path) && !strcmp(a->lines, b->lines) && a->parent == b->parent &&
           a->district == b->district;
}

/* Every node of the old tree stands where it stood; new ones may have come. */
static bool has_grown_only(const ScopeNodes *old, const ScopeNodes *now)
{
    size_t at = 0;
    for (size_t i = 0; i < old->n; i++) {
        while (at < now->n && now->by_id[at]->id < old->by_id[i]->id) at++;
        if (at == now->n || now->by_id[at]->id != old->by_id[i]->id) return false;
        if (!same_node(old->by_id[i], now->by_id[at])) return false;
    }
    return true;
}

Rc scope_reload(Ctx *ctx, Kernel *k, bool *moved)
{
    const ScopeTree *old = scope_tree(k);
    *moved = false;
    Rc rc = scope_load(ctx, k);
    if (rc >= 0) {
        const ScopeTree *now = scope_tree(k);
        *moved = !old->root != !now->root || (old->root && strcmp(old->root, now->root) != 0);
        for (TreeKind kind = 0; kind < TREES; kind++)
            *moved = *moved || !has_grown_only(&old->of[kind], &now->of[kind]);
        scope_tree_done(k, now);
    }
    scope_tree_done(k, old);
    return rc;
}

void scope_unload(Kernel *k)
{
    if (k->trees) snapshot_free(&k->trees);
}

const ScopeTree *scope_tree(Kernel *k)
{
    const ScopeTree *t = snapshot_take(k->trees);
    ENSURE(t);
    return t;
}

void scope_tree_done(Kernel *k, const ScopeTree *t)
{
    snapshot_release(k->trees, (void *)(uintptr_t)t);
}

const ScopeNode *scope_node(const ScopeTree *t, TreeKind kind, int64_t id)
{
    ScopeNode wanted = {.id = id};
    const ScopeNode *key = &wanted;
    const ScopeNodes *list = &t->of[kind];
    if (!list->n || !id) return NULL;
    const ScopeNode **at = bsearch(&key, list->by_id, list->n, sizeof *list->by_id, by_id);
    return at ? *at : NULL;
}

const ScopeNode *scope_below(const ScopeTree *t, TreeKind kind, const char *path, size_t *n)
{
    const ScopeNodes *list = &t->of[kind];
    size_t low = 0, high = list->n, len = strlen(path);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (strcmp(list->v[mid].path, path) < 0) low = mid + 1;
        else high = mid;
    }
    for (*n = 0; low + *n < list->n && !strncmp(list->v[low + *n].path, path, len);) ++*n;
    return list->v + low;
}

/* ---- Setting right at the start: tables that are older than their paths ---- */

static const char *path_of(Arena *a, const ScopeTree *t, TreeKind kind, const ScopeNode *n, int depth)
{
    const ScopeNode *up = n->parent > 0 && depth < TREE_DEPTH ? scope_node(t, kind, n->parent) : NULL;
    return arena_printf(a, "%s%s/", up ? path_of(a, t, kind, up, depth + 1) : "/", n->key);
}

static Rc write_path(Ctx *ctx, Db *db, const EntityInfo *info, int64_t id, const char *path)
{
    SqlBuf b;
    sql_init(&b, ctx, db);
    sql_lit(&b, "UPDATE ");
    sql_ident(&b, info->table);
    sql_lit(&b, " SET path = ");
    sql_arg(&b, db_val_z(path));
    sql_lit(&b, " WHERE id = ");
    sql_arg(&b, db_val_i64(id));
    Rc rc = sql_exec(ctx, db, &b);
    return rc < 0 ? rc : 0;
}

static Rc repair(Ctx *ctx, Kernel *k, Db *db)
{
    const ScopeTree *t = scope_tree(k);
    Rc rc = 0;
    for (TreeKind kind = 0; kind < TREES; kind++)
        for (size_t i = 0; rc >= 0 && i < t->of[kind].n; i++) {
            const ScopeNode *n = &t->of[kind].v[i];
            const char *path = path_of(ctx->arena, t, kind, n, 0);
            if (strcmp(path, n->path) != 0) rc = write_path(ctx, db, t->of[kind].info, n->id, path);
        }
    scope_tree_done(k, t);
    return rc;
}

Rc scope_repair(Work *w)
{
    TRY(scope_load(w->ctx, w->kernel));
    return repair(w->ctx, w->kernel, w->db);
}

/* ---- Keeping right ---- */

static Rc fail_cycle(Work *w)
{
    return FAIL_FIELD(w->ctx, "parent", "cycle", 0, "上级形成了循环或层级过深",
                      "the parents form a circle or are too deep");
}

Rc tree_place(Work *w, const Entity *e, const char *step, Record *rec)
{
    StrBuf b;
    const char *above = "/";
    int64_t up = rec_i64(e, rec, "parent");
    if (!rec->id) rec->id = id_new();
    for (int depth = 0; up; depth++) {
        Record *parent;
        if (up == rec->id || depth == TREE_DEPTH) return fail_cycle(w);
        TRY(store_get(w, e, up, &parent));
        if (depth == 0) above = str_z(w->ctx->arena, rec_text(e, parent, "path"));
        up = rec_i64(e, parent, "parent");
    }
    buf_init(&b, w->ctx->arena);
    buf_addz(&b, *above ? above : "/");
    if (step) buf_add(&b, rec_text(e, rec, step));
    else buf_printf(&b, "%lld", (long long)rec->id);
    buf_addc(&b, '/');
    rec_set(e, rec, "path", db_val_text(buf_str(&b)));
    return 0;
}

Rc tree_moved(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Str before = old ? rec_text(e, old, "path") : STR_NONE, after = rec_text(e, rec, "path");
    if (!before.n || str_eq(before, after)) return 0;
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "UPDATE ");
    sql_ident(&b, entity_info(w->kernel, e)->table);
    sql_lit(&b, " SET path = ");
    sql_arg(&b, db_val_text(after));
    sql_lit(&b, " || substr(path, length(");
    sql_arg(&b, db_val_text(before));
    sql_lit(&b, ") + 1) WHERE path LIKE ");
    sql_arg(&b, db_val_text(str_printf(w->ctx->arena, "%.*s%%", STR_ARG(before))));
    sql_lit(&b, " AND id <> ");
    sql_arg(&b, db_val_i64(rec->id));
    Rc rc = sql_exec(w->ctx, w->db, &b);
    return rc < 0 ? rc : 0;
}

static bool same_text(const Entity *e, const Record *a, const Record *b, const char *name)
{
    return !has_field(e, name) || str_eq(rec_text(e, a, name), rec_text(e, b, name));
}

TreeChange scope_tree_change(const EntityInfo *info, const Record *old, const Record *rec)
{
    const Entity *e = info->e;
    if (strcmp(e->plural, plurals[TREE_DISTRICTS]) != 0 && strcmp(e->plural, plurals[TREE_BODIES]) != 0)
        return TREE_SAME;
    if (!has_field(e, "path")) return TREE_SAME;
    if (!old) return rec_i64(e, rec, "parent") || !strcmp(e->plural, "bodies") ? TREE_GREW : TREE_MOVED;
    bool same = same_text(e, old, rec, "path") && same_text(e, old, rec, "lines") &&
                old->archived_at == rec->archived_at &&
                (!has_field(e, "district") || rec_i64(e, old, "district") == rec_i64(e, rec, "district"));
    return same ? TREE_SAME : TREE_MOVED;
}

void scope_committed(Kernel *k, TreeChange change)
{
    if (change == TREE_SAME) return;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    if (scope_load(&ctx, k) < 0) log_err(LOG_ERROR, "kernel", &ctx);
    arena_free(&a);
    if (change == TREE_MOVED) auth_forget(k);
}

/* Another node's changes show in the newest change of either table. */
Rc scope_mark(Ctx *ctx, Kernel *k, Db *db, int64_t *out)
{
    *out = 0;
    for (TreeKind kind = 0; kind < TREES; kind++) {
        const EntityInfo *info = tree_entity(k->decl, kind);
        if (!info) continue;
        SqlBuf b;
        DbCursor *c;
        sql_init(&b, ctx, db);
        sql_lit(&b, "SELECT COALESCE(MAX(updated_at), 0), COUNT(*) FROM ");
        sql_ident(&b, info->table);
        TRY(sql_query(ctx, db, &b, &c));
        Rc rc = db_next(ctx, c);
        if (rc > 0) *out = *out * 31 + db_i64(c, 0) + db_i64(c, 1);
        db_close(&c);
        if (rc < 0) return rc;
    }
    return 0;
}
