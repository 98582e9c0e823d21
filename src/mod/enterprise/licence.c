/* Licences of an enterprise, with the day on which they end. */
#include "enterprise_private.h"

static const Field fields[] = {
    {"number", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 80,
     T("证照编号", "Number"), T("", ""), NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "licence_kind", 0, 0, T("证照类别", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("单位", "Enterprise"),
     T("", ""), NULL, "basic", NULL},
    {"issuer", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 120, T("发证机关", "Issued by"), T("", ""), NULL, "basic",
     NULL},
    {"scope", F_TEXT, F_LONG, NULL, 0, 1000, T("许可范围", "Scope"), T("", ""), NULL, "basic", NULL},
    {"valid_from", F_TIME, F_SORT, NULL, 0, 0, T("有效期自", "Valid from"), T("", ""), NULL, "basic", NULL},
    {"valid_to", F_TIME, F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("有效期至", "Valid to"), T("", ""), NULL,
     "basic", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    const DbVal *from = rec_val(e, rec, "valid_from"), *to = rec_val(e, rec, "valid_to");
    if (from->type != DB_NULL && to->type != DB_NULL && from->i >= to->i)
        FAIL_FIELD(w->ctx, "valid_to", "order", 0, "有效期至应晚于有效期自", "it ends before it begins");
    return w->ctx->err.kind;
}

const Entity licence_entity = {
    .name = "licence",
    .plural = "licences",
    .title = T("企业证照", "Licences"),
    .icon = T("", "document"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "licence.read",
    .write_perm = "licence.write",
    .code_field = "number",
    .title_field = "number",
    .sort = "valid_to",
    .validate = validate,
    .evidence = true,
    .scope = {.kind = SCOPE_VIA, .via = "body"},
};
