/* The time to judge a red or orange alarm. Its clock counts from when people were called, and stops at a
 * verdict or while the alarm is held back by name and for a time (shelved, suppressed, out of service); at
 * the end of a hold it counts anew. That the condition has returned does not stop it: whether it was a true
 * alarm is still to be said. The clock keeps to the gravest grade the alarm had, and an alarm that becomes
 * graver has the shorter limit from the same beginning, so that it is never later for it. */
#include "alarm_private.h"
#include "base/clock.h"

#include <stdatomic.h>

#define E (&alarm_entity)

static const char limit_name[] = "alarm.judge";
enum { GRAVE = 2 }; /* grades 1 and 2 */

/* When it is due the next person is called; at the escalation whoever asked to (alarm_unjudged_do) takes it
 * up. */
static const StepSeed red_steps[] = {
    {STEP_REMIND, 60, 0, "watch"},
    {STEP_CALL, 100, 0, "watch"},
    {STEP_ESCALATE, 0, 2, "office"},
};
static const StepSeed orange_steps[] = {
    {STEP_REMIND, 60, 0, "watch"},
    {STEP_CALL, 100, 0, "watch"},
    {STEP_ESCALATE, 0, 3, "office"},
};
const LimitSeed alarm_limits[ALARM_LIMITS] = {
    {limit_name, T("报警研判", "Judging an alarm"), 1, 3, LIMIT_MINUTES,
     T("默认值，由本市预案核定", "default, for the city's plan to settle"), red_steps, ARRAY_LEN(red_steps)},
    {limit_name, T("报警研判", "Judging an alarm"), 2, 5, LIMIT_MINUTES,
     T("默认值，由本市预案核定", "default, for the city's plan to settle"), orange_steps,
     ARRAY_LEN(orange_steps)},
};

static _Atomic(AlarmUnjudged) unjudged;

void alarm_unjudged_do(AlarmUnjudged fn)
{
    atomic_store(&unjudged, fn);
}

Rc alarm_step(Work *w, const Entity *e, Record *rec, const struct ClockStep *step)
{
    AlarmUnjudged fn = atomic_load(&unjudged);
    (void)e;
    return fn ? fn(w, rec, step) : RC_OK;
}

/* Does a person still have to judge it? */
static bool waits(const Record *rec)
{
    static const char *const held[] = {"shelved", "suppressed", "out-of-service"};
    int64_t worst = rec_i64(E, rec, "worst_grade");
    if (rec_val(E, rec, "verdict")->type != DB_NULL || worst < 1 || worst > GRAVE) return false;
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        if (str_is(rec_text(E, rec, "state"), held[i])) return false;
    return true;
}

/* The limit is chosen by the entity's grade; an alarm that has eased keeps the one of its gravest. A city may
 * have no such limit: then nothing runs. */
static Rc start(Work *w, const Record *rec, int64_t from)
{
    Record *at = rec_copy(w->ctx, E, rec);
    rec_set(E, at, "grade", *rec_val(E, rec, "worst_grade"));
    Rc rc = clock_start(w, E, at, limit_name, from);
    if (rc != RC_NOT_FOUND) return rc;
    ctx_clear(w->ctx);
    return RC_OK;
}

static Rc start_graver(Work *w, const Record *rec)
{
    Clock c;
    Rc runs = clock_find(w, E, rec->id, limit_name, &c);
    TRY(runs);
    if (runs) TRY(clock_stop(w, E, rec, limit_name));
    return start(w, rec, runs ? c.started_at : w->now);
}

Rc alarm_judge_clock(Work *w, const Record *old, const Record *rec)
{
    bool before = old && waits(old), now = waits(rec);
    if (before && !now) return clock_stop(w, E, rec, limit_name);
    if (now && !before) return start(w, rec, w->now);
    bool graver = before && now && rec_i64(E, rec, "worst_grade") < rec_i64(E, old, "worst_grade");
    return graver ? start_graver(w, rec) : RC_OK;
}

Rc alarm_judge_true(Work *w, const Record *alarm, const char *reason)
{
    Record *rec = rec_copy(w->ctx, E, alarm);
    AlarmVerdict v = {db_val_z("true"), reason ? db_val_z(reason) : db_val_null(), db_val_null()};
    TRY(alarm_judge(w, rec, &v));
    return store_update(w, E, alarm, rec, "judge");
}
