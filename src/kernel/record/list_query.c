/* A list query from the parameters of a request. Every parameter is known or refused by name: a filter that
 * is silently ignored would show too much. */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "ogc/located.h"
#include "record/list_int.h"

typedef struct Parse {
    Ctx *ctx;
    ListQuery *q;
    Str cursor, sort;
    bool features;
} Parse;

static int find_column(const ListQuery *q, Str name)
{
    static const char *const common[] = {"id", "created_at", "updated_at"};
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        if (str_is(name, common[i])) return -(int)i - 1;
    for (size_t i = 0; i < q->info->e->nfields; i++)
        if (str_is(name, q->info->e->fields[i].name)) return (int)i;
    return COMMON_NONE;
}

static Rc unknown(Parse *p, Str name)
{
    return FAIL_FIELD(p->ctx, str_z(p->ctx->arena, name), "unknown", 0, "没有查询参数“%.*s”",
                      "there is no query parameter \"%.*s\"", STR_ARG(name));
}

/* ---- Filters ---- */

static const Field common_fields[] = {
    {.name = "id", .type = F_INT, .label = T("标识", "Id")},
    {.name = "created_at", .type = F_TIME, .label = T("建立时间", "Created")},
    {.name = "updated_at", .type = F_TIME, .label = T("修改时间", "Changed")},
};

static const Field *field_at(const ListQuery *q, int field)
{
    return field < 0 ? &common_fields[-field - 1] : &q->info->e->fields[field];
}

static bool is_ordered(const Field *f)
{
    return f->type == F_INT || f->type == F_REAL || f->type == F_TIME;
}

static bool read_op(Str text, FilterOp *op)
{
    static const char *const names[] = {[OP_EQ] = "eq",   [OP_NE] = "ne", [OP_GTE] = "gte", [OP_GT] = "gt",
                                        [OP_LTE] = "lte", [OP_LT] = "lt", [OP_IN] = "in"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!str_is(text, names[i])) continue;
        *op = (FilterOp)i;
        return true;
    }
    return false;
}

static Rc add_value(Parse *p, Filter *f, Str text)
{
    DbVal v;
    Rc rc = field_scan(p->ctx, field_at(p->q, f->field), text, 0, &v);
    if (rc < 0) return rc;
    /* A reference may need a second argument for the id. */
    p->q->nargs += 2;
    if (p->q->nargs > MAX_ARGS)
        return FAIL_FIELD(p->ctx, list__column(p->q, f->field), "length", 0, "筛选条件过多",
                          "too many filter values");
    f->values[f->n++] = v;
    return 0;
}

static Rc fill_filter(Parse *p, Filter *f, Str value)
{
    f->values = ARENA_ARRAY(p->ctx->arena, DbVal, MAX_IN);
    if (f->op != OP_IN) return str_trim(value).n ? add_value(p, f, value) : 0;
    while (value.n) {
        Str part = str_trim(str_cut(&value, ','));
        if (!part.n) continue;
        if (f->n == MAX_IN)
            return FAIL_FIELD(p->ctx, list__column(p->q, f->field), "length", 0, "最多 %d 个值",
                              "at most %d values", MAX_IN);
        TRY(add_value(p, f, part));
    }
    return 0;
}

static Rc add_filter(Parse *p, Str name, Str value)
{
    ListQuery *q = p->q;
    Str rest = name, column = str_cut(&rest, '.');
    Filter f = {.field = find_column(q, column), .op = OP_EQ};
    if (f.field == COMMON_NONE) return unknown(p, name);
    const Field *field = field_at(q, f.field);
    bool dotted = column.n != name.n;
    if (dotted && !read_op(rest, &f.op)) return unknown(p, name);
    if (f.field >= 0 && !(field->flags & F_FILTER)) return unknown(p, name);
    if (f.op >= OP_GTE && f.op <= OP_LT && (!is_ordered(field) || !str_trim(value).n))
        return unknown(p, name);
    if (q->nfilters == MAX_FILTERS)
        return FAIL_FIELD(p->ctx, field->name, "length", 0, "筛选条件过多", "too many filters");
    TRY(fill_filter(p, &f, value));
    q->filters[q->nfilters++] = f;
    return 0;
}

/* ---- The other parameters ---- */

static Rc set_limit(Parse *p, Str value)
{
    int64_t n;
    bool ok = num_parse_i64(value, &n) && n >= 1;
    if (ok && n > LIMIT_MAX && p->features) n = LIMIT_MAX;
    if (!ok || n > LIMIT_MAX)
        return FAIL_FIELD(p->ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间",
                          "limit must be between 1 and %d", LIMIT_MAX);
    p->q->limit = n;
    return 0;
}

static Rc set_cursor(Parse *p, Str value)
{
    p->cursor = value;
    return 0;
}

