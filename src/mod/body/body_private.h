/* Shared inside the slice. */
#pragma once
#include "mod/body.h"

enum { BODY_INDUSTRIES = 31 };
extern const DictEntry body_industries[BODY_INDUSTRIES];
