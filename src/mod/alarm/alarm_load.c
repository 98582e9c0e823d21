/* Alarm load after ISA-18.2 / IEC 62682: rates per operator position in wall-clock buckets of ten minutes,
 * flood, peak, the most frequent ten, chattering. Pure counting over a list of activations. */
#include "alarm_private.h"
#include "base/clock.h"

#include <stdlib.h>

#define BUCKET         (10 * MS_MINUTE)
#define FLOOD_BEGINS   10 /* more than this in a bucket */
#define FLOOD_ENDS     5  /* fewer than this in a bucket */
#define CHATTER_TIMES  3
#define CHATTER_WINDOW MS_MINUTE

static void count_buckets(const Activation *list, size_t n, int64_t from, int64_t to, AlarmLoad *out)
{
    size_t i = 0;
    bool flood = false;
    for (int64_t b = civil_step(from, BUCKET); b < to; b += BUCKET) {
        uint64_t in = 0;
        while (i < n && list[i].t < b + BUCKET) i++, in++;
        out->buckets++;
        if (in > out->peak) {
            out->peak = in;
            out->peak_at = b;
        }
        flood = in > FLOOD_BEGINS || (flood && in >= FLOOD_ENDS);
        if (flood) out->flood_buckets++;
    }
    out->flood_share = out->buckets ? (double)out->flood_buckets / (double)out->buckets : 0;
}

static int by_tag(const void *pa, const void *pb)
{
    const Activation *a = pa, *b = pb;
    if (a->point_id != b->point_id) return a->point_id < b->point_id ? -1 : 1;
    int c = str_cmp(a->rule, b->rule);
    if (c) return c;
    return a->t < b->t ? -1 : a->t > b->t;
}

/* The most new alarms of one tag in any window of CHATTER_WINDOW, its ends included. A grade that climbs is
 * one alarm that gets worse, not a chattering one. */
static uint64_t burst_of(const Activation *run, size_t n)
{
    uint64_t most = 0, now = 0;
    for (size_t first = 0, i = 0; i < n; i++) {
        now += !run[i].again;
        for (; run[i].t - run[first].t > CHATTER_WINDOW; first++) now -= !run[first].again;
        if (now > most) most = now;
    }
    return most;
}

static void keep_top(LoadTop *top, size_t *ntop, LoadTop tag)
{
    size_t at = *ntop;
    while (at > 0 && top[at - 1].n < tag.n) at--;
    if (at >= LOAD_TOP) return;
    if (*ntop < LOAD_TOP) (*ntop)++;
    for (size_t i = *ntop - 1; i > at; i--) top[i] = top[i - 1];
    top[at] = tag;
}

static void count_tags(Arena *a, const Activation *list, size_t n, AlarmLoad *out)
{
    if (!n) return;
    Activation *sorted = arena_copy(a, list, n * sizeof *list);
    qsort(sorted, n, sizeof *sorted, by_tag);
    uint64_t top_sum = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end].point_id == sorted[i].point_id &&
                          str_eq(sorted[end].rule, sorted[i].rule);)
            end++;
        uint64_t burst = burst_of(sorted + i, end - i);
        LoadTop tag = {sorted[i].point_id, sorted[i].rule, end - i, burst, burst >= CHATTER_TIMES};
        keep_top(out->top, &out->ntop, tag);
        if (!tag.chattering) continue;
        out->chattering++;
        keep_top(out->chatter, &out->nchatter, tag);
    }
    for (size_t i = 0; i < out->ntop; i++) top_sum += out->top[i].n;
    out->top_share = (double)top_sum / (double)n;
}

void alarm_load_count(Arena *a, const Activation *list, size_t n, int64_t from, int64_t to, int operators,
                      AlarmLoad *out)
{
    ENSURE(operators > 0 && from <= to);
    *out = (AlarmLoad){.activations = n, .peak_at = TIME_NONE};
    for (size_t i = 0; i < n; i++)
        if (list[i].grade >= 1 && list[i].grade <= 4) out->by_grade[list[i].grade]++;
    count_buckets(list, n, from, to, out);
    count_tags(a, list, n, out);
    double hours = (double)(to - from) / (double)MS_HOUR;
    if (hours <= 0) return;
    double each = (double)n / operators;
    out->per_hour = each / hours;
    out->per_day = out->per_hour * 24;
    out->per_10min = out->per_hour / 6;
}
