/* Doing: one road for the route, for slices and for clocks. The record was loaded in the writing transaction,
 * and writers come one after the other, so of two officers the second finds the new state and is told who was
 * faster. Order: state, turn, evidence, guard, new state, effect, store; the store keeps the matter's row and
 * its clocks, writes ledger and outbox. Whatever fails undoes all of it with the transaction. */
#include "flow/flow_int.h"
#include "base/clock.h"
#include "kernel_matter_sql.h"

const FlowState *flow_state(const Entity *e, const Record *rec)
{
    return e->flow ? flow_state_named(e->flow, rec_text(e, rec, e->flow->state)) : NULL;
}

int64_t flow_turn(const Entity *e, const Record *rec)
{
    const FlowState *s = flow_state(e, rec);
    return s && s->turn ? rec_i64(e, rec, s->turn) : 0;
}

int64_t flow_turn_person(const Entity *e, const Record *rec)
{
    const FlowState *s = flow_state(e, rec);
    return s && s->person ? rec_i64(e, rec, s->person) : 0;
}

Rc flow_begin(Work *w, const Entity *e, Record *rec)
{
    const Flow *f = e->flow;
    if (!f) return 0;
    DbVal *v = rec_val(e, rec, f->state);
    bool given = v->type == DB_TEXT && v->s.n;
    for (size_t i = 0; i < f->nstates; i++) {
        if (!(f->states[i].flags & STATE_INITIAL)) continue;
        if (!given) *v = db_val_z(f->states[i].name);
        else if (w->who && !str_is(v->s, f->states[i].name))
            return FAIL_FIELD(w->ctx, f->state, "readonly", 0, "新建时状态只能是“%s”",
                              "a new one can only be in the state \"%s\"",
                              text_in(f->states[i].label, w->ctx->lang));
    }
    return 0;
}

/* ---- Whose turn ---- */

/* It is the turn of w->who's body, or of one below it. */
static bool is_turn(Work *w, int64_t turn)
{
    if (!w->who || !turn) return !w->who;
    return scope_of(w->who)->body == turn || scope_is_above(scope_of(w->who), scope_body_path(w, turn));
}

static Rc check_turn(Work *w, const EntityInfo *info, const EntityAction *act, const Record *rec)
{
    if (!(act->flags & FLOW_TURN)) return 0;
    int64_t turn = flow_turn(info->e, rec);
    if (is_turn(w, turn)) return 0;
    RefName name = {STR("—"), STR("—")};
    const EntityInfo *bodies = decl_entity(w->kernel->decl, STR("bodies"));
    if (turn && bodies) TRY(ref_name(w, bodies, turn, &name));
    return FAIL(w->ctx, RC_FORBIDDEN, "flow.turn", "现由“%.*s”办理，不能代为“%s”",
                "it is with \"%.*s\" now, who alone can \"%s\"", STR_ARG(name.title),
                text_in(act->a.label, w->ctx->lang));
}

/* ---- State ---- */

static const char *action_label(const EntityInfo *info, Str action, Lang lang)
{
    static const struct {
        const char *name;
        Text label;
    } common[] = {{"create", T("新建", "created it")},
                  {"change", T("修改", "changed it")},
                  {"archive", T("归档", "archived it")},
                  {"import", T("导入", "imported it")}};
    for (size_t i = 0; i < info->nactions; i++)
        if (str_is(action, info->actions[i].a.name)) return text_in(info->actions[i].a.label, lang);
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        if (str_is(action, common[i].name)) return text_in(common[i].label, lang);
    return NULL;
}

