/* Snapshots of all points: the registry, by which the intake knows codes and sources, and the live set, by
 * which requests know what belongs to a number. Both are made anew from one query after a commit that touched
 * points, devices or objects, and replaced whole. The rebuild runs in the thread of the commit, so that a new
 * point takes readings as soon as its creation is answered; commits that pile up share one. */
#include "point_private.h"
#include "mod_point_queries_sql.h"
#include "base/log.h"
#include "base/strmap.h"
#include <stdatomic.h>
#include <stdlib.h>

/* ---- One pass over the points ---- */

typedef struct Pair {
    int64_t id, value;
} Pair;

/* What points refer to, sorted by id. Looked up here instead of joined: a join costs the database three
 * searches a point. */
typedef struct Pairs {
    Pair *v;
    size_t n;
    uint32_t cap;
} Pairs;

typedef struct Build {
    Ctx *ctx;
    RegistryPoint *r;
    size_t n;
    uint32_t cap;
    uint64_t sum;              /* of the registry's content, whatever the order */
    Pairs distrusted, retired; /* devices: their clock is not believed; out of service */
    /* object → district's id and owner's id; the others → their place in the set */
    Pairs objects, owners, districts, devices, bodies;
    Pairs parents; /* device's place → its parent's id */
    LiveSet *set;  /* NULL: only the registry is wanted */
    uint32_t set_cap, fields_cap, districts_cap, devices_cap, bodies_cap;
} Build;

/* Doubles an array in an arena when i does not fit. */
static void *grow(Arena *a, void *p, size_t size, size_t need, uint32_t *cap)
{
    if (need <= *cap) return p;
    uint32_t more = *cap ? *cap : 256;
    while (more < need) more *= 2;
    void *bigger = arena_alloc(a, size * more);
    if (*cap) memcpy(bigger, p, size * *cap);
    *cap = more;
    return bigger;
}

static void pair_add(Ctx *ctx, Pairs *list, int64_t id, int64_t value)
{
    list->v = grow(ctx->arena, list->v, sizeof *list->v, list->n + 1, &list->cap);
    list->v[list->n++] = (Pair){id, value};
}

/* NULL: not there. */
static const Pair *pair_find(const Pairs *list, int64_t id)
{
    size_t low = 0, high = list->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (list->v[mid].id < id) low = mid + 1;
        else high = mid;
    }
    return low < list->n && list->v[low].id == id ? &list->v[low] : NULL;
}

typedef void (*RowFn)(Build *b, const DbCursor *c);

static Rc each_row(Work *w, Build *b, const DbQuery *q, RowFn fn)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, q, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0) fn(b, c);
    db_close(&c);
    return rc;
}

static void add_device(Build *b, const DbCursor *c)
{
    LiveSet *s = b->set;
    int64_t id = db_i64(c, 0);
    bool in_service = db_is_null(c, 6) || db_bool(c, 6);
    if (db_bool(c, 5)) pair_add(b->ctx, &b->distrusted, id, 0);
    if (!in_service) pair_add(b->ctx, &b->retired, id, 0);
    if (!s) return;
    pair_add(b->ctx, &b->devices, id, (int64_t)s->ndevices);
    if (db_i64(c, 4)) pair_add(b->ctx, &b->parents, (int64_t)s->ndevices, db_i64(c, 4));
    s->devices = grow(s->arena, s->devices, sizeof *s->devices, s->ndevices + 1, &b->devices_cap);
    s->devices[s->ndevices++] = (LiveDevice){.id = id,
                                             .code = str_z(s->arena, db_str(c, 1)),
                                             .name = str_z(s->arena, db_str(c, 2)),
                                             .kind = str_z(s->arena, db_str(c, 3)),
                                             .in_service = in_service};
}

static void add_object(Build *b, const DbCursor *c)
{
    pair_add(b->ctx, &b->objects, db_i64(c, 0), db_i64(c, 1));
    if (db_i64(c, 2)) pair_add(b->ctx, &b->owners, db_i64(c, 0), db_i64(c, 2));
}

static void add_body(Build *b, const DbCursor *c)
{
    LiveSet *s = b->set;
    pair_add(b->ctx, &b->bodies, db_i64(c, 0), (int64_t)s->nbodies);
    s->bodies = grow(s->arena, s->bodies, sizeof *s->bodies, s->nbodies + 1, &b->bodies_cap);
    s->bodies[s->nbodies++] = (LiveBody){db_i64(c, 0), str_z(s->arena, db_str(c, 1)),
                                         str_z(s->arena, db_str(c, 2)), str_z(s->arena, db_str(c, 3))};
}

