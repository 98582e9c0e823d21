/* Values lie between 15 and 25 or are 0 and 1, so that nothing rises on the way: what is measured is the
 * protocol. They have two decimals, which every protocol carries exactly. */
#include "device_frames.h"
#include "gateway/gb26875.h"
#include "gateway/hj212.h"
#include "gateway/jt808.h"
#include <stdio.h>
#include <string.h>

enum { HJ_FACTORS = 10, GB_COMPONENTS = 5, GB_BITS = 9, JT_FIELDS = 7, MQTT_BATCH = 100 };

static uint32_t draw(const DeviceFrame *f, uint32_t k)
{
    return (uint32_t)reading_sum(k, f->t, f->device, f->n & 0xFF);
}

static double drawn_value(const DeviceFrame *f, uint32_t k)
{
    return (double)(1500 + draw(f, k) % 1000) / 100;
}

/* ---- HJ 212: an upload of ten factors, answered by 9014 ---- */

static const char *const factors[HJ_FACTORS] = {"w01018-Rtd", "w01001-Rtd", "w01009-Rtd", "w01014-Rtd",
                                                "w01010-Rtd", "w21003-Rtd", "w21011-Rtd", "w21001-Rtd",
                                                "w01019-Rtd", "w00000-Rtd"};

static void hj_mn(uint32_t device, char out[32])
{
    snprintf(out, 32, "3415%020u", device);
}

static void hj_source(uint32_t device, uint32_t k, char out[64])
{
    char mn[32];
    hj_mn(device, mn);
    snprintf(out, 64, "hj212:%s/%s", mn, factors[k]);
}

static void hj_frame(Arena *arena, const DeviceFrame *f, StrBuf *out)
{
    (void)arena;
    char mn[32];
    Hj212Value values[HJ_FACTORS];
    hj_mn(f->device, mn);
    for (uint32_t k = 0; k < HJ_FACTORS; k++)
        values[k] = (Hj212Value){.field = factors[k], .v = drawn_value(f, k), .flag = 'N'};
    const Hj212Upload u = {.qn_t = f->t,
                           .data_t = f->t,
                           .st = "32",
                           .pw = "123456",
                           .mn = mn,
                           .cn = 2011,
                           .flag = 5, /* version 1, wants an answer */
                           .values = values,
                           .n = HJ_FACTORS};
    hj212_encode(out, &u);
}

static bool hj_confirms(Arena *arena, Str frame)
{
    (void)arena;
    return str_find(frame, STR("CN=9014")) >= 0;
}

/* ---- GB/T 26875.3: five components with nine status bits each, confirmed ---- */

static uint16_t gb_status(const DeviceFrame *f, uint32_t component)
{
    return (uint16_t)(draw(f, component) & ((1u << GB_BITS) - 1));
}

static void gb_source(uint32_t device, uint32_t k, char out[64])
{
    snprintf(out, 64, "gb26875:%u/1.1/23.1.%u#bit%u", device + 1, k / GB_BITS + 1, k % GB_BITS);
}

static double gb_value(const DeviceFrame *f, uint32_t k)
{
    return gb_status(f, k / GB_BITS) >> k % GB_BITS & 1;
}

static void gb_frame(Arena *arena, const DeviceFrame *f, StrBuf *out)
{
    Gb26875Component c[GB_COMPONENTS];
    for (uint32_t i = 0; i < GB_COMPONENTS; i++)
        c[i] = (Gb26875Component){.system = 1,
                                  .system_address = 1,
                                  .type = 23,
                                  .zone = 1,
                                  .position = (uint16_t)(i + 1),
                                  .status = gb_status(f, i),
                                  .text = "bench",
                                  .t = f->t};
    StrBuf data;
    buf_init(&data, arena);
    gb26875_add_components(&data, c, GB_COMPONENTS);
    const Gb26875Frame frame = {.serial = (uint16_t)f->n,
                                .version = {1, 1},
                                .source = f->device + 1,
                                .command = GB26875_SEND,
                                .data = buf_str(&data)};
    gb26875_frame(out, &frame, f->t);
}

