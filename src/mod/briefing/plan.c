/* When which body's briefing is written, from which template and for whom: records that an office keeps. */
#include "briefing_private.h"
#include "base/clock.h"
#include "paper/template.h"

bool plan_schedule(const Record *plan, Schedule *out)
{
    *out = (Schedule){.weekday = (int)rec_i64(PE, plan, "weekday"),
                      .monthday = (int)rec_i64(PE, plan, "monthday")};
    if (out->weekday < 1 || out->weekday > 7) out->weekday = 1;
    if (out->monthday < 1 || out->monthday > 28) out->monthday = 1;
    return brief_kind(rec_text(PE, plan, "kind"), &out->kind) &&
           brief_minute(rec_text(PE, plan, "time"), &out->minute);
}

Rc bodies_of_text(Work *w, const char *field, Str codes, Rc (*fn)(Work *w, int64_t body, void *ud), void *ud)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    while (codes.n) {
        Record *body;
        Str code = str_trim(str_cut(&codes, ' '));
        if (!code.n) continue;
        Rc rc = store_find(w, bodies, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code)), &body);
        TRY(rc);
        if (!rc)
            FAIL_FIELD(w->ctx, field, "reference", 0, "没有编码为“%.*s”的单位", "there is no body \"%.*s\"",
                       STR_ARG(code));
        else if (fn) TRY(fn(w, body->id, ud));
    }
    return w->ctx->err.kind;
}

static Rc check_template(Work *w, const Record *rec)
{
    Record *t;
    if (!rec_i64(PE, rec, "template")) return 0;
    TRY(store_get(w, TE, rec_i64(PE, rec, "template"), &t));
    if (str_eq(rec_text(TE, t, "kind"), rec_text(PE, rec, "kind"))) return 0;
    FAIL_FIELD(w->ctx, "template", "kind", 0, "模板与简报种类不符",
               "the template is for another kind of briefing");
    return 0;
}

Rc plan_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Record *body;
    int minute;
    (void)old;
    if (!brief_minute(rec_text(e, rec, "time"), &minute))
        FAIL_FIELD(w->ctx, "time", "format", 0, "时间应如 07:30", "the time is written 07:30");
    TRY(check_template(w, rec));
    bodies_of_text(w, "recipients", rec_text(e, rec, "recipients"), NULL, NULL);
    if (!rec_i64(e, rec, "body")) return w->ctx->err.kind;
    TRY(store_get(w, bodies, rec_i64(e, rec, "body"), &body));
    rec_set(e, rec, "district", *rec_val(bodies, body, "district"));
    return w->ctx->err.kind;
}

Rc template_validate_(Work *w, const Entity *e, const Record *old, Record *rec)
{
    PaperTemplate *unused;
    (void)old;
    Rc rc = paper_template_parse(w->ctx, "body", rec_text(e, rec, "body"), &unused);
    return rc < 0 && rc != RC_INVALID ? rc : w->ctx->err.kind;
}

/* By hand, for whoever does not want to wait: the period that ended last. */
Rc plan_write(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Schedule s;
    Record *made;
    (void)e, (void)params;
    if (!plan_schedule(rec, &s))
        return FAIL(w->ctx, RC_STATE, "briefing.plan", "简报计划不完整", "the plan is not complete");
    return briefing_write(w, rec, s.kind == BRIEF_BULLETIN ? w->now : schedule_due(&s, w->now), &made);
}
