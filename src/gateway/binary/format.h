/* Offsets and limits of the batch, shared by reader and writer. All numbers are little endian. */
#pragma once
#include "gateway/binary.h"

enum {
    BINARY_HEADER = 24,
    BINARY_VERSION = 1,
    BINARY_DECIMALS_MAX = 9,
    BINARY_POINT_BITS = 30 /* a record's first word: point below, quality in the two bits above */
};
#define BINARY_MAGIC     "ANLR"
#define BINARY_ARRIVAL   INT32_MIN /* dt: the time of arrival */
#define BINARY_NO_VALUE  INT32_MIN /* scaled: no value, a bad reading */
#define BINARY_COUNT_MAX 16777216u

static inline uint32_t binary_get32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t binary_get64(const unsigned char *p)
{
    return binary_get32(p) | (uint64_t)binary_get32(p + 4) << 32;
}
