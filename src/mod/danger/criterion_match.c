/* Which clauses fit a description? A clause is found by its words and by what its text shares with the
 * description; both are shown, so that who judges sees why it was proposed. Nothing is judged here. */
#include "danger_private.h"
#include "mod_danger_queries_sql.h"
#include "mod/danger_words.h"

enum { CLAUSES_MOST = 2000, FITS = 12 };

static Match weigh(Work *w, Record *criterion, Str text)
{
    Match m = {.criterion = criterion};
    StrBuf b;
    int found = 0;
    buf_init(&b, w->ctx->arena);
    Str rest = rec_text(CE, criterion, "keywords");
    while (rest.n) {
        Str word = str_cut(&rest, ' ');
        if (!danger_words_hold(text, word)) continue;
        if (found++) buf_addz(&b, "、");
        buf_add(&b, word);
    }
    double alike = danger_words_alike(text, rec_text(CE, criterion, "text"));
    double score = (found > 3 ? 3 : found) * 22 + alike * 60;
    m.words = buf_str(&b);
    m.score = score > 100 ? 100 : (int)score;
    return m;
}

static void keep(Match out[MATCH_MOST], size_t *n, Match m)
{
    size_t at = *n;
    while (at && out[at - 1].score < m.score) at--;
    if (at == MATCH_MOST) return;
    if (*n < MATCH_MOST) ++*n;
    for (size_t i = *n - 1; i > at; i--) out[i] = out[i - 1];
    out[at] = m;
}

Rc criterion_match(Work *w, Str industry, Str text, Match out[MATCH_MOST], size_t *n)
{
    DbCursor *c;
    Rc rc;
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, CLAUSES_MOST);
    size_t nids = 0;
    *n = 0;
    TRY(db_query(w->ctx, w->db, &q_criterion_candidates,
                 DB_ARGS(industry.n ? db_val_text(industry) : db_val_null()), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && nids < CLAUSES_MOST) ids[nids++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < nids; i++) {
        Record *criterion;
        TRY(store_get(w, CE, ids[i], &criterion));
        Match m = weigh(w, criterion, text);
        if (m.score >= FITS) keep(out, n, m);
    }
    return RC_OK;
}
