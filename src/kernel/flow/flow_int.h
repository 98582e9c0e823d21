/* Private to the kernel: flows and the common index of matters. */
#pragma once
#include "kernel/matter.h"
#include "kernel_int.h"

/* ---- Declarations (flow_decl.c, flow_check.c) ---- */

/* The dictionary of a flow's states, named by the state field; NULL when e has no flow or a wrong one (which
 * flow_check then names). */
const Dict *flow_dict(Arena *a, const Entity *e);
Rc flow_check(Ctx *ctx, const Decl *d, const Entity *e);
/* Puts together the actions of all entities. */
void flow_derive(Decl *d);
const FlowState *flow_state_named(const Flow *f, Str name);
/* Is the state one of the move's? */
bool move_leaves(const Transition *m, Str state);

/* What every matter can be asked, beside its own transitions (flow_generic.c). */
typedef struct GenericAction {
    Action a;  /* perm NULL: the flow's perm_supervise */
    bool turn; /* for the body whose turn it is, by the entity's read permission */
    Rc (*offered)(Work *w, const Entity *e, const Record *rec); /* as in EntityAction */
} GenericAction;
extern const GenericAction flow_generic[];
extern const size_t flow_ngeneric;

/* ---- Acting (flow.c) ---- */

/* An action of any kind on a record just loaded. rec is stored unless the action is quiet. */
Rc action_run(Work *w, const EntityInfo *info, const EntityAction *act, Record *rec, const DbVal *params);
/* May w->who be offered it now? 1, 0. */
Rc action_offered(Work *w, const EntityInfo *info, const EntityAction *act, const Record *rec);
/* The same for what needs little more of the matter than its state and turn: transitions and what all have.
 */
typedef struct MatterAt {
    const EntityInfo *info;
    int64_t id, turn;
    Str state;
    const Record *rec; /* for the guards; NULL: they are not asked */
} MatterAt;
Rc action_offered_at(Work *w, const EntityAction *act, const MatterAt *m);
/* Has it transitions whose guards want to see the record? */
bool flow_guarded(const EntityInfo *info);
/* Fills the state of a new record; refuses another than the first to everybody but the program. */
Rc flow_begin(Work *w, const Entity *e, Record *rec);
/* The body whose turn it is, 0: nobody's. */
int64_t flow_turn(const Entity *e, const Record *rec);
/* The one person (a user) whose turn it is, 0: whoever of the body. */
int64_t flow_turn_person(const Entity *e, const Record *rec);
/* "张三 于 11月22日 10:05“签收”" of the last who wrote the record; "" when nobody did. */
const char *flow_last_words(Work *w, const EntityInfo *info, int64_t id);

/* ---- What a page of matters shows beside the records (matter_page.c) ---- */

/* " IN (…)" of at most 100 ids. */
void sql_ids(SqlBuf *b, const int64_t *ids, size_t n);
/* Calls fn for so many of them at a time as one statement may bind. */
Rc ids_in_pieces(Work *w, const int64_t *ids, size_t n,
                 Rc (*fn)(void *ud, Work *w, const int64_t *ids, size_t n), void *ud);
/* In order, without zeros and without repetitions; how many are left. */
size_t ids_sort(int64_t *ids, size_t n);
/* Reads them for all the matters at once; until something of it changes, matter_view and clock_view answer
 * from that. */
Rc matter_page_read(Work *w, const int64_t *ids, size_t n);
struct MatterView;
Rc matter_view(Work *w, int64_t id, const struct MatterView **out);
/* Something that a page shows was written. */
void matter_forget(Work *w);

/* ---- The index (matter.c) ---- */

/* Keeps the matter's row after every write of its record. */
Rc matter_written(Work *w, const EntityInfo *info, const Record *old, const Record *rec, const char *action);
Rc matter_put(Work *w, const EntityInfo *info, const Record *rec, int64_t now);
/* Rows for what was there before its entity had a flow; at the start. */
Rc matters_build(Work *w);
/* Members of the record's JSON that only a matter has. names: per field. */
Rc matter_write_json(Work *w, const EntityInfo *info, const Record *rec, const RefName *names, JsonOut *out);
/* Tells the people of the body whose turn it is who may do what comes next. kind as in Notice. */
Rc matter_tell(Work *w, const EntityInfo *info, const Record *rec, const char *kind, Str text);
/* The same when the write put the matter into other hands. */
Rc matter_handed_on(Work *w, const EntityInfo *info, const Record *old, const Record *rec);
/* What a person calls the record. */
Str record_title(const EntityInfo *info, const Record *rec);
/* Somebody did something with the matter: it stands among what he has done. */
Rc matter_acted(Work *w, int64_t id, const char *action);
enum { CHASE_NONE, CHASE_URGED, CHASE_SUPERVISED, CHASE_ESCALATED };
/* Raises, never lowers. */
Rc matter_chase(Work *w, int64_t id, int chase);
/* The clock that runs for the matter and its end; limit NULL: none. */
Rc matter_clock(Work *w, int64_t id, const char *limit, int64_t due_at);
