/* Windows grow by doubling and never shrink: a rule that once needed the room will need it again. */
#include "window.h"

#include "base/rc.h"
#include <stdlib.h>
#include <string.h>

static void grow(Window *w)
{
    uint32_t cap = w->cap ? w->cap * 2 : 4;
    TimeValue *p = malloc(cap * sizeof *p);
    ENSURE(p);
    for (uint32_t i = 0; i < w->n; i++) p[i] = *window_at(w, i);
    free(w->p);
    w->p = p;
    w->head = 0;
    w->cap = cap;
}

void window_push(Window *w, int64_t t, double v)
{
    if (w->n == w->cap) grow(w);
    w->n++;
    *window_last(w) = (TimeValue){t, v};
}

int window_thin(Window *w, uint32_t max)
{
    if (w->n < max) return 0;
    uint32_t kept = 0;
    for (uint32_t i = w->n & 1 ? 0 : 1; i < w->n; i += 2) *window_at(w, kept++) = *window_at(w, i);
    w->n = kept;
    return 1;
}

void window_expire(Window *w, int64_t t, uint64_t age)
{
    while (w->n && (uint64_t)t - (uint64_t)window_at(w, 0)->t > age) window_drop_first(w);
}

void window_free(Window *w)
{
    free(w->p);
    *w = (Window){0};
}
