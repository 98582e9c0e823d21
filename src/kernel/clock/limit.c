/* Time limits and their ladders as records. A slice declares first values; they are put in once and belong to
 * the office from then on. A limit is what holds from one day to another, for one grade or for all, for the
 * whole city or for a district and what lies below it; two that say the same may not overlap. A change here
 * is for clocks that start later: those that run keep their amount, only the rungs ahead of them follow. */
#include "base/clock.h"
#include "clock/clock_int.h"
#include "kernel_clock_sql.h"

static const char *const unit_codes[] = {"minute", "hour", "day", "work_hour", "work_day"};
static const char *const kind_codes[] = {"remind", "urge", "supervise", "escalate", "call"};
static const char *const to_codes[] = {"turn", "owner", "above", "office", "watch"};

StepKind limit_kind_of(Str code)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_codes); i++)
        if (str_is(code, kind_codes[i])) return (StepKind)i;
    return STEP_REMIND;
}

const char *limit_unit_code(LimitUnit u)
{
    return unit_codes[u];
}

bool limit_unit_of(Str code, LimitUnit *out)
{
    for (size_t i = 0; i < ARRAY_LEN(unit_codes); i++)
        if (str_is(code, unit_codes[i])) {
            *out = (LimitUnit)i;
            return true;
        }
    return false;
}

static const Field limit_fields[] = {
    {.name = "key",
     .type = F_TEXT,
     .flags = F_UNIQUE | F_READONLY | F_SORT,
     .max = 120,
     .label = T("键", "Key"),
     .group = "basic"},
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 2,
     .max = 60,
     .label = T("时限代码", "Limit"),
     .group = "basic"},
    {.name = "name",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SORT | F_SEARCH | F_LIST,
     .max = 100,
     .label = T("名称", "Name"),
     .group = "basic"},
    {.name = "name_en",
     .type = F_TEXT,
     .flags = F_SEARCH,
     .max = 100,
     .label = T("英文名称", "English name"),
     .group = "basic"},
    {.name = "grade",
     .type = F_INT,
     .flags = F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .min = 0,
     .max = 4,
     .fallback = "0",
     .label = T("等级", "Grade"),
     .help = T("0 为未单列的各等级", "0: every grade without a limit of its own"),
     .group = "basic"},
    {.name = "district",
     .type = F_TEXT,
     .flags = F_CREATE_ONLY | F_FILTER | F_LIST,
     .max = 12,
     .label = T("适用区划", "District"),
     .help = T("区划代码，含下级；不填为全部", "its code, with what lies below; empty: everywhere"),
     .group = "basic"},
    {.name = "amount",
     .type = F_INT,
     .flags = F_REQUIRED | F_SORT | F_LIST,
     .min = 0,
     .max = 100000,
     .label = T("时长", "Amount"),
     .group = "timing"},
    {.name = "unit",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "limit_unit",
     .label = T("单位", "Unit"),
     .group = "timing"},
    {.name = "valid_from",
     .type = F_TIME,
     .flags = F_FILTER | F_SORT,
     .label = T("生效时间", "Valid from"),
     .group = "validity"},
    {.name = "valid_to",
     .type = F_TIME,
     .flags = F_FILTER | F_SORT,
     .label = T("失效时间", "Valid to"),
     .group = "validity"},
    {.name = "basis",
     .type = F_TEXT,
     .flags = F_LONG | F_LIST,
     .max = 500,
     .label = T("依据", "Basis"),
     .help = T("自定的数值以“默认值”开头", "begin with 默认值 when the figure is a proposal"),
     .group = "source"},
};

static Str limit_key(Work *w, const Entity *e, const Record *rec)
{
    Str district = rec_text(e, rec, "district"), code = rec_text(e, rec, "code");
    int64_t from = rec_time(e, rec, "valid_from");
    char date[TIME_TEXT_MAX] = "";
    if (from != TIME_NONE) {
        time_print(from, date);
        date[16] = 0; /* to the minute */
    }
    return str_printf(w->ctx->arena, "%.*s:%lld%s%.*s%s%s", STR_ARG(code),
                      (long long)rec_i64(e, rec, "grade"), district.n ? ":" : "", STR_ARG(district),
                      *date ? "@" : "", date);
}

static bool code_ok(Str s)
{
    if (!s.n || s.p[0] < 'a' || s.p[0] > 'z') return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' ||
              s.p[i] == '-' || s.p[i] == '_'))
            return false;
    return true;
}

