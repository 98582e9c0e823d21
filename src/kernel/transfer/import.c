/* Import of a table. The header says which column is which field; then every row is read, checked and stored
 * by itself under a savepoint, so that a bad row costs only itself. Rows are committed in parts: each part
 * takes the writer and gives it back, so that alarms and other writers come in between, and a later row sees
 * what an earlier one made. When rows were refused the input is read once more and written out with the
 * reasons beside it. */
#include "transfer/import_int.h"
#include "record/place.h"
#include "transfer/geojson.h"
#include "transfer/shapes.h"
#include <math.h>

enum { PART_ROWS = 500 };

/* ---- One row ---- */

typedef struct Row {
    DbVal *v; /* per field */
    bool *present;
} Row;

static Rc read_cells(Import *im, int64_t line, const SheetCell *cells, size_t n, Row *row)
{
    Ctx *ctx = &im->part_ctx;
    row->v = ARENA_ARRAY(ctx->arena, DbVal, im->e->nfields);
    row->present = ARENA_ARRAY(ctx->arena, bool, im->e->nfields);
    for (size_t i = 0; i < n; i++) {
        int field = i < im->ncolumns ? im->columns[i] : COLUMN_EMPTY;
        if (str_trim(cells[i].text).n == 0 || field == COLUMN_PASSED || field == COLUMN_REASON) continue;
        if (field == COLUMN_EMPTY) {
            FAIL_FIELD(ctx, "", "unknown", line, "第 %zu 列有内容但没有标题",
                       "column %zu has a value but no title", i + 1);
            continue;
        }
        Rc rc = import_cell(im, i, &cells[i], line, &row->v[field]);
        if (rc < 0 && rc != RC_INVALID) return rc;
        row->present[field] = true;
    }
    return 0;
}

/* 1: the record with the row's code, 0: none. */
/* STR_NONE when the row carries none. */
static Str row_code(const Import *im, const Row *row)
{
    if (!im->e->code_field) return STR_NONE;
    size_t code = entity_field(im->e, im->e->code_field);
    const DbVal *v = &row->v[code];
    return row->present[code] && v->type == DB_TEXT ? v->s : STR_NONE;
}

static Rc find_old(Import *im, Str code, Record **old)
{
    if (!code.n) return 0;
    return store_find(&im->w, im->e, str_printf(im->part_ctx.arena, "code:%.*s", STR_ARG(code)), old);
}

/* The second row of a code would quietly take the place of the first. */
static Rc check_first(Import *im, Str code, int64_t line)
{
    uint32_t first = code.n ? strmap_get(im->codes, code) : STRMAP_NONE;
    if (first == STRMAP_NONE) return 0;
    return FAIL_FIELD(&im->part_ctx, im->e->code_field, "duplicate", line, "“%.*s”与第 %u 行重复",
                      "\"%.*s\" stands in row %u already", STR_ARG(code), first);
}

static Rc fill_new(Import *im, const Row *row, int64_t line, Record *rec)
{
    Ctx *ctx = &im->part_ctx;
    for (size_t i = 0; i < im->e->nfields; i++) {
        const Field *f = &im->e->fields[i];
        if (row->present[i]) rec->v[i] = row->v[i];
        else if (f->fallback) TRY(field_parse_text(&im->w, f, str_of(f->fallback), line, &rec->v[i]));
        else if (f->flags & F_REQUIRED && !(f->flags & F_READONLY))
            FAIL_FIELD(ctx, f->name, "required", line, "%s为必填项", "%s is required",
                       text_in(f->label, ctx->lang));
    }
    return 0;
}

/* Does the row change the record? */
static bool fill_change(Import *im, const Row *row, int64_t line, Record *rec)
{
    Ctx *ctx = &im->part_ctx;
    bool changed = false;
    for (size_t i = 0; i < im->e->nfields; i++) {
        const Field *f = &im->e->fields[i];
        if (!row->present[i] || field_equal(f, rec->v[i], row->v[i])) continue;
        if (mask_kept(ctx->arena, f, rec->v[i], row->v[i].s)) continue;
        if (f->flags & F_CREATE_ONLY)
            FAIL_FIELD(ctx, f->name, "create_only", line, "%s在建立之后不能修改",
                       "%s cannot be changed later", text_in(f->label, ctx->lang));
        rec->v[i] = row->v[i];
        changed = true;
    }
    return changed;
}

