/* The way back to where the program was: the newest good state file, then what the log holds behind it,
 * judged again in silence; events that the receiver may not have are taken from the log, not from judging,
 * because they say what was true then.
 *
 * At the end two pictures of the active alarms are compared: what the receiver knows (the state file's list,
 * moved by every event in the log behind it) and what the lanes hold under the rules of today. Where they
 * differ - a rule was changed or removed while the program was not running - the difference is booked as
 * events like any other. */
#include "base/log.h"
#include "base/strmap.h"
#include "intake_private.h"
#include "wire.h"
#include <math.h>
#include <stdlib.h>

/* ---- Which alarms are active ---- */

typedef struct ActiveItem {
    IntakeEvent event; /* the last one; grade 0: returned */
    bool held;         /* by the lanes too */
} ActiveItem;

struct ActiveSet {
    Arena *arena;
    StrMap *index;
    ActiveItem *items;
    size_t n, cap;
};

static ActiveItem *active_item(ActiveSet *set, const IntakeEvent *e)
{
    Str key = str_printf(set->arena, "%08x%.*s", (unsigned)e->e.point, STR_ARG(e->rule));
    uint32_t i = strmap_get(set->index, key);
    if (i != STRMAP_NONE) return &set->items[i];
    if (set->n == set->cap) {
        size_t cap = set->cap ? set->cap * 2 : 64;
        ActiveItem *items = ARENA_ARRAY(set->arena, ActiveItem, cap);
        if (set->n) memcpy(items, set->items, set->n * sizeof *items);
        set->items = items;
        set->cap = cap;
    }
    strmap_put(set->index, key, (uint32_t)set->n);
    set->items[set->n] = (ActiveItem){.event.rule = str_copy(set->arena, e->rule)};
    return &set->items[set->n++];
}

static void active_note(ActiveSet *set, Str bytes)
{
    IntakeEvent *events;
    size_t n;
    if (!event_note_read(set->arena, bytes, &events, &n)) return;
    for (size_t i = 0; i < n; i++) active_item(set, &events[i])->event.e = events[i].e;
}

/* ---- State files ---- */

static void make_lanes(Intake *in, const RuleSet *rules, const WatchPoint *points)
{
    for (int i = 0; i < in->nlanes; i++) {
        watch_lane_free(&in->lanes[i].watch);
        in->lanes[i].watch = watch_lane_new(rules, points, in->npoints, i, in->nlanes, WATCH_LIVE);
    }
}

static Rc load_lanes(Ctx *ctx, Intake *in, const StateFile *s)
{
    for (int i = 0; i < in->nlanes; i++)
        for (size_t k = 0; k < s->nlanes; k++) TRY(watch_lane_load(ctx, in->lanes[i].watch, s->lanes[k]));
    return RC_OK;
}

static ActiveSet *active_new(void)
{
    Arena *a = arena_new(0);
    ActiveSet *set = ARENA_NEW(a, ActiveSet);
    set->arena = a;
    set->index = strmap_new(64);
    return set;
}

void recover_state(Ctx *ctx, Recovery *rec, const RuleSet *rules, const WatchPoint *points)
{
    Intake *in = rec->in;
    uint64_t *list = NULL;
    size_t n = 0;
    rec->active = active_new();
    make_lanes(in, rules, points);
    if (!in->watch_dir || state_file_list(ctx, in->watch_dir, &list, &n) < 0) n = 0;
    for (size_t i = 0; i < n; i++) {
        StateFile s;
        Rc rc = state_file_read(ctx, in->watch_dir, list[i], &s);
        if (rc >= 0) rc = load_lanes(ctx, in, &s);
        if (rc >= 0) {
            rec->state_pos = s.pos;
            in->state_before = i + 1 < n ? list[i + 1] : 0;
            active_note(rec->active, s.active);
            break;
        }
        log_err(LOG_ERROR, "intake", ctx);
        ctx_clear(ctx);
        make_lanes(in, rules, points); /* a half-loaded lane is of no use */
    }
    ctx_clear(ctx);
    in->state_pos = rec->state_pos;
}

/* ---- The log ---- */

static void ignore(void *ud, const WatchEvent *e)
{
    (void)ud;
    (void)e;
}

static const WatchSink silent = {ignore, NULL};

static Reading *scratch(Recovery *rec, size_t n)
{
    if (n > rec->nscratch) {
        rec->scratch = realloc(rec->scratch, n * sizeof *rec->scratch);
        ENSURE(rec->scratch);
        rec->nscratch = n;
    }
    return rec->scratch;
}

