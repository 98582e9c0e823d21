/* Where the engine's events become records, on the intake's event thread. A log position is booked in parts
 * of bounded size, one transaction each, and every transaction stores how far it came: the last whole
 * position, and how many events of the one under way. It is read again at the beginning of each transaction,
 * so that an event is booked exactly once, whatever dies in between, also when a commit succeeded and its
 * answer was lost. The desk also runs the clock that ends shelves and suppressions. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "mod/point.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum {
    PART_MOST = 250,
    TRIES_OF_ONE = 3,
    PAUSE_STEP_MS = 50,
    PAUSE_MOST_MS = 1000,
    CLOCK_MS = 1000,
    BIND_WAIT_S = 5
};

struct AlarmDesk {
    Kernel *kernel;
    AlarmGrades *grades;
    PointGrades service;
    Metric *booked, *failed;
    pthread_mutex_t lock; /* what follows */
    pthread_cond_t wake;
    Intake *intake;
    uint64_t stored; /* told to the intake, or to be told when it is bound */
    bool stop;
    pthread_t thread;
    bool running;
    bool gave_up; /* event thread only: a position could not be booked before the end, so none after it may be
                   */
    struct AlarmDesk *next;
};

/* ---- Desks by kernel ---- */

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static AlarmDesk *list;

AlarmDesk *alarm_desk_new(Kernel *k)
{
    AlarmDesk *d = calloc(1, sizeof *d);
    ENSURE(d);
    d->kernel = k;
    d->grades = alarm_grades_new(k);
    d->service = (PointGrades){alarm_grade_of, d->grades};
    d->booked = metric_counter("anlan_alarm_events_total", "alarm events booked");
    d->failed = metric_counter("anlan_alarm_events_failed_total", "alarm events that could not be booked");
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wake, NULL);
    kernel_provide(k, "point_grades", &d->service);
    pthread_mutex_lock(&list_lock);
    d->next = list;
    list = d;
    pthread_mutex_unlock(&list_lock);
    return d;
}

void alarm_desk_free(AlarmDesk **desk)
{
    AlarmDesk *d = *desk;
    if (!d) return;
    alarm_desk_stop(d);
    pthread_mutex_lock(&list_lock);
    AlarmDesk **at = &list;
    while (*at != d) at = &(*at)->next;
    *at = d->next;
    pthread_mutex_unlock(&list_lock);
    alarm_grades_free(&d->grades);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->wake);
    free(d);
    *desk = NULL;
}

AlarmGrades *alarm_desk_grades(Kernel *k)
{
    pthread_mutex_lock(&list_lock);
    AlarmDesk *d = list;
    while (d && d->kernel != k) d = d->next;
    AlarmGrades *grades = d ? d->grades : NULL;
    pthread_mutex_unlock(&list_lock);
    return grades;
}

Intake *alarm_desk_intake(Kernel *k)
{
    pthread_mutex_lock(&list_lock);
    AlarmDesk *d = list;
    while (d && d->kernel != k) d = d->next;
    pthread_mutex_unlock(&list_lock);
    if (!d) return NULL;
    pthread_mutex_lock(&d->lock);
    Intake *intake = d->intake;
    pthread_mutex_unlock(&d->lock);
    return intake;
}

/* ---- What the intake is told ---- */

void alarm_desk_bind(AlarmDesk *d, Intake *intake)
{
    pthread_mutex_lock(&d->lock);
    d->intake = intake;
    uint64_t stored = d->stored;
    pthread_cond_broadcast(&d->wake);
    pthread_mutex_unlock(&d->lock);
    if (stored) intake_events_stored(intake, stored);
}

static void tell_stored(AlarmDesk *d, uint64_t pos)
{
    pthread_mutex_lock(&d->lock);
    d->stored = pos;
    Intake *intake = d->intake;
    pthread_mutex_unlock(&d->lock);
    if (intake) intake_events_stored(intake, pos);
}

/* ---- One call: one log position, or several that waited ---- */

typedef struct Position {
    uint64_t pos; /* of the last event */
    const RuleSet *rules;
    const IntakeEvent *events;
    size_t n, done;
} Position;

