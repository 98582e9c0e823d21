/* Pictures for the demo's evidence: a wall, a floor and something on it, drawn from a number, as PNG with
 * stored blocks. Twelve of them serve for all records: evidence is kept by content. */
#include "city.h"
#include <string.h>

enum { W = 160, H = 120, ROW = W / 2 + 1, RAW = ROW * H, COLOURS = 16 };

static uint32_t crc_of(const unsigned char *p, size_t n)
{
    uint32_t c = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
    }
    return ~c;
}

static void put32(StrBuf *b, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8) buf_addc(b, (char)(v >> shift & 0xFF));
}

static void chunk(StrBuf *b, const char *type, const void *data, size_t n)
{
    put32(b, (uint32_t)n);
    size_t at = b->n;
    buf_add(b, str_n(type, 4));
    buf_add(b, str_n(data, n));
    put32(b, crc_of((const unsigned char *)b->p + at, n + 4));
}

static uint32_t adler_of(const unsigned char *p, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static int colour_at(int x, int y, uint64_t key)
{
    int horizon = 44 + (int)(key % 24), left = 20 + (int)(key / 24 % 60), width = 30 + (int)(key / 7 % 50);
    bool box = x > left && x < left + width && y > horizon - 18 && y < horizon + 40;
    if (y > H - 14) return 15;
    if (box) return (x + y) / 6 % 2 ? 10 : 11;
    if (y > horizon) return 4 + (y - horizon) / 20 % 4;
    return x / 20 % 2 ? 1 + (int)(key % 3) : 2 + (int)(key % 2);
}

Str demo_photo(Arena *a, int n)
{
    static const unsigned char head[13] = {0, 0, 0, W, 0, 0, 0, H, 4, 3, 0, 0, 0};
    static const unsigned char palette[COLOURS * 3] = {
        240, 238, 230, 214, 216, 212, 200, 206, 208, 190, 198, 204, 168, 160, 148, 156,
        148, 136, 146, 138, 126, 136, 128, 118, 120, 110, 96,  90,  84,  76,  196, 140,
        60,  166, 112, 44,  120, 60,  50,  70,  110, 80,  50,  70,  100, 34,  40,  48};
    unsigned char raw[RAW];
    uint64_t key = mix64((uint64_t)n + 77);
    for (int y = 0; y < H; y++) {
        raw[y * ROW] = 0;
        for (int x = 0; x < W; x += 2)
            raw[y * ROW + 1 + x / 2] = (unsigned char)(colour_at(x, y, key) << 4 | colour_at(x + 1, y, key));
    }
    StrBuf z, b;
    buf_init(&z, a);
    buf_init(&b, a);
    buf_add(&z, str_n("\x78\x01\x01", 3));
    buf_addc(&z, (char)(RAW & 0xFF));
    buf_addc(&z, (char)(RAW >> 8));
    buf_addc(&z, (char)((0xFFFF - RAW) & 0xFF));
    buf_addc(&z, (char)((0xFFFF - RAW) >> 8));
    buf_add(&z, str_n((const char *)raw, RAW));
    put32(&z, adler_of(raw, RAW));
    buf_add(&b, str_n("\x89PNG\r\n\x1a\n", 8));
    chunk(&b, "IHDR", head, sizeof head);
    chunk(&b, "PLTE", palette, sizeof palette);
    chunk(&b, "IDAT", z.p, z.n);
    chunk(&b, "IEND", "", 0);
    return buf_str(&b);
}
