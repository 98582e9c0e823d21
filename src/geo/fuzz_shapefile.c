/* Any bytes as the parts of a Shapefile: what comes out is JSON. Two lengths of two bytes each say where .shp
 * and .shx end; the rest is the .dbf. */
#include "base/json.h"
#include "geo/shapefile.h"

static Str same(void *ud, Str column)
{
    (void)ud;
    return column;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char prj[] = "GEOGCS[\"G\",DATUM[\"D_WGS_1984\"],UNIT[\"Degree\",0.0174532925199433]]";
    if (size < 4) return 0;
    size_t shp = (size_t)data[0] << 8 | data[1], shx = (size_t)data[2] << 8 | data[3];
    size -= 4;
    if (shp > size) shp = size;
    if (shx > size - shp) shx = size - shp;
    const char *p = (const char *)data + 4;
    Shapefile in = {.shp = {p, shp}, .shx = {p + shp, shx}, .dbf = {p + shp + shx, size - shp - shx}};
    in.prj = str_of(prj);
    Arena *arena = arena_new(64 << 20);
    Ctx ctx;
    Str out;
    const Json *j;
    ctx_init(&ctx, arena, LANG_EN);
    if (shapefile_geojson(&ctx, &in, same, NULL, 1 << 20, &out) == 0) ENSURE(json_parse(&ctx, out, &j) == 0);
    arena_free(&arena);
    return 0;
}
