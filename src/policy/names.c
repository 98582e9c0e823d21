/* Names of bodies. There is no list of all bodies of all cities, so a name is known by how it ends (the
 * office's generic word) and how it begins (the place, a word of number). A name is taken literally: it is
 * not completed, not repaired, only what does not belong to it falls away. */
#include "names.h"

#define NAME_MAX_LEN 120

static const char32_t *const strong_ends[] = {
    U"局",           U"委",       U"办",           U"厅",           U"署",       U"政府",     U"委员会",
    U"办公室",       U"管委会",   U"党工委",       U"工委",         U"党委",     U"支队",     U"大队",
    U"总队",         U"中队",     U"分局",         U"检察院",       U"法院",     U"机关",     U"党校",
    U"总工会",       U"工会",     U"妇联",         U"科协",         U"残联",     U"侨联",     U"文联",
    U"社科联",       U"工商联",   U"供销社",       U"红十字会",     U"部门",     U"单位",     U"安委会",
    U"消安委",       U"专委会",   U"专班",         U"指挥部",       U"领导小组", U"工作组",   U"督导组",
    U"检查组",       U"监管组",   U"小组",         U"部",           U"处",       U"科",       U"委会",
    U"政务服务中心", U"指挥中心", U"交警",         U"消防救援机构", U"监管机构", U"管理机构", U"公安",
    U"工作站",       U"海关",     U"军分区",       U"人武部",       U"联席会议", U"政协",     U"人大",
    U"督查室",       U"研究室",   U"监察室",       U"督察室",       U"调度室",   U"市委",     U"县委",
    U"区委",         U"省委",     U"议事协调机构", U"牵头人",       U"常委会",   NULL};
static const char32_t *const weak_ends[] = {
    U"公司",   U"集团",   U"企业",   U"银行",   U"医院",   U"学校",   U"院校",   U"高校",       U"学院",
    U"大学",   U"中心",   U"园区",   U"开发区", U"新区",   U"景区",   U"风景区", U"示范区",     U"集中区",
    U"保税区", U"高新区", U"经开区", U"功能区", U"工业园", U"街道",   U"街镇",   U"乡镇",       U"镇街",
    U"乡",     U"镇",     U"村",     U"县",     U"市",     U"区",     U"州",     U"旗",         U"盟",
    U"社区",   U"站",     U"所",     U"段",     U"报社",   U"日报社", U"电视台", U"广播电视台", U"台",
    U"社",     U"院",     U"馆",     U"协会",   U"学会",   U"商会",   U"联合会", U"机构",       U"基地",
    U"港",     U"机场",   U"车站",   U"铁路",   U"组",     U"队",     U"会",     U"厂",         U"矿",
    U"行",     U"部队",   U"各地",   U"地区",   U"组织",   U"团体",   U"平台",   U"校",         U"园",
    NULL};
/* They end like one and are none. */
static const char32_t *const false_ends[] = {
    U"干部",   U"全部",   U"内部",   U"外部",   U"局部", U"头部", U"底部",     U"根部",     U"顶部",
    U"督办",   U"举办",   U"承办",   U"交办",   U"开办", U"包办", U"转办",     U"查办",     U"格局",
    U"布局",   U"大局",   U"结局",   U"全局",   U"社会", U"机会", U"大会",     U"晚会",     U"培训会",
    U"现场会", U"推进会", U"例会",   U"班组",   U"机组", U"查处", U"用处",     U"好处",     U"到处",
    U"场所",   U"路段",   U"阶段",   U"手段",   U"时段", U"地段", U"超市",     U"上市",     U"城市",
    U"小区",   U"灾区",   U"库区",   U"矿区",   U"林区", U"山区", U"辖区",     U"进行",     U"执行",
    U"运行",   U"实行",   U"试行",   U"暂行",   U"施行", U"通行", U"履行",     U"农村",     U"乡村",
    U"进学校", U"进企业", U"进社区", U"灾害处", U"教科", U"高处", U"以上单位", U"演练场所", U"站所",
    U"学科",   U"百科",   U"校园",   U"公园",   U"家园", U"会会", NULL};
