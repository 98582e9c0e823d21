/* Records as GeoJSON features. A page of items is a page of the list: the same query, scope, order, cursor
 * and count; what stands beside is the geometry and the links. */
#include "ogc/ogc.h"
#include "record/list_int.h"
#include "record/routes.h"
#include <stdlib.h>

/* ---- One feature ---- */

static void write_property(const EntityInfo *info, size_t i, const Record *rec, RefName name, JsonOut *o)
{
    const Field *f = &info->e->fields[i];
    if (f->flags & F_SECRET) return;
    if (f->type == F_JSON && !strcmp(f->name, "geometry")) return;
    bool hidden = info->target[i] && !name.code.p; /* outside the reader's scope */
    jout_key(o, f->name);
    field_write_json(f, hidden ? db_val_null() : rec->v[i], name.code, o);
    if (!info->target[i]) return;
    jout_key(o, arena_printf(o->buf->arena, "%s_title", f->name));
    if (hidden || rec->v[i].type == DB_NULL || !name.title.p) jout_null(o);
    else jout_str(o, name.title);
}

/* The feature's members without the braces. */
static void write_feature(const EntityInfo *info, const Record *rec, const RefName *names,
                          const Record *lender, JsonOut *o)
{
    jout_kz(o, "type", "Feature");
    jout_kid(o, "id", rec->id);
    jout_key(o, "geometry");
    located_write(info, rec, lender, o);
    jout_key(o, "properties");
    jout_open(o);
    for (size_t i = 0; i < info->e->nfields; i++) write_property(info, i, rec, names[i], o);
    jout_ki(o, "version", rec->version);
    jout_kt(o, "created_at", rec->created_at);
    jout_kt(o, "updated_at", rec->updated_at);
    jout_close(o);
}

/* ---- A page ---- */

typedef struct Row {
    Record *rec;
    RefName *names;
} Row;

typedef struct Page {
    const EntityInfo *info;
    Located place;
    Row *rows;
    size_t n;
    int64_t *lenders; /* ids, in order, each once */
    Record **lent;
    size_t nlenders;
} Page;

static Str kept(Arena *a, Str s)
{
    return s.p ? str_copy(a, s) : s;
}

static void keep(Arena *a, Page *p, const ListRows *rows, Row *row)
{
    const Record *rec = list_record(rows);
    size_t n = p->info->e->nfields;
    row->rec = ARENA_NEW(a, Record);
    *row->rec = *rec;
    row->rec->v = ARENA_ARRAY(a, DbVal, n);
    row->names = ARENA_ARRAY(a, RefName, n);
    for (size_t i = 0; i < n; i++) {
        DbVal *v = &row->rec->v[i];
        *v = rec->v[i];
        if (v->type == DB_TEXT || v->type == DB_JSON) v->s = kept(a, v->s);
        RefName name = list_ref(rows, i);
        row->names[i] = (RefName){kept(a, name.code), kept(a, name.title)};
    }
}

static int64_t lender_of(const Page *p, const Row *row)
{
    bool lent = located_borrows(p->info, row->rec) && row->names[p->place.via].code.p;
    return lent ? row->rec->v[p->place.via].i : 0;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static Rc read_lenders(Work *w, Page *p)
{
    size_t n = 0;
    p->lenders = ARENA_ARRAY(w->ctx->arena, int64_t, p->n + 1);
    for (size_t i = 0; i < p->n; i++)
        if (lender_of(p, &p->rows[i])) p->lenders[n++] = lender_of(p, &p->rows[i]);
    if (!n) return 0;
    qsort(p->lenders, n, sizeof *p->lenders, by_number);
    for (size_t i = 0; i < n; i++)
        if (!i || p->lenders[i] != p->lenders[i - 1]) p->lenders[p->nlenders++] = p->lenders[i];
    p->lent = ARENA_ARRAY(w->ctx->arena, Record *, p->nlenders);
    return records_read(w, p->place.lends, p->lenders, p->nlenders, p->lent);
}

static const Record *lender(const Page *p, const Row *row)
{
    int64_t id = lender_of(p, row);
    const int64_t *at = id ? bsearch(&id, p->lenders, p->nlenders, sizeof *p->lenders, by_number) : NULL;
    return at ? p->lent[at - p->lenders] : NULL;
}

static Rc too_large(Ctx *ctx)
{
    if (!arena_over(ctx->arena)) return 0;
    return FAIL(ctx, RC_TOO_LARGE, "list.too_large", "结果过大，请减小 limit",
                "the result is too large, lower limit");
}

static Rc read_page(Work *w, ListRows *rows, int64_t limit, Page *p)
{
    Rc rc;
    p->rows = ARENA_ARRAY(w->ctx->arena, Row, (size_t)limit + 1);
    while ((rc = list_next(rows)) > 0) {
        keep(w->ctx->arena, p, rows, &p->rows[p->n++]);
        TRY(too_large(w->ctx));
    }
    return rc < 0 ? rc : read_lenders(w, p);
}

/* ---- The link to the next page: the same query with another cursor ---- */

static void add_escaped(StrBuf *b, Str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '.' || c == '_' || c == ',';
        if (plain) {
            buf_addc(b, (char)c);
        } else {
            buf_addc(b, '%');
            buf_addc(b, hex[c >> 4]);
            buf_addc(b, hex[c & 15]);
        }
    }
}

static void add_parameter(void *ud, Str name, Str value)
{
    StrBuf *b = ud;
    if (str_is(name, "cursor")) return;
    add_escaped(b, name);
    buf_addc(b, '=');
    add_escaped(b, value);
    buf_addc(b, '&');
}

