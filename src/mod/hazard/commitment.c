/* The daily safety commitment: once a day for each filed source, by its enterprise, never changed; and who
 * has not given it. A day is a civil day of Shanghai. */
#include "hazard_private.h"
#include "mod_hazard_queries_sql.h"
#include "calendar/calendar.h"

#define ROOM T("", "")
#define COUNT(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_INT, F_REQUIRED, NULL, 0, 10000, T(zh, en), ROOM, NULL, "assessment", NULL                   \
    }
static const Field fields[] = {
    {"code", F_TEXT, F_READONLY | F_UNIQUE | F_FILTER | F_SORT | F_LIST, NULL, 0, 100, T("编号", "Code"),
     ROOM, NULL, "basic", NULL},
    {"hazard", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "major-hazards", 0, 0,
     T("重大危险源", "Major hazard source"), ROOM, NULL, "basic", NULL},
    {"day", F_TEXT, F_READONLY | F_FILTER | F_SORT | F_LIST | F_INDEX, NULL, 0, DAY_CHARS, T("日期", "Day"),
     ROOM, NULL, "basic", NULL},
    COUNT("running", "运行装置（储罐）数", "Plants or tanks in use"),
    COUNT("stopped", "停用装置（储罐）数", "Plants or tanks out of use"),
    COUNT("special_work", "特殊作业数", "Special works under way"),
    {"controlled", F_BOOL, F_REQUIRED | F_LIST, NULL, 0, 0, T("安全风险有效管控", "Risks under control"),
     ROOM, NULL, "assessment", NULL},
    {"statement", F_TEXT, F_LONG, NULL, 0, 1000, T("承诺内容", "Commitment"), ROOM, NULL, "basic",
     "今日我单位已进行安全风险研判，各项安全风险防控措施已落实到位。"},
    {"promised_by", F_TEXT, F_REQUIRED | F_LIST, NULL, 2, 60, T("承诺人", "Given by"), ROOM, NULL, "contact",
     NULL},
};

Str commitment_day(Arena *a, int64_t t)
{
    int y, m, d;
    calendar_date(calendar_day(t), &y, &m, &d);
    return str_printf(a, "%04d-%02d-%02d", y, m, d);
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *hazard;
    if (old)
        return FAIL(w->ctx, RC_STATE, "commitment.given", "已作出的安全承诺不能修改",
                    "a commitment that was given is not changed");
    if (w->ctx->err.kind || !rec_i64(e, rec, "hazard")) return w->ctx->err.kind;
    TRY(store_get(w, HE, rec_i64(e, rec, "hazard"), &hazard));
    if (!str_is(rec_text(HE, hazard, "state"), "filed"))
        return FAIL_FIELD(w->ctx, "hazard", "state", 0, "只对已备案的重大危险源作出承诺",
                          "commitments are for filed sources only");
    Str day = commitment_day(w->ctx->arena, w->now);
    rec_set(e, rec, "day", db_val_text(day));
    rec_set(e, rec, "code",
            db_val_text(
                str_printf(w->ctx->arena, "%.*s-%.*s", STR_ARG(rec_text(HE, hazard, "code")), STR_ARG(day))));
    return RC_OK;
}

const Entity commitment_entity = {
    .name = "safety-commitment",
    .plural = "safety-commitments",
    .title = T("安全承诺", "Safety commitments"),
    .icon = T("", "check"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "hazard.read",
    .write_perm = "hazard.commit",
    .code_field = "code",
    .title_field = "code",
    .sort = "-day",
    .validate = validate,
    .scope = {.kind = SCOPE_VIA, .via = "hazard"},
    .papers = commitment_papers,
    .npapers = COMMITMENT_PAPERS,
};

static bool day_ok(Str day)
{
    static const char form[] = "dddd-dd-dd";
    if (day.n != DAY_CHARS) return false;
    for (size_t i = 0; i < day.n; i++)
        if (form[i] == '-' ? day.p[i] != '-' : day.p[i] < '0' || day.p[i] > '9') return false;
    return true;
}

static void write_one(JsonOut *out, DbCursor *c)
{
    jout_open(out);
    jout_kid(out, "id", db_i64(c, 0));
    jout_ks(out, "code", db_str(c, 1));
    jout_ks(out, "name", db_str(c, 2));
    jout_ks(out, "body_title", db_str(c, 3));
    jout_ks(out, "last_day", db_str(c, 4));
    jout_close(out);
}

/* ?day=: today when left out. Sources filed later that day are missing, too. */
Rc commitment_missing(Req *req, Res *res)
{
    Work w;
    DbCursor *c;
    Rc rc;
    Str day = req_query(req, "day");
    TRY(work_begin(req, false, &w));
    if (!day.n) day = commitment_day(req->ctx.arena, w.now);
    if (!day_ok(day))
        return FAIL_FIELD(&req->ctx, "day", "format", 0, "日期须为 2026-11-22 的形式",
                          "must be a date such as 2026-11-22");
    TRY(scope_query(&w, &q_hazard_missing, DB_ARGS(db_val_text(day)), &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_ks(out, "day", day);
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(&req->ctx, c)) > 0) write_one(out, c);
    db_close(&c);
    jout_close_array(out);
    jout_close(out);
    return rc < 0 ? rc : RC_OK;
}
