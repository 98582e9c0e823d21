/* What the vehicle slice knows and the gateway asks. Provided as kernel service "jt808_judge" before the
 * gateway starts; asked on the loop's thread, so it must be quick. */
#pragma once
#include "gateway/jt808.h"

typedef struct Jt808Judge {
    /* The value of `#fence` for a fixed position of now: 0 all right, 5 − grade of the most severe fence that
     * is broken; negative: nobody knows this terminal. */
    int (*fence)(void *ud, const char *phone, const Jt808Location *l);
    /* A terminal said which vehicle it is on; plate is UTF-8 and may be empty. */
    void (*registered)(void *ud, const char *phone, Str plate);
    void *ud;
} Jt808Judge;
