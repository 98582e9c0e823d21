/* Private to the kernel: the calendar as data, limits, and the clocks that run by them. */
#pragma once
#include "calendar/calendar.h"
#include "kernel_int.h"

extern const Entity holidays_entity, calendar_years_entity, work_times_entity;
extern const Entity time_limits_entity, limit_steps_entity;
/* The second of the kernel's own modules (limit_module.c). */
extern const Module kernel_clock_module;

/* ---- The calendar as data (calendar_data.c, calendar_seed.c) ---- */

typedef struct CalStore CalStore;
CalStore *cal_store_new(void);
void cal_store_free(CalStore **s);
/* The calendar as this transaction sees it; read anew when its mark changed. Give it back. */
typedef struct CalRef {
    const Calendar *c;
    int64_t mark;
    void *snap;
} CalRef;
Rc cal_take(Work *w, CalRef *out);
void cal_release(Kernel *k, CalRef *r);
Rc calendar_seed(Work *w);
/* "09:00-12:00 13:30-17:30"; false: not working hours. */
bool spans_parse(Str text, CalendarOptions *out);
/* "2026-02-17" of a day that exists. */
bool date_parse(Str text, int *year, int *month, int *day);

/* ---- Limits (limit.c, limit_find.c) ---- */

Rc limits_check(Ctx *ctx, const Decl *d);
Rc limits_seed(Work *w);
/* The ladder of a limit was changed: its running clocks look for their next rung again. */
Rc clocks_look_again(Work *w, int64_t limit_id);
bool limit_unit_of(Str code, LimitUnit *out);
const char *limit_unit_code(LimitUnit u);
StepKind limit_kind_of(Str code);

typedef struct LimitRow {
    int64_t id, amount;
    LimitUnit unit;
} LimitRow;
/* The limit valid at the instant for the record's grade and district; 1 found, 0 none. */
Rc limit_find(Work *w, const Entity *e, const Record *rec, const char *code, int64_t at, LimitRow *out);

/* The record's grade; 0: none. */
int64_t limit_grade(const Entity *e, const Record *rec);

typedef struct Rung {
    StepKind kind;
    int64_t percent, after; /* percent > 0, else after */
    const char *to;
} Rung;
enum { MAX_RUNGS = 20 };
typedef struct Ladder {
    Rung rungs[MAX_RUNGS];
    size_t n;
} Ladder;
Rc limit_ladder(Work *w, int64_t limit_id, Ladder *out);
/* In the Ctx's language; the code itself when nobody named it. */
Rc limit_title(Work *w, const char *code, Lang lang, const char **out);

/* ---- Clocks (clock.c, clock_run.c) ---- */

typedef struct ClockRow {
    Clock c;
    const char *entity; /* plural */
    int64_t limit_id, amount, extended_at, extended_to, stopped_at, mark, look_at;
    LimitUnit unit;
} ClockRow;
/* 1 found, 0 not. */
Rc clock_row_by_id(Work *w, int64_t id, ClockRow *out);
Rc clock_row_of_matter(Work *w, int64_t record_id, ClockRow *out);
/* The statement's row, with the columns of clock_by_id. */
void clock_row_read(Work *w, const DbCursor *c, ClockRow *out);
Rc clock_row_running(Work *w, int64_t record_id, const char *limit, ClockRow *out);
/* When the rung is reached. */
int64_t clock_rung_at(const Calendar *cal, const ClockRow *row, const Rung *r);
/* When to look at the clock next by its ladder, TIME_NONE: no more. */
int64_t clock_look_at(const Calendar *cal, const ClockRow *row, const Ladder *l);
/* Works out the end anew from start, extension and pauses, and stores it. *moved: the end is another. */
Rc clock_renew(Work *w, ClockRow *row, bool *moved);
/* The matter's row shows the clock that ends first, or none. */
Rc clock_show(Work *w, int64_t record_id);
/* After a record was written: a state's limit starts and ends with the state, nothing runs on for a matter
 * that has ended or was archived. */
Rc clocks_written(Work *w, const EntityInfo *info, const Record *old, const Record *rec);
/* Limit and end of the clock, for ledger entries. */
Str clock_json(Work *w, const Clock *c);
/* The body that a rung's `to` names for the record; 0: none found. */
Rc clock_recipient(Work *w, const Entity *e, const Record *rec, const char *to, int64_t *out);
/* Tells people of a rung, beside the ledger. */
Rc clock_tell(Work *w, const Entity *e, const Record *rec, const ClockRow *row, const ClockStep *step,
              const char *to);
/* One clock whose end the calendar moves: 1 done, 0 there was none. */
Rc clocks_renew_one(Ctx *ctx, Kernel *k, int64_t now);
/* The record was archived or has ended: nothing runs on for it. */
Rc clock_stop_all(Work *w, int64_t record_id);
void clocks_thread_start(Kernel *k);
void clocks_thread_halt(Kernel *k);

/* ---- What people do with a matter's clock (clock_view.c, clock_act.c) ---- */

/* A request for more time, as it is shown. */
typedef struct Extension {
    struct Extension *next;
    int64_t id, clock_id, asked_at, old_due_at, until, decided_at;
    Str limit, asked_by, reason, decided_by, answer;
    bool granted, open;
} Extension;

/* The matter's clock: of those that run for it, the one that ends first. */
struct ClockView {
    bool has;
    ClockRow row;
    double share;             /* how much of it is gone; more than 1: overdue */
    int64_t asked;            /* open request for an extension; 0: none */
    Extension *first, **last; /* oldest first */
};
Rc clock_view(Work *w, int64_t record_id, const ClockView **out);
/* Parts of a page of matters (flow/matter_page.c): clocks, then what was asked for them. */
Rc clock_page_clocks(void *page, Work *w, const int64_t *ids, size_t n);
Rc clock_page_extensions(void *page, Work *w, const int64_t *ids, size_t n);

typedef struct MatterView {
    int64_t id, chase, files;
    ClockView clock;
} MatterView;
struct MatterPage {
    MatterView *view; /* by id */
    size_t n;
};
MatterView *matter_page_find(MatterPage *page, int64_t id);
/* "clock", "share" and "provisional" of a row of a table. */
Rc clock_write_row(Work *w, int64_t record_id, JsonOut *out);
/* Members "clock" and "extensions" of a matter. */
Rc clock_write_json(Work *w, const Entity *e, const Record *rec, JsonOut *out);

Rc clock_act_pause(Work *w, const Entity *e, Record *rec, const DbVal *params);
Rc clock_act_resume(Work *w, const Entity *e, Record *rec, const DbVal *params);
Rc clock_act_ask(Work *w, const Entity *e, Record *rec, const DbVal *params);
Rc clock_act_grant(Work *w, const Entity *e, Record *rec, const DbVal *params);
Rc clock_act_refuse(Work *w, const Entity *e, Record *rec, const DbVal *params);
Rc clock_may_pause(Work *w, const Entity *e, const Record *rec);
Rc clock_may_resume(Work *w, const Entity *e, const Record *rec);
Rc clock_may_ask(Work *w, const Entity *e, const Record *rec);
Rc clock_may_decide(Work *w, const Entity *e, const Record *rec);
