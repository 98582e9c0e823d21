/* What a failed item leads to. An open danger that the same item of the same place led to before is the same
 * danger; so is one that the danger slice weighs as the same at the same place. It is linked and its finders
 * get one more; otherwise a danger is made. A patrol's danger goes to the body that the routing rules name.
 */
#include "check_private.h"
#include "mod_check_queries_sql.h"
#include <stdatomic.h>

static _Atomic(CheckRoute) router;

void check_route_set(CheckRoute fn)
{
    router = fn;
}

static Rc known_by_item(Work *w, const Record *check, const Record *item, Record **out)
{
    DbCursor *c;
    *out = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_check_failed_before,
                         DB_ARGS(db_val_i64(rec_i64(CE, check, "enterprise")),
                                 db_val_i64(rec_i64(CE, check, "object")),
                                 db_val_text(rec_text(IE, item, "text"))),
                         &c);
    if (rc <= 0) return rc;
    return store_get(w, &danger_entity, db_i64(c, 0), out);
}

/* The words of the danger: the item as it is written, and what was seen. */
static Str described(Work *w, const Record *item, Str note)
{
    Str text = rec_text(IE, item, "text");
    return str_printf(w->ctx->arena, note.n ? "%.*s：%.*s" : "%.*s：不符合", STR_ARG(text), STR_ARG(note));
}

static Rc handler_by_rule(Work *w, const Record *check, const Record *item, Record *d)
{
    int64_t body = 0;
    CheckRoute route = router;
    if (!route || !str_is(rec_text(CE, check, "kind"), "patrol")) return RC_OK;
    TRY(route(w, rec_i64(CE, check, "district"), rec_text(CE, check, "line"), rec_text(IE, item, "category"),
              &body));
    if (body) rec_set(&danger_entity, d, "handler", db_val_i64(body));
    return RC_OK;
}

static Rc draft(Work *w, const Record *check, const Record *item, const CheckAnswer *a, Record **out)
{
    static const char *const same[] = {"enterprise", "object", "district", "industry", "line", "lon", "lat"};
    const Entity *e = &danger_entity;
    Record *d = rec_new(w->ctx, e);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) rec_set(e, d, same[i], *rec_val(CE, check, same[i]));
    rec_set(e, d, "description", db_val_text(described(w, item, a->note)));
    rec_set(e, d, "category", *rec_val(IE, item, "category"));
    rec_set(e, d, "source", *rec_val(CE, check, "kind"));
    rec_set(e, d, "grade", db_val_i64(a->major ? DANGER_MAJOR : DANGER_GENERAL));
    if (a->major) rec_set(e, d, "criterion", *rec_val(IE, item, "criterion"));
    *out = d;
    return handler_by_rule(w, check, item, d);
}

static Rc order_now(Work *w, Record *d)
{
    if (!str_is(rec_text(&danger_entity, d, "state"), "reported")) return RC_OK;
    if (!rec_i64(&danger_entity, d, "enterprise") || !perm_has(w->who, "danger.order")) return RC_OK;
    if (rec_i64(&danger_entity, d, "handler") != scope_of(w->who)->body) return RC_OK;
    return flow_do(w, &danger_entity, d, "order", NULL);
}

Rc check_failed(Work *w, const Record *check, const Record *item, CheckAnswer *a, bool order)
{
    Record *d, *known;
    TRY(draft(w, check, item, a, &d));
    TRY(known_by_item(w, check, item, &known));
    if (!known) TRY(danger_same(w, d, &known));
    a->joined = known != NULL;
    if (known) {
        TRY(danger_found_again(w, known, rec_text(CE, check, "kind"), described(w, item, a->note)));
        d = known;
    } else {
        TRY(danger_make(w, d));
        if (order) TRY(order_now(w, d));
    }
    a->danger = d->id;
    return matter_link(w, CE, check->id, &danger_entity, d->id);
}
