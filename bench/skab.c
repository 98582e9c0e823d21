/* How well `deviation` finds a valve that closes: SKAB (waico/SKAB, valve1), a water circulation test bed
 * with eight sensors at 1 Hz, by its protocol: a detector learns from the first 400 rows of a file, then
 * every row of all files is judged and F1, FAR (false alarm rate) and MAR (missed alarm rate) are of the rows
 * of all files together. bench_skab DIR         (prints one line a detector: name, F1, FAR %, MAR %, limit)
 * A row is called unusual while the alarm of any sensor stands, which it does for four minutes after the last
 * reading over the limit. The limit is not fitted to the labels: it is the smallest at which alarms stand for
 * at most a tenth of the anomaly-free record, which is cut into pieces as long as the files. The windowed
 * Gaussian beside it is treated the same; it is silent for the first 400 rows too. */
#include "detect.h"
#include "gaussian.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SENSORS = 8,
    ROWS_MAX = 1200,
    FILES = 16,
    PIECES_MAX = 12,
    PIECE = 1150,
    TRAIN = 400,
    LINE_MAX_BYTES = 512
};
#define HOLD_MS       (4 * MS_MINUTE)
#define FALSE_AT_MOST 0.10

typedef struct Record {
    int n;
    double v[ROWS_MAX][SENSORS];
    bool odd[ROWS_MAX];
} Record;

typedef struct Counts {
    long tp, fp, tn, fn;
} Counts;

/* ---- Reading ---- */

static bool read_row(Record *r, char *line)
{
    char *p = strchr(line, ';');
    for (int j = 0; j < SENSORS; j++) {
        if (!p || *p != ';') return false;
        r->v[r->n][j] = strtod(p + 1, &p);
    }
    r->odd[r->n++] = *p == ';' && strtod(p + 1, NULL) > 0.5;
    return true;
}

/* Reads on from where f stands, at most `rows`. */
static bool read_piece(FILE *f, Record *r, int rows)
{
    char line[LINE_MAX_BYTES];
    r->n = 0;
    while (r->n < rows && fgets(line, sizeof line, f))
        if (!read_row(r, line)) return false;
    return r->n > 0;
}

/* Returns how many records were read, 0: the file is not there. */
static int read_records(const char *path, Record *r, int most, int rows)
{
    char head[LINE_MAX_BYTES];
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    int n = 0;
    if (fgets(head, sizeof head, f))
        while (n < most && read_piece(f, &r[n], rows)) n++;
    fclose(f);
    return n;
}

/* ---- Judging ---- */

static bool judge_sensor(const Record *r, int sensor, bool gaussian, bool (*stands)[ROWS_MAX])
{
    const DetectPlan plan = {.level = gaussian, .warmup_ms = TRAIN * MS_SECOND, .off_delay_ms = HOLD_MS};
    Detect d;
    Gaussian *g = calloc(1, sizeof *g);
    bool ok = g && detect_open(&d, &plan);
    for (int i = 0; i < r->n && ok; i++) {
        double v = gaussian ? gaussian_take(g, r->v[i][sensor]) : r->v[i][sensor];
        detect_take(&d, i * MS_SECOND, gaussian && i < TRAIN ? 0 : v);
        for (int k = 0; k < DETECT_LIMITS; k++) stands[k][i] |= detect_stands(&d, k);
    }
    if (ok) detect_close(&d);
    free(g);
    return ok;
}

static bool judge_records(const Record *r, int n, bool gaussian, Counts out[DETECT_LIMITS])
{
    bool(*stands)[ROWS_MAX] = malloc(DETECT_LIMITS * sizeof *stands);
    bool ok = stands;
    memset(out, 0, DETECT_LIMITS * sizeof *out);
    for (int f = 0; f < n && ok; f++) {
        memset(stands, 0, DETECT_LIMITS * sizeof *stands);
        for (int j = 0; j < SENSORS && ok; j++) ok = judge_sensor(&r[f], j, gaussian, stands);
        for (int k = 0; k < DETECT_LIMITS; k++)
            for (int i = 0; i < r[f].n; i++) {
                bool odd = r[f].odd[i], said = stands[k][i];
                out[k].tp += odd && said;
                out[k].fn += odd && !said;
                out[k].fp += !odd && said;
                out[k].tn += !odd && !said;
            }
    }
    free(stands);
    return ok;
}

static double share(long part, long rest)
{
    return part + rest ? (double)part / (double)(part + rest) : 0;
}

static bool measure(const char *name, const Record *files, const Record *quiet, int pieces, bool gaussian)
{
    Counts calm[DETECT_LIMITS], valve[DETECT_LIMITS];
    if (!judge_records(quiet, pieces, gaussian, calm) || !judge_records(files, FILES, gaussian, valve))
        return false;
    int k = 0;
    while (k < DETECT_LIMITS - 1 && share(calm[k].fp, calm[k].tn) > FALSE_AT_MOST) k++;
    const Counts *c = &valve[k];
    double limit = DETECT_LEAST;
    for (int i = 0; i < k; i++) limit *= DETECT_FACTOR;
    printf("%s\t%.2f\t%.1f\t%.1f\t%.2f\n", name,
           (double)c->tp / ((double)c->tp + (double)(c->fn + c->fp) / 2), 100 * share(c->fp, c->tn),
           100 * share(c->fn, c->tp), limit);
    return true;
}

static bool load(const char *dir, Record *files, Record *quiet, int *pieces)
{
    char path[512];
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/valve1/%d.csv", dir, i);
        if (!read_records(path, &files[i], 1, ROWS_MAX)) return false;
    }
    snprintf(path, sizeof path, "%s/anomaly-free/anomaly-free.csv", dir);
    *pieces = read_records(path, quiet, PIECES_MAX, PIECE);
    while (*pieces && quiet[*pieces - 1].n <= TRAIN) --*pieces;
    return *pieces > 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("bench_skab DIR\n", stderr);
        return 2;
    }
    int pieces = 0;
    Record *files = calloc(FILES, sizeof *files), *quiet = calloc(PIECES_MAX, sizeof *quiet);
    bool ok = files && quiet, there = ok && load(argv[1], files, quiet, &pieces);
    if (ok && !there) printf("skipped: %s has no valve1 and anomaly-free record\n", argv[1]);
    if (there)
        ok = measure("deviation", files, quiet, pieces, false) &&
             measure("Gaussian", files, quiet, pieces, true);
    free(files);
    free(quiet);
    return ok ? 0 : 1;
}
