/* The judgement of a position. Every fence stands for itself: a vehicle with two fences to stay in must be in
 * both. The edge belongs to the area, so a vehicle on the edge of a forbidden one breaks it and one on the
 * edge of its own does not. */
#include "fence.h"
#include "base/clock.h"

#include <math.h>

/* ---- Shapes ---- */

static bool read_position(const Json *j, GeoPoint *out)
{
    return j && j->type == JSON_ARRAY && j->count == 2 && json_f64(j->child, &out->lon) &&
           json_f64(j->child->next, &out->lat) && out->lon >= 73 && out->lon <= 136 && out->lat >= 3 &&
           out->lat <= 54;
}

static Rc members(Ctx *ctx, const Json *j, const char *const names[3])
{
    JSON_EACH(m, j)
    {
        bool known = false;
        for (size_t i = 0; i < 3 && names[i]; i++) known = known || str_is(m->name, names[i]);
        if (!known)
            return FAIL_FIELD(ctx, "shape", "unknown", 0, "围栏形状中有不认识的成员“%.*s”",
                              "the shape has an unknown member \"%.*s\"", STR_ARG(m->name));
    }
    return RC_OK;
}

static Rc read_circle(Ctx *ctx, const Json *j, FenceShape *out)
{
    static const char *const names[] = {"type", "center", "radius"};
    TRY(members(ctx, j, names));
    if (!read_position(json_get(j, "center"), &out->centre))
        return FAIL_FIELD(ctx, "shape", "center", 0, "圆心 center 应为 [经度, 纬度]，在中国范围内",
                          "center must be [longitude, latitude] inside China");
    if (!json_f64(json_get(j, "radius"), &out->radius) || out->radius < FENCE_RADIUS_MIN ||
        out->radius > FENCE_RADIUS_MAX)
        return FAIL_FIELD(ctx, "shape", "radius", 0, "半径 radius 应为 %.0f 至 %.0f 米",
                          "radius must be from %.0f to %.0f metres", FENCE_RADIUS_MIN, FENCE_RADIUS_MAX);
    return RC_OK;
}

static Rc read_ring(Ctx *ctx, const Json *ring, GeoPoint *corners, size_t *n)
{
    *n = 0;
    JSON_EACH(p, ring)
    {
        if (*n == FENCE_CORNERS_MAX)
            return FAIL_FIELD(ctx, "shape", "limit", 0, "多边形顶点不能超过 %d 个",
                              "a polygon has at most %d corners", FENCE_CORNERS_MAX);
        if (!read_position(p, &corners[*n]))
            return FAIL_FIELD(ctx, "shape", "position", 0, "第 %zu 个顶点应为 [经度, 纬度]，在中国范围内",
                              "corner %zu must be [longitude, latitude] inside China", *n + 1);
        ++*n;
    }
    return RC_OK;
}

static Rc read_polygon(Ctx *ctx, const Json *j, FenceShape *out)
{
    static const char *const names[] = {"type", "coordinates", NULL};
    const Json *rings = json_get(j, "coordinates");
    size_t n;
    TRY(members(ctx, j, names));
    if (!rings || rings->type != JSON_ARRAY || rings->count != 1 || rings->child->type != JSON_ARRAY)
        return FAIL_FIELD(ctx, "shape", "rings", 0, "多边形的 coordinates 应只有一个环（不支持岛洞）",
                          "the polygon's coordinates must be one ring (holes are not supported)");
    GeoPoint *corners = ARENA_ARRAY(ctx->arena, GeoPoint, FENCE_CORNERS_MAX);
    TRY(read_ring(ctx, rings->child, corners, &n));
    Ctx probe;
    ctx_init(&probe, ctx->arena, ctx->lang);
    if (geo_area_new(&probe, corners, n, &out->area) < 0)
        return FAIL_FIELD(ctx, "shape", "polygon", 0, "%s", "%s", probe.err.message);
    return RC_OK;
}

Rc fence_shape_read(Ctx *ctx, const Json *j, FenceShape *out)
{
    *out = (FenceShape){0};
    Str type = json_str(json_get(j, "type"));
    if (str_is(type, "Circle")) return read_circle(ctx, j, out);
    if (str_is(type, "Polygon")) return read_polygon(ctx, j, out);
    return FAIL_FIELD(ctx, "shape", "type", 0, "形状 type 应为 Polygon 或 Circle",
                      "the shape's type must be Polygon or Circle");
}

void fence_shape_close(FenceShape *s)
{
    geo_area_free(&s->area);
}

bool fence_shape_has(const FenceShape *s, GeoPoint p)
{
    if (s->area) return geo_area_has(s->area, p);
    /* One degree of latitude is 111 km at least: most are out without a sine. */
    return fabs(p.lat - s->centre.lat) * 111000 <= s->radius && geo_metres(s->centre, p) <= s->radius;
}

/* ---- Hours ---- */

bool fence_hour_read(Str s, int *out)
{
    if (s.n != 5 || s.p[2] != ':') return false;
    int v[2];
    for (int i = 0; i < 2; i++) {
        char a = s.p[i * 3], b = s.p[i * 3 + 1];
        if (a < '0' || a > '9' || b < '0' || b > '9') return false;
        v[i] = (a - '0') * 10 + (b - '0');
    }
    *out = v[0] * 60 + v[1];
    return v[0] < 24 && v[1] < 60;
}

static bool in_hours(const Fence *f, int64_t t)
{
    if (f->from == f->to) return true;
    Civil c = civil_of(t);
    int m = c.hour * 60 + c.minute;
    return f->from < f->to ? m >= f->from && m < f->to : m >= f->from || m < f->to;
}

/* ---- Judgement ---- */

static bool of_kind(const Fence *f, Str kind)
{
    if (f->kinds.n == 0) return true;
    for (size_t i = 0; i + kind.n + 2 <= f->kinds.n; i++)
        if (f->kinds.p[i] == ' ' && f->kinds.p[i + kind.n + 1] == ' ' &&
            str_eq(str_n(f->kinds.p + i + 1, kind.n), kind))
            return kind.n > 0;
    return false;
}

bool fence_applies(const Fence *f, const FencePosition *p)
{
    if (f->vehicle ? f->vehicle != p->vehicle : !of_kind(f, p->kind)) return false;
    if (f->valid_from != TIME_NONE && p->t < f->valid_from) return false;
    if (f->valid_to != TIME_NONE && p->t >= f->valid_to) return false;
    return in_hours(f, p->t);
}

bool fence_broken(const Fence *f, const FencePosition *p)
{
    if (f->rule == FENCE_SPEED && !(p->speed > f->limit)) return false;
    bool inside = fence_shape_has(&f->shape, p->at);
    return f->rule == FENCE_KEEP_IN ? !inside : inside;
}

size_t fence_judge(const Fence *fences, size_t n, const FencePosition *p, size_t *broken, size_t max,
                   uint8_t *grade)
{
    size_t found = 0;
    *grade = 0;
    for (size_t i = 0; i < n; i++) {
        if (!fence_applies(&fences[i], p) || !fence_broken(&fences[i], p)) continue;
        if (found < max) broken[found] = i;
        found++;
        if (!*grade || fences[i].grade < *grade) *grade = fences[i].grade;
    }
    return found;
}
