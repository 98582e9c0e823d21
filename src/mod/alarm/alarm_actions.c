/* What an operator may do with an alarm. Each action asks the pure state machine; a state that does not allow
 * it is a 409 with its name. The kernel stores what is changed here and writes the ledger. */
#include "alarm_private.h"
#include "mod/point.h"
#include "base/clock.h"

#include <math.h>

#define E (&alarm_entity)

static Rc refuse(Work *w, const Record *rec, Rc rc)
{
    if (rc == RC_INVALID)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "截止时间须在此刻之后、24 小时以内",
                          "the end must be within the next 24 hours");
    Str label = str_of(dict_label(w->kernel, "alarm_state", rec_text(E, rec, "state"), w->ctx->lang));
    return FAIL(w->ctx, RC_STATE, "alarm.state", "报警处于「%.*s」状态，不能这样操作",
                "the alarm is in state \"%.*s\", which does not allow this", STR_ARG(label));
}

static DbVal who_name(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

static Rc finish(Work *w, const AlarmCore *core, Record *rec, const char *action)
{
    alarm_core_store(core, rec);
    return alarm_note(w, rec, &(AlarmNote){.event = action, .t = w->now, .value = (double)NAN});
}

/* Back from shelf or out of service: what holds is announced, unless something else holds it back. */
static Rc resume(Work *w, AlarmCore *core, AlarmEffect effect, Record *rec, const char *action)
{
    Record *point;
    TRY(store_get(w, &point_entity, rec_i64(E, rec, "point"), &point));
    TRY(alarm_hold_announced(w, point, core, rec, &effect));
    alarm_core_store(core, rec);
    return alarm_note(
        w, rec,
        &(AlarmNote){
            .event = action, .t = w->now, .value = (double)NAN, .announce = effect == ALARM_ANNOUNCE});
}

static Rc do_ack(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    AlarmCore core;
    alarm_core_load(rec, &core);
    Rc rc = alarm_ack(&core);
    if (rc < 0) return refuse(w, rec, rc);
    rec_set(e, rec, "acked_by", who_name(w));
    rec_set(e, rec, "acked_at", db_val_i64(w->now));
    return finish(w, &core, rec, "ack");
}

static void note_hold(Work *w, Record *rec, const DbVal *reason)
{
    rec_set(E, rec, "held_by", who_name(w));
    rec_set(E, rec, "held_reason", *reason);
    rec_set(E, rec, "suppressed_by", db_val_null());
}

static Rc do_shelve(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    AlarmCore core;
    alarm_core_load(rec, &core);
    Rc rc = alarm_shelve(&core, w->now, params[1].i);
    if (rc < 0) return refuse(w, rec, rc);
    note_hold(w, rec, &params[0]);
    return finish(w, &core, rec, "shelve");
}

static Rc do_unshelve(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    (void)params;
    AlarmCore core;
    AlarmEffect effect = ALARM_QUIET;
    alarm_core_load(rec, &core);
    Rc rc = alarm_unshelve(&core, &effect);
    if (rc < 0) return refuse(w, rec, rc);
    return resume(w, &core, effect, rec, "unshelve");
}

static Rc do_suppress(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    AlarmCore core;
    alarm_core_load(rec, &core);
    if (params[1].i <= w->now)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "截止时间须晚于此刻", "the end must be in the future");
    Rc rc = alarm_suppress(&core, w->now, params[1].i);
    if (rc < 0) return refuse(w, rec, rc);
    note_hold(w, rec, &params[0]);
    return finish(w, &core, rec, "suppress");
}

static Rc do_out_of_service(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    AlarmCore core;
    alarm_core_load(rec, &core);
    Rc rc = alarm_out_of_service(&core);
    if (rc < 0) return refuse(w, rec, rc);
    note_hold(w, rec, &params[0]);
    return finish(w, &core, rec, "out-of-service");
}

static Rc do_in_service(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    (void)params;
    AlarmCore core;
    AlarmEffect effect = ALARM_QUIET;
    alarm_core_load(rec, &core);
    Rc rc = alarm_in_service(&core, &effect);
    if (rc < 0) return refuse(w, rec, rc);
    return resume(w, &core, effect, rec, "in-service");
}

