/* A blocking GET over one connection that stays open. */
#pragma once
#include "base/str.h"

typedef struct HttpGet {
    int port, fd; /* fd -1: not connected */
    const char *token;
    StrBuf in; /* what was received and not yet used */
    StrBuf body;
} HttpGet;

void http_get_init(HttpGet *h, Arena *arena, int port, const char *token);
void http_get_close(HttpGet *h);
/* The status, or -1 when the connection failed. *body is valid until the next call. */
int http_get(HttpGet *h, const char *path, Str *body);
