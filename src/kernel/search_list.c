/* GET /api/search: one box over all matters and searched entities, newest first. What the asker may not see
 * is no part of the query's result: neither of the page nor of the count. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel/flow.h"
#include "kernel_search_sql.h"
#include "search.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100, COUNT_MAX = 10000 };

typedef struct Query {
    Str q, filter, match;
    int64_t limit, below;
    const Entity *only;
} Query;

static Rc read_numbers(Req *req, Query *q)
{
    Str limit = req_query(req, "limit"), cursor = req_query(req, "cursor");
    q->limit = PAGE_DEFAULT;
    q->below = INT64_MAX;
    if (limit.n && (!num_parse_i64(limit, &q->limit) || q->limit < 1 || q->limit > PAGE_MAX))
        FAIL_FIELD(&req->ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间",
                   "limit must be between 1 and %d", PAGE_MAX);
    if (cursor.n && (!num_parse_i64(cursor, &q->below) || q->below < 1))
        FAIL_FIELD(&req->ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                   "the cursor does not belong to this query");
    return req->ctx.err.kind;
}

static Rc read_entity(Req *req, Query *q)
{
    Str name = req_query(req, "entity");
    if (!name.n) return 0;
    const EntityInfo *info = decl_entity(req_kernel(req)->decl, name);
    if (!info || !search_wanted(info->e))
        return FAIL_FIELD(&req->ctx, "entity", "enum", 0, "没有可查找的登记项“%.*s”",
                          "there is nothing to search called \"%.*s\"", STR_ARG(name));
    q->only = info->e;
    return 0;
}

static Rc read_query(Req *req, Query *q)
{
    static const char *const known[] = {"q", "entity", "limit", "cursor", NULL};
    *q = (Query){.q = req_query(req, "q")};
    query_only(req, known);
    read_numbers(req, q);
    read_entity(req, q);
    return req->ctx.err.kind;
}

/* ---- What the asker may see ---- */

static bool asked(const Query *q, const Entity *e, const Principal *who)
{
    return search_wanted(e) && (!q->only || q->only == e) && perm_has(who, e->read_perm);
}

/* false: there is nothing he may read. */
static bool filter_entities(Work *w, DbKind kind, Query *q)
{
    const Decl *d = w->kernel->decl;
    Str *labels = ARENA_ARRAY(w->ctx->arena, Str, d->nentities);
    size_t n = 0, searched = 0;
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        searched += search_wanted(e);
        if (asked(q, e, w->who)) labels[n++] = search_label(w->ctx->arena, 'e', str_of(e->plural));
    }
    if (n && n < searched) q->filter = search_filter_any(w->ctx->arena, kind, labels, n);
    return n > 0;
}

/* ---- The answer ---- */

static void put_text(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.n) jout_str(o, s);
    else jout_null(o);
}

static void put_state(Work *w, const Entity *e, Str state, JsonOut *o)
{
    const char *label = NULL;
    if (e && e->flow && state.n)
        label = dict_label(w->kernel, e->fields[entity_field(e, e->flow->state)].ref, state, w->ctx->lang);
    put_text(o, "state", state);
    put_text(o, "state_label", label ? str_of(label) : state);
}

static void put_snippet(Work *w, const Query *q, const DbCursor *c, JsonOut *o)
{
    Str s = search_snippet(w->ctx->arena, db_str(c, Q_SEARCH_PAGE_BODY), q->q);
    put_text(o, "snippet", s);
}

static void put_item(Work *w, const Query *q, const DbCursor *c, JsonOut *o)
{
    Str plural = db_str(c, Q_SEARCH_PAGE_ENTITY);
    const EntityInfo *info = decl_entity(w->kernel->decl, plural);
    jout_open(o);
    jout_kid(o, "id", db_i64(c, Q_SEARCH_PAGE_ID));
    put_text(o, "entity", info ? str_of(info->e->name) : plural);
    put_text(o, "plural", plural);
    put_text(o, "code", db_str(c, Q_SEARCH_PAGE_CODE));
    put_text(o, "title", db_str(c, Q_SEARCH_PAGE_TITLE));
    put_state(w, info ? info->e : NULL, db_str(c, Q_SEARCH_PAGE_STATE), o);
    jout_key(o, "grade");
    if (db_is_null(c, Q_SEARCH_PAGE_GRADE)) jout_null(o);
    else jout_i64(o, db_i64(c, Q_SEARCH_PAGE_GRADE));
    put_snippet(w, q, c, o);
    jout_kt(o, "updated_at", db_i64(c, Q_SEARCH_PAGE_UPDATED_AT));
    jout_close(o);
}

static Rc put_page(Work *w, const Query *q, JsonOut *o)
{
    DbCursor *c;
    int64_t n = 0, last = 0;
    bool more = false;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_search_page,
                 DB_ARGS(db_val_text(q->match), db_val_i64(q->below), db_val_i64(q->limit + 1)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        more = n++ == q->limit;
        if (more) break;
        last = db_i64(c, Q_SEARCH_PAGE_ID);
        put_item(w, q, c, o);
    }
    db_close(&c);
    jout_close_array(o);
    jout_kz(o, "next", more ? arena_printf(w->ctx->arena, "%lld", (long long)last) : NULL);
    return rc < 0 ? rc : 0;
}

static Rc put_count(Work *w, const Query *q, JsonOut *o)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_search_count,
                     DB_ARGS(db_val_text(q->match), db_val_i64(COUNT_MAX + 1)), &c));
    int64_t n = db_i64(c, Q_SEARCH_COUNT_N);
    db_close(&c);
    jout_ki(o, "count", n > COUNT_MAX ? COUNT_MAX : n);
    jout_kb(o, "count_exact", n <= COUNT_MAX);
    return 0;
}

static void put_nothing(JsonOut *o)
{
    jout_close_array(o);
    jout_kz(o, "next", NULL);
    jout_ki(o, "count", 0);
    jout_kb(o, "count_exact", true);
}

Rc search_handler(Req *req, Res *res)
{
    Query q;
    Work w;
    TRY(read_query(req, &q));
    TRY(work_begin(req, false, &w));
    DbKind kind = db_kind(w.db);
    bool any = filter_entities(&w, kind, &q);
    TRY(search_query_text(&req->ctx, kind, q.q, q.filter, &q.match));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_key(&o, "items");
    jout_open_array(&o);
    if (any && q.match.n) {
        TRY(put_page(&w, &q, &o));
        TRY(put_count(&w, &q, &o));
    } else {
        put_nothing(&o);
    }
    jout_close(&o);
    res_body(res, "application/json", buf_str(&b));
    return work_commit(&w);
}
