/* Group commit without a timer. There are two buffers: appenders copy into the one that fills while the log
 * thread writes and syncs the other; when the sync is done the two change places, so commits grow with the
 * load by themselves. Tickets are answered in order after the sync, outside the lock.
 *
 * When the disk refuses, everything not yet synced is answered with RC_IO and appends are refused; the thread
 * then tries to start a new file several times a second, and when that works the store goes on. The new
 * file's head tells how much of the file before is valid, so whatever the failed write left behind it is
 * never read. */
#include "log.h"
#include "base/log.h"
#include "base/wait.h"
#include "base/clock.h"
#include "base/strmap.h"
#include "wire.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BUFFER_MAX = 32 * 1024 * 1024, TICKETS_MAX = 1 << 20, RETRY_MS = 200 };

typedef struct Waiting {
    SeriesTicket ticket;
    uint64_t pos;
} Waiting;

typedef struct Buffer {
    uint8_t *p;
    size_t n, cap;
    Waiting *waiting;
    size_t nwaiting, waiting_cap;
    uint64_t last_pos;
} Buffer;

struct Log {
    const Io *io;
    char *dir;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, rotated;
    /* under the lock */
    Buffer buffers[2];
    int fill;
    size_t reserved, syncing; /* bytes promised to appenders; bytes in the buffer that syncs */
    uint64_t last_pos;
    bool stop, failed, rotate;
    Rc rotate_rc;
    LogFile *files; /* without the current one */
    size_t nfiles;
    uint64_t syncs;
    /* of the log thread; others read under the lock */
    LogFile current;
    uint64_t written_pos; /* of the log thread alone: newest position on the disk */
    int fd;
};

static void *must(void *p)
{
    if (!p) abort();
    return p;
}

void log_file_name(char *out, size_t size, const char *dir, uint64_t seq)
{
    snprintf(out, size, "%s/log-%012llu.bin", dir, (unsigned long long)seq);
}

/* ---- Files ---- */
static int open_file(Log *log, uint64_t seq, uint64_t prev_len, int *out_fd)
{
    char path[IO_PATH_MAX];
    uint8_t head[LOG_FILE_HEAD];
    log_file_name(path, sizeof path, log->dir, seq);
    int fd = log->io->open(path, true);
    if (fd < 0) return fd;
    log_put_file_head(head, seq, log->written_pos + 1, prev_len);
    int rc = log->io->pwrite(fd, head, sizeof head, 0);
    if (rc == 0) rc = log->io->sync(fd);
    if (rc == 0) rc = log->io->sync_dir(log->dir);
    if (rc < 0) {
        log->io->close(fd);
        log->io->unlink(path);
        return rc;
    }
    *out_fd = fd;
    return 0;
}

/* Log thread: the current file joins the list and a new one takes its place. */
static int next_file(Log *log)
{
    int fd, rc = open_file(log, log->current.seq + 1, log->current.len, &fd);
    if (rc < 0) return rc;
    if (log->fd >= 0) log->io->close(log->fd);
    pthread_mutex_lock(&log->lock);
    log->files = must(realloc(log->files, (log->nfiles + 1) * sizeof *log->files));
    log->files[log->nfiles++] = log->current;
    log->current = (LogFile){.seq = log->current.seq + 1, .len = LOG_FILE_HEAD};
    log->fd = fd;
    pthread_mutex_unlock(&log->lock);
    return 0;
}

/* ---- The thread ---- */
static int write_out(Log *log, Buffer *b)
{
    for (size_t at = 0; at < b->n;) {
        uint8_t *head = b->p + at;
        record_seal(head, log->current.len);
        at += RECORD_HEAD + get_u32(head + 8);
    }
    int rc = log->io->pwrite(log->fd, b->p, b->n, log->current.len);
    return rc < 0 ? rc : log->io->sync(log->fd);
}

static void answer(Buffer *b, Rc rc)
{
    for (size_t i = 0; i < b->nwaiting; i++)
        if (b->waiting[i].ticket.done)
            b->waiting[i].ticket.done(b->waiting[i].ticket.ud, rc, b->waiting[i].pos);
    b->n = b->nwaiting = 0;
}

