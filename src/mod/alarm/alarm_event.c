/* One event of the watch becomes a change of one record: a raise opens one for its point and rule unless one
 * is open, the others change the open one. The record keeps a copy of what the point was called and where it
 * was then, so that it stays readable when the register changes. Nothing in a register may keep an alarm from
 * being booked: what no longer passes is left out. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "mod/point.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"

#include <math.h>

#define E         (&alarm_entity)
#define NAME_MOST 200

/* ---- Finding ---- */

typedef struct Keep {
    Ctx *ctx;
    Record *out;
} Keep;

static Rc keep_copy(void *ud, const Record *rec)
{
    Keep *k = ud;
    k->out = rec_copy(k->ctx, &point_entity, rec);
    return RC_OK;
}

/* A point that was archived meanwhile still ends its alarms. */
static Rc archived_point(Work *w, uint32_t number, Record **out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_archived_point, DB_ARGS(db_val_i64(number)), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    TRY(store_get(w, &point_entity, id, out));
    return 1;
}

static Rc point_by_number(Work *w, uint32_t number, Record **out)
{
    Keep keep = {w->ctx, NULL};
    TRY(store_each(w, &point_entity, "no", db_val_i64(number), keep_copy, &keep));
    *out = keep.out;
    return keep.out ? 1 : archived_point(w, number, out);
}

static Rc open_alarm(Work *w, int64_t point_id, Str rule, Record **out)
{
    DbCursor *c;
    *out = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_open_by_key,
                         DB_ARGS(db_val_i64(point_id), db_val_text(rule)), &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0);
    db_close(&c);
    return store_get(w, E, id, out);
}

/* ---- Filling ---- */

static const char *const kind_names[] = {"level", "rate", "stuck", "offline", "expr", "deviation", "clock"};

static const char *kind_of(const RuleSet *rules, const IntakeEvent *ev)
{
    if (str_is(ev->rule, "clock")) return kind_names[RULE_CLOCK];
    if (ev->e.rule < ruleset_count(rules)) return kind_names[ruleset_kind(rules, ev->e.rule)];
    return kind_names[ev->e.has_value ? RULE_LEVEL
                                      : RULE_OFFLINE]; /* the rule is gone; only offline has no value */
}

static DbVal figure(double v)
{
    return isfinite(v) ? db_val_f64(v) : db_val_null();
}

/* What the alarm says; a return leaves it as it was. */
static void set_words(const IntakeEvent *ev, const AlarmSaid *said, Record *rec)
{
    if (ev->e.kind == EVENT_RETURN) return;
    rec_set(E, rec, "value", figure(said->value));
    rec_set(E, rec, "limit_value", figure(said->limit));
    rec_set(E, rec, "since", db_val_time(ev->e.since));
    rec_set(E, rec, "reason_zh", db_val_text(said->reason[LANG_ZH]));
    rec_set(E, rec, "reason_en", db_val_text(said->reason[LANG_EN]));
    rec_set(E, rec, "facts", said->facts.n ? db_val_text(said->facts) : db_val_null());
    if (said->told) rec_set(E, rec, "unit", said->unit.n ? db_val_text(said->unit) : db_val_null());
}

static Rc set_place(Work *w, const Record *point, Record *rec)
{
    const Entity *p = &point_entity;
    Str field = rec_text(p, point, "field");
    rec_set(E, rec, "point", db_val_i64(point->id));
    rec_set(E, rec, "point_name", db_val_text(rec_text(p, point, "name")));
    /* The value of an expression is not the point's. */
    if (!str_is(rec_text(E, rec, "kind"), "expr")) rec_set(E, rec, "unit", *rec_val(p, point, "unit"));
    if (dict_has(w->kernel, "field", field)) rec_set(E, rec, "field", db_val_text(field));
    rec_set(E, rec, "owner", *rec_val(p, point, "owner"));
    rec_set(E, rec, "object", *rec_val(p, point, "object"));
    int64_t object_id = rec_i64(p, point, "object");
    if (!object_id) return RC_OK;
    const Entity *objects = kernel_entity(w->kernel, "objects");
    Record *object;
    TRY(store_get(w, objects, object_id, &object));
    rec_set(E, rec, "district", *rec_val(objects, object, "district"));
    if (rec_val(E, rec, "owner")->type == DB_NULL)
        rec_set(E, rec, "owner", *rec_val(objects, object, "owner"));
    return RC_OK;
}

