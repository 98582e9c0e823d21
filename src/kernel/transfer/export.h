/* Between export.c and template.c: a table on its way out. */
#pragma once
#include "sheet/write.h"
#include "transfer/pages.h"
#include "transfer/transfer.h"

typedef struct Export {
    Ctx *ctx;
    const Entity *e;
    Choices *choices;
    SheetWriter *w;
} Export;

extern const Text transfer_yes, transfer_no;
SheetColumnType transfer_column_type(const Field *f);
/* In characters, 0: by the title. */
double transfer_column_width(const Field *f);
/* "测点-20261122.xlsx"; what stands behind the title. */
const char *transfer_name(const Req *req, const Entity *e, const char *what, SheetKind kind);