static void add_district(Build *b, const DbCursor *c)
{
    LiveSet *s = b->set;
    pair_add(b->ctx, &b->districts, db_i64(c, 0), (int64_t)s->ndistricts);
    s->districts = grow(s->arena, s->districts, sizeof *s->districts, s->ndistricts + 1, &b->districts_cap);
    s->districts[s->ndistricts++] =
        (LiveDistrict){db_i64(c, 0), str_z(s->arena, db_str(c, 1)), str_z(s->arena, db_str(c, 2)),
                       str_z(s->arena, db_str(c, 3))};
}

static uint32_t place_of(const Pairs *list, int64_t id)
{
    const Pair *p = id ? pair_find(list, id) : NULL;
    return p ? (uint32_t)p->value : 0;
}

static uint32_t district_of(const Build *b, int64_t object)
{
    const Pair *o = object ? pair_find(&b->objects, object) : NULL;
    return o ? place_of(&b->districts, o->value) : 0;
}

static uint32_t body_of(const Build *b, int64_t object, int64_t owner)
{
    const Pair *o = object && !owner ? pair_find(&b->owners, object) : NULL;
    return place_of(&b->bodies, o ? o->value : owner);
}

/* Devices stand in the order of their ids, and a child may stand before its parent. */
static void join_parents(Build *b)
{
    for (size_t i = 0; i < b->parents.n; i++)
        b->set->devices[b->parents.v[i].id].parent = place_of(&b->devices, b->parents.v[i].value);
}

static uint8_t role_of(Str quantity)
{
    return str_is(quantity, "battery") ? LIVE_BATTERY : str_is(quantity, "signal") ? LIVE_SIGNAL : LIVE_PLAIN;
}

/* A point of a device that is out of service is out of service too. */
static bool serves(const Build *b, const DbCursor *c)
{
    int64_t device = db_i64(c, 10);
    return db_bool(c, 4) && !(device && pair_find(&b->retired, device));
}

static uint16_t field_index(Build *b, Str code)
{
    LiveSet *s = b->set;
    for (size_t i = 0; i < s->nfields; i++)
        if (str_is(code, s->fields[i])) return (uint16_t)i;
    if (s->nfields == UINT16_MAX) return 0;
    s->fields = grow(s->arena, s->fields, sizeof *s->fields, s->nfields + 1, &b->fields_cap);
    s->fields[s->nfields] = str_z(s->arena, code);
    return (uint16_t)s->nfields++;
}

static void add_live(Build *b, const DbCursor *c, uint32_t no)
{
    LiveSet *s = b->set;
    s->p = grow(s->arena, s->p, sizeof *s->p, (size_t)no + 1, &b->set_cap);
    s->p[no] = (LivePoint){.id = db_i64(c, 1),
                           .object = db_i64(c, 8),
                           .interval_ms = db_i64(c, 6) * 1000,
                           .since = db_time(c, 5),
                           .district = district_of(b, db_i64(c, 8)),
                           .device = place_of(&b->devices, db_i64(c, 10)),
                           .body = body_of(b, db_i64(c, 8), db_i64(c, 12)),
                           .holder = body_of(b, db_i64(c, 8), 0),
                           .field = field_index(b, db_str(c, 9)),
                           .role = role_of(db_str(c, 11)),
                           .in_service = serves(b, c),
                           .must_monitor = db_bool(c, 7)};
    if (no > s->max) s->max = no;
}

static uint64_t content_hash(const RegistryPoint *r)
{
    const int64_t figures[] = {r->number,
                               r->in_service,
                               r->arrival_time,
                               r->in_service_since,
                               (int64_t)hash_bytes(r->code.p, r->code.n),
                               (int64_t)hash_bytes(r->source.p, r->source.n)};
    return hash_bytes(figures, sizeof figures);
}

static void add_point(Build *b, const DbCursor *c)
{
    int64_t no = db_i64(c, 0), device = db_i64(c, 10);
    if (no < 1 || no > INT32_MAX) return;
    b->r = grow(b->ctx->arena, b->r, sizeof *b->r, b->n + 1, &b->cap);
    RegistryPoint *r = &b->r[b->n++];
    *r = (RegistryPoint){.code = db_str_copy(b->ctx, c, 2),
                         .source = db_str_copy(b->ctx, c, 3),
                         .number = (uint32_t)no,
                         .in_service = serves(b, c),
                         .arrival_time = device && pair_find(&b->distrusted, device),
                         .in_service_since = db_time(c, 5)};
    b->sum += content_hash(r);
    if (b->set) add_live(b, c, (uint32_t)no);
}

