/* GET /api/ledger: all entries, newest first, for the audit administrator. Filters: entity, record_id, who,
 * action, from, to. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel_int.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 1000 };

typedef struct Query {
    int64_t limit, below;
    DbVal entity, record_id, who, action, from, to;
} Query;

static const Field fields[] = {
    {.name = "entity", .type = F_TEXT, .label = T("登记项", "Entity")},
    {.name = "record_id", .type = F_INT, .label = T("记录标识", "Record id")},
    {.name = "who", .type = F_TEXT, .label = T("操作者", "Who")},
    {.name = "action", .type = F_TEXT, .label = T("操作", "Action")},
    {.name = "from", .type = F_TIME, .label = T("起", "From")},
    {.name = "to", .type = F_TIME, .label = T("止", "To")},
    {.name = "limit", .type = F_INT, .min = 1, .max = PAGE_MAX, .label = T("条数", "Limit")},
    {.name = "cursor", .type = F_INT, .label = T("续页", "Cursor")},
};

static Rc read_query(Req *req, Query *q)
{
    static const char *const known[] = {"entity", "record_id", "who",    "action", "from",
                                        "to",     "limit",     "cursor", NULL};
    DbVal limit = db_val_null(), cursor = db_val_null();
    DbVal *const places[] = {&q->entity, &q->record_id, &q->who, &q->action,
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

static Rc run_query(Work *w, const Query *q, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(
        &b,
        "SELECT n, t, who, peer, entity, record_id, action, why, before, after, hash FROM ledger WHERE n < ");
    sql_arg(&b, db_val_i64(q->below));
    CONDITION(&b, "entity =", q->entity);
    CONDITION(&b, "record_id =", q->record_id);
    CONDITION(&b, "who =", q->who);
    CONDITION(&b, "action =", q->action);
    CONDITION(&b, "t >=", q->from);
    CONDITION(&b, "t <", q->to);
    sql_lit(&b, " ORDER BY n DESC LIMIT ");
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

static void write_entry(const DbCursor *c, JsonOut *o)
{
    jout_open(o);
    jout_ki(o, "n", db_i64(c, 0));
    jout_kt(o, "t", db_i64(c, 1));
    write_text(o, "who", db_str(c, 2));
    write_text(o, "peer", db_str(c, 3));
    write_text(o, "entity", db_str(c, 4));
    jout_kid(o, "record_id", db_i64(c, 5));
    write_text(o, "action", db_str(c, 6));
    write_text(o, "why", db_str(c, 7));
    write_json(o, "before", db_str(c, 8));
    write_json(o, "after", db_str(c, 9));
    write_text(o, "hash", db_str(c, 10));
    jout_close(o);
}

static Rc write_page(Work *w, const Query *q, DbCursor *c, JsonOut *o)
{
    int64_t n = 0, last = 0;
    bool more = false;
    Rc rc;
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) {
        more = n++ == q->limit;
        if (more) break;
        last = db_i64(c, 0);
        write_entry(c, o);
    }
    jout_close_array(o);
    jout_kz(o, "next", more ? arena_printf(w->ctx->arena, "%lld", (long long)last) : NULL);
    return rc < 0 ? rc : 0;
}

Rc ledger_handler(Req *req, Res *res)
{
    Query q;
    TRY(read_query(req, &q));
    Work w;
    DbCursor *c;
    TRY(work_begin(req, false, &w));
    TRY(run_query(&w, &q, &c));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    Rc rc = write_page(&w, &q, c, o);
    jout_close(o);
    db_close(&c);
    TRY(rc);
    return work_commit(&w);
}
