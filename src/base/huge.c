/* A table much larger than the near caches costs a walk of the page tables with nearly every access; in pages
 * of 2 MiB it does not. The advice is worth nothing for small tables and may be ignored for all. */
#include "base/huge.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

void *huge_alloc(size_t n)
{
    size_t align = n < HUGE_PAGE / 2 ? 64 : HUGE_PAGE;
    if (n > SIZE_MAX - align) abort();
    size_t size = (n + align - 1) / align * align;
    void *p = aligned_alloc(align, size ? size : align);
    if (!p) abort();
    if (align == HUGE_PAGE) madvise(p, size, MADV_HUGEPAGE);
    return p;
}