/* An explanation, not a list, and the names that begin with the same character. */
static const char32_t *const opens_note[] = {
    U"以下", U"简称", U"含", U"包括", U"包含", U"不含", U"不包括", U"除",   U"如",   U"例如",
    U"比如", U"即",   U"指", U"是指", U"详见", U"见",   U"附",     U"原",   U"下同", U"试行",
    U"暂行", U"征求", U"进", U"注:",  U"按",   U"根据", U"截至",   U"截止", U"其中", U"特别是",
    U"尤其", U"对",   U"在", U"从",   U"向",   U"或",   U"至",     U"到",   U"需要", U"应当",
    U"可以", U"不得", U"未", U"已",   U"拟",   U"另",   NULL};
static const char32_t *const not_notes[] = {U"含山", U"如皋",   U"如东", U"即墨", U"指挥", U"指导",
                                            U"附属", U"原阳",   U"原平", U"原州", U"进贤", U"进出口",
                                            U"从化", U"从江",   U"向阳", U"在建", U"见义", U"到期",
                                            U"除险", U"未成年", U"对外", U"对口", NULL};
/* Words a name of an office begins with. */
static const char32_t *const opens_body[] = {
    U"各",   U"有关", U"相关",   U"其他", U"其它", U"负有", U"国家", U"国网", U"南网", U"中国", U"中共",
    U"中铁", U"驻",   U"属地",   U"本级", U"上级", U"下级", U"行业", U"主管", U"全市", U"全县", U"全区",
    U"全省", U"涉及", U"所在地", U"市",   U"县",   U"区",   U"省",   U"州",   U"盟",   U"旗",   U"镇",
    U"乡",   U"街道", U"自治区", U"人民", U"机关", U"团委", U"工业", U"发展", U"地方", NULL};
/* What an office is for: it begins its name, and stands for it in 住建、民政等部门. */
static const char32_t *const subjects[] = {
    U"安委",     U"公安",     U"应急",     U"消防",   U"交警",     U"纪委",     U"组织部",   U"宣传部",
    U"统战部",   U"政法委",   U"编办",     U"发改",   U"住建",     U"住房",     U"教育",     U"科技",
    U"工信",     U"民政",     U"司法",     U"财政",   U"人社",     U"人力",     U"自然资源", U"生态",
    U"生态环境", U"交通",     U"交通运输", U"水利",   U"水务",     U"农业",     U"农业农村", U"商务",
    U"文化",     U"文旅",     U"文广",     U"卫健",   U"卫生",     U"卫生健康", U"市场",     U"市场监管",
    U"国资",     U"体育",     U"统计",     U"林业",   U"气象",     U"地震",     U"城管",     U"城市管理",
    U"信访",     U"工会",     U"总工会",   U"妇联",   U"海事",     U"邮政",     U"烟草",     U"通信",
    U"能源",     U"粮食",     U"大数据",   U"数据",   U"行政审批", U"园林",     U"退役",     U"审计",
    U"医保",     U"乡村振兴", U"民宗",     U"民族",   U"外办",     U"税务",     U"供电",     U"电力",
    U"铁路",     U"环保",     U"规划",     U"建设",   U"工商",     U"质监",     U"安监",     U"旅游",
    U"民航",     U"银保监",   U"金融",     U"网信",   U"保密",     U"矿山",     U"燃气",     U"排水",
    U"检察",     U"团市委",   U"团县委",   U"团区委", NULL};
static const char32_t *const bare_words[] = {U"部门",     U"单位",     U"机构", U"企业", U"组织",
                                             U"团体",     U"人员",     U"政府", U"个人", U"负责人",
                                             U"下属单位", U"部门单位", U"街道", U"乡镇", NULL};
/* What may follow 等 before the end of a list. */
static const char32_t *const after_deng[] = {
    U"部门", U"单位", U"机构", U"企业", U"组织", U"有关", U"相关", U"其他",   U"其它",   U"各",
    U"市级", U"县级", U"区级", U"市直", U"县直", U"区直", U"省直", U"省级",   U"主管",   U"行业",
    U"职能", U"成员", U"责任", U"监管", U"方面", U"地",   U"级",   U"(单位)", U"(部门)", U"<单位>",
    U"和",   U"及",   U"、",   U"党政", U"人",   U"管理", U"配合", NULL};
