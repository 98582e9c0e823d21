/* Three months of warnings: some of every state, so that each account finds work of its own waiting, and
 * enough that ended for response times and false rates to say something. They are made through the slice's
 * own flows by people with the permissions of their roles, at the times at which things happened. */
#include "past.h"
#include "demo_queries_sql.h"
#include "base/clock.h"
#include "base/log.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/warning.h"

enum { DAYS = 90, SHIFT_DAYS = 4, TOWN = 1 /* index of the district of the town's account, 990103 */ };

/* How far a warning went. */
typedef enum {
    W_DRAFT,     /* the watch has yet to grade it */
    W_GRADED,    /* … to publish it */
    W_PUBLISHED, /* no unit has signed */
    W_SIGNED,    /* the first has */
    W_ACTING,    /* all are on site */
    W_PART,      /* the first has answered */
    W_DECLINED,  /* the last says it is not its matter */
    W_REVIEWING, /* all have answered */
    W_RETURNED,  /* the first one's answer was sent back */
    W_LIFTED,
    W_FILED,
    W_CANCELLED
} Stage;

typedef struct Plan {
    PastWish wish;
    int64_t t; /* of the alarm */
    Stage stage;
    bool automatic; /* nobody judged it */
} Plan;

static const struct {
    PastWish wish;
    int minutes; /* ago */
    Stage stage;
    bool automatic;
} waiting[] = {
    {{"GAS", TOWN, 2, 0}, 7, W_PUBLISHED, false},    {{"GAS", TOWN, 4, 3}, 18, W_DRAFT, false},
    {{"PND", -1, 3, 1}, 14, W_GRADED, false},        {{"TNK", -1, 2, 2}, 25, W_PUBLISHED, true},
    {{"GPR", TOWN, 3, 1}, 70, W_ACTING, false},      {{"GAS", -1, 3, 9}, 130, W_SIGNED, false},
    {{"WTR", -1, 2, 4}, 190, W_REVIEWING, false},    {{"DRN", TOWN, 3, 2}, 320, W_PART, false},
    {{"HEA", -1, 3, 3}, 26 * 60, W_RETURNED, false}, {{"GAS", TOWN, 2, 6}, 29 * 60, W_RETURNED, false},
    {{"BRG", -1, 3, 4}, 33 * 60, W_LIFTED, false},   {{"COV", -1, 2, 5}, 40 * 60, W_DECLINED, false},
    {{"GAL", -1, 3, 2}, 50 * 60, W_SIGNED, false},   {{"GAS", -1, 3, 14}, 75 * 60, W_LIFTED, false},
};

/* ---- Routing ---- */

static const struct {
    const char *code, *name, *role, *line, *body, *how;
    int grade; /* 0: every one */
} routes[] = {
    {"R-GAS", "燃气预警报行业主管部门", "department", "gas", "BODY-CITY", "order", 0},
    {"R-HEAT", "供热预警报行业主管部门", "department", "heat", "BODY-CITY", "order", 0},
    {"R-BRIDGE", "桥梁预警报行业主管部门", "department", "bridge", "BODY-CITY", "order", 0},
    {"R-GALLERY", "管廊预警报行业主管部门", "department", "gallery", "BODY-CITY", "order", 0},
    {"R-WATER", "供水预警报行业主管部门", "department", "water", "BODY-WATERB", "order", 0},
    {"R-DRAIN", "排水防涝预警报行业主管部门", "department", "drainage", "BODY-WATERB", "order", 0},
    {"R-FLOOD", "洪水预警报行业主管部门", "department", "flood", "BODY-WATERB", "order", 0},
    {"R-CHEM", "危化品预警报应急管理部门", "department", "chemical", "BODY-EMERG", "order", 0},
    {"R-TAIL", "尾矿库预警报应急管理部门", "department", "tailings", "BODY-EMERG", "order", 0},
    {"R-COVER", "井盖预警报城市管理部门", "department", "manhole", "BODY-CITY", "order", 0},
    {"R-ROAD", "路面塌陷预警报城市管理部门", "department", "road_collapse", "BODY-CITY", "order", 0},
    {"R-LIFT", "电梯预警报市场监管部门", "department", "lift", "BODY-MARKET", "order", 0},
    {"R-FIRE", "消防预警报消防救援机构", "department", "fire", "BODY-FIRE", "order", 0},
    {"R-CROWD", "大客流预警报公安部门", "department", "crowd", "BODY-POLICE", "order", 0},
    {"R-LOCAL", "预警报属地", "district", NULL, NULL, "order", 0},
    {"R-RESCUE", "红色和橙色预警请消防救援协同", "support", NULL, "BODY-FIRE", "order", 2},
    {"R-COPY", "红色预警抄告市人民政府", "support", NULL, "BODY-GOV", "notice", 1},
};

