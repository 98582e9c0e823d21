/* Tables out: the list with its filters as a spreadsheet, and the empty form to fill in. Both are written to
 * a file first, because xlsx is a zip archive whose directory comes last; memory does not grow with the rows.
 * People read labels, so dictionary codes are shown by their labels and references by code with the title
 * beside; the import understands all of it again. */
#include "kernel_int.h"
#include "transfer/transfer.h"
#include "base/clock.h"
#include "sheet/write.h"

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

static const Text yes = T("是", "yes"), no = T("否", "no");

static SheetColumnType column_type(const Field *f)
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

static double column_width(const Field *f)
{
    if (f->type == F_TIME) return 20;
    if (f->type == F_JSON || f->flags & F_LONG) return 30;
    return 0;
}

typedef struct Export {
    Ctx *ctx;
    const Entity *e;
    Choices *choices;
    SheetWriter *w;
} Export;

static size_t export_columns(const Export *x, SheetColumn *cols)
{
    Lang lang = x->ctx->lang;
    size_t n = 0;
    for (size_t i = 0; i < x->e->nfields; i++) {
        const Field *f = &x->e->fields[i];
        if (f->flags & F_SECRET) continue;
        cols[n++] =
            (SheetColumn){.title = text_in(f->label, lang), .type = column_type(f), .width = column_width(f)};
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
        sheet_put_text(x->w, str_of(text_in(v.i ? yes : no, x->ctx->lang)));
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

static Rc put_rows(Req *req, Export *x, const ListQuery *q, int64_t *n)
{
    Work w;
    ListRows *rows;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(list_open(&w, q, &rows));
    for (*n = 0; (rc = list_next(rows)) > 0; ++*n) TRY(put_row(x, rows));
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

/* What leaves the program in bulk is in the ledger: who took how many rows of what. */
static Rc tell_export(Req *req, const Export *x, SheetKind kind, int64_t rows)
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
    jout_ki(&o, "rows", rows);
    jout_close(&o);
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, x->e->plural, 0, "export", STR_NONE, buf_str(&b)));
    return work_commit(&w);
}

/* "测点-20261122.xlsx" */
static const char *download_name(const Req *req, const Entity *e, const char *what, SheetKind kind)
{
    Civil c = civil_of(req->t);
    return arena_printf(req->ctx.arena, "%s%s-%04d%02d%02d.%s", text_in(e->title, req->ctx.lang), what,
                        c.year, c.month, c.day, kind == SHEET_CSV ? "csv" : "xlsx");
}

Rc transfer_export(Req *req, Res *res)
{
    Ctx *ctx = &req->ctx;
    SheetKind kind = str_ends(req->path, STR(".csv")) ? SHEET_CSV : SHEET_XLSX;
    Export x = {.ctx = ctx, .e = route_entity(req)};
    ListQuery *q;
    const char *path;
    TRY(list_parse(req, x.e, false, &q));
    TRY(transfer_choices(ctx, req_kernel(req), x.e, &x.choices));
    TRY(transfer_spool_new(ctx, req_kernel(req), kind, &path));
    TRY(sheet_writer_open(ctx, kind, path, &x.w));
    SheetColumn *cols = ARENA_ARRAY(ctx->arena, SheetColumn, x.e->nfields * 2 + 2);
    TRY(sheet_begin(ctx, x.w, text_in(x.e->title, ctx->lang), cols, export_columns(&x, cols)));
    int64_t rows;
    TRY(put_rows(req, &x, q, &rows));
    TRY(sheet_writer_close(ctx, &x.w));
    TRY(tell_export(req, &x, kind, rows));
    return transfer_send(req, res, path, kind, download_name(req, x.e, "", kind));
}

/* ---- Template ---- */

static bool fillable(const Field *f)
{
    return !(f->flags & (F_READONLY | F_SECRET));
}

static bool needed(const Field *f)
{
    return (f->flags & F_REQUIRED) && !f->fallback;
}

