/* One check: planned or begun on the spot, done item by item, finished with its answers. Answers are written
 * once, with the end of the check, in one transaction with the dangers that follow from them. */
#include "check_private.h"
#include "kernel/number.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"

#define STAMP(name, zh, en, flags)                                                                           \
    {                                                                                                        \
        name, F_TIME, RO | (flags), NULL, 0, 0, T(zh, en), T("", ""), NULL, "timing", NULL                   \
    }
#define SAID(name, max, zh, en)                                                                              \
    {                                                                                                        \
        name, F_TEXT, RO, NULL, 0, max, T(zh, en), T("", ""), NULL, "response", NULL                         \
    }
#define COUNT(name, zh, en)                                                                                  \
    {                                                                                                        \
        name, F_INT, RO | F_SORT, NULL, 0, 1000, T(zh, en), T("", ""), NULL, "response", NULL                \
    }

static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 32,
     T("检查编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 400, T("标题", "Title"), T("", ""), NULL, "basic",
     NULL},
    {"state", F_ENUM, RO | F_FILTER | F_LIST | F_INDEX, "check_state", 0, 0, T("状态", "State"), T("", ""),
     NULL, "basic", NULL},
    {"kind", F_ENUM, F_CREATE_ONLY | F_FILTER | F_LIST, "check_kind", 0, 0, T("类型", "Kind"), T("", ""),
     NULL, "basic", "inspection"},
    {"plan", F_REF, RO | F_FILTER | F_INDEX, "check-plans", 0, 0, T("检查计划", "Plan"), T("", ""), NULL,
     "basic", NULL},
    {"period", F_TEXT, RO | F_FILTER, NULL, 0, 16, T("检查周期", "Period"), T("", ""), NULL, "basic", NULL},
    {"list", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER, "check-lists", 0, 0, T("检查表", "Check list"),
     T("", ""), NULL, "basic", NULL},
    {"enterprise", F_REF, F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0,
     T("受检单位", "Enterprise"), T("", ""), NULL, "place", NULL},
    {"object", F_REF, F_CREATE_ONLY | F_FILTER | F_INDEX, "objects", 0, 0, T("对象", "Object"), T("", ""),
     NULL, "place", NULL},
    {"point", F_REF, RO | F_FILTER | F_INDEX, "patrol-points", 0, 0, T("巡查点", "Patrol point"), T("", ""),
     NULL, "place", NULL},
    {"district", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("所属区划", "District"),
     T("", ""), NULL, "place", NULL},
    {"line", F_ENUM, RO | F_FILTER, "field", 0, 0, T("条线", "Line of work"), T("", ""), NULL, "basic", NULL},
    {"industry", F_ENUM, RO | F_FILTER, "industry", 0, 0, T("行业", "Industry"), T("", ""), NULL, "basic",
     NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("检查单位", "Body"), T("", ""), NULL,
     "contact", NULL},
    {"checkers", F_TEXT, F_CREATE_ONLY | F_SEARCH, NULL, 0, 200, T("检查人员", "Checkers"), T("", ""), NULL,
     "contact", NULL},
    STAMP("due_at", "完成期限", "Due at", F_FILTER | F_SORT | F_LIST),
    STAMP("begun_at", "开始时间", "Begun at", 0),
    STAMP("done_at", "检查时间", "Done at", F_FILTER | F_SORT),
    STAMP("received_at", "提交时间", "Handed in at", 0),
    {"on_time", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("按期完成", "On time"), T("", ""), NULL, "timing", NULL},
    SAID("done_by", 100, "检查人", "Done by"),
    SAID("checker", 100, "检查人员签名", "Signed by the checker"),
    SAID("unit_person", 100, "受检单位签名", "Signed by the enterprise"),
    {"opinion", F_TEXT, RO | F_LONG, NULL, 0, 2000, T("检查意见", "Opinion"), T("", ""), NULL, "response",
     NULL},
    COUNT("items", "检查项数", "Items"),
    COUNT("passed", "符合", "Comply"),
    COUNT("failed", "不符合", "Fail"),
    COUNT("dangers", "隐患数", "Dangers"),
    {"lon", F_REAL, RO, NULL, 73, 136, T("经度", "Longitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"lat", F_REAL, RO, NULL, 3, 54, T("纬度", "Latitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"distance", F_REAL, RO | F_FILTER, NULL, 0, 1e8, T("距地点", "Distance to the place"), T("", ""), "m",
     "place", NULL},
    {"client_key", F_TEXT, F_CREATE_ONLY | F_INDEX | F_INNER, NULL, 8, 64, T("提交标识", "Key"),
     T("由手机生成，同一标识只成立一次", "made by the phone; one key counts once"), NULL, "basic", NULL},
    {"submit_key", F_TEXT, RO | F_INNER, NULL, 8, 64, T("完成标识", "Key of the end"), T("", ""), NULL,
     "basic", NULL},
};

