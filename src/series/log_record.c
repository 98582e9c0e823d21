/* Records of the log. A reading is: difference of the point, difference of the time, one control byte
 * (quality, flags, number of value bytes), and the value's bytes from the most significant one without
 * trailing zero bytes. Usual cost: 10 to 14 bytes. */
#include "log_record.h"
#include "base/strmap.h"
#include "wire.h"

enum { CONTROL_AHEAD = 4, CONTROL_BYTES_SHIFT = 3, CONTROL_UNUSED = 0x80 };

size_t record_size_max(size_t n, const SeriesNote *notes, size_t nnotes)
{
    size_t size = RECORD_HEAD + n * RECORD_READING_MAX;
    for (size_t i = 0; i < nnotes; i++) size += 5 + 10 + notes[i].bytes.n;
    return size;
}

static uint8_t *put_reading(uint8_t *p, const Reading *r, const Reading *before)
{
    p = put_varint(p, zigzag((int64_t)r->point - (int64_t)before->point));
    p = put_varint(p, zigzag(r->t - before->t));
    uint64_t u;
    memcpy(&u, &r->v, 8);
    uint32_t bytes = u ? 8 - (uint32_t)__builtin_ctzll(u) / 8 : 0;
    *p++ =
        (uint8_t)((r->q & 3) | (r->flags & READING_AHEAD ? CONTROL_AHEAD : 0) | bytes << CONTROL_BYTES_SHIFT);
    u = __builtin_bswap64(u);
    memcpy(p, &u, 8); /* the next reading overwrites the zeros */
    return p + bytes;
}

size_t record_put_body(uint8_t *out, const Reading *r, size_t n, const SeriesNote *notes, size_t nnotes)
{
    static const Reading zero;
    uint8_t *p = out;
    const Reading *before = &zero;
    for (size_t i = 0; i < n; i++) {
        p = put_reading(p, &r[i], before);
        before = &r[i];
    }
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
    if (get_u32(in) != RECORD_MAGIC || get_u32(in + 4) != crc32c(0, in + 8, RECORD_HEAD - 8)) return false;
    *out = (Record){.len = get_u32(in + 8),
                    .body_crc = get_u32(in + 12),
                    .pos = get_u64(in + 16),
                    .arrival = (int64_t)get_u64(in + 24),
                    .commit = get_u64(in + 32),
                    .readings = get_u32(in + 40),
                    .notes = get_u16(in + 44),
                    .shard = get_u16(in + 46)};
    return out->len <= RECORD_BODY_MAX && (uint64_t)out->readings * 3 + out->notes * 2u <= out->len;
}

static bool get_reading(In *in, const Reading *before, Reading *r)
{
    uint64_t point = before->point + (uint64_t)unzigzag(in_varint(in));
    uint64_t t = (uint64_t)before->t + (uint64_t)unzigzag(in_varint(in));
    uint8_t control = (uint8_t)in_u(in, 1);
    uint32_t bytes = control >> CONTROL_BYTES_SHIFT & 15;
    if (in->bad || bytes > 8 || control & CONTROL_UNUSED || point == 0 || point > UINT32_MAX) return false;
    uint64_t u = __builtin_bswap64(in_u(in, bytes));
    *r = (Reading){.t = (int64_t)t,
                   .point = (uint32_t)point,
                   .q = control & 3,
                   .flags = control & CONTROL_AHEAD ? READING_AHEAD : 0};
    memcpy(&r->v, &u, 8);
    return !in->bad;
}

bool record_get_body(const Record *rec, const uint8_t *body, Reading *readings, SeriesNote *notes)
{
    static const Reading zero;
    if (crc32c(0, body, rec->len) != rec->body_crc) return false;
    In in = {body, body + rec->len, false};
    const Reading *before = &zero;
    for (uint32_t i = 0; i < rec->readings; i++) {
        if (!get_reading(&in, before, &readings[i])) return false;
        before = &readings[i];
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
