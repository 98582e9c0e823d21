/* Content-Encoding gzip and deflate undone, within a limit. */
#pragma once
#include "base/ctx.h"

typedef struct UnpackLimits {
    size_t max;                          /* bytes after unpacking */
    bool (*take)(void *ud, size_t more); /* asks for memory before each growth; false: RC_BUSY */
    void *ud;
} UnpackLimits;

/* Is this an encoding that unpack knows ("gzip", "x-gzip", "deflate")? */
bool unpack_knows(Str encoding);
/* *out is malloc'd and the caller's also after a failure (then maybe NULL). RC_MEDIA unknown encoding,
 * RC_SYNTAX broken data, RC_TOO_LARGE more than max, RC_BUSY no memory left. */
Rc unpack(Ctx *ctx, Str encoding, Str in, const UnpackLimits *limits, char **out, size_t *n);
