/* A reading becomes rows: one item for each piece of the paper, in its order, and the counts on the paper. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

Rc document_keep_items(Work *w, Record *doc, const PolicyPaper *paper)
{
    UnitBook book;
    Proposal p = {.book = &book, .year = (int)rec_i64(DE, doc, "year")};
    if (paper->items.n > ITEMS_MOST)
        return FAIL(w->ctx, RC_TOO_LARGE, "document.items", "文件条目超过 %d 条", "more than %d items",
                    ITEMS_MOST);
    TRY(unit_book(w, rec_i64(DE, doc, "district"), &book));
    for (size_t i = 0; i < paper->items.n; i++) {
        Record *rec = rec_new(w->ctx, IE);
        rec_set(IE, rec, "document", db_val_i64(doc->id));
        rec_set(IE, rec, "place", db_val_i64((int64_t)(i + 1) * 100));
        rec_set(IE, rec, "state", db_val_z("proposed"));
        TRY(propose_item(w, &p, &paper->items.v[i], rec));
        TRY(store_insert(w, IE, rec));
    }
    return RC_OK;
}

/* ---- Counts ---- */

enum { ITEMS, DUTIES, DOUBTFUL, WAITING, CONFIRMED, COUNTS };
static const char *const count_names[COUNTS] = {"items", "duties", "doubtful", "waiting", "confirmed"};

static void count_row(Str state, bool duty, bool doubtful, int64_t n, int64_t v[COUNTS])
{
    bool open = str_is(state, "proposed");
    if (str_is(state, "merged")) return;
    v[ITEMS] += n;
    if (duty) v[DUTIES] += n;
    if (duty && open) v[WAITING] += n;
    if (duty && open && doubtful) v[DOUBTFUL] += n;
    if (str_is(state, "confirmed")) v[CONFIRMED] += n;
}

static Rc store_counts(Work *w, Record *doc, const int64_t v[COUNTS])
{
    Record *old = rec_copy(w->ctx, DE, doc);
    bool moved = false;
    for (size_t i = 0; i < COUNTS; i++) {
        moved |= rec_i64(DE, doc, count_names[i]) != v[i];
        rec_set(DE, doc, count_names[i], db_val_i64(v[i]));
    }
    return moved ? store_update(w, DE, old, doc, "count") : RC_OK;
}

Rc document_recount(Work *w, int64_t document)
{
    DbCursor *c;
    Rc rc;
    Record *doc;
    int64_t v[COUNTS] = {0};
    TRY(store_get(w, DE, document, &doc));
    TRY(db_query(w->ctx, w->db, &q_document_item_states, DB_ARGS(db_val_i64(document)), &c));
    while ((rc = db_next(w->ctx, c)) > 0)
        count_row(db_str(c, Q_DOCUMENT_ITEM_STATES_STATE),
                  str_is(db_str(c, Q_DOCUMENT_ITEM_STATES_KIND), "duty"),
                  db_i64(c, Q_DOCUMENT_ITEM_STATES_DOUBTFUL) != 0, db_i64(c, Q_DOCUMENT_ITEM_STATES_N), v);
    db_close(&c);
    TRY(rc);
    return store_counts(w, doc, v);
}

static void count_item(const Record *rec, int64_t n, int64_t v[COUNTS])
{
    count_row(rec_text(IE, rec, "state"), str_is(rec_text(IE, rec, "kind"), "duty"),
              rec_i64(IE, rec, "doubt") > 0, n, v);
}

Rc document_count_change(Work *w, const Record *old, const Record *rec)
{
    Record *doc;
    int64_t v[COUNTS];
    TRY(store_get(w, DE, rec_i64(IE, rec, "document"), &doc));
    for (size_t i = 0; i < COUNTS; i++) v[i] = rec_i64(DE, doc, count_names[i]);
    count_item(old, -1, v);
    count_item(rec, 1, v);
    return store_counts(w, doc, v);
}

Rc document_item_ids(Work *w, int64_t document, int64_t **ids, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *ids = ARENA_ARRAY(w->ctx->arena, int64_t, ITEMS_MOST);
    TRY(db_query(w->ctx, w->db, &q_document_item_ids, DB_ARGS(db_val_i64(document)), &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0;) (*ids)[(*n)++] = db_i64(c, 0);
    db_close(&c);
    return rc;
}
