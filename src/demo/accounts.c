/* The demo's accounts and token: one account a role, all with the same published password. */
#include "city.h"

#define CITY "990100"

static const struct {
    const char *name, *full_name, *body, *district;
} accounts[] = {
    {"watch", "值班员 周岚", "BODY-WATCH", CITY},   {"office", "安委办 陈书平", "BODY-EMERG", CITY},
    {"dept", "住建局 韩立", "BODY-CITY", CITY},     {"town", "清源街道 吴桐", "BODY-TOWN-990103", "990103"},
    {"inspector", "执法 高远", "BODY-EMERG", CITY}, {"enterprise", "企业 沈兰", "BODY-GAS", CITY},
    {"leader", "市领导 方正", "BODY-GOV", CITY},    {"system", "系统管理员 丁一", NULL, NULL},
    {"security", "安全管理员 贺宁", NULL, NULL},    {"audit", "审计管理员 秦越", NULL, CITY},
};

Rc demo_accounts(Ctx *ctx, Kernel *k)
{
    Work w;
    const char *token;
    TRY(work_begin_as(ctx, k, NULL, "demo", true, &w));
    TRY(demo_people_bodies(&w));
    for (size_t i = 0; i < ARRAY_LEN(accounts); i++) {
        TRY(user_add(&w, accounts[i].name, accounts[i].full_name, DEMO_PASSWORD, accounts[i].name, true));
        TRY(user_place(&w, accounts[i].name, accounts[i].body, accounts[i].district));
    }
    TRY(demo_people(&w));
    TRY(demo_watch(&w));
    TRY(token_add(&w, "demo", "watch office system", DEMO_TOKEN, true, &token));
    return work_commit(&w);
}