static Rc body_of(Work *w, const char *code, int64_t *out)
{
    Record *rec;
    *out = 0;
    Rc rc = store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%s", code), &rec);
    if (rc > 0) *out = rec->id;
    return rc;
}

static Rc fill_routes(Work *w)
{
    const Entity *e = &warning_route_entity;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        Record *r = rec_new(w->ctx, e);
        int64_t body = 0;
        if (routes[i].body) TRY(body_of(w, routes[i].body, &body));
        if (routes[i].body && !body) continue;
        rec_set(e, r, "code", db_val_z(routes[i].code));
        rec_set(e, r, "name", db_val_z(routes[i].name));
        rec_set(e, r, "role", db_val_z(routes[i].role));
        rec_set(e, r, "how", db_val_z(routes[i].how));
        rec_set(e, r, "body", db_val_id(body));
        rec_set(e, r, "grade", db_val_id((int64_t)routes[i].grade));
        if (routes[i].line) rec_set(e, r, "line", db_val_z(routes[i].line));
        TRY(store_insert(w, e, r));
    }
    return RC_OK;
}

/* ---- People ---- */

typedef struct Cast {
    Past *past;
    Work *w;
    Kernel *kernel;
    int64_t now;
    Principal watch, office;
} Cast;

/* The account's own person when there is one. */
static Rc person(Work *w, const char *account, const char *role, Principal *out)
{
    const Entity *users = kernel_entity(w->kernel, "users");
    Record *u;
    Rc rc = store_find(w, users, str_printf(w->ctx->arena, "code:%s", account), &u);
    if (rc <= 0)
        return rc < 0 ? rc : FAIL(w->ctx, RC_NOT_FOUND, "demo.account", "没有演示账号", "no demo account");
    return principal_make(w,
                          &(ActAs){.name = account,
                                   .full_name = str_z(w->ctx->arena, rec_text(users, u, "full_name")),
                                   .roles = role,
                                   .user = u->id,
                                   .body = rec_i64(users, u, "body"),
                                   .district = rec_i64(users, u, "district")},
                          out);
}

static Rc holder_of(Work *w, int64_t body, const char *const (*accounts)[2], size_t n, Principal *out)
{
    for (size_t i = 0; i < n; i++) {
        const Entity *users = kernel_entity(w->kernel, "users");
        Record *u;
        Rc rc = store_find(w, users, str_printf(w->ctx->arena, "code:%s", accounts[i][0]), &u);
        TRY(rc);
        if (rc && rec_i64(users, u, "body") == body)
            return person(w, accounts[i][0], accounts[i][1], out) < 0 ? -1 : 1;
    }
    return 0;
}

