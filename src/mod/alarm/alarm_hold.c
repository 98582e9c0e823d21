/* Alarms that are held back by design: by a maintenance window over their point, device or object, or, for
 * offline alarms, because a device above them has failed and they say nothing new. A held alarm is booked,
 * evaluated and counted like any other; what still holds is announced when nothing holds it back any more, so
 * every end of a hold first asks whether there is another one. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "mod/point.h"
#include "base/clock.h"

#include <math.h>

#define E (&alarm_entity)

static void note_hold(Record *rec, Str reason, const char *by)
{
    rec_set(E, rec, "held_by", db_val_null());
    rec_set(E, rec, "held_reason", reason.p ? db_val_text(reason) : db_val_null());
    rec_set(E, rec, "suppressed_by", db_val_z(by));
}

/* Of several open windows the one that ends last. */
static Rc hold_by_window(Work *w, const Record *point, AlarmCore *core, Record *rec)
{
    DbCursor *c;
    const Entity *p = &point_entity;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_window_over,
                         DB_ARGS(db_val_i64(w->now), db_val_i64(point->id), *rec_val(p, point, "device"),
                                 *rec_val(p, point, "object")),
                         &c);
    if (rc <= 0) return rc;
    int64_t id = db_i64(c, 0), until = db_i64(c, 1);
    Str reason = db_str_copy(w->ctx, c, 2);
    db_close(&c);
    if (alarm_suppress(core, w->now, until) < 0) return 0;
    note_hold(rec, reason, alarm_id_text(w, id));
    return 1;
}

static bool is_heartbeat(const Record *point)
{
    return str_is(rec_text(&point_entity, point, "quantity"), "heartbeat");
}

/* The nearest failure counts: the heartbeat of the point's own device, else an offline point of a device
 * above it. */
static Rc hold_by_parent(Work *w, const Record *point, AlarmCore *core, Record *rec)
{
    int64_t device = rec_i64(&point_entity, point, "device");
    if (!device || !str_is(rec_text(E, rec, "kind"), "offline")) return 0;
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_parent_failure,
                         DB_ARGS(db_val_i64(device), db_val_i64(point->id), db_val_bool(is_heartbeat(point))),
                         &c);
    if (rc <= 0) return rc;
    int64_t parent = db_i64(c, 0);
    db_close(&c);
    if (alarm_suppress(core, w->now, TIME_NONE) < 0) return 0;
    note_hold(rec, STR_NONE, alarm_id_text(w, parent));
    return 1;
}

Rc alarm_hold(Work *w, const Record *point, AlarmCore *core, Record *rec)
{
    Rc held = hold_by_window(w, point, core, rec);
    return held ? held : hold_by_parent(w, point, core, rec);
}

Rc alarm_hold_announced(Work *w, const Record *point, AlarmCore *core, Record *rec, AlarmEffect *effect)
{
    if (*effect != ALARM_ANNOUNCE) return RC_OK;
    Rc held = alarm_hold(w, point, core, rec);
    TRY(held);
    if (held) *effect = ALARM_QUIET;
    return RC_OK;
}

/* ---- Many alarms at once ---- */

typedef Rc (*ForAlarm)(Work *w, int64_t id, void *ud);

static Rc ids_of(Work *w, DbCursor *c, int64_t **out, size_t *n)
{
    size_t cap = 0;
    *n = 0;
    *out = NULL;
    Rc rc;
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (*n == cap) {
            cap = cap ? cap * 2 : 16;
            int64_t *p = ARENA_ARRAY(w->ctx->arena, int64_t, cap);
            if (*n) memcpy(p, *out, *n * sizeof *p);
            *out = p;
        }
        (*out)[(*n)++] = db_i64(c, 0);
    }
    db_close(&c);
    return rc;
}

/* The ids are read to their end before the first alarm is touched. Returns how many there were. */
static Rc for_each(Work *w, const DbQuery *q, const DbVal *args, size_t nargs, ForAlarm fn, void *ud)
{
    DbCursor *c;
    int64_t *ids;
    size_t n;
    TRY(db_query(w->ctx, w->db, q, args, nargs, &c));
    TRY(ids_of(w, c, &ids, &n));
    for (size_t i = 0; i < n; i++) TRY(fn(w, ids[i], ud));
    return (Rc)(n > INT32_MAX ? INT32_MAX : n);
}

static Rc save_quiet(Work *w, const Record *old, Record *rec, const AlarmCore *core)
{
    alarm_core_store(core, rec);
    return alarm_save(w, old, rec, &(AlarmNote){.event = "suppress", .t = w->now, .value = (double)NAN});
}