static Rc write_row(Import *im, const Record *old, Record *rec)
{
    TRY(work__row_begin(&im->w));
    Rc rc = old ? store_update(&im->w, im->e, old, rec, "change") : store_insert(&im->w, im->e, rec);
    if (rc >= 0) rc = scope_need(&im->w, im->e, rec);
    Ctx *ctx = &im->part_ctx;
    Err first = ctx->err; /* undoing must not hide it, nor be hidden by it */
    if (rc < 0) ctx_clear(ctx);
    TRY(work__row_end(&im->w, rc >= 0));
    const ToldOnce *told = work__told(&im->w, im->keep, rc < 0 ? NULL : im->told);
    if (rc < 0) ctx->err = first; /* what an undone row told is forgotten with it */
    else im->told = told;
    return rc;
}

static Rc store_record(Import *im, int64_t line, const Row *row, Str code)
{
    Record *old = NULL, *rec;
    bool changed = true;
    Rc rc = find_old(im, code, &old);
    if (rc > 0) TRY(scope_need(&im->w, im->e, old));
    if (rc < 0) return rc;
    if (rc == 0) {
        old = NULL;
        rec = rec_new(&im->part_ctx, im->e);
        rc = fill_new(im, row, line, rec);
        if (rc < 0 && rc != RC_INVALID) return rc;
    } else {
        rec = rec_copy(&im->part_ctx, im->e, old);
        changed = fill_change(im, row, line, rec);
    }
    if (im->part_ctx.err.kind) return im->part_ctx.err.kind;
    return changed ? write_row(im, old, rec) : 0;
}

static double nano(double degrees)
{
    return round(degrees * 1e9) / 1e9;
}

/* A geometry that cannot be read stays as it is, for its check to refuse. */
static void shift_shape(Import *im, DbVal *v)
{
    static const GeoField field = {"geometry", 0};
    Ctx ctx;
    const Json *j;
    GeoShape s;
    StrBuf b;
    JsonOut o;
    ctx_init(&ctx, im->part_ctx.arena, LANG_EN);
    if (json_parse(&ctx, v->s, &j) < 0 || geo_shape_read(&ctx, &field, j, &geo_world, &s) < 0) return;
    for (size_t i = 0; i < s.n; i++) {
        GeoPoint p = geo_to_cgcs2000(s.p[i], im->datum);
        s.p[i] = (GeoPoint){nano(p.lon), nano(p.lat)};
    }
    buf_init(&b, ctx.arena);
    jout_init(&o, &b);
    geo_shape_write(&s, &o);
    *v = db_val_json(buf_str(&b));
}

/* Both columns or neither: half a place stays as it is, for the entity's check to refuse. */
static void shift_place(Import *im, Row *row)
{
    DbVal *lon = NULL, *lat = NULL;
    for (size_t i = 0; i < im->e->nfields && im->datum != DATUM_CGCS2000; i++) {
        const Field *f = &im->e->fields[i];
        bool text = row->v[i].type == DB_TEXT || row->v[i].type == DB_JSON;
        if (f->type == F_JSON && text && !strcmp(f->name, "geometry")) shift_shape(im, &row->v[i]);
        if (f->type != F_REAL || row->v[i].type != DB_F64) continue;
        if (!strcmp(f->name, "lon")) lon = &row->v[i];
        if (!strcmp(f->name, "lat")) lat = &row->v[i];
    }
    if (!lon || !lat) return;
    GeoPoint p = geo_to_cgcs2000((GeoPoint){lon->f, lat->f}, im->datum);
    lon->f = nano(p.lon);
    lat->f = nano(p.lat);
}

static Rc store_row(Import *im, int64_t line, const SheetCell *cells, size_t n)
{
    Row row;
    TRY(read_cells(im, line, cells, n, &row));
    if (im->part_ctx.err.kind) return im->part_ctx.err.kind;
    shift_place(im, &row);
    Str code = row_code(im, &row);
    TRY(check_first(im, code, line));
    TRY(store_record(im, line, &row, code));
    if (code.n) strmap_put(im->codes, code, (uint32_t)line);
    return 0;
}

