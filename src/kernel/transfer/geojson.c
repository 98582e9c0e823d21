/* A GeoJSON FeatureCollection as a table, so that it takes the one path of every import: the same checks, the
 * same transaction parts, the same error file. A feature is a row, a property a column; the geometry fills
 * lon and lat (a point) or geometry (any shape), brought to CGCS2000 when it comes from a web map. Lines are
 * counted as in the table: feature n is line n + 1. */
#include "transfer/geojson.h"
#include "base/num.h"
#include <math.h>

enum { FEATURES_BYTES = 16 << 20, DEPTH_MOST = 4 };

typedef struct Table {
    const Entity *e;
    GeoDatum datum;
    ptrdiff_t lon, lat, geometry; /* fields; -1: none */
    Str *columns;                 /* names of properties */
    size_t ncolumns;
    StrBuf *out;
    bool bad; /* a coordinate that is none */
} Table;

static ptrdiff_t field_of(const Entity *e, Str name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (str_is(name, e->fields[i].name)) return (ptrdiff_t)i;
    return -1;
}

static ptrdiff_t typed(const Entity *e, const char *name, FieldType type)
{
    ptrdiff_t i = field_of(e, str_of(name));
    return i >= 0 && e->fields[i].type == type && !(e->fields[i].flags & F_READONLY) ? i : -1;
}

/* What another program or our own /ogc adds beside the fields. */
static bool is_beside(const Table *t, Str name)
{
    static const char *const names[] = {"id", "fid", "ogc_fid", "version", "created_at", "updated_at"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i])) return true;
    Str stem = name;
    if (!str_ends(name, STR("_title"))) return false;
    stem.n -= strlen("_title");
    ptrdiff_t f = field_of(t->e, stem);
    return f >= 0 && t->e->fields[f].type == F_REF;
}

static bool is_taken(const Table *t, Str name)
{
    ptrdiff_t f = field_of(t->e, name);
    if (f >= 0 && (f == t->lon || f == t->lat || f == t->geometry)) return true;
    if (f >= 0 && t->e->fields[f].flags & F_READONLY) return true;
    for (size_t i = 0; i < t->ncolumns; i++)
        if (str_eq(t->columns[i], name)) return true;
    return is_beside(t, name);
}

static Rc find_columns(Ctx *ctx, Table *t, const Json *features)
{
    t->columns = ARENA_ARRAY(ctx->arena, Str, SHEET_MAX_COLS);
    JSON_EACH(f, features)
    {
        JSON_EACH(p, json_get(f, "properties"))
        {
            if (is_taken(t, p->name)) continue;
            if (t->ncolumns + 3 >= SHEET_MAX_COLS)
                return FAIL(ctx, RC_INVALID, "geojson.columns", "属性种类过多",
                            "too many different properties");
            t->columns[t->ncolumns++] = p->name;
        }
    }
    return 0;
}

/* ---- Cells ---- */

static void add_cell(Table *t, Str s)
{
    buf_addc(t->out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(t->out, '"');
        buf_addc(t->out, s.p[i]);
    }
    buf_addz(t->out, "\",");
}

static Str json_text(Arena *a, const Json *j)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_json(&o, j);
    return buf_str(&b);
}

static void add_value(Arena *a, Table *t, const Json *j)
{
    if (!j || j->type == JSON_NULL) add_cell(t, STR(""));
    else if (j->type == JSON_TEXT) add_cell(t, j->s);
    else add_cell(t, json_text(a, j));
}

/* ---- Geometry ---- */

static bool read_position(const Table *t, const Json *j, GeoPoint *p)
{
    bool ok = j && j->type == JSON_ARRAY && j->count >= 2 && json_f64(j->child, &p->lon) &&
              json_f64(j->child->next, &p->lat) && fabs(p->lon) <= 180 && fabs(p->lat) <= 90;
    if (!ok) return false;
    if (t->datum == DATUM_CGCS2000) return true;
    *p = geo_to_cgcs2000(*p, t->datum);
    p->lon = round(p->lon * 1e9) / 1e9;
    p->lat = round(p->lat * 1e9) / 1e9;
    return true;
}

static void write_coordinates(Table *t, const Json *j, int depth, JsonOut *o)
{
    GeoPoint p;
    bool position = j && j->type == JSON_ARRAY && j->child && j->child->type != JSON_ARRAY;
    jout_open_array(o);
    if (position && read_position(t, j, &p)) {
        jout_f64(o, p.lon);
        jout_f64(o, p.lat);
    } else if (position || depth == DEPTH_MOST || !j || j->type != JSON_ARRAY) {
        t->bad = true;
    } else {
        JSON_EACH(it, j) write_coordinates(t, it, depth + 1, o);
    }
    jout_close_array(o);
}

static Str shape_text(Arena *a, Table *t, const Json *g)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, a);
    jout_init(&o, &b);
    t->bad = false;
    jout_open(&o);
    jout_ks(&o, "type", json_str(json_get(g, "type")));
    jout_key(&o, "coordinates");
    write_coordinates(t, json_get(g, "coordinates"), 0, &o);
    jout_close(&o);
    return t->bad ? json_text(a, g) : buf_str(&b); /* the field's check says what is wrong */
}

