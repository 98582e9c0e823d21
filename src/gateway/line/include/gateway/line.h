/* InfluxDB line protocol. `reading,point=CODE v=… [ts]` with an optional field q (0, 1, 2 or 0i) is a reading
 * of the point with that code; every other field is a reading of the source `line:MEAS,tag=v,…#field`, tags
 * sorted by name, names spelt as in the line (escapes kept). Further tags of a canonical line (a collector's
 * host=…) do not hinder; an unknown code is a source.
 *
 * Floats, integers with i or u, booleans (1 and 0); texts are refused with code "text" for their field. A
 * line that is not readable is refused whole with its number, field and code; the rest goes on. */
#pragma once
#include "gateway/sink.h"

/* Timestamps count in this many nanoseconds. */
typedef struct LinePrecision {
    int64_t ns;
} LinePrecision;
/* n ns u us µs ms s m h; empty is ns. false: none of them. */
bool line_precision_parse(Str s, LinePrecision *out);

#define LINE_LENGTH_MAX 65536
#define LINE_TAGS_MAX   64
#define LINE_FIELDS_MAX 256

/* Line numbers given to reject() are those of the text. Nanoseconds are floored to ms, also before 1970. */
void line_decode(Str body, LinePrecision precision, const ReadingSink *sink);
