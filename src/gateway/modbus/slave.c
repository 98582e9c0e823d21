/* One slave: connect, ask block after block, wait, begin again when the period is over. One request is in
 * flight. A reply that does not come in time is counted; three in a row end the connection, and the next
 * attempt comes after a pause that doubles up to a minute. A late reply is recognised by its transaction and
 * not taken for the current one. */
#include "slave.h"
#include "base/clock.h"
#include "base/strmap.h"
#include <stdio.h>
#include <stdlib.h>

enum { REST_MS = 60000, BACKOFF_FIRST = 500, BACKOFF_MOST = 60000, SILENT_MOST = 3 };

int64_t poll_now(void)
{
    return clock_mono_us() / 1000;
}

static void slave_free(Slave *s)
{
    batch_free(&s->parked);
    modbus_device_free(&s->d);
    free(s);
}

Slave *slave_new(Poll *poll, ModbusDevice *d)
{
    Slave *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->poll = poll;
    s->d = d;
    s->serial = ++poll->next_serial;
    s->backoff_ms = BACKOFF_FIRST;
    s->due = poll_now();
    modbus_plan(d->arena, d->items, d->nitems, d->gap, &s->plan);
    return s;
}

/* "FC3 40+10": which block it is about. */
static void refuse(Slave *s, Str frame, const char *code)
{
    char detail[40];
    const ModbusBlock *b = &s->plan.blocks[s->block];
    int n = snprintf(detail, sizeof detail, "FC%u %u+%u", b->function, b->address, b->count);
    link_peer_refuse(s->peer, frame, code, str_n(detail, (size_t)n));
}

/* ---- Asking ---- */

static void ask(Slave *s)
{
    modbus_request(++s->transaction, s->d->unit, &s->plan.blocks[s->block], s->request);
    s->state = SLAVE_WAITING;
    s->sent_at = poll_now();
    net_write(s->conn, str_n((const char *)s->request, sizeof s->request));
}

/* Asks the next block that does not rest, from s->block on; none: the round is over. */
static void ask_next(Slave *s)
{
    int64_t now = poll_now();
    s->state = SLAVE_READY;
    while (s->block < s->plan.nblocks && s->plan.blocks[s->block].rest_until > now) s->block++;
    if (s->block < s->plan.nblocks) {
        if (!s->parked) ask(s);
        return;
    }
    s->block = 0;
    s->due += s->d->period_ms;
    if (s->due < now) s->due = now; /* a slave slower than its period */
}

/* The block is dealt with. */
static void go_on(Slave *s)
{
    s->block++;
    ask_next(s);
}

/* ---- Answers ---- */

static void take_values(Slave *s, Str frame, Str data)
{
    const ModbusBlock *b = &s->plan.blocks[s->block];
    char name[SOURCE_KEY_MAX];
    int n = snprintf(name, sizeof name, "modbus %.*s", STR_ARG(s->d->code));
    Batch *batch = batch_new(link_intake(s->poll->g), hash_bytes(name, (size_t)n), clock_now());
    BatchSink to = {.batch = batch,
                    .sender = str_printf(batch->arena, "%.*s %s", STR_ARG(s->d->code), s->d->host)};
    ReadingSink sink = batch_sink(&to);
    size_t readings = modbus_decode(&s->plan, b, data, &sink);
    link_peer_frame(s->peer, frame, readings);
    slave_submit(s, batch);
}

/* Exceptions 2 and 3 may concern one item of the block only: it is asked in halves from now on. A single item
 * that is refused rests for a minute. */
static bool split_after(Slave *s, const char *why)
{
    if (strcmp(why, "illegal_address") != 0 && strcmp(why, "illegal_value") != 0) return false;
    if (modbus_split(&s->plan, s->block)) return true;
    s->plan.blocks[s->block].rest_until = poll_now() + REST_MS;
    return false;
}

static void take_reply(Slave *s, Str frame)
{
    Str data;
    if (s->state != SLAVE_WAITING) {
        refuse(s, frame, "transaction");
        return;
    }
    const char *why = modbus_check_reply(frame, s->transaction, s->d->unit, &s->plan.blocks[s->block], &data);
    if (why) refuse(s, frame, why);
    if (why && !strcmp(why, "transaction")) return;
    s->silent = 0;
    s->backoff_ms = BACKOFF_FIRST;
    if (!why) take_values(s, frame, data);
    if (why && split_after(s, why)) ask(s);
    else go_on(s);
}

