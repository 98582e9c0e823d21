/* A small matter with clocks: a task that a body signs and does, for the tests of limits and clocks. Include
 * cmocka.h first. */
#pragma once
#define WORLD_MODULES clock_modules
#include "kernel/kernel.h"
#include "kernel/matter.h"
static const Module *const clock_modules[2];
#include "clock/clock_int.h"
#include "test_kernel.h"

static const Field district_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,
     .max = 12,
     .label = T("代码", "Code")},
    {.name = "name", .type = F_TEXT, .flags = F_REQUIRED | F_LIST, .max = 60, .label = T("名称", "Name")},
    {.name = "parent", .type = F_REF, .ref = "districts", .label = T("上级", "Above")},
    {.name = "path", .type = F_TEXT, .flags = F_READONLY, .label = T("路径", "Path")},
};
static Rc place_district(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    return tree_place(w, e, "code", rec);
}
static const Entity districts_entity = {.name = "district",
                                        .plural = "districts",
                                        .title = T("区划", "Districts"),
                                        .icon = T("", "map"),
                                        .fields = district_fields,
                                        .nfields = ARRAY_LEN(district_fields),
                                        .read_perm = "task.read",
                                        .write_perm = "task.check",
                                        .code_field = "code",
                                        .title_field = "name",
                                        .sort = "code",
                                        .validate = place_district,
                                        .scope = {.kind = SCOPE_OPEN}};
static const Field body_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,
     .max = 20,
     .label = T("编码", "Code")},
    {.name = "name", .type = F_TEXT, .flags = F_REQUIRED | F_LIST, .max = 60, .label = T("名称", "Name")},
    {.name = "kind", .type = F_ENUM, .ref = "body_kind", .label = T("类别", "Kind")},
    {.name = "parent", .type = F_REF, .ref = "bodies", .label = T("上级", "Above")},
    {.name = "path", .type = F_TEXT, .flags = F_READONLY, .label = T("路径", "Path")},
};
static Rc place_body(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    return tree_place(w, e, NULL, rec);
}
static const Entity bodies_entity = {.name = "body",
                                     .plural = "bodies",
                                     .title = T("单位", "Bodies"),
                                     .icon = T("", "body"),
                                     .fields = body_fields,
                                     .nfields = ARRAY_LEN(body_fields),
                                     .read_perm = "task.read",
                                     .write_perm = "task.check",
                                     .code_field = "code",
                                     .title_field = "name",
                                     .sort = "code",
                                     .validate = place_body,
                                     .scope = {.kind = SCOPE_OPEN}};
static const DictEntry kind_of_body[] = {
    {"committee_office", T("安委办", "Safety committee office"), NULL, NULL},
    {"operator", T("运营单位", "Operator"), NULL, NULL},
};
static const Dict clock_dicts[] = {
    {"body_kind", T("单位类别", "Kinds of bodies"), kind_of_body, ARRAY_LEN(kind_of_body), false}};

static const Field task_fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST,
     .max = 20,
     .label = T("编号", "Code")},
    {.name = "title", .type = F_TEXT, .flags = F_REQUIRED | F_LIST, .max = 60, .label = T("事项", "Title")},
    {.name = "state",
     .type = F_ENUM,
     .flags = F_READONLY | F_FILTER | F_LIST,
     .ref = "task_state",
     .label = T("状态", "State")},
    {.name = "grade", .type = F_INT, .flags = F_FILTER, .min = 1, .max = 4, .label = T("等级", "Grade")},
    {.name = "unit", .type = F_REF, .flags = F_REQUIRED, .ref = "bodies", .label = T("承办单位", "Unit")},
    {.name = "district", .type = F_REF, .ref = "districts", .label = T("区划", "District")},
};
static const FlowState task_states[] = {
    {"waiting", T("待签收", "To be signed"), STATE_INITIAL, "unit", "task.sign"},
    {"doing", T("办理中", "Being done"), 0, "unit", "task.do"},
    {"checking", T("待复核", "To be checked"), 0, NULL, NULL},
    {"done", T("已办结", "Done"), STATE_FINAL, NULL, NULL},
};
static const Transition task_moves[] = {
    {"sign", "waiting", "doing", "task.do", T("签收", "Sign"), FLOW_MAIN, NULL, 0, NULL, NULL},
    {"answer", "doing", "checking", "task.do", T("反馈", "Answer"), FLOW_MAIN, NULL, 0, NULL, NULL},
    {"return", "checking", "doing", "task.check", T("退回", "Return"), FLOW_REASON, NULL, 0, NULL, NULL},
    {"accept", "checking doing waiting", "done", "task.check", T("通过", "Accept"), 0, NULL, 0, NULL, NULL},
    {"lapse", "waiting doing checking", "done", NULL, T("失效", "Lapse"), FLOW_PROGRAM, NULL, 0, NULL, NULL},
};
static const Flow task_flow = {.state = "state",
                               .grade = "grade",
                               .owner = "unit",
                               .perm_supervise = "task.check",
                               .states = task_states,
                               .nstates = ARRAY_LEN(task_states),
                               .moves = task_moves,
                               .nmoves = ARRAY_LEN(task_moves)};

