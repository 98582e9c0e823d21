/* The roster: who is on duty for a body, from when to when, in which place. A person is chosen; the account
 * that is told and called is the person's, read when the shift is saved, so that an alarm at night needs no
 * look-up through other registers. */
#include "shift_private.h"
#include "base/clock.h"
#include "kernel/notice.h"
#include "mod/people.h"
#include "mod_shift_queries_sql.h"

enum { DAYS_MOST = 7 };

static const Field fields[] = {
    {.name = "body",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST | F_INDEX,
     .ref = "bodies",
     .label = T("值班单位", "Body"),
     .group = "basic"},
    {.name = "person",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "persons",
     .label = T("值班人员", "Person"),
     .help = T("须为启用的人员；有账户的才能收到系统提醒",
               "somebody in the register of persons; only who has an account is told by the program"),
     .group = "basic"},
    {.name = "place",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "duty_place",
     .label = T("岗位次序", "Place"),
     .group = "basic",
     .fallback = "first"},
    {.name = "starts_at",
     .type = F_TIME,
     .flags = F_REQUIRED | F_FILTER | F_SORT | F_LIST | F_INDEX,
     .label = T("开始", "From"),
     .group = "timing"},
    {.name = "ends_at",
     .type = F_TIME,
     .flags = F_REQUIRED | F_FILTER | F_SORT | F_LIST,
     .label = T("结束", "Until"),
     .group = "timing"},
    {.name = "account",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "users",
     .label = T("账户", "Account"),
     .group = "basic"},
    {.name = "district",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "districts",
     .label = T("所属区划", "District"),
     .group = "place"},
    {.name = "note", .type = F_TEXT, .max = 200, .label = T("备注", "Note"), .group = "basic"},
};

static const char *const places[] = {[DUTY_FIRST] = "first", [DUTY_BACKUP] = "backup", [DUTY_LEAD] = "lead"};

const char *duty_place(int order)
{
    return order >= DUTY_FIRST && order <= DUTY_LEAD ? places[order] : NULL;
}

Rc duty_fill_district(Work *w, const Entity *e, Record *rec)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    int64_t body = rec_i64(e, rec, "body");
    Record *found;
    rec_set(e, rec, "district", db_val_null());
    if (!body) return 0;
    TRY(store_get(w, bodies, body, &found));
    rec_set(e, rec, "district", *rec_val(bodies, found, "district"));
    return 0;
}

Rc duty_fill_account(Work *w, const Entity *e, Record *rec, const char *person, const char *account)
{
    const Entity *persons = &person_entity;
    int64_t id = rec_i64(e, rec, person);
    Record *found;
    rec_set(e, rec, account, db_val_null());
    if (!id) return 0;
    TRY(store_get(w, persons, id, &found));
    rec_set(e, rec, account, *rec_val(persons, found, "account"));
    if (found->archived_at != TIME_NONE || !rec_i64(persons, found, "enabled"))
        FAIL_FIELD(w->ctx, person, "disabled", 0, "该人员已停用", "this person is switched off");
    return 0;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    int64_t from = rec_time(e, rec, "starts_at"), to = rec_time(e, rec, "ends_at");
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        FAIL_FIELD(w->ctx, "ends_at", "range", 0, "结束应晚于开始", "the end must lie after the beginning");
    else if (from != TIME_NONE && to != TIME_NONE && to - from > DAYS_MOST * MS_DAY)
        FAIL_FIELD(w->ctx, "ends_at", "range", 0, "一个班次最长 %d 天", "a shift lasts %d days at most",
                   DAYS_MOST);
    TRY(duty_fill_district(w, e, rec));
    TRY(duty_fill_account(w, e, rec, "person", "account"));
    return w->ctx->err.kind;
}

const Entity duty_shift_entity = {
    .name = "duty-shift",
    .plural = "duty-shifts",
    .title = T("值班表", "Duty roster"),
    .icon = T("", "clock"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "duty.read",
    .write_perm = "duty.write",
    .sort = "starts_at",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
};

/* Whoever judges alarms watches for the city. */
static const char watch_perm[] = "alarm.ack";

Rc shift_on_duty(Work *w, int64_t body, int order, int64_t *user)
{
    enum { MOST = 64 };
    int64_t found[MOST];
    size_t n = 0;
    DbCursor *c;
    const char *place = duty_place(order);
    Rc rc;
    *user = 0;
    if (!place) return 0;
    TRY(db_query(w->ctx, w->db, &q_shift_on_duty,
                 DB_ARGS(db_val_i64(w->now), db_val_z(place), db_val_i64(body)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < MOST) found[n++] = db_i64(c, Q_SHIFT_ON_DUTY_ACCOUNT);
    db_close(&c);
    if (rc < 0) return rc;
    for (size_t i = 0; i < n; i++) {
        rc = body ? 1 : notice_user_holds(w, found[i], watch_perm);
        if (rc < 0) return rc;
        if (!rc) continue;
        *user = found[i];
        return 1;
    }
    return 0;
}
