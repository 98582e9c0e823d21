/* Policy papers in the demo: two of our own, read by the real reader some weeks ago, about half of their
 * items confirmed by the safety committee's office, the tasks taken through the flow by the people of the
 * units: some closed, some in review, some returned, some late. What is unsure is left for whoever tries it.
 */
#include "documents.h"
#include "base/clock.h"
#include "base/log.h"
#include "city.h"
#include "mod/body.h"
#include "mod/document.h"
#include "mod/task.h"
#include "kernel/flow.h"

enum { CONFIRMED_PLAN = 20, CONFIRMED_RULES = 8, TASKS_MOST = 300, ITEMS_MOST = 200 };
#define TE (&task_entity)
#define IE (&item_entity)

typedef struct Cast {
    Kernel *k;
    int64_t now, plan, rules;
} Cast;

/* How far the n-th task went, over and over: most are being done. */
typedef enum { T_ORDERED, T_SIGNED, T_PROGRESS, T_APPLIED, T_RETURNED, T_CLOSED } Stage;
static const Stage stages[] = {T_CLOSED, T_PROGRESS, T_APPLIED,  T_SIGNED, T_CLOSED,  T_PROGRESS, T_ORDERED,
                               T_CLOSED, T_SIGNED,   T_RETURNED, T_CLOSED, T_APPLIED, T_PROGRESS, T_ORDERED};

/* ---- People ---- */

static Rc office(Work *w, Principal *out)
{
    const Entity *users = kernel_entity(w->kernel, "users");
    Record *u;
    Rc rc = store_find(w, users, STR("code:office"), &u);
    if (rc <= 0)
        return rc < 0 ? rc : FAIL(w->ctx, RC_NOT_FOUND, "demo.account", "没有演示账号", "no demo account");
    return principal_make(w,
                          &(ActAs){.name = "office",
                                   .full_name = str_z(w->ctx->arena, rec_text(users, u, "full_name")),
                                   .roles = "office",
                                   .user = u->id,
                                   .body = rec_i64(users, u, "body"),
                                   .district = rec_i64(users, u, "district")},
                          out);
}

static Rc officer_of(Work *w, int64_t body, Principal *out)
{
    Record *b;
    TRY(store_get(w, &body_entity, body, &b));
    return principal_make(
        w,
        &(ActAs){.name = arena_printf(w->ctx->arena, "dept.%.*s", STR_ARG(rec_text(&body_entity, b, "code"))),
                 .full_name =
                     arena_printf(w->ctx->arena, "%.*s 经办人", STR_ARG(rec_text(&body_entity, b, "name"))),
                 .roles = "dept",
                 .body = body,
                 .district = rec_i64(&body_entity, b, "district")},
        out);
}

typedef struct Part {
    Cast *cast;
    Rc (*fn)(Cast *, Work *);
} Part;

static Rc do_part(Work *w, void *ud)
{
    Part *part = ud;
    return part->fn(part->cast, w);
}

static Rc in_work(Cast *c, Rc (*fn)(Cast *, Work *))
{
    return demo_write(c->k, do_part, &(Part){c, fn});
}

/* ---- Papers ---- */

static Str with_year(Arena *a, const char *text, int year)
{
    StrBuf b;
    Str rest = str_of(text);
    buf_init(&b, a);
    for (ptrdiff_t at; (at = str_find(rest, STR("{Y}"))) >= 0;) {
        buf_add(&b, str_n(rest.p, (size_t)at));
        buf_printf(&b, "%d", year);
        rest = str_n(rest.p + at + 3, rest.n - (size_t)at - 3);
    }
    buf_add(&b, rest);
    return buf_str(&b);
}

static Rc upload(Cast *c, Work *w)
{
    Record *rec;
    Principal *who = ARENA_NEW(w->ctx->arena, Principal);
    int year = civil_of(c->now).year;
    TRY(office(w, who));
    w->who = who;
    w->now = c->now - 40 * MS_DAY;
    TRY(document_make(w, str_printf(w->ctx->arena, "云澜市%d年城市安全工作要点.txt", year),
                      with_year(w->ctx->arena, demo_paper_plan, year), 0, &rec));
    c->plan = rec->id;
    TRY(document_make(w, STR("云澜市城市安全责任落实规定.txt"),
                      with_year(w->ctx->arena, demo_paper_rules, year), 0, &rec));
    c->rules = rec->id;
    return RC_OK;
}

typedef struct Ids {
    int64_t v[TASKS_MOST];
    size_t n;
} Ids;

static Rc keep_id(void *ud, const Record *rec)
{
    Ids *ids = ud;
    if (ids->n < TASKS_MOST) ids->v[ids->n++] = rec->id;
    return RC_OK;
}

