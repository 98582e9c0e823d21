/* Wrong flows: each is refused in words that name the place. And what is made of a right one: actions,
 * dictionary, diagram. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "flow/test_flow.h"

/* The repair, made of copies, so that one thing can be made wrong at a time. */
typedef struct Copy {
    Module module;
    Entity repair;
    Flow flow;
    Field fields[ARRAY_LEN(repair_fields)];
    FlowState states[ARRAY_LEN(repair_states)];
    Transition moves[ARRAY_LEN(repair_moves)];
    Action action;
    const Entity *entities[2];
    const Module *list[2];
} Copy;

enum { SIGN, REPORT, ANSWER, RETURN, ACCEPT, LAPSE, SEIZE };
enum { ORDERED, REPAIRING, CHECKING, DONE, VOID };

static void copy_init(Copy *c)
{
    *c = (Copy){.module = flow_module, .repair = repairs_entity, .flow = repair_flow};
    memcpy(c->fields, repair_fields, sizeof c->fields);
    memcpy(c->states, repair_states, sizeof c->states);
    memcpy(c->moves, repair_moves, sizeof c->moves);
    c->flow.states = c->states;
    c->flow.moves = c->moves;
    c->repair.flow = &c->flow;
    c->repair.fields = c->fields;
    c->entities[0] = &bodies_entity;
    c->entities[1] = &c->repair;
    c->module.entities = c->entities;
    c->list[0] = &test_module;
    c->list[1] = &c->module;
}

static void no_state_field(Copy *c)
{
    c->flow.state = "title";
}
static void writable_state(Copy *c)
{
    c->fields[2].flags &= ~(unsigned)F_READONLY;
}
static void fallback_state(Copy *c)
{
    c->fields[2].fallback = "ordered";
}
static void text_grade(Copy *c)
{
    c->flow.grade = "title";
}
static void owner_no_body(Copy *c)
{
    c->flow.owner = "title";
}
static void no_supervisor(Copy *c)
{
    c->flow.perm_supervise = NULL;
}
static void two_beginnings(Copy *c)
{
    c->states[REPAIRING].flags = STATE_INITIAL;
}
static void no_end(Copy *c)
{
    c->states[DONE].flags = c->states[VOID].flags = 0;
}
static void state_twice(Copy *c)
{
    c->states[REPAIRING].name = "ordered";
}
static void state_label(Copy *c)
{
    c->states[CHECKING].label.en = NULL;
}
static void turn_no_body(Copy *c)
{
    c->states[ORDERED].turn = "grade";
}
static void limit_unknown(Copy *c)
{
    c->states[ORDERED].limit = "repair.mend";
}
static void end_with_turn(Copy *c)
{
    c->states[DONE].turn = "unit";
}
static void unreachable(Copy *c)
{
    c->moves[ANSWER].to = "repairing";
}
static void no_way_out(Copy *c)
{
    c->moves[ACCEPT].to = "checking";
    c->moves[LAPSE].from = "ordered";
    c->moves[RETURN].to = "checking";
}
static void no_perm(Copy *c)
{
    c->moves[SIGN].perm = NULL;
}
static void perm_unknown(Copy *c)
{
    c->moves[SIGN].perm = "repair.fly";
}
static void move_label(Copy *c)
{
    c->moves[SIGN].label.zh = "";
}
static void move_twice(Copy *c)
{
    c->moves[ANSWER].action = "sign";
}
static void move_generic(Copy *c)
{
    c->moves[SIGN].action = "urge";
}
static void from_unknown(Copy *c)
{
    c->moves[SIGN].from = "ordered lost";
}
static void to_unknown(Copy *c)
{
    c->moves[SIGN].to = "lost";
}
static void turn_of_nobody(Copy *c)
{
    c->states[ORDERED].turn = NULL;
}
static void program_flags(Copy *c)
{
    c->moves[LAPSE].flags |= FLOW_REASON;
}
static void action_twice(Copy *c)
{
    c->action = gauge_actions[0];
    c->action.name = "sign";
    c->action.perm = "repair.do";
    c->repair.actions = &c->action;
    c->repair.nactions = 1;
}
static void dict_taken(Copy *c)
{
    c->fields[2].ref = "role";
}

static void faults(void **state)
{
    static const struct {
        void (*spoil)(Copy *);
        const char *word;
    } cases[] = {{no_state_field, "no such dictionary"},
                 {writable_state, "F_READONLY"},
                 {fallback_state, "fallback"},
                 {text_grade, "F_INT"},
                 {owner_no_body, "owner"},
                 {no_supervisor, "perm_supervise"},
                 {two_beginnings, "STATE_INITIAL"},
                 {no_end, "STATE_FINAL"},
                 {state_twice, "there twice"},
                 {state_label, "repair_state.checking"},
                 {turn_no_body, "turn"},
                 {limit_unknown, "time limit"},
                 {end_with_turn, "final state"},
                 {unreachable, "repairs.checking"},
                 {no_way_out, "no way to an end"},
                 {no_perm, "repairs.sign"},
                 {perm_unknown, "not declared"},
                 {move_label, "repairs.sign"},
                 {move_twice, "there twice"},
                 {move_generic, "every matter"},
                 {from_unknown, "unknown state"},
                 {to_unknown, "unknown state"},
                 {turn_of_nobody, "FLOW_TURN"},
                 {program_flags, "repairs.lapse"},
                 {action_twice, "there twice"},
                 {dict_taken, "role"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        Copy c;
        ctx_init(&ctx, a, LANG_EN);
        copy_init(&c);
        cases[i].spoil(&c);
        Rc rc = kernel_conformance(&ctx, c.list, 2);
        if (rc != RC_BUG || !strstr(ctx.err.message, cases[i].word))
            fail_msg("case %zu: %d %s", i, rc, ctx.err.message ? ctx.err.message : "");
        arena_free(&a);
    }
}

static void sound(void **state)
{
    static const char *const words[] = {
        "## 抢修 / Repairs (`repairs`)",
        "| `ordered` | 待签收 / To be signed | unit |  |",
        "| `return` | 退回 / Return | checking | repairing | repair.check | reason |",
        "    [*] --> ordered\n",
        "    ordered --> repairing : 签收\n",
        "    ordered --> repairing : Sign\n",
        "    void --> [*]\n"};
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Copy c;
    StrBuf b;
    ctx_init(&ctx, a, LANG_EN);
    copy_init(&c);
    buf_init(&b, a);
    db_test_must(&ctx, kernel_conformance(&ctx, c.list, 2));
    db_test_must(&ctx, kernel_dump_states(&ctx, c.list, 2, &b));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_find(buf_str(&b), str_of(words[i])) < 0)
            fail_msg("%s\nnot in\n%.*s", words[i], STR_ARG(buf_str(&b)));
    assert_true(str_find(buf_str(&b), STR("repairing --> repairing")) < 0);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(faults), cmocka_unit_test(sound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
