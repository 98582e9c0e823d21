/* Import of a table. The header says which column is which field; then every row is read, checked and stored
 * by itself under a savepoint, so that a bad row costs only itself. Rows are committed in parts: each part
 * takes the writer and gives it back, so that alarms and other writers come in between, and a later row sees
 * what an earlier one made. When rows were refused the input is read once more and written out with the
 * reasons beside it. */
#include "kernel_int.h"
#include "transfer/geojson.h"
#include "transfer/transfer.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "sheet/write.h"
#include <math.h>

#define PART_ROWS 500

enum { COLUMN_EMPTY = -1, COLUMN_PASSED = -2, COLUMN_REASON = -3 };

typedef struct RowError {
    int64_t line;
    const char *reason;
} RowError;

typedef struct Import {
    Ctx *ctx;
    Kernel *k;
    const Principal *who;
    const char *peer;
    const Entity *e;
    GeoDatum datum; /* of the table's lon and lat */
    Choices *choices;
    int columns[SHEET_MAX_COLS]; /* field of each column, or COLUMN_… */
    size_t ncolumns;
    int64_t header_line; /* 0: not seen yet */
    Arena *part_arena;   /* of one part */
    Ctx part_ctx;
    Work w;
    bool open; /* a part is under way */
    int part_rows;
    bool *touched; /* by entity: whose committed hook is due at the end */
    Arena *keep;   /* of the reasons */
    RowError *errors;
    size_t nerrors, cap;
    int64_t accepted;
    const ToldOnce *told; /* by the accepted rows, last one first */
    StrMap *codes;        /* of the accepted rows, to their lines */
} Import;

/* ---- Header ---- */

static Str bare_title(Str s)
{
    s = str_trim(s);
    if (str_ends(s, STR("*"))) s.n -= 1;
    else if (str_ends(s, STR("＊"))) s.n -= strlen("＊");
    return str_trim(s);
}

static bool means(Str title, const char *name, Text label)
{
    return str_ieq(title, str_of(name)) || str_is(title, label.zh) ||
           (label.en && str_ieq(title, str_of(label.en)));
}

static int passed_column(Import *im, Str title)
{
    for (size_t i = 0; i < transfer_npassed; i++)
        if (means(title, transfer_passed[i].name, transfer_passed[i].label))
            return i == PASSED_ERROR ? COLUMN_REASON : COLUMN_PASSED;
    for (size_t i = 0; i < im->e->nfields; i++) {
        const Field *f = &im->e->fields[i];
        if (f->type != F_REF) continue;
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (str_is(title, transfer_ref_title(im->ctx->arena, f, (Lang)lang))) return COLUMN_PASSED;
    }
    return COLUMN_EMPTY;
}

/* Index of a field, COLUMN_PASSED for what is known but not taken, COLUMN_EMPTY when nobody knows it. */
static int column_of(Import *im, Str title)
{
    for (size_t i = 0; i < im->e->nfields; i++) {
        const Field *f = &im->e->fields[i];
        if (!(f->flags & F_SECRET) && means(title, f->name, f->label))
            return f->flags & F_READONLY ? COLUMN_PASSED : (int)i;
    }
    return passed_column(im, title);
}

static Rc header_cell(Import *im, size_t col, Str title, int64_t line)
{
    Ctx *ctx = im->ctx;
    im->columns[col] = COLUMN_EMPTY;
    if (title.n == 0) return 0;
    const char *shown = str_z(ctx->arena, title);
    int field = column_of(im, title);
    if (field == COLUMN_EMPTY)
        return FAIL_FIELD(ctx, shown, "unknown", line, "不认识的列“%s”", "unknown column \"%s\"", shown);
    for (size_t i = 0; field >= 0 && i < col; i++)
        if (im->columns[i] == field)
            return FAIL_FIELD(ctx, shown, "duplicate", line, "列“%s”重复", "column \"%s\" stands twice",
                              shown);
    im->columns[col] = field;
    return 0;
}

static Rc read_header(Import *im, int64_t line, const SheetCell *cells, size_t n)
{
    bool any = false;
    im->header_line = line;
    im->ncolumns = n;
    for (size_t i = 0; i < n; i++) {
        header_cell(im, i, bare_title(cells[i].text), line);
        any = any || im->columns[i] >= 0;
    }
    if (im->ctx->err.kind) return im->ctx->err.kind;
    if (any) return 0;
    return FAIL(im->ctx, RC_INVALID, "import.header", "表头中没有可导入的列",
                "the header has no column that can be imported");
}

