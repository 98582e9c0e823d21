/* What past.c and warnings.c share: the rules by which alarms of the past rise, and the work they are booked
 * in. */
#pragma once
#include "city.h"
#include "mod/alarm.h"

enum { LEVEL_RULES_MOST = 32, DAYS_A_COMMIT = 5, TRIES = 200 };

typedef struct LevelRule {
    const char *code, *pattern;
    bool low;
    double limit[4]; /* NaN: none */
    uint32_t index;  /* in the rule set */
} LevelRule;

typedef struct Past {
    Work w;
    const City *city;
    RuleSet *rules;
    LevelRule level[LEVEL_RULES_MOST];
    size_t nlevel;
    Rng rng;
    Arena *arena; /* of the rules */
    const char *rule;
    int64_t point; /* of the alarm looked for */
    Record *open;
    IntakeEvent raised;
    int64_t rose_at;
} Past;

/* A point of a thing of this kind whose rule knows this grade. */
typedef struct PastWish {
    const char *prefix; /* of ThingTemplate */
    int district;       /* index, -1: anywhere */
    int grade;
    size_t nth;
} PastWish;
/* An alarm that rose at t, by p->w; *out NULL when the city has no such point or its alarm is not open. */
Rc past_raise(Past *p, const PastWish *wish, int64_t t, Record **out);
/* What the point of the same alarm read from its rise until then. */
Rc past_readings(Past *p, int64_t until);
/* The same alarm's condition returns. */
Rc past_return(Past *p, int64_t t);

/* ---- shifts.c ---- */
/* The first end of a shift, so many days ago. */
int64_t shifts_first(int64_t now, int days);
/* Logs and handovers of the shifts from *next on that ended before t. */
void shifts_upto(Kernel *k, int64_t *next, int64_t t);
/* What is under way, a delegation and a channel. next: the end of the shift that runs. */
void shifts_now(Kernel *k, int64_t next);

/* ---- warnings.c ---- */
/* Routing rules and three months of warnings, those of the last days still open. */
void warnings_fill(Past *p, Kernel *k);
