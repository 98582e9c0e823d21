/* Row scope in memory: how far a principal reaches, and whether a row lies inside. Deny is the default: a
 * role without a reach reaches its own body only, a reach without the place it needs reaches nothing. The
 * same rule in SQL is scope_sql.c; a test compares the two over generated rows. */
#include "scope/scope_int.h"

static const Scope whole = {.reach = REACH_ALL};

const Scope *scope_of(const Principal *who)
{
    static const Scope nothing = {.reach = REACH_BODY, .lines = ""};
    if (!who) return &whole;
    return who->perms ? &principal_set(who)->scope : &nothing;
}

bool scope_is_whole(const Scope *s)
{
    return s->reach == REACH_ALL || (s->reach == REACH_DISTRICT && !s->path);
}

/* ---- A row ---- */

static bool below(const char *path, const char *top)
{
    return path && top && strncmp(path, top, strlen(top)) == 0;
}

bool scope_is_above(const Scope *s, const char *body_path)
{
    return below(body_path, s->bodies);
}

bool scope_has_line(const char *lines, Str line)
{
    Str rest = str_of(lines);
    while (rest.n) {
        Str one = str_cut(&rest, ' ');
        if (one.n && str_eq(one, line)) return true;
    }
    return false;
}

static bool line_inside(const Scope *s, Str line)
{
    if (s->reach != REACH_LINE || !s->lines) return true;
    if (str_is(line, SCOPE_ANY_LINE)) return true;
    return line.n && scope_has_line(s->lines, line);
}

static bool takes_part(const Scope *s, const RowScope *row)
{
    for (size_t i = 0; s->body && i < row->nparties; i++)
        if (row->parties[i] == s->body) return true;
    return false;
}

bool scope_sees(const Scope *s, const RowScope *row)
{
    if (row->open) return true;
    if (row->self) return row->self == s->user;
    if (scope_is_whole(s)) return true;
    bool place = s->reach >= REACH_LINE && (!s->path || below(row->path, s->path));
    if (place && line_inside(s, row->line)) return true;
    if (below(row->body_path, s->bodies) || below(row->also_path, s->bodies)) return true;
    return takes_part(s, row);
}

/* ---- A principal ---- */

static bool reach_named(Str name, Reach *out)
{
    static const char *const names[] = {
        [REACH_BODY] = "body", [REACH_LINE] = "line", [REACH_DISTRICT] = "district", [REACH_ALL] = "all"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i])) {
            *out = (Reach)i;
            return true;
        }
    return false;
}

static bool reach_in(Ctx *ctx, Str extra, Reach *out)
{
    Ctx scratch;
    const Json *j;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    if (!extra.n || json_parse(&scratch, extra, &j) < 0) return false;
    return reach_named(json_str(json_get(j, "reach")), out);
}

/* As edited; what the program declares where the entry, made by an older version, says nothing. */
static Reach reach_of_role(Ctx *ctx, Kernel *k, Str role)
{
    Reach r = REACH_BODY;
    if (reach_in(ctx, dict_extra(ctx, k, "role", role), &r)) return r;
    for (size_t i = 0; i < kernel_role_dict.nentries; i++) {
        const DictEntry *e = &kernel_role_dict.entries[i];
        if (str_is(role, e->code) && e->extra) reach_in(ctx, str_of(e->extra), &r);
    }
    return r;
}

static Reach widest(Ctx *ctx, Kernel *k, Str roles)
{
    Reach wide = REACH_BODY;
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        Reach r = role.n ? reach_of_role(ctx, k, role) : REACH_BODY;
        if (r > wide) wide = r;
    }
    return wide;
}

static void place_body(const ScopeTree *t, int64_t id, Arena *keep, Scope *s, int64_t *district)
{
    const ScopeNode *n = scope_node(t, TREE_BODIES, id);
    s->lines = "";
    if (!n) return;
    s->body = id;
    if (*n->path) s->bodies = arena_strdup(keep, n->path);
    s->lines = arena_strdup(keep, n->lines);
    if (!*district) *district = n->district;
}

/* A district that is the tree's only root has no border: nothing is compared then. Neither is there one where
 * no district is known at all. */
static void place_district(const ScopeTree *t, int64_t id, Arena *keep, Scope *s)
{
    const ScopeNode *n = scope_node(t, TREE_DISTRICTS, id);
    if (!t->of[TREE_DISTRICTS].n || (n && t->root && !strcmp(n->path, t->root))) return;
    if (n && *n->path) s->path = arena_strdup(keep, n->path);
    else s->reach = REACH_BODY;
}

void scope_read(Ctx *ctx, Kernel *k, const ScopeSeed *seed, Arena *keep, Scope *out)
{
    *out = (Scope){
        .reach = seed->everywhere ? REACH_ALL : widest(ctx, k, seed->roles), .user = seed->user, .lines = ""};
    out->unbound = !seed->body && !seed->district && out->reach >= REACH_DISTRICT;
    const ScopeTree *t = scope_tree(k);
    int64_t district = seed->district;
    place_body(t, seed->body, keep, out, &district);
    out->district = district;
    if (out->reach != REACH_ALL) place_district(t, district, keep, out);
    if (out->reach != REACH_LINE) out->lines = NULL;
    scope_tree_done(k, t);
}

void scope_copy(const Scope *s, Arena *keep, Scope *out)
{
    *out = *s;
    if (s->path) out->path = arena_strdup(keep, s->path);
    if (s->bodies) out->bodies = arena_strdup(keep, s->bodies);
    if (s->lines) out->lines = arena_strdup(keep, s->lines);
}
