/* Random bytes, passwords, digests and encodings. The only place that includes libsodium and OpenSSL. */
#pragma once
#include "base/ctx.h"
#include <stdint.h>

void crypto_init(void);
void crypto_random(void *p, size_t n);
/* A random token of 32 bytes as 43 characters base64url. */
const char *crypto_token(Arena *a);
/* Argon2id, interactive limits; takes tens of milliseconds on purpose. */
const char *crypto_password_hash(Arena *a, Str password);
bool crypto_password_ok(Str hash, Str password);
#define SM3_BYTES 32
/* GB/T 32905-2016. */
void crypto_sm3(const void *p, size_t n, unsigned char out[SM3_BYTES]);
/* The same piece by piece; end frees and sets *s to NULL. */
typedef struct Sm3 Sm3;
Sm3 *crypto_sm3_new(void);
void crypto_sm3_add(Sm3 *s, const void *p, size_t n);
void crypto_sm3_end(Sm3 **s, unsigned char out[SM3_BYTES]);
/* SM2 signatures (GB/T 32918.2-2016) over SM3, with the standard's default identity 1234567812345678; DER.
 * Keys are PEM. */
Rc crypto_sm2_make(Ctx *ctx, Str *private_pem, Str *public_pem);
Rc crypto_sm2_public(Ctx *ctx, Str private_pem, Str *public_pem);
/* RC_INVALID "crypto.key" when the key is none of SM2. */
Rc crypto_sm2_sign(Ctx *ctx, Str private_pem, Str message, Str *signature);
bool crypto_sm2_ok(Str public_pem, Str message, Str signature);
/* SM3 of the key as DER SubjectPublicKeyInfo: its short name. false: no key. */
bool crypto_sm2_name(Str public_pem, unsigned char out[SM3_BYTES]);
#define SHA256_BYTES 32
void crypto_sha256(const void *p, size_t n, unsigned char out[SHA256_BYTES]);
/* HMAC-SHA256 (RFC 2104), any key length. */
void crypto_hmac_sha256(Str key, Str data, unsigned char out[SHA256_BYTES]);
bool crypto_equal(const void *a, const void *b, size_t n); /* in constant time */
/* Sealed with a secret key so that nobody reads or changes it unseen (XSalsa20-Poly1305, a nonce of its own
 * each time), as hexadecimal text. */
#define SEAL_KEY_BYTES 32
const char *crypto_seal(Arena *a, const unsigned char key[SEAL_KEY_BYTES], const void *p, size_t n);
/* false: another key, another length or another text. */
bool crypto_unseal(const unsigned char key[SEAL_KEY_BYTES], Str sealed, void *p, size_t n);
const char *hex_print(Arena *a, const void *p, size_t n);
/* false: not lower-case hex of exactly n bytes. */
bool hex_parse(Str s, void *out, size_t n);
/* false: not base64 (standard alphabet, padding optional). */
bool base64_parse(Arena *a, Str s, Str *out);
/* Standard alphabet with padding. */
Str base64_print(Arena *a, const void *p, size_t n);
