/* Row scope, generated from the declarations: for every entity of the program's real list rows are made on
 * both sides of every border of district, body and line, and what each account sees over the wire (list and
 * count, read, history, files, export) is held against an oracle that knows only how the rows were made. A
 * new slice is covered by being in the list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/http/test_client.h"
#include "app.h"
#include "base/id.h"
#include "db/db_test.h"
#include "kernel/flow.h"

enum { LEAVES = 3, OWNERS = 2 * LEAVES, LINES = 3, PLACES = LEAVES * OWNERS * LINES, ENTITIES_MAX = 128 };

/* ---- The small country: a root, two cities, the first with two counties ---- */

enum { D_ROOT, D_A, D_B, D_A1, D_A2, DISTRICTS };
static const struct {
    const char *code;
    int parent;
} districts[DISTRICTS] = {
    {"320000", -1}, {"320100", D_ROOT}, {"320200", D_ROOT}, {"320102", D_A}, {"320104", D_A}};
static const int leaves[LEAVES] = {D_A1, D_A2, D_B};

/* Two owners in each leaf, the second below the first; then two departments. */
enum { B_DEPT_A = OWNERS, B_DEPT_B, BODIES };
static const char *const lines[LINES] = {"gas", "water", "heat"};

static int body_district(int b)
{
    if (b == B_DEPT_A) return D_A;
    return b == B_DEPT_B ? D_B : leaves[b / 2];
}

static int body_parent(int b)
{
    return b < OWNERS && b % 2 ? b - 1 : -1;
}

static const struct Who {
    const char *name, *roles;
    int body, district; /* -1: none */
    const char *lines;  /* of the body; "" none */
    char reach;         /* of the roles: a all, d district, l line, b body */
} people[] = {
    {"whole", "watch", -1, D_ROOT, "", 'd'},
    {"city", "watch", -1, D_A, "", 'd'},
    {"county", "town", -1, D_A1, "", 'd'},
    {"leader", "leader", 4, -1, "", 'd'},
    {"dept-a", "dept", B_DEPT_A, -1, "gas water", 'l'},
    {"dept-b", "dept", B_DEPT_B, -1, "gas", 'l'},
    {"inspector", "inspector", 2, D_A, "", 'l'},
    {"owner", "enterprise", 0, -1, "", 'b'},
    {"branch", "enterprise", 1, -1, "", 'b'},
    {"both", "dept enterprise", B_DEPT_B, D_A2, "gas", 'l'},
    {"lost", "watch office", -1, -1, "", 'd'},
    {"nobody", "enterprise", -1, -1, "", 'b'},
    {"system", "system", -1, -1, "", 'a'},
};

typedef struct Place {
    int leaf, owner, line;
} Place;

static Place place_of(size_t i)
{
    return (Place){leaves[i % LEAVES], (int)(i / LEAVES % OWNERS), (int)(i / LEAVES / OWNERS % LINES)};
}

typedef struct World {
    Arena *arena;
    Ctx ctx;
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    int port;
    int64_t district[DISTRICTS], body[BODIES];
    char *body_path[BODIES];
    const Entity *entity[ENTITIES_MAX];
    size_t nentities;
    int64_t id[ENTITIES_MAX][PLACES];
    Work w;
} World;

/* ---- The oracle ---- */

static bool district_in(int d, int top)
{
    for (; d >= 0; d = districts[d].parent)
        if (d == top) return true;
    return false;
}

static bool body_in(int b, int top)
{
    for (; b >= 0; b = body_parent(b))
        if (b == top) return true;
    return false;
}

static bool is_party(const Entity *e, size_t place)
{
    return e->scope.parties && place % 5 == 0;
}

static size_t entity_at(const World *t, const char *plural)
{
    for (size_t i = 0; i < t->nentities; i++)
        if (!strcmp(t->entity[i]->plural, plural)) return i;
    return t->nentities;
}

static const Field *field_named(const Entity *e, Str name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (str_is(name, e->fields[i].name)) return &e->fields[i];
    return NULL;
}

static bool is_through_body(const Entity *e, const char *path)
{
    Str rest = str_of(path), first = str_cut(&rest, '.');
    const Field *f = rest.n ? field_named(e, first) : NULL;
    return f && !strcmp(f->ref, "bodies");
}

