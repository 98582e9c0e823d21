/* Unclaimed sources: readings arrive under a key that no point claims. They are listed with count, last
 * value, times and sender, and one action makes such a source a point. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_source;
