/* Shared inside the slice. */
#pragma once
#include "mod/body.h"
#include "mod/enterprise.h"

#define BE (&body_entity)

enum { LICENCE_LIMITS = 1 };
extern const LimitSeed licence_limits[LICENCE_LIMITS];

Rc enterprise_file(Req *req, Res *res);
Rc enterprise_duplicates(Req *req, Res *res);
Rc place_of_code(Req *req, Res *res);
Rc place_qr(Req *req, Res *res);
