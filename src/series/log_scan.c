/* Reading a log back. Every file but the last is valid up to the length that the head of the next one tells;
 * in the last one the first bad record ends it, if it can be a torn write: each record names the offset at
 * which its commit began, and all before that offset was synced when it was written. So a good record behind
 * the bad one whose commit began after it proves damage, which is refused. */
#include "log.h"
#include "base/strmap.h"
#include "wire.h"
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char file_magic[8] = "ANLOG02\n", old_magic[8] = "ANLOG01\n";

void log_put_file_head(uint8_t out[LOG_FILE_HEAD], uint64_t seq, uint64_t first_pos, uint64_t prev_len)
{
    memcpy(out, file_magic, 8);
    put_u64(out + 8, seq);
    put_u64(out + 16, first_pos);
    put_u64(out + 24, prev_len);
    put_u32(out + 32, 0);
    put_u32(out + 36, crc32c(0, out, 36));
}

typedef struct Head {
    uint64_t seq, first_pos, prev_len;
} Head;

static bool get_file_head(const uint8_t *in, Head *out)
{
    bool known = memcmp(in, file_magic, 8) == 0 || memcmp(in, old_magic, 8) == 0;
    if (!known || get_u32(in + 36) != crc32c(0, in, 36)) return false;
    *out = (Head){get_u64(in + 8), get_u64(in + 16), get_u64(in + 24)};
    return true;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int log_list(const char *dir, uint64_t **seqs, size_t *n)
{
    DIR *d = opendir(dir);
    if (!d) return -errno;
    *seqs = NULL;
    *n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        uint64_t seq;
        int end = 0;
        if (sscanf(e->d_name, "log-%12" SCNu64 ".bin%n", &seq, &end) != 1 || end == 0 || e->d_name[end])
            continue;
        uint64_t *more = realloc(*seqs, (*n + 1) * sizeof **seqs);
        if (!more) abort();
        *seqs = more;
        (*seqs)[(*n)++] = seq;
    }
    closedir(d);
    if (*n) qsort(*seqs, *n, sizeof **seqs, by_value);
    return 0;
}

/* ---- A window over a file ---- */
enum { WINDOW = 1 << 20 };
typedef struct Window {
    int fd;
    uint64_t len, base; /* of the file; of the bytes held */
    uint8_t *p;
    size_t n, cap;
    int err;
} Window;

static const uint8_t *window_at(Window *w, uint64_t at, size_t n)
{
    if (at > w->len || n > w->len - at) return NULL;
    if (at >= w->base && at + n <= w->base + w->n) return w->p + (at - w->base);
    size_t want = n > WINDOW ? n : WINDOW;
    if (want > w->len - at) want = (size_t)(w->len - at);
    if (want > w->cap) {
        free(w->p);
        w->p = malloc(want);
        if (!w->p) abort();
        w->cap = want;
    }
    w->n = 0;
    w->err = io_pread(w->fd, w->p, want, at);
    if (w->err < 0) return NULL;
    w->base = at;
    w->n = want;
    return w->p;
}

static Rc problem(LogScan *scan, Rc rc, uint64_t seq, uint64_t at, const char *what)
{
    snprintf(scan->problem, sizeof scan->problem, "log-%012" PRIu64 ".bin, offset %" PRIu64 ": %s", seq, at,
             what);
    return rc;
}

/* ---- Records ---- */
typedef struct Walk {
    LogScan *scan;
    Window w;
    uint64_t at;
    Reading *readings;
    SeriesNote *notes;
    size_t readings_cap, notes_cap;
} Walk;

/* The whole record at the place, or false. */
static bool record_at(Walk *k, uint64_t at, Record *rec, const uint8_t **body)
{
    const uint8_t *head = window_at(&k->w, at, RECORD_HEAD);
    if (!head || !record_get_head(head, rec)) return false;
    *body = window_at(&k->w, at + RECORD_HEAD, rec->len);
    return *body && crc32c(0, *body, rec->len) == rec->body_crc;
}

static bool take_record(Walk *k, Record *rec)
{
    const uint8_t *body;
    if (!record_at(k, k->at, rec, &body)) return false;
    if (rec->readings > k->readings_cap) {
        free(k->readings);
        k->readings_cap = rec->readings * 2u;
        k->readings = malloc(k->readings_cap * sizeof *k->readings);
        if (!k->readings) abort();
    }
    if (rec->notes > k->notes_cap) {
        free(k->notes);
        k->notes_cap = rec->notes * 2u;
        k->notes = malloc(k->notes_cap * sizeof *k->notes);
        if (!k->notes) abort();
    }
    if (rec->pos <= k->scan->last_pos || !record_get_body(rec, body, k->readings, k->notes)) return false;
    k->scan->last_pos = rec->pos;
    if (k->scan->record) k->scan->record(k->scan->ud, rec, k->readings, k->notes);
    k->at += RECORD_HEAD + rec->len;
    return true;
}

