/* A roster looked at as a whole. Pure: shifts in, faults out. Only the first place must never be empty; the
 * others may be. */
#include "shift_private.h"

typedef struct Faults {
    PlanFault *out;
    size_t n, max;
} Faults;

static void add(Faults *f, PlanFault fault)
{
    if (f->n < f->max) f->out[f->n] = fault;
    f->n++;
}

static int64_t max_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
static int64_t min_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* shifts are in order of their start, so the end of what is covered only moves forward. */
static void find_holes(const PlanShift *s, size_t n, int64_t from, int64_t to, Faults *f)
{
    int64_t covered = from;
    for (size_t i = 0; i < n && covered < to; i++) {
        if (s[i].order != DUTY_FIRST || s[i].to <= covered) continue;
        if (s[i].from > covered)
            add(f, (PlanFault){
                       .kind = PLAN_HOLE, .order = DUTY_FIRST, .from = covered, .to = min_of(s[i].from, to)});
        covered = max_of(covered, s[i].to);
    }
    if (covered < to) add(f, (PlanFault){.kind = PLAN_HOLE, .order = DUTY_FIRST, .from = covered, .to = to});
}

static void compare(const PlanShift *a, const PlanShift *b, Faults *f)
{
    PlanFault fault = {
        .order = b->order, .from = b->from, .to = min_of(a->to, b->to), .a = a->id, .b = b->id};
    if (a->person == b->person) fault.kind = PLAN_TWICE;
    else if (a->order == b->order) fault.kind = PLAN_OVERLAP;
    else return;
    add(f, fault);
}

size_t plan_check(const PlanShift *s, size_t n, int64_t from, int64_t to, PlanFault *out, size_t max)
{
    Faults f = {.out = out, .max = max};
    find_holes(s, n, from, to, &f);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n && s[j].from < s[i].to; j++)
            if (s[j].from < to && s[i].to > from) compare(&s[i], &s[j], &f);
    return f.n;
}