/* Who acts for a unit: the account that belongs to it, else its duty room. */
static Rc unit(Work *w, int64_t body, Principal *out)
{
    static const char *const accounts[][2] = {
        {"enterprise", "enterprise"}, {"dept", "dept"}, {"town", "town"}, {"inspector", "inspector"}};
    Record *b;
    Rc rc = holder_of(w, body, accounts, ARRAY_LEN(accounts), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    TRY(store_get(w, &body_entity, body, &b));
    return principal_make(w,
                          &(ActAs){.name = "duty",
                                   .full_name = arena_printf(w->ctx->arena, "%.*s值班室",
                                                             STR_ARG(rec_text(&body_entity, b, "name"))),
                                   .roles = "enterprise dept town",
                                   .body = body,
                                   .district = rec_i64(&body_entity, b, "district")},
                          out);
}

/* ---- Acting ---- */

static Rc move(Cast *c, const Entity *e, int64_t id, const char *action, const DbVal *params)
{
    Record *rec;
    TRY(store_get(c->w, e, id, &rec));
    Rc rc = flow_do(c->w, e, rec, action, params);
    c->w->why = NULL;
    return rc;
}

static Rc by_unit(Cast *c, const Record *order, const char *action, const DbVal *params, int64_t t)
{
    Principal who;
    TRY(unit(c->w, rec_i64(&order_entity, order, "body"), &who));
    c->w->now = t;
    c->w->who = &who;
    Rc rc = move(c, &order_entity, order->id, action, params);
    c->w->who = &c->watch;
    return rc;
}

static Rc answer(Cast *c, const Record *order, int64_t t)
{
    static const char *const words[] = {
        "已到场复测并通风，浓度恢复正常，更换老化部件后监护运行。", "已组织抢修完毕，恢复运行，现场安全。",
        "已设置警戒并疏导交通，险情排除后撤离。", "已督促权属单位完成整改，复核正常。"};
    DbVal params[] = {db_val_z("removed"), db_val_z(words[rng_next(&c->past->rng) % ARRAY_LEN(words)]),
                      db_val_null()};
    return by_unit(c, order, "answer", params, t);
}

/* Nothing happens later than now. */
static int64_t after(Cast *c, int64_t t, double least_min, double most_min)
{
    int64_t later =
        t + (int64_t)(rng_between(&c->past->rng, least_min, most_min) * MS_MINUTE) / MS_SECOND * MS_SECOND;
    return later < c->now ? later : c->now;
}

/* All that the units do, as far as the stage says. *t: the last thing that happened. */
static Rc handle(Cast *c, Record **orders, size_t n, Stage stage, int64_t *t)
{
    static const DbVal none[2] = {{DB_NULL}, {DB_NULL}};
    int64_t at = *t;
    size_t signing = stage == W_SIGNED ? 1 : n;
    for (size_t i = 0; i < signing; i++)
        if (stage != W_DECLINED || i + 1 < n)
            TRY(by_unit(c, orders[i], "sign", none, at = after(c, at, 0.5, 3)));
    if (stage == W_DECLINED) {
        c->w->why = "经核实不属于本单位管辖范围";
        TRY(by_unit(c, orders[n - 1], "decline", none, at = after(c, at, 5, 20)));
    }
    size_t acting = stage == W_SIGNED ? 0 : stage == W_DECLINED ? n - 1 : n;
    for (size_t i = 0; i < acting; i++) TRY(by_unit(c, orders[i], "arrive", none, at = after(c, at, 4, 14)));
    size_t answering = stage == W_PART ? 1 : stage >= W_REVIEWING ? n : 0;
    for (size_t i = 0; i < answering; i++) TRY(answer(c, orders[i], at = after(c, at, 8, 40)));
    *t = at;
    return RC_OK;
}

static Rc send_back(Cast *c, const Record *order, int64_t t)
{
    c->w->now = t;
    c->w->why = "未附复测数据和现场照片，请补充";
    return move(c, &order_entity, order->id, "return", NULL);
}

static Rc finish(Cast *c, int64_t warning, Record **orders, size_t n, Stage stage, int64_t t)
{
    DbVal conclusion[] = {db_val_z("险情已排除，原因已查明，资料齐全，同意归档。")};
    for (size_t i = 0; i < n; i++) {
        c->w->now = t = after(c, t, 3, 25);
        TRY(move(c, &order_entity, orders[i]->id, "accept", NULL));
    }
    c->w->now = t = after(c, t, 5, 30);
    TRY(move(c, &warning_entity, warning, "lift", NULL));
    if (stage == W_LIFTED) return RC_OK;
    c->w->now = after(c, t, 60, 2000);
    c->w->who = &c->office;
    Rc rc = move(c, &warning_entity, warning, "file", conclusion);
    c->w->who = &c->watch;
    return rc;
}

static Rc cancel(Cast *c, int64_t warning, int64_t t)
{
    static const char *const codes[] = {"sensor", "environment", "works", "transmission"};
    DbVal params[] = {db_val_z(codes[rng_next(&c->past->rng) % ARRAY_LEN(codes)]),
                      db_val_z("现场多点复测均未见异常")};
    c->w->now = t;
    c->w->why = "现场多点复测均未见异常";
    return move(c, &warning_entity, warning, "cancel", params);
}

/* What follows the publication. */
static Rc after_publishing(Cast *c, const Plan *p, int64_t warning, int64_t t)
{
    Record **orders;
    size_t n;
    TRY(warning_orders(c->w, warning, &orders, &n));
    if (p->stage == W_PUBLISHED || !n) return RC_OK;
    if (p->stage == W_CANCELLED) {
        TRY(by_unit(c, orders[0], "sign", NULL, t = after(c, t, 1, 4)));
        return cancel(c, warning, after(c, t, 15, 50));
    }
    TRY(handle(c, orders, n, p->stage, &t));
    if (p->stage == W_RETURNED) return send_back(c, orders[0], after(c, t, 10, 40));
    return p->stage == W_LIFTED || p->stage == W_FILED ? finish(c, warning, orders, n, p->stage, t) : RC_OK;
}

static Rc publish(Cast *c, const Plan *p, int64_t warning, int64_t *t)
{
    DbVal grade[8] = {db_val_i64(p->wish.grade),
                      db_val_null(),
                      db_val_null(),
                      db_val_null(),
                      db_val_z("报警点周边 200 米范围"),
                      db_val_z("立即到场核实复测，设置警戒，查明原因，处置后反馈并附现场照片。"),
                      db_val_z("请勿靠近现场，听从现场人员指挥。"),
                      db_val_i64(200)};
    c->w->now = *t = p->automatic ? *t : after(c, *t, 0.5, 2);
    TRY(move(c, &warning_entity, warning, "grade", grade));
    if (p->stage == W_GRADED) return RC_OK;
    c->w->now = *t = p->automatic ? *t : after(c, *t, 0.3, 1.5);
    return move(c, &warning_entity, warning, "publish", NULL);
}

static Rc live(Cast *c, const Plan *p)
{
    Record *alarm, *rec = rec_new(c->w->ctx, &warning_entity);
    int64_t t = p->automatic ? p->t + (p->wish.grade == 1 ? 5 : 8) * MS_MINUTE : after(c, p->t, 0.4, 2.5);
    c->w->who = NULL;
    TRY(past_raise(c->past, &p->wish, p->t, &alarm));
    if (!alarm) return RC_OK;
    c->w->now = t;
    if (!p->automatic) c->w->who = &c->watch;
    TRY(warning_make(c->w, rec, &alarm->id, 1));
    if (p->stage != W_DRAFT) TRY(publish(c, p, rec->id, &t));
    c->w->who = &c->watch;
    if (p->stage > W_GRADED) TRY(after_publishing(c, p, rec->id, t));
    bool ended = p->stage >= W_LIFTED;
    TRY(past_readings(c->past, ended ? t + 40 * MS_MINUTE : clock_now()));
    return ended ? past_return(c->past, t + 40 * MS_MINUTE) : RC_OK;
}

/* ---- All of them ---- */

static Rc open_cast(Cast *c)
{
    TRY(person(c->w, "watch", "watch", &c->watch));
    return person(c->w, "office", "office", &c->office);
}

/* fn in a transaction and arena of its own. */
static Rc in_work(Past *past, Kernel *k, Rc (*fn)(Cast *, const Plan *), const Plan *plan)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = work_begin_as(&ctx, k, NULL, "demo", true, &past->w);
    Cast c = {.past = past, .w = &past->w, .kernel = k, .now = clock_now()};
    if (rc >= 0) rc = open_cast(&c);
    if (rc >= 0) rc = fn(&c, plan);
    if (rc >= 0) rc = work_commit(&past->w);
    if (rc < 0) {
        log_err(LOG_ERROR, "demo", &ctx);
        work_abort(&past->w);
    }
    arena_free(&arena);
    return rc;
}

