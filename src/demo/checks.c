/* Checks of the demo city, through the slice's own functions by people with the permissions of their roles
 * and at the times at which things happened: a grid over one town, whose points are patrolled, plans of this
 * month partly done, and self-checks that wait. */
#include "city.h"
#include "past.h"
#include "base/clock.h"
#include "base/log.h"
#include "mod/body.h"
#include "mod/check.h"
#include "mod/district.h"
#include "mod/grid.h"
#include "mod/people.h"
#include <math.h>
#include <stdio.h>

#define COUNTY  "990103"
#define STATION "BODY-GRID-990103"

enum { TOWN_AT = 1, COLUMNS = 4, ROWS = 3, POINTS = 26, ITEMS = 12, FIRMS = 300, BODIES_MOST = 400 };
static const double half_width = 1.62, half_height = 1.32; /* km: where the district's enterprises lie */

typedef struct Town {
    Work *w;
    Rng rng;
    int64_t now;
    const City *city;
    Record *cell[COLUMNS * ROWS];
    int64_t worker[COLUMNS * ROWS];
    size_t nworkers;
} Town;

static Rc by_code(Work *w, const Entity *e, const char *code, Record **out)
{
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "code:%s", code), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "demo.check", "演示城市缺少 %s", "the demo city lacks %s", code);
}

static Rc act_as(Work *w, const char *name, const char *role, const Record *body, Principal *out)
{
    ActAs as = {.name = name,
                .full_name = name,
                .roles = role,
                .body = body->id,
                .district = rec_i64(&body_entity, body, "district")};
    return principal_make(w, &as, out);
}

/* ---- The grid of one town ---- */

static Rc add_district(Town *t, const char *code, const char *name, const char *parent)
{
    const Entity *e = &district_entity;
    Record *rec = rec_new(t->w->ctx, e), *above;
    TRY(by_code(t->w, e, parent, &above));
    rec_set(e, rec, "code", db_val_z(code));
    rec_set(e, rec, "name", db_val_z(name));
    rec_set(e, rec, "parent", db_val_i64(above->id));
    return store_insert(t->w, e, rec);
}

static Spot corner(const Town *t, int column, int row)
{
    Spot centre = t->city->district[TOWN_AT].centre;
    return (Spot){centre.x - half_width + 2 * half_width * column / COLUMNS,
                  centre.y - half_height + 2 * half_height * row / ROWS};
}

static const char *shape(const Town *t, int column, int row)
{
    Spot a = corner(t, column, row), b = corner(t, column + 1, row + 1);
    double w = spot_lon(a), e = spot_lon(b), s = spot_lat(a), n = spot_lat(b);
    return arena_printf(t->w->ctx->arena,
                        "{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],"
                        "[%.6f,%.6f],[%.6f,%.6f]]]}",
                        w, s, e, s, e, n, w, n, w, s);
}

static Rc note_worker(void *ud, const Record *rec)
{
    Town *t = ud;
    if (t->nworkers < ARRAY_LEN(t->worker)) t->worker[t->nworkers++] = rec->id;
    return RC_OK;
}

/* The last cell has nobody yet: the page of gaps has something to say. */
static Rc add_cell(Town *t, const Record *station, const char *code, int at)
{
    const Entity *e = &grid_cell_entity;
    Record *rec = rec_new(t->w->ctx, e), *d;
    TRY(by_code(t->w, &district_entity, code, &d));
    rec_set(e, rec, "district", db_val_i64(d->id));
    rec_set(e, rec, "body", db_val_i64(station->id));
    rec_set(e, rec, "cadence_days", db_val_i64(7));
    rec_set(e, rec, "households", db_val_i64((int64_t)rng_between(&t->rng, 180, 420)));
    rec_set(e, rec, "shape", db_val_json(str_of(shape(t, at % COLUMNS, at / COLUMNS))));
    if (t->nworkers && at != COLUMNS * ROWS - 1) {
        rec_set(e, rec, "worker", db_val_i64(t->worker[(size_t)(at / 2) % t->nworkers]));
        rec_set(e, rec, "ranger", db_val_i64(t->worker[(size_t)(at + 1) % t->nworkers]));
    }
    t->cell[at] = d;
    return store_insert(t->w, e, rec);
}

