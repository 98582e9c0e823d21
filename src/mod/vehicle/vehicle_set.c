/* All vehicles with the numbers of their points, and all fences that are switched on, as one immutable
 * snapshot: the gateway judges with it and requests read it without asking the database. */
#include "vehicle_private.h"
#include "mod_vehicle_queries_sql.h"
#include "base/log.h"

#include <stdlib.h>

typedef struct Build {
    Work *w;
    VehicleSet *s;
    size_t cap, fences_cap;
} Build;

void vehicle_set_free(void *p)
{
    VehicleSet *s = p;
    if (!s) return;
    for (size_t i = 0; i < s->nfences; i++) fence_shape_close(&s->fence[i].shape);
    strmap_free(&s->by_phone);
    arena_free(&s->arena);
    free(s);
}

static void *grow(Arena *a, void *p, size_t size, size_t n, size_t *cap)
{
    if (n < *cap) return p;
    size_t more = *cap ? *cap * 2 : 64;
    void *bigger = arena_alloc(a, size * more);
    if (n) memcpy(bigger, p, size * n);
    *cap = more;
    return bigger;
}

const VehicleItem *vehicle_set_find(const VehicleSet *s, int64_t id)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->v[mid].id < id) low = mid + 1;
        else high = mid;
    }
    return low < s->n && s->v[low].id == id ? &s->v[low] : NULL;
}

static const char *path_of(Arena *a, Str path)
{
    return path.n ? str_z(a, path) : NULL;
}

/* As vehicle_entity.scope says it for the database. */
bool vehicle_in_scope(const VehicleItem *v, const Scope *scope)
{
    RowScope row = {.path = v->path, .body_path = v->body_path, .line = STR(SCOPE_ANY_LINE)};
    return scope_sees(scope, &row);
}

static Rc read_vehicles(Build *b)
{
    DbCursor *c;
    Rc rc;
    VehicleSet *s = b->s;
    TRY(db_query(b->w->ctx, b->w->db, &q_vehicle_all, DB_NO_ARGS, &c));
    while ((rc = db_next(b->w->ctx, c)) > 0) {
        s->v = grow(s->arena, s->v, sizeof *s->v, s->n, &b->cap);
        s->v[s->n++] = (VehicleItem){.id = db_i64(c, 0),
                                     .code = str_z(s->arena, db_str(c, 1)),
                                     .name = str_z(s->arena, db_str(c, 2)),
                                     .phone = str_z(s->arena, db_str(c, 3)),
                                     .kind = str_z(s->arena, db_str(c, 4)),
                                     .in_service = db_bool(c, 5),
                                     .body_path = path_of(s->arena, db_str(c, 6)),
                                     .path = path_of(s->arena, db_str(c, 7))};
    }
    db_close(&c);
    s->by_phone = strmap_new(s->n + 1);
    for (size_t i = 0; i < s->n; i++) strmap_put(s->by_phone, str_of(s->v[i].phone), (uint32_t)i);
    return rc;
}

static Rc read_points(Build *b, size_t quantity)
{
    DbCursor *c;
    Rc rc;
    Str suffix = str_printf(b->w->ctx->arena, "#%s", vehicle_quantities[quantity].field);
    TRY(db_query(b->w->ctx, b->w->db, &q_vehicle_points, DB_ARGS(db_val_text(suffix)), &c));
    while ((rc = db_next(b->w->ctx, c)) > 0) {
        VehicleItem *v = (VehicleItem *)(uintptr_t)vehicle_set_find(b->s, db_i64(c, 0));
        if (!v) continue;
        v->point[quantity].id = db_i64(c, 1);
        v->point[quantity].no = (uint32_t)db_i64(c, 2);
    }
    db_close(&c);
    return rc;
}

/* A fence that does not read any more (stored before a check became stricter) is left out and logged. */
static bool read_shape(Build *b, const DbCursor *c, FenceShape *out)
{
    Ctx probe;
    const Json *j;
    ctx_init(&probe, b->w->ctx->arena, b->w->ctx->lang);
    if (json_parse(&probe, db_str(c, 8), &j) >= 0 && fence_shape_read(&probe, j, out) >= 0) return true;
    LOG(LOG_ERROR, "vehicle", "stored fence left out", LOG_STR("fence", db_str(c, 1)));
    return false;
}

static Rc read_fences(Build *b)
{
    DbCursor *c;
    Rc rc;
    VehicleSet *s = b->s;
    TRY(db_query(b->w->ctx, b->w->db, &q_vehicle_fences, DB_NO_ARGS, &c));
    while ((rc = db_next(b->w->ctx, c)) > 0) {
        Fence f = {.id = db_i64(c, 0),
                   .limit = db_f64(c, 4),
                   .grade = (uint8_t)db_i64(c, 5),
                   .vehicle = db_i64(c, 7),
                   .valid_from = db_time(c, 11),
                   .valid_to = db_time(c, 12)};
        if (!fence_rule_read(db_str(c, 3), &f.rule) || !read_shape(b, c, &f.shape)) continue;
        f.code = str_z(s->arena, db_str(c, 1));
        f.name = str_z(s->arena, db_str(c, 2));
        if (!db_is_null(c, 6)) f.kinds = str_printf(s->arena, " %.*s ", STR_ARG(db_str(c, 6)));
        if (!fence_hour_read(db_str(c, 9), &f.from) || !fence_hour_read(db_str(c, 10), &f.to))
            f.from = f.to = 0;
        s->fence = grow(s->arena, s->fence, sizeof *s->fence, s->nfences, &b->fences_cap);
        s->fence[s->nfences++] = f;
    }
    db_close(&c);
    return rc;
}

Rc vehicle_set_build(Work *w, VehicleSet **out)
{
    VehicleSet *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->arena = arena_new(0);
    Build b = {.w = w, .s = s};
    Rc rc = read_vehicles(&b);
    for (size_t i = 0; i < VEHICLE_QUANTITIES && rc >= 0; i++) rc = read_points(&b, i);
    if (rc >= 0) rc = read_fences(&b);
    if (rc < 0) {
        vehicle_set_free(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}
