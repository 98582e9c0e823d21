/* Row scope of the event streams: every account listens to all topics while something is told of every row of
 * every entity, one entity after the other. A record that everybody may see is told last and shows that all
 * before it has arrived. What comes to an account is held against the oracle of the world in both directions;
 * so is what a stream that was away is told when it comes back. */
#include "marks.h"

#include "../../src/kernel/kernel_int.h"

#define TOPICS "records,alarms,notices,values,sources,vehicles"
enum { STREAMS = 32 };

/* A stream as its reader sees it: the chunks put together again. */
typedef struct Stream {
    Client c;
    char *text;
    size_t n, cap;
} Stream;

static void add_text(Stream *s, const char *p, size_t n)
{
    if (s->n + n + 1 > s->cap) {
        s->cap = (s->n + n + 1) * 2;
        s->text = realloc(s->text, s->cap);
        assert_non_null(s->text);
    }
    memcpy(s->text + s->n, p, n);
    s->n += n;
    s->text[s->n] = '\0';
}

static void read_chunk(Stream *s, const char *wanted)
{
    long nl = client_find(&s->c, "\r\n");
    if (nl < 0) fail_msg("no more comes while waiting for %s, have %.300s", wanted, s->text);
    size_t n = strtoul(s->c.in, NULL, 16);
    assert_true(n > 0);
    client_eat(&s->c, (size_t)nl + 2);
    while (s->c.n < n + 2) assert_true(client_fill(&s->c));
    add_text(s, s->c.in, n);
    client_eat(&s->c, n + 2);
}

/* All up to the end of the event that holds the text, taken from the stream; in the arena. */
static Str read_up_to(World *t, Stream *s, const char *wanted)
{
    char *at, *end = NULL;
    while (!s->n || !(at = strstr(s->text, wanted)) || !(end = strstr(at, "\n\n"))) read_chunk(s, wanted);
    size_t n = (size_t)(end - s->text) + 2;
    Str out = str_copy(t->arena, str_n(s->text, n));
    memmove(s->text, s->text + n, s->n - n + 1);
    s->n -= n;
    return out;
}

/* since: the last event seen; -1: from now on. The head and the start come before anything is told. */
static void stream_open(World *t, Stream *s, const Who *p, int64_t since)
{
    const char *last = since < 0 ? "" : arena_printf(t->arena, "Last-Event-ID: %lld\r\n", (long long)since);
    *s = (Stream){.c = client_open(t->port)};
    client_puts(&s->c,
                arena_printf(t->arena,
                             "GET /api/events?topics=" TOPICS " HTTP/1.1\r\nHost: test\r\n"
                             "Accept: text/event-stream\r\n%sAuthorization: Bearer token-of-%s\r\n\r\n",
                             last, p->name));
    long end = client_find(&s->c, "\r\n\r\n");
    assert_true(end > 0);
    if (strncmp(s->c.in, "HTTP/1.1 200", 12) != 0) fail_msg("%s: %s", p->name, s->c.in);
    client_eat(&s->c, (size_t)end + 4);
    read_up_to(t, s, "retry:");
}

static void stream_close(Stream *s)
{
    client_close(&s->c);
    free(s->text);
    *s = (Stream){0};
}

/* ---- What is told ---- */

static int64_t newest(World *t)
{
    Db *db = NULL;
    DbCursor *c;
    SqlBuf b;
    db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    sql_lit(&b, "SELECT COALESCE(MAX(id), 0) FROM outbox");
    db_test_must(&t->ctx, sql_query(&t->ctx, db, &b, &c));
    assert_int_equal(db_next(&t->ctx, c), 1);
    int64_t id = db_i64(c, 0);
    db_close(&c);
    db_done(&t->ctx, &db);
    return id;
}

static void tell(Work *w, const Entity *e, int64_t id, const char *action)
{
    Record *rec = NULL;
    db_test_must(w->ctx, store_get(w, e, id, &rec));
    assert_non_null(rec);
    db_test_must(w->ctx, outbox_add_record(w, e, rec, action));
}

/* The record that everybody sees, told last. */
static const char *tell_last(World *t, Work *w)
{
    static int round;
    const char *mark = arena_printf(t->arena, "last-%d", ++round);
    tell(w, kernel_entity(t->kernel, "districts"), t->district[D_ROOT], mark);
    return arena_printf(t->arena, "\"action\":\"%s\"", mark);
}

/* Every row of an entity changes in one transaction. */
static const char *tell_rows(World *t, size_t entity)
{
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    for (size_t i = 0; i < PLACES; i++) tell(&w, t->entity[entity], t->id[entity][i], "change");
    const char *last = tell_last(t, &w);
    db_test_must(&t->ctx, work_commit(&w));
    return last;
}

static const char *tell_end(World *t)
{
    Work w;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "test", true, &w));
    const char *last = tell_last(t, &w);
    db_test_must(&t->ctx, work_commit(&w));
    return last;
}

/* ---- What arrives ---- */

