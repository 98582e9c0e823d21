/* A GeoJSON geometry becomes flat arrays of positions and parts in one walk; then each part is judged by
 * itself (closed, long enough, some area), and the whole by GEOS (area.c) for what needs more than one
 * position at a time. The first fault ends it: a person mends one geometry at a time. */
#include "base/num.h"
#include "geo/shape.h"
#include "shape_private.h"
#include <math.h>

const GeoReach geo_china = {73, 3, 136, 54};
const GeoReach geo_world = {-180, -90, 180, 90};

static const ShapeType types[] = {
    {"Point", GEO_POINT, 0, 1},          {"MultiPoint", GEO_POINT, 1, 1}, {"LineString", GEO_LINE, 1, 2},
    {"MultiLineString", GEO_LINE, 2, 2}, {"Polygon", GEO_AREA, 2, 4},     {"MultiPolygon", GEO_AREA, 3, 4},
};

typedef struct Reader {
    Ctx *ctx;
    const GeoField *field;
    const GeoReach *reach;
    const ShapeType *type;
    GeoShape *s;
    size_t cap, parts_cap;
} Reader;

bool geo_swapped(double lon, double lat)
{
    const GeoReach *c = &geo_china;
    bool in = lon >= c->west && lon <= c->east && lat >= c->south && lat <= c->north;
    return !in && lat >= c->west && lat <= c->east && lon >= c->south && lon <= c->north;
}

/* ---- Walk ---- */

/* "第 2 部分第 3 个位置" for messages. */
static const char *where(const Reader *r)
{
    const GeoShape *s = r->s;
    size_t first = s->nparts ? s->parts[s->nparts - 1].first : 0;
    return arena_printf(r->ctx->arena,
                        r->ctx->lang == LANG_EN ? "part %zu, position %zu" : "第 %zu 部分第 %zu 个位置",
                        s->nparts ? s->nparts : 1, s->n - first + 1);
}

static Rc bad_type(const Reader *r)
{
    return FAIL_FIELD(r->ctx, r->field->name, "type", r->field->line,
                      "几何形状的 coordinates 与类型 %s 不符（%s）",
                      "coordinates do not fit the type %s (%s)", r->type->name, where(r));
}

static Rc limit(const Reader *r)
{
    return FAIL_FIELD(r->ctx, r->field->name, "limit", r->field->line,
                      "几何形状不能超过 %d 个位置、%d 个部分",
                      "a geometry has %d positions, %d parts at most", GEO_POSITIONS_MOST, GEO_PARTS_MOST);
}

static Rc check_reach(const Reader *r, double lon, double lat)
{
    const GeoReach *a = r->reach;
    if (lon >= a->west && lon <= a->east && lat >= a->south && lat <= a->north) return 0;
    char x[NUM_TEXT_MAX], y[NUM_TEXT_MAX];
    num_print_f64(lon, x);
    num_print_f64(lat, y);
    if (geo_swapped(lon, lat))
        return FAIL_FIELD(r->ctx, r->field->name, "swapped", r->field->line,
                          "%s [%s, %s] 的经纬度可能颠倒，应为 [经度, 纬度]",
                          "%s [%s, %s]: longitude and latitude seem swapped, [longitude, latitude] is asked",
                          where(r), x, y);
    return FAIL_FIELD(r->ctx, r->field->name, "range", r->field->line,
                      "%s [%s, %s] 超出范围（经度 %g 至 %g，纬度 %g 至 %g）",
                      "%s [%s, %s] is out of range (longitude %g to %g, latitude %g to %g)", where(r), x, y,
                      a->west, a->east, a->south, a->north);
}

static Rc add_position(Reader *r, const Json *j)
{
    GeoShape *s = r->s;
    GeoPoint p;
    bool ok = j->type == JSON_ARRAY && j->count >= 2 && j->count <= 4 && json_f64(j->child, &p.lon) &&
              json_f64(j->child->next, &p.lat) && isfinite(p.lon) && isfinite(p.lat);
    if (!ok) return bad_type(r);
    if (j->count > 2) s->flat = true;
    TRY(check_reach(r, p.lon, p.lat));
    if (s->n == GEO_POSITIONS_MOST) return limit(r);
    if (s->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 16;
        GeoPoint *more = ARENA_ARRAY(r->ctx->arena, GeoPoint, cap);
        if (s->n) memcpy(more, s->p, s->n * sizeof *more);
        s->p = more;
        r->cap = cap;
    }
    s->p[s->n++] = p;
    s->west = fmin(s->west, p.lon);
    s->east = fmax(s->east, p.lon);
    s->south = fmin(s->south, p.lat);
    s->north = fmax(s->north, p.lat);
    return 0;
}

