/* Chunks: head, choice of the mode, decoding with every bound checked. The mode is chosen from the values
 * themselves: the least number of decimals that gives all of them back; a few outliers stay raw escapes;
 * floating-point noise takes the XOR form. When in doubt both are encoded and the smaller one is kept. */
#include "chunk.h"
#include "base/clock.h"
#include "base/rc.h"
#include "wire.h"
#include <math.h>

size_t chunk_put_head(uint8_t out[CHUNK_HEAD_MAX], const Codec *c, int64_t first_t)
{
    uint8_t *p = out;
    *p++ = (uint8_t)(c->mode | c->unit << 4);
    p = put_varint(p, c->count);
    p = put_varint(p, zigzag(c->unit ? first_t / MS_SECOND : first_t));
    return (size_t)(p - out);
}

bool chunk_parse(const uint8_t *image, size_t len, ChunkInfo *out)
{
    In in = {image, image + len, false};
    uint8_t form = (uint8_t)in_u(&in, 1);
    uint64_t count = in_varint(&in);
    int64_t t = unzigzag(in_varint(&in));
    out->mode = form & 15;
    out->unit = form >> 4;
    if (in.bad || out->unit > 1 || (out->mode > CODEC_DECIMALS && out->mode != CODEC_XOR)) return false;
    if (count == 0 || count > CHUNK_ROWS_MAX || t < SERIES_T_MIN || t > SERIES_T_MAX) return false;
    out->count = (uint16_t)count;
    out->first_t = out->unit ? t * MS_SECOND : t;
    out->head = (uint32_t)(in.p - image);
    return out->first_t >= SERIES_T_MIN && out->first_t <= SERIES_T_MAX;
}

/* The partial word at the end of the bits, without what may be behind them in the last byte. */
static uint64_t word_at(const BitsIn *in)
{
    uint32_t from = in->bit / 64 * 8, n = in->bit & 63;
    uint64_t word = 0;
    memcpy(&word, in->p + from, in->bytes - from);
    return word & ((UINT64_C(1) << n) - 1);
}

int chunk_decode(const uint8_t *image, size_t len, SeriesRow *rows, Codec *state)
{
    ChunkInfo info;
    if (len > CHUNK_IMAGE_MAX || !chunk_parse(image, len, &info)) return -1;
    Codec c;
    codec_start(&c, info.first_t, info.mode, info.unit);
    BitsIn in = {image + info.head, (uint32_t)(len - info.head), 0, false};
    for (uint32_t i = 0; i < info.count; i++) {
        int64_t before = c.t;
        rows[i].t = i ? codec_time_get(&c, &in) : c.t;
        rows[i].v = codec_value_get(&c, &in, &rows[i].q);
        c.count++;
        if (in.bad || c.t > SERIES_T_MAX || (i && c.t <= before)) return -1;
    }
    c.bit = in.bit;
    if ((in.bit + 7) / 8 != in.bytes) return -1;
    c.word = word_at(&in);
    if (state) *state = c;
    return info.count;
}

void chunk_choose(const SeriesRow *rows, size_t n, uint8_t *mode, uint8_t *unit)
{
    uint8_t most = 0;
    size_t misfits = 0;
    *unit = 1;
    for (size_t i = 0; i < n; i++) {
        int64_t scaled;
        if (rows[i].t % MS_SECOND != 0) *unit = 0;
        if (!isfinite(rows[i].v) || codec_value_scale(rows[i].v, most, &scaled)) continue;
        uint8_t d = codec_value_decimals(rows[i].v);
        if (d == CODEC_XOR) misfits++;
        else if (d > most) most = d;
    }
    *mode = misfits > n / 16 ? CODEC_XOR : most;
}

static size_t encode_as(const SeriesRow *rows, size_t n, uint8_t mode, uint8_t unit, uint8_t *out)
{
    Codec c;
    codec_start(&c, rows[0].t, mode, unit);
    c.count = (uint16_t)n; /* the head comes first */
    size_t head = chunk_put_head(out, &c, rows[0].t);
    c.count = 0;
    BitsOut bits = codec_out(&c, out + head);
    for (size_t i = 0; i < n; i++) {
        if (i) codec_time_put(&c, &bits, rows[i].t);
        codec_value_put(&c, &bits, rows[i].v, rows[i].q);
        c.count++;
    }
    bits_end(&bits);
    return head + (bits.bit + 7) / 8;
}

size_t chunk_encode(const SeriesRow *rows, size_t n, uint8_t *out)
{
    ENSURE(n > 0 && n <= CHUNK_ROWS_MAX);
    uint8_t mode, unit, other[CHUNK_IMAGE_MAX];
    chunk_choose(rows, n, &mode, &unit);
    size_t len = encode_as(rows, n, mode, unit, out);
    /* Many decimals may be noise that happens to print short: then the XOR form can be smaller, and a bound
     * of five bytes a reading tells when to look. The reverse never pays. */
    if (mode != CODEC_XOR && len > n * 5) {
        size_t xlen = encode_as(rows, n, CODEC_XOR, unit, other);
        if (xlen < len) {
            memcpy(out, other, xlen);
            len = xlen;
        }
    }
    return len;
}

bool row_bad(const SeriesRow *r)
{
    return r->q >= Q_BAD || !isfinite(r->v);
}

/* Merge sort of runs: input is mostly a few ascending runs, and the order of writing must be kept among equal
 * times. */
static void merge_runs(const SeriesRow *a, size_t na, const SeriesRow *b, size_t nb, SeriesRow *out)
{
    while (na && nb) {
        if (b->t < a->t) {
            *out++ = *b++;
            nb--;
        } else {
            *out++ = *a++;
            na--;
        }
    }
    memcpy(out, a, na * sizeof *a);
    memcpy(out + na, b, nb * sizeof *b);
}

static size_t run_end(const SeriesRow *rows, size_t from, size_t n)
{
    size_t i = from + 1;
    while (i < n && rows[i - 1].t <= rows[i].t) i++;
    return i < n ? i : n;
}

static void sort_rows(SeriesRow *rows, size_t n, SeriesRow *tmp)
{
    for (;;) {
        size_t first = run_end(rows, 0, n);
        if (first >= n) return;
        for (size_t at = 0; at < n;) {
            size_t mid = run_end(rows, at, n), end = mid < n ? run_end(rows, mid, n) : n;
            merge_runs(rows + at, mid - at, rows + mid, end - mid, tmp + at);
            at = end;
        }
        memcpy(rows, tmp, n * sizeof *rows);
    }
}

size_t rows_settle(SeriesRow *rows, size_t n, SeriesRow *tmp)
{
    if (n == 0) return 0;
    sort_rows(rows, n, tmp);
    size_t kept = 1;
    for (size_t i = 1; i < n; i++) {
        if (rows[i].t != rows[kept - 1].t) rows[kept++] = rows[i];
        else if (row_replaces(&rows[i], &rows[kept - 1])) rows[kept - 1] = rows[i];
    }
    return kept;
}
