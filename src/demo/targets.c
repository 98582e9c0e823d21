/* Protected targets around the first tank of the demo city and a release of chlorine at it, so that the page
 * of consequences has somebody to count. Names and figures are ours. */
#include "city.h"
#include "mod/consequence.h"
#include "mod/object.h"

typedef struct Target {
    const char *code, *name, *kind, *cls;
    double east_m, north_m; /* of the tank */
    int64_t day, night;     /* -1: not registered */
} Target;
static const Target targets[] = {
    {"FHMB-0001", "港东实验小学", "school", "high-sensitive", 620, 540, 1180, 12},
    {"FHMB-0002", "滨江第二医院", "hospital", "high-sensitive", -940, 260, 860, 640},
    {"FHMB-0003", "港东新苑小区", "residents", "general-1", 380, -420, 900, 2460},
    {"FHMB-0004", "望江养老院", "care", "high-sensitive", -350, -1280, 210, 205},
    {"FHMB-0005", "化工园区综合服务中心", "office", "general-2", 160, 210, 75, -1},
    {"FHMB-0006", "港东农贸市场", "market", "general-1", 1180, -160, 420, 0},
    {"FHMB-0007", "石桥村居民点", "residents", "general-2", -720, 1420, 64, 88},
    {"FHMB-0008", "港区体育馆", "venue", "general-1", 1490, 900, -1, -1},
};

static Rc add(Work *w, const Target *t, const Record *tank)
{
    const Entity *e = &protected_target_entity, *oe = &object_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "code", db_val_z(t->code));
    rec_set(e, rec, "name", db_val_z(t->name));
    rec_set(e, rec, "kind", db_val_z(t->kind));
    rec_set(e, rec, "class", db_val_z(t->cls));
    rec_set(e, rec, "district", *rec_val(oe, tank, "district"));
    if (t->day >= 0) rec_set(e, rec, "people_day", db_val_i64(t->day));
    if (t->night >= 0) rec_set(e, rec, "people_night", db_val_i64(t->night));
    rec_set(e, rec, "basis", db_val_z("演示数据"));
    rec_set(e, rec, "lon", db_val_f64(rec_f64(oe, tank, "lon") + t->east_m / 95200));
    rec_set(e, rec, "lat", db_val_f64(rec_f64(oe, tank, "lat") + t->north_m / 111195));
    return store_insert(w, e, rec);
}

static Rc release(Work *w, const Record *tank)
{
    const Entity *e = &consequence_entity, *oe = &object_entity;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "code", db_val_z("SGHG-0001"));
    rec_set(e, rec, "name", db_val_z("液氯储罐管口泄漏"));
    rec_set(e, rec, "model", db_val_z("plume-zones"));
    rec_set(e, rec, "body", *rec_val(oe, tank, "owner"));
    rec_set(e, rec, "district", *rec_val(oe, tank, "district"));
    rec_set(e, rec, "lon", *rec_val(oe, tank, "lon"));
    rec_set(e, rec, "lat", *rec_val(oe, tank, "lat"));
    rec_set(e, rec, "wind_from", db_val_f64(315));
    rec_set(e, rec, "inputs",
            db_val_json(STR("{\"class\":\"D\",\"terrain\":\"urban\",\"rate_kg_s\":0.8,\"wind_m_s\":3,"
                            "\"height_m\":1,\"substance\":\"氯\",\"minutes\":30}")));
    return store_insert(w, e, rec);
}

static Rc fill(Work *w, void *ud)
{
    Record *tank;
    (void)ud;
    Rc rc = store_find(w, &object_entity, STR("code:OBJ-TNK-0001"), &tank);
    if (rc <= 0) return rc;
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) TRY(add(w, &targets[i], tank));
    return release(w, tank);
}

void targets_fill(Kernel *k)
{
    demo_write(k, fill, NULL);
}
