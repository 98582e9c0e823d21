/* The demo city's safety plan: ten indicators with the figures of its first years, some behind. Invented
 * figures. */
#include "past.h"
#include "base/log.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/indicator.h"

#define PLAN      "PLAN-15"
#define BASE_YEAR 2025

typedef struct Promise {
    const char *name, *unit, *nature, *kind;
    double base, target;
    bool relative;
    const char *owner;
    double actual; /* of the first year; < 0: not yet entered */
} Promise;

static const Promise promises[] = {
    {"生产安全事故死亡人数累计下降", "人", "binding", "fall", 42, 15, true, "BODY-EMERG", 41},
    {"亿元生产总值生产安全事故死亡率累计下降", "人/亿元", "binding", "fall", 0.024, 33, true, "BODY-EMERG",
     0.0217},
    {"较大及以上事故起数", "起/年", "binding", "at_most", 1, 1, false, "BODY-EMERG", 0},
    {"城镇燃气管网监测覆盖率", "%", "binding", "rise", 61, 95, false, "BODY-CITY", 72.5},
    {"老旧燃气管道更新改造率", "%", "expected", "rise", 38, 100, false, "BODY-CITY", 46},
    {"桥梁结构监测覆盖率", "%", "expected", "rise", 45, 90, false, "BODY-ROAD", 58},
    {"重大隐患按期整改率", "%", "binding", "at_least", 91, 98, false, "BODY-EMERG", 96.4},
    {"监测设备在线率", "%", "expected", "at_least", 88, 95, false, "BODY-WATCH", 96.1},
    {"消防站建设达标率", "%", "expected", "rise", 70, 100, false, "BODY-FIRE", 78},
    {"城市排水防涝预警平均提前时间", "分钟", "expected", "rise", 25, 60, false, "BODY-WATERB", -1},
};

static Rc id_of(Work *w, const Entity *e, const char *code, int64_t *id)
{
    Record *rec;
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "code:%s", code), &rec);
    *id = rc > 0 ? rec->id : 0;
    return rc < 0 ? rc : RC_OK;
}

static Rc add_plan(Work *w, int64_t *plan)
{
    const Entity *e = &indicator_plan_entity;
    Record *rec = rec_new(w->ctx, e);
    int64_t body, district;
    TRY(id_of(w, &body_entity, "BODY-EMERG", &body));
    TRY(id_of(w, &district_entity, "990100", &district));
    if (!body || !district) return RC_OK;
    rec_set(e, rec, "code", db_val_z(PLAN));
    rec_set(e, rec, "name", db_val_z("云澜市“十五五”城市安全发展规划"));
    rec_set(e, rec, "body", db_val_i64(body));
    rec_set(e, rec, "district", db_val_i64(district));
    rec_set(e, rec, "base_year", db_val_i64(BASE_YEAR));
    rec_set(e, rec, "target_year", db_val_i64(BASE_YEAR + 5));
    rec_set(e, rec, "paper", db_val_z("云澜市“十五五”城市安全发展规划（演示）"));
    TRY(store_insert(w, e, rec));
    *plan = rec->id;
    return RC_OK;
}

static Rc add_promise(Work *w, int64_t plan, int no, const Promise *p)
{
    const Entity *e = &indicator_entity, *v = &indicator_value_entity;
    Record *rec = rec_new(w->ctx, e), *year = rec_new(w->ctx, v);
    int64_t owner;
    TRY(id_of(w, &body_entity, p->owner, &owner));
    rec_set(e, rec, "code", db_val_z(arena_printf(w->ctx->arena, PLAN "-%02d", no)));
    rec_set(e, rec, "plan", db_val_i64(plan));
    rec_set(e, rec, "no", db_val_i64(no));
    rec_set(e, rec, "name", db_val_z(p->name));
    rec_set(e, rec, "unit", db_val_z(p->unit));
    rec_set(e, rec, "nature", db_val_z(p->nature));
    rec_set(e, rec, "kind", db_val_z(p->kind));
    rec_set(e, rec, "base", db_val_f64(p->base));
    rec_set(e, rec, "target", db_val_f64(p->target));
    rec_set(e, rec, "relative", db_val_bool(p->relative));
    if (owner) rec_set(e, rec, "owner", db_val_i64(owner));
    TRY(store_insert(w, e, rec));
    if (p->actual < 0) return RC_OK;
    rec_set(v, year, "indicator", db_val_i64(rec->id));
    rec_set(v, year, "year", db_val_i64(BASE_YEAR + 1));
    rec_set(v, year, "actual", db_val_f64(p->actual));
    return store_insert(w, v, year);
}

static Rc fill(Work *w, void *ud)
{
    (void)ud;
    int64_t plan = 0;
    TRY(add_plan(w, &plan));
    for (size_t i = 0; plan && i < ARRAY_LEN(promises); i++)
        TRY(add_promise(w, plan, (int)i + 1, &promises[i]));
    return RC_OK;
}

void indicators_fill(Kernel *k)
{
    demo_write(k, fill, NULL);
}
