/* Authentication codes of terminals, made from their number: nothing is stored for them. */
#pragma once
#include "base/crypto.h"

enum { AUTH_SECRET = 32, AUTH_CODE = 16 };

/* RFC 2104 with SHA-256. */
void auth_hmac(Str key, Str message, unsigned char out[SHA256_BYTES]);
/* Sixteen hexadecimal digits and a NUL. */
void auth_code(const unsigned char secret[AUTH_SECRET], const char *phone, char out[AUTH_CODE + 1]);
/* The secret of a data directory: read, or drawn and written (mode 0600, synced) the first time. RC_IO. */
Rc auth_secret(Ctx *ctx, const char *dir, unsigned char out[AUTH_SECRET]);
