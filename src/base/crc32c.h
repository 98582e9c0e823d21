/* The portable way of crc32c(), for its test. */
#pragma once
#include <stddef.h>
#include <stdint.h>
uint32_t base__crc32c_table(uint32_t crc, const void *p, size_t n);
