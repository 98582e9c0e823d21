/* The alarm record after ISA-18.2 as tables: what an event of the engine leads to in each state, and which
 * states an operator's action may leave. What happened to the condition itself (active, grade, times, count)
 * is noted in every state, also while the alarm is shelved, suppressed or out of service. Leaving one of
 * those three leads to unacknowledged when the condition holds (it is announced then), else to normal. */
#include "watch/watch.h"

#include "base/clock.h"

#define SHELF_MAX_MS MS_DAY

static const char *const state_names[] = {[ALARM_NORMAL] = "normal",
                                          [ALARM_UNACKED] = "unacknowledged",
                                          [ALARM_ACKED] = "acknowledged",
                                          [ALARM_RETURNED_UNACKED] = "returned",
                                          [ALARM_SHELVED] = "shelved",
                                          [ALARM_SUPPRESSED] = "suppressed",
                                          [ALARM_OUT_OF_SERVICE] = "out-of-service"};
enum { STATES = ARRAY_LEN(state_names), EVENTS = 4 };

const char *alarm_state_name(AlarmState s)
{
    ENSURE((unsigned)s < STATES);
    return state_names[s];
}

bool alarm_state_parse(Str s, AlarmState *out)
{
    for (size_t i = 0; i < STATES; i++)
        if (str_is(s, state_names[i])) {
            *out = (AlarmState)i;
            return true;
        }
    return false;
}

/* ---- events of the engine ---- */
typedef struct Move {
    AlarmState to;
    AlarmEffect effect;
} Move;

#define LOUD                                                                                                 \
    {                                                                                                        \
        ALARM_UNACKED, ALARM_ANNOUNCE                                                                        \
    }
#define STAY(s)                                                                                              \
    {                                                                                                        \
        (s), ALARM_QUIET                                                                                     \
    }

static const Move event_moves[STATES][EVENTS] = {
    /* in a normal state escalate and ease are what is left of a lost raise */
    [ALARM_NORMAL] = {[EVENT_RAISE] = LOUD,
                      [EVENT_ESCALATE] = LOUD,
                      [EVENT_EASE] = LOUD,
                      [EVENT_RETURN] = STAY(ALARM_NORMAL)},
    [ALARM_UNACKED] = {[EVENT_RAISE] = LOUD,
                       [EVENT_ESCALATE] = LOUD,
                       [EVENT_EASE] = STAY(ALARM_UNACKED),
                       [EVENT_RETURN] = STAY(ALARM_RETURNED_UNACKED)},
    [ALARM_ACKED] = {[EVENT_RAISE] = LOUD,
                     [EVENT_ESCALATE] = LOUD,
                     [EVENT_EASE] = STAY(ALARM_ACKED),
                     [EVENT_RETURN] = {ALARM_NORMAL, ALARM_CLOSED}},
    [ALARM_RETURNED_UNACKED] = {[EVENT_RAISE] = LOUD,
                                [EVENT_ESCALATE] = LOUD,
                                [EVENT_EASE] = LOUD,
                                [EVENT_RETURN] = STAY(ALARM_RETURNED_UNACKED)},
    [ALARM_SHELVED] = {STAY(ALARM_SHELVED), STAY(ALARM_SHELVED), STAY(ALARM_SHELVED), STAY(ALARM_SHELVED)},
    [ALARM_SUPPRESSED] = {STAY(ALARM_SUPPRESSED), STAY(ALARM_SUPPRESSED), STAY(ALARM_SUPPRESSED),
                          STAY(ALARM_SUPPRESSED)},
    [ALARM_OUT_OF_SERVICE] = {STAY(ALARM_OUT_OF_SERVICE), STAY(ALARM_OUT_OF_SERVICE),
                              STAY(ALARM_OUT_OF_SERVICE), STAY(ALARM_OUT_OF_SERVICE)},
};

/* What an event says of the condition, in whatever state the alarm is. */
static void note_condition(AlarmCore *a, const WatchEvent *e)
{
    bool raise = e->kind == EVENT_RAISE || (!a->active && e->kind != EVENT_RETURN);
    if (raise) {
        a->raised_at = e->t;
        a->count++;
    }
    if (raise || e->kind == EVENT_ESCALATE) a->acked = false;
    if (e->kind == EVENT_RETURN) a->returned_at = e->t;
    else a->grade = e->grade;
    a->active = e->kind != EVENT_RETURN;
}

