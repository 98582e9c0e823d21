/* GET /api/dangers/lists: the two lists (双清单) in one workbook: the problems, and what is done about each
 * with duty, measures, money, time limit and precautions. Open ones that the caller may see, or with
 * ?all=true every one. */
#include "danger_private.h"
#include "base/clock.h"
#include "sheet/write.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS_MOST = 20000 };

typedef struct Column {
    const char *sql; /* of the query below, by number */
    Text title;
    SheetColumnType type;
    const char *dict; /* the cell is a code of it */
    double width;
} Column;

#define DATE COLUMN_DATE_TIME
static const Column problems[] = {
    {"t.code", T("隐患编号", "Code"), COLUMN_TEXT, NULL, 18},
    {"CAST(t.grade AS TEXT)", T("隐患等级", "Grade"), COLUMN_TEXT, "danger_grade", 10},
    {"t.title", T("问题隐患", "Danger"), COLUMN_TEXT, NULL, 40},
    {"t.description", T("具体描述", "What is wrong"), COLUMN_TEXT, NULL, 60},
    {"b.name", T("责任单位", "Enterprise"), COLUMN_TEXT, NULL, 30},
    {"d.name", T("所属区划", "District"), COLUMN_TEXT, NULL, 14},
    {"t.industry", T("行业", "Industry"), COLUMN_TEXT, "industry", 16},
    {"t.source", T("来源", "Source"), COLUMN_TEXT, "danger_source", 12},
    {"c.number", T("判定条款", "Clause"), COLUMN_TEXT, NULL, 20},
    {"h.name", T("督促单位", "In charge"), COLUMN_TEXT, NULL, 24},
    {"t.found_at", T("发现时间", "Found at"), DATE, NULL, 18},
    {"t.state", T("状态", "State"), COLUMN_TEXT, "danger_state", 12},
};
static const Column measures[] = {
    {"t.code", T("隐患编号", "Code"), COLUMN_TEXT, NULL, 18},
    {"t.title", T("问题隐患", "Danger"), COLUMN_TEXT, NULL, 40},
    {"b.name", T("责任单位", "Enterprise"), COLUMN_TEXT, NULL, 30},
    {"t.requirements", T("整改要求", "What is to be done"), COLUMN_TEXT, NULL, 40},
    {"t.plan_duty", T("责任", "Duty"), COLUMN_TEXT, NULL, 30},
    {"t.plan_measures", T("措施", "Measures"), COLUMN_TEXT, NULL, 50},
    {"t.plan_funds", T("资金（万元）", "Money (10,000 yuan)"), COLUMN_NUMBER, NULL, 14},
    {"t.plan_until", T("时限", "Until"), DATE, NULL, 18},
    {"t.plan_emergency", T("预案", "Precautions"), COLUMN_TEXT, NULL, 40},
    {"m.due_at", T("当前期限", "Due at"), DATE, NULL, 18},
    {"t.result", T("整改结果", "What was done"), COLUMN_TEXT, NULL, 40},
    {"t.rectified_at", T("整改完成时间", "Rectified at"), DATE, NULL, 18},
    {"t.closed_at", T("销号时间", "Closed at"), DATE, NULL, 18},
};

