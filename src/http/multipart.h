/* multipart/form-data (RFC 7578) over a body that is whole in memory. Parts are views into it. */
#pragma once
#include "base/ctx.h"

typedef struct Multipart {
    Ctx *ctx;
    Str rest;  /* behind the last delimiter */
    Str delim; /* "\r\n--boundary" */
    bool done;
    int parts;
} Multipart;

typedef struct MultipartPart {
    Str name;
    Str file_name; /* last path component; STR_NONE when the part is no file */
    Str type;
    Str content;
} MultipartPart;

enum { MULTIPART_PARTS_MAX = 100, MULTIPART_HEADER_MAX = 8192 };

/* Is this Content-Type a multipart/form-data? */
bool multipart_is(Str content_type);
/* RC_SYNTAX: no boundary, or the body does not begin with it. */
Rc multipart_open(Multipart *m, Ctx *ctx, Str content_type, Str body);
/* 1: a part, 0: no more, RC_SYNTAX. */
Rc multipart_next(Multipart *m, MultipartPart *out);
