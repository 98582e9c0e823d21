/* What numbers of the protocol are called, in both languages. */
#pragma once
#include "base/ctx.h"

typedef struct Jt808Name {
    uint32_t code;
    Text text;
} Jt808Name;

/* NULL: not in the table. */
const Jt808Name *jt808_message_name(unsigned id);
const Jt808Name *jt808_item_name(unsigned id);
const Jt808Name *jt808_result_name(unsigned result);
/* Tables by bit number. */
extern const Jt808Name jt808_alarms[], jt808_states[];
extern const size_t jt808_nalarms, jt808_nstates;