static bool line_ok(const struct Who *p, const ScopeRule *r, Place at)
{
    if (p->reach != 'l' || (r->line && !strcmp(r->line, SCOPE_ANY_LINE))) return true;
    return r->line && strstr(p->lines, lines[at.line]);
}

static bool expected(const World *t, const struct Who *p, const Entity *e, size_t place)
{
    const ScopeRule *r = &e->scope;
    Place at = place_of(place);
    if (r->kind == SCOPE_VIA) {
        Str via = str_of(r->via), first = str_cut(&via, ' ');
        const char *plural = r->of ? r->of : field_named(e, first)->ref;
        return expected(t, p, t->entity[entity_at(t, plural)], place);
    }
    int home = p->district >= 0 ? p->district : p->body >= 0 ? body_district(p->body) : -1;
    int lies = r->district && is_through_body(e, r->district) ? body_district(at.owner) : at.leaf;
    if (p->reach == 'a') return true;
    if (p->reach != 'b' && home == D_ROOT && line_ok(p, r, at)) return true;
    if (p->reach != 'b' && home >= 0 && r->district && district_in(lies, home) && line_ok(p, r, at))
        return true;
    if (r->body && p->body >= 0 && body_in(at.owner, p->body)) return true;
    return is_party(e, place) && p->body == B_DEPT_B;
}

/* ---- Rows, made past the checks: a row that a slice would refuse still must not be seen ---- */

static int64_t make(World *t, size_t entity, size_t place);

static const char *table_of(World *t, const Entity *e)
{
    char *table = arena_strdup(t->arena, e->plural);
    for (char *p = table; *p; p++)
        if (*p == '-') *p = '_';
    return table;
}

typedef struct Cells {
    const char *name[64];
    DbVal v[64];
    size_t n;
} Cells;

static void put(Cells *c, const char *name, DbVal v)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->name[i], name)) return;
    c->name[c->n] = name;
    c->v[c->n++] = v;
}

static const char *code_of(World *t, size_t entity, size_t place)
{
    return arena_printf(t->arena, "S%zu-%zu", entity, place);
}

/* The value of one column of the rule; a path sets its first reference. */
static void put_column(World *t, Cells *c, const Entity *e, Str path, DbVal direct, size_t place)
{
    Str first = str_cut(&path, '.');
    const char *name = str_z(t->arena, first);
    if (!strcmp(name, "id")) return;
    if (!path.n) {
        put(c, name, direct);
        return;
    }
    const char *ref = field_named(e, first)->ref;
    bool body = !strcmp(ref, "bodies");
    put(c, name, db_val_i64(body ? t->body[place_of(place).owner] : make(t, entity_at(t, ref), place)));
}

static void put_rule(World *t, Cells *c, const Entity *e, size_t place)
{
    const ScopeRule *r = &e->scope;
    Place at = place_of(place);
    if (r->kind == SCOPE_VIA) {
        Str via = str_of(r->via), first = str_cut(&via, ' ');
        size_t to = entity_at(t, r->of ? r->of : field_named(e, first)->ref);
        int64_t id = make(t, to, place);
        put(c, str_z(t->arena, first), r->of ? db_val_z(code_of(t, to, place)) : db_val_i64(id));
        return;
    }
    Str bodies = str_of(r->body ? r->body : "");
    if (r->district) put_column(t, c, e, str_of(r->district), db_val_i64(t->district[at.leaf]), place);
    while (bodies.n) put_column(t, c, e, str_cut(&bodies, ' '), db_val_i64(t->body[at.owner]), place);
    if (r->line && strcmp(r->line, SCOPE_ANY_LINE) != 0)
        put_column(t, c, e, str_of(r->line), db_val_z(lines[at.line]), place);
    if (!strcmp(e->plural, "bodies")) put(c, "parent", db_val_i64(t->body[at.owner]));
}

