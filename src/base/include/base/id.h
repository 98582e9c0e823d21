/* Record ids: positive 63-bit, made by the server, growing with time (41 bits ms since 2020, 22 bits counter
 * seeded at random), so that they sort by age and no database's sequence is needed. Thread-safe. */
#pragma once
#include <stdint.h>
int64_t id_new(void);
