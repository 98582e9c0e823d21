/* A message of the Common Alerting Protocol 1.2 (OASIS, namespace urn:oasis:names:tc:emergency:cap:1.2) as
 * XML. Pure. */
#pragma once
#include "base/ctx.h"

typedef enum { CAP_ALERT, CAP_UPDATE, CAP_CANCEL } CapType;
const char *cap_type_name(CapType t);
bool cap_type_parse(Str s, CapType *out);

/* What is said in one language. */
typedef struct CapWords {
    Str event, sender_name, headline, description, instruction, area;
} CapWords;

typedef struct CapPair {
    Str name, value;
} CapPair;

typedef struct CapRing {
    const double (*p)[2]; /* lon, lat; closed when written */
    size_t n;             /* ≥ 3 different corners */
} CapRing;

typedef struct CapAlert {
    Str identifier, sender; /* without spaces, commas, '<' and '&': cap_name_ok */
    int64_t sent;
    CapType type;
    const char *status; /* "Actual", "Exercise", "Test" */
    Str references; /* "sender,identifier,sent" of the messages before, space separated; not for an Alert */
    Str note;       /* why, of a Cancel */
    Str category, urgency, severity, certainty, response;
    int64_t effective, onset, expires; /* TIME_NONE: not said */
    Str web;
    CapWords words[LANG_COUNT];
    const CapRing *rings;
    size_t nrings;
    double lon, lat, radius_km; /* a circle, when there are no rings and lon is a number */
    const CapPair *geocodes, *parameters;
    size_t ngeocodes, nparameters;
} CapAlert;

/* May it be an identifier or a sender? */
bool cap_name_ok(Str s);
/* Second precision and an offset, never "Z": the only form the protocol takes. */
Str cap_time(Arena *a, int64_t t);
/* "sender,identifier,sent" of one message. */
Str cap_reference(Arena *a, Str sender, Str identifier, int64_t sent);
void cap_write(const CapAlert *alert, StrBuf *out);
/* Text for an element or an attribute: the five marks escaped; what XML 1.0 cannot hold is left out. */
void xml_text(StrBuf *out, Str s);
