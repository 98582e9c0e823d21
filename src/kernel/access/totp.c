/* Time-based one-time codes (RFC 6238: SHA-1, 30 s, 6 digits, as every authenticator app has them). The only
 * place that includes liboath. */
#include "access/access.h"
#include <liboath/oath.h>

enum { WINDOW = 1 /* steps before and after: clocks of telephones differ */ };

static bool digits_only(Str code)
{
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] < '0' || code.p[i] > '9') return false;
    return code.n == TOTP_DIGITS;
}

int64_t totp_match(const unsigned char secret[TOTP_SECRET_BYTES], Str code, int64_t now_ms, int64_t after)
{
    if (!digits_only(code)) return 0;
    int64_t now = now_ms / 1000 / TOTP_STEP_S, found = 0;
    for (int64_t step = now - WINDOW; step <= now + WINDOW; step++) {
        char wanted[TOTP_DIGITS + 1];
        int rc = oath_hotp_generate((const char *)secret, TOTP_SECRET_BYTES, (uint64_t)step, TOTP_DIGITS,
                                    false, OATH_HOTP_DYNAMIC_TRUNCATION, wanted);
        /* All are compared: how long it takes does not tell which step it was. */
        if (rc == OATH_OK && crypto_equal(wanted, code.p, TOTP_DIGITS) && step > after && !found)
            found = step;
    }
    return found;
}

const char *totp_secret_text(Arena *a, const unsigned char secret[TOTP_SECRET_BYTES])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    StrBuf b;
    uint64_t bits = 0;
    unsigned held = 0;
    buf_init(&b, a);
    for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
        bits = bits << 8 | secret[i];
        for (held += 8; held >= 5; held -= 5) buf_addc(&b, alphabet[bits >> (held - 5) & 31]);
    }
    return str_z(a, buf_str(&b));
}
