/* Any bytes as a number: strtod must agree with what is read, and what is printed must read back. */
#include "base/num.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str s = str_n((const char *)data, size);
    double v, back;
    int64_t i;
    if (num_parse_f64(s, false, &v)) {
        Arena *a = arena_new(0);
        char text[NUM_TEXT_MAX];
        if (strtod(str_z(a, s), NULL) != v) abort();
        size_t n = num_print_f64(v, text);
        if (n >= sizeof text || !num_parse_f64(str_n(text, n), false, &back) || back != v) abort();
        arena_free(&a);
    }
    if (num_parse_i64(s, &i) && !num_parse_f64(s, false, &v)) abort();
    return 0;
}
