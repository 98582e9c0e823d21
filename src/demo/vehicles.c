/* Vehicles of the demo city: a dozen that circle on its roads, geofences some of them break now and then, and
 * one terminal that nobody has registered. Where a vehicle is follows from the time alone. Each keeps a real
 * connection to the JT/T 808 gateway, registers, authenticates and reports every five seconds; a fresh city
 * gets the last two hours as a back-fill first. While the gateway is off they stay silent. */
#include "city.h"
#include "gateway/jt808.h"
#include "gateway/link.h"
#include "mod/vehicle.h"
#include "base/clock.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PATH_MOST = 512,
    SAMPLES = 100, /* of a road */
    REPORT_S = 5,
    RETRY_S = 10,
    PAST_S = 7200,
    PAST_STEP_S = 20,
    PAST_BATCH = 20,
    EAST_WEST = 13 /* roads of the plan that lead west to east; the others follow */
};

static const struct Fleet {
    const char *code, *name, *kind, *owner, *cargo, *phone;
    const char *plate;                /* in GB 18030, as the terminal says it */
    int west_east[2], south_north[2]; /* the roads it circles on */
    double kmh;
    bool v2019, unknown;
} fleet[] = {
    {"云H·1017",
     "液氯槽车",
     "hazmat",
     "BODY-CHEM",
     "UN1017 液氯",
     "990100000001",
     "\xd4\xc6H1017",
     {2, 8},
     {3, 12},
     36,
     false,
     false},
    {"云H·1075",
     "液化石油气槽车",
     "hazmat",
     "BODY-GAS",
     "UN1075 液化石油气",
     "990100000002",
     "\xd4\xc6H1075",
     {4, 10},
     {6, 14},
     42,
     true,
     false},
    {"云H·1203",
     "汽油罐车",
     "hazmat",
     "BODY-CHEM",
     "UN1203 汽油",
     "990100000003",
     "\xd4\xc6H1203",
     {1, 6},
     {5, 10},
     38,
     false,
     false},
    {"云H·1824",
     "烧碱罐车",
     "hazmat",
     "BODY-CHEM",
     "UN1824 氢氧化钠溶液",
     "990100000004",
     "\xd4\xc6H1824",
     {7, 11},
     {2, 9},
     34,
     true,
     false},
    {"云C·2001",
     "望江—东屏班车",
     "coach",
     "BODY-POLICE",
     NULL,
     "990100000005",
     "\xd4\xc6"
     "C2001",
     {3, 5},
     {1, 15},
     48,
     false,
     false},
    {"云C·2002",
     "旅游包车",
     "coach",
     "BODY-POLICE",
     NULL,
     "990100000006",
     "\xd4\xc6"
     "C2002",
     {0, 9},
     {4, 13},
     45,
     true,
     false},
    {"云X·3001",
     "青岚实验学校校车",
     "school_bus",
     "BODY-POLICE",
     NULL,
     "990100000007",
     "\xd4\xc6X3001",
     {8, 10},
     {4, 7},
     26,
     false,
     false},
    {"云X·3002",
     "滨河小学校车",
     "school_bus",
     "BODY-POLICE",
     NULL,
     "990100000008",
     "\xd4\xc6X3002",
     {4, 6},
     {8, 11},
     24,
     false,
     false},
    {"云Z·4001",
     "渣土车一",
     "slag_truck",
     "BODY-CITY",
     "渣土",
     "990100000009",
     "\xd4\xc6Z4001",
     {2, 12},
     {8, 16},
     44,
     false,
     false},
    {"云Z·4002",
     "渣土车二",
     "slag_truck",
     "BODY-CITY",
     "渣土",
     "990100000010",
     "\xd4\xc6Z4002",
     {5, 9},
     {0, 6},
     40,
     false,
     false},
    {"云Z·4003",
     "渣土车三",
     "slag_truck",
     "BODY-CITY",
     "渣土",
     "990100000011",
     "\xd4\xc6Z4003",
     {1, 7},
     {10, 16},
     46,
     true,
     false},
    {"云Y·5001",
     "危化应急抢险车",
     "emergency",
     "BODY-EMERG",
     NULL,
     "990100000012",
     "\xd4\xc6Y5001",
     {6, 7},
     {7, 9},
     20,
     true,
     false},
    {NULL, NULL, NULL, NULL, NULL, "990100000099", "\xd4\xc6H9099", {3, 11}, {11, 15}, 40, false, true},
};
enum { FLEET = ARRAY_LEN(fleet) };

