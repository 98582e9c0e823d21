/* Row scope of what comes in and of who is told. Notices of every kind of record reach exactly the people
 * whose scope holds it; rows of an import that name what lies outside are refused, in the words for what does
 * not exist; readings of a sender that is bound go to the points of his scope only, in every format. */
#include "world.h"

#include "base/clock.h"
#include "gateway/binary.h"
#include "intake/intake.h"
#include "kernel/matter.h"

enum { SAMPLE = 9 };

/* COUNT(*), or a column of the row, WHERE column = v. */
static int64_t number(World *t, const char *what, const char *table, const char *column, DbVal v)
{
    Db *db = NULL;
    DbCursor *c;
    SqlBuf b;
    db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    sql_lit(&b, "SELECT ");
    if (what) sql_ident(&b, what);
    else sql_lit(&b, "COUNT(*)");
    sql_lit(&b, " FROM ");
    sql_ident(&b, table);
    if (column) {
        sql_lit(&b, " WHERE ");
        sql_ident(&b, column);
        sql_lit(&b, " = ");
        sql_arg(&b, v);
    }
    db_test_must(&t->ctx, sql_query(&t->ctx, db, &b, &c));
    assert_int_equal(db_next(&t->ctx, c), 1);
    int64_t n = db_i64(c, 0);
    db_close(&c);
    db_done(&t->ctx, &db);
    return n;
}

/* ---- Notices ---- */

static void send_notice(World *t, Work *w, const Notice *to, size_t entity, size_t place)
{
    Notice n = *to;
    n.kind = "info";
    n.title = str_of(world_row_code(t, entity, place));
    n.entity = t->entity[entity];
    n.record_id = t->id[entity][place];
    db_test_must(w->ctx, notice_send(w, &n));
}

/* How often each person was told of the record. */
static void check_told(World *t, size_t entity, size_t place)
{
    bool told[32] = {false};
    Db *db = NULL;
    DbCursor *c;
    SqlBuf b;
    Rc rc;
    db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    sql_lit(&b, "SELECT user_id FROM notifications WHERE record_id = ");
    sql_arg(&b, db_val_i64(t->id[entity][place]));
    db_test_must(&t->ctx, sql_query(&t->ctx, db, &b, &c));
    while ((rc = db_next(&t->ctx, c)) > 0)
        for (size_t i = 0; i < npeople; i++)
            if (t->user[i] == db_i64(c, 0)) told[i] = true;
    db_test_must(&t->ctx, rc);
    db_close(&c);
    db_done(&t->ctx, &db);
    for (size_t i = 0; i < npeople; i++)
        if (told[i] != world_expected(t, &people[i], t->entity[entity], place))
            world_fail(&people[i], t->entity[entity], place, "a notice", !told[i]);
}

/* Each person by himself for the one half of the places, each body for the other; of the latter nobody
 * without a body hears. */
static void tell_persons(World *t, Work *w, size_t e, size_t place)
{
    for (size_t i = 0; i < npeople; i++) send_notice(t, w, &(Notice){.user = t->user[i]}, e, place);
}

static void check_bodies(World *t, size_t e, size_t place)
{
    Work w;
    int64_t due = 0, before = number(t, NULL, "notifications", NULL, db_val_null());
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    for (size_t i = 0; i < BODIES; i++) send_notice(t, &w, &(Notice){.body = t->body[i]}, e, place);
    db_test_must(&t->ctx, work_commit(&w));
    int64_t after = number(t, NULL, "notifications", NULL, db_val_null());
    for (size_t i = 0; i < npeople; i++)
        due += people[i].body >= 0 && world_expected(t, &people[i], t->entity[e], place);
    if (after - before != due)
        fail_msg("%s, place %zu: %lld of the bodies' people were told, not %lld", t->entity[e]->plural, place,
                 (long long)(after - before), (long long)due);
}

static void check_notices(World *t)
{
    for (size_t e = 0; e < t->nentities; e++) {
        if (!world_is_row(t->entity[e])) continue;
        Work w;
        db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
        for (size_t i = e % SAMPLE; i < PLACES; i += SAMPLE) tell_persons(t, &w, e, i);
        db_test_must(&t->ctx, work_commit(&w));
        for (size_t i = e % SAMPLE; i < PLACES; i += SAMPLE) check_told(t, e, i);
        check_bodies(t, e, (e * 7) % PLACES);
    }
}

