/* What an operator may do with an alarm. Each operation is a row: which step of the pure state machine
 * (watch/watch.h) it takes and what it notes on the record; a state that does not allow the step is a 409
 * with its name, and the same step tried on a copy says whether the operation is offered. Judging is not a
 * step of the machine: it notes a verdict in any state, and acknowledges where that is open. The kernel
 * stores what is changed here and writes the ledger. */
#include "alarm_private.h"
#include "mod/point.h"
#include "base/clock.h"

#include <math.h>

#define E (&alarm_entity)

typedef struct Operation {
    const char *name;
    /* The step: one of these. */
    Rc (*plain)(AlarmCore *core);
    Rc (*timed)(AlarmCore *core, int64_t now, int64_t until);
    Rc (*ending)(AlarmCore *core, AlarmEffect *effect);
    bool acknowledges; /* notes who has seen it */
    bool limited;      /* the end lies within the city's limit for suppressions */
    bool open_only;    /* a closed record is history: not offered there */
} Operation;

enum { OP_ACK, OP_SHELVE, OP_UNSHELVE, OP_SUPPRESS, OP_LEAVE, OP_ENTER };
static const Operation operations[] = {
    [OP_ACK] = {.name = "ack", .plain = alarm_ack, .acknowledges = true},
    [OP_SHELVE] = {.name = "shelve", .timed = alarm_shelve, .open_only = true},
    [OP_UNSHELVE] = {.name = "unshelve", .ending = alarm_unshelve},
    [OP_SUPPRESS] = {.name = "suppress", .timed = alarm_suppress, .limited = true, .open_only = true},
    [OP_LEAVE] = {.name = "out-of-service", .plain = alarm_out_of_service, .open_only = true},
    [OP_ENTER] = {.name = "in-service", .ending = alarm_in_service},
};

static Rc step(const Operation *op, AlarmCore *core, int64_t now, int64_t until, AlarmEffect *effect)
{
    *effect = ALARM_QUIET;
    if (op->plain) return op->plain(core);
    return op->timed ? op->timed(core, now, until) : op->ending(core, effect);
}

/* ---- Refusals ---- */

static Rc refuse_until(Work *w, const Operation *op)
{
    if (!op->limited)
        return FAIL_FIELD(w->ctx, "until", "range", 0, "截止时间须在此刻之后、24 小时以内",
                          "the end must be within the next 24 hours");
    int64_t days = alarm_options()->suppress_most_ms / MS_DAY;
    return FAIL_FIELD(w->ctx, "until", "range", 0, "截止时间须在此刻之后、%lld 天以内",
                      "the end must be within the next %lld days", (long long)days);
}

static Rc refuse_state(Work *w, const Record *rec)
{
    Str label = str_of(dict_label(w->kernel, "alarm_state", rec_text(E, rec, "state"), w->ctx->lang));
    return FAIL(w->ctx, RC_STATE, "alarm.state", "报警处于「%.*s」状态，不能这样操作",
                "the alarm is in state \"%.*s\", which does not allow this", STR_ARG(label));
}

/* ---- What is noted ---- */

static DbVal who_name(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

static void note_who(const Work *w, Record *rec, const char *by, const char *at)
{
    rec_set(E, rec, by, who_name(w));
    rec_set(E, rec, at, db_val_i64(w->now));
}

static void note_hold(const Work *w, Record *rec, const DbVal *reason)
{
    rec_set(E, rec, "held_by", who_name(w));
    rec_set(E, rec, "held_reason", *reason);
    rec_set(E, rec, "suppressed_by", db_val_null());
}

static Rc finish(Work *w, const AlarmCore *core, Record *rec, const char *event, AlarmEffect effect)
{
    alarm_core_store(core, rec);
    return alarm_note(
        w, rec,
        &(AlarmNote){
            .event = event, .t = w->now, .value = (double)NAN, .announce = effect == ALARM_ANNOUNCE});
}

/* Back from shelf or out of service: what holds is announced, unless something else holds it back. */
static Rc hold_again(Work *w, AlarmCore *core, Record *rec, AlarmEffect *effect)
{
    Record *point;
    TRY(store_get(w, &point_entity, rec_i64(E, rec, "point"), &point));
    return alarm_hold_announced(w, point, core, rec, effect);
}

/* params: reason and end, reason, or none, as the operation declares. */
static Rc operate(Work *w, const Operation *op, Record *rec, const DbVal *params)
{
    AlarmCore core;
    AlarmEffect effect;
    alarm_core_load(rec, &core);
    int64_t until = op->timed ? params[1].i : TIME_NONE;
    if (op->limited && until - w->now > alarm_options()->suppress_most_ms) return refuse_until(w, op);
    Rc rc = step(op, &core, w->now, until, &effect);
    if (rc < 0) return rc == RC_INVALID ? refuse_until(w, op) : refuse_state(w, rec);
    if (op->acknowledges) note_who(w, rec, "acked_by", "acked_at");
    else if (op->ending) TRY(hold_again(w, &core, rec, &effect));
    else note_hold(w, rec, &params[0]);
    return finish(w, &core, rec, op->name, effect);
}

static bool offered(const Operation *op, const Record *rec)
{
    AlarmCore core;
    AlarmEffect effect;
    if (op->open_only && str_is(rec_text(E, rec, "state"), "normal")) return false;
    alarm_core_load(rec, &core);
    return step(op, &core, 0, MS_HOUR, &effect) >= 0;
}

/* The kernel's hooks do not say for which action they are called. */
#define HOOKS(fn, row)                                                                                       \
    static Rc do_##fn(Work *w, const Entity *e, Record *rec, const DbVal *params)                            \
    {                                                                                                        \
        (void)e;                                                                                             \
        return operate(w, &operations[row], rec, params);                                                    \
    }                                                                                                        \
    static bool may_##fn(const Entity *e, const Record *rec)                                                 \
    {                                                                                                        \
        (void)e;                                                                                             \
        return offered(&operations[row], rec);                                                               \
    }
HOOKS(ack, OP_ACK)
HOOKS(shelve, OP_SHELVE)
HOOKS(unshelve, OP_UNSHELVE)
HOOKS(suppress, OP_SUPPRESS)
HOOKS(leave, OP_LEAVE)
HOOKS(enter, OP_ENTER)

/* ---- The verdict ---- */

/* Two characters at least that are no blanks, neither those of ASCII nor the ideographic one. */
static bool says_something(Str s)
{
    size_t marks = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool blank3 = i + 2 < s.n &&
                      (memcmp(s.p + i, "\xE3\x80\x80", 3) == 0 || memcmp(s.p + i, "\xE2\x80\x8B", 3) == 0);
        if (blank3) i += 2;
        else if (c > ' ' && (c & 0xC0) != 0x80) marks++;
    }
    return marks >= 2;
}

