/* Due dates against an oracle that walks minute by minute over a plain array and knows nothing of the
 * library's spans, bits and leaps; the edges by hand; laws that every limit keeps. */
#include "base/clock.h"
#include "base/rc.h"
#include "calendar/calendar.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- The oracle: 2025 and 2026 entered, 2024 and 2027 not ---- */

enum { FROM_YEAR = 2024, DAYS = 366 + 365 + 365 + 365, MINUTES = DAYS * 1440 };

typedef struct Exception {
    int month, day;
    char kind; /* o: off, w: worked */
} Exception;
static const Exception in_2025[] = {
    {1, 1, 'o'},  {1, 26, 'w'}, {1, 28, 'o'}, {1, 29, 'o'},  {1, 30, 'o'}, {1, 31, 'o'}, {2, 1, 'o'},
    {2, 2, 'o'},  {2, 3, 'o'},  {2, 4, 'o'},  {2, 8, 'w'},   {4, 4, 'o'},  {4, 27, 'w'}, {5, 1, 'o'},
    {5, 2, 'o'},  {5, 5, 'o'},  {6, 2, 'o'},  {9, 28, 'w'},  {10, 1, 'o'}, {10, 2, 'o'}, {10, 3, 'o'},
    {10, 6, 'o'}, {10, 7, 'o'}, {10, 8, 'o'}, {10, 11, 'w'},
};
static const Exception in_2026[] = {
    {1, 1, 'o'},  {1, 2, 'o'},  {1, 4, 'w'},  {2, 14, 'w'},  {2, 16, 'o'}, {2, 17, 'o'}, {2, 18, 'o'},
    {2, 19, 'o'}, {2, 20, 'o'}, {2, 23, 'o'}, {2, 28, 'w'},  {4, 6, 'o'},  {5, 1, 'o'},  {5, 4, 'o'},
    {5, 5, 'o'},  {5, 9, 'w'},  {6, 19, 'o'}, {9, 20, 'w'},  {9, 25, 'o'}, {10, 1, 'o'}, {10, 2, 'o'},
    {10, 5, 'o'}, {10, 6, 'o'}, {10, 7, 'o'}, {10, 10, 'w'},
};

typedef struct World {
    Calendar *c;
    bool move;
    WorkSpan spans[4];
    size_t nspans;
    int64_t base;         /* 2024-01-01 00:00 */
    bool work[DAYS];      /* by day from base */
    bool entered[DAYS];   /* of its year */
    unsigned char *hours; /* 1: the minute is worked */
} World;

static int64_t at(int y, int mo, int d, int h, int mi)
{
    Civil c = {.year = y, .month = mo, .day = d, .hour = h, .minute = mi};
    return civil_ms(&c);
}

static void enter(World *w, int year, const Exception *list, size_t n)
{
    calendar_year(w->c, year);
    for (size_t i = 0; i < n; i++) {
        bool works = list[i].kind == 'w';
        calendar_set(w->c, calendar_day_of(year, list[i].month, list[i].day), works ? DAY_WORK : DAY_OFF);
        w->work[(at(year, list[i].month, list[i].day, 0, 0) - w->base) / MS_DAY] = works;
    }
}

static World *world_new(bool move, const WorkSpan *spans, size_t n)
{
    World *w = calloc(1, sizeof *w);
    assert_non_null(w);
    CalendarOptions opt = {.nspans = n, .move_last_day_off = move};
    for (size_t i = 0; i < n; i++) opt.spans[i] = w->spans[i] = spans[i];
    w->nspans = n;
    w->move = move;
    w->c = calendar_new(&opt);
    w->base = at(FROM_YEAR, 1, 1, 0, 0);
    for (int i = 0; i < DAYS; i++) {
        Civil c = civil_of(w->base + i * MS_DAY);
        w->work[i] = c.weekday <= 5;
        w->entered[i] = c.year == 2025 || c.year == 2026;
    }
    enter(w, 2025, in_2025, ARRAY_LEN(in_2025));
    enter(w, 2026, in_2026, ARRAY_LEN(in_2026));
    w->hours = calloc(MINUTES, 1);
    for (int m = 0; m < MINUTES; m++)
        for (size_t s = 0; s < n; s++)
            if (w->work[m / 1440] && m % 1440 >= spans[s].from && m % 1440 < spans[s].to) w->hours[m] = 1;
    return w;
}

static void world_free(World *w)
{
    calendar_free(&w->c);
    assert_null(w->c);
    free(w->hours);
    free(w);
}