static void put_common(World *t, Cells *c, size_t entity, size_t place)
{
    const Entity *e = t->entity[entity];
    const char *code = code_of(t, entity, place);
    int64_t id = t->id[entity][place];
    put(c, "id", db_val_i64(id));
    put(c, "version", db_val_i64(1));
    put(c, "created_at", db_val_i64(t->w.now));
    put(c, "updated_at", db_val_i64(t->w.now));
    if (e->code_field) put(c, e->code_field, db_val_z(code));
    if (e->flow) put(c, e->flow->state, db_val_z(e->flow->states[0].name));
    if (!strcmp(e->plural, "bodies"))
        put(c, "path",
            db_val_text(str_printf(t->arena, "%s%lld/", t->body_path[place_of(place).owner], (long long)id)));
}

static void insert(World *t, const Entity *e, const Cells *c)
{
    SqlBuf b;
    sql_init(&b, &t->ctx, t->w.db);
    sql_lit(&b, "INSERT INTO ");
    sql_ident(&b, table_of(t, e));
    sql_lit(&b, " (");
    for (size_t i = 0; i < c->n; i++) {
        if (i) sql_lit(&b, ", ");
        sql_ident(&b, c->name[i]);
    }
    sql_lit(&b, ") VALUES (");
    for (size_t i = 0; i < c->n; i++) {
        if (i) sql_lit(&b, ", ");
        sql_arg(&b, c->v[i]);
    }
    sql_lit(&b, ")");
    db_test_must(&t->ctx, sql_exec(&t->ctx, t->w.db, &b));
}

static int64_t make(World *t, size_t entity, size_t place)
{
    assert_true(entity < t->nentities);
    if (t->id[entity][place]) return t->id[entity][place];
    Cells c = {0};
    const Entity *e = t->entity[entity];
    t->id[entity][place] = id_new();
    put_common(t, &c, entity, place);
    put_rule(t, &c, e, place);
    insert(t, e, &c);
    if (!is_party(e, place)) return t->id[entity][place];
    SqlBuf b;
    sql_init(&b, &t->ctx, t->w.db);
    sql_lit(&b, "INSERT INTO matter_parties (matter, body, role) VALUES (");
    sql_arg(&b, db_val_i64(t->id[entity][place]));
    sql_lit(&b, ", ");
    sql_arg(&b, db_val_i64(t->body[B_DEPT_B]));
    sql_lit(&b, ", 'dept')");
    db_test_must(&t->ctx, sql_exec(&t->ctx, t->w.db, &b));
    return t->id[entity][place];
}

/* ---- The world ---- */

static int64_t store(World *t, const char *plural, const char *const *names, const DbVal *v, size_t n)
{
    const Entity *e = kernel_entity(t->kernel, plural);
    Record *rec = rec_new(&t->ctx, e);
    for (size_t i = 0; i < n; i++)
        if (v[i].type != DB_NULL) rec_set(e, rec, names[i], v[i]);
    db_test_must(&t->ctx, store_insert(&t->w, e, rec));
    return rec->id;
}

static void make_country(World *t)
{
    static const char *const d_names[] = {"code", "name", "parent"};
    static const char *const b_names[] = {"code", "name", "kind", "district", "parent", "lines"};
    for (int d = 0; d < DISTRICTS; d++) {
        int up = districts[d].parent;
        const DbVal v[] = {db_val_z(districts[d].code), db_val_z(districts[d].code),
                           up < 0 ? db_val_null() : db_val_i64(t->district[up])};
        t->district[d] = store(t, "districts", d_names, v, ARRAY_LEN(v));
    }
    for (int b = 0; b < BODIES; b++) {
        const char *code = arena_printf(t->arena, "BODY%d", b);
        const char *own = b == B_DEPT_A ? "gas water" : b == B_DEPT_B ? "gas" : NULL;
        int up = body_parent(b);
        const DbVal v[] = {db_val_z(code),
                           db_val_z(code),
                           db_val_z("enterprise"),
                           db_val_i64(t->district[body_district(b)]),
                           up < 0 ? db_val_null() : db_val_i64(t->body[up]),
                           own ? db_val_z(own) : db_val_null()};
        t->body[b] = store(t, "bodies", b_names, v, ARRAY_LEN(v));
        t->body_path[b] =
            arena_printf(t->arena, "%s%lld/", up < 0 ? "/" : t->body_path[up], (long long)t->body[b]);
    }
}

