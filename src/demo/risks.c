/* The register of risks of the demo city: units at objects of several trades, two gas mains and a tank farm
 * with a shape of their own, each with measures of the five kinds, assessed and approved; and colours of the
 * two years before, so that years can be compared. Texts are ours. */
#include "city.h"
#include "base/clock.h"
#include "kernel/flow.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/object.h"
#include "mod/risk.h"

typedef struct Kind {
    const char *prefix; /* of the objects; NULL: the one named by code */
    int count;
    const char *industry, *kind, *control;
    const char *what, *accident;
    const char *engineering, *management, *training, *protection, *emergency;
    double l, e, c; /* LEC of the first; the others vary */
    int people;
} Kind;

static const Kind kinds[] = {
    {"GAS", 14, "gas", "place", "workshop", "相邻地下空间", "燃气泄漏窜入相邻地下空间，遇点火源爆炸",
     "安装可燃气体监测终端，井盖透气，相邻管线加装套管", "每周巡检一次，开挖施工前现场交底并派人监护",
     "巡线人员每季度进行一次泄漏识别培训", "便携式检测仪、防静电工作服、正压式呼吸器",
     "关闭上下游阀门，划定警戒区，自然通风，禁止一切火源", 3, 3, 15, 120},
    {"GPR", 8, "gas", "equipment", "workshop", "调压设备", "调压失效超压，下游用户管线泄漏着火",
     "设超压放散与切断装置，一用一备", "每月切换一次，每半年校验切断压力", "站控人员持证上岗，每年复训",
     "防静电服、护目镜", "切换备用路，手动切断，通知下游用户关闭表前阀", 3, 6, 15, 300},
    {"TNK", 8, "chemical", "equipment", "company", "储罐", "物料泄漏，引发火灾、爆炸或人员中毒",
     "设高低液位联锁、围堰、紧急切断阀和可燃有毒气体报警", "重大危险源包保责任制，每班巡检两次",
     "主要负责人和操作人员每年培训考核", "全面罩呼吸器、防化服",
     "启动切断与喷淋，疏散下风向人员，通知园区消防站", 3, 6, 40, 800},
    {"HEA", 5, "heat", "equipment", "team", "换热设备", "高温水泄漏烫伤，大面积停供",
     "设超温超压保护和补水报警", "采暖期每日巡检，停运期检修", "运行人员岗前培训", "防烫手套、面屏",
     "关闭一次网阀门，切换邻站供热，通知用户", 1, 6, 7, 900},
    {"PND", 3, "road", "place", "workshop", "下穿通道", "短时强降雨积水，车辆人员被困",
     "设积水监测、自动道闸和备用泵", "汛前清淤，雨前布设人员", "值守人员演练封道流程", "反光衣、救生衣",
     "积水二十厘米封道，强排并疏导", 3, 3, 15, 400},
    {"BRG", 5, "road", "place", "workshop", "桥梁结构", "超载或结构劣化导致构件失效",
     "布设挠度、应变监测，限载标志和称重", "按技术状况分级养护，定期检测", "养护人员检测培训",
     "安全带、反光衣", "封闭交通，设置绕行，组织检测", 1, 6, 15, 1500},
    {"FIR", 6, "crowd", "place", "company", "人员密集区域", "火灾蔓延，疏散不及造成群死群伤",
     "自动报警、喷淋、防火分隔保持有效", "每日防火巡查，每月自查", "员工每半年演练一次", "过滤式自救呼吸器",
     "启动应急广播，引导疏散，初期火灾处置", 3, 6, 15, 2000},
    {"CRW", 3, "crowd", "place", "company", "客流聚集区", "人流过密发生拥挤踩踏", "设客流监测、单向分流设施",
     "超过限值的八成即分流，重大活动报备", "安保人员分流演练", "反光背心、扩音器",
     "关闭入口，单向疏散，医疗待命", 1, 6, 15, 5000},
    {"DAM", 3, "mine", "place", "company", "坝体断面", "坝体渗流破坏、溃坝",
     "设浸润线、位移、库水位在线监测，排洪设施畅通", "干滩长度和浸润线日报，汛期二十四小时值守",
     "值守人员应急演练每年两次", "救生衣、通信设备", "降低库水位，通知下游撤离，抢险加固", 1, 6, 40, 600},
    {"LFT", 3, "crowd", "equipment", "post", "曳引电梯", "困人、剪切", "设运行监测和应急呼叫",
     "半月维保，年度检验", "使用单位安全员培训", "维保人员安全带", "三十分钟内到场解困", 1, 6, 3, 60},
};

enum { KINDS_LAST_YEAR = 7 };

typedef struct Made {
    Work *w;
    const Entity *assess;
    int64_t office, n;
} Made;

static Rc find(Work *w, const Entity *e, const char *code, Record **out)
{
    return store_find(w, e, str_printf(w->ctx->arena, "code:%s", code), out);
}

