/* Letting somebody in who has no account, by a code that was given to him: what a slice needs beside its own
 * table of codes. */
#pragma once
#include "kernel/kernel.h"

/* Wrong attempts are counted like failed logins, with the same settings, for the slice's key
 * ("activate:9132…") and for the caller's address. RC_LIMIT with Retry-After when there were too many; the
 * words do not depend on whether the key names anything. */
Rc attempt_check(Req *req, Res *res, const char *key);
/* One more, in a transaction of its own; with an id the ledger gets an entry of that record. */
Rc attempt_failed(Req *req, const char *key, const char *entity, int64_t id);
Rc attempt_clear(Work *w, const char *key);

typedef struct NewAccount {
    Str name, full_name, phone, password;
    const char *role;
    int64_t body;
} NewAccount;
/* Field errors of the password by the settings; asks nothing that is secret, so it comes first. */
Rc account_check_new(Ctx *ctx, Kernel *k, const NewAccount *a);
/* The program makes the account; the password counts as its owner's own. hash: of the password, made by
 * crypto_password_hash outside the transaction, because that takes time. RC_CONFLICT when the name is taken.
 */
Rc account_add(Work *w, const NewAccount *a, const char *hash, int64_t *id);

/* How long a code for an enterprise lasts, ms (setting activation_days). */
int64_t activation_ms(const Kernel *k);
