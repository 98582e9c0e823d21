/* Records of the log. A reading is written against the one before it in the record, so a record can be read
 * alone. As a rule it is three varints: the point's difference, that of the time in seconds, and the value as
 * a scaled integer of as many decimals as those before had; 6 to 8 bytes. What differs (quality,
 * milliseconds, other decimals, a value that is no short decimal) adds a control byte. */
#include "log_record.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "codec_fast.h"
#include "wire.h"

/* The control byte: bits 0-1 quality, 2 ahead, 3 milliseconds, 4-7 decimals or RAW. */
enum { CONTROL_AHEAD = 4, CONTROL_MS = 8, CONTROL_DECIMALS_SHIFT = 4, RAW = 15 };
enum { LASTING_DECIMALS = 6 }; /* more hold for one reading only: they make all numbers long */
/* Of the first form. */
enum { OLD_AHEAD = 4, OLD_BYTES_SHIFT = 3, OLD_UNUSED = 0x80 };

/* What the next reading is written against. */
typedef struct Before {
    uint32_t point;
    int64_t t;
    uint8_t q, decimals;
} Before;

size_t record_size_max(size_t n, const SeriesNote *notes, size_t nnotes)
{
    size_t size = RECORD_HEAD + n * RECORD_READING_MAX;
    for (size_t i = 0; i < nnotes; i++) size += 5 + 10 + notes[i].bytes.n;
    return size;
}

/* put_varint without a branch for what is usual; up to 4 bytes are written, those behind the end are
 * overwritten. */
static inline uint8_t *put_short(uint8_t *p, uint64_t v)
{
    if (v >> 28) return put_varint(p, v);
    uint32_t u = (uint32_t)v, n = (bits_len(v | 1) * 9 + 64) >> 6; /* bits / 7, rounded up, to 28 */
    uint32_t spread = (u & 0x7f) | (u & 0x3f80) << 1 | (u & 0x1fc000) << 2 | (u & 0xfe00000) << 3;
    spread |= 0x808080u & ((1u << (8 * (n - 1))) - 1);
    put_u32(p, spread);
    return p + n;
}

/* What three varints cannot say. */
static __attribute__((noinline)) uint8_t *put_unusual(uint8_t *p, const Reading *r, Before *b)
{
    int64_t n = 0;
    uint64_t step = (uint64_t)r->t - (uint64_t)b->t;
    bool ms = (int64_t)step % MS_SECOND != 0, fits = codec_value_scale(r->v, b->decimals, &n);
    uint8_t d = fits ? b->decimals : codec_value_decimals(r->v);
    if (d > CODEC_DECIMALS) d = RAW;
    else codec_value_scale(r->v, d, &n);
    p = put_short(p, zigzag((int64_t)r->point - (int64_t)b->point) << 1 | 1);
    *p++ = (uint8_t)((r->q & 3) | (r->flags & READING_AHEAD ? CONTROL_AHEAD : 0) | (ms ? CONTROL_MS : 0) |
                     d << CONTROL_DECIMALS_SHIFT);
    p = put_varint(p, zigzag(ms ? (int64_t)step : (int64_t)step / MS_SECOND));
    b->q = r->q & 3;
    if (d <= LASTING_DECIMALS) b->decimals = d;
    if (d != RAW) return put_varint(p, zigzag(n));
    memcpy(p, &r->v, 8);
    return p + 8;
}

static inline uint8_t *put_reading(uint8_t *p, const Reading *r, Before *b)
{
    int64_t n, step = r->t - b->t, seconds = step / MS_SECOND;
    bool usual = seconds * MS_SECOND == step && r->q == b->q && !(r->flags & READING_AHEAD) &&
                 codec_scale(r->v, b->decimals, &n);
    if (usual) {
        p = put_short(p, zigzag((int64_t)r->point - (int64_t)b->point) << 1);
        p = put_short(p, zigzag(seconds));
        p = put_short(p, zigzag(n));
    } else {
        p = put_unusual(p, r, b);
    }
    b->point = r->point;
    b->t = r->t;
    return p;
}

size_t record_put_body(uint8_t *out, const Reading *r, size_t n, const SeriesNote *notes, size_t nnotes)
{
    uint8_t *p = out;
    Before before = {0};
    for (size_t i = 0; i < n; i++) p = put_reading(p, &r[i], &before);
    for (size_t i = 0; i < nnotes; i++) {
        p = put_varint(p, notes[i].kind);
        p = put_varint(p, notes[i].bytes.n);
        if (notes[i].bytes.n) memcpy(p, notes[i].bytes.p, notes[i].bytes.n);
        p += notes[i].bytes.n;
    }
    return (size_t)(p - out);
}

