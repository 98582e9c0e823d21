/* Which limit holds: of those valid at the instant, the one for the nearest district above the record (or its
 * own), then the one for its grade, then the one that came into force last. */
#include "base/clock.h"
#include "clock/clock_int.h"
#include "kernel/flow.h"
#include "kernel_clock_sql.h"

enum { TREE_DEPTH = 10 };

typedef struct Districts {
    bool known;
    size_t n;
    Str code[TREE_DEPTH]; /* the record's own first */
} Districts;

static const Field *field_of(const Entity *e, const char *name)
{
    for (size_t i = 0; name && i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return &e->fields[i];
    return NULL;
}

/* The codes from the record's district upwards. */
static Rc read_districts(Work *w, const Entity *e, const Record *rec, Districts *out)
{
    const Entity *districts = kernel_entity(w->kernel, "districts");
    const char *name = e->scope.district ? e->scope.district : "district";
    const Field *f = field_of(e, name);
    *out = (Districts){.known = true};
    if (!districts || !districts->code_field || !f || f->type != F_REF) return 0;
    int64_t id = rec_i64(e, rec, name);
    while (id && out->n < TREE_DEPTH) {
        Record *d;
        TRY(store_get(w, districts, id, &d));
        out->code[out->n++] = rec_text(districts, d, districts->code_field);
        id = field_of(districts, "parent") ? rec_i64(districts, d, "parent") : 0;
    }
    return 0;
}

/* Small is near; -1: does not hold there. A limit for everywhere is the farthest. */
static int distance(const Districts *d, Str code)
{
    if (!code.n) return TREE_DEPTH;
    for (size_t i = 0; i < d->n; i++)
        if (str_eq(d->code[i], code)) return (int)i;
    return -1;
}

int64_t limit_grade(const Entity *e, const Record *rec)
{
    const char *name = e->flow && e->flow->grade ? e->flow->grade : "grade";
    const Field *f = field_of(e, name);
    return f && f->type == F_INT ? rec_i64(e, rec, name) : 0;
}

typedef struct Candidate {
    LimitRow row;
    Str district;
} Candidate;

enum { MAX_CANDIDATES = 256 };

/* Those valid at the instant; the better grade and the later day first. */
static Rc read_candidates(Work *w, const DbVal *args, size_t nargs, Candidate *list, size_t *n)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_limit_valid, args, nargs, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < MAX_CANDIDATES) {
        Candidate *to = &list[*n];
        to->row = (LimitRow){.id = db_i64(c, Q_LIMIT_VALID_ID), .amount = db_i64(c, Q_LIMIT_VALID_AMOUNT)};
        to->district = db_str_copy(w->ctx, c, Q_LIMIT_VALID_DISTRICT);
        if (limit_unit_of(db_str(c, Q_LIMIT_VALID_UNIT), &to->row.unit)) ++*n;
    }
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc limit_find(Work *w, const Entity *e, const Record *rec, const char *code, int64_t at, LimitRow *out)
{
    Candidate *list = ARENA_ARRAY(w->ctx->arena, Candidate, MAX_CANDIDATES);
    size_t n = 0;
    TRY(read_candidates(w, DB_ARGS(db_val_z(code), db_val_i64(limit_grade(e, rec)), db_val_i64(at)), list,
                        &n));
    Districts where = {0};
    int best = TREE_DEPTH + 1;
    for (size_t i = 0; i < n; i++) {
        if (list[i].district.n && !where.known) TRY(read_districts(w, e, rec, &where));
        int far = distance(&where, list[i].district);
        if (far < 0 || far >= best) continue;
        best = far;
        *out = list[i].row;
    }
    return best <= TREE_DEPTH;
}

Rc limit_ladder(Work *w, int64_t limit_id, Ladder *out)
{
    Db *db;
    DbCursor *c;
    Rc rc;
    *out = (Ladder){0};
    TRY(work__db(w, &db));
    TRY(db_query(w->ctx, db, &q_limit_ladder, DB_ARGS(db_val_i64(limit_id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (out->n == MAX_RUNGS) {
            rc = FAIL_FIELD(w->ctx, "position", "range", 0, "一个时限至多 %d 级",
                            "a ladder has at most %d rungs", (int)MAX_RUNGS);
            break;
        }
        out->rungs[out->n++] = (Rung){.kind = limit_kind_of(db_str(c, Q_LIMIT_LADDER_KIND)),
                                      .percent = db_i64(c, Q_LIMIT_LADDER_PERCENT),
                                      .after = db_i64(c, Q_LIMIT_LADDER_AFTER),
                                      .to = str_z(w->ctx->arena, db_str(c, Q_LIMIT_LADDER_RECIPIENT))};
    }
    db_close(&c);
    return rc < 0 ? rc : 0;
}

/* Few limits, many clocks: what a limit is called is kept with the work. */
typedef struct LimitTitle {
    struct LimitTitle *next;
    const char *code, *title;
    Lang lang;
} LimitTitle;

static Rc read_title(Work *w, const char *code, Lang lang, const char **out)
{
    Db *db;
    DbCursor *c;
    *out = code;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, &q_limit_title, DB_ARGS(db_val_z(code)), &c);
    if (rc <= 0) return rc;
    Str en = db_str(c, Q_LIMIT_TITLE_NAME_EN);
    *out = str_z(w->ctx->arena, lang == LANG_EN && en.n ? en : db_str(c, Q_LIMIT_TITLE_NAME));
    db_close(&c);
    return 0;
}

Rc limit_title(Work *w, const char *code, Lang lang, const char **out)
{
    WorkState *s = w->impl;
    for (LimitTitle *t = s->limit_titles; t; t = t->next)
        if (t->lang == lang && !strcmp(t->code, code)) {
            *out = t->title;
            return 0;
        }
    TRY(read_title(w, code, lang, out));
    LimitTitle *t = ARENA_NEW(w->ctx->arena, LimitTitle);
    *t = (LimitTitle){.next = s->limit_titles, .code = code, .title = *out, .lang = lang};
    s->limit_titles = t;
    return 0;
}
