/* Zip with stored members and one fixed date: a docx made of the same document has the same bytes. The parts
 * are small, and pictures are packed already. */
#include "paper_private.h"

static uint32_t crc_of(Str s)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char)s.p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void little(StrBuf *b, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) buf_addc(b, (char)(v >> (8 * i) & 255));
}

/* What the local and the central header share, from "version needed" to the length of the extra field. */
static void common(StrBuf *b, const ZipMember *m)
{
    enum { VERSION = 20, UTF8 = 0x800, STORED = 0, NO_TIME = 0, DAY = 0x21 /* 1980-01-01 */ };
    little(b, VERSION, 2);
    little(b, UTF8, 2);
    little(b, STORED, 2);
    little(b, NO_TIME, 2);
    little(b, DAY, 2);
    little(b, crc_of(m->content), 4);
    little(b, m->content.n, 4);
    little(b, m->content.n, 4);
    little(b, strlen(m->name), 2);
    little(b, 0, 2);
}

void paper_zip(StrBuf *out, const ZipMember *members, size_t n)
{
    StrBuf central;
    buf_init(&central, out->arena);
    size_t start = out->n;
    for (size_t i = 0; i < n; i++) {
        size_t offset = out->n - start;
        little(out, 0x04034b50, 4);
        common(out, &members[i]);
        buf_addz(out, members[i].name);
        buf_add(out, members[i].content);
        little(&central, 0x02014b50, 4);
        little(&central, 20, 2);
        common(&central, &members[i]);
        little(&central, 0, 4); /* no comment, first disk */
        little(&central, 0, 6); /* no attributes inside and outside */
        little(&central, offset, 4);
        buf_addz(&central, members[i].name);
    }
    size_t directory = out->n - start;
    buf_add(out, buf_str(&central));
    little(out, 0x06054b50, 4);
    little(out, 0, 4);
    little(out, n, 2);
    little(out, n, 2);
    little(out, central.n, 4);
    little(out, directory, 4);
    little(out, 0, 2);
}
