/* The demo's people: the bodies that own no objects (the government, the watch, a street office in every
 * district), posts in every body and who holds them. Names are drawn from lists; telephones are 1990099 and
 * four digits, a block that is invented, and nobody has an identity number. */
#include "city.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/people.h"

enum { MOST_BODIES = 40 };

static const struct {
    const char *code, *name, *kind, *phone, *parent;
} more[] = {
    {"BODY-GOV", "云澜市人民政府", "government", "0990-6100000", NULL},
    {"BODY-WATCH", "市城市安全监测中心", "institution", "0990-6100020", "BODY-EMERG"},
};

/* Under whom the bodies of fill.c stand. */
static const struct {
    const char *code, *parent;
} parents[] = {{"BODY-EMERG", "BODY-GOV"},  {"BODY-CITY", "BODY-GOV"},   {"BODY-WATERB", "BODY-GOV"},
               {"BODY-METEO", "BODY-GOV"},  {"BODY-POLICE", "BODY-GOV"}, {"BODY-FIRE", "BODY-GOV"},
               {"BODY-MARKET", "BODY-GOV"}, {"BODY-CHEM", "BODY-GOV"},   {"BODY-ROAD", "BODY-CITY"},
               {"BODY-DRAIN", "BODY-CITY"}};

static const struct PostRow {
    const char *title, *duties;
    bool head;
} office_posts[] = {{"主要负责人", "领导本单位安全生产工作，签发处置意见", true},
                    {"分管负责人", "分管安全，组织处置和复核", false},
                    {"科室负责人", "派单签收、处置跟踪、情况汇总", false},
                    {"业务经办", "现场核查、材料填报、结果反馈", false},
                    {"联络员", "信息接收与转办，保持电话畅通", false}},
  watch_posts[] = {{"中心主任", "负责值守和研判工作", true},
                   {"值班长", "当班研判、发布、交接班", false},
                   {"值班员", "监视报警，确认、研判、电话通知", false},
                   {"值班员", "监视报警，确认、研判、电话通知", false},
                   {"系统运维", "设备与平台运行保障", false}},
  firm_posts[] = {{"主要负责人", "本单位安全生产第一责任人", true},
                  {"安全总监", "安全管理与隐患治理", false},
                  {"调度值班", "二十四小时值班，签收处置单", false},
                  {"抢修队长", "现场抢修与先期处置", false},
                  {"巡检员", "日常巡检，现场复核", false}};

static const struct {
    const char *account, *body, *post;
} holders[] = {{"watch", "BODY-WATCH", "值班员"},      {"night", "BODY-WATCH", "值班员"},
               {"office", "BODY-EMERG", "科室负责人"}, {"dept", "BODY-CITY", "分管负责人"},
               {"town", "BODY-TOWN-990103", "联络员"}, {"inspector", "BODY-EMERG", "业务经办"},
               {"enterprise", "BODY-GAS", "调度值班"}, {"leader", "BODY-GOV", "分管负责人"},
               {"grid", "BODY-GRID-990103", "联络员"}};

typedef struct People {
    Work *w;
    Rng rng;
    int numbered;
    int64_t body[MOST_BODIES];
    const char *kind[MOST_BODIES], *code[MOST_BODIES];
    size_t nbodies;
    bool linked[ARRAY_LEN(holders)];
} People;

static Rc find(Work *w, const Entity *e, const char *code, Record **out)
{
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "code:%s", code), out);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL(w->ctx, RC_NOT_FOUND, "demo.people", "演示城市缺少 %s", "the demo city lacks %s", code);
}

static Rc set_parent(Work *w, const char *code, const char *parent)
{
    Record *rec, *above;
    TRY(find(w, &body_entity, code, &rec));
    TRY(find(w, &body_entity, parent, &above));
    Record *old = rec_copy(w->ctx, &body_entity, rec);
    rec_set(&body_entity, rec, "parent", db_val_i64(above->id));
    return store_update(w, &body_entity, old, rec, "change");
}

static Rc add_body(Work *w, const char *code, const char *name, const char *kind, const char *phone,
                   const char *district)
{
    Record *rec = rec_new(w->ctx, &body_entity), *d;
    TRY(find(w, &district_entity, district, &d));
    rec_set(&body_entity, rec, "code", db_val_z(code));
    rec_set(&body_entity, rec, "name", db_val_z(name));
    rec_set(&body_entity, rec, "kind", db_val_z(kind));
    rec_set(&body_entity, rec, "phone", db_val_z(phone));
    rec_set(&body_entity, rec, "district", db_val_i64(d->id));
    return store_insert(w, &body_entity, rec);
}

static Rc add_bodies(Work *w)
{
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        TRY(add_body(w, more[i].code, more[i].name, more[i].kind, more[i].phone, "990100"));
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        if (more[i].parent) TRY(set_parent(w, more[i].code, more[i].parent));
    for (size_t i = 0; i < ARRAY_LEN(parents); i++) TRY(set_parent(w, parents[i].code, parents[i].parent));
    static const char *const streets[DISTRICTS] = {"桥西", "清源", "北苑", "平川", "港前", "柳浦", "云谷"};
    for (int i = 0; i < DISTRICTS; i++) {
        const struct DistrictName *d = &district_names[i];
        Arena *a = w->ctx->arena;
        TRY(add_body(w, arena_printf(a, "BODY-TOWN-%s", d->code),
                     arena_printf(a, "%s%s街道办事处", d->zh, streets[i]), "town",
                     arena_printf(a, "0990-61001%02d", i), d->code));
    }
    TRY(add_body(w, "BODY-GRID-990103", "清源街道网格站", "grid", "0990-6100199", "990103"));
    return set_parent(w, "BODY-GRID-990103", "BODY-TOWN-990103");
}

