/* GET /api/dangers/lists?list=both|problems|measures|major&format=xlsx|pdf|json&all=: the two lists (双清单:
 * the problems, and what is done about each) and the list of major dangers under the four systems (一单四制:
 * handed over, kept on the books, crossed off, made known). Open ones that the caller may see, or with
 * all=true every one. One table of columns serves the workbook, the page and the paper; on paper, which is
 * narrow, the columns of a group stand in one cell. */
#include "lists.h"
#include "base/clock.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS_MOST = 20000 };

#define DATE   COLUMN_DATE_TIME
#define G_WHAT T("问题隐患", "Danger")
#define G_UNIT T("责任单位", "Enterprise")
#define G_FROM T("来源与依据", "Source")
#define G_CARE T("督促", "In charge")
static const Column problems[] = {
    {"t.code", T("隐患编号", "Code"), G_WHAT, COLUMN_TEXT, NULL, 18},
    {"CAST(t.grade AS TEXT)", T("隐患等级", "Grade"), G_WHAT, COLUMN_TEXT, "danger_grade", 10},
    {"t.title", T("问题隐患", "Danger"), G_WHAT, COLUMN_TEXT, NULL, 40},
    {"t.description", T("具体描述", "What is wrong"), T("具体描述", "What is wrong"), COLUMN_TEXT, NULL, 60},
    {"b.name", T("责任单位", "Enterprise"), G_UNIT, COLUMN_TEXT, NULL, 30},
    {"d.name", T("所属区划", "District"), G_UNIT, COLUMN_TEXT, NULL, 14},
    {"t.industry", T("行业", "Industry"), G_UNIT, COLUMN_TEXT, "industry", 16},
    {"t.source", T("来源", "Source"), G_FROM, COLUMN_TEXT, "danger_source", 12},
    {"c.number", T("判定条款", "Clause"), G_FROM, COLUMN_TEXT, NULL, 20},
    {"h.name", T("督促单位", "In charge"), G_CARE, COLUMN_TEXT, NULL, 24},
    {"t.found_at", T("发现时间", "Found at"), G_CARE, DATE, NULL, 18},
    {"t.state", T("状态", "State"), G_CARE, COLUMN_TEXT, "danger_state", 12},
};
#define G_PLAN T("责任与措施", "Duty and measures")
#define G_TIME T("资金与时限", "Money and time")
#define G_DONE T("整改情况", "What was done")
static const Column measures[] = {
    {"t.code", T("隐患编号", "Code"), G_WHAT, COLUMN_TEXT, NULL, 18},
    {"t.title", T("问题隐患", "Danger"), G_WHAT, COLUMN_TEXT, NULL, 40},
    {"b.name", T("责任单位", "Enterprise"), G_UNIT, COLUMN_TEXT, NULL, 30},
    {"t.requirements", T("整改要求", "What is to be done"), T("整改要求", "What is to be done"), COLUMN_TEXT,
     NULL, 40},
    {"t.plan_duty", T("责任", "Duty"), G_PLAN, COLUMN_TEXT, NULL, 30},
    {"t.plan_measures", T("措施", "Measures"), G_PLAN, COLUMN_TEXT, NULL, 50},
    {"t.plan_funds", T("资金（万元）", "Money (10,000 yuan)"), G_TIME, COLUMN_NUMBER, NULL, 14},
    {"t.plan_until", T("时限", "Until"), G_TIME, DATE, NULL, 18},
    {"t.plan_emergency", T("预案", "Precautions"), G_PLAN, COLUMN_TEXT, NULL, 40},
    {"m.due_at", T("当前期限", "Due at"), G_TIME, DATE, NULL, 18},
    {"t.result", T("整改结果", "What was done"), G_DONE, COLUMN_TEXT, NULL, 40},
    {"t.rectified_at", T("整改完成时间", "Rectified at"), G_DONE, DATE, NULL, 18},
    {"t.closed_at", T("销号时间", "Closed at"), G_DONE, DATE, NULL, 18},
};
#define G_LIST T("清单", "The list")
#define G_HAND T("交办制", "Handed over")
#define G_BOOK T("台账制", "On the books")
#define G_OFF  T("销号制", "Crossed off")
#define G_TELL T("通报制", "Made known")
static const Column major[] = {
    {"t.code", T("隐患编号", "Code"), G_LIST, COLUMN_TEXT, NULL, 18},
    {"t.title", T("重大隐患", "Major danger"), G_LIST, COLUMN_TEXT, NULL, 40},
    {"b.name", T("责任单位", "Enterprise"), G_LIST, COLUMN_TEXT, NULL, 30},
    {"d.name", T("所属区划", "District"), G_LIST, COLUMN_TEXT, NULL, 14},
    {"t.state", T("状态", "State"), G_LIST, COLUMN_TEXT, "danger_state", 12},
    {"t.leader", T("包保领导", "Leader in charge"), G_HAND, COLUMN_TEXT, NULL, 14},
    {"h.name", T("督促单位", "In charge"), G_HAND, COLUMN_TEXT, NULL, 24},
    {"t.ordered_at", T("交办时间", "Handed over at"), G_HAND, DATE, NULL, 18},
    {"m.due_at", T("当前期限", "Due at"), G_HAND, DATE, NULL, 18},
    {"t.planned_at", T("方案提交", "Plan handed in"), G_BOOK, DATE, NULL, 18},
    {"t.plan_funds", T("资金（万元）", "Money (10,000 yuan)"), G_BOOK, COLUMN_NUMBER, NULL, 14},
    {"t.progress", T("整改进展", "Progress"), G_BOOK, COLUMN_TEXT, NULL, 40},
    {"t.rectified_at", T("整改完成", "Rectified at"), G_OFF, DATE, NULL, 18},
    {"s.accepted_at", T("验收时间", "Accepted at"), G_OFF, DATE, NULL, 18},
    {"s.removed_at", T("摘牌时间", "Taken off at"), G_OFF, DATE, NULL, 18},
    {"s.code", T("督办编号", "Supervision"), G_TELL, COLUMN_TEXT, NULL, 18},
    {"s.leader", T("督办领导", "Leader"), G_TELL, COLUMN_TEXT, NULL, 14},
    {"s.public_at", T("公示时间", "Made public at"), G_TELL, DATE, NULL, 18},
    {"s.dept_report_at", T("向部门报告", "Reported to the department"), G_TELL, DATE, NULL, 18},
    {"s.workers_report_at", T("向职工大会报告", "Reported to the workers"), G_TELL, DATE, NULL, 18},
};
#define COLUMNS(list) (list), ARRAY_LEN(list)
const DangerList danger_list_kinds[DANGER_LISTS] = {
    {"problems", T("问题隐患清单", "Problems"), COLUMNS(problems), false},
    {"measures", T("制度措施清单", "Measures"), COLUMNS(measures), false},
    {"major", T("重大事故隐患一单四制", "Major dangers under the four systems"), COLUMNS(major), true},
};

