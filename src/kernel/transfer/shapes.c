/* A zipped Shapefile becomes GeoJSON and goes the way of every GeoJSON. The table of a Shapefile keeps ten
 * bytes of a column's name, so a name of nine bytes or more that begins one field's name or title is that
 * field. The archive may hold one layer; what it claims about sizes is not believed. */
#include "transfer/shapes.h"
#include "geo/shapefile.h"
#include "sheet/zipfile.h"

enum { UNPACKED_MOST = 64 << 20, GEOJSON_MOST = 16 << 20, CUT_LEAST = 9 };

static bool has_end(const char *name, const char *ext)
{
    size_t n = strlen(name), k = strlen(ext);
    return n > k && str_ieq(str_n(name + n - k, k), str_of(ext));
}

/* "roads" of "a/roads.shp"; NULL: none. */
static Rc find_layer(Ctx *ctx, const ZipFile *z, const char **out)
{
    const char *name;
    *out = NULL;
    for (size_t i = 0; (name = zipfile_name(z, i)); i++) {
        if (!has_end(name, ".shp") || strstr(name, "__MACOSX/")) continue;
        if (*out)
            return FAIL(ctx, RC_INVALID, "shapefile.layers", "压缩包中有多个图层，请每次导入一个",
                        "the archive holds several layers, import one at a time");
        *out = arena_printf(ctx->arena, "%.*s", (int)(strlen(name) - strlen(".shp")), name);
    }
    return *out ? 1 : 0;
}

static Rc read_part(Ctx *ctx, ZipFile *z, const char *layer, const char *ext, Str *out)
{
    enum { STEP = 65536 };
    StrBuf b;
    long n;
    *out = STR_NONE;
    Rc rc = zipfile_member(ctx, z, arena_printf(ctx->arena, "%s.%s", layer, ext));
    if (rc <= 0) return rc;
    char *step = arena_alloc(ctx->arena, STEP);
    buf_init(&b, ctx->arena);
    while ((n = zipfile_read(z, step, STEP)) > 0) buf_add(&b, str_n(step, (size_t)n));
    if (zipfile_over(z) || arena_over(ctx->arena))
        return FAIL(ctx, RC_TOO_LARGE, "shapefile.size", "Shapefile 过大，请分批导入",
                    "the Shapefile is too large, import it in parts");
    if (n < 0)
        return FAIL(ctx, RC_SYNTAX, "shapefile.damaged", "Shapefile 已损坏或不完整（.%s）",
                    "the Shapefile is damaged or not complete (.%s)", ext);
    *out = buf_str(&b);
    return 1;
}

static Rc read_parts(Ctx *ctx, ZipFile *z, const char *layer, Shapefile *in)
{
    const struct {
        const char *ext;
        Str *part;
        bool needed;
    } parts[] = {{"shp", &in->shp, true},
                 {"shx", &in->shx, true},
                 {"dbf", &in->dbf, true},
                 {"prj", &in->prj, false},
                 {"cpg", &in->cpg, false}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        Rc rc = read_part(ctx, z, layer, parts[i].ext, parts[i].part);
        if (rc < 0) return rc;
        if (!rc && parts[i].needed)
            return FAIL(ctx, RC_INVALID, "shapefile.part", "压缩包中缺少 .%s 文件",
                        "the archive has no .%s file", parts[i].ext);
    }
    return 0;
}

/* ---- Names ---- */

static bool begins(const char *title, Str column)
{
    return title && strlen(title) > column.n && !strncmp(title, column.p, column.n);
}

/* The field whose name or title was cut to this; as it is when none or several could be meant. */
static Str full_name(void *ud, Str column)
{
    const Entity *e = ud;
    const Field *found = NULL;
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (str_ieq(column, str_of(f->name)) || str_is(column, f->label.zh)) return str_of(f->name);
        if (column.n < CUT_LEAST || !(begins(f->name, column) || begins(f->label.zh, column))) continue;
        if (found) return column;
        found = f;
    }
    return found ? str_of(found->name) : column;
}

Rc shapes_geojson(Ctx *ctx, const Entity *e, Str content, Str *out)
{
    ZipFile *z;
    const char *layer;
    Shapefile in = {0};
    if (!str_starts(content, STR("PK"))) return 0;
    if (zipfile_open(ctx, content, UNPACKED_MOST, &z) < 0) {
        ctx_clear(ctx); /* the reader of workbooks says what is wrong */
        return 0;
    }
    Rc rc = find_layer(ctx, z, &layer);
    if (rc <= 0) return rc;
    TRY(read_parts(ctx, z, layer, &in));
    TRY(shapefile_geojson(ctx, &in, full_name, (void *)(uintptr_t)e, GEOJSON_MOST, out));
    return 1;
}
