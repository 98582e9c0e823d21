/* Where the engine's events become records: one transaction a log position, on the intake's event thread. The position is
 * stored in the same transaction, so an event is booked exactly once whatever dies in between.
 *
 * A new alarm may be held back by design: by a maintenance window, or because its gateway has failed (then its children's
 * offline alarms say nothing new). Held alarms are booked and counted like any other. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "mod/point.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define E (&alarm_entity)
#define GROUP_WINDOW MS_MINUTE /* default of docs/alarms.md */

struct AlarmDesk {
    Kernel *kernel;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool running, stop;
    Intake *intake;
    PointGrades service;
    /* Most severe active grade by point number; grown under the lock, read by the values publisher. */
    uint8_t *grades;
    size_t ngrades;
    Metric *booked, *failed;
};

AlarmDesk *alarm_desk_new(Kernel *k)
{
    AlarmDesk *d = calloc(1, sizeof *d);
    ENSURE(d);
    d->kernel = k;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wake, NULL);
    d->booked = metric_counter("anlan_alarm_events_total", "alarm events booked");
    d->failed = metric_counter("anlan_alarm_events_failed_total", "alarm events that could not be booked");
    return d;
}

void alarm_desk_free(AlarmDesk **desk)
{
    AlarmDesk *d = *desk;
    if (!d) return;
    alarm_desk_stop(d);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->wake);
    free(d->grades);
    free(d);
    *desk = NULL;
}

void alarm_desk_bind(AlarmDesk *d, Intake *intake)
{
    pthread_mutex_lock(&d->lock);
    d->intake = intake;
    pthread_cond_broadcast(&d->wake);
    pthread_mutex_unlock(&d->lock);
}

static Intake *wait_for_intake(AlarmDesk *d)
{
    pthread_mutex_lock(&d->lock);
    while (!d->intake) pthread_cond_wait(&d->wake, &d->lock);
    Intake *in = d->intake;
    pthread_mutex_unlock(&d->lock);
    return in;
}

/* ---- Grades for the map ---- */

uint8_t alarm_grade_of(void *desk, uint32_t number)
{
    AlarmDesk *d = desk;
    pthread_mutex_lock(&d->lock);
    uint8_t g = number < d->ngrades ? d->grades[number] : 0;
    pthread_mutex_unlock(&d->lock);
    return g;
}

/* only_worse: keep what is there when it is more severe (several rules of one point). */
static void grade_set(AlarmDesk *d, uint32_t number, uint8_t grade, bool only_worse)
{
    pthread_mutex_lock(&d->lock);
    if (number >= d->ngrades) {
        size_t n = ((size_t)number + 1024) & ~(size_t)1023;
        uint8_t *p = realloc(d->grades, n);
        ENSURE(p);
        memset(p + d->ngrades, 0, n - d->ngrades);
        d->grades = p;
        d->ngrades = n;
    }
    uint8_t was = d->grades[number];
    if (!only_worse || !was || (grade && grade < was)) d->grades[number] = grade;
    pthread_mutex_unlock(&d->lock);
}

static Rc grades_load(Work *w, AlarmDesk *d)
{
    DbCursor *c;
    TRY(db_query(w->ctx, w->db, &q_alarm_active_grades, DB_NO_ARGS, &c));
    pthread_mutex_lock(&d->lock);
    if (d->grades) memset(d->grades, 0, d->ngrades);
    pthread_mutex_unlock(&d->lock);
    Rc rc;
    while ((rc = db_next(w->ctx, c)) > 0) grade_set(d, (uint32_t)db_i64(c, 0), (uint8_t)db_i64(c, 1), true);
    db_close(&c);
    return rc;
}

static Rc grades_touch(Work *w, AlarmDesk *d, const IntakeEvent *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        DbCursor *c;
        Rc rc = db_query_one(w->ctx, w->db, &q_alarm_point_grade, DB_ARGS(db_val_i64(events[i].e.point)), &c);
        if (rc > 0) grade_set(d, events[i].e.point, (uint8_t)db_i64(c, 0), false);
        db_close(&c);
        TRY(rc);
    }
    return RC_OK;
}

