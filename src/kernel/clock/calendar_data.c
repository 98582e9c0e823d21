/* The calendar as records: days off and days worked, the years whose calendar is complete, the working hours.
 * Kept in memory as one immutable Calendar with the mark it was read under. Every change of these records
 * draws a new mark in its own transaction; whoever needs the calendar compares marks first, so a change of
 * another node is seen, and one that was rolled back leaves nothing behind (its mark never comes again). */
#include "base/clock.h"
#include "base/id.h"
#include "base/snapshot.h"
#include "clock/clock_int.h"
#include "kernel_clock_sql.h"
#include <stdlib.h>

enum { MAX_SPANS = ARRAY_LEN(((CalendarOptions *)0)->spans), FIRST_YEAR = 1970, LAST_YEAR = 2999 };

/* ---- Texts ---- */

static bool digits(Str s, size_t at, size_t n, int *out)
{
    *out = 0;
    for (size_t i = at; i < at + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        *out = *out * 10 + (s.p[i] - '0');
    }
    return true;
}

bool date_parse(Str s, int *year, int *month, int *day)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') return false;
    if (!digits(s, 0, 4, year) || !digits(s, 5, 2, month) || !digits(s, 8, 2, day)) return false;
    if (*year < FIRST_YEAR || *year > LAST_YEAR || *month < 1 || *month > 12 || *day < 1) return false;
    int y, m, d;
    calendar_date(calendar_day_of(*year, *month, *day), &y, &m, &d);
    return y == *year && m == *month && d == *day;
}

static bool minute_parse(Str s, size_t at, int *out)
{
    int h, m;
    if (!digits(s, at, 2, &h) || s.p[at + 2] != ':' || !digits(s, at + 3, 2, &m)) return false;
    *out = h * 60 + m;
    return m < 60 && *out <= 1440;
}

bool spans_parse(Str text, CalendarOptions *out)
{
    out->nspans = 0;
    while ((text = str_trim(text)).n) {
        Str span = str_cut(&text, ' ');
        if (out->nspans == MAX_SPANS || span.n != 11 || span.p[5] != '-') return false;
        WorkSpan *to = &out->spans[out->nspans++];
        if (!minute_parse(span, 0, &to->from) || !minute_parse(span, 6, &to->to)) return false;
    }
    return out->nspans > 0 && calendar_spans_ok(out->spans, out->nspans);
}

/* ---- In memory ---- */

typedef struct CalSnap {
    int64_t mark;
    Calendar *c;
} CalSnap;

struct CalStore {
    SnapshotSlot *slot;
};

static void snap_free(void *p)
{
    CalSnap *s = p;
    calendar_free(&s->c);
    free(s);
}

CalStore *cal_store_new(void)
{
    CalStore *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->slot = snapshot_new(snap_free);
    return s;
}

void cal_store_free(CalStore **sp)
{
    if (!*sp) return;
    snapshot_free(&(*sp)->slot);
    free(*sp);
    *sp = NULL;
}

static Rc read_hours(Ctx *ctx, Db *db, CalendarOptions *opt)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_calendar_hours, DB_NO_ARGS, &c);
    if (rc <= 0) return rc;
    if (!spans_parse(db_str(c, Q_CALENDAR_HOURS_SPANS), opt)) opt->nspans = 0;
    opt->move_last_day_off = db_bool(c, Q_CALENDAR_HOURS_MOVE_LAST_DAY_OFF);
    db_close(&c);
    return 0;
}

static Rc read_days(Ctx *ctx, Db *db, Calendar *cal)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(ctx, db, &q_calendar_days, DB_NO_ARGS, &c));
    while ((rc = db_next(ctx, c)) > 0) {
        int y, m, d;
        bool works = str_is(db_str(c, Q_CALENDAR_DAYS_KIND), "work");
        if (date_parse(db_str(c, Q_CALENDAR_DAYS_DATE), &y, &m, &d))
            calendar_set(cal, calendar_day_of(y, m, d), works ? DAY_WORK : DAY_OFF);
    }
    db_close(&c);
    if (rc < 0) return rc;
    TRY(db_query(ctx, db, &q_calendar_years, DB_NO_ARGS, &c));
    while ((rc = db_next(ctx, c)) > 0) {
        int year;
        Str text = db_str(c, Q_CALENDAR_YEARS_YEAR);
        if (text.n == 4 && digits(text, 0, 4, &year)) calendar_year(cal, year);
    }
    db_close(&c);
    return rc;
}

