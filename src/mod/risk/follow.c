/* Follows the outbox: what was written about alarms, dangers, work, weather, rules, units and assessments
 * names the units to colour anew, so nothing is asked of the others. Four times a second one indexed question
 * for newer events; what begins, ends or becomes overdue by the clock alone is looked for twice a minute. At
 * the start all units on which something bears are looked at once, since events may have been trimmed. */
#include "risk_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "base/ticker.h"

enum { EVERY_MS = 250, CLOCK_MS = 30000, EVENTS_MOST = 500, PIECE = 200, UNITS_MOST = 20000 };

typedef struct Ids {
    int64_t *v;
    size_t n;
} Ids;

/* ---- Which units ---- */

static void of_alarm(SqlBuf *b, int64_t id)
{
    sql_lit(b,
            "SELECT u.id FROM risk_units u JOIN alarms a ON a.object = u.object OR (a.field = 'weather' AND"
            " a.district = u.district) WHERE u.archived_at IS NULL AND a.id = ");
    sql_arg(b, db_val_i64(id));
}

static void of_danger(SqlBuf *b, int64_t id)
{
    sql_lit(b, "SELECT u.id FROM risk_units u JOIN dangers d ON d.object = u.object"
               " WHERE u.archived_at IS NULL AND d.id = ");
    sql_arg(b, db_val_i64(id));
}

static void of_activity(SqlBuf *b, int64_t id)
{
    sql_lit(b, "SELECT x.unit FROM risk_activities x WHERE x.id = ");
    sql_arg(b, db_val_i64(id));
}

static void of_assessment(SqlBuf *b, int64_t id)
{
    sql_lit(b, "SELECT x.unit FROM risk_assessments x WHERE x.id = ");
    sql_arg(b, db_val_i64(id));
}

static void of_unit(SqlBuf *b, int64_t id)
{
    sql_lit(b, "SELECT id FROM risk_units WHERE archived_at IS NULL AND id = ");
    sql_arg(b, db_val_i64(id));
}

static void of_weather(SqlBuf *b, int64_t id)
{
    sql_lit(b, "SELECT u.id FROM risk_units u JOIN districts d ON d.id = u.district"
               " JOIN districts r ON d.path LIKE r.path || '%' JOIN risk_weather x ON x.district = r.id"
               " WHERE u.archived_at IS NULL AND x.id = ");
    sql_arg(b, db_val_i64(id));
}

static void of_all(SqlBuf *b, int64_t id)
{
    (void)id;
    sql_lit(b, "SELECT id FROM risk_units WHERE archived_at IS NULL");
}

/* Those that something bore on, or an alarm holds on now. */
static void of_moved(SqlBuf *b, Kernel *k)
{
    sql_lit(b, "SELECT u.id FROM risk_units u WHERE u.archived_at IS NULL AND (coalesce(u.colour, 0) <>"
               " coalesce(u.grade, 0)");
    if (kernel_entity(k, "alarms")) {
        sql_lit(b, " OR EXISTS (SELECT 1 FROM alarms a WHERE a.object = u.object AND a.active = ");
        sql_arg(b, db_val_bool(true));
        sql_lit(b, ")");
    }
    if (kernel_entity(k, "dangers"))
        sql_lit(b,
                " OR EXISTS (SELECT 1 FROM dangers d JOIN matters m ON m.id = d.id WHERE d.object = u.object"
                " AND m.closed_at IS NULL)");
    sql_lit(b, ")");
}

static const struct {
    const char *plural;
    void (*sql)(SqlBuf *b, int64_t id);
} triggers[] = {
    {"alarms", of_alarm},
    {"dangers", of_danger},
    {"risk-activities", of_activity},
    {"risk-assessments", of_assessment},
    {"risk-weather", of_weather},
    {"risk-rules", of_all},
    {"risk-units", of_unit},
};

