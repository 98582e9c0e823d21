/* Where a finding goes. Of the rules in force that fit, the one that says most about category and line
 * decides; it names the town or street of the place, the department of a line, or a body. */
#include "grid_private.h"
#include "mod_grid_queries_sql.h"

static Rc best_rule(Work *w, Str line, Str category, Record **out)
{
    DbCursor *c;
    *out = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_grid_rule, DB_ARGS(db_val_text(line), db_val_text(category)), &c);
    if (rc <= 0) return rc;
    return store_get(w, QE, db_i64(c, 0), out);
}

static Rc find_body(Work *w, const DbQuery *q, const char *path, Str line, int64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, q, DB_ARGS(db_val_z(path), db_val_text(line)), &c);
    if (rc > 0) *out = db_i64(c, 0);
    return rc < 0 ? rc : RC_OK;
}

Rc grid_route(Work *w, int64_t district, Str line, Str category, int64_t *body)
{
    Record *rule;
    const char *path = scope_district_path(w, district);
    *body = 0;
    TRY(best_rule(w, line, category, &rule));
    if (!rule || !path) return RC_OK;
    Str target = rec_text(QE, rule, "target"), to = rec_text(QE, rule, "to_line");
    if (str_is(target, "body")) *body = rec_i64(QE, rule, "body");
    if (str_is(target, "town")) return find_body(w, &q_grid_town, path, STR(""), body);
    if (str_is(target, "department")) return find_body(w, &q_grid_department, path, to.n ? to : line, body);
    return RC_OK;
}

Rc grid_rules_seed(Work *w)
{
    static const struct {
        const char *code, *category, *target, *to_line;
    } rules[] = {
        {"GR-ANY", NULL, "town", NULL},
        {"GR-GAS", "gas", "department", "gas"},
        {"GR-CHEM", "chemical", "department", "chemical"},
    };
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_grid_rule_any, DB_NO_ARGS, &c);
    if (rc) return rc < 0 ? rc : RC_OK;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        Record *rec = rec_new(w->ctx, QE);
        rec_set(QE, rec, "code", db_val_z(rules[i].code));
        if (rules[i].category) rec_set(QE, rec, "category", db_val_z(rules[i].category));
        if (rules[i].to_line) rec_set(QE, rec, "to_line", db_val_z(rules[i].to_line));
        rec_set(QE, rec, "target", db_val_z(rules[i].target));
        rec_set(QE, rec, "is_default", db_val_bool(true));
        rec_set(QE, rec, "enabled", db_val_bool(true));
        TRY(store_insert(w, QE, rec));
    }
    return RC_OK;
}
