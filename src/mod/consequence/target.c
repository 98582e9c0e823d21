/* Protected targets (防护目标): who is to be kept safe around a site, by the classes of GB 36894-2018, with
 * the people that are there by day and by night. Everybody who may see consequences sees them all: what lies
 * around a plant is no secret of one's own district. */
#include "consequence_private.h"

#define ROOM T("", "")
static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1,
     64, T("编号", "Code"), ROOM, NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_SEARCH | F_LIST, NULL, 2, 120, T("防护目标名称", "Name"), ROOM, NULL,
     "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "protected_kind", 0, 0, T("类型", "Kind"), ROOM, NULL,
     "basic", NULL},
    {"class", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "protected_class", 0, 0, T("防护目标分类", "Class"),
     T("按 GB 36894-2018", "by GB 36894-2018"), NULL, "basic", NULL},
    {"district", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0,
     T("所属区划", "District"), ROOM, NULL, "basic", NULL},
    {"people_day", F_INT, F_LIST, NULL, 0, 10000000, T("白天人数", "People by day"), ROOM, "人", "basic",
     NULL},
    {"people_night", F_INT, F_LIST, NULL, 0, 10000000, T("夜间人数", "People at night"), ROOM, "人", "basic",
     NULL},
    {"basis", F_TEXT, 0, NULL, 0, 200, T("人数来源", "Where the figures come from"), ROOM, NULL, "basic",
     NULL},
    {"object", F_REF, F_FILTER | F_INDEX, "objects", 0, 0, T("对应监测对象", "Object"),
     T("同一处只计一次", "counted once"), NULL, "place", NULL},
    {"body", F_REF, F_FILTER | F_INDEX, "bodies", 0, 0, T("对应单位", "Body"),
     T("同一处只计一次", "counted once"), NULL, "place", NULL},
    {"lon", F_REAL, F_REQUIRED | F_INDEX, NULL, 73, 136, T("经度", "Longitude"), ROOM, "°", "place", NULL},
    {"lat", F_REAL, F_REQUIRED, NULL, 3, 54, T("纬度", "Latitude"), ROOM, "°", "place", NULL},
    {"contact", F_TEXT, 0, NULL, 0, 60, T("联系人", "Contact"), ROOM, NULL, "contact", NULL},
    {"phone", F_TEXT, 0, NULL, 0, 40, T("联系电话", "Telephone"), ROOM, NULL, "contact", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), ROOM, NULL, "basic", NULL},
};

const Entity protected_target_entity = {
    .name = "protected-target",
    .plural = "protected-targets",
    .title = T("防护目标", "Protected targets"),
    .icon = T("", "place"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "consequence.read",
    .write_perm = "consequence.targets",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .scope = {.kind = SCOPE_OPEN},
    .searched = true,
};
