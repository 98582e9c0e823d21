/* Mapbox Vector Tile 2.1 through libprotobuf-c; the only place that knows its types. Keys and values are
 * numbered once for a layer; values are found again by a hash table, because a tile of a city repeats few
 * field names and grades very often. */
#include "mvt.h"
#include "base/rc.h"
#include "base/strmap.h"
#include "tile.pb-c.h"

enum { COMMAND_MOVE = 1, COMMAND_LINE = 2, COMMAND_CLOSE = 7, KEYS_MAX = 16 };

typedef struct List {
    void *p;
    size_t n, cap;
} List;

struct Mvt {
    Arena *arena;
    char *name;
    char *keys[KEYS_MAX];
    size_t nkeys;
    List values;   /* Tile__Tile__Value * */
    List slots;    /* uint32_t: number of the value + 1, by hash; a power of two */
    List features; /* Tile__Tile__Feature * */
    List tags, geometry;
    MvtType type;
    uint64_t id;
    TilePlace at;
};

/* Room for one more of this size; the old array stays in the arena. */
static void *list_add(Arena *a, List *l, size_t size)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        void *more = arena_alloc(a, cap * size);
        if (l->n) memcpy(more, l->p, l->n * size);
        l->p = more;
        l->cap = cap;
    }
    return (char *)l->p + l->n++ * size;
}

static void add_u32(Mvt *m, List *l, uint32_t v)
{
    *(uint32_t *)list_add(m->arena, l, sizeof v) = v;
}

Mvt *mvt_new(Arena *a, const char *layer)
{
    Mvt *m = ARENA_NEW(a, Mvt);
    *m = (Mvt){.arena = a, .name = arena_strdup(a, layer)};
    return m;
}

void mvt_begin(Mvt *m, MvtType type, uint64_t id)
{
    m->type = type;
    m->id = id;
    m->at = (TilePlace){0, 0};
    m->tags = m->geometry = (List){0};
}

static uint32_t key_number(Mvt *m, const char *key)
{
    for (size_t i = 0; i < m->nkeys; i++)
        if (strcmp(m->keys[i], key) == 0) return (uint32_t)i;
    ENSURE(m->nkeys < KEYS_MAX);
    m->keys[m->nkeys] = arena_strdup(m->arena, key);
    return (uint32_t)m->nkeys++;
}

/* ---- Values ---- */

static uint64_t value_hash(const Tile__Tile__Value *v)
{
    if (v->string_value) return hash_bytes(v->string_value, strlen(v->string_value));
    uint64_t u[2] = {v->has_bool_value,
                     v->has_bool_value ? (uint64_t)v->bool_value : (uint64_t)v->sint_value};
    return hash_bytes(u, sizeof u);
}

static bool value_same(const Tile__Tile__Value *a, const Tile__Tile__Value *b)
{
    if (a->string_value || b->string_value)
        return a->string_value && b->string_value && strcmp(a->string_value, b->string_value) == 0;
    return a->has_bool_value == b->has_bool_value && a->bool_value == b->bool_value &&
           a->has_sint_value == b->has_sint_value && a->sint_value == b->sint_value;
}

static uint32_t *slot_of(Mvt *m, const Tile__Tile__Value *v)
{
    Tile__Tile__Value *const *values = m->values.p;
    uint32_t *slots = m->slots.p;
    size_t mask = m->slots.cap - 1;
    for (size_t i = value_hash(v) & mask;; i = (i + 1) & mask)
        if (!slots[i] || value_same(values[slots[i] - 1], v)) return &slots[i];
}

static void grow_slots(Mvt *m)
{
    size_t cap = m->slots.cap ? m->slots.cap * 2 : 256;
    m->slots = (List){.p = ARENA_ARRAY(m->arena, uint32_t, cap), .cap = cap};
    Tile__Tile__Value *const *values = m->values.p;
    for (size_t i = 0; i < m->values.n; i++) *slot_of(m, values[i]) = (uint32_t)i + 1;
}

