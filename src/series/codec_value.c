/* Values of a chunk. Most sensors print decimals, so a value is kept as the integer v·10^d when that reads
 * back to the same bits, and the difference to the one before is one zero bit when there is none, else a one
 * bit and an adaptive Rice code. What does not fit is an escape: the eight raw bytes, a NaN, a wide
 * difference, or a new quality that holds from then on. A chunk of true floating-point noise uses the XOR
 * form instead (equal bit, window, new window, quality), because raw escapes would cost more. */
#include "codec_fast.h"
#include <math.h>

enum { ESC_RAW, ESC_QUALITY, ESC_NAN, ESC_WIDE };

const double codec_powers[CODEC_DECIMALS + 1] = {1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                                 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};

static uint64_t to_bits(double v)
{
    uint64_t u;
    memcpy(&u, &v, 8);
    return u;
}

static double of_bits(uint64_t u)
{
    double v;
    memcpy(&v, &u, 8);
    return v;
}

double codec_value_unscale(int64_t n, uint8_t d)
{
    return (double)n / codec_powers[d <= CODEC_DECIMALS ? d : 0];
}

bool codec_value_scale(double v, uint8_t d, int64_t *n)
{
    return codec_scale(v, d, n);
}

uint8_t codec_value_decimals(double v)
{
    int64_t n;
    for (uint8_t d = 0; d <= CODEC_DECIMALS; d++)
        if (codec_value_scale(v, d, &n)) return d;
    return CODEC_XOR;
}

static void put_escape(BitsOut *out, uint32_t kind)
{
    uint64_t changed_and_ones = (UINT64_C(2) << RICE_LIMIT) - 1;
    bits_put(out, changed_and_ones | (uint64_t)kind << (RICE_LIMIT + 1), RICE_LIMIT + 3);
}

static void put_quality(Codec *c, BitsOut *out, uint8_t q)
{
    if (c->mode == CODEC_XOR) {
        bits_put(out, 7 | (uint64_t)q << 3, 5);
    } else {
        put_escape(out, ESC_QUALITY);
        bits_put(out, q, 2);
    }
    c->q = q;
}

static void put_difference(Codec *c, BitsOut *out, uint64_t diff)
{
    if (diff == 0) {
        bits_put(out, 0, 1);
        return;
    }
    bits_put(out, 1, 1);
    if (rice_put(out, &c->vmean, diff - 1, RICE_SPEED)) return;
    bits_put(out, ESC_WIDE, 2);
    bits_put_wide(out, diff);
    rice_note(&c->vmean, diff, RICE_SPEED);
}

static bool put_decimal(Codec *c, BitsOut *out, double v)
{
    int64_t n;
    if (!codec_value_scale(v, c->mode, &n)) {
        bool nan = isnan(v);
        put_escape(out, nan ? ESC_NAN : ESC_RAW);
        if (!nan) bits_put64(out, to_bits(v));
        return isfinite(v);
    }
    uint64_t diff = zigzag(n - (int64_t)c->v);
    c->v = (uint64_t)n;
    if (c->count == 0) bits_put_wide(out, diff << 1);
    else put_difference(c, out, diff);
    return false;
}

/* Codes: 0 equal; 01 window; 011 new window (written low bit first: 1, 1, 0); 111 quality. */
static void put_xor(Codec *c, BitsOut *out, double v)
{
    uint64_t u = to_bits(v), x = u ^ c->v;
    c->v = u;
    if (x == 0) {
        bits_put(out, 0, 1);
        return;
    }
    uint32_t lead = (uint32_t)__builtin_clzll(x), trail = (uint32_t)__builtin_ctzll(x);
    if (c->sig && lead >= c->lead && trail >= 64u - c->lead - c->sig) {
        bits_put(out, 1, 2);
    } else {
        c->lead = (uint8_t)lead;
        c->sig = (uint8_t)(64 - lead - trail);
        bits_put(out, 3 | (uint64_t)lead << 3 | (uint64_t)(c->sig - 1) << 9, 15);
    }
    uint64_t body = x >> (64 - c->lead - c->sig);
    bits_put(out, body & 0xffffffffu, c->sig < 32 ? c->sig : 32);
    if (c->sig > 32) bits_put(out, body >> 32, c->sig - 32u);
}

bool codec_value_put(Codec *c, BitsOut *out, double v, uint8_t q)
{
    if (isnan(v)) v = NAN;
    if (c->count == 0 &&
        c->mode != CODEC_XOR) { /* the first value has no code of its own: a flag tells a raw one */
        c->q = q & 3;
        bits_put(out, c->q, 2);
        int64_t n;
        if (codec_value_scale(v, c->mode, &n)) return put_decimal(c, out, v);
        bits_put_wide(out, 1);
        bits_put64(out, to_bits(v));
        return isfinite(v);
    }
    if (q != c->q) put_quality(c, out, q & 3);
    if (c->mode != CODEC_XOR) return put_decimal(c, out, v);
    put_xor(c, out, v);
    return false;
}

static double get_first(Codec *c, BitsIn *in)
{
    c->q = (uint8_t)bits_get(in, 2);
    uint64_t u = bits_get_wide(in);
    if (u & 1) return of_bits(bits_get64(in));
    c->v = (uint64_t)unzigzag(u >> 1);
    return codec_value_unscale((int64_t)c->v, c->mode);
}

static double get_decimal(Codec *c, BitsIn *in)
{
    uint64_t diff = 0;
    while (bits_get(in, 1)) {
        if (rice_get(in, &c->vmean, &diff, RICE_SPEED)) {
            diff++;
            break;
        }
        switch (bits_get(in, 2)) {
        case ESC_RAW:
            return of_bits(bits_get64(in));
        case ESC_NAN:
            return NAN;
        case ESC_QUALITY:
            c->q = (uint8_t)bits_get(in, 2);
            if (in->bad) return 0;
            diff = 0;
            continue;
        default:
            break;
        }
        diff = bits_get_wide(in);
        rice_note(&c->vmean, diff, RICE_SPEED);
        break;
    }
    c->v += (uint64_t)unzigzag(diff);
    return codec_value_unscale((int64_t)c->v, c->mode);
}

static double get_xor(Codec *c, BitsIn *in)
{
    uint64_t word = bits_peek(in);
    while ((word & 7) == 7 && !in->bad) {
        c->q = (uint8_t)(word >> 3 & 3);
        bits_skip(in, 5);
        word = bits_peek(in);
    }
    if ((word & 1) == 0) {
        bits_skip(in, 1);
        return of_bits(c->v);
    }
    if (word & 2) {
        c->lead = (uint8_t)(word >> 3 & 63);
        c->sig = (uint8_t)((word >> 9 & 63) + 1);
        bits_skip(in, 15);
    } else {
        bits_skip(in, 2);
    }
    if (c->sig == 0 || c->lead + c->sig > 64) {
        in->bad = true;
        return 0;
    }
    uint64_t body = bits_get(in, c->sig < 32 ? c->sig : 32);
    if (c->sig > 32) body |= bits_get(in, c->sig - 32u) << 32;
    c->v ^= body << (64 - c->lead - c->sig);
    return of_bits(c->v);
}

double codec_value_get(Codec *c, BitsIn *in, uint8_t *q)
{
    double v;
    if (c->count == 0 && c->mode != CODEC_XOR) v = get_first(c, in);
    else v = c->mode == CODEC_XOR ? get_xor(c, in) : get_decimal(c, in);
    *q = c->q;
    return v;
}
