/* One line of line protocol taken apart. All texts are views into the line, spelt as there (escapes kept). */
#pragma once
#include "gateway/line.h"

typedef struct LinePair {
    Str name, value;
} LinePair;

typedef struct LineField {
    Str name;
    double v;
    const char *code; /* NULL: a good value, else the REJECT_… of this field */
} LineField;

typedef struct LineParts {
    Str measurement;
    LinePair tags[LINE_TAGS_MAX]; /* sorted by name */
    size_t ntags;
    LineField fields[LINE_FIELDS_MAX];
    size_t nfields;
    Str time; /* empty: none */
} LineParts;

typedef struct LineFault {
    Str field; /* where it lies: "measurement", "tags", "fields", or a name */
    const char *code;
} LineFault;

/* line: one non-empty line without its end, not a comment. false: fault says why. */
bool line_parse(Str line, LineParts *out, LineFault *fault);
/* The end of the line that starts at p: its '\n' or `end`. Line ends inside quoted texts do not count; a
 * quote that is not closed within LINE_LENGTH_MAX does not swallow the lines after it. *plain_until (NULL at
 * first) remembers how far such a search went in vain, so that the whole body is searched at most twice. */
const char *line_find_end(const char *p, const char *end, const char **plain_until);
/* Removes the escapes of a tag's value; out has room for s.n bytes. */
Str line_unescape(Str s, char *out);
