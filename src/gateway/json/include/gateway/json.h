/* {"readings":[{"point":"GAS-0001","t":1763773200000,"v":12.3,"q":0}]}: members in any order; t is ms or RFC
 * 3339 text, left out it is the time of arrival; q left out is 0. A reading with an unknown member, without
 * v, or with a value of the wrong kind is refused with its index + 1; the others are taken. A body that is no
 * JSON of this shape is refused whole and nothing is taken. An unknown code is the source `json:CODE`. */
#pragma once
#include "base/ctx.h"
#include "gateway/sink.h"

/* A body that is not plain (escapes, text beyond ASCII, a faulty reading, numbers with an exponent …) is read
 * by the general reader, whose tree costs about 15 times the text; it takes bodies up to this size. */
#define JSON_TREE_MAX ((size_t)8 << 20)

/* RC_SYNTAX "json.syntax" or "readings.shape"; RC_TOO_LARGE "readings.too_large". ctx's arena carries what
 * was read until the sink has it. */
Rc json_decode(Ctx *ctx, Str body, const ReadingSink *sink);