/* What the rule is called, beside its code: two alarms of one point differ by it. */
static Rc set_rule(Work *w, const IntakeEvent *ev, Record *rec)
{
    DbCursor *c;
    rec_set(E, rec, "rule", db_val_text(ev->rule));
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_rule_name, DB_ARGS(db_val_text(ev->rule)), &c);
    if (rc <= 0) return rc;
    rec_set(E, rec, "rule_name", db_val_text(alarm_shortened(db_str_copy(w->ctx, c, 0), NAME_MOST)));
    db_close(&c);
    return RC_OK;
}

/* An announced alarm joins the group of the object's first one within the window, or is the first of its own.
 * A held one is not shown, so it neither joins nor leads. */
static Rc set_group(Work *w, bool announced, Record *rec)
{
    int64_t object = rec_i64(E, rec, "object");
    rec->id = id_new();
    rec_set(E, rec, "group_id", db_val_z(alarm_id_text(w, rec->id)));
    rec_set(E, rec, "first_out", db_val_bool(true));
    int64_t window = alarm_options()->group_ms;
    if (!object || !announced || !window) return RC_OK;
    DbCursor *c;
    int64_t t = rec_time(E, rec, "raised_at");
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_group_of,
                         DB_ARGS(db_val_i64(object), db_val_i64(t - window), db_val_i64(t + window)), &c);
    if (rc <= 0) return rc;
    rec_set(E, rec, "group_id", db_val_text(db_str_copy(w->ctx, c, 0)));
    rec_set(E, rec, "first_out", db_val_bool(false));
    db_close(&c);
    return RC_OK;
}

static AlarmNote note_of(const IntakeEvent *ev, const AlarmSaid *said, AlarmEffect effect)
{
    return (AlarmNote){.event = watch_event_name((WatchEventKind)ev->e.kind),
                       .t = ev->e.t,
                       .value = said->value,
                       .said = said,
                       .announce = effect == ALARM_ANNOUNCE};
}

/* ---- Applying ---- */

static Rc raise_new(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point)
{
    Record *rec = rec_new(w->ctx, E);
    AlarmSaid said;
    const char *kind = kind_of(rules, ev);
    TRY(set_rule(w, ev, rec));
    rec_set(E, rec, "kind", db_val_z(kind));
    TRY(set_place(w, point, rec));
    AlarmCore core = {
        .state = ALARM_NORMAL, .raised_at = TIME_NONE, .returned_at = TIME_NONE, .until = TIME_NONE};
    AlarmEffect effect = alarm_event(&core, &ev->e);
    TRY(alarm_hold_announced(w, point, &core, rec, &effect));
    alarm_core_store(&core, rec);
    TRY(alarm_say(w, rules, ev, point, &said));
    set_words(ev, &said, rec);
    TRY(set_group(w, effect == ALARM_ANNOUNCE, rec));
    AlarmNote note = note_of(ev, &said, effect);
    note.event = watch_event_name(EVENT_RAISE);
    TRY(alarm_save(w, NULL, rec, &note));
    return kind == kind_names[RULE_OFFLINE] ? alarm_hold_children(w, point, rec) : RC_OK;
}

static Rc change_open(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point,
                      const Record *old)
{
    AlarmSaid said;
    Record *rec = rec_copy(w->ctx, E, old);
    AlarmCore core;
    alarm_core_load(rec, &core);
    AlarmEffect effect = alarm_event(&core, &ev->e);
    TRY(alarm_hold_announced(w, point, &core, rec, &effect));
    alarm_core_store(&core, rec);
    TRY(alarm_say(w, rules, ev, point, &said));
    set_words(ev, &said, rec);
    AlarmNote note = note_of(ev, &said, effect);
    TRY(alarm_save(w, old, rec, &note));
    if (!str_is(rec_text(E, rec, "kind"), "offline")) return RC_OK;
    if (ev->e.kind == EVENT_RETURN) return alarm_release_children(w, rec);
    return ev->e.kind == EVENT_RAISE ? alarm_hold_children(w, point, rec) : RC_OK;
}

Rc alarm_event_apply(Work *w, const RuleSet *rules, const IntakeEvent *ev)
{
    Record *point, *open;
    Rc found = point_by_number(w, ev->e.point, &point);
    TRY(found);
    if (!found) {
        LOG(LOG_WARN, "alarm", "event of a point that was never registered", LOG_I64("no", ev->e.point));
        return RC_OK;
    }
    TRY(open_alarm(w, point->id, ev->rule, &open));
    if (open) return change_open(w, rules, ev, point, open);
    /* A return without an open record belongs to an alarm from before this database. */
    return ev->e.kind == EVENT_RETURN ? RC_OK : raise_new(w, rules, ev, point);
}
