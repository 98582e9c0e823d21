/* Sources that no point claims: a bounded table with counts. Has its own lock; any thread. */
#pragma once
#include "intake/intake.h"

enum { UNCLAIMED_MAX = 10000, UNCLAIMED_KEY_MAX = 1024, UNCLAIMED_SENDER_MAX = 128 };

/* What a batch found, in the batch's arena. */
typedef struct BatchUnclaimed {
    struct BatchUnclaimed *next;
    Str key, sender;
    uint64_t count;
    double v;
} BatchUnclaimed;

typedef struct UnclaimedTable UnclaimedTable;
UnclaimedTable *unclaimed_new(void);
void unclaimed_free(UnclaimedTable **t);
/* Adds a batch's list (newest first). Returns how many readings it counted. */
uint64_t unclaimed_count(UnclaimedTable *t, const BatchUnclaimed *list, int64_t arrival);
/* Puts back an entry that was stored. */
void unclaimed_restore(UnclaimedTable *t, const Unclaimed *u);
void unclaimed_each(UnclaimedTable *t, void (*fn)(void *ud, const Unclaimed *u), void *ud);
void unclaimed_forget(UnclaimedTable *t, Str key);
/* Forgets all that the registry claims. */
void unclaimed_claim(UnclaimedTable *t, const Registry *r);
/* Grows with every change. */
uint64_t unclaimed_version(UnclaimedTable *t);

/* unclaimed.bin in dir. A file that cannot be read is logged and the table starts empty: it is a list of
 * suggestions. */
Rc unclaimed_save(Ctx *ctx, UnclaimedTable *t, const char *dir);
void unclaimed_load(Ctx *ctx, UnclaimedTable *t, const char *dir);