static void check(World *t, Marks *m, const Who *p, Str text, size_t whole)
{
    marks_find(m, text);
    marks_check_hidden(m, t, p, "an event");
    marks_check_whole(m, t, p, "the events", whole);
    if (p->reach == 'b' || !t->entity[whole]->scope.named) return;
    for (size_t i = 0; i < PLACES; i++) /* named in other answers; of events it holds too */
        if (m->seen[whole][i] && !world_expected(t, p, t->entity[whole], i))
            world_fail(p, t->entity[whole], i, "an event", false);
}

static void check_records(World *t, Marks *m, Stream *s)
{
    for (size_t e = 0; e < t->nentities; e++) {
        if (!world_is_row(t->entity[e])) continue;
        int64_t before = newest(t);
        const char *last = tell_rows(t, e);
        for (size_t i = 0; i < npeople; i++) {
            check(t, m, &people[i], read_up_to(t, &s[i], last), e);
            if ((e + i) % 4) continue;
            Stream back; /* was away while it happened */
            stream_open(t, &back, &people[i], before);
            check(t, m, &people[i], read_up_to(t, &back, last), e);
            stream_close(&back);
        }
    }
}

/* An alarm is one of a point and of a rule: those of its own place. */
static void bind_alarms(World *t)
{
    size_t e = world_entity(t, "alarms"), points = world_entity(t, "points"),
           rules = world_entity(t, "rules");
    for (size_t i = 0; i < PLACES; i++) {
        SqlBuf b;
        sql_init(&b, &t->ctx, t->w.db);
        sql_lit(&b, "UPDATE alarms SET point = ");
        sql_arg(&b, db_val_i64(t->id[points][i]));
        sql_lit(&b, ", rule = ");
        sql_arg(&b, db_val_z(world_row_code(t, rules, i)));
        sql_lit(&b, " WHERE id = ");
        sql_arg(&b, db_val_i64(t->id[e][i]));
        db_test_must(&t->ctx, sql_exec(&t->ctx, t->w.db, &b));
    }
}

/* Alarms are acknowledged one by one; their events carry the whole record. */
static void check_alarms(World *t, Marks *m, Stream *s)
{
    size_t e = world_entity(t, "alarms");
    const Who *all = &people[npeople - 1];
    int64_t before = newest(t);
    for (size_t i = 0; i < PLACES; i++) {
        const char *path = arena_printf(t->arena, "/api/alarms/%lld/actions/ack", (long long)t->id[e][i]);
        Reply r = world_ask(t, all, "POST", path, "application/json", STR("{}"));
        if (r.status != 200) fail_msg("%s: %d %s", path, r.status, r.body);
        reply_free(&r);
    }
    const char *last = tell_end(t);
    for (size_t i = 0; i < npeople; i++) {
        Str text = read_up_to(t, &s[i], last);
        check(t, m, &people[i], text, e);
        if (all == &people[i]) assert_true(str_find(text, STR("event: alarm\n")) >= 0);
        Stream back;
        stream_open(t, &back, &people[i], before);
        check(t, m, &people[i], read_up_to(t, &back, last), e);
        stream_close(&back);
    }
}

/* Readings of all points go out in one round for all, which is over when who sees everything has the last. */
static void check_values(World *t, Marks *m, Stream *s)
{
    size_t e = world_entity(t, "points"), all = npeople - 1;
    world_send_readings(t);
    Str whole = STR_NONE;
    for (size_t i = 0; i < PLACES; i++) {
        const char *id = arena_printf(t->arena, "[\"%lld\",", (long long)t->id[e][i]);
        if (str_find(whole, str_of(id)) >= 0) continue;
        Str more = read_up_to(t, &s[all], id);
        whole = str_printf(t->arena, "%.*s%.*s", STR_ARG(whole), STR_ARG(more));
    }
    const char *last = tell_end(t);
    read_up_to(t, &s[all], last);
    check(t, m, &people[all], whole, e);
    for (size_t i = 0; i < all; i++) {
        Str text = read_up_to(t, &s[i], last);
        check(t, m, &people[i], text, e);
        if (people[i].reach != 'a' && people[i].district != D_ROOT)
            assert_true(str_find(text, STR("event: sources")) < 0); /* counts what is nobody's */
    }
}

static void run_events(DbPool *pool)
{
    static Stream s[STREAMS];
    char dir[] = "/tmp/anlan-events.XXXXXX";
    World *t = calloc(1, sizeof *t);
    Marks *m = calloc(1, sizeof *m);
    assert_non_null(t);
    assert_non_null(m);
    assert_non_null(mkdtemp(dir));
    assert_true(npeople <= STREAMS);
    world_open(t, pool, dir);
    t->plausible = true;
    for (size_t e = 0; e < t->nentities; e++)
        for (size_t p = 0; world_is_row(t->entity[e]) && p < PLACES; p++) world_make(t, e, p);
    marks_add(m, t);
    bind_alarms(t);
    world_start(t);
    for (size_t i = 0; i < npeople; i++) stream_open(t, &s[i], &people[i], -1);
    check_values(t, m, s);
    check_records(t, m, s);
    check_alarms(t, m, s);
    for (size_t i = 0; i < npeople; i++) stream_close(&s[i]);
    world_close(t);
    free(m);
    free(t);
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void events(void **state)
{
    (void)state;
    db_test_each(run_events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