/* ---- Imports ---- */

static const char *first_code(const char *dict)
{
    for (size_t m = 0; m < app_nmodules; m++)
        for (size_t i = 0; i < app_modules[m]->ndicts; i++)
            if (!strcmp(app_modules[m]->dicts[i].name, dict)) return app_modules[m]->dicts[i].entries[0].code;
    return "x";
}

static const char *ref_code(const World *t, const char *plural, size_t place)
{
    Place at = place_of(place);
    if (!strcmp(plural, "districts")) return world_district_code(at.leaf);
    if (!strcmp(plural, "bodies")) return arena_printf(t->arena, "BODY%d", at.owner);
    size_t e = world_entity(t, plural);
    if (e == t->nentities || !world_is_row(t->entity[e])) return "";
    return t->entity[e]->code_field ? world_row_code(t, e, place)
                                    : arena_printf(t->arena, "%lld", (long long)t->id[e][place]);
}

/* Does one of the rule's paths begin with the field? */
static bool in_rule(const Entity *e, const char *name)
{
    const ScopeRule *r = &e->scope;
    const char *const paths[] = {r->district, r->body, r->line, r->via};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        for (Str rest = str_of(paths[i] ? paths[i] : ""); rest.n;) {
            Str path = str_cut(&rest, ' ');
            if (str_is(str_cut(&path, '.'), name)) return true;
        }
    return false;
}

static const char *cell(const World *t, const Entity *e, const Field *f, const char *code, size_t place)
{
    bool rule = in_rule(e, f->name);
    if (e->code_field && !strcmp(f->name, e->code_field)) return code;
    if (!rule && !(f->flags & F_REQUIRED)) return "";
    switch (f->type) {
    case F_REF:
        return ref_code(t, f->ref, place);
    case F_ENUM:
        return rule ? lines[place_of(place).line] : first_code(f->ref);
    case F_TEXT:
        return rule && e->scope.of ? ref_code(t, e->scope.of, place) : code;
    case F_TIME:
        return "2026-11-20 08:00:00";
    case F_BOOL:
        return "true";
    case F_JSON:
        return "";
    case F_INT:
    case F_REAL:
        break;
    }
    return arena_printf(t->arena, "%g", f->min > 1 ? f->min : 1.0);
}

static bool is_column(const Field *f)
{
    return !(f->flags & (F_READONLY | F_SECRET));
}

/* A row of the table; swap: this field holds that text instead. */
static void add_row(const World *t, StrBuf *b, const Entity *e, const char *code, size_t place,
                    const Field *swap, const char *with)
{
    for (size_t i = 0, n = 0; i < e->nfields; i++) {
        if (!is_column(&e->fields[i])) continue;
        buf_printf(b, "%s%s", n++ ? "," : "",
                   &e->fields[i] == swap ? with : cell(t, e, &e->fields[i], code, place));
    }
    buf_addc(b, '\n');
}

static void add_header(StrBuf *b, const Entity *e)
{
    for (size_t i = 0, n = 0; i < e->nfields; i++)
        if (is_column(&e->fields[i])) buf_printf(b, "%s%s", n++ ? "," : "", e->fields[i].name);
    buf_addc(b, '\n');
}

/* The answer's "accepted", and the error file's text; -1: such records are not imported. */
static int64_t import(World *t, const Who *p, const Entity *e, Str table, Str *errors)
{
    int64_t accepted = -1;
    Reply r = world_ask(t, p, "POST", arena_printf(t->arena, "/api/%s/import", e->plural), "text/csv", table);
    *errors = STR_NONE;
    if (r.status == 404 || r.status == 405) {
        reply_free(&r);
        return -1;
    }
    if (r.status != 200) fail_msg("%s: import of %s: %d %s", p->name, e->plural, r.status, r.body);
    const Json *j;
    db_test_must(&t->ctx, json_parse(&t->ctx, str_copy(t->arena, str_n(r.body, r.n)), &j));
    reply_free(&r);
    json_i64(json_get(j, "accepted"), &accepted);
    Str file = json_str(json_get(j, "errors"));
    if (!file.n) return accepted;
    r = world_get(t, p, str_z(t->arena, file));
    assert_int_equal(r.status, 200);
    *errors = str_copy(t->arena, str_n(r.body, r.n));
    reply_free(&r);
    return accepted;
}

