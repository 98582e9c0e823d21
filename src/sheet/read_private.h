/* Between read.c and the two readers. */
#pragma once
#include "sheet/read.h"

Rc sheet__read_xlsx(Ctx *ctx, Str content, SheetRowFn fn, void *ud);
Rc sheet__read_csv(Ctx *ctx, Str content, SheetRowFn fn, void *ud);
/* Cuts off trailing empty cells and hands the row on unless nothing is left. */
Rc sheet__row(Ctx *ctx, int64_t line, const SheetCell *cells, size_t n, SheetRowFn fn, void *ud);
