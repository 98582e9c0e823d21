/* QR codes: as SVG, one path of unit squares with the quiet zone the standard asks, and as plain modules for
 * papers. The only place that includes libqrencode. */
#include "access/access.h"
#include "kernel/paper.h"
#include <qrencode.h>

enum { QUIET = 4 };

const char *qr_svg(Arena *a, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code) return NULL;
    StrBuf b;
    buf_init(&b, a);
    int side = code->width + 2 * QUIET;
    buf_printf(
        &b,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
        "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path fill=\"#000\" d=\"",
        side, side, side, side);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if (code->data[y * code->width + x] & 1) buf_printf(&b, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
    buf_addz(&b, "\"/></svg>");
    QRcode_free(code);
    return str_z(a, buf_str(&b));
}

const unsigned char *kernel_qr(Arena *a, const char *text, int *side)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code) return NULL;
    size_t n = (size_t)code->width * (size_t)code->width;
    unsigned char *out = arena_alloc(a, n);
    for (size_t i = 0; i < n; i++) out[i] = code->data[i] & 1;
    *side = code->width;
    QRcode_free(code);
    return out;
}
