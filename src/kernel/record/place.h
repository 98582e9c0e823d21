/* Private to the kernel: the checks of places (place.c), made by the store. */
#pragma once
#include "kernel/place.h"
#include "kernel_int.h"

/* Before the entity's own check: the geometry. May turn its rings and fill lon and lat. */
Rc place_check(Work *w, const EntityInfo *info, const Record *old, Record *rec);
/* After all checks: does it lie in its district? A warning or a field error "district". */
Rc place_judge(Work *w, const EntityInfo *info, const Record *old, const Record *rec);
/* After a write: the box of its geometry is kept for questions about boxes (located.c). */
Rc place_keep(Work *w, const EntityInfo *info, const Record *old, const Record *rec);
/* At the start: boxes of records that were written before there were boxes. */
Rc places_start(Ctx *ctx, Kernel *k);
/* "off", "warn" (also NULL and "") or "refuse"; false: none of them. */
bool place_mode_read(const char *text, PlaceMode *out);

/* What was warned of since the last call; a writer only. */
const Warned *work__warned(Work *w);
/* A record's JSON with the warnings put in as its last member. */
Str warned_into(Ctx *ctx, const Warned *warned, Str record);
