/* What the demo city lived through before it was made: a month of alarms that rose, were acknowledged, judged
 * and returned, so that response times, false rates and the trend of thirty days have something to say. They
 * are booked through the alarm slice like live ones, with the times at which they happened. */
#include "past.h"
#include "documents.h"
#include "base/clock.h"
#include "base/log.h"
#include "intake/intake.h"
#include "mod/point.h"
#include "mod/rule.h"

#include <fnmatch.h>
#include <math.h>

static const Principal watch_officer = {.name = "watch", .full_name = "值班员 周岚"};

static Rc keep_rule(void *ud, const Record *rec)
{
    static const char *const limits[] = {"limit1", "limit2", "limit3", "limit4"};
    Past *p = ud;
    const Entity *e = &rule_entity;
    if (p->nlevel == LEVEL_RULES_MOST || !str_is(rec_text(e, rec, "kind"), "level")) return RC_OK;
    LevelRule *r = &p->level[p->nlevel];
    r->code = str_z(p->arena, rec_text(e, rec, "code"));
    r->pattern = str_z(p->arena, rec_text(e, rec, "point"));
    r->low = str_is(rec_text(e, rec, "dir"), "low");
    for (size_t g = 0; g < 4; g++)
        r->limit[g] = rec_val(e, rec, limits[g])->type == DB_NULL ? (double)NAN : rec_f64(e, rec, limits[g]);
    for (size_t i = 0; i < ruleset_count(p->rules); i++)
        if (str_is(ruleset_name(p->rules, i), r->code)) {
            r->index = (uint32_t)i;
            p->nlevel++;
            return RC_OK;
        }
    return RC_OK;
}

/* Slight alarms are common, grave ones rare; the nearest grade that the rule has. 0: none. */
static int draw_grade(Past *p, const LevelRule *r)
{
    double u = rng_unit(&p->rng);
    int g = u < 0.02 ? 1 : u < 0.12 ? 2 : u < 0.4 ? 3 : 4;
    while (g < 4 && isnan(r->limit[g - 1])) g++;
    while (g > 1 && isnan(r->limit[g - 1])) g--;
    return isnan(r->limit[g - 1]) ? 0 : g;
}

static const char *draw_point(Past *p, const LevelRule *r)
{
    for (int i = 0; i < TRIES; i++) {
        const CityPoint *at = &p->city->point[rng_next(&p->rng) % p->city->npoints];
        if (!at->planned && fnmatch(r->pattern, at->code, 0) == 0) return at->code;
    }
    return NULL;
}

static Rc keep_open(void *ud, const Record *rec)
{
    Past *p = ud;
    if (!str_is(rec_text(&alarm_entity, rec, "state"), "normal") &&
        str_is(rec_text(&alarm_entity, rec, "rule"), p->rule))
        p->open = rec_copy(p->w.ctx, &alarm_entity, rec);
    return RC_OK;
}

static Rc act(Past *p, const char *name, int64_t t, const DbVal *params)
{
    const Entity *e = &alarm_entity;
    p->open = NULL;
    p->w.now = t;
    TRY(store_each(&p->w, e, "point", db_val_i64(p->point), keep_open, p));
    ENSURE(p->open);
    for (size_t i = 0; i < e->nactions; i++)
        if (!strcmp(e->actions[i].name, name)) {
            Record *rec = rec_copy(p->w.ctx, e, p->open);
            TRY(e->actions[i].fn(&p->w, e, rec, params));
            return store_update(&p->w, e, p->open, rec, name);
        }
    return RC_OK;
}

static Rc judge(Past *p, int64_t t)
{
    static const char *const why[] = {"sensor", "calibration",  "environment",
                                      "works",  "transmission", "limit"};
    bool wrong = rng_unit(&p->rng) < 0.25;
    DbVal params[] = {db_val_z(wrong ? "false" : "true"),
                      wrong ? db_val_z("现场复测未见异常") : db_val_z("现场核实，已处置"),
                      wrong ? db_val_z(why[rng_next(&p->rng) % ARRAY_LEN(why)]) : db_val_null()};
    return act(p, "judge", t, params);
}

