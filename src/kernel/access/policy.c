/* Settings of security as data: what differs from city to city and from one assessment to the next. Each is a
 * number with bounds and a default; the security administrator changes it, the ledger keeps who did. They
 * are read from memory, because every request asks for one. */
#include "access/access.h"
#include "base/log.h"

const DictEntry policy_entries[POLICY_COUNT] = {
    {"password_min", T("口令最短长度", "Least length of a password"), NULL, NULL},
    {"password_classes", T("口令字符种类数", "Kinds of characters in a password"), NULL, NULL},
    {"password_long",
     T("达到此长度不限字符种类（0 为一律要求）", "From this length any characters (0: never)"), NULL, NULL},
    {"password_history", T("不得与最近几次口令相同", "Earlier passwords that do not come back"), NULL, NULL},
    {"password_days", T("口令有效天数（0 为不限）", "Days a password lasts (0: for ever)"), NULL, NULL},
    {"lock_failures", T("连续失败几次锁定用户名", "Failures that lock a name"), NULL, NULL},
    {"lock_minutes", T("锁定分钟数", "Minutes of a lock"), NULL, NULL},
    {"lock_address",
     T("同一地址失败几次暂停登录（0 为不计）", "Failures that lock an address (0: not counted)"), NULL, NULL},
    {"idle_minutes", T("会话空闲失效分钟数", "Minutes until an idle session ends"), NULL, NULL},
    {"page_idle_minutes",
     T("页面无操作退出分钟数（0 为不退出）", "Minutes until an untouched page logs out (0: never)"), NULL,
     NULL},
    {"totp_admins", T("三员必须启用双因子（1 为是）", "Administrators must have a second factor (1: yes)"),
     NULL, NULL},
    {"delegation_days", T("委托最长天数", "Longest delegation, days"), NULL, NULL},
    {"activation_days", T("企业激活码有效天数", "Days an activation code lasts"), NULL, NULL},
};
static const struct {
    int64_t least, most, fallback;
} bounds[POLICY_COUNT] = {[POLICY_PASSWORD_MIN] = {8, 64, 10},     [POLICY_PASSWORD_CLASSES] = {1, 4, 3},
                          [POLICY_PASSWORD_LONG] = {0, 64, 16},    [POLICY_PASSWORD_HISTORY] = {0, 24, 5},
                          [POLICY_PASSWORD_DAYS] = {0, 3650, 180}, [POLICY_LOCK_FAILURES] = {3, 20, 5},
                          [POLICY_LOCK_MINUTES] = {1, 1440, 15},   [POLICY_LOCK_ADDRESS] = {0, 10000, 50},
                          [POLICY_IDLE_MINUTES] = {5, 1440, 720},  [POLICY_PAGE_IDLE_MINUTES] = {0, 1440, 30},
                          [POLICY_TOTP_ADMINS] = {0, 1, 0},        [POLICY_DELEGATION_DAYS] = {1, 366, 30},
                          [POLICY_ACTIVATION_DAYS] = {1, 366, 30}};
_Static_assert(POLICY_COUNT <= ARRAY_LEN(((Kernel *)0)->policy), "room for each setting");

int64_t policy_get(const Kernel *k, Policy p)
{
    return atomic_load(&k->policy[p]);
}

static int policy_of(Str code)
{
    for (int i = 0; i < POLICY_COUNT; i++)
        if (str_is(code, policy_entries[i].code)) return i;
    return -1;
}

static const Field fields[] = {
    {.name = "code",
     .type = F_ENUM,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .ref = "policy",
     .label = T("项目", "Setting")},
    {.name = "value",
     .type = F_INT,
     .flags = F_REQUIRED | F_LIST,
     .min = 0,
     .max = 10000,
     .label = T("取值", "Value")},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    int p = policy_of(rec_text(e, rec, "code"));
    int64_t v = rec_i64(e, rec, "value");
    if (p >= 0 && (v < bounds[p].least || v > bounds[p].most))
        FAIL_FIELD(w->ctx, "value", "range", 0, "%s应在 %lld 至 %lld 之间",
                   "%s must be between %lld and %lld", text_in(policy_entries[p].label, w->ctx->lang),
                   (long long)bounds[p].least, (long long)bounds[p].most);
    return w->ctx->err.kind;
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    if (!old || old->archived_at == rec->archived_at) return 0;
    (void)e;
    return FAIL(w->ctx, RC_STATE, "policy.needed", "安全策略不能归档",
                "a security setting cannot be archived");
}

static void expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    (void)w;
    int p = policy_of(rec_text(e, rec, "code"));
    if (p < 0) return;
    jout_ki(out, "least", bounds[p].least);
    jout_ki(out, "most", bounds[p].most);
    jout_ki(out, "fallback", bounds[p].fallback);
}

static void committed(Kernel *k, const Entity *e)
{
    (void)e;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    if (policy_load(&ctx, k) < 0) log_err(LOG_ERROR, "kernel", &ctx);
    arena_free(&a);
    auth_forget(k);
}

const Entity policies_entity = {
    .name = "policy",
    .plural = "policies",
    .title = T("安全策略", "Security settings"),
    .icon = T("", "shield"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "policy.read",
    .write_perm = "policy.write",
    .title_field = "code",
    .sort = "id",
    .validate = validate,
    .changed = changed,
    .committed = committed,
    .expand = expand,
    .scope = {.kind = SCOPE_OPEN},
};

static Rc take(void *ud, const Record *rec)
{
    Kernel *k = ud;
    int p = policy_of(rec_text(&policies_entity, rec, "code"));
    if (p >= 0) atomic_store(&k->policy[p], rec_i64(&policies_entity, rec, "value"));
    return 0;
}

static void reset(Kernel *k, int64_t v)
{
    for (int i = 0; i < POLICY_COUNT; i++) atomic_store(&k->policy[i], v < 0 ? v : bounds[i].fallback);
}

Rc policy_seed(Work *w)
{
    reset(w->kernel, -1);
    TRY(store_each(w, &policies_entity, NULL, db_val_null(), take, w->kernel));
    for (int i = 0; i < POLICY_COUNT; i++) {
        if (policy_get(w->kernel, (Policy)i) >= 0) continue;
        Record *rec = rec_new(w->ctx, &policies_entity);
        rec_set(&policies_entity, rec, "code", db_val_z(policy_entries[i].code));
        rec_set(&policies_entity, rec, "value", db_val_i64(bounds[i].fallback));
        TRY(store_insert(w, &policies_entity, rec));
    }
    return 0;
}

Rc policy_load(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", false, &w));
    Rc rc = store_each(&w, &policies_entity, NULL, db_val_null(), take, k);
    work_abort(&w);
    return rc < 0 ? rc : 0;
}

void policy_reset(Kernel *k)
{
    reset(k, 0);
}
