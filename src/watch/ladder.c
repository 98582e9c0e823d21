/* From a change of the most severe active grade to an event. Kept apart from the stepping (ladder.h), which
 * is inlined into the hot path: changes are rare. */
#include "ladder.h"

#include <math.h>

bool ladder_event(uint8_t before, LadderBits bits, const int64_t run[GRADES], const double given[GRADES],
                  WatchEvent *e)
{
    uint8_t now = ladder_top(bits);
    if (now == before) return false;
    e->grade = now;
    e->limit = now ? given[now - 1] : (double)NAN;
    if (!before || (now && now < before)) {
        e->kind = before ? EVENT_ESCALATE : EVENT_RAISE;
        e->since = run[now - 1];
    } else {
        e->kind = now ? EVENT_EASE : EVENT_RETURN;
        e->since = run[before - 1];
    }
    return true;
}
