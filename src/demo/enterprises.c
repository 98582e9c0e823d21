/* Three hundred enterprises of the demo city: names from lists, credit codes with a right check character in
 * an area that does not exist (99), districts and places by the city's map. The same seed makes the same. */
#include "city.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/enterprise.h"
#include "base/clock.h"

static const struct {
    const char *industry, *what;
    int share;
} trades[] = {
    {"chemical", "精细化工厂", 22},
    {"pharma", "制药有限公司", 8},
    {"fuel", "加油站", 24},
    {"machinery", "机械制造厂", 34},
    {"light", "食品有限公司", 22},
    {"wood", "家具厂", 16},
    {"textile", "纺织有限公司", 16},
    {"building_materials", "建材厂", 14},
    {"metallurgy", "铸造厂", 10},
    {"storage", "仓储物流中心", 22},
    {"trade", "商贸城", 16},
    {"catering", "酒家", 30},
    {"hotel", "宾馆", 14},
    {"crowd", "影剧院", 8},
    {"school", "学校", 10},
    {"medical", "养老院", 10},
    {"construction", "建筑工地", 14},
    {"road", "运输公司", 10},
};

static const char *const words[] = {"云澜", "清源", "望江", "青岚", "宏达", "永安", "瑞丰", "金石", "长青",
                                    "华泰", "恒通", "东升", "新禾", "广源", "兴业", "顺达", "明珠", "安泰",
                                    "和顺", "嘉禾", "正阳", "启明", "鑫海", "百川", "天成", "德润"};
static const char *const more[] = {"", "第一", "第二", "新", "利", "盛", "隆", "丰", "祥", "诚", "信", "达"};

static void credit_code(Rng *rng, const char *district, char out[19])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1;
    memcpy(out, "91", 2);
    memcpy(out + 2, district, 6);
    for (int i = 8; i < 17; i++) out[i] = alphabet[rng_next(rng) % 10];
    for (int i = 0; i < 17; i++) {
        sum += (int)(strchr(alphabet, out[i]) - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    out[17] = alphabet[(31 - sum % 31) % 31];
    out[18] = 0;
}

static size_t trade_of(Rng *rng)
{
    int total = 0, at;
    for (size_t i = 0; i < ARRAY_LEN(trades); i++) total += trades[i].share;
    at = (int)(rng_next(rng) % (uint64_t)total);
    for (size_t i = 0; i < ARRAY_LEN(trades); i++)
        if ((at -= trades[i].share) < 0) return i;
    return 0;
}

/* Most hold for years, some end soon, some have ended; so the reminders have something to say. */
static Rc add_licence(Work *w, const Record *body, int n, const char *kind, const char *issuer)
{
    const Entity *e = &licence_entity;
    int64_t today = w->now - (w->now + 8 * MS_HOUR) % MS_DAY;
    int days = n % 17 == 0 ? -(n % 40) - 1 : n % 11 == 0 ? 3 + n % 50 : 200 + n * 7 % 900;
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "number", db_val_z(arena_printf(w->ctx->arena, "%s-99-%05d", kind, n)));
    rec_set(e, rec, "kind", db_val_z(kind));
    rec_set(e, rec, "body", db_val_i64(body->id));
    rec_set(e, rec, "issuer", db_val_z(issuer));
    rec_set(e, rec, "valid_from", db_val_i64(today + (days - 3 * 365) * MS_DAY));
    rec_set(e, rec, "valid_to", db_val_i64(today + days * MS_DAY));
    return store_insert(w, e, rec);
}

static const struct {
    const char *industry, *kind, *issuer;
} licensed[] = {
    {"chemical", "safety", "市应急管理局"},
    {"fuel", "chemical", "市应急管理局"},
    {"gas", "gas", "市城市管理局"},
    {"road", "transport", "市交通运输局"},
    {"hotel", "fire", "市消防救援支队"},
    {"crowd", "fire", "市消防救援支队"},
    {"catering", "fire", "市消防救援支队"},
    {"construction", "safety", "市住建局"},
    {"machinery", "standard", "市应急管理局"},
};

