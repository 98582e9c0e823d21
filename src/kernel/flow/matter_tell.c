/* Who has to know: the people of the body whose turn it is and who may do what comes next, when a matter
 * comes to them, when they are hurried and when they are supervised. A new matter is announced by its slice,
 * which knows what to say. */
#include "flow/flow_int.h"

/* The permission of the usual next step, else of any. */
static const char *perm_next(const EntityInfo *info, const FlowState *s)
{
    const char *perm = NULL;
    for (size_t i = 0; i < info->nactions; i++) {
        const EntityAction *act = &info->actions[i];
        if (!act->move || (act->flags & FLOW_PROGRAM) || !move_leaves(act->move, str_of(s->name))) continue;
        if (act->flags & FLOW_MAIN) return act->a.perm;
        if (!perm) perm = act->a.perm;
    }
    return perm;
}

Rc matter_tell(Work *w, const EntityInfo *info, const Record *rec, const char *kind, Str text)
{
    const Entity *e = info->e;
    const FlowState *s = flow_state(e, rec);
    int64_t body = flow_turn(e, rec);
    if (!s || !body || !decl_entity(w->kernel->decl, STR("bodies"))) return 0;
    Str title = record_title(info, rec);
    if (!title.n) title = str_of(e->title.zh);
    int64_t grade = e->flow->grade ? rec_i64(e, rec, e->flow->grade) : 0;
    int64_t person = flow_turn_person(e, rec);
    return notice_send(w, &(Notice){.user = person,
                                    .body = person ? 0 : body,
                                    .perm = perm_next(info, s),
                                    .kind = kind,
                                    .grade = (int)grade,
                                    .title = title,
                                    .text = text,
                                    .entity = e,
                                    .record_id = rec->id});
}

Rc matter_handed_on(Work *w, const EntityInfo *info, const Record *old, const Record *rec)
{
    if (!old || rec->archived_at != INT64_MIN) return 0;
    int64_t turn = flow_turn(info->e, rec);
    if (!turn || turn == flow_turn(info->e, old)) return 0;
    return matter_tell(w, info, rec, "assigned", str_of(flow_state(info->e, rec)->label.zh));
}