static Rc set_sort(Parse *p, Str value)
{
    p->sort = value;
    return 0;
}

static Rc set_search(Parse *p, Str value)
{
    enum { SEARCH_MAX = 200 };
    value = str_trim(value);
    if (!value.n) return 0;
    if (!str_utf8_ok(value) || memchr(value.p, 0, value.n) || value.n > SEARCH_MAX)
        return FAIL_FIELD(p->ctx, "q", "length", 0, "查找内容过长或不可读",
                          "the search text is too long or not readable");
    StrBuf b;
    buf_init(&b, p->ctx->arena);
    buf_addc(&b, '%');
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '%' || c == '_' || c == '\\') buf_addc(&b, '\\');
        buf_addc(&b, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    buf_addc(&b, '%');
    p->q->pattern = buf_str(&b);
    return 0;
}

static Rc set_archived(Parse *p, Str value)
{
    if (str_is(value, "true")) p->q->archived = ARCHIVED;
    else if (str_is(value, "all")) p->q->archived = BOTH;
    else if (!str_is(value, "false"))
        return FAIL_FIELD(p->ctx, "archived", "type", 0, "archived 应为 true、false 或 all",
                          "archived must be true, false or all");
    return 0;
}

static Rc ignore(Parse *p, Str value)
{
    (void)p;
    (void)value;
    return 0;
}

/* ---- Those of OGC API Features ---- */

static Rc set_bbox(Parse *p, Str value)
{
    if (p->q->boxed || located_box_parse(p->ctx, value, p->q->box) < 0)
        return p->q->boxed ? unknown(p, STR("bbox")) : p->ctx->err.kind;
    p->q->boxed = true;
    p->q->nargs += LOCATED_ARGS;
    return 0;
}

static Rc add_instant(Parse *p, Str text, FilterOp op)
{
    int64_t t;
    if (!text.n || str_is(text, "..")) return 0;
    if (!time_parse(text, true, &t) || p->q->nfilters == MAX_FILTERS)
        return FAIL_FIELD(p->ctx, "datetime", "type", 0, "datetime 应为时刻或“起/止”（RFC 3339，“..”为不限）",
                          "datetime must be an instant or \"from/to\" (RFC 3339, \"..\" for open)");
    Filter f = {.field = COMMON_UPDATED, .op = op, .n = 1};
    f.values = ARENA_NEW(p->ctx->arena, DbVal);
    f.values[0] = db_val_i64(t);
    p->q->nargs += 2;
    p->q->filters[p->q->nfilters++] = f;
    return 0;
}

/* The time of a record is that of its last change. */
static Rc set_datetime(Parse *p, Str value)
{
    Str to = str_trim(value), from = str_cut(&to, '/');
    if (from.n == str_trim(value).n) return add_instant(p, from, OP_EQ);
    TRY(add_instant(p, from, OP_GTE));
    return add_instant(p, to, OP_LTE);
}

static Rc set_format(Parse *p, Str value)
{
    if (str_is(value, "json")) return 0;
    return FAIL_FIELD(p->ctx, "f", "unknown", 0, "f 应为 json", "f must be json");
}

typedef enum { EVERYWHERE, IN_PAGES, IN_FEATURES } Known;
static const struct {
    const char *name;
    Known known;
    Rc (*set)(Parse *, Str);
} parameters[] = {{"limit", IN_PAGES, set_limit},         {"cursor", IN_PAGES, set_cursor},
                  {"sort", EVERYWHERE, set_sort},         {"q", EVERYWHERE, set_search},
                  {"lang", EVERYWHERE, ignore},           {"archived", EVERYWHERE, set_archived},
                  {"bbox", IN_FEATURES, set_bbox},        {"f", IN_FEATURES, set_format},
                  {"datetime", IN_FEATURES, set_datetime}};

static void take(void *ud, Str name, Str value)
{
    Parse *p = ud;
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        if (!str_is(name, parameters[i].name)) continue;
        if (parameters[i].known == IN_FEATURES && !p->features) break;
        if (parameters[i].known == IN_PAGES && !p->q->paged) unknown(p, name);
        else parameters[i].set(p, value);
        return;
    }
    add_filter(p, name, value);
}

static Rc settle_sort(Parse *p)
{
    Str name = p->sort.n ? p->sort : str_of(p->q->info->e->sort);
    p->q->sort = COMMON_ID;
    if (!name.n) return 0;
    p->q->desc = name.p[0] == '-';
    if (p->q->desc) name = str_n(name.p + 1, name.n - 1);
    int field = find_column(p->q, name);
    if (field == COMMON_NONE || (field >= 0 && !(p->q->info->e->fields[field].flags & F_SORT)))
        return FAIL_FIELD(p->ctx, "sort", "unknown", 0, "不能按“%.*s”排序", "cannot sort by \"%.*s\"",
                          STR_ARG(name));
    p->q->sort = field;
    return 0;
}

