/* From items to occurrences. An item's next_at is where its next period begins; making the occurrence and
 * moving next_at on is one transaction, and the slot (item and period) is unique, so that a period is made
 * exactly once however often the program was stopped. Periods that passed meanwhile are made up in order. */
#include "duty_private.h"
#include "kernel/number.h"
#include "mod_duty_queries_sql.h"

enum { ITEMS_A_RUN = 500, MADE_UP_MOST = 400 };

static DutyCadence cadence_of(const Record *list, const Record *item)
{
    return (DutyCadence){.per = duty_per_of(rec_text(IE, item, "per")),
                         .every = (int)rec_i64(IE, item, "every"),
                         .any_day = rec_i64(IE, item, "days_off") != 0,
                         .from = rec_time(LE, list, "valid_from"),
                         .until = rec_time(LE, list, "valid_to")};
}

static Rc make(Work *w, const Record *list, const Record *item, const DutyPeriod *p)
{
    static const char *const of_list[] = {"body", "post", "holder", "district"};
    Str code;
    Arena *a = w->ctx->arena;
    Record *rec = rec_new(w->ctx, DE);
    TRY(number_of_day(w, 'Y', &code));
    for (size_t i = 0; i < ARRAY_LEN(of_list); i++)
        rec_set(DE, rec, of_list[i], *rec_val(LE, list, of_list[i]));
    int64_t times = rec_i64(IE, item, "times"), root = rec_i64(IE, item, "root");
    rec_set(DE, rec, "code", db_val_text(code));
    rec_set(DE, rec, "title", db_val_text(duty_cut(rec_text(IE, item, "text"), 60)));
    rec_set(DE, rec, "text", *rec_val(IE, item, "text"));
    rec_set(DE, rec, "basis", *rec_val(IE, item, "basis"));
    rec_set(DE, rec, "list", db_val_i64(list->id));
    rec_set(DE, rec, "item", db_val_i64(item->id));
    rec_set(DE, rec, "period", db_val_text(str_printf(a, "%s", p->label)));
    rec_set(DE, rec, "begins_at", db_val_i64(p->from));
    rec_set(DE, rec, "due_at", db_val_i64(p->due));
    rec_set(DE, rec, "needed", db_val_i64(times > 0 ? times : 1));
    rec_set(DE, rec, "records", db_val_i64(0));
    rec_set(DE, rec, "backfilled", db_val_bool(false));
    rec_set(DE, rec, "slot",
            db_val_text(str_printf(a, "%lld/%lld", (long long)(root ? root : item->id), (long long)p->from)));
    return store_insert(w, DE, rec);
}

typedef struct Round {
    Work *w;
    Record *list, *item;
    int64_t made;
} Round;

static Rc of_item(void *ud, const Calendar *calendar)
{
    Round *r = ud;
    DutyPeriod p;
    DutyCadence d = cadence_of(r->list, r->item);
    int64_t t = rec_time(IE, r->item, "next_at"), before = r->made;
    Record *old = rec_copy(r->w->ctx, IE, r->item);
    if (t == TIME_NONE || t < d.from) t = d.from;
    while (r->made - before < MADE_UP_MOST && duty_period(calendar, &d, t, &p)) {
        t = p.from > r->w->now ? p.from : p.until;
        if (p.from > r->w->now) break;
        TRY(make(r->w, r->list, r->item, &p));
        r->made++;
    }
    if (rec_time(IE, r->item, "next_at") == t) return RC_OK;
    rec_set(IE, r->item, "next_at", db_val_i64(t));
    return store_update(r->w, IE, old, r->item, "plan");
}

static Rc round_of(Work *w, int64_t list, int64_t *made)
{
    DbCursor *c;
    Rc rc;
    int64_t ids[ITEMS_A_RUN];
    size_t n = 0;
    Work program = duty_program(w);
    TRY(db_query(w->ctx, w->db, &q_duty_items_due, DB_ARGS(db_val_i64(w->now), db_val_i64(list)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < ITEMS_A_RUN) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++) {
        Round r = {.w = &program};
        TRY(store_get(w, IE, ids[i], &r.item));
        TRY(store_get(w, LE, rec_i64(IE, r.item, "list"), &r.list));
        TRY(calendar_with(w, of_item, &r));
        *made += r.made;
    }
    return RC_OK;
}

Rc duties_of_list(Work *w, int64_t list, int64_t *made)
{
    *made = 0;
    return round_of(w, list, made);
}

Rc duties_run(Ctx *ctx, Kernel *k, int64_t now, int64_t *made)
{
    Work w;
    *made = 0;
    TRY(work_begin_as(ctx, k, NULL, "duties", true, &w));
    w.now = now;
    Rc rc = round_of(&w, 0, made);
    if (rc >= 0) rc = work_commit(&w);
    if (rc < 0) work_abort(&w);
    return rc;
}
