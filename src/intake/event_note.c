/* The note's bytes: per event 40 bytes of figures, then the length of the rule's name (0xffff: as in the
 * event before) and the name. Names repeat in a burst, so they cost two bytes each there. */
#include "base/strmap.h"
#include "events.h"
#include "wire.h"
#include <stdlib.h>

enum { EVENT_BYTES = 8 + 8 + 8 + 8 + 4 + 4, NAME_SAME = 0xffff, NAME_MAX_BYTES = 0xfffe };
#define NO_RULE (UINT32_MAX - 2)

static unsigned char *room(EventNote *note, size_t n)
{
    if (note->n + n > note->cap) {
        note->cap = (note->n + n) * 2 + 1024;
        note->p = realloc(note->p, note->cap);
        ENSURE(note->p);
    }
    unsigned char *p = note->p + note->n;
    note->n += n;
    return p;
}

static void add_figures(EventNote *note, const WatchEvent *e)
{
    unsigned char *p = room(note, EVENT_BYTES);
    p = wire_put(p, (uint64_t)e->t, 8);
    p = wire_put(p, (uint64_t)e->since, 8);
    p = wire_put_f64(p, e->value);
    p = wire_put_f64(p, e->limit);
    p = wire_put(p, e->point, 4);
    p = wire_put(p, e->kind, 1);
    p = wire_put(p, e->grade, 1);
    wire_put(p, e->has_value, 2);
    note->count++;
}

static void add_name(EventNote *note, Str name)
{
    if (name.n > NAME_MAX_BYTES) name.n = NAME_MAX_BYTES;
    unsigned char *p = wire_put(room(note, 2 + name.n), name.n, 2);
    if (name.n) memcpy(p, name.p, name.n);
}

void event_note_add(EventNote *note, const WatchEvent *e)
{
    add_figures(note, e);
    if (note->count > 1 && note->last_rule == e->rule) {
        wire_put(room(note, 2), NAME_SAME, 2);
        return;
    }
    note->last_rule = e->rule;
    add_name(note, e->rule == WATCH_RULE_CLOCK ? STR("clock") : ruleset_name(note->rules, e->rule));
}

void event_note_add_named(EventNote *note, const WatchEvent *e, Str rule)
{
    add_figures(note, e);
    note->last_rule = NO_RULE;
    add_name(note, rule);
}

void event_note_join(EventNote *note, const EventNote *more)
{
    if (!more->n) return;
    memcpy(room(note, more->n), more->p, more->n); /* its first event carries its name */
    note->count += more->count;
    note->last_rule = NO_RULE;
}

void event_note_clear(EventNote *note)
{
    note->n = 0;
    note->count = 0;
    note->last_rule = NO_RULE;
}

void event_note_free(EventNote *note)
{
    free(note->p);
    *note = (EventNote){0};
}

static void read_one(WireIn *w, IntakeEvent *out)
{
    out->e.t = (int64_t)wire_get(w, 8);
    out->e.since = (int64_t)wire_get(w, 8);
    out->e.value = wire_get_f64(w);
    out->e.limit = wire_get_f64(w);
    out->e.point = (uint32_t)wire_get(w, 4);
    out->e.kind = (uint8_t)wire_get(w, 1);
    out->e.grade = (uint8_t)wire_get(w, 1);
    out->e.has_value = (uint8_t)wire_get(w, 2);
    out->e.rule = RULE_GONE;
}

bool event_note_read(Arena *a, Str bytes, IntakeEvent **out, size_t *n)
{
    size_t most = bytes.n / (EVENT_BYTES + 2);
    IntakeEvent *events = ARENA_ARRAY(a, IntakeEvent, most + 1);
    WireIn w = wire_in(bytes);
    Str name = STR_NONE;
    size_t count = 0;
    while (w.p < w.end && !w.bad && count < most) {
        read_one(&w, &events[count]);
        uint64_t len = wire_get(&w, 2);
        if (len != NAME_SAME) name = wire_get_bytes(&w, len);
        else if (count == 0) return false;
        events[count++].rule = name;
    }
    *out = events;
    *n = count;
    return !w.bad && w.p == w.end;
}

/* ---- Names of a rule set ---- */

struct RuleNames {
    StrMap *map;
};

RuleNames *rule_names_new(const RuleSet *rules)
{
    RuleNames *names = calloc(1, sizeof *names);
    ENSURE(names);
    size_t n = ruleset_count(rules);
    names->map = strmap_new(n);
    for (size_t i = 0; i < n; i++) strmap_put(names->map, ruleset_name(rules, i), (uint32_t)i);
    return names;
}

void rule_names_free(RuleNames **names)
{
    if (!*names) return;
    strmap_free(&(*names)->map);
    free(*names);
    *names = NULL;
}

uint32_t rule_names_find(const RuleNames *names, Str name)
{
    uint32_t i = strmap_get(names->map, name);
    if (i != STRMAP_NONE) return i;
    return str_is(name, "clock") ? WATCH_RULE_CLOCK : RULE_GONE;
}
