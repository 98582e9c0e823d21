/* The only file that knows libcurl. One request, one handle, blocking, with a time limit. Addresses come from
 * people who administer the program, and are treated as input all the same: http and https only, no
 * redirects, no proxy from the environment, and the address that a name turned into is looked at when the
 * socket is made, so that a name cannot lead to this machine or to the link's own services unless that is
 * switched on. */
#include "notify/notify.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 << 10, WORDS_MAX = 300 };

static NotifyOptions options;
static Arena *kept; /* of the options' texts */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    ENSURE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

static const char *keep(const char *s)
{
    return arena_strdup(kept, s ? s : "");
}

static Rc check_options(Ctx *ctx, const NotifyOptions *o)
{
    static const char *const modes[] = {"starttls", "tls", "none"};
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) known |= o->smtp_tls && !strcmp(o->smtp_tls, modes[i]);
    if (!known)
        FAIL_FIELD(ctx, "mail.tls", "enum", 0, "须为 starttls、tls 或 none", "must be starttls, tls or none");
    bool on = o->smtp_host && *o->smtp_host;
    if (on && !notify_mail_address_ok(str_of(o->smtp_from)))
        FAIL_FIELD(ctx, "mail.from", "format", 0, "须为电子邮箱地址", "must be an e-mail address");
    return ctx->err.kind;
}

Rc notify_configure(Ctx *ctx, const NotifyOptions *o)
{
    TRY(check_options(ctx, o));
    pthread_once(&once, start_library);
    arena_free(&kept);
    kept = arena_new(0);
    options = *o;
    options.smtp_host = keep(o->smtp_host);
    options.smtp_tls = keep(o->smtp_tls);
    options.smtp_user = keep(o->smtp_user);
    options.smtp_password = keep(o->smtp_password);
    options.smtp_from = keep(o->smtp_from);
    options.cafile = keep(o->cafile);
    options.hosts = keep(o->hosts);
    options.base_url = keep(o->base_url);
    return 0;
}

const NotifyOptions *notify_options(void)
{
    return &options;
}

/* ---- Where a request may go ---- */

static bool v4_is_local(uint32_t a)
{
    return a >> 24 == 0 || a >> 24 == 127 || a >> 16 == 0xa9fe || a >> 28 >= 14;
}

static bool is_local(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, sa, sizeof v4);
        return v4_is_local(ntohl(v4.sin_addr.s_addr));
    }
    if (sa->sa_family != AF_INET6) return true;
    struct sockaddr_in6 v6;
    memcpy(&v6, sa, sizeof v6);
    const struct in6_addr *a = &v6.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a)) {
        uint32_t v4;
        memcpy(&v4, &a->s6_addr[12], sizeof v4);
        return v4_is_local(ntohl(v4));
    }
    return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LINKLOCAL(a) ||
           IN6_IS_ADDR_MULTICAST(a);
}

/* Called with the address that the name turned into. ud: a bool that is set when it is refused. */
static curl_socket_t open_socket(void *ud, curlsocktype purpose, struct curl_sockaddr *at)
{
    (void)purpose;
    bool *refused = ud;
    if (!options.allow_local && is_local(&at->addr)) {
        *refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

static Str host_of(Str url)
{
    Str rest = url;
    ptrdiff_t scheme = str_find(rest, STR("://"));
    if (scheme < 0) return STR_NONE;
    rest = str_n(rest.p + scheme + 3, rest.n - (size_t)scheme - 3);
    for (size_t i = 0; i < rest.n; i++)
        if (strchr("/?#", rest.p[i])) rest.n = i;
    for (size_t i = rest.n; i > 0; i--)
        if (rest.p[i - 1] == '@') return STR_NONE; /* a user in an address hides the host from a reader */
    if (rest.n && rest.p[0] == '[') return str_cut(&rest, ']');
    return str_cut(&rest, ':');
}

static bool host_named(Str host)
{
    Str list = str_of(options.hosts);
    if (!str_trim(list).n) return true;
    while (list.n) {
        Str pattern = str_cut(&list, ' ');
        if (pattern.n && str_glob(pattern, host)) return true;
    }
    return false;
}

const char *notify_url_fault(Str url)
{
    if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
        return "only http and https addresses are called";
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
            return "the address holds blanks or control characters";
    Str host = host_of(url);
    if (!host.n) return "the address has no plain host";
    return host_named(host) ? NULL : "the host is not among those that may be called";
}

/* ---- One request ---- */

typedef struct Answer {
    StrBuf text;
    bool over;
} Answer;

static size_t take_answer(char *p, size_t size, size_t n, void *ud)
{
    Answer *a = ud;
    size_t bytes = size * n, room = ANSWER_MAX - a->text.n;
    a->over |= bytes > room;
    buf_add(&a->text, str_n(p, bytes < room ? bytes : room));
    return a->over ? 0 : bytes;
}

static void common(CURL *c, bool *refused, char *words)
{
    long timeout = options.timeout_s ? (long)options.timeout_s : 10;
    words[0] = 0;
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, timeout);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, refused);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words);
    if (*options.cafile) curl_easy_setopt(c, CURLOPT_CAINFO, options.cafile);
}

