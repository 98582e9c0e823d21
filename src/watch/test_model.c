/* The lane against a second reading of the alarm semantics: slow, without windows, heaps or running states.
 * It keeps the whole history of good readings of a point and, for each reading, looks back over it. Random
 * series and rules, fixed seeds; the seed of a difference is printed. */
#include "lane.h"

#include "base/clock.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { POINTS = 4, RULES = 6, LINES = 110, SERIES = 4000 };

/* ---- random ---- */
static uint64_t seed;
static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % n);
}
#define PICK(...)                                                                                            \
    ((const int64_t[]){__VA_ARGS__}[below(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))])

/* ---- a rule as the model sees it ---- */
typedef struct MGrade {
    bool used;
    double limit;
} MGrade;

typedef struct MRule {
    RuleKind kind;
    char name[16], dir[8], pattern[8];
    MGrade grades[5]; /* by grade */
    double deadband, eps;
    int64_t on_delay, off_delay, max_gap, window, timeout;
    int grade;
    int expr; /* which of exprs[] */
} MRule;

typedef struct MState { /* of a rule on a point */
    bool active[5];
    int changed[5];                 /* index of the evaluation at which `active` last changed, -1: never */
    bool on;                        /* stuck, offline */
    int64_t eval_t[LINES * POINTS]; /* evaluations of a ladder: when, and with what (NaN: undefined, does not
                                       count) */
    double eval_x[LINES * POINTS];
    int evals;
    int64_t clock;
} MState;

typedef struct MPoint {
    int64_t t[LINES];
    double v[LINES];
    int n;
} MPoint;

typedef struct Out {
    WatchEvent e[LINES * POINTS * RULES];
    size_t n;
} Out;

static MRule rules[RULES];
static int nrules;
static MPoint points[POINTS + 1];
static MState states[RULES][POINTS + 1];
static int64_t model_clock;
static Out model_out, lane_out;
static const char *const codes[POINTS + 1] = {"", "A", "B", "A*", "ab"};

/* ---- exprs: text, and the same by hand ---- */
static double newest(int p)
{
    return points[p].n ? points[p].v[points[p].n - 1] : NAN;
}
static int64_t newest_t(int p)
{
    return points[p].t[points[p].n - 1];
}

static double fold(int p, int64_t now, int64_t window, int what)
{
    double sum = 0, least = INFINITY, most = -INFINITY;
    int n = 0, first = -1;
    for (int i = 0; i < points[p].n; i++) {
        if (now - points[p].t[i] > window) continue;
        if (first < 0) first = i;
        sum += points[p].v[i];
        least = fmin(least, points[p].v[i]);
        most = fmax(most, points[p].v[i]);
        n++;
    }
    if (!n || (what == 3 && n < 2)) return NAN;
    return what == 0 ? sum / n : what == 1 ? least : what == 2 ? most : newest(p) - points[p].v[first];
}

static bool fresh(int p, int64_t now, int64_t max_age)
{
    return points[p].n && now - newest_t(p) <= max_age;
}

static double expr0(int64_t now)
{
    return fresh(1, now, 9000) && fresh(2, now, 9000) ? newest(1) - newest(2) : NAN;
}
static double expr1(int64_t now)
{
    double avg = fresh(1, now, 9000) ? fold(1, now, 6000, 0) : NAN,
           delta = fresh(4, now, 9000) ? fold(4, now, 8000, 3) : NAN;
    return isnan(avg) || isnan(delta) ? NAN : avg > 1 || delta * 2 < -1 ? 1 : 0;
}
static double expr2(int64_t now)
{
    double most = fresh(3, now, 9000) ? fold(3, now, 5000, 2) : NAN,
           least = fresh(3, now, 9000) ? fold(3, now, 7000, 1) : NAN;
    if (isnan(most) || isnan(least) || !points[1].n) return NAN;
    return !(most - least <= 2) && (double)(now - newest_t(1)) / 1000.0 < 4 ? 1 : 0;
}
static const struct {
    const char *text;
    double (*eval)(int64_t now);
    unsigned uses; /* bit a point, the booked one (A) too */
    bool boolean;
} exprs[] = {{"v(\\\"A\\\") - v(\\\"B\\\")", expr0, 1 << 1 | 1 << 2, false},
             {"avg(\\\"A\\\", 6) > 1 or delta(\\\"ab\\\", 8) * 2 < -1", expr1, 1 << 1 | 1 << 4, true},
             {"not (max(\\\"A*\\\", 5) - min(\\\"A*\\\", 7) <= 2) and age(\\\"A\\\") < 4", expr2,
              1 << 1 | 1 << 3, true}};

