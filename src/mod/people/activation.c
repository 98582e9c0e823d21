/* Activation codes: how an enterprise comes to its first account without anybody typing a password for it. A
 * code is 80 random bits, told once to who makes the enterprise (or asks for a new code) and kept as its
 * SHA-256 only; it is good for one account, until its day, and the last one given out is the only one. Each
 * giving, withdrawing and using is a change of the record and so an entry of the ledger. */
#include "people_private.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "kernel/account.h"

#define AE (&activation_entity)

static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"; /* 32: five bits each */

static const char *draw(Arena *a)
{
    unsigned char bytes[ACTIVATION_CHARS];
    char *out = arena_alloc(a, ACTIVATION_CHARS + ACTIVATION_CHARS / 4);
    size_t n = 0;
    crypto_random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (i && i % 4 == 0) out[n++] = '-';
        out[n++] = alphabet[bytes[i] % 32];
    }
    out[n] = 0;
    return out;
}

const char *activation_hash(Arena *a, Str code)
{
    char plain[ACTIVATION_CHARS];
    unsigned char hash[SHA256_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i] >= 'a' && code.p[i] <= 'z' ? (char)(code.p[i] - 32) : code.p[i];
        if (c == '-' || c == ' ') continue;
        if (n == sizeof plain || !strchr(alphabet, c) || !c) return "";
        plain[n++] = c;
    }
    if (n < sizeof plain) return "";
    crypto_sha256(plain, n, hash);
    return hex_print(a, hash, sizeof hash);
}

static bool is_open(const Record *rec, int64_t now)
{
    return rec_text(AE, rec, "hash").n && rec_time(AE, rec, "expires_at") > now;
}

/* A new code takes the place of whatever was before. Nobody listening: a row without a code. */
static Rc give(Work *w, const Record *body, Record *rec)
{
    if (!work_listens(w)) return 0;
    const char *code = draw(w->ctx->arena);
    rec_set(AE, rec, "hash", db_val_z(activation_hash(w->ctx->arena, str_of(code))));
    rec_set(AE, rec, "issued_at", db_val_time(w->now));
    rec_set(AE, rec, "issued_by", db_val_z(w->who ? w->who->name : "cli"));
    rec_set(AE, rec, "expires_at", db_val_time(w->now + activation_ms(w->kernel)));
    rec_set(AE, rec, "used_at", db_val_null());
    rec_set(AE, rec, "account", db_val_null());
    work_tell(w, &body_entity, body, (Text)T("激活码", "Activation code"), str_of(code));
    return 0;
}

static Rc find_body(Work *w, const Record *rec, Record **out)
{
    TRY(store_get(w, &body_entity, rec_i64(AE, rec, "body"), out));
    if (body_is_enterprise(*out)) return 0;
    return FAIL_FIELD(w->ctx, "body", "kind", 0, "只有填有统一社会信用代码的企业才能发放激活码",
                      "only enterprises with a credit code get an activation code");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *body;
    (void)e;
    if (old || !rec_i64(AE, rec, "body")) return w->ctx->err.kind;
    TRY(find_body(w, rec, &body));
    return give(w, body, rec);
}

static Rc renew(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    Record *body;
    (void)e, (void)params;
    TRY(find_body(w, rec, &body));
    return give(w, body, rec);
}

static Rc withdraw(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)e, (void)params;
    if (!is_open(rec, w->now))
        return FAIL(w->ctx, RC_STATE, "activation.over", "激活码已使用或已失效",
                    "the code was used or is no longer good");
    rec_set(AE, rec, "hash", db_val_null());
    return 0;
}

static bool may_withdraw(const Entity *e, const Record *rec)
{
    (void)e;
    return is_open(rec, clock_now());
}

static void expand(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    (void)e;
    bool used = rec_time(AE, rec, "used_at") != TIME_NONE, kept = rec_text(AE, rec, "hash").n;
    jout_kz(out, "state", used ? "used" : is_open(rec, w->now) ? "open" : kept ? "expired" : "withdrawn");
}

Rc activation_for(Work *w, const Record *body)
{
    if (!work_listens(w) || !body_is_enterprise(body) || !perm_has(w->who, "activation.write")) return 0;
    Record *rec = rec_new(w->ctx, AE);
    rec_set(AE, rec, "body", db_val_i64(body->id));
    return store_insert(w, AE, rec);
}

static const Action actions[] = {
    {.name = "renew", .perm = "activation.write", .label = T("重新发放", "Give a new code"), .fn = renew},
    {.name = "withdraw",
     .perm = "activation.write",
     .label = T("收回", "Withdraw"),
     .fn = withdraw,
     .allowed = may_withdraw},
};

static const Field fields[] = {
    {.name = "body",
     .type = F_REF,
     .flags = F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "bodies",
     .label = T("企业", "Enterprise"),
     .help = T("须填有统一社会信用代码；激活码只显示一次", "needs a credit code; the code is shown once")},
    {.name = "issued_at",
     .type = F_TIME,
     .flags = F_READONLY | F_SORT | F_LIST,
     .label = T("发放时间", "Given at")},
    {.name = "issued_by", .type = F_TEXT, .flags = F_READONLY, .max = 64, .label = T("发放人", "Given by")},
    {.name = "expires_at",
     .type = F_TIME,
     .flags = F_READONLY | F_FILTER | F_SORT | F_LIST,
     .label = T("有效期至", "Good until")},
    {.name = "used_at",
     .type = F_TIME,
     .flags = F_READONLY | F_FILTER | F_SORT | F_LIST,
     .label = T("激活时间", "Used at")},
    {.name = "account",
     .type = F_REF,
     .flags = F_READONLY | F_FILTER | F_LIST,
     .ref = "users",
     .label = T("账户", "Account")},
    {.name = "hash", .type = F_TEXT, .flags = F_READONLY | F_SECRET, .max = 64, .label = T("摘要", "Digest")},
};

const Entity activation_entity = {
    .name = "activation",
    .plural = "activations",
    .title = T("企业激活码", "Activation codes"),
    .icon = T("", "key"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "activation.read",
    .write_perm = "activation.write",
    .sort = "-issued_at",
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
    .validate = validate,
    .expand = expand,
    .scope = {.kind = SCOPE_VIA, .via = "body"},
};
