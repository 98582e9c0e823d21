/* Private to the slice. */
#pragma once
#include "mod/body.h"
#include "mod/people.h"

/* A record without a number gets its id as one, so that imports and references have something to name. */
void people_number(const Entity *e, Record *rec, Arena *a);
bool people_phone_ok(Str s);

/* ---- Activation codes ---- */

enum { ACTIVATION_CHARS = 16 };
extern const Entity activation_entity;
/* SHA-256 of the code as it was made, whatever dashes, blanks and small letters stand in it; "" when it is
 * none. */
const char *activation_hash(Arena *a, Str code);
Rc activation_for(Work *w, const Record *body); /* of a body that is being made */
Rc activate_handler(Req *req, Res *res);