/* events NULL: all points. */
static void grades_refresh(AlarmDesk *d, const IntakeEvent *events, size_t n)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Work w;
    Rc rc = work_begin_as(&ctx, d->kernel, NULL, "alarm", false, &w);
    if (rc >= 0) rc = events ? grades_touch(&w, d, events, n) : grades_load(&w, d);
    if (rc < 0) log_err(LOG_WARN, "alarm", &ctx);
    arena_free(&arena);
}

/* ---- One event ---- */

static Rc keep_copy(void *ud, const Record *rec)
{
    struct {
        Ctx *ctx;
        Record *out;
    } *k = ud;
    k->out = rec_copy(k->ctx, &point_entity, rec);
    return RC_OK;
}

static Rc point_by_number(Work *w, uint32_t number, Record **out)
{
    struct {
        Ctx *ctx;
        Record *out;
    } keep = {w->ctx, NULL};
    TRY(store_each(w, &point_entity, "no", db_val_i64(number), keep_copy, &keep));
    *out = keep.out;
    return keep.out ? 1 : 0;
}

static Rc open_alarm(Work *w, int64_t point_id, Str rule, Record **out)
{
    DbCursor *c;
    *out = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_open_by_key, DB_ARGS(db_val_i64(point_id), db_val_text(rule)), &c);
    int64_t id = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    TRY(rc);
    return id ? store_get(w, E, id, out) : RC_OK;
}

static const char *const kind_names[] = {"level", "rate", "stuck", "offline", "expr", "deviation", "clock"};

static void set_reason(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point, Record *rec)
{
    if (ev->e.kind == EVENT_RETURN) return; /* the reason stays that of the alarm */
    static const char *const names[] = {"reason_zh", "reason_en"};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        StrBuf buf;
        buf_init(&buf, w->ctx->arena);
        Str label = str_of(dict_label(w->kernel, "quantity", rec_text(&point_entity, point, "quantity"), (Lang)lang));
        if (!label.n) label = rec_text(&point_entity, point, "name");
        watch_reason(rules, &ev->e, label, rec_text(&point_entity, point, "unit"), (Lang)lang, &buf);
        rec_set(E, rec, names[lang], db_val_text(buf_str(&buf)));
    }
}

static void set_figures(const IntakeEvent *ev, Record *rec)
{
    if (ev->e.kind == EVENT_RETURN) return;
    rec_set(E, rec, "value", ev->e.has_value ? db_val_f64(ev->e.value) : db_val_null());
    rec_set(E, rec, "limit_value", ev->e.limit == ev->e.limit ? db_val_f64(ev->e.limit) : db_val_null());
    rec_set(E, rec, "since", db_val_time(ev->e.since));
}

/* The place and owner are kept with the alarm: they are those of the time it rose. */
static Rc set_place(Work *w, const Record *point, Record *rec)
{
    const Entity *p = &point_entity;
    rec_set(E, rec, "point", db_val_i64(point->id));
    rec_set(E, rec, "point_name", db_val_text(rec_text(p, point, "name")));
    rec_set(E, rec, "unit", *rec_val(p, point, "unit"));
    rec_set(E, rec, "field", *rec_val(p, point, "field"));
    rec_set(E, rec, "owner", *rec_val(p, point, "owner"));
    rec_set(E, rec, "object", *rec_val(p, point, "object"));
    int64_t object_id = rec_i64(p, point, "object");
    if (!object_id) return RC_OK;
    const Entity *objects = kernel_entity(w->kernel, "objects");
    Record *object;
    TRY(store_get(w, objects, object_id, &object));
    rec_set(E, rec, "district", *rec_val(objects, object, "district"));
    if (rec_val(E, rec, "owner")->type == DB_NULL) rec_set(E, rec, "owner", *rec_val(objects, object, "owner"));
    return RC_OK;
}

