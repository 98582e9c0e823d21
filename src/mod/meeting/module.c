/* The slice's dictionaries, permissions, time limits, routes and the module. Kinds of meetings are the
 * user's to change; the cadences are the program's. */
#include "meeting_private.h"

static const DictEntry kinds[] = {
    {"party", T("党委（党组）会议", "Party committee"), NULL, NULL},
    {"government", T("政府常务会议", "Government executive"), NULL, NULL},
    {"committee", T("安委会全体会议", "Safety committee, plenary"), NULL, NULL},
    {"office", T("安委办例会", "Committee's office, regular"), NULL, NULL},
    {"joint", T("部门联席会议", "Joint meeting of departments"), NULL, NULL},
    {"judgement", T("会商研判", "Joint judgement"), NULL, NULL},
    {"learning", T("中心组学习", "Study session"), NULL, NULL},
    {"enterprise", T("企业安委会会议", "Enterprise's safety committee"), NULL, NULL},
    {"other", T("其他会议", "Other"), NULL, NULL},
};
static const DictEntry pers[] = {
    {"week", T("每周", "Each week"), NULL, NULL},
    {"month", T("每月", "Each month"), NULL, NULL},
    {"two_months", T("每两月", "Every two months"), NULL, NULL},
    {"quarter", T("每季度", "Each quarter"), NULL, NULL},
    {"half_year", T("每半年", "Each half-year"), NULL, NULL},
    {"year", T("每年", "Each year"), NULL, NULL},
};
static const Dict dicts[] = {
    {"meeting_kind", T("会议类型", "Kinds of meetings"), kinds, ARRAY_LEN(kinds), false},
    {"meeting_per", T("会议周期", "Cadences of meetings"), pers, ARRAY_LEN(pers), true},
};

static const Perm perms[] = {
    {"meeting.read", T("查看会议", "See meetings"),
     "watch office dept town inspector enterprise leader audit"},
    {"meeting.write", T("组织会议、形成纪要", "Hold meetings and write minutes"),
     "office dept town inspector enterprise"},
    {"meeting.rule", T("维护会议频次", "Change required meetings"), "office"},
    {"meeting.supervise", T("催办会议", "Urge meetings"), "office leader"},
};

#define DEFAULT T("默认值，由本地规定核定", "default, for local rules to settle")
static const StepSeed own_steps[] = {{STEP_REMIND, 100, 0, "turn"}, {STEP_URGE, 0, 3, "turn"}};
static const StepSeed minutes_steps[] = {
    {STEP_REMIND, 70, 0, "turn"}, {STEP_URGE, 100, 0, "turn"}, {STEP_SUPERVISE, 0, 5, "above"}};
static const StepSeed period_steps[] = {{STEP_REMIND, 80, 0, "owner"}, {STEP_URGE, 100, 0, "above"}};
#define LIMIT(code, zh, en, amount, unit, steps)                                                             \
    {                                                                                                        \
        code, T(zh, en), 0, amount, unit, DEFAULT, steps, ARRAY_LEN(steps)                                   \
    }
static const LimitSeed limits[] = {
    LIMIT("meeting.hold", "会议召开", "Holding a meeting", 30, LIMIT_DAYS, own_steps),
    LIMIT("meeting.minutes", "形成会议纪要", "Writing the minutes", 5, LIMIT_WORK_DAYS, minutes_steps),
    LIMIT("meeting.file", "会议归档", "Putting a meeting on file", 30, LIMIT_DAYS, own_steps),
    LIMIT("meeting.period", "本期会议", "Meeting of the period", 90, LIMIT_DAYS, period_steps),
};

static const Route routes[] = {
    {HTTP_GET, "/api/meetings/matrix", "meeting.read", meeting_matrix,
     .title = T("会议频次矩阵：单位与周期，含空缺", "Required meetings: body by period, with the holes")},
};

static const Entity *const entities[] = {&meeting_rule_entity, &meeting_entity, &meeting_attendee_entity,
                                         &meeting_decision_entity};
const Module mod_meeting = {
    .name = "meeting",
    .title = T("会议与会商研判", "Meetings"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .limits = limits,
    .nlimits = ARRAY_LEN(limits),
};