static Rc note_body(void *ud, const Record *rec)
{
    People *p = ud;
    if (p->nbodies == MOST_BODIES) return 0;
    Arena *a = p->w->ctx->arena;
    p->body[p->nbodies] = rec->id;
    p->code[p->nbodies] = str_z(a, rec_text(&body_entity, rec, "code"));
    p->kind[p->nbodies++] = str_z(a, rec_text(&body_entity, rec, "kind"));
    return 0;
}

static const char *drawn_name(People *p)
{
    static const char *const family[] = {"周", "吴", "郑", "孙", "钱", "冯", "陈", "褚", "卫",
                                         "蒋", "沈", "韩", "杨", "朱", "秦", "许", "何", "吕",
                                         "施", "张", "孔", "曹", "严", "华", "金", "魏", "陶",
                                         "姜", "戚", "谢", "邹", "喻", "柏", "水", "窦", "章"},
                             *const given[] = {"一鸣", "雨桐", "子安", "文博", "海宁", "若水", "建国",
                                               "志远", "晓晨", "立新", "思齐", "清扬", "景行", "明澈",
                                               "怀瑾", "知秋", "云舒", "长风", "嘉禾", "守正", "望舒",
                                               "予安", "亦凡", "青禾", "平川", "致远"};
    return arena_printf(p->w->ctx->arena, "%s%s", family[rng_next(&p->rng) % ARRAY_LEN(family)],
                        given[rng_next(&p->rng) % ARRAY_LEN(given)]);
}

/* The demo account that holds this post, once. */
static Rc account_of(People *p, const char *body, const char *title, Record **out)
{
    *out = NULL;
    for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
        if (p->linked[i] || strcmp(holders[i].body, body) != 0 || strcmp(holders[i].post, title) != 0)
            continue;
        p->linked[i] = true;
        return find(p->w, kernel_entity(p->w->kernel, "users"), holders[i].account, out);
    }
    return 0;
}

/* Whom one asks for when a body is called: the first of its people. */
static Rc name_contact(Work *w, int64_t body, const char *name)
{
    Record *rec;
    TRY(store_get(w, &body_entity, body, &rec));
    if (rec_text(&body_entity, rec, "contact").n) return 0;
    Record *old = rec_copy(w->ctx, &body_entity, rec);
    rec_set(&body_entity, rec, "contact", db_val_z(name));
    return store_update(w, &body_entity, old, rec, "change");
}

static Rc add_person(People *p, size_t body, int64_t post, const char *title)
{
    const Entity *e = &person_entity, *users = kernel_entity(p->w->kernel, "users");
    Arena *a = p->w->ctx->arena;
    Record *rec = rec_new(p->w->ctx, e), *account;
    TRY(account_of(p, p->code[body], title, &account));
    const char *name = drawn_name(p);
    if (account) { /* "值班员 周岚" → "周岚" */
        Str rest = rec_text(users, account, "full_name"), first = str_cut(&rest, ' ');
        name = str_z(a, rest.n ? rest : first);
    }
    rec_set(e, rec, "name", db_val_z(name));
    rec_set(e, rec, "body", db_val_i64(p->body[body]));
    rec_set(e, rec, "post", db_val_i64(post));
    rec_set(e, rec, "mobile", db_val_z(arena_printf(a, "1990099%04d", ++p->numbered)));
    rec_set(e, rec, "phone", db_val_z(arena_printf(a, "0990-62%05d", p->numbered)));
    rec_set(e, rec, "enabled", db_val_bool(true));
    if (account) rec_set(e, rec, "account", db_val_i64(account->id));
    TRY(store_insert(p->w, e, rec));
    return name_contact(p->w, p->body[body], name);
}

static Rc staff(People *p, size_t body, const struct PostRow *rows, size_t n)
{
    const Entity *e = &post_entity;
    for (size_t i = 0; i < n; i++) {
        Record *rec = rec_new(p->w->ctx, e);
        rec_set(e, rec, "title", db_val_z(rows[i].title));
        rec_set(e, rec, "body", db_val_i64(p->body[body]));
        rec_set(e, rec, "head", db_val_bool(rows[i].head));
        rec_set(e, rec, "rank", db_val_i64((int64_t)(i + 1) * 10));
        rec_set(e, rec, "duties", db_val_z(rows[i].duties));
        TRY(store_insert(p->w, e, rec));
        TRY(add_person(p, body, rec->id, rows[i].title));
    }
    return 0;
}

static Rc staff_all(People *p)
{
    for (size_t i = 0; i < p->nbodies; i++) {
        bool firm = !strcmp(p->kind[i], "enterprise"), watch = !strcmp(p->code[i], "BODY-WATCH");
        if (watch) TRY(staff(p, i, watch_posts, ARRAY_LEN(watch_posts)));
        else if (firm) TRY(staff(p, i, firm_posts, ARRAY_LEN(firm_posts)));
        else TRY(staff(p, i, office_posts, ARRAY_LEN(office_posts)));
    }
    return 0;
}

Rc demo_people_bodies(Work *w)
{
    return add_bodies(w);
}

Rc demo_people(Work *w)
{
    People p = {.w = w, .rng = {.s = 0x70656f706c65}};
    TRY(store_each(w, &body_entity, NULL, db_val_null(), note_body, &p));
    return staff_all(&p);
}
