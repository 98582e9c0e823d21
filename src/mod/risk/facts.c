/* What bears on a unit at this moment: alarms that hold on its object, open dangers of its object, high-risk
 * work under way, weather warnings of its district by hand or by an alarm of a weather point there. Slices
 * that a program goes without bring nothing. */
#include "risk_private.h"

typedef struct Source {
    RiskFactSource source;
    void (*sql)(SqlBuf *b, const Work *w, const Record *unit);
    const char *needs; /* plural of an entity the program may lack */
} Source;

/* Columns of each: code, title, grade, kind, overdue (0 or 1). */
static void alarms_sql(SqlBuf *b, const Work *w, const Record *unit)
{
    (void)w;
    sql_lit(b, "SELECT CAST(a.id AS varchar(24)), coalesce(a.rule_name, a.point_name), a.grade, a.kind, 0"
               " FROM alarms a WHERE a.archived_at IS NULL AND a.active = ");
    sql_arg(b, db_val_bool(true));
    sql_lit(b, " AND (a.verdict IS NULL OR a.verdict = 'true') AND a.object = ");
    sql_arg(b, *rec_val(UE, unit, "object"));
}

static void dangers_sql(SqlBuf *b, const Work *w, const Record *unit)
{
    sql_lit(b, "SELECT d.code, coalesce(d.title, d.description), d.grade, d.category,"
               " CASE WHEN m.due_at < ");
    sql_arg(b, db_val_i64(w->now));
    sql_lit(b, " THEN 1 ELSE 0 END FROM dangers d JOIN matters m ON m.id = d.id WHERE d.archived_at IS NULL"
               " AND m.closed_at IS NULL AND d.grade IS NOT NULL AND d.object = ");
    sql_arg(b, *rec_val(UE, unit, "object"));
}

static void span_sql(SqlBuf *b, const Work *w)
{
    sql_lit(b, " WHERE x.archived_at IS NULL AND x.ended_at IS NULL AND x.starts_at <= ");
    sql_arg(b, db_val_i64(w->now));
    sql_lit(b, " AND x.ends_at > ");
    sql_arg(b, db_val_i64(w->now));
}

static void activities_sql(SqlBuf *b, const Work *w, const Record *unit)
{
    sql_lit(b, "SELECT x.code, coalesce(x.note, x.responsible), x.grade, x.kind, 0 FROM risk_activities x");
    span_sql(b, w);
    sql_lit(b, " AND x.unit = ");
    sql_arg(b, db_val_i64(unit->id));
}

static void weather_sql(SqlBuf *b, const Work *w, const Record *unit)
{
    sql_lit(b, "SELECT x.code, x.issuer, x.grade, x.kind, 0 FROM risk_weather x"
               " JOIN districts d ON d.id = x.district JOIN districts u ON u.path LIKE d.path || '%'");
    span_sql(b, w);
    sql_lit(b, " AND u.id = ");
    sql_arg(b, *rec_val(UE, unit, "district"));
}

static void weather_points_sql(SqlBuf *b, const Work *w, const Record *unit)
{
    (void)w;
    sql_lit(b, "SELECT CAST(a.id AS varchar(24)), coalesce(a.rule_name, a.point_name), a.grade, a.kind, 0"
               " FROM alarms a WHERE a.archived_at IS NULL AND a.field = 'weather' AND a.active = ");
    sql_arg(b, db_val_bool(true));
    sql_lit(b, " AND (a.verdict IS NULL OR a.verdict = 'true') AND a.district = ");
    sql_arg(b, *rec_val(UE, unit, "district"));
}

static const Source sources[] = {
    {RISK_BY_ALARM, alarms_sql, "alarms"},           {RISK_BY_DANGER, dangers_sql, "dangers"},
    {RISK_BY_ACTIVITY, activities_sql, NULL},        {RISK_BY_WEATHER, weather_sql, NULL},
    {RISK_BY_WEATHER, weather_points_sql, "alarms"},
};

static Rc take(Work *w, const Source *s, const Record *unit, Facts *out)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    s->sql(&b, w, unit);
    sql_lit(&b, " ORDER BY 3, 1 LIMIT 50");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && out->n < FACTS_MOST)
        out->v[out->n++] =
            (RiskFact){s->source,         (int)db_i64(c, 2),         db_str_copy(w->ctx, c, 3),
                       db_i64(c, 4) != 0, db_str_copy(w->ctx, c, 0), db_str_copy(w->ctx, c, 1)};
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

Rc risk_facts(Work *w, const Record *unit, Facts *out)
{
    out->n = 0;
    bool object = rec_i64(UE, unit, "object") != 0;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const Source *s = &sources[i];
        if (s->needs && !kernel_entity(w->kernel, s->needs)) continue;
        if (!object && (s->source == RISK_BY_ALARM || s->source == RISK_BY_DANGER)) continue;
        TRY(take(w, s, unit, out));
    }
    return RC_OK;
}
