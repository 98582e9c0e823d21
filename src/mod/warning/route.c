/* Routing rules as data: which unit gets an order for warnings of which line, grade, place and kind of
 * object. One rule names one unit, so that the preview can say of each unit which rule named it. */
#include "warning_private.h"
#include "base/clock.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("规则编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 1, 120, T("名称", "Name"), T("", ""), NULL,
     "basic", NULL},
    {"line", F_ENUM, F_FILTER | F_LIST, "field", 0, 0, T("专业", "Line of work"),
     T("不填为所有专业", "every line when left out"), NULL, "basic", NULL},
    {"grade", F_INT, F_FILTER | F_LIST, "grade", 1, 4, T("最低等级", "Slightest grade"),
     T("适用于这一等级及更高等级，不填为所有等级",
       "holds for this grade and graver ones; every grade when left out"),
     NULL, "basic", NULL},
    {"district", F_REF, F_FILTER | F_LIST, "districts", 0, 0, T("区划", "District"),
     T("含下级区划，不填为全市", "with those below it; everywhere when left out"), NULL, "place", NULL},
    {"object_kind", F_ENUM, F_FILTER | F_LIST, "object_kind", 0, 0, T("对象类型", "Kind of object"),
     T("不填为所有类型", "every kind when left out"), NULL, "basic", NULL},
    {"role", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "order_role", 0, 0, T("派单角色", "Role"), T("", ""),
     NULL, "response", NULL},
    {"body", F_REF, F_FILTER | F_LIST, "bodies", 0, 0, T("单位", "Unit"),
     T("角色为权属单位或属地时可不填，按预警所在地确定",
       "may be left out for owner and district: follows from the place"),
     NULL, "response", NULL},
    {"how", F_ENUM, F_FILTER | F_LIST, "order_how", 0, 0, T("方式", "How"), T("", ""), NULL, "response",
     "order"},
    {"valid_from", F_TIME, F_FILTER, NULL, 0, 0, T("生效时间", "Valid from"), T("", ""), NULL, "basic", NULL},
    {"valid_to", F_TIME, F_FILTER, NULL, 0, 0, T("失效时间", "Valid to"), T("", ""), NULL, "basic", NULL},
    {"basis", F_TEXT, F_LONG, NULL, 0, 500, T("依据", "Basis"), T("", ""), NULL, "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    Str role = rec_text(e, rec, "role");
    bool by_place = str_is(role, "owner") || str_is(role, "district");
    if (!by_place && rec_val(e, rec, "body")->type == DB_NULL)
        FAIL_FIELD(w->ctx, "body", "required", 0, "这一角色须填写单位", "this role needs a unit");
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        FAIL_FIELD(w->ctx, "valid_to", "order", 0, "失效时间须晚于生效时间",
                   "the end must be after the start");
    return w->ctx->err.kind;
}

const Entity warning_route_entity = {
    .name = "warning-route",
    .plural = "warning-routes",
    .title = T("派单规则", "Routing rules"),
    .icon = T("", "rule"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "warning.route",
    .write_perm = "warning.route.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .validate = validate,
    .scope = {.kind = SCOPE_OPEN},
};
