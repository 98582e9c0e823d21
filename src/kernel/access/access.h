/* Private to the kernel: passwords, settings of security, second factor, sessions. */
#pragma once
#include "kernel_int.h"

/* ---- Settings (policy.c): data, edited by the security administrator; read from memory ---- */

typedef enum {
    POLICY_PASSWORD_MIN,     /* characters */
    POLICY_PASSWORD_CLASSES, /* of upper case, lower case, digits, others */
    POLICY_PASSWORD_LONG,    /* from so many characters on the classes do not count; 0: they always do */
    POLICY_PASSWORD_HISTORY, /* earlier passwords that do not come back */
    POLICY_PASSWORD_DAYS,    /* 0: for ever */
    POLICY_LOCK_FAILURES,
    POLICY_LOCK_MINUTES,
    POLICY_LOCK_ADDRESS,      /* failures from one address; 0: not counted */
    POLICY_IDLE_MINUTES,      /* without a request */
    POLICY_PAGE_IDLE_MINUTES, /* without a hand on the page; 0: never */
    POLICY_TOTP_ADMINS,       /* 1: administrators must have a second factor */
    POLICY_DELEGATION_DAYS,
    POLICY_ACTIVATION_DAYS,
    POLICY_COUNT /* at most the length of Kernel.policy */
} Policy;

extern const Entity policies_entity;
extern const DictEntry policy_entries[POLICY_COUNT];
int64_t policy_get(const Kernel *k, Policy p);
Rc policy_seed(Work *w);
Rc policy_load(Ctx *ctx, Kernel *k);
void policy_reset(Kernel *k); /* the defaults, until the table is read */

/* ---- Passwords (password.c): pure ---- */

typedef struct PasswordRule {
    int64_t least, classes, long_from;
} PasswordRule;
enum { PASSWORD_MAX = 128 };
/* common.c: are these letters (a-z only) one or two words or names that people make passwords of? */
bool password_word(Str letters);
/* One field error per fault, in `field`. name, full_name: whose password it is; either may be empty. */
Rc password_check(Ctx *ctx, const char *field, const PasswordRule *rule, Str password, Str name,
                  Str full_name);

/* ---- Accounts (account.c) ---- */

/* By the settings of k. */
Rc account_check_password(Ctx *ctx, Kernel *k, const char *field, Str password, Str name, Str full_name);
/* RC_INVALID when password is the present one (hash) or one of the last of the account. Slow: not in a
 * transaction when it can be helped. */
Rc account_check_history(Ctx *ctx, Kernel *k, Db *db, const char *field, int64_t user, Str hash,
                         Str password);
/* Remembers a hash that was replaced, forgets what is older than the setting asks. */
Rc account_remember(Work *w, int64_t user, Str hash);
/* Field errors: roles that do not exist, administrators that exclude each other. */
void account_check_roles(Work *w, Str roles);
void access_changed(Kernel *k, const Entity *e); /* committed: every principal is looked at again */
bool account_has_administrator(Str roles);
/* Members "locked", "second_factor", "seen_at" of a user's record. */
Rc account_write_facts(Work *w, int64_t user, JsonOut *out);
Rc account_unlock(Work *w, const Entity *e, Record *rec, const DbVal *params);
/* A password that opens nothing but its own change, told once. */
Rc account_reset(Work *w, const Entity *e, Record *rec, const DbVal *params);
/* The person whose account it is, 0: none (or the program keeps no persons). */
Rc account_person(Work *w, int64_t user, int64_t *out);
Rc account_drop_factor(Work *w, const Entity *e, Record *rec, const DbVal *params);
Rc account_end_sessions(Work *w, const Entity *e, Record *rec, const DbVal *params);

/* ---- Second factor (totp.c, factor.c) ---- */

enum { TOTP_SECRET_BYTES = 20, TOTP_STEP_S = 30, TOTP_DIGITS = 6 };
/* The step whose code it is, within one step around now and after `after`; 0: none. */
int64_t totp_match(const unsigned char secret[TOTP_SECRET_BYTES], Str code, int64_t now_ms, int64_t after);
const char *totp_secret_text(Arena *a, const unsigned char secret[TOTP_SECRET_BYTES]); /* base32 */

typedef enum { FACTOR_NONE, FACTOR_ON } FactorState;
Rc factor_state(Ctx *ctx, Db *db, int64_t user, FactorState *out);
/* 1: the code is the account's present one or one of its recovery codes and is used up now; 0: not. Needs a
 * writer. */
Rc factor_use(Work *w, int64_t user, Str code, int64_t *recovery_left);
Rc factor_status_handler(Req *req, Res *res);
Rc factor_begin_handler(Req *req, Res *res);
Rc factor_confirm_handler(Req *req, Res *res);
Rc factor_remove_handler(Req *req, Res *res);

/* ---- Delegations (delegation.c) ---- */

extern const Entity delegations_entity;
Rc acting_list_handler(Req *req, Res *res);
Rc acting_begin_handler(Req *req, Res *res);
Rc acting_end_handler(Req *req, Res *res);

/* ---- Failed attempts (session.c) ---- */

DbVal failures_address(Ctx *ctx, const char *peer); /* an address's key */
/* Within the time of a lock. */
Rc failures_count(Ctx *ctx, const Kernel *k, Db *db, DbVal key, int64_t *out);
Rc failures_add(Work *w, DbVal key);

/* ---- Sessions (session_list.c) ---- */

/* Whose session it is proves that he is: the password fits, or one more failure is counted. */
typedef struct OwnPassword {
    Str name, full_name, hash;
} OwnPassword;
/* 1: req->who is set, with a reference for the request's time; 0: nobody's secret. */
Rc auth_identify(Req *req, Kernel *k, Str secret, bool token);
/* Sets req->who from the session's secret. */
Rc auth_session(Req *req, Str secret);
Rc session_check_own(Req *req, const char *field, Str password, OwnPassword *out);
int64_t session_idle(const Kernel *k); /* ms without a request after which a session is over */

/* The answer of login and of GET /api/session (session_show.c). */
Rc session_write(Req *req, JsonOut *o, const char *csrf);
Rc session_phone(Req *req, Res *res);
Rc sessions_list_handler(Req *req, Res *res);
Rc sessions_end_handler(Req *req, Res *res);
Rc sessions_end_others_handler(Req *req, Res *res);
/* Ends all sessions of the account but the one of hash ("" for all). */
Rc sessions_end(Work *w, int64_t user, const char *except_hash);
