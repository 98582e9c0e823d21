/* What anybody may see without login (permission `public`): major dangers under supervision that were made
 * public, and warnings in force with words for the public. Only the fields that are declared here leave. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_public;

/* A member of an item: what stands in it is the column of the query of the same number. */
typedef struct PublicField {
    const char *name;
    const char *dict; /* a code: `<name>_label` stands beside it; NULL: a text or a time */
    bool time;
} PublicField;
typedef struct PublicList {
    const char *name; /* /api/public/<name> */
    Text title;
    const PublicField *fields;
    size_t nfields;
} PublicList;
enum { PUBLIC_LISTS = 2 };
extern const PublicList public_lists[PUBLIC_LISTS];