/* Every account may read everything: what remains is the scope. */
static void grant_all(World *t)
{
    SqlBuf b;
    sql_init(&b, &t->ctx, t->w.db);
    sql_lit(&b, "DELETE FROM grants");
    db_test_must(&t->ctx, sql_exec(&t->ctx, t->w.db, &b));
    static const char *const roles[] = {"watch",      "office", "dept",   "town",     "inspector",
                                        "enterprise", "leader", "system", "security", "audit"};
    const Entity *grants = kernel_entity(t->kernel, "grants");
    for (size_t r = 0; r < ARRAY_LEN(roles); r++)
        for (size_t i = 0; i < t->nentities; i++) {
            bool again = false;
            for (size_t j = 0; j < i; j++) again |= !strcmp(t->entity[j]->read_perm, t->entity[i]->read_perm);
            if (again) continue;
            Record *rec = rec_new(&t->ctx, grants);
            rec_set(grants, rec, "role", db_val_z(roles[r]));
            rec_set(grants, rec, "perm", db_val_z(t->entity[i]->read_perm));
            rec_set(grants, rec, "granted", db_val_bool(true));
            db_test_must(&t->ctx, store_insert(&t->w, grants, rec));
        }
}

static void make_people(World *t)
{
    const Entity *e = kernel_entity(t->kernel, "tokens");
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        const char *out;
        Record *rec;
        db_test_must(&t->ctx, token_add(&t->w, people[i].name, people[i].roles,
                                        arena_printf(t->arena, "token-of-%s", people[i].name), false, &out));
        assert_int_equal(store_find(&t->w, e, str_printf(t->arena, "code:%s", people[i].name), &rec), 1);
        Record *old = rec_copy(&t->ctx, e, rec);
        if (people[i].body >= 0) rec_set(e, rec, "body", db_val_i64(t->body[people[i].body]));
        if (people[i].district >= 0) rec_set(e, rec, "district", db_val_i64(t->district[people[i].district]));
        db_test_must(&t->ctx, store_update(&t->w, e, old, rec, "change"));
    }
}

static bool is_row(const Entity *e)
{
    return e->scope.kind == SCOPE_ROW || e->scope.kind == SCOPE_VIA;
}

static void collect(World *t, const Module *const *modules, size_t n)
{
    static const char *const own[] = {"users", "tokens"};
    for (size_t i = 0; i < ARRAY_LEN(own); i++) t->entity[t->nentities++] = kernel_entity(t->kernel, own[i]);
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < modules[m]->nentities; i++)
            if (t->nentities < ENTITIES_MAX) t->entity[t->nentities++] = modules[m]->entities[i];
}

static void world_open(World *t, DbPool *pool)
{
    *t = (World){.arena = arena_new(0), .hub = sse_hub_new()};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    KernelOptions opt = {
        .pool = pool, .hub = t->hub, .data_dir = "/tmp", .modules = app_modules, .nmodules = app_nmodules};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    collect(t, app_modules, app_nmodules);
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &t->w));
    make_country(t);
    make_people(t);
    grant_all(t);
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t p = 0; is_row(t->entity[e]) && p < PLACES; p++) make(t, e, p);
    db_test_must(&t->ctx, work_commit(&t->w));
    HttpOptions http = {.listen = "127.0.0.1:0", .authorise = kernel_authorise, .authorise_ud = t->kernel};
    t->server = http_new(&http);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
    t->port = http_port(t->server);
}

static void world_close(World *t)
{
    http_stop(&t->server);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    arena_free(&t->arena);
}

static Reply get(World *t, const struct Who *p, const char *path)
{
    const char *text = arena_printf(t->arena,
                                    "GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                                    "Authorization: Bearer token-of-%s\r\n\r\n",
                                    path, p->name);
    return client_ask(t->port, text, strlen(text));
}

static int status_of(World *t, const struct Who *p, const char *path)
{
    Reply r = get(t, p, path);
    int status = r.status;
    reply_free(&r);
    return status;
}

/* ---- Each surface ---- */

static void fail_at(const struct Who *p, const Entity *e, size_t place, const char *surface, bool wanted)
{
    Place at = place_of(place);
    fail_msg("%s: %s of %s in %s, body %d, %s: %s", p->name, surface, e->plural, districts[at.leaf].code,
             at.owner, lines[at.line], wanted ? "it should be seen and is not" : "it is seen and should not");
}

