/* A small matter, a repair that an office orders from a body, for the tests of flows, desks and timelines.
 * Include cmocka.h first. */
#pragma once
#define WORLD_MODULES flow_modules
#include "kernel/kernel.h"
#include "kernel/matter.h"
static const Module *const flow_modules[2];
#include "test_kernel.h"

static const Field place_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,
     .max = 20,
     .label = T("编码", "Code")},
    {.name = "name", .type = F_TEXT, .flags = F_REQUIRED | F_LIST, .max = 60, .label = T("名称", "Name")},
    {.name = "parent", .type = F_REF, .ref = "bodies", .label = T("上级", "Above")},
    {.name = "path", .type = F_TEXT, .flags = F_READONLY, .label = T("路径", "Path")},
    {.name = "lines", .type = F_TEXT, .label = T("条线", "Lines")},
    {.name = "district", .type = F_INT, .label = T("区划", "District")},
};
static Rc body_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    return tree_place(w, e, NULL, rec);
}
static Rc body_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    return tree_moved(w, e, old, rec);
}
static const Entity bodies_entity = {.name = "body",
                                     .plural = "bodies",
                                     .title = T("单位", "Bodies"),
                                     .icon = T("", "body"),
                                     .fields = place_fields,
                                     .nfields = ARRAY_LEN(place_fields),
                                     .read_perm = "site.read",
                                     .write_perm = "site.write",
                                     .code_field = "code",
                                     .title_field = "name",
                                     .sort = "code",
                                     .validate = body_validate,
                                     .changed = body_changed,
                                     .scope = {.kind = SCOPE_ROW, .body = "id", .named = true}};

static const Field repair_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,
     .max = 20,
     .label = T("编号", "Code")},
    {.name = "title", .type = F_TEXT, .flags = F_REQUIRED | F_LIST, .max = 60, .label = T("事项", "Title")},
    {.name = "state",
     .type = F_ENUM,
     .flags = F_READONLY | F_FILTER | F_LIST,
     .ref = "repair_state",
     .label = T("状态", "State")},
    {.name = "grade", .type = F_INT, .flags = F_FILTER, .min = 1, .max = 4, .label = T("等级", "Grade")},
    {.name = "office", .type = F_REF, .flags = F_FILTER, .ref = "bodies", .label = T("交办单位", "Office")},
    {.name = "unit",
     .type = F_REF,
     .flags = F_REQUIRED | F_FILTER,
     .ref = "bodies",
     .label = T("承办单位", "Unit")},
    {.name = "result", .type = F_TEXT, .flags = F_READONLY, .label = T("结果", "Result")},
};

static const FlowState repair_states[] = {
    {"ordered", T("待签收", "To be signed"), STATE_INITIAL, "unit", NULL},
    {"repairing", T("处理中", "Repairing"), 0, "unit", NULL},
    {"checking", T("待复核", "To be checked"), 0, "office", NULL},
    {"done", T("已办结", "Done"), STATE_FINAL, NULL, NULL},
    {"void", T("已作废", "Void"), STATE_FINAL, NULL, NULL},
};

static const Field result_params[] = {{.name = "result",
                                       .type = F_TEXT,
                                       .flags = F_REQUIRED,
                                       .min = 2,
                                       .max = 200,
                                       .label = T("结果", "Result")}};

static Rc result_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    (void)e;
    (void)rec;
    if (str_is(params[0].s, "nothing"))
        return FAIL_FIELD(w->ctx, "result", "empty", 0, "应说明做了什么", "say what was done");
    return 0;
}
static Rc result_effect(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    (void)w;
    rec_set(e, rec, "result", params[0]);
    return 0;
}

/* Only what is small may be waived. */
static Rc small_guard(Work *w, const Entity *e, const Record *rec, const DbVal *params)
{
    if (!params[0].s.n) FAIL_FIELD(w->ctx, "result", "required", 0, "应说明为何", "say why");
    if (rec_i64(e, rec, "grade") == 4) return 0;
    return FAIL(w->ctx, RC_STATE, "repair.grave", "不是小修", "it is no small repair");
}

static const Transition repair_moves[] = {
    {"sign", "ordered", "repairing", "repair.do", T("签收", "Sign"), FLOW_MAIN, NULL, 0, NULL, NULL},
    {"report", "repairing", NULL, "repair.do", T("报告进展", "Report"), 0, result_params,
     ARRAY_LEN(result_params), NULL, result_effect},
    {"answer", "repairing", "checking", "repair.do", T("反馈", "Answer"), FLOW_MAIN, result_params,
     ARRAY_LEN(result_params), result_guard, result_effect},
    {"return", "checking", "repairing", "repair.check", T("退回", "Return"), FLOW_REASON, NULL, 0, NULL,
     NULL},
    {"accept", "checking", "done", "repair.check", T("通过", "Accept"), FLOW_MAIN | FLOW_CONFIRM, NULL, 0,
     NULL, NULL},
    {"lapse", "ordered repairing checking", "void", NULL, T("失效", "Lapse"), FLOW_PROGRAM, NULL, 0, NULL,
     NULL},
    {"waive", "ordered", "void", "repair.check", T("免办", "Waive"), 0, result_params,
     ARRAY_LEN(result_params), small_guard, result_effect},
    {"seize", "ordered", "repairing", "repair.do", T("本单位签收", "Sign for the unit"), FLOW_TURN, NULL, 0,
     NULL, NULL},
};
static const Flow repair_flow = {.state = "state",
                                 .grade = "grade",
                                 .owner = "unit",
                                 .perm_supervise = "repair.check",
                                 .states = repair_states,
                                 .nstates = ARRAY_LEN(repair_states),
                                 .moves = repair_moves,
                                 .nmoves = ARRAY_LEN(repair_moves)};
