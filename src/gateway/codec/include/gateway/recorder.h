/* A sink that writes what it is told as text, one call a line, for tests and fuzzers:
 *     add 3 1000 12.5 0
 *     source line:weather,site=a#temp - 3 0      ("-": time of arrival)
 *     reject 2 v number */
#pragma once
#include "gateway/sink.h"

typedef struct Recorder {
    const char *const *codes; /* codes[i] is point number i + 1 */
    size_t ncodes;
    StrBuf *out; /* NULL: only count */
    size_t added, sourced, rejected;
} Recorder;
ReadingSink recorder_sink(Recorder *r);
