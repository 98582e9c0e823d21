/* Back-fill: read a piece, decode it into a batch, hand it over, wait for its commit, go on. One batch is
 * under way at a time, so a file of any length takes little memory and leaves room for the live senders. */
#include "base/clock.h"
#include "base/strmap.h"
#include "gateway/batch_sink.h"
#include "gateway/csv.h"
#include "gateway/csv_codec.h"
#include <pthread.h>
#include <time.h>

enum { PIECE_BYTES = 1 << 20, BUSY_MS = 20 };

typedef struct Backfill {
    Ctx *ctx;
    Intake *in;
    CsvDecoder *decoder;
    BatchSink sink;
    ReadingSink to;
    CsvResult *out;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool answered;
    Rc rc;
} Backfill;

static void on_done(Batch *b, Rc rc)
{
    Backfill *f = b->ud;
    pthread_mutex_lock(&f->lock);
    f->answered = true;
    f->rc = rc;
    pthread_cond_signal(&f->done);
    pthread_mutex_unlock(&f->lock);
}

static void submit(Backfill *f, Batch *b)
{
    while (intake_submit(f->in, b) == RC_BUSY)
        nanosleep(&(struct timespec){.tv_nsec = BUSY_MS * 1000000L}, NULL);
    pthread_mutex_lock(&f->lock);
    while (!f->answered) pthread_cond_wait(&f->done, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

static void sum_up(Backfill *f, const Batch *b)
{
    if (f->out->rejected == 0 && b->rejected) {
        f->out->first = b->first;
        f->out->first.field = arena_strdup(f->ctx->arena, b->first.field);
    }
    f->out->rejected += b->rejected;
    if (f->rc >= 0) f->out->accepted += b->accepted;
    f->out->lines = csv_lines(f->decoder);
}

/* One piece of the file; n 0: its end. */
static Rc take_piece(Backfill *f, Str piece)
{
    Batch *b = batch_new(f->in, hash_bytes("backfill", 8), clock_now());
    f->sink.batch = b;
    f->answered = false;
    f->rc = RC_OK;
    b->done = on_done;
    b->ud = f;
    Rc rc = piece.n ? csv_feed(f->ctx, f->decoder, piece) : csv_end(f->ctx, f->decoder);
    if (rc >= 0) {
        submit(f, b);
        sum_up(f, b);
        if (f->rc < 0)
            rc =
                FAIL(f->ctx, f->rc, "readings.store", "读数未能写入存储", "the readings could not be stored");
    }
    batch_free(&b);
    return rc;
}

/* The codec tells the line only with a rejection of its own. */
static void on_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    Backfill *f = ud;
    f->sink.line = csv_lines(f->decoder);
    f->to.source(&f->sink, key, t, v, q);
}

static uint32_t on_point(void *ud, Str code)
{
    Backfill *f = ud;
    return f->to.point(&f->sink, code);
}

static void on_points(void *ud, const Str *codes, size_t n, uint32_t *out)
{
    Backfill *f = ud;
    f->to.points(&f->sink, codes, n, out);
}

static void on_add(void *ud, uint32_t number, int64_t t, double v, uint8_t q)
{
    Backfill *f = ud;
    /* A column was resolved with an earlier batch's registry; the point may have been removed since. */
    if (f->to.known(&f->sink, number)) f->to.add(&f->sink, number, t, v, q);
    else f->to.reject(&f->sink, csv_lines(f->decoder), STR("point"), REJECT_UNKNOWN);
}

static void on_reject(void *ud, uint64_t line, Str field, const char *code)
{
    Backfill *f = ud;
    f->to.reject(&f->sink, line, field, code);
}

static Rc read_all(Backfill *f, FILE *file, void (*progress)(void *ud, const CsvResult *so_far), void *ud)
{
    char *piece = arena_alloc(f->ctx->arena, PIECE_BYTES);
    size_t n;
    do {
        n = fread(piece, 1, PIECE_BYTES, file);
        if (ferror(file)) return FAIL(f->ctx, RC_IO, "file.read", "文件无法读取", "the file cannot be read");
        TRY(take_piece(f, str_n(piece, n)));
        if (progress) progress(ud, f->out);
    } while (n);
    return RC_OK;
}

Rc csv_backfill(Ctx *ctx, Intake *in, FILE *file, void (*progress)(void *ud, const CsvResult *so_far),
                void *ud, CsvResult *out)
{
    *out = (CsvResult){0};
    Backfill f = {.ctx = ctx, .in = in, .out = out, .sink = {.only_known = true, .sender = STR("import")}};
    pthread_mutex_init(&f.lock, NULL);
    pthread_cond_init(&f.done, NULL);
    f.to = batch_sink(&f.sink);
    ReadingSink sink = {.ud = &f,
                        .point = on_point,
                        .points = on_points,
                        .add = on_add,
                        .source = on_source,
                        .reject = on_reject};
    f.decoder = csv_new(&sink);
    Rc rc = read_all(&f, file, progress, ud);
    csv_free(&f.decoder);
    pthread_mutex_destroy(&f.lock);
    pthread_cond_destroy(&f.done);
    return rc;
}