static Rc add_grid(Town *t, const Record *station)
{
    static const char *const villages[ROWS] = {"柳树社区", "清河社区", "望岚村"};
    Arena *a = t->w->ctx->arena;
    TRY(store_each(t->w, &person_entity, "body", db_val_i64(station->id), note_worker, t));
    TRY(add_district(t, COUNTY "001", "清源街道", COUNTY));
    for (int row = 0; row < ROWS; row++) {
        const char *village = arena_printf(a, COUNTY "001%03d", row + 1);
        TRY(add_district(t, village, villages[row], COUNTY "001"));
        for (int i = 0; i < COLUMNS; i++) {
            const char *code = arena_printf(a, "%s%03d", village, i + 1);
            TRY(add_district(t, code, arena_printf(a, "%s第%d网格", villages[row], i + 1), village));
            TRY(add_cell(t, station, code, row * COLUMNS + i));
        }
    }
    return RC_OK;
}

/* ---- Enterprises into their cells, and points to patrol ---- */

static int cell_of(const Town *t, double lon, double lat)
{
    for (int at = 0; at < COLUMNS * ROWS; at++) {
        Spot a = corner(t, at % COLUMNS, at / COLUMNS), b = corner(t, at % COLUMNS + 1, at / COLUMNS + 1);
        if (lon >= spot_lon(a) && lon < spot_lon(b) && lat >= spot_lat(a) && lat < spot_lat(b)) return at;
    }
    return -1;
}

static Rc add_point(Town *t, const Record *firm, const Record *station, const Record *list, int no)
{
    const Entity *e = &patrol_point_entity;
    Record *rec = rec_new(t->w->ctx, e);
    rec_set(e, rec, "code", db_val_z(arena_printf(t->w->ctx->arena, "PP-%03d", no)));
    rec_set(e, rec, "enterprise", db_val_i64(firm->id));
    rec_set(e, rec, "body", db_val_i64(station->id));
    rec_set(e, rec, "list", db_val_i64(list->id));
    rec_set(e, rec, "cadence_days", db_val_i64(no % 3 ? 7 : 14));
    rec_set(e, rec, "enabled", db_val_bool(true));
    return store_insert(t->w, e, rec);
}

static Rc place_firms(Town *t, const Record *station, const Record *list)
{
    int points = 0;
    for (int i = 1; i <= FIRMS; i++) {
        Record *firm, *old, *home;
        const Entity *e = &body_entity;
        TRY(by_code(t->w, e, arena_printf(t->w->ctx->arena, "ENT-%04d", i), &firm));
        TRY(store_get(t->w, &district_entity, rec_i64(e, firm, "district"), &home));
        int at = cell_of(t, rec_f64(e, firm, "lon"), rec_f64(e, firm, "lat"));
        if (at < 0 || !str_is(rec_text(&district_entity, home, "code"), COUNTY)) continue;
        old = rec_copy(t->w->ctx, e, firm);
        rec_set(e, firm, "grid", db_val_i64(t->cell[at]->id));
        TRY(store_update(t->w, e, old, firm, "change"));
        if (points < POINTS) TRY(add_point(t, firm, station, list, ++points));
    }
    return RC_OK;
}

/* ---- Doing a check ---- */

static Rc note_item(void *ud, const Record *rec)
{
    CheckDone *d = ud;
    if (d->n < ITEMS) d->answers[d->n++] = (CheckAnswer){.item = rec->id, .verdict = "ok"};
    return RC_OK;
}

