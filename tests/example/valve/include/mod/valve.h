/* Safety valves and their inspections: the slice that docs/module-guide.md walks through. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_valve;
