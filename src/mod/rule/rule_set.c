/* The set in force at a moment, built from the records. One rule that the watch does not take any more (a
 * stored one from before a check became stricter) is left out and logged; the others stay in force. */
#include "rule_private.h"
#include "base/clock.h"
#include "base/log.h"

typedef struct Build {
    Work *w;
    JsonOut *out;
    bool each;      /* ask the watch about every rule */
    size_t outside; /* in force, but outside the caller's scope */
} Build;

bool rule_in_force(const Record *rec, int64_t t)
{
    const Entity *e = &rule_entity;
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    return rec_i64(e, rec, "enabled") && (from == TIME_NONE || from <= t) && (to == TIME_NONE || t < to);
}

static Rc add_rule(void *ud, const Record *rec)
{
    Build *b = ud;
    const char *why = "";
    if (!rule_in_force(rec, b->w->now)) return RC_OK;
    Rc seen = scope_of_record(b->w, &rule_entity, rec);
    TRY(seen);
    b->outside += !seen;
    if (!seen) return RC_OK;
    if (!b->each || rule_parses(b->w->ctx, rec, &why)) rule_write_json(rec, b->out);
    else
        LOG(LOG_ERROR, "rule", "stored rule left out", LOG_STR("rule", rec_text(&rule_entity, rec, "code")),
            LOG_Z("why", why));
    return RC_OK;
}

static Rc write_set(Work *w, bool each, StrBuf *buf, size_t *outside)
{
    JsonOut out;
    Build b = {w, &out, each, 0};
    buf_init(buf, w->ctx->arena);
    jout_init(&out, buf);
    jout_open(&out);
    jout_key(&out, "rules");
    jout_open_array(&out);
    TRY(store_each(w, &rule_entity, NULL, db_val_null(), add_rule, &b));
    *outside = b.outside;
    jout_close_array(&out);
    jout_close(&out);
    return RC_OK;
}

/* The text the watch takes, and the set of it. */
static Rc build(Work *w, StrBuf *buf, size_t *outside, RuleSet **out)
{
    Ctx probe;
    ctx_init(&probe, w->ctx->arena, w->ctx->lang);
    TRY(write_set(w, false, buf, outside));
    if (ruleset_parse(&probe, buf_str(buf), out) >= 0) return RC_OK;
    TRY(write_set(w, true, buf, outside));
    return ruleset_parse(w->ctx, buf_str(buf), out);
}

Rc rule_set_build(Work *w, RuleSet **out)
{
    StrBuf buf;
    size_t outside;
    *out = NULL;
    return build(w, &buf, &outside, out);
}

Rc rule_set_json(Work *w, StrBuf *buf, size_t *outside)
{
    RuleSet *set = NULL;
    Rc rc = build(w, buf, outside, &set);
    ruleset_free(&set);
    return rc;
}
