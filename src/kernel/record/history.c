/* GET /api/<plural>/{id}/history: the record's entries of the ledger, newest first, each with the fields it
 * changed. */
#include "base/num.h"
#include "kernel_int.h"
#include "kernel_queries_sql.h"
#include "record/routes.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200 };

typedef struct Page {
    int64_t below, limit, last;
    bool more;
} Page;

static Rc read_page(Req *req, Page *p)
{
    static const char *const known[] = {"limit", "cursor", NULL};
    TRY(query_only(req, known));
    Str limit = req_query(req, "limit"), cursor = req_query(req, "cursor");
    *p = (Page){.below = INT64_MAX, .limit = PAGE_DEFAULT};
    if (limit.n && (!num_parse_i64(limit, &p->limit) || p->limit < 1 || p->limit > PAGE_MAX))
        FAIL_FIELD(&req->ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间",
                   "limit must be between 1 and %d", PAGE_MAX);
    if (cursor.n && !num_parse_i64(cursor, &p->below))
        FAIL_FIELD(&req->ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                   "the cursor does not belong to this query");
    return req->ctx.err.kind;
}

static const Json *parse_side(Ctx *ctx, Str text)
{
    Ctx scratch;
    const Json *j = NULL;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    if (!text.p || json_parse(&scratch, text, &j) < 0) return NULL;
    return j;
}

/* A reference in the ledger is an id; a person reads the code and the name. What was written before its
 * field was masked is masked here. */
static Rc write_side(Work *w, const EntityInfo *info, size_t field, const Json *j, const char *key,
                     JsonOut *o)
{
    const EntityInfo *target = info->target[field];
    int64_t id;
    jout_key(o, key);
    if (j && (info->e->fields[field].flags & F_MASK) && j->type == JSON_TEXT) {
        jout_str(o, mask_text(w->ctx->arena, j->s));
        return 0;
    }
    if (!j) {
        jout_null(o);
        return 0;
    }
    if (!target || !num_parse_i64(json_str(j), &id)) {
        jout_json(o, j);
        return 0;
    }
    RefName name;
    Rc there = ref_name(w, target, id, &name);
    if (there < 0) return there;
    if (!there) jout_z(o, "***"); /* outside the reader's scope */
    else
        jout_str(o, str_eq(name.code, name.title)
                        ? name.code
                        : str_printf(w->ctx->arena, "%.*s %.*s", STR_ARG(name.code), STR_ARG(name.title)));
    return 0;
}

static Rc write_changes(Work *w, const EntityInfo *info, const Json *before, const Json *after, JsonOut *o)
{
    jout_key(o, "changes");
    jout_open_array(o);
    for (size_t i = 0; i < info->e->nfields; i++) {
        const char *name = info->e->fields[i].name;
        const Json *a = json_get(before, name), *b = json_get(after, name);
        if (!a && !b) continue;
        jout_open(o);
        jout_kz(o, "field", name);
        TRY(write_side(w, info, i, a, "before", o));
        TRY(write_side(w, info, i, b, "after", o));
        jout_close(o);
    }
    jout_close_array(o);
    return 0;
}

typedef struct Line {
    int64_t n, t;
    Str who, full_name, peer, why, action, before, after;
} Line;

static Line line_of(Ctx *ctx, const DbCursor *c)
{
    return (Line){.n = db_i64(c, Q_LEDGER_HISTORY_N),
                  .t = db_i64(c, Q_LEDGER_HISTORY_T),
                  .who = db_str_copy(ctx, c, Q_LEDGER_HISTORY_WHO),
                  .full_name = db_str_copy(ctx, c, Q_LEDGER_HISTORY_FULL_NAME),
                  .peer = db_str_copy(ctx, c, Q_LEDGER_HISTORY_PEER),
                  .why = db_str_copy(ctx, c, Q_LEDGER_HISTORY_WHY),
                  .action = db_str_copy(ctx, c, Q_LEDGER_HISTORY_ACTION),
                  .before = db_str_copy(ctx, c, Q_LEDGER_HISTORY_BEFORE),
                  .after = db_str_copy(ctx, c, Q_LEDGER_HISTORY_AFTER)};
}

static void put_text(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.n) jout_str(o, s);
    else jout_null(o);
}

static Rc write_line(Work *w, const EntityInfo *info, const Line *l, JsonOut *o)
{
    jout_open(o);
    jout_ki(o, "n", l->n);
    jout_kt(o, "t", l->t);
    put_text(o, "who", l->who);
    put_text(o, "full_name", l->full_name);
    put_text(o, "peer", l->peer);
    put_text(o, "action", l->action);
    put_text(o, "why", l->why);
    const Json *after = parse_side(w->ctx, l->after), *file = json_get(after, "file");
    TRY(write_changes(w, info, parse_side(w->ctx, l->before), after, o));
    if (file && file->type == JSON_OBJECT) { /* an attached file: kernel/notice/evidence.c */
        jout_key(o, "file");
        jout_json(o, file);
    }
    jout_close(o);
    return 0;
}

/* All lines are read before the first is written: writing asks the same connection for names. */
static Rc read_lines(Work *w, const Entity *e, int64_t id, Page *p, Line *lines, size_t *n)
{
    DbCursor *c;
    TRY(db_query(w->ctx, w->db, &q_ledger_history,
                 DB_ARGS(db_val_z(e->plural), db_val_i64(id), db_val_i64(p->below), db_val_i64(p->limit + 1)),
                 &c));
    Rc rc;
    *n = 0;
    while ((rc = db_next(w->ctx, c)) > 0) {
        if ((int64_t)*n == p->limit) {
            p->more = true;
            p->last = lines[*n - 1].n;
            break;
        }
        lines[(*n)++] = line_of(w->ctx, c);
    }
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc history_handler(Req *req, Res *res)
{
    const Entity *e = route_entity(req);
    Page p;
    TRY(read_page(req, &p));
    Work w;
    Record *rec;
    TRY(work_begin(req, false, &w));
    TRY(route_record(&w, req, e, &rec));
    Line *lines = ARENA_ARRAY(req->ctx.arena, Line, p.limit);
    size_t n;
    TRY(read_lines(&w, e, rec->id, &p, lines, &n));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) TRY(write_line(&w, entity_info(w.kernel, e), &lines[i], o));
    jout_close_array(o);
    jout_kz(o, "next", p.more ? arena_printf(req->ctx.arena, "%lld", (long long)p.last) : NULL);
    jout_close(o);
    return work_commit(&w);
}