/* ---- the model ---- */
static void model_emit(int rule, int point, WatchEventKind kind, int grade, int64_t t, const double *value)
{
    WatchEvent *e = &model_out.e[model_out.n++];
    *e = (WatchEvent){.t = t,
                      .point = (uint32_t)point,
                      .rule = (uint32_t)rule,
                      .kind = (uint8_t)kind,
                      .grade = (uint8_t)grade};
    e->has_value = value != NULL;
    e->value = value ? *value : 0;
}

static int top(const MState *s)
{
    for (int g = 1; g <= 4; g++)
        if (s->active[g]) return g;
    return 0;
}

static void emit_change(int rule, int point, int before, int64_t t, double value)
{
    int now = top(&states[rule][point]);
    if (now == before) return;
    WatchEventKind kind = !before        ? EVENT_RAISE
                          : !now         ? EVENT_RETURN
                          : now < before ? EVENT_ESCALATE
                                         : EVENT_EASE;
    model_emit(rule, point, kind, now, t, &value);
}

static bool beyond(const MRule *r, double x, double limit)
{
    return strcmp(r->dir, "low") == 0 ? x <= limit : x >= limit;
}

static bool inside(const MRule *r, double x, double limit) /* of an active grade */
{
    return strcmp(r->dir, "low") == 0 ? x <= limit + r->deadband : x >= limit - r->deadband;
}

/* How long the run that ends at the newest evaluation has lasted; -1: there is none. */
static int64_t run_length(const MRule *r, const MState *s, int g)
{
    int last = s->evals - 1, i = last;
    bool off = s->active[g];
    for (; i > s->changed[g] && i >= 0; i--) {
        double x = s->eval_x[i];
        if (off ? inside(r, x, r->grades[g].limit) : !beyond(r, x, r->grades[g].limit)) break;
        if (!off && i < last && r->max_gap && s->eval_t[i + 1] - s->eval_t[i] > r->max_gap) break;
    }
    return i == last ? -1 : s->eval_t[last] - s->eval_t[i + 1];
}

static void model_ladder(int rule, int point, int64_t t, double x, double value)
{
    const MRule *r = &rules[rule];
    MState *s = &states[rule][point];
    int before = top(s);
    s->eval_t[s->evals] = t;
    s->eval_x[s->evals++] = x;
    for (int g = 1; g <= 4; g++) {
        if (!r->grades[g].used) continue;
        int64_t run = run_length(r, s, g);
        if (run < 0 || run < (s->active[g] ? r->off_delay : r->on_delay)) continue;
        s->active[g] = !s->active[g];
        s->changed[g] = s->evals - 1;
    }
    emit_change(rule, point, before, t, value);
}

static void model_rate(int rule, int p)
{
    const MRule *r = &rules[rule];
    MState *s = &states[rule][p];
    int last = points[p].n - 1, o = 0;
    int64_t t = points[p].t[last];
    double v = points[p].v[last];
    while (t - points[p].t[o] > r->window) o++;
    if (o == last) {
        int before = top(s);
        for (int g = 1; g <= 4; g++) {
            if (s->active[g]) s->changed[g] = s->evals - 1;
            s->active[g] = false;
        }
        emit_change(rule, p, before, t, v);
        return;
    }
    int64_t age = t - points[p].t[o];
    if (2 * age < r->window) return;
    double slope = ((v - points[p].v[o]) * 60000) / (double)age;
    model_ladder(rule, p, t,
                 strcmp(r->dir, "rise") == 0   ? slope
                 : strcmp(r->dir, "fall") == 0 ? -slope
                                               : fabs(slope),
                 v);
}

