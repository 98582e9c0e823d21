/* The inner loops of the text codecs: digits and short decimals. Exact: a mantissa below 2^53 divided by a
 * power of ten up to 10^22 is one correctly rounded division; whatever does not fit is left to num_parse_f64.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Eight ASCII digits at p as a number, or false when one of them is no digit. */
static inline bool scan_eight(const char *p, uint32_t *out)
{
    uint64_t x;
    memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    uint64_t d = x - UINT64_C(0x3030303030303030);
    if (((x + UINT64_C(0x4646464646464646)) | d) & UINT64_C(0x8080808080808080)) return false;
    d = d * 10 + (d >> 8);
    *out = (uint32_t)((((d & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
                       (((d >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
                      32);
    return true;
}

/* 1…19 digits. Returns the first byte after them, or NULL: none, or more than 19, or beyond int64. */
static inline const char *scan_u63(const char *p, const char *end, int64_t *out)
{
    const char *start = p;
    uint64_t v = 0;
    uint32_t eight;
    if (end - p >= 16 && scan_eight(p, &eight)) {
        v = eight;
        p += 8;
        if (scan_eight(p, &eight)) {
            v = v * 100000000 + eight;
            p += 8;
        }
    }
    while (p < end && *p >= '0' && *p <= '9' && p - start < 20) v = v * 10 + (uint64_t)(*p++ - '0');
    if (p == start || p - start > 19 || v > (uint64_t)INT64_MAX) return NULL;
    *out = (int64_t)v;
    return p;
}

/* [-]digits[.digits], at most 19 digits, exactly. Returns the first byte after it, or NULL when it is
 * anything else (also when an exponent follows): then the caller takes the slow road. */
static inline const char *scan_decimal(const char *p, const char *end, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    bool negative = p < end && *p == '-';
    if (negative) p++;
    const char *start = p;
    uint64_t m = 0;
    while (p < end && *p >= '0' && *p <= '9') m = m * 10 + (uint64_t)(*p++ - '0');
    long digits = p - start, fraction = 0;
    if (digits == 0) return NULL;
    if (p < end && *p == '.') {
        const char *point = ++p;
        while (p < end && *p >= '0' && *p <= '9') m = m * 10 + (uint64_t)(*p++ - '0');
        fraction = p - point;
        if (fraction == 0) return NULL;
    }
    if (digits + fraction > 19 || m > UINT64_C(1) << 53) return NULL;
    if (p < end && (*p == 'e' || *p == 'E')) return NULL;
    double v = fraction ? (double)m / power[fraction] : (double)m;
    *out = negative ? -v : v;
    return p;
}
