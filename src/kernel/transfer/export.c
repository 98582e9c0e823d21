/* Tables out: the list with its filters as a spreadsheet. It is written to a file first, because xlsx is a
 * zip archive whose directory comes last; memory does not grow with the rows. A CSV of very many rows is sent
 * as they are read (pages.c). People read labels, so dictionary codes are shown by their labels and
 * references by code with the title beside; the import understands all of it again. */
#include "kernel_int.h"
#include "transfer/export.h"
#include "transfer/transfer.h"
#include "base/clock.h"
#include <stdatomic.h>

const PassedColumn transfer_passed[] = {
    [PASSED_CREATED_AT] = {"created_at", T("建立时间", "Created")},
    [PASSED_UPDATED_AT] = {"updated_at", T("更新时间", "Changed")},
    [PASSED_ERROR] = {"error", T("错误", "Error")},
    {"id", T("标识", "Id")},
    {"version", T("版本", "Version")},
};
const size_t transfer_npassed = ARRAY_LEN(transfer_passed);

const char *transfer_ref_title(Arena *a, const Field *f, Lang lang)
{
    return arena_printf(a, lang == LANG_EN ? "%s (title)" : "%s（名称）", text_in(f->label, lang));
}

/* ---- Dictionaries ---- */

static void mark_shared(Choices *c)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < i; j++)
            for (int lang = 0; lang < LANG_COUNT; lang++) {
                const char *a = c->v[i].label[lang], *b = c->v[j].label[lang];
                if (a && b && strcmp(a, b) == 0) c->v[i].shared[lang] = c->v[j].shared[lang] = true;
            }
}

static const char *label_text(Arena *a, const Json *label, const char *lang)
{
    Str s = json_str(json_get(label, lang));
    return s.n ? str_z(a, s) : NULL;
}

static Choices read_choices(Arena *a, const Json *dict)
{
    const Json *entries = json_get(dict, "entries");
    Choices c = {0};
    if (!entries) return c;
    c.v = ARENA_ARRAY(a, Choice, entries->count);
    JSON_EACH(it, entries)
    {
        const Json *label = json_get(it, "label");
        c.v[c.n++] = (Choice){.code = json_str(json_get(it, "code")),
                              .label = {label_text(a, label, "zh"), label_text(a, label, "en")}};
    }
    mark_shared(&c);
    return c;
}

Rc transfer_choices(Ctx *ctx, Kernel *k, const Entity *e, Choices **out)
{
    StrBuf text;
    JsonOut o;
    buf_init(&text, ctx->arena);
    jout_init(&o, &text);
    dict_write_all(k, &o);
    const Json *dicts;
    TRY(json_parse(ctx, buf_str(&text), &dicts));
    *out = ARENA_ARRAY(ctx->arena, Choices, e->nfields);
    for (size_t i = 0; i < e->nfields; i++)
        if (e->fields[i].type == F_ENUM || (e->fields[i].type == F_INT && e->fields[i].ref))
            (*out)[i] = read_choices(ctx->arena, json_get(dicts, e->fields[i].ref));
    return 0;
}

const char *transfer_choice_text(Arena *a, const Choice *c, Lang lang)
{
    return c->label[lang] && !c->shared[lang] ? c->label[lang] : str_z(a, c->code);
}

/* ---- Columns ---- */

const Text transfer_yes = T("是", "yes"), transfer_no = T("否", "no");

SheetColumnType transfer_column_type(const Field *f)
{
    switch (f->type) {
    case F_INT:
        return f->ref ? COLUMN_TEXT : COLUMN_NUMBER;
    case F_REAL:
        return COLUMN_NUMBER;
    case F_TIME:
        return COLUMN_DATE_TIME;
    case F_BOOL:
    case F_TEXT:
    case F_ENUM:
    case F_REF:
    case F_JSON:
        return COLUMN_TEXT;
    }
    return COLUMN_TEXT;
}

double transfer_column_width(const Field *f)
{
    if (f->type == F_TIME) return 20;
    if (f->type == F_JSON || f->flags & F_LONG) return 30;
    return 0;
}

static size_t export_columns(const Export *x, SheetColumn *cols)
{
    Lang lang = x->ctx->lang;
    size_t n = 0;
    for (size_t i = 0; i < x->e->nfields; i++) {
        const Field *f = &x->e->fields[i];
        if (f->flags & F_SECRET) continue;
        cols[n++] = (SheetColumn){.title = text_in(f->label, lang),
                                  .type = transfer_column_type(f),
                                  .width = transfer_column_width(f)};
        if (f->type == F_REF)
            cols[n++] = (SheetColumn){.title = transfer_ref_title(x->ctx->arena, f, lang), .width = 20};
    }
    for (int i = PASSED_CREATED_AT; i <= PASSED_UPDATED_AT; i++)
        cols[n++] = (SheetColumn){
            .title = text_in(transfer_passed[i].label, lang), .type = COLUMN_DATE_TIME, .width = 20};
    return n;
}

