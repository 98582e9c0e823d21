/* The slice at work: the snapshot of vehicles and fences, renewed in the thread of the commit that changed
 * them; the judge the gateway asks; and once a second the vehicles that moved, for browsers. Nobody listening
 * costs nothing. */
#include "vehicle_private.h"
#include "mod/point.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { PERIOD_MS = 1000, PLATES = 1024, PLATE_MAX = 32 };

typedef struct Plate {
    char phone[JT808_PHONE_MAX], plate[PLATE_MAX];
} Plate;

typedef struct VehicleLive {
    struct VehicleLive *next;
    Kernel *kernel;
    Intake *intake;
    SnapshotSlot *set;
    pthread_mutex_t rebuild; /* one at a time, so that an older one never overtakes */
    _Atomic uint64_t wanted;
    uint64_t built, turns; /* under rebuild */
    Jt808Judge judge;
    Ticker *ticker;
    VehiclePosition *sent; /* the ticker's, of the snapshot sent_turn */
    uint64_t sent_turn;
    pthread_mutex_t plates_lock;
    Plate plates[PLATES];
} VehicleLive;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static VehicleLive *list;

static VehicleLive *live_of(Kernel *k)
{
    pthread_mutex_lock(&list_lock);
    VehicleLive *live = list;
    while (live && live->kernel != k) live = live->next;
    pthread_mutex_unlock(&list_lock);
    return live;
}

/* ---- The snapshot ---- */

/* under live->rebuild */
static Rc rebuild(VehicleLive *live, Ctx *ctx)
{
    Work w;
    VehicleSet *set = NULL;
    uint64_t upto = atomic_load(&live->wanted);
    TRY(work_begin_as(ctx, live->kernel, NULL, "vehicles", false, &w));
    Rc rc = vehicle_set_build(&w, &set);
    work_abort(&w);
    if (rc < 0) return rc;
    set->turn = ++live->turns;
    snapshot_publish(live->set, set);
    live->built = upto;
    return RC_OK;
}

void vehicle_committed(Kernel *k, const Entity *e)
{
    (void)e;
    VehicleLive *live = live_of(k);
    if (!live) return; /* not started: whoever starts reads everything */
    uint64_t mine = atomic_fetch_add(&live->wanted, 1) + 1;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    pthread_mutex_lock(&live->rebuild);
    if (live->built < mine && rebuild(live, &ctx) < 0) log_err(LOG_ERROR, "vehicle", &ctx);
    pthread_mutex_unlock(&live->rebuild);
    arena_free(&a);
}

typedef struct Hold {
    SnapshotSlot *slot;
    void *value;
} Hold;

static void release(void *p)
{
    Hold *h = p;
    snapshot_release(h->slot, h->value);
}

Rc vehicle_set_take(Ctx *ctx, Kernel *k, const VehicleSet **out)
{
    VehicleLive *live = live_of(k);
    if (!live) return FAIL(ctx, RC_BUSY, "vehicle.starting", "系统正在启动", "the system is starting");
    Hold *h = ARENA_NEW(ctx->arena, Hold);
    *h = (Hold){live->set, snapshot_take(live->set)};
    arena_defer(ctx->arena, release, h);
    *out = h->value;
    return RC_OK;
}

/* ---- The judge (on the gateway's thread) ---- */

static int judge_fence(void *ud, const char *phone, const Jt808Location *l)
{
    VehicleLive *live = ud;
    VehicleSet *set = snapshot_take(live->set);
    uint32_t at = strmap_get(set->by_phone, str_of(phone));
    int value = -1;
    if (at != STRMAP_NONE && set->v[at].in_service) {
        FencePosition p = {set->v[at].id, str_of(set->v[at].kind), {l->lon, l->lat}, l->speed, l->t};
        uint8_t grade;
        size_t broken[1];
        fence_judge(set->fence, set->nfences, &p, broken, 1, &grade);
        value = grade ? 5 - grade : 0;
    }
    snapshot_release(live->set, set);
    return value;
}

/* A table by hash without chains: a plate that is overwritten is only a form that is filled by hand. */
static Plate *plate_place(VehicleLive *live, Str phone)
{
    return &live->plates[hash_bytes(phone.p, phone.n) % PLATES];
}

static void judge_registered(void *ud, const char *phone, Str plate)
{
    VehicleLive *live = ud;
    pthread_mutex_lock(&live->plates_lock);
    Plate *p = plate_place(live, str_of(phone));
    snprintf(p->phone, sizeof p->phone, "%s", phone);
    while (plate.n >= sizeof p->plate || (plate.n && !str_utf8_ok(plate))) plate.n--;
    snprintf(p->plate, sizeof p->plate, "%.*s", STR_ARG(plate));
    pthread_mutex_unlock(&live->plates_lock);
}