static uint64_t pos_of(const Position *p, size_t i)
{
    return p->events[i].pos ? p->events[i].pos : p->pos;
}

/* How many of the events are booked already. A restart may cut the log into other calls, so what is kept is
 * the last position that is whole and how many events of the next one are booked. */
static Rc read_done(Work *w, Position *p)
{
    DbCursor *c;
    uint64_t pos = 0, part_pos = 0;
    int64_t part = 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_cursor_get, DB_ARGS(db_val_i64(kernel_node(w->kernel))), &c);
    if (rc < 0) return rc;
    if (rc) {
        pos = (uint64_t)db_i64(c, 0);
        part_pos = (uint64_t)db_i64(c, 1);
        part = db_i64(c, 2);
        db_close(&c);
    }
    p->done = 0;
    while (p->done < p->n && pos_of(p, p->done) <= pos) p->done++;
    while (part-- > 0 && p->done < p->n && pos_of(p, p->done) == part_pos) p->done++;
    return RC_OK;
}

static Rc store_done(Work *w, const Position *p, size_t done)
{
    int64_t node = kernel_node(w->kernel);
    uint64_t last = pos_of(p, done - 1);
    size_t first = done; /* of the position that `last` is */
    while (first && pos_of(p, first - 1) == last) first--;
    bool whole = done == p->n || pos_of(p, done) != last;
    uint64_t pos = whole ? last : first ? pos_of(p, first - 1) : 0;
    if (pos)
        TRY(db_exec(w->ctx, w->db, &q_alarm_cursor_set, DB_ARGS(db_val_i64(node), db_val_i64((int64_t)pos))));
    if (!whole)
        TRY(db_exec(
            w->ctx, w->db, &q_alarm_cursor_part,
            DB_ARGS(db_val_i64(node), db_val_i64((int64_t)last), db_val_i64((int64_t)(done - first)))));
    return RC_OK;
}

/* Books the next `most` events and how far that is. skip: passes over one without booking it. */
static Rc book_part(AlarmDesk *d, Ctx *ctx, Position *p, size_t most, bool skip)
{
    Work w;
    TRY(work_begin_as(ctx, d->kernel, NULL, "watch", true, &w));
    TRY(read_done(&w, p));
    if (p->done == p->n) return RC_OK;
    size_t end = p->n - p->done < most ? p->n : p->done + most;
    for (size_t i = p->done; i < end && !skip; i++) TRY(alarm_event_apply(&w, p->rules, &p->events[i]));
    TRY(store_done(&w, p, end));
    TRY(work_commit(&w));
    metric_add(skip ? d->failed : d->booked, (double)(end - p->done));
    p->done = end;
    return RC_OK;
}

static Rc book(AlarmDesk *d, Position *p, size_t most, bool skip)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = book_part(d, &ctx, p, most, skip);
    if (rc < 0) log_err(LOG_ERROR, "alarm", &ctx);
    arena_free(&arena);
    return rc;
}

/* A failure of the database's, not of the event's. */
static bool passing(Rc rc)
{
    return rc == RC_DB || rc == RC_IO || rc == RC_BUSY || rc == RC_TIMEOUT || rc == RC_STALE;
}

