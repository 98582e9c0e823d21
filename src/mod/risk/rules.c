/* The rules of dynamic risk and of regions as records with validity. The first ones are the proposals of
 * src/risk, marked as defaults; an office changes them, and what they colour says by which rule. */
#include "risk_private.h"

#define ROOM T("", "")
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"source", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "risk_source", 0, 0, T("依据来源", "Cause"), ROOM,
     NULL, "basic", NULL},
    {"grade_from", F_INT, F_LIST, NULL, 1, 4, T("级别自", "Grade from"),
     T("报警、气象 1–4；隐患 1 重大、2 一般；作业 1 特级、2 一级、3 二级",
       "alarm, weather 1–4; danger 1 major, 2 general; work 1 special, 2 first, 3 second"),
     NULL, "basic", "1"},
    {"grade_to", F_INT, F_LIST, NULL, 1, 4, T("级别至", "Grade to"), ROOM, NULL, "basic", "4"},
    {"kind", F_TEXT, 0, NULL, 0, 40, T("限定类型", "Only of kind"),
     T("留空为不限；区域汇总填写 worst、area、population 或 count",
       "empty: any; of regions: worst, area, population or count"),
     NULL, "basic", NULL},
    {"only_overdue", F_BOOL, 0, NULL, 0, 0, T("仅逾期", "Only when overdue"), ROOM, NULL, "basic", "false"},
    {"at_least", F_INT, F_LIST, "risk_grade", 1, 4, T("不低于", "At least"), ROOM, NULL, "basic", NULL},
    {"raise", F_INT, F_LIST, NULL, 1, 3, T("升高级数", "Raise by"), ROOM, "级", "basic", NULL},
    {"reason", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 200, T("原因表述", "Reason"), ROOM, NULL,
     "basic", NULL},
    {"reason_en", F_TEXT, 0, NULL, 0, 200, T("原因表述（英文）", "Reason (English)"), ROOM, NULL, "basic",
     NULL},
    {"is_default", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("默认值", "Default"),
     T("随程序提供的建议值，由使用单位核定", "a proposal of the program, to be settled by the user"), NULL,
     "basic", "false"},
    {"basis", F_TEXT, F_LONG, NULL, 0, 500, T("依据", "Basis"), ROOM, NULL, "basic", NULL},
    {"valid_from", F_TIME, F_SORT, NULL, 0, 0, T("生效时间", "Valid from"), ROOM, NULL, "basic", NULL},
    {"valid_to", F_TIME, F_SORT, NULL, 0, 0, T("失效时间", "Valid to"), ROOM, NULL, "basic", NULL},
};

static const char *const region_names[] = {"worst", "area", "population", "count"};

bool risk_region_rule_find(Str name, RiskRegionRule *out)
{
    for (size_t i = 0; i < ARRAY_LEN(region_names); i++)
        if (str_is(name, region_names[i])) return *out = (RiskRegionRule)i, true;
    return false;
}

const char *risk_region_rule_name(RiskRegionRule r)
{
    return region_names[r];
}

/* Raising and setting exclude each other; a region's rule is one of four words, a cap has a number. */
static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    RiskRegionRule rule;
    Str source = rec_text(e, rec, "source");
    bool floor = rec_val(e, rec, "at_least")->type != DB_NULL,
         raise = rec_val(e, rec, "raise")->type != DB_NULL;
    if (str_is(source, "region")) {
        if (risk_region_rule_find(rec_text(e, rec, "kind"), &rule)) return 0;
        return FAIL_FIELD(w->ctx, "kind", "choice", 0, "可选 worst、area、population、count",
                          "choose worst, area, population or count");
    }
    if (str_is(source, "cap") ? !raise || floor : raise == floor)
        return FAIL_FIELD(w->ctx, "raise", "contradiction", 0, "不低于与升高级数须给出其一；上限只给升高级数",
                          "give either at least or raise by; a cap has raise by only");
    if (rec_i64(e, rec, "grade_to") < rec_i64(e, rec, "grade_from"))
        return FAIL_FIELD(w->ctx, "grade_to", "range", 0, "小于起始级别", "is below the first grade");
    return 0;
}

