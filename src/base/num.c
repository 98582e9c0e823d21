/* Numbers. A decimal of at most 19 digits whose mantissa fits 2^53 and whose power of ten is within ±22 is
 * one exact multiplication or division (both operands are exact doubles, so the result is correctly rounded);
 * the rest goes through strtod in the C locale. Printing uses the mirror of the same fact: when v × 10^k is a
 * whole number below 10^15 and dividing it by 10^k gives v back, no decimal of so few digits but this one
 * reads as v, so it is shortest. */
#include "base/num.h"
#include "base/rc.h"
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    ENSURE(c_locale);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool num_parse_u64(Str s, uint64_t *out)
{
    if (s.n == 0) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i])) return false;
        if (__builtin_mul_overflow(v, 10u, &v)) return false;
        if (__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

bool num_parse_i64(Str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (negative || s.p[0] == '+')) s = str_n(s.p + 1, s.n - 1);
    uint64_t v;
    if (!num_parse_u64(s, &v)) return false;
    if (v > (uint64_t)INT64_MAX + negative) return false;
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

typedef struct Decimal {
    uint64_t mantissa;
    int64_t exponent; /* of ten */
    bool negative;
    bool exact; /* all digits are in the mantissa */
} Decimal;

static size_t scan_digits(Str s, size_t i, Decimal *d, int *digits)
{
    for (; i < s.n && is_digit(s.p[i]); i++) {
        if (*digits || s.p[i] != '0') (*digits)++;
        if (*digits <= 19) d->mantissa = d->mantissa * 10 + (uint64_t)(s.p[i] - '0');
        else d->exact = false;
    }
    return i;
}

/* Exponents beyond ±99999 are all the same to a double. */
static bool scan_exponent(Str s, size_t i, int64_t *exponent)
{
    bool negative = i < s.n && s.p[i] == '-';
    if (i < s.n && (negative || s.p[i] == '+')) i++;
    if (i == s.n) return false;
    int64_t e = 0;
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i])) return false;
        if (e < 99999) e = e * 10 + (s.p[i] - '0');
    }
    *exponent += negative ? -e : e;
    return true;
}

/* false: not a decimal number. */
static bool scan_decimal(Str s, Decimal *d)
{
    *d = (Decimal){.exact = true};
    size_t i = 0;
    int digits = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) d->negative = s.p[i++] == '-';
    size_t start = i;
    i = scan_digits(s, i, d, &digits);
    size_t seen = i - start;
    if (i < s.n && s.p[i] == '.') {
        size_t point = ++i;
        i = scan_digits(s, i, d, &digits);
        seen += i - point;
        d->exponent = -(int64_t)(i - point);
    }
    if (seen == 0) return false;
    if (i == s.n) return true;
    return (s.p[i] == 'e' || s.p[i] == 'E') && scan_exponent(s, i + 1, &d->exponent);
}

static bool parse_special(Str s, double *out)
{
    bool negative = s.n && s.p[0] == '-';
    if (s.n && (negative || s.p[0] == '+')) s = str_n(s.p + 1, s.n - 1);
    double v;
    if (str_ieq(s, STR("nan"))) v = NAN;
    else if (str_ieq(s, STR("inf")) || str_ieq(s, STR("infinity"))) v = INFINITY;
    else return false;
    *out = negative ? -v : v;
    return true;
}

/* s was found to be a decimal number. An overflow is not a number that a double can hold. */
static bool parse_slow(Str s, double *out)
{
    char small[64];
    char *z = s.n < sizeof small ? small : malloc(s.n + 1);
    if (!z) return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    pthread_once(&c_locale_once, make_c_locale);
    double v = strtod_l(z, NULL, c_locale);
    if (z != small) free(z);
    if (!isfinite(v)) return false;
    *out = v;
    return true;
}

bool num_parse_f64(Str s, bool special_ok, double *out)
{
    Decimal d;
    if (!scan_decimal(s, &d)) return special_ok && parse_special(s, out);
    if (!d.exact || d.mantissa > (UINT64_C(1) << 53) || d.exponent < -22 || d.exponent > 22)
        return parse_slow(s, out);
    double v = (double)d.mantissa;
    v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
    *out = d.negative ? -v : v;
    return true;
}

