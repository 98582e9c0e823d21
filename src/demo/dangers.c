/* Months of hidden dangers, through the slice's own flows by people with the permissions of their roles and
 * at the times at which things happened: most are closed, those of the last weeks stand in every state, some
 * are late, and each account finds its own. */
#include "past.h"
#include "demo_queries_sql.h"
#include "base/clock.h"
#include "base/log.h"
#include "mod/body.h"
#include "mod/danger.h"
#include "mod/district.h"
#include "kernel/matter.h"
#include <stdio.h>

#define TOWN_DISTRICT "990103" /* of the town's account */

enum { DANGERS = 170, ENTERPRISES = 300, DAYS = 170, PHOTOS = 8 };

/* How far a danger went. */
typedef enum { D_REPORTED, D_ORDERED, D_PLANNED, D_RECTIFIED, D_RETURNED, D_CLOSED, D_REJECTED } Stage;
/* And its supervision. */
typedef enum { S_DRAFT, S_HUNG, S_APPLIED, S_ACCEPTED, S_REMOVED, S_EVALUATED } Hung;

typedef struct Words {
    const char *industry, *what, *want, *done, *criterion; /* criterion: when it is major */
} Words;
static const Words words[] = {
    {"chemical", "罐区可燃气体探测器两台失效，报警值未标定", "更换探测器并重新标定，恢复投用",
     "已更换并标定，联锁测试正常", "CHEM-09"},
    {"chemical", "危险化学品仓库内氧化剂与还原剂混放", "立即分库存放，张贴安全标签", "已分库存放，账物相符",
     "CHEM-12"},
    {"chemical", "动火作业票未分析可燃气体浓度即审批", "停止作业，按规定重新办理", "已重新培训并考核", NULL},
    {"pharma", "溶剂库防爆电气设备不符合要求", "更换为防爆型，检测合格后使用", "已更换防爆设备", "CHEM-08"},
    {"fuel", "卸油口静电接地报警仪损坏", "三日内修复，修复前停止卸油", "已更换报警仪", "FUEL-01"},
    {"fuel", "灭火器压力不足，消防沙箱被杂物覆盖", "更换灭火器，清理消防器材", "已更换并清理", NULL},
    {"machinery", "打磨车间除尘管道积尘超过 3 毫米", "停产清灰，建立清扫制度", "已清灰并建立台账", "GM-06"},
    {"machinery", "行车限位器失灵仍在使用", "停用并检修，检验合格后恢复", "已检修，检验合格", "SPEC-02"},
    {"light", "冷库氨气报警器未投用", "恢复投用并校验", "已校验投用", "GM-08"},
    {"wood", "木工车间布袋除尘采用正压吹送", "改造为负压系统，设置火花探测", "改造完成并验收", "GM-09"},
    {"textile", "车间疏散通道堆放布匹", "清理通道，划线管理", "已清理并划线", NULL},
    {"building_materials", "水泥库清库作业未审批、未通风检测", "停止作业，完善审批和监护",
     "制度已完善，已培训", "GM-11"},
    {"metallurgy", "熔炼区休息室设在吊运路线下方", "迁移休息室", "休息室已迁移", "GM-04"},
    {"storage", "仓库夹层违规住人", "当日清退住宿人员", "已清退并拆除床铺", "FIRE-04"},
    {"storage", "自动喷水系统末端无水", "修复供水，恢复系统", "已修复，测试正常", "FIRE-02"},
    {"trade", "安全出口上锁，疏散指示标志损坏", "立即开锁，更换标志", "已开锁，标志已更换", "FIRE-01"},
    {"catering", "后厨燃气软管老化且未装报警器", "更换软管，安装报警和切断装置", "已更换并安装", "GAS-05"},
    {"catering", "油烟管道长期未清洗", "清洗并保存记录", "已清洗", NULL},
    {"hotel", "客房疏散示意图缺失，应急照明不亮", "补齐示意图，更换应急灯", "已补齐更换", NULL},
    {"crowd", "疏散通道被展台占用", "撤除展台，保持畅通", "已撤除", "FIRE-01"},
    {"school", "宿舍外窗设置固定防盗网", "改为可开启式逃生窗", "已改造", "FIRE-06"},
    {"medical", "夜间值班人员不足，呼叫系统故障", "补足值班人员，修复呼叫系统", "已补足并修复", "FIRE-05"},
    {"construction", "脚手架连墙件缺失，临边防护不到位", "停工整改，验收后复工", "已补齐连墙件和防护",
     "BUILD-04"},
    {"construction", "配电箱未做到一机一闸一漏", "更换配电箱", "已更换", NULL},
    {"road", "两台车辆卫星定位长期离线", "修复终端，离线期间停运", "终端已修复", "ROAD-02"},
    {"gas", "阀门井内燃气浓度超限后未查明原因", "查漏修复，复测合格后销号", "已更换密封圈，复测合格",
     "GAS-06"},
    {"gas", "中压管道被临时建筑占压 12 米", "协调拆除占压，落实巡护", "占压已拆除", "GAS-03"},
    {"gas", "调压箱防撞护栏缺失", "补设护栏和警示标志", "已补设", NULL},
    {"heat", "换热站安全阀超过校验期", "送检校验", "已校验", NULL},
    {"mine", "排土场边坡局部开裂", "设置警戒，削坡减载", "已处理并监测", NULL},
    {"gas", "架空燃气管道支架锈蚀松动", "除锈加固，纳入巡检", "已加固并防腐", NULL},
    {"gas", "场站消防器材检查记录缺失", "补做检查，建立台账", "已检查并建立台账", NULL},
};