const Entity risk_rule_entity = {
    .name = "risk-rule",
    .plural = "risk-rules",
    .title = T("动态风险规则", "Rules of dynamic risk"),
    .icon = T("", "rule"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "risk.read",
    .write_perm = "risk.rules",
    .code_field = "code",
    .title_field = "reason",
    .sort = "code",
    .validate = validate,
    .scope = {.kind = SCOPE_OPEN},
};

/* ---- The first ones ---- */

static const char *const source_names[] = {"alarm", "danger", "activity", "weather"};

static Rc seed_one(Work *w, const RiskRule *r)
{
    Record *rec = rec_new(w->ctx, RE);
    rec_set(RE, rec, "code", db_val_text(r->code));
    rec_set(RE, rec, "source", db_val_z(source_names[r->source]));
    rec_set(RE, rec, "grade_from", db_val_i64(r->grade_from));
    rec_set(RE, rec, "grade_to", db_val_i64(r->grade_to));
    rec_set(RE, rec, "only_overdue", db_val_bool(r->only_overdue));
    if (r->at_least) rec_set(RE, rec, "at_least", db_val_i64(r->at_least));
    if (r->raise) rec_set(RE, rec, "raise", db_val_i64(r->raise));
    rec_set(RE, rec, "reason", db_val_z(r->reason.zh));
    rec_set(RE, rec, "reason_en", db_val_z(r->reason.en));
    rec_set(RE, rec, "is_default", db_val_bool(true));
    rec_set(RE, rec, "basis", db_val_z("默认值：随程序提供的建议，由使用单位核定"));
    return store_insert(w, RE, rec);
}

static Rc seed_other(Work *w, const char *source, const char *kind, int raise, Text reason)
{
    Record *rec = rec_new(w->ctx, RE);
    rec_set(RE, rec, "code", db_val_z(arena_printf(w->ctx->arena, "%s.rule", source)));
    rec_set(RE, rec, "source", db_val_z(source));
    if (kind) rec_set(RE, rec, "kind", db_val_z(kind));
    if (raise) rec_set(RE, rec, "raise", db_val_i64(raise));
    rec_set(RE, rec, "grade_from", db_val_i64(1));
    rec_set(RE, rec, "grade_to", db_val_i64(4));
    rec_set(RE, rec, "reason", db_val_z(reason.zh));
    rec_set(RE, rec, "reason_en", db_val_z(reason.en));
    rec_set(RE, rec, "is_default", db_val_bool(true));
    rec_set(RE, rec, "basis", db_val_z("默认值：随程序提供的建议，由使用单位核定"));
    return store_insert(w, RE, rec);
}

Rc risk_rules_seed(Work *w)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM risk_rules LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    db_close(&c);
    if (rc) return rc < 0 ? rc : RC_OK;
    for (size_t i = 0; i < risk_nrules; i++) TRY(seed_one(w, &risk_rules[i]));
    TRY(seed_other(w, "cap", NULL, (int)risk_default_find("dynamic.max-raise")->value,
                   (Text)T("各规则合计最多升高的级数", "grades that the rules may raise by together")));
    return seed_other(w, "region", "worst", 0,
                      (Text)T("区域取其中最高等级", "a region has the colour of its worst part"));
}

/* ---- What is in force ---- */

typedef struct Taking {
    Ctx *ctx;
    int64_t t;
    RulesNow *out;
    RiskRule *rules;
    size_t room;
} Taking;

static bool in_force(const Record *r, int64_t t)
{
    int64_t from = rec_time(RE, r, "valid_from"), to = rec_time(RE, r, "valid_to");
    return (from == INT64_MIN || from <= t) && (to == INT64_MIN || t < to);
}

static const char *kept(Ctx *ctx, Str s)
{
    return arena_printf(ctx->arena, "%.*s", STR_ARG(s));
}

static void take_rule(Taking *tk, const Record *r, RiskFactSource source)
{
    if (tk->out->rules.n == tk->room) return;
    const char *zh = kept(tk->ctx, rec_text(RE, r, "reason")),
               *en = kept(tk->ctx, rec_text(RE, r, "reason_en"));
    tk->rules[tk->out->rules.n++] = (RiskRule){str_of(kept(tk->ctx, rec_text(RE, r, "code"))),
                                               source,
                                               (int)rec_i64(RE, r, "grade_from"),
                                               (int)rec_i64(RE, r, "grade_to"),
                                               str_of(kept(tk->ctx, rec_text(RE, r, "kind"))),
                                               rec_i64(RE, r, "only_overdue") != 0,
                                               (RiskColour)rec_i64(RE, r, "at_least"),
                                               (int)rec_i64(RE, r, "raise"),
                                               {zh, *en ? en : zh}};
}

static Rc take(void *ud, const Record *r)
{
    Taking *tk = ud;
    Str source = rec_text(RE, r, "source");
    if (!in_force(r, tk->t)) return 0;
    if (str_is(source, "cap")) tk->out->rules.max_raise = (int)rec_i64(RE, r, "raise");
    if (str_is(source, "region") && risk_region_rule_find(rec_text(RE, r, "kind"), &tk->out->region)) {
        tk->out->region_code = str_of(kept(tk->ctx, rec_text(RE, r, "code")));
        tk->out->region_default = rec_i64(RE, r, "is_default") != 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(source_names); i++)
        if (str_is(source, source_names[i])) take_rule(tk, r, (RiskFactSource)i);
    return 0;
}

Rc risk_rules_at(Work *w, int64_t t, RulesNow *out)
{
    *out = (RulesNow){.rules = {.max_raise = (int)risk_default_find("dynamic.max-raise")->value},
                      .region = RISK_REGION_WORST};
    Taking tk = {w->ctx, t, out, ARENA_ARRAY(w->ctx->arena, RiskRule, 200), 200};
    out->rules.rules = tk.rules;
    return store_each(w, RE, NULL, db_val_null(), take, &tk);
}