/* A slice may fill the columns of the rule itself (the district of a post is its body's): what was made is
 * then where the account sees it. */
static void check_made(World *t, const Who *p, size_t entity, size_t place, const char *code)
{
    const Entity *e = t->entity[entity];
    Reply r = world_get(t, p, arena_printf(t->arena, "/api/%s/code:%s", e->plural, code));
    Reply whole =
        world_get(t, &people[npeople - 1], arena_printf(t->arena, "/api/%s/code:%s", e->plural, code));
    if (whole.status == 200 && r.status != 200) world_fail(p, e, place, "a new row of an import", false);
    reply_free(&r);
    reply_free(&whole);
}

/* Rows of every place under new codes, and existing rows outside by theirs. None outside is made or changed.
 */
static int64_t import_places(World *t, const Who *p, size_t entity, size_t who)
{
    const Entity *e = t->entity[entity];
    const char *table = arena_strdup(t->arena, e->plural);
    for (char *c = (char *)(uintptr_t)table; *c; c++)
        if (*c == '-') *c = '_';
    StrBuf b;
    Str errors;
    int64_t versions[PLACES];
    buf_init(&b, t->arena);
    add_header(&b, e);
    for (size_t i = 0; i < PLACES; i++)
        versions[i] = number(t, "version", table, "id", db_val_i64(t->id[entity][i]));
    for (size_t i = entity % 5; i < PLACES; i += 5)
        add_row(t, &b, e, arena_printf(t->arena, "N%zu-%zu-%zu", who, entity, i), i, NULL, NULL);
    for (size_t i = entity % 5; i < PLACES; i += 5)
        if (!world_expected(t, p, e, i)) add_row(t, &b, e, world_row_code(t, entity, i), i, NULL, NULL);
    int64_t accepted = import(t, p, e, buf_str(&b), &errors);
    if (accepted < 0) return 0;
    for (size_t i = entity % 5; i < PLACES; i += 5) {
        if (world_expected(t, p, e, i)) continue;
        check_made(t, p, entity, i, arena_printf(t->arena, "N%zu-%zu-%zu", who, entity, i));
        if (number(t, "version", table, "id", db_val_i64(t->id[entity][i])) != versions[i])
            world_fail(p, e, i, "a changed row of an import", false);
    }
    return accepted;
}

/* A line of the error file, what was named left out. */
static Str reason_of(World *t, Str errors, size_t line, const char *code, const char *named)
{
    StrBuf out;
    buf_init(&out, t->arena);
    while (line--) str_cut(&errors, '\n');
    Str text = str_cut(&errors, '\n');
    while (text.n) {
        const char *const away[] = {named, code};
        size_t skip = 0;
        for (size_t i = 0; i < ARRAY_LEN(away) && !skip; i++)
            if (str_starts(text, str_of(away[i]))) skip = strlen(away[i]);
        if (!skip) buf_addc(&out, *text.p);
        text = str_n(text.p + (skip ? skip : 1), text.n - (skip ? skip : 1));
    }
    return buf_str(&out);
}

/* A reference to a record outside and one to a record that there is not: the same words. */
static size_t import_reference(World *t, const Who *p, const Entity *e, const Field *f)
{
    size_t target = world_entity(t, f->ref), outside = 0;
    if (target == t->nentities || !world_is_row(t->entity[target]) || t->entity[target]->scope.named)
        return 0;
    while (outside < PLACES && world_expected(t, p, t->entity[target], outside)) outside++;
    if (outside == PLACES) return 0;
    const char *there = ref_code(t, f->ref, outside), *nowhere = "NOWHERE-1";
    StrBuf b;
    Str errors;
    buf_init(&b, t->arena);
    add_header(&b, e);
    add_row(t, &b, e, "NEW-A", outside, f, there);
    add_row(t, &b, e, "NEW-B", outside, f, nowhere);
    int64_t accepted = import(t, p, e, buf_str(&b), &errors);
    if (accepted < 0) return 0;
    if (accepted) fail_msg("%s: %s.%s: a reference to %s was taken", p->name, e->plural, f->name, there);
    Str a = reason_of(t, errors, 1, "NEW-A", there), c = reason_of(t, errors, 2, "NEW-B", nowhere);
    if (!a.n || !str_eq(a, c))
        fail_msg("%s: %s.%s: outside: %.*s\nnowhere: %.*s", p->name, e->plural, f->name, STR_ARG(a),
                 STR_ARG(c));
    return 1;
}

