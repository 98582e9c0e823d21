/* The lists of dangers, shared by the workbook (lists.c) and by page and paper (lists_page.c). */
#pragma once
#include "danger_private.h"
#include "sheet/write.h"

typedef struct Column {
    const char *sql; /* of the query in lists.c */
    Text title, group;
    SheetColumnType type;
    const char *dict; /* the cell is a code of it */
    double width;
} Column;

typedef struct DangerList {
    const char *name;
    Text title;
    const Column *cols;
    size_t ncols;
    bool major; /* major ones only */
} DangerList;

enum { DANGER_LISTS = 3, LIST_COLUMNS = 24 };
extern const DangerList danger_list_kinds[DANGER_LISTS];

/* Rows in the caller's scope: the id, then the columns. */
Rc danger_list_open(Work *w, const DangerList *list, bool all, DbCursor **c);
/* A cell for people; empty: STR_NONE. */
Str danger_list_text(Work *w, const Column *col, const DbCursor *c, size_t i);
/* In the ledger, in a work of its own. */
Rc danger_list_exported(Req *req, const char *format, int64_t rows);
const char *danger_list_file(Req *req, const DangerList *list, const char *ending);
Rc danger_list_page(Req *req, Res *res, const DangerList *list);
Rc danger_list_paper(Req *req, Res *res, const DangerList *list);
