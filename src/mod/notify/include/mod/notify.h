/* Notices beyond the page: channels as data, a queue that survives, a list of what could not be delivered. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_notify;
extern const Entity channel_entity;

/* Feeds webhooks and sends what is due at `now`; the module's thread calls it every second, tests call it
 * with a time of their own. Holds no connection while it sends. *sent (may be NULL): deliveries tried. */
Rc notify_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *sent);
