#pragma once
#include "mod/shift.h"

enum { SHIFT_ROUTES = 3 };
extern const Route shift_routes[SHIFT_ROUTES];
/* Code of the dictionary "duty_place" for an order; NULL: there is none. */
const char *duty_place(int order);

/* ---- plan.c: a roster looked at as a whole; pure ---- */
typedef struct PlanShift {
    int64_t id, from, to, person;
    int order;
} PlanShift;
typedef enum { PLAN_HOLE, PLAN_OVERLAP, PLAN_TWICE } PlanKind;
/* A time without anybody in a place; two in one place; one person in two places at once. */
typedef struct PlanFault {
    PlanKind kind;
    int order;
    int64_t from, to;
    int64_t a, b; /* shifts; 0: none */
} PlanFault;
/* Faults of the first place (holes) and of all places (overlaps, twice) between from and to, by time. shifts
 * in order of their start. At most max are written; returns how many there are. */
size_t plan_check(const PlanShift *shifts, size_t n, int64_t from, int64_t to, PlanFault *out, size_t max);

enum { HANDOVER_LIMITS = 1 };
extern const LimitSeed handover_limits[HANDOVER_LIMITS];

/* ---- duty.c: read-only fields of a record with a body ---- */
Rc duty_fill_district(Work *w, const Entity *e, Record *rec);
/* The account of the person in a field; a field error when he is switched off. */
Rc duty_fill_account(Work *w, const Entity *e, Record *rec, const char *person, const char *account);
