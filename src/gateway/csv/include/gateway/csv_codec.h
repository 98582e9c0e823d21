/* Readings as a table, streamed. Two forms, told by the header:
 *     t,point,v[,q]          one reading a line; q empty is 0
 *     t,CODE1,CODE2,…        one time a line and one column a point; an empty cell is no reading
 * t is ms or RFC 3339, or civil time without an offset ("2026-11-22 08:00:00", Beijing). `nan`, `inf`,
 * `infinity` are bad readings. UTF-8, an optional byte order mark, LF or CRLF, cells may be in double quotes
 * (without quotes inside). A line that is not readable is refused with its number (the header is line 1); in
 * the wide form a bad cell is refused alone, its field is the column's code. An unknown code is the source
 * `csv:CODE`. */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

#define CSV_LINE_MAX    ((size_t)1 << 20)
#define CSV_COLUMNS_MAX 100000

typedef struct CsvDecoder CsvDecoder;
/* sink is copied. */
CsvDecoder *csv_new(const ReadingSink *sink);
void csv_free(CsvDecoder **d);
/* Any piece of the table; lines may be cut anywhere. RC_SYNTAX "csv.header" when the first line is no header;
 * then nothing was and nothing will be taken. */
Rc csv_feed(Ctx *ctx, CsvDecoder *d, Str bytes);
/* The last line may lack its end. RC_SYNTAX "csv.header" when there was no header at all. */
Rc csv_end(Ctx *ctx, CsvDecoder *d);
/* Lines seen so far, the header too. */
uint64_t csv_lines(const CsvDecoder *d);
