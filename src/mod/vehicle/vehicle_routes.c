/* Where all vehicles are, terminals that nobody knows, and the track of one vehicle as GeoJSON. */
#include "vehicle_private.h"
#include "base/clock.h"
#include "base/num.h"
#include "gateway/sink.h"

#include <math.h>

#define TRACK_MOST     (31 * MS_DAY)
#define TRACK_READ_MAX 50000 /* positions of one request */
#define TRACK_WORK_MAX                                                                                       \
    20000               /* of those, what is thinned with care; a longer one is first taken every k-th       \
                         */
#define TRACK_KEEP 2000 /* vertices of one answer */

/* ---- Query ---- */

typedef struct Only {
    Req *req;
    const char *const *names;
} Only;

static void check_name(void *ud, Str name, Str value)
{
    (void)value;
    Only *o = ud;
    for (size_t i = 0; o->names[i]; i++)
        if (str_is(name, o->names[i])) return;
    if (str_is(name, "lang")) return;
    const char *shown = str_z(o->req->ctx.arena, name);
    FAIL_FIELD(&o->req->ctx, shown, "unknown", 0, "不认识的参数“%s”", "unknown parameter \"%s\"", shown);
}

static Rc query_names(Req *req, const char *const *names)
{
    req_each_query(req, check_name, &(Only){req, names});
    return req->ctx.err.kind;
}

static void read_time(Req *req, const char *name, int64_t *out)
{
    Str s = req_query(req, name);
    if (s.n == 0 || num_parse_i64(s, out)) return;
    char *z = arena_copy(req->ctx.arena, s.p, s.n); /* a '+' not written as %2B has become a blank */
    if (s.n > 6 && z[s.n - 6] == ' ' && memchr(z, 'T', s.n)) z[s.n - 6] = '+';
    if (!time_parse(str_n(z, s.n), true, out))
        FAIL_FIELD(&req->ctx, name, "time", 0, "%s 应为 RFC 3339 时间或毫秒数",
                   "%s must be an RFC 3339 time or milliseconds", name);
}

/* ---- Positions ---- */