Rc danger_list_open(Work *w, const DangerList *list, bool all, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id");
    for (size_t i = 0; i < list->ncols; i++) {
        sql_lit(&b, ", ");
        sql_lit_(&b, list->cols[i].sql);
    }
    sql_lit(&b, " FROM dangers t JOIN matters m ON m.id = t.id LEFT JOIN bodies b ON b.id = t.enterprise"
                " LEFT JOIN bodies h ON h.id = t.handler LEFT JOIN districts d ON d.id = t.district"
                " LEFT JOIN danger_criteria c ON c.id = t.criterion"
                " LEFT JOIN supervisions s ON s.danger = t.id AND s.state <> 'withdrawn'"
                " AND s.archived_at IS NULL WHERE t.archived_at IS NULL AND t.state <> 'merged'");
    if (!all) sql_lit(&b, " AND m.closed_at IS NULL");
    if (list->major) sql_lit(&b, " AND t.grade = 1 AND t.state <> 'rejected'");
    TRY(scope_where(&b, w, DE, "t"));
    sql_lit(&b, " ORDER BY t.grade, t.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(ROWS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

Str danger_list_text(Work *w, const Column *col, const DbCursor *c, size_t i)
{
    Arena *a = w->ctx->arena;
    if (db_is_null(c, i)) return STR_NONE;
    if (col->type == COLUMN_DATE_TIME) return paper_time(a, db_i64(c, i), true, w->ctx->lang);
    if (col->type == COLUMN_NUMBER) return str_printf(a, "%.10g", db_f64(c, i));
    Str s = db_str_copy(w->ctx, c, i);
    const char *label = col->dict ? dict_label(w->kernel, col->dict, s, w->ctx->lang) : NULL;
    return label ? str_of(label) : s;
}

/* ---- The workbook ---- */

static void put_cell(Work *w, SheetWriter *sheet, const Column *col, const DbCursor *c, size_t i)
{
    if (db_is_null(c, i)) sheet_put_empty(sheet);
    else if (col->type == COLUMN_DATE_TIME) sheet_put_time(sheet, db_i64(c, i));
    else if (col->type == COLUMN_NUMBER) sheet_put_number(sheet, db_f64(c, i));
    else sheet_put_text(sheet, danger_list_text(w, col, c, i));
}

/* Under the four systems a column is known by its system. */
static const char *head_of(Arena *a, const DangerList *list, const Column *col, Lang lang)
{
    if (!list->major) return text_in(col->title, lang);
    return arena_printf(a, lang == LANG_EN ? "%s: %s" : "%s·%s", text_in(col->group, lang),
                        text_in(col->title, lang));
}

static Rc put_sheet(Work *w, SheetWriter *sheet, const DangerList *list, bool all, int64_t *rows)
{
    DbCursor *c;
    Rc rc;
    SheetColumn heads[LIST_COLUMNS];
    ENSURE(list->ncols <= ARRAY_LEN(heads));
    for (size_t i = 0; i < list->ncols; i++)
        heads[i] = (SheetColumn){.title = head_of(w->ctx->arena, list, &list->cols[i], w->ctx->lang),
                                 .type = list->cols[i].type,
                                 .width = list->cols[i].width};
    TRY(sheet_begin(w->ctx, sheet, text_in(list->title, w->ctx->lang), heads, list->ncols));
    TRY(danger_list_open(w, list, all, &c));
    for (; (rc = db_next(w->ctx, c)) > 0; ++*rows) {
        for (size_t i = 0; i < list->ncols; i++) put_cell(w, sheet, &list->cols[i], c, i + 1);
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

Rc danger_list_exported(Req *req, const char *format, int64_t rows)
{
    Work w;
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "format", format);
    jout_ki(&o, "rows", rows);
    jout_close(&o);
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, DE->plural, 0, "export", STR_NONE, buf_str(&b)));
    return work_commit(&w);
}

/* list NULL: the two. */
static Rc write_book(Req *req, const char *path, const DangerList *list, int64_t *rows)
{
    Work w;
    SheetWriter *sheet;
    bool all = str_is(req_query(req, "all"), "true");
    TRY(work_begin(req, false, &w));
    TRY(sheet_writer_open(w.ctx, SHEET_XLSX, path, &sheet));
    for (const DangerList *l = danger_list_kinds; l < danger_list_kinds + DANGER_LISTS; l++)
        if (list ? l == list : !l->major) TRY(put_sheet(&w, sheet, l, all, rows));
    TRY(sheet_writer_close(w.ctx, &sheet));
    work_abort(&w);
    return RC_OK;
}

const char *danger_list_file(Req *req, const DangerList *list, const char *ending)
{
    Civil day = civil_of(req->t);
    bool en = req->ctx.lang == LANG_EN;
    const char *name = !list ? (en ? "dangers-two-lists" : "隐患双清单") : (en ? list->name : list->title.zh);
    return arena_printf(req->ctx.arena, "%s-%04d%02d%02d.%s", name, day.year, day.month, day.day, ending);
}

static Rc send_book(Req *req, Res *res, const DangerList *list)
{
    char *content;
    size_t n;
    int64_t rows = 0;
    char *path = arena_printf(req->ctx.arena, "%s/lists.XXXXXX", kernel_data_dir(req_kernel(req)));
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) return fail_io(&req->ctx);
    close(fd);
    Rc rc = write_book(req, path, list, &rows);
    if (rc < 0) unlink(path);
    TRY(rc);
    TRY(take_file(&req->ctx, path, &content, &n));
    TRY(danger_list_exported(req, "lists", rows));
    res_body_take(res, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content, n);
    res_attachment(req, res, danger_list_file(req, list, "xlsx"));
    return RC_OK;
}

/* NULL: the two together, which only the workbook has. */
static Rc list_asked(Req *req, const DangerList **out)
{
    Str name = req_query(req, "list"), format = req_query(req, "format");
    bool book = !format.p || str_is(format, "xlsx");
    *out = NULL;
    if (!book && !str_is(format, "json") && !str_is(format, "pdf"))
        return FAIL_FIELD(&req->ctx, "format", "choice", 0, "可选 xlsx、pdf、json",
                          "choose xlsx, pdf or json");
    for (size_t i = 0; i < DANGER_LISTS; i++)
        if (str_is(name, danger_list_kinds[i].name)) *out = &danger_list_kinds[i];
    if (*out || (book && (!name.p || str_is(name, "both")))) return RC_OK;
    return FAIL_FIELD(&req->ctx, "list", "choice", 0, "可选 problems、measures、major",
                      "choose problems, measures or major");
}

Rc danger_lists(Req *req, Res *res)
{
    const DangerList *list;
    Str format = req_query(req, "format");
    TRY(list_asked(req, &list));
    if (str_is(format, "json")) return danger_list_page(req, res, list);
    if (str_is(format, "pdf")) return danger_list_paper(req, res, list);
    return send_book(req, res, list);
}