static Rc set_group(Work *w, Record *rec)
{
    int64_t object = rec_i64(E, rec, "object");
    rec->id = id_new();
    Str group = str_printf(w->ctx->arena, "%lld", (long long)rec->id);
    bool first = true;
    if (object) {
        DbCursor *c;
        int64_t since = rec_time(E, rec, "raised_at") - GROUP_WINDOW;
        Rc rc = db_query_one(w->ctx, w->db, &q_alarm_group_of, DB_ARGS(db_val_i64(object), db_val_i64(since)), &c);
        if (rc > 0 && !db_is_null(c, 0)) {
            group = db_str_copy(w->ctx, c, 0);
            first = false;
        }
        db_close(&c);
        TRY(rc);
    }
    rec_set(E, rec, "group_id", db_val_text(group));
    rec_set(E, rec, "first_out", db_val_bool(first));
    return RC_OK;
}

/* Is a maintenance window open over this point now? Then the alarm is suppressed until its end. */
static Rc hold_by_window(Work *w, const Record *point, AlarmCore *core, Record *rec)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_window_now,
                         DB_ARGS(db_val_i64(w->now), db_val_i64(point->id),
                                 db_val_id(rec_i64(&point_entity, point, "device")),
                                 db_val_id(rec_i64(&point_entity, point, "object"))),
                         &c);
    int64_t until = rc > 0 && !db_is_null(c, 0) ? db_i64(c, 0) : TIME_NONE;
    db_close(&c);
    TRY(rc);
    if (until == TIME_NONE || alarm_suppress(core, w->now, until) < 0) return 0;
    rec_set(E, rec, "held_reason", db_val_z(w->ctx->lang == LANG_EN ? "maintenance window" : "检修窗口"));
    return 1;
}

/* Has the gateway of this point's device failed? Then its offline alarm is held until the gateway is back. */
static Rc hold_by_parent(Work *w, const Record *point, AlarmCore *core, Record *rec)
{
    int64_t device = rec_i64(&point_entity, point, "device");
    if (!device || !str_is(rec_text(E, rec, "kind"), "offline")) return 0;
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_parent_failure, DB_ARGS(db_val_i64(device)), &c);
    int64_t parent = rc > 0 ? db_i64(c, 0) : 0;
    db_close(&c);
    TRY(rc);
    if (!parent || alarm_suppress(core, w->now, INT64_MAX) < 0) return 0;
    rec_set(E, rec, "suppressed_by", db_val_text(str_printf(w->ctx->arena, "%lld", (long long)parent)));
    return 1;
}

static Rc ids_of(Work *w, DbCursor *c, int64_t **out, size_t *n)
{
    size_t cap = 0;
    *n = 0;
    *out = NULL;
    Rc rc;
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (*n == cap) {
            cap = cap ? cap * 2 : 16;
            int64_t *p = ARENA_ARRAY(w->ctx->arena, int64_t, cap);
            if (*n) memcpy(p, *out, *n * sizeof *p);
            *out = p;
        }
        (*out)[(*n)++] = db_i64(c, 0);
    }
    db_close(&c);
    return rc;
}

