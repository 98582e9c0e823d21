/* The small files of the watch folder: little endian, a magic of eight bytes in front, CRC-32C behind. */
#pragma once
#include "base/ctx.h"

/* Adds the checksum to a content that begins with its magic. */
void wire_seal(StrBuf *b);
/* Temporary name, fsync, rename, fsync of the folder. RC_IO. */
Rc wire_write_file(Ctx *ctx, const char *dir, const char *name, Str content);
/* RC_NOT_FOUND, RC_IO, RC_SYNTAX (wrong magic or checksum). The content without magic and checksum, in ctx's
 * arena. */
Rc wire_read_file(Ctx *ctx, const char *dir, const char *name, const char magic[8], Str *out);