static void model_stuck(int rule, int p)
{
    const MRule *r = &rules[rule];
    MState *s = &states[rule][p];
    int last = points[p].n - 1, first = 0;
    int64_t t = points[p].t[last];
    for (int i = 0; i <= last; i++)
        if (points[p].t[i] <= t - r->window) first = i;
    bool complete = points[p].t[first] <= t - r->window;
    double most = points[p].v[first], least = most;
    for (int i = first; i <= last; i++) {
        most = fmax(most, points[p].v[i]);
        least = fmin(least, points[p].v[i]);
        if (i > first && r->max_gap && points[p].t[i] - points[p].t[i - 1] > r->max_gap) complete = false;
    }
    bool still = most - least <= r->eps;
    double v = points[p].v[last];
    if (!s->on && complete && still) {
        s->on = true;
        model_emit(rule, p, EVENT_RAISE, r->grade, t, &v);
    } else if (s->on && !still) {
        s->on = false;
        model_emit(rule, p, EVENT_RETURN, 0, t, &v);
    }
}

static void model_offline_back(int rule, int p)
{
    MState *s = &states[rule][p];
    if (!s->on || newest_t(p) + rules[rule].timeout < model_clock) return;
    s->on = false;
    double v = newest(p);
    model_emit(rule, p, EVENT_RETURN, 0, newest_t(p), &v);
}

static void model_expr(int rule, int p)
{
    if (!(exprs[rules[rule].expr].uses & 1u << p)) return;
    MState *s = &states[rule][1];
    if (newest_t(p) > s->clock) s->clock = newest_t(p);
    double x = exprs[rules[rule].expr].eval(s->clock);
    if (!isnan(x)) model_ladder(rule, 1, s->clock, x, x);
}

static bool matches(const MRule *r, int p)
{
    if (strcmp(r->pattern, "*") == 0) return true;
    if (strcmp(r->pattern, "A*") == 0) return codes[p][0] == 'A';
    if (strcmp(r->pattern, "?") == 0) return strlen(codes[p]) == 1;
    return strcmp(r->pattern, codes[p]) == 0;
}

static void model_raise_offline(void)
{
    size_t from = model_out.n;
    for (int r = 0; r < nrules; r++)
        for (int p = 1; p <= POINTS; p++) {
            if (rules[r].kind != RULE_OFFLINE || !matches(&rules[r], p) || !points[p].n || states[r][p].on)
                continue;
            if (newest_t(p) + rules[r].timeout >= model_clock) continue;
            states[r][p].on = true;
            model_emit(r, p, EVENT_RAISE, rules[r].grade, newest_t(p) + rules[r].timeout, NULL);
        }
    for (size_t i = from; i < model_out.n; i++) /* selection sort */
        for (size_t k = i + 1; k < model_out.n; k++) {
            WatchEvent *a = &model_out.e[i], *b = &model_out.e[k];
            int c = a->t != b->t ? (a->t < b->t ? -1 : 1) : strcmp(codes[a->point], codes[b->point]);
            if (c == 0) c = strcmp(rules[a->rule].name, rules[b->rule].name);
            if (c > 0) {
                WatchEvent swap = *a;
                *a = *b;
                *b = swap;
            }
        }
}

static void model_line(int p, int64_t t, double v, int q)
{
    if (t > model_clock) {
        model_clock = t;
        model_raise_offline();
    }
    MPoint *pt = &points[p];
    if (q == 2 || !isfinite(v) || (pt->n && t <= pt->t[pt->n - 1])) return;
    pt->t[pt->n] = t;
    pt->v[pt->n++] = v;
    for (int r = 0; r < nrules; r++) {
        if (rules[r].kind == RULE_EXPR) model_expr(r, p);
        else if (!matches(&rules[r], p)) continue;
        else if (rules[r].kind == RULE_LEVEL) model_ladder(r, p, t, v, v);
        else if (rules[r].kind == RULE_RATE) model_rate(r, p);
        else if (rules[r].kind == RULE_STUCK) model_stuck(r, p);
        else model_offline_back(r, p);
    }
}

/* ---- random rules, as the model's struct and as JSON ---- */
static void random_grades(MRule *r, double least, double most, bool low)
{
    double limits[5];
    for (int g = 1; g <= 4; g++) {
        r->grades[g].used = below(2);
        limits[g] = least + (most - least) * below(9) / 8;
    }
    r->grades[1 + below(4)].used = true;
    for (int i = 1; i <= 4; i++)
        for (int k = i + 1; k <= 4; k++)
            if (low ? limits[k] < limits[i] : limits[k] > limits[i]) {
                double swap = limits[i];
                limits[i] = limits[k];
                limits[k] = swap;
            }
    for (int g = 1; g <= 4; g++) r->grades[g].limit = limits[g];
}

