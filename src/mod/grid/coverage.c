/* GET /api/grid/coverage: township by township, how far the grid reaches and how it is walked, of what the
 * caller sees. A district's township is that of its code's first nine digits (GB/T 10114). */
#include "grid_private.h"
#include "mod_grid_queries_sql.h"
#include "base/clock.h"

enum { TOWNS = 500, DAYS = 30 };
enum { VILLAGES, CELLS, STAFFED, KEPT, ENTERPRISES, PLACED, POINTS, MISSED, PATROLS, DANGERS, FIGURES };

typedef struct Town {
    Str code, name;
    int64_t v[FIGURES];
} Town;
typedef struct Towns {
    Work *w;
    Town *town;
    size_t n;
} Towns;

static Town *town_of(Towns *t, Str code)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = str_cmp(t->town[mid].code, code);
        if (!order) return &t->town[mid];
        if (order < 0) low = mid + 1;
        else high = mid;
    }
    return NULL;
}

static Rc load_towns(Towns *t)
{
    DbCursor *c;
    Rc rc;
    t->town = arena_alloc(t->w->ctx->arena, TOWNS * sizeof *t->town);
    memset(t->town, 0, TOWNS * sizeof *t->town);
    TRY(db_query(t->w->ctx, t->w->db, &q_grid_towns, DB_ARGS(db_val_z(grid_path(t->w))), &c));
    while ((rc = db_next(t->w->ctx, c)) > 0 && t->n < TOWNS) {
        t->town[t->n].code = db_str_copy(t->w->ctx, c, 1);
        t->town[t->n++].name = db_str_copy(t->w->ctx, c, 2);
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

/* Two figures of each township. */
static Rc count(Towns *t, const DbQuery *q, const DbVal *args, size_t nargs, int first)
{
    DbCursor *c;
    Rc rc;
    TRY(scope_query(t->w, q, args, nargs, &c));
    while ((rc = db_next(t->w->ctx, c)) > 0) {
        Town *town = town_of(t, db_str(c, 0));
        if (!town) continue;
        town->v[first] = db_i64(c, 1);
        town->v[first + 1] = db_i64(c, 2);
    }
    db_close(&c);
    return rc;
}

static Rc count_all(Towns *t)
{
    int64_t now = t->w->now;
    TRY(count(t, &q_grid_count_districts, DB_NO_ARGS, VILLAGES));
    TRY(count(t, &q_grid_count_cells, DB_NO_ARGS, STAFFED));
    TRY(count(t, &q_grid_count_bodies, DB_NO_ARGS, ENTERPRISES));
    TRY(count(t, &q_grid_count_points, DB_ARGS(db_val_i64(now)), POINTS));
    return count(t, &q_grid_count_patrols, DB_ARGS(db_val_i64(now - DAYS * MS_DAY)), PATROLS);
}

Rc grid_coverage(Req *req, Res *res)
{
    static const char *const names[FIGURES] = {
        [VILLAGES] = "villages",       [CELLS] = "cells",     [STAFFED] = "staffed",
        [ENTERPRISES] = "enterprises", [PLACED] = "placed",   [POINTS] = "points",
        [MISSED] = "missed",           [PATROLS] = "patrols", [DANGERS] = "dangers"};
    Work w;
    Towns t = {.w = &w};
    TRY(work_begin(req, false, &w));
    TRY(load_towns(&t));
    TRY(count_all(&t));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ki(out, "days", DAYS);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < t.n; i++) {
        jout_open(out);
        jout_ks(out, "key", t.town[i].code);
        jout_ks(out, "title", t.town[i].name);
        for (size_t k = 0; k < FIGURES; k++)
            if (names[k]) jout_ki(out, names[k], t.town[i].v[k]);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
