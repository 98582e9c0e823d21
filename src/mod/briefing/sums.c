/* What a briefing says beside counts of lists: shares of one count in another, how fast people answered, what
 * waited longest, and the tables (lines of work, who is late, major dangers under supervision). Rows are
 * those that the body sees. */
#include "briefing_private.h"
#include "base/clock.h"
#include "mod_briefing_queries_sql.h"
#include <stdlib.h>

enum { TIMES_MOST = 20000, MAJORS_MOST = 100, ITEMS_MOST = 200, LINES_MOST = 40 };

static const Figure *figure_of(const Count *c, const char *key)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->v[i].key, key)) return &c->v[i];
    return NULL;
}

/* "3天", "5小时", "25分钟": what a reader wants to know of a time. */
static Str span_words(Arena *a, int64_t ms)
{
    if (ms >= 2 * MS_DAY) return str_printf(a, "%lld天", (long long)(ms / MS_DAY));
    if (ms >= 2 * MS_HOUR) return str_printf(a, "%lld小时", (long long)(ms / MS_HOUR));
    return str_printf(a, "%lld分钟", (long long)((ms + MS_MINUTE / 2) / MS_MINUTE));
}

/* ---- Shares ---- */

static const struct {
    const char *key, *part, *whole;
    Text label;
} shares[] = {
    {"false_rate", "alarms_false", "alarms_judged", T("误报率", "Share of false alarms")},
    {"in_time_rate", "dangers_in_time", "dangers_rectified", T("按期整改率", "Share rectified in time")},
    {"tasks_rate", "tasks_in_time", "tasks", T("任务按期完成率", "Share of tasks done in time")},
    {"duties_rate", "duties_done", "duties", T("履职完成率", "Share of duties done")},
};

/* Nothing is said of a share of nothing. */
static void add_share(Count *c, size_t i)
{
    const Figure *part = figure_of(c, shares[i].part), *whole = figure_of(c, shares[i].whole);
    if (!part || !whole || !whole->n) return;
    Figure *f = figure_add(c, shares[i].key, shares[i].label);
    f->n = part->n;
    f->value = str_printf(c->w->ctx->arena, "%.1f%%", 100.0 * (double)part->n / (double)whole->n);
    f->plural = part->plural;
    f->query = part->query;
}

/* ---- How fast ---- */

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static Rc add_median(Count *c, const DbQuery *q, const char *key, Text label, const char *plural,
                     const char *query)
{
    DbCursor *cur;
    Rc rc;
    Arena *a = c->w->ctx->arena;
    int64_t *took = ARENA_ARRAY(a, int64_t, TIMES_MOST);
    const Entity *e = kernel_entity(c->w->kernel, plural);
    size_t n = 0;
    if (!e || !perm_has(c->w->who, e->read_perm)) return 0;
    TRY(scope_query(c->w, q,
                    DB_ARGS(db_val_i64(c->period.from), db_val_i64(c->period.to), db_val_i64(TIMES_MOST)),
                    &cur));
    while ((rc = db_next(c->w->ctx, cur)) > 0) took[n++] = db_i64(cur, 0);
    db_close(&cur);
    if (rc < 0 || !n) return rc;
    qsort(took, n, sizeof *took, by_value);
    Figure *f = figure_add(c, key, label);
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    f->n = (int64_t)n;
    f->value = span_words(a, took[(n - 1) / 2]);
    f->plural = plural;
    f->query = str_printf(a, query, time_print(c->period.from, from), time_print(c->period.to, to));
    return 0;
}

/* ---- What waited longest ---- */