static const FlowState states[] = {
    {"planned", T("待检查", "To be done"), STATE_INITIAL, "body", NULL},
    {"underway", T("检查中", "Under way"), 0, "body", NULL},
    {"finished", T("已完成", "Finished"), STATE_FINAL, NULL, NULL},
    {"cancelled", T("已取消", "Cancelled"), STATE_FINAL, NULL, NULL},
};

static Rc do_begin(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)params;
    rec_set(e, rec, "begun_at", db_val_i64(w->now));
    return RC_OK;
}

static const Transition moves[] = {
    {"begin", "planned", "underway", "check.do", T("开始检查", "Begin"), FLOW_TURN, NULL, 0, NULL, do_begin},
    {"finish", "planned underway", "finished", NULL, T("完成检查", "Finish"), FLOW_PROGRAM, NULL, 0, NULL,
     NULL},
    {"cancel", "planned underway", "cancelled", "check.plan", T("取消检查", "Cancel"),
     FLOW_REASON | FLOW_CONFIRM, NULL, 0, NULL, NULL},
};

const Flow check_flow = {
    .state = "state",
    .owner = "body",
    .perm_supervise = "check.supervise",
    .states = states,
    .nstates = ARRAY_LEN(states),
    .moves = moves,
    .nmoves = ARRAY_LEN(moves),
};

/* ---- What follows from enterprise, object and point ---- */

static void take(Record *rec, const char *name, const DbVal *v)
{
    if (rec_val(CE, rec, name)->type == DB_NULL) rec_set(CE, rec, name, *v);
}

static Rc line_of_industry(Work *w, Record *rec)
{
    DbCursor *c;
    const Json *extra;
    Str industry = rec_text(CE, rec, "industry");
    if (!industry.n || rec_text(CE, rec, "line").n) return RC_OK;
    Rc rc = db_query_one(w->ctx, w->db, &q_check_industry, DB_ARGS(db_val_text(industry)), &c);
    if (rc <= 0 || db_is_null(c, 0)) return rc < 0 ? rc : RC_OK;
    TRY(json_parse(w->ctx, db_str_copy(w->ctx, c, 0), &extra));
    Str line = json_str(json_get(extra, "line"));
    if (line.n && dict_has(w->kernel, "field", line)) rec_set(CE, rec, "line", db_val_text(line));
    return RC_OK;
}

static Rc derive(Work *w, Record *rec)
{
    Record *object, *body, *point;
    TRY(check_referred(w, TE, rec_i64(CE, rec, "point"), &point));
    if (point) {
        take(rec, "object", rec_val(TE, point, "object"));
        take(rec, "enterprise", rec_val(TE, point, "enterprise"));
        take(rec, "district", rec_val(TE, point, "district"));
    }
    TRY(check_referred(w, OE, rec_i64(CE, rec, "object"), &object));
    if (object) {
        take(rec, "enterprise", rec_val(OE, object, "owner"));
        take(rec, "district", rec_val(OE, object, "district"));
        take(rec, "line", rec_val(OE, object, "field"));
    }
    TRY(check_referred(w, BE, rec_i64(CE, rec, "enterprise"), &body));
    if (body) {
        take(rec, "district", rec_val(BE, body, "district"));
        take(rec, "industry", rec_val(BE, body, "industry"));
    }
    return line_of_industry(w, rec);
}

