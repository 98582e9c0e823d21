/* Numbers that people read out: W20261122-001 is the first warning of that civil day. None is given twice
 * and, because the transaction that takes a number holds the writer, none is left out. */
#pragma once
#include "kernel/entity.h"

/* The next number under a prefix, from 1 on. In w's transaction. */
Rc number_next(Work *w, Str prefix, int64_t *out);
/* The next code of today (Shanghai): the kind's letter, the date, a dash, three digits or more. Each kind of
 * matter has a letter of its own. */
Rc number_of_day(Work *w, char letter, Str *out);
