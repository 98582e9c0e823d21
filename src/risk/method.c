/* The tables of the methods. Where sources differ (bands of LS, the boundary of LEC) there are several tables
 * or the caller chooses; what no public text of ours confirms is marked. */
#include "risk/method.h"

#include <math.h>

static const RiskAnchor lec_l[] = {
    {10, T("完全会被预料到", "certain")},
    {6, T("相当可能", "quite possible")},
    {3, T("不经常，但可能", "unusual but possible")},
    {1, T("完全意外，极少可能", "only remotely possible")},
    {0.5, T("可以设想，但极少可能", "conceivable but very unlikely")},
    {0.2, T("极不可能", "practically impossible")},
    {0.1, T("实际上不可能", "virtually impossible")},
};
static const RiskAnchor lec_e[] = {
    {10, T("连续暴露", "continuous")},
    {6, T("每天工作时间内暴露", "daily, in working hours")},
    {3, T("每周一次或偶然暴露", "weekly")},
    {2, T("每月一次暴露", "monthly")},
    {1, T("每年几次暴露", "a few times a year")},
    {0.5, T("非常罕见的暴露", "very rare")},
};
static const RiskAnchor lec_c[] = {
    {100, T("大灾难，许多人死亡", "catastrophe, many dead")},
    {40, T("灾难，数人死亡", "disaster, several dead")},
    {15, T("非常严重，一人死亡", "very serious, one dead")},
    {7, T("严重，重伤", "serious injury")},
    {3, T("重大，致残", "disability")},
    {1, T("引人注目，需要救护", "first aid")},
};
static const RiskBand lec_bands[] = {
    {320, RISK_RED, T("极其危险，不能继续作业", "extreme danger, stop work")},
    {160, RISK_ORANGE, T("高度危险，需立即整改", "high danger, correct at once")},
    {70, RISK_YELLOW, T("显著危险，需要整改", "substantial danger, correct")},
    {20, RISK_BLUE, T("一般危险，需要注意", "possible danger, attention")},
    {0, RISK_BLUE, T("稍有危险，可以接受", "slight danger, acceptable")},
};

static const RiskAnchor ls_l[] = {
    {5, T("极有可能（每年发生）", "yearly")},           {4, T("很可能（5 年内发生过）", "within 5 years")},
    {3, T("可能（10 年内发生过）", "within 10 years")}, {2, T("较不可能（10 年以上）", "over 10 years")},
    {1, T("基本不可能（50 年以上）", "over 50 years")},
};
static const RiskAnchor ls_s[] = {
    {5, T("1 人死亡", "one death")},
    {4, T("多人重伤", "several serious injuries")},
    {3, T("1 人重伤", "one serious injury")},
    {2, T("需急救处理", "first aid")},
    {1, T("轻微", "slight")},
};
static const RiskBand ls_a[] = {
    {20, RISK_RED, T("重大风险", "major risk")},
    {15, RISK_ORANGE, T("较大风险", "considerable risk")},
    {9, RISK_YELLOW, T("一般风险", "general risk")},
    {4, RISK_BLUE, T("低风险，可接受", "low risk, acceptable")},
    {0, RISK_BLUE, T("低风险，轻微", "low risk, slight")},
};
static const RiskBand ls_b[] = {
    {20, RISK_RED, T("重大风险", "major risk")},
    {9, RISK_ORANGE, T("较大风险", "considerable risk")},
    {4, RISK_YELLOW, T("一般风险", "general risk")},
    {0, RISK_BLUE, T("低风险", "low risk")},
};
static const RiskBand ls_c[] = {
    {20, RISK_RED, T("重大风险", "major risk")},
    {10, RISK_ORANGE, T("较大风险", "considerable risk")},
    {4, RISK_YELLOW, T("一般风险", "general risk")},
    {0, RISK_BLUE, T("低风险", "low risk")},
};

static const RiskAnchor mes_m[] = {
    {5, T("无控制措施", "no control")},
    {3, T("有减轻后果的应急措施", "mitigating measures only")},
    {1, T("有预防措施", "preventive measures")},
};
static const RiskAnchor mes_e[] = {
    {10, T("连续暴露", "continuous")},
    {6, T("每天工作时间内暴露", "daily, in working hours")},
    {3, T("每周一次或偶然暴露", "weekly")},
    {2, T("每月一次暴露", "monthly")},
    {1, T("每年几次暴露", "a few times a year")},
    {0.5, T("更少的暴露", "rarer")},
};
static const RiskAnchor mes_s[] = {
    {10, T("多人死亡", "many deaths")},
    {8, T("1 人死亡或多人永久失能", "one death, or total disability of several")},
    {4, T("永久失能（1 人）", "permanent disability of one")},
    {2, T("需住院治疗", "hospital")},
    {1, T("轻微，仅需急救", "minor")},
};
static const RiskBand mes_bands[] = {
    {180, RISK_RED, T("一级", "grade 1")},   {90, RISK_ORANGE, T("二级", "grade 2")},
    {50, RISK_YELLOW, T("三级", "grade 3")}, {20, RISK_BLUE, T("四级", "grade 4")},
    {0, RISK_BLUE, T("五级", "grade 5")},
};

