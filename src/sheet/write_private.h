/* Between write.c and the two writers. A writer is a table of functions and its state. */
#pragma once
#include "sheet/write.h"

typedef struct SheetOut {
    Rc (*begin)(Ctx *ctx, SheetWriter *w, const char *name, const SheetColumn *cols, size_t ncols);
    void (*put_text)(SheetWriter *w, Str text);
    void (*put_number)(SheetWriter *w, double v);
    void (*put_bool)(SheetWriter *w, bool v);
    void (*put_time)(SheetWriter *w, int64_t t, bool date_only);
    Rc (*end_row)(Ctx *ctx, SheetWriter *w);
    Rc (*close)(Ctx *ctx, SheetWriter *w); /* finishes the file */
    void (*drop)(SheetWriter *w);          /* lets go of everything */
} SheetOut;

struct SheetWriter {
    const SheetOut *out;
    void *impl;
    uint32_t row;   /* next row, from 0 */
    uint16_t col;   /* next column, from 0 */
    StrBuf *memory; /* of sheet_writer_open_memory, else NULL */
    Rc failed;      /* of a put: reported at the end of the row */
};

/* Both answer RC_IO when the file cannot be made. */
Rc sheet__open_xlsx(Ctx *ctx, const char *path, SheetWriter *w);
Rc sheet__open_csv(Ctx *ctx, const char *path, SheetWriter *w);
Rc sheet__open_csv_memory(Ctx *ctx, SheetWriter *w);
Rc sheet__fail_write(Ctx *ctx, const char *cause);
