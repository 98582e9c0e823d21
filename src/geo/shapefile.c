/* Shapelib reads from memory through its file hooks. It believes what the headers say about numbers of
 * records, so those are held against the sizes first. A ring is outer when it runs like the first one of its
 * feature; a hole belongs to the last outer ring around it. */
#include "geo/shapefile.h"
#include "base/json.h"
#include "base/num.h"
#include "geo/plane.h"

#include <iconv.h>
#include <math.h>
#include <shapefil.h>

/* ---- Files in memory ---- */

typedef struct Memory {
    Str content;
    size_t at;
    char ext; /* the last letter of .shp, .shx, .dbf */
} Memory;

static _Thread_local Memory *opened; /* three; the hooks have no argument of their own */

static SAFile hook_open(const char *name, const char *access)
{
    size_t n = strlen(name);
    (void)access;
    for (size_t i = 0; n && i < 3; i++)
        if (opened[i].ext == name[n - 1]) {
            opened[i].at = 0;
            return (SAFile)(void *)&opened[i];
        }
    return NULL;
}

static SAOffset hook_read(void *p, SAOffset size, SAOffset n, SAFile file)
{
    Memory *m = (Memory *)(void *)file;
    if (!size || m->at >= m->content.n) return 0;
    size_t whole = (m->content.n - m->at) / size;
    if (whole > n) whole = n;
    memcpy(p, m->content.p + m->at, whole * size);
    m->at += whole * size;
    return whole;
}

static SAOffset hook_write(void *p, SAOffset size, SAOffset n, SAFile file)
{
    (void)p, (void)size, (void)n, (void)file;
    return 0;
}

static SAOffset hook_seek(SAFile file, SAOffset offset, int whence)
{
    Memory *m = (Memory *)(void *)file;
    size_t base = whence == SEEK_CUR ? m->at : whence == SEEK_END ? m->content.n : 0;
    m->at = base + offset;
    return 0;
}

static SAOffset hook_tell(SAFile file)
{
    return ((Memory *)(void *)file)->at;
}

static int hook_nothing(SAFile file)
{
    (void)file;
    return 0;
}

static int hook_remove(const char *name)
{
    (void)name;
    return -1;
}

static void hook_error(const char *message)
{
    (void)message; /* said by what comes back */
}

static double hook_atof(const char *text)
{
    double v;
    return num_parse_f64(str_trim(str_of(text)), false, &v) ? v : 0;
}

static const SAHooks hooks = {hook_open,    hook_read,    hook_write,  hook_seek,  hook_tell,
                              hook_nothing, hook_nothing, hook_remove, hook_error, hook_atof};

/* ---- What the headers claim ---- */

