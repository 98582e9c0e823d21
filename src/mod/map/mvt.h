/* Builds one layer of a vector tile and encodes it. */
#pragma once
#include "base/str.h"
#include "mercator.h"

typedef enum { MVT_POINT = 1, MVT_LINE = 2, MVT_AREA = 3 } MvtType;
typedef struct Mvt Mvt;
/* All memory is the arena's. Texts are copied. */
Mvt *mvt_new(Arena *a, const char *layer);
/* A feature: begin, tags, geometry, end. A feature without geometry is left out by mvt_end. */
void mvt_begin(Mvt *m, MvtType type, uint64_t id);
void mvt_tag_text(Mvt *m, const char *key, Str v);
void mvt_tag_int(Mvt *m, const char *key, int64_t v);
void mvt_tag_bool(Mvt *m, const char *key, bool v);
/* A point, a line (n ≥ 2) or a ring (n ≥ 3, without the closing place; in an area outer rings clockwise on
 * the screen, holes the other way). */
void mvt_part(Mvt *m, const TilePlace *p, size_t n);
void mvt_end(Mvt *m);
size_t mvt_features(const Mvt *m);
Str mvt_encode(const Mvt *m);
