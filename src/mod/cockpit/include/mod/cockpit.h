/* The leaders' screen: the state of the city in one answer. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_cockpit;
