/* Row scope, generated from the declarations: for every entity of the program's real list rows are made on
 * both sides of every border of district, body and line, and what each account sees over the wire (list and
 * count, read, history, files, export) is held against an oracle that knows only how the rows were made. A
 * new slice is covered by being in the list. */
#include "world.h"

/* ---- Each surface ---- */

static int status_of(World *t, const Who *p, const char *path)
{
    Reply r = world_get(t, p, path);
    int status = r.status;
    reply_free(&r);
    return status;
}

static void check_list(World *t, const Who *p, size_t entity)
{
    static bool seen[PLACES];
    const Entity *e = t->entity[entity];
    Reply r = world_get(t, p, arena_printf(t->arena, "/api/%s?limit=1000", e->plural));
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
        if (seen[i] != world_expected(t, p, e, i)) world_fail(p, e, i, "list", !seen[i]);
}

/* Not every entity takes files: who sees everything tells which do. */
static bool takes_files(World *t, size_t entity)
{
    const char *path =
        arena_printf(t->arena, "/api/%s/%lld/files", t->entity[entity]->plural, (long long)t->id[entity][0]);
    return status_of(t, &people[npeople - 1], path) == 200;
}

/* One record of every kind of place on both sides. */
static void check_reads(World *t, const Who *p, size_t entity)
{
    static const char *const tails[] = {"", "/history", "/files"};
    const Entity *e = t->entity[entity];
    size_t ntails = takes_files(t, entity) ? ARRAY_LEN(tails) : ARRAY_LEN(tails) - 1;
    for (size_t i = entity % 4; i < PLACES; i += 4)
        for (size_t k = 0; k < (i % 12 < 4 ? ntails : 1); k++) {
            const char *path =
                arena_printf(t->arena, "/api/%s/%lld%s", e->plural, (long long)t->id[entity][i], tails[k]);
            int status = status_of(t, p, path);
            if (status != (world_expected(t, p, e, i) ? 200 : 404)) {
                print_error("%s: %d\n", path, status);
                world_fail(p, e, i, k ? tails[k] : "read", status != 200);
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

static void check_export(World *t, const Who *p, size_t entity)
{
    const Entity *e = t->entity[entity];
    const Field *code = e->code_field ? world_field(e, str_of(e->code_field)) : NULL;
    if (!code || (code->flags & (F_SECRET | F_MASK))) return;
    Reply r = world_get(t, p, arena_printf(t->arena, "/api/%s.csv", e->plural));
    if (r.status != 200) fail_msg("%s: export of %s: %d %s", p->name, e->plural, r.status, r.body);
    for (size_t i = 0; i < PLACES; i++)
        if (has_code(r.body, world_row_code(t, entity, i)) != world_expected(t, p, e, i))
            world_fail(p, e, i, "export", world_expected(t, p, e, i));
    reply_free(&r);
}

static void run_surfaces(DbPool *pool)
{
    World *t = calloc(1, sizeof *t);
    assert_non_null(t);
    world_open(t, pool, "/tmp");
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t p = 0; world_is_row(t->entity[e]) && p < PLACES; p++) world_make(t, e, p);
    world_listen(t);
    for (size_t i = 0; i < npeople; i++)
        for (size_t e = 0; e < t->nentities; e++) {
            if (!world_is_row(t->entity[e])) continue;
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
