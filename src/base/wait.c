/* See base/wait.h. */
#include "base/wait.h"

#include <time.h>

bool wait_until(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t mono_us)
{
    struct timespec end = {.tv_sec = (time_t)(mono_us / 1000000),
                           .tv_nsec = (long)(mono_us % 1000000) * 1000};
    return pthread_cond_clockwait(wake, lock, CLOCK_MONOTONIC, &end) == 0;
}
