/* Filters that a person saved under a name, on the server, so that they are there on the desk and on the
 * phone. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_view;
extern const Entity view_entity; /* "saved-views" */