static Rc begin_part(Reader *r, bool outer)
{
    GeoShape *s = r->s;
    if (s->nparts == GEO_PARTS_MOST) return limit(r);
    if (s->nparts == r->parts_cap) {
        size_t cap = r->parts_cap ? r->parts_cap * 2 : 4;
        GeoPart *more = ARENA_ARRAY(r->ctx->arena, GeoPart, cap);
        if (s->nparts) memcpy(more, s->parts, s->nparts * sizeof *more);
        s->parts = more;
        r->parts_cap = cap;
    }
    s->parts[s->nparts++] = (GeoPart){s->n, 0, outer};
    return 0;
}

static Rc read_part(Reader *r, const Json *j, bool outer)
{
    TRY(begin_part(r, outer));
    JSON_EACH(it, j) TRY(add_position(r, it));
    GeoPart *part = &r->s->parts[r->s->nparts - 1];
    part->n = r->s->n - part->first;
    return 0;
}

static Rc walk(Reader *r, const Json *j, int depth, bool outer)
{
    if (!j || j->type != JSON_ARRAY) return bad_type(r);
    if (depth == 1) return read_part(r, j, outer);
    if (j->count == 0) return bad_type(r);
    bool first = true;
    JSON_EACH(it, j)
    {
        TRY(walk(r, it, depth - 1, first));
        first = false;
    }
    return 0;
}

/* ---- Each part ---- */

const char *shape_part_name(Ctx *ctx, const GeoShape *s, size_t part)
{
    static const Text names[] = {[GEO_POINT] = T("第 %zu 部分", "part %zu"),
                                 [GEO_LINE] = T("第 %zu 条线", "line %zu"),
                                 [GEO_AREA] = T("第 %zu 个环", "ring %zu")};
    return arena_printf(ctx->arena, ctx->lang == LANG_EN ? names[s->kind].en : names[s->kind].zh, part + 1);
}

/* Twice the signed area in square degrees; positive: against the clock. */
static double ring_area2(const GeoPoint *p, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
        sum += (p[i].lon - p[0].lon) * (p[i + 1].lat - p[0].lat) -
               (p[i + 1].lon - p[0].lon) * (p[i].lat - p[0].lat);
    return sum;
}

static void turn(GeoPoint *p, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        GeoPoint keep = p[i];
        p[i] = p[n - 1 - i];
        p[n - 1 - i] = keep;
    }
}

static Rc check_ring(Reader *r, size_t index)
{
    enum { LEAST_M2 = 1 };
    GeoShape *s = r->s;
    const GeoPart *part = &s->parts[index];
    GeoPoint *p = s->p + part->first;
    const double metre = 111194.93 * 111194.93 * cos(p[0].lat * M_PI / 180);
    if (p[0].lon != p[part->n - 1].lon || p[0].lat != p[part->n - 1].lat)
        return FAIL_FIELD(
            r->ctx, r->field->name, "closed", r->field->line, "%s未闭合，最后一个位置应与第一个相同",
            "%s is not closed, its last position must be its first", shape_part_name(r->ctx, s, index));
    double area = ring_area2(p, part->n) / 2, m2 = fabs(area) * metre;
    if (m2 < LEAST_M2)
        return FAIL_FIELD(r->ctx, r->field->name, "empty", r->field->line, "%s的面积不足 1 平方米",
                          "%s has less than one square metre", shape_part_name(r->ctx, s, index));
    s->metres2 += part->outer ? m2 : -m2;
    if ((area > 0) == part->outer) return 0;
    turn(p, part->n);
    s->turned = true;
    return 0;
}

