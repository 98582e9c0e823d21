/* Posts: what a body has done and by which desk. A post belongs to one body for good; who holds it stands
 * with the persons, because people change and duties stay. */
#include "people_private.h"

static const Field fields[] = {
    {.name = "code",
     .type = F_TEXT,
     .flags = F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH,
     .min = 1,
     .max = 64,
     .label = T("岗位编号", "Code"),
     .help = T("不填时自动编号", "given by the program when left out"),
     .group = "basic"},
    {.name = "title",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .min = 1,
     .max = 60,
     .label = T("岗位名称", "Title"),
     .group = "basic"},
    {.name = "body",
     .type = F_REF,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST,
     .ref = "bodies",
     .label = T("单位", "Body"),
     .group = "basic"},
    {.name = "head",
     .type = F_BOOL,
     .flags = F_FILTER | F_LIST,
     .fallback = "false",
     .label = T("单位负责岗", "Heads the body"),
     .group = "basic"},
    {.name = "rank",
     .type = F_INT,
     .flags = F_SORT,
     .min = 0,
     .max = 999,
     .fallback = "100",
     .label = T("排序", "Order"),
     .help = T("小者在前", "smaller first"),
     .group = "basic"},
    {.name = "duties",
     .type = F_TEXT,
     .flags = F_LONG | F_SEARCH | F_LIST,
     .max = 1000,
     .label = T("职责", "Duties"),
     .group = "basic"},
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    if (!old) people_number(e, rec, w->ctx->arena);
    return w->ctx->err.kind;
}

const Entity post_entity = {
    .name = "post",
    .plural = "posts",
    .title = T("岗位", "Posts"),
    .icon = T("", "post"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "person.read",
    .write_perm = "person.write",
    .code_field = "code",
    .title_field = "title",
    .sort = "rank",
    .validate = validate,
    .scope = {.kind = SCOPE_VIA, .via = "body"},
};