static Rc read_snap(Ctx *ctx, Db *db, int64_t mark, CalSnap **out)
{
    CalendarOptions opt = {.move_last_day_off = true};
    TRY(read_hours(ctx, db, &opt));
    CalSnap *s = calloc(1, sizeof *s);
    ENSURE(s);
    *s = (CalSnap){.mark = mark, .c = calendar_new(&opt)};
    Rc rc = read_days(ctx, db, s->c);
    if (rc < 0) {
        snap_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

Rc cal_take(Work *w, CalRef *out)
{
    Kernel *k = w->kernel;
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, &q_calendar_mark, DB_NO_ARGS, &c);
    if (rc < 0) return rc;
    ENSURE(rc > 0); /* the migration made the row */
    int64_t mark = db_i64(c, Q_CALENDAR_MARK_MARK);
    db_close(&c);
    for (;;) {
        CalSnap *s = snapshot_take(k->calendar->slot);
        if (s && s->mark == mark) {
            *out = (CalRef){.c = s->c, .mark = mark, .snap = s};
            return 0;
        }
        if (s) snapshot_release(k->calendar->slot, s);
        TRY(read_snap(w->ctx, db, mark, &s));
        snapshot_publish(k->calendar->slot, s);
    }
}

void cal_release(Kernel *k, CalRef *r)
{
    if (r->snap) snapshot_release(k->calendar->slot, r->snap);
    *r = (CalRef){0};
}

Rc calendar_with(Work *w, Rc (*fn)(void *ud, const struct Calendar *c), void *ud)
{
    CalRef ref;
    TRY(cal_take(w, &ref));
    Rc rc = fn(ud, ref.c);
    cal_release(w->kernel, &ref);
    return rc;
}

/* ---- The records ---- */

static Rc calendar_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    (void)e;
    (void)old;
    (void)rec;
    Rc rc = db_exec(w->ctx, w->db, &q_calendar_mark_set, DB_ARGS(db_val_i64(id_new())));
    return rc < 0 ? rc : 0;
}

static const Field holiday_fields[] = {
    {.name = "date",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 10,
     .max = 10,
     .label = T("日期", "Date"),
     .help = T("形如 2026-02-17", "like 2026-02-17")},
    {.name = "kind",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_FILTER | F_LIST,
     .ref = "day_kind",
     .label = T("类别", "Kind")},
    {.name = "name", .type = F_TEXT, .flags = F_SEARCH | F_LIST, .max = 50, .label = T("名称", "Name")},
    {.name = "year",
     .type = F_INT,
     .flags = F_READONLY | F_FILTER | F_SORT | F_INDEX,
     .label = T("年份", "Year")},
};

static Rc holiday_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    int y, m, d;
    if (!date_parse(rec_text(e, rec, "date"), &y, &m, &d))
        return FAIL_FIELD(w->ctx, "date", "format", 0, "日期应形如 2026-02-17，且确有其日",
                          "the date must be like 2026-02-17 and exist");
    rec_set(e, rec, "year", db_val_i64(y));
    return 0;
}

const Entity holidays_entity = {
    .name = "holiday",
    .plural = "holidays",
    .title = T("节假日与调休", "Holidays and make-up days"),
    .icon = T("", "calendar"),
    .fields = holiday_fields,
    .nfields = ARRAY_LEN(holiday_fields),
    .read_perm = "calendar.read",
    .write_perm = "calendar.write",
    .code_field = "date",
    .title_field = "date",
    .sort = "date",
    .validate = holiday_validate,
    .changed = calendar_changed,
    .scope = {.kind = SCOPE_OPEN},
};

