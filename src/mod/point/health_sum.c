/* From points to devices, and which device is worst. Pure. A device is judged by the points in service that
 * belong to it; one without such points (a gateway) by the devices below it. The score orders the list: who
 * says nothing comes first, then who says half, then what is wrong with what is said. */
#include "health.h"

#include <math.h>
#include <stdlib.h>

#define LATE_MS      MS_MINUTE /* later than this is worth a word */
#define LEAST_COMING 0.9       /* of what was expected */
#define MOST_BAD     0.05
#define LOW_BATTERY  20     /* % */
#define WEAK_SIGNAL  (-105) /* dBm */

const char *const health_state_names[HEALTH_STATES] = {"offline", "partial", "fault", "poor",
                                                       "ok",      "waiting", "idle"};

static void take_late(DeviceHealth *d, const HealthPoint *m)
{
    if (m->late_ms == HEALTH_UNKNOWN) return;
    if (d->late_ms == HEALTH_UNKNOWN || llabs(m->late_ms) > llabs(d->late_ms)) d->late_ms = m->late_ms;
}

static void take_role(DeviceHealth *d, const LivePoint *p, const SeriesLatest *v)
{
    if (v->t == TIME_NONE || !isfinite(v->v)) return;
    /* Of several the weakest. */
    if (p->role == LIVE_BATTERY && !(d->battery <= v->v)) d->battery = v->v;
    if (p->role == LIVE_SIGNAL && !(d->signal <= v->v)) d->signal = v->v;
}

static void take_point(const HealthView *v, uint32_t no, DeviceHealth *d)
{
    const LivePoint *p = &v->set->p[no];
    const HealthPoint *m = &v->measured[no];
    if (v->latest[no].t != TIME_NONE && (d->last_t == TIME_NONE || v->latest[no].t > d->last_t))
        d->last_t = v->latest[no].t;
    if (!p->in_service) return;
    bool online = point_is_online(p, &v->latest[no], v->now);
    if (!online && !point_is_due(p, v->began, v->now)) {
        d->waiting++;
        return;
    }
    d->points++;
    d->online += online;
    d->faults |= v->faults[no];
    d->received += m->received;
    d->bad += m->bad;
    d->expected += m->expected;
    d->gaps += m->gaps;
    if (m->gap_ms > d->gap_ms) d->gap_ms = m->gap_ms;
    take_late(d, m);
    take_role(d, p, &v->latest[no]);
}

/* The newest reading of each point may be on its way still: one each is not missed yet. */
static double missing(const DeviceHealth *d)
{
    if (d->received + d->points >= d->expected) return 0;
    return 1 - (double)d->received / (double)d->expected;
}

static double bad_share(const DeviceHealth *d)
{
    uint64_t all = d->received + d->bad;
    return all ? (double)d->bad / (double)all : 0;
}

static bool is_late(const DeviceHealth *d)
{
    return d->late_ms != HEALTH_UNKNOWN && llabs(d->late_ms) > LATE_MS;
}

static bool is_poor(const DeviceHealth *d)
{
    return missing(d) > 1 - LEAST_COMING || bad_share(d) > MOST_BAD || is_late(d) ||
           d->battery <= LOW_BATTERY || d->signal <= WEAK_SIGNAL;
}

static HealthState state_of(const DeviceHealth *d, bool in_service)
{
    uint32_t all = d->points ? d->points : d->children, online = d->points ? d->online : d->children_online;
    if (!in_service || (!all && !d->waiting)) return HEALTH_IDLE;
    if (!all) return HEALTH_WAITING;
    if (!online) return HEALTH_OFFLINE;
    if (d->faults & (FAULT_STUCK | FAULT_CLOCK)) return HEALTH_FAULT;
    if (online < all) return HEALTH_PARTIAL;
    return is_poor(d) ? HEALTH_POOR : HEALTH_OK;
}

static double score_of(const DeviceHealth *d)
{
    static const double base[] = {
        [HEALTH_OFFLINE] = 5000, [HEALTH_PARTIAL] = 3000, [HEALTH_FAULT] = 4000, [HEALTH_POOR] = 1000,
        [HEALTH_OK] = 0,         [HEALTH_WAITING] = -500, [HEALTH_IDLE] = -1000};
    double late = d->late_ms == HEALTH_UNKNOWN ? 0 : (double)llabs(d->late_ms) / (double)MS_MINUTE;
    return base[d->state] + 200 * missing(d) + 200 * bad_share(d) + (late < 100 ? late : 100) +
           (d->battery <= LOW_BATTERY ? 50 : 0) + (double)(d->children < 100 ? d->children : 100);
}

/* Does anything of the device report? */
static bool alive(const DeviceHealth *d)
{
    return d->points && d->online;
}

void health_sum(const HealthView *v, DeviceHealth *out)
{
    const LiveSet *set = v->set;
    for (size_t i = 0; i < set->ndevices; i++)
        out[i] = (DeviceHealth){.device = (uint32_t)i,
                                .last_t = TIME_NONE,
                                .late_ms = HEALTH_UNKNOWN,
                                .battery = (double)NAN,
                                .signal = (double)NAN};
    for (uint32_t no = 1; no <= set->max; no++)
        if (set->p[no].id && point_seen(v->sight, no)) take_point(v, no, &out[set->p[no].device]);
    for (size_t i = 1; i < set->ndevices; i++) {
        uint32_t up = set->devices[i].parent;
        if (!up || !set->devices[i].in_service || !out[i].points) continue;
        out[up].children++;
        out[up].children_online += alive(&out[i]);
    }
    for (size_t i = 0; i < set->ndevices; i++) {
        out[i].state = state_of(&out[i], set->devices[i].in_service);
        out[i].score = score_of(&out[i]);
    }
}

HealthState health_of_point(const HealthView *v, uint32_t no)
{
    DeviceHealth d = {
        .last_t = TIME_NONE, .late_ms = HEALTH_UNKNOWN, .battery = (double)NAN, .signal = (double)NAN};
    take_point(v, no, &d);
    return state_of(&d, true);
}
