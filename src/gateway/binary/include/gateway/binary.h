/* The compact batch `application/vnd.anlan.readings`, byte by byte in docs/binary-batch.md: a header of 24
 * bytes, the codes of the points (or their numbers in the registry), and records of 12 bytes (16 with 64-bit
 * values). */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

#define BINARY_MEDIA_TYPE "application/vnd.anlan.readings"

enum {
    BINARY_DICTIONARY = 1, /* flags: a list of codes follows the header; records name its entries from 1 */
    BINARY_CRC32C = 2      /* flags: the last four bytes are the CRC-32C of all before */
};
typedef enum { BINARY_F64 = 0, BINARY_F32 = 1, BINARY_SCALED = 2 } BinaryValue;

/* Record numbers given to reject() count from 1. An unknown code is the source `json:CODE`; an unknown number
 * is refused. RC_SYNTAX "binary.…" when the frame itself is wrong; then nothing was taken. */
Rc binary_decode(Ctx *ctx, Str body, const ReadingSink *sink);

/* The writer, for devices' libraries, tests and the load generator. */
typedef struct BinaryReading {
    uint32_t point; /* entry of the dictionary from 1, or number */
    int64_t t;      /* TIME_NONE: arrival */
    double v;
    uint8_t q;
} BinaryReading;
typedef struct BinaryOptions {
    const Str *codes; /* NULL: records name numbers */
    size_t ncodes;
    BinaryValue value;
    int decimals; /* BINARY_SCALED: 0…9 */
    bool crc;
} BinaryOptions;
/* RC_INVALID "binary.range" when a time is more than 24 days from the first, a scaled value does not fit, or
 * a code is too long. */
Rc binary_encode(Ctx *ctx, const BinaryOptions *opt, const BinaryReading *r, size_t n, StrBuf *out);
