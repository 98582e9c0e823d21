/* Any bytes as a GeoJSON import: the table that comes out is a table, whatever came in. The first byte
 * chooses the coordinates. */
#include "sheet/read.h"
#include "transfer/geojson.h"

static const Field fields[] = {
    {.name = "code", .type = F_TEXT, .label = T("编码", "Code")},
    {.name = "lon", .type = F_REAL, .label = T("经度", "Longitude")},
    {.name = "lat", .type = F_REAL, .label = T("纬度", "Latitude")},
    {.name = "geometry", .type = F_JSON, .label = T("几何", "Geometry")},
};
static const Entity entity = {.name = "x", .plural = "xs", .fields = fields, .nfields = ARRAY_LEN(fields)};

static Rc row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    (void)cells;
    size_t *columns = ud;
    if (line == 1) *columns = n;
    ENSURE(n <= *columns);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Ctx ctx;
    Str csv;
    size_t columns = 0;
    if (size == 0) return 0;
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    Str content = {(const char *)data + 1, size - 1};
    geojson_is(content);
    if (geojson_table(&ctx, &entity, content, (GeoDatum)(data[0] % DATUM_COUNT), &csv) == 0)
        sheet_read(&ctx, csv, row, &columns);
    arena_free(&arena);
    return 0;
}
