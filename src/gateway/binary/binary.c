/* The compact batch into readings. The frame (magic, version, flags, lengths, checksum, dictionary) is
 * checked whole before the first record is handed on, so that a broken frame takes nothing; a record can then
 * only be wrong by its point, quality or time. Lengths are compared in 64 bits against the body, never added
 * to pointers before that. */
#include "gateway/binary.h"
#include "base/strmap.h"
#include "format.h"
#include <math.h>

typedef struct Entry {
    Str key;         /* "json:CODE" */
    uint32_t number; /* 0: no such point */
} Entry;

typedef struct Frame {
    unsigned flags;
    BinaryValue value;
    double scale; /* 10^decimals */
    int64_t base;
    uint32_t count, nentries;
    Entry *entries;
    const unsigned char *p, *end; /* what is not read yet; end is without the checksum */
} Frame;

static Rc refuse(Ctx *ctx, const char *code, const char *zh, const char *en)
{
    return FAIL(ctx, RC_SYNTAX, code, "二进制批次无法读取：%s", "the binary batch is not readable: %s",
                ctx->lang == LANG_EN ? en : zh);
}

static Rc read_header(Ctx *ctx, Str body, Frame *f)
{
    static const double powers[BINARY_DECIMALS_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    const unsigned char *p = (const unsigned char *)body.p;
    if (body.n < BINARY_HEADER) return refuse(ctx, "binary.length", "不足 24 字节", "shorter than 24 bytes");
    if (memcmp(p, BINARY_MAGIC, 4) != 0) return refuse(ctx, "binary.magic", "标识不符", "wrong magic");
    if (p[4] != BINARY_VERSION) return refuse(ctx, "binary.version", "版本不支持", "unknown version");
    f->flags = p[5];
    if (f->flags & ~(unsigned)(BINARY_DICTIONARY | BINARY_CRC32C))
        return refuse(ctx, "binary.flags", "标志位未定义", "unknown flags");
    if (p[6] > BINARY_SCALED) return refuse(ctx, "binary.value", "数值编码未定义", "unknown value encoding");
    f->value = p[6];
    if (p[7] > (f->value == BINARY_SCALED ? BINARY_DECIMALS_MAX : 0))
        return refuse(ctx, "binary.decimals", "小数位数超限", "too many decimals");
    f->scale = powers[p[7]];
    f->base = (int64_t)binary_get64(p + 8);
    f->count = binary_get32(p + 16);
    f->nentries = binary_get32(p + 20);
    if (!(f->flags & BINARY_DICTIONARY) && f->nentries)
        return refuse(ctx, "binary.dictionary", "无字典却有条目数", "entries without a dictionary");
    if (!gateway_time_ok(f->base))
        return refuse(ctx, "binary.time", "基准时间超出范围", "the base time is out of range");
    f->p = p + BINARY_HEADER;
    f->end = p + body.n;
    return RC_OK;
}

static Rc check_crc(Ctx *ctx, Str body, Frame *f)
{
    if (!(f->flags & BINARY_CRC32C)) return RC_OK;
    if (f->end - f->p < 4) return refuse(ctx, "binary.length", "缺少校验和", "the checksum is missing");
    f->end -= 4;
    if (crc32c(0, body.p, body.n - 4) != binary_get32(f->end))
        return refuse(ctx, "binary.crc", "校验和不符", "wrong checksum");
    return RC_OK;
}

static Rc read_dictionary(Ctx *ctx, Frame *f, const ReadingSink *sink)
{
    if (f->nentries > (uint64_t)(f->end - f->p) / 2)
        return refuse(ctx, "binary.length", "字典不完整", "the dictionary is cut off");
    f->entries = ARENA_ARRAY(ctx->arena, Entry, f->nentries ? f->nentries : 1);
    for (uint32_t i = 0; i < f->nentries; i++) {
        size_t n = f->p < f->end ? *f->p++ : 0;
        if (n == 0 || n > POINT_CODE_MAX || n > (size_t)(f->end - f->p))
            return refuse(ctx, "binary.dictionary", "编码长度不符", "wrong length of a code");
        Str code = str_n((const char *)f->p, n);
        if (!str_utf8_ok(code) || memchr(code.p, 0, code.n))
            return refuse(ctx, "binary.dictionary", "编码不是 UTF-8", "a code is not UTF-8");
        f->entries[i].number = sink->point(sink->ud, code);
        if (!f->entries[i].number) f->entries[i].key = str_printf(ctx->arena, "json:%.*s", STR_ARG(code));
        f->p += n;
    }
    return RC_OK;
}

static double value_of(const Frame *f, const unsigned char *p)
{
    if (f->value == BINARY_SCALED) {
        int32_t i = (int32_t)binary_get32(p);
        return i == BINARY_NO_VALUE ? (double)NAN : (double)i / f->scale;
    }
    if (f->value == BINARY_F32) {
        uint32_t bits = binary_get32(p);
        float v;
        memcpy(&v, &bits, sizeof v);
        return (double)v;
    }
    uint64_t bits = binary_get64(p);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

typedef struct Record {
    uint32_t point;
    uint8_t q;
    int64_t t;
    double v;
} Record;

static Record read_record(const Frame *f, const unsigned char *p)
{
    uint32_t word = binary_get32(p);
    int32_t dt = (int32_t)binary_get32(p + 4);
    return (Record){.point = word & ((1u << BINARY_POINT_BITS) - 1),
                    .q = (uint8_t)(word >> BINARY_POINT_BITS),
                    .t = dt == BINARY_ARRIVAL ? TIME_NONE : f->base + dt,
                    .v = value_of(f, p + 8)};
}

/* What is wrong with a record's quality or time, or NULL. */
static const char *record_fault(const Record *r, Str *field)
{
    if (r->q > 2) {
        *field = STR("q");
        return REJECT_QUALITY;
    }
    if (r->t != TIME_NONE && !gateway_time_ok(r->t)) {
        *field = STR("t");
        return REJECT_TIME;
    }
    return NULL;
}

static void emit_record(const Frame *f, uint32_t number, const Record *r, const ReadingSink *sink)
{
    Str field;
    const char *fault = record_fault(r, &field);
    if (fault) sink->reject(sink->ud, number, field, fault);
    else if (!(f->flags & BINARY_DICTIONARY)) {
        if (sink->known(sink->ud, r->point)) sink->add(sink->ud, r->point, r->t, r->v, r->q);
        else sink->reject(sink->ud, number, STR("point"), REJECT_UNKNOWN);
    } else if (r->point == 0 || r->point > f->nentries) {
        sink->reject(sink->ud, number, STR("point"), REJECT_UNKNOWN);
    } else {
        const Entry *e = &f->entries[r->point - 1];
        if (!e->number) sink_at(sink, number);
        if (e->number) sink->add(sink->ud, e->number, r->t, r->v, r->q);
        else sink->source(sink->ud, e->key, r->t, r->v, r->q);
    }
}

Rc binary_decode(Ctx *ctx, Str body, const ReadingSink *sink)
{
    Frame f = {0};
    TRY(read_header(ctx, body, &f));
    TRY(check_crc(ctx, body, &f));
    TRY(read_dictionary(ctx, &f, sink));
    size_t width = f.value == BINARY_F64 ? 16 : 12;
    if (f.count > BINARY_COUNT_MAX || (uint64_t)f.count * width != (uint64_t)(f.end - f.p))
        return refuse(ctx, "binary.length", "长度与条数不符", "the length does not fit the count");
    for (uint32_t i = 0; i < f.count; i++) {
        Record r = read_record(&f, f.p + (size_t)i * width);
        emit_record(&f, i + 1, &r, sink);
    }
    return RC_OK;
}
