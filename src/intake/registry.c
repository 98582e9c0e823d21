/* Which text means which point. Built once, then read by many threads without a lock; texts are copied into
 * one arena.
 *
 * Every reading of a text protocol looks its code up, at random among all points, so the index is made for
 * one cache miss: a slot of 32 bytes holds the whole of a code up to 24 bytes. Longer codes and keys of
 * sources are in ordinary maps. The hash of the index is not seeded: only who may make points can put keys
 * into it. */
#include "base/clock.h"
#include "base/huge.h"
#include "base/strmap.h"
#include "intake_private.h"
#include <stdlib.h>

enum { SHORT_MAX = 24, SHORT_WORDS = SHORT_MAX / 8 };

typedef struct ShortCode {
    uint64_t word[SHORT_WORDS]; /* zero-padded */
    uint32_t n, number;         /* number 0: free */
} ShortCode;
_Static_assert(sizeof(ShortCode) == 32, "two slots a cache line");

struct Registry {
    Arena *arena;
    StrMap *codes, *sources; /* codes: those longer than SHORT_MAX */
    ShortCode *index;
    size_t mask;
    RegistryPoint *points; /* by number, [0, max] */
    uint64_t *known;       /* a bit a number: fits into a near cache, unlike the points */
    uint32_t max;
};

/* n ≤ 8 bytes, zero-padded; two loads that overlap instead of a loop. */
static inline uint64_t load_part(const char *p, size_t n)
{
    if (n >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + n - 4, 4);
        return low | (uint64_t)high << (8 * (n - 4));
    }
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return v;
}

static inline uint64_t load_whole(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

/* The last n ≤ 8 bytes before end, zero-padded; eight bytes before end can be read. */
static inline uint64_t load_last(const char *end, size_t n)
{
    return n ? load_whole(end - 8) >> (8 * (8 - n)) : 0;
}

static inline ShortCode short_code(Str code)
{
    ShortCode k = {.n = (uint32_t)code.n};
    const char *p = code.p, *end = p + code.n;
    if (code.n < 8) {
        k.word[0] = code.n ? load_part(p, code.n) : 0;
        return k;
    }
    k.word[0] = load_whole(p);
    if (code.n < 16) {
        k.word[1] = load_last(end, code.n - 8);
        return k;
    }
    k.word[1] = load_whole(p + 8);
    k.word[2] = load_last(end, code.n - 16);
    return k;
}

static inline size_t short_home(const Registry *r, const ShortCode *k)
{
    uint64_t h = k->n;
    int words = k->n <= 8 ? 1 : k->n <= 16 ? 2 : SHORT_WORDS;
    for (int i = 0; i < words; i++) {
        h = (h ^ k->word[i]) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 32;
    }
    return h & r->mask;
}

/* The slot of the code, or the free one where it would stand. */
static inline ShortCode *find_short(const Registry *r, const ShortCode *k, size_t home)
{
    for (size_t i = home;; i = (i + 1) & r->mask) {
        ShortCode *s = &r->index[i];
        if (!s->number) return s;
        if (s->word[0] == k->word[0] && s->word[1] == k->word[1] && s->word[2] == k->word[2] && s->n == k->n)
            return s;
    }
}

static void put_code(Registry *r, Str code, uint32_t number)
{
    if (code.n > SHORT_MAX) {
        strmap_put(r->codes, code, number);
        return;
    }
    ShortCode k = short_code(code), *s = find_short(r, &k, short_home(r, &k));
    *s = k;
    s->number = number;
}

static void make_index(Registry *r, size_t n)
{
    size_t cap = 64;
    while (cap < n + n / 2) cap *= 2;
    r->index = huge_alloc(cap * sizeof *r->index);
    memset(r->index, 0, cap * sizeof *r->index);
    r->mask = cap - 1;
}

static uint32_t highest(const RegistryPoint *points, size_t n)
{
    uint32_t max = 0;
    for (size_t i = 0; i < n; i++)
        if (points[i].number > max) max = points[i].number;
    return max;
}

Registry *registry_new(const RegistryPoint *points, size_t n)
{
    Registry *r = calloc(1, sizeof *r);
    ENSURE(r);
    r->arena = arena_new(0);
    r->codes = strmap_new(16);
    r->sources = strmap_new(n / 4 + 16);
    make_index(r, n);
    r->max = highest(points, n);
    r->points = ARENA_ARRAY(r->arena, RegistryPoint, (size_t)r->max + 1);
    r->known = ARENA_ARRAY(r->arena, uint64_t, r->max / 64 + 1);
    for (size_t i = 0; i < n; i++) {
        ENSURE(points[i].number > 0);
        RegistryPoint *p = &r->points[points[i].number];
        *p = points[i];
        p->code = str_copy(r->arena, points[i].code);
        p->source = str_copy(r->arena, points[i].source);
        r->known[p->number / 64] |= UINT64_C(1) << (p->number % 64);
        put_code(r, p->code, p->number);
        if (p->source.n) strmap_put(r->sources, p->source, p->number);
    }
    return r;
}

void registry_free(Registry **r)
{
    if (!*r) return;
    strmap_free(&(*r)->codes);
    strmap_free(&(*r)->sources);
    free((*r)->index);
    arena_free(&(*r)->arena);
    free(*r);
    *r = NULL;
}

static uint32_t look_up(const StrMap *m, Str key)
{
    uint32_t number = strmap_get(m, key);
    return number == STRMAP_NONE ? 0 : number;
}

uint32_t registry_by_code(const Registry *r, Str code)
{
    if (code.n > SHORT_MAX) return look_up(r->codes, code);
    ShortCode k = short_code(code);
    return find_short(r, &k, short_home(r, &k))->number;
}

void registry_by_codes(const Registry *r, const Str *codes, size_t n, uint32_t *out)
{
    enum { MANY = 16 };
    ShortCode keys[MANY];
    size_t homes[MANY] = {0};
    ENSURE(n <= MANY);
    for (size_t i = 0; i < n; i++) {
        if (codes[i].n > SHORT_MAX) continue;
        keys[i] = short_code(codes[i]);
        homes[i] = short_home(r, &keys[i]);
        __builtin_prefetch(&r->index[homes[i]]);
    }
    for (size_t i = 0; i < n; i++)
        out[i] =
            codes[i].n > SHORT_MAX ? look_up(r->codes, codes[i]) : find_short(r, &keys[i], homes[i])->number;
}

uint32_t registry_by_source(const Registry *r, Str source)
{
    return look_up(r->sources, source);
}

bool registry_has(const Registry *r, uint32_t number)
{
    return number <= r->max && r->known[number / 64] >> (number % 64) & 1;
}

Str registry_code(const Registry *r, uint32_t number)
{
    return number <= r->max ? r->points[number].code : STR_NONE;
}

uint32_t registry_max(const Registry *r)
{
    return r->max;
}

WatchPoint *registry_watch_points(Arena *a, const Registry *r, uint32_t npoints)
{
    WatchPoint *out = ARENA_ARRAY(a, WatchPoint, npoints);
    for (uint32_t i = 0; i < npoints; i++) {
        const RegistryPoint *p = i <= r->max ? &r->points[i] : NULL;
        out[i].in_service_since = TIME_NONE;
        if (!p || !p->number) continue;
        out[i] = (WatchPoint){.code = p->code,
                              .in_service = p->in_service,
                              .in_service_since = p->in_service_since,
                              .arrival_time = p->arrival_time};
    }
    return out;
}
