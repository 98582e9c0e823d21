/* Who is inside: the register of protected targets, sensitive objects and enterprises that it does not name,
 * each by its own scope. A target stands at one place; its people are those of its register, or unknown and
 * said so. Nobody is counted twice: an object or a body that a protected target refers to is left out. */
#include "consequence_private.h"
#include <math.h>
#include <stdlib.h>

/* Columns behind the place: kind, class, people. */
static void from_targets(SqlBuf *b)
{
    sql_lit(b, "SELECT t.code, t.name, t.lon, t.lat, t.kind, t.class, CASE WHEN coalesce(t.people_day, -1) >"
               " coalesce(t.people_night, -1) THEN t.people_day ELSE t.people_night END"
               " FROM protected_targets t WHERE 1 = 1");
}

static void from_objects(SqlBuf *b)
{
    sql_lit(b, "SELECT t.code, t.name, t.lon, t.lat, t.kind, NULL, NULL FROM objects t WHERE t.kind IN"
               " ('school', 'hospital', 'crowd_place', 'square', 'complex', 'stadium', 'transport_hub',"
               " 'scenic_spot', 'high_rise', 'metro_station', 'fire_unit') AND NOT EXISTS (SELECT 1 FROM"
               " protected_targets p WHERE p.object = t.id AND p.archived_at IS NULL)");
}

static void from_bodies(SqlBuf *b)
{
    sql_lit(b, "SELECT t.code, t.name, t.lon, t.lat, t.kind, NULL, t.employees FROM bodies t WHERE t.kind IN"
               " ('enterprise', 'operator', 'institution') AND NOT EXISTS (SELECT 1 FROM"
               " protected_targets p WHERE p.body = t.id AND p.archived_at IS NULL)");
}

typedef struct Register {
    const char *plural;
    void (*select)(SqlBuf *b);
} Register;
static const Register registers[] = {
    {"protected-targets", from_targets}, {"objects", from_objects}, {"bodies", from_bodies}};

static Rc ask(Work *w, const Register *r, Origin o, double reach, DbCursor **c)
{
    double west, south, east, north;
    SqlBuf b;
    place_degrees(o, -reach, -reach, &west, &south);
    place_degrees(o, reach, reach, &east, &north);
    sql_init(&b, w->ctx, w->db);
    r->select(&b);
    sql_lit(&b, " AND t.archived_at IS NULL AND t.lon >= ");
    sql_arg(&b, db_val_f64(west));
    sql_lit(&b, " AND t.lon <= ");
    sql_arg(&b, db_val_f64(east));
    sql_lit(&b, " AND t.lat >= ");
    sql_arg(&b, db_val_f64(south));
    sql_lit(&b, " AND t.lat <= ");
    sql_arg(&b, db_val_f64(north));
    TRY(scope_where(&b, w, kernel_entity(w->kernel, r->plural), "t"));
    sql_lit(&b, " ORDER BY t.id LIMIT ");
    sql_arg(&b, db_val_i64(INSIDE_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static void read_row(Work *w, const DbCursor *c, Origin o, Inside *out)
{
    *out = (Inside){.code = db_str_copy(w->ctx, c, 0),
                    .name = db_str_copy(w->ctx, c, 1),
                    .lon = db_f64(c, 2),
                    .lat = db_f64(c, 3),
                    .kind = db_str_copy(w->ctx, c, 4),
                    .cls = db_str_copy(w->ctx, c, 5),
                    .people = db_is_null(c, 6) ? -1 : db_i64(c, 6)};
    place_metres(o, out->lon, out->lat, &out->east, &out->north);
    out->metres = hypot(out->east, out->north);
}

static int nearer(const void *a, const void *b)
{
    const Inside *x = a, *y = b;
    if (x->zone != y->zone) return x->zone < y->zone ? -1 : 1;
    if (x->metres != y->metres) return x->metres < y->metres ? -1 : 1;
    return str_cmp(x->code, y->code);
}

typedef struct Search {
    Origin o;
    const Zone *zones; /* n 0: all within reach */
    size_t n;
    double reach;
} Search;

static bool holds(const Search *s, Inside *it)
{
    if (!s->n) return it->metres <= s->reach;
    for (size_t i = 0; i < s->n; i++) {
        if (!zone_has(&s->zones[i], it->east, it->north)) continue;
        it->zone = i;
        return true;
    }
    return false;
}

static Rc take(Work *w, const Register *r, const Search *s, InsideList *out)
{
    DbCursor *c;
    Rc rc;
    size_t seen = 0;
    TRY(ask(w, r, s->o, s->reach, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        Inside it;
        seen++;
        read_row(w, c, s->o, &it);
        if (!holds(s, &it)) continue;
        if (out->n == INSIDE_MOST) {
            out->cut = true;
            break;
        }
        out->v[out->n++] = it;
        if (it.people < 0) out->unknown++;
        else out->people += it.people;
    }
    out->cut = out->cut || seen == INSIDE_MOST;
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static Rc search(Work *w, const Search *s, InsideList *out)
{
    *out = (InsideList){.v = ARENA_ARRAY(w->ctx->arena, Inside, INSIDE_MOST)};
    for (size_t i = 0; i < ARRAY_LEN(registers); i++) TRY(take(w, &registers[i], s, out));
    if (out->n) qsort(out->v, out->n, sizeof out->v[0], nearer);
    return RC_OK;
}

Rc inside_find(Work *w, Origin o, const Zone *zones, size_t nzones, InsideList *out)
{
    const Search s = {o, zones, nzones, zones_reach(zones, nzones)};
    if (nzones && s.reach > 0) return search(w, &s, out);
    *out = (InsideList){0};
    return RC_OK;
}

Rc inside_near(Work *w, Origin o, double metres, InsideList *out)
{
    const Search s = {o, NULL, 0, metres};
    return search(w, &s, out);
}