static Rc put_unjudged(Count *c, JsonOut *o)
{
    DbCursor *cur;
    Arena *a = c->w->ctx->arena;
    const Entity *e = kernel_entity(c->w->kernel, "alarms");
    if (!e || !perm_has(c->w->who, e->read_perm)) return 0;
    TRY(scope_query(c->w, &q_briefing_unjudged, DB_NO_ARGS, &cur));
    Rc rc = db_next(c->w->ctx, cur);
    if (rc > 0) {
        jout_key(o, "unjudged");
        jout_open(o);
        jout_ks(o, "point", db_str_copy(c->w->ctx, cur, 0));
        jout_ks(o, "since", paper_time(a, db_i64(cur, 1), false, LANG_ZH));
        jout_ks(o, "waits", span_words(a, c->w->now - db_i64(cur, 1)));
        jout_close(o);
    }
    db_close(&cur);
    return rc < 0 ? rc : 0;
}

/* ---- Lines of work ---- */

typedef struct LineRow {
    Str line;
    int64_t alarms, wrong, was;
} LineRow;

static LineRow *line_row(LineRow *rows, size_t *n, Str line)
{
    for (size_t i = 0; i < *n; i++)
        if (str_eq(rows[i].line, line)) return &rows[i];
    if (*n == LINES_MOST) return NULL;
    rows[*n] = (LineRow){.line = line};
    return &rows[(*n)++];
}

static int by_alarms(const void *a, const void *b)
{
    const LineRow *x = a, *y = b;
    if (x->alarms != y->alarms) return x->alarms > y->alarms ? -1 : 1;
    return str_cmp(x->line, y->line);
}

static Rc read_lines(Count *c, LineRow *rows, size_t *n)
{
    DbCursor *cur;
    Rc rc;
    TRY(scope_query(c->w, &q_briefing_lines,
                    DB_ARGS(db_val_i64(c->period.from), db_val_i64(c->period.to),
                            db_val_i64(c->period.was_from), db_val_i64(c->period.was_to)),
                    &cur));
    while ((rc = db_next(c->w->ctx, cur)) > 0) {
        LineRow *r = line_row(rows, n, db_str_copy(c->w->ctx, cur, 0));
        if (!r) continue;
        r->alarms += db_i64(cur, 1);
        r->wrong += db_i64(cur, 2);
        r->was += db_i64(cur, 3);
    }
    db_close(&cur);
    qsort(rows, *n, sizeof *rows, by_alarms);
    return rc;
}

static Rc put_lines(Count *c, JsonOut *o)
{
    LineRow *rows = ARENA_ARRAY(c->w->ctx->arena, LineRow, LINES_MOST);
    const Entity *e = kernel_entity(c->w->kernel, "alarms");
    size_t n = 0;
    if (!e || !perm_has(c->w->who, e->read_perm)) return 0;
    TRY(read_lines(c, rows, &n));
    jout_key(o, "lines");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        const char *label = dict_label(c->w->kernel, "field", rows[i].line, LANG_ZH);
        jout_open(o);
        jout_ks(o, "line", label ? str_of(label) : rows[i].line.n ? rows[i].line : STR("未分专业"));
        jout_ki(o, "alarms", rows[i].alarms);
        jout_ki(o, "wrong", rows[i].wrong);
        jout_ki(o, "was", rows[i].was);
        jout_close(o);
    }
    jout_close_array(o);
    return 0;
}

/* ---- Who is late ---- */

Rc briefing_late(Work *w, LateBody *out, size_t most, size_t *n, int64_t *all)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    *all = 0;
    TRY(scope_query(w, &q_briefing_late_bodies, DB_ARGS(db_val_i64(w->now)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        *all += db_i64(c, 2);
        if (*n == most) continue;
        out[(*n)++] = (LateBody){.body = db_i64(c, 0),
                                 .name = db_str_copy(w->ctx, c, 1),
                                 .n = db_i64(c, 2),
                                 .oldest = db_i64(c, 3)};
    }
    db_close(&c);
    return rc;
}

static Rc put_late(Count *c, JsonOut *o)
{
    Work *w = c->w;
    LateBody *rows = ARENA_ARRAY(w->ctx->arena, LateBody, LATE_MOST);
    size_t n;
    int64_t all;
    TRY(briefing_late(w, rows, LATE_MOST, &n, &all));
    Figure *f = figure_add(c, "late", (Text)T("逾期未办事项", "Matters past their end"));
    f->n = all;
    f->unit = STR("项");
    f->value = str_printf(w->ctx->arena, "%lld", (long long)all);
    f->page = "/desk?box=overdue";
    jout_key(o, "late_bodies");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        jout_open(o);
        jout_ks(o, "body", rows[i].name);
        jout_ki(o, "count", rows[i].n);
        jout_ks(o, "longest", span_words(w->ctx->arena, w->now - rows[i].oldest));
        jout_close(o);
    }
    jout_close_array(o);
    return 0;
}