/* ---- Rows ---- */

static void put_choice(const Export *x, size_t field, Str code)
{
    const Choices *c = &x->choices[field];
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->v[i].code, code)) {
            bool labelled = c->v[i].label[x->ctx->lang] && !c->v[i].shared[x->ctx->lang];
            sheet_put_text(x->w, labelled ? str_of(c->v[i].label[x->ctx->lang]) : code);
            return;
        }
    sheet_put_text(x->w, code); /* no longer valid */
}

/* A whole number with a dictionary is a code: people read its label. */
static void put_number_choice(const Export *x, size_t field, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)v);
    put_choice(x, field, str_of(text));
}

/* An export may be long: nothing is left in the arena. */
static void put_masked(const Export *x, Str value)
{
    char room[256];
    if (value.n <= sizeof room) sheet_put_text(x->w, mask_into(room, value));
    else sheet_put_text(x->w, STR("***"));
}

static void put_value(const Export *x, size_t field, DbVal v)
{
    if (v.type == DB_NULL) {
        sheet_put_empty(x->w);
        return;
    }
    switch (x->e->fields[field].type) {
    case F_TEXT:
    case F_JSON:
        if (x->e->fields[field].flags & F_MASK) put_masked(x, v.s);
        else sheet_put_text(x->w, v.s);
        break;
    case F_ENUM:
        put_choice(x, field, v.s);
        break;
    case F_INT:
        if (x->e->fields[field].ref) put_number_choice(x, field, v.i);
        else sheet_put_i64(x->w, v.i);
        break;
    case F_REAL:
        sheet_put_number(x->w, v.type == DB_F64 ? v.f : (double)v.i);
        break;
    case F_BOOL:
        sheet_put_text(x->w, str_of(text_in(v.i ? transfer_yes : transfer_no, x->ctx->lang)));
        break;
    case F_TIME:
        sheet_put_time(x->w, v.i);
        break;
    case F_REF:
        ENSURE(false); /* two cells: put_row */
    }
}

static Rc put_row(const Export *x, const ListRows *rows)
{
    const Record *rec = list_record(rows);
    for (size_t i = 0; i < x->e->nfields; i++) {
        const Field *f = &x->e->fields[i];
        if (f->flags & F_SECRET) continue;
        if (f->type != F_REF) {
            put_value(x, i, rec->v[i]);
            continue;
        }
        RefName ref = list_ref(rows, i);
        sheet_put_text(x->w, ref.code);
        sheet_put_text(x->w, ref.title);
    }
    sheet_put_time(x->w, rec->created_at);
    sheet_put_time(x->w, rec->updated_at);
    return sheet_end_row(x->ctx, x->w);
}

static Rc put_page_row(void *ud, const ListRows *rows)
{
    return put_row(ud, rows);
}

static Rc put_rows(Req *req, Export *x, const ListQuery *q)
{
    Work w;
    ListRows *rows;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(list_open(&w, q, &rows));
    while ((rc = list_next(rows)) > 0) TRY(put_row(x, rows));
    TRY(rc);
    return work_commit(&w);
}

static void put_parameter(void *ud, Str name, Str value)
{
    StrBuf *b = ud;
    if (str_is(name, "lang")) return;
    if (b->n) buf_addz(b, "; ");
    buf_add(b, name);
    buf_addc(b, '=');
    buf_add(b, value);
}

/* ---- How many, and which way ---- */

enum { ROWS_FEW = 10000 };

typedef struct Size {
    int64_t rows;
    bool exact; /* else there are more */
    bool paged; /* so many that they are read page by page */
} Size;

static Rc take_size(Req *req, SheetKind kind, ListQuery *q, Size *size)
{
    Work w;
    *size = (Size){.exact = true};
    TRY(work_begin(req, false, &w));
    TRY(list_count_to(&w, q, XLSX_ROWS_MOST, &size->rows, &size->exact));
    if (kind == SHEET_XLSX && !size->exact)
        return FAIL(&req->ctx, RC_TOO_LARGE, "sheet.rows", "超过 xlsx 的行数上限 1048576，请导出 CSV",
                    "more rows than the 1,048,576 of xlsx: export CSV");
    if (size->rows > ROWS_FEW) TRY(list_pages(&w, q, &size->paged));
    return work_commit(&w);
}

/* What leaves the program in bulk is in the ledger before it leaves: who asked for how many rows of what. */
static Rc tell_export(Req *req, const Export *x, SheetKind kind, const Size *size)
{
    Work w;
    StrBuf b, query;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    buf_init(&query, req->ctx.arena);
    req_each_query(req, put_parameter, &query);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "format", kind == SHEET_CSV ? "csv" : "xlsx");
    if (query.n) jout_ks(&o, "query", buf_str(&query));
    jout_ki(&o, "rows", size->rows);
    if (!size->exact) jout_kb(&o, "more", true);
    jout_close(&o);
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, x->e->plural, 0, "export", STR_NONE, buf_str(&b)));
    return work_commit(&w);
}

