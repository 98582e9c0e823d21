/* Any bytes as a geometry: what is taken is in range, closed and turned the right way, and is taken again
 * when it is written out. */
#include "geo/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const GeoField field = {"geometry", 3};
    Ctx ctx;
    const Json *j;
    GeoShape s, again;
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_EN);
    Str text = {(const char *)data, size};
    if (json_parse(&ctx, text, &j) < 0) goto out;
    if (geo_shape_read(&ctx, &field, j, &geo_china, &s) < 0) {
        ENSURE(ctx.err.fields && ctx.err.fields->line == 3);
        goto out;
    }
    ENSURE(s.west >= 73 && s.east <= 136 && s.south >= 3 && s.north <= 54 && s.n > 0);
    GeoPoint p = geo_shape_place(&s);
    ENSURE(p.lon >= s.west && p.lon <= s.east && p.lat >= s.south && p.lat <= s.north);
    StrBuf b;
    JsonOut o;
    buf_init(&b, arena);
    jout_init(&o, &b);
    geo_shape_write(&s, &o);
    ENSURE(json_parse(&ctx, buf_str(&b), &j) == 0);
    ENSURE(geo_shape_read(&ctx, &field, j, &geo_china, &again) == 0);
    ENSURE(again.n == s.n && again.nparts == s.nparts && !again.turned && !again.flat);
out:
    arena_free(&arena);
    return 0;
}
