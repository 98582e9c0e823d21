/* Text → uint32. Open addressing with linear probing at a load of at most one half; a slot holds the key's
 * hash, so that a wrong key is nearly always told apart without touching its bytes. Keys are hashed with
 * SipHash-1-3 under a seed drawn at start: senders choose codes, and must not be able to choose collisions.
 */
#include "base/strmap.h"
#include "base/rc.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

typedef struct Slot {
    const char *key; /* NULL: free */
    uint32_t len, value;
    uint64_t hash;
} Slot;

struct StrMap {
    Arena *keys;
    Slot *slots;
    size_t mask, count;
};

static uint64_t seed[2];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void draw_seed(void)
{
    ENSURE(getrandom(seed, sizeof seed, 0) == sizeof seed);
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

uint64_t hash_bytes(const void *data, size_t n)
{
    pthread_once(&seed_once, draw_seed);
    const unsigned char *p = data;
    uint64_t v[4] = {seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du,
                     seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u};
    uint64_t word;
    size_t left = n;
    for (; left >= 8; p += 8, left -= 8) {
        memcpy(&word, p, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)n << 56;
    for (size_t i = 0; i < left; i++) word |= (uint64_t)p[i] << (8 * i);
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static Slot *slots_new(size_t n)
{
    Slot *s = calloc(n, sizeof *s);
    ENSURE(s);
    return s;
}

StrMap *strmap_new(size_t expected)
{
    ENSURE(expected < SIZE_MAX / 64);
    size_t cap = 16;
    while (cap < expected * 2) cap *= 2;
    StrMap *m = malloc(sizeof *m);
    ENSURE(m);
    *m = (StrMap){.keys = arena_new(0), .slots = slots_new(cap), .mask = cap - 1};
    return m;
}

void strmap_free(StrMap **mp)
{
    StrMap *m = *mp;
    if (!m) return;
    arena_free(&m->keys);
    free(m->slots);
    free(m);
    *mp = NULL;
}

/* The slot the key is in, or the free one it belongs into. */
static Slot *find_slot(const StrMap *m, Str key, uint64_t hash)
{
    for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
        Slot *s = &m->slots[i];
        if (!s->key || (s->hash == hash && str_eq(str_n(s->key, s->len), key))) return s;
    }
}

static void grow(StrMap *m)
{
    Slot *old = m->slots;
    size_t old_cap = m->mask + 1;
    m->slots = slots_new(old_cap * 2);
    m->mask = old_cap * 2 - 1;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].key) *find_slot(m, str_n(old[i].key, old[i].len), old[i].hash) = old[i];
    free(old);
}

bool strmap_put(StrMap *m, Str key, uint32_t value)
{
    ENSURE(key.n < UINT32_MAX);
    if ((m->count + 1) * 2 > m->mask + 1) grow(m);
    uint64_t hash = hash_bytes(key.p, key.n);
    Slot *s = find_slot(m, key, hash);
    bool fresh = !s->key;
    if (fresh) {
        s->key = str_z(m->keys, key);
        s->len = (uint32_t)key.n;
        s->hash = hash;
        m->count++;
    }
    s->value = value;
    return fresh;
}

uint32_t strmap_get(const StrMap *m, Str key)
{
    const Slot *s = find_slot(m, key, hash_bytes(key.p, key.n));
    return s->key ? s->value : STRMAP_NONE;
}

size_t strmap_count(const StrMap *m)
{
    return m->count;
}
