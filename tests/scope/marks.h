/* Which rows of the world a text speaks of: their ids and their codes. */
#pragma once
#include "world.h"

enum { MARKS_MAX = 1 << 16 };

typedef struct Mark {
    int64_t id;
    size_t entity, place;
} Mark;

typedef struct Marks {
    Mark v[MARKS_MAX];
    size_t n;
    bool seen[ENTITIES_MAX][PLACES]; /* by the last marks_find */
} Marks;

/* The rows of this round. */
void marks_add(Marks *m, const World *t);
void marks_find(Marks *m, Str text);
/* No row that the account must not know was seen; where: what is said of it when one was. */
void marks_check_hidden(const Marks *m, const World *t, const Who *p, const char *where);
/* Every row of the entity that the account may know was seen. */
void marks_check_whole(const Marks *m, const World *t, const Who *p, const char *where, size_t entity);
