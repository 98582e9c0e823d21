/* From a table's cells to values: the header says which column is which field, by name or by title in either
 * language; a label of a dictionary becomes its code, a date as spreadsheets write it becomes a time. */
#include "transfer/import_int.h"
#include "geo/wkt.h"

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

Rc import_header(Import *im, int64_t line, const SheetCell *cells, size_t n)
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

static Rc refuse_error(Import *im, const Field *f, size_t column, const SheetCell *cell, int64_t line)
{
    Ctx *ctx = &im->part_ctx;
    const char *label = text_in(f->label, ctx->lang), *at = sheet_cell_name(ctx->arena, column, line);
    if (str_is(cell->text, "="))
        return FAIL_FIELD(
            ctx, f->name, "formula", line, "%s：单元格 %s 是公式，文件中没有保存结果，请粘贴为数值",
            "%s: cell %s is a formula whose result the file does not keep; paste it as a value", label, at);
    return FAIL_FIELD(ctx, f->name, "type", line, "%s：单元格 %s 是错误值“%.*s”",
                      "%s: cell %s is an error, \"%.*s\"", label, at, STR_ARG(cell->text));
}

/* A formula is not reckoned here: what the spreadsheet kept of it counts, and the importer is told. */
static void note_formula(Import *im, size_t column, int64_t line)
{
    if (!im->formulas++) im->first_formula = sheet_cell_name(im->keep, column, line);
}

Rc import_cell(Import *im, size_t column, const SheetCell *cell, int64_t line, DbVal *out)
{
    size_t field = (size_t)im->columns[column];
    const Field *f = &im->e->fields[field];
    Str text = str_trim(cell->text);
    if (cell->type == CELL_ERROR) return refuse_error(im, f, column, cell, line);
    if (cell->formula) note_formula(im, column, line);
    if ((f->flags & F_MASK) && memchr(text.p, '*', text.n)) { /* judged against what is stored */
        *out = db_val_text(str_copy(im->part_ctx.arena, text));
        return 0;
    }
    if (f->type == F_TIME) text = usual_time(im->part_ctx.arena, text);
    if (f->type == F_JSON && !strcmp(f->name, "geometry")) geo_wkt_json(im->part_ctx.arena, text, &text);
    if (f->type == F_ENUM) text = code_of(&im->choices[field], text);
    return field_parse_text(&im->w, f, str_copy(im->part_ctx.arena, text), line, out);
}