static void add_tag(Mvt *m, const char *key, const Tile__Tile__Value *v)
{
    if (m->values.n * 2 >= m->slots.cap) grow_slots(m);
    uint32_t *slot = slot_of(m, v);
    if (!*slot) {
        Tile__Tile__Value *kept = arena_copy(m->arena, v, sizeof *v);
        *(Tile__Tile__Value **)list_add(m->arena, &m->values, sizeof kept) = kept;
        *slot = (uint32_t)m->values.n;
    }
    add_u32(m, &m->tags, key_number(m, key));
    add_u32(m, &m->tags, *slot - 1);
}

void mvt_tag_text(Mvt *m, const char *key, Str text)
{
    Tile__Tile__Value v = TILE__TILE__VALUE__INIT;
    v.string_value = (char *)(uintptr_t)str_z(m->arena, text);
    add_tag(m, key, &v);
}

void mvt_tag_int(Mvt *m, const char *key, int64_t n)
{
    Tile__Tile__Value v = TILE__TILE__VALUE__INIT;
    v.has_sint_value = 1;
    v.sint_value = n;
    add_tag(m, key, &v);
}

void mvt_tag_bool(Mvt *m, const char *key, bool b)
{
    Tile__Tile__Value v = TILE__TILE__VALUE__INIT;
    v.has_bool_value = 1;
    v.bool_value = b;
    add_tag(m, key, &v);
}

/* ---- Geometry: commands and deltas from the last place, zigzag ---- */

static void command(Mvt *m, uint32_t what, size_t count)
{
    add_u32(m, &m->geometry, what | (uint32_t)count << 3);
}

static void go(Mvt *m, TilePlace p)
{
    const int32_t d[2] = {p.x - m->at.x, p.y - m->at.y};
    for (int i = 0; i < 2; i++) add_u32(m, &m->geometry, ((uint32_t)d[i] << 1) ^ (uint32_t)(d[i] >> 31));
    m->at = p;
}

void mvt_part(Mvt *m, const TilePlace *p, size_t n)
{
    ENSURE(n >= (size_t)m->type);
    command(m, COMMAND_MOVE, 1);
    go(m, p[0]);
    if (m->type == MVT_POINT) return;
    command(m, COMMAND_LINE, n - 1);
    for (size_t i = 1; i < n; i++) go(m, p[i]);
    if (m->type == MVT_AREA) command(m, COMMAND_CLOSE, 1);
}

void mvt_end(Mvt *m)
{
    if (!m->geometry.n) return;
    Tile__Tile__Feature *f = ARENA_NEW(m->arena, Tile__Tile__Feature);
    tile__tile__feature__init(f);
    f->has_id = 1;
    f->id = m->id;
    f->n_tags = m->tags.n;
    f->tags = m->tags.p;
    f->has_type = 1;
    f->type = m->type == MVT_POINT  ? TILE__TILE__GEOM_TYPE__POINT
              : m->type == MVT_LINE ? TILE__TILE__GEOM_TYPE__LINESTRING
                                    : TILE__TILE__GEOM_TYPE__POLYGON;
    f->n_geometry = m->geometry.n;
    f->geometry = m->geometry.p;
    *(Tile__Tile__Feature **)list_add(m->arena, &m->features, sizeof f) = f;
}

size_t mvt_features(const Mvt *m)
{
    return m->features.n;
}

Str mvt_encode(const Mvt *m)
{
    Tile__Tile__Layer layer = TILE__TILE__LAYER__INIT, *layers[] = {&layer};
    Tile__Tile tile = TILE__TILE__INIT;
    layer.name = m->name;
    layer.version = 2;
    layer.has_extent = 1;
    layer.extent = TILE_EXTENT;
    layer.n_features = m->features.n;
    layer.features = m->features.p;
    layer.n_keys = m->nkeys;
    layer.keys = (char **)(uintptr_t)m->keys;
    layer.n_values = m->values.n;
    layer.values = m->values.p;
    tile.n_layers = 1;
    tile.layers = layers;
    if (!m->features.n) return STR_NONE; /* a tile without features has no layers: no bytes */
    size_t n = tile__tile__get_packed_size(&tile);
    uint8_t *out = arena_alloc(m->arena, n);
    tile__tile__pack(&tile, out);
    return str_n((const char *)out, n);
}