static void fail_all(Log *log, Buffer *first, int err)
{
    LOG(LOG_ERROR, "series", "log write refused", LOG_Z("cause", strerror(-err)),
        LOG_I64("file", log->current.seq));
    answer(first, RC_IO);
    pthread_mutex_lock(&log->lock);
    log->failed = true;
    log->syncing = 0;
    Buffer *rest = &log->buffers[log->fill];
    log->fill ^= 1; /* appenders that had reserved room copy into the other one; it fails on the next turn */
    pthread_mutex_unlock(&log->lock);
    answer(rest, RC_IO);
}

static void commit(Log *log)
{
    Buffer *b = &log->buffers[log->fill];
    log->fill ^= 1;
    log->syncing = b->n;
    bool failed = log->failed;
    pthread_mutex_unlock(&log->lock);
    int rc = failed ? -EIO : write_out(log, b);
    if (rc < 0) {
        fail_all(log, b, rc);
        pthread_mutex_lock(&log->lock);
        return;
    }
    log->written_pos = b->last_pos;
    pthread_mutex_lock(&log->lock);
    log->current.len += b->n;
    log->current.last_pos = b->last_pos;
    log->syncs++;
    log->syncing = 0;
    pthread_mutex_unlock(&log->lock);
    answer(b, RC_OK);
    pthread_mutex_lock(&log->lock);
}

static void rotate(Log *log)
{
    pthread_mutex_unlock(&log->lock);
    int rc = next_file(log);
    pthread_mutex_lock(&log->lock);
    log->rotate_rc = rc < 0 ? RC_IO : RC_OK;
    log->rotate = false;
    if (rc == 0) log->failed = false;
    pthread_cond_broadcast(&log->rotated);
}

static void recover(Log *log)
{
    if (wait_until(&log->work, &log->lock, clock_mono_us() + RETRY_MS * 1000)) return;
    pthread_mutex_unlock(&log->lock);
    int rc = next_file(log);
    pthread_mutex_lock(&log->lock);
    if (rc < 0) return;
    log->failed = false;
    LOG(LOG_INFO, "series", "log writes again", LOG_I64("file", log->current.seq));
}

