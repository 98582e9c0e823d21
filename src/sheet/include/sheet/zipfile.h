/* The members of a zip archive in memory, with a limit on all that is unpacked. */
#pragma once
#include "base/ctx.h"

typedef struct ZipFile ZipFile;

/* content is borrowed; the archive closes with ctx's arena. limit: bytes unpacked in all. RC_SYNTAX
 * "sheet.damaged". */
Rc zipfile_open(Ctx *ctx, Str content, uint64_t limit, ZipFile **out);
/* Names of members in the order of the archive; NULL: there are no more. Valid as long as z. */
const char *zipfile_name(const ZipFile *z, size_t i);
/* Opens a member, closing the one before. 1: it is open, 0: there is none of this name. */
Rc zipfile_member(Ctx *ctx, ZipFile *z, const char *name);
/* Bytes read, 0 at the end, -1 when it is damaged or over the limit (then zipfile_over). ud is the ZipFile.
 */
long zipfile_read(void *ud, char *buf, size_t max);
bool zipfile_over(const ZipFile *z);
