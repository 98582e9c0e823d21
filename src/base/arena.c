/* The arena. Objects are cut from blocks that double in size up to 256 KiB; an object too large for a block
 * gets its own. Under AddressSanitizer every object is a heap block of its own, so that a byte past its end
 * or a use after reset is reported where it happens. The budget is soft by design: code that only formats an
 * error message must not need a failure path for memory, so alloc always succeeds and callers that grow with
 * input ask arena_over(). */
#include "base/arena.h"
#include "base/rc.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

enum { FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 256 * 1024, ALIGN = 16 };

typedef struct Block {
    struct Block *next;
    size_t cap, used; /* of data */
    _Alignas(ALIGN) unsigned char data[];
} Block;

typedef struct Defer {
    struct Defer *next;
    void (*fn)(void *);
    void *arg;
} Defer;

struct Arena {
    Block *head;  /* the block objects are cut from now; older ones follow */
    Block *first; /* kept at reset */
    Defer *defers;
    size_t budget, used, next_cap;
};

static void *must_alloc(size_t n)
{
    void *p = malloc(n);
    if (!p) {
        fputs("{\"level\":\"error\",\"area\":\"base\",\"msg\":\"out of memory\"}\n", stderr);
        abort();
    }
    return p;
}

static Block *block_new(size_t cap)
{
    Block *b = must_alloc(sizeof(Block) + cap);
    b->next = NULL;
    b->cap = cap;
    b->used = 0;
    return b;
}

Arena *arena_new(size_t budget)
{
    Arena *a = must_alloc(sizeof *a);
    *a = (Arena){.budget = budget, .next_cap = FIRST_BLOCK};
    return a;
}

static void run_defers(Arena *a)
{
    /* A defer may itself register one: take them off one by one. */
    while (a->defers) {
        Defer d = *a->defers;
        a->defers = d.next;
        d.fn(d.arg);
    }
}

static void free_blocks(Arena *a, const Block *keep)
{
    for (Block *b = a->head, *next; b; b = next) {
        next = b->next;
        if (b != keep) free(b);
    }
}

void arena_free(Arena **ap)
{
    Arena *a = *ap;
    if (!a) return;
    run_defers(a);
    free_blocks(a, NULL);
    free(a);
    *ap = NULL;
}

void arena_reset(Arena *a)
{
    run_defers(a);
    Block *keep = ARENA_SEPARATE ? NULL : a->first;
    free_blocks(a, keep);
    if (keep) {
        keep->used = 0;
        keep->next = NULL;
    }
    a->head = a->first = keep;
    a->used = 0;
    a->next_cap = keep ? 2 * FIRST_BLOCK : FIRST_BLOCK;
}

static size_t round_up(size_t n)
{
    ENSURE(n < SIZE_MAX / 2);
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* A block of its own, put behind the head so that the head's free room stays in use. */
static void *alloc_separate(Arena *a, size_t n)
{
    Block *b = block_new(n);
    b->used = n;
    if (a->head) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        a->head = b;
    }
    return b->data;
}

static void *alloc_cut(Arena *a, size_t n)
{
    size_t need = round_up(n);
    if (need > FIRST_BLOCK / 4 && (!a->head || need > a->head->cap - a->head->used))
        return alloc_separate(a, need);
    if (!a->head || need > a->head->cap - a->head->used) {
        Block *b = block_new(a->next_cap);
        if (a->next_cap < LARGEST_BLOCK) a->next_cap *= 2;
        b->next = a->head;
        a->head = b;
        if (!a->first) a->first = b;
    }
    void *p = a->head->data + a->head->used;
    a->head->used += need;
    return p;
}

void *arena_alloc(Arena *a, size_t n)
{
    if (n == 0) n = 1;
    a->used += round_up(n);
    void *p = ARENA_SEPARATE ? alloc_separate(a, n) : alloc_cut(a, n);
    return memset(p, 0, n);
}

bool arena_over(const Arena *a)
{
    return a->budget && a->used > a->budget;
}

size_t arena_used(const Arena *a)
{
    return a->used;
}

void *arena_copy(Arena *a, const void *p, size_t n)
{
    void *copy = arena_alloc(a, n);
    if (n) memcpy(copy, p, n);
    return copy;
}

char *arena_strdup(Arena *a, const char *s)
{
    return s ? arena_copy(a, s, strlen(s) + 1) : NULL;
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    ENSURE(n >= 0);
    char *out = arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof small) memcpy(out, small, (size_t)n);
    else vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return out;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *out = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return out;
}

void arena_defer(Arena *a, void (*fn)(void *), void *arg)
{
    Defer *d = ARENA_NEW(a, Defer);
    *d = (Defer){.next = a->defers, .fn = fn, .arg = arg};
    a->defers = d;
}

void arena_undefer(Arena *a, void (*fn)(void *), void *arg)
{
    for (Defer **at = &a->defers; *at; at = &(*at)->next)
        if ((*at)->fn == fn && (*at)->arg == arg) {
            *at = (*at)->next;
            return;
        }
}
