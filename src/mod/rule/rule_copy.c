/* POST /api/rules/copy: one rule as many, each for one point. A preview says which rules would be made or
 * changed; with apply the good rows are stored in one transaction and each bad one says why. A copy is known
 * by its code, made of the rule's and the point's, so that copying again changes the copies instead of
 * doubling them. */
#include "rule_try.h"

#include <stdlib.h>

#define POINTS_MOST 500
#define CODE_MOST   64
#define NAME_MOST   120

typedef struct Copy {
    Work w;
    Record *from;
    Str base; /* of the copies' codes */
    bool apply;
    Str *points; /* codes, sorted */
    size_t npoints;
    int64_t created, changed, same, failed;
    JsonOut *out;
} Copy;

/* ---- What is copied, and to where ---- */

static Rc find_rule(Copy *c, const Json *body)
{
    Str key = json_str(json_get(body, "from"));
    Rc rc = 0;
    if (key.n) rc = scope_find(&c->w, &rule_entity, key, &c->from);
    if (rc == 0 && key.n)
        rc =
            scope_find(&c->w, &rule_entity, str_printf(c->w.ctx->arena, "code:%.*s", STR_ARG(key)), &c->from);
    if (rc < 0) return rc;
    if (rc == 0 || c->from->archived_at != TIME_NONE)
        return FAIL_FIELD(c->w.ctx, "from", "reference", 0, "没有这条规则", "no such rule");
    return RC_OK;
}

/* The code without the point it was made for. */
static Str base_of(const Record *rule)
{
    Str code = rec_text(&rule_entity, rule, "code"), point = rec_text(&rule_entity, rule, "point");
    if (point.n && code.n > point.n + 1 && str_ends(code, point) && code.p[code.n - point.n - 1] == '-')
        code.n -= point.n + 1;
    return code;
}

static void add_point(Copy *c, Str code)
{
    for (size_t i = 0; i < c->npoints; i++)
        if (str_eq(c->points[i], code)) return;
    if (c->npoints <= POINTS_MOST) c->points[c->npoints++] = str_copy(c->w.ctx->arena, code);
}

static void add_glob(Copy *c, const Registry *r, Str pattern)
{
    /* A code that is no point stays in the list: its row says so. */
    if (!rule_is_glob(pattern)) {
        if (pattern.n) add_point(c, pattern);
        return;
    }
    for (uint32_t no = 1; no <= registry_max(r) && c->npoints <= POINTS_MOST; no++)
        if (registry_has(r, no) && str_glob(pattern, registry_code(r, no)))
            add_point(c, registry_code(r, no));
}

static int by_code(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static Rc choose(Copy *c, const Json *points)
{
    Intake *in = kernel_service(c->w.kernel, "intake");
    TRY(rule_points_check(c->w.ctx, points, POINTS_MOST));
    const Registry *r = intake_registry_take(in);
    c->points = ARENA_ARRAY(c->w.ctx->arena, Str, POINTS_MOST + 1);
    if (points && points->type == JSON_TEXT) add_glob(c, r, points->s);
    if (points && points->type == JSON_ARRAY) {
        JSON_EACH(p, points) add_glob(c, r, json_str(p));
    }
    intake_registry_release(in, r);
    if (c->npoints > 1) qsort(c->points, c->npoints, sizeof *c->points, by_code);
    if (!c->npoints) return FAIL_FIELD(c->w.ctx, "points", "none", 0, "没有符合的测点", "no point matches");
    if (c->npoints > POINTS_MOST)
        return FAIL_FIELD(c->w.ctx, "points", "limit", 0, "测点超过 %d 个，请分批复制",
                          "more than %d points: copy in parts", POINTS_MOST);
    return RC_OK;
}

/* ---- One copy ---- */

static Str shortened(Str s, size_t n)
{
    size_t at = 0;
    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && n-- == 0) break;
    return str_n(s.p, at);
}

/* The expression with the point it was booked on replaced. */
static Str moved_expr(Arena *a, Str expr, Str from, Str to)
{
    StrBuf b;
    buf_init(&b, a);
    for (bool quoted = false; expr.n; quoted = !quoted) {
        size_t before = expr.n;
        Str part = str_cut(&expr, '"');
        buf_add(&b, quoted && str_eq(part, from) ? to : part);
        if (before > part.n) buf_addc(&b, '"');
    }
    return buf_str(&b);
}

