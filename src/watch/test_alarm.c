/* Every transition of the alarm record: each event and each action in each state, and the stories told in the
 * alarm semantics. */
#include "watch/watch.h"

#include "base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define N ALARM_NORMAL
#define U ALARM_UNACKED
#define A ALARM_ACKED
#define R ALARM_RETURNED_UNACKED
#define S ALARM_SHELVED
#define D ALARM_SUPPRESSED
#define O ALARM_OUT_OF_SERVICE
#define Q ALARM_QUIET
#define L ALARM_ANNOUNCE
#define C ALARM_CLOSED

static const struct {
    AlarmState from;
    WatchEventKind event;
    AlarmState to;
    AlarmEffect effect;
} event_rows[] = {
    {N, EVENT_RAISE, U, L}, {N, EVENT_ESCALATE, U, L}, {N, EVENT_EASE, U, L}, {N, EVENT_RETURN, N, Q},
    {U, EVENT_RAISE, U, L}, {U, EVENT_ESCALATE, U, L}, {U, EVENT_EASE, U, Q}, {U, EVENT_RETURN, R, Q},
    {A, EVENT_RAISE, U, L}, {A, EVENT_ESCALATE, U, L}, {A, EVENT_EASE, A, Q}, {A, EVENT_RETURN, N, C},
    {R, EVENT_RAISE, U, L}, {R, EVENT_ESCALATE, U, L}, {R, EVENT_EASE, U, L}, {R, EVENT_RETURN, R, Q},
    {S, EVENT_RAISE, S, Q}, {S, EVENT_ESCALATE, S, Q}, {S, EVENT_EASE, S, Q}, {S, EVENT_RETURN, S, Q},
    {D, EVENT_RAISE, D, Q}, {D, EVENT_ESCALATE, D, Q}, {D, EVENT_EASE, D, Q}, {D, EVENT_RETURN, D, Q},
    {O, EVENT_RAISE, O, Q}, {O, EVENT_ESCALATE, O, Q}, {O, EVENT_EASE, O, Q}, {O, EVENT_RETURN, O, Q},
};

static AlarmCore in_state(AlarmState s, bool active)
{
    return (AlarmCore){.state = s,
                       .active = active,
                       .acked = s == A,
                       .grade = 3,
                       .raised_at = 100,
                       .returned_at = TIME_NONE,
                       .until = s == S || s == D ? 5000 : TIME_NONE,
                       .count = 1};
}

static bool lives(AlarmState s)
{
    return s != N && s != R;
}

static void every_event_in_every_state(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(event_rows), 28);
    for (size_t i = 0; i < ARRAY_LEN(event_rows); i++) {
        AlarmCore a = in_state(event_rows[i].from, lives(event_rows[i].from));
        WatchEvent e = {.t = 200,
                        .kind = (uint8_t)event_rows[i].event,
                        .grade = event_rows[i].event == EVENT_RETURN ? 0 : 2};
        AlarmEffect effect = alarm_event(&a, &e);
        if (a.state != event_rows[i].to || effect != event_rows[i].effect)
            fail_msg("%s, %s: %s, effect %d", alarm_state_name(event_rows[i].from),
                     watch_event_name(event_rows[i].event), alarm_state_name(a.state), effect);
        assert_int_equal(a.active, event_rows[i].event != EVENT_RETURN);
        assert_int_equal(a.grade, event_rows[i].event == EVENT_RETURN ? 3 : 2);
        if (event_rows[i].event == EVENT_RETURN) assert_int_equal(a.returned_at, 200);
    }
}

enum { ACK, SHELVE, UNSHELVE, SUPPRESS, UNSUPPRESS, RETIRE, SERVE, ACTIONS };
static const char *const actions[] = {"ack",        "shelve",         "unshelve",  "suppress",
                                      "unsuppress", "out of service", "in service"};

static Rc act(AlarmCore *a, int action, AlarmEffect *effect)
{
    switch (action) {
    case ACK:
        return alarm_ack(a);
    case SHELVE:
        return alarm_shelve(a, 1000, 2000);
    case UNSHELVE:
        return alarm_unshelve(a, effect);
    case SUPPRESS:
        return alarm_suppress(a, 1000, TIME_NONE);
    case UNSUPPRESS:
        return alarm_unsuppress(a, effect);
    case RETIRE:
        return alarm_out_of_service(a);
    default:
        return alarm_in_service(a, effect);
    }
}

