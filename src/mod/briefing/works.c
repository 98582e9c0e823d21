/* How units did what was due in the period: tasks by unit, tasks that are still open past their end with the
 * paper they come from, duties by unit. Of what the body that writes may see; nothing where the slice is not
 * there. */
#include "briefing_private.h"
#include "base/clock.h"
#include "mod_briefing_queries_sql.h"

enum { LATE_TASKS_MOST = 200 };

static bool readable(const Count *c, const char *plural)
{
    const Entity *e = kernel_entity(c->w->kernel, plural);
    return e && perm_has(c->w->who, e->read_perm);
}

/* Rows of name, due, done, done late, not done. */
static Rc put_bodies(Count *c, const char *plural, const char *key, const DbQuery *q, JsonOut *o)
{
    DbCursor *cur;
    Rc rc;
    if (!readable(c, plural)) return RC_OK;
    TRY(scope_query(
        c->w, q, DB_ARGS(db_val_i64(c->period.from), db_val_i64(c->period.to), db_val_i64(c->w->now)), &cur));
    jout_key(o, key);
    jout_open_array(o);
    while ((rc = db_next(c->w->ctx, cur)) > 0) {
        jout_open(o);
        jout_ks(o, "body", db_str_copy(c->w->ctx, cur, 0));
        jout_ki(o, "count", db_i64(cur, 1));
        jout_ki(o, "done", db_i64(cur, 2));
        jout_ki(o, "slow", db_i64(cur, 3));
        jout_ki(o, "missing", db_i64(cur, 4));
        jout_close(o);
    }
    db_close(&cur);
    jout_close_array(o);
    return rc;
}

static Rc put_late_tasks(Count *c, JsonOut *o)
{
    DbCursor *cur;
    Rc rc;
    Arena *a = c->w->ctx->arena;
    if (!readable(c, "tasks")) return RC_OK;
    TRY(scope_query(c->w, &q_briefing_task_late,
                    DB_ARGS(db_val_i64(c->period.to), db_val_i64(c->w->now), db_val_i64(LATE_TASKS_MOST)),
                    &cur));
    jout_key(o, "task_late");
    jout_open_array(o);
    while ((rc = db_next(c->w->ctx, cur)) > 0) {
        int64_t due = db_i64(cur, 4), days = civil_day(c->w->now) - civil_day(due);
        jout_open(o);
        jout_ks(o, "body", db_str_copy(c->w->ctx, cur, 0));
        jout_ks(o, "code", db_str_copy(c->w->ctx, cur, 1));
        jout_ks(o, "title", db_str_copy(c->w->ctx, cur, 2));
        jout_ks(o, "basis", db_str_copy(c->w->ctx, cur, 3));
        jout_ks(o, "due", paper_time(a, due, true, LANG_ZH));
        jout_ks(o, "over", days ? str_printf(a, "%lld天", (long long)days) : STR("不足1天"));
        jout_close(o);
    }
    db_close(&cur);
    jout_close_array(o);
    return rc;
}

Rc works_count(Count *c, JsonOut *o)
{
    TRY(put_bodies(c, "tasks", "task_bodies", &q_briefing_task_bodies, o));
    TRY(put_late_tasks(c, o));
    return put_bodies(c, "duties", "duty_bodies", &q_briefing_duty_bodies, o);
}
