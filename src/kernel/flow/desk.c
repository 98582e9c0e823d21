/* GET /api/desk and /api/desk/summary: 工作台. Whatever waits for the caller's body and what he may do about
 * it, what is supervised or overdue in his scope, what he had in hand. Counts stop at ten thousand. */
#include "base/num.h"
#include "clock/clock_int.h"
#include "flow/desk_int.h"
#include "record/list_int.h"
#include "search/search.h"

/* ---- The query ---- */

static Rc read_box(Req *req, DeskQuery *q)
{
    Str box = req_query(req, "box");
    q->box = BOX_TODO;
    if (!box.n) return 0;
    for (size_t i = 0; i < BOXES; i++) {
        if (!str_is(box, desk_boxes[i])) continue;
        q->box = (DeskBox)i;
        return 0;
    }
    return FAIL_FIELD(&req->ctx, "box", "unknown", 0, "box 应为 todo、supervised、overdue、done 或 open",
                      "box must be todo, supervised, overdue, done or open");
}

static Rc read_entity(Req *req, DeskQuery *q)
{
    Str plural = req_query(req, "entity");
    if (!plural.n) return 0;
    q->only = decl_entity(req_kernel(req)->decl, plural);
    if (q->only && q->only->e->flow && perm_has(req->who, q->only->e->read_perm)) return 0;
    return FAIL_FIELD(&req->ctx, "entity", "unknown", 0, "没有“%.*s”这类事项",
                      "there are no matters \"%.*s\"", STR_ARG(plural));
}

static Rc read_number(Req *req, const char *name, int64_t most, int64_t *out)
{
    Str s = req_query(req, name);
    if (!s.n || (num_parse_i64(s, out) && *out >= 1 && *out <= most)) return 0;
    return FAIL_FIELD(&req->ctx, name, "range", 0, "%s 应在 1 至 %lld 之间", "%s must be between 1 and %lld",
                      name, (long long)most);
}

static Rc read_sort(Req *req, DeskQuery *q)
{
    Str sort = req_query(req, "sort");
    q->by_change = sort.n ? str_is(sort, "-changed") : q->box == BOX_DONE;
    if (!sort.n || q->by_change || str_is(sort, "due")) return 0;
    return FAIL_FIELD(&req->ctx, "sort", "unknown", 0, "不能按“%.*s”排序", "cannot sort by \"%.*s\"",
                      STR_ARG(sort));
}

/* "due.KEY.ID": the order, the last row's sort value and id. */
static Rc read_cursor(Req *req, DeskQuery *q)
{
    Str rest = req_query(req, "cursor");
    if (!rest.n) return 0;
    Str order = str_cut(&rest, '.'), key = str_cut(&rest, '.');
    bool known = str_is(order, q->by_change ? "changed" : "due");
    q->after = known && num_parse_i64(key, &q->after_key) && num_parse_i64(rest, &q->after_id);
    if (q->after) return 0;
    return FAIL_FIELD(&req->ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                      "the cursor does not belong to this query");
}

Rc desk_query_read(Req *req, bool paged, DeskQuery *q)
{
    static const char *const known[] = {"box", "entity", "grade", "q", "sort", "limit", "cursor", NULL};
    static const char *const whole[] = {"box", "entity", "grade", "q", "sort", "lang", NULL};
    *q = (DeskQuery){.limit = LIMIT_DEFAULT};
    query_only(req, paged ? known : whole);
    read_box(req, q);
    read_entity(req, q);
    read_number(req, "grade", 4, &q->grade);
    read_number(req, "limit", LIMIT_MAX, &q->limit);
    read_sort(req, q);
    read_cursor(req, q);
    q->q = str_trim(req_query(req, "q"));
    return req->ctx.err.kind;
}

/* What is looked for as the database's query of the search index. */
Rc desk_query_match(Work *w, DeskQuery *q)
{
    if (q->q.n) TRY(search_query_text(w->ctx, db_kind(w->db), q->q, STR_NONE, &q->match));
    q->nothing = q->q.n && !q->match.n;
    return 0;
}

/* ---- The answer ---- */

const char *desk_state_label(Work *w, const EntityInfo *info, Str state)
{
    const Flow *f = info->e->flow;
    const Field *field = &info->e->fields[entity_field(info->e, f->state)];
    const char *label = dict_label(w->kernel, field->ref, state, w->ctx->lang);
    const FlowState *s = flow_state_named(f, state);
    return label || !s ? label : text_in(s->label, w->ctx->lang);
}

static Rc read_names(Work *w, const char *plural, DeskNames *out)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, str_of(plural));
    out->n = info ? ids_sort(out->ids, out->n) : 0;
    out->names = ARENA_ARRAY(w->ctx->arena, RefName, out->n + 1);
    return out->n ? ref_names(w, info, out->ids, out->n, out->names) : 0;
}

/* The records of one kind of matter, if its guards ask for them. */
static Rc read_records(Work *w, const EntityInfo *info, DeskPage *p)
{
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, p->n + 1);
    Record **recs = ARENA_ARRAY(w->ctx->arena, Record *, p->n + 1);
    size_t n = 0;
    if (!flow_guarded(info)) return 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->rows[i].info == info) ids[n++] = p->rows[i].id;
    n = ids_sort(ids, n);
    if (!n) return 0;
    TRY(records_read(w, info, ids, n, recs));
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < n && !p->rec[i]; j++)
            if (ids[j] == p->rows[i].id) p->rec[i] = recs[j];
    return 0;
}