/* ---- Ways ---- */

typedef struct Way {
    Spot p[PATH_MOST];
    double s[PATH_MOST]; /* km from the beginning */
    size_t n;
} Way;

static void add_spot(Way *w, Spot p)
{
    double far = w->n ? hypot(p.x - w->p[w->n - 1].x, p.y - w->p[w->n - 1].y) : 0;
    if (w->n && far < 1e-6) return;
    ENSURE(w->n < PATH_MOST);
    w->s[w->n] = w->n ? w->s[w->n - 1] + far : 0;
    w->p[w->n++] = p;
}

/* Where two roads come nearest, as samples of each. */
static void crossing(const Road *a, const Road *b, int *i, int *j)
{
    double best = 1e9;
    for (int k = 0; k <= SAMPLES; k++)
        for (int m = 0; m <= SAMPLES; m++) {
            Spot p = road_spot(a, k / (double)SAMPLES, 0), q = road_spot(b, m / (double)SAMPLES, 0);
            double d = hypot(p.x - q.x, p.y - q.y);
            if (d < best) best = d, *i = k, *j = m;
        }
}

static void follow(Way *w, const Road *r, int from, int to)
{
    int step = from <= to ? 1 : -1;
    for (int k = from;; k += step) {
        add_spot(w, road_spot(r, k / (double)SAMPLES, 0));
        if (k == to) return;
    }
}

/* A round: along the first road, up, back along the second, down. */
static void make_way(const City *c, const struct Fleet *f, Way *w)
{
    const Road *a = &c->road[f->west_east[0]], *b = &c->road[f->west_east[1]];
    const Road *l = &c->road[EAST_WEST + f->south_north[0]], *r = &c->road[EAST_WEST + f->south_north[1]];
    int al, la, ar, ra, br, rb, bl, lb;
    crossing(a, l, &al, &la);
    crossing(a, r, &ar, &ra);
    crossing(b, r, &br, &rb);
    crossing(b, l, &bl, &lb);
    w->n = 0;
    follow(w, a, al, ar);
    follow(w, r, ra, rb);
    follow(w, b, br, bl);
    follow(w, l, lb, la);
    add_spot(w, w->p[0]);
}

static Spot way_spot(const Way *w, double s, double *course)
{
    double length = w->s[w->n - 1];
    s = fmod(s, length);
    size_t i = 0;
    while (i + 2 < w->n && w->s[i + 1] <= s) i++;
    double f = (s - w->s[i]) / (w->s[i + 1] - w->s[i]);
    Spot a = w->p[i], b = w->p[i + 1];
    *course = fmod(atan2(b.x - a.x, b.y - a.y) * 180 / M_PI + 360, 360);
    return (Spot){a.x + (b.x - a.x) * f, a.y + (b.y - a.y) * f};
}

/* Faster and slower by a third within about three minutes. */
static Jt808Location where(const Way *w, const struct Fleet *f, int64_t t)
{
    double hours = (double)(t / MS_SECOND) / 3600.0, wave = 2 * M_PI * 20; /* rounds an hour */
    double s = f->kmh * hours + f->kmh / 3 / wave * sin(wave * hours), course;
    Spot p = way_spot(w, s, &course);
    return (Jt808Location){.status = 1u | 1u << 18 | 1u << 19,
                           .lat = spot_lat(p),
                           .lon = spot_lon(p),
                           .altitude = 30,
                           .speed = f->kmh * (1 + cos(wave * hours) / 3),
                           .direction = (int)course % 360,
                           .t = t,
                           .fixed = true,
                           .has_mileage = true,
                           .mileage = fmod(s, 400000),
                           .has_fuel = true,
                           .fuel = 150 - fmod(s, 300) / 3};
}

/* ---- Records ---- */

static Rc body_of(Work *w, const char *code, Record *rec)
{
    Record *body;
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Rc rc = store_find(w, bodies, str_printf(w->ctx->arena, "code:%s", code), &body);
    if (rc <= 0) return rc;
    rec_set(&vehicle_entity, rec, "owner", db_val_i64(body->id));
    return RC_OK;
}