static Due oracle(const World *w, int64_t start, int64_t amount, DueUnit unit)
{
    Due due = {0};
    int64_t m = (start - w->base) / MS_MINUTE;
    int64_t left = unit == DUE_MINUTES ? amount : amount * 60;
    if (unit == DUE_MINUTES || unit == DUE_HOURS) {
        for (; left > 0; left--) m++;
    } else if (unit == DUE_WORK_HOURS) {
        for (; left > 0; m++) {
            if (!w->entered[m / 1440]) due.provisional = true;
            left -= w->hours[m];
        }
    } else {
        int64_t day = m / 1440;
        bool works = unit == DUE_WORK_DAYS;
        while (amount > 0) {
            do {
                day++;
                if (works && !w->entered[day]) due.provisional = true;
            } while (works && !w->work[day]);
            amount--;
        }
        for (; works || w->move; day++) {
            if (!w->entered[day]) due.provisional = true;
            if (w->work[day]) break;
        }
        m = (day + 1) * 1440;
    }
    due.at = w->base + m * MS_MINUTE;
    return due;
}

static int64_t oracle_between(const World *w, int64_t a, int64_t b, DueUnit unit)
{
    int64_t n = 0;
    for (int64_t m = (a - w->base) / MS_MINUTE; m < (b - w->base) / MS_MINUTE; m++)
        n += unit == DUE_WORK_HOURS ? w->hours[m] : unit == DUE_WORK_DAYS ? w->work[m / 1440] : 1;
    return n * MS_MINUTE;
}

static uint32_t seed;
static int64_t draw(int64_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int64_t)(seed >> 8) % n;
}

static const WorkSpan usual[] = {{540, 720}, {810, 1050}};
static const WorkSpan shifts[] = {{0, 60}, {60, 61}, {700, 900}, {1380, 1440}};
static const WorkSpan whole[] = {{0, 1440}};

static void same(Due got, Due want, int64_t start, int64_t amount, DueUnit unit)
{
    if (got.at == want.at && got.provisional == want.provisional) return;
    char a[TIME_TEXT_MAX], b[TIME_TEXT_MAX], c[TIME_TEXT_MAX];
    fail_msg("%lld of unit %d from %s: got %s %d, want %s %d", (long long)amount, (int)unit,
             time_print(start, a), time_print(got.at, b), got.provisional, time_print(want.at, c),
             want.provisional);
}

/* ---- Tests ---- */

/* Every day of the entered years, at the edges of days and spans, with small amounts of every unit. */
static void every_day(void **state)
{
    static const int minutes[] = {0, 1, 539, 540, 541, 719, 720, 765, 809, 810, 1049, 1050, 1439};
    static const int64_t amounts[] = {0, 1, 2, 3, 5, 8, 10, 40};
    (void)state;
    World *w = world_new(true, usual, ARRAY_LEN(usual));
    for (int day = 300; day < DAYS - 370; day++)
        for (size_t m = 0; m < ARRAY_LEN(minutes); m++) {
            int64_t start = w->base + day * MS_DAY + minutes[m] * MS_MINUTE;
            size_t i = (size_t)day % ARRAY_LEN(amounts); /* all of them within a week or so */
            for (int unit = DUE_MINUTES; unit <= DUE_WORK_DAYS; unit++)
                same(calendar_due(w->c, start, amounts[i], (DueUnit)unit),
                     oracle(w, start, amounts[i], (DueUnit)unit), start, amounts[i], (DueUnit)unit);
        }
    world_free(w);
}

static void drawn(void **state)
{
    static const struct {
        bool move;
        const WorkSpan *spans;
        size_t n;
    } worlds[] = {{false, usual, 2}, {true, shifts, 4}, {false, whole, 1}};
    (void)state;
    seed = 20260217;
    for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
        World *w = world_new(worlds[i].move, worlds[i].spans, worlds[i].n);
        for (int run = 0; run < 2500; run++) {
            int64_t start = w->base + draw((DAYS - 120) * INT64_C(1440)) * MS_MINUTE;
            int64_t amount = draw(run % 3 ? 12 : 60);
            DueUnit unit = (DueUnit)draw(DUE_WORK_DAYS + 1);
            same(calendar_due(w->c, start, amount, unit), oracle(w, start, amount, unit), start, amount,
                 unit);
            int64_t end = start + draw(40 * 1440) * MS_MINUTE;
            assert_int_equal(calendar_between(w->c, start, end, unit), oracle_between(w, start, end, unit));
        }
        world_free(w);
    }
}

