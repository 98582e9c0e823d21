/* The table of slaves and the module. A new table is compared with the old one on the loop's thread: what did
 * not change goes on undisturbed. */
#include "slave.h"
#include <stdio.h>
#include <stdlib.h>

enum { TICK_MS = 20, REASONS_MAX = 32 };

static GatewayModbusOptions options;
static LinkReason reasons[REASONS_MAX];
static LinkProtocol protocol = {
    .name = "modbus",
    .title = T("Modbus TCP 轮询", "Modbus TCP polling"),
    .peer_title = T("从站", "Slave"),
    .reasons = reasons,
    .describe = modbus_describe,
};

static pthread_mutex_t started_lock = PTHREAD_MUTEX_INITIALIZER;
static Poll *started; /* NULL: not started, or not enabled */

void gateway_modbus_configure(const GatewayModbusOptions *opt)
{
    options = *opt;
}

ModbusDevice *modbus_device_new(void)
{
    Arena *a = arena_new(0);
    ModbusDevice *d = ARENA_NEW(a, ModbusDevice);
    d->arena = a;
    return d;
}

void modbus_device_free(ModbusDevice **d)
{
    if (!*d) return;
    Arena *a = (*d)->arena;
    *d = NULL;
    arena_free(&a);
}

/* ---- The table ---- */

static bool same_item(const ModbusItem *a, const ModbusItem *b)
{
    return str_eq(a->source, b->source) && a->point == b->point && a->function == b->function &&
           a->address == b->address && a->type == b->type && a->order == b->order && a->bit == b->bit &&
           !(a->scale < b->scale || a->scale > b->scale) && !(a->offset < b->offset || a->offset > b->offset);
}

static bool same_device(const ModbusDevice *a, const ModbusDevice *b)
{
    bool same = str_eq(a->code, b->code) && !strcmp(a->host, b->host) && a->port == b->port &&
                a->unit == b->unit && a->period_ms == b->period_ms && a->timeout_ms == b->timeout_ms &&
                a->gap == b->gap && a->nitems == b->nitems;
    for (size_t i = 0; same && i < a->nitems; i++) same = same_item(&a->items[i], &b->items[i]);
    return same;
}

/* The slave that already is what d says, taken off the list. */
static Slave *take_same(Poll *poll, const ModbusDevice *d)
{
    for (Slave **at = &poll->first; *at; at = &(*at)->next) {
        Slave *s = *at;
        if (!same_device(s->d, d)) continue;
        *at = s->next;
        return s;
    }
    return NULL;
}

Slave *poll_find(Poll *poll, uint64_t serial)
{
    Slave *s = poll->first;
    while (s && s->serial != serial) s = s->next;
    return s;
}

static void remove_all(Poll *poll)
{
    while (poll->first) {
        Slave *s = poll->first;
        poll->first = s->next;
        slave_remove(s);
    }
}

typedef struct Table {
    Poll *poll;
    ModbusDevice **devices;
    size_t n;
} Table;

static void table_apply(void *ud)
{
    Table *t = ud;
    Slave *list = NULL;
    for (size_t i = t->n; i-- > 0;) {
        Slave *s = take_same(t->poll, t->devices[i]);
        if (s) modbus_device_free(&t->devices[i]);
        else s = slave_new(t->poll, t->devices[i]);
        s->next = list;
        list = s;
    }
    remove_all(t->poll);
    t->poll->first = list;
}

void gateway_modbus_table(ModbusDevice **devices, size_t n)
{
    static const Text none = T("", "");
    char address[32];
    pthread_mutex_lock(&started_lock); /* tables take effect one after the other */
    if (started) {
        Table t = {started, devices, n};
        net_call(started->loop, table_apply, &t);
        snprintf(address, sizeof address, "TCP × %zu", n);
        link_gateway_state(started->g, LINK_ON, address, none);
    } else {
        for (size_t i = 0; i < n; i++) modbus_device_free(&devices[i]);
    }
    pthread_mutex_unlock(&started_lock);
}

/* ---- Start and stop ---- */

static LinkGateway *off; /* not enabled: the page says so */

static void tick(void *ud)
{
    Poll *poll = ud;
    int64_t now = poll_now();
    for (Slave *s = poll->first; s; s = s->next) slave_tick(s, now);
}

static void begin(void *ud)
{
    Poll *poll = ud;
    poll->tick = net_timer_start(poll->loop, TICK_MS, tick, poll);
}

static void end(void *ud)
{
    Poll *poll = ud;
    net_timer_stop(&poll->tick);
    remove_all(poll);
}

static void nothing(void *ud)
{
    (void)ud;
}

static LinkGateway *new_gateway(Kernel *k)
{
    ENSURE(modbus_nreasons <= REASONS_MAX);
    for (size_t i = 0; i < modbus_nreasons; i++)
        reasons[i] = (LinkReason){modbus_reasons[i].code, modbus_reasons[i].text};
    protocol.nreasons = modbus_nreasons;
    return link_gateway_new(k, &protocol);
}

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx;
    LinkGateway *g = new_gateway(k);
    if (!options.enabled) {
        off = g;
        return RC_OK;
    }
    Poll *poll = calloc(1, sizeof *poll);
    ENSURE(poll);
    poll->g = g;
    poll->loop = kernel_service(k, "net");
    pthread_mutex_init(&poll->lock, NULL);
    pthread_cond_init(&poll->idle, NULL);
    net_call(poll->loop, begin, poll);
    pthread_mutex_lock(&started_lock);
    started = poll;
    pthread_mutex_unlock(&started_lock);
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    pthread_mutex_lock(&started_lock);
    Poll *poll = started;
    started = NULL;
    pthread_mutex_unlock(&started_lock);
    link_gateway_free(&off);
    if (!poll) return;
    net_call(poll->loop, end, poll);
    net_call(poll->loop, nothing, NULL); /* behind the ends of the connections */
    pthread_mutex_lock(&poll->lock);
    while (poll->under_way) pthread_cond_wait(&poll->idle, &poll->lock);
    pthread_mutex_unlock(&poll->lock);
    link_gateway_free(&poll->g);
    pthread_cond_destroy(&poll->idle);
    pthread_mutex_destroy(&poll->lock);
    free(poll);
}

const Module gateway_modbus = {
    .name = "gateway_modbus",
    .title = T("Modbus TCP 轮询", "Modbus TCP polling"),
    .start = start,
    .stop = stop,
};
