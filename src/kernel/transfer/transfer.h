/* Private to the kernel: tables in and out. The derived routes of every entity call these; import_table of
 * kernel.h is the same path for the command line.
 *
 * A row of an import whose code exists changes that record, so that an export can be edited and given back.
 * Files made for a caller lie under DATA/files, belong to who asked, and go away after seven days. */
#pragma once
#include "kernel/kernel.h"
#include "sheet/read.h"
#include <stdio.h>

#define TRANSFER_BODY_LIMIT (64u << 20) /* of the import route */
#define TRANSFER_KEEP_MS    (7 * INT64_C(86400000))

/* POST /api/<plural>/import (write_perm): {"accepted","rejected","errors":"/api/files/{id}"|null}. */
Rc transfer_import(Req *req, Res *res);
/* GET /api/<plural>/import-template (write_perm), ?format=csv. */
Rc transfer_template(Req *req, Res *res);
/* GET /api/<plural>.xlsx and /api/<plural>.csv (read_perm): what the list shows with these filters, all rows.
 */
Rc transfer_export(Req *req, Res *res);
/* GET /api/files/{id} (session). Somebody else's file is absent. */
Rc transfer_file(Req *req, Res *res);
/* Drops files past their seven days; for the housekeeping thread. */
void transfer_files_expire(Kernel *k, int64_t now);

/* ---- Between import.c, export.c and files.c ---- */

/* The entries of a dictionary as a table shows them. A label that two entries share cannot tell them apart:
 * such entries stand in a table by their code. */
typedef struct Choice {
    Str code;
    const char *label[LANG_COUNT];
    bool shared[LANG_COUNT];
} Choice;
typedef struct Choices {
    Choice *v;
    size_t n;
} Choices;
/* One per field of e, empty unless it is an F_ENUM. Lives in ctx's arena. */
Rc transfer_choices(Ctx *ctx, Kernel *k, const Entity *e, Choices **out);
const char *transfer_choice_text(Arena *a, const Choice *c, Lang lang);

/* A new file of who: *path to write to, *id for /api/files/{id}. name: what a download is called. RC_IO. */
Rc transfer_file_new(Ctx *ctx, Kernel *k, const Principal *who, SheetKind kind, const char *name,
                     const char **path, const char **id);
/* A file for the time of one answer: *path to write to; removed when ctx's arena ends. */
Rc transfer_spool_new(Ctx *ctx, Kernel *k, SheetKind kind, const char **path);
/* Streams a file as a download. */
Rc transfer_send(Req *req, Res *res, const char *path, SheetKind kind, const char *name);

/* Header of the extra column beside a reference: what a person calls the record. Imports pass over it. */
const char *transfer_ref_title(Arena *a, const Field *f, Lang lang);
/* Columns that exports have and imports pass over: "created_at", "updated_at" and so on, with their labels.
 */
typedef struct PassedColumn {
    const char *name;
    Text label;
} PassedColumn;
extern const PassedColumn transfer_passed[];
extern const size_t transfer_npassed;
enum { PASSED_CREATED_AT, PASSED_UPDATED_AT, PASSED_ERROR };
