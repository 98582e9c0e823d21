/* The slice's routes, permissions and the module. */
#include "enterprise_private.h"

static const DictEntry kinds[] = {
    {"business", T("营业执照", "Business licence"), NULL, NULL},
    {"safety", T("安全生产许可证", "Work safety licence"), NULL, NULL},
    {"chemical", T("危险化学品经营许可证", "Hazardous chemicals licence"), NULL, NULL},
    {"gas", T("燃气经营许可证", "Gas licence"), NULL, NULL},
    {"fire", T("消防安全检查合格证", "Fire safety certificate"), NULL, NULL},
    {"fireworks", T("烟花爆竹经营许可证", "Fireworks licence"), NULL, NULL},
    {"transport", T("道路运输经营许可证", "Road transport licence"), NULL, NULL},
    {"equipment", T("特种设备使用登记证", "Special equipment registration"), NULL, NULL},
    {"standard", T("安全生产标准化证书", "Safety standardisation"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};
static const Dict dicts[] = {
    {"licence_kind", T("证照类别", "Kinds of licences"), kinds, ARRAY_LEN(kinds), false},
};
static const Perm perms[] = {
    {"licence.read", T("查看企业证照", "See licences"),
     "watch office dept town inspector enterprise leader audit"},
    {"licence.write", T("维护企业证照", "Change licences"), "office dept town"},
};
static const Route routes[] = {
    {HTTP_GET, "/api/bodies/duplicates", "body.read", enterprise_duplicates,
     .title = T("疑似重复的单位", "Bodies that may be the same")},
    {HTTP_GET, "/api/bodies/{id}/file", "body.read", enterprise_file,
     .title = T("企业档案", "File of an enterprise")},
    {HTTP_GET, "/api/places/{code}", "danger.report", place_of_code,
     .title = T("二维码对应的地点", "Place of a code")},
    {HTTP_GET, "/api/places/{code}/qr", "danger.report", place_qr,
     .title = T("地点二维码", "QR code of a place")},
};
static const Entity *const entities[] = {&licence_entity};
const Module mod_enterprise = {
    .name = "enterprise",
    .title = T("企业档案", "Enterprises"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .limits = licence_limits,
    .nlimits = LICENCE_LIMITS,
};
