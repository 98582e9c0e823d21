/* GET /api/<plural>/{id}/timeline: the chain a record stands in, walked back along the links to the alarm and
 * its reading and on to what followed from it, and everything that happened along it, oldest first. A record
 * outside the caller's permissions or scope ends the walk: neither it nor what lies behind it is shown. */
#include "flow/timeline.h"
#include "base/clock.h"
#include "kernel_matter_sql.h"
#include "record/routes.h"
#include <stdlib.h>

/* ---- The chain ---- */

static bool known(const ChainNode *nodes, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (nodes[i].rec->id == id) return true;
    return false;
}

/* 1: there and visible. */
static Rc load(Work *w, Str plural, int64_t id, ChainNode *out)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, plural);
    Record *rec;
    if (!info || !perm_has(w->who, info->e->read_perm)) return 0;
    Rc rc = store_find(w, info->e, str_printf(w->ctx->arena, "%lld", (long long)id), &rec);
    if (rc <= 0) return rc;
    rc = scope_of_record(w, info->e, rec);
    if (rc > 0) *out = (ChainNode){info, rec};
    return rc;
}

typedef struct Link {
    Str entity;
    int64_t id;
} Link;

static Rc read_links(Work *w, const DbQuery *q, int64_t id, Link *links, size_t *n)
{
    Db *db;
    DbCursor *c;
    Rc rc = 0;
    TRY(work__db(w, &db));
    TRY(db_query(w->ctx, db, q, DB_ARGS(db_val_i64(id), db_val_i64(CHAIN_MOST)), &c));
    *n = 0;
    while (*n < CHAIN_MOST && (rc = db_next(w->ctx, c)) > 0)
        links[(*n)++] = (Link){db_str_copy(w->ctx, c, 0), db_i64(c, 1)};
    db_close(&c);
    return rc < 0 ? rc : 0;
}

/* Breadth first from nodes[0], one direction only, so that siblings stay out. */
static Rc spread(Work *w, const DbQuery *q, ChainNode *nodes, size_t *n)
{
    Link *links = ARENA_ARRAY(w->ctx->arena, Link, CHAIN_MOST);
    for (size_t at = 0; at < *n; at++) {
        size_t found;
        TRY(read_links(w, q, nodes[at].rec->id, links, &found));
        for (size_t i = 0; i < found && *n < CHAIN_MOST; i++) {
            if (known(nodes, *n, links[i].id)) continue;
            Rc rc = load(w, links[i].entity, links[i].id, &nodes[*n]);
            if (rc < 0) return rc;
            *n += rc > 0;
        }
    }
    return 0;
}

Rc chain_walk(Work *w, const EntityInfo *info, Record *rec, ChainNode *nodes, size_t *n)
{
    ChainNode *back = ARENA_ARRAY(w->ctx->arena, ChainNode, CHAIN_MOST);
    ChainNode *on = ARENA_ARRAY(w->ctx->arena, ChainNode, CHAIN_MOST);
    size_t nback = 1, non = 1;
    back[0] = on[0] = (ChainNode){info, rec};
    TRY(spread(w, &q_links_back, back, &nback));
    TRY(spread(w, &q_links_on, on, &non));
    *n = 0;
    while (nback > 1) nodes[(*n)++] = back[--nback];
    for (size_t i = 0; i < non; i++) nodes[(*n)++] = on[i];
    return 0;
}

/* ---- Words ---- */

static ptrdiff_t field_named(const Entity *e, const char *name, FieldType type)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (e->fields[i].type == type && !strcmp(e->fields[i].name, name)) return (ptrdiff_t)i;
    return -1;
}

Str record_title(const EntityInfo *info, const Record *rec)
{
    Str s = info->title >= 0 ? rec->v[info->title].s : STR_NONE;
    return s.n || info->code < 0 ? s : rec->v[info->code].s;
}

const char *record_state_label(Work *w, const EntityInfo *info, const Record *rec)
{
    ptrdiff_t f = field_named(info->e, info->e->flow ? info->e->flow->state : "state", F_ENUM);
    if (f < 0 || rec->v[f].type != DB_TEXT) return NULL;
    return dict_label(w->kernel, info->e->fields[f].ref, rec->v[f].s, w->ctx->lang);
}

