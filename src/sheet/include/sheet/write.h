/* Tables into spreadsheets: xlsx or CSV, row by row, in constant memory, to a file. */
#pragma once
#include "sheet/read.h"

typedef struct SheetWriter SheetWriter;

#define XLSX_ROWS_MOST 1048575 /* below the header */

typedef enum { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_BOOL, COLUMN_DATE_TIME } SheetColumnType;

typedef struct SheetColumn {
    const char *title;
    SheetColumnType type;
    double width;               /* in characters; 0: by the title */
    const char *const *choices; /* xlsx: a drop-down list in this column; borrowed during the call */
    size_t nchoices;
    const char *hint; /* xlsx: shown when a cell of a column with choices is entered; may be NULL */
} SheetColumn;

/* Creates the file. CSV is UTF-8 with BOM, comma, CRLF. RC_IO. The writer is also closed (and the file left
 * incomplete) when ctx's arena ends. */
Rc sheet_writer_open(Ctx *ctx, SheetKind kind, const char *path, SheetWriter **out);

/* CSV into memory, for who sends it on: sheet_writer_take hands over what has been written since it was asked
 * last, valid until the next row. */
Rc sheet_writer_open_memory(Ctx *ctx, SheetWriter **out);
Str sheet_writer_take(SheetWriter *w);

/* Starts a sheet with a bold header row that stays in sight. xlsx may have several; CSV one. Titles are given
 * in order; ncols ≤ SHEET_MAX_COLS + 1. RC_INVALID when the name is not a sheet name. */
Rc sheet_begin(Ctx *ctx, SheetWriter *w, const char *name, const SheetColumn *cols, size_t ncols);

/* The cells of a row from left to right, then sheet_end_row. A text is a text: "00123" keeps its zeros and
 * "=1+1" is not a formula; in CSV a text that a spreadsheet would take for a formula (= + - @ tab CR in
 * front) gets a ' before it, which sheet_read takes off. */
void sheet_put_empty(SheetWriter *w);
void sheet_put_text(SheetWriter *w, Str text);
void sheet_put_number(SheetWriter *w, double v);
void sheet_put_i64(SheetWriter *w, int64_t v);  /* beyond 2^53 as text */
void sheet_put_time(SheetWriter *w, int64_t t); /* civil time of Shanghai; TIME_NONE is empty */
/* A cell as it was read. */
void sheet_put_cell(SheetWriter *w, const SheetCell *cell);
/* RC_TOO_LARGE "sheet.rows" past the limit of the format (xlsx 1,048,576 rows), RC_IO. */
Rc sheet_end_row(Ctx *ctx, SheetWriter *w);

/* Finishes the file and sets *w to NULL. RC_IO: the disk refused; the file is not usable. */
Rc sheet_writer_close(Ctx *ctx, SheetWriter **w);