static void keep(Ids *ids, int64_t id)
{
    for (size_t i = ids->n; i-- > 0 && ids->n - i < 64;)
        if (ids->v[i] == id) return;
    if (ids->n < UNITS_MOST) ids->v[ids->n++] = id;
}

static Rc take_units(Ctx *ctx, Db *db, const SqlBuf *b, Ids *ids)
{
    DbCursor *c;
    Rc rc;
    TRY(sql_query(ctx, db, b, &c));
    while ((rc = db_next(ctx, c)) > 0) keep(ids, db_i64(c, 0));
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

/* ---- Events ---- */

typedef struct Event {
    size_t trigger;
    int64_t id;
} Event;

/* A colour we wrote ourselves bears on nothing. */
static void read_event(Ctx *ctx, Str data, Event *events, size_t *n)
{
    const Json *j;
    int64_t id;
    if (json_parse(ctx, data, &j) < 0) return;
    Str plural = json_str(json_get(j, "plural")), text = json_str(json_get(j, "id"));
    if (str_is(json_str(json_get(j, "action")), "move") || !num_parse_i64(text, &id)) return;
    for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
        if (str_is(plural, triggers[i].plural)) events[(*n)++] = (Event){i, id};
}

/* *rows: read, of which *n bear on units. */
static Rc read_events(Ctx *ctx, Db *db, int64_t *seen, Event *events, size_t *n, size_t *rows)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    *n = *rows = 0;
    sql_init(&b, ctx, db);
    sql_lit(&b, "SELECT id, event, data FROM outbox WHERE id > ");
    sql_arg(&b, db_val_i64(*seen));
    sql_lit(&b, " ORDER BY id LIMIT ");
    sql_arg(&b, db_val_i64(EVENTS_MOST));
    TRY(sql_query(ctx, db, &b, &c));
    while ((rc = db_next(ctx, c)) > 0) {
        *seen = db_i64(c, 0);
        (*rows)++;
        if (str_is(db_str(c, 1), "record")) read_event(ctx, db_str(c, 2), events, n);
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static Rc collect(Ctx *ctx, Kernel *k, int64_t *seen, Ids *ids, size_t *rows)
{
    size_t n;
    Db *db;
    Event *ev = ARENA_ARRAY(ctx->arena, Event, EVENTS_MOST);
    TRY(db_take_read(ctx, kernel_pool(k), &db));
    TRY(read_events(ctx, db, seen, ev, &n, rows));
    for (size_t i = 0; i < n; i++) {
        SqlBuf b;
        sql_init(&b, ctx, db);
        triggers[ev[i].trigger].sql(&b, ev[i].id);
        TRY(take_units(ctx, db, &b, ids));
    }
    db_done(ctx, &db);
    return RC_OK;
}

static Rc colour(Ctx *ctx, Kernel *k, const Ids *ids)
{
    for (size_t at = 0; at < ids->n; at += PIECE) {
        Work w;
        size_t moved;
        TRY(work_begin_as(ctx, k, NULL, "risk", true, &w));
        TRY(risk_recolour(&w, ids->v + at, ids->n - at < PIECE ? ids->n - at : PIECE, &moved));
        TRY(work_commit(&w));
    }
    return RC_OK;
}

Rc risk_follow_run(Ctx *ctx, Kernel *k, int64_t *seen)
{
    size_t rows;
    do {
        Ids ids = {ARENA_ARRAY(ctx->arena, int64_t, UNITS_MOST), 0};
        TRY(collect(ctx, k, seen, &ids, &rows));
        TRY(colour(ctx, k, &ids));
    } while (rows == EVENTS_MOST);
    return RC_OK;
}

/* ---- By the clock ---- */

static void begun_sql(SqlBuf *b, const char *column, int64_t from, int64_t to)
{
    sql_lit(b, "x.");
    sql_ident(b, column);
    sql_lit(b, " > ");
    sql_arg(b, db_val_i64(from));
    sql_lit(b, " AND x.");
    sql_ident(b, column);
    sql_lit(b, " <= ");
    sql_arg(b, db_val_i64(to));
}

static Rc by_clock(Ctx *ctx, Kernel *k, int64_t from, int64_t to, Ids *ids)
{
    Db *db;
    SqlBuf b;
    TRY(db_take_read(ctx, kernel_pool(k), &db));
    sql_init(&b, ctx, db);
    sql_lit(&b, "SELECT x.unit FROM risk_activities x WHERE x.ended_at IS NULL AND ((");
    begun_sql(&b, "starts_at", from, to);
    sql_lit(&b, ") OR (");
    begun_sql(&b, "ends_at", from, to);
    sql_lit(&b, "))");
    TRY(take_units(ctx, db, &b, ids));
    sql_init(&b, ctx, db);
    sql_lit(
        &b,
        "SELECT u.id FROM risk_units u JOIN districts d ON d.id = u.district JOIN districts r ON d.path LIKE"
        " r.path || '%' JOIN risk_weather x ON x.district = r.id WHERE x.ended_at IS NULL AND ((");
    begun_sql(&b, "starts_at", from, to);
    sql_lit(&b, ") OR (");
    begun_sql(&b, "ends_at", from, to);
    sql_lit(&b, "))");
    TRY(take_units(ctx, db, &b, ids));
    if (kernel_entity(k, "dangers")) {
        sql_init(&b, ctx, db);
        sql_lit(&b, "SELECT u.id FROM risk_units u JOIN dangers d ON d.object = u.object JOIN matters x ON "
                    "x.id = d.id"
                    " WHERE x.closed_at IS NULL AND ");
        begun_sql(&b, "due_at", from, to);
        TRY(take_units(ctx, db, &b, ids));
    }
    db_done(ctx, &db);
    return RC_OK;
}

/* ---- The thread ---- */

static struct {
    Ticker *ticker;
    int64_t seen, clock;
    bool first;
} follow;

static Rc look(Ctx *ctx, Kernel *k)
{
    int64_t now = clock_now();
    Ids ids = {ARENA_ARRAY(ctx->arena, int64_t, UNITS_MOST), 0};
    if (follow.first) {
        Db *db;
        SqlBuf b;
        TRY(db_take_read(ctx, kernel_pool(k), &db));
        sql_init(&b, ctx, db);
        of_moved(&b, k);
        TRY(take_units(ctx, db, &b, &ids));
        db_done(ctx, &db);
        TRY(colour(ctx, k, &ids));
        follow.first = false;
        follow.clock = now;
    } else if (now - follow.clock >= CLOCK_MS) {
        TRY(by_clock(ctx, k, follow.clock, now, &ids));
        TRY(colour(ctx, k, &ids));
        follow.clock = now;
    }
    return risk_follow_run(ctx, k, &follow.seen);
}

static void tick(void *kernel)
{
    Ctx ctx;
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_ZH);
    if (look(&ctx, kernel) < 0) log_err(LOG_WARN, "risk", &ctx);
    arena_free(&arena);
}

Rc risk_follow_start(Ctx *ctx, Kernel *k)
{
    Db *db;
    SqlBuf b;
    DbCursor *c;
    TRY(db_take_read(ctx, kernel_pool(k), &db));
    sql_init(&b, ctx, db);
    sql_lit(&b, "SELECT coalesce(max(id), 0) FROM outbox");
    TRY(sql_query(ctx, db, &b, &c));
    Rc rc = db_next(ctx, c);
    follow.seen = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    db_done(ctx, &db);
    if (rc < 0) return rc;
    follow.first = true;
    follow.ticker = ticker_start("risk", EVERY_MS, tick, k);
    return follow.ticker ? RC_OK
                         : FAIL(ctx, RC_IO, "risk.thread", "无法启动线程", "no thread can be started");
}

void risk_follow_stop(Kernel *k)
{
    (void)k;
    ticker_stop(&follow.ticker);
}