typedef struct Cast {
    Work *w;
    Rng rng;
    int64_t now;
    int shot;
    Principal inspector, office, town, dept, firm;
} Cast;

typedef struct Plan {
    const char *enterprise;
    int days, hours; /* ago */
    Stage stage;
    Hung hung;
    bool major, self;
    char by; /* i inspector, t town, d department */
    size_t words;
} Plan;

/* What waits for the accounts; no name: an enterprise of the town's own district. */
static const Plan waiting[] = {
    {"BODY-GAS", 2, 3, D_ORDERED, 0, false, false, 'd', 27},
    {"BODY-GAS", 13, 2, D_ORDERED, 0, false, false, 'i', 30},
    {"BODY-GAS", 20, 4, D_ORDERED, 0, false, false, 'd', 31},
    {"BODY-GAS", 9, 1, D_RETURNED, 0, false, false, 'd', 27},
    {"BODY-GAS", 6, 5, D_RECTIFIED, 0, false, false, 'd', 30},
    {"BODY-GAS", 30, 2, D_PLANNED, S_HUNG, true, false, 'd', 26},
    {"BODY-GAS", 40, 2, D_RECTIFIED, S_APPLIED, true, false, 'i', 25},
    {"BODY-GAS", 3, 6, D_ORDERED, 0, false, true, 'd', 31},
    {"BODY-HEAT", 1, 4, D_REPORTED, 0, false, true, 'd', 28},
    {NULL, 3, 2, D_RECTIFIED, 0, false, false, 't', 15},
    {NULL, 1, 3, D_REPORTED, 0, false, false, 't', 16},
    {"BODY-MINE", 12, 4, D_ORDERED, S_DRAFT, true, false, 'i', 29},
    {"BODY-HEAT", 60, 3, D_RECTIFIED, S_ACCEPTED, true, false, 'i', 28},
};

/* ---- People ---- */

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

static Rc someone(Work *w, const Record *body, const char *name, const char *role, Principal *out)
{
    return principal_make(
        w,
        &(ActAs){.name = arena_printf(w->ctx->arena, "%s.%.*s", role,
                                      STR_ARG(rec_text(&body_entity, body, "code"))),
                 .full_name = arena_printf(w->ctx->arena, "%.*s %s",
                                           STR_ARG(rec_text(&body_entity, body, "name")), name),
                 .roles = role,
                 .body = body->id,
                 .district = rec_i64(&body_entity, body, "district")},
        out);
}

static Rc body_named(Work *w, const char *code, Record **out)
{
    Rc rc = store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%s", code), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "demo.body", "演示城市缺少 %s", "the demo city lacks %s", code);
}

static Rc firm_of_town(Work *w, Record **out)
{
    for (int i = 1; i <= ENTERPRISES; i++) {
        Record *d;
        TRY(body_named(w, arena_printf(w->ctx->arena, "ENT-%04d", i), out));
        TRY(store_get(w, &district_entity, rec_i64(&body_entity, *out, "district"), &d));
        if (str_is(rec_text(&district_entity, d, "code"), TOWN_DISTRICT)) return RC_OK;
    }
    return RC_OK; /* any other will do */
}