/* The readings of one lane among r, in order. Points that the registry of today does not reach are left out.
 */
static size_t pick(const Intake *in, int lane, const Reading *r, size_t n, Reading *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (r[i].point < in->npoints && (!in->lane_of || in->lane_of[r[i].point] == lane)) {
            out[count] = r[i];
            out[count++].flags = 0;
        }
    return count;
}

static void on_readings(void *ud, uint64_t pos, int shard, int64_t arrival, const Reading *r, size_t n)
{
    (void)shard;
    Recovery *rec = ud;
    if (pos > rec->last_pos) rec->last_pos = pos;
    if (pos <= rec->state_pos) return;
    rec->readings += n;
    Reading *own = scratch(rec, n);
    for (int i = 0; i < rec->in->nlanes; i++) {
        size_t count = pick(rec->in, i, r, n, own);
        if (count) watch_take(rec->in->lanes[i].watch, own, count, arrival, &silent);
    }
}

/* A tick of one lane. After a change of the number of lanes the first lane's tick stands for all. */
static void on_tick(Intake *in, Str bytes)
{
    WireIn w = wire_in(bytes);
    int64_t now = (int64_t)wire_get(&w, 8);
    int lane = (int)wire_get(&w, 1), nlanes = (int)wire_get(&w, 1);
    if (w.bad) return;
    if (nlanes == in->nlanes && lane < nlanes) {
        watch_tick(in->lanes[lane].watch, now, &silent);
    } else if (lane == 0) {
        for (int i = 0; i < in->nlanes; i++) watch_tick(in->lanes[i].watch, now, &silent);
    }
}

static void on_note(void *ud, uint64_t pos, int shard, uint32_t kind, Str bytes)
{
    (void)shard;
    Recovery *rec = ud;
    Intake *in = rec->in;
    if (pos > rec->last_pos) rec->last_pos = pos;
    if (kind == NOTE_TICK && pos > rec->state_pos) on_tick(in, bytes);
    if (kind != NOTE_EVENTS) return;
    if (pos > rec->state_pos) active_note(rec->active, bytes);
    if (pos > rec->events_seen) {
        in->last_event_pos = pos;
        events_push(in->events, pos, bytes);
    }
}

SeriesReplay recover_replay(Recovery *rec)
{
    return (SeriesReplay){.readings = on_readings, .note = on_note, .ud = rec};
}

/* ---- The difference ---- */

static void on_held(void *ud, const IntakeEvent *held, EventNote *note)
{
    ActiveSet *set = ud;
    ActiveItem *item = active_item(set, held);
    item->held = true;
    if (item->event.e.grade == held->e.grade) return;
    /* The receiver knows nothing of it, or another grade. */
    WatchEvent e = held->e;
    if (item->event.e.grade) e.kind = held->e.grade < item->event.e.grade ? EVENT_ESCALATE : EVENT_EASE;
    event_note_add_named(note, &e, held->rule);
}

static void return_lost(const ActiveSet *set, EventNote *note)
{
    for (size_t i = 0; i < set->n; i++) {
        const ActiveItem *item = &set->items[i];
        if (item->held || item->event.e.grade == 0) continue;
        WatchEvent e = {.t = intake_now(), .point = item->event.e.point, .kind = EVENT_RETURN, .limit = NAN};
        e.since = e.t;
        event_note_add_named(note, &e, item->event.rule);
    }
}

void recover_reconcile(Recovery *rec)
{
    Intake *in = rec->in;
    EventNote held = {0}, difference = {0};
    IntakeEvent *events;
    size_t n;
    intake_collect_active(in, &held);
    ENSURE(event_note_read(rec->active->arena, event_note_bytes(&held), &events, &n));
    for (size_t i = 0; i < n; i++) on_held(rec->active, &events[i], &difference);
    return_lost(rec->active, &difference);
    if (difference.count) {
        LOG(LOG_INFO, "intake", "alarms brought into line with the rules",
            LOG_I64("events", difference.count));
        intake_append(in, &(Append){.arrival = intake_now(), .events = &difference});
    }
    event_note_free(&held);
    event_note_free(&difference);
}

void recover_end(Recovery *rec)
{
    free(rec->scratch);
    rec->scratch = NULL;
    if (!rec->active) return;
    Arena *a = rec->active->arena;
    strmap_free(&rec->active->index);
    rec->active = NULL;
    arena_free(&a);
}
