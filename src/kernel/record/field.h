/* Private to the kernel: one value of one field, from text or JSON to what the table holds, with all checks.
 */
#pragma once
#include "kernel/kernel.h"

/* The value of a text: cells of a table, filters, fallbacks. Empty text is null. Numbers,
 * "true/false/1/0/是/否", times as RFC 3339 or civil, dictionary codes, references by code or id (looked up
 * in w->db), JSON. Checks type, length, range, dictionary and reference, not F_REQUIRED. Failure: one field
 * error with this line, RC_INVALID. */
Rc field_parse_text(Work *w, const Field *f, Str text, int64_t line, DbVal *out);

/* The same for a JSON value; null is null. */
Rc field_parse_json(Work *w, const Field *f, const Json *j, int64_t line, DbVal *out);

/* Checks a value that is there already: length, range, dictionary. Null passes. */
Rc field_check(Work *w, const Field *f, DbVal v, int64_t line);

/* Equal as stored. */
bool field_equal(const Field *f, DbVal a, DbVal b);

/* The value on the wire. ref: the code of the record a reference points to (its id when it has none). */
void field_write_json(const Field *f, DbVal v, Str ref, JsonOut *out);
