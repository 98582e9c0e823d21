/* Aggregates: made from rows, joined, and packed in columns. Pure. */
#pragma once
#include "chunk.h"

enum { ROLL_STEPS_MAX = 240, ROLL_IMAGE_MAX = 16 + ROLL_STEPS_MAX * 96 };
/* A point whose mean interval is shorter gets minute roll-ups too. */
#define ROLL_MINUTE_BELOW (20 * MS_SECOND)

typedef struct Steps {
    SeriesStep *p; /* malloc */
    size_t n, cap;
} Steps;
void steps_push(Steps *s, const SeriesStep *step);
void steps_free(Steps *s);

/* b lies behind a in time, or has the same times (late additions). */
void step_join(SeriesStep *a, const SeriesStep *b);
/* Adds the steps of settled rows; bad rows do not count. */
void steps_of_rows(Steps *out, const SeriesRow *rows, size_t n, int64_t width);
/* Joins steps that begin in the same step of the width; input ascending. */
void steps_widen(Steps *out, const SeriesStep *in, size_t n, int64_t width);
/* Both ascending and of one width; equal steps are joined. */
void steps_merge(Steps *out, const Steps *a, const Steps *b);

/* n (1…ROLL_STEPS_MAX) ascending steps of one day that starts at day_start; returns the length. */
size_t roll_encode(const SeriesStep *steps, size_t n, int64_t day_start, int64_t width,
                   uint8_t out[ROLL_IMAGE_MAX]);
/* Returns the number of steps or -1. */
int roll_decode(const uint8_t *image, size_t len, int64_t day_start, int64_t width,
                SeriesStep out[ROLL_STEPS_MAX]);
