/* Orders go out. The rules say to whom; a unit that has an order for this warning gets no second one, so that
 * dispatching again (after a change of grade, or twice by a retry) only adds who is new. */
#include "warning_private.h"
#include "kernel/number.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"
#include "base/id.h"

/* ---- What the rules are asked, and the rules ---- */

static Rc districts_up(Work *w, int64_t district, int64_t out[ROUTE_DEPTH])
{
    for (size_t i = 0; i < ROUTE_DEPTH && district; i++) {
        DbCursor *c;
        out[i] = district;
        Rc rc = db_query_one(w->ctx, w->db, &q_warning_district_up, DB_ARGS(db_val_i64(district)), &c);
        TRY(rc);
        district = rc && !db_is_null(c, 1) ? db_i64(c, 1) : 0;
        if (rc) db_close(&c);
    }
    return RC_OK;
}

static Rc local_body(Work *w, const int64_t district[ROUTE_DEPTH], int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < ROUTE_DEPTH && district[i] && !*out; i++) {
        DbCursor *c;
        Rc rc = db_query_one(w->ctx, w->db, &q_warning_local_body, DB_ARGS(db_val_i64(district[i])), &c);
        TRY(rc);
        if (rc) *out = db_i64(c, 0), db_close(&c);
    }
    return RC_OK;
}

static int64_t time_or_none(const DbCursor *c, size_t col)
{
    return db_is_null(c, col) ? TIME_NONE : db_i64(c, col);
}

static Rc read_rules(Work *w, RouteRules *out)
{
    DbCursor *c;
    Rc rc;
    RouteRule *rule = ARENA_ARRAY(w->ctx->arena, RouteRule, ROUTE_RULES_MOST);
    *out = (RouteRules){.rule = rule};
    TRY(db_query(w->ctx, w->db, &q_warning_rules, DB_ARGS(db_val_i64(ROUTE_RULES_MOST)), &c));
    while ((rc = db_next(w->ctx, c)) > 0)
        rule[out->n++] = (RouteRule){.id = db_i64(c, 0),
                                     .code = db_str_copy(w->ctx, c, 1),
                                     .name = db_str_copy(w->ctx, c, 2),
                                     .line = db_str_copy(w->ctx, c, 3),
                                     .kind = db_str_copy(w->ctx, c, 4),
                                     .role = db_str_copy(w->ctx, c, 5),
                                     .how = db_str_copy(w->ctx, c, 6),
                                     .grade = (int)db_i64(c, 7),
                                     .district = db_i64(c, 8),
                                     .body = db_i64(c, 9),
                                     .valid_from = time_or_none(c, 10),
                                     .valid_to = time_or_none(c, 11)};
    db_close(&c);
    return rc;
}

Rc dispatch_preview(Work *w, const Record *warning, Preview **out)
{
    Preview *p = ARENA_NEW(w->ctx->arena, Preview);
    RouteRules rules;
    RouteQuery *q = &p->query;
    *q = (RouteQuery){.line = rec_text(WE, warning, "line"),
                      .grade = (int)rec_i64(WE, warning, "grade"),
                      .owner = rec_i64(WE, warning, "owner"),
                      .t = w->now};
    Record *object;
    int64_t id = rec_i64(WE, warning, "object");
    if (id) {
        TRY(store_get(w, &object_entity, id, &object));
        q->kind = rec_text(&object_entity, object, "kind");
    }
    TRY(districts_up(w, rec_i64(WE, warning, "district"), q->district));
    TRY(read_rules(w, &rules));
    TRY(local_body(w, q->district, &rules.local));
    route_units(w->ctx->arena, q, &rules, &p->units);
    *out = p;
    return RC_OK;
}

/* ---- Sending ---- */

static Rc has_order(Work *w, int64_t warning, int64_t body)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_warning_order_of_body,
                         DB_ARGS(db_val_i64(warning), db_val_i64(body)), &c);
    if (rc > 0) db_close(&c);
    return rc;
}

