/* What passes to the successor, as it stood: read in the transaction of the hand-over, in the scope of who
 * hands over, and never read again. Long lists are cut, their counts are not. */
#include "handover.h"
#include "base/clock.h"

enum { ITEMS_MOST = 300 };

typedef enum { COL_ID_TEXT, COL_WORDS, COL_NUMBER, COL_MOMENT } ColKind;
typedef struct Col {
    const char *name;
    ColKind kind;
} Col;

typedef struct Section {
    const char *name, *plural; /* plural: whose table and scope; NULL: no entity */
    const Col *cols;
    size_t ncols;
    void (*from)(SqlBuf *b, const Work *w, const Record *rec); /* " FROM … WHERE …" */
    void (*select)(SqlBuf *b);
    void (*order)(SqlBuf *b);
} Section;

static int64_t body_of(const Record *rec)
{
    return rec_i64(&handover_entity, rec, "body");
}

/* ---- Matters ---- */

static const Col matter_cols[] = {{"id", COL_ID_TEXT},    {"plural", COL_WORDS}, {"code", COL_WORDS},
                                  {"title", COL_WORDS},   {"state", COL_WORDS},  {"grade", COL_NUMBER},
                                  {"due_at", COL_MOMENT}, {"chase", COL_NUMBER}};
static void matter_select(SqlBuf *b)
{
    sql_lit(b, "t.id, t.entity, t.code, t.title, t.state, t.grade, t.due_at, t.chase");
}
static void matter_from(SqlBuf *b, const Work *w, const Record *rec)
{
    (void)w;
    sql_lit(b, " FROM matters t WHERE t.closed_at IS NULL AND t.archived_at IS NULL AND t.entity <> "
               "'handovers' AND (t.turn = ");
    sql_arg(b, db_val_i64(body_of(rec)));
    sql_lit(b, " OR t.owner = ");
    sql_arg(b, db_val_i64(body_of(rec)));
    sql_lit(b, " OR t.id IN (SELECT matter FROM matter_parties WHERE body = ");
    sql_arg(b, db_val_i64(body_of(rec)));
    sql_lit(b, "))");
}
static void matter_order(SqlBuf *b)
{
    sql_lit(b, " ORDER BY COALESCE(t.grade, 9), t.due_at, t.id");
}

/* ---- Alarms ---- */

static const Col alarm_cols[] = {{"id", COL_ID_TEXT},    {"point_name", COL_WORDS}, {"grade", COL_NUMBER},
                                 {"state", COL_WORDS},   {"raised_at", COL_MOMENT}, {"until", COL_MOMENT},
                                 {"held_by", COL_WORDS}, {"held_reason", COL_WORDS}};
static void alarm_select(SqlBuf *b)
{
    sql_lit(b, "t.id, t.point_name, t.grade, t.state, t.raised_at, t.until, t.held_by, t.held_reason");
}
static void alarm_order(SqlBuf *b)
{
    sql_lit(b, " ORDER BY t.grade, t.raised_at, t.id");
}
static void held_from(SqlBuf *b, const Work *w, const Record *rec)
{
    (void)w, (void)rec;
    sql_lit(b, " FROM alarms t WHERE t.archived_at IS NULL AND t.state <> 'normal'"
               " AND (t.state = 'shelved' OR t.state = 'suppressed' OR t.state = 'out-of-service')");
}
static void waiting_from(SqlBuf *b, const Work *w, const Record *rec)
{
    (void)w, (void)rec;
    sql_lit(b, " FROM alarms t WHERE t.archived_at IS NULL AND t.state <> 'normal'"
               " AND (t.state = 'unacknowledged' OR t.state = 'acknowledged' OR t.state = 'returned') AND "
               "t.judged_at IS NULL");
}
static void offline_from(SqlBuf *b, const Work *w, const Record *rec)
{
    (void)w, (void)rec;
    sql_lit(b, " FROM alarms t WHERE t.archived_at IS NULL AND t.state <> 'normal' AND t.kind = 'offline' "
               "AND t.active");
}

/* ---- Notices and log ---- */

