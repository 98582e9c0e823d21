/* Time limits of hidden dangers and their supervision: first values, which a city edits as data. */
#include "danger_private.h"

#define DEFAULT T("默认值，由本地规定核定", "default, for local rules to settle")
#define TEN_DAYS                                                                                             \
    T("《安全生产事故隐患排查治理暂行规定》：收到申请后 10 日内现场审查（自然日）",                          \
      "interim rules on hidden dangers: examined on site within 10 days of the application (natural days)")

static const StepSeed firm_steps[] = {
    {STEP_REMIND, 70, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 120, 0, "above"},
    {STEP_ESCALATE, 150, 0, "office"},
};
static const StepSeed office_steps[] = {
    {STEP_REMIND, 70, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_ESCALATE, 200, 0, "office"},
};
#define LIMIT(code, zh, en, grade, amount, unit, basis, steps)                                               \
    {                                                                                                        \
        code, T(zh, en), grade, amount, unit, basis, steps, ARRAY_LEN(steps)                                 \
    }
/* Not run as a clock: between these an inspector may choose the end. */
#define BOUND(code, zh, en, grade, days)                                                                     \
    {                                                                                                        \
        code, T(zh, en), grade, days, LIMIT_DAYS, DEFAULT, NULL, 0                                           \
    }

const LimitSeed danger_limits[DANGER_LIMITS] = {
    LIMIT("danger.verify", "隐患核实", "Verifying a danger", 0, 2, LIMIT_WORK_DAYS, DEFAULT, office_steps),
    LIMIT("danger.rectify", "隐患整改", "Rectifying a danger", 0, 15, LIMIT_DAYS, DEFAULT, firm_steps),
    LIMIT("danger.rectify", "隐患整改", "Rectifying a danger", 1, 60, LIMIT_DAYS, DEFAULT, firm_steps),
    BOUND("danger.rectify.least", "整改期限下限", "Shortest time to rectify", 0, 1),
    BOUND("danger.rectify.most", "整改期限上限", "Longest time to rectify", 0, 30),
    BOUND("danger.rectify.most", "整改期限上限", "Longest time to rectify", 1, 180),
    LIMIT("danger.rework", "隐患返工整改", "Rectifying again", 0, 7, LIMIT_DAYS, DEFAULT, firm_steps),
    LIMIT("danger.rework", "隐患返工整改", "Rectifying again", 1, 15, LIMIT_DAYS, DEFAULT, firm_steps),
    LIMIT("danger.review", "隐患复查", "Reviewing a danger", 0, 5, LIMIT_WORK_DAYS, DEFAULT, office_steps),
    LIMIT("danger.review", "隐患复查", "Reviewing a danger", 1, 15, LIMIT_DAYS, DEFAULT, office_steps),
    LIMIT("supervision.hang", "下达挂牌督办通知", "Issuing a supervision notice", 0, 5, LIMIT_WORK_DAYS,
          DEFAULT, office_steps),
    LIMIT("supervision.finish", "挂牌督办整改", "Rectifying under supervision", 0, 60, LIMIT_DAYS, DEFAULT,
          firm_steps),
    LIMIT("supervision.accept", "挂牌督办验收", "Acceptance", 0, 10, LIMIT_DAYS, TEN_DAYS, office_steps),
    LIMIT("supervision.remove", "摘牌", "Taking off supervision", 0, 3, LIMIT_WORK_DAYS, DEFAULT,
          office_steps),
    LIMIT("supervision.evaluate", "整改效果评估", "Evaluating the effect", 0, 90, LIMIT_DAYS, DEFAULT,
          office_steps),
};
