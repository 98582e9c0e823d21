/* Strict reading of what a request line and a few headers hold. Every function takes hostile bytes. */
#pragma once
#include "base/ctx.h"

typedef struct UrlPair {
    Str name, value;
} UrlPair;

enum { URL_QUERIES_MAX = 256 };

/* %XX decoded into the arena (or the input itself when it has none). plus: '+' is a space. false: a broken
 * escape, a NUL, or bytes that are not UTF-8. */
bool url_decode(Arena *a, Str in, bool plus, Str *out);
/* Percent-encoded as RFC 5987 wants it. */
void url_encode(StrBuf *out, Str in);
/* "a=1&b=%E6" in order; a name without '=' has an empty value. false: broken escape or more than
 * URL_QUERIES_MAX. */
bool url_query(Arena *a, Str raw, UrlPair **out, size_t *n);
/* The decoded segments of "/a/b%2Fc". false: a broken escape, a control character, or a segment "." or "..".
 * Paths of more than max segments give max + 1. */
bool url_segments(Arena *a, Str raw, Str *seg, size_t max, size_t *n);
/* The path and query of a request target: "/x?y", "http://host/x?y" or "*". false: none of these. */
bool url_target(Str target, Str *path, Str *query);
/* Value of a cookie in a Cookie header, quotes taken off; STR_NONE. */
Str url_cookie(Str header, Str name);
/* Value of a parameter of a header like `multipart/form-data; boundary="x"`, backslash escapes undone;
 * STR_NONE. */
Str url_header_param(Arena *a, Str header, const char *name);
/* The first part of such a header, trimmed. */
Str url_header_value(Str header);

/* Best of the languages in an Accept-Language header; `other` when it names neither. */
Lang accept_lang(Str header, Lang other);
/* Does an Accept-Encoding header allow the coding? */
bool accept_encoding(Str header, const char *coding);
/* Does an If-None-Match header name the entity tag (with its quotes)? Weak comparison. */
bool etag_matches(Str header, Str etag);
