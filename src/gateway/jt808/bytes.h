/* Big-endian numbers, shared inside the folder. */
#pragma once
#include "base/str.h"

static inline unsigned u8_at(Str s, size_t at)
{
    return (unsigned char)s.p[at];
}
static inline unsigned u16_at(Str s, size_t at)
{
    return u8_at(s, at) << 8 | u8_at(s, at + 1);
}
static inline uint32_t u32_at(Str s, size_t at)
{
    return (uint32_t)u16_at(s, at) << 16 | u16_at(s, at + 2);
}
static inline Str str_from(Str s, size_t at)
{
    return at < s.n ? str_n(s.p + at, s.n - at) : STR_NONE;
}
static inline void add_u8(StrBuf *b, unsigned v)
{
    buf_addc(b, (char)(unsigned char)v);
}
static inline void add_u16(StrBuf *b, unsigned v)
{
    add_u8(b, v >> 8 & 255);
    add_u8(b, v & 255);
}
static inline void add_u32(StrBuf *b, uint32_t v)
{
    add_u16(b, v >> 16);
    add_u16(b, v & 0xffff);
}