static NotifyOutcome failed(Arena *a, CURLcode code, bool refused, const char *words)
{
    if (refused)
        return (NotifyOutcome){NOTIFY_NEVER, 0,
                               "the address is this machine's or the link's own, which is not allowed"};
    const char *said = *words ? words : curl_easy_strerror(code);
    bool never =
        code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_LOGIN_DENIED;
    return (NotifyOutcome){never ? NOTIFY_NEVER : NOTIFY_LATER, 0, arena_printf(a, "%.*s", WORDS_MAX, said)};
}

static NotifyOutcome by_status(Arena *a, long status)
{
    NotifyOutcome out = {.status = (int)status, .words = arena_printf(a, "HTTP %ld", status)};
    if (status >= 200 && status < 300) out.result = NOTIFY_DONE;
    else
        out.result =
            status >= 500 || status == 408 || status == 425 || status == 429 ? NOTIFY_LATER : NOTIFY_NEVER;
    return out;
}

static struct curl_slist *header_list(Arena *a, const NotifyPost *post)
{
    struct curl_slist *list =
        curl_slist_append(NULL, arena_printf(a, "Content-Type: %s", post->content_type));
    for (size_t i = 0; list && i < post->nheaders; i++)
        list =
            curl_slist_append(list, arena_printf(a, "%s: %s", post->headers[i].name, post->headers[i].value));
    list = list ? curl_slist_append(list, "Expect:") : NULL;
    ENSURE(list);
    return list;
}

NotifyOutcome notify_post(Arena *a, const NotifyPost *post, Str *answer)
{
    const char *fault = notify_url_fault(str_of(post->url));
    if (fault) return (NotifyOutcome){NOTIFY_NEVER, 0, fault};
    char words[CURL_ERROR_SIZE];
    bool refused = false;
    long status = 0;
    Answer got = {0};
    buf_init(&got.text, a);
    CURL *c = curl_easy_init();
    ENSURE(c);
    struct curl_slist *headers = header_list(a, post);
    common(c, &refused, words);
    curl_easy_setopt(c, CURLOPT_URL, post->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "anlan/" ANLAN_VERSION);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, post->body.n ? post->body.p : "");
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.n);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &got);
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
    if (answer) *answer = buf_str(&got.text);
    return code == CURLE_OK || got.over ? by_status(a, status) : failed(a, code, refused, words);
}

/* ---- Mail ---- */

static size_t give_mail(char *p, size_t size, size_t n, void *ud)
{
    Str *left = ud;
    size_t bytes = size * n < left->n ? size * n : left->n;
    if (bytes) memcpy(p, left->p, bytes);
    *left = str_n(left->p + bytes, left->n - bytes);
    return bytes;
}

static NotifyOutcome mail_answer(Arena *a, CURLcode code, long status, bool refused, const char *words)
{
    if (code == CURLE_OK)
        return (NotifyOutcome){NOTIFY_DONE, (int)status, arena_printf(a, "SMTP %ld", status)};
    NotifyOutcome out = failed(a, code, refused, words);
    out.status = (int)status;
    if (status >= 500 && status < 600) out.result = NOTIFY_NEVER; /* the server said no for good */
    return out;
}

NotifyOutcome notify_mail(Arena *a, const NotifyMail *mail)
{
    const char *host = options.smtp_host;
    if (!host || !*host) return (NotifyOutcome){NOTIFY_NEVER, 0, "no mail server is set"};
    if (!notify_mail_address_ok(str_of(mail->to)))
        return (NotifyOutcome){NOTIFY_NEVER, 0, "this is no e-mail address"};
    bool wrapped = !strcmp(options.smtp_tls, "tls"), start = !strcmp(options.smtp_tls, "starttls");
    char words[CURL_ERROR_SIZE];
    bool refused = false;
    long status = 0;
    Str text = notify_mail_text(a, mail, options.smtp_from);
    CURL *c = curl_easy_init();
    ENSURE(c);
    struct curl_slist *to = curl_slist_append(NULL, arena_printf(a, "<%s>", mail->to));
    ENSURE(to);
    common(c, &refused, words);
    /* The mail server is named by whoever runs the program: it may be this machine. */
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, NULL);
    curl_easy_setopt(
        c, CURLOPT_URL,
        arena_printf(a, "%s://%s:%lld", wrapped ? "smtps" : "smtp", host, (long long)options.smtp_port));
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, start || wrapped ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (*options.smtp_user) {
        curl_easy_setopt(c, CURLOPT_USERNAME, options.smtp_user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, options.smtp_password);
    }
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, arena_printf(a, "<%s>", options.smtp_from));
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give_mail);
    curl_easy_setopt(c, CURLOPT_READDATA, &text);
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(to);
    curl_easy_cleanup(c);
    return mail_answer(a, code, status, refused, words);
}