static Rc check_verdict(Work *w, const AlarmVerdict *v)
{
    bool reason = v->reason.type != DB_NULL && says_something(v->reason.s), code = v->code.type != DB_NULL;
    if (str_is(v->verdict.s, "false") && !code && !reason)
        return FAIL_FIELD(w->ctx, "code", "required", 0, "误报须选择原因",
                          "a false alarm needs its reason's code");
    if (str_is(v->verdict.s, "true") || reason) return RC_OK;
    if (!code)
        return FAIL_FIELD(w->ctx, "reason", "required", 0, "测试、检修须写明原因",
                          "test and maintenance need a reason");
    if (str_is(v->code.s, "other"))
        return FAIL_FIELD(w->ctx, "reason", "required", 0, "原因选「其他」时须写明",
                          "say which other reason it is");
    return RC_OK;
}

/* A verdict acknowledges too: who judged has seen it. */
Rc alarm_judge(Work *w, Record *rec, const AlarmVerdict *v)
{
    TRY(check_verdict(w, v));
    AlarmCore core;
    alarm_core_load(rec, &core);
    if (alarm_ack(&core) >= 0) note_who(w, rec, "acked_by", "acked_at");
    rec_set(E, rec, "verdict", v->verdict);
    /* Every false alarm counts under a code; software that sends words only means "other". */
    bool worded = str_is(v->verdict.s, "false") && v->code.type == DB_NULL;
    rec_set(E, rec, "verdict_code", worded ? db_val_z("other") : v->code);
    rec_set(E, rec, "verdict_reason", v->reason);
    note_who(w, rec, "judged_by", "judged_at");
    return finish(w, &core, rec, "judge", ALARM_QUIET);
}

static Rc do_judge(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e;
    return alarm_judge(w, rec, &(AlarmVerdict){params[0], params[1], params[2]});
}

/* ---- What the kernel is told ---- */

static const Field hold_params[] = {
    {"reason", F_TEXT, F_REQUIRED | F_LONG, NULL, 2, 500, T("理由", "Reason"), T("", ""), NULL, NULL, NULL},
    {"until", F_TIME, F_REQUIRED, NULL, 0, 0, T("截止时间", "Until"), T("", ""), NULL, NULL, NULL},
};
static const Field judge_params[] = {
    {"verdict", F_ENUM, F_REQUIRED, "verdict", 0, 0, T("结论", "Verdict"), T("", ""), NULL, NULL, NULL},
    {"reason", F_TEXT, F_LONG, NULL, 0, 500, T("说明", "Reason"), T("", ""), NULL, NULL, NULL},
    {"code", F_ENUM, 0, "false_reason", 0, 0, T("误报原因", "Why it is false"), T("", ""), NULL, NULL, NULL},
};

const Action alarm_actions[ALARM_ACTIONS] = {
    {"ack", "alarm.ack", T("确认", "Acknowledge"), NULL, 0, do_ack, may_ack},
    {"judge", "alarm.ack", T("研判", "Judge"), judge_params, ARRAY_LEN(judge_params), do_judge, NULL},
    {"shelve", "alarm.shelve", T("搁置", "Shelve"), hold_params, 2, do_shelve, may_shelve},
    {"unshelve", "alarm.shelve", T("取消搁置", "Unshelve"), NULL, 0, do_unshelve, may_unshelve},
    {"suppress", "alarm.suppress", T("抑制", "Suppress"), hold_params, 2, do_suppress, may_suppress},
    {"out-of-service", "alarm.suppress", T("停用", "Take out of service"), hold_params, 1, do_leave,
     may_leave},
    {"in-service", "alarm.suppress", T("启用", "Put in service"), NULL, 0, do_enter, may_enter},
};
