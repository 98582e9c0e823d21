/* The demo's briefings: plans of the safety committee's office and of a street, the last days and week issued
 * to the city's leaders, today's waiting to be looked at. */
#include "base/clock.h"
#include "base/log.h"
#include "city.h"
#include "mod/briefing.h"

static const struct {
    const char *code, *name, *kind, *body, *time, *to;
} plans[] = {
    {"CITY-DAY", "全市安全运行日报", "daily", "BODY-EMERG", "07:30", "BODY-GOV BODY-CITY"},
    {"CITY-WEEK", "全市安全运行周报", "weekly", "BODY-EMERG", "08:00", "BODY-GOV BODY-CITY"},
    {"CITY-MONTH", "全市安全运行月报", "monthly", "BODY-EMERG", "09:00", "BODY-GOV"},
    {"CITY-QUARTER", "重点任务落实季度通报", "quarterly", "BODY-EMERG", "09:00", "BODY-GOV BODY-CITY"},
    {"CITY-LATE", "逾期未办事项通报", "bulletin", "BODY-EMERG", "08:30", "BODY-CITY"},
    {"TOWN-DAY", "清源街道安全日报", "daily", "BODY-TOWN-990103", "07:40", "BODY-EMERG"},
};

static Rc body_id(Work *w, const char *code, int64_t *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Record *rec;
    Rc rc = store_find(w, bodies, str_printf(w->ctx->arena, "code:%s", code), &rec);
    if (rc <= 0)
        return rc < 0 ? rc : FAIL(w->ctx, RC_NOT_FOUND, "demo.body", "缺少 %s", "the demo lacks %s", code);
    *out = rec->id;
    return RC_OK;
}

static Rc plan_make(Work *w, size_t i, Record **out)
{
    const Entity *e = &briefing_plan_entity;
    int64_t body;
    TRY(body_id(w, plans[i].body, &body));
    Record *rec = *out = rec_new(w->ctx, e);
    rec_set(e, rec, "code", db_val_z(plans[i].code));
    rec_set(e, rec, "name", db_val_z(plans[i].name));
    rec_set(e, rec, "kind", db_val_z(plans[i].kind));
    rec_set(e, rec, "body", db_val_i64(body));
    rec_set(e, rec, "time", db_val_z(plans[i].time));
    rec_set(e, rec, "recipients", db_val_z(plans[i].to));
    rec_set(e, rec, "weekday", db_val_i64(1));
    rec_set(e, rec, "monthday", db_val_i64(1));
    rec_set(e, rec, "automatic", db_val_bool(false));
    rec_set(e, rec, "enabled", db_val_bool(true));
    return store_insert(w, e, rec);
}

static Rc write(Work *w, const Record *plan, int64_t due, bool issue)
{
    Record *rec;
    TRY(briefing_write(w, plan, due, &rec));
    return issue ? flow_do(w, &briefing_entity, rec, "issue", NULL) : RC_OK;
}

static Rc fill(Work *w, void *ud)
{
    (void)ud;
    Record *plan[ARRAY_LEN(plans)];
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) TRY(plan_make(w, i, &plan[i]));
    for (int d = 2; d >= 0; d--) TRY(write(w, plan[0], w->now - d * MS_DAY, d > 0));
    TRY(write(w, plan[1], w->now - 7 * MS_DAY, true));
    TRY(write(w, plan[1], w->now, true));
    TRY(write(w, plan[2], w->now, true));
    TRY(write(w, plan[3], w->now, true));
    TRY(write(w, plan[4], w->now, false));
    return write(w, plan[5], w->now, false);
}

void briefings_fill(Kernel *k)
{
    demo_write(k, fill, NULL);
}