/* Two limits for the same code, grade and district must not hold at the same time. */
static Rc check_overlap(Work *w, const Entity *e, const Record *rec)
{
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    Str district = rec_text(e, rec, "district");
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_limit_overlap,
                         DB_ARGS(db_val_i64(rec->id), db_val_text(rec_text(e, rec, "code")),
                                 db_val_i64(rec_i64(e, rec, "grade")),
                                 db_val_text(district.n ? district : STR("")),
                                 db_val_i64(from == TIME_NONE ? INT64_MIN / 2 : from),
                                 db_val_i64(to == TIME_NONE ? INT64_MAX / 2 : to)),
                         &c);
    if (rc <= 0) return rc;
    db_close(&c);
    return FAIL_FIELD(w->ctx, "valid_from", "overlap", 0, "与同一代码、等级、区划的另一条时限有效期重叠",
                      "it overlaps another limit of the same code, grade and district");
}

static Rc check_district(Work *w, const Entity *e, const Record *rec)
{
    const Entity *districts = kernel_entity(w->kernel, "districts");
    Str code = rec_text(e, rec, "district");
    Record *found;
    if (!code.n || !districts) return 0;
    Rc rc = store_find(w, districts, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code)), &found);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL_FIELD(w->ctx, "district", "reference", 0, "没有区划“%.*s”", "there is no district \"%.*s\"",
                      STR_ARG(code));
}

static Rc limit_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (!code_ok(rec_text(e, rec, "code")))
        FAIL_FIELD(w->ctx, "code", "format", 0, "时限代码由小写字母、数字、点和横线组成",
                   "the code is of lower case letters, digits, dots and hyphens");
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        FAIL_FIELD(w->ctx, "valid_to", "range", 0, "失效时间应晚于生效时间",
                   "valid_to must be later than valid_from");
    rec_set(e, rec, "key", db_val_text(limit_key(w, e, rec)));
    if (w->ctx->err.kind) return w->ctx->err.kind;
    TRY(check_district(w, e, rec));
    if (rec->archived_at == TIME_NONE) TRY(check_overlap(w, e, rec));
    return w->ctx->err.kind;
}

const Entity time_limits_entity = {
    .name = "time-limit",
    .plural = "time-limits",
    .title = T("时限", "Time limits"),
    .icon = T("", "clock"),
    .fields = limit_fields,
    .nfields = ARRAY_LEN(limit_fields),
    .read_perm = "limit.read",
    .write_perm = "limit.write",
    .code_field = "key",
    .title_field = "name",
    .sort = "code",
    .validate = limit_validate,
    .scope = {.kind = SCOPE_OPEN},
};

/* ---- Ladders ---- */

static const Field step_fields[] = {
    {.name = "limit",
     .type = F_REF,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "time-limits",
     .label = T("时限", "Limit")},
    {.name = "position",
     .type = F_INT,
     .flags = F_REQUIRED | F_FILTER | F_SORT | F_LIST,
     .min = 1,
     .max = MAX_RUNGS,
     .label = T("次序", "Position")},
    {.name = "kind",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "step_kind",
     .label = T("方式", "Kind")},
    {.name = "percent",
     .type = F_INT,
     .flags = F_LIST,
     .min = 1,
     .max = 1000,
     .unit = "%",
     .label = T("时限过去", "Share of the limit"),
     .help = T("100 为到期；与“逾期后”只填一项", "100: when due; fill in this or the time after due")},
    {.name = "after",
     .type = F_INT,
     .flags = F_LIST,
     .min = 0,
     .max = 100000,
     .label = T("逾期后", "After due"),
     .help = T("按该时限的单位计", "in the limit's own unit")},
    {.name = "recipient",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "step_to",
     .label = T("对象", "To whom")},
};

static Rc step_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    bool percent = rec_val(e, rec, "percent")->type != DB_NULL;
    bool after = rec_val(e, rec, "after")->type != DB_NULL;
    if (percent == after)
        FAIL_FIELD(w->ctx, "percent", "choice", 0, "时限百分比与逾期时长应填且只填一项",
                   "fill in either the share of the limit or the time after due");
    return w->ctx->err.kind;
}

/* The rungs of a limit, read back as they are now, must climb: the shares first, then the times after. */
static Rc check_ladder(Work *w, int64_t limit)
{
    Ladder l;
    TRY(limit_ladder(w, limit, &l));
    for (size_t i = 1; i < l.n; i++) {
        const Rung *a = &l.rungs[i - 1], *b = &l.rungs[i];
        bool climbs =
            b->percent ? a->percent && a->percent <= b->percent : a->percent || a->after <= b->after;
        if (!climbs)
            return FAIL_FIELD(w->ctx, "position", "order", 0, "各级应按时间先后排列",
                              "the rungs must be in the order of their times");
    }
    return 0;
}

static Rc step_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    (void)old;
    TRY(check_ladder(w, rec_i64(e, rec, "limit")));
    return clocks_look_again(w, rec_i64(e, rec, "limit"));
}

const Entity limit_steps_entity = {
    .name = "limit-step",
    .plural = "limit-steps",
    .title = T("催督阶梯", "Ladders of time limits"),
    .icon = T("", "list"),
    .fields = step_fields,
    .nfields = ARRAY_LEN(step_fields),
    .read_perm = "limit.read",
    .write_perm = "limit.write",
    .title_field = "kind",
    .sort = "position",
    .validate = step_validate,
    .changed = step_changed,
    .scope = {.kind = SCOPE_OPEN},
};