/* The gateway's own alarm has risen: its children's offline alarms are held. */
static Rc hold_children(Work *w, const Record *point, const Record *alarm)
{
    int64_t device = rec_i64(&point_entity, point, "device");
    if (!device) return RC_OK;
    DbCursor *c;
    int64_t *ids;
    size_t n;
    TRY(db_query(w->ctx, w->db, &q_alarm_children_offline, DB_ARGS(db_val_i64(device)), &c));
    TRY(ids_of(w, c, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        Record *old, *rec;
        TRY(store_get(w, E, ids[i], &old));
        rec = rec_copy(w->ctx, E, old);
        AlarmCore core;
        alarm_core_load(rec, &core);
        if (alarm_suppress(&core, w->now, INT64_MAX) < 0) continue;
        rec_set(E, rec, "suppressed_by", db_val_text(str_printf(w->ctx->arena, "%lld", (long long)alarm->id)));
        alarm_core_store(&core, rec);
        TRY(alarm_save(w, old, rec, "suppress", false));
    }
    return RC_OK;
}

static const char *release(Record *rec, int64_t now, bool *announce)
{
    AlarmCore core;
    alarm_core_load(rec, &core);
    core.until = now;
    AlarmEffect effect = alarm_clock(&core, now);
    *announce = effect == ALARM_ANNOUNCE;
    alarm_core_store(&core, rec);
    return effect == ALARM_CLOSED ? "close" : "release";
}

/* The gateway is back: what still holds is announced now. */
static Rc release_children(Work *w, const Record *alarm)
{
    DbCursor *c;
    int64_t *ids;
    size_t n;
    Str id = str_printf(w->ctx->arena, "%lld", (long long)alarm->id);
    TRY(db_query(w->ctx, w->db, &q_alarm_suppressed_by, DB_ARGS(db_val_text(id)), &c));
    TRY(ids_of(w, c, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        Record *old, *rec;
        bool announce;
        TRY(store_get(w, E, ids[i], &old));
        rec = rec_copy(w->ctx, E, old);
        const char *action = release(rec, w->now, &announce);
        TRY(alarm_save(w, old, rec, action, announce));
    }
    return RC_OK;
}

static Rc raise_new(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point)
{
    Record *rec = rec_new(w->ctx, E);
    bool clock = str_is(ev->rule, "clock");
    RuleKind kind = clock ? RULE_CLOCK : ev->e.rule < ruleset_count(rules) ? ruleset_kind(rules, ev->e.rule) : RULE_LEVEL;
    rec_set(E, rec, "rule", db_val_text(ev->rule));
    rec_set(E, rec, "kind", db_val_z(kind_names[kind]));
    TRY(set_place(w, point, rec));
    AlarmCore core = {.state = ALARM_NORMAL, .raised_at = TIME_NONE, .returned_at = TIME_NONE, .until = TIME_NONE};
    AlarmEffect effect = alarm_event(&core, &ev->e);
    Rc held = hold_by_window(w, point, &core, rec);
    TRY(held);
    if (!held) held = hold_by_parent(w, point, &core, rec);
    TRY(held);
    alarm_core_store(&core, rec);
    set_figures(ev, rec);
    set_reason(w, rules, ev, point, rec);
    TRY(set_group(w, rec));
    TRY(alarm_create(w, rec, "raise", effect == ALARM_ANNOUNCE && !held));
    return kind == RULE_OFFLINE && !held ? hold_children(w, point, rec) : RC_OK;
}

static Rc change_open(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point, const Record *old)
{
    Record *rec = rec_copy(w->ctx, E, old);
    AlarmCore core;
    alarm_core_load(rec, &core);
    AlarmEffect effect = alarm_event(&core, &ev->e);
    alarm_core_store(&core, rec);
    set_figures(ev, rec);
    set_reason(w, rules, ev, point, rec);
    TRY(alarm_save(w, old, rec, watch_event_name((WatchEventKind)ev->e.kind), effect == ALARM_ANNOUNCE));
    if (!str_is(rec_text(E, rec, "kind"), "offline")) return RC_OK;
    if (ev->e.kind == EVENT_RETURN) return release_children(w, rec);
    return ev->e.kind == EVENT_RAISE && effect == ALARM_ANNOUNCE ? hold_children(w, point, rec) : RC_OK;
}

Rc alarm_event_apply(Work *w, const RuleSet *rules, const IntakeEvent *ev)
{
    Record *point, *open;
    Rc found = point_by_number(w, ev->e.point, &point);
    TRY(found);
    if (!found) {
        LOG(LOG_WARN, "alarm", "event of a point that is not registered any more", LOG_I64("no", ev->e.point));
        return RC_OK;
    }
    TRY(open_alarm(w, point->id, ev->rule, &open));
    if (open) return change_open(w, rules, ev, point, open);
    /* An ease or return without an open record belongs to an alarm closed by hand or before this database. */
    return ev->e.kind == EVENT_RAISE || ev->e.kind == EVENT_ESCALATE ? raise_new(w, rules, ev, point) : RC_OK;
}

/* ---- One log position ---- */

static Rc store_pos(Work *w, uint64_t pos)
{
    return db_exec(w->ctx, w->db, &q_alarm_cursor_set, DB_ARGS(db_val_i64((int64_t)pos)));
}

static Rc book(AlarmDesk *d, Ctx *ctx, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n)
{
    Work w;
    TRY(work_begin_as(ctx, d->kernel, NULL, "watch", true, &w));
    for (size_t i = 0; i < n; i++) TRY(alarm_event_apply(&w, rules, &events[i]));
    TRY(store_pos(&w, pos));
    TRY(work_commit(&w));
    return RC_OK;
}

static bool passing(Rc rc) { return rc == RC_DB || rc == RC_IO || rc == RC_BUSY || rc == RC_TIMEOUT || rc == RC_STALE; }

/* An alarm must not be lost because the database is busy or its disk is full: try until it is booked. A fault of one event's own
 * must not hold up the rest: after a few tries the events are booked one by one and the faulty one is logged. */
void alarm_desk_events(void *desk, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n)
{
    AlarmDesk *d = desk;
    for (int attempt = 1;; attempt++) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_ZH);
        Rc rc = book(d, &ctx, pos, rules, events, n);
        if (rc < 0) log_err(LOG_ERROR, "alarm", &ctx);
        arena_free(&arena);
        if (rc >= 0) {
            metric_add(d->booked, (double)n);
            break;
        }
        if (!passing(rc) && n > 1) {
            for (size_t i = 0; i < n; i++) alarm_desk_events(d, pos, rules, &events[i], 1);
            return;
        }
        if (!passing(rc) && attempt >= 3) {
            metric_add(d->failed, 1);
            LOG(LOG_ERROR, "alarm", "event could not be booked", LOG_STR("rule", events[0].rule),
                LOG_I64("no", events[0].e.point), LOG_I64("t", events[0].e.t));
            break;
        }
        usleep((useconds_t)(attempt < 10 ? attempt * 20000 : 200000));
    }
    grades_refresh(d, events, n);
    intake_events_stored(wait_for_intake(d), pos);
}

