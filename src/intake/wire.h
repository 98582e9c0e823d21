/* Little-endian numbers in and out of byte buffers, for notes and files. */
#pragma once
#include "base/str.h"

typedef struct WireIn {
    const unsigned char *p, *end;
    bool bad; /* something was read past the end: all later reads give 0 */
} WireIn;

static inline WireIn wire_in(Str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    return (WireIn){p, p + s.n, false};
}

static inline uint64_t wire_get(WireIn *w, unsigned bytes)
{
    uint64_t v = 0;
    if (w->bad || (size_t)(w->end - w->p) < bytes) {
        w->bad = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)w->p[i] << (8 * i);
    w->p += bytes;
    return v;
}

static inline double wire_get_f64(WireIn *w)
{
    uint64_t bits = wire_get(w, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline Str wire_get_bytes(WireIn *w, uint64_t n)
{
    if (w->bad || (uint64_t)(w->end - w->p) < n) {
        w->bad = true;
        return STR_NONE;
    }
    Str s = str_n((const char *)w->p, (size_t)n);
    w->p += n;
    return s;
}

static inline unsigned char *wire_put(unsigned char *p, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) *p++ = (unsigned char)(v >> (8 * i));
    return p;
}

static inline unsigned char *wire_put_f64(unsigned char *p, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return wire_put(p, bits, 8);
}

static inline void wire_add(StrBuf *b, uint64_t v, unsigned bytes)
{
    unsigned char p[8];
    wire_put(p, v, bytes);
    buf_add(b, str_n((const char *)p, bytes));
}

static inline void wire_add_f64(StrBuf *b, double v)
{
    unsigned char p[8];
    wire_put_f64(p, v);
    buf_add(b, str_n((const char *)p, 8));
}
