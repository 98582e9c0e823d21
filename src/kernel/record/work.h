/* Private to the kernel: what imports and jobs need beside the Work calls of kernel.h. */
#pragma once
#include "kernel/kernel.h"

/* Commits what is done so far and goes on in a new transaction. Events are pushed; the entities' committed
 * hooks wait for work_commit and so run once for all parts. */
Rc work__flush(Work *w);

/* A row of a long job may work with a copy of the Work whose ctx has an arena of its own, reset after each
 * row: Work row = *w; row.ctx = &row_ctx; store_insert(&row, e, rec); … The copy shares the transaction;
 * flush and commit belong to the original. */

/* One row of many: what lies between begin and end is kept or undone as a whole, and the transaction goes on
 * either way (a savepoint). Not nested. keep false also forgets the events and ledger entries of the row; the
 * Ctx's failure is the caller's to read and ctx_clear. */
Rc work__row_begin(Work *w);
Rc work__row_end(Work *w, bool keep);