static Rc walk(Work *w, Build *b)
{
    TRY(each_row(w, b, &q_point_devices, add_device));
    if (b->set) {
        join_parents(b);
        TRY(each_row(w, b, &q_point_objects, add_object));
        TRY(each_row(w, b, &q_point_districts, add_district));
        TRY(each_row(w, b, &q_point_bodies, add_body));
    }
    return each_row(w, b, &q_point_all, add_point);
}

Rc point_registry_build(Work *w, Registry **out)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, w->ctx->lang);
    Build b = {.ctx = &ctx};
    Rc rc = walk(w, &b);
    if (rc >= 0) *out = registry_new(b.r, b.n);
    arena_free(&a);
    return rc < 0 ? rc : 0;
}

/* ---- The live set ---- */

static void set_free(void *p)
{
    LiveSet *s = p;
    arena_free(&s->arena);
    free(s);
}

static LiveSet *set_new(Build *b)
{
    LiveSet *s = calloc(1, sizeof *s);
    ENSURE(s != NULL);
    s->arena = arena_new(0);
    b->set = s;
    field_index(b, STR(""));
    s->districts = grow(s->arena, s->districts, sizeof *s->districts, 1, &b->districts_cap);
    s->districts[s->ndistricts++] = (LiveDistrict){0};
    s->devices = grow(s->arena, s->devices, sizeof *s->devices, 1, &b->devices_cap);
    s->devices[s->ndevices++] = (LiveDevice){.in_service = true};
    s->bodies = grow(s->arena, s->bodies, sizeof *s->bodies, 1, &b->bodies_cap);
    s->bodies[s->nbodies++] = (LiveBody){0};
    s->p = grow(s->arena, s->p, sizeof *s->p, 1, &b->set_cap);
    return s;
}

static Rc build_both(PointLive *live, Ctx *ctx, Build *b)
{
    Work w;
    *b = (Build){.ctx = ctx};
    TRY(work_begin_as(ctx, live->kernel, NULL, "registry", false, &w));
    set_new(b);
    Rc rc = walk(&w, b);
    if (rc >= 0) rc = work_commit(&w);
    if (rc < 0) set_free(b->set);
    return rc;
}

/* ---- Out of service with an alarm ---- */

/* The watch leaves points out of service out when it looks for offline ones, but an alarm that had risen
 * before would wait for a reading that need not come. Such a point is taken out of the registry for a moment,
 * which returns its alarms, and put back with a clean state. */
typedef struct Leaving {
    bool *gone; /* by number: went out of service in this rebuild */
    uint32_t max;
    bool *held; /* of those, the ones with an offline alarm */
    size_t nheld;
} Leaving;

static size_t find_gone(const LiveSet *old, const LiveSet *now, bool *gone)
{
    size_t n = 0;
    for (uint32_t no = 1; no <= old->max && no <= now->max; no++) {
        gone[no] = old->p[no].id && old->p[no].in_service && now->p[no].id && !now->p[no].in_service;
        n += gone[no];
    }
    return n;
}

static void note_held(void *ud, const RuleSet *rules, const IntakeEvent *ev)
{
    Leaving *l = ud;
    uint32_t no = ev->e.point;
    if (no > l->max || !l->gone[no] || l->held[no]) return;
    if (ev->e.rule >= ruleset_count(rules) || ruleset_kind(rules, ev->e.rule) != RULE_OFFLINE) return;
    l->held[no] = true;
    l->nheld++;
}

static Rc release_leaving(PointLive *live, Build *b)
{
    LiveSet *old = snapshot_take(live->set);
    if (!old) return RC_OK;
    Leaving l = {.max = old->max,
                 .gone = ARENA_ARRAY(b->ctx->arena, bool, (size_t)old->max + 1),
                 .held = ARENA_ARRAY(b->ctx->arena, bool, (size_t)old->max + 1)};
    size_t gone = find_gone(old, b->set, l.gone);
    snapshot_release(live->set, old);
    if (gone) intake_active(live->intake, note_held, &l);
    if (!l.nheld) return RC_OK;
    RegistryPoint *rest = ARENA_ARRAY(b->ctx->arena, RegistryPoint, b->n);
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->r[i].number > l.max || !l.held[b->r[i].number]) rest[n++] = b->r[i];
    return intake_reload(b->ctx, live->intake, registry_new(rest, n), NULL);
}

