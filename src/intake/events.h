/* Events on their way: written into a note of the log when they arise, read back for the receiver after the
 * commit or after a restart. A note carries the names of the rules, because an index means something else
 * after a reload. */
#pragma once
#include "base/snapshot.h"
#include "intake/intake.h"

/* Grows; malloc. */
typedef struct EventNote {
    uint8_t *p;
    size_t n, cap;
    uint32_t count;
    const RuleSet *rules; /* what e.rule of the events to come is an index of */
    uint32_t last_rule;   /* its name stands in the event before */
} EventNote;

void event_note_add(EventNote *note, const WatchEvent *e);
void event_note_add_named(EventNote *note, const WatchEvent *e, Str rule);
/* Appends all events of another note. */
void event_note_join(EventNote *note, const EventNote *more);
/* Empty, but keeps its memory. */
void event_note_clear(EventNote *note);
void event_note_free(EventNote *note);
static inline Str event_note_bytes(const EventNote *note)
{
    return (Str){(const char *)note->p, note->n};
}
/* The events in bytes, names pointing into them; e.rule is RULE_GONE. false: damaged. */
bool event_note_read(Arena *a, Str bytes, IntakeEvent **out, size_t *n);

/* ---- Delivery: one thread, in the order of positions ---- */
typedef struct Events Events;
/* rules: of the moment of delivery. Runs after events_start. */
Events *events_new(const IntakeOptions *opt, SnapshotSlot *rules);
void events_start(Events *ev);
/* Delivers what waits, then ends. */
void events_free(Events **ev);
/* bytes are copied. Positions must not fall. */
void events_push(Events *ev, uint64_t pos, Str bytes);
size_t events_waiting(const Events *ev);
/* Index of a name in the set, WATCH_RULE_CLOCK or RULE_GONE. */
typedef struct RuleNames RuleNames;
RuleNames *rule_names_new(const RuleSet *rules);
void rule_names_free(RuleNames **names);
uint32_t rule_names_find(const RuleNames *names, Str name);