static void *run(void *arg)
{
    Log *log = arg;
    pthread_mutex_lock(&log->lock);
    for (;;) {
        if (log->rotate) rotate(log);
        else if (log->buffers[log->fill].n) commit(log);
        else if (log->stop) break;
        else if (log->failed) recover(log);
        else pthread_cond_wait(&log->work, &log->lock);
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

/* ---- Appenders ---- */
Rc log_reserve(Log *log, size_t bytes)
{
    if (bytes > RECORD_BODY_MAX) return RC_TOO_LARGE;
    pthread_mutex_lock(&log->lock);
    const Buffer *b = &log->buffers[log->fill];
    size_t used = b->n + log->reserved;
    Rc rc = RC_OK;
    if (log->failed) rc = RC_IO;
    else if ((used && used + bytes > BUFFER_MAX) || b->nwaiting >= TICKETS_MAX) rc = RC_BUSY;
    else log->reserved += bytes;
    pthread_mutex_unlock(&log->lock);
    return rc;
}

static void copy_in(Buffer *b, const uint8_t *record, size_t n, SeriesTicket ticket, uint64_t pos)
{
    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        b->p = must(realloc(b->p, b->cap));
    }
    if (b->nwaiting == b->waiting_cap) {
        b->waiting_cap = b->waiting_cap ? b->waiting_cap * 2 : 256;
        b->waiting = must(realloc(b->waiting, b->waiting_cap * sizeof *b->waiting));
    }
    memcpy(b->p + b->n, record, n);
    record_set_pos(b->p + b->n, pos);
    b->n += n;
    b->waiting[b->nwaiting++] = (Waiting){ticket, pos};
    b->last_pos = pos;
}

uint64_t log_append(Log *log, size_t reserved, uint8_t *record, size_t n, SeriesTicket ticket)
{
    pthread_mutex_lock(&log->lock);
    Buffer *b = &log->buffers[log->fill];
    bool idle = b->n == 0;
    uint64_t pos = ++log->last_pos;
    log->reserved -= reserved;
    copy_in(b, record, n, ticket, pos);
    if (idle) pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
    return pos;
}

uint64_t log_last_pos(Log *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t pos = log->last_pos;
    pthread_mutex_unlock(&log->lock);
    return pos;
}

Rc log_rotate(Log *log)
{
    pthread_mutex_lock(&log->lock);
    log->rotate = true;
    pthread_cond_signal(&log->work);
    while (log->rotate) pthread_cond_wait(&log->rotated, &log->lock);
    Rc rc = log->rotate_rc;
    pthread_mutex_unlock(&log->lock);
    return rc;
}

uint64_t log_first_needed(Log *log, uint64_t pos)
{
    pthread_mutex_lock(&log->lock);
    uint64_t seq = log->current.seq;
    for (size_t i = log->nfiles; i-- > 0;)
        if (log->files[i].last_pos > pos) seq = log->files[i].seq;
    pthread_mutex_unlock(&log->lock);
    return seq;
}

uint64_t log_before(Log *log, uint64_t seq)
{
    pthread_mutex_lock(&log->lock);
    uint64_t pos = 0;
    for (size_t i = 0; i < log->nfiles; i++)
        if (log->files[i].seq < seq && log->files[i].last_pos > pos) pos = log->files[i].last_pos;
    pthread_mutex_unlock(&log->lock);
    return pos;
}

void log_drop(Log *log, uint64_t seq)
{
    char path[IO_PATH_MAX];
    pthread_mutex_lock(&log->lock);
    size_t kept = 0;
    for (size_t i = 0; i < log->nfiles; i++) {
        if (log->files[i].seq >= seq) {
            log->files[kept++] = log->files[i];
            continue;
        }
        log_file_name(path, sizeof path, log->dir, log->files[i].seq);
        log->io->unlink(path);
    }
    log->nfiles = kept;
    pthread_mutex_unlock(&log->lock);
}

void log_stats(Log *log, LogStats *out)
{
    pthread_mutex_lock(&log->lock);
    *out = (LogStats){
        .bytes = log->current.len, .syncs = log->syncs, .current_bytes = log->current.len - LOG_FILE_HEAD};
    for (size_t i = 0; i < log->nfiles; i++) out->bytes += log->files[i].len;
    out->pending = log->buffers[log->fill].n + log->syncing;
    out->current_bytes += out->pending;
    pthread_mutex_unlock(&log->lock);
}

/* ---- Life ---- */
static void free_log(Log *log)
{
    for (int i = 0; i < 2; i++) {
        free(log->buffers[i].p);
        free(log->buffers[i].waiting);
    }
    pthread_mutex_destroy(&log->lock);
    pthread_cond_destroy(&log->work);
    pthread_cond_destroy(&log->rotated);
    free(log->files);
    free(log->dir);
    free(log);
}

int log_open(const LogStart *start, Log **out)
{
    Log *log = must(calloc(1, sizeof *log));
    *log = (Log){.io = start->io, .dir = must(strdup(start->dir)), .last_pos = start->last_pos, .fd = -1};
    log->written_pos = start->last_pos;
    log->files = start->before;
    log->nfiles = start->nbefore;
    pthread_mutex_init(&log->lock, NULL);
    pthread_cond_init(&log->work, NULL);
    pthread_cond_init(&log->rotated, NULL);
    uint64_t prev_len = log->nfiles ? log->files[log->nfiles - 1].len : 0;
    int rc = open_file(log, start->seq, prev_len, &log->fd);
    if (rc < 0) {
        free_log(log);
        return rc;
    }
    log->current = (LogFile){.seq = start->seq, .len = LOG_FILE_HEAD};
    rc = -pthread_create(&log->thread, NULL, run, log);
    if (rc < 0) {
        log->io->close(log->fd);
        free_log(log);
        return rc;
    }
    pthread_setname_np(log->thread, "series-log");
    *out = log;
    return 0;
}

void log_close(Log **plog)
{
    Log *log = *plog;
    if (!log) return;
    *plog = NULL;
    pthread_mutex_lock(&log->lock);
    log->stop = true;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->thread, NULL);
    log->io->close(log->fd);
    free_log(log);
}
