/* The demo's accounts and token: one account a role and a second officer of the watch, all with the same
 * published password. */
#include "city.h"

#define CITY "990100"

static const struct {
    const char *name, *full_name, *body, *district, *role; /* role NULL: as the name */
} accounts[] = {
    {"watch", "值班员 周岚", "BODY-WATCH", CITY, NULL},
    {"night", "值班员 许青禾", "BODY-WATCH", CITY, "watch"}, /* the night shift, who takes over */
    {"office", "安委办 陈书平", "BODY-EMERG", CITY, NULL},
    {"dept", "住建局 韩立", "BODY-CITY", CITY, NULL},
    {"town", "清源街道 吴桐", "BODY-TOWN-990103", "990103", NULL},
    {"grid", "网格员 林小满", "BODY-GRID-990103", "990103", NULL},
    {"inspector", "执法 高远", "BODY-EMERG", CITY, NULL},
    {"enterprise", "企业 沈兰", "BODY-GAS", CITY, NULL},
    {"leader", "市领导 方正", "BODY-GOV", CITY, NULL},
    {"system", "系统管理员 丁一", NULL, NULL, NULL},
    {"security", "安全管理员 贺宁", NULL, NULL, NULL},
    {"audit", "审计管理员 秦越", NULL, CITY, NULL},
};

Rc demo_accounts(Ctx *ctx, Kernel *k)
{
    Work w;
    const char *token;
    TRY(work_begin_as(ctx, k, NULL, "demo", true, &w));
    TRY(demo_people_bodies(&w));
    for (size_t i = 0; i < ARRAY_LEN(accounts); i++) {
        const char *role = accounts[i].role ? accounts[i].role : accounts[i].name;
        TRY(user_add(&w, accounts[i].name, accounts[i].full_name, DEMO_PASSWORD, role, true));
        TRY(user_place(&w, accounts[i].name, accounts[i].body, accounts[i].district));
    }
    TRY(demo_people(&w));
    TRY(demo_watch(&w));
    TRY(token_add(&w, "demo", "watch office system", DEMO_TOKEN, true, &token));
    return work_commit(&w);
}
