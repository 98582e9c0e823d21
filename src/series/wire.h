/* Little-endian numbers and varints of every file of the store. Readers are bounded: In turns `bad` and gives
 * zeros. */
#pragma once
#include "bits.h"

static inline void put_u16(uint8_t *p, uint16_t v)
{
    memcpy(p, &v, 2);
}
static inline void put_u32(uint8_t *p, uint32_t v)
{
    memcpy(p, &v, 4);
}
static inline void put_u64(uint8_t *p, uint64_t v)
{
    memcpy(p, &v, 8);
}
static inline uint16_t get_u16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, 2);
    return v;
}
static inline uint32_t get_u32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}
static inline uint64_t get_u64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are little-endian");

enum { VARINT_MAX = 10 };
static inline uint8_t *put_varint(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

typedef struct In {
    const uint8_t *p, *end;
    bool bad;
} In;

static inline uint64_t in_varint(In *in)
{
    uint64_t v = 0;
    for (uint32_t shift = 0; shift < 64 && in->p < in->end; shift += 7) {
        uint8_t b = *in->p++;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) return v;
    }
    in->bad = true;
    return 0;
}

/* n bytes, or NULL. */
static inline const uint8_t *in_bytes(In *in, size_t n)
{
    if (in->bad || (size_t)(in->end - in->p) < n) {
        in->bad = true;
        return NULL;
    }
    in->p += n;
    return in->p - n;
}

static inline uint64_t in_u(In *in, size_t n)
{
    uint64_t v = 0;
    const uint8_t *p = in_bytes(in, n);
    if (p) memcpy(&v, p, n);
    return v;
}
