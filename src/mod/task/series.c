/* Duties with a cadence (每月, 每季度 …). A series belongs to one unit and has a clock of its own that ends
 * with each period: its step makes the task of the next one. Nothing depends on a browser or on the program
 * having run: periods that passed meanwhile are made up in order, because the clock is. */
#include "task_private.h"
#include "kernel/number.h"
#include "kernel/limit.h"

#define RO F_READONLY

static Rc ended(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "active", db_val_bool(false));
    return clock_stop(w, e, rec, "task.period");
}

static bool is_active(const Entity *e, const Record *rec)
{
    return rec_i64(e, rec, "active") != 0;
}

static const Action actions[] = {
    {.name = "end",
     .perm = "task.order",
     .label = T("停止周期任务", "End the series"),
     .fn = ended,
     .allowed = is_active},
};

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32, T("编号", "Code"),
     T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 2, 120, T("任务", "Task"), T("", ""), NULL, "basic",
     NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("承办单位", "Unit"), T("", ""), NULL,
     "contact", NULL},
    {"role", F_ENUM, RO | F_LIST, "task_role", 0, 0, T("承担角色", "Role"), T("", ""), NULL, "basic", NULL},
    {"per", F_ENUM, RO | F_FILTER | F_LIST, "task_per", 0, 0, T("周期", "Cadence"), T("", ""), NULL, "basic",
     NULL},
    {"every", F_INT, RO, NULL, 1, 100, T("每几期一次", "Every"), T("", ""), NULL, "basic", "1"},
    {"times", F_INT, RO | F_LIST, NULL, 0, 1000000, T("每期次数", "Times a period"), T("", ""), NULL, "basic",
     NULL},
    {"made", F_INT, RO | F_LIST, NULL, 0, 1000000, T("已生成期数", "Periods made"), T("", ""), NULL,
     "response", "0"},
    {"next_at", F_TIME, RO | F_SORT | F_LIST, NULL, 0, 0, T("下期开始", "Next period"), T("", ""), NULL,
     "response", NULL},
    {"until", F_TIME, RO, NULL, 0, 0, T("截止", "Until"), T("", ""), NULL, "basic", NULL},
    {"active", F_BOOL, RO | F_FILTER | F_LIST, NULL, 0, 0, T("执行中", "Running"), T("", ""), NULL, "basic",
     "true"},
    {"document", F_REF, RO | F_FILTER | F_INDEX | F_LOOSE, "documents", 0, 0, T("依据文件", "Paper"),
     T("", ""), NULL, "basic", NULL},
    {"item", F_REF, RO | F_FILTER | F_LOOSE, "document-items", 0, 0, T("文件条目", "Item"), T("", ""), NULL,
     "basic", NULL},
    {"basis", F_TEXT, RO | F_LONG, NULL, 0, 4000, T("任务来源", "Where it stands"), T("", ""), NULL, "basic",
     NULL},
    {"text", F_TEXT, RO | F_LONG, NULL, 0, 4000, T("任务内容", "What is asked"), T("", ""), NULL, "basic",
     NULL},
    {"issuer", F_REF, RO | F_FILTER, "bodies", 0, 0, T("交办单位", "Ordered by"), T("", ""), NULL, "contact",
     NULL},
    {"district", F_REF, RO | F_FILTER, "districts", 0, 0, T("所属区划", "District"), T("", ""), NULL, "place",
     NULL},
};

/* The task of the period that ends at `end`. */
static Rc occurrence(Work *w, const Record *series, int64_t end, Record **out)
{
    static const char *const same[] = {"title", "body", "role",     "document", "item",
                                       "basis", "text", "district", "issuer",   "times"};
    char day[TIME_TEXT_MAX];
    Record *rec = rec_new(w->ctx, TE);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(TE, rec, same[i], *rec_val(RE, series, same[i]));
    time_print_civil(end - MS_DAY, day);
    day[10] = 0;
    const char *per = dict_label(w->kernel, "task_per", rec_text(RE, series, "per"), LANG_ZH);
    rec_set(TE, rec, "series", db_val_i64(series->id));
    rec_set(TE, rec, "period",
            db_val_text(str_printf(w->ctx->arena, "%s（至 %s）", per ? per : "本期", day)));
    rec_set(TE, rec, "due_at", db_val_i64(end - MS_SECOND));
    *out = rec;
    return task_store(w, rec);
}