/* ---- One cell ---- */

/* "2026/1/2 3:04", "2026年1月2日" and the like, as spreadsheets write dates into CSV; anything else stays as
 * it is. */
static Str usual_time(Arena *a, Str s)
{
    static const char *const between[] = {"/", "-", ".", ":", " ", "T", "年", "月", "日", "时", "分", "秒"};
    int part[6] = {0, 1, 1, 0, 0, 0}, n = 0;
    size_t i = 0;
    while (i < s.n && n < 6) {
        size_t from = i;
        int v = 0;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i - from < 4) v = v * 10 + (s.p[i++] - '0');
        if (i == from) return s;
        part[n++] = v;
        size_t before = i;
        for (size_t j = 0; j < ARRAY_LEN(between); j++) {
            if (!str_starts(str_n(s.p + i, s.n - i), str_of(between[j]))) continue;
            i += strlen(between[j]);
            j = (size_t)-1;
        }
        if (i == before) break;
    }
    if (i < s.n || n < 3 || n == 4) return s; /* an offset, a fraction: RFC 3339 or nothing we know */
    return str_printf(a, "%04d-%02d-%02d %02d:%02d:%02d", part[0], part[1], part[2], part[3], part[4],
                      part[5]);
}

static bool is_label(const Choice *c, Str text)
{
    if (str_is(text, c->label[LANG_ZH])) return !c->shared[LANG_ZH];
    return c->label[LANG_EN] && str_ieq(text, str_of(c->label[LANG_EN])) && !c->shared[LANG_EN];
}

/* A label becomes its code; anything else is left for the check to refuse. */
static Str code_of(const Choices *choices, Str text)
{
    for (size_t i = 0; i < choices->n; i++)
        if (str_eq(choices->v[i].code, text)) return text;
    for (size_t i = 0; i < choices->n; i++)
        if (is_label(&choices->v[i], text)) return choices->v[i].code;
    return text;
}

static Rc read_cell(Import *im, size_t field, const SheetCell *cell, int64_t line, DbVal *out)
{
    const Field *f = &im->e->fields[field];
    Str text = str_trim(cell->text);
    if (cell->type == CELL_ERROR)
        return FAIL_FIELD(&im->part_ctx, f->name, "type", line, "%s：单元格是错误值“%.*s”",
                          "%s: the cell is an error, \"%.*s\"", text_in(f->label, im->part_ctx.lang),
                          STR_ARG(text));
    if ((f->flags & F_MASK) && memchr(text.p, '*', text.n)) { /* judged against what is stored */
        *out = db_val_text(str_copy(im->part_ctx.arena, text));
        return 0;
    }
    if (f->type == F_TIME) text = usual_time(im->part_ctx.arena, text);
    if (f->type == F_ENUM) text = code_of(&im->choices[field], text);
    return field_parse_text(&im->w, f, str_copy(im->part_ctx.arena, text), line, out);
}

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
        Rc rc = read_cell(im, (size_t)field, &cells[i], line, &row->v[field]);
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