/* The street's officer of the enterprise's district; the city's inspector where it has none. */
static Rc town_of(Cast *c, const Record *firm)
{
    Record *d, *town;
    c->town = c->inspector;
    TRY(store_get(c->w, &district_entity, rec_i64(&body_entity, firm, "district"), &d));
    Rc rc = store_find(
        c->w, &body_entity,
        str_printf(c->w->ctx->arena, "code:BODY-TOWN-%.*s", STR_ARG(rec_text(&district_entity, d, "code"))),
        &town);
    if (rc <= 0) return rc;
    return someone(c->w, town, "安全员", "town", &c->town);
}

/* ---- Steps ---- */

static int64_t after(Cast *c, int64_t t, double least_h, double most_h)
{
    int64_t later = t + (int64_t)(rng_between(&c->rng, least_h, most_h) * MS_HOUR) / MS_SECOND * MS_SECOND;
    return later < c->now ? later : c->now;
}

static Rc act(Cast *c, const Entity *e, Record *rec, const Principal *who, int64_t t, const char *action,
              const DbVal *params)
{
    c->w->who = who;
    c->w->now = t;
    return flow_do(c->w, e, rec, action, params);
}

static Rc photo(Cast *c, const Record *rec, const Principal *who, int64_t t, int kind)
{
    static const char *const names[] = {"整改前.png", "整改后.png", "复查.png"};
    c->w->who = who;
    c->w->now = t;
    int n = kind * PHOTOS + (int)(c->shot++ % PHOTOS); /* no two of one record alike */
    return evidence_add(c->w, &danger_entity, rec, str_of(names[kind]), demo_photo(c->w->ctx->arena, n));
}

static Rc rectify(Cast *c, Record *rec, const Words *say, int64_t t)
{
    DbVal params[] = {db_val_z(say->done), db_val_f64((double)(int)(rng_between(&c->rng, 1, 80)) / 10)};
    TRY(photo(c, rec, &c->firm, t, 1));
    return act(c, &danger_entity, rec, &c->firm, t, "rectify", params);
}

static Rc plan_for(Cast *c, Record *rec, int64_t t)
{
    DbVal params[] = {db_val_z("主要负责人牵头，安全管理部门落实"),
                      db_val_z("停用相关设备，限期改造，改造期间专人监护"), db_val_f64(12.5),
                      db_val_i64(t + 30 * MS_DAY), db_val_z("制定现场处置方案，配备应急器材并演练")};
    return act(c, &danger_entity, rec, &c->firm, t, "plan", params);
}

static const Principal *officer(Cast *c, char by)
{
    return by == 't' ? &c->town : by == 'd' ? &c->dept : &c->inspector;
}

/* The supervision of a major danger, as far as it went. */
static Rc hang(Cast *c, const Plan *p, Record *danger, int64_t *t)
{
    Record *s, *led;
    const Principal *issuer = p->by == 'i' ? &c->office : officer(c, p->by);
    DbVal notice[] = {db_val_z("方正"), db_val_z("副市长"),
                      db_val_z("限期整改到位，整改期间落实监护措施，按月报告进展。")};
    DbVal words_[] = {db_val_z("挂牌督办期间，请周边群众注意安全。")};
    if (p->hung == S_DRAFT) return RC_OK;
    Rc rc = supervision_of_danger(c->w, danger->id, &s);
    if (rc <= 0) return rc;
    TRY(act(c, &supervision_entity, s, issuer, *t = after(c, *t, 4, 40), "hang", notice));
    TRY(store_get(c->w, &danger_entity, danger->id, &led)); /* its leader in charge was written */
    *danger = *led;
    TRY(act(c, &supervision_entity, s, issuer, *t = after(c, *t, 1, 20), "make-public", words_));
    DbVal dept[] = {db_val_i64(*t), db_val_z("已向主管部门书面报告整改方案。")};
    DbVal workers[] = {db_val_i64(*t), db_val_z("已向职工代表大会报告。")};
    *t = after(c, *t, 20, 90);
    TRY(act(c, &supervision_entity, s, &c->firm, *t, "report-dept", dept));
    return act(c, &supervision_entity, s, &c->firm, *t, "report-workers", workers);
}

