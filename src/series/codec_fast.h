/* The usual reading of an open chunk in one go: a scaled integer of the chunk's decimals, the quality of the
 * one before, a step and a difference that their Rice codes reach. Its bits are those that codec_time_put and
 * codec_value_put would write (a test compares them); there are hardly any branches, because which way they
 * go is what the entropy of the readings is, and nothing but the codec is touched. */
#pragma once
#include "codec.h"

extern const double codec_powers[CODEC_DECIMALS + 1];

/* 2^53: beyond it a scaled integer is not exact. */
#define CODEC_SCALED_MAX 9007199254740992.0

static inline bool codec_scale(double v, uint8_t d, int64_t *n)
{
    double power = codec_powers[d], x = v * power;
    if (!(x > -CODEC_SCALED_MAX && x < CODEC_SCALED_MAX)) return false;
    *n = (int64_t)(x + (x < 0 ? -0.5 : 0.5));
    double back = (double)*n / power;
    uint64_t a, b;
    memcpy(&a, &back, 8);
    memcpy(&b, &v, 8);
    return a == b;
}

typedef struct Code {
    uint64_t bits;
    uint32_t n;
} Code;

/* The Rice code of v, whose quotient is below RICE_LIMIT. */
static inline Code rice_code(uint64_t v, uint32_t k)
{
    uint32_t q = (uint32_t)(v >> k);
    uint64_t low = v & ((UINT64_C(1) << k) - 1);
    return (Code){((UINT64_C(1) << q) - 1) | low << (q + 1), q + 1 + k};
}

/* Appends a reading later than c->t to a chunk that is not empty and not of mode XOR. false: not a usual one,
 * nothing was done. At most one word becomes full. */
static inline bool codec_put_fast(Codec *c, BitsOut *out, int64_t t, double v)
{
    uint64_t ms = (uint64_t)t - (uint64_t)c->t, step = c->unit ? ms / 1000 : ms;
    int64_t n;
    if (c->count < 2 || (c->unit && step * 1000 != ms) || step >= UINT32_MAX || !codec_scale(v, c->mode, &n))
        return false;
    uint64_t residual = zigzag((int64_t)(step - c->period)), diff = zigzag(n - (int64_t)c->v);
    uint64_t less = diff - (diff != 0);
    uint32_t kt = rice_k(c->tmean, RICE_SPEED), kv = rice_k(c->vmean, RICE_SPEED);
    if (residual >> kt >= RICE_LIMIT || less >> kv >= RICE_LIMIT || kt + kv > 20) return false;
    Code time = rice_code(residual, kt), value = rice_code(less, kv);
    uint64_t changed = 0 - (uint64_t)(diff != 0); /* all ones: a one bit and the code, else a zero bit */
    value.bits = (value.bits << 1 | 1) & changed;
    value.n = (value.n & (uint32_t)changed) + 1;
    bits_put(out, time.bits | value.bits << time.n, time.n + value.n);
    c->tmean += (uint32_t)residual - (c->tmean >> RICE_SPEED);
    c->vmean += ((uint32_t)less - (c->vmean >> RICE_SPEED)) & (uint32_t)changed;
    c->period = (uint32_t)step == c->delta ? (uint32_t)step : c->period;
    c->delta = (uint32_t)step;
    c->t = t;
    c->v = (uint64_t)n;
    return true;
}
