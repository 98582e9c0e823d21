/* Kinds of result. 0 is good, a negative value is a kind of failure; its detail travels in the Ctx (ctx.h).
 * One list maps a kind to its HTTP status, so that no layer keeps a second table. */
#pragma once

#define RC_LIST(X)                                                                                           \
    X(INVALID, 422)   /* readable, but a field breaks a rule: see the field list */                          \
    X(SYNTAX, 400)    /* not readable at all */                                                              \
    X(UNAUTH, 401)    /* nobody is logged in, or the token is wrong */                                       \
    X(FORBIDDEN, 403) /* somebody is, but lacks the permission */                                            \
    X(NOT_FOUND, 404) /* absent, or outside the caller's scope: the caller cannot tell which */              \
    X(METHOD, 405)    /* the path exists, the method does not */                                             \
    X(CONFLICT, 409)  /* duplicate key, or somebody was faster */                                            \
    X(STATE, 409)     /* the record's state does not allow the action */                                     \
    X(STALE, 412)     /* If-Match names an older version */                                                  \
    X(TOO_LARGE, 413) /* body, or the arena's budget */                                                      \
    X(MEDIA, 415)     /* content type or encoding is not understood */                                       \
    X(NO_MATCH, 428)  /* If-Match is required and missing */                                                 \
    X(LIMIT, 429)     /* this caller asks too much */                                                        \
    X(BUSY, 503)      /* the server is full; try again later */                                              \
    X(TIMEOUT, 504)                                                                                          \
    X(DB, 500)                                                                                               \
    X(IO, 500)                                                                                               \
    X(BUG, 500)

enum {
    RC_OK = 0,
    RC__START = -1000,
#define X(name, http) RC_##name,
    RC_LIST(X)
#undef X
        RC__END
};

/* 0, a positive answer a function documents, or a negative kind. */
typedef int Rc;

/* HTTP status of a kind; 200 for 0 and above. */
int rc_http(Rc rc);
/* "RC_STALE" and so on, for logs. Never NULL. */
const char *rc_name(Rc rc);

/* Pass a failure up untouched. */
#define TRY(expr)                                                                                            \
    do {                                                                                                     \
        Rc try_rc_ = (expr);                                                                                 \
        if (try_rc_ < 0) return try_rc_;                                                                     \
    } while (0)

/* For mistakes of the programmer, never for input: logs and aborts, in every build. */
#define ENSURE(cond) ((cond) ? (void)0 : ensure_failed(#cond, __FILE__, __LINE__))
_Noreturn void ensure_failed(const char *cond, const char *file, int line);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