/* "测点-20261122.xlsx" */
const char *transfer_name(const Req *req, const Entity *e, const char *what, SheetKind kind)
{
    Civil c = civil_of(req->t);
    return arena_printf(req->ctx.arena, "%s%s-%04d%02d%02d.%s", text_in(e->title, req->ctx.lang), what,
                        c.year, c.month, c.day, kind == SHEET_CSV ? "csv" : "xlsx");
}

static Rc begin_sheet(Export *x)
{
    Ctx *ctx = x->ctx;
    SheetColumn *cols = ARENA_ARRAY(ctx->arena, SheetColumn, x->e->nfields * 2 + 2);
    return sheet_begin(ctx, x->w, text_in(x->e->title, ctx->lang), cols, export_columns(x, cols));
}

static Pages pages_of(Req *req, Export *x, ListQuery *q)
{
    return (Pages){
        .kernel = req_kernel(req), .who = req->who, .peer = req->peer, .q = q, .row = put_page_row, .ud = x};
}

/* ---- CSV of very many rows: sent as it is read ---- */

typedef struct Stream {
    Export x;
    Pages pages;
    Str made; /* not taken yet */
} Stream;

static long pull_rows(void *ud, char *buf, size_t max)
{
    Stream *s = ud;
    while (!s->made.n && !s->pages.end) {
        if (pages_next(&s->pages, s->x.ctx) < 0) return -1;
        s->made = sheet_writer_take(s->x.w);
    }
    size_t n = s->made.n < max ? s->made.n : max;
    if (n) memcpy(buf, s->made.p, n);
    s->made = str_n(s->made.p + n, s->made.n - n);
    return (long)n;
}

static Rc stream_csv(Req *req, Res *res, const Export *x, ListQuery *q)
{
    Stream *s = ARENA_NEW(req->ctx.arena, Stream);
    *s = (Stream){.x = *x};
    s->pages = pages_of(req, &s->x, q);
    TRY(sheet_writer_open_memory(&req->ctx, &s->x.w));
    TRY(begin_sheet(&s->x));
    res_attachment(req, res, transfer_name(req, x->e, "", SHEET_CSV));
    res_stream(res, "text/csv; charset=utf-8", pull_rows, s);
    return 0;
}

/* ---- A file made whole ---- */

/* A workbook can be sent only when it is finished, and one of a million rows takes half a minute of a worker:
 * one at a time. */
static atomic_bool long_workbook;

static void end_long(void *flag)
{
    atomic_store((atomic_bool *)flag, false);
}

static Rc begin_long(Ctx *ctx)
{
    if (atomic_exchange(&long_workbook, true))
        return FAIL(ctx, RC_BUSY, "export.busy", "正在生成另一个大文件，请稍后再试，或导出 CSV",
                    "another long file is being made: try again later, or export CSV");
    arena_defer(ctx->arena, end_long, &long_workbook);
    return 0;
}

static Rc put_all(Req *req, Export *x, ListQuery *q, bool paged)
{
    Rc rc = 0;
    if (!paged) return put_rows(req, x, q);
    TRY(begin_long(&req->ctx));
    Pages pages = pages_of(req, x, q);
    while (rc >= 0 && !pages.end) rc = pages_next(&pages, &req->ctx);
    end_long(&long_workbook);
    arena_undefer(req->ctx.arena, end_long, &long_workbook);
    return rc;
}

static Rc send_file(Req *req, Res *res, Export *x, ListQuery *q, SheetKind kind, bool paged)
{
    const char *path;
    TRY(transfer_spool_new(&req->ctx, req_kernel(req), kind, &path));
    TRY(sheet_writer_open(&req->ctx, kind, path, &x->w));
    TRY(begin_sheet(x));
    TRY(put_all(req, x, q, paged));
    TRY(sheet_writer_close(&req->ctx, &x->w));
    return transfer_send(req, res, path, kind, transfer_name(req, x->e, "", kind));
}

Rc transfer_export(Req *req, Res *res)
{
    SheetKind kind = str_ends(req->path, STR(".csv")) ? SHEET_CSV : SHEET_XLSX;
    Export x = {.ctx = &req->ctx, .e = route_entity(req)};
    ListQuery *q;
    Size size;
    TRY(list_parse(req, x.e, false, &q));
    TRY(transfer_choices(&req->ctx, req_kernel(req), x.e, &x.choices));
    TRY(take_size(req, kind, q, &size));
    TRY(tell_export(req, &x, kind, &size));
    if (kind == SHEET_CSV && size.paged) return stream_csv(req, res, &x, q);
    return send_file(req, res, &x, q, kind, size.paged);
}
