/* May this request come in? The secret is found where the caller put it, its principal in memory (auth.c),
 * then the CSRF token, what the account has to do first, and the route's permission are looked at, in this
 * order. */
#include "access/access.h"
#include "base/clock.h"

/* ---- Where a secret stands in a request ---- */

static Str after_scheme(Str header, const char *scheme)
{
    Str rest = header, word = str_cut(&rest, ' ');
    return str_ieq(word, str_of(scheme)) ? str_trim(rest) : STR_NONE;
}

static Str basic_password(Req *req, Str encoded)
{
    Str plain;
    if (!encoded.n || !base64_parse(req->ctx.arena, encoded, &plain)) return STR_NONE;
    str_cut(&plain, ':');
    return plain;
}

/* The ways of InfluxDB 1 and 2 to send a token, and Basic for GDAL and Prometheus. */
static Str loose_token(Req *req, Str header)
{
    Str token = after_scheme(header, "Token");
    if (!token.n) token = basic_password(req, after_scheme(header, "Basic"));
    if (!token.n) token = req_query(req, "p");
    return token;
}

static Str request_token(Req *req)
{
    Str header = req_header(req, "Authorization");
    Str token = after_scheme(header, "Bearer");
    if (!token.n && (req->route->flags & ROUTE_WRITE_AUTH)) token = loose_token(req, header);
    return token;
}

const char *session_csrf(Arena *a, Str session)
{
    /* Made from the session's secret, so it needs no place at rest and ends with it. */
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "csrf:");
    buf_add(&b, session);
    return secret_hash(a, buf_str(&b));
}

static Rc check_csrf(Req *req, Str session)
{
    /* Also where machines write: a route without a token of its own for them (ROUTE_NO_CSRF) is open to pages
     * of other sites as soon as a browser's session opens it. */
    if (req->method == HTTP_GET) return 0;
    Str given = req_header(req, "X-CSRF-Token");
    const char *wanted = session_csrf(req->ctx.arena, session);
    if (given.n == strlen(wanted) && crypto_equal(given.p, wanted, given.n)) return 0;
    return FAIL(&req->ctx, RC_FORBIDDEN, "session.csrf", "缺少 X-CSRF-Token 或其值有误",
                "X-CSRF-Token is missing or wrong");
}

static Rc not_logged_in(Req *req)
{
    if (req->route->flags & ROUTE_WRITE_AUTH)
        res_header(req_res(req), "WWW-Authenticate", "Basic realm=\"anlan\", charset=\"UTF-8\"");
    return FAIL(&req->ctx, RC_UNAUTH, "session.required", "请先登录", "log in first");
}

/* Sets req->who, the anonymous one when nothing is sent or nothing fits. */
static Rc find_principal(Req *req, Kernel *k, Str *session)
{
    req->who = &k->anonymous;
    Str token = request_token(req);
    *session = STR_NONE;
    if (token.n) return auth_identify(req, k, token, true);
    Str cookie = req_cookie(req, "anlan_session");
    Rc rc = auth_identify(req, k, cookie, false);
    if (rc > 0) *session = cookie;
    return rc;
}

/* Who must change his password or set up a second factor first gets at nothing but his session. */
static Rc check_duties(Req *req)
{
    const PermSet *set = principal_set(req->who);
    if (!set->must_change && !set->must_enrol) return 0;
    if (str_starts(str_of(req->route->path), STR("/api/session"))) return 0;
    if (set->must_change)
        return FAIL(&req->ctx, RC_FORBIDDEN, "session.must_change", "请先修改口令",
                    "change the password first");
    return FAIL(&req->ctx, RC_FORBIDDEN, "session.must_enrol", "请先启用双因子认证",
                "set up the second factor first");
}

Rc kernel_authorise(void *kernel, Req *req)
{
    Kernel *k = kernel;
    Str session;
    Rc rc = find_principal(req, k, &session);
    if (!strcmp(req->route->perm, PERM_PUBLIC)) {
        ctx_clear(&req->ctx); /* whoever it is may come in, also while the database is away */
        return 0;
    }
    TRY(rc);
    if (req->who == &k->anonymous) return not_logged_in(req);
    if (session.n) TRY(check_csrf(req, session));
    TRY(check_duties(req));
    if (!strcmp(req->route->perm, PERM_SESSION)) return 0;
    return perm_need(&req->ctx, req->who, req->route->perm);
}

Kernel *req_kernel(const Req *req)
{
    return principal_set(req->who)->kernel;
}

Rc auth_session(Req *req, Str secret)
{
    Rc rc = auth_identify(req, req_kernel(req), secret, false);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL(&req->ctx, RC_UNAUTH, "session.required", "请先登录", "log in first");
}