static Rc positions(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    const VehicleSet *set;
    TRY(query_names(req, known));
    Kernel *k = req_kernel(req);
    TRY(vehicle_set_take(&req->ctx, k, &set));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "t", req->t);
    jout_key(out, "columns");
    jout_raw(out, STR(VEHICLE_COLUMNS));
    jout_key(out, "rows");
    jout_open_array(out);
    const Scope *scope = scope_of(req->who);
    for (size_t i = 0; i < set->n; i++) {
        if (!vehicle_in_scope(&set->v[i], scope)) continue;
        VehiclePosition p = vehicle_where(k, &set->v[i]);
        vehicle_row(&set->v[i], &p, out);
    }
    jout_close_array(out);
    jout_key(out, "vehicles");
    jout_open_array(out);
    for (size_t i = 0; i < set->n; i++) {
        if (!vehicle_in_scope(&set->v[i], scope)) continue;
        jout_open(out);
        jout_kid(out, "id", set->v[i].id);
        jout_kz(out, "code", set->v[i].code);
        jout_kz(out, "name", set->v[i].name);
        jout_kz(out, "kind", set->v[i].kind);
        jout_kb(out, "in_service", set->v[i].in_service);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Terminals that belong to no vehicle ---- */

typedef struct Terminal {
    Str phone, sender;
    uint64_t count;
    int64_t first, last;
    double lon, lat; /* NaN: not told */
} Terminal;

typedef struct Terminals {
    Ctx *ctx;
    const VehicleSet *set;
    StrMap *by_phone;
    Terminal *t;
    size_t n, cap;
} Terminals;

static Terminal *terminal_of(Terminals *all, Str phone, const Unclaimed *u)
{
    uint32_t at = strmap_get(all->by_phone, phone);
    if (at != STRMAP_NONE) return &all->t[at];
    if (all->n == all->cap) {
        size_t cap = all->cap ? all->cap * 2 : 64;
        Terminal *p = ARENA_ARRAY(all->ctx->arena, Terminal, cap);
        if (all->n) memcpy(p, all->t, all->n * sizeof *p);
        all->t = p;
        all->cap = cap;
    }
    strmap_put(all->by_phone, phone, (uint32_t)all->n);
    Terminal *t = &all->t[all->n++];
    *t = (Terminal){.phone = str_copy(all->ctx->arena, phone),
                    .sender = str_copy(all->ctx->arena, u->sender),
                    .first = u->first_t,
                    .last = u->last_t,
                    .lon = NAN,
                    .lat = NAN};
    return t;
}

static void add_source(void *ud, const Unclaimed *u)
{
    Terminals *all = ud;
    Str rest = u->key;
    if (!str_is(str_cut(&rest, ':'), "jt808")) return;
    Str phone = str_cut(&rest, '#');
    if (strmap_get(all->set->by_phone, phone) != STRMAP_NONE) return;
    Terminal *t = terminal_of(all, phone, u);
    if (u->count > t->count) t->count = u->count;
    if (u->first_t < t->first) t->first = u->first_t;
    if (u->last_t > t->last) t->last = u->last_t;
    if (str_is(rest, "lon")) t->lon = u->last_v;
    if (str_is(rest, "lat")) t->lat = u->last_v;
}

static Rc unknown(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    TRY(query_names(req, known));
    Kernel *k = req_kernel(req);
    Terminals all = {.ctx = &req->ctx};
    TRY(vehicle_set_take(&req->ctx, k, &all.set));
    all.by_phone = strmap_new(64);
    intake_unclaimed(kernel_service(k, "intake"), add_source, &all);
    strmap_free(&all.by_phone);
    /* They belong to nobody yet, so they are in nobody's part of the city. */
    size_t seen = scope_is_whole(scope_of(req->who)) ? all.n : 0;
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "outside", (int64_t)(all.n - seen));
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < seen; i++) {
        const Terminal *t = &all.t[i];
        jout_open(out);
        jout_ks(out, "phone", t->phone);
        jout_ks(out, "plate", vehicle_plate_of(&req->ctx, k, t->phone));
        jout_ks(out, "sender", t->sender);
        jout_ki(out, "count", (int64_t)t->count);
        jout_kt(out, "first_seen", t->first);
        jout_kt(out, "last_seen", t->last);
        jout_kf(out, "lon", t->lon);
        jout_kf(out, "lat", t->lat);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

/* ---- Track ---- */

typedef struct Window {
    int64_t from, to;
} Window;

static Rc check_time(Req *req, const char *name, int64_t t)
{
    if (req->ctx.err.kind || gateway_time_ok(t)) return req->ctx.err.kind;
    return FAIL_FIELD(&req->ctx, name, "range", 0, "%s 应在 1900 年至 9999 年之间",
                      "%s must be from the year 1900 to 9999", name);
}

static Rc read_window(Req *req, Window *w)
{
    static const char *const known[] = {"from", "to", NULL};
    query_names(req, known);
    w->to = req->t;
    read_time(req, "to", &w->to);
    TRY(check_time(req, "to", w->to));
    w->from = w->to - MS_DAY;
    read_time(req, "from", &w->from);
    TRY(check_time(req, "from", w->from));
    if (w->from >= w->to || w->from < w->to - TRACK_MOST)
        return FAIL_FIELD(&req->ctx, "from", "range", 0, "from 应早于 to，且相隔不超过 31 天",
                          "from must be earlier than to, by 31 days at most");
    return RC_OK;
}

static Rc find_vehicle(Req *req, const VehicleItem **out)
{
    Work w;
    Record *rec;
    const VehicleSet *set;
    TRY(work_begin(req, false, &w));
    Rc rc = scope_find(&w, &vehicle_entity, req_param(req, "id"), &rec);
    if (rc < 0) return rc;
    int64_t id = rc ? rec->id : 0;
    work_abort(&w);
    TRY(vehicle_set_take(&req->ctx, req_kernel(req), &set));
    *out = id ? vehicle_set_find(set, id) : NULL;
    return *out ? RC_OK : FAIL(&req->ctx, RC_NOT_FOUND, "vehicle.absent", "没有这辆车", "no such vehicle");
}

typedef struct Rows {
    SeriesRow *r;
    size_t n, at;
} Rows;

static Rc read_rows(Req *req, uint32_t no, const Window *w, Rows *out)
{
    *out = (Rows){0};
    if (!no) return RC_OK;
    Series *s = intake_series(kernel_service(req_kernel(req), "intake"));
    return series_range(&req->ctx, s, no, w->from, w->to, TRACK_READ_MAX, &out->r, &out->n);
}

/* The row at exactly t, or NULL; t only grows. */
static const SeriesRow *row_at(Rows *rows, int64_t t)
{
    while (rows->at < rows->n && rows->r[rows->at].t < t) rows->at++;
    return rows->at < rows->n && rows->r[rows->at].t == t ? &rows->r[rows->at] : NULL;
}

static size_t join(Rows rows[3], TrackPoint *out)
{
    size_t n = 0;
    for (size_t i = 0; i < rows[0].n; i++) {
        const SeriesRow *lat = &rows[0].r[i], *lon = row_at(&rows[1], lat->t), *v = row_at(&rows[2], lat->t);
        if (!lon || lat->q == Q_BAD || lon->q == Q_BAD || !isfinite(lat->v) || !isfinite(lon->v)) continue;
        out[n++] = (TrackPoint){lat->t, lon->v, lat->v, v && v->q != Q_BAD ? v->v : NAN};
    }
    return n;
}

static size_t every_kth(TrackPoint *p, size_t n)
{
    size_t k = (n + TRACK_WORK_MAX - 1) / TRACK_WORK_MAX, left = 0;
    if (k <= 1) return n;
    for (size_t i = 0; i < n; i += k) p[left++] = p[i];
    return left;
}

static void write_numbers(JsonOut *out, const char *name, const TrackPoint *p, size_t n, bool times)
{
    jout_key(out, name);
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        if (times) jout_i64(out, p[i].t);
        else jout_f64(out, p[i].speed);
    }
    jout_close_array(out);
}

