/* Archives for tests: members stored, not deflated. */
#pragma once
#include "base/str.h"

typedef struct TestMember {
    const char *name;
    Str content;
} TestMember;

static inline uint32_t test_crc32(Str s)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int k = 0; k < 8; k++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

static inline void test_le(StrBuf *b, uint32_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) buf_addc(b, (char)(v >> (8 * i)));
}

/* The head of a member, in its place or in the directory. */
static inline void test_zip_head(StrBuf *b, const TestMember *m, bool directory, uint32_t at)
{
    uint32_t n = (uint32_t)m->content.n, name = (uint32_t)strlen(m->name);
    test_le(b, directory ? 0x02014b50 : 0x04034b50, 4);
    if (directory) test_le(b, 20, 2);
    test_le(b, 20, 2), test_le(b, 0x800, 2), test_le(b, 0, 2), test_le(b, 0, 2), test_le(b, 0x5A21, 2);
    test_le(b, test_crc32(m->content), 4), test_le(b, n, 4), test_le(b, n, 4);
    test_le(b, name, 2), test_le(b, 0, 2);
    if (directory) {
        test_le(b, 0, 2), test_le(b, 0, 2), test_le(b, 0, 2), test_le(b, 0, 4);
        test_le(b, at, 4);
    }
    buf_addz(b, m->name);
}

static inline Str test_zip(Arena *a, const TestMember *members, size_t n)
{
    StrBuf b;
    uint32_t at[16];
    ENSURE(n <= 16);
    buf_init(&b, a);
    for (size_t i = 0; i < n; i++) {
        at[i] = (uint32_t)b.n;
        test_zip_head(&b, &members[i], false, 0);
        buf_add(&b, members[i].content);
    }
    uint32_t start = (uint32_t)b.n;
    for (size_t i = 0; i < n; i++) test_zip_head(&b, &members[i], true, at[i]);
    uint32_t size = (uint32_t)b.n - start;
    test_le(&b, 0x06054b50, 4), test_le(&b, 0, 4), test_le(&b, (uint32_t)n, 2), test_le(&b, (uint32_t)n, 2);
    test_le(&b, size, 4), test_le(&b, start, 4), test_le(&b, 0, 2);
    return buf_str(&b);
}