Rc desk_page_names(Work *w, const DeskRow *rows, size_t n, DeskPage *p)
{
    Arena *a = w->ctx->arena;
    *p = (DeskPage){.rows = rows, .n = n, .rec = ARENA_ARRAY(a, const Record *, n + 1)};
    p->districts.ids = ARENA_ARRAY(a, int64_t, n + 1);
    p->bodies.ids = ARENA_ARRAY(a, int64_t, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        p->districts.ids[p->districts.n++] = rows[i].district;
        p->bodies.ids[p->bodies.n++] = rows[i].owner;
        p->bodies.ids[p->bodies.n++] = rows[i].turn;
    }
    TRY(read_names(w, "districts", &p->districts));
    return read_names(w, "bodies", &p->bodies);
}

static Rc read_page(Work *w, const DeskRow *rows, size_t n, DeskPage *p)
{
    const Decl *d = w->kernel->decl;
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++) ids[i] = rows[i].id;
    TRY(matter_page_read(w, ids, n));
    TRY(desk_page_names(w, rows, n, p));
    for (size_t i = 0; i < d->nentities; i++)
        if (d->entities[i].e->flow) TRY(read_records(w, &d->entities[i], p));
    return 0;
}

RefName desk_name(const DeskNames *from, int64_t id)
{
    RefName name = {STR_NONE, STR_NONE};
    for (size_t low = 0, high = from->n; id && low < high;) {
        size_t mid = low + (high - low) / 2;
        if (from->ids[mid] == id) name = from->names[mid];
        if (from->ids[mid] < id) low = mid + 1;
        else high = mid;
    }
    return name;
}

/* code: NULL when only the name is shown. */
static void write_name(JsonOut *o, const char *code, const char *key, const DeskNames *from, int64_t id)
{
    RefName name = desk_name(from, id);
    if (code) jout_ks(o, code, name.code);
    jout_ks(o, key, name.title);
}

static Rc write_actions(Work *w, const DeskRow *r, const Record *rec, JsonOut *o)
{
    MatterAt at = {.info = r->info, .id = r->id, .turn = r->turn, .state = r->state, .rec = rec};
    jout_key(o, "actions");
    jout_open_array(o);
    for (size_t i = 0; i < r->info->nactions; i++) {
        const EntityAction *act = &r->info->actions[i];
        Rc rc = act->move || act->quiet ? action_offered_at(w, act, &at) : 0;
        if (rc < 0) return rc;
        if (rc) jout_z(o, act->a.name);
    }
    jout_close_array(o);
    return 0;
}

static Rc write_row(Work *w, const DeskPage *p, size_t i, JsonOut *o)
{
    const DeskRow *r = &p->rows[i];
    jout_open(o);
    jout_kid(o, "id", r->id);
    jout_kz(o, "entity", r->info->e->name);
    jout_kz(o, "plural", r->info->e->plural);
    jout_ks(o, "code", r->code);
    jout_ks(o, "title", r->title.n ? r->title : r->code);
    jout_ks(o, "state", r->state);
    jout_kz(o, "state_label", desk_state_label(w, r->info, r->state));
    jout_key(o, "grade");
    if (r->grade) jout_i64(o, r->grade);
    else jout_null(o);
    write_name(o, "district", "district_title", &p->districts, r->district);
    write_name(o, NULL, "owner_title", &p->bodies, r->owner);
    write_name(o, NULL, "turn_title", &p->bodies, r->turn);
    jout_kt(o, "due_at", r->due_at);
    TRY(clock_write_row(w, r->id, o));
    jout_ki(o, "chase", r->chase);
    jout_kt(o, "opened_at", r->opened_at);
    jout_kt(o, "changed_at", r->changed_at);
    jout_kt(o, "closed_at", r->closed_at);
    TRY(write_actions(w, r, p->rec[i], o));
    jout_close(o);
    return 0;
}

static Rc write_page(Work *w, const DeskQuery *q, JsonOut *o)
{
    DeskRow *rows;
    size_t n;
    TRY(desk_rows(w, q, &rows, &n));
    bool more = n > (size_t)q->limit;
    DeskPage page;
    if (more) n--;
    TRY(read_page(w, rows, n, &page));
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) TRY(write_row(w, &page, i, o));
    jout_close_array(o);
    if (more)
        jout_kz(o, "next",
                arena_printf(w->ctx->arena, "%s.%lld.%lld", q->by_change ? "changed" : "due",
                             (long long)rows[n - 1].key, (long long)rows[n - 1].id));
    else jout_kz(o, "next", NULL);
    return 0;
}

Rc desk_handler(Req *req, Res *res)
{
    DeskQuery q;
    Work w;
    int64_t count;
    bool exact;
    TRY(desk_query_read(req, true, &q));
    TRY(work_begin(req, false, &w));
    TRY(desk_query_match(&w, &q));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    TRY(write_page(&w, &q, o));
    TRY(desk_count(&w, &q, &count, &exact));
    jout_ki(o, "count", count);
    jout_kb(o, "count_exact", exact);
    jout_close(o);
    return work_commit(&w);
}

Rc desk_summary_handler(Req *req, Res *res)
{
    static const char *const none[] = {NULL};
    Work w;
    TRY(query_only(req, none));
    TRY(work_begin(req, false, &w));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    for (size_t i = 0; i < BOXES; i++) {
        DeskQuery q = {.box = (DeskBox)i, .limit = 1};
        int64_t count;
        bool exact;
        TRY(desk_count(&w, &q, &count, &exact));
        jout_key(o, desk_boxes[i]);
        jout_open(o);
        jout_ki(o, "count", count);
        jout_kb(o, "exact", exact);
        jout_close(o);
    }
    jout_close(o);
    return work_commit(&w);
}