static Rc finish(Town *t, Record *check, const char *checker, double fails)
{
    static const char *const seen[] = {"现场未按要求落实", "设施损坏，未及时更换", "记录缺失",
                                       "存放杂物，未清理"};
    CheckAnswer answers[ITEMS];
    CheckDone done = {.answers = answers, .lon = NAN, .lat = NAN, .done_at = t->w->now, .order = true};
    Record *firm;
    TRY(store_each(t->w, &check_item_entity, "list", db_val_i64(rec_i64(&check_entity, check, "list")),
                   note_item, &done));
    for (size_t i = 0; i < done.n; i++) {
        double u = rng_unit(&t->rng);
        if (u < fails) answers[i].verdict = "bad";
        else if (u > 0.94) answers[i].verdict = "none";
        if (u < fails) answers[i].note = str_of(seen[rng_next(&t->rng) % ARRAY_LEN(seen)]);
    }
    TRY(store_get(t->w, &body_entity, rec_i64(&check_entity, check, "enterprise"), &firm));
    done.checker = str_of(checker);
    done.unit_person = rec_text(&body_entity, firm, "legal_person");
    if (rec_val(&body_entity, firm, "lon")->type != DB_NULL) {
        done.lon = rec_f64(&body_entity, firm, "lon") + rng_between(&t->rng, -0.0004, 0.0004);
        done.lat = rec_f64(&body_entity, firm, "lat") + rng_between(&t->rng, -0.0003, 0.0003);
    }
    return check_finish(t->w, check, &done);
}

/* Two rounds of patrols; every seventh point was left out in the last. */
static Rc patrol(Town *t, const char *code, const Principal *who, int days)
{
    Record *point, *check = rec_new(t->w->ctx, &check_entity);
    Principal *no_one = NULL;
    TRY(by_code(t->w, &patrol_point_entity, code, &point));
    t->w->who = no_one;
    t->w->now = t->now - days * MS_DAY + (int64_t)rng_between(&t->rng, 0, 5 * (double)MS_HOUR);
    rec_set(&check_entity, check, "kind", db_val_z("patrol"));
    rec_set(&check_entity, check, "point", db_val_i64(point->id));
    rec_set(&check_entity, check, "list", *rec_val(&patrol_point_entity, point, "list"));
    rec_set(&check_entity, check, "body", *rec_val(&patrol_point_entity, point, "body"));
    TRY(check_make(t->w, check, TIME_NONE));
    t->w->who = who;
    t->w->now += 20 * MS_MINUTE;
    return finish(t, check, who->full_name, 0.03);
}

static Rc patrol_all(Town *t, const Record *station)
{
    Principal worker;
    TRY(act_as(t->w, "林小满", "grid", station, &worker));
    for (int no = 1; no <= POINTS; no++) {
        char code[16];
        Record *point;
        snprintf(code, sizeof code, "PP-%03d", no);
        Rc rc = store_find(t->w, &patrol_point_entity, str_printf(t->w->ctx->arena, "code:%s", code), &point);
        if (rc <= 0) return rc;
        TRY(patrol(t, code, &worker, 15));
        if (no % 7) TRY(patrol(t, code, &worker, 4 + no % 5));
    }
    return RC_OK;
}

static Rc the_town(Town *t)
{
    Record *station, *list;
    TRY(by_code(t->w, &body_entity, STATION, &station));
    TRY(by_code(t->w, &check_list_entity, "CL-PATROL", &list));
    TRY(add_grid(t, station));
    TRY(place_firms(t, station, list));
    return patrol_all(t, station);
}

/* ---- Plans of this month ---- */

static const struct {
    const char *name, *kind, *body, *role, *list, *industry, *enterprises, *checker;
    double done;
} plans[] = {
    {"燃气餐饮场所专项检查", "inspection", "BODY-CITY", "dept", "CL-GAS", "catering", NULL, "韩立", 0.55},
    {"危险化学品企业执法检查", "inspection", "BODY-EMERG", "inspector", "CL-CHEM", "chemical", NULL, "高远",
     0.6},
    {"养老机构冬季消防检查", "inspection", "BODY-EMERG", "inspector", "CL-ELDER", "medical", NULL, "高远",
     0.8},
    {"燃气供热企业自查", "self", "BODY-EMERG", "office", "CL-SMALL", NULL, "BODY-GAS BODY-HEAT BODY-WATER",
     NULL, 0},
};