static void random_rule(MRule *r, int index)
{
    static const RuleKind kinds[] = {RULE_LEVEL, RULE_LEVEL, RULE_RATE, RULE_STUCK, RULE_OFFLINE, RULE_EXPR};
    *r = (MRule){.kind = kinds[below(6)], .grade = 1 + (int)below(4)};
    snprintf(r->name, sizeof r->name, "%c%d", "zaM"[below(3)], index);
    snprintf(r->pattern, sizeof r->pattern, "%s", (const char *[]){"*", "A*", "?", "A", "ab", "B"}[below(6)]);
    bool low = false;
    if (r->kind == RULE_LEVEL) {
        low = below(2);
        snprintf(r->dir, sizeof r->dir, "%s", low ? "low" : "high");
        r->deadband = (double)PICK(0, 0, 1, 5) / 2;
        r->on_delay = PICK(0, 0, 1000, 3000);
        r->max_gap = PICK(0, 2000, 4000);
        random_grades(r, -3, 5, low);
    } else if (r->kind == RULE_RATE) {
        snprintf(r->dir, sizeof r->dir, "%s", (const char *[]){"rise", "fall", "either"}[below(3)]);
        r->window = PICK(2000, 4000, 5001, 9000);
        random_grades(r, 5, 120, false);
    } else if (r->kind == RULE_STUCK) {
        r->window = PICK(2000, 4000, 7000);
        r->eps = (double)PICK(0, 1, 2) / 2;
        r->max_gap = PICK(0, 2000, 3000);
    } else if (r->kind == RULE_OFFLINE) {
        r->timeout = PICK(2000, 5000, 9000);
    } else {
        snprintf(r->pattern, sizeof r->pattern, "A");
        r->expr = (int)below(ARRAY_LEN(exprs));
        r->on_delay = PICK(0, 1000, 3000);
        snprintf(r->dir, sizeof r->dir, "high");
        if (exprs[r->expr].boolean) r->grades[r->grade] = (MGrade){true, 1};
        else random_grades(r, -2, 3, false);
    }
    r->off_delay = r->kind == RULE_STUCK || r->kind == RULE_OFFLINE ? 0 : PICK(0, 0, 2000, 5000);
}

static void put_grades(StrBuf *b, const MRule *r)
{
    const char *comma = "";
    buf_addz(b, ",\"grades\":[");
    for (int g = 4; g >= 1; g--) {
        if (!r->grades[g].used) continue;
        buf_printf(b, "%s{\"grade\":%d,\"limit\":%.17g}", comma, g, r->grades[g].limit);
        comma = ",";
    }
    buf_addz(b, "]");
}

static void put_rule(StrBuf *b, const MRule *r)
{
    static const char *const kinds[] = {"level", "rate", "stuck", "offline", "expr"};
    bool boolean = r->kind == RULE_EXPR && exprs[r->expr].boolean;
    bool ladder = r->kind == RULE_LEVEL || r->kind == RULE_RATE || (r->kind == RULE_EXPR && !boolean);
    buf_printf(b, "{\"name\":\"%s\",\"point\":\"%s\",\"kind\":\"%s\"", r->name, r->pattern, kinds[r->kind]);
    if (ladder) buf_printf(b, ",\"dir\":\"%s\"", r->dir);
    if (ladder) put_grades(b, r);
    if (!ladder) buf_printf(b, ",\"grade\":%d", r->grade);
    if (r->deadband > 0) buf_printf(b, ",\"deadband\":%.17g", r->deadband);
    if (r->on_delay) buf_printf(b, ",\"on_delay_ms\":%lld", (long long)r->on_delay);
    if (r->off_delay) buf_printf(b, ",\"off_delay_ms\":%lld", (long long)r->off_delay);
    if (r->max_gap) buf_printf(b, ",\"max_gap_ms\":%lld", (long long)r->max_gap);
    if (r->window) buf_printf(b, ",\"window_ms\":%lld", (long long)r->window);
    if (r->timeout) buf_printf(b, ",\"timeout_ms\":%lld", (long long)r->timeout);
    if (r->kind == RULE_STUCK) buf_printf(b, ",\"eps\":%.17g", r->eps);
    if (r->kind == RULE_EXPR) buf_printf(b, ",\"max_age_ms\":9000,\"expr\":\"%s\"", exprs[r->expr].text);
    buf_addc(b, '}');
}

