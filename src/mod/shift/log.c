/* The log of a shift: what happened, in the words of whoever was there. An entry is its writer's, and only
 * for a day; what is wrong later is put right by another entry. */
#include "shift_private.h"
#include "base/clock.h"

static const Field fields[] = {
    {.name = "body",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER | F_LIST | F_INDEX | F_CREATE_ONLY,
     .ref = "bodies",
     .label = T("值班单位", "Body"),
     .group = "basic"},
    {.name = "at",
     .type = F_TIME,
     .flags = F_FILTER | F_SORT | F_LIST | F_INDEX,
     .label = T("时间", "Time"),
     .help = T("不填为现在", "empty: now"),
     .group = "basic"},
    {.name = "kind",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "shift_log_kind",
     .label = T("类别", "Kind"),
     .group = "basic",
     .fallback = "note"},
    {.name = "text",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SEARCH | F_LIST | F_LONG,
     .min = 2,
     .max = 2000,
     .label = T("内容", "What happened"),
     .group = "basic"},
    {.name = "writer",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "users",
     .label = T("记录人账户", "Account"),
     .group = "basic"},
    {.name = "writer_name",
     .type = F_TEXT,
     .flags = F_READONLY | F_LIST,
     .max = 100,
     .label = T("记录人", "Written by"),
     .group = "basic"},
    {.name = "district",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER,
     .ref = "districts",
     .label = T("所属区划", "District"),
     .group = "place"},
};

static Rc check_writer(Work *w, const Entity *e, const Record *old)
{
    if (!w->who || (w->who->user_id == rec_i64(e, old, "writer") && w->now - old->created_at <= MS_DAY))
        return 0;
    return FAIL(w->ctx, RC_STATE, "shift-log.closed", "只有记录人可在一日内更正，其后请另记一条",
                "only its writer changes an entry, within a day; later write another one");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (old) TRY(check_writer(w, e, old));
    if (!old && w->who) {
        const char *name = w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name;
        if (!w->who->is_token) rec_set(e, rec, "writer", db_val_id(w->who->user_id));
        rec_set(e, rec, "writer_name", db_val_z(name));
    }
    if (rec_time(e, rec, "at") == TIME_NONE) rec_set(e, rec, "at", db_val_i64(w->now));
    if (rec_time(e, rec, "at") > w->now + MS_MINUTE)
        FAIL_FIELD(w->ctx, "at", "range", 0, "时间不能晚于现在", "the time must not lie ahead");
    TRY(duty_fill_district(w, e, rec));
    return w->ctx->err.kind;
}

const Entity shift_log_entity = {
    .name = "shift-log",
    .plural = "shift-logs",
    .title = T("值班日志", "Shift log"),
    .icon = T("", "document"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "shift-log.read",
    .write_perm = "shift-log.write",
    .title_field = "text",
    .sort = "-at",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
    .evidence = true,
};
