/* Names of the standard's codes: data only. */
#pragma once
#include "gateway/hj212.h"

typedef struct Hj212Command {
    int cn;
    Hj212Kind kind;
    bool notice; /* answered with 9013 instead of 9014 */
    Text name;
} Hj212Command;
const Hj212Command *hj212_command(int cn); /* NULL: unknown */

typedef enum { SUFFIX_VALUE, SUFFIX_FLAG, SUFFIX_SAMPLE_TIME, SUFFIX_TEXT } Hj212SuffixKind;
typedef struct Hj212Suffix {
    const char *name;
    Hj212SuffixKind kind;
    Text title;
} Hj212Suffix;
const Hj212Suffix *hj212_suffix(Str name); /* NULL: not of the standard */

/* By a text code; NULL: not in the table. */
const Text *hj212_system_name(Str st);
const Text *hj212_factor_name(Str code);
const Text *hj212_flag_name(Str flag);
