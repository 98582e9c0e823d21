/* GET /api/warnings/{id}/alarms-near: alarms that are open, were not judged otherwise and stand in no open
 * warning, and what each has in common with this one, nearest first: the officer adds those of one cause. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"

#define AE (&alarm_entity)

enum { MOST = 50 };
#define SINCE_MS (72 * MS_HOUR)

typedef struct Candidate {
    int64_t id;
    Str why;
} Candidate;

static Rc read_candidates(Work *w, const Record *rec, Candidate *out, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(scope_query(w, &q_warning_candidates,
                    DB_ARGS(*rec_val(WE, rec, "object"), *rec_val(WE, rec, "group_id"),
                            *rec_val(WE, rec, "owner"), *rec_val(WE, rec, "line"),
                            *rec_val(WE, rec, "district"), db_val_i64(w->now - SINCE_MS), db_val_i64(MOST)),
                    &c));
    while ((rc = db_next(w->ctx, c)) > 0) out[(*n)++] = (Candidate){db_i64(c, 0), db_str_copy(w->ctx, c, 1)};
    db_close(&c);
    return rc;
}

Rc warning_candidates(Req *req, Res *res)
{
    Work w;
    Record *rec, *alarm;
    Candidate found[MOST];
    size_t n;
    TRY(work_begin(req, false, &w));
    TRY(warning_of_path(req, &w, &rec));
    TRY(read_candidates(&w, rec, found, &n));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        TRY(store_get(&w, AE, found[i].id, &alarm));
        jout_open(out);
        jout_ks(out, "why", found[i].why);
        jout_key(out, "alarm");
        TRY(store_write_json(&w, AE, alarm, out));
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