static Parse begin(Ctx *ctx, Kernel *k, const Entity *e, bool paged)
{
    ListQuery *q = ARENA_NEW(ctx->arena, ListQuery);
    *q = (ListQuery){
        .info = entity_info(k, e), .paged = paged, .limit = LIMIT_DEFAULT, .count_most = COUNT_MAX};
    return (Parse){.ctx = ctx, .q = q};
}

Rc list_parse_text(Work *w, const Entity *e, Str text, ListQuery **out)
{
    Parse p = begin(w->ctx, w->kernel, e, false);
    while (text.n) {
        Str value = str_cut(&text, '&'), name = str_cut(&value, '=');
        take(&p, name, value);
    }
    settle_sort(&p);
    *out = p.q;
    return w->ctx->err.kind;
}

static Rc parse_request(Req *req, Parse p, ListQuery **out)
{
    ListQuery *q = p.q;
    req_each_query(req, take, &p);
    settle_sort(&p);
    if (p.cursor.n && !req->ctx.err.kind) list__cursor_parse(&req->ctx, q, p.cursor);
    *out = q;
    return req->ctx.err.kind;
}

Rc list_parse(Req *req, const Entity *e, bool paged, ListQuery **out)
{
    return parse_request(req, begin(&req->ctx, req_kernel(req), e, paged), out);
}

Rc list_parse_features(Req *req, const Entity *e, ListQuery **out)
{
    Parse p = begin(&req->ctx, req_kernel(req), e, true);
    p.features = true;
    return parse_request(req, p, out);
}

/* ---- Cursor: hex of {"s":sort,"v":value,"i":id} ---- */

static const char *sort_text(Ctx *ctx, const ListQuery *q)
{
    return arena_printf(ctx->arena, "%s%s", q->desc ? "-" : "", list__column(q, q->sort));
}

const char *list__cursor_print(Ctx *ctx, const ListQuery *q, DbVal value, int64_t id)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "s", sort_text(ctx, q));
    jout_key(&o, "v");
    if (value.type == DB_NULL) jout_null(&o);
    else if (value.type == DB_TEXT || value.type == DB_JSON) jout_str(&o, value.s);
    else if (value.type == DB_F64) jout_f64(&o, value.f);
    else jout_i64(&o, value.i);
    jout_kid(&o, "i", id);
    jout_close(&o);
    return hex_print(ctx->arena, b.p, b.n);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(Arena *a, Str text, Str *out)
{
    if (text.n % 2) return false;
    char *p = arena_alloc(a, text.n / 2 + 1);
    for (size_t i = 0; i < text.n / 2; i++) {
        int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        p[i] = (char)(high << 4 | low);
    }
    *out = str_n(p, text.n / 2);
    return true;
}

static DbType sort_type(const ListQuery *q)
{
    switch (field_at(q, q->sort)->type) {
    case F_TEXT:
    case F_ENUM:
    case F_JSON:
        return DB_TEXT;
    case F_REAL:
        return DB_F64;
    case F_BOOL:
        return DB_BOOL;
    case F_INT:
    case F_TIME:
    case F_REF:
        return DB_I64;
    }
    return DB_TEXT;
}

static bool read_value(const Json *j, DbType type, DbVal *v)
{
    if (!j) return false;
    *v = (DbVal){.type = j->type == JSON_NULL ? DB_NULL : type};
    if (v->type == DB_NULL) return true;
    if (type == DB_TEXT) {
        v->s = json_str(j);
        return v->s.p && !memchr(v->s.p, 0, v->s.n);
    }
    return type == DB_F64 ? json_f64(j, &v->f) : json_i64(j, &v->i);
}

static bool read_cursor(Ctx *ctx, ListQuery *q, Str text)
{
    Str json;
    const Json *j;
    Ctx scratch;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    if (!unhex(ctx->arena, text, &json) || json_parse(&scratch, json, &j) < 0) return false;
    if (!str_is(json_str(json_get(j, "s")), sort_text(ctx, q))) return false;
    if (!num_parse_i64(json_str(json_get(j, "i")), &q->after_id)) return false;
    return read_value(json_get(j, "v"), sort_type(q), &q->after_value);
}

Rc list__cursor_parse(Ctx *ctx, ListQuery *q, Str text)
{
    q->after = read_cursor(ctx, q, text);
    if (q->after) return 0;
    return FAIL_FIELD(ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                      "the cursor does not belong to this query");
}

Rc list_from(Ctx *ctx, ListQuery *q, Str cursor)
{
    return list__cursor_parse(ctx, q, cursor);
}
