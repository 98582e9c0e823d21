/* The log: appends of all shards in one order, committed in groups. One thread writes and syncs; appenders
 * only copy. */
#pragma once
#include "io.h"
#include "log_record.h"

typedef struct Log Log;

/* Starts a new file seq behind the files of `before` (found by log_scan). last_pos: positions go on from
 * there. */
typedef struct LogFile {
    uint64_t seq, last_pos, len; /* last_pos 0: no record */
} LogFile;
typedef struct LogStart {
    const char *dir;
    const Io *io;
    LogFile *before; /* malloc, taken over */
    size_t nbefore;
    uint64_t seq, last_pos;
} LogStart;
int log_open(const LogStart *start, Log **out); /* 0 or -errno */
/* Commits what is left, ends the thread. */
void log_close(Log **log);

/* First room, then (after the readings were applied) the record: RC_BUSY when full, RC_IO when the disk
 * refuses, RC_TOO_LARGE. */
Rc log_reserve(Log *log, size_t bytes);
/* record: head and body of n ≤ reserved bytes, pos not set. Returns its position. */
uint64_t log_append(Log *log, size_t reserved, uint8_t *record, size_t n, SeriesTicket ticket);
/* Every position up to this one was given out, and its readings were applied before. */
uint64_t log_last_pos(Log *log);
/* Later records go to a new file. RC_IO when it cannot be made. Waits for the log thread. */
Rc log_rotate(Log *log);
/* The oldest file that holds a position above pos (or the current one). */
uint64_t log_first_needed(Log *log, uint64_t pos);
/* The last position that lies in a file before seq; 0: none. */
uint64_t log_before(Log *log, uint64_t seq);
/* Removes files before seq. */
void log_drop(Log *log, uint64_t seq);

typedef struct LogStats {
    uint64_t bytes, pending, syncs, current_bytes; /* current: since the last rotation */
} LogStats;
void log_stats(Log *log, LogStats *out);

/* ---- Reading a log back ---- */
enum { LOG_FILE_HEAD = 40 };
void log_file_name(char *out, size_t size, const char *dir, uint64_t seq);
void log_put_file_head(uint8_t out[LOG_FILE_HEAD], uint64_t seq, uint64_t first_pos, uint64_t prev_len);

typedef struct LogScan {
    const char *dir;
    uint64_t first_seq;
    void (*record)(void *ud, const Record *rec, const Reading *r, const SeriesNote *notes);
    void *ud;
    /* out */
    LogFile *files; /* malloc; the caller frees */
    size_t nfiles;
    uint64_t last_pos;
    uint64_t torn_at; /* valid length of the last file when its end is torn, else 0 */
    bool headless;    /* the last file has no whole head and must be removed: files does not hold it */
    uint64_t headless_seq;
    char problem[IO_PATH_MAX + 128]; /* set on RC_INVALID and RC_IO */
} LogScan;
/* RC_OK, RC_INVALID (damage: file and offset in problem), RC_IO. Changes nothing on the disk. */
Rc log_scan(LogScan *scan);
/* Sequence numbers of the log files in a folder, ascending; malloc. -errno on failure. */
int log_list(const char *dir, uint64_t **seqs, size_t *n);