static RuleSet *random_rules(Arena *a)
{
    StrBuf b;
    RuleSet *set = NULL;
    Ctx ctx;
    buf_init(&b, a);
    ctx_init(&ctx, a, LANG_EN);
    nrules = 1 + (int)below(RULES);
    buf_addz(&b, "{\"rules\":[");
    for (int i = 0; i < nrules; i++) {
        random_rule(&rules[i], i);
        if (i) buf_addc(&b, ',');
        put_rule(&b, &rules[i]);
    }
    buf_addz(&b, "]}");
    if (ruleset_parse(&ctx, buf_str(&b), &set) < 0)
        fail_msg("%.*s: %s", STR_ARG(buf_str(&b)), ctx.err.message);
    return set;
}

/* ---- one series ---- */
static void keep(void *ud, const WatchEvent *e)
{
    Out *out = ud;
    out->e[out->n++] = *e;
}

static void random_readings(Reading *r, size_t n)
{
    int64_t t = 1700000000000;
    double v[POINTS + 1] = {0};
    for (size_t i = 0; i < n; i++) {
        uint32_t p = 1 + below(POINTS);
        t += PICK(0, 250, 500, 1000, 1000, 2000);
        if (below(25) == 0) t += 9000;
        v[p] += (double)PICK(-4, -2, -1, 0, 0, 0, 1, 2, 4) / 2;
        if (fabs(v[p]) > 6) v[p] = 0;
        r[i] = (Reading){.t = below(12) ? t : t - PICK(0, 1000, 5000, 20000), .point = p, .v = v[p]};
        if (below(20) == 0) r[i].q = (uint8_t)(1 + below(2));
        if (below(40) == 0) r[i].v = below(2) ? NAN : INFINITY;
    }
}

static void reset_model(void)
{
    memset(points, 0, sizeof points);
    for (int r = 0; r < RULES; r++)
        for (int p = 0; p <= POINTS; p++) {
            memset(&states[r][p], 0, offsetof(MState, eval_t));
            states[r][p].evals = 0;
            states[r][p].clock = INT64_MIN;
            for (int g = 0; g < 5; g++) states[r][p].changed[g] = -1;
        }
    model_clock = INT64_MIN;
    model_out.n = lane_out.n = 0;
}

static bool same_event(const WatchEvent *a, const WatchEvent *b)
{
    return a->t == b->t && a->point == b->point && a->rule == b->rule && a->kind == b->kind &&
           a->grade == b->grade && a->has_value == b->has_value &&
           (!a->has_value || (a->value == b->value && !signbit(a->value) == !signbit(b->value)));
}

static void run_series(uint64_t number, size_t *events)
{
    Arena *a = arena_new(0);
    Reading r[LINES];
    seed = number * UINT64_C(0x9E3779B97F4A7C15) + 1;
    reset_model();
    RuleSet *set = random_rules(a);
    random_readings(r, LINES);
    for (size_t i = 0; i < LINES; i++) model_line((int)r[i].point, r[i].t, r[i].v, r[i].q);
    WatchPoint pts[POINTS + 1] = {0};
    for (int p = 1; p <= POINTS; p++) pts[p].code = str_of(codes[p]);
    WatchLane *l = watch_lane_new(set, pts, POINTS + 1, 0, 1, 0);
    WatchSink sink = {keep, &lane_out};
    for (size_t i = 0, n; i < LINES; i += n) {
        n = 1 + below(20);
        if (n > LINES - i) n = LINES - i;
        watch_take(l, r + i, n, 0, &sink);
    }
    for (size_t i = 0; i < model_out.n || i < lane_out.n; i++) {
        bool same = i < model_out.n && i < lane_out.n && same_event(&model_out.e[i], &lane_out.e[i]);
        if (!same)
            fail_msg("series %llu, event %zu: model t %lld rule %u kind %u, lane t %lld rule %u kind %u",
                     (unsigned long long)number, i, (long long)model_out.e[i].t, model_out.e[i].rule,
                     model_out.e[i].kind, (long long)lane_out.e[i].t, lane_out.e[i].rule, lane_out.e[i].kind);
    }
    *events += model_out.n;
    watch_lane_free(&l);
    ruleset_free(&set);
    arena_free(&a);
}

static void lane_agrees_with_the_model(void **state)
{
    (void)state;
    size_t events = 0;
    for (uint64_t i = 0; i < SERIES; i++) run_series(i, &events);
    assert_true(events > SERIES * 10); /* the series do something */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lane_agrees_with_the_model)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