/* What the slice saw; set by tests. */
static _Atomic int steps_seen, fail_steps;
static bool lapse_at_the_top;
static Rc task_step(Work *w, const Entity *e, Record *rec, const ClockStep *step)
{
    if (fail_steps > 0) {
        fail_steps--;
        return FAIL(w->ctx, RC_BUG, "test.step", "样例失败", "the slice failed");
    }
    steps_seen++;
    if (lapse_at_the_top && step->kind == STEP_ESCALATE) return flow_do(w, e, rec, "lapse", NULL);
    return 0;
}
static const Entity tasks_entity = {.name = "task",
                                    .plural = "tasks",
                                    .title = T("任务", "Tasks"),
                                    .icon = T("", "list"),
                                    .fields = task_fields,
                                    .nfields = ARRAY_LEN(task_fields),
                                    .read_perm = "task.read",
                                    .write_perm = "task.check",
                                    .code_field = "code",
                                    .title_field = "title",
                                    .sort = "code",
                                    .flow = &task_flow,
                                    .step = task_step,
                                    .scope = {.kind = SCOPE_OPEN}};

static const Perm clock_perms[] = {{"task.read", T("查看任务", "See tasks"), "watch office audit"},
                                   {"task.do", T("办理任务", "Do tasks"), "watch office"},
                                   {"task.check", T("交办任务", "Order tasks"), "office"}};
static const StepSeed sign_steps[] = {{STEP_REMIND, 50, 0, "turn"},
                                      {STEP_URGE, 100, 0, "turn"},
                                      {STEP_SUPERVISE, 0, 30, "above"},
                                      {STEP_ESCALATE, 0, 60, "office"}};
static const StepSeed do_steps[] = {{STEP_REMIND, 50, 0, "owner"},
                                    {STEP_URGE, 100, 0, "turn"},
                                    {STEP_SUPERVISE, 0, 1, "above"},
                                    {STEP_ESCALATE, 0, 2, "office"}};
static const LimitSeed clock_limits[] = {
    {"task.sign", T("签收时限", "Signing"), 0, 30, LIMIT_MINUTES, T("默认值", "default"), sign_steps,
     ARRAY_LEN(sign_steps)},
    {"task.sign", T("签收时限", "Signing"), 1, 10, LIMIT_MINUTES, T("默认值", "default"), sign_steps,
     ARRAY_LEN(sign_steps)},
    {"task.do", T("办理时限", "Doing"), 0, 3, LIMIT_WORK_DAYS, T("默认值", "default"), do_steps,
     ARRAY_LEN(do_steps)},
};
static const Entity *const clock_entities[] = {&districts_entity, &bodies_entity, &tasks_entity};
static const Module clock_module = {.name = "task",
                                    .title = T("任务", "Tasks"),
                                    .entities = clock_entities,
                                    .nentities = ARRAY_LEN(clock_entities),
                                    .perms = clock_perms,
                                    .nperms = ARRAY_LEN(clock_perms),
                                    .dicts = clock_dicts,
                                    .ndicts = ARRAY_LEN(clock_dicts),
                                    .limits = clock_limits,
                                    .nlimits = ARRAY_LEN(clock_limits)};
static const Module *const clock_modules[] = {&test_module, &clock_module};

static inline void as_role(World *t, const char *role)
{
    snprintf(t->auth, sizeof t->auth, "Authorization: Bearer test-token-%s\r\n", role);
}

/* A unit below the office; districts one below the other. */
static inline void clock_world(World *t, DbPool *pool)
{
    static const char *const posts[][2] = {
        {"/api/districts", "{\"code\":\"320100\",\"name\":\"市\"}"},
        {"/api/districts", "{\"code\":\"320102\",\"name\":\"区\",\"parent\":\"320100\"}"},
        {"/api/districts", "{\"code\":\"320102001\",\"name\":\"街道\",\"parent\":\"320102\"}"},
        {"/api/bodies", "{\"code\":\"O\",\"name\":\"安委办\",\"kind\":\"committee_office\"}"},
        {"/api/bodies", "{\"code\":\"H\",\"name\":\"住建局\",\"parent\":\"O\"}"},
        {"/api/bodies", "{\"code\":\"U\",\"name\":\"燃气公司\",\"kind\":\"operator\",\"parent\":\"H\"}"}};
    steps_seen = fail_steps = 0;
    lapse_at_the_top = false;
    world_open(t, pool);
    for (size_t i = 0; i < ARRAY_LEN(posts); i++) assert_int_equal(POST(t, posts[i][0], posts[i][1]), 201);
}

static inline void make_task(World *t, const char *code, const char *more)
{
    const char *body =
        arena_printf(t->arena, "{\"code\":\"%s\",\"title\":\"阀井漏气\",\"unit\":\"U\"%s}", code, more);
    assert_int_equal(POST(t, "/api/tasks", body), 201);
}

static inline int64_t time_at(World *t, const char *path)
{
    int64_t at = TIME_NONE;
    time_parse(str_of(text_at(t, path)), false, &at);
    return at;
}

static inline int64_t run_clocks(World *t, int64_t now)
{
    int64_t did = -1;
    db_test_must(&t->ctx, clocks_run(&t->ctx, t->kernel, now, &did));
    return did;
}

/* How many entries of the ledger have the action. */
static inline int64_t ledger_count(World *t, const char *action)
{
    Db *db;
    DbCursor *c;
    SqlBuf b;
    db_test_must(&t->ctx, db_take_read(&t->ctx, t->pool, &db));
    sql_init(&b, &t->ctx, db);
    sql_lit(&b, "SELECT COUNT(*) FROM ledger WHERE entity = 'tasks' AND action = ");
    sql_arg(&b, db_val_z(action));
    db_test_must(&t->ctx, sql_query(&t->ctx, db, &b, &c));
    assert_int_equal(db_next(&t->ctx, c), 1);
    int64_t n = db_i64(c, 0);
    db_close(&c);
    db_done(&t->ctx, &db);
    return n;
}
