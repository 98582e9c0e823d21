/* A reading, as every layer hands it on. */
#pragma once
#include <stdint.h>

enum { Q_GOOD = 0, Q_UNCERTAIN = 1, Q_BAD = 2 };

typedef struct Reading {
    int64_t t;      /* event time, ms UTC */
    double v;       /* bad when not finite */
    uint32_t point; /* the point's dense number, from 1 */
    uint8_t q;      /* Q_… */
    uint8_t flags;  /* READING_… */
    uint16_t pad;
} Reading;

enum {
    READING_AHEAD = 1 /* more than 5 minutes ahead of the clock on arrival: stored, moves no state */
};
