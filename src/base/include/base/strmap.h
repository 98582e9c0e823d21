/* A hash map from text to a uint32, built once and then read by many threads without a lock. */
#pragma once
#include "base/str.h"

typedef struct StrMap StrMap;
#define STRMAP_NONE UINT32_MAX

StrMap *strmap_new(size_t expected);
void strmap_free(StrMap **m);
/* Keys are copied into the map. false when the key was there; its value is then replaced. */
bool strmap_put(StrMap *m, Str key, uint32_t value);
/* STRMAP_NONE when absent. */
uint32_t strmap_get(const StrMap *m, Str key);
size_t strmap_count(const StrMap *m);
/* Seeded 64-bit hash of bytes; the seed is drawn at start so that senders cannot aim at one bucket. */
uint64_t hash_bytes(const void *p, size_t n);
uint32_t crc32c(uint32_t crc, const void *p, size_t n); /* Castagnoli, start with 0 */
