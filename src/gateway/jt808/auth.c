/* The code is an HMAC of the terminal's number under a secret of this data directory, so that a code that was
 * given stays good over restarts and restores, and no code can be made without the directory. */
#include "auth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define BLOCK 64

void auth_hmac(Str key, Str message, unsigned char out[SHA256_BYTES])
{
    Arena *a = arena_new(0);
    unsigned char k[BLOCK] = {0}, inner[SHA256_BYTES];
    unsigned char *m = arena_alloc(a, BLOCK + message.n + SHA256_BYTES);
    if (key.n > BLOCK) crypto_sha256(key.p, key.n, k);
    else memcpy(k, key.p, key.n);
    for (size_t i = 0; i < BLOCK; i++) m[i] = k[i] ^ 0x36;
    if (message.n) memcpy(m + BLOCK, message.p, message.n);
    crypto_sha256(m, BLOCK + message.n, inner);
    for (size_t i = 0; i < BLOCK; i++) m[i] = k[i] ^ 0x5c;
    memcpy(m + BLOCK, inner, sizeof inner);
    crypto_sha256(m, BLOCK + sizeof inner, out);
    arena_free(&a);
}

void auth_code(const unsigned char secret[AUTH_SECRET], const char *phone, char out[AUTH_CODE + 1])
{
    unsigned char mac[SHA256_BYTES];
    char message[64];
    int n = snprintf(message, sizeof message, "jt808:%s", phone);
    auth_hmac(str_n((const char *)secret, AUTH_SECRET), str_n(message, (size_t)n), mac);
    for (int i = 0; i < AUTH_CODE / 2; i++) snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

static bool read_secret(const char *path, unsigned char out[AUTH_SECRET])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = read(fd, out, AUTH_SECRET);
    close(fd);
    return n == AUTH_SECRET;
}

/* Written beside and renamed: a half-written secret never stands under the name. */
static bool write_secret(const char *path, const char *beside, const unsigned char secret[AUTH_SECRET])
{
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    bool ok = write(fd, secret, AUTH_SECRET) == AUTH_SECRET && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    return ok && rename(beside, path) == 0;
}

Rc auth_secret(Ctx *ctx, const char *dir, unsigned char out[AUTH_SECRET])
{
    const char *path = arena_printf(ctx->arena, "%s/jt808.key", dir);
    if (read_secret(path, out)) return RC_OK;
    crypto_random(out, AUTH_SECRET);
    if (write_secret(path, arena_printf(ctx->arena, "%s.new", path), out)) return RC_OK;
    return FAIL(ctx, RC_IO, "jt808.key", "无法写入 jt808.key：%s", "cannot write jt808.key: %s",
                strerror(errno));
}
