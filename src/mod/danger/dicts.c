/* The words of hidden dangers. All but the fixed ones are a city's to change. */
#include "danger_private.h"

static const DictEntry grades[] = {
    {"1", T("重大隐患", "Major"), NULL, NULL},
    {"4", T("一般隐患", "General"), NULL, NULL},
};
static const DictEntry sources[] = {
    {"inspection", T("监督检查", "Inspection"), NULL, NULL},
    {"self", T("企业自查", "Self-check"), NULL, NULL},
    {"report", T("群众举报", "Report by anybody"), NULL, NULL},
    {"patrol", T("网格巡查", "Patrol"), NULL, NULL},
    {"alarm", T("监测报警", "Alarm or warning"), NULL, NULL},
    {"campaign", T("专项整治", "Campaign"), NULL, NULL},
};
static const DictEntry categories[] = {
    {"management", T("基础管理", "Management"), NULL, NULL},
    {"licence", T("资质证照", "Licences"), "management", NULL},
    {"duty", T("责任制与制度", "Duties and rules"), "management", NULL},
    {"training", T("教育培训", "Training"), "management", NULL},
    {"plan", T("应急预案与演练", "Plans and drills"), "management", NULL},
    {"site", T("现场管理", "Site"), NULL, NULL},
    {"equipment", T("设备设施", "Equipment"), "site", NULL},
    {"electric", T("电气安全", "Electricity"), "site", NULL},
    {"fire", T("消防安全", "Fire protection"), "site", NULL},
    {"gas", T("燃气安全", "Gas"), "site", NULL},
    {"chemical", T("危险化学品", "Hazardous chemicals"), "site", NULL},
    {"work", T("危险作业", "Dangerous work"), "site", NULL},
    {"space", T("有限空间", "Confined spaces"), "site", NULL},
    {"dust", T("粉尘防爆", "Dust explosion"), "site", NULL},
    {"structure", T("建筑结构", "Structures"), "site", NULL},
    {"monitor", T("监测监控", "Monitoring"), "site", NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};
static const DictEntry levels[] = {
    {"province", T("省级", "Province"), NULL, NULL},
    {"city", T("市级", "City"), NULL, NULL},
    {"county", T("县级", "County"), NULL, NULL},
    {"town", T("乡镇级", "Township"), NULL, NULL},
};
static const DictEntry effects[] = {
    {"good", T("整改到位", "Lasting"), NULL, NULL},
    {"partly", T("基本到位，需持续跟踪", "To be followed"), NULL, NULL},
    {"poor", T("出现反弹", "It came back"), NULL, NULL},
};
static const DictEntry rejections[] = {
    {"false", T("查无此事", "Not found on site"), NULL, NULL},
    {"fixed", T("已当场整改", "Put right on the spot"), NULL, NULL},
    {"not_ours", T("不属安全生产事项", "No matter of safety"), NULL, NULL},
};
const Dict danger_dicts[DANGER_DICTS] = {
    {"danger_grade", T("隐患等级", "Grades of dangers"), grades, ARRAY_LEN(grades), true},
    {"danger_source", T("隐患来源", "Sources of dangers"), sources, ARRAY_LEN(sources), true},
    {"danger_category", T("隐患类别", "Categories of dangers"), categories, ARRAY_LEN(categories), false},
    {"supervision_level", T("挂牌督办层级", "Levels of supervision"), levels, ARRAY_LEN(levels), true},
    {"danger_effect", T("整改效果", "Effects of rectification"), effects, ARRAY_LEN(effects), false},
    {"danger_rejection", T("不予立案原因", "Why a report is rejected"), rejections, ARRAY_LEN(rejections),
     false},
};
