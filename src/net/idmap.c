/* Connections by id. Ids are dense numbers, so the low bits are the hash. */
#include "net_private.h"
#include <stdlib.h>

enum { SLOTS_FIRST = 64 };

static NetConn **slot_of(const IdMap *m, uint64_t id)
{
    return &m->slots[id & (m->nslots - 1)];
}

static void grow(IdMap *m)
{
    IdMap bigger = {.nslots = m->nslots ? m->nslots * 2 : SLOTS_FIRST, .n = m->n};
    bigger.slots = calloc(bigger.nslots, sizeof *bigger.slots);
    ENSURE(bigger.slots);
    for (size_t i = 0; i < m->nslots; i++) {
        for (NetConn *c = m->slots[i], *next; c; c = next) {
            next = c->by_id;
            NetConn **slot = slot_of(&bigger, c->id);
            c->by_id = *slot;
            *slot = c;
        }
    }
    free(m->slots);
    *m = bigger;
}

void idmap_put(IdMap *m, NetConn *c)
{
    if (m->n >= m->nslots) grow(m);
    NetConn **slot = slot_of(m, c->id);
    c->by_id = *slot;
    *slot = c;
    m->n++;
}

void idmap_remove(IdMap *m, NetConn *c)
{
    for (NetConn **at = slot_of(m, c->id); *at; at = &(*at)->by_id) {
        if (*at != c) continue;
        *at = c->by_id;
        m->n--;
        return;
    }
}

NetConn *idmap_get(const IdMap *m, uint64_t id)
{
    if (!m->nslots) return NULL;
    NetConn *c = *slot_of(m, id);
    while (c && c->id != id) c = c->by_id;
    return c;
}

void idmap_free(IdMap *m)
{
    free(m->slots);
    *m = (IdMap){0};
}