static const Entity repairs_entity = {.name = "repair",
                                      .plural = "repairs",
                                      .title = T("抢修", "Repairs"),
                                      .icon = T("", "wrench"),
                                      .fields = repair_fields,
                                      .nfields = ARRAY_LEN(repair_fields),
                                      .read_perm = "repair.read",
                                      .write_perm = "repair.check",
                                      .code_field = "code",
                                      .title_field = "title",
                                      .sort = "code",
                                      .flow = &repair_flow,
                                      .scope = {.kind = SCOPE_ROW, .body = "unit office", .parties = true}};

static const Perm flow_perms[] = {{"repair.read", T("查看抢修", "See repairs"), "watch office dept audit"},
                                  {"repair.do", T("办理抢修", "Do repairs"), "watch dept"},
                                  {"repair.check", T("交办抢修", "Order repairs"), "office"}};
static const Entity *const flow_entities[] = {&bodies_entity, &repairs_entity};
static const LimitSeed repair_limit = {"repair.sign", T("签收时限", "Time to sign"), 0,    2,
                                       LIMIT_HOURS,   T("默认值", "a default"),      NULL, 0};
static const Module flow_module = {.name = "repair",
                                   .title = T("抢修", "Repairs"),
                                   .entities = flow_entities,
                                   .nentities = ARRAY_LEN(flow_entities),
                                   .perms = flow_perms,
                                   .nperms = ARRAY_LEN(flow_perms),
                                   .limits = &repair_limit,
                                   .nlimits = 1};
static const Module *const flow_modules[] = {&test_module, &flow_module};

static inline void as_role(World *t, const char *role)
{
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer test-token-%s\r\n", role);
}

static inline void flow_bodies(World *t)
{
    static const char *const codes[] = {"O", "U", "V"}, *const names[] = {"安委办", "燃气公司", "热力公司"};
    const Entity *e = &bodies_entity;
    Work w;
    int64_t above = 0;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        Record *rec = rec_new(&t->ctx, e);
        rec_set(e, rec, "code", db_val_z(codes[i]));
        rec_set(e, rec, "name", db_val_z(names[i]));
        rec_set(e, rec, "parent", db_val_id(i == 1 ? above : 0));
        db_test_must(&t->ctx, store_insert(&w, e, rec));
        above = rec->id;
    }
    db_test_must(&t->ctx, work_commit(&w));
}

static inline void place_tokens(SqlBuf *b)
{
    sql_lit(b, "UPDATE tokens SET body = (SELECT id FROM bodies WHERE code = CASE tokens.name "
               "WHEN 'unit' THEN 'U' WHEN 'upper' THEN 'O' WHEN 'other' THEN 'V' ELSE 'O' END)");
}

static inline void flow_tokens(World *t)
{
    Db *db;
    SqlBuf b;
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "unit", "dept", "test-token-unit", false, &token));
    db_test_must(&t->ctx, token_add(&w, "upper", "dept", "test-token-upper", false, &token));
    db_test_must(&t->ctx, token_add(&w, "other", "dept", "test-token-other", false, &token));
    db_test_must(&t->ctx, work_commit(&w));
    db_test_must(&t->ctx, db_take_write(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    place_tokens(&b);
    db_test_must(&t->ctx, sql_exec(&t->ctx, db, &b));
    db_done(&t->ctx, &db);
}

static inline void order_repair(World *t, const char *code, int grade, const char *unit)
{
    assert_int_equal(POST(t, "/api/repairs",
                          arena_printf(t->arena,
                                       "{\"code\":\"%s\",\"title\":\"阀井漏气\",\"grade\":%d,"
                                       "\"office\":\"O\",\"unit\":\"%s\"}",
                                       code, grade, unit)),
                     201);
}

/* A unit under the office, another beside it, and one repair ordered from the first. */
static inline void flow_world(World *t, DbPool *pool)
{
    world_open(t, pool);
    flow_bodies(t);
    flow_tokens(t);
    order_repair(t, "R1", 2, "U");
}

/* One figure or text of the database. */
static inline const char *sql_text(World *t, void (*add)(SqlBuf *))
{
    Db *db;
    DbCursor *c;
    SqlBuf b;
    const char *out = "(none)";
    db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    add(&b);
    db_test_must(&t->ctx, sql_query(&t->ctx, db, &b, &c));
    if (db_next(&t->ctx, c) > 0) out = str_z(t->arena, db_str(c, 0));
    db_close(&c);
    db_done(&t->ctx, &db);
    return out;
}

static inline void run_sql(World *t, void (*add)(SqlBuf *))
{
    Db *db;
    SqlBuf b;
    db_test_must(&t->ctx, db_take_write(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    add(&b);
    db_test_must(&t->ctx, sql_exec(&t->ctx, db, &b));
    db_done(&t->ctx, &db);
}
