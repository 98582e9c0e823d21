/* From a decoded batch to its acknowledgement: lanes judge, the store commits, then the sender is told and
 * the events go out. Wires series and watch together; knows no SQL and no HTTP.
 *
 * batch → fair queue per sender → lane thread (watch_take, series_append with the events as notes) → log sync
 * → done() */
#pragma once
#include "series/series.h"
#include "watch/watch.h"

typedef struct Intake Intake;
typedef struct Registry Registry;

/* ---- Registry: which text means which point. An immutable snapshot, replaced whole by mod/point. ---- */
typedef struct RegistryPoint {
    Str code;        /* "GAS-0001" */
    Str source;      /* key of the source mapped to it: "line:MEAS,tag=v#field"; may be empty */
    uint32_t number; /* dense, from 1, never reused */
    bool in_service;
    bool arrival_time;
    int64_t in_service_since;
} RegistryPoint;
/* Copies what it needs. */
Registry *registry_new(const RegistryPoint *points, size_t n);
void registry_free(Registry **r);
uint32_t registry_by_code(const Registry *r, Str code); /* 0: unknown */
/* The same for up to 16 at once, faster. */
void registry_by_codes(const Registry *r, const Str *codes, size_t n, uint32_t *out);
uint32_t registry_by_source(const Registry *r, Str source); /* 0: unknown */
bool registry_has(const Registry *r, uint32_t number);      /* is there a point of this number? */
Str registry_code(const Registry *r, uint32_t number);      /* empty: none */
uint32_t registry_max(const Registry *r);                   /* highest number */

/* An event with the name of its rule, because rules may have been reloaded (or the program restarted) since:
 * e.rule is an index into the `rules` handed over with it, looked up by name; RULE_GONE when no rule of that
 * name is in force now. */
typedef struct IntakeEvent {
    WatchEvent e;
    Str rule;     /* "clock" for the always-on clock fault */
    uint64_t pos; /* in the log, of the reading that caused it */
} IntakeEvent;
#define RULE_GONE (UINT32_MAX - 1)

typedef struct IntakeOptions {
    Series *series;       /* opened by intake_open itself when NULL: see dir */
    const char *dir;      /* DATA/series and DATA/watch */
    int lanes;            /* default 1 */
    size_t max_in_flight; /* readings waiting in all; beyond it RC_BUSY */
    size_t max_per_sender;
    /* Events after the commit of the readings that caused them, in log order, on one thread. One call has all
     * events of one position or, when several wait, of several; pos is that of the last, e.pos that of each.
     * At a start those that the receiver may not have seen are given again, perhaps in other calls: it keeps
     * `pos` of the last one it stored and skips what is not greater. */
    void (*events)(void *ud, uint64_t pos, const RuleSet *rules, const IntakeEvent *events, size_t n);
    void *events_ud;
    uint64_t events_seen; /* the receiver's stored pos at start; 0: none */
    int tick_ms;          /* how often the clock is fed to the rules; 0: 1,000; negative: never (tests) */
    int state_ms; /* how often the rules' state goes to the disk; 0: 60,000; negative: only at close */
} IntakeOptions;

/* Opens the store, replays the log, rebuilds the watch's state. registry and rules are taken over. */
Rc intake_open(Ctx *ctx, const IntakeOptions *opt, Registry *registry, RuleSet *rules, Intake **out);
void intake_close(Intake **in);
Series *intake_series(Intake *in);

/* The receiver of events has stored everything up to pos. */
void intake_events_stored(Intake *in, uint64_t pos);
/* New registry or rules (NULL: unchanged) take effect between two batches, without a restart; ownership goes
 * over. */
Rc intake_reload(Ctx *ctx, Intake *in, Registry *registry, RuleSet *rules);
const Registry *intake_registry_take(Intake *in); /* counted; give back */
void intake_registry_release(Intake *in, const Registry *r);
const RuleSet *intake_rules_take(Intake *in);
void intake_rules_release(Intake *in, const RuleSet *r);

/* ---- Batches ---- */
typedef struct BatchError {
    uint64_t line;     /* from 1: line, array index + 1, or record number */
    const char *field; /* "v", "t", "q", "point" … static text */
    const char *code;  /* "number", "time", "quality", "syntax", "text", "limit" … static text */
} BatchError;
typedef struct Batch {
    Arena *arena; /* owns all of it, and the texts below */
    Reading *r;
    size_t n, cap;
    uint64_t accepted, rejected; /* accepted counts unclaimed ones too */
    BatchError first;            /* the first rejected */
    int64_t arrival;
    uint64_t sender;          /* hash of token or peer: for fairness */
    const Registry *registry; /* taken at batch_new */
    Intake *intake;
    struct BatchUnclaimed *unclaimed; /* counted when the batch is submitted */
    struct IntakeJob *job;
    /* done: after the sync, on the log thread (or at once when n is 0); must not block */
    void (*done)(struct Batch *b, Rc rc);
    void *ud;
} Batch;
Batch *batch_new(Intake *in, uint64_t sender, int64_t arrival);
void batch_free(Batch **b);
/* Room for about n readings, so that adding them does not grow it again and again. */
void batch_expect(Batch *b, size_t n);
void batch_add(Batch *b, uint32_t point, int64_t t, double v, uint8_t q);
void batch_reject(Batch *b, uint64_t line, const char *field, const char *code);
/* A reading of a source that no point claims. Kept (count, last value, first and last time, sender), up to
 * 10,000 sources; when all places are taken, one that was silent for a day makes room, otherwise a new source
 * is not kept. */
void batch_unclaimed(Intake *in, Batch *b, Str key, int64_t t, double v, Str sender);
/* Ownership goes over; done() is called exactly once unless RC_BUSY is returned (then the batch stays the
 * caller's, and its unclaimed readings are not counted). A batch larger than a limit is taken when nothing
 * else of its sender (or at all) waits. */
Rc intake_submit(Intake *in, Batch *b);

/* ---- Unclaimed sources, newest first; fn's strings are valid during the call ---- */
typedef struct Unclaimed {
    Str key, sender;
    uint64_t count;
    double last_v;
    int64_t first_t, last_t; /* arrival */
    uint64_t id;             /* stable hash of key */
} Unclaimed;
void intake_unclaimed(Intake *in, void (*fn)(void *ud, const Unclaimed *u), void *ud);
void intake_unclaimed_forget(Intake *in, Str key);

/* ---- Alarms active now, as raises of their grade (no value), to compare records with. The lanes stand still
 * meanwhile. ---- */
void intake_active(Intake *in, void (*fn)(void *ud, const RuleSet *rules, const IntakeEvent *e), void *ud);

/* ---- Live values for the map ---- */
/* Points whose newest value changed since the last call, at most max; called by one thread 1–4 times a
 * second. */
size_t intake_dirty(Intake *in, uint32_t *numbers, size_t max);

typedef struct IntakeStats {
    uint64_t batches, readings, rejected, unclaimed, late, ahead, bad, events, busy;
    size_t in_flight;
} IntakeStats;
void intake_stats(Intake *in, IntakeStats *out);
