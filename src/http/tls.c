/* The certificate of our own TLS; the only file that includes GnuTLS, which libmicrohttpd speaks with. The
 * certificate is asked for at each handshake, so a new one takes effect without a restart and connections
 * that stand keep theirs. Handshakes under way may still hold the old one, so it stays until the end:
 * certificates are renewed a few times a year. libmicrohttpd hands nothing of ours to the callback, hence one
 * certificate a process. */
#include "http_impl.h"
#include "base/log.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { CHAIN_MAX = 16, TLS_FILE_MAX = 1 << 20 };

/* TLS 1.3 and 1.2, forward secrecy, authenticated encryption. */
const char tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SHA1:-AES-128-CBC:-AES-256-CBC:"
    "-AES-128-CCM:-AES-256-CCM:%SERVER_PRECEDENCE";

typedef struct Certificate {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned n;
    gnutls_privkey_t key;
    struct Certificate *before;
} Certificate;

static _Atomic(Certificate *) current;

static int on_handshake(gnutls_session_t session, const gnutls_datum_t *ca, int nca,
                        const gnutls_pk_algorithm_t *algos, int nalgos, gnutls_pcert_st **chain, unsigned *n,
                        gnutls_privkey_t *key)
{
    (void)session, (void)ca, (void)nca, (void)algos, (void)nalgos;
    Certificate *c = atomic_load(&current);
    if (!c) return -1;
    *chain = c->chain;
    *n = c->n;
    *key = c->key;
    return 0;
}

intptr_t tls_callback(void)
{
    return (intptr_t)on_handshake;
}

static void certificate_free(Certificate *c)
{
    for (unsigned i = 0; i < c->n; i++) gnutls_pcert_deinit(&c->chain[i]);
    if (c->key) gnutls_privkey_deinit(c->key);
    free(c);
}

static Rc fail_file(Ctx *ctx, const char *path, const char *why)
{
    return FAIL(ctx, RC_INVALID, "tls.file", "TLS 文件 %s 不可用：%s", "the TLS file %s cannot be used: %s",
                path, why);
}

static Rc load(Ctx *ctx, const char *path, gnutls_datum_t *out)
{
    struct stat st;
    if (stat(path, &st) != 0) return fail_file(ctx, path, strerror(errno));
    if (st.st_size > TLS_FILE_MAX) return fail_file(ctx, path, "too large");
    int rc = gnutls_load_file(path, out);
    return rc < 0 ? fail_file(ctx, path, gnutls_strerror(rc)) : RC_OK;
}

static Rc take_chain(Ctx *ctx, const char *path, Certificate *c)
{
    gnutls_datum_t pem;
    TRY(load(ctx, path, &pem));
    c->n = CHAIN_MAX;
    int rc = gnutls_pcert_list_import_x509_raw(c->chain, &c->n, &pem, GNUTLS_X509_FMT_PEM, 0);
    gnutls_free(pem.data);
    if (rc >= 0) return RC_OK;
    c->n = 0;
    return fail_file(ctx, path, gnutls_strerror(rc));
}

static Rc take_key(Ctx *ctx, const char *path, Certificate *c)
{
    gnutls_datum_t pem;
    struct stat st;
    TRY(load(ctx, path, &pem));
    int rc = gnutls_privkey_init(&c->key);
    if (rc >= 0) rc = gnutls_privkey_import_x509_raw(c->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    if (rc < 0) return fail_file(ctx, path, gnutls_strerror(rc));
    if (stat(path, &st) == 0 && (st.st_mode & 0007))
        LOG(LOG_WARN, "http", "everybody on this machine can read the key", LOG_Z("file", path));
    return RC_OK;
}

/* Do the two belong together? */
static Rc match(Ctx *ctx, const char *path, Certificate *c)
{
    gnutls_pubkey_t own = NULL;
    unsigned char a[64], b[64];
    size_t na = sizeof a, nb = sizeof b;
    int rc = gnutls_pubkey_init(&own);
    if (rc >= 0) rc = gnutls_pubkey_import_privkey(own, c->key, 0, 0);
    if (rc >= 0) rc = gnutls_pubkey_get_key_id(own, 0, a, &na);
    if (rc >= 0) rc = gnutls_pubkey_get_key_id(c->chain[0].pubkey, 0, b, &nb);
    if (own) gnutls_pubkey_deinit(own);
    if (rc < 0) return fail_file(ctx, path, gnutls_strerror(rc));
    return na == nb && memcmp(a, b, na) == 0 ? RC_OK
                                             : fail_file(ctx, path, "it is not the certificate's key");
}

Rc tls_load(Ctx *ctx, const char *cert, const char *key)
{
    Certificate *c = calloc(1, sizeof *c);
    ENSURE(c);
    Rc rc = take_chain(ctx, cert, c);
    if (rc >= 0) rc = take_key(ctx, key, c);
    if (rc >= 0) rc = match(ctx, key, c);
    if (rc < 0) {
        certificate_free(c);
        return rc;
    }
    c->before = atomic_load(&current);
    atomic_store(&current, c);
    LOG(LOG_INFO, "http", "certificate taken", LOG_Z("file", cert), LOG_I64("chain", (int64_t)c->n));
    return RC_OK;
}

void tls_forget(void)
{
    Certificate *c = atomic_exchange(&current, NULL);
    while (c) {
        Certificate *before = c->before;
        certificate_free(c);
        c = before;
    }
}