static Rc routes_once(Cast *c, const Plan *plan)
{
    (void)plan;
    return fill_routes(c->w);
}

/* What came before today was read long ago. */
static Rc read_notices(Cast *c, const Plan *plan)
{
    (void)plan;
    Rc rc = db_exec(c->w->ctx, c->w->db, &q_demo_notices_read, DB_ARGS(db_val_i64(c->now - 6 * MS_HOUR)));
    return rc < 0 ? rc : RC_OK;
}

static Plan draw(Past *p, int64_t now, int day)
{
    static const char *const kinds[] = {"GAS", "GAS", "GPR", "WTR", "DRN", "HEA",
                                        "BRG", "COV", "GAL", "TNK", "PND", "RIV"};
    double u = rng_unit(&p->rng);
    Plan plan = {.wish = {kinds[rng_next(&p->rng) % ARRAY_LEN(kinds)], -1,
                          u < 0.06   ? 1
                          : u < 0.35 ? 2
                                     : 3,
                          (size_t)(rng_next(&p->rng) % 12)},
                 .t = now - day * MS_DAY - (int64_t)rng_between(&p->rng, 0, 20) * MS_HOUR};
    plan.t -= plan.t % MS_SECOND;
    plan.stage = rng_unit(&p->rng) < 0.14 ? W_CANCELLED : W_FILED;
    plan.automatic = plan.wish.grade <= 2 && rng_unit(&p->rng) < 0.08;
    return plan;
}

void warnings_fill(Past *p, Kernel *k)
{
    int64_t now = clock_now();
    Rc rc = in_work(p, k, routes_once, NULL);
    for (int day = DAYS; day > 4 && rc >= 0; day -= 2) {
        Plan plan = draw(p, now, day);
        rc = in_work(p, k, live, &plan);
    }
    int64_t shift = shifts_first(now, SHIFT_DAYS);
    for (size_t i = ARRAY_LEN(waiting); i-- > 0 && rc >= 0;) {
        shifts_upto(k, &shift, now - waiting[i].minutes * MS_MINUTE);
        Plan plan = {.wish = waiting[i].wish,
                     .t = now - waiting[i].minutes * MS_MINUTE - now % MS_SECOND,
                     .stage = waiting[i].stage,
                     .automatic = waiting[i].automatic};
        rc = in_work(p, k, live, &plan);
    }
    shifts_upto(k, &shift, now);
    shifts_now(k, shift);
    if (rc >= 0) in_work(p, k, read_notices, NULL);
    LOG(LOG_INFO, "demo", "warnings of the past made", LOG_I64("ms", clock_now() - now));
}
