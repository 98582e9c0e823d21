/* Row scope of what is not derived from an entity: every registered GET route of the program's real list is
 * asked by every account, whatever it answers is searched for rows that the account must not know, and what
 * it has to answer must stand in it. Figures say no names, so they are held against themselves: rows that an
 * account does not see change nothing that it is told. A new route is covered by being registered. */
#include "marks.h"

#include "base/clock.h"

#include <math.h>
#include <time.h>

enum { ZOOM = 18, SAMPLE = 18 };

/* ---- The routes ---- */

/* Derived from the entities: test_scope.c asks them row by row. */
static bool is_derived(const World *t, const char *path)
{
    static const char *const tails[] = {"",      ".csv",          ".xlsx",       "/import-template",
                                        "/{id}", "/{id}/history", "/{id}/files", "/{id}/files/{hash}"};
    Str rest = str_of(path);
    if (!str_starts(rest, STR("/api/"))) return false;
    str_cut(&rest, '/');
    str_cut(&rest, '/');
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t i = 0; i < ARRAY_LEN(tails); i++)
            if (str_is(rest, arena_printf(t->arena, "%s%s", t->entity[e]->plural, tails[i]))) return true;
    return false;
}

#define SPAN "span" /* of a body, ten days back and ten on */

/* What a route asks to be told; several lines of one path are asked one after the other. of: rows of this
 * entity must all be there. figures: the answer is the same whatever happens outside. */
typedef struct Ask {
    const char *path, *query, *of;
    bool figures;
    bool moves; /* time alone changes the order of its objects */
} Ask;
static const Ask asks[] = {
    {"/api/desk", "box=open&limit=1000", "warnings", true},
    {"/api/desk", "box=open&limit=1000", "orders", true},
    {"/api/desk", "box=todo&limit=1000", NULL, true},
    {"/api/desk", "box=overdue&limit=1000", NULL, true},
    {"/api/desk", "box=supervised&limit=1000", NULL, true},
    {"/api/desk", "box=done&limit=1000", NULL, true},
    {"/api/desk", "box=open&entity=warnings&q=S&limit=1000", "warnings", true},
    {"/api/desk.csv", "box=open", NULL, true},
    {"/api/desk.xlsx", "box=open", NULL, false},
    {"/api/desk/summary", "", NULL, true},
    {"/api/search", "q=S&limit=100", NULL, true},
    {"/api/search", "q=S&entity=warnings&limit=100", "warnings", true},
    {"/api/search", "q=S&entity=orders&limit=100", "orders", true},
    {"/api/latest", "", "points", false},
    {"/api/latest", "field=gas", NULL, false},
    {"/api/map", "", NULL, true},
    {"/api/map/points", "", "points", true},
    {"/tiles/points/{z}/{x}/{y}", "", "points", true},
    {"/tiles/{layer}/{z}/{x}/{y}", "district", NULL, true},
    {"/tiles/{layer}/{z}/{x}/{y}", "risk-units", NULL, true},
    {"/tiles/{layer}/{z}/{x}/{y}", "objects", NULL, true},
    {"/tiles/{layer}/{z}/{x}/{y}", "bodies", NULL, true},
    {"/api/devices/health", "limit=500", "devices", true, true},
    {"/api/points/online", "", NULL, true},
    {"/api/rules/in-force", "", NULL, true},
    {"/api/risk/map", "", "risk-units", false},
    {"/api/risk/regions", "level=county&rule=count", NULL, false},
    {"/api/risk/methods", "", NULL, true},
    {"/api/consequence/models", "", NULL, true},
    {"/api/alarms/summary", "", NULL, true},
    {"/api/alarms/load", "", NULL, true},
    {"/api/cockpit", "", NULL, true},
    {"/api/vehicles/positions", "", "vehicles", true},
    {"/api/vehicles/unknown", "", NULL, true},
    {"/api/warnings/figures", "by=grade", NULL, true},
    {"/api/warnings/figures", "by=line", NULL, true},
    {"/api/warnings/figures", "by=district", NULL, true},
    {"/api/warnings/figures", "by=body", NULL, true},
    {"/api/warnings/false-alarms", "by=point", NULL, true},
    {"/api/warnings/false-alarms", "by=rule", NULL, true},
    {"/cap/feed.atom", "", NULL, true},
    {"/api/meetings/matrix", "", NULL, true},
    {"/api/safety-commitments/missing", "", NULL, true},
    {"/api/on-duty", "", NULL, true},
    {"/api/duty-shifts/check", SPAN, NULL, true},
    {"/api/notifications", "", NULL, true},
    {"/api/deliveries", "", NULL, true},
    {"/api/ledger", "limit=1000", NULL, true},
};

