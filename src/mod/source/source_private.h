/* Shared inside the slice. */
#pragma once
#include "mod/source.h"

extern const Entity source_entity;
/* The thread that brings the intake's counts into the table every two seconds. */
Rc source_sync_start(Ctx *ctx, Kernel *k);
void source_sync_stop(Kernel *k);