/* ---- First values ---- */

static Rc seed_step(Work *w, int64_t limit, const StepSeed *s, size_t at)
{
    const Entity *e = &limit_steps_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "limit", db_val_i64(limit));
    rec_set(e, rec, "position", db_val_i64((int64_t)at + 1));
    rec_set(e, rec, "kind", db_val_z(kind_codes[s->kind]));
    rec_set(e, rec, s->percent > 0 ? "percent" : "after", db_val_i64(s->percent > 0 ? s->percent : s->after));
    rec_set(e, rec, "recipient", db_val_z(s->to));
    return store_insert(w, e, rec);
}

static Rc seed_limit(Work *w, const LimitSeed *s)
{
    const Entity *e = &time_limits_entity;
    DbCursor *c;
    Rc rc =
        db_query_one(w->ctx, w->db, &q_limit_seed_find, DB_ARGS(db_val_z(s->code), db_val_i64(s->grade)), &c);
    if (rc) {
        if (rc > 0) db_close(&c);
        return rc < 0 ? rc : 0;
    }
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "code", db_val_z(s->code));
    rec_set(e, rec, "name", db_val_z(s->title.zh));
    rec_set(e, rec, "name_en", db_val_z(s->title.en));
    rec_set(e, rec, "grade", db_val_i64(s->grade));
    rec_set(e, rec, "amount", db_val_i64(s->amount));
    rec_set(e, rec, "unit", db_val_z(unit_codes[s->unit]));
    rec_set(e, rec, "basis", db_val_z(s->basis.zh));
    TRY(store_insert(w, e, rec));
    for (size_t i = 0; i < s->nsteps; i++) TRY(seed_step(w, rec->id, &s->steps[i], i));
    rc = db_exec(w->ctx, w->db, &q_limit_seed_add, DB_ARGS(db_val_z(s->code), db_val_i64(s->grade)));
    return rc < 0 ? rc : 0;
}

Rc limits_seed(Work *w)
{
    const Decl *d = w->kernel->decl;
    for (size_t i = 0; i < d->nmodules; i++)
        for (size_t j = 0; j < d->modules[i]->nlimits; j++) TRY(seed_limit(w, &d->modules[i]->limits[j]));
    return 0;
}

/* ---- Are the declared ones sound? ---- */

static bool told(const char *to)
{
    for (size_t i = 0; to && i < ARRAY_LEN(to_codes); i++)
        if (!strcmp(to, to_codes[i])) return true;
    return false;
}

static bool said(Text t)
{
    return t.zh && *t.zh && t.en && *t.en;
}

static const char *seed_fault(const LimitSeed *s)
{
    if (!code_ok(str_of(s->code ? s->code : ""))) return "the code must be [a-z][a-z0-9._-]*";
    if (!said(s->title)) return "a title in both languages is missing";
    if (!said(s->basis)) return "its basis in both languages is missing";
    if (s->grade < 0 || s->grade > 4) return "the grade is 0 to 4";
    if (s->amount < 0 || s->amount > 100000 || s->unit > LIMIT_WORK_DAYS) return "wrong amount or unit";
    if (s->nsteps > MAX_RUNGS) return "too many rungs";
    for (size_t i = 0; i < s->nsteps; i++) {
        const StepSeed *b = &s->steps[i], *a = i ? b - 1 : NULL;
        if (b->kind > STEP_CALL || !told(b->to)) return "a rung has an unknown kind or recipient";
        if (b->percent < 0 || b->percent > 1000 || b->after < 0) return "a rung is out of range";
        if (!a) continue;
        bool climbs = b->percent > 0 ? a->percent > 0 && a->percent <= b->percent
                                     : a->percent > 0 || a->after <= b->after;
        if (!climbs) return "the rungs are not in the order of their times";
    }
    return NULL;
}

static bool declared_before(const Decl *d, const LimitSeed *s)
{
    for (size_t i = 0; i < d->nmodules; i++)
        for (size_t j = 0; j < d->modules[i]->nlimits; j++) {
            const LimitSeed *other = &d->modules[i]->limits[j];
            if (other == s) return false;
            if (!strcmp(other->code, s->code) && other->grade == s->grade) return true;
        }
    return false;
}

Rc limits_check(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->nmodules; i++)
        for (size_t j = 0; j < d->modules[i]->nlimits; j++) {
            const LimitSeed *s = &d->modules[i]->limits[j];
            const char *what = seed_fault(s);
            if (!what && declared_before(d, s)) what = "it is there twice";
            if (what)
                return FAIL(ctx, RC_BUG, "kernel.declaration", "模块声明有误：时限 %s：%s",
                            "wrong declaration: limit %s: %s", s->code ? s->code : "?", what);
        }
    return 0;
}