/* Streams (test_events.c), documents about the program, and what is asked by a key nobody can guess. */
static bool is_apart(const char *path)
{
    static const char *const names[] = {"/api/events", "/api/openapi.json", "/api/files/{id}", "/api/meta",
                                        "/metrics"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(path, names[i])) return true;
    return false;
}

#define FEATURES "/ogc/collections/" /* derived, each a list of its entity */

static const char *entity_of(const World *t, const char *path, size_t *entity)
{
    const char *name = strrchr(path, '{') ? strchr(path + 1, '/') : NULL;
    if (!name) return NULL;
    if (!strncmp(path, FEATURES, strlen(FEATURES))) name = path + strlen(FEATURES) - 1;
    Str rest = str_of(name + 1), plural = str_cut(&rest, '/');
    *entity = world_entity(t, str_z(t->arena, plural));
    return *entity < t->nentities && world_is_row(t->entity[*entity]) ? strstr(path, "{id}") : NULL;
}

static const char *tile_path(const World *t, const char *path, const char *layer)
{
    double lat = 32.0003 * M_PI / 180, n = 1 << ZOOM;
    int x = (int)(n * (119.0003 + 180) / 360), y = (int)(n * (1 - asinh(tan(lat)) / M_PI) / 2);
    if (strstr(path, "points")) layer = "points";
    return arena_printf(t->arena, "/tiles/%s/%d/%d/%d.mvt", layer, ZOOM, x, y);
}

static const char *day_at(const World *t, int days)
{
    char *out = arena_alloc(t->arena, 32);
    time_t at = (time_t)(clock_now() / 1000 + days * 86400);
    struct tm tm;
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
    return out;
}

static const char *path_of(const World *t, const Ask *a)
{
    const char *path = a->path, *query = a->query;
    if (strstr(path, "{z}")) return tile_path(t, path, query);
    if (!strcmp(query, SPAN))
        query = arena_printf(t->arena, "body=BODY0&from=%s&to=%s", day_at(t, -10), day_at(t, 10));
    return arena_printf(t->arena, "%s?%s", path, query);
}

static Reply ask(World *t, Marks *m, const Who *p, const char *path)
{
    Reply r = world_get(t, p, path);
    if (!r.status || r.status >= 500) fail_msg("%s: %s: %d %s", p->name, path, r.status, r.body);
    marks_find(m, str_n(r.body, r.n));
    return r;
}

/* One record of the route's entity: inside it may be told, outside it does not exist. A paper that is given
 * is a picture, in which no mark can be read, and slow to make: who reaches everything asks for it, the
 * others only where it must be refused. */
static void check_record(World *t, Marks *m, const Who *p, const char *path, size_t entity, size_t place)
{
    bool inside = world_expected(t, p, t->entity[entity], place);
    if (inside && p->reach != 'a' && strstr(path, "{id}/papers/")) return;
    const char *hole = strstr(path, "{id}");
    const char *asked = arena_printf(t->arena, "%.*s%lld%s", (int)(hole - path), path,
                                     (long long)t->id[entity][place], hole + 4);
    Reply r = ask(t, m, p, asked);
    if (!inside && r.status != 404 && r.status != 403)
        fail_msg("%s: %s: %d outside the scope", p->name, asked, r.status);
    marks_check_hidden(m, t, p, asked);
    reply_free(&r);
}

/* Who sees ten rows is told ten, not how many there are. */
static void check_count(World *t, const Who *p, const char *path, const Reply *r)
{
    const Json *j;
    int64_t count = -1;
    if (r->status != 200 || r->body[0] != '{') return;
    db_test_must(&t->ctx, json_parse(&t->ctx, str_copy(t->arena, str_n(r->body, r->n)), &j));
    const Json *items = json_get(j, "items");
    if (!items || json_str(json_get(j, "next")).n || !json_i64(json_get(j, "count"), &count)) return;
    if (count != (int64_t)items->count)
        fail_msg("%s: %s: the count is %lld, the list has %zu", p->name, path, (long long)count,
                 items->count);
}