/* Nothing is asked until it is closed. */
static void hang_up(Slave *s, const char *why)
{
    s->state = SLAVE_REST;
    s->retry_at = INT64_MAX;
    net_close(s->conn, why);
}

static size_t on_data(void *state, NetConn *c, Str bytes)
{
    (void)c;
    Slave *s = state;
    const char *code;
    long n = modbus_cut(bytes, &code);
    if (n > 0) {
        take_reply(s, str_n(bytes.p, (size_t)n));
        return (size_t)n;
    }
    if (n == 0) return 0;
    refuse(s, bytes, code);
    hang_up(s, "protocol");
    return bytes.n;
}

/* ---- The connection ---- */

static void *on_opened(void *ud, NetConn *c)
{
    Slave *s = ud;
    if (s->removed) {
        slave_free(s);
        return NULL;
    }
    char address[300];
    snprintf(address, sizeof address, "%s:%d", s->d->host, s->d->port);
    s->conn = c;
    s->peer = link_peer_open(s->poll->g, address);
    link_peer_identity(s->peer, s->d->code);
    s->state = SLAVE_READY;
    s->silent = 0;
    s->block = 0;
    s->due = poll_now();
    return s;
}

static void pause_before_next(Slave *s)
{
    s->state = SLAVE_REST;
    s->retry_at = poll_now() + s->backoff_ms;
    s->backoff_ms = s->backoff_ms * 2 < BACKOFF_MOST ? s->backoff_ms * 2 : BACKOFF_MOST;
}

static void on_closed(void *state, NetConn *c, const char *why)
{
    (void)c;
    Slave *s = state;
    s->conn = NULL;
    bool ours = !strcmp(why, "removed") || !strcmp(why, "stop") || !strcmp(why, "protocol") ||
                !strcmp(why, "timeout");
    if (!ours) link_peer_refuse(s->peer, STR_NONE, "lost", str_of(why));
    link_peer_close(&s->peer);
    if (s->removed) slave_free(s);
    else pause_before_next(s);
}

static void on_failed(void *ud, const char *why)
{
    Slave *s = ud;
    if (s->removed) {
        slave_free(s);
        return;
    }
    char address[300];
    snprintf(address, sizeof address, "%s:%d", s->d->host, s->d->port);
    LinkPeer *p = link_peer_open(s->poll->g, address);
    link_peer_identity(p, s->d->code);
    link_peer_refuse(p, STR_NONE, "connect", str_of(why));
    link_peer_close(&p);
    pause_before_next(s);
}

static void dial(Slave *s)
{
    NetOptions opt = {.handler = {on_opened, on_data, on_closed}, .ud = s, .input_max = MODBUS_FRAME_MAX};
    s->state = SLAVE_CONNECTING;
    net_connect(s->poll->loop, s->d->host, s->d->port, s->d->timeout_ms, &opt, on_failed);
}

void slave_remove(Slave *s)
{
    s->removed = true;
    if (s->conn) net_close(s->conn, "removed");
    else if (s->state != SLAVE_CONNECTING) slave_free(s);
}

/* ---- The clock ---- */

static void timed_out(Slave *s)
{
    refuse(s, str_n((const char *)s->request, sizeof s->request), "timeout");
    if (++s->silent < SILENT_MOST) go_on(s);
    else hang_up(s, "timeout");
}

void slave_tick(Slave *s, int64_t now)
{
    if (!s->plan.nblocks || !slave_submit_parked(s)) return;
    switch (s->state) {
    case SLAVE_REST:
        if (now >= s->retry_at) dial(s);
        break;
    case SLAVE_READY:
        if (s->block || now >= s->due) ask_next(s);
        break;
    case SLAVE_WAITING:
        if (now - s->sent_at > s->d->timeout_ms) timed_out(s);
        break;
    case SLAVE_CONNECTING:
        break;
    }
}