static const char **choice_texts(Arena *a, const Choices *c, Lang lang)
{
    const char **texts = ARENA_ARRAY(a, const char *, c->n + 1);
    for (size_t i = 0; i < c->n; i++) texts[i] = transfer_choice_text(a, &c->v[i], lang);
    return texts;
}

static const char **yes_no(Arena *a, Lang lang)
{
    const char **texts = ARENA_ARRAY(a, const char *, 2);
    texts[0] = text_in(yes, lang);
    texts[1] = text_in(no, lang);
    return texts;
}

static SheetColumn template_column(const Export *x, size_t field)
{
    const Field *f = &x->e->fields[field];
    Arena *a = x->ctx->arena;
    Lang lang = x->ctx->lang;
    SheetColumn c = {.title = text_in(f->label, lang),
                     .type = column_type(f),
                     .width = column_width(f),
                     .hint = text_in(f->help, lang)};
    if (needed(f)) c.title = arena_printf(a, "%s*", c.title);
    if (f->type == F_ENUM && x->choices[field].n) {
        c.choices = choice_texts(a, &x->choices[field], lang);
        c.nchoices = x->choices[field].n;
    } else if (f->type == F_BOOL) {
        c.choices = yes_no(a, lang);
        c.nchoices = 2;
    }
    return c;
}

static size_t template_columns(const Export *x, SheetColumn *cols)
{
    size_t n = 0;
    for (size_t i = 0; i < x->e->nfields; i++)
        if (fillable(&x->e->fields[i])) cols[n++] = template_column(x, i);
    return n;
}

static const Text type_names[] = {
    [F_TEXT] = T("文字", "text"),
    [F_INT] = T("整数", "whole number"),
    [F_REAL] = T("数字", "number"),
    [F_BOOL] = T("是/否", "yes/no"),
    [F_TIME] = T("时间，如 2026-11-22 14:05:09", "time, like 2026-11-22 14:05:09"),
    [F_ENUM] = T("选项（名称或代码）", "choice (label or code)"),
    [F_REF] = T("编码", "code"),
    [F_JSON] = T("JSON", "JSON"),
};

static const char *limits_text(const Export *x, const Field *f)
{
    Arena *a = x->ctx->arena;
    if (f->min == 0 && f->max == 0) return "";
    if (f->type == F_TEXT)
        return x->ctx->lang == LANG_EN ? arena_printf(a, "%.0f to %.0f characters", f->min, f->max)
                                       : arena_printf(a, "%.0f 至 %.0f 个字", f->min, f->max);
    if (f->type == F_INT || f->type == F_REAL)
        return x->ctx->lang == LANG_EN ? arena_printf(a, "%g to %g", f->min, f->max)
                                       : arena_printf(a, "%g 至 %g", f->min, f->max);
    return "";
}

static Rc put_field_help(const Export *x, const Field *f)
{
    Lang lang = x->ctx->lang;
    const char *help = text_in(f->help, lang);
    sheet_put_text(x->w, str_of(text_in(f->label, lang)));
    sheet_put_text(x->w, str_of(f->name));
    sheet_put_text(x->w, str_of(text_in(type_names[f->type], lang)));
    sheet_put_text(x->w, str_of(text_in(needed(f) ? yes : no, lang)));
    sheet_put_text(x->w, str_of(limits_text(x, f)));
    sheet_put_text(x->w, f->unit ? str_of(f->unit) : STR(""));
    sheet_put_text(x->w, f->fallback ? str_of(f->fallback) : STR(""));
    sheet_put_text(x->w, str_of(help));
    return sheet_end_row(x->ctx, x->w);
}