const char *flow_last_words(Work *w, const EntityInfo *info, int64_t id)
{
    Ctx scratch;
    ctx_init(&scratch, w->ctx->arena, w->ctx->lang);
    Db *db;
    DbCursor *c;
    if (work__db(w, &db) < 0) return "";
    if (db_query_one(&scratch, db, &q_matter_last, DB_ARGS(db_val_z(info->e->plural), db_val_i64(id)), &c) <=
        0)
        return "";
    Str full = db_str(c, Q_MATTER_LAST_FULL_NAME), who = full.n ? full : db_str(c, Q_MATTER_LAST_WHO);
    Str action = db_str(c, Q_MATTER_LAST_ACTION);
    const char *label = action_label(info, action, w->ctx->lang);
    if (!label) label = str_z(w->ctx->arena, action);
    char t[TIME_TEXT_MAX];
    time_print_civil(db_i64(c, Q_MATTER_LAST_T), t);
    return arena_printf(w->ctx->arena, w->ctx->lang == LANG_EN ? ": %.*s, %s, %s" : "：%.*s，%s，%s",
                        STR_ARG(who), t, label);
}

static bool in_state(const EntityInfo *info, const EntityAction *act, const Record *rec)
{
    const Entity *e = info->e;
    if (act->move) return move_leaves(act->move, rec_text(e, rec, e->flow->state));
    const FlowState *s = flow_state(e, rec);
    if (act->open && s && (s->flags & STATE_FINAL)) return false;
    return !act->a.allowed || act->a.allowed(e, rec);
}

static Rc check_state(Work *w, const EntityInfo *info, const EntityAction *act, const Record *rec)
{
    if (in_state(info, act, rec)) return 0;
    const FlowState *s = flow_state(info->e, rec);
    const char *label = text_in(act->a.label, w->ctx->lang);
    if (!s)
        return FAIL(w->ctx, RC_STATE, "action.not_allowed", "当前状态不能“%s”",
                    "\"%s\" is not possible in this state", label);
    return FAIL(w->ctx, RC_STATE, "action.not_allowed", "当前状态为“%s”，不能“%s”%s",
                "the state is \"%s\" now, \"%s\" is not possible%s", text_in(s->label, w->ctx->lang), label,
                flow_last_words(w, info, rec->id));
}

/* A guard is pure, so it is asked before anything is done. What it says of the record and of the caller is
 * true now; what it says of parameters that nobody has given yet is not. */
static bool guard_allows(Work *w, const Entity *e, const EntityAction *act, const Record *rec)
{
    if (!act->move || !act->move->guard) return true;
    Ctx scratch;
    ctx_init(&scratch, w->ctx->arena, w->ctx->lang);
    Work asked = *w;
    asked.ctx = &scratch;
    Rc rc = act->move->guard(&asked, e, rec, ARENA_ARRAY(w->ctx->arena, DbVal, act->a.nparams + 1));
    if (!rc) rc = scratch.err.kind;
    return rc != RC_STATE && rc != RC_FORBIDDEN;
}

bool flow_guarded(const EntityInfo *info)
{
    for (size_t i = 0; i < info->nactions; i++)
        if (info->actions[i].move && info->actions[i].move->guard) return true;
    return false;
}

Rc action_offered(Work *w, const EntityInfo *info, const EntityAction *act, const Record *rec)
{
    if (rec->archived_at != TIME_NONE || (act->flags & FLOW_PROGRAM)) return 0;
    if (!perm_has(w->who, act->a.perm) || !in_state(info, act, rec)) return 0;
    if (!guard_allows(w, info->e, act, rec)) return 0;
    Rc rc = act->flags & FLOW_TURN ? is_turn(w, flow_turn(info->e, rec)) : 1;
    return rc > 0 && act->offered ? act->offered(w, info->e, rec) : rc;
}

Rc action_offered_at(Work *w, const EntityAction *act, const MatterAt *m)
{
    const Entity *e = m->info->e;
    if ((act->flags & FLOW_PROGRAM) || !perm_has(w->who, act->a.perm)) return 0;
    if (act->move && !move_leaves(act->move, m->state)) return 0;
    const FlowState *s = flow_state_named(e->flow, m->state);
    if (act->open && s && (s->flags & STATE_FINAL)) return 0;
    if ((act->flags & FLOW_TURN) && !is_turn(w, m->turn)) return 0;
    if (m->rec && !guard_allows(w, e, act, m->rec)) return 0;
    return act->offered ? act->offered(w, e, &(Record){.id = m->id, .archived_at = TIME_NONE}) : 1;
}