static void fill(const Copy *c, Arena *a, Str point, Str point_name, Record *rec)
{
    const Entity *e = &rule_entity;
    Str from = rec_text(e, c->from, "point"), expr = rec_text(e, c->from, "expr");
    Str name = str_printf(a, "%.*s %.*s", STR_ARG(rec_text(e, c->from, "name")), STR_ARG(point_name));
    for (size_t i = 0; i < e->nfields; i++) rec->v[i] = c->from->v[i];
    rec_set(e, rec, "code", db_val_text(str_printf(a, "%.*s-%.*s", STR_ARG(c->base), STR_ARG(point))));
    rec_set(e, rec, "name", db_val_text(shortened(name, NAME_MOST)));
    rec_set(e, rec, "point", db_val_text(point));
    if (expr.n) rec_set(e, rec, "expr", db_val_text(moved_expr(a, expr, from, point)));
}

static bool same_value(const DbVal *a, const DbVal *b)
{
    if (a->type == DB_NULL || b->type == DB_NULL) return a->type == b->type;
    if (a->type == DB_TEXT || a->type == DB_JSON) return str_eq(a->s, b->s);
    if (a->type == DB_F64 || b->type == DB_F64)
        return (a->type == DB_F64 ? a->f : (double)a->i) == (b->type == DB_F64 ? b->f : (double)b->i);
    return a->i == b->i;
}

static size_t put_changed(JsonOut *o, const Record *old, const Record *rec)
{
    size_t n = 0;
    jout_key(o, "fields");
    jout_open_array(o);
    for (size_t i = 0; old && i < rule_entity.nfields; i++)
        if (!same_value(&old->v[i], &rec->v[i])) {
            jout_z(o, rule_entity.fields[i].name);
            n++;
        }
    jout_close_array(o);
    return n;
}

static void put_error(JsonOut *o, const Ctx *row)
{
    jout_key(o, "error");
    if (!row->err.kind) {
        jout_null(o);
        return;
    }
    const FieldError *f = row->err.fields;
    jout_open(o);
    jout_kz(o, "field", f ? f->field : NULL);
    jout_kz(o, "code", f ? f->code : row->err.code);
    jout_kz(o, "message", f ? f->message : row->err.message);
    jout_close(o);
}

/* The point, and the rule that is there already. */
static Rc look_up(Work *row, Str point, Str code, Record **out_point, Record **old)
{
    Arena *a = row->ctx->arena;
    const Entity *points = kernel_entity(row->kernel, "points");
    Rc rc = scope_find(row, points, str_printf(a, "code:%.*s", STR_ARG(point)), out_point);
    TRY(rc);
    if (!rc || (*out_point)->archived_at != TIME_NONE)
        return FAIL_FIELD(row->ctx, "point", "reference", 0, "没有这个测点", "no such point");
    if (str_utf8_len(code) > CODE_MOST)
        return FAIL_FIELD(row->ctx, "code", "range", 0, "规则编号超过 %d 个字符",
                          "the code is longer than %d characters", CODE_MOST);
    rc = scope_find(row, &rule_entity, str_printf(a, "code:%.*s", STR_ARG(code)), old);
    if (rc == 0 || (rc > 0 && (*old)->archived_at != TIME_NONE)) *old = NULL;
    return rc < 0 ? rc : RC_OK;
}

static Rc store_row(Work *row, const Copy *c, const Record *old, Record *rec, bool differs)
{
    if (!c->apply) return rule_check(row, rec);
    if (!old) return store_insert(row, &rule_entity, rec);
    return differs ? store_update(row, &rule_entity, old, rec, "copy") : RC_OK;
}

