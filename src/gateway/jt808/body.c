/* Positions, registration and authentication (JT/T 808 clause 8). A position that says it is fixed must lie
 * on the globe; one that is not fixed is kept with its quality lowered: "uncertain" when it can be the last
 * known one, "bad" when it is nowhere. */
#include "bytes.h"
#include "gateway/jt808.h"
#include "gateway/text.h"

#include <math.h>
#include <stdio.h>

enum { LOCATION_MIN = 28, STATUS_FIXED = 2, STATUS_SOUTH = 4, STATUS_WEST = 8 };

static int bcd_at(Str s, size_t at)
{
    unsigned v = u8_at(s, at), high = v >> 4, low = v & 15;
    return high > 9 || low > 9 ? -1 : (int)(high * 10 + low);
}

/* YYMMDDhhmmss in GMT+8. The civil time must exist: what carries into another day is refused. */
static bool read_time(Str s, size_t at, int64_t *out)
{
    int v[6];
    for (size_t i = 0; i < 6; i++)
        if ((v[i] = bcd_at(s, at + i)) < 0) return false;
    Civil c = {.year = 2000 + v[0], .month = v[1], .day = v[2], .hour = v[3], .minute = v[4], .second = v[5]};
    if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 || c.hour > 23 || c.minute > 59 ||
        c.second > 59)
        return false;
    *out = civil_ms(&c);
    Civil back = civil_of(*out);
    return back.month == c.month && back.day == c.day;
}

static const char *read_place(Str body, Jt808Location *l)
{
    uint32_t lat = u32_at(body, 8), lon = u32_at(body, 12);
    bool globe = lat <= 90000000u && lon <= 180000000u;
    l->fixed = (l->status & STATUS_FIXED) != 0;
    if (!globe && l->fixed) return "position";
    l->lat = (double)lat / 1e6 * (l->status & STATUS_SOUTH ? -1 : 1);
    l->lon = (double)lon / 1e6 * (l->status & STATUS_WEST ? -1 : 1);
    l->place_q = l->fixed ? 0 : globe && (lat || lon) ? 1 : 2;
    return NULL;
}

bool jt808_item(Str *rest, Jt808Item *out)
{
    if (rest->n < 2 || rest->n - 2 < u8_at(*rest, 1)) return false;
    *out = (Jt808Item){(uint8_t)u8_at(*rest, 0), str_n(rest->p + 2, u8_at(*rest, 1))};
    *rest = str_from(*rest, 2 + out->value.n);
    return true;
}

static void read_items(Jt808Location *l)
{
    Str rest = l->items;
    Jt808Item item;
    while (jt808_item(&rest, &item)) {
        if (item.id == 1 && item.value.n == 4) {
            l->has_mileage = true;
            l->mileage = u32_at(item.value, 0) / 10.0;
        } else if (item.id == 2 && item.value.n == 2) {
            l->has_fuel = true;
            l->fuel = u16_at(item.value, 0) / 10.0;
        }
    }
    l->items_cut = rest.n != 0;
}

const char *jt808_location(Str body, Jt808Location *out)
{
    *out = (Jt808Location){0};
    if (body.n < LOCATION_MIN) return "body";
    out->alarm = u32_at(body, 0);
    out->status = u32_at(body, 4);
    out->altitude = (int16_t)u16_at(body, 16);
    out->speed = u16_at(body, 18) / 10.0;
    out->direction = (int)u16_at(body, 20);
    out->items = str_from(body, LOCATION_MIN);
    if (!read_time(body, 22, &out->t)) return "time";
    const char *refused = read_place(body, out);
    read_items(out);
    return refused;
}

const char *jt808_locations(uint16_t id, Str body, bool *late, Jt808LocationFn fn, void *ud)
{
    Jt808Location l;
    *late = false;
    if (id != JT808_LOCATIONS) {
        const char *refused = jt808_location(body, &l);
        fn(ud, 1, &l, refused);
        return NULL;
    }
    if (body.n < 3) return "body";
    unsigned n = u16_at(body, 0), i = 0;
    *late = u8_at(body, 2) == 1;
    Str rest = str_from(body, 3);
    for (; i < n && i < JT808_BATCH_MAX && rest.n >= 2; i++) {
        size_t size = u16_at(rest, 0);
        if (rest.n - 2 < size) return "body";
        const char *refused = jt808_location(str_n(rest.p + 2, size), &l);
        fn(ud, i + 1, &l, refused);
        rest = str_from(rest, 2 + size);
    }
    return i == n && rest.n == 0 ? NULL : "body";
}

/* ---- Readings ---- */

void jt808_reading(const char *phone, const char *field, int64_t t, double v, uint8_t q,
                   const ReadingSink *sink)
{
    char key[64];
    int n = snprintf(key, sizeof key, "jt808:%s#%s", phone, field);
    sink->source(sink->ud, str_n(key, (size_t)n), t, v, q);
}

