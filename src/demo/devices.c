/* A few things of the city speak the protocols of their trade instead of /write: weather and water quality
 * stations HJ 212, fire units GB/T 26875.3, a heat station Modbus (slave.c). Each keeps a real connection to
 * its gateway and repeats what was not acknowledged. While a gateway is off its devices use /write like all
 * others. */
#include "city.h"
#include "base/clock.h"
#include "gateway/gb26875.h"
#include "gateway/hj212.h"
#include "gateway/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PENDING_MOST = 256, ANSWER_MAX = 256, ANSWER_S = 3, GB_STATUS_TYPE = 21, GB_FIRE_BIT = 1 };

static const struct Wired {
    const char *prefix;
    size_t things; /* the first so many of the kind */
    const char *suffix;
    const char *protocol, *item;
    const char *st; /* HJ 212: system code */
} wired[] = {
    {"WX", 2, "T", "hj212", "a01001-Rtd", "22"}, {"WX", 2, "W", "hj212", "a01007-Rtd", "22"},
    {"WQ", 3, "T", "hj212", "w01003-Rtd", "21"}, {"FIR", 2, "A", "gb26875", "bit1", NULL},
    {SLAVE_KIND, 1, "S", "modbus", "S", NULL},   {SLAVE_KIND, 1, "R", "modbus", "R", NULL},
    {SLAVE_KIND, 1, "P", "modbus", "P", NULL},
};

typedef struct Sample {
    uint32_t point;
    int64_t t;
    double v;
} Sample;

typedef struct Line {
    const char *protocol;
    int fd;
    Sample pending[PENDING_MOST];
    size_t n;
    uint16_t serial;
} Line;

struct Devices {
    const City *city;
    bool slave; /* a slave answers for its points */
    Line line[2];
};

/* ---- Which thing speaks what ---- */

static size_t nth_of(const City *c, const Thing *th)
{
    size_t kind = (size_t)(th->kind - thing_templates);
    return (size_t)(th - c->thing) - c->first_of[kind] + 1;
}

static const struct Wired *wired_point(const City *c, uint32_t point)
{
    const CityPoint *p = &c->point[point];
    if (p->heartbeat || p->planned || p->dead || !p->kind->suffix) return NULL;
    const Thing *th = &c->thing[p->thing];
    for (size_t i = 0; i < ARRAY_LEN(wired); i++)
        if (!strcmp(wired[i].prefix, th->kind->prefix) && !strcmp(wired[i].suffix, p->kind->suffix) &&
            nth_of(c, th) <= wired[i].things)
            return &wired[i];
    return NULL;
}

const char *device_protocol(const City *c, const Thing *th)
{
    for (size_t i = 0; i < ARRAY_LEN(wired); i++)
        if (!strcmp(wired[i].prefix, th->kind->prefix) && nth_of(c, th) <= wired[i].things)
            return wired[i].protocol;
    return th->kind->protocol;
}

/* MN of a station, source address of a transmission device, code of a slave. */
static void identity(const City *c, const Thing *th, char out[32])
{
    const char *protocol = device_protocol(c, th);
    if (!strcmp(protocol, "modbus")) snprintf(out, 32, "%s", SLAVE_CODE);
    else if (!strcmp(protocol, "hj212")) snprintf(out, 32, "990100%s%012zu", th->kind->prefix, nth_of(c, th));
    else snprintf(out, 32, "%llu", 990100000000ull + (unsigned long long)nth_of(c, th));
}

bool device_source(const City *c, uint32_t point, char out[DEVICE_SOURCE_MAX])
{
    const struct Wired *w = wired_point(c, point);
    if (!w) return false;
    char who[32];
    identity(c, &c->thing[c->point[point].thing], who);
    snprintf(out, DEVICE_SOURCE_MAX, "%s:%s%c%s", w->protocol, who,
             strcmp(w->protocol, "gb26875") ? '/' : '#', w->item);
    return true;
}

/* ---- Frames ---- */