AlarmEffect alarm_event(AlarmCore *a, const WatchEvent *e)
{
    ENSURE((unsigned)a->state < STATES && e->kind < EVENTS);
    note_condition(a, e);
    Move m = event_moves[a->state][e->kind];
    if (a->state == ALARM_SHELVED && e->kind == EVENT_ESCALATE && e->grade == 1)
        m = (Move)LOUD; /* red ends a shelf */
    if (a->state == ALARM_SHELVED && m.to != ALARM_SHELVED) a->until = TIME_NONE;
    a->state = m.to;
    return m.effect;
}

/* ---- actions of an operator ---- */
#define IN(s) (1u << (s))

/* From which states each action is allowed. */
static const unsigned may_ack = IN(ALARM_UNACKED) | IN(ALARM_RETURNED_UNACKED);
static const unsigned may_shelve =
    IN(ALARM_NORMAL) | IN(ALARM_UNACKED) | IN(ALARM_ACKED) | IN(ALARM_RETURNED_UNACKED) | IN(ALARM_SHELVED);
static const unsigned may_suppress = IN(ALARM_NORMAL) | IN(ALARM_UNACKED) | IN(ALARM_ACKED) |
                                     IN(ALARM_RETURNED_UNACKED) | IN(ALARM_SHELVED) | IN(ALARM_SUPPRESSED);
static const unsigned may_retire = IN(ALARM_NORMAL) | IN(ALARM_UNACKED) | IN(ALARM_ACKED) |
                                   IN(ALARM_RETURNED_UNACKED) | IN(ALARM_SHELVED) | IN(ALARM_SUPPRESSED);

static bool allowed(const AlarmCore *a, unsigned states)
{
    return states & IN(a->state);
}

/* Back to where the condition says. */
static AlarmEffect resume(AlarmCore *a)
{
    a->until = TIME_NONE;
    if (a->active) a->acked = false;
    a->state = a->active ? ALARM_UNACKED : ALARM_NORMAL;
    return a->active ? ALARM_ANNOUNCE : ALARM_CLOSED;
}

static Rc resume_from(AlarmCore *a, AlarmState from, AlarmEffect *effect)
{
    *effect = ALARM_QUIET;
    if (a->state != from) return RC_STATE;
    *effect = resume(a);
    return RC_OK;
}

static Rc silence(AlarmCore *a, unsigned from, AlarmState to, int64_t until)
{
    if (!allowed(a, from)) return RC_STATE;
    a->state = to;
    a->until = until;
    return RC_OK;
}

Rc alarm_ack(AlarmCore *a)
{
    if (!allowed(a, may_ack)) return RC_STATE;
    a->acked = true;
    a->state = a->state == ALARM_UNACKED ? ALARM_ACKED : ALARM_NORMAL;
    return RC_OK;
}

Rc alarm_shelve(AlarmCore *a, int64_t now, int64_t until)
{
    if (until <= now || until - now > SHELF_MAX_MS) return RC_INVALID;
    return silence(a, may_shelve, ALARM_SHELVED, until);
}

Rc alarm_unshelve(AlarmCore *a, AlarmEffect *effect)
{
    return resume_from(a, ALARM_SHELVED, effect);
}

Rc alarm_suppress(AlarmCore *a, int64_t now, int64_t until)
{
    if (until != TIME_NONE && until <= now) return RC_INVALID;
    return silence(a, may_suppress, ALARM_SUPPRESSED, until);
}

Rc alarm_unsuppress(AlarmCore *a, AlarmEffect *effect)
{
    return resume_from(a, ALARM_SUPPRESSED, effect);
}

Rc alarm_out_of_service(AlarmCore *a)
{
    return silence(a, may_retire, ALARM_OUT_OF_SERVICE, TIME_NONE);
}

Rc alarm_in_service(AlarmCore *a, AlarmEffect *effect)
{
    return resume_from(a, ALARM_OUT_OF_SERVICE, effect);
}

AlarmEffect alarm_clock(AlarmCore *a, int64_t now)
{
    bool timed = a->state == ALARM_SHELVED || a->state == ALARM_SUPPRESSED;
    if (!timed || a->until == TIME_NONE || now < a->until) return ALARM_QUIET;
    return resume(a);
}
