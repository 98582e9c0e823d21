/* The empty form of a table to fill in: its columns, drop-down lists, and a sheet that says what may stand
 * where. */
#include "kernel_int.h"
#include "transfer/export.h"
#include "transfer/transfer.h"

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
    texts[0] = text_in(transfer_yes, lang);
    texts[1] = text_in(transfer_no, lang);
    return texts;
}

static SheetColumn template_column(const Export *x, size_t field)
{
    const Field *f = &x->e->fields[field];
    Arena *a = x->ctx->arena;
    Lang lang = x->ctx->lang;
    SheetColumn c = {.title = text_in(f->label, lang),
                     .type = transfer_column_type(f),
                     .width = transfer_column_width(f),
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
    sheet_put_text(x->w, str_of(text_in(needed(f) ? transfer_yes : transfer_no, lang)));
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
                         transfer_name(req, x.e, ctx->lang == LANG_EN ? "-template" : "导入模板", kind));
}