size_t jt808_readings(const Jt808Location *l, const char *phone, int64_t t, const ReadingSink *sink)
{
    uint8_t moving = l->fixed ? 0 : 1; /* without a fix speed and course are guesses */
    const struct {
        const char *field;
        double v;
        uint8_t q;
        bool have;
    } rows[] = {
        {"lat", l->lat, l->place_q, true},
        {"lon", l->lon, l->place_q, true},
        {"altitude", l->altitude, l->place_q, true},
        {"speed", l->speed, moving, true},
        {"direction", l->direction, l->direction > 359 ? 2 : moving, true},
        {"alarm", l->alarm, 0, true},
        {"status", l->status, 0, true},
        {"mileage", l->mileage, 0, l->has_mileage},
        {"fuel", l->fuel, 0, l->has_fuel},
    };
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!rows[i].have) continue;
        jt808_reading(phone, rows[i].field, t, rows[i].v, rows[i].q, sink);
        n++;
    }
    return n;
}

/* ---- Registration, authentication ---- */

typedef struct Layout {
    size_t maker, model, terminal;
} Layout;

const char *jt808_registration(Arena *a, const Jt808Frame *f, Jt808Registration *out)
{
    static const Layout of_2011 = {5, 8, 7}, of_2013 = {5, 20, 7}, of_2019 = {11, 30, 30};
    const Layout *y = f->v2019 ? &of_2019 : f->body.n >= 37 ? &of_2013 : &of_2011;
    size_t model = 4 + y->maker, terminal = model + y->model, colour = terminal + y->terminal;
    *out = (Jt808Registration){0};
    if (f->body.n < colour + 1) return "body";
    out->province = u16_at(f->body, 0);
    out->city = u16_at(f->body, 2);
    out->maker = text_of_gb18030(a, str_n(f->body.p + 4, y->maker));
    out->model = text_of_gb18030(a, str_n(f->body.p + model, y->model));
    out->terminal = text_of_gb18030(a, str_n(f->body.p + terminal, y->terminal));
    out->colour = (uint8_t)u8_at(f->body, colour);
    out->plate = text_of_gb18030(a, str_from(f->body, colour + 1));
    return NULL;
}

const char *jt808_auth_code(const Jt808Frame *f, Str *out)
{
    *out = f->body;
    if (f->v2019) {
        size_t n = f->body.n ? u8_at(f->body, 0) : 0;
        if (f->body.n < 1 + n) return "body";
        *out = str_n(f->body.p + 1, n);
    }
    return out->n == 0 ? "body" : NULL;
}

/* ---- Writing ---- */

static void add_bcd(StrBuf *b, int v)
{
    add_u8(b, (unsigned)(v / 10 % 10 * 16 + v % 10));
}

void jt808_location_write(StrBuf *out, const Jt808Location *l)
{
    Civil c = civil_of(l->t);
    add_u32(out, l->alarm);
    add_u32(out, (l->status & ~(uint32_t)(STATUS_FIXED | STATUS_SOUTH | STATUS_WEST)) |
                     (l->fixed ? STATUS_FIXED : 0u) | (l->lat < 0 ? STATUS_SOUTH : 0u) |
                     (l->lon < 0 ? STATUS_WEST : 0u));
    add_u32(out, (uint32_t)llround(fabs(l->lat) * 1e6));
    add_u32(out, (uint32_t)llround(fabs(l->lon) * 1e6));
    add_u16(out, (uint16_t)(int16_t)lround(l->altitude));
    add_u16(out, (uint16_t)lround(l->speed * 10));
    add_u16(out, (uint16_t)l->direction);
    const int stamp[] = {c.year - 2000, c.month, c.day, c.hour, c.minute, c.second};
    for (size_t i = 0; i < ARRAY_LEN(stamp); i++) add_bcd(out, stamp[i]);
    if (l->has_mileage) {
        add_u16(out, 0x0104);
        add_u32(out, (uint32_t)llround(l->mileage * 10));
    }
    if (l->has_fuel) {
        add_u16(out, 0x0202);
        add_u16(out, (uint16_t)lround(l->fuel * 10));
    }
    buf_add(out, l->items);
}

void jt808_locations_write(StrBuf *out, const Jt808Location *l, size_t n, bool late)
{
    add_u16(out, (uint16_t)n);
    add_u8(out, late);
    for (size_t i = 0; i < n; i++) {
        StrBuf b;
        buf_init(&b, out->arena);
        jt808_location_write(&b, &l[i]);
        add_u16(out, (uint16_t)b.n);
        buf_add(out, buf_str(&b));
    }
}

void jt808_registration_write(StrBuf *out, bool v2019, Str plate_gbk)
{
    static const char zeros[72] = {0};
    add_u16(out, 99);
    add_u16(out, 100);
    buf_add(out, str_n(zeros, v2019 ? 71 : 32));
    add_u8(out, 2);
    buf_add(out, plate_gbk);
}
