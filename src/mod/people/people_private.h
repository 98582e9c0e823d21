/* Private to the slice. */
#pragma once
#include "mod/people.h"

/* A record without a number gets its id as one, so that imports and references have something to name. */
void people_number(const Entity *e, Record *rec, Arena *a);
