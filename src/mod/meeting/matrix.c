/* GET /api/meetings/matrix?year=&kind=: which body has to hold which meeting, a row each, and in each period
 * of the year whether it did. A cell is a hole when its period is over and too few meetings with minutes were
 * held in it. Periods before a rule began are no holes. */
#include "meeting_private.h"
#include "base/num.h"

enum { RULES_MOST = 500, MEETINGS_MOST = 20000, SPANS_MOST = 60, YEAR_FIRST = 2000, YEAR_LAST = 2100 };

typedef struct Met {
    int64_t id, body, at;
    Str code, title, kind, state;
} Met;

typedef struct Matrix {
    Work *w;
    int year;
    Str kind; /* STR_NONE: all */
    int64_t rules[RULES_MOST];
    size_t nrules, nmet;
    Met *met;
    int64_t holes, cells_over; /* over: of periods that have ended */
} Matrix;

static Rc read_rules(Matrix *m)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, m->w->ctx, m->w->db);
    sql_lit(&b, "SELECT t.id FROM meeting_rules t WHERE t.archived_at IS NULL AND t.active");
    if (m->kind.n) {
        sql_lit(&b, " AND t.kind = ");
        sql_arg(&b, db_val_text(m->kind));
    }
    TRY(scope_where(&b, m->w, QE, "t"));
    sql_lit(&b, " ORDER BY t.per, t.code, t.id LIMIT ");
    sql_arg(&b, db_val_i64(RULES_MOST));
    TRY(sql_query(m->w->ctx, m->w->db, &b, &c));
    while ((rc = db_next(m->w->ctx, c)) > 0) m->rules[m->nrules++] = db_i64(c, 0);
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

/* Weeks of the year reach a little into the next. */
static Rc read_meetings(Matrix *m)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    Arena *a = m->w->ctx->arena;
    Civil first = {.year = m->year, .month = 1, .day = 1}, last = {.year = m->year + 1, .month = 1, .day = 8};
    sql_init(&b, m->w->ctx, m->w->db);
    sql_lit(&b,
            "SELECT t.id, t.body, coalesce(t.held_at, t.planned_at) AS at_, t.code, t.title, t.kind, t.state"
            " FROM meetings t WHERE t.archived_at IS NULL AND t.state <> 'cancelled'"
            " AND coalesce(t.held_at, t.planned_at) >= ");
    sql_arg(&b, db_val_i64(civil_ms(&first)));
    sql_lit(&b, " AND coalesce(t.held_at, t.planned_at) < ");
    sql_arg(&b, db_val_i64(civil_ms(&last)));
    TRY(scope_where(&b, m->w, ME, "t"));
    sql_lit(&b, " ORDER BY at_, t.id LIMIT ");
    sql_arg(&b, db_val_i64(MEETINGS_MOST));
    TRY(sql_query(m->w->ctx, m->w->db, &b, &c));
    m->met = arena_alloc(a, MEETINGS_MOST * sizeof *m->met);
    while ((rc = db_next(m->w->ctx, c)) > 0 && m->nmet < MEETINGS_MOST)
        m->met[m->nmet++] = (Met){.id = db_i64(c, 0),
                                  .body = db_i64(c, 1),
                                  .at = db_i64(c, 2),
                                  .code = str_copy(a, db_str(c, 3)),
                                  .title = str_copy(a, db_str(c, 4)),
                                  .kind = str_copy(a, db_str(c, 5)),
                                  .state = str_copy(a, db_str(c, 6))};
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

typedef struct Cell {
    int64_t counted, held, planned;
} Cell;

static const char *cell_state(const Matrix *m, const Record *rule, const MeetingSpan *span, const Cell *cell)
{
    if (cell->counted >= rec_i64(QE, rule, "times")) return "done";
    if (span->to <= rec_time(QE, rule, "since")) return "none";
    if (cell->held) return "unminuted";
    if (span->to <= m->w->now) return "hole";
    if (cell->planned) return "planned";
    return span->from <= m->w->now ? "due" : "future";
}

