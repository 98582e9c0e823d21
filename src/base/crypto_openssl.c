/* OpenSSL: the national digest SM3. */
#include "base/crypto.h"
#include <openssl/evp.h>

void crypto_sm3(const void *p, size_t n, unsigned char out[SM3_BYTES])
{
    unsigned int len = 0;
    int ok = EVP_Digest(n ? p : (const void *)"", n, out, &len, EVP_sm3(), NULL);
    ENSURE(ok == 1 && len == SM3_BYTES);
}
