/* Alarm rules as records: flat fields that fit a spreadsheet row, versions, validity, and the rule set the
 * watch runs. */
#pragma once
#include "kernel/kernel.h"
#include "watch/watch.h"

extern const Module mod_rule;
extern const Entity rule_entity;

/* The rules in force at w->now as one set for the watch. A stored rule that no longer parses is left out and
 * logged, never the whole set. The caller owns *out. */
Rc rule_set_build(Work *w, RuleSet **out);
/* {"rules":[…]} of the rules in force that w->who may see, as `anlan watch replay` reads it; *outside: how
 * many more are in force. */
Rc rule_set_json(Work *w, StrBuf *out, size_t *outside);
