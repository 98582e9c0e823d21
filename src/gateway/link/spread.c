/* Several readings of a source in one second of a protocol without milliseconds: each further one 1 ms later,
 * so that none is taken for a repeat. Remembered in a table of fixed size, two places for each (source,
 * second); when a place is needed, the older one goes, and with it only this spreading. */
#include "link_private.h"
#include <stdlib.h>

enum { SETS = 32768, WAYS = 2, MAX_MS = 999 };

typedef struct Slot {
    uint64_t key;
    int64_t t;
    uint32_t n; /* given so far; 0: free */
} Slot;

struct Spread {
    Slot sets[SETS][WAYS]; /* the newer one first */
};

static Slot *slot_for(Spread *s, uint64_t key, int64_t t)
{
    uint64_t h = (key ^ (uint64_t)t * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    Slot *set = s->sets[h >> 49];
    _Static_assert(SETS == 1 << 15, "15 bits of the hash");
    for (int i = 0; i < WAYS; i++)
        if (set[i].n && set[i].key == key && set[i].t == t) return &set[i];
    set[1] = set[0];
    set[0] = (Slot){.key = key, .t = t};
    return &set[0];
}

int64_t link_spread(LinkGateway *g, uint64_t key_hash, int64_t t)
{
    if (!g->spread) g->spread = calloc(1, sizeof *g->spread);
    ENSURE(g->spread);
    Slot *slot = slot_for(g->spread, key_hash, t);
    uint32_t step = slot->n <= MAX_MS ? slot->n : MAX_MS;
    slot->n = step + 1;
    return t + step;
}

void spread_free(Spread **s)
{
    free(*s);
    *s = NULL;
}