static Rc order_code(Work *w, const Record *warning, Str *out)
{
    int64_t n;
    Str code = rec_text(WE, warning, "code");
    TRY(number_next(w, code, &n));
    *out = str_printf(w->ctx->arena, "%.*s-%02lld", STR_ARG(code), (long long)n);
    return RC_OK;
}

static Rc tell(Work *w, const Record *warning, const Entity *e, int64_t id, int64_t body)
{
    const char *kind = e == OE ? "assigned" : "info";
    return notice_send(w, &(Notice){.body = body,
                                    .perm = e == OE ? "order.act" : "warning.read",
                                    .kind = kind,
                                    .grade = (int)rec_i64(WE, warning, "grade"),
                                    .title = rec_text(WE, warning, "title"),
                                    .text = rec_text(WE, warning, "what"),
                                    .entity = e,
                                    .record_id = id});
}

static Rc send_order(Work *w, const Record *warning, const RouteUnit *unit)
{
    static const char *const same[] = {"title", "grade", "line", "district", "issuer"};
    Record *o = rec_new(w->ctx, OE);
    Str code;
    TRY(order_code(w, warning, &code));
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(OE, o, same[i], *rec_val(WE, warning, same[i]));
    rec_set(OE, o, "code", db_val_text(code));
    rec_set(OE, o, "warning", db_val_i64(warning->id));
    rec_set(OE, o, "role", db_val_text(unit->role));
    rec_set(OE, o, "body", db_val_i64(unit->body));
    rec_set(OE, o, "why_zh", db_val_z(unit->why.zh));
    rec_set(OE, o, "why_en", db_val_z(unit->why.en));
    rec_set(OE, o, "task", *rec_val(WE, warning, "measures"));
    rec_set(OE, o, "issued_at", db_val_i64(w->now));
    rec_set(OE, o, "returns", db_val_i64(0));
    TRY(store_insert(w, OE, o));
    TRY(matter_link(w, WE, warning->id, OE, o->id));
    int64_t issuer = rec_i64(WE, warning, "issuer");
    if (issuer) TRY(matter_party(w, o->id, issuer, "issuer"));
    return tell(w, warning, OE, o->id, unit->body);
}

Rc dispatch_units(Work *w, Record *warning, const RouteUnit *units, size_t nunits, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < nunits; i++) {
        const RouteUnit *u = &units[i];
        bool notice = str_is(u->how, "notice");
        Rc has = has_order(w, warning->id, u->body);
        TRY(has);
        if (has) continue;
        TRY(matter_party(w, warning->id, u->body, notice ? "notice" : str_z(w->ctx->arena, u->role)));
        if (notice) TRY(tell(w, warning, WE, warning->id, u->body));
        else TRY(send_order(w, warning, u));
        *n += !notice;
    }
    TRY(warning_count_into(w, warning));
    bool open = rec_i64(WE, warning, "answered") < rec_i64(WE, warning, "units");
    if (open && str_is(rec_text(WE, warning, "state"), "reviewing"))
        rec_set(WE, warning, "state", db_val_z("handling"));
    return RC_OK;
}

Rc dispatch_by_rules(Work *w, Record *warning)
{
    Preview *p;
    size_t n;
    TRY(dispatch_preview(w, warning, &p));
    TRY(dispatch_units(w, warning, p->units.unit, p->units.n, &n));
    if (rec_i64(WE, warning, "units")) return RC_OK;
    RouteUnit issuer = {.body = rec_i64(WE, warning, "issuer"),
                        .role = STR("lead"),
                        .how = STR("order"),
                        .why = T("没有规则给出处置单位，由发布单位牵头",
                                 "no rule names a unit, so the issuer takes the lead")};
    if (issuer.body) TRY(dispatch_units(w, warning, &issuer, 1, &n));
    if (rec_i64(WE, warning, "units")) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "warning.no_units", "没有可派单的单位，请先维护派单规则或权属单位",
                "there is no unit to send an order to: enter routing rules or an owner");
}
