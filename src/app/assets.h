/* The front end inside the program, made by tools/embed. */
#pragma once
#include "http/http.h"

extern const struct HttpAsset app_assets[];
extern const size_t app_nassets;
