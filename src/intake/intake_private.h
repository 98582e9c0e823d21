/* The parts of an Intake and which lock guards what.
 *
 * in->lock guards the queue, the senders, the figures of what is in flight, pausing and stopping. A lane that
 * is not `busy` stands between two batches and touches nothing else, so whoever has paused all lanes owns
 * their watch state, marks and the registry bound to them. Order of locks: reload_lock, lock, append_lock,
 * then the leaf locks inside events and unclaimed. */
#pragma once
#include "base/snapshot.h"
#include "events.h"
#include "intake/intake.h"
#include "queue.h"
#include "state_file.h"
#include "unclaimed.h"
#include <pthread.h>
#include <stdatomic.h>

enum {
    INTAKE_LANES_MAX = 16,
    INTAKE_SLICE = 4096,           /* readings of one sender before the next one's turn */
    INTAKE_PIECES = 64,            /* batches (or parts of one) a lane takes at a time */
    INTAKE_BATCHES_MAX = 65536,    /* waiting in all, whatever their size */
    INTAKE_EVENTS_WAITING = 200000 /* not delivered yet: lanes wait beyond it */
};

/* Kinds of notes in the log. */
enum { NOTE_EVENTS = 1, NOTE_TICK = 2, NOTE_REBIND = 3 };

typedef struct Lane {
    Intake *in;
    WatchLane *watch;
    int index;
    bool busy; /* under in->lock */
    bool started;
    int64_t next_tick; /* monotonic µs */
    EventNote note;    /* events of the batch at hand */
    pthread_t thread;
} Lane;

struct Intake {
    Series *series;
    bool owns_series;
    char *watch_dir;
    size_t max_in_flight, max_per_sender;
    int64_t tick_us, state_ms;

    pthread_mutex_t lock;
    pthread_cond_t work; /* for lanes: a batch came, pausing ended, stop */
    pthread_cond_t calm; /* a lane stands still, something was committed */
    pthread_cond_t upkeep_wake;
    Queue queue;
    size_t in_flight, batches;
    int pausers;
    bool stop, draining; /* draining: submissions are refused for a moment */
    uint64_t committed_pos, failed_pos;
    EventNote orphans; /* events whose commit failed; go into the log before anything else */

    Lane lanes[INTAKE_LANES_MAX];
    int nlanes;
    uint8_t *lane_of;           /* [npoints]; NULL with one lane */
    uint32_t npoints;           /* highest number ever + 1 */
    int64_t *last_t;            /* [npoints] newest good t, each owned by its point's lane */
    _Atomic uint64_t *dirty;    /* bit per point */
    pthread_mutex_t dirty_lock; /* the array itself; lanes set bits without it */
    uint32_t dirty_from;

    pthread_mutex_t
        append_lock; /* appends of all lanes, so that the order of positions is the order of judgement */
    uint64_t last_pos, last_event_pos;

    pthread_mutex_t reload_lock; /* reload, state, close */
    SnapshotSlot *registry, *rules;
    const RuleSet *bound;             /* the rules of the lanes; a reference of ours in `rules` */
    uint64_t state_pos, state_before; /* of the newest and the previous state file */
    _Atomic uint64_t stored_pos;

    Events *events;
    UnclaimedTable *unclaimed;
    pthread_t upkeep;
    bool upkeep_started;

    struct {
        atomic_uint_least64_t batches, readings, rejected, unclaimed, late, ahead, bad, events, busy;
    } count;
};

/* ---- lane.c ---- */
void lane_start(Lane *l);
/* All lanes stand still between the two. */
void intake_pause(Intake *in);
void intake_resume(Intake *in);
/* A sink that puts events into the lane's note; rules: what e.rule is an index of. */
WatchSink lane_sink(Lane *l);

/* ---- commit.c ---- */
typedef struct Append {
    IntakeJob *job; /* NULL: nobody waits */
    int64_t arrival;
    const Reading *r;
    size_t n;
    SeriesNote mark; /* a tick or a rebind; kind 0: none */
    EventNote *events;
} Append;
/* Into the log, whatever it takes: waits while the log is full. Empties a->events. Returns the position, or 0
 * when the disk refused; then the job has failed and the events are kept as orphans. */
uint64_t intake_append(Intake *in, const Append *a);
/* n readings of a waiting batch are turned away unjudged (RC_BUSY): the disk refuses, their sender sends
 * again. */
void intake_refuse(Intake *in, IntakeJob *job, size_t n);
/* Orphans into the log again; false: the disk still refuses. Called by a lane between batches. */
bool intake_flush_orphans(Intake *in);
/* Until everything up to pos is in the log; false: it never will be. */
bool intake_wait_committed(Intake *in, uint64_t pos);

/* ---- registry.c ---- */
/* What the rules are bound to, by number, [0, npoints). */
WatchPoint *registry_watch_points(Arena *a, const Registry *r, uint32_t npoints);

/* ---- reload.c ---- */
/* Room for points below npoints in lane_of, last_t and dirty. */
void intake_grow(Intake *in, uint32_t npoints);
void intake_map_lanes(Intake *in, const RuleSet *rules, const WatchPoint *points);
int64_t intake_now(void);

/* ---- upkeep.c ---- */
/* Writes the state file when something changed since the last one; reload_lock is held. */
Rc intake_save_state(Ctx *ctx, Intake *in);
void intake_update_keep(Intake *in);
void intake_start_upkeep(Intake *in);
void intake_stop_upkeep(Intake *in);

/* ---- recover.c ---- */
typedef struct ActiveSet ActiveSet;
typedef struct Recovery {
    Intake *in;
    uint64_t state_pos; /* readings and ticks up to here are in the loaded state */
    uint64_t events_seen;
    ActiveSet *active; /* what the receiver has been or will be told is active */
    uint64_t last_pos;
    size_t readings;
    Reading *scratch;
    size_t nscratch;
} Recovery;
/* Makes the lanes and loads the newest good state file into them. */
void recover_state(Ctx *ctx, Recovery *rec, const RuleSet *rules, const WatchPoint *points);
SeriesReplay recover_replay(Recovery *rec);
/* After the replay, before the lanes run: books the difference between what the receiver knows and what the
 * lanes hold (rules may have been changed while the program was not running). */
void recover_reconcile(Recovery *rec);
void recover_end(Recovery *rec);

/* ---- active.c ---- */
/* All alarms active in the lanes, which stand still, as raises. */
void intake_collect_active(Intake *in, EventNote *out);
