/* Private to the kernel: the handlers of the derived routes. */
#pragma once
#include "kernel_int.h"

Rc route_list(Req *req, Res *res);
Rc route_create(Req *req, Res *res);
Rc route_read(Req *req, Res *res);
Rc route_change(Req *req, Res *res);
Rc route_archive(Req *req, Res *res);
Rc route_action(Req *req, Res *res);
Rc route_unmask(Req *req, Res *res); /* mask.c */
const EntityAction *route_action_of(const Req *req);
/* The record of {id}: an id or code:X. RC_NOT_FOUND. */
Rc route_record(Work *w, Req *req, const Entity *e, Record **out);