static size_t hj212_frame_of(const Devices *d, Line *l, StrBuf *out)
{
    const City *c = d->city;
    uint32_t thing = c->point[l->pending[0].point].thing;
    int64_t t = l->pending[0].t;
    Hj212Value values[TEMPLATE_POINTS];
    size_t n = 0;
    while (n < l->n && n < TEMPLATE_POINTS && c->point[l->pending[n].point].thing == thing &&
           l->pending[n].t == t) {
        values[n] = (Hj212Value){wired_point(c, l->pending[n].point)->item, l->pending[n].v, 'N'};
        n++;
    }
    char mn[32];
    identity(c, &c->thing[thing], mn);
    Hj212Upload up = {.qn_t = t,
                      .data_t = t,
                      .st = wired_point(c, l->pending[0].point)->st,
                      .pw = "990100",
                      .mn = mn,
                      .cn = 2011,
                      .flag = 5,
                      .values = values,
                      .n = n};
    return hj212_encode(out, &up);
}

static size_t gb26875_frame_of(const Devices *d, Line *l, StrBuf *out)
{
    const City *c = d->city;
    const Sample *s = &l->pending[0];
    char who[32];
    identity(c, &c->thing[c->point[s->point].thing], who);
    struct tm tm;
    time_t civil = (time_t)(s->t / MS_SECOND) + 8 * 3600;
    gmtime_r(&civil, &tm);
    char status = (char)(1 | (s->v != 0 ? 1 << GB_FIRE_BIT : 0));
    char data[] = {GB_STATUS_TYPE,
                   1,
                   status,
                   (char)tm.tm_sec,
                   (char)tm.tm_min,
                   (char)tm.tm_hour,
                   (char)tm.tm_mday,
                   (char)(tm.tm_mon + 1),
                   (char)(tm.tm_year - 100)};
    Gb26875Frame f = {.serial = ++l->serial,
                      .version = {1, 1},
                      .source = strtoull(who, NULL, 10),
                      .target = 990100,
                      .command = GB26875_SEND,
                      .data = str_n(data, sizeof data)};
    gb26875_frame(out, &f, s->t);
    return 1;
}

/* ---- A connection ---- */

static void hang_up(Line *l)
{
    if (l->fd >= 0) close(l->fd);
    l->fd = -1;
}

static bool dial(Line *l)
{
    int port = link_port_by_name(l->protocol);
    if (l->fd < 0 && port) l->fd = dial_loopback(port, ANSWER_S);
    return l->fd >= 0;
}

/* One frame and its answer; any answer will do, because the gateway answers nothing before the commit. */
static bool exchange(Line *l, Str frame)
{
    char answer[ANSWER_MAX];
    if (!dial(l)) return false;
    if (send(l->fd, frame.p, frame.n, MSG_NOSIGNAL) == (ssize_t)frame.n &&
        recv(l->fd, answer, sizeof answer, 0) > 0)
        return true;
    hang_up(l);
    return false;
}

static void send_pending(const Devices *d, Line *l)
{
    Arena *arena = arena_new(0);
    while (l->n) {
        StrBuf frame;
        buf_init(&frame, arena);
        size_t taken =
            strcmp(l->protocol, "hj212") ? gb26875_frame_of(d, l, &frame) : hj212_frame_of(d, l, &frame);
        if (!taken || !exchange(l, buf_str(&frame))) break;
        l->n -= taken;
        memmove(l->pending, l->pending + taken, l->n * sizeof l->pending[0]);
    }
    arena_free(&arena);
}

/* ---- Whole ---- */

Devices *devices_new(const City *c, bool slave)
{
    Devices *d = calloc(1, sizeof *d);
    ENSURE(d);
    d->city = c;
    d->slave = slave;
    d->line[0] = (Line){.protocol = "hj212", .fd = -1};
    d->line[1] = (Line){.protocol = "gb26875", .fd = -1};
    return d;
}

void devices_free(Devices **devices)
{
    Devices *d = *devices;
    if (!d) return;
    for (size_t i = 0; i < ARRAY_LEN(d->line); i++) hang_up(&d->line[i]);
    free(d);
    *devices = NULL;
}

bool devices_take(Devices *d, uint32_t point, int64_t t, double v)
{
    const struct Wired *w = wired_point(d->city, point);
    if (w && !strcmp(w->protocol, "modbus")) return d->slave;
    if (!w || !link_port_by_name(w->protocol)) return false;
    for (size_t i = 0; i < ARRAY_LEN(d->line); i++) {
        Line *l = &d->line[i];
        if (strcmp(l->protocol, w->protocol) != 0) continue;
        if (l->n == PENDING_MOST) return false;
        l->pending[l->n++] = (Sample){point, t, v};
        return true;
    }
    return false;
}

void devices_flush(Devices *d)
{
    for (size_t i = 0; i < ARRAY_LEN(d->line); i++) send_pending(d, &d->line[i]);
}