/* A verdict acknowledges too: who judged has seen it. */
static Rc do_judge(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    bool is_true = str_is(params[0].s, "true");
    if (!is_true && (params[1].type == DB_NULL || params[1].s.n == 0))
        return FAIL_FIELD(w->ctx, "reason", "required", 0, "误报、测试、检修须写明原因",
                          "false, test and maintenance need a reason");
    AlarmCore core;
    alarm_core_load(rec, &core);
    if (alarm_ack(&core) >= 0) {
        rec_set(e, rec, "acked_by", who_name(w));
        rec_set(e, rec, "acked_at", db_val_i64(w->now));
    }
    rec_set(e, rec, "verdict", params[0]);
    rec_set(e, rec, "verdict_reason", params[1]);
    rec_set(e, rec, "judged_by", who_name(w));
    rec_set(e, rec, "judged_at", db_val_i64(w->now));
    return finish(w, &core, rec, "judge");
}

/* ---- Offered when? A record that is closed is history: it can only be judged. ---- */

static bool is_open(const Record *rec)
{
    return !str_is(rec_text(E, rec, "state"), "normal");
}

static bool may_ack(const Entity *e, const Record *rec)
{
    (void)e;
    return alarm_waiting(rec);
}

static bool may_shelve(const Entity *e, const Record *rec)
{
    (void)e;
    AlarmCore core;
    alarm_core_load(rec, &core);
    return is_open(rec) && alarm_shelve(&core, 0, MS_HOUR) >= 0;
}

static bool may_unshelve(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "shelved");
}

static bool may_suppress(const Entity *e, const Record *rec)
{
    (void)e;
    AlarmCore core;
    alarm_core_load(rec, &core);
    return is_open(rec) && alarm_suppress(&core, 0, MS_HOUR) >= 0;
}

static bool may_leave(const Entity *e, const Record *rec)
{
    (void)e;
    AlarmCore core;
    alarm_core_load(rec, &core);
    return is_open(rec) && alarm_out_of_service(&core) >= 0;
}

static bool may_enter(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "state"), "out-of-service");
}

static const Field hold_params[] = {
    {"reason", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 500, T("理由", "Reason"), T("", ""), NULL, NULL, NULL},
    {"until", F_TIME, F_REQUIRED, NULL, 0, 0, T("截止时间", "Until"), T("", ""), NULL, NULL, NULL},
};
static const Field leave_params[] = {
    {"reason", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 500, T("理由", "Reason"), T("", ""), NULL, NULL, NULL},
};
static const Field judge_params[] = {
    {"verdict", F_ENUM, F_REQUIRED, "verdict", 0, 0, T("结论", "Verdict"), T("", ""), NULL, NULL, NULL},
    {"reason", F_TEXT, F_LONG, NULL, 0, 500, T("说明", "Reason"), T("", ""), NULL, NULL, NULL},
};

const Action alarm_actions[ALARM_ACTIONS] = {
    {"ack", "alarm.ack", T("确认", "Acknowledge"), NULL, 0, do_ack, may_ack},
    {"judge", "alarm.ack", T("研判", "Judge"), judge_params, ARRAY_LEN(judge_params), do_judge, NULL},
    {"shelve", "alarm.shelve", T("搁置", "Shelve"), hold_params, ARRAY_LEN(hold_params), do_shelve,
     may_shelve},
    {"unshelve", "alarm.shelve", T("取消搁置", "Unshelve"), NULL, 0, do_unshelve, may_unshelve},
    {"suppress", "alarm.suppress", T("抑制", "Suppress"), hold_params, ARRAY_LEN(hold_params), do_suppress,
     may_suppress},
    {"out-of-service", "alarm.suppress", T("停用", "Take out of service"), leave_params,
     ARRAY_LEN(leave_params), do_out_of_service, may_leave},
    {"in-service", "alarm.suppress", T("启用", "Put in service"), NULL, 0, do_in_service, may_enter},
};
