/* Shared inside the slice. */
#pragma once
#include "mod/object.h"

enum { OBJECT_DICTS = 3 };
extern const Dict object_dicts[OBJECT_DICTS];
