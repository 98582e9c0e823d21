/* The writer of the compact batch: the mirror of binary.c, refusing what the format cannot carry exactly
 * enough. */
#include "base/strmap.h"
#include "format.h"
#include <math.h>

static void put(StrBuf *out, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) buf_addc(out, (char)(unsigned char)(v >> (8 * i)));
}

static Rc out_of_range(Ctx *ctx, const char *field, size_t record)
{
    return FAIL(ctx, RC_INVALID, "binary.range", "第 %zu 条的 %s 超出二进制批次的范围",
                "%2$s of record %1$zu does not fit the binary batch", record, field);
}

static int64_t base_of(const BinaryReading *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (r[i].t != TIME_NONE) return r[i].t;
    return 0;
}

static bool put_value(const BinaryOptions *opt, double v, StrBuf *out)
{
    if (opt->value == BINARY_F64) {
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        put(out, bits, 8);
    } else if (opt->value == BINARY_F32) {
        float narrow = (float)v;
        uint32_t bits;
        memcpy(&bits, &narrow, sizeof bits);
        put(out, bits, 4);
    } else if (!isfinite(v)) {
        put(out, (uint32_t)BINARY_NO_VALUE, 4);
    } else {
        double scaled = nearbyint(v * pow(10, opt->decimals));
        if (scaled <= INT32_MIN || scaled > INT32_MAX) return false;
        put(out, (uint32_t)(int32_t)scaled, 4);
    }
    return true;
}

/* NULL, or the field that does not fit. */
static const char *put_record(const BinaryOptions *opt, int64_t base, const BinaryReading *r, StrBuf *out)
{
    int64_t dt = r->t == TIME_NONE ? BINARY_ARRIVAL : r->t - base;
    if (r->t != TIME_NONE && (dt <= INT32_MIN || dt > INT32_MAX)) return "t";
    if (r->point >> BINARY_POINT_BITS || r->q > 2) return "point";
    put(out, r->point | (uint32_t)r->q << BINARY_POINT_BITS, 4);
    put(out, (uint32_t)(int32_t)dt, 4);
    return put_value(opt, r->v, out) ? NULL : "v";
}

Rc binary_encode(Ctx *ctx, const BinaryOptions *opt, const BinaryReading *r, size_t n, StrBuf *out)
{
    ENSURE(n <= BINARY_COUNT_MAX && opt->decimals >= 0 && opt->decimals <= BINARY_DECIMALS_MAX);
    size_t start = out->n;
    int64_t base = base_of(r, n);
    buf_addz(out, BINARY_MAGIC);
    put(out, BINARY_VERSION, 1);
    put(out, (opt->codes ? BINARY_DICTIONARY : 0u) | (opt->crc ? BINARY_CRC32C : 0u), 1);
    put(out, opt->value, 1);
    put(out, opt->value == BINARY_SCALED ? (unsigned)opt->decimals : 0, 1);
    put(out, (uint64_t)base, 8);
    put(out, n, 4);
    put(out, opt->codes ? opt->ncodes : 0, 4);
    for (size_t i = 0; opt->codes && i < opt->ncodes; i++) {
        if (opt->codes[i].n == 0 || opt->codes[i].n > POINT_CODE_MAX) return out_of_range(ctx, "code", i + 1);
        put(out, opt->codes[i].n, 1);
        buf_add(out, opt->codes[i]);
    }
    for (size_t i = 0; i < n; i++) {
        const char *wrong = put_record(opt, base, &r[i], out);
        if (wrong) return out_of_range(ctx, wrong, i + 1);
    }
    if (opt->crc) put(out, crc32c(0, out->p + start, out->n - start), 4);
    return RC_OK;
}