/* where an active alarm goes; -1: refused */
static const int action_to[7][ACTIONS] = {
    /*        ack shelve unsh. supp. unsup. retire serve */
    [N] = {-1, S, -1, D, -1, O, -1},   [U] = {A, S, -1, D, -1, O, -1}, [A] = {-1, S, -1, D, -1, O, -1},
    [R] = {N, S, -1, D, -1, O, -1},    [S] = {-1, S, U, D, -1, O, -1}, [D] = {-1, -1, -1, D, U, O, -1},
    [O] = {-1, -1, -1, -1, -1, -1, U},
};

static void every_action_in_every_state(void **state)
{
    (void)state;
    for (int s = N; s <= (int)O; s++)
        for (int action = 0; action < ACTIONS; action++) {
            AlarmCore a = in_state((AlarmState)s, lives((AlarmState)s)), before = a;
            AlarmEffect effect = Q;
            int to = action_to[s][action];
            Rc rc = act(&a, action, &effect);
            if (rc != (to < 0 ? RC_STATE : RC_OK) || (int)a.state != (to < 0 ? s : to))
                fail_msg("%s in %s: %d, %s", actions[action], alarm_state_name((AlarmState)s), rc,
                         alarm_state_name(a.state));
            if (to < 0) assert_memory_equal(&a, &before, sizeof a);
            bool resumed = to == U && (action == UNSHELVE || action == UNSUPPRESS || action == SERVE);
            assert_int_equal(effect, resumed ? L : Q);
        }
}

static void leaving_silence_without_a_condition_closes(void **state)
{
    (void)state;
    static const struct {
        AlarmState s;
        int action;
    } rows[] = {{S, UNSHELVE}, {D, UNSUPPRESS}, {O, SERVE}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AlarmCore a = in_state(rows[i].s, false);
        AlarmEffect effect = Q;
        assert_int_equal(act(&a, rows[i].action, &effect), RC_OK);
        assert_int_equal(a.state, N);
        assert_int_equal(effect, C);
        assert_true(a.until == TIME_NONE);
    }
}

static AlarmEffect event(AlarmCore *a, WatchEventKind kind, uint8_t grade, int64_t t)
{
    WatchEvent e = {.t = t, .kind = (uint8_t)kind, .grade = grade};
    return alarm_event(a, &e);
}

static void return_before_and_after_ack(void **state)
{
    (void)state;
    AlarmCore a = {.until = TIME_NONE};
    assert_int_equal(event(&a, EVENT_RAISE, 3, 10), L);
    assert_int_equal(alarm_ack(&a), RC_OK);
    assert_true(a.acked);
    assert_int_equal(event(&a, EVENT_RETURN, 0, 20), C);
    assert_int_equal(a.state, N);

    a = (AlarmCore){.until = TIME_NONE};
    event(&a, EVENT_RAISE, 3, 10);
    assert_int_equal(event(&a, EVENT_RETURN, 0, 20), Q);
    assert_int_equal(a.state, R);
    assert_int_equal(event(&a, EVENT_RAISE, 2, 30), L); /* re-opens the same record, and counts */
    assert_int_equal(a.count, 2);
    assert_int_equal(a.raised_at, 30);
    assert_int_equal(a.state, U);
    event(&a, EVENT_RETURN, 0, 40);
    assert_int_equal(alarm_ack(&a), RC_OK);
    assert_int_equal(a.state, N);
    assert_int_equal(a.grade, 2);
}

static void escalate_after_ack_asks_again(void **state)
{
    (void)state;
    AlarmCore a = {.until = TIME_NONE};
    event(&a, EVENT_RAISE, 4, 10);
    alarm_ack(&a);
    assert_int_equal(event(&a, EVENT_EASE, 4, 11), Q);
    assert_int_equal(a.state, A);
    assert_int_equal(event(&a, EVENT_ESCALATE, 2, 20), L);
    assert_int_equal(a.state, U);
    assert_false(a.acked);
    assert_int_equal(a.count, 1);
    assert_int_equal(a.raised_at, 10);
}