static void write_cell(Matrix *m, const Record *rule, const MeetingSpan *span, JsonOut *out)
{
    Cell cell = {0};
    char day[TIME_TEXT_MAX];
    jout_open(out);
    time_print_civil(span->from, day);
    day[10] = 0;
    jout_kz(out, "from", day);
    time_print_civil(span->to - MS_SECOND, day);
    day[10] = 0;
    jout_kz(out, "to", day);
    jout_key(out, "meetings");
    jout_open_array(out);
    for (size_t i = 0; i < m->nmet; i++) {
        const Met *t = &m->met[i];
        if (t->at < span->from || t->at >= span->to || t->body != rec_i64(QE, rule, "body") ||
            !str_eq(t->kind, rec_text(QE, rule, "kind")))
            continue;
        if (str_is(t->state, "planned")) cell.planned++;
        else if (str_is(t->state, "held")) cell.held++;
        else cell.counted++;
        jout_open(out);
        jout_kid(out, "id", t->id);
        jout_ks(out, "code", t->code);
        jout_ks(out, "title", t->title);
        jout_ks(out, "state", t->state);
        jout_close(out);
    }
    jout_close_array(out);
    const char *state = cell_state(m, rule, span, &cell);
    bool over = span->to <= m->w->now && strcmp(state, "none") != 0;
    m->cells_over += over;
    m->holes += over && strcmp(state, "done") != 0;
    jout_ki(out, "counted", cell.counted);
    jout_kz(out, "state", state);
    jout_close(out);
}

static Rc write_row(Matrix *m, int64_t id, JsonOut *out)
{
    Record *rule, *body;
    MeetingSpan spans[SPANS_MOST];
    TRY(store_get(m->w, QE, id, &rule));
    TRY(store_get(m->w, &body_entity, rec_i64(QE, rule, "body"), &body));
    jout_open(out);
    jout_kid(out, "rule", id);
    jout_ks(out, "body", rec_text(&body_entity, body, "code"));
    jout_ks(out, "body_title", rec_text(&body_entity, body, "name"));
    jout_ks(out, "kind", rec_text(QE, rule, "kind"));
    jout_ks(out, "per", rec_text(QE, rule, "per"));
    jout_ki(out, "times", rec_i64(QE, rule, "times"));
    jout_ks(out, "basis", rec_text(QE, rule, "basis"));
    jout_key(out, "cells");
    jout_open_array(out);
    size_t n = meeting_spans(task_per_of(rec_text(QE, rule, "per")), m->year, spans, SPANS_MOST);
    for (size_t i = 0; i < n; i++) write_cell(m, rule, &spans[i], out);
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

static Rc read_year(Req *req, const Work *w, int *out)
{
    Str text = req_query(req, "year");
    int64_t year = civil_of(w->now).year;
    if (text.n && (!num_parse_i64(text, &year) || year < YEAR_FIRST || year > YEAR_LAST))
        return FAIL_FIELD(&req->ctx, "year", "range", 0, "年份应为 2000 至 2100",
                          "the year must be from 2000 to 2100");
    *out = (int)year;
    return RC_OK;
}

Rc meeting_matrix(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    Matrix *m = ARENA_NEW(w.ctx->arena, Matrix);
    *m = (Matrix){.w = &w, .kind = req_query(req, "kind")};
    TRY(read_year(req, &w, &m->year));
    TRY(read_rules(m));
    TRY(read_meetings(m));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "year", m->year);
    jout_key(out, "rows");
    jout_open_array(out);
    for (size_t i = 0; i < m->nrules; i++) TRY(write_row(m, m->rules[i], out));
    jout_close_array(out);
    jout_ki(out, "holes", m->holes);
    jout_ki(out, "over", m->cells_over);
    jout_close(out);
    return RC_OK;
}
