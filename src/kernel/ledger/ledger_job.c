/* The check of the ledger for the audit administrator: begun by a request, done by a thread of its own, seen
 * by asking again. One at a time. Beside it the list of signed heads. */
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "kernel_queries_sql.h"
#include "ledger/ledger_int.h"
#include <stdio.h>

typedef enum { JOB_IDLE, JOB_RUNNING, JOB_DONE, JOB_FAILED } JobState;
static const char *const state_names[] = {"idle", "running", "done", "failed"};

struct LedgerJob {
    Kernel *kernel;
    pthread_t thread;
    pthread_mutex_t lock;
    _Atomic bool stop;
    bool joinable;
    /* Under the lock. */
    JobState state;
    char by[64], head[2 * SM3_BYTES + 1];
    int64_t started_at, ended_at, checked, total;
    LedgerReport report; /* head: the one above */
};

/* ---- The thread ---- */

static bool progress(void *ud, int64_t n, int64_t total)
{
    struct LedgerJob *job = ud;
    pthread_mutex_lock(&job->lock);
    job->checked = n;
    job->total = total;
    pthread_mutex_unlock(&job->lock);
    return !job->stop;
}

static void *run(void *arg)
{
    struct LedgerJob *job = arg;
    Arena *a = arena_new(0);
    Ctx ctx;
    LedgerReport r;
    pthread_setname_np(pthread_self(), "ledger-check");
    ctx_init(&ctx, a, LANG_EN);
    LedgerCheck opt = {
        .heads = true, .heads_dir = ledger_export_dir(job->kernel), .progress = progress, .ud = job};
    Rc rc = ledger_check(&ctx, job->kernel->pool, &opt, &r);
    if (rc < 0) log_err(LOG_ERROR, "ledger", &ctx);
    else if (r.fault)
        LOG(LOG_ERROR, "ledger", "the ledger does not hold", LOG_I64("n", r.bad), LOG_Z("fault", r.fault));
    pthread_mutex_lock(&job->lock);
    job->state = rc < 0 ? JOB_FAILED : JOB_DONE;
    job->ended_at = clock_now();
    job->report = r;
    job->checked = r.count;
    snprintf(job->head, sizeof job->head, "%s", rc < 0 ? "" : r.head);
    job->report.head = job->head;
    pthread_mutex_unlock(&job->lock);
    arena_free(&a);
    return NULL;
}

static struct LedgerJob *job_of(Kernel *k)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&making);
    if (!k->job) {
        struct LedgerJob *job = ARENA_NEW(k->arena, struct LedgerJob);
        job->kernel = k;
        pthread_mutex_init(&job->lock, NULL);
        k->job = job;
    }
    pthread_mutex_unlock(&making);
    return k->job;
}

void ledger_job_stop(Kernel *k)
{
    struct LedgerJob *job = k->job;
    if (!job) return;
    job->stop = true;
    if (job->joinable) pthread_join(job->thread, NULL);
    pthread_mutex_destroy(&job->lock);
    k->job = NULL;
}

/* false: one runs already. */
static bool begin(struct LedgerJob *job, const char *who)
{
    pthread_mutex_lock(&job->lock);
    bool can = job->state != JOB_RUNNING;
    if (can) {
        if (job->joinable) pthread_join(job->thread, NULL);
        job->state = JOB_RUNNING;
        job->started_at = clock_now();
        job->ended_at = TIME_NONE;
        job->checked = job->total = 0;
        job->report = (LedgerReport){0};
        snprintf(job->by, sizeof job->by, "%s", who);
        job->joinable = pthread_create(&job->thread, NULL, run, job) == 0;
        ENSURE(job->joinable);
    }
    pthread_mutex_unlock(&job->lock);
    return can;
}

/* ---- Routes ---- */

static const struct {
    const char *code;
    Text text;
} faults[] = {
    {"changed", T("台账在第 %lld 条处断链：内容被改动", "broken at entry %lld: it was changed")},
    {"missing", T("台账在第 %lld 条处断链：该条缺失", "broken at entry %lld: it is missing")},
    {"extra", T("台账在第 %lld 条处断链：该条多余", "broken at entry %lld: it should not be there")},
    {"cut", T("台账自第 %lld 条起被截去", "the ledger was cut off from entry %lld on")},
    {"rewritten", T("第 %lld 条处的链与已签名链头不符，链被重算",
                    "at entry %lld the chain is not the one that was signed: it was computed anew")},
    {"signature", T("第 %lld 条处链头的签名无效", "the signature of the head at entry %lld does not hold")},
    {"unreadable", T("链头目录中有不可读的文件", "the directory of heads holds files that cannot be read")},
};

const char *ledger_fault_text(Ctx *ctx, const LedgerReport *r)
{
    for (size_t i = 0; r->fault && i < ARRAY_LEN(faults); i++)
        if (!strcmp(faults[i].code, r->fault))
            return arena_printf(ctx->arena, text_in(faults[i].text, ctx->lang), (long long)r->bad);
    return NULL;
}