static void write_place(JsonOut *out, const TrackPoint *p)
{
    jout_open_array(out);
    jout_f64(out, p->lon);
    jout_f64(out, p->lat);
    jout_close_array(out);
}

/* One stretch without a gap; a lonely position is a Point, because a LineString has two at least. */
static void write_stretch(JsonOut *out, const TrackPoint *p, size_t n)
{
    jout_open(out);
    jout_kz(out, "type", "Feature");
    jout_key(out, "geometry");
    jout_open(out);
    jout_kz(out, "type", n > 1 ? "LineString" : "Point");
    jout_key(out, "coordinates");
    if (n > 1) jout_open_array(out);
    for (size_t i = 0; i < n; i++) write_place(out, &p[i]);
    if (n > 1) jout_close_array(out);
    jout_close(out);
    jout_key(out, "properties");
    jout_open(out);
    write_numbers(out, "times", p, n, true);
    write_numbers(out, "speeds", p, n, false);
    jout_close(out);
    jout_close(out);
}

/* Each stretch gets vertices by its share of the positions. */
static void write_stretches(JsonOut *out, TrackPoint *p, size_t n)
{
    for (size_t a = 0, b; a < n; a = b) {
        for (b = a + 1; b < n && p[b].t - p[b - 1].t <= TRACK_GAP_MS;) b++;
        size_t share = (b - a) * TRACK_KEEP / n;
        double tolerance;
        write_stretch(out, p + a, track_thin(p + a, b - a, share < 2 ? 2 : share, &tolerance));
    }
}

Rc vehicle_track(Req *req, Res *res)
{
    Window w;
    const VehicleItem *v;
    Rows rows[3];
    TRY(read_window(req, &w));
    TRY(find_vehicle(req, &v));
    TRY(read_rows(req, v->point[V_LAT].no, &w, &rows[0]));
    TRY(read_rows(req, v->point[V_LON].no, &w, &rows[1]));
    TRY(read_rows(req, v->point[V_SPEED].no, &w, &rows[2]));
    TrackPoint *p = ARENA_ARRAY(req->ctx.arena, TrackPoint, rows[0].n + 1);
    size_t n = join(rows, p);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "type", "FeatureCollection");
    jout_ki(out, "from", w.from);
    jout_ki(out, "to", w.to);
    jout_ki(out, "positions", (int64_t)n);
    jout_kb(out, "cut", rows[0].n == TRACK_READ_MAX);
    jout_key(out, "features");
    jout_open_array(out);
    write_stretches(out, p, every_kth(p, n));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

const Route vehicle_routes[VEHICLE_ROUTES] = {
    {HTTP_GET, "/api/vehicles/positions", "vehicle.read", positions,
     .title = T("车辆实时位置", "Positions of all vehicles")},
    {HTTP_GET, "/api/vehicles/unknown", "vehicle.read", unknown,
     .title = T("未登记终端", "Terminals that belong to no vehicle")},
    {HTTP_GET, "/api/vehicles/{id}/track", "vehicle.read", vehicle_track,
     .title = T("车辆轨迹", "Track of a vehicle as GeoJSON")},
};
