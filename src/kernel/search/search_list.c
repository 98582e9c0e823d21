/* GET /api/search: one box over all matters and searched entities, newest first. What the asker may not see
 * is no part of the query's result: neither of the page nor of the count. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel/flow.h"
#include "kernel_search_sql.h"
#include "search/search.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100, COUNT_MAX = 10000 };

typedef struct Query {
    Str q, filter, match;
    int64_t limit, below;
    const Entity *only;
    bool few; /* counted, and so few that they are put in order */
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
        if (asked(q, e, w->who)) labels[n++] = search_label(w->ctx->arena, SEARCH_ENTITY, str_of(e->plural));
    }
    if (n && n < searched) q->filter = search_filter_any(w->ctx->arena, kind, labels, n);
    return n > 0;
}

/* ---- His scope: the rule of scope.c over the labels ---- */

static Str last_key(const char *path)
{
    Str s = str_of(path);
    while (s.n && s.p[s.n - 1] == '/') s.n--;
    size_t from = s.n;
    while (from && s.p[from - 1] != '/') from--;
    return str_n(s.p + from, s.n - from);
}

static Str any_of(Arena *a, DbKind kind, char label, Str value)
{
    Str one = search_label(a, label, value);
    return search_filter_any(a, kind, &one, 1);
}

static Str lines_filter(Arena *a, DbKind kind, const char *lines)
{
    Str out = any_of(a, kind, SEARCH_LINE, STR(SCOPE_ANY_LINE)), rest = str_of(lines);
    while (rest.n) {
        Str one = str_cut(&rest, ' ');
        if (one.n) out = search_filter_or(a, kind, out, any_of(a, kind, SEARCH_LINE, one));
    }
    return out;
}

static Str place_filter(Arena *a, DbKind kind, const Scope *s)
{
    Str out = s->path ? any_of(a, kind, SEARCH_DISTRICT, last_key(s->path)) : STR_NONE;
    if (s->reach == REACH_LINE && s->lines)
        out = search_filter_all(a, kind, out, lines_filter(a, kind, s->lines));
    return out;
}

static void filter_scope(Work *w, DbKind kind, Query *q)
{
    Arena *a = w->ctx->arena;
    const Scope *s = scope_of(w->who);
    if (!w->who || scope_is_whole(s)) return;
    Str place = s->reach >= REACH_LINE ? place_filter(a, kind, s) : STR_NONE;
    if (s->reach >= REACH_LINE && !place.n) return; /* a line's reach over all lines and places */
    Str out = any_of(a, kind, SEARCH_OPEN, STR("1"));
    if (place.n) out = search_filter_or(a, kind, out, place);
    if (s->bodies) out = search_filter_or(a, kind, out, any_of(a, kind, SEARCH_BODY, last_key(s->bodies)));
    if (s->body) {
        Str id = str_printf(a, "%lld", (long long)s->body);
        out = search_filter_or(a, kind, out, any_of(a, kind, SEARCH_PARTY, id));
    }
    q->filter = search_filter_all(a, kind, q->filter, out);
}

