/* POST /api/rules/advise: a rule that the watch takes may still be one that nobody wants. What speaks against
 * it, field by field, so that the editor says it before the rule is saved; none of it forbids saving. */
#include "rule_try.h"
#include "mod_rule_queries_sql.h"

#include <stdio.h>

typedef struct Advice {
    Work *w;
    const Record *rec;
    const Registry *points;
    const PointSight *sight; /* what lies outside the caller's scope is counted only */
    JsonOut *out;
    size_t matched, outside;
} Advice;

static void warn_text(Advice *a, const char *field, const char *code, Str message)
{
    jout_open(a->out);
    jout_kz(a->out, "field", field);
    jout_kz(a->out, "code", code);
    jout_ks(a->out, "message", message);
    jout_close(a->out);
}

/* Both formats take the same arguments. */
#define WARN(a, field, code, zh, en, ...)                                                                    \
    warn_text((a), (field), (code),                                                                          \
              (a)->w->ctx->lang == LANG_EN ? str_printf((a)->w->ctx->arena, en, ##__VA_ARGS__)               \
                                           : str_printf((a)->w->ctx->arena, zh, ##__VA_ARGS__))

static int64_t number(const Advice *a, const char *field)
{
    return rec_i64(&rule_entity, a->rec, field);
}

static bool is_kind(const Advice *a, const char *kind)
{
    return str_is(rec_text(&rule_entity, a->rec, "kind"), kind);
}

static void count_one(Advice *a, uint32_t no)
{
    if (point_seen(a->sight, no)) a->matched++;
    else a->outside++;
}

static void count_matches(Advice *a, Str pattern)
{
    const Registry *r = a->points;
    uint32_t exact = registry_by_code(r, pattern);
    if (exact) count_one(a, exact);
    for (uint32_t no = 1; !exact && no <= registry_max(r); no++)
        if (registry_has(r, no) && str_glob(pattern, registry_code(r, no))) count_one(a, no);
}

static void about_points(Advice *a)
{
    Str pattern = rec_text(&rule_entity, a->rec, "point");
    if (a->outside)
        WARN(a, "point", "outside", "另有 %zu 个符合的测点不在本账户的数据范围内，未核对",
             "%zu more points match outside the data scope of this account: not checked", a->outside);
    if (!a->matched && !a->outside)
        WARN(a, "point", "no_point", "没有编号符合“%.*s”的测点，规则不会起作用",
             "no point is called \"%.*s\": the rule does nothing", STR_ARG(pattern));
}

static void check_operand(void *ud, Str code)
{
    Advice *a = ud;
    uint32_t no = registry_by_code(a->points, code);
    if (!no)
        WARN(a, "expr", "no_operand", "表达式中的测点“%.*s”不存在，结果始终未定义",
             "the expression names \"%.*s\", which is no point: it stays undefined", STR_ARG(code));
    else if (!point_seen(a->sight, no))
        WARN(a, "expr", "operand_outside", "表达式中的测点“%.*s”不在本账户的数据范围内，试算时未定义",
             "\"%.*s\" in the expression is outside the data scope of this account: undefined in a try-out",
             STR_ARG(code));
}

typedef struct Slow {
    size_t n;
    char code[80];
    int64_t seconds;
} Slow;

/* Points of the rule that report less often than every `ms`. */
static Rc find_slow(const Advice *a, double ms, Slow *out)
{
    DbCursor *c;
    Rc rc;
    Str pattern = rec_text(&rule_entity, a->rec, "point");
    *out = (Slow){0};
    TRY(db_query(a->w->ctx, a->w->db, &q_rule_slow_points, DB_ARGS(db_val_f64(ms / 1000)), &c));
    while ((rc = db_next(a->w->ctx, c)) > 0) {
        Str code = db_str(c, 0);
        if (!str_glob(pattern, code) || !point_seen(a->sight, registry_by_code(a->points, code))) continue;
        if (out->n++) continue;
        snprintf(out->code, sizeof out->code, "%.*s", STR_ARG(code));
        out->seconds = db_i64(c, 1);
    }
    db_close(&c);
    return rc;
}

static Rc about_window(Advice *a)
{
    Slow slow;
    if (!is_kind(a, "rate") && !is_kind(a, "stuck")) return RC_OK;
    TRY(find_slow(a, (double)number(a, "window_ms") / 2, &slow));
    if (slow.n)
        WARN(a, "window_ms", "short_window",
             "窗口短于采样周期的两倍，%zu 个测点会判断不了（如 %s 每 %lld 秒一次）",
             "the window is shorter than twice the sampling period: %zu points cannot be judged (%s reports "
             "every "
             "%lld s)",
             slow.n, slow.code, (long long)slow.seconds);
    return RC_OK;
}

static Rc about_timeout(Advice *a)
{
    Slow slow;
    if (!is_kind(a, "offline")) return RC_OK;
    TRY(find_slow(a, (double)number(a, "timeout_ms") / 2, &slow));
    if (slow.n)
        WARN(a, "timeout_ms", "short_timeout",
             "离线时限短于采样周期的两倍，%zu 个测点会反复离线（如 %s 每 %lld 秒一次）",
             "the time is shorter than twice the sampling period: %zu points go offline again and again (%s "
             "reports "
             "every %lld s)",
             slow.n, slow.code, (long long)slow.seconds);
    return RC_OK;
}

static Rc advise(Advice *a)
{
    about_points(a);
    if (is_kind(a, "expr")) rule_each_operand(rec_text(&rule_entity, a->rec, "expr"), check_operand, a);
    if (is_kind(a, "rate") && number(a, "off_delay_ms") == 0)
        WARN(a, "off_delay_ms", "no_off_delay", "变化率规则没有恢复延时，报警会随每次读数反复起落",
             "a rate rule without an off-delay rises and returns with every reading");
    TRY(about_window(a));
    return about_timeout(a);
}

Rc rule_advise(Req *req, Res *res)
{
    static const char *const none[] = {NULL};
    const Json *body;
    Work w;
    Record *rec;
    TRY(req_json(req, &body));
    TRY(work_begin(req, false, &w));
    TRY(rule_draft_read(&w, body, none, &rec));
    const PointSight *sight;
    TRY(point_sight(&req->ctx, w.kernel, req->who, &sight));
    Intake *in = kernel_service(w.kernel, "intake");
    Advice a = {
        .w = &w, .rec = rec, .sight = sight, .out = res_json(req, res), .points = intake_registry_take(in)};
    count_matches(&a, rec_text(&rule_entity, rec, "point"));
    jout_open(a.out);
    jout_ki(a.out, "points", (int64_t)a.matched);
    jout_ki(a.out, "outside", (int64_t)a.outside);
    jout_key(a.out, "warnings");
    jout_open_array(a.out);
    Rc rc = advise(&a);
    jout_close_array(a.out);
    jout_close(a.out);
    intake_registry_release(in, a.points);
    return rc;
}