/* What was added has counted; later starts do not end earlier; more does not end earlier. */
static void laws(void **state)
{
    (void)state;
    seed = 7;
    World *w = world_new(true, shifts, ARRAY_LEN(shifts));
    for (int run = 0; run < 20000; run++) {
        int64_t start = w->base + draw(MINUTES / 2) * MS_MINUTE + draw(60000);
        DueUnit unit = (DueUnit)draw(DUE_WORK_DAYS + 1);
        int64_t ms = draw(30) * MS_HOUR + draw(3600000), amount = draw(30);
        Due end = calendar_add(w->c, start, ms, unit);
        assert_true(end.at >= start);
        assert_int_equal(calendar_between(w->c, start, end.at, unit), ms);
        Due due = calendar_due(w->c, start, amount, unit);
        int64_t longer = calendar_due(w->c, start, amount + 1, unit).at;
        bool may_equal = (unit == DUE_DAYS && w->move) || (unit == DUE_WORK_DAYS && amount == 0);
        assert_true(longer > due.at || (may_equal && longer == due.at));
        assert_true(calendar_due(w->c, start + draw(5 * 86400000), amount, unit).at >= due.at);
        int64_t mid = start + draw(9 * 86400000), b = mid + draw(9 * 86400000);
        assert_int_equal(calendar_between(w->c, start, mid, unit) + calendar_between(w->c, mid, b, unit),
                         calendar_between(w->c, start, b, unit));
    }
    world_free(w);
}

static void edges(void **state)
{
    const int64_t m = MS_MINUTE;
    const struct {
        const char *what;
        int64_t start, amount;
        DueUnit unit;
        bool move;
        int64_t want;
        bool provisional;
    } rows[] = {
        {"minutes run through the night", at(2026, 2, 16, 23, 50), 15, DUE_MINUTES, true,
         at(2026, 2, 17, 0, 5), false},
        {"hours run to the minute", at(2026, 10, 1, 10, 7), 2, DUE_HOURS, true, at(2026, 10, 1, 12, 7),
         false},
        {"zero minutes", at(2026, 3, 3, 3, 3), 0, DUE_MINUTES, true, at(2026, 3, 3, 3, 3), false},
        {"zero days end with the day", at(2026, 3, 3, 3, 3), 0, DUE_DAYS, false, at(2026, 3, 4, 0, 0), false},
        {"zero working days on a holiday", at(2026, 2, 17, 9, 0), 0, DUE_WORK_DAYS, false,
         at(2026, 2, 25, 0, 0), false},
        {"days begin the day after", at(2026, 3, 2, 0, 0), 1, DUE_DAYS, false, at(2026, 3, 4, 0, 0), false},
        {"the last minute of a day", at(2026, 3, 2, 23, 59), 1, DUE_DAYS, false, at(2026, 3, 4, 0, 0), false},
        {"24:00 is the next day", at(2026, 3, 2, 24, 0), 1, DUE_DAYS, false, at(2026, 3, 5, 0, 0), false},
        {"a last day off stays", at(2026, 2, 10, 9, 0), 10, DUE_DAYS, false, at(2026, 2, 21, 0, 0), false},
        {"a last day off moves", at(2026, 2, 10, 9, 0), 10, DUE_DAYS, true, at(2026, 2, 25, 0, 0), false},
        {"a make-up Saturday is a last day", at(2026, 2, 27, 9, 0), 1, DUE_DAYS, true, at(2026, 3, 1, 0, 0),
         false},
        {"a make-up Saturday counts", at(2026, 2, 27, 9, 0), 1, DUE_WORK_DAYS, true, at(2026, 3, 1, 0, 0),
         false},
        {"the holiday week does not count", at(2026, 9, 30, 9, 0), 2, DUE_WORK_DAYS, true,
         at(2026, 10, 10, 0, 0), false},
        {"started on a holiday", at(2026, 10, 3, 9, 0), 1, DUE_WORK_DAYS, true, at(2026, 10, 9, 0, 0), false},
        {"working hours wait for the morning", at(2026, 3, 2, 6, 0), 1, DUE_WORK_HOURS, true,
         at(2026, 3, 2, 10, 0), false},
        {"working hours pass over noon", at(2026, 3, 2, 11, 0), 2, DUE_WORK_HOURS, true,
         at(2026, 3, 2, 14, 30), false},
        {"a full day ends in the evening", at(2026, 3, 2, 9, 0), 7, DUE_WORK_HOURS, true,
         at(2026, 3, 2, 17, 30), false},
        {"working hours on a make-up Sunday", at(2026, 9, 18, 17, 0), 1, DUE_WORK_HOURS, true,
         at(2026, 9, 20, 9, 30), false},
        {"over the end of the entered years", at(2026, 12, 31, 12, 0), 1, DUE_WORK_DAYS, true,
         at(2027, 1, 2, 0, 0), true},
        {"within the last entered year", at(2026, 12, 30, 12, 0), 1, DUE_WORK_DAYS, true,
         at(2027, 1, 1, 0, 0), false},
        {"natural days are certain in any year", at(2027, 6, 1, 12, 0), 3, DUE_DAYS, false,
         at(2027, 6, 5, 0, 0), false},
        {"unless the last may move", at(2027, 6, 1, 12, 0), 3, DUE_DAYS, true, at(2027, 6, 5, 0, 0), true},
        {"minutes never are provisional", at(2027, 6, 1, 12, 0), 3, DUE_MINUTES, true,
         at(2027, 6, 1, 12, 0) + 3 * m, false},
    };
    (void)state;
    World *worlds[] = {world_new(false, usual, 2), world_new(true, usual, 2)};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Due got = calendar_due(worlds[rows[i].move]->c, rows[i].start, rows[i].amount, rows[i].unit);
        if (got.at != rows[i].want || got.provisional != rows[i].provisional) {
            char text[TIME_TEXT_MAX];
            fail_msg("%s: %s %d", rows[i].what, time_print(got.at, text), got.provisional);
        }
    }
    world_free(worlds[0]);
    world_free(worlds[1]);
}

