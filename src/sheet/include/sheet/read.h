/* Tables out of spreadsheets: the first sheet of an xlsx workbook, or CSV. Rows come one by one through a
 * callback, so that memory does not grow with the number of rows. Input is hostile: see the limits. */
#pragma once
#include "base/ctx.h"

typedef enum { SHEET_XLSX, SHEET_CSV } SheetKind;

#define SHEET_MAX_ROWS     200000 /* number of the last row that may hold something */
#define SHEET_MAX_COLS     200
#define SHEET_MAX_CELL     (128u * 1024) /* bytes of one cell; Excel's own limit is 32,767 characters */
#define SHEET_MAX_ROW      (4u << 20)    /* bytes of one row */
#define SHEET_MAX_UNPACKED (512u << 20)  /* bytes of all parts of one workbook after unpacking */

typedef enum {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_NUMBER,
    CELL_BOOL,
    CELL_TIME, /* a number with a date style, or an ISO date */
    CELL_ERROR /* #N/A and the like, of a formula; "=" for one whose result the file does not keep */
} SheetCellType;

/* text is always filled: what a person would type to get the cell. Numbers in their shortest form ("12",
 * "0.1"), booleans "TRUE" and "FALSE", times "2026-11-22", "2026-11-22 14:05:09" or "14:05:09". CSV gives
 * texts only. */
typedef struct SheetCell {
    SheetCellType type;
    Str text;
    double number; /* CELL_NUMBER */
    bool formula;  /* what stands here is the result that the spreadsheet kept; it is never reckoned again */
} SheetCell;

/* line: the row's number in the workbook, or the text line in which the row starts, from 1. Trailing empty
 * cells are cut off and rows without any content are not reported. The cells are valid during the call. A
 * negative Rc stops the reading and is passed on. */
typedef Rc (*SheetRowFn)(void *ud, int64_t line, const SheetCell *cells, size_t ncells);

/* "C7" for column 2 (from 0) of row 7, as a spreadsheet names it. The text is the arena's. */
const char *sheet_cell_name(Arena *a, size_t column, int64_t row);

/* Told by the first bytes; everything that is not a zip file counts as CSV. */
SheetKind sheet_kind(Str content);

/* Reads the whole table. RC_SYNTAX: damaged, or not a table ("sheet.damaged", "sheet.encoding", "sheet.csv"
 * with the line); RC_MEDIA "sheet.kind": an old .xls or an encrypted workbook; RC_TOO_LARGE "sheet.size".
 *
 * CSV: RFC 4180; UTF-8 with or without BOM, UTF-16 with BOM, else GB18030; comma, semicolon or tab, told by
 * the first line (a line "sep=;" is obeyed). A single ' before = + - @ is taken off again: see write.h. */
Rc sheet_read(Ctx *ctx, Str content, SheetRowFn fn, void *ud);