static const char32_t *const conjunctions[] = {U"以及", U"和", U"及", U"与", U"暨", NULL};
/* Pieces of a clause that are notes about it. */
static const char32_t *const notes[] = {U"下同",     U"以下同",   U"不再列出",     U"不再一一列出",
                                        U"不再重复", U"以下简称", U"排名不分先后", NULL};
static const char32_t *const notes_inside[] = {U"为牵头", U"第一位", U"首位", U"均需", U"不再", NULL};

/* When, not who: 持续推进, 2026年12月底前完成. */
static const char32_t *const schedule_words[] = {
    U"持续", U"长期",   U"常态",     U"常年",     U"全年",     U"贯穿",     U"年底", U"年内",
    U"年中", U"即日",   U"立即",     U"立行",     U"近期",     U"每年",     U"每月", U"每季",
    U"每周", U"每半年", U"上半年",   U"下半年",   U"适时",     U"按时",     U"按期", U"限期",
    U"分步", U"分阶段", U"第一季度", U"第二季度", U"第三季度", U"第四季度", NULL};

bool policy__is_schedule(Cps s)
{
    if (s.n < 2 || s.n > 30 || body_class(s) != BODY_NO) return false;
    if (words_start(s, schedule_words, NULL)) return true;
    static const char32_t *const dates[] = {U"年", U"月", U"前", U"日", U"季度", NULL};
    return cp_numeral(s.p[0]) && words_have(s, dates) && s.n >= 3;
}

static Cps without_bracket(Cps s)
{
    if (s.n == 0 || (s.p[s.n - 1] != ')' && s.p[s.n - 1] != '>')) return s;
    int depth = 0;
    for (size_t i = s.n; i-- > 0;) {
        if (one_of(s.p[i], U")>")) depth++;
        if (one_of(s.p[i], U"(<") && --depth == 0) return i ? cps_cut(s, 0, i) : s;
    }
    return s;
}

BodyClass body_class(Cps name)
{
    Cps s = without_bracket(name);
    if (s.n > 1 && s.p[s.n - 1] == U'等') s.n--;
    if (s.n < 2 || s.n > 60 || words_end(s, false_ends, NULL)) return BODY_NO;
    return words_end(s, strong_ends, NULL) ? BODY_STRONG
           : words_end(s, weak_ends, NULL) ? BODY_WEAK
                                           : BODY_NO;
}

static bool has_sentence(Cps s)
{
    for (size_t i = 0; i < s.n; i++)
        if (one_of(s.p[i], U"。!?:;=\t")) return true;
    return false;
}

bool body_known(Cps name)
{
    bool note = words_start(name, opens_note, NULL) && !words_start(name, not_notes, NULL);
    return !note && body_class(name) != BODY_NO && !has_sentence(name);
}

/* 六安市, 两江新区: a place at the start. */
static bool opens_with_place(Cps s)
{
    for (size_t i = 2; i < s.n && i <= 5; i++)
        if (one_of(s.p[i], U"市县区省州镇乡旗盟") && i + 1 < s.n) return true;
    return s.n > 2 && one_of(s.p[0], U"xX×*○某Ⅹ");
}

bool body_certain(Cps name)
{
    if (!body_known(name) || name.n < 3) return false;
    bool opens =
        words_start(name, opens_body, NULL) || words_start(name, subjects, NULL) || opens_with_place(name);
    return opens && !body_bare(name) && cps_find(name, U"各类") != 0;
}

bool body_short(Cps name)
{
    for (size_t i = 0; subjects[i]; i++)
        if (cps_is(name, subjects[i])) return true;
    return false;
}

bool body_bare(Cps name)
{
    for (size_t i = 0; bare_words[i]; i++)
        if (cps_is(name, bare_words[i])) return true;
    return false;
}

int name_depth(char32_t c, int depth)
{
    if (one_of(c, U"(<《“")) return depth + 1;
    if (one_of(c, U")>》”") && depth > 0) return depth - 1;
    return depth;
}

static bool is_tail(Cps s)
{
    while (s.n) {
        size_t n = words_start(s, after_deng, NULL);
        if (n == 0) return false;
        s = cps_from(s, n);
    }
    return true;
}

static bool is_note(Cps s)
{
    return words_start(s, notes, NULL) || words_have(s, notes_inside);
}

