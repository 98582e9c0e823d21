/* What a picture is and how large, from its header; it is unpacked by cairo (PNG) or not at all (JPEG goes
 * into the PDF as it is). Widths of columns from what stands in them. */
#include "paper_private.h"

enum { SIDE_MAX = 20000 };

static int big(const unsigned char *p, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

static bool png(Str s, int *w, int *h)
{
    static const unsigned char sign[] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    const unsigned char *p = (const unsigned char *)s.p;
    if (s.n < 33 || memcmp(p, sign, sizeof sign) || memcmp(p + 12, "IHDR", 4)) return false;
    if (p[16] & 0x80 || p[20] & 0x80) return false;
    *w = big(p + 16, 4);
    *h = big(p + 20, 4);
    return true;
}

/* Walks the segments to the frame header. */
static bool jpeg(Str s, int *w, int *h)
{
    const unsigned char *p = (const unsigned char *)s.p;
    if (s.n < 4 || p[0] != 0xff || p[1] != 0xd8) return false;
    for (size_t i = 2; i + 9 < s.n;) {
        if (p[i] != 0xff) return false;
        int marker = p[i + 1];
        if (marker == 0xff) {
            i++;
            continue;
        }
        bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        if (frame) {
            *h = big(p + i + 5, 2);
            *w = big(p + i + 7, 2);
            return true;
        }
        int length = big(p + i + 2, 2);
        if (length < 2 || marker == 0xda) return false;
        i += 2 + (size_t)length;
    }
    return false;
}

PictureType paper_picture(Str content, int *w, int *h)
{
    PictureType type = png(content, w, h) ? PICTURE_PNG : jpeg(content, w, h) ? PICTURE_JPEG : PICTURE_NONE;
    bool fits = type && *w >= 1 && *h >= 1 && *w <= SIDE_MAX && *h <= SIDE_MAX &&
                (int64_t)*w * *h <= 64 * 1000 * 1000;
    return fits ? type : PICTURE_NONE;
}

/* ---- Columns ---- */

size_t paper_width(Str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '\n'; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x80) n++;
        else if (c >= 0xe0) n += 2;
        else if (c >= 0xc0) n++;
    }
    return n;
}

void paper_column_shares(const PaperTable *t, double *out)
{
    enum { LEAST = 6, MOST = 40 }; /* half characters */
    double sum = 0;
    for (size_t c = 0; c < t->ncols; c++) {
        size_t most = LEAST, total = 0;
        for (size_t r = 0; r < t->nrows; r++) {
            size_t n = paper_width(t->cells[r * t->ncols + c]);
            total += n;
            if (n > most) most = n;
        }
        if (most > MOST) most = MOST;
        /* Between the widest cell and the usual one. */
        double mean = t->nrows ? (double)total / (double)t->nrows : 0;
        out[c] = t->weights ? t->weights[c] : (double)most * 0.7 + (mean < MOST ? mean : MOST) * 0.3 + 2;
        sum += out[c];
    }
    for (size_t c = 0; c < t->ncols; c++) out[c] = sum > 0 ? out[c] / sum : 1.0 / (double)t->ncols;
}