static void write_grade(const EntityInfo *info, const Record *rec, JsonOut *o)
{
    const Flow *flow = info->e->flow;
    ptrdiff_t f = flow && !flow->grade ? -1 : field_named(info->e, flow ? flow->grade : "grade", F_INT);
    jout_key(o, "grade");
    if (f < 0 || rec->v[f].type != DB_I64) jout_null(o);
    else jout_i64(o, rec->v[f].i);
}

static void write_node(Work *w, const ChainNode *node, JsonOut *o)
{
    const EntityInfo *info = node->info;
    jout_open(o);
    jout_kz(o, "entity", info->e->name);
    jout_kz(o, "plural", info->e->plural);
    jout_text(o, "entity_title", info->e->title);
    jout_kid(o, "id", node->rec->id);
    jout_ks(o, "code", info->code >= 0 ? node->rec->v[info->code].s : STR_NONE);
    jout_ks(o, "title", record_title(info, node->rec));
    jout_kz(o, "state_label", record_state_label(w, info, node->rec));
    write_grade(info, node->rec, o);
    jout_close(o);
}

/* ---- What happened ---- */

void timeline_add(TimelineOut *out, const TimelineEvent *e)
{
    if (out->n == ITEMS_MOST || e->t == TIME_NONE) return;
    out->items[out->n++] = (TimelineItem){.t = e->t,
                                          .n = -1,
                                          .node = out->node,
                                          .kind = e->kind,
                                          .action = e->action,
                                          .label = e->label,
                                          .text = e->text};
}

/* What a matter counts of others changes with the act, and is written before it. */
static int oldest_first(const void *a, const void *b)
{
    const TimelineItem *x = a, *y = b;
    if (x->t != y->t) return x->t < y->t ? -1 : 1;
    bool later = x->action && !strcmp(x->action, "recount"),
         sooner = y->action && !strcmp(y->action, "recount");
    if (later != sooner) return later ? 1 : -1;
    return (x->n > y->n) - (x->n < y->n);
}

static void write_item(const TimelineItem *i, JsonOut *o)
{
    jout_open(o);
    jout_kt(o, "t", i->t);
    jout_kz(o, "kind", i->kind);
    jout_kz(o, "plural", i->node->info->e->plural);
    jout_kid(o, "record_id", i->node->rec->id);
    jout_ks(o, "title", record_title(i->node->info, i->node->rec));
    jout_kz(o, "action", i->action);
    jout_kz(o, "label", i->label);
    jout_kz(o, "who", i->who);
    jout_kz(o, "body", i->body);
    jout_kz(o, "why", i->why);
    jout_kz(o, "from", i->from);
    jout_kz(o, "to", i->to);
    jout_kz(o, "text", i->text);
    jout_close(o);
}

static Rc gather(Work *w, const ChainNode *nodes, size_t n, TimelineOut *out)
{
    out->items = ARENA_ARRAY(w->ctx->arena, TimelineItem, ITEMS_MOST);
    for (size_t i = 0; i < n; i++) {
        const Entity *e = nodes[i].info->e;
        out->node = &nodes[i];
        if (e->timeline) TRY(e->timeline(w, e, nodes[i].rec, out));
        TRY(timeline_entries(w, &nodes[i], out));
    }
    qsort(out->items, out->n, sizeof *out->items, oldest_first);
    return 0;
}

Rc timeline_handler(Req *req, Res *res)
{
    static const char *const none[] = {NULL};
    const Entity *e = route_entity(req);
    ChainNode *nodes = ARENA_ARRAY(req->ctx.arena, ChainNode, 2 * CHAIN_MOST);
    TimelineOut out = {0};
    Record *rec;
    size_t n;
    Work w;
    TRY(query_only(req, none));
    TRY(work_begin(req, false, &w));
    TRY(route_record(&w, req, e, &rec));
    TRY(chain_walk(&w, entity_info(w.kernel, e), rec, nodes, &n));
    TRY(gather(&w, nodes, n, &out));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "chain");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) write_node(&w, &nodes[i], o);
    jout_close_array(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < out.n; i++) write_item(&out.items[i], o);
    jout_close_array(o);
    jout_close(o);
    return work_commit(&w);
}
