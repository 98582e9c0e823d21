/* The module: permissions, dictionaries, the limit, routes, and the ticker that makes the occurrences of
 * periods that begin. */
#include "duty_private.h"
#include "base/log.h"
#include "base/ticker.h"

DbVal duty_who(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

Work duty_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

Str duty_cut(Str s, size_t most)
{
    size_t i = 0;
    for (; i < s.n; i++)
        if (((unsigned char)s.p[i] & 0xc0) != 0x80 && !most--) break;
    return str_n(s.p, i);
}

Rc duty_referred(Work *w, const Entity *e, int64_t id, Record **out)
{
    *out = NULL;
    if (!id) return RC_OK;
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "%lld", (long long)id), out);
    if (rc <= 0) *out = NULL;
    return rc < 0 ? rc : RC_OK;
}

Rc duty_of_path(Req *req, Work *w, const Entity *e, Record **out)
{
    Rc rc = scope_find(w, e, req_param(req, "id"), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(e->title, w->ctx->lang));
}

static const Perm perms[] = {
    {"duties.read", T("查看责任清单与履职", "See duty lists and their performance"),
     "watch office dept town inspector enterprise leader audit"},
    {"duties.write", T("编制、发布、报备责任清单", "Write, publish and file duty lists"),
     "office dept town enterprise"},
    {"duties.do", T("填写履职纪实", "Record performance"),
     "watch office dept town inspector enterprise leader"},
    {"duties.supervise", T("催办、督办履职", "Urge and supervise performance"), "office dept town leader"},
};

static const DictEntry list_states[] = {
    {"draft", T("草稿", "Draft"), NULL, NULL},
    {"published", T("已发布", "Published"), NULL, NULL},
    {"filed", T("已报备", "Filed"), NULL, NULL},
    {"replaced", T("已被新版替代", "Replaced"), NULL, NULL},
    {"withdrawn", T("已停止执行", "Withdrawn"), NULL, NULL},
};
static const DictEntry pers[] = {
    {"day", T("每日", "Daily"), NULL, NULL},
    {"week", T("每周", "Weekly"), NULL, NULL},
    {"month", T("每月", "Monthly"), NULL, NULL},
    {"two_months", T("每两月", "Every two months"), NULL, NULL},
    {"quarter", T("每季度", "Quarterly"), NULL, NULL},
    {"half_year", T("每半年", "Half-yearly"), NULL, NULL},
    {"term", T("每学期", "Each term"), NULL, NULL},
    {"year", T("每年", "Yearly"), NULL, NULL},
};
static const DictEntry post_kinds[] = {
    {"party", T("党委政府主要负责人", "Head of party or government"), NULL, NULL},
    {"member", T("党委政府班子成员", "Member of the leadership"), NULL, NULL},
    {"department", T("部门负责人", "Head of a department"), NULL, NULL},
    {"town", T("乡镇街道负责人", "Head of a township"), NULL, NULL},
    {"principal", T("企业主要负责人", "Principal of an enterprise"), NULL, NULL},
    {"safety", T("安全管理人员", "Safety officer"), NULL, NULL},
    {"worker", T("其他岗位", "Other posts"), NULL, NULL},
};
static const Dict dicts[] = {
    {"duty_list_state", T("责任清单状态", "States of duty lists"), list_states, ARRAY_LEN(list_states), true},
    {"duty_per", T("履职频次", "Cadences of duties"), pers, ARRAY_LEN(pers), true},
    {"duty_post_kind", T("岗位类别", "Kinds of posts"), post_kinds, ARRAY_LEN(post_kinds), false},
};

static const StepSeed steps[] = {
    {STEP_REMIND, 70, 0, "turn"},
    {STEP_URGE, 100, 0, "turn"},
    {STEP_SUPERVISE, 0, 3, "above"},
    {STEP_ESCALATE, 0, 10, "office"},
};
static const LimitSeed limits[] = {
    {.code = "duty.perform",
     .title = T("履职", "Performing a duty"),
     .amount = 30,
     .unit = LIMIT_DAYS,
     .basis = T("默认值；实际期限为履职周期的最后一个工作日",
                "default; the end is the last working day of the period"),
     .steps = steps,
     .nsteps = ARRAY_LEN(steps)},
};

static const Route routes[] = {
    {HTTP_GET, "/api/duties/figures", "duties.read", duty_figures,
     .title = T("履职完成情况", "How complete the performance is")},
    {HTTP_GET, "/api/duty-lists/{id}/compare", "duties.read", duty_compare,
     .title = T("与上一版责任清单比较", "Compare with the edition before")},
    {HTTP_GET, "/api/documents/{id}/duty-holders", "document.read", duty_holders,
     .title = T("文件中的责任人", "Office-holders in a paper")},
    {HTTP_POST, "/api/documents/{id}/duty-lists", "duties.write", duty_adopt,
     .title = T("由文件生成责任清单草稿", "A draft duty list from a paper")},
};

/* ---- The ticker ---- */

enum { EVERY_MS = 10000 };
static Ticker *ticker;

static void tick(void *kernel)
{
    Ctx ctx;
    int64_t made;
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_ZH);
    if (duties_run(&ctx, kernel, clock_now(), &made) < 0) log_err(LOG_WARN, "duties", &ctx);
    arena_free(&arena);
}

static Rc start(Ctx *ctx, Kernel *k)
{
    ticker = ticker_start("duties", EVERY_MS, tick, k);
    return ticker ? RC_OK : FAIL(ctx, RC_IO, "duty.thread", "无法启动线程", "no thread can be started");
}

static void stop(Kernel *k)
{
    (void)k;
    ticker_stop(&ticker);
}

static const Entity *const entities[] = {LE, IE, DE, RE};
const Module mod_duty = {
    .name = "duty",
    .title = T("安全生产责任", "Duties"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = stop,
    .limits = limits,
    .nlimits = ARRAY_LEN(limits),
};