static Rc take_off(Cast *c, const Plan *p, Record *danger, int64_t t)
{
    Record *s;
    const Principal *issuer = p->by == 'i' ? &c->office : officer(c, p->by);
    DbVal ask[] = {db_val_z("整改已完成，申请验收。")}, fine[] = {db_val_z("现场验收合格，同意摘牌。")};
    DbVal effect[] = {db_val_z("good"), db_val_z("回访未见反弹。")};
    Rc rc = supervision_of_danger(c->w, danger->id, &s);
    if (rc <= 0 || p->hung < S_APPLIED) return rc < 0 ? rc : RC_OK;
    TRY(act(c, &supervision_entity, s, &c->firm, t = after(c, t, 2, 20), "apply", ask));
    if (p->hung < S_ACCEPTED) return RC_OK;
    c->w->who = issuer;
    c->w->now = t = after(c, t, 30, 140);
    TRY(evidence_add(c->w, &supervision_entity, s, STR("验收.png"),
                     demo_photo(c->w->ctx->arena, 2 * PHOTOS)));
    TRY(act(c, &supervision_entity, s, issuer, t, "accept", fine));
    if (p->hung < S_REMOVED) return RC_OK;
    TRY(act(c, &supervision_entity, s, issuer, t = after(c, t, 4, 40), "remove", NULL));
    if (p->hung < S_EVALUATED) return RC_OK;
    return act(c, &supervision_entity, s, issuer, after(c, t, 300, 900), "evaluate", effect);
}

static Rc review(Cast *c, const Plan *p, Record *rec, const Words *say, int64_t t)
{
    DbVal fine[] = {db_val_z("现场复查，整改到位，同意销号。")};
    const Principal *by = officer(c, p->by);
    if (p->stage == D_RETURNED || (p->stage == D_CLOSED && rng_unit(&c->rng) < 0.12)) {
        c->w->why = "整改照片不能说明整改到位，请补充";
        TRY(act(c, &danger_entity, rec, by, t = after(c, t, 5, 60), "return", NULL));
        c->w->why = NULL;
        if (p->stage == D_RETURNED) return RC_OK;
        TRY(rectify(c, rec, say, t = after(c, t, 10, 90)));
    }
    if (p->stage != D_CLOSED) return RC_OK;
    t = after(c, t, 6, 80);
    TRY(photo(c, rec, by, t, 2));
    return act(c, &danger_entity, rec, by, t, "accept", fine);
}

static Rc make_one(Cast *c, const Plan *p, const Record *firm, const Words *say, int64_t t, Record **out)
{
    static const char *const sources[] = {"inspection", "inspection", "patrol", "campaign"};
    const Entity *e = &danger_entity;
    Record *rec = rec_new(c->w->ctx, e), *clause;
    rec_set(e, rec, "enterprise", db_val_i64(firm->id));
    rec_set(e, rec, "description", db_val_z(say->what));
    rec_set(e, rec, "grade", db_val_i64(p->major ? DANGER_MAJOR : DANGER_GENERAL));
    if (!p->self) rec_set(e, rec, "source", db_val_z(sources[rng_next(&c->rng) % ARRAY_LEN(sources)]));
    if (p->major && say->criterion) {
        Rc rc = store_find(c->w, &criterion_entity, str_printf(c->w->ctx->arena, "code:%s", say->criterion),
                           &clause);
        if (rc > 0) rec_set(e, rec, "criterion", db_val_i64(clause->id));
    }
    rec_set(e, rec, "major_reason", p->major ? db_val_z("对照判定标准条款认定") : db_val_null());
    c->w->who = p->self ? &c->firm : officer(c, p->by);
    c->w->now = t;
    TRY(danger_make(c->w, rec));
    *out = rec;
    return photo(c, rec, c->w->who, t, 0);
}

