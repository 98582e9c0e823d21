/* Memory of one request or job: many small things made fast and dropped at once, plus a defer list for what
 * is not memory (statements, files, transactions). An arena belongs to one thread at a time. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Arena Arena;

/* An arena with a soft budget in bytes (0: none). Aborts when the process is out of memory. */
Arena *arena_new(size_t budget);
/* Runs the defers in reverse order, frees all, sets *a to NULL. *a may be NULL. */
void arena_free(Arena **a);
/* Runs the defers and drops all objects, keeps the first block for the next request. */
void arena_reset(Arena *a);

/* n zeroed bytes, aligned for any type. Never NULL. Past the budget it still gives memory but arena_over()
 * turns true: whoever grows with input checks it and fails with RC_TOO_LARGE. */
void *arena_alloc(Arena *a, size_t n);
bool arena_over(const Arena *a);
size_t arena_used(const Arena *a);
void *arena_copy(Arena *a, const void *p, size_t n);
char *arena_strdup(Arena *a, const char *s);
char *arena_printf(Arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *a, const char *fmt, va_list ap);

/* fn(arg) runs at reset or free, last registered first. */
void arena_defer(Arena *a, void (*fn)(void *), void *arg);
/* Takes the newest defer of this fn and arg off the list without running it. */
void arena_undefer(Arena *a, void (*fn)(void *), void *arg);

#define ARENA_NEW(a, Type)      ((Type *)arena_alloc((a), sizeof(Type)))
#define ARENA_ARRAY(a, Type, n) ((Type *)arena_alloc((a), sizeof(Type) * (size_t)(n)))