static void red_ends_a_shelf(void **state)
{
    (void)state;
    AlarmCore a = {.until = TIME_NONE};
    event(&a, EVENT_RAISE, 4, 10);
    assert_int_equal(alarm_shelve(&a, 100, 200), RC_OK);
    assert_int_equal(event(&a, EVENT_ESCALATE, 2, 110), Q);
    assert_int_equal(a.state, S);
    assert_int_equal(event(&a, EVENT_ESCALATE, 1, 120), L);
    assert_int_equal(a.state, U);
    assert_true(a.until == TIME_NONE);
    assert_int_equal(alarm_clock(&a, 300), Q);
    /* a maintenance window is not ended by red */
    a = in_state(D, true);
    assert_int_equal(event(&a, EVENT_ESCALATE, 1, 120), Q);
    assert_int_equal(a.state, D);
    /* a red raise does not end a shelf, only becoming red does: a chattering red alarm can be shelved */
    a = in_state(S, false);
    assert_int_equal(event(&a, EVENT_RAISE, 1, 120), Q);
    assert_int_equal(a.state, S);
}

static void the_end_of_silence_announces_what_holds(void **state)
{
    (void)state;
    static const AlarmState silent[] = {S, D};
    for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
        AlarmCore a = in_state(silent[i], false);
        event(&a, EVENT_RAISE, 3, 3000); /* evaluated and counted in silence */
        assert_int_equal(a.count, 2);
        assert_int_equal(alarm_clock(&a, 4999), Q);
        assert_int_equal(alarm_clock(&a, 5000), L);
        assert_int_equal(a.state, U);
        a = in_state(silent[i], true);
        event(&a, EVENT_RETURN, 0, 3000);
        assert_int_equal(alarm_clock(&a, 5000), C);
        assert_int_equal(a.state, N);
        a = in_state(silent[i], true);
        a.until = TIME_NONE; /* open: until somebody ends it */
        assert_int_equal(alarm_clock(&a, INT64_MAX), Q);
        assert_int_equal(a.state, silent[i]);
    }
    AlarmCore a = in_state(U, true);
    a.until = 5;
    assert_int_equal(alarm_clock(&a, 10), Q);
    assert_int_equal(a.state, U);
}

static void ends_are_bounded(void **state)
{
    (void)state;
    AlarmCore a = in_state(U, true);
    assert_int_equal(alarm_shelve(&a, 1000, 1000), RC_INVALID);
    assert_int_equal(alarm_shelve(&a, 1000, 999), RC_INVALID);
    assert_int_equal(alarm_shelve(&a, 1000, 1001 + MS_DAY), RC_INVALID);
    assert_int_equal(alarm_shelve(&a, 1000, TIME_NONE), RC_INVALID);
    assert_int_equal(a.state, U);
    assert_int_equal(alarm_shelve(&a, 1000, 1000 + MS_DAY), RC_OK);
    assert_int_equal(alarm_suppress(&a, 1000, 1000), RC_INVALID);
    assert_int_equal(alarm_suppress(&a, 1000, 1000 + 30 * MS_DAY), RC_OK);
    assert_int_equal(a.until, 1000 + 30 * MS_DAY);
}

static void names_go_both_ways(void **state)
{
    (void)state;
    for (int s = N; s <= (int)O; s++) {
        AlarmState back;
        assert_true(alarm_state_parse(str_of(alarm_state_name((AlarmState)s)), &back));
        assert_int_equal(back, s);
    }
    AlarmState none;
    assert_false(alarm_state_parse(STR("Normal"), &none));
    assert_false(alarm_state_parse(STR_NONE, &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_event_in_every_state),
                                       cmocka_unit_test(every_action_in_every_state),
                                       cmocka_unit_test(leaving_silence_without_a_condition_closes),
                                       cmocka_unit_test(return_before_and_after_ack),
                                       cmocka_unit_test(escalate_after_ack_asks_again),
                                       cmocka_unit_test(red_ends_a_shelf),
                                       cmocka_unit_test(the_end_of_silence_announces_what_holds),
                                       cmocka_unit_test(ends_are_bounded),
                                       cmocka_unit_test(names_go_both_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