/* Eight digits of v < 10^8 as text, the first in the lowest byte: pairs of digits are taken apart side by
 * side. */
static inline uint64_t eight_digits(uint64_t v)
{
    v = v / 10000 | (v % 10000) << 32;
    uint64_t hundreds = (v * 10486) >> 20 & UINT64_C(0x7f0000007f);
    v = hundreds | (v - 100 * hundreds) << 16;
    uint64_t tens = (v * 103) >> 10 & UINT64_C(0x000f000f000f000f);
    return tens | (v - 10 * tens) << 8;
}

#define ASCII_ZEROS UINT64_C(0x3030303030303030)

static inline void put_eight(uint64_t v, char *buf)
{
    uint64_t text = eight_digits(v) | ASCII_ZEROS;
    memcpy(buf, &text, 8);
}

/* v < 10^8 without leading zeros; eight bytes are written. */
static inline size_t put_leading(uint64_t v, char *buf)
{
    uint64_t digits = eight_digits(v);
    unsigned skip = digits ? (unsigned)__builtin_ctzll(digits) / 8 : 7;
    uint64_t text = (digits | ASCII_ZEROS) >> (8 * skip);
    memcpy(buf, &text, 8);
    return 8 - skip;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first digit is the lowest byte");

/* At most 20 digits; up to 7 bytes behind them are written too. */
static inline size_t print_u64(uint64_t v, char *buf)
{
    const uint64_t group = 100000000;
    if (v < group) return put_leading(v, buf);
    uint64_t high = v / group;
    size_t n;
    if (high < group) {
        n = put_leading(high, buf);
    } else {
        n = put_leading(high / group, buf);
        put_eight(high % group, buf + n);
        n += 8;
    }
    put_eight(v % group, buf + n);
    return n + 8;
}

size_t num_print_i64(int64_t v, char buf[NUM_TEXT_MAX])
{
    buf[0] = '-';
    size_t sign = v < 0, n = sign + print_u64(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, buf + sign);
    buf[n] = 0;
    return n;
}

void num_near_print(NumNear *near, int64_t v, char buf[NUM_TEXT_MAX], size_t *n)
{
    const int64_t group = 100000000;
    int64_t high = v / group;
    if (high <= 0) {
        *n = num_print_i64(v, buf);
        return;
    }
    if (high != near->high) {
        near->high = high;
        near->n = num_print_i64(high, near->text);
    }
    memcpy(buf, near->text, sizeof near->text / 2);
    put_eight((uint64_t)(v % group), buf + near->n);
    *n = near->n + 8;
}

/* m / 10^k as text; m < 10^15, k at most 7. */
static inline size_t print_scaled(uint64_t m, int k, bool negative, char *buf)
{
    static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    size_t len = negative;
    buf[0] = '-';
    if (m < tens[8]) { /* the digits of all, and those behind the point moved by one */
        uint64_t digits = eight_digits(m);
        int n = digits ? 8 - __builtin_ctzll(digits) / 8 : 1, whole = n > k ? n - k : 1;
        uint64_t text = (digits | ASCII_ZEROS) >> (8 * (8 - whole - k));
        memcpy(buf + len, &text, 8);
        len += (size_t)whole;
        if (k) {
            text >>= 8 * whole;
            buf[len++] = '.';
            memcpy(buf + len, &text, 8);
            len += (size_t)k;
        }
    } else {
        len += print_u64(m / tens[k], buf + len);
        if (k) {
            buf[len++] = '.';
            put_eight(m % tens[k] * tens[8 - k], buf + len);
            len += (size_t)k;
        }
    }
    buf[len] = 0;
    return len;
}

__extension__ typedef unsigned __int128 Wide;

/* Means and other values of many digits. v = m × 2^-e is multiplied by a power of ten so that its whole part
 * has 17 digits; with 128 bits that is exact, so 15, 16 and 17 digits can be rounded and tried without the C
 * library, and the first that lies nearer to v than half the distance to its neighbours is taken. */
typedef struct Digits {
    uint64_t d;   /* the digits as a number */
    int decimals; /* of them behind the point */
} Digits;

static bool many_digits(double magnitude, Digits *out)
{
    int e;
    uint64_t m = (uint64_t)ldexp(frexp(magnitude, &e), 53);
    unsigned shift = (unsigned)(53 - e);      /* v = m / 2^shift */
    if (m == UINT64_C(1) << 52) return false; /* its lower neighbour is nearer */
    int k = 0;                                /* 10^16 ≤ v × 10^k < 10^17 */
    for (double x = magnitude; x < 1e16 && k < 19; k++) x *= 10;
    uint64_t ten = 1;
    for (int i = 0; i < k; i++) ten *= 10;
    Wide exact = (Wide)m * ten, whole = exact >> shift;
    if (whole < UINT64_C(10000000000000000) || whole >= UINT64_C(100000000000000000)) return false;
    uint64_t unit = 100;
    for (int digits = 15; digits <= 17; digits++, unit /= 10) {
        Wide step = (Wide)unit << shift;
        Wide rounded = exact / step, rest = exact - rounded * step;
        rounded = (rounded + (rest * 2 > step || (rest * 2 == step && (rounded & 1)))) * step;
        Wide off = rounded > exact ? rounded - exact : exact - rounded;
        if (off * 2 >= ten) continue;
        *out = (Digits){(uint64_t)(rounded >> shift), k};
        return true;
    }
    return false;
}

static size_t print_digits(Digits x, bool negative, char *buf)
{
    while (x.decimals > 0 && x.d % 10 == 0) {
        x.d /= 10;
        x.decimals--;
    }
    char text[NUM_TEXT_MAX];
    size_t n = num_print_i64((int64_t)x.d, text), len = 0, decimals = (size_t)x.decimals;
    if (negative) buf[len++] = '-';
    size_t whole = n > decimals ? n - decimals : 0;
    memcpy(buf + len, text, whole);
    len += whole;
    if (!whole) buf[len++] = '0';
    if (decimals) {
        buf[len++] = '.';
        for (size_t zeros = decimals > n ? decimals - n : 0; zeros > 0; zeros--) buf[len++] = '0';
        memcpy(buf + len, text + whole, n - whole);
        len += n - whole;
    }
    buf[len] = 0;
    return len;
}

static size_t print_slow(double v, char *buf)
{
    pthread_once(&c_locale_once, make_c_locale);
    locale_t before = uselocale(c_locale);
    int n = 0;
    for (int precision = 15; precision <= 17; precision++) {
        n = snprintf(buf, NUM_TEXT_MAX, "%.*g", precision, v);
        if (precision == 17 || strtod_l(buf, NULL, c_locale) == v) break;
    }
    uselocale(before);
    return (size_t)n;
}

/* Whole numbers and one decimal are two decimals with zeros behind: so most values take one division. */
static size_t print_two_decimals(uint64_t m, bool negative, char *buf)
{
    int k = 2;
    while (k > 0 && m % 10 == 0) {
        m /= 10;
        k--;
    }
    return print_scaled(m, k, negative, buf);
}

size_t num_print_f64(double v, char buf[NUM_TEXT_MAX])
{
    enum { DIGITS_TRIED = 7 };
    double magnitude = fabs(v);
    if (magnitude < 1e13 && (magnitude >= 1e-4 || magnitude == 0)) {
        uint64_t m = (uint64_t)(magnitude * 100 + 0.5);
        if ((double)m / 100 == magnitude) return print_two_decimals(m, signbit(v), buf);
    }
    if (magnitude < 1e15 && magnitude >= 1e-4) {
        for (int k = 0; k <= DIGITS_TRIED; k++) {
            double scaled = magnitude * powers[k];
            if (scaled >= 1e15) break;
            uint64_t m = (uint64_t)(scaled + 0.5);
            if ((double)m / powers[k] == magnitude) return print_scaled(m, k, signbit(v), buf);
        }
    }
    Digits many;
    if (magnitude >= 1e-3 && magnitude < 1e14 && many_digits(magnitude, &many))
        return print_digits(many, signbit(v), buf);
    return print_slow(v, buf);
}