static Rc add_licences(Work *w, const Record *body, int n)
{
    for (size_t i = 0; i < ARRAY_LEN(licensed); i++)
        if (str_is(rec_text(&body_entity, body, "industry"), licensed[i].industry))
            TRY(add_licence(w, body, n, licensed[i].kind, licensed[i].issuer));
    return RC_OK;
}

static Rc add_one(Work *w, const City *c, Rng *rng, int n)
{
    static const char *const scales[] = {"small", "small", "micro", "micro", "medium", "large"};
    static const char *const family[] = {"周", "吴", "郑", "孙", "钱", "冯",
                                         "陈", "卫", "蒋", "沈", "韩", "杨"};
    static const char *const given[] = {"建国", "志强", "海燕", "永明", "秀兰", "晓东", "文斌", "丽华"};
    const Entity *e = &body_entity;
    size_t trade = trade_of(rng);
    int district = (int)(rng_next(rng) % DISTRICTS);
    const District *d = &c->district[district];
    Spot spot = {d->centre.x + rng_between(rng, -1.6, 1.6), d->centre.y + rng_between(rng, -1.3, 1.3)};
    char credit[19];
    Record *rec = rec_new(w->ctx, e), *home;
    Arena *a = w->ctx->arena;
    TRY(store_find(w, &district_entity, str_printf(a, "code:%s", d->code), &home));
    credit_code(rng, d->code, credit);
    uint64_t draw = rng_next(rng);
    const char *name = arena_printf(a, "%s%s%s%s", d->zh, words[draw % ARRAY_LEN(words)],
                                    more[draw / 31 % ARRAY_LEN(more)], trades[trade].what);
    rec_set(e, rec, "code", db_val_z(arena_printf(a, "ENT-%04d", n)));
    rec_set(e, rec, "name", db_val_z(name));
    rec_set(e, rec, "kind", db_val_z("enterprise"));
    rec_set(e, rec, "industry", db_val_z(trades[trade].industry));
    rec_set(e, rec, "scale", db_val_z(scales[draw / 401 % ARRAY_LEN(scales)]));
    rec_set(e, rec, "employees", db_val_i64((int64_t)rng_between(rng, 5, 420)));
    rec_set(e, rec, "credit_code", db_val_z(credit));
    rec_set(e, rec, "district", db_val_i64(home->id));
    rec_set(e, rec, "address",
            db_val_z(arena_printf(a, "%s%s路 %d 号", d->zh, words[draw / 7 % ARRAY_LEN(words)],
                                  1 + (int)(draw / 13 % 380))));
    rec_set(e, rec, "lon", db_val_f64(spot_lon(spot)));
    rec_set(e, rec, "lat", db_val_f64(spot_lat(spot)));
    const char *who =
        arena_printf(a, "%s%s", family[draw / 17 % ARRAY_LEN(family)], given[draw / 211 % ARRAY_LEN(given)]);
    rec_set(e, rec, "legal_person", db_val_z(who));
    rec_set(e, rec, "contact", db_val_z(who));
    rec_set(e, rec, "phone", db_val_z(arena_printf(a, "0990-63%05d", n)));
    TRY(store_insert(w, e, rec));
    return add_licences(w, rec, n);
}

static Rc set_industry(Work *w, const char *code, const char *industry)
{
    Record *rec;
    Rc rc = store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%s", code), &rec);
    if (rc <= 0) return rc;
    Record *old = rec_copy(w->ctx, &body_entity, rec);
    rec_set(&body_entity, rec, "industry", db_val_z(industry));
    TRY(store_update(w, &body_entity, old, rec, "change"));
    return add_licences(w, rec, 11000 + (int)strlen(industry));
}

Rc demo_enterprises(Work *w, const City *c, int n)
{
    static const char *const known[][2] = {
        {"BODY-GAS", "gas"}, {"BODY-WATER", "water"}, {"BODY-HEAT", "heat"}, {"BODY-MINE", "mine"}};
    Rng rng = {mix64(c->seed ^ 0x656e74)};
    for (int i = 1; i <= n; i++) TRY(add_one(w, c, &rng, i));
    for (size_t i = 0; i < ARRAY_LEN(known); i++) TRY(set_industry(w, known[i][0], known[i][1]));
    return RC_OK;
}