/* A row that is wrong is told and leaves the others alone; a failure of the database ends it all. */
static Rc copy_one(Copy *c, Str point)
{
    Ctx ctx;
    Work row = c->w;
    Arena *a = c->w.ctx->arena;
    Record *target = NULL, *old = NULL, *rec = NULL;
    ctx_init(&ctx, a, c->w.ctx->lang);
    row.ctx = &ctx;
    Str code = str_printf(a, "%.*s-%.*s", STR_ARG(c->base), STR_ARG(point));
    bool itself = str_eq(point, rec_text(&rule_entity, c->from, "point"));
    Rc rc = look_up(&row, point, itself ? rec_text(&rule_entity, c->from, "code") : code, &target, &old);
    Str name = target ? rec_text(kernel_entity(row.kernel, "points"), target, "name") : STR_NONE;
    if (rc >= 0) {
        rec = itself || old ? rec_copy(&ctx, &rule_entity, itself ? c->from : old)
                            : rec_new(&ctx, &rule_entity);
        if (!itself) fill(c, a, point, name, rec);
    }
    jout_open(c->out);
    jout_ks(c->out, "point", point);
    jout_ks(c->out, "name", name);
    jout_ks(c->out, "code", old ? rec_text(&rule_entity, old, "code") : code);
    size_t differs = rec ? put_changed(c->out, itself ? rec : old, rec) : 0;
    if (rc >= 0) rc = itself ? RC_OK : store_row(&row, c, old, rec, differs > 0);
    jout_kz(c->out, "action", rc < 0 ? "error" : !old ? "create" : differs ? "change" : "same");
    *(rc < 0 ? &c->failed : !old ? &c->created : differs ? &c->changed : &c->same) += 1;
    put_error(c->out, &ctx);
    jout_close(c->out);
    if (rc >= 0 || rc == RC_INVALID || rc == RC_CONFLICT) return RC_OK;
    return FAIL(c->w.ctx, rc, "rule.copy", "复制未完成，未作任何改动", "nothing was copied");
}

/* ---- The route ---- */

static Rc read_body(Copy *c, const Json *body)
{
    static const char *const known[] = {"from", "points", "apply"};
    JSON_EACH(m, body)
    {
        bool ok = false;
        for (size_t i = 0; i < ARRAY_LEN(known); i++) ok = ok || str_is(m->name, known[i]);
        if (!ok)
            FAIL_FIELD(c->w.ctx, str_z(c->w.ctx->arena, m->name), "unknown", 0, "不认识的成员“%.*s”",
                       "unknown member \"%.*s\"", STR_ARG(m->name));
    }
    if (c->w.ctx->err.kind) return c->w.ctx->err.kind;
    TRY(find_rule(c, body));
    return choose(c, json_get(body, "points"));
}

/* The points are chosen before the writer is taken, of which there is one; the rule is then read again. */
static Rc begin(Copy *c, Req *req, const Json *body)
{
    TRY(work_begin(req, false, &c->w));
    TRY(read_body(c, body));
    if (c->apply) {
        work_abort(&c->w);
        TRY(work_begin(req, true, &c->w));
        TRY(find_rule(c, body));
    }
    c->base = base_of(c->from);
    return RC_OK;
}

Rc rule_copy(Req *req, Res *res)
{
    const Json *body;
    Copy *c = ARENA_NEW(req->ctx.arena, Copy);
    TRY(req_json(req, &body));
    const Json *apply = json_get(body, "apply");
    c->apply = apply && apply->type == JSON_BOOL && apply->b;
    TRY(begin(c, req, body));
    Str pattern = rec_text(&rule_entity, c->from, "point");
    int64_t covered = 0;
    c->out = res_json(req, res);
    jout_open(c->out);
    jout_key(c->out, "items");
    jout_open_array(c->out);
    for (size_t i = 0; i < c->npoints; i++) {
        TRY(copy_one(c, c->points[i]));
        covered += !str_eq(pattern, c->points[i]) && str_glob(pattern, c->points[i]);
    }
    jout_close_array(c->out);
    jout_kb(c->out, "applied", c->apply);
    jout_ki(c->out, "created", c->created);
    jout_ki(c->out, "changed", c->changed);
    jout_ki(c->out, "same", c->same);
    jout_ki(c->out, "failed", c->failed);
    jout_ki(c->out, "covered", covered); /* points that the rule itself judges as well */
    jout_close(c->out);
    return c->apply ? work_commit(&c->w) : RC_OK;
}