/* What the dictionary lacks is left out. */
static void industry(Work *w, Record *unit, const char *code)
{
    if (dict_has(w->kernel, "industry", str_of(code)))
        rec_set(&risk_unit_entity, unit, "industry", db_val_z(code));
}

static Rc act(Made *m, Record **rec, const char *action)
{
    TRY(flow_do(m->w, m->assess, *rec, action, NULL));
    return store_get(m->w, m->assess, (*rec)->id, rec);
}

/* The second assessment of a unit in ten is still to be reviewed, so that a desk has something. */
static Rc assess(Made *m, const Record *unit, const Kind *k, double l)
{
    const Entity *e = m->assess;
    Record *rec = rec_new(m->w->ctx, e);
    rec_set(e, rec, "code", db_val_z(arena_printf(m->w->ctx->arena, "FXPG-%04d", (int)m->n)));
    rec_set(e, rec, "unit", db_val_i64(unit->id));
    rec_set(e, rec, "method", db_val_z("lec"));
    rec_set(e, rec, "l", db_val_f64(l));
    rec_set(e, rec, "e", db_val_f64(k->e));
    rec_set(e, rec, "c", db_val_f64(k->c));
    rec_set(e, rec, "assessor", db_val_z("风险评估小组"));
    rec_set(e, rec, "grounds", db_val_z("现场查勘、运行记录和历史报警综合判定"));
    rec_set(e, rec, "reviewer", db_val_i64(m->office));
    TRY(store_insert(m->w, e, rec));
    TRY(act(m, &rec, "submit"));
    return m->n % 11 == 5 ? RC_OK : act(m, &rec, "approve");
}

static Rc past_colour(Work *w, const Record *unit, int64_t t, int64_t grade, int64_t from)
{
    const Entity *e = &risk_move_entity, *u = &risk_unit_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "unit", db_val_i64(unit->id));
    rec_set(e, rec, "t", db_val_i64(t));
    rec_set(e, rec, "grade", db_val_i64(grade));
    if (from) rec_set(e, rec, "from_grade", db_val_i64(from));
    rec_set(e, rec, "base", db_val_i64(grade));
    rec_set(e, rec, "reasons", db_val_json(STR("[]")));
    rec_set(e, rec, "body", *rec_val(u, unit, "body"));
    rec_set(e, rec, "district", *rec_val(u, unit, "district"));
    return store_insert(w, e, rec);
}

/* Two years ago, and a year ago, somewhat worse than today. */
static Rc history(Made *m, int64_t unit_id)
{
    Record *unit;
    const Entity *u = &risk_unit_entity;
    TRY(store_get(m->w, u, unit_id, &unit));
    int64_t g = rec_i64(u, unit, "grade"), now = m->w->now;
    if (!g) return RC_OK;
    int64_t before = m->n % 3 == 0 && g > 1 ? g - 1 : m->n % 7 == 0 && g < 4 ? g + 1 : g;
    TRY(past_colour(m->w, unit, now - 730 * MS_DAY, before, 0));
    if (before != g) TRY(past_colour(m->w, unit, now - (150 + m->n * 4) * MS_DAY, g, before));
    Record *old = rec_copy(m->w->ctx, u, unit);
    rec_set(u, unit, "colour", db_val_i64(g));
    rec_set(u, unit, "moved_at", db_val_i64(now - 150 * MS_DAY));
    return store_update(m->w, u, old, unit, "move");
}

static Rc add_unit(Made *m, const Record *object, const Kind *k, double l)
{
    const Entity *e = &risk_unit_entity, *oe = &object_entity;
    Record *rec = rec_new(m->w->ctx, e);
    if (!rec_i64(oe, object, "owner") || !rec_i64(oe, object, "district")) return RC_OK;
    m->n++;
    rec_set(e, rec, "code", db_val_z(arena_printf(m->w->ctx->arena, "FX-%04d", (int)m->n)));
    rec_set(
        e, rec, "name",
        db_val_text(str_printf(m->w->ctx->arena, "%.*s%s", STR_ARG(rec_text(oe, object, "name")), k->what)));
    rec_set(e, rec, "kind", db_val_z(k->kind));
    industry(m->w, rec, k->industry);
    rec_set(e, rec, "body", *rec_val(oe, object, "owner"));
    rec_set(e, rec, "district", *rec_val(oe, object, "district"));
    rec_set(e, rec, "responsible", db_val_z(m->n % 2 ? "安全总监 顾明远" : "运行主管 邵清和"));
    rec_set(e, rec, "control", db_val_z(k->control));
    rec_set(e, rec, "object", db_val_i64(object->id));
    rec_set(e, rec, "area_km2", db_val_f64(0.01 + 0.004 * (double)(m->n % 9)));
    rec_set(e, rec, "population", db_val_i64(k->people + m->n * 7 % 60));
    rec_set(e, rec, "accident", db_val_z(k->accident));
    rec_set(e, rec, "engineering", db_val_z(k->engineering));
    rec_set(e, rec, "management", db_val_z(k->management));
    rec_set(e, rec, "training", db_val_z(k->training));
    rec_set(e, rec, "protection", db_val_z(k->protection));
    rec_set(e, rec, "emergency", db_val_z(k->emergency));
    rec_set(e, rec, "reassess_months", db_val_i64(12));
    TRY(store_insert(m->w, e, rec));
    TRY(assess(m, rec, k, l));
    return history(m, rec->id);
}

