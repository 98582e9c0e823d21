/* The common index: one row for each matter, whatever its entity. It is written where the record is written,
 * from the record's own values, so no way of changing a record leaves it behind; a correction that bypasses
 * the flow moves the row, its turn and its end as well. What the row knows beside the record (how far the
 * matter was chased, its clock) is kept here alone. */
#include "flow/flow_int.h"
#include "base/clock.h"
#include "clock/clock_int.h"
#include "kernel_matter_sql.h"
#include "search/search.h"

static Rc done(Rc rc)
{
    return rc < 0 ? rc : 0;
}

static DbVal value_of(const Entity *e, const Record *rec, const char *field)
{
    return field ? *rec_val(e, rec, field) : db_val_null();
}

/* A title or code that is a number or a reference is no text; the row then shows the other one. */
static DbVal words_of(const EntityInfo *info, const Record *rec, ptrdiff_t field)
{
    if (field < 0) return db_val_null();
    FieldType type = info->e->fields[field].type;
    return type == F_TEXT || type == F_ENUM ? rec->v[field] : db_val_null();
}

Rc matter_put(Work *w, const EntityInfo *info, const Record *rec, int64_t now)
{
    const Entity *e = info->e;
    const Flow *f = e->flow;
    const FlowState *s = flow_state(e, rec);
    ENSURE(s);
    matter_forget(w);
    int64_t district;
    Str line;
    TRY(scope_place(w, e, rec, &district, &line));
    bool final = s->flags & STATE_FINAL;
    return done(
        db_exec(w->ctx, w->db, &q_matter_put,
                DB_ARGS(db_val_i64(rec->id), db_val_z(e->plural), words_of(info, rec, info->code),
                        words_of(info, rec, info->title), db_val_z(s->name), value_of(e, rec, f->grade),
                        db_val_id(district), line.n ? db_val_text(line) : db_val_null(),
                        value_of(e, rec, f->owner), db_val_id(flow_turn(e, rec)),
                        db_val_id(flow_turn_person(e, rec)), db_val_i64(rec->created_at), db_val_i64(now),
                        final ? db_val_i64(now) : db_val_null(), db_val_time(rec->archived_at))));
}

Rc matter_acted(Work *w, int64_t id, const char *action)
{
    if (!w->who || !w->who->user_id || w->who->is_token) return 0;
    return done(
        db_exec(w->ctx, w->db, &q_matter_act,
                DB_ARGS(db_val_i64(w->who->user_id), db_val_i64(id), db_val_i64(w->now), db_val_z(action))));
}

Rc matter_written(Work *w, const EntityInfo *info, const Record *old, const Record *rec, const char *action)
{
    if (info->e->flow) TRY(matter_put(w, info, rec, w->now));
    TRY(clocks_written(w, info, old, rec));
    if (!info->e->flow) return 0;
    TRY(matter_handed_on(w, info, old, rec));
    return matter_acted(w, rec->id, action);
}

Rc matter_party(Work *w, int64_t record_id, int64_t body_id, const char *role)
{
    work__state(w);
    TRY(done(db_exec(w->ctx, w->db, &q_matter_party_add,
                     DB_ARGS(db_val_i64(record_id), db_val_i64(body_id), db_val_z(role)))));
    return search_refresh(w, record_id);
}

Rc matter_link(Work *w, const Entity *from, int64_t from_id, const Entity *to, int64_t to_id)
{
    work__state(w);
    return done(db_exec(
        w->ctx, w->db, &q_matter_link_add,
        DB_ARGS(db_val_z(from->plural), db_val_i64(from_id), db_val_z(to->plural), db_val_i64(to_id))));
}

Rc matter_chase(Work *w, int64_t id, int chase)
{
    matter_forget(w);
    return done(db_exec(w->ctx, w->db, &q_matter_chase,
                        DB_ARGS(db_val_i64(id), db_val_i64(chase), db_val_i64(w->now))));
}

Rc matter_clock(Work *w, int64_t id, const char *limit, int64_t due_at)
{
    return done(db_exec(w->ctx, w->db, &q_matter_clock,
                        DB_ARGS(db_val_i64(id), limit ? db_val_z(limit) : db_val_null(),
                                limit ? db_val_time(due_at) : db_val_null())));
}

/* ---- In the record's JSON ---- */

static const RefName *turn_name(const EntityInfo *info, const Record *rec, const RefName *names)
{
    const FlowState *s = flow_state(info->e, rec);
    if (!s || !s->turn) return NULL;
    size_t i = entity_field(info->e, s->turn);
    return rec->v[i].type == DB_NULL ? NULL : &names[i];
}

Rc matter_write_json(Work *w, const EntityInfo *info, const Record *rec, const RefName *names, JsonOut *out)
{
    const Entity *e = info->e;
    const FlowState *s = flow_state(e, rec);
    const MatterView *v;
    if (!s) return 0;
    const Field *state = &e->fields[entity_field(e, e->flow->state)];
    const char *label = dict_label(w->kernel, state->ref, str_of(s->name), w->ctx->lang);
    const RefName *turn = turn_name(info, rec, names);
    jout_kz(out, "state_label", label ? label : text_in(s->label, w->ctx->lang));
    jout_ks(out, "turn", turn ? turn->code : STR_NONE);
    jout_ks(out, "turn_title", turn ? turn->title : STR_NONE);
    TRY(matter_view(w, rec->id, &v));
    jout_ki(out, "chase", v->chase);
    TRY(clock_write_json(w, e, rec, out));
    jout_ki(out, "files", v->files);
    return 0;
}