static void check_imports(World *t)
{
    int64_t accepted = 0, of_whole = 0;
    size_t references = 0;
    for (size_t e = 0; e < t->nentities; e++) {
        const Entity *entity = t->entity[e];
        if (!world_is_row(entity) || !entity->code_field) continue;
        for (size_t i = 0; i < npeople; i++) {
            if ((e + i) % 3 && i + 1 < npeople) continue;
            int64_t n = import_places(t, &people[i], e, i);
            if (i + 1 < npeople) accepted += n;
            else of_whole += n;
            for (size_t f = 0; f < entity->nfields; f++)
                if (entity->fields[f].type == F_REF && is_column(&entity->fields[f]))
                    references += import_reference(t, &people[i], entity, &entity->fields[f]);
        }
    }
    print_message("imports: %lld rows, %lld of who sees everything, %zu references\n", (long long)accepted,
                  (long long)of_whole, references);
    assert_true(accepted > 50 && of_whole > 50 && references > 20);
}

/* ---- Readings ---- */

enum { LINE, JSON, CSV, CSV_WIDE, BINARY, BINARY_NUMBERS, FORMATS };
static const struct {
    const char *path, *type;
} formats[FORMATS] = {
    [LINE] = {"/write", "text/plain"},
    [JSON] = {"/api/readings", "application/json"},
    [CSV] = {"/api/readings", "text/csv"},
    [CSV_WIDE] = {"/api/readings", "text/csv"},
    [BINARY] = {"/api/readings", BINARY_MEDIA_TYPE},
    [BINARY_NUMBERS] = {"/api/readings", BINARY_MEDIA_TYPE},
};

typedef struct Points {
    size_t entity;
    uint32_t no[PLACES];
    Str code[PLACES + 1]; /* the last is no point's */
} Points;

static void find_points(World *t, Points *p)
{
    p->entity = world_entity(t, "points");
    Batch *b = batch_new(t->intake, 1, clock_now());
    for (size_t i = 0; i < PLACES; i++) {
        p->code[i] = str_of(world_row_code(t, p->entity, i));
        p->no[i] = registry_by_code(b->registry, p->code[i]);
        assert_true(p->no[i] > 0);
    }
    p->code[PLACES] = STR("NO-SUCH-POINT");
    batch_free(&b);
}

static void write_binary(World *t, const Points *p, bool numbers, double v, StrBuf *out)
{
    BinaryReading r[PLACES + 1];
    BinaryOptions opt = {.value = BINARY_F64};
    if (!numbers) {
        opt.codes = p->code;
        opt.ncodes = PLACES + 1;
    }
    for (size_t i = 0; i <= PLACES; i++)
        r[i] = (BinaryReading){
            .point = numbers ? i < PLACES ? p->no[i] : 90000000 : (uint32_t)i + 1, .t = clock_now(), .v = v};
    db_test_must(&t->ctx, binary_encode(&t->ctx, &opt, r, PLACES + 1, out));
}

/* One reading of every point, and one of a code that no point has. */
static Str write_body(World *t, const Points *p, int format, double v)
{
    StrBuf b;
    buf_init(&b, t->arena);
    if (format >= BINARY) {
        write_binary(t, p, format == BINARY_NUMBERS, v, &b);
        return buf_str(&b);
    }
    if (format == JSON) buf_addz(&b, "{\"readings\":[");
    if (format == CSV) buf_addz(&b, "t,point,v\n");
    if (format == CSV_WIDE) buf_addc(&b, 't');
    for (size_t i = 0; i <= PLACES; i++) {
        Str code = p->code[i];
        if (format == LINE) buf_printf(&b, "reading,point=%.*s v=%g\n", STR_ARG(code), v);
        if (format == JSON) buf_printf(&b, "%s{\"point\":\"%.*s\",\"v\":%g}", i ? "," : "", STR_ARG(code), v);
        if (format == CSV) buf_printf(&b, "%lld,%.*s,%g\n", (long long)clock_now(), STR_ARG(code), v);
        if (format == CSV_WIDE) buf_printf(&b, ",%.*s", STR_ARG(code));
    }
    if (format == JSON) buf_addz(&b, "]}");
    if (format == CSV_WIDE) {
        buf_printf(&b, "\n%lld", (long long)clock_now());
        for (size_t i = 0; i <= PLACES; i++) buf_printf(&b, ",%g", v);
        buf_addc(&b, '\n');
    }
    return buf_str(&b);
}

