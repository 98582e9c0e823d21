/* The protocols of this program, their state and figures, and the module that owns the loop. The list of
 * gateways has a lock of its own above those of the gateways. */
#include "link_private.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

static struct {
    pthread_mutex_t lock;
    LinkGateway *first;
    NetLoop *loop;
    NetTimer *tick;
} links = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Reasons of every protocol: what the layers below a codec say. */
static const LinkReason common_reasons[] = {
    {"store", T("未能保存，未应答", "not stored, not acknowledged")},
    {"overflow", T("报文过长，连接已断开", "frame too long, disconnected")},
    {REJECT_SYNTAX, T("无法解析", "not readable")},
    {REJECT_NUMBER, T("不是数字", "not a number")},
    {REJECT_TEXT, T("应为数字，实为文本", "a text where a number is due")},
    {REJECT_TIME, T("时间无效或超出范围", "not a time, or out of range")},
    {REJECT_QUALITY, T("质量标志无效", "unknown quality")},
    {REJECT_LIMIT, T("过长或过多", "too long or too many")},
    {REJECT_REQUIRED, T("缺少必填项", "missing")},
    {REJECT_UNKNOWN, T("未知的项目", "unknown")},
    {REJECT_REPEATED, T("重复", "given twice")},
};

LinkGateway *links_lock(void)
{
    pthread_mutex_lock(&links.lock);
    return links.first;
}

void links_unlock(void)
{
    pthread_mutex_unlock(&links.lock);
}

static const LinkReason *find_reason(const LinkReason *reasons, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(reasons[i].code, code)) return &reasons[i];
    return NULL;
}

const LinkReason *link_reason(const LinkProtocol *p, const char *code)
{
    const LinkReason *own = find_reason(p->reasons, p->nreasons, code);
    return own ? own : find_reason(common_reasons, ARRAY_LEN(common_reasons), code);
}

/* ---- A gateway ---- */

static Metric *metric_for(const char *figure, const char *help, const char *gateway, bool counter)
{
    char name[128];
    snprintf(name, sizeof name, "anlan_gateway_%s{gateway=\"%s\"}", figure, gateway);
    return counter ? metric_counter(name, help) : metric_gauge(name, help);
}

LinkGateway *link_gateway_new(Kernel *k, const LinkProtocol *p)
{
    LinkGateway *g = calloc(1, sizeof *g);
    ENSURE(g);
    g->kernel = k;
    g->intake = kernel_service(k, "intake");
    g->loop = kernel_service(k, "net");
    g->protocol = p;
    g->last_at = TIME_NONE;
    g->parked_end = &g->parked;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->idle, NULL);
    g->m_frames = metric_for("frames_total", "Frames taken from devices.", p->name, true);
    g->m_refused = metric_for("refused_total", "Frames, or parts of them, refused.", p->name, true);
    g->m_readings = metric_for("readings_total", "Readings in frames of devices.", p->name, true);
    g->m_peers = metric_for("peers", "Devices connected.", p->name, false);
    LinkGateway **at = &links.first;
    links_lock();
    while (*at) at = &(*at)->next;
    *at = g;
    links_unlock();
    return g;
}

void link_gateway_free(LinkGateway **gateway)
{
    LinkGateway *g = *gateway;
    if (!g) return;
    *gateway = NULL;
    ENSURE(!g->open && !g->listener && !g->under_way);
    LinkGateway **at = &links.first;
    links_lock();
    while (*at != g) at = &(*at)->next;
    *at = g->next;
    links_unlock();
    peers_free(g);
    spread_free(&g->spread);
    free(g->address);
    free(g->fault_zh);
    free(g->fault_en);
    pthread_cond_destroy(&g->idle);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

static void replace(char **text, const char *with)
{
    char *copy = with && *with ? strdup(with) : NULL;
    free(*text);
    *text = copy;
}

void link_gateway_state(LinkGateway *g, LinkState s, const char *address, Text fault)
{
    pthread_mutex_lock(&g->lock);
    bool news = g->state != s;
    g->state = s;
    replace(&g->address, address);
    replace(&g->fault_zh, fault.zh);
    replace(&g->fault_en, fault.en);
    pthread_mutex_unlock(&g->lock);
    if (!news) return;
    static const char *const names[] = {"off", "on", "fault"};
    LOG(s == LINK_FAULT ? LOG_WARN : LOG_INFO, "gateway", "state", LOG_Z("gateway", g->protocol->name),
        LOG_Z("state", names[s]), LOG_Z("address", address ? address : ""),
        LOG_Z("why", fault.en ? fault.en : ""));
}

Intake *link_intake(LinkGateway *g)
{
    return g->intake;
}

Kernel *link_kernel(LinkGateway *g)
{
    return g->kernel;
}

int link_port_by_name(const char *protocol)
{
    LinkGateway *g = links_lock();
    while (g && strcmp(g->protocol->name, protocol) != 0) g = g->next;
    int port = g ? link_port(g) : 0;
    links_unlock();
    return port;
}

/* ---- Every second: the rate, the metrics, who is gone for a day ---- */

static void tick_gateway(LinkGateway *g, int64_t now)
{
    pthread_mutex_lock(&g->lock);
    double new_frames = (double)(g->frames - g->rate_frames);
    g->rate_frames = g->frames;
    g->rate += (new_frames * 1000 / TICK_MS - g->rate) / 5;
    if (g->rate < 0.005) g->rate = 0;
    gone_expire(g, now);
    metric_set(g->m_frames, (double)g->frames);
    metric_set(g->m_refused, (double)g->refused_ever);
    metric_set(g->m_readings, (double)g->readings);
    metric_set(g->m_peers, (double)g->nopen);
    pthread_mutex_unlock(&g->lock);
}

static void tick(void *ud)
{
    (void)ud;
    int64_t now = clock_now();
    for (LinkGateway *g = links_lock(); g; g = g->next) tick_gateway(g, now);
    links_unlock();
}

static void start_tick(void *ud)
{
    (void)ud;
    links.tick = net_timer_start(links.loop, TICK_MS, tick, NULL);
}

static Rc start(Ctx *ctx, Kernel *k)
{
    TRY(net_loop_start(ctx, "links", &links.loop));
    kernel_provide(k, "net", links.loop);
    net_call(links.loop, start_tick, NULL);
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    net_loop_stop(&links.loop);
    links.tick = NULL; /* went with the loop */
}

static const Route routes[] = {
    {HTTP_GET, "/api/gateways", "gateway.read", handle_gateways, NULL, 0, 0,
     T("设备接入状态", "Gateways of devices")},
    {HTTP_GET, "/api/gateways/{name}", "gateway.read", handle_gateway, NULL, 0, 0,
     T("一种设备接入：连接、最近报文、被拒报文",
       "One gateway: who is connected, last frames, refused frames")},
};

static const Perm perms[] = {
    {"gateway.read", T("查看设备接入", "See the gateways of devices"), "watch office system"},
};

const Module gateway_link = {
    .name = "gateway_link",
    .title = T("设备接入", "Device links"),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = stop,
};
