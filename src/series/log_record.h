/* One record of the log: an append with its readings and notes. Pure; the bytes are in docs/series.md. */
#pragma once
#include "series/series.h"

enum {
    RECORD_HEAD = 48,
    RECORD_BODY_MAX = 64 * 1024 * 1024,
    RECORD_READING_MAX = 5 + 10 + 1 + 8 /* bytes */
};
#define RECORD_MAGIC     UINT32_C(0x32524c41) /* "ALR2" */
#define RECORD_MAGIC_OLD UINT32_C(0x31524c41) /* "ALR1": read, no longer written */

typedef struct Record {
    uint64_t pos, commit; /* commit: offset in the file at which the write of this record's commit began */
    int64_t arrival;
    uint32_t len; /* of the body */
    uint32_t readings;
    uint16_t notes, shard;
    uint32_t body_crc;
    bool old; /* the body is of the first form */
} Record;

size_t record_size_max(size_t n, const SeriesNote *notes, size_t nnotes);
/* Writes the body; returns its length. */
size_t record_put_body(uint8_t *out, const Reading *r, size_t n, const SeriesNote *notes, size_t nnotes);
void record_put_head(uint8_t out[RECORD_HEAD], const Record *rec);
/* Only pos, or only commit, of a written head; the head's checksum is made by record_seal. */
void record_set_pos(uint8_t *head, uint64_t pos);
void record_seal(uint8_t *head, uint64_t commit);
/* false: not a head, or a wrong checksum. */
bool record_get_head(const uint8_t in[RECORD_HEAD], Record *out);
/* readings has room for rec->readings, notes for rec->notes (their bytes stay in body). false: damaged. */
bool record_get_body(const Record *rec, const uint8_t *body, Reading *readings, SeriesNote *notes);