/* ---- Parts ---- */

static Rc begin_part(Import *im)
{
    if (im->open) return 0;
    arena_reset(im->part_arena);
    ctx_init(&im->part_ctx, im->part_arena, im->ctx->lang);
    TRY(work_begin_as(&im->part_ctx, im->k, im->who, im->peer, true, &im->w));
    work__listen(&im->w);
    im->open = true;
    im->part_rows = 0;
    return 0;
}

/* The hooks wait for the end of the import. */
static void hold_hooks(Import *im)
{
    WorkState *s = work__state(&im->w);
    for (size_t i = 0; i < im->k->decl->nentities; i++) {
        im->touched[i] = im->touched[i] || s->touched[i];
        s->touched[i] = false;
    }
}

static Rc end_part(Import *im)
{
    if (!im->open) return 0;
    im->open = false;
    hold_hooks(im);
    return work_commit(&im->w);
}

static void run_hooks(Import *im)
{
    const Decl *d = im->k->decl;
    for (size_t i = 0; i < d->nentities; i++)
        if (im->touched[i] && d->entities[i].e->committed)
            d->entities[i].e->committed(im->k, d->entities[i].e);
}

static const char *reason_of(Arena *a, const Err *err)
{
    StrBuf b;
    buf_init(&b, a);
    for (const FieldError *f = err->fields; f; f = f->next) {
        if (b.n) buf_addz(&b, "；");
        buf_addz(&b, f->message);
    }
    if (b.n == 0) buf_addz(&b, err->message ? err->message : err->code);
    return str_z(a, buf_str(&b));
}

static void add_reason(Import *im, RowError what)
{
    if (im->nerrors == im->cap) {
        size_t cap = im->cap ? im->cap * 2 : 64;
        RowError *bigger = ARENA_ARRAY(im->keep, RowError, cap);
        if (im->nerrors) memcpy(bigger, im->errors, im->nerrors * sizeof *bigger);
        im->errors = bigger;
        im->cap = cap;
    }
    im->errors[im->nerrors++] = what;
}

static const char *warnings_of(Import *im, const Warned *warned)
{
    StrBuf b;
    buf_init(&b, im->keep);
    buf_addz(&b, im->part_ctx.lang == LANG_EN ? "warning: " : "提示：");
    for (const Warned *first = warned; warned; warned = warned->next) {
        if (warned != first) buf_addz(&b, "；");
        buf_addz(&b, warned->message);
    }
    return str_z(im->keep, buf_str(&b));
}

static void take_warnings(Import *im, int64_t line)
{
    const Warned *warned = work__warned(&im->w);
    if (!warned) return;
    add_reason(im, (RowError){line, warnings_of(im, warned), true});
    im->warned++;
}

/* What is the row's fault, as against what ends the import. */
static bool blames_row(Rc rc)
{
    return rc == RC_INVALID || rc == RC_SYNTAX || rc == RC_CONFLICT || rc == RC_STATE || rc == RC_NOT_FOUND ||
           rc == RC_FORBIDDEN || rc == RC_STALE || rc == RC_TOO_LARGE || rc == RC_LIMIT;
}

static Rc take_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    Import *im = ud;
    if (!im->header_line) return import_header(im, line, cells, n);
    TRY(begin_part(im));
    Rc rc = store_row(im, line, cells, n);
    if (rc < 0 && !blames_row(rc)) return rc;
    if (rc < 0) {
        add_reason(im, (RowError){line, reason_of(im->keep, &im->part_ctx.err), false});
    } else {
        im->accepted++;
        take_warnings(im, line);
    }
    ctx_clear(&im->part_ctx);
    return ++im->part_rows >= PART_ROWS ? end_part(im) : 0;
}

/* ---- Together ---- */

