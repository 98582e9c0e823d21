/* Time limits of warnings and orders. All are first values: a city edits them as data. The ladder
 * runs by shares of the limit, so that it stays in proportion when a limit is changed. */
#include "warning_private.h"

#define DEFAULT T("默认值，由本市预案核定", "default, for the city's plan to settle")

static const StepSeed unit_steps[] = {
    {STEP_REMIND, 50, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 150, 0, "above"},
    {STEP_ESCALATE, 200, 0, "office"},
};
static const StepSeed issuer_steps[] = {
    {STEP_REMIND, 50, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_ESCALATE, 200, 0, "office"},
};
#define LIMIT(code, zh, en, grade, amount, unit, steps)                                                      \
    {                                                                                                        \
        code, T(zh, en), grade, amount, unit, DEFAULT, steps, ARRAY_LEN(steps)                               \
    }
#define FOUR(code, zh, en, unit, steps, a1, a2, a3, a4)                                                      \
    LIMIT(code, zh, en, 1, a1, unit, steps), LIMIT(code, zh, en, 2, a2, unit, steps),                        \
        LIMIT(code, zh, en, 3, a3, unit, steps), LIMIT(code, zh, en, 4, a4, unit, steps)

const LimitSeed warning_limits[WARNING_LIMITS] = {
    FOUR("warning.grade", "预警定级", "Grading a warning", LIMIT_MINUTES, issuer_steps, 5, 10, 30, 60),
    FOUR("warning.publish", "预警发布", "Publishing a warning", LIMIT_MINUTES, issuer_steps, 5, 10, 30, 60),
    FOUR("warning.review", "预警解除", "Lifting a warning", LIMIT_HOURS, issuer_steps, 2, 4, 24, 24),
    LIMIT("warning.file", "预警归档", "Filing a warning", 0, 5, LIMIT_WORK_DAYS, issuer_steps),
    FOUR("order.sign", "处置单签收", "Signing an order", LIMIT_MINUTES, unit_steps, 5, 10, 30, 60),
    FOUR("order.arrive", "到场处置", "Being on site", LIMIT_MINUTES, unit_steps, 30, 60, 120, 240),
    FOUR("order.answer", "处置反馈", "Answering an order", LIMIT_HOURS, unit_steps, 2, 4, 24, 72),
    FOUR("order.review", "反馈复核", "Reviewing an answer", LIMIT_HOURS, issuer_steps, 1, 2, 8, 24),
};
