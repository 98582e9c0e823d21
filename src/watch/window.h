/* A bounded double-ended queue of (t, v), oldest first: the memory of rate, stuck and expr rules. Grows by
 * doubling, from nothing. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct TimeValue {
    int64_t t;
    double v;
} TimeValue;

typedef struct Window {
    TimeValue *p; /* cap entries, a power of two */
    uint32_t head, n, cap;
} Window;

enum {
    WINDOW_MAX = 1 << 17,     /* 131,072 readings of a rate or stuck window */
    WINDOW_EXPR_MAX = 1 << 12 /* 4,096 readings of an operand of an expr */
};

/* i-th oldest, i < n. */
static inline TimeValue *window_at(const Window *w, uint32_t i)
{
    return &w->p[(w->head + i) & (w->cap - 1)];
}
static inline TimeValue *window_last(const Window *w)
{
    return window_at(w, w->n - 1);
}
static inline void window_drop_first(Window *w)
{
    w->head = (w->head + 1) & (w->cap - 1);
    w->n--;
}
static inline void window_drop_last(Window *w)
{
    w->n--;
}

void window_push(Window *w, int64_t t, double v);
/* When n has reached max, keep every second reading (and the newest), so that the span is kept and memory is
 * bounded. Returns whether it did. */
int window_thin(Window *w, uint32_t max);
/* Drop those older than age before t (t − t_i > age). */
void window_expire(Window *w, int64_t t, uint64_t age);
void window_free(Window *w);
