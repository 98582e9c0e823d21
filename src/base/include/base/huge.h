/* Memory for large tables that are read at random. */
#pragma once
#include <stddef.h>

/* n bytes of any content, to be given to free(): on a cache line, and from a mebibyte on in huge pages where
 * the system has them (they are only asked for). Never NULL. */
void *huge_alloc(size_t n);
