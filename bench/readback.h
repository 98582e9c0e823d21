/* Asks the server what it has: the numbers of the points before the runs, the readings after them, and how
 * long answers take. */
#pragma once
#include "workload.h"

/* A point that may have a year of readings, one each 300 s, up to now. */
#define YEAR_CODE CODE_PREFIX "YEAR"

typedef struct Readback {
    int port;
    const char *token;
} Readback;
/* Fills w->number and checks that the server knows every point. */
bool readback_numbers(const Readback *b, Workload *w);
/* Writes down for bench_readall what it must find: count, reading_sum, time of the first step, then the
 * points' numbers. */
bool readback_receipt(const char *path, const Workload *w, uint64_t count, uint64_t sum);
/* Compares every reading of `sample` points, drawn at random, with what was sent: time, value, quality, count
 * and order. Prints the first difference. */
bool readback_compare(const Readback *b, const Workload *w, uint32_t sample);

typedef struct Latencies {
    double latest_ms, latest_bytes; /* best of three: all points */
    double day_p50, day_p99;        /* one point, 24 hours of raw readings */
    double year_days[2],
        year_hours[2]; /* one point, a year in steps, p50 and p99; NAN: no point has a year */
} Latencies;
bool readback_latencies(const Readback *b, const Workload *w, Latencies *out);