static Rc add_vehicle(Work *w, const struct Fleet *f)
{
    Record *v = rec_new(w->ctx, &vehicle_entity);
    const char *const texts[][2] = {
        {"code", f->code}, {"name", f->name}, {"kind", f->kind}, {"cargo", f->cargo}, {"phone", f->phone}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (texts[i][1]) rec_set(&vehicle_entity, v, texts[i][0], db_val_z(texts[i][1]));
    rec_set(&vehicle_entity, v, "in_service", db_val_bool(true));
    TRY(body_of(w, f->owner, v));
    return store_insert(w, &vehicle_entity, v);
}

static const struct FenceRow {
    const char *code, *name, *rule, *kinds;
    int grade, vehicle; /* whose way it lies on */
    double at;          /* share of the round */
    double radius;      /* m */
    double limit;
} fences[] = {
    {"FEN-001", "青岚实验学校周边危货禁行区", "keep_out", "hazmat", 3, 0, 0.30, 700, 0},
    {"FEN-002", "云汀水源地危货禁行区", "keep_out", "hazmat", 3, 1, 0.62, 900, 0},
    {"FEN-003", "老城渣土车限速区", "speed_limit", "slag_truck", 4, 8, 0.45, 1200, 30},
    {"FEN-004", "学校路段客车限速区", "speed_limit", "coach school_bus", 4, 4, 0.50, 800, 60},
};

static Rc add_circle(Work *w, const City *c, const struct FenceRow *row, Record *g)
{
    Way *way = ARENA_NEW(w->ctx->arena, Way);
    double course;
    make_way(c, &fleet[row->vehicle], way);
    Spot at = way_spot(way, way->s[way->n - 1] * row->at, &course);
    at.x += row->radius / 2000; /* so that the way cuts it off the middle */
    rec_set(
        &geofence_entity, g, "shape",
        db_val_json(str_printf(w->ctx->arena, "{\"type\":\"Circle\",\"center\":[%.6f,%.6f],\"radius\":%.0f}",
                               spot_lon(at), spot_lat(at), row->radius)));
    return RC_OK;
}

static Record *fence_of(Work *w, const char *code, const char *name, const char *rule, int grade)
{
    Record *g = rec_new(w->ctx, &geofence_entity);
    rec_set(&geofence_entity, g, "code", db_val_z(code));
    rec_set(&geofence_entity, g, "name", db_val_z(name));
    rec_set(&geofence_entity, g, "rule", db_val_z(rule));
    rec_set(&geofence_entity, g, "grade", db_val_i64(grade));
    rec_set(&geofence_entity, g, "enabled", db_val_bool(true));
    return g;
}

/* School buses must stay in the city. */
static Rc add_border(Work *w)
{
    Record *g = fence_of(w, "FEN-005", "校车不得驶出市域", "keep_in", 2);
    Spot sw = {0.1, 0.1}, ne = {CITY_W - 0.1, CITY_H - 0.1};
    double x0 = spot_lon(sw), y0 = spot_lat(sw), x1 = spot_lon(ne), y1 = spot_lat(ne);
    rec_set(&geofence_entity, g, "kinds", db_val_z("school_bus"));
    rec_set(
        &geofence_entity, g, "shape",
        db_val_json(str_printf(w->ctx->arena,
                               "{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],"
                               "[%.6f,%.6f],[%.6f,%.6f]]]}",
                               x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)));
    return store_insert(w, &geofence_entity, g);
}

Rc vehicles_fill(Work *w, const City *c)
{
    for (size_t i = 0; i < FLEET; i++)
        if (!fleet[i].unknown) TRY(add_vehicle(w, &fleet[i]));
    for (size_t i = 0; i < ARRAY_LEN(fences); i++) {
        const struct FenceRow *row = &fences[i];
        Record *g = fence_of(w, row->code, row->name, row->rule, row->grade);
        rec_set(&geofence_entity, g, "kinds", db_val_z(row->kinds));
        if (row->limit > 0) rec_set(&geofence_entity, g, "limit_kmh", db_val_f64(row->limit));
        TRY(add_circle(w, c, row, g));
        TRY(store_insert(w, &geofence_entity, g));
    }
    return add_border(w);
}

/* ---- Terminals ---- */

typedef struct Unit {
    const struct Fleet *f;
    Way way;
    Jt808Frame head;
    int fd;
    uint16_t seq;
    int64_t retry_at;
    bool past_sent;
} Unit;

struct Vehicles {
    Unit unit[FLEET];
    pthread_t thread;
    atomic_bool stop;
};

static bool say(Unit *u, Arena *a, uint16_t id, Str body)
{
    StrBuf b;
    buf_init(&b, a);
    jt808_write(&b, &u->head, id, ++u->seq, body);
    if (send(u->fd, b.p, b.n, MSG_NOSIGNAL) == (ssize_t)b.n) return true;
    close(u->fd);
    u->fd = -1;
    return false;
}

/* Waits for the next frame; its body, or nothing. */
static Str hear(Unit *u, Arena *a)
{
    char in[512];
    ssize_t n = recv(u->fd, in, sizeof in, 0);
    Jt808Frame f;
    const char *code;
    long cut = n > 0 ? jt808_cut(str_n(in, (size_t)n), &code) : 0;
    return cut > 0 && !jt808_parse(a, str_n(in, (size_t)cut), &f) ? f.body : STR_NONE;
}

/* Registers and authenticates with the code it is given. */
static void sign_on(Unit *u, Arena *a)
{
    StrBuf b;
    buf_init(&b, a);
    jt808_registration_write(&b, u->head.v2019, str_of(u->f->plate));
    if (!say(u, a, JT808_REGISTER, buf_str(&b))) return;
    Str got = hear(u, a);
    if (got.n <= 3) return;
    Str code = str_n(got.p + 3, got.n - 3);
    buf_init(&b, a);
    if (u->head.v2019) buf_addc(&b, (char)code.n);
    buf_add(&b, code);
    if (say(u, a, JT808_AUTHENTICATE, buf_str(&b))) hear(u, a);
}

static void send_past(Unit *u, Arena *a, int64_t now)
{
    Jt808Location l[PAST_BATCH];
    for (int64_t s = -PAST_S; s < 0 && u->fd >= 0; s += PAST_BATCH * PAST_STEP_S) {
        StrBuf b;
        buf_init(&b, a);
        for (int i = 0; i < PAST_BATCH; i++)
            l[i] = where(&u->way, u->f, now + (s + i * PAST_STEP_S) * MS_SECOND);
        jt808_locations_write(&b, l, PAST_BATCH, true);
        if (say(u, a, JT808_LOCATIONS, buf_str(&b))) hear(u, a);
    }
    u->past_sent = true;
}

static void connect_unit(Unit *u, Arena *a, int64_t now)
{
    int port = link_port_by_name("jt808");
    if (!port || now < u->retry_at) return;
    u->retry_at = now + RETRY_S * MS_SECOND;
    u->fd = dial_loopback(port, 2);
    if (u->fd < 0) return;
    sign_on(u, a);
    if (!u->past_sent && u->fd >= 0) send_past(u, a, now);
}

/* Answers that came meanwhile are read away. */
static void report(Unit *u, Arena *a, int64_t now)
{
    char drop[4096];
    StrBuf b;
    if (u->fd < 0) connect_unit(u, a, now);
    if (u->fd < 0) return;
    while (recv(u->fd, drop, sizeof drop, MSG_DONTWAIT) > 0) continue;
    Jt808Location l = where(&u->way, u->f, now);
    buf_init(&b, a);
    jt808_location_write(&b, &l);
    say(u, a, JT808_LOCATION, buf_str(&b));
}

static void *drive(void *arg)
{
    Vehicles *v = arg;
    Arena *a = arena_new(0);
    int64_t second = 0;
    while (!atomic_load(&v->stop)) {
        int64_t now = clock_now() / MS_SECOND;
        if (now == second) {
            usleep(100000);
            continue;
        }
        second = now;
        for (size_t i = 0; i < FLEET && !atomic_load(&v->stop); i++)
            if ((now + (int64_t)i) % REPORT_S == 0) report(&v->unit[i], a, now * MS_SECOND);
        arena_reset(a);
    }
    arena_free(&a);
    return NULL;
}

Vehicles *vehicles_start(const City *c, bool past)
{
    Vehicles *v = calloc(1, sizeof *v);
    ENSURE(v);
    for (size_t i = 0; i < FLEET; i++) {
        Unit *u = &v->unit[i];
        u->f = &fleet[i];
        u->fd = -1;
        u->past_sent = !past || fleet[i].unknown;
        jt808_sender(&u->head, fleet[i].phone, fleet[i].v2019);
        make_way(c, &fleet[i], &u->way);
    }
    if (pthread_create(&v->thread, NULL, drive, v) == 0) return v;
    free(v);
    return NULL;
}

void vehicles_stop(Vehicles **vp)
{
    Vehicles *v = *vp;
    if (!v) return;
    atomic_store(&v->stop, true);
    pthread_join(v->thread, NULL);
    for (size_t i = 0; i < FLEET; i++)
        if (v->unit[i].fd >= 0) close(v->unit[i].fd);
    free(v);
    *vp = NULL;
}
