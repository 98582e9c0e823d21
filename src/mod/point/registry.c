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
    uint64_t sum;             /* of the registry's content, whatever the order */
    Pairs distrusted;         /* devices */
    Pairs objects, districts; /* object → district's id; district → its place in the set */
    LiveSet *set;             /* NULL: only the registry is wanted */
    uint32_t set_cap, fields_cap, districts_cap;
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

static void add_distrusted(Build *b, const DbCursor *c)
{
    pair_add(b->ctx, &b->distrusted, db_i64(c, 0), 0);
}

static void add_object(Build *b, const DbCursor *c)
{
    pair_add(b->ctx, &b->objects, db_i64(c, 0), db_i64(c, 1));
}

static void add_district(Build *b, const DbCursor *c)
{
    LiveSet *s = b->set;
    pair_add(b->ctx, &b->districts, db_i64(c, 0), (int64_t)s->ndistricts);
    s->districts = grow(s->arena, s->districts, sizeof *s->districts, s->ndistricts + 1, &b->districts_cap);
    s->districts[s->ndistricts++] =
        (LiveDistrict){db_i64(c, 0), str_z(s->arena, db_str(c, 1)), str_z(s->arena, db_str(c, 2))};
}

static uint32_t district_of(const Build *b, int64_t object)
{
    const Pair *o = object ? pair_find(&b->objects, object) : NULL;
    const Pair *d = o ? pair_find(&b->districts, o->value) : NULL;
    return d ? (uint32_t)d->value : 0;
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
                           .district = district_of(b, db_i64(c, 8)),
                           .field = field_index(b, db_str(c, 9)),
                           .in_service = db_bool(c, 4),
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
                         .in_service = db_bool(c, 4),
                         .arrival_time = device && pair_find(&b->distrusted, device),
                         .in_service_since = db_time(c, 5)};
    b->sum += content_hash(r);
    if (b->set) add_live(b, c, (uint32_t)no);
}

static Rc walk(Work *w, Build *b)
{
    TRY(each_row(w, b, &q_point_distrusted_devices, add_distrusted));
    if (b->set) TRY(each_row(w, b, &q_point_objects, add_object));
    if (b->set) TRY(each_row(w, b, &q_point_districts, add_district));
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
    s->p = grow(s->arena, s->p, sizeof *s->p, 1, &b->set_cap);
    return s;
}

static Rc build_both(PointLive *live, Ctx *ctx, LiveSet **set, Registry **registry, uint64_t *sum)
{
    Work w;
    Build b = {.ctx = ctx};
    TRY(work_begin_as(ctx, live->kernel, NULL, "registry", false, &w));
    *set = set_new(&b);
    Rc rc = walk(&w, &b);
    if (rc >= 0) rc = work_commit(&w);
    if (rc < 0) {
        set_free(*set);
        return rc;
    }
    *registry = registry_new(b.r, b.n);
    *sum = b.sum;
    return 0;
}

/* under live->rebuild */
static Rc rebuild(PointLive *live, Ctx *ctx)
{
    uint64_t upto = atomic_load(&live->wanted);
    LiveSet *set = NULL;
    Registry *registry = NULL;
    uint64_t sum = 0;
    TRY(build_both(live, ctx, &set, &registry, &sum));
    snapshot_publish(live->set, set);
    /* An object that moved to another district is nothing for the lanes. */
    bool same = live->loaded && sum == live->sum;
    if (same) registry_free(&registry);
    else TRY(intake_reload(ctx, live->intake, registry, NULL));
    live->sum = sum;
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
    if (rc < 0) {
        live_free(live);
        return rc;
    }
    pthread_mutex_lock(&list_lock);
    live->next = list;
    list = live;
    pthread_mutex_unlock(&list_lock);
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