static const Text general_help[] = {
    T("表头可用本表的中文名、英文名或字段名，列的次序不限，不需要的列可以删去；不认识的列使整个文件被退回。",
      "Titles may be the Chinese or English labels or the field names, in any order; columns that are not "
      "needed may be "
      "removed. An unknown column sends the whole file back."),
    T("空单元格表示不填：新建时取默认值，修改时保持原值。",
      "An empty cell means nothing: the default on creation, no change on an update."),
    T("每行单独处理：合格的行入库，不合格的行连同原因写入错误文件，改正后可再次导入。",
      "Each row counts by itself: good rows are stored, bad ones go to an error file with the reasons, to be "
      "corrected and "
      "imported again."),
    T("后面的行可以引用前面行的编码。", "A later row may refer to the code of an earlier one."),
};
static const Text upsert_help =
    T("“%s”已存在的行修改该记录，不存在的行新建记录。",
      "A row whose \"%s\" exists changes that record; otherwise a record is made.");

static Rc put_general_help(const Export *x)
{
    Lang lang = x->ctx->lang;
    TRY(sheet_end_row(x->ctx, x->w));
    if (x->e->code_field) {
        const char *label = text_in(x->e->fields[entity_field(x->e, x->e->code_field)].label, lang);
        sheet_put_text(x->w, lang == LANG_EN ? str_printf(x->ctx->arena, upsert_help.en, label)
                                             : str_printf(x->ctx->arena, upsert_help.zh, label));
        TRY(sheet_end_row(x->ctx, x->w));
    }
    for (size_t i = 0; i < ARRAY_LEN(general_help); i++) {
        sheet_put_text(x->w, str_of(text_in(general_help[i], lang)));
        TRY(sheet_end_row(x->ctx, x->w));
    }
    return 0;
}

static Rc put_help_sheet(const Export *x)
{
    static const struct {
        Text title;
        double width;
    } heads[] = {
        {T("列", "Column"), 24},      {T("字段名", "Field name"), 22}, {T("类型", "Type"), 30},
        {T("必填", "Required"), 10},  {T("限制", "Limits"), 22},       {T("单位", "Unit"), 10},
        {T("默认值", "Default"), 14}, {T("说明", "Help"), 80},
    };
    SheetColumn cols[ARRAY_LEN(heads)];
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        cols[i] = (SheetColumn){.title = text_in(heads[i].title, x->ctx->lang), .width = heads[i].width};
    TRY(sheet_begin(x->ctx, x->w, x->ctx->lang == LANG_EN ? "Help" : "说明", cols, ARRAY_LEN(heads)));
    for (size_t i = 0; i < x->e->nfields; i++)
        if (fillable(&x->e->fields[i])) TRY(put_field_help(x, &x->e->fields[i]));
    return put_general_help(x);
}

Rc transfer_template(Req *req, Res *res)
{
    Ctx *ctx = &req->ctx;
    static const char *const known[] = {"format", NULL};
    TRY(query_only(req, known));
    Str format = req_query(req, "format");
    if (format.p && !str_is(format, "csv") && !str_is(format, "xlsx"))
        return FAIL_FIELD(ctx, "format", "value", 0, "format 应为 xlsx 或 csv", "format must be xlsx or csv");
    SheetKind kind = str_is(format, "csv") ? SHEET_CSV : SHEET_XLSX;
    Export x = {.ctx = ctx, .e = route_entity(req)};
    const char *path;
    TRY(transfer_choices(ctx, req_kernel(req), x.e, &x.choices));
    TRY(transfer_spool_new(ctx, req_kernel(req), kind, &path));
    TRY(sheet_writer_open(ctx, kind, path, &x.w));
    SheetColumn *cols = ARENA_ARRAY(ctx->arena, SheetColumn, x.e->nfields + 1);
    TRY(sheet_begin(ctx, x.w, text_in(x.e->title, ctx->lang), cols, template_columns(&x, cols)));
    if (kind == SHEET_XLSX) TRY(put_help_sheet(&x));
    TRY(sheet_writer_close(ctx, &x.w));
    return transfer_send(req, res, path, kind,
                         download_name(req, x.e, ctx->lang == LANG_EN ? "-template" : "导入模板", kind));
}