static Rc open_rows(Work *w, const Column *cols, size_t n, bool all, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT ");
    for (size_t i = 0; i < n; i++) {
        if (i) sql_lit(&b, ", ");
        sql_lit_(&b, cols[i].sql);
    }
    sql_lit(&b, " FROM dangers t JOIN matters m ON m.id = t.id LEFT JOIN bodies b ON b.id = t.enterprise"
                " LEFT JOIN bodies h ON h.id = t.handler LEFT JOIN districts d ON d.id = t.district"
                " LEFT JOIN danger_criteria c ON c.id = t.criterion WHERE t.archived_at IS NULL");
    if (!all) sql_lit(&b, " AND m.closed_at IS NULL");
    TRY(scope_where(&b, w, DE, "t"));
    sql_lit(&b, " ORDER BY t.grade, t.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(ROWS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void put_cell(Work *w, SheetWriter *sheet, const Column *col, const DbCursor *c, size_t i)
{
    if (db_is_null(c, i)) {
        sheet_put_empty(sheet);
        return;
    }
    if (col->type == COLUMN_DATE_TIME) sheet_put_time(sheet, db_i64(c, i));
    else if (col->type == COLUMN_NUMBER) sheet_put_number(sheet, db_f64(c, i));
    else {
        Str s = db_str(c, i);
        const char *label = col->dict ? dict_label(w->kernel, col->dict, s, w->ctx->lang) : NULL;
        sheet_put_text(sheet, label ? str_of(label) : s);
    }
}

static Rc put_sheet(Work *w, SheetWriter *sheet, Text name, const Column *cols, size_t n, bool all,
                    int64_t *rows)
{
    DbCursor *c;
    Rc rc;
    SheetColumn heads[16];
    ENSURE(n <= ARRAY_LEN(heads));
    for (size_t i = 0; i < n; i++)
        heads[i] = (SheetColumn){
            .title = text_in(cols[i].title, w->ctx->lang), .type = cols[i].type, .width = cols[i].width};
    TRY(sheet_begin(w->ctx, sheet, text_in(name, w->ctx->lang), heads, n));
    TRY(open_rows(w, cols, n, all, &c));
    for (*rows = 0; (rc = db_next(w->ctx, c)) > 0; ++*rows) {
        for (size_t i = 0; i < n; i++) put_cell(w, sheet, &cols[i], c, i);
        TRY(sheet_end_row(w->ctx, sheet));
    }
    db_close(&c);
    return rc;
}

static Rc fail_io(Ctx *ctx)
{
    return FAIL(ctx, RC_IO, "file.write", "文件写入失败", "the file could not be written");
}

/* The whole file in memory of its own; the file is gone. */
static Rc take_file(Ctx *ctx, const char *path, char **out, size_t *n)
{
    FILE *f = fopen(path, "re");
    unlink(path);
    if (!f) return fail_io(ctx);
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    rewind(f);
    *out = size > 0 ? malloc((size_t)size) : NULL;
    *n = *out ? fread(*out, 1, (size_t)size, f) : 0;
    fclose(f);
    if (size > 0 && *n == (size_t)size) return RC_OK;
    free(*out);
    return fail_io(ctx);
}

static Rc tell_export(Req *req, int64_t rows)
{
    Work w;
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "format", "lists");
    jout_ki(&o, "rows", rows);
    jout_close(&o);
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, DE->plural, 0, "export", STR_NONE, buf_str(&b)));
    return work_commit(&w);
}

static Rc write_book(Req *req, const char *path, int64_t *rows)
{
    Work w;
    SheetWriter *sheet;
    bool all = str_is(req_query(req, "all"), "true");
    TRY(work_begin(req, false, &w));
    TRY(sheet_writer_open(w.ctx, SHEET_XLSX, path, &sheet));
    Rc rc =
        put_sheet(&w, sheet, (Text)T("问题隐患清单", "Problems"), problems, ARRAY_LEN(problems), all, rows);
    if (rc >= 0)
        rc = put_sheet(&w, sheet, (Text)T("整改措施清单", "Measures"), measures, ARRAY_LEN(measures), all,
                       rows);
    TRY(rc);
    TRY(sheet_writer_close(w.ctx, &sheet));
    work_abort(&w);
    return RC_OK;
}

Rc danger_lists(Req *req, Res *res)
{
    char *content;
    size_t n;
    int64_t rows;
    Civil day = civil_of(req->t);
    char *path = arena_printf(req->ctx.arena, "%s/lists.XXXXXX", kernel_data_dir(req_kernel(req)));
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) return fail_io(&req->ctx);
    close(fd);
    Rc rc = write_book(req, path, &rows);
    if (rc < 0) unlink(path);
    TRY(rc);
    TRY(take_file(&req->ctx, path, &content, &n));
    TRY(tell_export(req, rows));
    res_body_take(res, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content, n);
    res_attachment(req, res,
                   arena_printf(req->ctx.arena, "%s-%04d%02d%02d.xlsx",
                                req->ctx.lang == LANG_EN ? "dangers-two-lists" : "隐患双清单", day.year,
                                day.month, day.day));
    return RC_OK;
}