/* 和 begins the name of a place: 市公安局和平分局. */
static bool is_place(Cps rest)
{
    static const char32_t *const places[] = {U"和平", U"和田", U"和顺",     U"和静",
                                             U"和硕", U"和龙", U"和林格尔", NULL};
    return words_start(rest, places, NULL) && !cps_starts(rest, U"和平安");
}

/* A name of its own on the right of 和. After a weak name (市园区和企业服务局) it must be certain. */
static bool is_right_side(Cps left, Cps s)
{
    if (!body_known(s) || body_bare(s)) return false;
    if (s.p[0] == U'其' && !cps_starts(s, U"其他") && !cps_starts(s, U"其它")) return false;
    return body_class(left) == BODY_STRONG || body_class(s) != BODY_STRONG || body_certain(s);
}

/* Where 和 parts two names: the place, its length in *len; s.n when nowhere. */
static size_t find_conjunction(Cps s, size_t *len)
{
    int depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        depth = name_depth(s.p[i], depth);
        if (depth || i < 2) continue;
        *len = words_start(cps_from(s, i), conjunctions, NULL);
        Cps left = cps_cut(s, 0, i), right = cps_from(s, i + *len);
        if (*len && !is_place(cps_from(s, i)) && body_known(left) && is_right_side(left, right)) return i;
    }
    return s.n;
}

/* A blank, not a line's end, parts two names that are certain: 市应急局 市公安局. */
static size_t find_gap(const Names *names, Cps s, size_t from)
{
    if (!names->at) return s.n;
    for (size_t i = 2; i < s.n; i++) {
        uint32_t before = names->at[from + i - 1], after = names->at[from + i];
        if (after == before + 1 || body_class(cps_cut(s, 0, i)) != BODY_STRONG ||
            !body_certain(cps_from(s, i)))
            continue;
        bool line_end = false;
        for (uint32_t k = before + 1; k < after; k++)
            line_end |= names->src->p[k] == '\n' || names->src->p[k] == '\f';
        if (!line_end) return i;
    }
    return s.n;
}

/* 等 and what follows it: the place of 等, where a name after it begins in *next (s.n: none). */
static size_t find_deng(Cps s, size_t *next)
{
    int depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        depth = name_depth(s.p[i], depth);
        if (depth || s.p[i] != U'等') continue;
        Cps rest = cps_from(s, i + 1);
        *next = s.n;
        bool after_name = i >= 2 && body_known(cps_cut(s, 0, i));
        for (size_t k = 0, step = 1; k < rest.n && step; k += step) {
            size_t len = words_start(cps_from(rest, k), conjunctions, NULL);
            if (len && is_right_side(cps_cut(s, 0, i), cps_from(rest, k + len))) {
                *next = i + 1 + k + len;
                return i;
            }
            step = words_start(cps_from(rest, k), after_deng, NULL);
        }
        if (after_name || is_tail(rest)) return i;
    }
    return s.n;
}

static void push(Names *names, size_t from, size_t to, bool comma)
{
    if (from < to) VEC_PUSH(names->arena, names, (Name){from, to, comma});
}

static size_t lead_in(Cps s, bool first)
{
    static const char32_t *const words[] = {U"以及", U"并由", U"由", U"及", NULL};
    static const char32_t *const joined[] = {U"和", U"与", U"并", NULL};
    size_t n = words_start(s, words, NULL);
    if (n == 0 && !first && body_certain(cps_from(s, 1))) n = words_start(s, joined, NULL);
    return n < s.n ? n : 0;
}

void policy__names_add(Names *names, Cps para, size_t from, size_t to, bool comma)
{
    bool first = names->n == 0;
    if (to - from > NAME_MAX_LEN) { /* no name is that long: it is kept whole */
        push(names, from, to, comma);
        return;
    }
    from += lead_in(cps_cut(para, from, to), first);
    while (from < to) {
        Cps s = cps_cut(para, from, to);
        size_t len = 0, next = s.n, deng = find_deng(s, &next), conj;
        if (is_note(s) || (names->n && policy__is_schedule(s))) return;
        conj = find_conjunction(s, &len);
        size_t gap = find_gap(names, s, from);
        if (gap < conj) conj = gap, len = 0;
        if (conj < deng && conj < s.n) {
            push(names, from, from + conj, comma);
            from += conj + len;
        } else {
            push(names, from, from + deng, comma);
            from = deng < s.n ? from + next : to;
        }
        comma = false;
    }
}