Rc alarm_events_seen(Work *w, uint64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_cursor_get, DB_NO_ARGS, &c);
    TRY(rc);
    *out = rc > 0 ? (uint64_t)db_i64(c, 0) : 0;
    db_close(&c);
    return RC_OK;
}

/* ---- Shelves and suppressions that end ---- */

Rc alarm_clock_run(Work *w)
{
    DbCursor *c;
    int64_t *ids;
    size_t n;
    TRY(db_query(w->ctx, w->db, &q_alarm_timed_out, DB_ARGS(db_val_i64(w->now)), &c));
    TRY(ids_of(w, c, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        Record *old, *rec;
        bool announce;
        TRY(store_get(w, E, ids[i], &old));
        rec = rec_copy(w->ctx, E, old);
        const char *action = release(rec, w->now, &announce);
        TRY(alarm_save(w, old, rec, action, announce));
    }
    return (Rc)(n > INT32_MAX ? INT32_MAX : n);
}

static Rc clock_due(AlarmDesk *d, bool write)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Work w;
    Rc rc = work_begin_as(&ctx, d->kernel, NULL, "clock", write, &w);
    if (rc >= 0 && write) {
        rc = alarm_clock_run(&w);
        if (rc >= 0) rc = work_commit(&w);
    } else if (rc >= 0) {
        DbCursor *c;
        rc = db_query_one(&ctx, w.db, &q_alarm_timed_out, DB_ARGS(db_val_i64(w.now)), &c);
        db_close(&c);
    }
    if (rc < 0) log_err(LOG_ERROR, "alarm", &ctx);
    arena_free(&arena);
    return rc;
}

static void *clock_loop(void *arg)
{
    AlarmDesk *d = arg;
    pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        pthread_cond_timedwait(&d->wake, &d->lock, &until);
        if (d->stop) break;
        pthread_mutex_unlock(&d->lock);
        if (clock_due(d, false) > 0) clock_due(d, true);
        pthread_mutex_lock(&d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

Rc alarm_desk_start(Ctx *ctx, AlarmDesk *d)
{
    grades_refresh(d, NULL, 0);
    d->service = (PointGrades){alarm_grade_of, d};
    kernel_provide(d->kernel, "point_grades", &d->service);
    if (pthread_create(&d->thread, NULL, clock_loop, d) != 0)
        return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    d->running = true;
    return RC_OK;
}

void alarm_desk_stop(AlarmDesk *d)
{
    if (!d->running) return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_broadcast(&d->wake);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    d->running = false;
}
