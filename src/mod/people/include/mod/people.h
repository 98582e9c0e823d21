/* Posts and persons: who answers for what in a body, and how he is reached. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_people;
extern const Entity post_entity, person_entity;

/* GB 11643-1999 citizen identity number: 18 characters, a day that exists, the check character. */
bool id_number_ok(Str s);