/* ---- Rebuilding ---- */

/* under live->rebuild */
static Rc rebuild(PointLive *live, Ctx *ctx)
{
    uint64_t upto = atomic_load(&live->wanted);
    Build b;
    TRY(build_both(live, ctx, &b));
    /* An object that moved to another district is nothing for the lanes. */
    bool same = live->loaded && b.sum == live->sum;
    Rc rc = same ? RC_OK : release_leaving(live, &b);
    snapshot_publish(live->set, b.set);
    TRY(rc);
    if (!same) TRY(intake_reload(ctx, live->intake, registry_new(b.r, b.n), NULL));
    live->sum = b.sum;
    live->loaded = true;
    live->built = upto;
    return 0;
}

void point_committed(Kernel *k, const Entity *e)
{
    (void)e;
    PointLive *live = point_live(k);
    if (!live) return; /* not started: whoever starts reads everything */
    uint64_t mine = atomic_fetch_add(&live->wanted, 1) + 1;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    pthread_mutex_lock(&live->rebuild);
    if (live->built < mine && rebuild(live, &ctx) < 0) log_err(LOG_ERROR, "point", &ctx);
    pthread_mutex_unlock(&live->rebuild);
    arena_free(&a);
}

/* ---- At work ---- */

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static PointLive *list;

PointLive *point_live(Kernel *k)
{
    pthread_mutex_lock(&list_lock);
    PointLive *live = list;
    while (live && live->kernel != k) live = live->next;
    pthread_mutex_unlock(&list_lock);
    return live;
}

static void live_free(PointLive *live)
{
    snapshot_free(&live->set);
    pthread_mutex_destroy(&live->rebuild);
    free(live);
}

Rc point_live_start(Ctx *ctx, Kernel *k)
{
    PointLive *live = calloc(1, sizeof *live);
    ENSURE(live != NULL);
    live->kernel = k;
    live->intake = kernel_service(k, "intake");
    live->set = snapshot_new(set_free);
    pthread_mutex_init(&live->rebuild, NULL);
    Rc rc = rebuild(live, ctx);
    if (rc >= 0) rc = point_values_start(ctx, live);
    if (rc >= 0) {
        rc = point_health_start(ctx, live);
        if (rc < 0) point_values_stop(live);
    }
    if (rc < 0) {
        live_free(live);
        return rc;
    }
    pthread_mutex_lock(&list_lock);
    live->next = list;
    list = live;
    pthread_mutex_unlock(&list_lock);
    kernel_provide(k, "point_reach", (void *)(uintptr_t)&point_reach);
    return 0;
}

void point_live_stop(Kernel *k)
{
    PointLive *live = point_live(k);
    if (!live) return;
    pthread_mutex_lock(&list_lock);
    PointLive **at = &list;
    while (*at != live) at = &(*at)->next;
    *at = live->next;
    pthread_mutex_unlock(&list_lock);
    point_health_stop(live);
    point_values_stop(live);
    live_free(live);
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

Rc point_set_take(Ctx *ctx, Kernel *k, PointLive **live, const LiveSet **out)
{
    *live = point_live(k);
    if (!*live) return FAIL(ctx, RC_BUSY, "point.starting", "系统正在启动", "the system is starting");
    Hold *h = ARENA_NEW(ctx->arena, Hold);
    *h = (Hold){(*live)->set, snapshot_take((*live)->set)};
    arena_defer(ctx->arena, release, h);
    *out = h->value;
    return 0;
}

static int field_by_code(const void *a, const void *b, void *ud)
{
    const LiveSet *set = ud;
    return strcmp(set->fields[*(const uint32_t *)a], set->fields[*(const uint32_t *)b]);
}

const uint32_t *live_fields_in_order(Arena *a, const LiveSet *set)
{
    uint32_t *order = ARENA_ARRAY(a, uint32_t, set->nfields + 1);
    for (uint32_t i = 0; i < set->nfields; i++) order[i] = i;
    qsort_r(order, set->nfields, sizeof *order, field_by_code, (void *)(uintptr_t)set);
    return order;
}