/* false: the desk is to stop. */
static bool sleep_ms(AlarmDesk *d, int64_t ms)
{
    int64_t until = clock_mono_us() + ms * 1000;
    pthread_mutex_lock(&d->lock);
    while (!d->stop && wait_until(&d->wake, &d->lock, until)) {
    }
    bool go_on = !d->stop;
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

/* An alarm must not be lost because the database is busy or its disk is full: tried until it is booked. A
 * fault of one event's own must not hold up the rest: its part is booked event by event, and after a few
 * tries the faulty one is logged and passed over. */
static bool book_all(AlarmDesk *d, Position *p)
{
    size_t most = PART_MOST;
    int failures = 0, faults = 0;
    do {
        bool skip = faults >= TRIES_OF_ONE;
        if (skip)
            LOG(LOG_ERROR, "alarm", "event could not be booked", LOG_STR("rule", p->events[p->done].rule),
                LOG_I64("no", p->events[p->done].e.point), LOG_I64("t", p->events[p->done].e.t));
        Rc rc = book(d, p, most, skip);
        if (rc >= 0) {
            failures = faults = 0;
            continue;
        }
        if (!passing(rc)) {
            faults = most > 1 ? 0 : faults + 1;
            most = 1;
        }
        failures++;
        if (!sleep_ms(d, failures < PAUSE_MOST_MS / PAUSE_STEP_MS ? failures * PAUSE_STEP_MS : PAUSE_MOST_MS))
            return false;
    } while (p->done < p->n);
    return true;
}

/* Events left over from the last run come while the intake is still being opened; what they say is read from
 * its readings, so they wait for it, but not for ever: one that cannot be opened is never bound. */
static void await_intake(AlarmDesk *d)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += BIND_WAIT_S;
    pthread_mutex_lock(&d->lock);
    while (!d->intake && !d->stop && pthread_cond_timedwait(&d->wake, &d->lock, &end) == 0) {
    }
    pthread_mutex_unlock(&d->lock);
}

void alarm_desk_events(void *desk, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n)
{
    AlarmDesk *d = desk;
    Position p = {.pos = pos, .rules = rules, .events = events, .n = n};
    if (d->gave_up) return;
    await_intake(d);
    if (n && !book_all(d, &p)) {
        d->gave_up = true; /* the intake gives this position and all after it again at the next start */
        LOG(LOG_WARN, "alarm", "stopped before all events were booked", LOG_I64("pos", pos));
        return;
    }
    tell_stored(d, pos);
}

Rc alarm_events_seen(Work *w, uint64_t *out)
{
    DbCursor *c;
    *out = 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_cursor_get, DB_ARGS(db_val_i64(kernel_node(w->kernel))), &c);
    if (rc <= 0) return rc;
    *out = (uint64_t)db_i64(c, 0);
    db_close(&c);
    return RC_OK;
}

Rc alarm_events_trim(Work *w, int64_t before, int64_t *n)
{
    Rc rc = db_exec(w->ctx, w->db, &q_alarm_events_trim, DB_ARGS(db_val_i64(before)));
    *n = rc < 0 ? 0 : rc;
    return rc < 0 ? rc : RC_OK;
}

/* ---- The clock ---- */

/* How many alarms it changed; 0: nothing is due. */
static Rc clock_step(AlarmDesk *d, Ctx *ctx)
{
    Work w;
    TRY(work_begin_as(ctx, d->kernel, NULL, "clock", false, &w));
    Rc due = alarm_clock_due(&w);
    work_abort(&w);
    if (due <= 0) return due;
    TRY(work_begin_as(ctx, d->kernel, NULL, "clock", true, &w));
    Rc changed = alarm_clock_run(&w);
    TRY(changed);
    TRY(work_commit(&w));
    return changed;
}

static Rc clock_once(AlarmDesk *d)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = clock_step(d, &ctx);
    if (rc < 0) log_err(LOG_ERROR, "alarm", &ctx);
    arena_free(&arena);
    return rc;
}

/* When much is due at once it is done in bounded steps, and others write in between. */
static void *clock_loop(void *arg)
{
    AlarmDesk *d = arg;
    while (sleep_ms(d, CLOCK_MS))
        while (clock_once(d) > 0 && sleep_ms(d, 0)) {
        }
    return NULL;
}

Rc alarm_desk_start(Ctx *ctx, AlarmDesk *d)
{
    alarm_grades_touch(d->grades, 0);
    alarm_grades_refresh(d->grades);
    if (pthread_create(&d->thread, NULL, clock_loop, d) != 0)
        return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    d->running = true;
    return RC_OK;
}

void alarm_desk_stop(AlarmDesk *d)
{
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_broadcast(&d->wake);
    pthread_mutex_unlock(&d->lock);
    if (!d->running) return;
    pthread_join(d->thread, NULL);
    d->running = false;
}
