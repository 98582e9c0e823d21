/* Units of one cache line, found by a 32-bit number: what open chunks are made of. They lie in regions of 2
 * MiB that the kernel is asked to back with huge pages, because a store of 85,000 points touches them at
 * random and would otherwise wait for page tables. One owner at a time (the shard's lock); freed units are
 * used again, memory goes back to the system with the slab. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { SLAB_UNIT = 64, SLAB_REGION_BITS = 15 };

typedef struct Slab {
    uint8_t **regions;
    uint32_t nregions;
    uint32_t used; /* numbers below it have been given out; 0 is never */
    uint32_t free; /* the first of the units given back; each holds the number of the next */
} Slab;

void slab_init(Slab *s);
void slab_clear(Slab *s);
/* A unit of any content. */
uint32_t slab_take(Slab *s);
void slab_give(Slab *s, uint32_t unit);
static inline void *slab_at(const Slab *s, uint32_t unit)
{
    return s->regions[unit >> SLAB_REGION_BITS] + (size_t)(unit & ((1u << SLAB_REGION_BITS) - 1)) * SLAB_UNIT;
}