static void the_calendar_arrives(void **state)
{
    (void)state;
    CalendarOptions opt = {.nspans = 0};
    Calendar *c = calendar_new(&opt);
    int64_t start = at(2026, 9, 30, 9, 0);
    Due due = calendar_due(c, start, 2, DUE_WORK_DAYS);
    assert_int_equal(due.at, at(2026, 10, 3, 0, 0));
    assert_true(due.provisional);
    for (int d = 1; d <= 7; d++) calendar_set(c, calendar_day_of(2026, 10, d), DAY_OFF);
    calendar_year(c, 2026);
    due = calendar_due(c, start, 2, DUE_WORK_DAYS);
    assert_int_equal(due.at, at(2026, 10, 10, 0, 0));
    assert_false(due.provisional);
    calendar_set(c, calendar_day_of(2026, 10, 7), DAY_WORK); /* the later word holds */
    assert_true(calendar_is_work(c, calendar_day_of(2026, 10, 7), NULL));
    calendar_free(&c);
}

static void spans(void **state)
{
    static const struct {
        WorkSpan spans[5];
        size_t n;
        bool ok;
    } rows[] = {
        {{{540, 720}, {810, 1050}}, 2, true},
        {{{0, 1440}}, 1, true},
        {{{0, 720}, {720, 1440}}, 2, true},
        {{{1320, 360}}, 1, false}, /* over midnight */
        {{{540, 540}}, 1, false},
        {{{810, 1050}, {540, 720}}, 2, false},
        {{{540, 720}, {719, 800}}, 2, false},
        {{{-1, 720}}, 1, false},
        {{{540, 1441}}, 1, false},
        {{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}}, 5, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(calendar_spans_ok(rows[i].spans, rows[i].n), rows[i].ok);
}

/* Dates both ways over eight centuries, and far ends that must not loop or overflow. */
static void far(void **state)
{
    (void)state;
    int py = 0, pm = 0, pd = 0;
    for (int32_t day = -200000; day < 400000; day++) {
        int y, m, d;
        calendar_date(day, &y, &m, &d);
        assert_int_equal(calendar_day_of(y, m, d), day);
        if (py) assert_true(y > py || m > pm || d == pd + 1);
        py = y, pm = m, pd = d;
    }
    Calendar *c = calendar_new(NULL);
    for (int year = 1970; year < 3000; year++) calendar_year(c, year);
    assert_int_equal(calendar_day(calendar_due(c, at(2026, 1, 1, 0, 0), 100000, DUE_WORK_DAYS).at - 1),
                     calendar_day_of(2026, 1, 1) + 140000);
    assert_true(calendar_due(c, INT64_MAX / 2, 100000, DUE_WORK_HOURS).at > 0);
    assert_true(calendar_due(c, INT64_MIN, 100000, DUE_WORK_DAYS).at > 0);
    for (int32_t day = calendar_day_of(1970, 1, 1); day < calendar_day_of(3000, 1, 1); day++)
        calendar_set(c, day, DAY_OFF); /* nobody ever works: the walk ends all the same */
    assert_true(calendar_due(c, at(2026, 1, 1, 0, 0), 1, DUE_WORK_HOURS).at >= at(2999, 12, 31, 0, 0));
    calendar_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day),
        cmocka_unit_test(drawn),
        cmocka_unit_test(laws),
        cmocka_unit_test(edges),
        cmocka_unit_test(the_calendar_arrives),
        cmocka_unit_test(spans),
        cmocka_unit_test(far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
