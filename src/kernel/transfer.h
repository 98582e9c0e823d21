/* Private to the kernel: tables in and out. The derived routes of every entity call these; import_table of kernel.h is the same path for
 * the command line.
 *
 * A row of an import whose code exists changes that record, so that an export can be edited and given back. Files made for a caller lie
 * under DATA/files, belong to who asked, and go away after seven days. */
#pragma once
#include "kernel/kernel.h"

#define TRANSFER_BODY_LIMIT (64u << 20) /* of the import route */
#define TRANSFER_KEEP_MS    (7 * INT64_C(86400000))

/* POST /api/<plural>/import (write_perm): {"accepted","rejected","errors":"/api/files/{id}"|null}. */
Rc transfer_import(Req *req, Res *res);
/* GET /api/<plural>/import-template (write_perm), ?format=csv. */
Rc transfer_template(Req *req, Res *res);
/* GET /api/<plural>.xlsx and /api/<plural>.csv (read_perm): what the list shows with these filters, all rows. */
Rc transfer_export(Req *req, Res *res);
/* GET /api/files/{id} (session). Somebody else's file is absent. */
Rc transfer_file(Req *req, Res *res);
/* Drops files past their seven days; for the housekeeping thread. */
void transfer_files_expire(Kernel *k, int64_t now);