/* /ogc/collections/<plural>/items: who may read the list finds all rows of his scope, and no other. */
static bool check_features(World *t, Marks *m, const Who *p, const char *path)
{
    Str rest = str_of(path);
    if (!str_starts(rest, STR(FEATURES)) || !strstr(path, "/items") || strchr(path, '{')) return false;
    rest = str_n(rest.p + strlen(FEATURES), rest.n - strlen(FEATURES));
    size_t entity = world_entity(t, str_z(t->arena, str_cut(&rest, '/')));
    const char *boxed = arena_printf(t->arena, "%s?limit=1000&bbox=73,3,136,54", path);
    Reply r = ask(t, m, p, boxed);
    marks_check_hidden(m, t, p, boxed);
    reply_free(&r);
    const char *whole = arena_printf(t->arena, "%s?limit=1000", path);
    r = ask(t, m, p, whole);
    marks_check_hidden(m, t, p, whole);
    if (r.status == 200 && entity < t->nentities && world_is_row(t->entity[entity]))
        marks_check_whole(m, t, p, whole, entity);
    reply_free(&r);
    return true;
}

static void check_route(World *t, Marks *m, const Who *p, const char *path)
{
    size_t entity;
    if (check_features(t, m, p, path)) return;
    if (entity_of(t, path, &entity)) {
        for (size_t i = entity % SAMPLE; i < PLACES; i += SAMPLE) check_record(t, m, p, path, entity, i);
        return;
    }
    const char *asked = strstr(path, "{z}") ? tile_path(t, path, "district") : path;
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
        if (strcmp(asks[i].path, path) != 0) continue;
        found = true;
        const char *whole = path_of(t, &asks[i]);
        Reply r = ask(t, m, p, whole);
        marks_check_hidden(m, t, p, whole);
        check_count(t, p, whole, &r);
        if (p->reach == 'a' && r.status != 200) fail_msg("%s: %d %s", whole, r.status, r.body);
        if (asks[i].of && r.status == 200) marks_check_whole(m, t, p, whole, world_entity(t, asks[i].of));
        if (asks[i].of && r.status != 200) fail_msg("%s: %s: %d %s", p->name, whole, r.status, r.body);
        reply_free(&r);
    }
    if (found) return;
    Reply r = ask(t, m, p, asked);
    marks_check_hidden(m, t, p, asked);
    reply_free(&r);
}

static void check_routes(World *t, Marks *m)
{
    const Route *const *all;
    size_t n = http_routes(t->server, &all);
    for (size_t r = 0; r < n; r++) {
        if (all[r]->method != HTTP_GET || is_apart(all[r]->path) || is_derived(t, all[r]->path)) continue;
        for (size_t i = 0; i < npeople; i++) check_route(t, m, &people[i], all[r]->path);
    }
}

/* ---- Figures ---- */

/* Answers without what time alone changes. */
static Str settled(World *t, Reply *r)
{
    static const char *const names[] = {"\"t\":",
                                        "\"gap_ms\":",
                                        "\"state\":\"poor",
                                        "\"state\":\"ok",
                                        "\"state\":\"partial",
                                        "\"poor\":",
                                        "\"ok\":",
                                        "\"partial\":",
                                        "\"last_t\":",
                                        "\"now\":",
                                        "\"at\":",
                                        "\"from\":",
                                        "\"to\":",
                                        "\"measured\":",
                                        "\"received\":",
                                        "\"expected\":",
                                        "\"last\":",
                                        "\"late_ms\":",
                                        "\"gaps\":",
                                        "\"trace\":",
                                        "\"offline\":",
                                        "\"waiting\":",
                                        "\"state\":\"offline",
                                        "\"state\":\"waiting"};
    StrBuf out;
    buf_init(&out, t->arena);
    for (size_t i = 0; i < r->n;) {
        size_t skip = 0;
        for (size_t k = 0; k < ARRAY_LEN(names) && !skip; k++)
            if (!strncmp(r->body + i, names[k], strlen(names[k]))) skip = strlen(names[k]);
        if (skip) skip += strcspn(r->body + i + skip, ",}");
        if (skip) i += skip;
        else buf_addc(&out, r->body[i++]);
    }
    return buf_str(&out);
}

static int by_text(const void *a, const void *b)
{
    const Str *x = a, *y = b;
    int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return d ? d : (x->n > y->n) - (x->n < y->n);
}

/* An answer whose worst comes first, cut before every object and its pieces sorted. */
static Str unordered(World *t, Str s)
{
    StrBuf out;
    size_t n = 1, from = 0, k = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == '{';
    Str *piece = ARENA_ARRAY(t->arena, Str, n);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '{') continue;
        piece[k++] = (Str){s.p + from, i - from};
        from = i;
    }
    piece[k++] = (Str){s.p + from, s.n - from};
    for (size_t i = 0; i < k; i++) /* what ends a piece depends on what comes after it */
        while (piece[i].n && strchr(",]}", piece[i].p[piece[i].n - 1])) piece[i].n--;
    qsort(piece, k, sizeof *piece, by_text);
    buf_init(&out, t->arena);
    for (size_t i = 0; i < k; i++) buf_add(&out, piece[i]);
    return buf_str(&out);
}