/* The clock of the period, which ends with it and not with the limit. */
static Rc clock_to(Work *w, const Record *series, int64_t from, int64_t end)
{
    Clock c;
    TRY(clock_start(w, RE, series, "task.period", from));
    Rc rc = clock_find(w, RE, series->id, "task.period", &c);
    return rc > 0 ? clock_set_due(w, &c, end) : rc;
}

/* The next period: its task and the clock to its end; none behind `until`. */
static Rc advance(Work *w, Record *series, int64_t from, int64_t end, Record **out)
{
    TRY(occurrence(w, series, end, out));
    rec_set(RE, series, "made", db_val_i64(rec_i64(RE, series, "made") + 1));
    rec_set(RE, series, "next_at", db_val_i64(end));
    int64_t until = rec_time(RE, series, "until");
    if (until != TIME_NONE && end >= until) {
        rec_set(RE, series, "active", db_val_bool(false));
        return RC_OK;
    }
    return clock_to(w, series, from, end);
}

static int64_t end_after(const Record *series, int64_t t)
{
    return task_period_end(task_per_of(rec_text(RE, series, "per")), (int)rec_i64(RE, series, "every"), t);
}

Rc series_begin(Work *w, const TaskSpec *spec, const TaskUnit *unit, Record **first)
{
    Str code;
    Work program = task_program(w);
    Record *rec = rec_new(w->ctx, RE);
    TRY(number_of_day(w, 'Z', &code));
    rec_set(RE, rec, "code", db_val_text(code));
    rec_set(RE, rec, "title", db_val_text(spec->title));
    rec_set(RE, rec, "text", db_val_text(spec->text));
    if (spec->basis.n) rec_set(RE, rec, "basis", db_val_text(spec->basis));
    rec_set(RE, rec, "body", db_val_i64(unit->body));
    rec_set(RE, rec, "role", db_val_z(task_role_name(unit->role)));
    rec_set(RE, rec, "per", db_val_z(task_per_name(spec->per)));
    rec_set(RE, rec, "every", db_val_i64(spec->every > 0 ? spec->every : 1));
    if (spec->times > 0) rec_set(RE, rec, "times", db_val_i64(spec->times));
    rec_set(RE, rec, "until", db_val_time(spec->until));
    rec_set(RE, rec, "active", db_val_bool(true));
    rec_set(RE, rec, "document", db_val_id(spec->document));
    rec_set(RE, rec, "item", db_val_id(spec->item));
    rec_set(RE, rec, "issuer", db_val_id(spec->issuer));
    rec_set(RE, rec, "district", db_val_id(spec->district));
    TRY(store_insert(&program, RE, rec));
    Record *old = rec_copy(w->ctx, RE, rec);
    TRY(advance(&program, rec, w->now, end_after(rec, w->now), first));
    return store_update(&program, RE, old, rec, "advance");
}

/* A period ended: the next begins, and its task goes out at once. */
static Rc period_over(Work *w, const Entity *e, Record *rec, const ClockStep *step)
{
    Record *task;
    if (!is_active(e, rec)) return RC_OK;
    int64_t from = rec_time(e, rec, "next_at");
    if (from == TIME_NONE) from = step->at;
    Record *old = rec_copy(w->ctx, e, rec);
    TRY(advance(w, rec, from, end_after(rec, from), &task));
    TRY(store_update(w, e, old, rec, "advance"));
    return flow_do(w, TE, task, "order", NULL);
}

const Entity series_entity = {
    .name = "task-series",
    .plural = "task-series",
    .title = T("周期任务", "Recurring tasks"),
    .icon = T("", "task"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "task.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body issuer", .line = SCOPE_ANY_LINE},
    .step = period_over,
};