/* ---- Doing ---- */

static Rc check_reason(Work *w, const EntityAction *act)
{
    if (!(act->flags & FLOW_REASON) || !w->who || (w->why && *w->why)) return 0;
    return FAIL_FIELD(w->ctx, "reason", "required", 0, "理由不能为空", "reason is required");
}

/* A file must have come since the matter entered its state. */
static Rc check_evidence(Work *w, const EntityInfo *info, const EntityAction *act, const Record *rec)
{
    if (!(act->flags & FLOW_EVIDENCE) || !w->who) return 0;
    DbCursor *c;
    int64_t since = rec->created_at, files;
    Rc rc = db_query_one(w->ctx, w->db, &q_matter_get, DB_ARGS(db_val_i64(rec->id)), &c);
    if (rc < 0) return rc;
    if (rc) since = db_i64(c, Q_MATTER_GET_STATE_AT);
    if (rc) db_close(&c);
    TRY(evidence_count(w, info->e, rec->id, since, &files));
    if (files) return 0;
    return FAIL(w->ctx, RC_STATE, "flow.evidence", "“%s”前应上传照片或文件",
                "a photo or file must be attached before \"%s\"", text_in(act->a.label, w->ctx->lang));
}

static Rc move_run(Work *w, const EntityInfo *info, const EntityAction *act, Record *rec, const DbVal *params)
{
    const Entity *e = info->e;
    const Transition *m = act->move;
    Record *old = rec_copy(w->ctx, e, rec);
    TRY(check_reason(w, act));
    if (m->guard) TRY(m->guard(w, e, rec, params));
    if (w->ctx->err.kind) return w->ctx->err.kind;
    if (m->to) rec_set(e, rec, e->flow->state, db_val_z(m->to));
    if (m->effect) TRY(m->effect(w, e, rec, params));
    return store_update(w, e, old, rec, m->action);
}

Rc action_run(Work *w, const EntityInfo *info, const EntityAction *act, Record *rec, const DbVal *params)
{
    const Entity *e = info->e;
    TRY(check_state(w, info, act, rec));
    TRY(check_turn(w, info, act, rec));
    TRY(check_evidence(w, info, act, rec));
    if (act->move) return move_run(w, info, act, rec, params);
    if (act->quiet) return act->a.fn(w, e, rec, params);
    Record *old = rec_copy(w->ctx, e, rec);
    TRY(act->a.fn(w, e, rec, params));
    return store_update(w, e, old, rec, act->a.name);
}

static const EntityAction *move_named(const EntityInfo *info, const char *name)
{
    for (size_t i = 0; i < info->nactions; i++)
        if (info->actions[i].move && !strcmp(info->actions[i].a.name, name)) return &info->actions[i];
    ensure_failed(name, info->e->plural, 0);
}

Rc flow_do(Work *w, const Entity *e, Record *rec, const char *action, const DbVal *params)
{
    const EntityInfo *info = entity_info(w->kernel, e);
    const EntityAction *act = move_named(info, action);
    if (rec->archived_at != TIME_NONE)
        return FAIL(w->ctx, RC_STATE, "record.archived", "这条%s已归档，不能修改",
                    "the record is archived and cannot be changed: %s", text_in(e->title, w->ctx->lang));
    bool program = act->flags & FLOW_PROGRAM;
    if (!program && w->who) TRY(perm_need(w->ctx, w->who, act->a.perm));
    if (!params) params = ARENA_ARRAY(w->ctx->arena, DbVal, act->a.nparams + 1);
    return action_run(w, info, act, rec, params);
}