static void ask_figures(World *t, const Who *p, Str *out)
{
    for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
        if (!asks[i].figures) continue;
        const char *path = path_of(t, &asks[i]);
        Reply r = world_get(t, p, path);
        if (r.status >= 500) fail_msg("%s: %s: %d %s", p->name, path, r.status, r.body);
        out[i] = asks[i].moves ? unordered(t, settled(t, &r)) : settled(t, &r);
        reply_free(&r);
    }
}

static void check_same(const Who *p, const Str *before, const Str *after)
{
    for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
        if (!asks[i].figures || str_eq(before[i], after[i])) continue;
        size_t same = 0;
        while (same < before[i].n && same < after[i].n && before[i].p[same] == after[i].p[same]) same++;
        same = same > 40 ? same - 40 : 0;
        print_error("%s?%s before: %.*s\nafter: %.*s\n", asks[i].path, asks[i].query,
                    (int)(before[i].n - same < 300 ? before[i].n - same : 300), before[i].p + same,
                    (int)(after[i].n - same), after[i].p + same);
        fail_msg("%s: rows outside the scope change the answer of %s", p->name, asks[i].path);
    }
}

/* Which rows the round for p makes. */
static bool is_made(const World *t, const Who *p, size_t e, size_t place)
{
    return world_is_row(t->entity[e]) && place % 2 == 1 && world_hidden(t, p, t->entity[e], place);
}

static bool sees_none(const World *t, const Who *p, const Who *q)
{
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t i = 0; i < PLACES; i++)
            if (is_made(t, p, e, i) && !world_hidden(t, q, t->entity[e], i)) return false;
    return true;
}

static void wait_search(World *t)
{
    for (int64_t n = 0; !n; usleep(2000)) {
        Db *db = NULL;
        DbCursor *c;
        SqlBuf b;
        db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
        sql_init(&b, &t->ctx, db);
        sql_lit(&b, "SELECT COUNT(*) FROM search_state WHERE entity = '' AND version <> ''");
        db_test_must(&t->ctx, sql_query(&t->ctx, db, &b, &c));
        assert_int_equal(db_next(&t->ctx, c), 1);
        n = db_i64(c, 0);
        db_close(&c);
        db_done(&t->ctx, &db);
    }
}

static void start(World *t)
{
    world_start(t);
    world_send_readings(t);
    wait_search(t);
}

/* One round: what p does not see, for everybody who sees none of it. */
static void check_round(World *t, const Who *p, bool *held)
{
    static Str before[32][ARRAY_LEN(asks)], after[ARRAY_LEN(asks)];
    bool now[32] = {false};
    for (size_t i = 0; i < npeople; i++) {
        now[i] = !held[i] && sees_none(t, p, &people[i]);
        if (now[i]) ask_figures(t, &people[i], before[i]);
    }
    world_again(t);
    size_t made = 0;
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t i = 0; i < PLACES; i++)
            if (is_made(t, p, e, i)) made += world_make(t, e, i) != 0;
    assert_true(made > 20);
    start(t);
    for (size_t i = 0; i < npeople; i++) {
        if (!now[i]) continue;
        ask_figures(t, &people[i], after);
        check_same(&people[i], before[i], after);
        held[i] = true;
    }
}

static void check_figures(World *t)
{
    bool held[32] = {false};
    for (size_t i = 0; i < npeople; i++)
        if (!held[i] && people[i].reach != 'a' && people[i].district != D_ROOT)
            check_round(t, &people[i], held);
    for (size_t i = 0; i < npeople; i++)
        assert_true(held[i] || people[i].reach == 'a' || people[i].district == D_ROOT);
}

static void run_routes(DbPool *pool)
{
    char dir[] = "/tmp/anlan-scope.XXXXXX";
    World *t = calloc(1, sizeof *t);
    Marks *m = calloc(1, sizeof *m);
    assert_non_null(t);
    assert_non_null(m);
    assert_non_null(mkdtemp(dir));
    world_open(t, pool, dir);
    t->plausible = true;
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t p = 0; world_is_row(t->entity[e]) && p < PLACES; p++) world_make(t, e, p);
    marks_add(m, t);
    start(t);
    check_routes(t, m);
    check_figures(t);
    world_close(t);
    free(m);
    free(t);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void routes(void **state)
{
    (void)state;
    db_test_each(run_routes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(routes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