static Rc add_plan(Town *t, size_t i, Record **out)
{
    const Entity *e = &check_plan_entity;
    Record *body, *list, *rec = rec_new(t->w->ctx, e);
    Civil c = civil_of(t->w->now);
    TRY(by_code(t->w, &body_entity, plans[i].body, &body));
    TRY(by_code(t->w, &check_list_entity, plans[i].list, &list));
    rec_set(e, rec, "name", db_val_z(arena_printf(t->w->ctx->arena, "%d 月%s", c.month, plans[i].name)));
    rec_set(e, rec, "kind", db_val_z(plans[i].kind));
    rec_set(e, rec, "cadence", db_val_z("once"));
    rec_set(e, rec, "year", db_val_i64(c.year));
    rec_set(e, rec, "month", db_val_i64(c.month));
    rec_set(e, rec, "list", db_val_i64(list->id));
    rec_set(e, rec, "body", db_val_i64(body->id));
    if (plans[i].industry) rec_set(e, rec, "industry", db_val_z(plans[i].industry));
    if (plans[i].enterprises) rec_set(e, rec, "enterprises", db_val_z(plans[i].enterprises));
    if (plans[i].checker) rec_set(e, rec, "checkers", db_val_z(plans[i].checker));
    TRY(store_insert(t->w, e, rec));
    *out = rec;
    return check_plan_release(t->w, rec);
}

typedef struct Ids {
    int64_t id[BODIES_MOST];
    size_t n;
} Ids;

static Rc note_id(void *ud, const Record *rec)
{
    Ids *ids = ud;
    if (ids->n < BODIES_MOST) ids->id[ids->n++] = rec->id;
    return RC_OK;
}

static Rc the_plan(Town *t, size_t i)
{
    Record *plan, *body, *check;
    Principal who;
    Ids *ids = arena_alloc(t->w->ctx->arena, sizeof *ids);
    int64_t begun = t->now - (civil_of(t->now).day > 18 ? 18 : civil_of(t->now).day - 1) * MS_DAY;
    ids->n = 0;
    TRY(by_code(t->w, &body_entity, plans[i].body, &body));
    TRY(act_as(t->w, plans[i].checker ? plans[i].checker : "安委办", plans[i].role, body, &who));
    t->w->who = &who;
    t->w->now = begun;
    TRY(add_plan(t, i, &plan));
    TRY(store_each(t->w, &check_entity, "plan", db_val_i64(plan->id), note_id, ids));
    for (size_t k = 0; k < ids->n; k++) {
        if (rng_unit(&t->rng) > plans[i].done) continue;
        TRY(store_get(t->w, &check_entity, ids->id[k], &check));
        t->w->now = begun + (int64_t)(rng_unit(&t->rng) * (double)(t->now - begun));
        TRY(finish(t, check, plans[i].checker, 0.05));
    }
    return RC_OK;
}

/* ---- All of it ---- */

typedef struct Part {
    Town *town;
    Rc (*fn)(Town *, size_t);
    size_t i;
} Part;

static Rc do_part(Work *w, void *ud)
{
    Part *part = ud;
    Town here = *part->town;
    here.w = w;
    Rc rc = part->fn(&here, part->i);
    part->town->rng = here.rng;
    return rc;
}

static Rc in_work(Town *t, Kernel *k, Rc (*fn)(Town *, size_t), size_t i)
{
    return demo_write(k, do_part, &(Part){t, fn, i});
}

static Rc town_work(Town *t, size_t i)
{
    (void)i;
    return the_town(t);
}

void checks_fill(Kernel *k, const City *city)
{
    Town t = {.rng = {mix64(city->seed ^ 0x63686b)}, .now = clock_now(), .city = city};
    int64_t begun = clock_now(), made;
    Rc rc = in_work(&t, k, town_work, 0);
    for (size_t i = 0; i < ARRAY_LEN(plans) && rc >= 0; i++) rc = in_work(&t, k, the_plan, i);
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    if (rc >= 0 && checks_run(&ctx, k, clock_now(), &made) < 0) log_err(LOG_ERROR, "demo", &ctx);
    arena_free(&arena);
    LOG(LOG_INFO, "demo", "checks of the past made", LOG_I64("ms", clock_now() - begun));
}