/* The index may lag behind a district or an object that moved: what stands on the page is looked at. */
static Rc sees(Work *w, const EntityInfo *info, int64_t id)
{
    Record *rec;
    if (!info || !w->who || scope_is_whole(scope_of(w->who))) return info != NULL;
    TRY(store_get(w, info->e, id, &rec));
    return scope_of_record(w, info->e, rec);
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

typedef struct Row {
    int64_t id, grade, updated_at;
    bool graded;
    Str plural, code, title, state, body;
} Row;

static Row row_of(Ctx *ctx, const DbCursor *c)
{
    return (Row){.id = db_i64(c, Q_SEARCH_PAGE_ID),
                 .grade = db_i64(c, Q_SEARCH_PAGE_GRADE),
                 .graded = !db_is_null(c, Q_SEARCH_PAGE_GRADE),
                 .updated_at = db_i64(c, Q_SEARCH_PAGE_UPDATED_AT),
                 .plural = db_str_copy(ctx, c, Q_SEARCH_PAGE_ENTITY),
                 .code = db_str_copy(ctx, c, Q_SEARCH_PAGE_CODE),
                 .title = db_str_copy(ctx, c, Q_SEARCH_PAGE_TITLE),
                 .state = db_str_copy(ctx, c, Q_SEARCH_PAGE_STATE),
                 .body = db_str_copy(ctx, c, Q_SEARCH_PAGE_BODY)};
}

static Rc put_item(Work *w, const Query *q, const Row *r, JsonOut *o)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, r->plural);
    Rc seen = sees(w, info, r->id);
    if (seen <= 0) return seen;
    jout_open(o);
    jout_kid(o, "id", r->id);
    jout_kz(o, "entity", info->e->name);
    put_text(o, "plural", r->plural);
    put_text(o, "code", r->code);
    put_text(o, "title", r->title);
    put_state(w, info->e, r->state, o);
    jout_key(o, "grade");
    if (r->graded) jout_i64(o, r->grade);
    else jout_null(o);
    put_text(o, "snippet", search_snippet(w->ctx->arena, r->body, q->q));
    jout_kt(o, "updated_at", r->updated_at);
    jout_close(o);
    return 0;
}

static Rc read_page(Work *w, const Query *q, Row *rows, int64_t *n)
{
    const DbQuery *page = q->few ? &q_search_page_few : &q_search_page;
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, page,
                 DB_ARGS(db_val_text(q->match), db_val_i64(q->below), db_val_i64(q->limit + 1)), &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0; ++*n) rows[*n] = row_of(w->ctx, c);
    db_close(&c);
    return rc;
}

/* *count: how many there are, when the page holds all of them; else -1. */
static Rc put_page(Work *w, const Query *q, JsonOut *o, int64_t *count)
{
    Row *rows = ARENA_ARRAY(w->ctx->arena, Row, (size_t)q->limit + 1);
    int64_t n;
    TRY(read_page(w, q, rows, &n));
    *count = n <= q->limit && q->below == INT64_MAX ? n : -1;
    bool more = n > q->limit;
    if (more) n--;
    for (int64_t i = 0; i < n; i++) TRY(put_item(w, q, &rows[i], o));
    jout_close_array(o);
    jout_kz(o, "next", more ? arena_printf(w->ctx->arena, "%lld", (long long)rows[n - 1].id) : NULL);
    return 0;
}

static Rc count_all(Work *w, const Query *q, int64_t *n)
{
    DbCursor *c;
    TRY(db_query_one(w->ctx, w->db, &q_search_count,
                     DB_ARGS(db_val_text(q->match), db_val_i64(COUNT_MAX + 1)), &c));
    *n = db_i64(c, Q_SEARCH_COUNT_N);
    db_close(&c);
    return 0;
}

/* What is rare costs SQLite the walk through its common words once, not for the count again. PostgreSQL
 * counts first, to know which way the page is to be found. */
static Rc put_found(Work *w, Query *q, JsonOut *o)
{
    int64_t n = -1, whole;
    if (db_kind(w->db) == DB_PG) {
        TRY(count_all(w, q, &n));
        q->few = n <= COUNT_MAX;
    }
    TRY(put_page(w, q, o, &whole));
    if (n < 0) n = whole;
    if (n < 0) TRY(count_all(w, q, &n));
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
    filter_scope(&w, kind, &q);
    TRY(search_query_text(&req->ctx, kind, q.q, q.filter, &q.match));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_key(&o, "items");
    jout_open_array(&o);
    if (any && q.match.n) {
        TRY(put_found(&w, &q, &o));
    } else {
        put_nothing(&o);
    }
    jout_close(&o);
    res_body(res, "application/json", buf_str(&b));
    return work_commit(&w);
}