static Rc live(Cast *c, const Plan *p)
{
    const Words *say = &words[p->words];
    Record *firm, *rec;
    c->shot = 0;
    int64_t t = c->now - p->days * MS_DAY - p->hours * MS_HOUR;
    DbVal want[] = {db_val_z(say->want), db_val_null(), db_val_null()};
    if (p->enterprise) TRY(body_named(c->w, p->enterprise, &firm));
    else TRY(firm_of_town(c->w, &firm));
    TRY(someone(c->w, firm, "安全员", "enterprise", &c->firm));
    TRY(town_of(c, firm));
    TRY(make_one(c, p, firm, say, t, &rec));
    if (p->stage == D_REPORTED || (p->self && p->stage == D_ORDERED)) return RC_OK;
    if (p->stage == D_REJECTED) {
        DbVal code[] = {db_val_z("fixed")};
        c->w->why = "现场复核时已整改";
        Rc rc = act(c, &danger_entity, rec, officer(c, p->by), after(c, t, 2, 30), "reject", code);
        c->w->why = NULL;
        return rc;
    }
    if (!p->self)
        TRY(act(c, &danger_entity, rec, officer(c, p->by), t = after(c, t, 0.2, 20), "order", want));
    if (p->major) {
        TRY(hang(c, p, rec, &t));
        TRY(store_get(c->w, &danger_entity, rec->id, &rec)); /* hanging wrote its leader into it */
    }
    if (p->stage == D_ORDERED) return RC_OK;
    if (p->major) TRY(plan_for(c, rec, t = after(c, t, 5, 60)));
    if (p->stage == D_PLANNED) return RC_OK;
    double slow = rng_unit(&c->rng) < 0.14 ? 24 * 22 : 24;
    TRY(rectify(c, rec, say, t = after(c, t, slow, slow + 24 * 9)));
    if (p->major) return take_off(c, p, rec, t);
    return p->self ? RC_OK : review(c, p, rec, say, t);
}

/* ---- All of them ---- */

typedef struct Part {
    Cast *cast;
    const City *city;
    Rc (*fn)(Cast *, const Plan *, const City *);
    const Plan *plan;
} Part;

static Rc do_part(Work *w, void *ud)
{
    Part *part = ud;
    Cast here = *part->cast;
    here.w = w;
    Rc rc = part->fn(&here, part->plan, part->city);
    part->cast->rng = here.rng;
    return rc;
}

static Rc in_work(Cast *c, Kernel *k, const City *city, Rc (*fn)(Cast *, const Plan *, const City *),
                  const Plan *p)
{
    return demo_write(k, do_part, &(Part){c, city, fn, p});
}

static Rc enterprises(Cast *c, const Plan *p, const City *city)
{
    (void)p;
    return demo_enterprises(c->w, city, ENTERPRISES);
}

static Rc one(Cast *c, const Plan *p, const City *city)
{
    (void)city;
    TRY(person(c->w, "inspector", "inspector", &c->inspector));
    TRY(person(c->w, "office", "office", &c->office));
    TRY(person(c->w, "dept", "dept", &c->dept));
    return live(c, p);
}

/* Words of the enterprise's industry, else anybody's. */
static Rc choose_words(Cast *c, Plan *p, const City *city)
{
    Record *firm;
    size_t fits[ARRAY_LEN(words)], n = 0;
    (void)city;
    TRY(body_named(c->w, p->enterprise, &firm));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(rec_text(&body_entity, firm, "industry"), words[i].industry)) fits[n++] = i;
    p->words = n ? fits[rng_next(&c->rng) % n] : 18;
    p->major = p->major && words[p->words].criterion;
    return RC_OK;
}

static Rc drawn(Cast *c, const Plan *p, const City *city)
{
    Plan plan = *p;
    TRY(choose_words(c, &plan, city));
    return one(c, &plan, city);
}

static Plan draw(Cast *c, char name[16], int i)
{
    static const Stage open[] = {D_REPORTED,  D_ORDERED,  D_ORDERED, D_ORDERED, D_RECTIFIED,
                                 D_RECTIFIED, D_RETURNED, D_CLOSED,  D_CLOSED};
    Plan p = {.enterprise = name, .days = DAYS - i * DAYS / DANGERS, .hours = (int)(rng_next(&c->rng) % 10)};
    double u = rng_unit(&c->rng);
    snprintf(name, 16, "ENT-%04d", 1 + (int)(rng_next(&c->rng) % ENTERPRISES));
    p.by = u < 0.45 ? 't' : 'i';
    p.self = rng_unit(&c->rng) < 0.12 && p.days < 20;
    p.major = !p.self && rng_unit(&c->rng) < 0.09;
    p.stage = D_CLOSED;
    if (p.days < 30) p.stage = open[rng_next(&c->rng) % ARRAY_LEN(open)];
    else if (rng_unit(&c->rng) < 0.025) p.stage = D_ORDERED;
    else if (rng_unit(&c->rng) < 0.04 && !p.self) p.stage = D_REJECTED;
    p.hung = p.stage == D_CLOSED      ? (p.days > 120 ? S_EVALUATED : S_REMOVED)
             : p.stage == D_RECTIFIED ? S_APPLIED
                                      : S_HUNG;
    if (p.self && p.stage >= D_RECTIFIED) p.stage = D_RECTIFIED;
    return p;
}