static Rc put_late_items(Count *c, JsonOut *o)
{
    DbCursor *cur;
    Rc rc;
    Arena *a = c->w->ctx->arena;
    TRY(scope_query(c->w, &q_briefing_late_items, DB_ARGS(db_val_i64(c->w->now), db_val_i64(ITEMS_MOST)),
                    &cur));
    jout_key(o, "late_items");
    jout_open_array(o);
    while ((rc = db_next(c->w->ctx, cur)) > 0) {
        jout_open(o);
        jout_ks(o, "body", db_str_copy(c->w->ctx, cur, 0));
        jout_ks(o, "code", db_str_copy(c->w->ctx, cur, 1));
        jout_ks(o, "title", db_str_copy(c->w->ctx, cur, 2));
        jout_ks(o, "due", paper_time(a, db_i64(cur, 3), true, LANG_ZH));
        jout_ks(o, "over", span_words(a, c->w->now - db_i64(cur, 3)));
        jout_close(o);
    }
    db_close(&cur);
    jout_close_array(o);
    return rc;
}

/* ---- Major dangers ---- */

static Rc put_majors(Count *c, JsonOut *o)
{
    DbCursor *cur;
    Rc rc;
    const Entity *e = kernel_entity(c->w->kernel, "supervisions");
    if (!e || !perm_has(c->w->who, e->read_perm)) return 0;
    TRY(scope_query(c->w, &q_briefing_majors, DB_ARGS(db_val_i64(MAJORS_MOST)), &cur));
    jout_key(o, "majors");
    jout_open_array(o);
    while ((rc = db_next(c->w->ctx, cur)) > 0) {
        Str level = db_str_copy(c->w->ctx, cur, 3);
        const char *label = dict_label(c->w->kernel, "supervision_level", level, LANG_ZH);
        jout_open(o);
        jout_ks(o, "code", db_str_copy(c->w->ctx, cur, 0));
        jout_ks(o, "title", db_str_copy(c->w->ctx, cur, 1));
        jout_ks(o, "enterprise", db_str_copy(c->w->ctx, cur, 2));
        jout_ks(o, "level", label ? str_of(label) : level);
        jout_ks(o, "leader", db_str_copy(c->w->ctx, cur, 4));
        jout_close(o);
    }
    db_close(&cur);
    jout_close_array(o);
    return rc;
}

Rc sums_count(Count *c, JsonOut *o)
{
    for (size_t i = 0; i < ARRAY_LEN(shares); i++) add_share(c, i);
    TRY(add_median(c, &q_briefing_signing, "signing", (Text)T("签收用时中位数", "Median time to signing"),
                   "orders", "issued_at.gte=%s&issued_at.lt=%s&signed_at.ne=&state.ne=withdrawn"));
    TRY(add_median(c, &q_briefing_answering, "answering",
                   (Text)T("反馈用时中位数", "Median time to the answer"), "orders",
                   "issued_at.gte=%s&issued_at.lt=%s&answered_at.ne=&state.ne=withdrawn"));
    TRY(put_unjudged(c, o));
    TRY(put_lines(c, o));
    TRY(put_late(c, o));
    TRY(put_late_items(c, o));
    TRY(works_count(c, o));
    return put_majors(c, o);
}