static uint32_t big32(Str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t little32(Str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static Rc damaged(Ctx *ctx, const char *part)
{
    return FAIL(ctx, RC_SYNTAX, "shapefile.damaged", "Shapefile 已损坏或不完整（.%s）",
                "the Shapefile is damaged or not complete (.%s)", part);
}

static Rc too_large(Ctx *ctx)
{
    return FAIL(ctx, RC_TOO_LARGE, "shapefile.size", "Shapefile 过大，请分批导入",
                "the Shapefile is too large, import it in parts");
}

static Rc check_sizes(Ctx *ctx, const Shapefile *in)
{
    enum { HEADER = 100, MAGIC = 9994, DBF_HEADER = 32 };
    if (in->shp.n < HEADER || big32(in->shp, 0) != MAGIC || big32(in->shp, 24) * UINT64_C(2) > in->shp.n)
        return damaged(ctx, "shp");
    if (in->shx.n < HEADER || big32(in->shx, 0) != MAGIC || big32(in->shx, 24) * UINT64_C(2) != in->shx.n)
        return damaged(ctx, "shx");
    if (in->dbf.n < DBF_HEADER) return damaged(ctx, "dbf");
    uint64_t records = little32(in->dbf, 4), head = little32(in->dbf, 8) & 0xffff,
             row = little32(in->dbf, 8) >> 16;
    if (head < DBF_HEADER || row < 2 || head + records * row > in->dbf.n) return damaged(ctx, "dbf");
    if ((in->shx.n - HEADER) / 8 > SHAPEFILE_RECORDS_MOST || records > SHAPEFILE_RECORDS_MOST)
        return too_large(ctx);
    return 0;
}

/* ---- Text ---- */

typedef struct Source {
    Ctx *ctx;
    SHPHandle shp;
    DBFHandle dbf;
    GeoPlane plane;
    bool utf8; /* said so; else what reads as UTF-8 is, and the rest GBK */
    Str *names;
    int nfields;
    StrBuf buf;
    JsonOut out;
} Source;

/* GB18030 holds GBK and GB 2312. What is neither is shown as U+FFFD by the writer. */
static Str to_utf8(Source *s, Str in)
{
    if (s->utf8 || str_utf8_ok(in)) return in;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    ENSURE(cd != (iconv_t)-1);
    size_t room = in.n * 3 + 8, left = in.n;
    char *to = arena_alloc(s->ctx->arena, room), *dst = to;
    char *src = (char *)(uintptr_t)in.p;
    size_t rc = iconv(cd, &src, &left, &dst, &room);
    iconv_close(cd);
    return rc == (size_t)-1 ? in : str_n(to, (size_t)(dst - to));
}

static bool says_utf8(Str cpg)
{
    cpg = str_trim(cpg);
    return str_ieq(cpg, STR("UTF-8")) || str_ieq(cpg, STR("UTF8")) || str_ieq(cpg, STR("65001"));
}

static Rc read_names(Source *s, Str (*name)(void *ud, Str column), void *ud)
{
    s->nfields = DBFGetFieldCount(s->dbf);
    s->names = ARENA_ARRAY(s->ctx->arena, Str, (size_t)s->nfields + 1);
    for (int i = 0; i < s->nfields; i++) {
        char raw[XBASE_FLDNAME_LEN_READ + 1] = "";
        DBFGetFieldInfo(s->dbf, i, raw, NULL, NULL);
        Str text = to_utf8(s, str_trim(str_copy(s->ctx->arena, str_of(raw))));
        s->names[i] = name(ud, text);
        for (int k = 0; k < i; k++)
            if (str_eq(s->names[i], s->names[k]))
                return FAIL_FIELD(s->ctx, str_z(s->ctx->arena, s->names[i]), "duplicate", 1,
                                  "属性表的列“%.*s”重复", "the column \"%.*s\" stands twice",
                                  STR_ARG(s->names[i]));
    }
    return 0;
}

/* ---- One feature ---- */

static void put_position(Source *s, double x, double y)
{
    GeoPoint p = geo_from_plane(&s->plane, x, y);
    jout_open_array(&s->out);
    jout_f64(&s->out, s->plane.projected ? round(p.lon * 1e9) / 1e9 : p.lon);
    jout_f64(&s->out, s->plane.projected ? round(p.lat * 1e9) / 1e9 : p.lat);
    jout_close_array(&s->out);
}

static int part_end(const SHPObject *o, int part)
{
    return part + 1 < o->nParts ? o->panPartStart[part + 1] : o->nVertices;
}

static void put_part(Source *s, const SHPObject *o, int part)
{
    jout_open_array(&s->out);
    for (int i = o->panPartStart[part]; i < part_end(o, part); i++) put_position(s, o->padfX[i], o->padfY[i]);
    jout_close_array(&s->out);
}

static void begin_geometry(Source *s, const char *type)
{
    jout_open(&s->out);
    jout_kz(&s->out, "type", type);
    jout_key(&s->out, "coordinates");
}

static void put_points(Source *s, const SHPObject *o)
{
    begin_geometry(s, o->nVertices == 1 ? "Point" : "MultiPoint");
    if (o->nVertices != 1) jout_open_array(&s->out);
    for (int i = 0; i < o->nVertices; i++) put_position(s, o->padfX[i], o->padfY[i]);
    if (o->nVertices != 1) jout_close_array(&s->out);
    jout_close(&s->out);
}

static void put_lines(Source *s, const SHPObject *o)
{
    begin_geometry(s, o->nParts == 1 ? "LineString" : "MultiLineString");
    if (o->nParts != 1) jout_open_array(&s->out);
    for (int i = 0; i < o->nParts; i++) put_part(s, o, i);
    if (o->nParts != 1) jout_close_array(&s->out);
    jout_close(&s->out);
}

typedef struct Ring {
    bool outer;
    int shell; /* of a hole */
    double low[2], high[2];
} Ring;

static double measure_ring(const SHPObject *o, int part, Ring *r)
{
    int from = o->panPartStart[part], to = part_end(o, part);
    double sum = 0;
    *r = (Ring){.low = {INFINITY, INFINITY}, .high = {-INFINITY, -INFINITY}};
    for (int i = from; i < to; i++) {
        int k = i + 1 < to ? i + 1 : from;
        sum += (o->padfX[i] - o->padfX[from]) * (o->padfY[k] - o->padfY[from]) -
               (o->padfX[k] - o->padfX[from]) * (o->padfY[i] - o->padfY[from]);
        r->low[0] = fmin(r->low[0], o->padfX[i]);
        r->low[1] = fmin(r->low[1], o->padfY[i]);
        r->high[0] = fmax(r->high[0], o->padfX[i]);
        r->high[1] = fmax(r->high[1], o->padfY[i]);
    }
    return sum;
}

static bool around(const SHPObject *o, int shell, const Ring *r, double x, double y)
{
    bool in = false;
    if (x < r->low[0] || x > r->high[0] || y < r->low[1] || y > r->high[1]) return false;
    int from = o->panPartStart[shell], to = part_end(o, shell);
    for (int i = from, k = to - 1; i < to; k = i++) {
        double xi = o->padfX[i], yi = o->padfY[i], xk = o->padfX[k], yk = o->padfY[k];
        if ((yi > y) != (yk > y) && x < (xk - xi) * (y - yi) / (yk - yi) + xi) in = !in;
    }
    return in;
}

static int shell_of(const SHPObject *o, const Ring *rings, int hole)
{
    int at = o->panPartStart[hole], first = 0;
    for (int i = hole - 1; i >= 0; i--) {
        if (!rings[i].outer) continue;
        first = i;
        if (around(o, i, &rings[i], o->padfX[at], o->padfY[at])) return i;
    }
    return first; /* outside all: the check of the geometry says so */
}

static int sort_rings(const SHPObject *o, Ring *rings)
{
    int shells = 0;
    bool sign = false;
    for (int i = 0; i < o->nParts; i++) {
        double sum = measure_ring(o, i, &rings[i]);
        if (i == 0) sign = sum > 0;
        rings[i].outer = i == 0 || (sum > 0) == sign;
        shells += rings[i].outer;
    }
    for (int i = 0; i < o->nParts; i++)
        if (!rings[i].outer) rings[i].shell = shell_of(o, rings, i);
    return shells;
}

static void put_areas(Source *s, const SHPObject *o)
{
    Ring *rings = ARENA_ARRAY(s->ctx->arena, Ring, (size_t)o->nParts + 1);
    int shells = sort_rings(o, rings);
    begin_geometry(s, shells == 1 ? "Polygon" : "MultiPolygon");
    if (shells != 1) jout_open_array(&s->out);
    for (int i = 0; i < o->nParts; i++) {
        if (!rings[i].outer) continue;
        jout_open_array(&s->out);
        put_part(s, o, i);
        for (int k = i + 1; k < o->nParts; k++)
            if (!rings[k].outer && rings[k].shell == i) put_part(s, o, k);
        jout_close_array(&s->out);
    }
    if (shells != 1) jout_close_array(&s->out);
    jout_close(&s->out);
}

static bool parts_ok(const SHPObject *o)
{
    enum { PARTS_MOST = 2000 };
    if (o->nVertices < 0 || o->nParts < 0 || o->nParts > PARTS_MOST) return false;
    for (int i = 0; i < o->nParts; i++)
        if (o->panPartStart[i] < 0 || o->panPartStart[i] > part_end(o, i) || part_end(o, i) > o->nVertices)
            return false;
    return true;
}

static bool put_geometry(Source *s, const SHPObject *o)
{
    switch (o->nSHPType) {
    case SHPT_NULL:
        jout_null(&s->out);
        return true;
    case SHPT_POINT:
    case SHPT_POINTZ:
    case SHPT_POINTM:
    case SHPT_MULTIPOINT:
    case SHPT_MULTIPOINTZ:
    case SHPT_MULTIPOINTM:
        put_points(s, o);
        return true;
    case SHPT_ARC:
    case SHPT_ARCZ:
    case SHPT_ARCM:
        put_lines(s, o);
        return true;
    case SHPT_POLYGON:
    case SHPT_POLYGONZ:
    case SHPT_POLYGONM:
        put_areas(s, o);
        return true;
    default:
        return false;
    }
}

static void put_properties(Source *s, int record)
{
    jout_key(&s->out, "properties");
    jout_open(&s->out);
    for (int i = 0; i < s->nfields; i++) {
        jout_key_n(&s->out, s->names[i]);
        const char *text = DBFReadStringAttribute(s->dbf, record, i);
        Str value = text ? str_trim(str_of(text)) : STR_NONE;
        if (!value.n || DBFIsAttributeNULL(s->dbf, record, i)) jout_null(&s->out);
        else jout_str(&s->out, to_utf8(s, value));
    }
    jout_close(&s->out);
}

static Rc put_feature(Source *s, int record)
{
    SHPObject *o = SHPReadObject(s->shp, record);
    bool ok = o && parts_ok(o);
    if (ok) {
        jout_open(&s->out);
        jout_kz(&s->out, "type", "Feature");
        jout_key(&s->out, "geometry");
        ok = put_geometry(s, o);
        put_properties(s, record);
        jout_close(&s->out);
    }
    if (o) SHPDestroyObject(o);
    if (ok) return 0;
    return FAIL(s->ctx, RC_SYNTAX, "shapefile.record", "Shapefile 的第 %d 个要素已损坏，或不是点、线、面",
                "feature %d of the Shapefile is damaged, or no point, line or polygon", record + 1);
}

static Rc put_features(Source *s, size_t most)
{
    int n = s->shp->nRecords < DBFGetRecordCount(s->dbf) ? s->shp->nRecords : DBFGetRecordCount(s->dbf);
    if (s->shp->nRecords != DBFGetRecordCount(s->dbf))
        return FAIL(s->ctx, RC_SYNTAX, "shapefile.damaged", "图形 %d 个，属性 %d 行，数目不符",
                    "%d shapes and %d rows of the table", s->shp->nRecords, DBFGetRecordCount(s->dbf));
    jout_open(&s->out);
    jout_kz(&s->out, "type", "FeatureCollection");
    jout_key(&s->out, "features");
    jout_open_array(&s->out);
    for (int i = 0; i < n; i++) {
        if (!DBFIsRecordDeleted(s->dbf, i)) TRY(put_feature(s, i));
        if (s->buf.n > most || arena_over(s->ctx->arena)) return too_large(s->ctx);
    }
    jout_close_array(&s->out);
    jout_close(&s->out);
    return 0;
}

Rc shapefile_geojson(Ctx *ctx, const Shapefile *in, Str (*name)(void *ud, Str column), void *ud, size_t most,
                     Str *out)
{
    Memory files[3] = {{in->shp, 0, 'p'}, {in->shx, 0, 'x'}, {in->dbf, 0, 'f'}};
    Source s = {.ctx = ctx, .utf8 = says_utf8(in->cpg)};
    SAHooks own = hooks;
    if (!in->prj.n)
        return FAIL(ctx, RC_INVALID, "shapefile.prj", "缺少 .prj 文件，无法确定坐标系",
                    "there is no .prj file: the coordinate system is not known");
    TRY(geo_plane_read(ctx, in->prj, &s.plane));
    TRY(check_sizes(ctx, in));
    opened = files;
    s.shp = SHPOpenLL("m.shp", "rb", &own);
    s.dbf = s.shp ? DBFOpenLL("m.dbf", "rb", &own) : NULL;
    Rc rc = s.shp && s.dbf ? 0 : damaged(ctx, s.shp ? "dbf" : "shp");
    buf_init(&s.buf, ctx->arena);
    jout_init(&s.out, &s.buf);
    if (rc >= 0) rc = read_names(&s, name, ud);
    if (rc >= 0) rc = put_features(&s, most);
    if (s.dbf) DBFClose(s.dbf);
    if (s.shp) SHPClose(s.shp);
    opened = NULL;
    if (rc >= 0) *out = buf_str(&s.buf);
    return rc;
}