#define SCALE(name, title, anchors)                                                                          \
    {                                                                                                        \
        name, title, anchors, ARRAY_LEN(anchors)                                                             \
    }
#define LS_SCALES                                                                                            \
    {SCALE("l", T("可能性", "likelihood"), ls_l), SCALE("s", T("后果严重性", "severity"), ls_s)}, 2
#define LS_ANCHORS                                                                                           \
    {                                                                                                        \
        "LS 法（风险矩阵法），煤矿通用评分说明", RISK_CORROBORATED                                           \
    }

const RiskMethod risk_methods[] = {
    {"lec",
     T("作业条件危险性评价法（LEC）", "LEC (Graham and Kinney)"),
     {SCALE("l", T("事故可能性", "likelihood"), lec_l), SCALE("e", T("暴露频繁程度", "exposure"), lec_e),
      SCALE("c", T("后果严重程度", "consequence"), lec_c)},
     3,
     lec_bands,
     ARRAY_LEN(lec_bands),
     {"LEC 法（K. J. Graham, G. F. Kinney）评分表", RISK_CORROBORATED},
     {"LEC 法分级表（公开）；五级并为四色为通行做法", RISK_REMEMBERED}},
    {"ls.A",
     T("风险矩阵法（LS）A 表", "LS matrix, table A"),
     LS_SCALES,
     ls_a,
     ARRAY_LEN(ls_a),
     LS_ANCHORS,
     {"LS 法 A 表（山东省通行分级）", RISK_REMEMBERED}},
    {"ls.B",
     T("风险矩阵法（LS）B 表", "LS matrix, table B"),
     LS_SCALES,
     ls_b,
     ARRAY_LEN(ls_b),
     LS_ANCHORS,
     {"LS 法 B 表（煤矿通行分级）", RISK_CORROBORATED}},
    {"ls.C",
     T("风险矩阵法（LS）C 表", "LS matrix, table C"),
     LS_SCALES,
     ls_c,
     ARRAY_LEN(ls_c),
     LS_ANCHORS,
     {"LS 法 C 表（公开论文分级）", RISK_CORROBORATED}},
    {"mes",
     T("MES 评价法", "MES"),
     {SCALE("m", T("控制措施状态", "state of control"), mes_m),
      SCALE("e", T("暴露频繁程度", "exposure"), mes_e), SCALE("s", T("后果", "severity"), mes_s)},
     3,
     mes_bands,
     ARRAY_LEN(mes_bands),
     {"MES 法评分表", RISK_REMEMBERED},
     {"MES 法分级表；五级并为四色为平台建议", RISK_REMEMBERED}},
};
const size_t risk_nmethods = ARRAY_LEN(risk_methods);

const RiskMethod *risk_method_find(const char *name)
{
    for (size_t i = 0; i < risk_nmethods; i++)
        if (strcmp(risk_methods[i].name, name) == 0) return &risk_methods[i];
    return NULL;
}

const RiskAnchor *risk_scale_find(const RiskScale *s, double score)
{
    for (size_t i = 0; i < s->nanchors; i++)
        if (s->anchors[i].score == score) return &s->anchors[i];
    return NULL;
}

const RiskBand *risk_band_find(const RiskBand *bands, size_t n, double value, RiskBoundary boundary)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (value > bands[i].from || (boundary == RISK_INCLUSIVE && value == bands[i].from)) return &bands[i];
    return &bands[n - 1];
}

RiskScore risk_method_score(const RiskMethod *m, const double *scores, const RiskBand *bands, size_t nbands,
                            RiskBoundary boundary)
{
    double v = 1;
    for (size_t i = 0; i < m->nscales; i++) v *= scores[i];
    v = risk_round9(v);
    if (!bands) {
        bands = m->bands;
        nbands = m->nbands;
    }
    return (RiskScore){v, risk_band_find(bands, nbands, v, boundary)};
}
