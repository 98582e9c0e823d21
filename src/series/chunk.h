/* A chunk: readings of one point and one civil day, times strictly ascending, one row per time. Its image is
 * a short head and the bits of the codecs; it is the same in segments, in checkpoints and in memory. Pure. */
#pragma once
#include "codec.h"

/* Readings beyond these years are refused at the door, so that no arithmetic on times can overflow. */
#define SERIES_T_MIN (-INT64_C(62135596800000)) /* 0001-01-01 */
#define SERIES_T_MAX INT64_C(253402271999999)   /* 9999-12-31 in Shanghai */

enum {
    CHUNK_ROWS = 240,     /* an open chunk is sealed at this many rows */
    CHUNK_BYTES = 448,    /* or bytes: keeps a point that does not compress small in memory */
    CHUNK_ROWS_MAX = 512, /* rows of a compacted chunk */
    CHUNK_HEAD_MAX = 1 + 3 + 10,
    CHUNK_IMAGE_MAX = CHUNK_HEAD_MAX + CHUNK_ROWS_MAX * CODEC_READING_BYTES + BITS_SLACK
};

typedef struct ChunkInfo {
    int64_t first_t;
    uint16_t count; /* 1…CHUNK_ROWS_MAX */
    uint8_t mode, unit;
    uint32_t head; /* bytes before the bits */
} ChunkInfo;

/* Writes the head of a chunk that started at first_t; returns its length. */
size_t chunk_put_head(uint8_t out[CHUNK_HEAD_MAX], const Codec *c, int64_t first_t);
/* false: not a chunk. */
bool chunk_parse(const uint8_t *image, size_t len, ChunkInfo *out);
/* Rows of an image, or -1 when it is damaged. rows has room for CHUNK_ROWS_MAX. state (may be NULL): where
 * its encoder stood. */
int chunk_decode(const uint8_t *image, size_t len, SeriesRow *rows, Codec *state);
/* The smallest image of n rows (1…CHUNK_ROWS_MAX, ascending) over the modes worth trying; out has
 * CHUNK_IMAGE_MAX bytes. */
size_t chunk_encode(const SeriesRow *rows, size_t n, uint8_t *out);
/* The modes of chunk_encode for callers that keep their own buffer: a good mode and unit for the rows. */
void chunk_choose(const SeriesRow *rows, size_t n, uint8_t *mode, uint8_t *unit);

/* Which of two values of the same time stands: a bad one never replaces one that is not. */
bool row_bad(const SeriesRow *r);
static inline bool row_replaces(const SeriesRow *now, const SeriesRow *old)
{
    return !row_bad(now) || row_bad(old);
}
/* Sorts rows given in the order of writing by time, leaves one row per time by that rule; returns how many
 * remain. tmp has room for n rows. */
size_t rows_settle(SeriesRow *rows, size_t n, SeriesRow *tmp);
