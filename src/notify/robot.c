/* The dialects of robots and SMS gateways: how words become a request and what an answer means. Pure. A robot
 * answers 200 to everything and says in its body whether it took the message, so a body that says nothing
 * known is no success. */
#include "base/crypto.h"
#include "base/json.h"
#include "base/num.h"
#include "notify/notify.h"

static void url_encode(StrBuf *b, Str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr("-_.~", c));
        if (plain) {
            buf_addc(b, (char)c);
            continue;
        }
        buf_addc(b, '%');
        buf_addc(b, hex[c >> 4]);
        buf_addc(b, hex[c & 15]);
    }
}

static Str hmac(Arena *a, Str key, Str data)
{
    unsigned char *mac = arena_alloc(a, SHA256_BYTES);
    crypto_hmac_sha256(key, data, mac);
    return str_n((const char *)mac, SHA256_BYTES);
}

const char *notify_signature(Arena *a, Str secret, const char *time, Str body)
{
    Str mac = hmac(a, secret, str_printf(a, "%s.%.*s", time, STR_ARG(body)));
    return arena_printf(a, "sha256=%s", hex_print(a, mac.p, mac.n));
}

static Str plain_words(Arena *a, const NotifyWords *w)
{
    return str_printf(a, "%.*s%s%.*s%s%.*s", STR_ARG(w->title), w->text.n ? "\n" : "", STR_ARG(w->text),
                      w->link.n ? "\n" : "", STR_ARG(w->link));
}

/* {"<kind>":"text","text":{"content":…}}: WeCom and DingTalk. */
static void write_text(JsonOut *o, Str words)
{
    jout_open(o);
    jout_kz(o, "msgtype", "text");
    jout_key(o, "text");
    jout_open(o);
    jout_ks(o, "content", words);
    jout_close(o);
    jout_close(o);
}

/* DingTalk signs "time\nsecret" with the secret as key; the sign goes into the address. */
static const char *dingtalk_url(Arena *a, Str url, Str secret, int64_t t)
{
    if (!secret.n) return str_z(a, url);
    Str mac = hmac(a, secret, str_printf(a, "%lld\n%.*s", (long long)t, STR_ARG(secret)));
    StrBuf b;
    buf_init(&b, a);
    buf_add(&b, url);
    buf_printf(&b, "%ctimestamp=%lld&sign=", memchr(url.p, '?', url.n) ? '&' : '?', (long long)t);
    url_encode(&b, base64_print(a, mac.p, mac.n));
    return str_z(a, buf_str(&b));
}

/* Feishu's key is "seconds\nsecret" and it signs nothing. */
static void write_feishu(Arena *a, JsonOut *o, Str secret, const NotifyWords *w)
{
    jout_open(o);
    if (secret.n) {
        const char *seconds = arena_printf(a, "%lld", (long long)(w->t / 1000));
        Str mac = hmac(a, str_printf(a, "%s\n%.*s", seconds, STR_ARG(secret)), STR(""));
        jout_kz(o, "timestamp", seconds);
        jout_ks(o, "sign", base64_print(a, mac.p, mac.n));
    }
    jout_kz(o, "msg_type", "text");
    jout_key(o, "content");
    jout_open(o);
    jout_ks(o, "text", plain_words(a, w));
    jout_close(o);
    jout_close(o);
}

void notify_robot(Arena *a, NotifyRobot robot, Str url, Str secret, const NotifyWords *words, NotifyPost *out)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    *out = (NotifyPost){.url = str_z(a, url), .content_type = "application/json; charset=utf-8"};
    if (robot == ROBOT_FEISHU) write_feishu(a, &o, secret, words);
    else write_text(&o, plain_words(a, words));
    if (robot == ROBOT_DINGTALK) out->url = dingtalk_url(a, url, secret, words->t);
    out->body = buf_str(&b);
}

NotifyOutcome notify_robot_answer(Arena *a, NotifyOutcome sent, Str answer)
{
    static const char *const codes[] = {"errcode", "code", "StatusCode"};
    Ctx scratch;
    const Json *j = NULL;
    int64_t code = 0;
    if (sent.result != NOTIFY_DONE) return sent;
    ctx_init(&scratch, a, LANG_EN);
    if (json_parse(&scratch, answer, &j) < 0) j = NULL;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (!json_i64(json_get(j, codes[i]), &code)) continue;
        if (code == 0) return sent;
        Str why = json_str(json_get(j, "errmsg"));
        if (!why.n) why = json_str(json_get(j, "msg"));
        /* 45009 (WeCom), 130101 and 660026 (DingTalk), 11232 (Feishu): too many for now. */
        bool busy = code == 45009 || code == 130101 || code == 660026 || code == 11232 || code == -1;
        sent.result = busy ? NOTIFY_LATER : NOTIFY_NEVER;
        sent.words = arena_printf(a, "the robot refused: %lld %.*s", (long long)code,
                                  (int)(why.n < 200 ? why.n : 200), why.p ? why.p : "");
        return sent;
    }
    sent.result = NOTIFY_LATER;
    sent.words = "the answer is not a robot's";
    return sent;
}

/* ---- SMS ---- */

typedef enum { FILL_PLAIN, FILL_JSON, FILL_FORM } FillKind;

static void fill_in(StrBuf *b, FillKind kind, Str value)
{
    if (kind == FILL_PLAIN) buf_add(b, value);
    if (kind == FILL_FORM) url_encode(b, value);
    if (kind != FILL_JSON) return;
    StrBuf quoted;
    JsonOut o;
    buf_init(&quoted, b->arena);
    jout_init(&o, &quoted);
    jout_str(&o, value);
    buf_add(b, str_n(quoted.p + 1, quoted.n - 2)); /* the template has the quotes */
}

Str notify_fill(Arena *a, Str template, const char *content_type, Str phone, Str text)
{
    FillKind kind = strstr(content_type, "json")   ? FILL_JSON
                    : strstr(content_type, "form") ? FILL_FORM
                                                   : FILL_PLAIN;
    StrBuf b;
    buf_init(&b, a);
    while (template.n) {
        bool is_phone = str_starts(template, STR("{phone}")), is_text = str_starts(template, STR("{text}"));
        size_t n = is_phone ? 7 : is_text ? 6 : 1;
        if (is_phone) fill_in(&b, kind, phone);
        else if (is_text) fill_in(&b, kind, text);
        else buf_addc(&b, template.p[0]);
        template = str_n(template.p + n, template.n - n);
    }
    return buf_str(&b);
}

NotifyOutcome notify_expect(Arena *a, NotifyOutcome sent, Str answer, Str expect)
{
    if (sent.result != NOTIFY_DONE || !expect.n || str_find(answer, expect) >= 0) return sent;
    sent.result = NOTIFY_NEVER;
    size_t n = answer.n < 200 ? answer.n : 200;
    sent.words = arena_printf(a, "the gateway's answer lacks what was expected: %.*s", (int)n,
                              answer.p && str_utf8_ok(answer) ? answer.p : "");
    return sent;
}
