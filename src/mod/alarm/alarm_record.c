/* The record on one side, the pure state machine (watch/watch.h) on the other, and what is told when a record
 * changes: the alarm's own timeline and the browsers. The browsers get the record as it stands after the
 * write, so that the push is made by the entity's changed hook, which reads from the record itself what has
 * happened. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/clock.h"
#include "base/id.h"

#include <math.h>

#define E (&alarm_entity)

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
    core->count = (uint32_t)rec_i64(E, rec, "count");
}

static void clear(Record *rec, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) rec_set(E, rec, names[i], db_val_null());
}

void alarm_core_store(const AlarmCore *core, Record *rec)
{
    static const char *const held_names[] = {"held_by", "held_reason", "suppressed_by"};
    static const char *const ack_names[] = {"acked_by", "acked_at"};
    rec_set(E, rec, "state", db_val_z(alarm_state_name(core->state)));
    rec_set(E, rec, "active", db_val_bool(core->active));
    rec_set(E, rec, "acked", db_val_bool(core->acked));
    rec_set(E, rec, "grade", db_val_i64(core->grade));
    rec_set(E, rec, "raised_at", db_val_time(core->raised_at));
    rec_set(E, rec, "returned_at", db_val_time(core->returned_at));
    rec_set(E, rec, "count", db_val_i64(core->count));
    int64_t worst = rec_i64(E, rec, "worst_grade");
    if (worst == 0 || core->grade < worst) rec_set(E, rec, "worst_grade", db_val_i64(core->grade));
    bool timed = core->state == ALARM_SHELVED || core->state == ALARM_SUPPRESSED;
    rec_set(E, rec, "until", timed ? db_val_time(core->until) : db_val_null());
    if (!timed && core->state != ALARM_OUT_OF_SERVICE) clear(rec, held_names, ARRAY_LEN(held_names));
    if (!core->acked) clear(rec, ack_names, ARRAY_LEN(ack_names));
}

bool alarm_waiting(const Record *rec)
{
    Str state = rec_text(E, rec, "state");
    return str_is(state, "unacknowledged") || str_is(state, "returned");
}

const char *alarm_id_text(Work *w, int64_t id)
{
    return arena_printf(w->ctx->arena, "%lld", (long long)id);
}

/* ---- What is told ---- */

static DbVal figure(double v)
{
    return isfinite(v) ? db_val_f64(v) : db_val_null();
}

static DbVal sentence(const AlarmSaid *said, Lang lang)
{
    return said->reason[lang].n ? db_val_text(said->reason[lang]) : db_val_null();
}

Rc alarm_note(Work *w, Record *rec, const AlarmNote *note)
{
    rec_set(E, rec, "last_event", db_val_z(note->event));
    rec_set(E, rec, "announced", db_val_bool(note->announce));
    const AlarmSaid none = {.limit = (double)NAN}, *said = note->said ? note->said : &none;
    Rc rc = db_exec(w->ctx, w->db, &q_alarm_event_add,
                    DB_ARGS(db_val_i64(id_new()), db_val_i64(rec->id), *rec_val(E, rec, "point"),
                            *rec_val(E, rec, "rule"), db_val_i64(note->t), db_val_z(note->event),
                            *rec_val(E, rec, "grade"), figure(note->value), db_val_bool(note->announce),
                            figure(said->limit), sentence(said, LANG_ZH), sentence(said, LANG_EN)));
    return rc < 0 ? rc : RC_OK;
}

Rc alarm_save(Work *w, const Record *old, Record *rec, const AlarmNote *note)
{
    if (!rec->id) rec->id = id_new();
    TRY(alarm_note(w, rec, note));
    return old ? store_update(w, E, old, rec, note->event) : store_insert(w, E, rec);
}

/* What everybody who may see alarms gets: the actions are those that the state allows, whoever caused the
 * change. */
static Rc push(Work *w, const Record *rec)
{
    Work program = *w;
    program.who = NULL;
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, w->ctx->arena);
    jout_init(&out, &buf);
    TRY(store_write_json(&program, E, rec, &out));
    ENSURE(buf.n > 1 && buf.p[buf.n - 1] == '}');
    buf.n--;
    buf_printf(&buf, ",\"event\":\"%.*s\",\"announce\":%s}", STR_ARG(rec_text(E, rec, "last_event")),
               rec_i64(E, rec, "announced") ? "true" : "false");
    return outbox_add_of(w, TOPIC_ALARMS, "alarm", E, rec, buf_str(&buf));
}

Rc alarm_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    TRY(alarm_judge_clock(w, old, rec));
    AlarmGrades *grades = alarm_desk_grades(w->kernel);
    if (grades) alarm_grades_touch(grades, rec_i64(e, rec, "point"));
    return push(w, rec);
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
