/* What every matter can be asked, whatever its flow: to be hurried (催办) and to be supervised (督办).
 * Neither touches the record, so the officer who is about to answer does not find it changed under his hands:
 * they stand in the ledger and in the matter's row. */
#include "clock/clock_int.h"
#include "flow/flow_int.h"

static const Field message_params[] = {{.name = "message",
                                        .type = F_TEXT,
                                        .flags = F_REQUIRED | F_LONG,
                                        .min = 2,
                                        .max = 500,
                                        .label = T("要求", "Message")}};

#define REASON                                                                                               \
    {                                                                                                        \
        .name = "reason", .type = F_TEXT, .flags = F_REQUIRED | F_LONG, .min = 2, .max = 500,                \
        .label = T("理由", "Reason")                                                                         \
    }
static const Field reason_params[] = {REASON};
static const Field until_params[] = {
    {.name = "until", .type = F_TIME, .flags = F_REQUIRED, .label = T("延至", "Until")}, REASON};

static Rc chase(Work *w, const Entity *e, const Record *rec, const char *action, int level, Str message)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_ks(&o, "message", message);
    jout_close(&o);
    TRY(matter_chase(w, rec->id, level));
    TRY(matter_acted(w, rec->id, action));
    TRY(ledger_add(w, e->plural, rec->id, action, STR_NONE, buf_str(&b)));
    TRY(matter_tell(w, info, rec, action, message));
    work__touch(w, info);
    return outbox_add_record(w, e, rec, action);
}

static Rc urge(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    return chase(w, e, rec, "urge", CHASE_URGED, params[0].s);
}

static Rc supervise(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    return chase(w, e, rec, "supervise", CHASE_SUPERVISED, params[0].s);
}

Rc flow_urge(Work *w, const Entity *e, const Record *rec, Str message)
{
    return chase(w, e, rec, "urge", CHASE_URGED, message);
}

const GenericAction flow_generic[] = {
    {.a = {.name = "urge",
           .label = T("催办", "Urge"),
           .params = message_params,
           .nparams = ARRAY_LEN(message_params),
           .fn = urge}},
    {.a = {.name = "supervise",
           .label = T("督办", "Supervise"),
           .params = message_params,
           .nparams = ARRAY_LEN(message_params),
           .fn = supervise}},
    {.a = {.name = "pause",
           .label = T("暂停计时", "Pause the clock"),
           .params = reason_params,
           .nparams = ARRAY_LEN(reason_params),
           .fn = clock_act_pause},
     .offered = clock_may_pause},
    {.a = {.name = "resume", .label = T("恢复计时", "Resume the clock"), .fn = clock_act_resume},
     .offered = clock_may_resume},
    {.a = {.name = "ask-extension",
           .label = T("申请延期", "Ask for an extension"),
           .params = until_params,
           .nparams = ARRAY_LEN(until_params),
           .fn = clock_act_ask},
     .turn = true,
     .offered = clock_may_ask},
    {.a = {.name = "grant-extension", .label = T("同意延期", "Grant the extension"), .fn = clock_act_grant},
     .offered = clock_may_decide},
    {.a = {.name = "refuse-extension",
           .label = T("不同意延期", "Refuse the extension"),
           .params = reason_params,
           .nparams = ARRAY_LEN(reason_params),
           .fn = clock_act_refuse},
     .offered = clock_may_decide},
};
const size_t flow_ngeneric = ARRAY_LEN(flow_generic);