static void put_report(Ctx *ctx, const LedgerReport *r, JsonOut *o)
{
    jout_kb(o, "ok", !r->fault);
    jout_ki(o, "count", r->count);
    jout_kz(o, "head", r->head);
    jout_ki(o, "heads", r->heads);
    if (!r->fault) return;
    jout_ki(o, "bad", r->bad);
    jout_kz(o, "fault", r->fault);
    jout_kz(o, "message", ledger_fault_text(ctx, r));
}

static void put_state(Req *req, Res *res, struct LedgerJob *job)
{
    JsonOut *o = res_json(req, res);
    pthread_mutex_lock(&job->lock);
    jout_open(o);
    jout_kz(o, "state", state_names[job->state]);
    if (job->state != JOB_IDLE) {
        jout_kz(o, "by", job->by);
        jout_kt(o, "started_at", job->started_at);
        jout_kt(o, "ended_at", job->ended_at);
        jout_ki(o, "checked", job->checked);
        jout_ki(o, "total", job->total);
    }
    if (job->state == JOB_DONE) {
        jout_key(o, "report");
        jout_open(o);
        put_report(&req->ctx, &job->report, o);
        jout_close(o);
    }
    jout_close(o);
    pthread_mutex_unlock(&job->lock);
}

static const char *const no_parameters[] = {NULL};

Rc ledger_verify_state_handler(Req *req, Res *res)
{
    TRY(query_only(req, no_parameters));
    put_state(req, res, job_of(req_kernel(req)));
    return 0;
}

Rc ledger_verify_handler(Req *req, Res *res)
{
    TRY(query_only(req, no_parameters));
    struct LedgerJob *job = job_of(req_kernel(req));
    if (!begin(job, req->who->name))
        return FAIL(&req->ctx, RC_STATE, "ledger.running", "校验正在进行", "a check is under way");
    Work w;
    TRY(work_begin(req, true, &w));
    TRY(ledger_add(&w, "ledger", 0, "verify", STR_NONE, STR_NONE));
    TRY(work_commit(&w));
    res_status(res, 202);
    put_state(req, res, job);
    return 0;
}

/* ---- GET /api/ledger/heads ---- */

static void put_head(Ctx *ctx, const DbCursor *c, JsonOut *o)
{
    const Json *text = NULL;
    Ctx scratch;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    bool readable = json_parse(&scratch, db_str_copy(ctx, c, Q_HEADS_PAGE_TEXT), &text) == 0;
    jout_open(o);
    jout_ki(o, "n", db_i64(c, Q_HEADS_PAGE_N));
    jout_ks(o, "hash", db_str(c, Q_HEADS_PAGE_HASH));
    jout_kt(o, "t", db_i64(c, Q_HEADS_PAGE_T));
    jout_ks(o, "day", readable ? json_str(json_get(text, "day")) : STR(""));
    jout_ks(o, "why", readable ? json_str(json_get(text, "why")) : STR(""));
    jout_ks(o, "key", db_str(c, Q_HEADS_PAGE_KEY));
    jout_ks(o, "signature", db_str(c, Q_HEADS_PAGE_SIGNATURE));
    jout_close(o);
}

static Rc put_heads(Work *w, int64_t below, int64_t limit, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    int64_t n = 0, last = 0;
    bool more = false;
    TRY(db_query(w->ctx, w->db, &q_heads_page, DB_ARGS(db_val_i64(below), db_val_i64(limit + 1)), &c));
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) {
        more = n++ == limit;
        if (more) break;
        last = db_i64(c, Q_HEADS_PAGE_N);
        put_head(w->ctx, c, o);
    }
    db_close(&c);
    jout_close_array(o);
    jout_kz(o, "next", more ? arena_printf(w->ctx->arena, "%lld", (long long)last) : NULL);
    return rc < 0 ? rc : 0;
}

Rc ledger_heads_handler(Req *req, Res *res)
{
    enum { PAGE_DEFAULT = 50, PAGE_MAX = 1000 };
    static const char *const known[] = {"limit", "cursor", NULL};
    int64_t limit = PAGE_DEFAULT, below = INT64_MAX;
    TRY(query_only(req, known));
    Str l = req_query(req, "limit"), c = req_query(req, "cursor");
    if (l.n && (!num_parse_i64(l, &limit) || limit < 1 || limit > PAGE_MAX))
        return FAIL_FIELD(&req->ctx, "limit", "range", 0, "limit 应在 1 至 %d 之间",
                          "limit must be between 1 and %d", PAGE_MAX);
    if (c.n && !num_parse_i64(c, &below))
        return FAIL_FIELD(&req->ctx, "cursor", "type", 0, "cursor 不属于这个查询",
                          "the cursor does not belong to this query");
    Work w;
    TRY(work_begin(req, false, &w));
    StrBuf b;
    JsonOut o;
    buf_init(&b, req->ctx.arena);
    jout_init(&o, &b);
    jout_open(&o);
    TRY(put_heads(&w, below, limit, &o));
    jout_kz(&o, "export", ledger_export_dir(w.kernel));
    jout_kz(&o, "public_key", ledger_public_pem(w.kernel));
    jout_close(&o);
    res_body(res, "application/json", buf_str(&b));
    return work_commit(&w);
}