static void add_number(Table *t, double v)
{
    char text[NUM_TEXT_MAX];
    add_cell(t, str_n(text, num_print_f64(v, text)));
}

static Str as_text(Arena *a, const Json *position, size_t axis)
{
    const Json *j = position ? position->child : NULL;
    if (j && axis) j = j->next;
    return j ? json_text(a, j) : STR("?");
}

/* Numbers that are no place (longitude and latitude changed over) stand as they are and fail by their range.
 * A shape where a point is asked for stands in the cell by its type, and is refused by name. */
static void add_place(Arena *a, Table *t, const Json *g)
{
    GeoPoint p;
    Str type = json_str(json_get(g, "type"));
    bool point = str_is(type, "Point");
    if (point && read_position(t, json_get(g, "coordinates"), &p)) {
        add_number(t, p.lon);
        add_number(t, p.lat);
    } else if (point) {
        add_cell(t, as_text(a, json_get(g, "coordinates"), 0));
        add_cell(t, as_text(a, json_get(g, "coordinates"), 1));
    } else {
        bool none = !g || g->type == JSON_NULL || t->geometry >= 0;
        Str text = none ? STR("") : type.n ? type : STR("?");
        add_cell(t, text);
        add_cell(t, text);
    }
}

static void add_geometry(Arena *a, Table *t, const Json *g)
{
    bool point = t->lon >= 0 && str_is(json_str(json_get(g, "type")), "Point");
    if (!g || g->type == JSON_NULL || point) add_cell(t, STR(""));
    else add_cell(t, shape_text(a, t, g));
}

static void end_row(Table *t)
{
    t->out->n--; /* the last comma */
    buf_addz(t->out, "\r\n");
}

static void write_header(Table *t)
{
    for (size_t i = 0; i < t->ncolumns; i++) add_cell(t, t->columns[i]);
    if (t->lon >= 0) add_cell(t, STR("lon"));
    if (t->lon >= 0) add_cell(t, STR("lat"));
    if (t->geometry >= 0) add_cell(t, STR("geometry"));
    end_row(t);
}

static void write_row(Arena *a, Table *t, const Json *feature)
{
    const Json *g = json_get(feature, "geometry"), *properties = json_get(feature, "properties");
    for (size_t i = 0; i < t->ncolumns; i++) {
        const Json *value = NULL;
        JSON_EACH(p, properties) if (str_eq(p->name, t->columns[i])) value = p;
        add_value(a, t, value);
    }
    if (t->lon >= 0) add_place(a, t, g);
    if (t->geometry >= 0) add_geometry(a, t, g);
    end_row(t);
}

/* ---- Together ---- */

bool geojson_is(Str content)
{
    if (str_starts(content, STR("\xEF\xBB\xBF"))) content = str_n(content.p + 3, content.n - 3);
    content = str_trim(content);
    return content.n && content.p[0] == '{';
}

static Rc find_features(Ctx *ctx, Str content, const Json **out)
{
    const Json *j;
    if (str_starts(content, STR("\xEF\xBB\xBF"))) content = str_n(content.p + 3, content.n - 3);
    if (content.n > FEATURES_BYTES)
        return FAIL(ctx, RC_TOO_LARGE, "geojson.size", "GeoJSON 文件超过 16 MB，请分批导入",
                    "the GeoJSON file exceeds 16 MB, import it in parts");
    TRY(json_parse(ctx, content, &j));
    *out = json_get(j, "features");
    if (str_is(json_str(json_get(j, "type")), "FeatureCollection") && *out && (*out)->type == JSON_ARRAY)
        return 0;
    return FAIL(ctx, RC_SYNTAX, "geojson.collection", "不是 GeoJSON 要素集（FeatureCollection）",
                "not a GeoJSON FeatureCollection");
}

Rc geojson_table(Ctx *ctx, const Entity *e, Str content, GeoDatum datum, Str *csv)
{
    const Json *features;
    StrBuf out;
    Table t = {.e = e,
               .datum = datum,
               .lon = typed(e, "lon", F_REAL),
               .lat = typed(e, "lat", F_REAL),
               .geometry = typed(e, "geometry", F_JSON),
               .out = &out};
    if (t.lon < 0 || t.lat < 0) t.lon = t.lat = -1;
    if (t.lon < 0 && t.geometry < 0)
        return FAIL(ctx, RC_INVALID, "geojson.entity", "此类记录没有位置，不能导入 GeoJSON",
                    "these records have no place, GeoJSON cannot be imported");
    TRY(find_features(ctx, content, &features));
    TRY(find_columns(ctx, &t, features));
    buf_init(&out, ctx->arena);
    write_header(&t);
    JSON_EACH(f, features)
    {
        write_row(ctx->arena, &t, f);
        if (arena_over(ctx->arena))
            return FAIL(ctx, RC_TOO_LARGE, "geojson.size", "GeoJSON 文件过大，请分批导入",
                        "the GeoJSON file is too large, import it in parts");
    }
    *csv = buf_str(&out);
    return 0;
}
