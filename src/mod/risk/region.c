/* GET /api/risk/regions?level=&rule=&at=: the colour of each district of a level from the units in it and
 * below, by the rule in force or the one asked for; the rule, its scores, the counts and the worst parts are
 * told. Weights are the units' own area and population; a unit without one counts nothing there and is said.
 * geometry=1: where the base map or the grid has the district's border, it is told, so that a region is drawn
 * as an area. */
#include "risk_private.h"

enum { PARTS_MOST = 50000 };

typedef struct Region {
    int64_t id;
    Str code, name;
    size_t from, n; /* of the parts */
    Str border;     /* GeoJSON; empty: none */
} Region;
typedef struct Sums {
    RiskRegionRule rule;
    RiskPart *parts;
    Region *regions;
    size_t nparts, nregions;
} Sums;

static Rc ask(Work *w, int64_t at, Str level, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT r.id, r.code, r.name, ");
    risk_colour_sql(&b, at);
    sql_lit(&b, ", t.area_km2, t.population FROM risk_units t JOIN districts d ON d.id = t.district"
                " JOIN districts r ON d.path LIKE r.path || '%' WHERE t.archived_at IS NULL AND r.level = ");
    sql_arg(&b, db_val_text(level));
    TRY(scope_where(&b, w, UE, "t"));
    sql_lit(&b, " ORDER BY r.code, t.id LIMIT ");
    sql_arg(&b, db_val_i64(PARTS_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

static Rc take(Work *w, DbCursor *c, Sums *s)
{
    Rc rc;
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (!s->nregions || s->regions[s->nregions - 1].id != db_i64(c, 0))
            s->regions[s->nregions++] =
                (Region){db_i64(c, 0), db_str_copy(w->ctx, c, 1), db_str_copy(w->ctx, c, 2), s->nparts, 0};
        double weight = s->rule == RISK_REGION_AREA ? db_f64(c, 4) : db_f64(c, 5);
        s->parts[s->nparts++] = (RiskPart){(RiskColour)db_i64(c, 3), weight > 0 ? weight : 0};
        s->regions[s->nregions - 1].n++;
    }
    db_close(&c);
    return rc;
}

/* The border of a district: its cell's shape, else the base map's feature of its code. */
static Rc borders(Work *w, Str level, Sums *s)
{
    DbCursor *c;
    SqlBuf b;
    Rc rc;
    bool cell = str_is(level, "grid");
    if (!kernel_entity(w->kernel, cell ? "grid-cells" : "map-features")) return RC_OK;
    sql_init(&b, w->ctx, w->db);
    if (cell)
        sql_lit(&b, "SELECT g.code, g.shape FROM grid_cells g WHERE g.archived_at IS NULL AND"
                    " g.shape IS NOT NULL ORDER BY g.code LIMIT ");
    else
        sql_lit(&b, "SELECT f.code, f.geometry FROM map_features f WHERE f.archived_at IS NULL AND f.layer ="
                    " 'district' AND f.code IS NOT NULL ORDER BY f.code LIMIT ");
    sql_arg(&b, db_val_i64(PARTS_MOST));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    size_t i = 0;
    while ((rc = db_next(w->ctx, c)) > 0) { /* both lists by code */
        Str code = db_str(c, 0);
        while (i < s->nregions && str_cmp(s->regions[i].code, code) < 0) i++;
        if (i < s->nregions && str_eq(s->regions[i].code, code))
            s->regions[i].border = db_str_copy(w->ctx, c, 1);
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static void write_region(Work *w, const Sums *s, const Region *r, JsonOut *o)
{
    static const char *const keys[] = {"none", "1", "2", "3", "4"};
    RiskRegion v = risk_region(w->ctx->arena, s->rule, &risk_region_scale, s->parts + r->from, r->n);
    jout_open(o);
    jout_kid(o, "id", r->id);
    jout_ks(o, "code", r->code);
    jout_ks(o, "name", r->name);
    jout_key(o, "colour");
    if (v.colour) jout_i64(o, v.colour);
    else jout_null(o);
    jout_key(o, "worst");
    if (v.worst) jout_i64(o, v.worst);
    else jout_null(o);
    jout_key(o, "score");
    if (s->rule == RISK_REGION_WORST || !v.colour) jout_null(o);
    else jout_f64(o, v.score);
    jout_key(o, "counts");
    jout_open(o);
    for (size_t i = 0; i <= RISK_BLUE; i++) jout_ki(o, keys[i], (int64_t)v.count[i]);
    jout_close(o);
    if (r->border.n) {
        jout_key(o, "geometry");
        jout_raw(o, r->border);
    }
    jout_close(o);
}

static Rc read_query(Req *req, const RulesNow *now, Str *level, RiskRegionRule *rule)
{
    Str asked = req_query(req, "rule");
    *level = req_query(req, "level");
    *rule = now->region;
    if (!level->n) *level = STR("county");
    if (asked.n && !risk_region_rule_find(asked, rule))
        return FAIL_FIELD(&req->ctx, "rule", "choice", 0, "可选 worst、area、population、count",
                          "choose worst, area, population or count");
    return RC_OK;
}

static void write_rule(JsonOut *o, const Sums *s, const RulesNow *now)
{
    jout_kz(o, "rule", risk_region_rule_name(s->rule));
    jout_ks(o, "rule_code", now->region_code);
    jout_kb(o, "rule_default", now->region_default);
    jout_key(o, "scores");
    jout_open_array(o);
    for (RiskColour c = RISK_RED; c <= RISK_BLUE; c++) jout_f64(o, risk_region_scale.score[c]);
    jout_close_array(o);
    jout_key(o, "from");
    jout_open_array(o);
    for (RiskColour c = RISK_RED; c <= RISK_BLUE; c++) jout_f64(o, risk_region_scale.from[c]);
    jout_close_array(o);
}

Rc risk_regions(Req *req, Res *res)
{
    int64_t at;
    Str level;
    Work w;
    DbCursor *c;
    RulesNow now;
    Sums s = {0};
    TRY(risk_time(req, &at));
    TRY(work_begin(req, false, &w));
    TRY(risk_rules_at(&w, at == INT64_MIN ? w.now : at, &now));
    TRY(read_query(req, &now, &level, &s.rule));
    s.parts = ARENA_ARRAY(w.ctx->arena, RiskPart, PARTS_MOST);
    s.regions = ARENA_ARRAY(w.ctx->arena, Region, PARTS_MOST);
    TRY(ask(&w, at, level, &c));
    TRY(take(&w, c, &s));
    if (str_is(req_query(req, "geometry"), "1")) TRY(borders(&w, level, &s));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    write_rule(o, &s, &now);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < s.nregions; i++) write_region(&w, &s, &s.regions[i], o);
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}
