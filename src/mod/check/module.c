/* The module: permissions, routes, and the ticker that makes the checks and patrols of periods that begin. */
#include "check_private.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"

DbVal check_who(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

Work check_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

Rc check_referred(Work *w, const Entity *e, int64_t id, Record **out)
{
    *out = NULL;
    if (!id) return RC_OK;
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "%lld", (long long)id), out);
    if (rc <= 0) *out = NULL;
    return rc < 0 ? rc : RC_OK;
}

Rc check_of_path(Req *req, Work *w, const Entity *e, Record **out)
{
    Rc rc = scope_find(w, e, req_param(req, "id"), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                text_in(e->title, w->ctx->lang));
}

static const Perm perms[] = {
    {"check.read", T("查看安全检查", "See checks"),
     "watch office dept town inspector enterprise leader audit grid"},
    {"check.lists", T("维护检查表", "Change check lists"), "office dept"},
    {"check.plan", T("编制检查计划与取消检查", "Plan and cancel checks"), "office dept town inspector"},
    {"check.do", T("进行检查与巡查", "Do checks and patrols"), "office dept town inspector enterprise grid"},
    {"check.points", T("维护巡查点", "Change patrol points"), "office dept town"},
    {"check.supervise", T("催办、督办检查", "Urge and supervise checks"),
     "office dept town inspector leader"},
};

const Route check_routes[CHECK_ROUTES] = {
    {HTTP_POST, "/api/checks", "check.do", check_create, .title = T("开始检查", "Begin a check")},
    {HTTP_GET, "/api/checks/{id}/sheet", "check.read", check_sheet,
     .title = T("检查用表", "Sheet of a check")},
    {HTTP_POST, "/api/checks/{id}/submit", "check.do", check_submit,
     .title = T("提交检查结果", "Hand in a check")},
    {HTTP_GET, "/api/checks/figures", "check.read", check_figures,
     .title = T("检查统计", "Figures of checks")},
    {HTTP_GET, "/api/check-plans/{id}/preview", "check.plan", check_plan_preview,
     .title = T("计划覆盖的企业", "Whom a plan means")},
    {HTTP_GET, "/api/places/{code}/patrol", "check.do", patrol_of_place,
     .title = T("地点的巡查", "Patrol of a place")},
    {HTTP_POST, "/api/places/{code}/patrol", "check.do", patrol_begin,
     .title = T("开始巡查", "Begin a patrol")},
};

/* ---- The ticker ---- */

enum { EVERY_MS = 60000 };
static Ticker *ticker;

static void tick(void *kernel)
{
    Ctx ctx;
    int64_t made;
    Arena *arena = arena_new(0);
    ctx_init(&ctx, arena, LANG_ZH);
    if (checks_run(&ctx, kernel, clock_now(), &made) < 0) log_err(LOG_WARN, "checks", &ctx);
    arena_free(&arena);
}

static Rc start(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    TRY(check_lists_seed(&w));
    TRY(work_commit(&w));
    ticker = ticker_start("checks", EVERY_MS, tick, k);
    return ticker ? RC_OK : FAIL(ctx, RC_IO, "check.thread", "无法启动线程", "no thread can be started");
}

static void stop(Kernel *k)
{
    (void)k;
    ticker_stop(&ticker);
}

static const Entity *const entities[] = {LE, IE, PE, CE, RE, TE};
const Module mod_check = {
    .name = "check",
    .title = T("安全检查", "Checks"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = check_dicts,
    .ndicts = CHECK_DICTS,
    .routes = check_routes,
    .nroutes = CHECK_ROUTES,
    .start = start,
    .stop = stop,
    .limits = check_limits,
    .nlimits = CHECK_LIMITS,
};
