/* The inner loops of the text codecs: digits and short decimals. Exact: a mantissa below 2^53 divided by a
 * power of ten up to 10^22 is one correctly rounded division; whatever does not fit is left to num_parse_f64.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* 0x80 in each byte of x that is no ASCII digit; exact up to the first such byte. */
static inline uint64_t scan_nondigits(uint64_t x)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t d = x ^ each * 0x30;                   /* a digit is 0 … 9 */
    return ((d + each * 0x76) | d) & (each * 0x80); /* no carry as long as no byte before has its top bit */
}

/* The number that eight bytes from 0 to 9 make, the first in the lowest byte. */
static inline uint64_t scan_join_eight(uint64_t d)
{
    d = d * 10 + (d >> 8);
    return (((d & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
            (((d >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
           32;
}

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
    *out = (uint32_t)scan_join_eight(d);
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

/* digits[.digits] of which the byte behind is among the eight at p: what sensors send, without a loop. NULL:
 * something else. */
static inline const char *scan_short_decimal(const char *p, double *out)
{
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    uint64_t x;
    memcpy(&x, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    uint64_t stops = scan_nondigits(x);
    if (!stops) return NULL;
    unsigned whole = (unsigned)__builtin_ctzll(stops) / 8, n = whole, fraction = 0;
    uint64_t digits = x;
    if (whole < 7 && p[whole] == '.') {
        uint64_t below = (UINT64_C(1) << (8 * whole)) - 1;
        digits = (x & below) | (x >> 8 & ~below);
        stops = scan_nondigits(digits);
        n = (unsigned)__builtin_ctzll(stops | UINT64_C(1) << 63) / 8;
        fraction = n - whole;
        if (fraction == 0 || n >= 7) return NULL;
    }
    const char *end = p + n + (fraction > 0);
    if (whole == 0 || *end == 'e' || *end == 'E' || *end == '.') return NULL;
    /* The digits to the top, zeros before them. */
    digits = (digits ^ UINT64_C(0x3030303030303030)) << (8 * (8 - n));
    *out = (double)scan_join_eight(digits) / power[fraction];
    return end;
}

/* [-]digits[.digits], at most 19 digits, exactly. Returns the first byte after it, or NULL when it is
 * anything else (also when an exponent follows): then the caller takes the slow road. */
static inline const char *scan_decimal(const char *p, const char *end, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    bool negative = p < end && *p == '-';
    if (negative) p++;
    if (end - p >= 8) {
        const char *after = scan_short_decimal(p, out);
        if (after) {
            if (negative) *out = -*out;
            return after;
        }
    }
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
