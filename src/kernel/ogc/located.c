/* Where records lie, told from the declaration of their entity: nobody keeps a list of located entities, so
 * that a new one with lon and lat is on every map of every other program the day it is declared. */
#include "ogc/located.h"
#include "base/num.h"

static ptrdiff_t field_of(const Entity *e, const char *name, FieldType type)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name) && e->fields[i].type == type)
            return e->fields[i].flags & (F_SECRET | F_MASK) ? -1 : (ptrdiff_t)i;
    return -1;
}

static bool own_place(const Entity *e, Located *l)
{
    static const char *const edges[] = {"west", "south", "east", "north"};
    l->lon = field_of(e, "lon", F_REAL);
    l->lat = field_of(e, "lat", F_REAL);
    l->geometry = field_of(e, "geometry", F_JSON);
    for (size_t i = 0; i < 4; i++) l->box[i] = field_of(e, edges[i], F_REAL);
    if (l->box[1] < 0 || l->box[2] < 0 || l->box[3] < 0 || l->geometry < 0) l->box[0] = -1;
    return (l->lon >= 0 && l->lat >= 0) || l->box[0] >= 0;
}

bool located_of(const EntityInfo *info, Located *out)
{
    Located lender;
    *out = (Located){.via = -1};
    if (!own_place(info->e, out)) return false;
    ptrdiff_t via = field_of(info->e, "object", F_REF);
    const EntityInfo *target = via < 0 || out->lon < 0 ? NULL : info->target[via];
    if (target && target != info && own_place(target->e, &lender) && lender.lon >= 0) {
        out->via = via;
        out->lends = target;
    }
    return true;
}

/* ---- A box ---- */

static bool box_ok(const double box[4])
{
    bool west = box[0] >= -180 && box[0] <= 180, east = box[2] >= -180 && box[2] <= 180;
    return west && east && box[1] >= -90 && box[3] <= 90 && box[1] <= box[3];
}

Rc located_box_parse(Ctx *ctx, Str text, double box[4])
{
    double v[6];
    size_t n = 0;
    bool ok = text.n > 0 && text.p[text.n - 1] != ',';
    while (ok && text.n) {
        Str part = str_trim(str_cut(&text, ','));
        ok = n < 6 && num_parse_f64(part, false, &v[n]);
        n++;
    }
    ok = ok && (n == 4 || n == 6);
    if (ok) {
        box[0] = v[0];
        box[1] = v[1];
        box[2] = v[n == 4 ? 2 : 3];
        box[3] = v[n == 4 ? 3 : 4];
    }
    if (ok && box_ok(box)) return 0;
    return FAIL_FIELD(ctx, "bbox", "type", 0, "bbox 应为“西,南,东,北”（经纬度，度）",
                      "bbox must be \"west,south,east,north\" in degrees");
}

static void column(SqlBuf *b, const char *alias, const char *name)
{
    sql_ident(b, alias);
    sql_lit(b, ".");
    sql_ident(b, name);
}

/* column ≥ low AND column ≤ high; OR when the range goes round. */
static void within(SqlBuf *b, const char *alias, const char *name, double low, double high)
{
    sql_lit(b, "(");
    column(b, alias, name);
    sql_lit(b, " >= ");
    sql_arg(b, db_val_f64(low));
    if (low > high) sql_lit(b, " OR ");
    else sql_lit(b, " AND ");
    column(b, alias, name);
    sql_lit(b, " <= ");
    sql_arg(b, db_val_f64(high));
    sql_lit(b, ")");
}

static void place_within(SqlBuf *b, const char *alias, const double box[4])
{
    within(b, alias, "lon", box[0], box[2]);
    sql_lit(b, " AND ");
    within(b, alias, "lat", box[1], box[3]);
}

/* [west, east] meets [low, high], in the columns of the record or of its row of shape_boxes. */
static void overlaps(SqlBuf *b, const char *alias, const double box[4])
{
    sql_lit(b, "(");
    column(b, alias, "east");
    sql_lit(b, " >= ");
    sql_arg(b, db_val_f64(box[0]));
    if (box[0] > box[2]) sql_lit(b, " OR ");
    else sql_lit(b, " AND ");
    column(b, alias, "west");
    sql_lit(b, " <= ");
    sql_arg(b, db_val_f64(box[2]));
    sql_lit(b, ") AND ");
    column(b, alias, "north");
    sql_lit(b, " >= ");
    sql_arg(b, db_val_f64(box[1]));
    sql_lit(b, " AND ");
    column(b, alias, "south");
    sql_lit(b, " <= ");
    sql_arg(b, db_val_f64(box[3]));
}

/* A record with a geometry is where its shape is, another where its mark is. */
static void shape_within(SqlBuf *b, const Located *l, const double box[4])
{
    sql_lit(b, "(");
    place_within(b, "t", box);
    if (l->geometry >= 0) {
        sql_lit(
            b, " AND t.geometry IS NULL) OR (t.geometry IS NOT NULL AND EXISTS (SELECT 1 FROM shape_boxes box"
               " WHERE box.id = t.id AND ");
        overlaps(b, "box", box);
        sql_lit(b, ")");
    }
    sql_lit(b, ")");
}

static Rc lent_within(SqlBuf *b, Work *w, const EntityInfo *info, const Located *l, const double box[4])
{
    sql_lit(b, " OR ((t.lon IS NULL OR t.lat IS NULL) AND EXISTS (SELECT 1 FROM ");
    sql_ident(b, l->lends->table);
    sql_lit(b, " lender WHERE lender.id = ");
    column(b, "t", info->e->fields[l->via].name);
    sql_lit(b, " AND ");
    place_within(b, "lender", box);
    if (ref_hides(w, l->lends)) TRY(scope_where(b, w, l->lends->e, "lender"));
    sql_lit(b, "))");
    return 0;
}

Rc located_where(SqlBuf *b, Work *w, const EntityInfo *info, const double box[4])
{
    Located l;
    ENSURE(located_of(info, &l));
    sql_lit(b, " AND (");
    if (l.box[0] >= 0) {
        overlaps(b, "t", box);
    } else {
        shape_within(b, &l, box);
        if (l.via >= 0) TRY(lent_within(b, w, info, &l, box));
    }
    sql_lit(b, ")");
    return 0;
}

/* ---- Geometry ---- */

static bool has(const Record *rec, ptrdiff_t field)
{
    return field >= 0 && rec->v[field].type != DB_NULL;
}

static void write_place(double lon, double lat, JsonOut *out)
{
    jout_open(out);
    jout_kz(out, "type", "Point");
    jout_key(out, "coordinates");
    jout_open_array(out);
    jout_f64(out, lon);
    jout_f64(out, lat);
    jout_close_array(out);
    jout_close(out);
}

bool located_borrows(const EntityInfo *info, const Record *rec)
{
    Located l;
    if (!located_of(info, &l) || l.via < 0 || !has(rec, l.via)) return false;
    return !has(rec, l.geometry) && !(has(rec, l.lon) && has(rec, l.lat));
}

void located_write(const EntityInfo *info, const Record *rec, const Record *lender, JsonOut *out)
{
    Located l;
    ENSURE(located_of(info, &l));
    if (lender && located_borrows(info, rec)) {
        rec = lender;
        own_place(l.lends->e, &l);
        l.geometry = -1; /* a thing at a pipe is no pipe: it stands where the pipe's mark does */
    }
    if (has(rec, l.geometry)) jout_raw(out, rec->v[l.geometry].s);
    else if (has(rec, l.lon) && has(rec, l.lat)) write_place(rec->v[l.lon].f, rec->v[l.lat].f, out);
    else jout_null(out);
}
