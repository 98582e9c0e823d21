/* When a plan writes and which time its briefing is about. Pure; civil time of Shanghai. */
#pragma once
#include "base/ctx.h"

typedef enum {
    BRIEF_DAILY,
    BRIEF_WEEKLY,
    BRIEF_MONTHLY,
    BRIEF_BULLETIN,
    BRIEF_QUARTERLY,
    BRIEF_KINDS
} BriefKind;

typedef struct Schedule {
    BriefKind kind;
    int minute;   /* of the day */
    int weekday;  /* 1 Monday … 7; weekly and bulletin */
    int monthday; /* 1 … 28; monthly, and quarterly in the first month */
} Schedule;

typedef struct Period {
    int64_t from, to;         /* [from, to) */
    int64_t was_from, was_to; /* the one before */
} Period;

/* "daily" …; false: none of them. */
bool brief_kind(Str name, BriefKind *out);
const char *brief_kind_name(BriefKind kind);
/* "07:30", to the minute of the day. */
bool brief_minute(Str text, int *out);
/* The last instant at or before now at which it writes. */
int64_t schedule_due(const Schedule *s, int64_t now);
/* What is written at that instant: the civil day, week, month or quarter that ended last before it; a
 * bulletin looks back seven days from the instant. */
Period schedule_period(BriefKind kind, int64_t due);
/* "W20261116-": names a period; the plan's code follows. */
Str period_code(Arena *a, BriefKind kind, const Period *p);
/* In words: "2026年11月21日", "2026年11月16日至22日", "2026年11月", "2026年第三季度". */
Str period_words(Arena *a, BriefKind kind, const Period *p);
