/* What a stranger may know of a paper he holds: whether there is one with this check code, its number, issuer
 * and day, whether it was revoked, and whether his file is the one that was issued. Nothing else: no title,
 * no addressee, no content. The check code has 80 bits, and each address may ask so many times a minute. */
#include "paper_private.h"
#include "base/crypto.h"
#include "base/throttle.h"
#include "mod_paper_queries_sql.h"

enum { A_MINUTE = 30 };
static Throttle throttle = {.lock = PTHREAD_MUTEX_INITIALIZER, .a_minute = A_MINUTE};

void verify_forget(void)
{
    throttle_forget(&throttle);
}

/* Capital letters; hyphens and spaces are not looked at. */
static Str read_code(Arena *a, Str s)
{
    char *out = arena_alloc(a, CHECK_CODE);
    size_t n = 0;
    for (size_t i = 0; i < s.n && n <= CHECK_CODE; i++) {
        char c = s.p[i];
        if (c == '-' || c == ' ') continue;
        if (n == CHECK_CODE) return STR_NONE;
        out[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    return n == CHECK_CODE && str_utf8_ok(str_n(out, n)) ? str_n(out, n) : STR_NONE;
}

static Rc find(Req *req, Work *w, Record **paper)
{
    DbCursor *c;
    if (throttle_over(&throttle, req->peer))
        return FAIL(&req->ctx, RC_LIMIT, "verify.limit", "核验过于频繁，请一分钟后再试",
                    "too many requests, try again in a minute");
    TRY(work_begin(req, false, w));
    Str code = read_code(req->ctx.arena, req_param(req, "code"));
    Rc rc = code.n ? db_query_one(w->ctx, w->db, &q_paper_by_check, DB_ARGS(db_val_text(code)), &c) : 0;
    TRY(rc);
    if (!rc)
        return FAIL(w->ctx, RC_NOT_FOUND, "verify.unknown", "没有此校验码的文书，请核对后重试",
                    "no paper has this check code");
    return store_get(w, PE, db_i64(c, 0), paper);
}

static Rc write(Work *w, const Record *paper, JsonOut *o)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Record *issuer;
    Arena *a = w->ctx->arena;
    TRY(store_get(w, bodies, rec_i64(PE, paper, "issuer"), &issuer));
    jout_ks(o, "code", check_print(a, rec_text(PE, paper, "code")));
    jout_ks(o, "number", rec_text(PE, paper, "number"));
    jout_ks(o, "issuer", rec_text(bodies, issuer, bodies->title_field));
    jout_ks(o, "issued_on", paper_time(a, rec_time(PE, paper, "issued_at"), true, w->ctx->lang));
    jout_ks(o, "state", rec_text(PE, paper, "state"));
    if (rec_text(PE, paper, "signature").n)
        jout_kb(o, "signed",
                kernel_signed(w->kernel, paper_signed_text(a, paper), rec_text(PE, paper, "signature")));
    return 0;
}

Rc paper_verify_show(Req *req, Res *res)
{
    Work w;
    Record *paper;
    TRY(find(req, &w, &paper));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    TRY(write(&w, paper, o));
    jout_close(o);
    return work_commit(&w);
}

/* The body is the file, or {"sm3": "…"}. */
static Rc hash_of(Req *req, Str *out)
{
    const Json *j;
    Str name, content;
    unsigned char sm3[SM3_BYTES];
    if (str_starts(req_header(req, "Content-Type"), STR("application/json"))) {
        TRY(req_json(req, &j));
        *out = str_trim(json_str(json_get(j, "sm3")));
        if (out->n == 2 * SM3_BYTES) return 0;
        return FAIL_FIELD(&req->ctx, "sm3", "format", 0, "SM3 应为 64 位十六进制",
                          "sm3 must be 64 hex digits");
    }
    TRY(req_file(req, &name, &content));
    if (!content.n) return FAIL(&req->ctx, RC_INVALID, "evidence.empty", "文件是空的", "the file is empty");
    crypto_sm3(content.p, content.n, sm3);
    *out = str_of(hex_print(req->ctx.arena, sm3, sizeof sm3));
    return 0;
}

Rc paper_verify_file(Req *req, Res *res)
{
    Work w;
    Record *paper;
    Str hash;
    TRY(find(req, &w, &paper));
    TRY(hash_of(req, &hash));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    TRY(write(&w, paper, o));
    jout_kb(o, "match", str_ieq(hash, rec_text(PE, paper, "sm3")));
    jout_close(o);
    return work_commit(&w);
}
