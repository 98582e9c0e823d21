/* Record ids. The high 41 bits are milliseconds since 2020, the low 22 start at a random place in their lower
 * half for each new millisecond and count up; a clock that stands still or steps back only makes the counter
 * run on, so ids of one process always grow. */
#include "base/id.h"
#include "base/clock.h"
#include "base/rc.h"
#include <stdatomic.h>
#include <sys/random.h>

enum { COUNTER_BITS = 22 };
static const int64_t epoch = INT64_C(1577836800000); /* 2020-01-01T00:00:00Z */

static _Atomic int64_t last_id;

int64_t id_new(void)
{
    uint32_t random;
    ENSURE(getrandom(&random, sizeof random, 0) == sizeof random);
    int64_t start = random & ((1u << (COUNTER_BITS - 1)) - 1);
    int64_t ms = clock_now() - epoch;
    int64_t fresh = ms > 0 ? ms << COUNTER_BITS | start : 1;
    int64_t last = atomic_load(&last_id), id;
    do {
        id = (fresh >> COUNTER_BITS) > (last >> COUNTER_BITS) ? fresh : last + 1;
    } while (!atomic_compare_exchange_weak(&last_id, &last, id));
    return id;
}