static Rc make_title(Work *w, Record *rec)
{
    Record *list, *body, *object;
    TRY(check_referred(w, LE, rec_i64(CE, rec, "list"), &list));
    TRY(check_referred(w, BE, rec_i64(CE, rec, "enterprise"), &body));
    TRY(check_referred(w, OE, rec_i64(CE, rec, "object"), &object));
    Str of = object ? rec_text(OE, object, "name") : body ? rec_text(BE, body, "name") : STR_NONE;
    Str by = list ? rec_text(LE, list, "name") : STR_NONE;
    Str title = str_printf(w->ctx->arena, "%.*s%s%.*s", STR_ARG(of), of.n && by.n ? "：" : "", STR_ARG(by));
    rec_set(CE, rec, "title", db_val_text(title));
    return RC_OK;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (old) return w->ctx->err.kind;
    TRY(derive(w, rec));
    if (rec_val(e, rec, "district")->type == DB_NULL)
        return FAIL_FIELD(w->ctx, "enterprise", "required", 0, "请填写受检单位或对象",
                          "fill in an enterprise or an object");
    TRY(make_title(w, rec));
    return w->ctx->err.kind;
}

/* The clock's end is the check's own: that of its period or day. */
static Rc start_clock(Work *w, const Record *rec)
{
    Clock c;
    const char *limit = rec_i64(CE, rec, "point") ? "check.patrol" : "check.due";
    int64_t due = rec_time(CE, rec, "due_at");
    TRY(clock_start(w, CE, rec, limit, w->now));
    Rc rc = clock_find(w, CE, rec->id, limit, &c);
    if (rc <= 0 || due <= c.due_at) return rc < 0 ? rc : RC_OK;
    return clock_extend(w, &c, due);
}

Rc check_make(Work *w, Record *rec, int64_t due)
{
    Str code;
    if (!rec_i64(CE, rec, "body") && w->who) rec_set(CE, rec, "body", db_val_id(scope_of(w->who)->body));
    if (!rec_i64(CE, rec, "body"))
        return FAIL(w->ctx, RC_FORBIDDEN, "check.no_body", "账号没有所属单位，不能检查",
                    "an account without a body cannot check");
    TRY(check_list_usable(w, rec_i64(CE, rec, "list"), "list"));
    TRY(number_of_day(w, 'C', &code));
    if (due == TIME_NONE) due = civil_day_start(civil_day(w->now) + 1) - MS_SECOND;
    rec_set(CE, rec, "code", db_val_text(code));
    rec_set(CE, rec, "due_at", db_val_i64(due));
    TRY(store_insert(w, CE, rec));
    return start_clock(w, rec);
}

const Entity check_entity = {
    .name = "check",
    .plural = "checks",
    .title = T("检查", "Checks"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "check.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "-code",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW,
              .district = "district",
              .body = "body enterprise",
              .line = "line",
              .parties = true},
    .flow = &check_flow,
    .papers = check_papers,
    .npapers = 1,
};

static const Field result_fields[] = {
    {"visit", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "checks", 0, 0, T("检查", "Check"), T("", ""), NULL,
     "basic", NULL},
    {"no", F_INT, RO | F_SORT | F_LIST, NULL, 0, 999, T("序号", "No."), T("", ""), NULL, "basic", NULL},
    {"item", F_REF, RO | F_FILTER | F_INDEX, "check-items", 0, 0, T("检查项", "Item"), T("", ""), NULL,
     "basic", NULL},
    {"text", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 0, 400, T("检查内容", "What was checked"), T("", ""), NULL,
     "basic", NULL},
    {"verdict", F_ENUM, RO | F_FILTER | F_LIST, "check_verdict", 0, 0, T("结论", "Verdict"), T("", ""), NULL,
     "basic", NULL},
    {"note", F_TEXT, RO | F_LONG, NULL, 0, 1000, T("说明", "Note"), T("", ""), NULL, "basic", NULL},
    {"danger", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "dangers", 0, 0, T("隐患", "Danger"), T("", ""), NULL,
     "basic", NULL},
    {"joined", F_BOOL, RO | F_FILTER, NULL, 0, 0, T("此前已有", "Known before"), T("", ""), NULL, "basic",
     NULL},
};

const Entity check_result_entity = {
    .name = "check-result",
    .plural = "check-results",
    .title = T("检查结果", "Check results"),
    .icon = T("", "list"),
    .fields = result_fields,
    .nfields = ARRAY_LEN(result_fields),
    .read_perm = "check.read",
    .title_field = "text",
    .sort = "no",
    .scope = {.kind = SCOPE_VIA, .via = "visit"},
};
