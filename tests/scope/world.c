/* See world.h. Rows are made past the checks: a row that a slice would refuse still must not be seen. */
#include "world.h"

#include "base/clock.h"
#include "intake/intake.h"
#include "mod/alarm.h"
#include "mod/point.h"
#include "mod/rule.h"

#include <stdlib.h>

enum { PERMS_MAX = 256 };

/* ---- The small country: a root, two cities, the first with two counties ---- */

static const struct {
    const char *code;
    int parent;
} districts[DISTRICTS] = {
    {"320000", -1}, {"320100", D_ROOT}, {"320200", D_ROOT}, {"320102", D_A}, {"320104", D_A}};
static const int leaves[LEAVES] = {D_A1, D_A2, D_B};

const char *const lines[LINES] = {"gas", "water", "heat"};

static int body_district(int b)
{
    if (b == B_DEPT_A) return D_A;
    return b == B_DEPT_B ? D_B : leaves[b / 2];
}

static int body_parent(int b)
{
    return b < OWNERS && b % 2 ? b - 1 : -1;
}

const Who people[] = {
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
const size_t npeople = ARRAY_LEN(people);

Place place_of(size_t i)
{
    return (Place){leaves[i % LEAVES], (int)(i / LEAVES % OWNERS), (int)(i / LEAVES / OWNERS % LINES)};
}

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

size_t world_entity(const World *t, const char *plural)
{
    for (size_t i = 0; i < t->nentities; i++)
        if (!strcmp(t->entity[i]->plural, plural)) return i;
    return t->nentities;
}

const Field *world_field(const Entity *e, Str name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (str_is(name, e->fields[i].name)) return &e->fields[i];
    return NULL;
}

static bool is_through_body(const Entity *e, const char *path)
{
    Str rest = str_of(path), first = str_cut(&rest, '.');
    const Field *f = rest.n ? world_field(e, first) : NULL;
    return f && !strcmp(f->ref, "bodies");
}

static bool line_ok(const Who *p, const ScopeRule *r, Place at)
{
    if (p->reach != 'l' || (r->line && !strcmp(r->line, SCOPE_ANY_LINE))) return true;
    return r->line && strstr(p->lines, lines[at.line]);
}

bool world_expected(const World *t, const Who *p, const Entity *e, size_t place)
{
    const ScopeRule *r = &e->scope;
    Place at = place_of(place);
    if (r->kind == SCOPE_VIA) {
        Str via = str_of(r->via), first = str_cut(&via, ' ');
        const char *plural = r->of ? r->of : world_field(e, first)->ref;
        return world_expected(t, p, t->entity[world_entity(t, plural)], place);
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

/* What has to be made with a row is what its rule leads to. */
bool world_hidden(const World *t, const Who *p, const Entity *e, size_t place)
{
    const ScopeRule *r = &e->scope;
    if (world_expected(t, p, e, place)) return false;
    const char *const paths[] = {r->kind == SCOPE_VIA ? r->via : r->district,
                                 r->kind == SCOPE_VIA ? "" : r->body};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        for (Str list = str_of(paths[i] ? paths[i] : ""); list.n;) {
            Str path = str_cut(&list, ' '), first = str_cut(&path, '.');
            if (!path.n && r->kind != SCOPE_VIA) continue;
            const Field *f = r->of ? NULL : world_field(e, first);
            const char *plural = r->of ? r->of : f->ref;
            if (strcmp(plural, "bodies") != 0 &&
                !world_hidden(t, p, t->entity[world_entity(t, plural)], place))
                return false;
        }
    return true;
}

/* ---- Rows ---- */

static const char *table_of(World *t, const Entity *e)
{
    char *table = arena_strdup(t->arena, e->plural);
    for (char *p = table; *p; p++)
        if (*p == '-') *p = '_';
    return table;
}

/* Codes of the dictionaries that decide whether the program works with a row. */
static const char *plausible_code(const char *dict)
{
    static const char *const of[][2] = {
        {"alarm_state", "unacknowledged"},
        {"alarm_kind", "level"},
        {"quantity", "ch4"},
        {"object_kind", "station"},
        {"device_kind", "sensor"},
        {"vehicle_kind", "bus"},
        {"rule_kind", "level"},
        {"fence_rule", "keep_in"},
        {"duty_place", "watch"},
    };
    for (size_t i = 0; i < ARRAY_LEN(of); i++)
        if (!strcmp(dict, of[i][0])) return of[i][1];
    return NULL;
}

static bool is_past(const char *name)
{
    static const char *const names[] = {
        "raised_at", "since", "starts_at", "in_service_since", "published_at", "sent_at",
        "opened_at", "t",     "at"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(name, names[i])) return true;
    return false;
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

const char *world_row_code(const World *t, size_t entity, size_t place)
{
    return arena_printf(t->arena, "S%zu-%zu", entity, place + (size_t)t->round * PLACES);
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
    const char *ref = world_field(e, first)->ref;
    bool body = !strcmp(ref, "bodies");
    put(c, name,
        db_val_i64(body ? t->body[place_of(place).owner] : world_make(t, world_entity(t, ref), place)));
}

static void put_rule(World *t, Cells *c, const Entity *e, size_t place)
{
    const ScopeRule *r = &e->scope;
    Place at = place_of(place);
    if (r->kind == SCOPE_VIA) {
        Str via = str_of(r->via), first = str_cut(&via, ' ');
        size_t to = world_entity(t, r->of ? r->of : world_field(e, first)->ref);
        int64_t id = world_make(t, to, place);
        put(c, str_z(t->arena, first), r->of ? db_val_z(world_row_code(t, to, place)) : db_val_i64(id));
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
    const char *code = world_row_code(t, entity, place);
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

/* The other columns, so that the program can work with the row. */
static void put_plausible(World *t, Cells *c, const Entity *e, size_t place)
{
    bool point = !strcmp(e->plural, "points");
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (f->flags & F_SECRET || f->type == F_REF || f->type == F_JSON) continue;
        if (point && !strcmp(f->name, "no")) put(c, "no", db_val_i64(++t->points));
        else if (!strcmp(f->name, "lon")) put(c, "lon", db_val_f64(119.0003 + 1e-5 * (double)place));
        else if (!strcmp(f->name, "lat")) put(c, "lat", db_val_f64(32.0003 + 1e-5 * (double)place));
        else if (!strcmp(f->name, "enabled")) continue; /* a rule without limits judges nothing */
        else if (f->type == F_BOOL) put(c, f->name, db_val_bool(true));
        else if (f->type == F_ENUM && plausible_code(f->ref))
            put(c, f->name, db_val_z(plausible_code(f->ref)));
        else if (f->type == F_TIME && is_past(f->name)) put(c, f->name, db_val_i64(t->w.now - MS_DAY));
        else if (f->type == F_INT && f->max > 0)
            put(c, f->name, db_val_i64(f->min > 2 ? (int64_t)f->min : 2));
        else if (f->type == F_TEXT && f->flags & (F_REQUIRED | F_SEARCH | F_UNIQUE))
            put(c, f->name, db_val_z(world_row_code(t, world_entity(t, e->plural), place)));
    }
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

int64_t world_make(World *t, size_t entity, size_t place)
{
    assert_true(entity < t->nentities);
    if (t->id[entity][place]) return t->id[entity][place];
    Cells c = {0};
    const Entity *e = t->entity[entity];
    t->id[entity][place] = id_new();
    put_common(t, &c, entity, place);
    put_rule(t, &c, e, place);
    if (t->plausible) put_plausible(t, &c, e, place);
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

static void add_perm(const char **perms, size_t *n, const char *perm)
{
    for (size_t i = 0; i < *n; i++)
        if (!strcmp(perms[i], perm)) return;
    assert_true(*n < PERMS_MAX);
    perms[(*n)++] = perm;
}

static size_t all_perms(World *t, const char **perms)
{
    size_t n = 0, nroutes;
    const Route *const *routes;
    HttpServer *server = http_new(&(HttpOptions){.listen = "127.0.0.1:0"});
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, server));
    nroutes = http_routes(server, &routes);
    for (size_t i = 0; i < nroutes; i++)
        if (strcmp(routes[i]->perm, PERM_PUBLIC) != 0 && strcmp(routes[i]->perm, PERM_SESSION) != 0)
            add_perm(perms, &n, routes[i]->perm);
    http_stop(&server);
    for (size_t i = 0; i < t->nentities; i++) add_perm(perms, &n, t->entity[i]->read_perm);
    return n;
}

/* Every account may do everything: what remains is the scope. */
static void grant_all(World *t)
{
    const char *perms[PERMS_MAX];
    size_t n = all_perms(t, perms);
    SqlBuf b;
    sql_init(&b, &t->ctx, t->w.db);
    sql_lit(&b, "DELETE FROM grants");
    db_test_must(&t->ctx, sql_exec(&t->ctx, t->w.db, &b));
    static const char *const roles[] = {"watch",      "office", "dept",   "town",     "inspector",
                                        "enterprise", "leader", "system", "security", "audit"};
    const Entity *grants = kernel_entity(t->kernel, "grants");
    for (size_t r = 0; r < ARRAY_LEN(roles); r++)
        for (size_t i = 0; i < n; i++) {
            Record *rec = rec_new(&t->ctx, grants);
            rec_set(grants, rec, "role", db_val_z(roles[r]));
            rec_set(grants, rec, "perm", db_val_z(perms[i]));
            rec_set(grants, rec, "granted", db_val_bool(true));
            db_test_must(&t->ctx, store_insert(&t->w, grants, rec));
        }
}

static void make_people(World *t)
{
    const Entity *e = kernel_entity(t->kernel, "tokens");
    for (size_t i = 0; i < npeople; i++) {
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

void world_make_users(World *t)
{
    for (size_t i = 0; i < npeople; i++) {
        const Who *p = &people[i];
        Cells c = {0};
        t->user[i] = id_new();
        put(&c, "id", db_val_i64(t->user[i]));
        put(&c, "version", db_val_i64(1));
        put(&c, "created_at", db_val_i64(t->w.now));
        put(&c, "updated_at", db_val_i64(t->w.now));
        put(&c, "name", db_val_z(p->name));
        put(&c, "full_name", db_val_z(p->name));
        put(&c, "roles", db_val_z(p->roles));
        put(&c, "enabled", db_val_bool(true));
        if (p->body >= 0) put(&c, "body", db_val_i64(t->body[p->body]));
        if (p->district >= 0) put(&c, "district", db_val_i64(t->district[p->district]));
        insert(t, kernel_entity(t->kernel, "users"), &c);
    }
}

const char *world_district_code(int d)
{
    return districts[d].code;
}

bool world_is_row(const Entity *e)
{
    return e->scope.kind == SCOPE_ROW || e->scope.kind == SCOPE_VIA;
}

static void collect(World *t)
{
    static const char *const own[] = {"users", "tokens"};
    t->nentities = 0;
    for (size_t i = 0; i < ARRAY_LEN(own); i++) t->entity[t->nentities++] = kernel_entity(t->kernel, own[i]);
    for (size_t m = 0; m < app_nmodules; m++)
        for (size_t i = 0; i < app_modules[m]->nentities; i++) {
            assert_true(t->nentities < ENTITIES_MAX);
            t->entity[t->nentities++] = app_modules[m]->entities[i];
        }
}

#define EXEC(t, text)                                                                                        \
    do {                                                                                                     \
        SqlBuf exec_b_;                                                                                      \
        sql_init(&exec_b_, &(t)->ctx, (t)->w.db);                                                            \
        sql_lit(&exec_b_, text);                                                                             \
        db_test_must(&(t)->ctx, sql_exec(&(t)->ctx, (t)->w.db, &exec_b_));                                   \
    } while (0)

static void open_kernel(World *t)
{
    KernelOptions opt = {.pool = t->pool,
                         .hub = t->hub,
                         .data_dir = t->data_dir,
                         .modules = app_modules,
                         .nmodules = app_nmodules};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    collect(t);
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &t->w));
}

void world_open(World *t, DbPool *pool, const char *data_dir)
{
    *t = (World){.arena = arena_new(0), .hub = sse_hub_new(), .pool = pool, .data_dir = data_dir};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    open_kernel(t);
    make_country(t);
    make_people(t);
    grant_all(t);
}

void world_commit(World *t)
{
    db_test_must(&t->ctx, work_commit(&t->w));
}

void world_again(World *t)
{
    world_stop(t);
    open_kernel(t);
    memset(t->id, 0, sizeof t->id);
    t->round++;
    EXEC(t, "DELETE FROM matters"); /* made anew from all rows at the next opening */
}

static void listen_http(World *t)
{
    HttpOptions http = {.listen = "127.0.0.1:0", .authorise = kernel_authorise, .authorise_ud = t->kernel};
    t->server = http_new(&http);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
    t->port = http_port(t->server);
}

void world_listen(World *t)
{
    world_commit(t);
    listen_http(t);
}

/* The program whole: readings and alarms too. */
void world_start(World *t)
{
    Registry *registry = NULL;
    RuleSet *rules = NULL;
    EXEC(t, "UPDATE point_numbers SET last = 100000");
    world_commit(t);
    kernel_close(&t->kernel);
    open_kernel(t);
    db_test_must(&t->ctx, point_registry_build(&t->w, &registry));
    db_test_must(&t->ctx, rule_set_build(&t->w, &rules));
    world_commit(t);
    t->desk = alarm_desk_new(t->kernel);
    kernel_provide(t->kernel, "alarm_desk", t->desk);
    IntakeOptions opt = {.dir = t->data_dir, .lanes = 1, .events = alarm_desk_events, .events_ud = t->desk};
    db_test_must(&t->ctx, intake_open(&t->ctx, &opt, registry, rules, &t->intake));
    alarm_desk_bind(t->desk, t->intake);
    kernel_provide(t->kernel, "intake", t->intake);
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
    listen_http(t);
}

static void taken(Batch *b, Rc rc)
{
    _Atomic int *done = b->ud;
    batch_free(&b);
    *done = rc < 0 ? -1 : 1;
}

void world_send_readings(World *t)
{
    size_t points = world_entity(t, "points");
    _Atomic int done = 0;
    Batch *b = batch_new(t->intake, 1, clock_now());
    for (size_t i = 0; i < PLACES; i++) {
        uint32_t no = registry_by_code(b->registry, str_of(world_row_code(t, points, i)));
        if (t->id[points][i]) assert_true(no > 0);
        if (no) batch_add(b, no, b->arrival, 1.5, 0);
    }
    b->done = taken;
    b->ud = &done;
    db_test_must(&t->ctx, intake_submit(t->intake, b));
    while (!done) usleep(1000);
    assert_int_equal(done, 1);
}

void world_stop(World *t)
{
    http_stop(&t->server);
    if (t->intake) kernel_stop(t->kernel);
    intake_close(&t->intake);
    kernel_close(&t->kernel);
    alarm_desk_free(&t->desk);
}

void world_close(World *t)
{
    world_stop(t);
    sse_hub_free(&t->hub);
    arena_free(&t->arena);
}

/* ---- Asking ---- */

Reply world_ask(World *t, const Who *p, const char *method, const char *path, const char *type, Str body)
{
    StrBuf text; /* the body may hold zeros */
    buf_init(&text, t->arena);
    buf_printf(&text,
               "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: %s\r\n"
               "Content-Length: %zu\r\nAuthorization: Bearer token-of-%s\r\n\r\n",
               method, path, type, body.n, p->name);
    buf_add(&text, body);
    return client_ask(t->port, text.p, text.n);
}

Reply world_get(World *t, const Who *p, const char *path)
{
    return world_ask(t, p, "GET", path, "application/json", STR_NONE);
}

void world_fail(const Who *p, const Entity *e, size_t place, const char *surface, bool wanted)
{
    Place at = place_of(place);
    fail_msg("%s: %s of %s in %s, body %d, %s: %s", p->name, surface, e->plural, districts[at.leaf].code,
             at.owner, lines[at.line], wanted ? "it should be seen and is not" : "it is seen and should not");
}
