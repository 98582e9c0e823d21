/* Application data into readings. A frame is gone over twice: first whether its objects fit the data, so that
 * a frame that will be denied has given nothing, then object by object. */
#include "tables.h"
#include <inttypes.h>
#include <stdio.h>

enum { PREFIX_MAX = 96 };

typedef struct Taking {
    const ReadingSink *sink;
    int64_t arrival;
    char prefix[PREFIX_MAX]; /* "gb26875:889" */
    unsigned index;          /* of the object, from 1 */
} Taking;

static int64_t time_of(const Taking *k, const Gb26875Object *o)
{
    int64_t t;
    return o->time && gb26875_time(o->time, k->arrival, &t) && gateway_time_ok(t) ? t : TIME_NONE;
}

static void give_bits(const Taking *k, const char *address, unsigned status, unsigned n, int64_t t)
{
    char key[PREFIX_MAX * 2];
    for (unsigned i = 0; i < n; i++) {
        int length = snprintf(key, sizeof key, "%s%s#bit%u", k->prefix, address, i);
        k->sink->source(k->sink->ud, str_n(key, (size_t)length), t, (double)(status >> i & 1), 0);
    }
}

/* "/1.1/40.10.2" */
static void component_address(const unsigned char *b, char *out, size_t size)
{
    snprintf(out, size, "/%u.%u/%u.%u.%u", b[0], b[1], b[2], gb26875_u16(b + 3), gb26875_u16(b + 5));
}

static void take_system(const Taking *k, const Gb26875Object *o)
{
    char address[PREFIX_MAX];
    snprintf(address, sizeof address, "/%u.%u", o->body[0], o->body[1]);
    give_bits(k, address, gb26875_u16(o->body + 2), SYSTEM_BITS, time_of(k, o));
}

static void take_component(const Taking *k, const Gb26875Object *o)
{
    char address[PREFIX_MAX];
    component_address(o->body, address, sizeof address);
    give_bits(k, address, gb26875_u16(o->body + 7), COMPONENT_BITS, time_of(k, o));
}

static void take_analogue(const Taking *k, const Gb26875Object *o)
{
    char address[PREFIX_MAX], key[PREFIX_MAX * 2];
    uint8_t type = o->body[7];
    const Gb26875Analogue *a = gb26875_analogue(type);
    component_address(o->body, address, sizeof address);
    if (!a && type < 128) { /* 128 and above are the vendor's: as they come */
        k->sink->reject(k->sink->ud, k->index, str_of(address), GB26875_ANALOGUE);
        return;
    }
    double v = (double)(int16_t)gb26875_u16(o->body + 8) / (a ? a->divisor : 1);
    int n = snprintf(key, sizeof key, "%s%s#analogue%u", k->prefix, address, type);
    k->sink->source(k->sink->ud, str_n(key, (size_t)n), time_of(k, o), v, 0);
}

static void take_device(const Taking *k, const Gb26875Object *o)
{
    give_bits(k, "", o->body[0], DEVICE_BITS, time_of(k, o));
}

static void (*taker_of(uint8_t type))(const Taking *, const Gb26875Object *)
{
    switch (type) {
    case 1:
        return take_system;
    case 2:
        return take_component;
    case 3:
        return take_analogue;
    case 21:
        return take_device;
    default:
        return NULL;
    }
}

static const char *check(Str data)
{
    Gb26875Walk w;
    Gb26875Object o;
    const char *why = gb26875_walk(data, &w);
    if (why) return why;
    if (w.type->direction != OBJECT_UP) return GB26875_DIRECTION;
    while (gb26875_walk_next(&w, &o, &why)) {
    }
    return why;
}

const char *gb26875_readings(const Gb26875Frame *f, int64_t arrival, const ReadingSink *sink)
{
    Taking k = {.sink = sink, .arrival = arrival};
    if (!gb26875_command_name(f->command)) return GB26875_COMMAND;
    if (f->command == GB26875_CONTROL || f->command == GB26875_REQUEST) return GB26875_DIRECTION;
    if (f->command == GB26875_CONFIRM || f->command == GB26875_DENY) return NULL;
    if (f->data.n == 0) return f->command == GB26875_SEND ? NULL : GB26875_OBJECTS; /* a heartbeat */
    const char *why = check(f->data);
    if (why) return why;
    Gb26875Walk w;
    Gb26875Object o;
    gb26875_walk(f->data, &w);
    void (*take)(const Taking *, const Gb26875Object *) = taker_of(w.type->type);
    if (!take) return NULL;
    snprintf(k.prefix, sizeof k.prefix, "gb26875:%" PRIu64, f->source);
    while (gb26875_walk_next(&w, &o, &why)) {
        k.index = w.index;
        take(&k, &o);
    }
    return NULL;
}