static Rc check_line(Reader *r, size_t index)
{
    GeoShape *s = r->s;
    const GeoPart *part = &s->parts[index];
    const GeoPoint *p = s->p + part->first;
    double metres = 0;
    for (size_t i = 1; i < part->n; i++) metres += geo_metres(p[i - 1], p[i]);
    s->metres += metres;
    if (metres >= 0.01) return 0;
    return FAIL_FIELD(r->ctx, r->field->name, "empty", r->field->line, "%s没有长度", "%s has no length",
                      shape_part_name(r->ctx, s, index));
}

static Rc check_part(Reader *r, size_t index)
{
    GeoShape *s = r->s;
    if (s->parts[index].n < r->type->least)
        return FAIL_FIELD(r->ctx, r->field->name, "few", r->field->line, "%s至少要有 %zu 个位置",
                          "%s needs %zu positions at least", shape_part_name(r->ctx, s, index),
                          r->type->least);
    if (s->kind == GEO_AREA) return check_ring(r, index);
    return s->kind == GEO_LINE ? check_line(r, index) : 0;
}

/* ---- Together ---- */

static const ShapeType *type_of(const Json *geometry)
{
    Str type = json_str(json_get(geometry, "type"));
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(type, types[i].name)) return &types[i];
    return NULL;
}

Rc geo_shape_read(Ctx *ctx, const GeoField *f, const Json *geometry, const GeoReach *reach, GeoShape *out)
{
    Reader r = {.ctx = ctx, .field = f, .reach = reach, .type = type_of(geometry), .s = out};
    if (!r.type)
        return FAIL_FIELD(ctx, f->name, "type", f->line,
                          "应为 GeoJSON 的 Point、LineString、Polygon 或其 Multi 类型",
                          "must be a GeoJSON Point, LineString, Polygon or a Multi of these");
    *out = (GeoShape){.kind = r.type->kind,
                      .type = r.type->name,
                      .west = INFINITY,
                      .south = INFINITY,
                      .east = -INFINITY,
                      .north = -INFINITY};
    const Json *coordinates = json_get(geometry, "coordinates");
    if (r.type->depth == 0) {
        TRY(begin_part(&r, true));
        if (!coordinates) return bad_type(&r);
        TRY(add_position(&r, coordinates));
        out->parts[0].n = 1;
    } else {
        TRY(walk(&r, coordinates, r.type->depth, true));
    }
    for (size_t i = 0; i < out->nparts; i++) TRY(check_part(&r, i));
    return out->kind == GEO_AREA ? shape_areas_check(ctx, f, out) : 0;
}

/* ---- Writing ---- */

static void write_part(const GeoShape *s, size_t part, JsonOut *o)
{
    jout_open_array(o);
    for (size_t i = 0; i < s->parts[part].n; i++) {
        const GeoPoint *p = &s->p[s->parts[part].first + i];
        jout_open_array(o);
        jout_f64(o, p->lon);
        jout_f64(o, p->lat);
        jout_close_array(o);
    }
    jout_close_array(o);
}

static void write_polygons(const GeoShape *s, JsonOut *o)
{
    for (size_t i = 0; i < s->nparts; i++) {
        if (s->parts[i].outer && i) jout_close_array(o);
        if (s->parts[i].outer) jout_open_array(o);
        write_part(s, i, o);
    }
    jout_close_array(o);
}

void geo_shape_write(const GeoShape *s, JsonOut *o)
{
    bool multi = !strncmp(s->type, "Multi", 5);
    jout_open(o);
    jout_kz(o, "type", s->type);
    jout_key(o, "coordinates");
    if (s->kind == GEO_POINT && !multi) {
        jout_open_array(o);
        jout_f64(o, s->p->lon);
        jout_f64(o, s->p->lat);
        jout_close_array(o);
    } else if (s->kind == GEO_POINT || (s->kind == GEO_LINE && !multi)) {
        write_part(s, 0, o);
    } else {
        if (s->kind == GEO_LINE || multi) jout_open_array(o);
        if (s->kind == GEO_LINE)
            for (size_t i = 0; i < s->nparts; i++) write_part(s, i, o);
        else write_polygons(s, o);
        if (s->kind == GEO_LINE || multi) jout_close_array(o);
    }
    jout_close(o);
}
