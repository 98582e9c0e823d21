/* OpenSSL: the national digest SM3 and signatures SM2 over it. Keys are PEM texts at the border, so that
 * nobody else sees an OpenSSL type; they are parsed at each use, which happens a few times a day. */
#include "base/crypto.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

void crypto_sm3(const void *p, size_t n, unsigned char out[SM3_BYTES])
{
    unsigned int len = 0;
    int ok = EVP_Digest(n ? p : (const void *)"", n, out, &len, EVP_sm3(), NULL);
    ENSURE(ok == 1 && len == SM3_BYTES);
}

Sm3 *crypto_sm3_new(void)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    ENSURE(c && EVP_DigestInit_ex(c, EVP_sm3(), NULL) == 1);
    return (Sm3 *)c;
}

void crypto_sm3_add(Sm3 *s, const void *p, size_t n)
{
    ENSURE(EVP_DigestUpdate((EVP_MD_CTX *)s, p, n) == 1);
}

void crypto_sm3_end(Sm3 **s, unsigned char out[SM3_BYTES])
{
    unsigned int len = 0;
    ENSURE(EVP_DigestFinal_ex((EVP_MD_CTX *)*s, out, &len) == 1 && len == SM3_BYTES);
    EVP_MD_CTX_free((EVP_MD_CTX *)*s);
    *s = NULL;
}

/* ---- SM2 ---- */

static const char identity[] = "1234567812345678";

static Rc fail_key(Ctx *ctx)
{
    unsigned long e = ERR_peek_last_error();
    char text[160] = "";
    if (e) ERR_error_string_n(e, text, sizeof text);
    ERR_clear_error();
    Rc rc = FAIL(ctx, RC_INVALID, "crypto.key", "SM2 密钥不可用", "the SM2 key cannot be used");
    ctx_cause(ctx, "%s", text);
    return rc;
}

static EVP_PKEY *read_key(Str pem, bool private)
{
    if (!pem.n || pem.n > 65536) return NULL;
    BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *key = NULL;
    if (in)
        key = private ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL)
                      : PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);
    BIO_free(in);
    if (key && EVP_PKEY_is_a(key, "SM2")) return key;
    EVP_PKEY_free(key);
    ERR_clear_error();
    return NULL;
}

static Str write_key(Arena *a, EVP_PKEY *key, bool private)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *p = NULL;
    ENSURE(out);
    int ok = private ? PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL)
                     : PEM_write_bio_PUBKEY(out, key);
    long n = BIO_get_mem_data(out, &p);
    ENSURE(ok == 1 && n > 0);
    Str pem = str_copy(a, str_n(p, (size_t)n));
    BIO_free(out);
    return pem;
}

Rc crypto_sm2_make(Ctx *ctx, Str *private_pem, Str *public_pem)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    if (!key) return fail_key(ctx);
    *private_pem = write_key(ctx->arena, key, true);
    *public_pem = write_key(ctx->arena, key, false);
    EVP_PKEY_free(key);
    return 0;
}

Rc crypto_sm2_public(Ctx *ctx, Str private_pem, Str *public_pem)
{
    EVP_PKEY *key = read_key(private_pem, true);
    if (!key) return fail_key(ctx);
    *public_pem = write_key(ctx->arena, key, false);
    EVP_PKEY_free(key);
    return 0;
}

/* A context with the identity set; NULL: no memory or no such algorithm. */
static EVP_MD_CTX *digest_context(EVP_PKEY *key)
{
    EVP_MD_CTX *m = EVP_MD_CTX_new();
    EVP_PKEY_CTX *p = EVP_PKEY_CTX_new(key, NULL);
    if (!m || !p || EVP_PKEY_CTX_set1_id(p, identity, (int)sizeof identity - 1) <= 0) {
        EVP_PKEY_CTX_free(p);
        EVP_MD_CTX_free(m);
        return NULL;
    }
    EVP_MD_CTX_set_pkey_ctx(m, p);
    return m;
}

static void free_context(EVP_MD_CTX **m)
{
    if (!*m) return;
    EVP_PKEY_CTX *p = EVP_MD_CTX_get_pkey_ctx(*m);
    EVP_MD_CTX_free(*m);
    EVP_PKEY_CTX_free(p);
    *m = NULL;
}

static bool sign(EVP_PKEY *key, Arena *a, Str message, Str *out)
{
    EVP_MD_CTX *m = digest_context(key);
    size_t n = 0;
    const unsigned char *text = (const unsigned char *)message.p;
    bool ok = m && EVP_DigestSignInit(m, NULL, EVP_sm3(), NULL, key) == 1 &&
              EVP_DigestSign(m, NULL, &n, text, message.n) == 1;
    unsigned char *p = ok ? arena_alloc(a, n) : NULL;
    ok = ok && EVP_DigestSign(m, p, &n, text, message.n) == 1;
    if (ok) *out = str_n((const char *)p, n);
    free_context(&m);
    return ok;
}

Rc crypto_sm2_sign(Ctx *ctx, Str private_pem, Str message, Str *signature)
{
    EVP_PKEY *key = read_key(private_pem, true);
    bool ok = key && sign(key, ctx->arena, message, signature);
    EVP_PKEY_free(key);
    return ok ? 0 : fail_key(ctx);
}

bool crypto_sm2_ok(Str public_pem, Str message, Str signature)
{
    EVP_PKEY *key = read_key(public_pem, false);
    EVP_MD_CTX *m = key ? digest_context(key) : NULL;
    bool ok = m && EVP_DigestVerifyInit(m, NULL, EVP_sm3(), NULL, key) == 1 &&
              EVP_DigestVerify(m, (const unsigned char *)signature.p, signature.n,
                               (const unsigned char *)message.p, message.n) == 1;
    free_context(&m);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return ok;
}

bool crypto_sm2_name(Str public_pem, unsigned char out[SM3_BYTES])
{
    EVP_PKEY *key = read_key(public_pem, false);
    unsigned char *der = NULL;
    int n = key ? i2d_PUBKEY(key, &der) : -1;
    if (n > 0) crypto_sm3(der, (size_t)n, out);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    return n > 0;
}