static IntakeEvent event_of(Past *p, const LevelRule *r, const Record *point, int grade, int64_t t)
{
    double limit = r->limit[grade - 1], over = rng_between(&p->rng, 0.01, 0.08) * fmax(fabs(limit), 0.1);
    IntakeEvent ev = {.rule = str_of(r->code)};
    ev.e = (WatchEvent){.t = t,
                        .point = (uint32_t)rec_i64(&point_entity, point, "no"),
                        .rule = r->index,
                        .kind = EVENT_RAISE,
                        .grade = (uint8_t)grade,
                        .has_value = true,
                        .value = round((r->low ? limit - over : limit + over) * 100) / 100,
                        .limit = limit,
                        .since = t};
    p->point = point->id;
    p->rule = r->code;
    p->w.now = t;
    return ev;
}

/* The readings of its time, so that a chart of it shows what rang: those that the city sent are replaced, one
 * a minute comes between them. They go into the store past the rules, which know the alarm already. */
Rc past_readings(Past *p, int64_t until)
{
    enum { MOST = 600 };
    const WatchEvent *e = &p->raised.e;
    Reading *out = ARENA_ARRAY(p->w.ctx->arena, Reading, MOST);
    SeriesRow *rows;
    size_t n = 0, nrows;
    Series *s = intake_series(kernel_service(p->w.kernel, "intake"));
    int64_t to = p->rose_at + 2 * MS_HOUR + 30 * MS_MINUTE;
    if (to > until) to = until;
    TRY(series_range(p->w.ctx, s, e->point, p->rose_at, to, MOST / 2, &rows, &nrows));
    for (size_t i = 0; i < nrows; i++) out[n++] = (Reading){.t = rows[i].t, .point = e->point};
    for (int64_t t = p->rose_at; t < to && n < MOST; t += MS_MINUTE)
        out[n++] = (Reading){.t = t, .point = e->point};
    for (size_t i = 0; i < n; i++) {
        double share = out[i].t == p->rose_at ? 1 : 0.75 + 0.25 * sin((double)(out[i].t / MS_MINUTE) * 0.7);
        out[i].v = round((e->limit + (e->value - e->limit) * share) * 1000) / 1000;
    }
    return n ? series_append(s, 0, to, out, n, NULL, 0, (SeriesTicket){0}, NULL) : RC_OK;
}

/* The nth rule and point that the wish allows. */
static const LevelRule *wished(const Past *p, const PastWish *wish, const CityPoint **out)
{
    size_t n = wish->nth;
    for (size_t i = 0; i < p->city->npoints; i++) {
        const CityPoint *at = &p->city->point[i];
        if (at->planned || at->heartbeat) continue;
        const Thing *thing = &p->city->thing[at->thing];
        if (strcmp(thing->kind->prefix, wish->prefix) ||
            (wish->district >= 0 && thing->district != wish->district))
            continue;
        for (size_t k = 0; k < p->nlevel; k++)
            if (!isnan(p->level[k].limit[wish->grade - 1]) &&
                fnmatch(p->level[k].pattern, at->code, 0) == 0) {
                *out = at;
                if (!n--) return &p->level[k];
            }
    }
    return NULL;
}

Rc past_raise(Past *p, const PastWish *wish, int64_t t, Record **out)
{
    const CityPoint *at;
    Record *point;
    const LevelRule *r = wished(p, wish, &at);
    *out = NULL;
    if (!r) return RC_OK;
    Rc found = store_find(&p->w, &point_entity, str_printf(p->w.ctx->arena, "code:%s", at->code), &point);
    if (found <= 0) return found;
    p->raised = event_of(p, r, point, wish->grade, t);
    p->rose_at = t;
    TRY(alarm_event_apply(&p->w, p->rules, &p->raised));
    p->open = NULL;
    TRY(store_each(&p->w, &alarm_entity, "point", db_val_i64(p->point), keep_open, p));
    *out = p->open;
    return RC_OK;
}

Rc past_return(Past *p, int64_t t)
{
    p->raised.e.t = p->w.now = t;
    p->raised.e.kind = EVENT_RETURN;
    p->raised.e.grade = 0;
    return alarm_event_apply(&p->w, p->rules, &p->raised);
}

