/* libsodium: random bytes, Argon2id, SHA-256, comparison in constant time, hex and base64. */
#include "base/crypto.h"
#include <sodium.h>

void crypto_init(void)
{
    ENSURE(sodium_init() >= 0);
}

void crypto_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

const char *crypto_token(Arena *a)
{
    enum { TOKEN_BYTES = 32, TOKEN_TEXT = 44 };
    unsigned char bytes[TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    char *text = arena_alloc(a, TOKEN_TEXT);
    sodium_bin2base64(text, TOKEN_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return text;
}

const char *crypto_password_hash(Arena *a, Str password)
{
    char *out = arena_alloc(a, crypto_pwhash_STRBYTES);
    int rc = crypto_pwhash_str(out, password.p ? password.p : "", password.n,
                               crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
    ENSURE(rc == 0); /* fails only without memory */
    return out;
}

bool crypto_password_ok(Str hash, Str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    if (hash.n >= sizeof text) return false;
    if (hash.n) memcpy(text, hash.p, hash.n);
    return crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
}

void crypto_sha256(const void *p, size_t n, unsigned char out[SHA256_BYTES])
{
    crypto_hash_sha256(out, n ? p : (const void *)"", n);
}

void crypto_hmac_sha256(Str key, Str data, unsigned char out[SHA256_BYTES])
{
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, (const unsigned char *)(key.n ? key.p : ""), key.n);
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)(data.n ? data.p : ""), data.n);
    crypto_auth_hmacsha256_final(&s, out);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return n == 0 || sodium_memcmp(a, b, n) == 0;
}

const char *hex_print(Arena *a, const void *p, size_t n)
{
    char *out = arena_alloc(a, 2 * n + 1);
    return sodium_bin2hex(out, 2 * n + 1, p, n);
}

Str base64_print(Arena *a, const void *p, size_t n)
{
    size_t cap = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(a, cap);
    sodium_bin2base64(text, cap, n ? p : (const void *)"", n, sodium_base64_VARIANT_ORIGINAL);
    return str_of(text);
}

static unsigned hex_digit(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

bool hex_parse(Str s, void *out, size_t n)
{
    unsigned char *p = out;
    if (s.n != 2 * n) return false;
    for (size_t i = 0; i < n; i++) {
        unsigned high = hex_digit(s.p[2 * i]), low = hex_digit(s.p[2 * i + 1]);
        if (high > 15 || low > 15) return false;
        p[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

const char *crypto_seal(Arena *a, const unsigned char key[SEAL_KEY_BYTES], const void *p, size_t n)
{
    _Static_assert(SEAL_KEY_BYTES == crypto_secretbox_KEYBYTES, "the key's length");
    size_t whole = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n;
    unsigned char *box = arena_alloc(a, whole);
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    ENSURE(crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, p, n, box, key) == 0);
    return hex_print(a, box, whole);
}

bool crypto_unseal(const unsigned char key[SEAL_KEY_BYTES], Str sealed, void *p, size_t n)
{
    unsigned char box[512];
    size_t whole = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n, got = 0;
    if (whole > sizeof box || sealed.n != 2 * whole) return false;
    if (sodium_hex2bin(box, sizeof box, sealed.p, sealed.n, NULL, &got, NULL) != 0 || got != whole)
        return false;
    return crypto_secretbox_open_easy(p, box + crypto_secretbox_NONCEBYTES,
                                      whole - crypto_secretbox_NONCEBYTES, box, key) == 0;
}

bool base64_parse(Arena *a, Str s, Str *out)
{
    if (s.n && s.n % 4 == 0)
        for (int i = 0; i < 2 && s.p[s.n - 1] == '='; i++) s.n--;
    size_t cap = s.n / 4 * 3 + 3, n = 0;
    unsigned char *bytes = arena_alloc(a, cap);
    const char *end = NULL;
    if (sodium_base642bin(bytes, cap, s.p ? s.p : "", s.n, NULL, &n, &end,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING))
        return false;
    if (s.n && end != s.p + s.n) return false;
    *out = str_n((const char *)bytes, n);
    return true;
}