static Rc run_import(Import *im, Str file_name, Str content, ImportResult *out)
{
    Ctx *ctx = im->ctx;
    TRY(transfer_choices(ctx, im->k, im->e, &im->choices));
    im->touched = ARENA_ARRAY(ctx->arena, bool, im->k->decl->nentities);
    Rc rc = sheet_read(ctx, content, take_row, im);
    if (rc >= 0) rc = end_part(im);
    else if (im->open) work_abort(&im->w);
    if (rc < 0 && im->part_ctx.err.kind && !ctx->err.kind) {
        const Err *err = &im->part_ctx.err;
        ctx_fail(ctx, err->kind, err->code, err->file, err->line, "%s", err->message);
        if (err->cause) ctx_cause(ctx, "%s", err->cause);
    }
    run_hooks(im); /* parts that were committed before a failure stay */
    if (rc < 0) return rc;
    if (!im->header_line) return FAIL(ctx, RC_INVALID, "import.empty", "表中没有内容", "the table is empty");
    out->accepted = im->accepted;
    out->told = told_turned(ctx->arena, im->told);
    out->rejected = (int64_t)im->nerrors - im->warned;
    out->warned = im->warned;
    out->formulas = im->formulas;
    out->first_formula = im->first_formula ? arena_strdup(ctx->arena, im->first_formula) : NULL;
    return im->nerrors ? import_errors(im, file_name, content, out) : 0;
}

static void free_codes(void *m)
{
    StrMap *codes = m;
    strmap_free(&codes);
}

static void free_arena(void *a)
{
    Arena *arena = a;
    arena_free(&arena);
}

static Rc import_any(Import *im, Str file_name, Str content, ImportResult *out)
{
    Ctx *ctx = im->ctx;
    *out = (ImportResult){0};
    Rc shapes = shapes_geojson(ctx, im->e, content, &content);
    if (shapes < 0) return shapes;
    if (geojson_is(content)) {
        TRY(geojson_table(ctx, im->e, content, im->datum, &content));
        im->datum = DATUM_CGCS2000;
    }
    im->part_arena = arena_new(0);
    im->keep = arena_new(0);
    arena_defer(ctx->arena, free_arena, im->part_arena);
    arena_defer(ctx->arena, free_arena, im->keep);
    im->codes = strmap_new(0);
    arena_defer(ctx->arena, free_codes, im->codes);
    return run_import(im, file_name, content, out);
}

Rc import_table(Ctx *ctx, Kernel *k, const Principal *who, const char *peer, const Entity *e, Str file_name,
                Str content, ImportResult *out)
{
    Import *im = ARENA_NEW(ctx->arena, Import);
    *im = (Import){.ctx = ctx, .k = k, .who = who, .peer = peer, .e = e};
    return import_any(im, file_name, content, out);
}

static Rc read_datum(Req *req, GeoDatum *out)
{
    static const char *const known[] = {"coordinates", "name", NULL};
    Str text = req_query(req, "coordinates");
    *out = DATUM_CGCS2000;
    TRY(query_only(req, known));
    if (!text.n || geo_datum_read(text, out)) return 0;
    return FAIL_FIELD(&req->ctx, "coordinates", "unknown", 0, "坐标系应为 cgcs2000、gcj02 或 bd09",
                      "coordinates must be cgcs2000, gcj02 or bd09");
}

Rc transfer_import(Req *req, Res *res)
{
    Str name, content;
    TRY(req_file(req, &name, &content));
    ImportResult r;
    Import *im = ARENA_NEW(req->ctx.arena, Import);
    *im = (Import){
        .ctx = &req->ctx, .k = req_kernel(req), .who = req->who, .peer = req->peer, .e = route_entity(req)};
    TRY(read_datum(req, &im->datum));
    TRY(import_any(im, name, content, &r));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_ki(o, "accepted", r.accepted);
    jout_ki(o, "rejected", r.rejected);
    jout_ki(o, "warned", r.warned);
    jout_kz(o, "errors", r.error_id ? arena_printf(req->ctx.arena, "/api/files/%s", r.error_id) : NULL);
    if (r.formulas) {
        jout_ki(o, "formulas", r.formulas);
        jout_kz(o, "first_formula", r.first_formula);
    }
    told_write(r.told, o);
    if (r.told) res_header(res, "Cache-Control", "no-store");
    jout_close(o);
    return 0;
}