/* Both columns or neither: half a place stays as it is, for the entity's check to refuse. */
static void shift_place(Import *im, Row *row)
{
    DbVal *lon = NULL, *lat = NULL;
    for (size_t i = 0; i < im->e->nfields && im->datum != DATUM_CGCS2000; i++) {
        const Field *f = &im->e->fields[i];
        if (f->type != F_REAL || row->v[i].type != DB_F64) continue;
        if (!strcmp(f->name, "lon")) lon = &row->v[i];
        if (!strcmp(f->name, "lat")) lat = &row->v[i];
    }
    if (!lon || !lat) return;
    GeoPoint p = geo_to_cgcs2000((GeoPoint){lon->f, lat->f}, im->datum);
    lon->f = round(p.lon * 1e9) / 1e9;
    lat->f = round(p.lat * 1e9) / 1e9;
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

static void add_error(Import *im, int64_t line)
{
    if (im->nerrors == im->cap) {
        size_t cap = im->cap ? im->cap * 2 : 64;
        RowError *bigger = ARENA_ARRAY(im->keep, RowError, cap);
        if (im->nerrors) memcpy(bigger, im->errors, im->nerrors * sizeof *bigger);
        im->errors = bigger;
        im->cap = cap;
    }
    im->errors[im->nerrors++] = (RowError){line, reason_of(im->keep, &im->part_ctx.err)};
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
    if (!im->header_line) return read_header(im, line, cells, n);
    TRY(begin_part(im));
    Rc rc = store_row(im, line, cells, n);
    if (rc < 0 && !blames_row(rc)) return rc;
    if (rc < 0) add_error(im, line);
    else im->accepted++;
    ctx_clear(&im->part_ctx);
    return ++im->part_rows >= PART_ROWS ? end_part(im) : 0;
}

/* ---- The error file ---- */

typedef struct ErrorFile {
    const Import *im;
    Ctx *ctx;
    SheetWriter *w;
    size_t next; /* error not yet written */
} ErrorFile;

static Rc begin_error_file(ErrorFile *ef, const SheetCell *cells, size_t n)
{
    const Import *im = ef->im;
    Ctx *ctx = ef->ctx;
    SheetColumn *cols = ARENA_ARRAY(ctx->arena, SheetColumn, n + 1);
    size_t ncols = 0;
    for (size_t i = 0; i < n; i++)
        if (im->columns[i] != COLUMN_REASON)
            cols[ncols++] = (SheetColumn){.title = str_z(ctx->arena, cells[i].text)};
    cols[ncols++] =
        (SheetColumn){.title = text_in(transfer_passed[PASSED_ERROR].label, ctx->lang), .width = 60};
    return sheet_begin(ctx, ef->w, text_in(im->e->title, ctx->lang), cols, ncols);
}

static Rc copy_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    ErrorFile *ef = ud;
    const Import *im = ef->im;
    if (line == im->header_line) return begin_error_file(ef, cells, n);
    for (size_t i = 0; i < im->ncolumns; i++) {
        if (im->columns[i] == COLUMN_REASON) continue;
        if (i < n) sheet_put_cell(ef->w, &cells[i]);
        else sheet_put_empty(ef->w);
    }
    bool bad = ef->next < im->nerrors && im->errors[ef->next].line == line;
    if (bad) sheet_put_text(ef->w, str_of(im->errors[ef->next++].reason));
    else sheet_put_empty(ef->w);
    return sheet_end_row(ef->ctx, ef->w);
}

/* "C:\\up\\points.xlsx" → "points-错误.xlsx" */
static const char *error_name(Ctx *ctx, Str file_name, SheetKind kind)
{
    for (size_t i = 0; i < file_name.n; i++)
        if (file_name.p[i] == '/' || file_name.p[i] == '\\') {
            file_name = str_n(file_name.p + i + 1, file_name.n - i - 1);
            i = (size_t)-1;
        }
    for (size_t i = file_name.n; i-- > 1;)
        if (file_name.p[i] == '.') {
            file_name.n = i;
            break;
        }
    if (file_name.n == 0 || file_name.n > 200 || !str_utf8_ok(file_name)) file_name = STR("import");
    char *name = arena_printf(ctx->arena, "%.*s-%s.%s", STR_ARG(file_name),
                              text_in(transfer_passed[PASSED_ERROR].label, ctx->lang),
                              kind == SHEET_CSV ? "csv" : "xlsx");
    for (char *p = name; *p; p++)
        if ((unsigned char)*p < ' ' || *p == '"') *p = '_';
    return name;
}

static Rc write_errors(Import *im, Str file_name, Str content, ImportResult *out)
{
    Ctx *ctx = im->ctx;
    SheetKind kind = sheet_kind(content);
    const char *name = error_name(ctx, file_name, kind);
    TRY(transfer_file_new(ctx, im->k, im->who, kind, name, &out->error_file, &out->error_id));
    ErrorFile ef = {.im = im, .ctx = ctx};
    TRY(sheet_writer_open(ctx, kind, out->error_file, &ef.w));
    TRY(sheet_read(ctx, content, copy_row, &ef));
    return sheet_writer_close(ctx, &ef.w);
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
    out->rejected = (int64_t)im->nerrors;
    return im->nerrors ? write_errors(im, file_name, content, out) : 0;
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
    jout_kz(o, "errors", r.error_id ? arena_printf(req->ctx.arena, "/api/files/%s", r.error_id) : NULL);
    told_write(r.told, o);
    if (r.told) res_header(res, "Cache-Control", "no-store");
    jout_close(o);
    return 0;
}
