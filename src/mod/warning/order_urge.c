/* Chasing and clocks of orders. */
#include "warning_private.h"
#include "base/clock.h"

static bool waits(const Record *order)
{
    static const char *const states[] = {"issued", "signed", "acting", "returned"};
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_is(rec_text(OE, order, "state"), states[i])) return true;
    return false;
}

Rc orders_urge(Work *w, int64_t warning, Str message)
{
    Record **orders;
    size_t n, urged = 0;
    TRY(warning_orders(w, warning, &orders, &n));
    for (size_t i = 0; i < n; i++) {
        if (!waits(orders[i])) continue;
        TRY(flow_urge(w, OE, orders[i], message));
        urged++;
    }
    if (urged) return RC_OK;
    return FAIL(w->ctx, RC_STATE, "warning.nobody", "各单位均已反馈，无需催办",
                "every unit has answered, there is nobody to remind");
}

/* Only the order's own limit is touched; a state without one has no clock. */
Rc order_clock_anew(Work *w, const Record *rec)
{
    const FlowState *s = flow_state(OE, rec);
    if (!s || !s->limit) return RC_OK;
    Rc rc = clock_start(w, OE, rec, s->limit, w->now);
    if (rc != RC_NOT_FOUND) return rc;
    ctx_clear(w->ctx);
    return RC_OK;
}
