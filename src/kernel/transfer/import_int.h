/* Between the files of the import: import.c, import_cells.c, import_errors.c. */
#pragma once
#include "kernel_int.h"
#include "geo/datum.h"
#include "transfer/transfer.h"

enum { COLUMN_EMPTY = -1, COLUMN_PASSED = -2, COLUMN_REASON = -3 };

typedef struct RowError {
    int64_t line;
    const char *reason;
    bool warning; /* the row was taken all the same */
} RowError;

typedef struct Import {
    Ctx *ctx;
    Kernel *k;
    const Principal *who;
    const char *peer;
    const Entity *e;
    GeoDatum datum; /* of the table's lon and lat */
    Choices *choices;
    int columns[SHEET_MAX_COLS]; /* field of each column, or COLUMN_… */
    size_t ncolumns;
    int64_t header_line; /* 0: not seen yet */
    Arena *part_arena;   /* of one part */
    Ctx part_ctx;
    Work w;
    bool open; /* a part is under way */
    int part_rows;
    bool *touched;    /* by entity: whose committed hook is due at the end */
    Arena *keep;      /* of the reasons */
    RowError *errors; /* and warnings, by line */
    size_t nerrors, cap;
    int64_t accepted, warned, formulas; /* rows, rows, cells whose kept result was taken */
    const char *first_formula;
    const ToldOnce *told; /* by the accepted rows, last one first */
    StrMap *codes;        /* of the accepted rows, to their lines */
} Import;

/* import_cells.c: which column is which field; RC_INVALID names those nobody knows. */
Rc import_header(Import *im, int64_t line, const SheetCell *cells, size_t n);
/* One cell as the value of its column's field; field errors in im->part_ctx. */
Rc import_cell(Import *im, size_t column, const SheetCell *cell, int64_t line, DbVal *out);
/* import_errors.c: the input once more with the reasons beside it. */
Rc import_errors(Import *im, Str file_name, Str content, ImportResult *out);
