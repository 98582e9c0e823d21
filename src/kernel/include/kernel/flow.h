/* Workflows as data. An entity with a flow is a matter: it has a state, somebody whose turn it is, clocks,
 * evidence and an end. The kernel derives from the tables: the actions' routes and forms, the state field's
 * dictionary, permissions in the matrix, the state diagram, what stands on whose desk, reminders and
 * escalation, and the row of the matter in the common index (kernel/matter.h). */
#pragma once
#include "kernel/entity.h"

enum { STATE_INITIAL = 1, STATE_FINAL = 2 };

typedef struct FlowState {
    const char *name; /* stored in the flow's state field; also a code of its dictionary */
    Text label;
    unsigned flags;
    const char *turn;  /* field (F_REF bodies) of the body whose turn it is; NULL: nobody's */
    const char *limit; /* time limit that runs while the matter is in this state; NULL: none */
    const char
        *person; /* field (F_REF users) of the one person of that body whose turn it is: on his desk alone
                    it stands, and he alone is told; NULL, or empty in a record: the body's people */
} FlowState;

enum {
    FLOW_REASON = 1,   /* the caller must say why: a required parameter `reason` is added */
    FLOW_TURN = 2,     /* only users of the body whose turn it is (or of one above it) */
    FLOW_PROGRAM = 4,  /* only the program; no route */
    FLOW_CONFIRM = 8,  /* the UI asks again */
    FLOW_MAIN = 16,    /* the usual next step: first and filled in the UI, key Enter on the phone */
    FLOW_EVIDENCE = 32 /* needs at least one file attached since the state was entered */
};

typedef struct Transition {
    const char *action; /* route and ledger name; unique in the flow */
    const char *from;   /* states, space separated */
    const char *to;     /* NULL: the state stays (a note, a progress report) */
    const char *perm;
    Text label;
    unsigned flags;
    const Field *params;
    size_t nparams;
    /* Pure: looks at record, parameters and w->who only, no statement. RC_STATE or RC_FORBIDDEN when it must
     * not be, whatever the parameters; field errors about these. Asked twice: when the transition is offered,
     * with parameters that are all null (a field error then counts for nothing), and when it is done. May be
     * NULL. */
    Rc (*guard)(Work *w, const Entity *e, const Record *rec, const DbVal *params);
    /* Changes rec, and other records through store_ and flow_ functions in the same transaction. May be NULL.
     */
    Rc (*effect)(Work *w, const Entity *e, Record *rec, const DbVal *params);
} Transition;

typedef struct Flow {
    const char *state; /* field of the entity: F_ENUM | F_READONLY of a dictionary made from the states */
    const char *grade; /* field (F_INT 1 to 4) or NULL */
    const char *owner; /* field (F_REF bodies): whose matter it is */
    const char *perm_supervise; /* who may urge, supervise, pause, resume, extend: one permission */
    const FlowState *states;
    size_t nstates;
    const Transition *moves;
    size_t nmoves;
    /* In this state the limit ends when this field (F_TIME) says, kept within bounds by whoever writes it;
     * empty: at the limit's own end. NULL: no state has that. */
    const char *due_state, *due;
} Flow;

/* Does a transition as w->who (NULL: the program) through the same path as the route: permission, turn,
 * guard, state, effect, clocks, matter, ledger, outbox. rec is stored. params NULL: all null. RC_STATE. */
Rc flow_do(Work *w, const Entity *e, Record *rec, const char *action, const DbVal *params);
/* 催办, as the action "urge" does it: in the ledger, on the desk, and told to whose turn it is. The caller
 * has asked for the permission. */
Rc flow_urge(Work *w, const Entity *e, const Record *rec, Str message);
/* What a clock's step asks of a slice beside reminding: see kernel/limit.h. */
const FlowState *flow_state(const Entity *e, const Record *rec);
/* Mermaid state diagram, in the language; `anlan dump states`. */
void flow_diagram(const Entity *e, Lang lang, StrBuf *out);
