/* A thread that does one thing every so often until it is told to stop. */
#pragma once
#include <stdint.h>

typedef struct Ticker Ticker;

/* fn(ud) runs after each period of period_ms (> 0), never twice at once; name (≤ 15 characters) shows in ps.
 * NULL when the system has no thread left. */
Ticker *ticker_start(const char *name, int64_t period_ms, void (*fn)(void *ud), void *ud);
/* Run as soon as possible instead of at the next period. */
void ticker_wake(Ticker *t);
/* Waits for a run under way, ends the thread, sets *t to NULL. *t may be NULL. */
void ticker_stop(Ticker **t);
