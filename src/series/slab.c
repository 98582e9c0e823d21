/* A list of regions and a list of free units; nothing is ever moved, so a pointer to a unit stays good while
 * the unit is taken. */
#include "slab.h"
#include "base/huge.h"
#include <stdlib.h>
#include <string.h>

void slab_init(Slab *s)
{
    *s = (Slab){.used = 1};
}

void slab_clear(Slab *s)
{
    for (uint32_t i = 0; i < s->nregions; i++) free(s->regions[i]);
    free(s->regions);
    slab_init(s);
}

static void add_region(Slab *s)
{
    s->regions = realloc(s->regions, (s->nregions + 1) * sizeof(uint8_t *));
    if (!s->regions) abort();
    s->regions[s->nregions++] = huge_alloc((size_t)SLAB_UNIT << SLAB_REGION_BITS);
}

uint32_t slab_take(Slab *s)
{
    uint32_t unit = s->free;
    if (unit) {
        memcpy(&s->free, slab_at(s, unit), sizeof s->free);
        return unit;
    }
    unit = s->used++;
    if (unit >> SLAB_REGION_BITS == s->nregions) add_region(s);
    return unit;
}

void slab_give(Slab *s, uint32_t unit)
{
    memcpy(slab_at(s, unit), &s->free, sizeof s->free);
    s->free = unit;
}
