/* One delivery over its channel. A table says which function speaks for which kind. */
#include "notify_private.h"

typedef NotifyOutcome (*Speaker)(Arena *a, const Channel *c, const Delivery *d);

/* The address with its key put in. */
static Str with_key(Arena *a, Str text, Str key)
{
    StrBuf b;
    buf_init(&b, a);
    for (ptrdiff_t at; (at = str_find(text, STR("{key}"))) >= 0;) {
        buf_add(&b, str_n(text.p, (size_t)at));
        buf_add(&b, key);
        text = str_n(text.p + at + 5, text.n - (size_t)at - 5);
    }
    buf_add(&b, text);
    return buf_str(&b);
}

static Str words_of(Arena *a, const Delivery *d)
{
    return str_printf(a, "%.*s%s%.*s%s%.*s", STR_ARG(d->title), d->text.n ? "\n" : "", STR_ARG(d->text),
                      d->link.n ? "\n" : "", STR_ARG(d->link));
}

static NotifyOutcome by_mail(Arena *a, const Channel *c, const Delivery *d)
{
    (void)c;
    NotifyMail mail = {.to = str_z(a, d->target),
                       .subject = d->title,
                       .text = words_of(a, d),
                       .id = arena_printf(a, "%lld", (long long)d->id),
                       .t = d->t};
    return notify_mail(a, &mail);
}

static NotifyOutcome by_robot(Arena *a, NotifyRobot robot, const Channel *c, const Delivery *d)
{
    NotifyWords words = {.title = d->title, .text = d->text, .link = d->link, .t = d->t};
    NotifyPost post;
    Str answer;
    notify_robot(a, robot, with_key(a, c->url, c->key), c->secret, &words, &post);
    NotifyOutcome out = notify_post(a, &post, &answer);
    return notify_robot_answer(a, out, answer);
}
static NotifyOutcome by_wecom(Arena *a, const Channel *c, const Delivery *d)
{
    return by_robot(a, ROBOT_WECOM, c, d);
}
static NotifyOutcome by_dingtalk(Arena *a, const Channel *c, const Delivery *d)
{
    return by_robot(a, ROBOT_DINGTALK, c, d);
}
static NotifyOutcome by_feishu(Arena *a, const Channel *c, const Delivery *d)
{
    return by_robot(a, ROBOT_FEISHU, c, d);
}

/* "Name: value" as a header. */
static size_t own_header(Arena *a, const Channel *c, NotifyHeader *out)
{
    Str value = with_key(a, c->header, c->key), name = str_cut(&value, ':');
    if (!name.n) return 0;
    *out = (NotifyHeader){str_z(a, name), str_z(a, str_trim(value))};
    return 1;
}

static const char *content_type(Str code)
{
    if (str_is(code, "form")) return "application/x-www-form-urlencoded";
    return str_is(code, "plain") ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
}

/* Short: what happened and where; the record itself is read in the program. */
static NotifyOutcome by_sms(Arena *a, const Channel *c, const Delivery *d)
{
    NotifyHeader headers[1];
    Str answer;
    const char *type = content_type(c->content_type);
    NotifyPost post = {.url = str_z(a, with_key(a, c->url, c->key)),
                       .content_type = type,
                       .body = notify_fill(a, with_key(a, c->template, c->key), type, d->target, d->title),
                       .headers = headers,
                       .nheaders = own_header(a, c, headers)};
    NotifyOutcome out = notify_post(a, &post, &answer);
    return notify_expect(a, out, answer, c->expect);
}

/* The receiver checks the signature over time and body, minds the time, and drops an id it has seen. */
static NotifyOutcome by_webhook(Arena *a, const Channel *c, const Delivery *d)
{
    const char *time = arena_printf(a, "%lld", (long long)(d->t / 1000));
    NotifyHeader headers[5] = {{"X-Anlan-Event", str_z(a, d->event)},
                               {"X-Anlan-Delivery", arena_printf(a, "%lld", (long long)d->id)},
                               {"X-Anlan-Timestamp", time},
                               {"X-Anlan-Signature", notify_signature(a, c->secret, time, d->text)}};
    NotifyPost post = {.url = str_z(a, with_key(a, c->url, c->key)),
                       .content_type = "application/json",
                       .body = d->text,
                       .headers = headers,
                       .nheaders = 4 + own_header(a, c, &headers[4])};
    return notify_post(a, &post, NULL);
}

static const struct {
    const char *kind;
    Speaker fn;
} speakers[] = {{"mail", by_mail},         {"sms", by_sms},       {"wecom", by_wecom},
                {"dingtalk", by_dingtalk}, {"feishu", by_feishu}, {"webhook", by_webhook}};

NotifyOutcome delivery_send(Arena *a, const Channel *c, const Delivery *d)
{
    for (size_t i = 0; i < ARRAY_LEN(speakers); i++)
        if (str_is(c->kind, speakers[i].kind)) return speakers[i].fn(a, c, d);
    return (NotifyOutcome){NOTIFY_NEVER, 0, "the channel's kind is unknown"};
}