/* A token of no place whose role reaches a district at least is a gateway's. */
static bool is_gateway(const Who *p)
{
    return p->body < 0 && p->district < 0 && p->reach != 'b' && p->reach != 'l';
}

static bool may_write(const World *t, const Points *points, const Who *p, size_t place)
{
    return is_gateway(p) || world_expected(t, p, t->entity[points->entity], place);
}

static void check_answer(World *t, const Points *points, const Who *p, int format, const Reply *r)
{
    int64_t may = 0, accepted, rejected, line;
    size_t first = PLACES;
    bool open = is_gateway(p) || p->reach == 'a' || (p->district == D_ROOT && p->reach == 'd');
    bool taken = open && format != BINARY_NUMBERS; /* the unknown code is kept as a source */
    for (size_t i = PLACES; i-- > 0;) {
        may += may_write(t, points, p, i);
        if (!may_write(t, points, p, i)) first = i;
    }
    if (taken) {
        if (r->status != 204) fail_msg("%s: format %d: %d %s", p->name, format, r->status, r->body);
        return;
    }
    if (r->status != 400) fail_msg("%s: format %d: %d %s", p->name, format, r->status, r->body);
    const Json *j;
    db_test_must(&t->ctx, json_parse(&t->ctx, str_copy(t->arena, str_n(r->body, r->n)), &j));
    json_i64(json_get(j, "accepted"), &accepted);
    json_i64(json_get(j, "rejected"), &rejected);
    json_i64(json_get(json_get(j, "first"), "line"), &line);
    int64_t where = format == CSV_WIDE ? 2 : (int64_t)first + (format == CSV ? 2 : 1);
    if (accepted != may || rejected != PLACES + 1 - may || line != where ||
        !str_is(json_str(json_get(json_get(j, "first"), "field")), "point") ||
        !str_is(json_str(json_get(json_get(j, "first"), "code")), "unknown"))
        fail_msg("%s: format %d: %lld may be written, the first not is in %lld: %s", p->name, format,
                 (long long)may, (long long)where, r->body);
}

static void check_stored(World *t, const Points *points, const Who *p, double v)
{
    for (size_t i = 0; i < PLACES; i++) {
        SeriesLatest last;
        series_latest(intake_series(t->intake), points->no[i], 1, &last);
        bool written = last.t != TIME_NONE && last.v > v - 0.25 && last.v < v + 0.25;
        if (written != may_write(t, points, p, i))
            world_fail(p, t->entity[points->entity], i, "what was written", !written);
    }
}

static void check_readings(World *t)
{
    Points points;
    double v = 0;
    find_points(t, &points);
    for (size_t i = 0; i < npeople; i++)
        for (int f = 0; f < FORMATS; f++) {
            v += 1;
            Reply r = world_ask(t, &people[i], "POST", formats[f].path, formats[f].type,
                                write_body(t, &points, f, v));
            check_answer(t, &points, &people[i], f, &r);
            reply_free(&r);
            check_stored(t, &points, &people[i], v);
        }
}

static void run_writes(DbPool *pool)
{
    char dir[] = "/tmp/anlan-writes.XXXXXX";
    World *t = calloc(1, sizeof *t);
    assert_non_null(t);
    assert_non_null(mkdtemp(dir));
    world_open(t, pool, dir);
    world_make_users(t);
    t->plausible = true;
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t p = 0; world_is_row(t->entity[e]) && p < PLACES; p++) world_make(t, e, p);
    world_start(t);
    check_readings(t);
    check_notices(t);
    check_imports(t);
    world_close(t);
    free(t);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void writes(void **state)
{
    (void)state;
    db_test_each(run_writes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