static const char *page_url(Req *req, const char *url, const char *cursor)
{
    StrBuf b;
    buf_init(&b, req->ctx.arena);
    buf_addz(&b, url);
    buf_addc(&b, '?');
    req_each_query(req, add_parameter, &b);
    if (cursor) {
        buf_addz(&b, "cursor=");
        add_escaped(&b, str_of(cursor));
        return str_z(req->ctx.arena, buf_str(&b));
    }
    Str text = buf_str(&b); /* ends with '?' or '&' */
    return str_z(req->ctx.arena, str_n(text.p, text.n - 1));
}

static const char *items_url(const Req *req, const Entity *e)
{
    return arena_printf(req->ctx.arena, "%s/collections/%s/items", ogc_base(req), e->plural);
}

static void write_links(Req *req, const Entity *e, const char *more, JsonOut *o)
{
    const char *items = items_url(req, e);
    jout_key(o, "links");
    jout_open_array(o);
    ogc_link(o, "self", OGC_GEOJSON, page_url(req, items, NULL));
    if (more) ogc_link(o, "next", OGC_GEOJSON, page_url(req, items, more));
    ogc_link(o, "collection", OGC_JSON,
             arena_printf(req->ctx.arena, "%s/collections/%s", ogc_base(req), e->plural));
    jout_close_array(o);
}

static Rc write_page(Req *req, const Page *p, JsonOut *o)
{
    jout_key(o, "features");
    jout_open_array(o);
    for (size_t i = 0; i < p->n; i++) {
        jout_open(o);
        write_feature(p->info, p->rows[i].rec, p->rows[i].names, lender(p, &p->rows[i]), o);
        jout_close(o);
        TRY(too_large(&req->ctx));
    }
    jout_close_array(o);
    return 0;
}

static Rc answer_page(Work *w, Req *req, Res *res, ListQuery *q)
{
    int64_t count;
    bool exact;
    ListRows *rows;
    Page page = {.info = q->info};
    located_of(page.info, &page.place);
    TRY(list_count(w, q, &count, &exact));
    TRY(list_open(w, q, &rows));
    TRY(read_page(w, rows, q->limit, &page));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "type", "FeatureCollection");
    jout_kt(&o, "timeStamp", w->now);
    if (exact) jout_ki(&o, "numberMatched", count);
    jout_ki(&o, "numberReturned", (int64_t)page.n);
    write_links(req, q->info->e, list_more(rows), &o);
    TRY(write_page(req, &page, &o));
    jout_close(&o);
    res_body(res, OGC_GEOJSON, buf_str(&b));
    return work_commit(w);
}

Rc ogc_items_handler(Req *req, Res *res)
{
    ListQuery *q;
    Work w;
    TRY(ogc_rc(req, list_parse_features(req, route_entity(req), &q)));
    TRY(work_begin(req, false, &w));
    return ogc_rc(req, answer_page(&w, req, res, q));
}

/* ---- One item ---- */

static Rc read_lender(Work *w, const EntityInfo *info, const Record *rec, const RefName *names, Record **out)
{
    Located l;
    *out = NULL;
    if (!located_of(info, &l) || !located_borrows(info, rec) || !names[l.via].code.p) return 0;
    return records_read(w, l.lends, &rec->v[l.via].i, 1, out);
}

/* A borrowed place changes with its lender. */
static const char *etag_of(Arena *a, const Record *rec, const Record *from)
{
    if (!from) return arena_printf(a, "\"%lld\"", (long long)rec->version);
    return arena_printf(a, "\"%lld-%lld.%lld\"", (long long)rec->version, (long long)from->id,
                        (long long)from->version);
}

static void write_item_links(Req *req, const Entity *e, const Record *rec, JsonOut *o)
{
    const char *items = items_url(req, e);
    jout_key(o, "links");
    jout_open_array(o);
    ogc_link(o, "self", OGC_GEOJSON, arena_printf(req->ctx.arena, "%s/%lld", items, (long long)rec->id));
    ogc_link(o, "collection", OGC_JSON,
             arena_printf(req->ctx.arena, "%s/collections/%s", ogc_base(req), e->plural));
    jout_close_array(o);
}

static Rc answer_item(Work *w, Req *req, Res *res, const EntityInfo *info, const Record *rec)
{
    Record *from;
    RefName *names = ARENA_ARRAY(w->ctx->arena, RefName, info->e->nfields);
    for (size_t i = 0; i < info->e->nfields; i++)
        if (info->target[i] && rec->v[i].type != DB_NULL)
            TRY(ref_name(w, info->target[i], rec->v[i].i, &names[i]));
    TRY(read_lender(w, info, rec, names, &from));
    const char *etag = etag_of(w->ctx->arena, rec, from);
    res_header(res, "ETag", etag);
    if (str_is(req_header(req, "If-None-Match"), etag)) {
        res_status(res, 304);
        return work_commit(w);
    }
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    write_feature(info, rec, names, from, &o);
    write_item_links(req, info->e, rec, &o);
    jout_close(&o);
    res_body(res, OGC_GEOJSON, buf_str(&b));
    return work_commit(w);
}

Rc ogc_item_handler(Req *req, Res *res)
{
    static const char *const known[] = {"f", NULL};
    const Entity *e = route_entity(req);
    Work w;
    Record *rec;
    TRY(ogc_rc(req, query_only(req, known)));
    TRY(work_begin(req, false, &w));
    TRY(route_record(&w, req, e, &rec));
    return answer_item(&w, req, res, entity_info(w.kernel, e), rec);
}