/* Those without a doubt, from the first on; every fourth with its date set so that it is late by now. */
static Rc confirm(Cast *c, Work *w, int64_t document, size_t most)
{
    Ids ids = {0};
    size_t done = 0, made;
    TRY(store_each(w, IE, "document", db_val_i64(document), keep_id, &ids));
    for (size_t i = 0; i < ids.n && done < most; i++) {
        Record *rec;
        TRY(store_get(w, IE, ids.v[i], &rec));
        if (!str_is(rec_text(IE, rec, "kind"), "duty") || rec_i64(IE, rec, "doubt")) continue;
        Record *old = rec_copy(w->ctx, IE, rec);
        bool once = rec_val(IE, rec, "per")->type == DB_NULL;
        if (once && done % 4 == 3)
            rec_set(IE, rec, "due_at", db_val_i64(c->now - (int64_t)(2 + done) * MS_DAY));
        TRY(document_confirm(w, rec, true, &made));
        TRY(store_update(w, IE, old, rec, "confirm"));
        done++;
    }
    return document_recount(w, document);
}

static Rc confirm_both(Cast *c, Work *w)
{
    Principal *who = ARENA_NEW(w->ctx->arena, Principal);
    TRY(office(w, who));
    w->who = who;
    w->now = c->now - 35 * MS_DAY;
    TRY(confirm(c, w, c->plan, CONFIRMED_PLAN));
    return confirm(c, w, c->rules, CONFIRMED_RULES);
}

/* ---- What became of them ---- */

static Rc act(Work *w, const Principal *who, int64_t t, Record *rec, const char *action, const DbVal *params)
{
    w->who = who;
    w->now = t;
    return flow_do(w, TE, rec, action, params);
}

static Rc progress(Work *w, const Principal *who, int64_t t, Record *rec)
{
    int64_t times = rec_i64(TE, rec, "times") - rec_i64(TE, rec, "times_done");
    DbVal params[] = {db_val_z("已制定落实方案，明确责任人，正在按计划推进"),
                      times > 0 ? db_val_i64(times) : db_val_null()};
    return act(w, who, t, rec, "report-progress", params);
}

static Rc finish(Cast *c, Work *w, const Principal *who, const Principal *reviewer, Record *rec, Stage stage)
{
    DbVal result[] = {db_val_z("已按要求完成，相关材料已归档")}, review[] = {db_val_z("材料齐全，同意销号")};
    if (stage < T_APPLIED) return RC_OK;
    TRY(act(w, who, c->now - 12 * MS_DAY, rec, "apply", result));
    if (stage == T_CLOSED) return act(w, reviewer, c->now - 9 * MS_DAY, rec, "accept", review);
    if (stage != T_RETURNED) return RC_OK;
    w->why = "佐证材料不完整，请补充现场记录";
    Rc rc = act(w, reviewer, c->now - 2 * MS_DAY, rec, "return", NULL);
    w->why = NULL;
    return rc;
}

static Rc one_task(Cast *c, Work *w, const Principal *reviewer, int64_t id, Stage stage)
{
    Record *rec;
    Principal *who = ARENA_NEW(w->ctx->arena, Principal);
    TRY(store_get(w, TE, id, &rec));
    if (!str_is(rec_text(TE, rec, "state"), "ordered") || stage == T_ORDERED) return RC_OK;
    TRY(officer_of(w, rec_i64(TE, rec, "body"), who));
    TRY(act(w, who, c->now - 33 * MS_DAY, rec, "sign", NULL));
    if (stage == T_SIGNED) return RC_OK;
    TRY(progress(w, who, c->now - 20 * MS_DAY, rec));
    return finish(c, w, who, reviewer, rec, stage);
}

/* A lead's task waits for those below it, so it stays under way. */
static Rc go_on(Cast *c, Work *w)
{
    Ids ids = {0};
    Principal *reviewer = ARENA_NEW(w->ctx->arena, Principal);
    TRY(office(w, reviewer));
    TRY(store_each(w, TE, NULL, db_val_null(), keep_id, &ids));
    for (size_t i = 0; i < ids.n; i++) {
        Record *rec;
        TRY(store_get(w, TE, ids.v[i], &rec));
        Stage stage = stages[i % ARRAY_LEN(stages)];
        bool own = rec_i64(TE, rec, "body") == rec_i64(TE, rec, "issuer");
        bool waits = own || str_is(rec_text(TE, rec, "role"), "lead");
        if (waits && stage > T_PROGRESS) stage = T_PROGRESS;
        else if (!waits && rec_time(TE, rec, "due_at") < c->now && i % 5) stage = T_CLOSED; /* few are late */
        TRY(one_task(c, w, reviewer, ids.v[i], stage));
    }
    return RC_OK;
}

void documents_fill(Kernel *k)
{
    Cast c = {.k = k, .now = clock_now()};
    int64_t begun = c.now;
    Rc rc = in_work(&c, upload);
    if (rc >= 0) rc = in_work(&c, confirm_both);
    if (rc >= 0) in_work(&c, go_on);
    LOG(LOG_INFO, "demo", "policy papers read and their tasks ordered", LOG_I64("ms", clock_now() - begun));
}
