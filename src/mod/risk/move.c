/* Colouring units anew: the assessed grade moved by the facts of the moment, by the rules in force. A unit
 * whose colour or reasons changed is written with its list of reasons, and a change of colour becomes a move,
 * so that the map can go back in time. */
#include "risk_private.h"

static const char *const source_names[] = {"alarm", "danger", "activity", "weather"};

static Str reasons_json(Ctx *ctx, const RiskDynamic *d)
{
    StrBuf text;
    JsonOut o;
    buf_init(&text, ctx->arena);
    jout_init(&o, &text);
    jout_open_array(&o);
    for (size_t i = 0; i < d->nreasons; i++) {
        const RiskReason *r = &d->reasons[i];
        jout_open(&o);
        jout_ks(&o, "rule", r->rule->code);
        jout_kz(&o, "source", source_names[r->fact->source]);
        jout_ks(&o, "code", r->fact->code);
        jout_ks(&o, "title", r->fact->title);
        jout_ki(&o, "grade", r->fact->grade);
        jout_text(&o, "reason", r->rule->reason);
        if (r->rule->at_least) jout_ki(&o, "at_least", r->rule->at_least);
        if (r->rule->raise) jout_ki(&o, "raise", r->rule->raise);
        jout_close(&o);
    }
    jout_close_array(&o);
    return buf_str(&text);
}

static DbVal grade_val(int64_t g)
{
    return g ? db_val_i64(g) : db_val_null();
}

static Rc note_move(Work *w, const Record *unit, int64_t from, Str reasons)
{
    Record *m = rec_new(w->ctx, ME);
    rec_set(ME, m, "unit", db_val_i64(unit->id));
    rec_set(ME, m, "t", db_val_i64(w->now));
    rec_set(ME, m, "grade", *rec_val(UE, unit, "colour"));
    rec_set(ME, m, "from_grade", grade_val(from));
    rec_set(ME, m, "base", *rec_val(UE, unit, "grade"));
    rec_set(ME, m, "reasons", db_val_json(reasons));
    rec_set(ME, m, "body", *rec_val(UE, unit, "body"));
    rec_set(ME, m, "district", *rec_val(UE, unit, "district"));
    return store_insert(w, ME, m);
}

static Rc recolour(Work *w, Record *unit, const RulesNow *rules, size_t *moved)
{
    Facts facts;
    TRY(risk_facts(w, unit, &facts));
    RiskColour base = (RiskColour)rec_i64(UE, unit, "grade");
    int64_t was = rec_i64(UE, unit, "colour");
    RiskDynamic d = risk_dynamic(w->ctx->arena, base, &rules->rules, facts.v, facts.n);
    Str reasons = reasons_json(w->ctx, &d), before = rec_text(UE, unit, "reasons");
    bool same = str_eq(reasons, before) || (!before.n && !d.nreasons);
    if (was == (int64_t)d.colour && same) return RC_OK;
    Record *old = rec_copy(w->ctx, UE, unit);
    rec_set(UE, unit, "colour", grade_val(d.colour));
    rec_set(UE, unit, "reasons", db_val_json(reasons));
    if (was != (int64_t)d.colour) rec_set(UE, unit, "moved_at", db_val_i64(w->now));
    TRY(store_update(w, UE, old, unit, "move"));
    (*moved)++;
    return was == (int64_t)d.colour ? RC_OK : note_move(w, unit, was, reasons);
}

Rc risk_recolour(Work *w, const int64_t *units, size_t n, size_t *moved)
{
    RulesNow rules;
    Record *unit;
    *moved = 0;
    TRY(risk_rules_at(w, w->now, &rules));
    for (size_t i = 0; i < n; i++) {
        Rc rc = store_get(w, UE, units[i], &unit);
        if (rc < 0) return rc;
        if (unit->archived_at == INT64_MIN) TRY(recolour(w, unit, &rules, moved));
    }
    return RC_OK;
}
