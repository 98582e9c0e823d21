/* Shared inside the slice. */
#pragma once
#include "intake/intake.h"
#include "mod/source.h"

extern const Entity source_entity;

/* ---- source_table.c ---- */
typedef struct SourceList {
    Unclaimed *list; /* texts in the arena */
    size_t n;
} SourceList;
/* What the intake keeps now; texts and list in the arena. */
SourceList source_list(Ctx *ctx, Intake *in);
/* Brings the table in line with the list: sources that moved since `since` are written, those the intake no
 * longer keeps leave the table. w writes. */
Rc source_write(Work *w, const SourceList *all, int64_t since);
/* Is there anything to write? w reads. */
Rc source_differs(Work *w, const SourceList *all, int64_t since, bool *differs);
/* Rows in the table. */
Rc source_count(Work *w, int64_t *out);

/* ---- source_sync.c: the thread that does so every two seconds ---- */
Rc source_sync_start(Ctx *ctx, Kernel *k);
void source_sync_stop(Kernel *k);