/* One alarm from its rise to its end. */
static Rc live_through(Past *p, const LevelRule *r, int64_t t)
{
    int grade = draw_grade(p, r);
    const char *code = grade ? draw_point(p, r) : NULL;
    Record *point;
    if (!code) return RC_OK;
    Rc found = store_find(&p->w, &point_entity, str_printf(p->w.ctx->arena, "code:%s", code), &point);
    if (found <= 0) return found;
    IntakeEvent ev = p->raised = event_of(p, r, point, grade, t);
    p->rose_at = t;
    TRY(alarm_event_apply(&p->w, p->rules, &ev));
    int64_t acked = t + (int64_t)(exp(rng_between(&p->rng, 2.5, 6.2)) * (grade <= 2 ? 0.5 : 1) * MS_SECOND);
    int64_t judged = acked + (int64_t)(rng_between(&p->rng, 1, 25) * MS_MINUTE);
    int64_t ended = judged + (int64_t)(rng_between(&p->rng, 5, 90) * MS_MINUTE);
    TRY(act(p, "ack", acked, NULL));
    TRY(judge(p, judged));
    TRY(past_readings(p, ended));
    ev.e.t = p->w.now = ended;
    ev.e.kind = EVENT_RETURN;
    ev.e.grade = 0;
    return alarm_event_apply(&p->w, p->rules, &ev);
}

static Rc live_day(Past *p, int64_t midnight)
{
    size_t n = 4 + rng_next(&p->rng) % 8;
    for (size_t i = 0; i < n; i++) {
        const LevelRule *r = &p->level[rng_next(&p->rng) % p->nlevel];
        int64_t t = midnight + (int64_t)(rng_between(&p->rng, (double)i, (double)i + 1) *
                                         (double)(MS_DAY - 4 * MS_HOUR) / (double)n);
        TRY(live_through(p, r, t - t % MS_SECOND));
    }
    return RC_OK;
}

static Rc live_days(Past *p, Kernel *k, int first, int last, int64_t today)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = work_begin_as(&ctx, k, &watch_officer, "demo", true, &p->w);
    for (int d = first; d > last && rc >= 0; d--) rc = live_day(p, today - d * MS_DAY);
    if (rc >= 0) rc = work_commit(&p->w);
    if (rc < 0) log_err(LOG_ERROR, "demo", &ctx);
    arena_free(&arena);
    return rc;
}

static Rc read_rules(Past *p, Kernel *k)
{
    Ctx ctx;
    ctx_init(&ctx, p->arena, LANG_ZH);
    TRY(work_begin_as(&ctx, k, NULL, "demo", false, &p->w));
    Rc rc = rule_set_build(&p->w, &p->rules);
    if (rc >= 0) rc = store_each(&p->w, &rule_entity, NULL, db_val_null(), keep_rule, p);
    work_abort(&p->w);
    return rc;
}

void past_fill(Kernel *k, const City *c, int days)
{
    Past p = {.city = c, .rng = {mix64(c->seed ^ 30)}, .arena = arena_new(0)};
    int64_t now = clock_now(), today = now - (now + 8 * MS_HOUR) % MS_DAY;
    Rc rc = read_rules(&p, k);
    for (int d = days; d > 0 && rc >= 0 && p.nlevel; d -= DAYS_A_COMMIT)
        rc = live_days(&p, k, d, d > DAYS_A_COMMIT ? d - DAYS_A_COMMIT : 0, today);
    if (rc >= 0 && p.nlevel) warnings_fill(&p, k);
    if (rc >= 0) dangers_fill(k, c);
    if (rc >= 0) checks_fill(k, c);
    if (rc >= 0) documents_fill(k);
    if (rc >= 0) indicators_fill(k);
    if (rc >= 0) tasks_fill(k);
    if (rc >= 0) meetings_fill(k);
    if (rc >= 0) risks_fill(k);
    if (rc >= 0) targets_fill(k);
    if (rc >= 0) duties_fill(k, c->seed);
    if (rc >= 0) briefings_fill(k);
    ruleset_free(&p.rules);
    arena_free(&p.arena);
}
