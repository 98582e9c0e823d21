/* Texts cut to what a title takes. */
#include "document_private.h"

Str document_cut(Arena *a, Str s, size_t most)
{
    size_t at = 0, left = most;
    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && left-- == 0) break;
    if (at == s.n) return s;
    size_t keep = at;
    while (keep > 0 && ((unsigned char)s.p[keep - 1] & 0xC0) == 0x80) keep--;
    if (keep > 0) keep--;
    return str_printf(a, "%.*s…", (int)keep, s.p);
}
