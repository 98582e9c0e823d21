/* Segment files: chunks (or roll-up blocks) of many points of one civil day, in point order, with a directory
 * in pages. */
#pragma once
#include "catalog.h"
#include "chunk.h"

enum {
    SEG_HEAD = 32,
    SEG_FOOT = 64,
    SEG_PAGE_ENTRIES = 256,
    SEG_PAGE_HEAD = 12,
    SEG_ENTRY_MAX = 5 + 3 + 3 + 5
};
/* A file ends at this size; its neighbour of the same rank goes on. */
#define SEG_FILE_MAX (UINT64_C(1) << 30)

typedef struct SegEntry {
    uint32_t point, offset; /* of the record */
    uint16_t len, count;    /* of the image; rows in it */
    uint32_t first;         /* ms after the day's start */
} SegEntry;

/* Adds come in point order, of one point in the order of writing. */
typedef struct SegWriter {
    IoWriter file;
    SegMeta m;
    const char *dir;
    SegEntry *entries;
    size_t n, cap;
} SegWriter;
/* 0 or -errno. Makes the day's folder. */
int seg_writer_open(SegWriter *w, const Io *io, const char *dir, const SegMeta *m);
bool seg_writer_full(const SegWriter *w);
void seg_writer_add(SegWriter *w, uint32_t point, const SeriesRow *first_last, uint16_t count,
                    const uint8_t *image, size_t len);
int seg_writer_commit(SegWriter *w, Segment **out);
void seg_writer_abort(SegWriter *w);

/* An open segment file. */
typedef struct SegFile {
    Segment *seg;
    int fd;
    char path[IO_PATH_MAX];
    uint32_t page_no; /* of page; UINT32_MAX: none */
    SegEntry page[SEG_PAGE_ENTRIES];
} SegFile;
Rc seg_file_open(Ctx *ctx, Segment *seg, SegFile *f);
void seg_file_close(SegFile *f);
/* Entry number i of the whole directory. */
Rc seg_file_entry(Ctx *ctx, SegFile *f, uint32_t i, SegEntry *out);
/* Number of the first entry of a point, or of the first behind it. */
Rc seg_file_find(Ctx *ctx, SegFile *f, uint32_t point, uint32_t *out);
/* The image of an entry into out (UINT16_MAX bytes), its checksum verified. */
Rc seg_file_image(Ctx *ctx, SegFile *f, const SegEntry *e, uint8_t *out);
