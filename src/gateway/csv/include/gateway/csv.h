/* Back-fill of readings from a table: `anlan import readings FILE.csv`. The forms are those of
 * gateway/csv_codec.h. */
#pragma once
#include "intake/intake.h"
#include <stdio.h>

typedef struct CsvResult {
    uint64_t accepted, rejected, lines; /* lines: of the table, the header too */
    BatchError first;                   /* the first rejected; texts in ctx's arena */
} CsvResult;

/* Reads f to its end and stores it in batches; returns when all accepted readings are on the disk. A reading
 * of an unknown code is refused (field "point", code "unknown"): back-fill is for points that exist. progress
 * (may be NULL) is called after each batch with the figures so far. Waits while the intake is full. RC_SYNTAX
 * "csv.header"; RC_IO when the file or the store fails - what was stored before stays, and out says how much.
 */
Rc csv_backfill(Ctx *ctx, Intake *in, FILE *f, void (*progress)(void *ud, const CsvResult *so_far), void *ud,
                CsvResult *out);
