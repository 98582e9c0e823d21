#pragma once
#include "kernel/notice.h"
#include "shift_private.h"

/* What is open now for the record's body, as one JSON text: matters, alarms held and not judged, devices
 * offline, the giver's unread notices, the log since the shift began. */
Rc handover_snapshot(Work *w, const Entity *e, const Record *rec, Str *out);
