/* Counts of unclaimed sources live in the intake's memory, where they cost nothing per reading; the table is
 * their image for lists and searches. They are telemetry, not decisions: no ledger entry. A row leaves the
 * table when the intake no longer keeps its source (a point claims it, or it was silent and its place was
 * needed) and comes back when the source appears again. */
#include "source_private.h"
#include "mod_source_queries_sql.h"
#include "base/id.h"
#include "base/strmap.h"

#include <math.h>

typedef struct Collect {
    Ctx *ctx;
    SourceList out;
    size_t cap;
} Collect;

/* What a sender wrote need not be text; a cut in the middle of a character is mended. */
static bool is_text(Str s)
{
    return str_utf8_ok(s) && (s.n == 0 || !memchr(s.p, 0, s.n));
}

static Str mended(Str s)
{
    for (int cut = 0; cut < 3 && s.n && !is_text(s); cut++) s.n--;
    return is_text(s) ? s : STR_NONE;
}

static void collect(void *ud, const Unclaimed *u)
{
    Collect *c = ud;
    if (!is_text(u->key)) return;
    if (c->out.n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 64;
        Unclaimed *p = ARENA_ARRAY(c->ctx->arena, Unclaimed, cap);
        if (c->out.n) memcpy(p, c->out.list, c->out.n * sizeof *p);
        c->out.list = p;
        c->cap = cap;
    }
    Unclaimed *copy = &c->out.list[c->out.n++];
    *copy = *u;
    copy->key = str_copy(c->ctx->arena, u->key);
    copy->sender = str_copy(c->ctx->arena, mended(u->sender));
}

SourceList source_list(Ctx *ctx, Intake *in)
{
    Collect c = {.ctx = ctx};
    intake_unclaimed(in, collect, &c);
    return c.out;
}

Rc source_count(Work *w, int64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_source_count, DB_NO_ARGS, &c);
    *out = rc > 0 ? db_i64(c, 0) : 0;
    return rc < 0 ? rc : RC_OK;
}

static bool moved(const Unclaimed *u, int64_t since)
{
    return u->last_t >= since;
}

Rc source_differs(Work *w, const SourceList *all, int64_t since, bool *differs)
{
    int64_t rows;
    TRY(source_count(w, &rows));
    *differs = rows != (int64_t)all->n;
    for (size_t i = 0; i < all->n && !*differs; i++) *differs = moved(&all->list[i], since);
    return RC_OK;
}

/* ---- Writing ---- */

static Rc yes(Work *w, const DbQuery *q, Str key)
{
    DbCursor *c;
    return db_query_one(w->ctx, w->db, q, DB_ARGS(db_val_text(key)), &c);
}

static Rc write_one(Work *w, const Unclaimed *u)
{
    DbVal key = db_val_text(u->key), sender = db_val_text(u->sender);
    DbVal count = db_val_i64((int64_t)u->count),
          value = isfinite(u->last_v) ? db_val_f64(u->last_v) : db_val_null();
    DbVal first = db_val_i64(u->first_t), last = db_val_i64(u->last_t);
    Rc rc = db_exec(w->ctx, w->db, &q_source_update, DB_ARGS(key, sender, count, value, first, last));
    if (rc) return rc < 0 ? rc : RC_OK;
    /* Not in the table: new, or a point has claimed it since the list was made. */
    rc = yes(w, &q_source_claimed, u->key);
    if (rc) return rc < 0 ? rc : RC_OK;
    rc = db_exec(w->ctx, w->db, &q_source_revive, DB_ARGS(key, sender, count, value, first, last));
    if (rc) return rc < 0 ? rc : RC_OK;
    rc = db_exec(w->ctx, w->db, &q_source_insert,
                 DB_ARGS(db_val_i64(id_new()), key, sender, count, value, first, last));
    return rc < 0 ? rc : RC_OK;
}

/* Ids of rows whose source the intake does not keep. */
static Rc gone(Work *w, const SourceList *all, int64_t **out, size_t *n)
{
    StrMap *kept = strmap_new(all->n + 1);
    for (size_t i = 0; i < all->n; i++) strmap_put(kept, all->list[i].key, 1);
    DbCursor *c = NULL;
    int64_t rows;
    Rc rc = source_count(w, &rows);
    *n = 0;
    *out = ARENA_ARRAY(w->ctx->arena, int64_t, (size_t)rows + 1);
    if (rc >= 0) rc = db_query(w->ctx, w->db, &q_source_keys, DB_NO_ARGS, &c);
    if (rc >= 0) {
        while ((rc = db_next(w->ctx, c)) > 0)
            if (strmap_get(kept, db_str(c, 1)) == STRMAP_NONE && *n < (size_t)rows)
                (*out)[(*n)++] = db_i64(c, 0);
        db_close(&c);
    }
    strmap_free(&kept);
    return rc;
}

static Rc drop_gone(Work *w, const SourceList *all)
{
    int64_t *ids;
    size_t n;
    TRY(gone(w, all, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        Rc rc = db_exec(w->ctx, w->db, &q_source_drop, DB_ARGS(db_val_i64(ids[i]), db_val_i64(w->now)));
        if (rc < 0) return rc;
    }
    return RC_OK;
}

Rc source_write(Work *w, const SourceList *all, int64_t since)
{
    int64_t rows;
    for (size_t i = 0; i < all->n; i++)
        if (moved(&all->list[i], since)) TRY(write_one(w, &all->list[i]));
    TRY(source_count(w, &rows));
    return rows == (int64_t)all->n ? RC_OK : drop_gone(w, all);
}