/* Found once more in other words, within the hour: joined to the first. */
static Rc found_twice(Cast *c, const Plan *p, const City *city)
{
    static const Words again = {"fuel", "加油区一具灭火器无压力", "更换灭火器", "已更换", NULL};
    static const Plan first = {"BODY-GAS", 4, 2, D_REPORTED, 0, false, false, 'i', 5};
    Record *firm, *kept, *second;
    int64_t t = c->now - first.days * MS_DAY;
    (void)p, (void)city;
    c->shot = 0;
    TRY(person(c->w, "inspector", "inspector", &c->inspector));
    TRY(body_named(c->w, first.enterprise, &firm));
    TRY(town_of(c, firm));
    TRY(make_one(c, &first, firm, &words[first.words], t, &kept));
    TRY(make_one(c, &first, firm, &again, t + MS_HOUR, &second));
    return act(c, &danger_entity, second, &c->inspector, t + 2 * MS_HOUR, "merge",
               (DbVal[]){db_val_i64(kept->id)});
}

/* Taken for major and judged general before it hung: its supervision is withdrawn. */
static Rc judged_general(Cast *c, const Plan *p, const City *city)
{
    static const Plan major = {"BODY-MINE", 8, 2, D_ORDERED, S_DRAFT, true, false, 'i', 29};
    Record *firm, *rec;
    int64_t t = c->now - major.days * MS_DAY;
    (void)p, (void)city;
    c->shot = 0;
    TRY(person(c->w, "inspector", "inspector", &c->inspector));
    TRY(body_named(c->w, major.enterprise, &firm));
    TRY(town_of(c, firm));
    TRY(make_one(c, &major, firm, &words[major.words], t, &rec));
    DbVal want[] = {db_val_z(words[major.words].want), db_val_null(), db_val_null()};
    TRY(act(c, &danger_entity, rec, &c->inspector, t + MS_HOUR, "order", want));
    c->w->why = "经专家复核，裂缝为表层干缩，未达到重大隐患判定标准";
    Rc rc = act(c, &danger_entity, rec, &c->inspector, t + 5 * MS_HOUR, "downgrade", NULL);
    c->w->why = NULL;
    return rc;
}

/* What came before today was read long ago. */
static Rc read_notices(Cast *c, const Plan *p, const City *city)
{
    (void)p, (void)city;
    Rc rc = db_exec(c->w->ctx, c->w->db, &q_demo_notices_read, DB_ARGS(db_val_i64(c->now - 30 * MS_HOUR)));
    return rc < 0 ? rc : RC_OK;
}

void dangers_fill(Kernel *k, const City *city)
{
    Cast c = {.rng = {mix64(city->seed ^ 0x64616e)}, .now = clock_now()};
    int64_t begun = c.now;
    Rc rc = in_work(&c, k, city, enterprises, NULL);
    for (int i = 0; i < DANGERS && rc >= 0; i++) {
        char name[16];
        Plan p = draw(&c, name, i);
        rc = in_work(&c, k, city, drawn, &p);
    }
    for (size_t i = 0; i < ARRAY_LEN(waiting) && rc >= 0; i++) rc = in_work(&c, k, city, one, &waiting[i]);
    if (rc >= 0) rc = in_work(&c, k, city, found_twice, NULL);
    if (rc >= 0) rc = in_work(&c, k, city, judged_general, NULL);
    if (rc >= 0) in_work(&c, k, city, read_notices, NULL);
    LOG(LOG_INFO, "demo", "hidden dangers of the past made", LOG_I64("ms", clock_now() - begun));
}
