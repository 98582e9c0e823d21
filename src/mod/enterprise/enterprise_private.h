/* Shared inside the slice. */
#pragma once
#include "mod/body.h"
#include "mod/enterprise.h"

#define BE (&body_entity)

Rc enterprise_file(Req *req, Res *res);
Rc enterprise_duplicates(Req *req, Res *res);
Rc place_of_code(Req *req, Res *res);
Rc place_qr(Req *req, Res *res);
