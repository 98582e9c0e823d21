/* Words, permissions and routes of consequences. */
#include "consequence_private.h"

static const DictEntry models[] = {
    {"blast", T("爆炸（TNT 当量、蒸气云）", "Explosion (TNT, vapour cloud)"), NULL, NULL},
    {"pool-fire", T("池火", "Pool fire"), NULL, NULL},
    {"fireball", T("BLEVE 火球", "BLEVE fireball"), NULL, NULL},
    {"plume-zones", T("有毒气体扩散", "Toxic plume"), NULL, NULL},
};
static const DictEntry kinds[] = {
    {"school", T("学校、幼儿园", "School"), NULL, NULL},
    {"hospital", T("医院", "Hospital"), NULL, NULL},
    {"care", T("养老福利机构", "Care home"), NULL, NULL},
    {"residents", T("居住区", "Residents"), NULL, NULL},
    {"market", T("商场市场", "Market"), NULL, NULL},
    {"office", T("办公场所", "Offices"), NULL, NULL},
    {"venue", T("文体场馆", "Venue"), NULL, NULL},
    {"transport", T("交通枢纽", "Transport hub"), NULL, NULL},
    {"enterprise", T("企业", "Enterprise"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};
static const DictEntry classes[] = {
    {"high-sensitive", T("高敏感防护目标", "High-sensitive"), NULL, NULL},
    {"important", T("重要防护目标", "Important"), NULL, NULL},
    {"general-1", T("一般防护目标（一类）", "General, 1"), NULL, NULL},
    {"general-2", T("一般防护目标（二类）", "General, 2"), NULL, NULL},
    {"general-3", T("一般防护目标（三类）", "General, 3"), NULL, NULL},
};
static const DictEntry verdicts[] = {
    {"pass", T("满足", "Pass"), NULL, NULL},
    {"fail", T("不满足", "Fail"), NULL, NULL},
};
static const DictEntry phases[] = {
    {"new", T("新建、改建、扩建", "New or rebuilt"), NULL, NULL},
    {"existing", T("在役", "In service"), NULL, NULL},
};
static const Dict dicts[] = {
    {"safety_verdict", T("核验结论", "Verdicts"), verdicts, ARRAY_LEN(verdicts), true},
    {"safety_phase", T("装置状态", "Installations"), phases, ARRAY_LEN(phases), true},
    {"consequence_model", T("事故后果模型", "Models of consequences"), models, ARRAY_LEN(models), true},
    {"protected_kind", T("防护目标类型", "Kinds of protected targets"), kinds, ARRAY_LEN(kinds), false},
    {"protected_class", T("防护目标分类", "Classes of protected targets"), classes, ARRAY_LEN(classes), true},
};
static const Perm perms[] = {
    {"consequence.read", T("查看事故后果和防护目标", "See consequences and protected targets"),
     "watch office dept town inspector enterprise leader"},
    {"consequence.write", T("计算和保存事故后果", "Compute and keep consequences"),
     "watch office dept inspector enterprise"},
    {"consequence.targets", T("维护防护目标", "Change protected targets"), "office dept town"},
};
static const Route routes[] = {
    {HTTP_GET, "/api/consequence/models", "consequence.read", consequence_models,
     .title = T("事故后果模型及参数", "Models of consequences and their inputs")},
    {HTTP_POST, "/api/consequence/compute", "consequence.write", consequence_compute,
     .title = T("事故后果试算", "Compute a consequence")},
};
static const Entity *const entities[] = {TE, CE, SE};
const Module mod_consequence = {
    .name = "consequence",
    .title = T("事故后果", "Consequences"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
};
