/* Private: what calendar.c and due.c share. */
#pragma once
#include "calendar/calendar.h"

enum {
    FIRST_YEAR = 1970,
    LAST_YEAR = 2999, /* beyond, and before FIRST_YEAR, every year is one that was not entered */
    YEARS = LAST_YEAR - FIRST_YEAR + 1,
    YEAR_BYTES = 46, /* a bit for each day */
    MAX_SPANS = 4
};

typedef struct CalYear {
    unsigned char off[YEAR_BYTES], work[YEAR_BYTES];
} CalYear;

struct Calendar {
    WorkSpan spans[MAX_SPANS];
    size_t nspans;
    bool move_last_day_off;
    bool entered[YEARS];
    CalYear *year[YEARS]; /* NULL: the plain week */
};
