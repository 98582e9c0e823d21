/* Licences of an enterprise, with the day on which they end. An ordinary clock (licence.expiry) runs towards
 * that day and reminds: it begins its limit's length before the end, which may lie in the future. */
#include "enterprise_private.h"
#include "base/clock.h"

enum { WARN_DAYS = 60 };

static const StepSeed expiry_steps[] = {
    {STEP_REMIND, 1, 0, "owner"},
    {STEP_REMIND, 50, 0, "owner"},
    {STEP_URGE, 100, 0, "owner"},
    {STEP_SUPERVISE, 0, 7, "office"},
};
const LimitSeed licence_limits[LICENCE_LIMITS] = {
    {"licence.expiry", T("证照到期提醒", "A licence ends"), 0, WARN_DAYS, LIMIT_DAYS,
     T("默认值，由本地规定核定", "default, for local rules to settle"), expiry_steps,
     ARRAY_LEN(expiry_steps)},
};

static const Field fields[] = {
    {"number", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 80,
     T("证照编号", "Number"), T("", ""), NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "licence_kind", 0, 0, T("证照类别", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("单位", "Enterprise"),
     T("", ""), NULL, "basic", NULL},
    {"issuer", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 120, T("发证机关", "Issued by"), T("", ""), NULL, "basic",
     NULL},
    {"scope", F_TEXT, F_LONG, NULL, 0, 1000, T("许可范围", "Scope"), T("", ""), NULL, "basic", NULL},
    {"valid_from", F_TIME, F_SORT, NULL, 0, 0, T("有效期自", "Valid from"), T("", ""), NULL, "basic", NULL},
    {"valid_to", F_TIME, F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("有效期至", "Valid to"), T("", ""), NULL,
     "basic", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    const DbVal *from = rec_val(e, rec, "valid_from"), *to = rec_val(e, rec, "valid_to");
    if (from->type != DB_NULL && to->type != DB_NULL && from->i >= to->i)
        FAIL_FIELD(w->ctx, "valid_to", "order", 0, "有效期至应晚于有效期自", "it ends before it begins");
    return w->ctx->err.kind;
}

/* So that the clock ends on the day: the limit's own length may have been changed. */
static Rc start_clock(Work *w, const Entity *e, const Record *rec, int64_t end)
{
    Clock c;
    Rc rc = clock_start(w, e, rec, "licence.expiry", end - WARN_DAYS * MS_DAY);
    if (rc == RC_NOT_FOUND) { /* the city has taken the limit out of force */
        ctx_clear(w->ctx);
        return RC_OK;
    }
    TRY(rc);
    rc = clock_find(w, e, rec->id, "licence.expiry", &c);
    return rc > 0 ? clock_set_due(w, &c, end) : rc;
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    int64_t end = rec_time(e, rec, "valid_to");
    if (old && rec->archived_at == TIME_NONE && rec_time(e, old, "valid_to") == end) return RC_OK;
    if (end == TIME_NONE || rec->archived_at != TIME_NONE) return clock_stop(w, e, rec, "licence.expiry");
    return start_clock(w, e, rec, end);
}

/* "days_left": below 0 it has ended; null: it does not end. */
static void expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    int64_t end = rec_time(e, rec, "valid_to");
    jout_key(out, "days_left");
    if (end == TIME_NONE) jout_null(out);
    else jout_i64(out, civil_day(end) - civil_day(w->now));
}

const Entity licence_entity = {
    .name = "licence",
    .plural = "licences",
    .title = T("企业证照", "Licences"),
    .icon = T("", "document"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "licence.read",
    .write_perm = "licence.write",
    .code_field = "number",
    .title_field = "number",
    .sort = "valid_to",
    .validate = validate,
    .changed = changed,
    .expand = expand,
    .evidence = true,
    .scope = {.kind = SCOPE_VIA, .via = "body", .body = "body"},
};
