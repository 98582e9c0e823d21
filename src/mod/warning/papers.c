/* The papers of warnings and orders: the order (处置单), the warning notice (预警信息), the bulletin (通报)
 * and the closing report, which goes back over orders and judgement to the reading that began it. */
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"
#include "kernel/limit.h"

static Rc put_record(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    jout_open(o);
    TRY(paper_fields(w, e, rec, lang, o));
    jout_close(o);
    return 0;
}

static Rc ids_of(Work *w, const DbQuery *q, int64_t warning, int64_t *ids, size_t *n)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, q, DB_ARGS(db_val_i64(warning), db_val_i64(WARNING_ORDERS_MOST)), &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0;) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

static Rc put_list(Work *w, const char *key, const Entity *e, const int64_t *ids, size_t n, JsonOut *o,
                   Lang lang)
{
    jout_key(o, key);
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, e, ids[i], &rec));
        Rc sees = scope_of_record(w, e, rec);
        TRY(sees);
        if (sees) TRY(put_record(w, e, rec, lang, o));
    }
    jout_close_array(o);
    return 0;
}

/* ---- Orders ---- */

static Rc put_due(Work *w, const Record *order, Lang lang, JsonOut *o)
{
    Clock c;
    const FlowState *state = flow_state(OE, order);
    if (!state->limit) return 0;
    Rc rc = clock_find(w, OE, order->id, state->limit, &c);
    TRY(rc);
    if (rc) jout_ks(o, "due", paper_time(w->ctx->arena, c.due_at, false, lang));
    return 0;
}

static Rc order_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    Record *warning;
    TRY(store_get(w, WE, rec_i64(e, rec, "warning"), &warning));
    jout_key(o, "warning");
    TRY(put_record(w, WE, warning, lang, o));
    return put_due(w, rec, lang, o);
}

const PaperKind order_papers[ORDER_PAPERS] = {
    {.kind = "order",
     .title = T("处置单", "Order"),
     .perm = "warning.publish",
     .states = "issued signed acting answered returned declined accepted",
     .issuer = "issuer",
     .to = "body",
     .word = "处",
     .body = {paper_order_zh, paper_order_en},
     .model = order_model},
};

/* ---- Warnings ---- */

/* The units by name, as the line of addressees has them. */
static Rc put_units(Work *w, const int64_t *ids, size_t n, JsonOut *o)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    for (size_t i = 0; i < n; i++) {
        Record *order, *body;
        TRY(store_get(w, OE, ids[i], &order));
        TRY(store_get(w, bodies, rec_i64(OE, order, "body"), &body));
        if (b.n) buf_addz(&b, "，");
        buf_add(&b, rec_text(bodies, body, bodies->title_field));
    }
    jout_ks(o, "units", buf_str(&b));
    jout_ki(o, "units_count", (int64_t)n);
    return 0;
}

static Rc notice_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    int64_t ids[WARNING_ORDERS_MOST];
    size_t n;
    (void)e;
    TRY(ids_of(w, &q_warning_orders, rec->id, ids, &n));
    TRY(put_units(w, ids, n, o));
    return put_list(w, "orders", OE, ids, n, o, lang);
}

static Rc report_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    int64_t ids[WARNING_ALARMS_MOST];
    size_t n;
    Record *alarm;
    TRY(notice_model(w, e, rec, lang, o));
    TRY(ids_of(w, &q_warning_alarms, rec->id, ids, &n));
    TRY(put_list(w, "alarms_list", &alarm_entity, ids, n, o, lang));
    if (!n) return 0;
    TRY(store_get(w, &alarm_entity, ids[0], &alarm));
    Rc sees = scope_of_record(w, &alarm_entity, alarm);
    TRY(sees);
    if (!sees) return 0;
    jout_key(o, "alarm");
    TRY(put_record(w, &alarm_entity, alarm, lang, o));
    return alarm_chart(w, alarm, lang, "series", o);
}

const PaperKind warning_papers[WARNING_PAPERS] = {
    {.kind = "notice",
     .title = T("预警信息", "Warning notice"),
     .perm = "warning.publish",
     .states = "published handling reviewing lifted filed",
     .issuer = "issuer",
     .word = "预",
     .body = {paper_notice_zh, paper_notice_en},
     .model = notice_model},
    {.kind = "report",
     .title = T("处置情况报告", "Closing report"),
     .perm = "warning.review",
     .states = "lifted filed cancelled",
     .issuer = "issuer",
     .word = "报",
     .body = {paper_report_zh, paper_report_en},
     .model = report_model},
    {.kind = "bulletin",
     .title = T("通报", "Bulletin"),
     .perm = "warning.publish",
     .states = "published handling reviewing lifted filed",
     .issuer = "issuer",
     .word = "通",
     .body = {paper_bulletin_zh, NULL},
     .model = notice_model},
};
