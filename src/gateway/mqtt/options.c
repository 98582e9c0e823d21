/* The settings of the client: checked before it starts, copied for its thread. */
#include "client.h"

static const Text faults[MQTT_FAULTS] = {
    [MQTT_FINE] = T("", ""),
    [MQTT_NO_NAME] = T("主机名无法解析", "the host name is not found"),
    [MQTT_NO_ANSWER] = T("代理无应答", "the broker does not answer"),
    [MQTT_TLS_FAILED] = T("TLS 失败：证书、私钥或握手", "TLS failed: certificate, key or handshake"),
    [MQTT_REFUSED_ID] = T("代理拒绝客户端标识", "the broker refuses the client identifier"),
    [MQTT_UNAVAILABLE] = T("代理暂不可用", "the broker is not available"),
    [MQTT_REFUSED_LOGIN] = T("代理拒绝用户名或口令", "the broker refuses the user or password"),
    [MQTT_REFUSED_SUBSCRIPTION] = T("代理拒绝订阅", "the broker refuses a subscription"),
    [MQTT_NOT_MQTT] = T("对方不遵守 MQTT 3.1.1", "the other side does not speak MQTT 3.1.1"),
    [MQTT_LOST] = T("连接中断", "the connection broke"),
    [MQTT_DISK] = T("磁盘拒绝写入，未确认的消息将由代理重发",
                    "the disk refuses; the broker will repeat what was not acknowledged"),
};

Text mqtt_fault_text(MqttFault f)
{
    ENSURE(f < MQTT_FAULTS);
    return faults[f];
}

static bool is_blank(char c)
{
    return c == ',' || c == ' ' || c == '\t';
}

/* The next filter of the list, which is cut off; empty at the end. */
static Str next_filter(Str *list)
{
    while (list->n && is_blank(*list->p)) *list = str_n(list->p + 1, list->n - 1);
    size_t n = 0;
    while (n < list->n && !is_blank(list->p[n])) n++;
    Str out = str_n(list->p, n);
    *list = str_n(list->p + n, list->n - n);
    return out;
}

static Rc check_topics(Ctx *ctx, Str list)
{
    size_t n = 0;
    for (Str f = next_filter(&list); f.n; f = next_filter(&list)) {
        if (!mqtt_filter_ok(f))
            return FAIL_FIELD(ctx, "mqtt.topics", "syntax", 0, "“%.*s”不是主题过滤器",
                              "\"%.*s\" is not a topic filter", STR_ARG(f));
        if (++n > MQTT_FILTERS_MAX)
            return FAIL_FIELD(ctx, "mqtt.topics", "limit", 0, "最多 %d 个", "at most %d", MQTT_FILTERS_MAX);
    }
    return RC_OK;
}

Rc mqtt_options_check(Ctx *ctx, const MqttOptions *o)
{
    if (!*o->host) return RC_OK;
    size_t id = strlen(o->client_id);
    if (!id || id > MQTT_CLIENT_ID_MAX || !str_utf8_ok(str_of(o->client_id)))
        return FAIL_FIELD(ctx, "mqtt.client_id", "length", 0, "须有 1～%d 字节", "must have 1 to %d bytes",
                          MQTT_CLIENT_ID_MAX);
    if (!mqtt_topic_ok(str_of(o->prefix)) || !mqtt_filter_ok(str_of(o->prefix)) ||
        str_ends(str_of(o->prefix), STR("/")))
        return FAIL_FIELD(ctx, "mqtt.prefix", "syntax", 0, "须为不含通配符的主题，不以 / 结尾",
                          "must be a topic without wildcards that does not end with /");
    if (!*o->cert != !*o->key)
        return FAIL_FIELD(ctx, "mqtt.key", "required", 0, "证书与私钥须同时给出",
                          "certificate and key go together");
    if (*o->password && !*o->user)
        return FAIL_FIELD(ctx, "mqtt.user", "required", 0, "有口令而无用户名", "a password without a user");
    return check_topics(ctx, str_of(o->topics));
}

static const char *copy(Arena *a, const char *s)
{
    return arena_strdup(a, s ? s : "");
}

MqttSettings *mqtt_settings(Arena *a, const MqttOptions *o)
{
    MqttSettings *s = ARENA_NEW(a, MqttSettings);
    s->o = *o;
    s->o.host = copy(a, o->host);
    s->o.client_id = copy(a, o->client_id);
    s->o.user = copy(a, o->user);
    s->o.password = copy(a, o->password);
    s->o.prefix = copy(a, o->prefix);
    s->o.topics = copy(a, o->topics);
    s->o.cafile = copy(a, o->cafile);
    s->o.cert = copy(a, o->cert);
    s->o.key = copy(a, o->key);
    s->filters[s->nfilters++] = arena_printf(a, "%s/#", o->prefix);
    Str list = str_of(s->o.topics);
    for (Str f = next_filter(&list); f.n && s->topics.nothers < MQTT_FILTERS_MAX; f = next_filter(&list)) {
        s->others[s->topics.nothers++] = f;
        s->filters[s->nfilters++] = str_z(a, f);
    }
    s->topics.prefix = str_of(s->o.prefix);
    s->topics.others = s->others;
    s->topics.payload_max = (size_t)o->payload_max;
    return s;
}