Str vehicle_plate_of(Ctx *ctx, Kernel *k, Str phone)
{
    VehicleLive *live = live_of(k);
    if (!live) return STR_NONE;
    pthread_mutex_lock(&live->plates_lock);
    const Plate *p = plate_place(live, phone);
    Str plate = str_is(phone, p->phone) ? str_copy(ctx->arena, str_of(p->plate)) : STR_NONE;
    pthread_mutex_unlock(&live->plates_lock);
    return plate;
}

/* ---- Positions ---- */

static SeriesLatest newest(Intake *in, uint32_t no)
{
    SeriesLatest v = {.t = TIME_NONE, .v = NAN};
    if (no) series_latest(intake_series(in), no, 1, &v);
    return v;
}

VehiclePosition vehicle_where(Kernel *k, const VehicleItem *v)
{
    Intake *in = kernel_service(k, "intake");
    const PointGrades *grades = kernel_service(k, "point_grades");
    SeriesLatest lat = newest(in, v->point[V_LAT].no), lon = newest(in, v->point[V_LON].no);
    SeriesLatest speed = newest(in, v->point[V_SPEED].no), way = newest(in, v->point[V_DIRECTION].no);
    SeriesLatest fence = newest(in, v->point[V_FENCE].no);
    VehiclePosition p = {.t = TIME_NONE};
    if (lat.t != TIME_NONE && lon.t != TIME_NONE)
        p = (VehiclePosition){lat.t, lon.v, lat.v, speed.v, way.v, 0, 0, lat.q};
    p.fence = fence.t != TIME_NONE && fence.v >= 0 && fence.v <= 4 ? (int)fence.v : 0;
    for (size_t i = 0; i < VEHICLE_QUANTITIES; i++) {
        uint8_t g = v->point[i].no ? grades->grade(grades->ud, v->point[i].no) : 0;
        if (g && (!p.grade || g < p.grade)) p.grade = g;
    }
    return p;
}

bool vehicle_row(const VehicleItem *v, const VehiclePosition *p, JsonOut *out)
{
    if (p->t == TIME_NONE) return false;
    jout_open_array(out);
    jout_id(out, v->id);
    jout_i64(out, p->t);
    jout_f64(out, p->lon);
    jout_f64(out, p->lat);
    jout_f64(out, p->speed);
    jout_f64(out, p->direction);
    if (p->grade) jout_i64(out, p->grade);
    else jout_null(out);
    jout_i64(out, p->fence);
    jout_i64(out, p->q);
    jout_close_array(out);
    return true;
}

static bool same(const VehiclePosition *a, const VehiclePosition *b)
{
    return a->t == b->t && a->grade == b->grade && a->fence == b->fence && a->q == b->q && a->lon == b->lon &&
           a->lat == b->lat;
}

/* A changed register makes everything new to the browsers. */
static void fit_sent(VehicleLive *live, const VehicleSet *set)
{
    if (live->sent_turn == set->turn) return;
    free(live->sent);
    live->sent = calloc(set->n + 1, sizeof *live->sent);
    ENSURE(live->sent);
    for (size_t i = 0; i < set->n; i++) live->sent[i].t = TIME_NONE;
    live->sent_turn = set->turn;
}

typedef struct Moved {
    const VehicleItem *v;
    VehiclePosition p;
} Moved;

/* What one event is made from. */
typedef struct Round {
    Arena *arena;
    Moved *moved;
    size_t n;
    int64_t now;
    Str whole;
} Round;

static void find_moved(VehicleLive *live, const VehicleSet *set, Round *r)
{
    r->moved = ARENA_ARRAY(r->arena, Moved, set->n + 1);
    for (size_t i = 0; i < set->n; i++) {
        VehiclePosition p = vehicle_where(live->kernel, &set->v[i]);
        if (same(&p, &live->sent[i])) continue;
        live->sent[i] = p;
        r->moved[r->n++] = (Moved){&set->v[i], p};
    }
}

/* Empty when the scope sees none of those that moved. */
static Str make_text(const Round *r, const Scope *scope)
{
    StrBuf text;
    JsonOut out;
    size_t rows = 0;
    buf_init(&text, r->arena);
    jout_init(&out, &text);
    jout_open(&out);
    jout_ki(&out, "t", r->now);
    jout_key(&out, "columns");
    jout_raw(&out, STR(VEHICLE_COLUMNS));
    jout_key(&out, "rows");
    jout_open_array(&out);
    for (size_t i = 0; i < r->n; i++)
        if (vehicle_in_scope(r->moved[i].v, scope)) rows += vehicle_row(r->moved[i].v, &r->moved[i].p, &out);
    jout_close_array(&out);
    jout_close(&out);
    return rows ? buf_str(&text) : STR_NONE;
}