static const Col notice_cols[] = {{"title", COL_WORDS}, {"at", COL_MOMENT}};
static void notice_select(SqlBuf *b)
{
    sql_lit(b, "t.title, t.t");
}
static void notice_from(SqlBuf *b, const Work *w, const Record *rec)
{
    (void)w;
    sql_lit(b, " FROM notifications t WHERE t.read_at IS NULL AND t.user_id = ");
    sql_arg(b, db_val_i64(rec_i64(&handover_entity, rec, "giver")));
}
static void notice_order(SqlBuf *b)
{
    sql_lit(b, " ORDER BY t.id DESC");
}

static const Col log_cols[] = {
    {"at", COL_MOMENT}, {"kind", COL_WORDS}, {"text", COL_WORDS}, {"by", COL_WORDS}};
static void log_select(SqlBuf *b)
{
    sql_lit(b, "t.at, t.kind, t.text, t.writer_name");
}
static void log_from(SqlBuf *b, const Work *w, const Record *rec)
{
    int64_t from = rec_time(&handover_entity, rec, "shift_from");
    sql_lit(b, " FROM shift_logs t WHERE t.archived_at IS NULL AND t.body = ");
    sql_arg(b, db_val_i64(body_of(rec)));
    sql_lit(b, " AND t.at >= ");
    sql_arg(b, db_val_i64(from == TIME_NONE ? w->now - MS_DAY : from));
}
static void log_order(SqlBuf *b)
{
    sql_lit(b, " ORDER BY t.at, t.id");
}

#define COLS(list) list, ARRAY_LEN(list)
static const Section sections[] = {
    {"matters", NULL, COLS(matter_cols), matter_from, matter_select, matter_order},
    {"waiting", "alarms", COLS(alarm_cols), waiting_from, alarm_select, alarm_order},
    {"held", "alarms", COLS(alarm_cols), held_from, alarm_select, alarm_order},
    {"offline", "alarms", COLS(alarm_cols), offline_from, alarm_select, alarm_order},
    {"notices", NULL, COLS(notice_cols), notice_from, notice_select, notice_order},
    {"log", "shift-logs", COLS(log_cols), log_from, log_select, log_order},
};

/* ---- Reading ---- */

static void write_cell(const DbCursor *c, size_t i, const Col *col, JsonOut *o)
{
    jout_key(o, col->name);
    if (db_is_null(c, i)) jout_null(o);
    else if (col->kind == COL_ID_TEXT) jout_id(o, db_i64(c, i));
    else if (col->kind == COL_NUMBER) jout_i64(o, db_i64(c, i));
    else if (col->kind == COL_MOMENT) jout_time(o, db_i64(c, i));
    else jout_str(o, db_str(c, i));
}

static Rc narrow(SqlBuf *b, Work *w, const Section *s)
{
    return s->plural ? scope_where(b, w, kernel_entity(w->kernel, s->plural), "t") : 0;
}

static Rc count_of(Work *w, const Record *rec, const Section *s, int64_t *out)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT COUNT(*)");
    s->from(&b, w, rec);
    TRY(narrow(&b, w, s));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    *out = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    return rc < 0 ? rc : 0;
}

static Rc write_items(Work *w, const Record *rec, const Section *s, JsonOut *o)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    s->select(&b);
    s->from(&b, w, rec);
    TRY(narrow(&b, w, s));
    s->order(&b);
    sql_lit(&b, " LIMIT ");
    sql_arg(&b, db_val_i64(ITEMS_MOST));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        jout_open(o);
        for (size_t i = 0; i < s->ncols; i++) write_cell(c, i, &s->cols[i], o);
        jout_close(o);
    }
    db_close(&c);
    return rc;
}

Rc handover_snapshot(Work *w, const Entity *e, const Record *rec, Str *out)
{
    StrBuf b;
    JsonOut o;
    (void)e;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kt(&o, "t", w->now);
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        const Section *s = &sections[i];
        int64_t count;
        if (s->plural && !kernel_entity(w->kernel, s->plural)) continue;
        TRY(count_of(w, rec, s, &count));
        jout_key(&o, s->name);
        jout_open(&o);
        jout_ki(&o, "count", count);
        jout_key(&o, "items");
        jout_open_array(&o);
        TRY(write_items(w, rec, s, &o));
        jout_close_array(&o);
        jout_close(&o);
    }
    jout_close(&o);
    *out = buf_str(&b);
    return 0;
}
