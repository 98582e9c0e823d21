/* What is to be done: the verbs of official Chinese in the order they appear, each once. They are sought at
 * every place; a table of first characters keeps that cheap. */
#include "find.h"

static const char32_t *const verbs[] = {
    U"建立", U"健全", U"完善", U"制定", U"修订", U"编制", U"出台", U"印发", U"开展", U"组织", U"实施",
    U"推进", U"推动", U"推行", U"推广", U"检查", U"督查", U"巡查", U"督导", U"督办", U"考核", U"评估",
    U"评价", U"排查", U"整治", U"整改", U"治理", U"报送", U"上报", U"报告", U"通报", U"公布", U"公开",
    U"公示", U"发布", U"曝光", U"召开", U"研究", U"会商", U"研判", U"部署", U"培训", U"演练", U"宣传",
    U"学习", U"教育", U"约谈", U"问责", U"追究", U"查处", U"打击", U"取缔", U"关闭", U"淘汰", U"改造",
    U"更新", U"建设", U"新建", U"配备", U"配齐", U"储备", U"落实", U"明确", U"细化", U"压实", U"强化",
    U"加强", U"加大", U"加快", U"提升", U"提高", U"优化", U"规范", U"严格", U"深化", U"巩固", U"监测",
    U"预警", U"辨识", U"管控", U"登记", U"建档", U"备案", U"审查", U"审批", U"许可", U"验收", U"督促",
    U"指导", U"协调", U"统筹", U"牵头", U"配合", U"协助", U"支持", U"鼓励", U"引导", U"保障", U"投入",
    U"安排", U"纳入", U"列入", U"挂牌", U"销号", U"举办", U"创建", U"打造", U"培育", U"调整", U"充实",
    U"设立", U"成立", U"组建", U"聘请", U"移交", U"移送", U"调查", U"处理", U"抢险", U"救援", U"处置",
    U"监督", U"执法", U"奖励", U"表彰", U"普查", U"划定", U"绘制", U"汇总", U"分析", U"总结", U"梳理",
    U"清理", U"拆除", U"安装", NULL};

typedef struct First {
    uint64_t bits[0x10000 / 64];
} First;

static void first_chars(First *f)
{
    memset(f, 0, sizeof *f);
    for (size_t i = 0; verbs[i]; i++) f->bits[verbs[i][0] / 64] |= 1ull << (verbs[i][0] % 64);
}

/* Han of the verbs are three bytes each in UTF-8. */
static bool have(const PolicyItem *item, const char32_t *verb)
{
    size_t n = policy__word_len(verb);
    for (size_t k = 0; k < item->actions.n; k++) {
        Str s = item->actions.v[k];
        bool same = s.n == 3 * n;
        for (size_t i = 0; same && i < n; i++) {
            const unsigned char *u = (const unsigned char *)s.p + 3 * i;
            same = ((char32_t)(u[0] & 0x0F) << 12 | (char32_t)(u[1] & 0x3F) << 6 | (char32_t)(u[2] & 0x3F)) ==
                   verb[i];
        }
        if (same) return true;
    }
    return false;
}

void policy__find_actions(const Found *f)
{
    static _Thread_local First first;
    static _Thread_local bool ready;
    if (!ready) first_chars(&first), ready = true;
    Cps s = found_cps(f);
    for (size_t i = 0; i + 1 < s.n; i++) {
        char32_t c = s.p[i];
        size_t which = 0;
        if (c > 0xFFFF || !(first.bits[c / 64] >> (c % 64) & 1)) continue;
        size_t n = words_start(cps_from(s, i), verbs, &which);
        if (!n) continue;
        if (!have(f->item, verbs[which])) VEC_PUSH(f->arena, &f->item->actions, found_text(f, i, i + n));
        i += n - 1;
    }
}
