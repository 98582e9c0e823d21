/* The alarms that are active in the lanes, as raises. */
#include "intake_private.h"

static void add(void *ud, const WatchEvent *e)
{
    event_note_add(ud, e);
}

void intake_collect_active(Intake *in, EventNote *out)
{
    out->rules = in->bound;
    WatchSink sink = {add, out};
    for (int i = 0; i < in->nlanes; i++) watch_lane_active(in->lanes[i].watch, &sink);
}

void intake_active(Intake *in, void (*fn)(void *ud, const RuleSet *rules, const IntakeEvent *e), void *ud)
{
    EventNote note = {0};
    pthread_mutex_lock(&in->reload_lock);
    intake_pause(in);
    intake_collect_active(in, &note);
    intake_resume(in);
    const RuleSet *rules = intake_rules_take(in);
    pthread_mutex_unlock(&in->reload_lock);
    Arena *a = arena_new(0);
    RuleNames *names = rule_names_new(rules);
    IntakeEvent *events;
    size_t n;
    ENSURE(event_note_read(a, event_note_bytes(&note), &events, &n));
    for (size_t i = 0; i < n; i++) {
        events[i].e.rule = rule_names_find(names, events[i].rule);
        fn(ud, rules, &events[i]);
    }
    rule_names_free(&names);
    arena_free(&a);
    intake_rules_release(in, rules);
    event_note_free(&note);
}
