/* Numbers from text and back. Reading is strict: the whole text must be one number. */
#pragma once
#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

bool num_parse_i64(Str s, int64_t *out);
bool num_parse_u64(Str s, uint64_t *out);
/* Decimal with optional sign, fraction, exponent; correctly rounded; a fast path for the usual short
 * decimals. "nan", "inf", "infinity" (any case and sign) only when special_ok. A leading '+' is accepted; hex
 * and spaces are not. */
bool num_parse_f64(Str s, bool special_ok, double *out);
#define NUM_TEXT_MAX 32
/* Decimal, with a zero byte behind. Returns length. */
size_t num_print_i64(int64_t v, char buf[NUM_TEXT_MAX]);
/* The same for many large numbers of which neighbours differ little (times, ids): what lies above the eight
 * lowest digits is printed when it changes. Starts zeroed. No zero byte behind. */
typedef struct NumNear {
    int64_t high;
    size_t n;
    char text[NUM_TEXT_MAX];
} NumNear;
void num_near_print(NumNear *near, int64_t v, char buf[NUM_TEXT_MAX], size_t *n);
/* The shortest decimal that reads back to the same double: "2", "0.1", "1e+300". v must be finite. Returns
 * length. */
size_t num_print_f64(double v, char buf[NUM_TEXT_MAX]);