void record_put_head(uint8_t out[RECORD_HEAD], const Record *rec)
{
    put_u32(out, RECORD_MAGIC);
    put_u32(out + 4, 0);
    put_u32(out + 8, rec->len);
    put_u32(out + 12, rec->body_crc);
    put_u64(out + 16, rec->pos);
    put_u64(out + 24, (uint64_t)rec->arrival);
    put_u64(out + 32, rec->commit);
    put_u32(out + 40, rec->readings);
    put_u16(out + 44, rec->notes);
    put_u16(out + 46, rec->shard);
}

void record_set_pos(uint8_t *head, uint64_t pos)
{
    put_u64(head + 16, pos);
}

void record_seal(uint8_t *head, uint64_t commit)
{
    put_u64(head + 32, commit);
    put_u32(head + 4, crc32c(0, head + 8, RECORD_HEAD - 8));
}

bool record_get_head(const uint8_t in[RECORD_HEAD], Record *out)
{
    bool old = get_u32(in) == RECORD_MAGIC_OLD;
    if ((get_u32(in) != RECORD_MAGIC && !old) || get_u32(in + 4) != crc32c(0, in + 8, RECORD_HEAD - 8))
        return false;
    *out = (Record){.len = get_u32(in + 8),
                    .body_crc = get_u32(in + 12),
                    .pos = get_u64(in + 16),
                    .arrival = (int64_t)get_u64(in + 24),
                    .commit = get_u64(in + 32),
                    .readings = get_u32(in + 40),
                    .notes = get_u16(in + 44),
                    .shard = get_u16(in + 46),
                    .old = old};
    return out->len <= RECORD_BODY_MAX && (uint64_t)out->readings * 3 + out->notes * 2u <= out->len;
}

/* The first form: difference of the point, of the time in ms, a control byte with the number of the value's
 * bytes, and these from the most significant one. */
static bool get_old(In *in, const Before *before, Reading *r)
{
    uint64_t point = before->point + (uint64_t)unzigzag(in_varint(in));
    uint64_t t = (uint64_t)before->t + (uint64_t)unzigzag(in_varint(in));
    uint8_t control = (uint8_t)in_u(in, 1);
    uint32_t bytes = control >> OLD_BYTES_SHIFT & 15;
    if (in->bad || bytes > 8 || control & OLD_UNUSED || point == 0 || point > UINT32_MAX) return false;
    uint64_t u = __builtin_bswap64(in_u(in, bytes));
    *r = (Reading){.t = (int64_t)t,
                   .point = (uint32_t)point,
                   .q = control & 3,
                   .flags = control & OLD_AHEAD ? READING_AHEAD : 0};
    memcpy(&r->v, &u, 8);
    return !in->bad;
}

/* Arithmetic wraps: damaged bytes give strange readings, never undefined behaviour. */
static bool get_new(In *in, Before *b, Reading *r)
{
    uint64_t head = in_varint(in), point = b->point + (uint64_t)unzigzag(head >> 1), raw = 0;
    uint8_t control = head & 1 ? (uint8_t)in_u(in, 1) : b->q;
    uint8_t d = head & 1 ? control >> CONTROL_DECIMALS_SHIFT : b->decimals;
    uint64_t step = (uint64_t)unzigzag(in_varint(in)) * (control & CONTROL_MS ? 1 : MS_SECOND);
    if (in->bad || point == 0 || point > UINT32_MAX || (d > CODEC_DECIMALS && d != RAW)) return false;
    *r = (Reading){.t = (int64_t)((uint64_t)b->t + step),
                   .point = (uint32_t)point,
                   .q = control & 3,
                   .flags = control & CONTROL_AHEAD ? READING_AHEAD : 0};
    if (d == RAW) raw = in_u(in, 8);
    else r->v = codec_value_unscale(unzigzag(in_varint(in)), d);
    if (d == RAW) memcpy(&r->v, &raw, 8);
    b->q = control & 3;
    if (d <= LASTING_DECIMALS) b->decimals = d;
    return !in->bad;
}

bool record_get_body(const Record *rec, const uint8_t *body, Reading *readings, SeriesNote *notes)
{
    if (crc32c(0, body, rec->len) != rec->body_crc) return false;
    In in = {body, body + rec->len, false};
    Before before = {0};
    for (uint32_t i = 0; i < rec->readings; i++) {
        Reading *r = &readings[i];
        if (rec->old ? !get_old(&in, &before, r) : !get_new(&in, &before, r)) return false;
        before.point = r->point;
        before.t = r->t;
    }
    for (uint32_t i = 0; i < rec->notes; i++) {
        notes[i].kind = (uint32_t)in_varint(&in);
        uint64_t n = in_varint(&in);
        if (in.bad || n > (uint64_t)(in.end - in.p)) return false;
        notes[i].bytes = str_n((const char *)in.p, (size_t)n);
        in.p += n;
    }
    return in.p == in.end;
}
