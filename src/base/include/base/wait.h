/* Waiting with an end. Ends are times of clock_mono_us(), never of the wall clock: setting that back by an
 * hour must not make anybody wait an hour. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* As pthread_cond_wait, at most until mono_us; the condition variable may have any clock. false: the end
 * came. A wake-up without a reason is possible, as ever. */
bool wait_until(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t mono_us);
