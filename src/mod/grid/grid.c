/* Cells and the rules by which findings go to a body; the module. A cell's record has the code of its
 * district, so there is one of each. */
#include "grid_private.h"
#include "mod_grid_queries_sql.h"
#include "mod/check.h"

static const Field cell_fields[] = {
    {"code", F_TEXT, F_READONLY | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 15, 15,
     T("网格编码", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_READONLY | F_SEARCH | F_LIST, NULL, 0, 100, T("网格名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"district", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_INDEX, "districts", 0, 0,
     T("网格区划", "District"), T("级别为网格的区划", "a district of level grid"), NULL, "basic", NULL},
    {"body", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("网格站点", "Station"),
     T("承担巡查的单位", "the body that patrols"), NULL, "contact", NULL},
    {"worker", F_REF, F_FILTER | F_LIST, "persons", 0, 0, T("网格员", "Worker"), T("", ""), NULL, "contact",
     NULL},
    {"ranger", F_REF, F_FILTER | F_LIST, "persons", 0, 0, T("安全巡查员", "Ranger"), T("", ""), NULL,
     "contact", NULL},
    {"cadence_days", F_INT, F_SORT | F_LIST, NULL, 1, 366, T("巡查间隔", "Every"),
     T("默认值，由主管部门核定", "default, for the department to settle"), "天", "timing", "7"},
    {"households", F_INT, F_SORT, NULL, 0, 1000000, T("户数", "Households"), T("", ""), "户", "basic", NULL},
    {"shape", F_JSON, 0, NULL, 0, 1 << 18, T("范围", "Shape"),
     T("GeoJSON 的 Polygon，一个环", "a GeoJSON polygon of one ring"), NULL, "place", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static Rc cell_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *d;
    CoverArea shape = {0};
    int64_t id = rec_i64(e, rec, "district");
    (void)old;
    if (id) {
        TRY(store_get(w, DI, id, &d));
        if (!str_is(rec_text(DI, d, "level"), "grid"))
            return FAIL_FIELD(w->ctx, "district", "level", 0, "须为级别是网格的区划",
                              "must be a district of level grid");
        rec_set(e, rec, "code", *rec_val(DI, d, "code"));
        rec_set(e, rec, "name", *rec_val(DI, d, "name"));
    }
    Rc rc = grid_shape(w, rec, &shape);
    if (rc > 0) geo_area_free((GeoArea **)(void *)&shape.area);
    return rc < 0 && rc != RC_INVALID ? rc : w->ctx->err.kind;
}

const Entity grid_cell_entity = {
    .name = "grid-cell",
    .plural = "grid-cells",
    .title = T("网格", "Grid cells"),
    .icon = T("", "map"),
    .fields = cell_fields,
    .nfields = ARRAY_LEN(cell_fields),
    .read_perm = "grid.read",
    .write_perm = "grid.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .validate = cell_validate,
    .searched = true,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body", .line = SCOPE_ANY_LINE},
};

static const Field rule_fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_LIST, NULL, 1, 64, T("规则编号", "Code"),
     T("", ""), NULL, "basic", NULL},
    {"category", F_ENUM, F_FILTER | F_LIST, "danger_category", 0, 0, T("隐患类别", "Category"),
     T("不填时适用各类", "any when left out"), NULL, "basic", NULL},
    {"line", F_ENUM, F_FILTER | F_LIST, "field", 0, 0, T("条线", "Line of work"),
     T("不填时适用各条线", "any when left out"), NULL, "basic", NULL},
    {"target", F_ENUM, F_REQUIRED | F_LIST, "grid_target", 0, 0, T("交由", "Goes to"), T("", ""), NULL,
     "basic", "town"},
    {"to_line", F_ENUM, F_LIST, "field", 0, 0, T("部门条线", "Line of the department"),
     T("交由行业部门时，不填则随条线", "of the department; the line itself when left out"), NULL, "basic",
     NULL},
    {"body", F_REF, F_LIST, "bodies", 0, 0, T("指定单位", "Body"), T("", ""), NULL, "basic", NULL},
    {"is_default", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("默认值", "Default"),
     T("随程序提供的建议，待本地核定", "a proposal, for the city to settle"), NULL, "basic", "false"},
    {"enabled", F_BOOL, F_FILTER, NULL, 0, 0, T("启用", "In force"), T("", ""), NULL, "basic", "true"},
};

static Rc rule_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (str_is(rec_text(e, rec, "target"), "body") && !rec_i64(e, rec, "body"))
        FAIL_FIELD(w->ctx, "body", "required", 0, "请填写指定单位", "say which body");
    return w->ctx->err.kind;
}

const Entity grid_rule_entity = {
    .name = "grid-rule",
    .plural = "grid-rules",
    .title = T("网格隐患分派规则", "Where findings go"),
    .icon = T("", "rule"),
    .fields = rule_fields,
    .nfields = ARRAY_LEN(rule_fields),
    .read_perm = "grid.read",
    .write_perm = "grid.rules",
    .code_field = "code",
    .title_field = "code",
    .sort = "code",
    .validate = rule_validate,
    .scope = {.kind = SCOPE_OPEN},
};

const char *grid_path(Work *w)
{
    const char *path = scope_of(w->who)->path;
    return path ? path : "/";
}

static const Perm perms[] = {
    {"grid.read", T("查看网格", "See the grid"), "watch office dept town inspector leader audit grid"},
    {"grid.write", T("维护网格", "Change the grid"), "office town"},
    {"grid.rules", T("维护网格分派规则", "Change where findings go"), "office"},
};
static const DictEntry targets[] = {
    {"town", T("乡镇街道", "Town or street"), NULL, NULL},
    {"department", T("行业部门", "Department"), NULL, NULL},
    {"body", T("指定单位", "A body"), NULL, NULL},
};
static const Dict dicts[] = {
    {"grid_target", T("分派去向", "Where findings go"), targets, ARRAY_LEN(targets), true}};
static const Route routes[] = {
    {HTTP_GET, "/api/grid/gaps", "grid.read", grid_gaps, .title = T("网格空白", "Gaps of the grid")},
    {HTTP_GET, "/api/grid/coverage", "grid.read", grid_coverage,
     .title = T("网格覆盖", "Coverage of the grid")},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    TRY(grid_rules_seed(&w));
    check_route_set(grid_route);
    return work_commit(&w);
}

static void stop(Kernel *k)
{
    (void)k;
    check_route_set(NULL);
}

static const Entity *const entities[] = {GE, QE};
const Module mod_grid = {
    .name = "grid",
    .title = T("网格", "Grid"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = stop,
};
