/* The demo's policy papers and what came of them. */
#pragma once
#include "kernel/kernel.h"

extern const char demo_paper_plan[], demo_paper_rules[]; /* {Y}: the year */
void documents_fill(Kernel *k);