static bool gb_confirms(Arena *arena, Str frame)
{
    (void)arena;
    Gb26875Frame f;
    return !gb26875_parse(frame, &f) && f.command == GB26875_CONFIRM;
}

/* ---- JT/T 808: a position of seven readings, answered by 0x8001 ---- */

static void jt_phone(uint32_t device, char out[JT808_PHONE_MAX])
{
    snprintf(out, JT808_PHONE_MAX, "139%08u", device % 100000000);
}

static void jt_source(uint32_t device, uint32_t k, char out[64])
{
    static const char *const fields[JT_FIELDS] = {"lat",       "lon",   "altitude", "speed",
                                                  "direction", "alarm", "status"};
    char phone[JT808_PHONE_MAX];
    jt_phone(device, phone);
    snprintf(out, 64, "jt808:%s#%s", phone, fields[k]);
}

static Jt808Location jt_location(const DeviceFrame *f)
{
    return (Jt808Location){.status = 3, /* ignition on, position fixed */
                           .lat = drawn_value(f, 0),
                           .lon = drawn_value(f, 1),
                           .altitude = 15 + draw(f, 2) % 10,
                           .speed = (double)(150 + draw(f, 3) % 100) / 10,
                           .direction = (int)(draw(f, 4) % 25),
                           .t = f->t,
                           .fixed = true};
}

static double jt_value(const DeviceFrame *f, uint32_t k)
{
    const Jt808Location l = jt_location(f);
    const double values[JT_FIELDS] = {l.lat, l.lon, l.altitude, l.speed, l.direction, l.alarm, l.status};
    return values[k];
}

static void jt_frame(Arena *arena, const DeviceFrame *f, StrBuf *out)
{
    char phone[JT808_PHONE_MAX];
    Jt808Frame from;
    StrBuf body;
    const Jt808Location l = jt_location(f);
    jt_phone(f->device, phone);
    jt808_sender(&from, phone, true);
    buf_init(&body, arena);
    jt808_location_write(&body, &l);
    jt808_write(out, &from, JT808_LOCATION, (uint16_t)f->n, buf_str(&body));
}

static bool jt_confirms(Arena *arena, Str frame)
{
    Jt808Frame f;
    return !jt808_parse(arena, frame, &f) && f.id == JT808_PLATFORM_ANSWER && f.body.n == 5 &&
           f.body.p[4] == JT808_OK;
}

/* ---- MQTT: the payload of a batch of a hundred, JSON ---- */

static void mqtt_payload(Arena *arena, const DeviceFrame *f, StrBuf *out)
{
    (void)arena;
    uint32_t first = device_first_point(DEVICE_MQTT) + f->device * MQTT_BATCH;
    buf_addz(out, "{\"readings\":[");
    for (uint32_t k = 0; k < MQTT_BATCH; k++)
        buf_printf(out, "%s{\"point\":\"" CODE_FORMAT "\",\"t\":%lld,\"v\":%.2f}", k ? "," : "", first + k,
                   (long long)f->t, drawn_value(f, k));
    buf_addz(out, "]}");
}

const DeviceKind device_kinds[DEVICE_KINDS] = {
    [DEVICE_HJ212] = {"hj212", 500, HJ_FACTORS, hj_source, drawn_value, hj_frame, hj212_cut, hj_confirms},
    [DEVICE_GB26875] = {"gb26875", 200, GB_COMPONENTS *GB_BITS, gb_source, gb_value, gb_frame, gb26875_cut,
                        gb_confirms},
    [DEVICE_JT808] = {"jt808", 1000, JT_FIELDS, jt_source, jt_value, jt_frame, jt808_cut, jt_confirms},
    [DEVICE_MQTT] = {"mqtt", 100, MQTT_BATCH, NULL, drawn_value, mqtt_payload, NULL, NULL},
};

uint32_t device_first_point(int kind)
{
    uint32_t first = 0;
    for (int i = 0; i < kind; i++) first += device_kinds[i].devices * device_kinds[i].points;
    return first;
}

uint32_t device_points(void)
{
    return device_first_point(DEVICE_KINDS);
}
