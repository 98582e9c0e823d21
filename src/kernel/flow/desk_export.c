/* GET /api/desk.xlsx and /api/desk.csv: a box of the desk as a table, with the filters of the page and in its
 * order. */
#include "base/clock.h"
#include "flow/desk_int.h"
#include "ledger/ledger_int.h"
#include "sheet/write.h"
#include "transfer/transfer.h"

enum { ROWS_MOST = 20000, PAGE_ROWS = 500 };

typedef struct Column {
    Text title;
    SheetColumnType type;
    double width;
} Column;
static const Column columns[] = {
    {T("事项类别", "Kind"), COLUMN_TEXT, 14},        {T("编号", "Code"), COLUMN_TEXT, 18},
    {T("事项", "Matter"), COLUMN_TEXT, 50},          {T("等级", "Grade"), COLUMN_NUMBER, 8},
    {T("状态", "State"), COLUMN_TEXT, 14},           {T("区划", "District"), COLUMN_TEXT, 16},
    {T("责任单位", "Owner"), COLUMN_TEXT, 24},       {T("待办单位", "Whose turn"), COLUMN_TEXT, 24},
    {T("截止时间", "Due"), COLUMN_DATE_TIME, 20},    {T("发起时间", "Opened"), COLUMN_DATE_TIME, 20},
    {T("最近变化", "Changed"), COLUMN_DATE_TIME, 20}};

static void put_row(Work *w, SheetWriter *sheet, const DeskPage *p, size_t i)
{
    const DeskRow *r = &p->rows[i];
    sheet_put_text(sheet, str_of(text_in(r->info->e->title, w->ctx->lang)));
    sheet_put_text(sheet, r->code);
    sheet_put_text(sheet, r->title.n ? r->title : r->code);
    if (r->grade) sheet_put_i64(sheet, r->grade);
    else sheet_put_empty(sheet);
    sheet_put_text(sheet, str_of(desk_state_label(w, r->info, r->state)));
    sheet_put_text(sheet, desk_name(&p->districts, r->district).title);
    sheet_put_text(sheet, desk_name(&p->bodies, r->owner).title);
    sheet_put_text(sheet, desk_name(&p->bodies, r->turn).title);
    sheet_put_time(sheet, r->due_at);
    sheet_put_time(sheet, r->opened_at);
    sheet_put_time(sheet, r->changed_at);
}

/* Who took what away stands in the ledger, as with every export. */
static Rc tell(Req *req, SheetKind kind, DeskBox box, int64_t rows)
{
    Work w;
    const char *after = arena_printf(req->ctx.arena, "{\"format\":\"%s\",\"box\":\"%s\",\"rows\":%lld}",
                                     kind == SHEET_CSV ? "csv" : "xlsx", desk_boxes[box], (long long)rows);
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, "desk", 0, "export", STR_NONE, str_of(after)));
    return work_commit(&w);
}

/* One page of the box; *more tells whether another follows, and q then begins there. */
static Rc put_page(Work *w, SheetWriter *sheet, DeskQuery *q, int64_t *written, bool *more)
{
    DeskRow *rows;
    DeskPage page;
    size_t n;
    TRY(desk_rows(w, q, &rows, &n));
    *more = n > (size_t)q->limit;
    if (*more) n--;
    TRY(desk_page_names(w, rows, n, &page));
    for (size_t i = 0; i < n; i++) {
        put_row(w, sheet, &page, i);
        TRY(sheet_end_row(w->ctx, sheet));
    }
    *written += (int64_t)n;
    if (*more) q->after = true, q->after_key = rows[n - 1].key, q->after_id = rows[n - 1].id;
    return 0;
}

static Rc begin(Work *w, SheetWriter *sheet)
{
    SheetColumn cols[ARRAY_LEN(columns)];
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        cols[i] = (SheetColumn){.title = text_in(columns[i].title, w->ctx->lang),
                                .type = columns[i].type,
                                .width = columns[i].width};
    return sheet_begin(w->ctx, sheet, w->ctx->lang == LANG_EN ? "Desk" : "工作台", cols, ARRAY_LEN(cols));
}

static Rc put_all(Work *w, SheetWriter *sheet, DeskQuery *q, int64_t *written)
{
    bool more = true;
    *written = 0;
    TRY(begin(w, sheet));
    q->limit = PAGE_ROWS;
    while (more) {
        if (*written >= ROWS_MOST)
            return FAIL(w->ctx, RC_TOO_LARGE, "desk.rows", "超过 %d 条，请缩小范围后导出",
                        "more than %d rows: narrow the filter", ROWS_MOST);
        TRY(put_page(w, sheet, q, written, &more));
    }
    return 0;
}

static const char *file_name(Req *req, DeskBox box, SheetKind kind)
{
    Civil c = civil_of(req->t);
    return arena_printf(req->ctx.arena, "%s-%s-%04d%02d%02d.%s", req->ctx.lang == LANG_EN ? "desk" : "工作台",
                        desk_boxes[box], c.year, c.month, c.day, kind == SHEET_CSV ? "csv" : "xlsx");
}

Rc desk_export_handler(Req *req, Res *res)
{
    SheetKind kind = str_ends(req->path, STR(".csv")) ? SHEET_CSV : SHEET_XLSX;
    const char *path;
    SheetWriter *sheet;
    DeskQuery q;
    Work w;
    int64_t rows;
    TRY(desk_query_read(req, false, &q));
    TRY(work_begin(req, false, &w));
    TRY(desk_query_match(&w, &q));
    TRY(transfer_spool_new(&req->ctx, req_kernel(req), kind, &path));
    TRY(sheet_writer_open(&req->ctx, kind, path, &sheet));
    TRY(put_all(&w, sheet, &q, &rows));
    TRY(sheet_writer_close(&req->ctx, &sheet));
    TRY(work_commit(&w));
    TRY(tell(req, kind, q.box, rows));
    return transfer_send(req, res, path, kind, file_name(req, q.box, kind));
}