/* Whether a record behind the bad place was committed after that place had been synced. */
static bool damage_follows(Walk *k)
{
    for (uint64_t at = k->at + 1; at + RECORD_HEAD <= k->w.len; at++) {
        const uint8_t *p = window_at(&k->w, at, 4);
        if (!p) return false;
        if (get_u32(p) != RECORD_MAGIC && get_u32(p) != RECORD_MAGIC_OLD) continue;
        Record rec;
        const uint8_t *body;
        if (record_at(k, at, &rec, &body) && rec.commit > k->at && rec.commit <= at) return true;
    }
    return false;
}

static Rc walk_file(Walk *k, LogFile *file, uint64_t valid, bool last)
{
    Record rec;
    k->at = LOG_FILE_HEAD;
    while (k->at < valid && take_record(k, &rec)) file->last_pos = rec.pos;
    file->len = k->at;
    if (k->w.err < 0) return problem(k->scan, RC_IO, file->seq, k->at, strerror(-k->w.err));
    if (k->at == valid) return RC_OK;
    if (!last || damage_follows(k)) return problem(k->scan, RC_INVALID, file->seq, k->at, "damaged record");
    k->scan->torn_at = k->at;
    return RC_OK;
}

static Rc read_head(LogScan *scan, uint64_t seq, Window *w, Head *head)
{
    char path[IO_PATH_MAX];
    log_file_name(path, sizeof path, scan->dir, seq);
    w->fd = io_open_read(path, &w->len);
    if (w->fd < 0) return problem(scan, RC_IO, seq, 0, strerror(-w->fd));
    const uint8_t *p = window_at(w, 0, LOG_FILE_HEAD);
    if (w->err < 0) return problem(scan, RC_IO, seq, 0, strerror(-w->err));
    if (!p || !get_file_head(p, head) || head->seq != seq)
        return problem(scan, RC_INVALID, seq, 0, "damaged head");
    return RC_OK;
}

static void close_window(Window *w)
{
    if (w->fd >= 0) io_close_read(w->fd);
    free(w->p);
    *w = (Window){.fd = -1};
}

static Rc scan_file(LogScan *scan, Walk *k, const uint64_t *seqs, size_t i, size_t n)
{
    Head head, next;
    Window ahead = {.fd = -1};
    uint64_t valid = 0;
    bool last = i + 1 == n;
    Rc rc = read_head(scan, seqs[i], &k->w, &head);
    if (rc == RC_OK && !last) rc = read_head(scan, seqs[i + 1], &ahead, &next);
    close_window(&ahead);
    if (rc < 0) return rc;
    valid = last ? k->w.len : next.prev_len;
    if (valid > k->w.len) return problem(scan, RC_INVALID, seqs[i], k->w.len, "the file is cut short");
    scan->files[scan->nfiles] = (LogFile){.seq = seqs[i]};
    return walk_file(k, &scan->files[scan->nfiles++], valid, last);
}

/* A file that was being made when the power went has no whole head, and nothing in it was acknowledged. */
static size_t drop_headless(LogScan *scan, const uint64_t *seqs, size_t n)
{
    Window w = {.fd = -1};
    Head head;
    if (n == 0) return 0;
    Rc rc = read_head(scan, seqs[n - 1], &w, &head);
    bool headless = rc == RC_INVALID && w.len <= LOG_FILE_HEAD;
    close_window(&w);
    if (!headless) return n;
    scan->headless = true;
    scan->headless_seq = seqs[n - 1];
    return n - 1;
}

Rc log_scan(LogScan *scan)
{
    uint64_t *all;
    size_t n, from = 0;
    int err = log_list(scan->dir, &all, &n);
    if (err < 0) return problem(scan, RC_IO, scan->first_seq, 0, strerror(-err));
    while (from < n && all[from] < scan->first_seq) from++;
    uint64_t *seqs = all + from;
    n = drop_headless(scan, seqs, n - from);
    scan->files = calloc(n + 1, sizeof *scan->files);
    if (!scan->files) abort();
    Rc rc = RC_OK;
    if (n && seqs[0] != scan->first_seq)
        rc = problem(scan, RC_INVALID, scan->first_seq, 0, "the file is missing");
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        Walk k = {.scan = scan, .w = {.fd = -1}};
        if (seqs[i] != seqs[0] + i) rc = problem(scan, RC_INVALID, seqs[0] + i, 0, "the file is missing");
        else rc = scan_file(scan, &k, seqs, i, n);
        close_window(&k.w);
        free(k.readings);
        free(k.notes);
    }
    free(all);
    return rc;
}
