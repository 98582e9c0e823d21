#pragma once
#include "kernel/notice.h"
#include "mod/notify.h"
#include "notify/notify.h"

/* A channel as the queue needs it; texts in the work's arena. */
typedef struct Channel {
    int64_t id, body;
    Str code, kind, url, key, secret, template, content_type, header, expect, kinds, topics;
    int64_t grade;
} Channel;
Channel channel_of(const Record *rec);
/* Does it carry a notice of this kind and grade? */
bool channel_carries(const Channel *c, const char *kind, int64_t grade);

/* One row of the queue. */
typedef struct Delivery {
    int64_t id, channel, attempts, next_at, t; /* next_at 0 of a new one: at once */
    Str target, title, text, link, event;
} Delivery;
/* Sends it; no transaction may be open. */
NotifyOutcome delivery_send(Arena *a, const Channel *c, const Delivery *d);

Rc notice_queued(Work *w, const NoticeSent *sent); /* the kernel's listener */
/* Puts a row into the queue, due at once. */
Rc delivery_add(Work *w, int64_t channel, int64_t notification, int64_t user, const Delivery *d,
                const char *kind);
/* New outbox events for the webhooks. */
Rc webhooks_feed(Ctx *ctx, Kernel *k);

enum { NOTIFY_ROUTES = 5 };
extern const Route notify_routes[NOTIFY_ROUTES];

/* ---- What a person wishes (wishes.c) ---- */

typedef enum { WAY_MAIL, WAY_SMS, WAY_COUNT } Way;
typedef struct Wishes {
    Str address[WAY_COUNT]; /* empty: none */
    Str kinds[WAY_COUNT];
    int quiet_from, quiet_to; /* minutes of the civil day; -1: no quiet hours */
} Wishes;
bool wish_has(Str list, const char *word);
Rc wishes_read(Work *w, int64_t user, Wishes *out);
/* Does it go this way? A red one may go against the wish. */
bool wishes_want(const Wishes *wishes, Way way, const Notice *n);
/* When: now, or the end of the quiet hours for what can wait. */
int64_t wishes_due(const Wishes *wishes, const Notice *n, int64_t now);
Rc wishes_show(Req *req, Res *res);
Rc wishes_change(Req *req, Res *res);
