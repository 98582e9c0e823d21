/* Telling the world outside: mail by SMTP, robots of group chats, SMS gateways, signed webhooks. Formatting
 * is pure; sending is one blocking call each, for a thread that holds no transaction. */
#pragma once
#include "base/ctx.h"

typedef struct NotifyOptions {
    const char *smtp_host; /* empty: no mail */
    int64_t smtp_port;
    const char *smtp_tls; /* "starttls", "tls" or "none" */
    const char *smtp_user, *smtp_password;
    const char *smtp_from; /* "anlan@example.org" */
    const char *cafile;    /* authorities for TLS; empty: the system's */
    const char *hosts;     /* hosts that may be called, space separated, "*.example.org"; empty: any */
    bool allow_local;      /* loopback and link-local addresses may be called */
    int64_t timeout_s;
    const char *base_url; /* of our own pages, for links in messages; empty: none */
} NotifyOptions;

/* Checks and keeps a copy; before the first send. RC_INVALID names the setting. */
Rc notify_configure(Ctx *ctx, const NotifyOptions *opt);
const NotifyOptions *notify_options(void);

typedef enum {
    NOTIFY_DONE,  /* the other side took it */
    NOTIFY_LATER, /* down, slow, 5xx, 429: try again */
    NOTIFY_NEVER  /* refused for good: 4xx, a forbidden address, an answer that says no */
} NotifyResult;

/* What became of a send; the words are for the operator, in English, at most 300 bytes. */
typedef struct NotifyOutcome {
    NotifyResult result;
    int status; /* HTTP or SMTP; 0: none */
    const char *words;
} NotifyOutcome;

typedef struct NotifyHeader {
    const char *name, *value;
} NotifyHeader;
typedef struct NotifyPost {
    const char *url;
    const char *content_type;
    Str body;
    const NotifyHeader *headers;
    size_t nheaders;
} NotifyPost;
/* POST; no redirects, no proxy, 64 KiB of answer at most. *answer (may be NULL): the body. Words and answer
 * live in the arena. */
NotifyOutcome notify_post(Arena *a, const NotifyPost *post, Str *answer);
/* Is it an http(s) address that the settings allow by name? The address behind the name is looked at again
 * when the connection is made. NULL, or why not. */
const char *notify_url_fault(Str url);

typedef struct NotifyMail {
    const char *to;
    Str subject, text;
    const char *id; /* of the Message-ID: the same again when a send is repeated */
    int64_t t;
} NotifyMail;
NotifyOutcome notify_mail(Arena *a, const NotifyMail *mail);
/* The message as it goes over the wire: every line ending CRLF, headers encoded, body in base64. */
Str notify_mail_text(Arena *a, const NotifyMail *mail, const char *from);
bool notify_mail_address_ok(Str address);

/* ---- Robots of group chats ---- */

/* What is told. */
typedef struct NotifyWords {
    Str title, text;
    Str link; /* may be empty */
    int64_t t;
} NotifyWords;
typedef enum { ROBOT_WECOM, ROBOT_DINGTALK, ROBOT_FEISHU } NotifyRobot;
/* Address and body for the robot; secret empty: unsigned. */
void notify_robot(Arena *a, NotifyRobot robot, Str url, Str secret, const NotifyWords *words,
                  NotifyPost *out);
/* Robots answer 200 and say in the body whether they took it. */
NotifyOutcome notify_robot_answer(Arena *a, NotifyOutcome sent, Str answer);

/* ---- SMS gateways ---- */

/* Fills {phone} and {text} of a template into a body of the content type: JSON strings, form values or plain.
 */
Str notify_fill(Arena *a, Str template, const char *content_type, Str phone, Str text);
/* The gateway took it when its answer holds `expect` (empty: when the status is 2xx). */
NotifyOutcome notify_expect(Arena *a, NotifyOutcome sent, Str answer, Str expect);

/* ---- Webhooks ---- */

/* "sha256=" and the hex of HMAC-SHA256(secret, time ‖ "." ‖ body); time: decimal seconds. */
const char *notify_signature(Arena *a, Str secret, const char *time, Str body);