static Str text_for(void *ud, const Scope *scope)
{
    Round *r = ud;
    if (!scope_is_whole(scope)) return make_text(r, scope);
    if (!r->whole.p) r->whole = make_text(r, scope);
    return r->whole;
}

static void publish(void *arg)
{
    VehicleLive *live = arg;
    SseHub *hub = kernel_hub(live->kernel);
    if (!hub || !sse_wanted(hub, TOPIC_VEHICLES)) return;
    VehicleSet *set = snapshot_take(live->set);
    Round r = {.arena = arena_new(0), .now = clock_now()};
    fit_sent(live, set);
    find_moved(live, set, &r);
    if (r.n) events_publish(live->kernel, TOPIC_VEHICLES, "vehicles", text_for, &r);
    arena_free(&r.arena);
    snapshot_release(live->set, set);
}

/* ---- A record's computed members ---- */

static void write_broken(const VehicleSet *set, const VehicleItem *v, const VehiclePosition *p, JsonOut *out)
{
    FencePosition at = {v->id, str_of(v->kind), {p->lon, p->lat}, p->speed, p->t};
    size_t broken[32], most = ARRAY_LEN(broken);
    uint8_t grade;
    size_t n = fence_judge(set->fence, set->nfences, &at, broken, most, &grade);
    jout_key(out, "broken");
    jout_open_array(out);
    for (size_t i = 0; i < n && i < most && p->q == 0; i++) {
        const Fence *f = &set->fence[broken[i]];
        jout_open(out);
        jout_kid(out, "id", f->id);
        jout_kz(out, "code", f->code);
        jout_kz(out, "name", f->name);
        jout_ki(out, "grade", f->grade);
        jout_close(out);
    }
    jout_close_array(out);
}

static void write_position(const VehiclePosition *p, JsonOut *out)
{
    jout_key(out, "position");
    jout_open(out);
    jout_ki(out, "t", p->t);
    jout_kf(out, "lon", p->lon);
    jout_kf(out, "lat", p->lat);
    jout_kf(out, "speed", p->speed);
    jout_kf(out, "direction", p->direction);
    jout_ki(out, "q", p->q);
    jout_ki(out, "grade", p->grade);
    jout_close(out);
}

void vehicle_expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    (void)e;
    const VehicleSet *set;
    Ctx probe;
    ctx_init(&probe, w->ctx->arena, w->ctx->lang);
    if (vehicle_set_take(&probe, w->kernel, &set) < 0) return;
    const VehicleItem *v = vehicle_set_find(set, rec->id);
    if (!v) return;
    jout_key(out, "points");
    jout_open(out);
    for (size_t i = 0; i < VEHICLE_QUANTITIES; i++)
        if (v->point[i].id) jout_kid(out, vehicle_quantities[i].field, v->point[i].id);
    jout_close(out);
    VehiclePosition p = vehicle_where(w->kernel, v);
    if (p.t == TIME_NONE) return;
    write_position(&p, out);
    write_broken(set, v, &p, out);
}

/* ---- Start and stop ---- */

static void live_free(VehicleLive *live)
{
    ticker_stop(&live->ticker);
    snapshot_free(&live->set);
    pthread_mutex_destroy(&live->rebuild);
    pthread_mutex_destroy(&live->plates_lock);
    free(live->sent);
    free(live);
}

Rc vehicle_live_start(Ctx *ctx, Kernel *k)
{
    VehicleLive *live = calloc(1, sizeof *live);
    ENSURE(live);
    live->kernel = k;
    live->intake = kernel_service(k, "intake");
    live->set = snapshot_new(vehicle_set_free);
    live->judge = (Jt808Judge){judge_fence, judge_registered, live};
    pthread_mutex_init(&live->rebuild, NULL);
    pthread_mutex_init(&live->plates_lock, NULL);
    Rc rc = rebuild(live, ctx);
    if (rc < 0) {
        live_free(live);
        return rc;
    }
    kernel_provide(k, "jt808_judge", &live->judge);
    pthread_mutex_lock(&list_lock);
    live->next = list;
    list = live;
    pthread_mutex_unlock(&list_lock);
    live->ticker = ticker_start("vehicles", PERIOD_MS, publish, live);
    return live->ticker ? RC_OK : FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
}

void vehicle_live_stop(Kernel *k)
{
    VehicleLive *live = live_of(k);
    if (!live) return;
    pthread_mutex_lock(&list_lock);
    VehicleLive **at = &list;
    while (*at != live) at = &(*at)->next;
    *at = live->next;
    pthread_mutex_unlock(&list_lock);
    live_free(live);
}
