/* The record on one side, the pure state machine (watch/watch.h) on the other, and what is told when a record changes: the
 * alarm's own timeline and the browsers. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/clock.h"
#include "base/id.h"

#define E (&alarm_entity)

/* A suppression by a parent's failure has no end of its own; its `until` is empty in the record. */
#define NO_END INT64_MAX

void alarm_core_load(const Record *rec, AlarmCore *core)
{
    *core = (AlarmCore){.raised_at = TIME_NONE, .returned_at = TIME_NONE, .until = TIME_NONE};
    if (!alarm_state_parse(rec_text(E, rec, "state"), &core->state)) core->state = ALARM_NORMAL;
    core->active = rec_i64(E, rec, "active") != 0;
    core->acked = rec_i64(E, rec, "acked") != 0;
    core->grade = (uint8_t)rec_i64(E, rec, "grade");
    core->raised_at = rec_time(E, rec, "raised_at");
    core->returned_at = rec_time(E, rec, "returned_at");
    core->until = rec_time(E, rec, "until");
    if (core->state == ALARM_SUPPRESSED && core->until == TIME_NONE) core->until = NO_END;
    core->count = (uint32_t)rec_i64(E, rec, "count");
}

void alarm_core_store(const AlarmCore *core, Record *rec)
{
    rec_set(E, rec, "state", db_val_z(alarm_state_name(core->state)));
    rec_set(E, rec, "active", db_val_bool(core->active));
    rec_set(E, rec, "acked", db_val_bool(core->acked));
    rec_set(E, rec, "grade", db_val_i64(core->grade));
    rec_set(E, rec, "raised_at", db_val_time(core->raised_at));
    rec_set(E, rec, "returned_at", db_val_time(core->returned_at));
    bool held = core->state == ALARM_SHELVED || core->state == ALARM_SUPPRESSED;
    rec_set(E, rec, "until", held && core->until != NO_END ? db_val_time(core->until) : db_val_null());
    rec_set(E, rec, "count", db_val_i64(core->count));
    int64_t worst = rec_i64(E, rec, "worst_grade");
    if (worst == 0 || core->grade < worst) rec_set(E, rec, "worst_grade", db_val_i64(core->grade));
    if (!held && core->state != ALARM_OUT_OF_SERVICE) {
        rec_set(E, rec, "held_by", db_val_null());
        rec_set(E, rec, "held_reason", db_val_null());
        rec_set(E, rec, "suppressed_by", db_val_null());
    }
    if (!core->acked) {
        rec_set(E, rec, "acked_by", db_val_null());
        rec_set(E, rec, "acked_at", db_val_null());
    }
}

bool alarm_waiting(const Record *rec)
{
    Str state = rec_text(E, rec, "state");
    return str_is(state, "unacknowledged") || str_is(state, "returned");
}

void alarm_expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    (void)w;
    jout_key(out, "reason");
    jout_open(out);
    jout_ks(out, "zh", rec_text(e, rec, "reason_zh"));
    jout_ks(out, "en", rec_text(e, rec, "reason_en"));
    jout_close(out);
}

Rc alarm_tell(Work *w, const Record *rec, const char *action, bool announce)
{
    TRY(db_exec(w->ctx, w->db, &q_alarm_event_add,
                DB_ARGS(db_val_i64(id_new()), db_val_i64(rec->id), *rec_val(E, rec, "point"), *rec_val(E, rec, "rule"),
                        db_val_i64(w->now), db_val_z(action), *rec_val(E, rec, "grade"), *rec_val(E, rec, "value"),
                        db_val_bool(announce))));
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, w->ctx->arena);
    jout_init(&out, &buf);
    TRY(store_write_json(w, E, rec, &out));
    ENSURE(buf.n > 1 && buf.p[buf.n - 1] == '}');
    buf.n--;
    buf_printf(&buf, ",\"event\":\"%s\",\"announce\":%s}", action, announce ? "true" : "false");
    return outbox_add(w, TOPIC_ALARMS, "alarm", buf_str(&buf));
}

Rc alarm_save(Work *w, const Record *old, Record *rec, const char *action, bool announce)
{
    TRY(store_update(w, E, old, rec, action));
    return alarm_tell(w, rec, action, announce);
}

Rc alarm_create(Work *w, Record *rec, const char *action, bool announce)
{
    TRY(store_insert(w, E, rec));
    return alarm_tell(w, rec, action, announce);
}