/* ---- The end of a hold ---- */

static bool same_hold(const Record *old, const Record *rec)
{
    static const char *const names[] = {"state", "suppressed_by"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!str_eq(rec_text(E, old, names[i]), rec_text(E, rec, names[i]))) return false;
    return rec_time(E, old, "until") == rec_time(E, rec, "until");
}

static Rc release(Work *w, int64_t id, void *ud)
{
    (void)ud;
    Record *old, *point;
    AlarmCore core;
    AlarmEffect effect;
    TRY(store_get(w, E, id, &old));
    Record *rec = rec_copy(w->ctx, E, old);
    alarm_core_load(rec, &core);
    if (alarm_unshelve(&core, &effect) < 0 && alarm_unsuppress(&core, &effect) < 0) return RC_OK;
    const char *event = effect == ALARM_CLOSED ? "close" : "release";
    TRY(store_get(w, &point_entity, rec_i64(E, rec, "point"), &point));
    TRY(alarm_hold_announced(w, point, &core, rec, &effect));
    if (core.state == ALARM_SUPPRESSED) event = "suppress";
    alarm_core_store(&core, rec);
    if (same_hold(old, rec)) return RC_OK;
    return alarm_save(
        w, old, rec,
        &(AlarmNote){
            .event = event, .t = w->now, .value = (double)NAN, .announce = effect == ALARM_ANNOUNCE});
}

/* ---- Devices above and below ---- */

static Rc hold_child(Work *w, int64_t id, void *ud)
{
    Record *old;
    AlarmCore core;
    TRY(store_get(w, E, id, &old));
    Record *rec = rec_copy(w->ctx, E, old);
    alarm_core_load(rec, &core);
    if (alarm_suppress(&core, w->now, TIME_NONE) < 0) return RC_OK;
    note_hold(rec, STR_NONE, ud);
    return save_quiet(w, old, rec, &core);
}

Rc alarm_hold_children(Work *w, const Record *point, const Record *alarm)
{
    int64_t device = rec_i64(&point_entity, point, "device");
    if (!device) return RC_OK;
    Rc rc = for_each(w, &q_alarm_children_offline,
                     DB_ARGS(db_val_i64(device), db_val_i64(point->id), db_val_bool(is_heartbeat(point))),
                     hold_child, (void *)(uintptr_t)alarm_id_text(w, alarm->id));
    return rc < 0 ? rc : RC_OK;
}

Rc alarm_release_children(Work *w, const Record *alarm)
{
    Rc rc = for_each(w, &q_alarm_held_by, DB_ARGS(db_val_z(alarm_id_text(w, alarm->id))), release, NULL);
    return rc < 0 ? rc : RC_OK;
}

/* ---- Windows and the clock ---- */

/* A window that was moved, cut short or withdrawn: what it held is looked at again. One that covers more is
 * found by the clock. */
Rc alarm_window_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    (void)e;
    if (!old) return RC_OK;
    Rc rc = for_each(w, &q_alarm_held_by, DB_ARGS(db_val_z(alarm_id_text(w, rec->id))), release, NULL);
    return rc < 0 ? rc : RC_OK;
}

static Rc hold_one(Work *w, int64_t id, void *ud)
{
    (void)ud;
    Record *old, *point;
    AlarmCore core;
    TRY(store_get(w, E, id, &old));
    Record *rec = rec_copy(w->ctx, E, old);
    alarm_core_load(rec, &core);
    TRY(store_get(w, &point_entity, rec_i64(E, rec, "point"), &point));
    Rc held = hold_by_window(w, point, &core, rec);
    return held > 0 ? save_quiet(w, old, rec, &core) : held;
}

Rc alarm_clock_run(Work *w)
{
    Rc ended = for_each(w, &q_alarm_timed_out, DB_ARGS(db_val_i64(w->now)), release, NULL);
    TRY(ended);
    Rc begun = for_each(w, &q_alarm_under_window, DB_ARGS(db_val_i64(w->now)), hold_one, NULL);
    return begun < 0 ? begun : ended + begun;
}

static Rc any(Work *w, const DbQuery *q)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, q, DB_ARGS(db_val_i64(w->now)), &c);
    if (rc > 0) db_close(&c);
    return rc;
}

Rc alarm_clock_due(Work *w)
{
    Rc rc = any(w, &q_alarm_timed_out);
    if (rc) return rc;
    rc = any(w, &q_alarm_window_open);
    return rc > 0 ? any(w, &q_alarm_under_window) : rc;
}
