/* From the events of a replay to alarms, their figures, and people's verdicts on what really happened then.
 * Pure. Time in alarm is summed over the points; an alarm counts once, under its worst grade. */
#include "rule_try.h"

#include <stdlib.h>

#define TOLERANCE (5 * MS_MINUTE)

void try_score_init(TryScore *s, Arena *arena, size_t npoints, int64_t from)
{
    *s = (TryScore){.arena = arena, .from = from, .states = ARENA_ARRAY(arena, TryState, npoints + 1)};
}

/* The time since the last event goes to the grade that held. */
static void credit(TryScore *s, TryState *st, int64_t t)
{
    int64_t since = st->since > s->from ? st->since : s->from;
    if (st->grade && t > since) {
        s->tally.ms += t - since;
        s->tally.ms_by_grade[st->grade] += t - since;
    }
    st->since = t;
}

static bool open_alarm(TryScore *s, uint32_t point, const WatchEvent *e)
{
    if (s->n == TRY_ALARMS_MOST) return false;
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        TryAlarm *more = ARENA_ARRAY(s->arena, TryAlarm, cap);
        if (s->n) memcpy(more, s->list, s->n * sizeof *more);
        s->list = more;
        s->cap = cap;
    }
    s->states[point].alarm = s->n;
    s->list[s->n++] = (TryAlarm){.point = point,
                                 .from = e->t,
                                 .to = TIME_NONE,
                                 .worst = e->grade,
                                 .has_value = e->has_value,
                                 .value = e->value};
    return true;
}

bool try_score_event(TryScore *s, uint32_t point, const WatchEvent *e)
{
    TryState *st = &s->states[point];
    credit(s, st, e->t);
    if (!st->grade && e->grade && !open_alarm(s, point, e)) return false;
    if (st->grade || e->grade) {
        TryAlarm *a = &s->list[st->alarm];
        if (e->grade && e->grade < a->worst) a->worst = e->grade;
        if (!e->grade) a->to = e->t;
    }
    if (e->kind == EVENT_ESCALATE && e->t >= s->from) s->tally.escalations++;
    st->grade = e->grade;
    return true;
}

static int by_time(const void *a, const void *b)
{
    const TryAlarm *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->point < y->point ? -1 : x->point > y->point;
}

void try_score_end(TryScore *s, int64_t to)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++) {
        TryState *st = &s->states[s->list[i].point];
        if (s->list[i].to == TIME_NONE) credit(s, st, to);
        if (s->list[i].to != TIME_NONE && s->list[i].to <= s->from) continue;
        s->list[kept++] = s->list[i];
    }
    s->n = kept;
    if (kept > 1) qsort(s->list, kept, sizeof *s->list, by_time);
    for (size_t i = 0; i < kept; i++) {
        if (s->list[i].from < s->from) {
            s->tally.at_start++;
            continue;
        }
        s->tally.raises++;
        s->tally.by_grade[s->list[i].worst]++;
    }
}

static bool overlaps(const TryAlarm *a, const TryPast *p)
{
    bool before = p->to != TIME_NONE && p->to + TOLERANCE < a->from;
    bool after = a->to != TIME_NONE && a->to + TOLERANCE < p->from;
    return !before && !after;
}

static int64_t distance(const TryAlarm *a, const TryPast *p)
{
    return a->from > p->from ? a->from - p->from : p->from - a->from;
}

static bool is_better(const TryAlarm *a, const TryPast *p, const TryPast *than)
{
    if (!than) return true;
    bool judged = p->verdict != TRY_UNJUDGED, other = than->verdict != TRY_UNJUDGED;
    if (judged != other) return judged;
    if (p->same_rule != than->same_rule) return p->same_rule;
    return distance(a, p) < distance(a, than);
}

void try_score_match(TryScore *s, uint32_t point, bool fault, const TryPast *past, size_t npast)
{
    for (size_t i = 0; i < s->n; i++) {
        TryAlarm *a = &s->list[i];
        const TryPast *best = NULL;
        if (a->point != point) continue;
        for (size_t k = 0; k < npast; k++)
            if (past[k].fault == fault && overlaps(a, &past[k]) && is_better(a, &past[k], best))
                best = &past[k];
        if (best) {
            a->verdict = best->verdict;
            a->record = best->id;
        }
        if (a->from >= s->from) s->tally.verdicts[a->verdict]++;
    }
}