static Rc add_kind(Made *m, const Kind *k)
{
    static const double likely[] = {1, 3, 1, 1, 6};
    Record *object;
    for (int i = 1; i <= k->count; i++) {
        Rc rc =
            find(m->w, &object_entity, arena_printf(m->w->ctx->arena, "OBJ-%s-%04d", k->prefix, i), &object);
        if (rc < 0) return rc;
        /* The first of a kind keeps its own, the others vary by likelihood. */
        if (rc) TRY(add_unit(m, object, k, i == 1 ? k->l : likely[(size_t)i % ARRAY_LEN(likely)]));
    }
    return RC_OK;
}

/* ---- Those with a shape of their own ---- */

typedef struct Drawn {
    const char *code, *name, *kind, *owner, *field, *area;
    bool polygon;
    Spot p[6];
    int n, like; /* measures of the kind with this index */
} Drawn;
static const Drawn drawn[] = {
    {"OBJ-RSK-MAIN-1",
     "望江大道中压燃气干管",
     "gas_main",
     "BODY-GAS",
     "gas",
     "lifeline",
     false,
     {{6.2, 11.4}, {8.4, 11.7}, {10.9, 11.5}, {13.2, 11.9}},
     4,
     1},
    {"OBJ-RSK-MAIN-2",
     "清源路次高压燃气管",
     "gas_main",
     "BODY-GAS",
     "gas",
     "lifeline",
     false,
     {{12.4, 6.4}, {12.7, 8.1}, {12.5, 9.6}},
     3,
     1},
    {"OBJ-RSK-FARM",
     "石埠化工园液体罐区",
     "chemical_park",
     "BODY-CHEM",
     "chemical",
     "production",
     true,
     {{19.8, 5.6}, {21.2, 5.6}, {21.4, 6.3}, {20.1, 6.5}, {19.8, 5.6}},
     5,
     2},
};

static Str shape_of(Ctx *ctx, const Drawn *d)
{
    StrBuf b;
    buf_init(&b, ctx->arena);
    buf_printf(&b, "{\"type\":\"%s\",\"coordinates\":%s", d->polygon ? "Polygon" : "LineString",
               d->polygon ? "[[" : "[");
    for (int i = 0; i < d->n; i++)
        buf_printf(&b, "%s[%.6f,%.6f]", i ? "," : "", spot_lon(d->p[i]), spot_lat(d->p[i]));
    buf_printf(&b, "%s}", d->polygon ? "]]" : "]");
    return buf_str(&b);
}

static Rc add_drawn(Made *m, const Drawn *d)
{
    const Entity *e = &object_entity;
    Record *owner, *near, *rec = rec_new(m->w->ctx, e);
    Rc rc = find(m->w, &body_entity, d->owner, &owner);
    if (rc <= 0) return rc;
    rc = find(m->w, e, arena_printf(m->w->ctx->arena, "OBJ-%s-0001", kinds[d->like].prefix), &near);
    if (rc <= 0) return rc;
    rec_set(e, rec, "code", db_val_z(d->code));
    rec_set(e, rec, "name", db_val_z(d->name));
    rec_set(e, rec, "area", db_val_z(d->area));
    rec_set(e, rec, "field", db_val_z(d->field));
    rec_set(e, rec, "kind", db_val_z(d->kind));
    rec_set(e, rec, "owner", db_val_i64(owner->id));
    rec_set(e, rec, "district", *rec_val(e, near, "district"));
    rec_set(e, rec, "lon", db_val_f64(spot_lon(d->p[1])));
    rec_set(e, rec, "lat", db_val_f64(spot_lat(d->p[1])));
    rec_set(e, rec, "geometry", db_val_json(shape_of(m->w->ctx, d)));
    TRY(store_insert(m->w, e, rec));
    return add_unit(m, rec, &kinds[d->like], kinds[d->like].l);
}

static Rc fill(Work *w, void *ud)
{
    (void)ud;
    Made m = {.w = w, .assess = &risk_assessment_entity};
    Record *office;
    Rc rc = find(w, &body_entity, "BODY-EMERG", &office);
    if (rc <= 0) return rc;
    m.office = office->id;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (i == KINDS_LAST_YEAR) TRY(campaign_last_year(w)); /* the others were entered since */
        TRY(add_kind(&m, &kinds[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(drawn); i++) TRY(add_drawn(&m, &drawn[i]));
    return campaign_this_year(w);
}

void risks_fill(Kernel *k)
{
    demo_write(k, fill, NULL);
}
