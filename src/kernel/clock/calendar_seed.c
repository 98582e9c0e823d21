/* The calendars known when the program was made: 2025 and 2026, after the notices of the General Office of
 * the State Council. Put in once, into a database that never held a calendar; later years are entered when
 * their notice is out, and until then count provisionally. */
#include "clock/clock_int.h"
#include "kernel_clock_sql.h"

typedef struct SeedDays {
    int year, month, first, last;
    const char *kind, *name;
} SeedDays;

static const SeedDays days[] = {
    {2025, 1, 1, 1, "off", "元旦"},
    {2025, 1, 26, 26, "work", "春节调休上班"},
    {2025, 1, 28, 31, "off", "春节"},
    {2025, 2, 1, 4, "off", "春节"},
    {2025, 2, 8, 8, "work", "春节调休上班"},
    {2025, 4, 4, 6, "off", "清明节"},
    {2025, 4, 27, 27, "work", "劳动节调休上班"},
    {2025, 5, 1, 5, "off", "劳动节"},
    {2025, 5, 31, 31, "off", "端午节"},
    {2025, 6, 1, 2, "off", "端午节"},
    {2025, 9, 28, 28, "work", "国庆节、中秋节调休上班"},
    {2025, 10, 1, 8, "off", "国庆节、中秋节"},
    {2025, 10, 11, 11, "work", "国庆节、中秋节调休上班"},
    {2026, 1, 1, 3, "off", "元旦"},
    {2026, 1, 4, 4, "work", "元旦调休上班"},
    {2026, 2, 14, 14, "work", "春节调休上班"},
    {2026, 2, 15, 23, "off", "春节"},
    {2026, 2, 28, 28, "work", "春节调休上班"},
    {2026, 4, 4, 6, "off", "清明节"},
    {2026, 5, 1, 5, "off", "劳动节"},
    {2026, 5, 9, 9, "work", "劳动节调休上班"},
    {2026, 6, 19, 21, "off", "端午节"},
    {2026, 9, 20, 20, "work", "国庆节调休上班"},
    {2026, 9, 25, 27, "off", "中秋节"},
    {2026, 10, 1, 7, "off", "国庆节"},
    {2026, 10, 10, 10, "work", "国庆节调休上班"},
};

static const struct {
    const char *year, *basis;
} years[] = {
    {"2025", "国务院办公厅关于2025年部分节假日安排的通知（2024年11月12日）"},
    {"2026", "国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）"},
};

static Rc seed_days(Work *w, const SeedDays *s)
{
    const Entity *e = &holidays_entity;
    for (int day = s->first; day <= s->last; day++) {
        Record *rec = rec_new(w->ctx, e);
        rec_set(e, rec, "date",
                db_val_text(str_printf(w->ctx->arena, "%04d-%02d-%02d", s->year, s->month, day)));
        rec_set(e, rec, "kind", db_val_z(s->kind));
        rec_set(e, rec, "name", db_val_z(s->name));
        TRY(store_insert(w, e, rec));
    }
    return 0;
}

static Rc seed_hours(Work *w)
{
    const Entity *e = &work_times_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "code", db_val_z("default"));
    rec_set(e, rec, "spans", db_val_z("09:00-12:00 13:30-17:30"));
    rec_set(e, rec, "move_last_day_off", db_val_bool(true));
    rec_set(e, rec, "basis", db_val_z("默认值，按本单位作息时间修改"));
    return store_insert(w, e, rec);
}

Rc calendar_seed(Work *w)
{
    DbCursor *c;
    Rc rc =
        db_query_one(w->ctx, w->db, &q_limit_seed_find, DB_ARGS(db_val_z("#calendar"), db_val_i64(0)), &c);
    if (rc) {
        if (rc > 0) db_close(&c);
        return rc < 0 ? rc : 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(days); i++) TRY(seed_days(w, &days[i]));
    for (size_t i = 0; i < ARRAY_LEN(years); i++) {
        Record *rec = rec_new(w->ctx, &calendar_years_entity);
        rec_set(&calendar_years_entity, rec, "year", db_val_z(years[i].year));
        rec_set(&calendar_years_entity, rec, "complete", db_val_bool(true));
        rec_set(&calendar_years_entity, rec, "basis", db_val_z(years[i].basis));
        TRY(store_insert(w, &calendar_years_entity, rec));
    }
    TRY(seed_hours(w));
    rc = db_exec(w->ctx, w->db, &q_limit_seed_add, DB_ARGS(db_val_z("#calendar"), db_val_i64(0)));
    return rc < 0 ? rc : 0;
}
