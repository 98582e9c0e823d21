/* Periods in which a body has to meet. Pure arithmetic in civil time. */
#pragma once
#include "mod/task.h"

typedef struct MeetingSpan {
    int64_t from, to; /* ms; to is exclusive */
} MeetingSpan;

/* The period that t lies in. */
MeetingSpan meeting_span(TaskPer per, int64_t t);
/* The periods that begin in the year, in order; at most `most` of them. */
size_t meeting_spans(TaskPer per, int year, MeetingSpan *out, size_t most);
