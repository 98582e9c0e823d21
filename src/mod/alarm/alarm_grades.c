/* The most severe announced grade of each point, which the map asks for twenty thousand points at a time:
 * bytes in chunks that are made once and never moved, so that readers need no lock. Whoever changes alarms
 * touches their points; after the commit those are read anew, under one lock, so that an older reading never
 * overtakes a newer one. */
#include "alarm_private.h"
#include "mod_alarm_queries_sql.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CHUNK = 4096, CHUNKS = 4096, TOUCHED_MOST = 64 };

typedef struct Chunk {
    _Atomic uint8_t grade[CHUNK];
} Chunk;

struct AlarmGrades {
    Kernel *kernel;
    _Atomic(Chunk *) chunks[CHUNKS];
    pthread_mutex_t lock;    /* touched */
    pthread_mutex_t refresh; /* one at a time; the only writer of chunks */
    int64_t touched[TOUCHED_MOST];
    size_t ntouched;
    bool all;
};

AlarmGrades *alarm_grades_new(Kernel *k)
{
    AlarmGrades *g = calloc(1, sizeof *g);
    ENSURE(g);
    g->kernel = k;
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_init(&g->refresh, NULL);
    return g;
}

void alarm_grades_free(AlarmGrades **grades)
{
    AlarmGrades *g = *grades;
    if (!g) return;
    for (size_t i = 0; i < CHUNKS; i++) free(atomic_load(&g->chunks[i]));
    pthread_mutex_destroy(&g->lock);
    pthread_mutex_destroy(&g->refresh);
    free(g);
    *grades = NULL;
}

uint8_t alarm_grade_of(void *grades, uint32_t number)
{
    AlarmGrades *g = grades;
    Chunk *c = number / CHUNK < CHUNKS
                   ? atomic_load_explicit(&g->chunks[number / CHUNK], memory_order_acquire)
                   : NULL;
    return c ? atomic_load_explicit(&c->grade[number % CHUNK], memory_order_relaxed) : 0;
}

static void set(AlarmGrades *g, int64_t number, int64_t grade)
{
    if (number < 1 || number / CHUNK >= CHUNKS) return;
    Chunk *c = atomic_load(&g->chunks[number / CHUNK]);
    if (!c && grade) {
        c = calloc(1, sizeof *c);
        ENSURE(c);
        atomic_store_explicit(&g->chunks[number / CHUNK], c, memory_order_release);
    }
    if (c) atomic_store_explicit(&c->grade[number % CHUNK], (uint8_t)grade, memory_order_relaxed);
}

void alarm_grades_touch(AlarmGrades *g, int64_t point_id)
{
    pthread_mutex_lock(&g->lock);
    size_t i = 0;
    while (i < g->ntouched && g->touched[i] != point_id) i++;
    if (!point_id || (i == g->ntouched && g->ntouched == TOUCHED_MOST)) g->all = true;
    else if (i == g->ntouched) g->touched[g->ntouched++] = point_id;
    pthread_mutex_unlock(&g->lock);
}

/* ---- Reading ---- */

typedef struct Touched {
    int64_t id[TOUCHED_MOST];
    size_t n;
    bool all;
} Touched;

static Touched take_touched(AlarmGrades *g)
{
    Touched t;
    pthread_mutex_lock(&g->lock);
    t.n = g->ntouched;
    t.all = g->all;
    memcpy(t.id, g->touched, sizeof t.id);
    g->ntouched = 0;
    g->all = false;
    pthread_mutex_unlock(&g->lock);
    return t;
}

/* One past the highest number that may hold a grade. */
static int64_t end_of(AlarmGrades *g)
{
    size_t top = CHUNKS;
    while (top > 0 && !atomic_load(&g->chunks[top - 1])) top--;
    return (int64_t)top * CHUNK;
}

/* Rows ascend by number: what lies between two of them has no grade. */
static Rc load_all(Work *w, AlarmGrades *g)
{
    DbCursor *c;
    Rc rc;
    int64_t next = 1, end = end_of(g);
    TRY(db_query(w->ctx, w->db, &q_alarm_grades, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        int64_t number = db_i64(c, 0);
        for (; next < number && next < end; next++) set(g, next, 0);
        set(g, number, db_i64(c, 1));
        next = number + 1;
    }
    db_close(&c);
    for (; rc == 0 && next < end; next++) set(g, next, 0);
    return rc;
}

static Rc load_one(Work *w, AlarmGrades *g, int64_t point_id)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_alarm_point_grade, DB_ARGS(db_val_i64(point_id)), &c);
    if (rc <= 0) return rc;
    set(g, db_i64(c, 0), db_i64(c, 1));
    db_close(&c);
    return RC_OK;
}

static Rc load(AlarmGrades *g, Ctx *ctx, const Touched *t)
{
    Work w;
    TRY(work_begin_as(ctx, g->kernel, NULL, "alarm", false, &w));
    if (t->all) return load_all(&w, g);
    for (size_t i = 0; i < t->n; i++) TRY(load_one(&w, g, t->id[i]));
    return RC_OK;
}

void alarm_grades_refresh(AlarmGrades *g)
{
    pthread_mutex_lock(&g->refresh);
    Touched t = take_touched(g);
    if (t.n || t.all) {
        Arena *arena = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, arena, LANG_ZH);
        if (load(g, &ctx, &t) < 0) {
            log_err(LOG_WARN, "alarm", &ctx);
            alarm_grades_touch(g, 0); /* all at the next change */
        }
        arena_free(&arena);
    }
    pthread_mutex_unlock(&g->refresh);
}
