/* GET /api/ledger: all entries, newest first, for the audit administrator. Filters: entity, record_id, who,
 * action (several, parted by commas), peer, from, to. */
#include "base/clock.h"
#include "base/num.h"
#include "ledger/ledger_int.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 1000 };

typedef struct Query {
    int64_t limit, below;
    DbVal entity, record_id, who, action, peer, from, to;
} Query;

static const Field fields[] = {
    {.name = "entity", .type = F_TEXT, .label = T("登记项", "Entity")},
    {.name = "record_id", .type = F_INT, .label = T("记录标识", "Record id")},
    {.name = "who", .type = F_TEXT, .label = T("操作者", "Who")},
    {.name = "action", .type = F_TEXT, .label = T("操作", "Action")},
    {.name = "peer", .type = F_TEXT, .label = T("来源地址", "Address")},
    {.name = "from", .type = F_TIME, .label = T("起", "From")},
    {.name = "to", .type = F_TIME, .label = T("止", "To")},
    {.name = "limit", .type = F_INT, .min = 1, .max = PAGE_MAX, .label = T("条数", "Limit")},
    {.name = "cursor", .type = F_INT, .label = T("续页", "Cursor")},
};

static Rc read_query(Req *req, Query *q)
{
    static const char *const known[] = {"entity", "record_id", "who",   "action", "peer",
                                        "from",   "to",        "limit", "cursor", NULL};
    DbVal limit = db_val_null(), cursor = db_val_null();
    DbVal *const places[] = {&q->entity, &q->record_id, &q->who, &q->action, &q->peer,
                             &q->from,   &q->to,        &limit,  &cursor};
    Work w = {.ctx = &req->ctx, .kernel = req_kernel(req)};
    *q = (Query){.limit = PAGE_DEFAULT, .below = INT64_MAX};
    TRY(query_only(req, known));
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        field_parse_text(&w, &fields[i], req_query(req, fields[i].name), 0, places[i]);
    if (limit.type != DB_NULL) q->limit = limit.i;
    if (cursor.type != DB_NULL) q->below = cursor.i;
    return req->ctx.err.kind;
}

#define CONDITION(b, text, value)                                                                            \
    do {                                                                                                     \
        if ((value).type != DB_NULL) {                                                                       \
            sql_lit((b), " AND " text " ");                                                                  \
            sql_arg((b), (value));                                                                           \
        }                                                                                                    \
    } while (0)

static void one_of_actions(SqlBuf *b, Str list)
{
    enum { ACTIONS_MAX = 12 };
    size_t n = 0;
    sql_lit(b, " AND l.action IN (");
    while (list.n && n < ACTIONS_MAX) {
        if (n++) sql_lit(b, ", ");
        sql_arg(b, db_val_text(str_trim(str_cut(&list, ','))));
    }
    sql_lit(b, ")");
}

static Rc run_query(Work *w, const Query *q, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT l.n, l.t, l.who, l.peer, l.entity, l.record_id, l.action, l.why, l.before, l.after, "
                "l.hash, u.full_name FROM ledger l LEFT JOIN users u ON u.id = l.who_id WHERE l.n < ");
    sql_arg(&b, db_val_i64(q->below));
    CONDITION(&b, "l.entity =", q->entity);
    CONDITION(&b, "l.record_id =", q->record_id);
    CONDITION(&b, "l.who =", q->who);
    if (q->action.type != DB_NULL) one_of_actions(&b, q->action.s);
    CONDITION(&b, "l.peer =", q->peer);
    CONDITION(&b, "l.t >=", q->from);
    CONDITION(&b, "l.t <", q->to);
    sql_lit(&b, " ORDER BY l.n DESC LIMIT ");
    sql_arg(&b, db_val_i64(q->limit + 1));
    return sql_query(w->ctx, w->db, &b, c);
}

static void write_text(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.n) jout_str(o, s);
    else jout_null(o);
}

static void write_json(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.n) jout_raw(o, s);
    else jout_null(o);
}

typedef struct Line {
    LedgerEntry e;
    Str hash, full_name;
} Line;

static Line line_of(Ctx *ctx, const DbCursor *c)
{
    return (Line){.e = {.n = db_i64(c, 0),
                        .t = db_i64(c, 1),
                        .who = db_str_copy(ctx, c, 2),
                        .peer = db_str_copy(ctx, c, 3),
                        .entity = db_str_copy(ctx, c, 4),
                        .record_id = db_i64(c, 5),
                        .action = db_str_copy(ctx, c, 6),
                        .why = db_str_copy(ctx, c, 7),
                        .before = db_str_copy(ctx, c, 8),
                        .after = db_str_copy(ctx, c, 9)},
                  .hash = db_str_copy(ctx, c, 10),
                  .full_name = db_str_copy(ctx, c, 11)};
}

static Rc write_line(Work *w, const Line *l, JsonOut *o)
{
    const LedgerEntry *e = &l->e;
    jout_open(o);
    jout_ki(o, "n", e->n);
    jout_kt(o, "t", e->t);
    write_text(o, "who", e->who);
    write_text(o, "full_name", l->full_name);
    write_text(o, "peer", e->peer);
    write_text(o, "entity", e->entity);
    jout_kid(o, "record_id", e->record_id);
    write_text(o, "action", e->action);
    write_text(o, "why", e->why);
    write_json(o, "before", e->before);
    write_json(o, "after", e->after);
    write_text(o, "hash", l->hash);
    TRY(ledger_show(w, e, o));
    jout_close(o);
    return 0;
}

static Rc read_lines(Work *w, const Query *q, Line *lines, int64_t *n)
{
    DbCursor *c;
    Rc rc;
    TRY(run_query(w, q, &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0; ++*n) lines[*n] = line_of(w->ctx, c);
    db_close(&c);
    return rc;
}

static Rc write_page(Work *w, const Query *q, JsonOut *o)
{
    Line *lines = ARENA_ARRAY(w->ctx->arena, Line, (size_t)q->limit + 1);
    int64_t n;
    TRY(read_lines(w, q, lines, &n));
    bool more = n > q->limit;
    if (more) n--;
    jout_key(o, "items");
    jout_open_array(o);
    for (int64_t i = 0; i < n; i++) TRY(write_line(w, &lines[i], o));
    jout_close_array(o);
    jout_kz(o, "next", more ? arena_printf(w->ctx->arena, "%lld", (long long)lines[n - 1].e.n) : NULL);
    return 0;
}

Rc ledger_handler(Req *req, Res *res)
{
    Query q;
    TRY(scope_need_whole(&req->ctx, req->who)); /* one chain over everything is not parted */
    TRY(read_query(req, &q));
    Work w;
    TRY(work_begin(req, false, &w));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    TRY(write_page(&w, &q, &o));
    jout_close(&o);
    res_body(res, "application/json", buf_str(&b));
    return work_commit(&w);
}