static const Field year_fields[] = {
    {.name = "year",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .min = 4,
     .max = 4,
     .label = T("年份", "Year")},
    {.name = "complete",
     .type = F_BOOL,
     .flags = F_FILTER | F_LIST,
     .fallback = "true",
     .label = T("已录全", "Complete"),
     .help = T("录全后本年不再按周一至周五暂定，运行中的时限随即重算",
               "the year is no longer counted provisionally, and running clocks are worked out anew")},
    {.name = "basis",
     .type = F_TEXT,
     .flags = F_LONG | F_LIST,
     .max = 500,
     .label = T("依据", "Basis"),
     .help = T("放假安排的文件名称和文号", "the notice that says it and its number")},
};

static Rc year_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    int year = 0;
    Str text = rec_text(e, rec, "year");
    if (text.n != 4 || !digits(text, 0, 4, &year) || year < FIRST_YEAR || year > LAST_YEAR)
        return FAIL_FIELD(w->ctx, "year", "format", 0, "年份应为 1970 至 2999",
                          "the year must be from 1970 to 2999");
    return 0;
}

const Entity calendar_years_entity = {
    .name = "calendar-year",
    .plural = "calendar-years",
    .title = T("年度日历", "Calendars of years"),
    .icon = T("", "calendar"),
    .fields = year_fields,
    .nfields = ARRAY_LEN(year_fields),
    .read_perm = "calendar.read",
    .write_perm = "calendar.write",
    .code_field = "year",
    .title_field = "year",
    .sort = "-year",
    .validate = year_validate,
    .changed = calendar_changed,
    .scope = {.kind = SCOPE_OPEN},
};

static const Field hours_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_LIST | F_SORT,
     .max = 20,
     .label = T("编码", "Code")},
    {.name = "spans",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_LIST,
     .min = 11,
     .max = 60,
     .label = T("工作时段", "Working hours"),
     .help = T("形如 09:00-12:00 13:30-17:30，至多四段，不跨零点",
               "like 09:00-12:00 13:30-17:30; at most four, none over midnight")},
    {.name = "move_last_day_off",
     .type = F_BOOL,
     .flags = F_LIST,
     .fallback = "true",
     .label = T("末日逢休顺延", "A last day off moves"),
     .help = T("按自然日计算的时限，末日为休息日的，顺延至下一个工作日",
               "a limit in natural days that ends on a day off ends on the next working day")},
    {.name = "basis", .type = F_TEXT, .flags = F_LONG | F_LIST, .max = 500, .label = T("依据", "Basis")},
};

static Rc hours_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    CalendarOptions opt;
    if (!spans_parse(rec_text(e, rec, "spans"), &opt))
        FAIL_FIELD(w->ctx, "spans", "format", 0, "工作时段应形如 09:00-12:00 13:30-17:30，依次排列，不跨零点",
                   "working hours must be like 09:00-12:00 13:30-17:30, in order, none over midnight");
    if (!str_is(rec_text(e, rec, "code"), "default"))
        FAIL_FIELD(w->ctx, "code", "range", 0, "工作时间只有一份，编码为 default",
                   "there is one set of working hours, its code is default");
    return w->ctx->err.kind;
}

static Rc hours_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    if (rec->archived_at != TIME_NONE)
        return FAIL(w->ctx, RC_STATE, "calendar.hours", "工作时间不能归档，可以修改",
                    "the working hours cannot be archived, only changed");
    return calendar_changed(w, e, old, rec);
}

const Entity work_times_entity = {
    .name = "work-time",
    .plural = "work-times",
    .title = T("工作时间", "Working hours"),
    .icon = T("", "clock"),
    .fields = hours_fields,
    .nfields = ARRAY_LEN(hours_fields),
    .read_perm = "calendar.read",
    .write_perm = "calendar.write",
    .code_field = "code",
    .title_field = "code",
    .sort = "code",
    .validate = hours_validate,
    .changed = hours_changed,
    .scope = {.kind = SCOPE_OPEN},
};
