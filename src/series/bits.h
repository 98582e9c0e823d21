/* Bits of a chunk, least significant first. A writer collects a word in registers and stores it when it is
 * full, so that the memory behind it is touched once in 64 bits; readers are bounded and turn `bad` instead
 * of reading past the end, so hostile bytes are safe. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BITS_SLACK = 8, BITS_MAX = 56, RICE_LIMIT = 16 };

typedef struct BitsOut {
    uint64_t word; /* what is not stored yet: bit % 64 bits, zero above them */
    uint8_t *to;   /* where the next full word goes */
    uint32_t bit;  /* written in all */
} BitsOut;

/* n ≤ BITS_MAX; code has no bit at or above n. */
static inline void bits_put(BitsOut *o, uint64_t code, uint32_t n)
{
    uint32_t at = o->bit & 63;
    o->bit += n;
    o->word |= code << at;
    if (at + n < 64) return;
    memcpy(o->to, &o->word, 8);
    o->to += 8;
    o->word = code >> (64 - at); /* at > 0, because n < 64 */
}

static inline void bits_put64(BitsOut *o, uint64_t v)
{
    bits_put(o, v & 0xffffffffu, 32);
    bits_put(o, v >> 32, 32);
}

/* The last, partial word; up to BITS_SLACK bytes more than there are bits. */
static inline void bits_end(const BitsOut *o)
{
    if (o->bit & 63) memcpy(o->to, &o->word, 8);
}

typedef struct BitsIn {
    const uint8_t *p;
    uint32_t bytes;
    uint32_t bit;
    bool bad;
} BitsIn;

/* At least 57 bits from the current place, zeros behind the end. */
static inline uint64_t bits_peek(const BitsIn *in)
{
    uint32_t at = in->bit >> 3;
    uint64_t word = 0;
    if (at + 8 <= in->bytes) memcpy(&word, in->p + at, 8);
    else if (at < in->bytes) memcpy(&word, in->p + at, in->bytes - at);
    return word >> (in->bit & 7);
}

static inline void bits_skip(BitsIn *in, uint32_t n)
{
    in->bit += n;
    if (in->bit > in->bytes * 8) {
        in->bad = true;
        in->bit = in->bytes * 8;
    }
}

static inline uint64_t bits_get(BitsIn *in, uint32_t n)
{
    uint64_t v = bits_peek(in) & ((UINT64_C(1) << n) - 1);
    bits_skip(in, n);
    return v;
}

static inline uint64_t bits_get64(BitsIn *in)
{
    uint64_t lo = bits_get(in, 32);
    return lo | bits_get(in, 32) << 32;
}

static inline uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}
static inline int64_t unzigzag(uint64_t u)
{
    return (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
}

static inline uint32_t bits_len(uint64_t v)
{
    return v ? 64u - (uint32_t)__builtin_clzll(v) : 0;
}

/* A length of 6 bits and that many bits: for values without a statistic. v < 2^63. */
static inline void bits_put_wide(BitsOut *o, uint64_t v)
{
    uint32_t n = bits_len(v);
    bits_put(o, n, 6);
    if (n > 32) {
        bits_put(o, v & 0xffffffffu, 32);
        bits_put(o, v >> 32, n - 32);
    } else {
        bits_put(o, v, n);
    }
}

static inline uint64_t bits_get_wide(BitsIn *in)
{
    uint32_t n = (uint32_t)bits_get(in, 6);
    if (n <= 32) return bits_get(in, n);
    uint64_t lo = bits_get(in, 32);
    return lo | bits_get(in, n - 32) << 32;
}

/* Adaptive Golomb-Rice code: `mean` follows 2^speed times the recent mean of the values and gives the number
 * of low bits; a quotient of RICE_LIMIT or more is RICE_LIMIT ones, and the caller's escape follows. */
enum { RICE_SPEED = 4 };

static inline uint32_t rice_k(uint32_t mean, uint32_t speed)
{
    uint32_t m = mean >> speed;
    return m < 2 ? 0 : 31u - (uint32_t)__builtin_clz(m);
}

static inline void rice_note(uint32_t *mean, uint64_t v, uint32_t speed)
{
    uint64_t capped = v < (UINT64_C(1) << 26) ? v : UINT64_C(1) << 26;
    *mean += (uint32_t)capped - (*mean >> speed);
}

/* false: escape written, nothing of v. */
static inline bool rice_put(BitsOut *o, uint32_t *mean, uint64_t v, uint32_t speed)
{
    uint32_t k = rice_k(*mean, speed);
    uint64_t q = v >> k;
    if (q >= RICE_LIMIT) {
        bits_put(o, (1u << RICE_LIMIT) - 1, RICE_LIMIT);
        return false;
    }
    uint64_t ones = (UINT64_C(1) << q) - 1;
    bits_put(o, ones | (v & ((UINT64_C(1) << k) - 1)) << (q + 1), (uint32_t)q + 1 + k);
    rice_note(mean, v, speed);
    return true;
}

/* false: the escape was read. */
static inline bool rice_get(BitsIn *in, uint32_t *mean, uint64_t *v, uint32_t speed)
{
    uint32_t k = rice_k(*mean, speed);
    uint64_t word = bits_peek(in);
    uint32_t q = (uint32_t)__builtin_ctzll(~word | (UINT64_C(1) << RICE_LIMIT));
    if (q >= RICE_LIMIT) {
        bits_skip(in, RICE_LIMIT);
        return false;
    }
    *v = (uint64_t)q << k | ((word >> (q + 1)) & ((UINT64_C(1) << k) - 1));
    bits_skip(in, q + 1 + k);
    rice_note(mean, *v, speed);
    return true;
}
