/* The gateway on the page and in the program: the client's doings become the state of the gateway, the
 * connection its peer. */
#include "gateway/link.h"
#include "gateway/mqtt_module.h"
#include <stdio.h>

static const LinkReason reasons[] = {
    {MQTT_REFUSED_TOPIC, T("主题未订阅或不可读", "topic not subscribed or not readable")},
    {MQTT_REFUSED_RETAINED,
     T("保留消息无时间，值的新旧不明", "retained, and without a time: nobody knows its age")},
    {MQTT_REFUSED_EMPTY, T("内容为空", "empty payload")},
    {MQTT_REFUSED_BATCH, T("批次无法读取", "the batch is not readable")},
    {MQTT_REFUSED_PARTS,
     T("批次中部分读数有误，其余已收", "some readings of the batch are faulty; the others were taken")},
    {REJECT_LIMIT, T("内容过长", "payload too long")},
    {REJECT_NUMBER, T("不是数值", "not a number")},
    {REJECT_TEXT, T("应为数值，却是文本", "a text where a number is due")},
    {REJECT_TIME, T("时间有误", "not a time, or out of range")},
    {REJECT_QUALITY, T("质量码须为 0、1 或 2", "the quality must be 0, 1 or 2")},
    {REJECT_SYNTAX, T("JSON 无法读取", "JSON that cannot be read")},
    {REJECT_UNKNOWN, T("含未知成员", "a member that does not exist")},
    {REJECT_REQUIRED, T("缺少数值 v", "the value v is missing")},
};

static const LinkProtocol protocol = {
    .name = "mqtt",
    .title = T("MQTT 3.1.1", "MQTT 3.1.1"),
    .peer_title = T("代理", "Broker"),
    .reasons = reasons,
    .nreasons = sizeof reasons / sizeof *reasons,
    .describe = mqtt_describe,
};

static struct {
    MqttOptions options;
    bool configured;
    LinkGateway *gateway;
    LinkPeer *peer; /* while connected; the client's thread */
    MqttClient *client;
    char address[300];
} self;

/* What waited in the session may come before the subscription is answered. */
static LinkPeer *peer(void)
{
    if (self.peer) return self.peer;
    self.peer = link_peer_open(self.gateway, self.address);
    link_peer_identity(self.peer, str_of(self.options.client_id));
    return self.peer;
}

static void on_up(void *ud)
{
    (void)ud;
    peer();
    link_gateway_state(self.gateway, LINK_ON, self.address, (Text)T("", ""));
}

static void on_down(void *ud, MqttFault why)
{
    (void)ud;
    if (self.peer) link_peer_close(&self.peer);
    if (why == MQTT_FINE) return; /* the program ends */
    link_gateway_state(self.gateway, LINK_FAULT, self.address, mqtt_fault_text(why));
}

static void on_frame(void *ud, Str frame, size_t readings)
{
    (void)ud;
    link_peer_frame(peer(), frame, readings);
}

static void on_refused(void *ud, Str frame, const char *code, Str detail)
{
    (void)ud;
    link_peer_refuse(peer(), frame, code, detail);
}

Rc gateway_mqtt_configure(Ctx *ctx, const MqttOptions *o)
{
    TRY(mqtt_options_check(ctx, o));
    self.options = *o;
    self.configured = true;
    return RC_OK;
}

static Rc start(Ctx *ctx, Kernel *k)
{
    self.gateway = link_gateway_new(k, &protocol);
    if (!self.configured || !*self.options.host) {
        link_gateway_state(self.gateway, LINK_OFF, "", (Text)T("", ""));
        return RC_OK;
    }
    const MqttOptions *o = &self.options;
    int port = o->port ? (int)o->port : o->tls ? 8883 : 1883;
    snprintf(self.address, sizeof self.address, "%s:%d%s", o->host, port, o->tls ? " TLS" : "");
    link_gateway_state(self.gateway, LINK_FAULT, self.address, (Text)T("正在连接", "connecting"));
    const MqttHooks hooks = {NULL, on_up, on_down, on_frame, on_refused};
    self.client = mqtt_client_start(o, link_intake(self.gateway), &hooks);
    if (!self.client)
        return FAIL(ctx, RC_IO, "mqtt.start", "MQTT 线程无法启动", "the MQTT thread does not start");
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    mqtt_client_stop(&self.client);
    link_gateway_free(&self.gateway);
}

const Module gateway_mqtt = {
    .name = "gateway_mqtt",
    .title = T("MQTT 接入", "Readings over MQTT"),
    .start = start,
    .stop = stop,
};
