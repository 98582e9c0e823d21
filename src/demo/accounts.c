/* The demo's accounts and token: one account a role, all with the same published password. */
#include "city.h"

static const struct {
    const char *name, *full_name;
} accounts[] = {
    {"watch", "值班员 周岚"},     {"office", "安委办 陈书平"},   {"dept", "住建局 韩立"},
    {"town", "清源街道 吴桐"},    {"inspector", "执法 高远"},    {"enterprise", "企业 沈兰"},
    {"leader", "市领导 方正"},    {"system", "系统管理员 丁一"}, {"security", "安全管理员 贺宁"},
    {"audit", "审计管理员 秦越"},
};

Rc demo_accounts(Ctx *ctx, Kernel *k)
{
    Work w;
    const char *token;
    TRY(work_begin_as(ctx, k, NULL, "demo", true, &w));
    for (size_t i = 0; i < ARRAY_LEN(accounts); i++)
        TRY(user_add(&w, accounts[i].name, accounts[i].full_name, DEMO_PASSWORD, accounts[i].name, true));
    TRY(token_add(&w, "demo", "watch office system", DEMO_TOKEN, true, &token));
    return work_commit(&w);
}