static void check_list(World *t, const struct Who *p, size_t entity)
{
    static bool seen[PLACES];
    const Entity *e = t->entity[entity];
    Reply r = get(t, p, arena_printf(t->arena, "/api/%s?limit=1000", e->plural));
    if (r.status != 200) fail_msg("%s: list of %s: %d %s", p->name, e->plural, r.status, r.body);
    const Json *j;
    memset(seen, 0, sizeof seen);
    db_test_must(&t->ctx, json_parse(&t->ctx, str_copy(t->arena, str_n(r.body, r.n)), &j));
    reply_free(&r);
    JSON_EACH(item, json_get(j, "items"))
    {
        Str id = json_str(json_get(item, "id"));
        for (size_t i = 0; i < PLACES; i++)
            if (str_is(id, arena_printf(t->arena, "%lld", (long long)t->id[entity][i]))) seen[i] = true;
    }
    int64_t count = -1;
    json_i64(json_get(j, "count"), &count);
    if (count != (int64_t)json_get(j, "items")->count)
        fail_msg("%s: %s: the count is %lld, the list has %zu", p->name, e->plural, (long long)count,
                 json_get(j, "items")->count);
    for (size_t i = 0; i < PLACES; i++)
        if (seen[i] != expected(t, p, e, i)) fail_at(p, e, i, "list", !seen[i]);
}

/* Not every entity takes files: who sees everything tells which do. */
static bool takes_files(World *t, size_t entity)
{
    const char *path =
        arena_printf(t->arena, "/api/%s/%lld/files", t->entity[entity]->plural, (long long)t->id[entity][0]);
    return status_of(t, &people[ARRAY_LEN(people) - 1], path) == 200;
}

/* One record of every kind of place on both sides. */
static void check_reads(World *t, const struct Who *p, size_t entity)
{
    static const char *const tails[] = {"", "/history", "/files"};
    const Entity *e = t->entity[entity];
    size_t ntails = takes_files(t, entity) ? ARRAY_LEN(tails) : ARRAY_LEN(tails) - 1;
    for (size_t i = entity % 4; i < PLACES; i += 4)
        for (size_t k = 0; k < (i % 12 < 4 ? ntails : 1); k++) {
            const char *path =
                arena_printf(t->arena, "/api/%s/%lld%s", e->plural, (long long)t->id[entity][i], tails[k]);
            int status = status_of(t, p, path);
            if (status != (expected(t, p, e, i) ? 200 : 404)) {
                print_error("%s: %d\n", path, status);
                fail_at(p, e, i, k ? tails[k] : "read", status != 200);
            }
        }
}

static bool has_code(const char *text, const char *code)
{
    size_t n = strlen(code);
    for (const char *at = strstr(text, code); at; at = strstr(at + 1, code))
        if (at[n] < '0' || at[n] > '9') return true;
    return false;
}

static void check_export(World *t, const struct Who *p, size_t entity)
{
    const Entity *e = t->entity[entity];
    const Field *code = e->code_field ? field_named(e, str_of(e->code_field)) : NULL;
    if (!code || (code->flags & (F_SECRET | F_MASK))) return;
    Reply r = get(t, p, arena_printf(t->arena, "/api/%s.csv", e->plural));
    if (r.status != 200) fail_msg("%s: export of %s: %d %s", p->name, e->plural, r.status, r.body);
    for (size_t i = 0; i < PLACES; i++)
        if (has_code(r.body, code_of(t, entity, i)) != expected(t, p, e, i))
            fail_at(p, e, i, "export", expected(t, p, e, i));
    reply_free(&r);
}

static void run_surfaces(DbPool *pool)
{
    World *t = calloc(1, sizeof *t);
    assert_non_null(t);
    world_open(t, pool);
    for (size_t i = 0; i < ARRAY_LEN(people); i++)
        for (size_t e = 0; e < t->nentities; e++) {
            if (!is_row(t->entity[e])) continue;
            check_list(t, &people[i], e);
            check_reads(t, &people[i], e);
            check_export(t, &people[i], e);
        }
    world_close(t);
    free(t);
}

static void surfaces(void **state)
{
    (void)state;
    db_test_each(run_surfaces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(surfaces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
