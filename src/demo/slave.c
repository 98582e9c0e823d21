/* The controller of a heat station as a Modbus TCP slave on loopback: holding registers that follow the
 * station's signals. Its entry in the table of slaves is made, or its port renewed, at each start. */
#include "city.h"
#include "base/clock.h"
#include "base/log.h"
#include "mod/modbus.h"

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REQUEST = 12,
    HEAD = 9,
    READ_HOLDING = 3,
    ILLEGAL_FUNCTION = 1,
    ILLEGAL_ADDRESS = 2,
    WAIT_MS = 200,
    PERIOD_MS = 10000
};

/* Register i holds the station's i-th quantity times `times`. */
static const struct Register {
    const char *suffix, *type;
    double times;
} registers[] = {{"S", "i16", 10}, {"R", "i16", 10}, {"P", "u16", 1000}};

struct Slave {
    const City *city;
    uint32_t point[ARRAY_LEN(registers)];
    int listener, port;
    int64_t live_from;
    atomic_bool stop;
    pthread_t thread;
};

/* ---- The wire ---- */

static uint16_t register_now(const Slave *s, size_t i)
{
    double v = signal_value(s->city, s->point[i], clock_now(), s->live_from);
    return isnan(v) ? 0 : (uint16_t)(int16_t)lround(v * registers[i].times);
}

static uint16_t be16(const unsigned char *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* The reply to a request; its length. */
static size_t reply_to(const Slave *s, const unsigned char *q, unsigned char *out)
{
    unsigned from = be16(q + 8), n = be16(q + 10);
    unsigned char wrong = q[7] != READ_HOLDING ? ILLEGAL_FUNCTION
                          : !n || n > ARRAY_LEN(registers) || from > ARRAY_LEN(registers) - n
                              ? ILLEGAL_ADDRESS
                              : 0;
    memcpy(out, q, 8); /* transaction, protocol, unit, function */
    if (wrong) {
        out[4] = 0, out[5] = 3, out[7] |= 0x80, out[8] = wrong;
        return HEAD;
    }
    out[4] = 0, out[5] = (unsigned char)(3 + 2 * n), out[8] = (unsigned char)(2 * n);
    for (unsigned i = 0; i < n; i++) {
        uint16_t v = register_now(s, from + i);
        out[HEAD + 2 * i] = (unsigned char)(v >> 8);
        out[HEAD + 2 * i + 1] = (unsigned char)v;
    }
    return HEAD + 2 * n;
}

static bool readable(const Slave *s, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!atomic_load(&s->stop))
        if (poll(&p, 1, WAIT_MS) > 0) return true;
    return false;
}

static void serve(const Slave *s, int fd)
{
    unsigned char q[REQUEST], out[HEAD + 2 * ARRAY_LEN(registers)];
    while (readable(s, fd) && recv(fd, q, sizeof q, 0) == sizeof q) {
        size_t n = reply_to(s, q, out);
        if (send(fd, out, n, MSG_NOSIGNAL) != (ssize_t)n) break;
    }
    close(fd);
}

static void *run(void *arg)
{
    const Slave *s = arg;
    while (readable(s, s->listener)) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd >= 0) serve(s, fd);
    }
    return NULL;
}

/* ---- The table ---- */

static Rc add_items(Work *w, const Entity *item, const Record *plc)
{
    for (size_t i = 0; i < ARRAY_LEN(registers); i++) {
        Record *r = rec_new(w->ctx, item);
        rec_set(item, r, "device", db_val_i64(plc->id));
        rec_set(item, r, "item", db_val_z(registers[i].suffix));
        rec_set(item, r, "function", db_val_z("3"));
        rec_set(item, r, "address", db_val_i64((int64_t)i));
        rec_set(item, r, "type", db_val_z(registers[i].type));
        rec_set(item, r, "byte_order", db_val_z("ABCD"));
        rec_set(item, r, "scale", db_val_f64(1 / registers[i].times));
        rec_set(item, r, "offset", db_val_f64(0));
        rec_set(item, r, "code",
                db_val_z(arena_printf(w->ctx->arena, "%s/%s", SLAVE_CODE, registers[i].suffix)));
        TRY(store_insert(w, item, r));
    }
    return RC_OK;
}

static Rc enter(Work *w, int port)
{
    const Entity *slave = &modbus_device_entity, *item = &modbus_item_entity;
    Record *old = NULL;
    Rc rc = store_find(w, slave, STR("code:" SLAVE_CODE), &old);
    TRY(rc);
    if (rc == 1) {
        Record *rec = rec_copy(w->ctx, slave, old);
        rec_set(slave, rec, "port", db_val_i64(port));
        return store_update(w, slave, old, rec, "change");
    }
    Record *rec = rec_new(w->ctx, slave);
    rec_set(slave, rec, "code", db_val_z(SLAVE_CODE));
    rec_set(slave, rec, "name", db_val_z("热力站 1 号控制器"));
    rec_set(slave, rec, "host", db_val_z("127.0.0.1"));
    rec_set(slave, rec, "port", db_val_i64(port));
    rec_set(slave, rec, "unit", db_val_i64(1));
    rec_set(slave, rec, "period_ms", db_val_i64(PERIOD_MS));
    rec_set(slave, rec, "timeout_ms", db_val_i64(2000));
    rec_set(slave, rec, "gap", db_val_i64(16));
    rec_set(slave, rec, "enabled", db_val_bool(true));
    TRY(store_insert(w, slave, rec));
    return add_items(w, item, rec);
}

static Rc enter_table(Ctx *ctx, Kernel *k, int port)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "demo", true, &w));
    TRY(enter(&w, port));
    return work_commit(&w);
}

/* ---- Whole ---- */

static int listen_loopback(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 4) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &n) == 0) {
        *port = ntohs(at.sin_port);
        return fd;
    }
    if (fd >= 0) close(fd);
    return -1;
}

Slave *slave_start(Ctx *ctx, Kernel *k, const City *c, int64_t live_from)
{
    const Thing *th = city_thing(c, SLAVE_KIND, 0);
    Slave *s = calloc(1, sizeof *s);
    ENSURE(s && th);
    s->city = c;
    s->live_from = live_from;
    for (size_t i = 0; i < ARRAY_LEN(registers); i++)
        for (uint32_t p = th->first; p < th->first + th->kind->npoints; p++)
            if (!strcmp(c->point[p].kind->suffix, registers[i].suffix)) s->point[i] = p;
    s->listener = listen_loopback(&s->port);
    bool made = s->listener >= 0 && enter_table(ctx, k, s->port) >= 0 &&
                pthread_create(&s->thread, NULL, run, s) == 0;
    if (made) return s;
    log_err(LOG_WARN, "demo", ctx);
    if (s->listener >= 0) close(s->listener);
    free(s);
    return NULL;
}

void slave_stop(Slave **slave)
{
    Slave *s = *slave;
    if (!s) return;
    atomic_store(&s->stop, true);
    pthread_join(s->thread, NULL);
    close(s->listener);
    free(s);
    *slave = NULL;
}
