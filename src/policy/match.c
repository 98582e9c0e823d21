/* Names of units and bodies of a register. Both are brought to a core: the place and its level set apart,
 * long words of offices replaced by the short ones everybody uses, the generic word at the end taken off.
 * Equal cores of one level are one office; anything looser is only proposed with less confidence. */
#include "policy/match.h"
#include "text.h"

#define CORE_MAX 64

typedef struct Core {
    char32_t cp[CORE_MAX];
    size_t n;
    char32_t level;  /* 市, 县, 区, 省 …; 0: not stated */
    bool department; /* ended in 部门 */
} Core;

typedef struct Pair {
    const char32_t *from, *to;
} Pair;

/* Longer words first where one begins another. */
static const Pair shorter[] = {{U"安全生产委员会办公室", U"安委办"},
                               {U"安委会办公室", U"安委办"},
                               {U"安全生产委员会", U"安委会"},
                               {U"发展和改革", U"发改"},
                               {U"发展改革", U"发改"},
                               {U"应急管理", U"应急"},
                               {U"住房和城乡建设", U"住建"},
                               {U"住房城乡建设", U"住建"},
                               {U"住房建设", U"住建"},
                               {U"卫生健康", U"卫健"},
                               {U"人力资源和社会保障", U"人社"},
                               {U"人力资源社会保障", U"人社"},
                               {U"经济和信息化", U"经信"},
                               {U"工业和信息化", U"工信"},
                               {U"工业信息化", U"工信"},
                               {U"城市管理综合行政执法", U"城管"},
                               {U"城市管理行政执法", U"城管"},
                               {U"城市管理综合执法", U"城管"},
                               {U"城管综合执法", U"城管"},
                               {U"城市管理", U"城管"},
                               {U"文化广电和旅游", U"文旅"},
                               {U"文化广电旅游", U"文旅"},
                               {U"文广旅", U"文旅"},
                               {U"文化和旅游", U"文旅"},
                               {U"文化旅游", U"文旅"},
                               {U"市场监督管理", U"市监"},
                               {U"市场监管", U"市监"},
                               {U"消防救援", U"消防"},
                               {U"自然资源和规划", U"自然资源"},
                               {U"自然资源规划", U"自然资源"},
                               {U"生态环境", U"环境"},
                               {U"农业农村", U"农业"},
                               {U"交通运输", U"交通"},
                               {U"教育和体育", U"教体"},
                               {U"教育体育", U"教体"},
                               {U"国有资产监督管理", U"国资"},
                               {U"退役军人事务", U"退役军人"},
                               {U"医疗保障", U"医保"},
                               {U"大数据发展", U"数据"},
                               {U"大数据管理", U"数据"},
                               {U"数据资源管理", U"数据"},
                               {U"科学技术", U"科技"},
                               {U"机构编制委员会", U"编"},
                               {U"行政审批服务", U"行政审批"}};
static const char32_t *const generic_ends[] = {U"主管部门", U"监管部门", U"部门", U"委员会", U"办公室",
                                               U"管理局",   U"局",       U"委",   U"厅",     U"办",
                                               U"支队",     U"大队",     U"总队", U"机构",   NULL};
/* 市 and 区 that begin an office's own word. */
static const char32_t *const not_levels[] = {U"市场", U"市政园林", U"市政工程", U"市监",
                                             U"区域", U"省际",     U"乡村",     NULL};

typedef struct Group {
    const char32_t *word;
    MatchBodyKind kind;
} Group;

static const Group groups[] = {
    {U"乡镇", MATCH_BODY_TOWN},     {U"镇街", MATCH_BODY_TOWN},      {U"街道", MATCH_BODY_TOWN},
    {U"街镇", MATCH_BODY_TOWN},     {U"镇", MATCH_BODY_TOWN},        {U"区县", MATCH_BODY_DISTRICT},
    {U"县区", MATCH_BODY_DISTRICT}, {U"县", MATCH_BODY_DISTRICT},    {U"区", MATCH_BODY_DISTRICT},
    {U"市", MATCH_BODY_DISTRICT},   {U"企业", MATCH_BODY_ENTERPRISE}};
static const char32_t *const unspecific[] = {U"有关部门", U"相关部门",     U"有关单位",
                                             U"相关单位", U"有关部门单位", U"成员部门",
                                             U"牵头单位", U"责任单位",     NULL};

const char *match_reason_name(MatchReason reason)
{
    static const char *const names[] = {"unknown", "unspecific", "alias", "exact",
                                        "same",    "department", "group", "ambiguous"};
    return names[reason];
}

/* UTF-8 (of valid text) to folded code points without blanks. */
static size_t to_cps(Str s, char32_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < max;) {
        unsigned char b = (unsigned char)s.p[i];
        size_t len = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        char32_t c = len == 1 ? b : b & (0xFFu >> (len + 1));
        for (size_t k = 1; k < len && i + k < s.n; k++) c = (c << 6) | ((unsigned char)s.p[i + k] & 0x3F);
        c = cp_fold(c);
        if (!cp_blank(c)) out[n++] = c;
        i += len;
    }
    return n;
}

static Cps cut_bracket(Cps s, Cps *inner)
{
    *inner = cps_n(s.p, 0);
    for (size_t i = 1; i < s.n; i++) {
        if (!one_of(s.p[i], U"(<")) continue;
        size_t end = s.p[s.n - 1] == ')' || s.p[s.n - 1] == '>' ? s.n - 1 : s.n;
        if (end > i + 1) *inner = cps_cut(s, i + 1, end);
        return cps_cut(s, 0, i);
    }
    return s;
}

/* 镜湖市应急管理局, 市应急局: the place and its level. */
static size_t place_len(Cps s, char32_t *level)
{
    static const char32_t levels[] = U"省市县区州盟旗镇乡";
    if (words_start(s, not_levels, NULL)) return 0;
    for (size_t i = 0; i < s.n && i < 6; i++) {
        if (!one_of(s.p[i], levels) || i == 1 || i + 2 > s.n) continue;
        /* 政府 and 委 are the level's own: 市委, 市政府 */
        if (i > 0 && words_start(cps_from(s, i), not_levels, NULL)) continue;
        *level = s.p[i];
        return i + 1;
    }
    return 0;
}

static void core_add(Core *c, const char32_t *p, size_t n)
{
    for (size_t i = 0; i < n && c->n < CORE_MAX; i++) c->cp[c->n++] = p[i];
}

static Core core_of(Cps name)
{
    Core c = {0};
    Cps s = cps_from(name, place_len(name, &c.level));
    for (size_t i = 0; i < s.n;) {
        size_t n = 0, k = 0;
        while (k < ARRAY_LEN(shorter) && (n = cps_starts(cps_from(s, i), shorter[k].from)) == 0) k++;
        if (n) core_add(&c, shorter[k].to, policy__word_len(shorter[k].to));
        else core_add(&c, s.p + i, 1);
        i += n ? n : 1;
    }
    Cps core = cps_n(c.cp, c.n);
    size_t end = words_end(core, generic_ends, NULL);
    c.department = cps_ends(core, U"部门") > 0;
    if (end && end < c.n && !cps_starts(core, U"安委")) c.n -= end;
    return c;
}

static bool same_core(const Core *a, const Core *b)
{
    return a->n == b->n && a->n > 0 && memcmp(a->cp, b->cp, a->n * sizeof *a->cp) == 0 &&
           (!a->level || !b->level || a->level == b->level);
}

static Match found(Arena *a, MatchReason reason, double confidence, int64_t body)
{
    Match m = {.reason = reason, .confidence = confidence, .n = 1};
    m.bodies = arena_copy(a, &body, sizeof body);
    return m;
}

static bool same_text(Cps s, Str text)
{
    char32_t cp[128];
    size_t n = to_cps(text, cp, ARRAY_LEN(cp));
    return n > 0 && n == s.n && memcmp(cp, s.p, n * sizeof *cp) == 0;
}

static Match by_text(Arena *a, const MatchRegister *reg, Cps s)
{
    Match alias = {.reason = MATCH_ALIAS, .confidence = 1};
    for (size_t i = 0; i < reg->naliases; i++) {
        if (!same_text(s, reg->aliases[i].alias)) continue;
        if (!alias.bodies) alias.bodies = ARENA_ARRAY(a, int64_t, reg->naliases - i);
        alias.bodies[alias.n++] = reg->aliases[i].body;
    }
    if (alias.n) return alias;
    for (size_t i = 0; i < reg->nbodies; i++)
        if (same_text(s, reg->bodies[i].name) || same_text(s, reg->bodies[i].short_name))
            return found(a, MATCH_EXACT, 1, reg->bodies[i].id);
    return (Match){0};
}

/* 各…: the members of the committee, or all bodies of a kind. */
static Match by_group(Arena *a, const MatchRegister *reg, Cps s)
{
    Match m = {0};
    bool members =
        cps_find(s, U"成员单位") >= 0 && (cps_find(s, U"安委会") >= 0 || cps_find(s, U"安全生产委员会") >= 0);
    bool some = cps_find(s, U"有关") >= 0 || cps_find(s, U"相关") >= 0, all = s.n > 1 && s.p[0] == U'各';
    bool kinds[MATCH_BODY_OTHER + 1] = {false}, any = members;
    for (size_t i = 0; all && !members && i < ARRAY_LEN(groups); i++)
        if (cps_starts(cps_from(s, 1), groups[i].word)) any = kinds[groups[i].kind] = true;
    if (!any) return m;
    m.bodies = ARENA_ARRAY(a, int64_t, reg->nbodies + 1);
    for (size_t i = 0; i < reg->nbodies; i++)
        if (members ? reg->bodies[i].member : kinds[reg->bodies[i].kind]) m.bodies[m.n++] = reg->bodies[i].id;
    m.reason = m.n == 0 ? MATCH_UNKNOWN : some ? MATCH_UNSPECIFIC : MATCH_GROUP;
    m.confidence = m.n == 0 ? 0 : some ? 0.4 : 0.9;
    return m;
}

static Match by_core(Arena *a, const MatchRegister *reg, Cps s)
{
    Core unit = core_of(s);
    Match m = {.bodies = ARENA_ARRAY(a, int64_t, reg->nbodies + 1)};
    bool level = true;
    for (size_t i = 0; i < reg->nbodies; i++) {
        char32_t cp[128];
        Cps inner, name = cut_bracket(cps_n(cp, to_cps(reg->bodies[i].name, cp, ARRAY_LEN(cp))), &inner);
        Core body = core_of(name);
        if (!same_core(&unit, &body)) continue;
        level = level && unit.level == body.level;
        m.bodies[m.n++] = reg->bodies[i].id;
    }
    m.reason = m.n == 0          ? MATCH_UNKNOWN
               : m.n > 1         ? MATCH_AMBIGUOUS
               : unit.department ? MATCH_DEPARTMENT
                                 : MATCH_SAME;
    m.confidence = m.n == 0 ? 0 : m.n > 1 ? 0.5 : unit.department ? 0.75 : level ? 0.9 : 0.8;
    return m;
}

Match match_unit(Arena *arena, const MatchRegister *reg, Str unit)
{
    char32_t cp[128];
    Cps s = cps_n(cp, to_cps(unit, cp, ARRAY_LEN(cp))), inner, base = cut_bracket(s, &inner);
    Match m = by_text(arena, reg, s);
    if (m.n) return m;
    m = by_group(arena, reg, s);
    if (m.n) return m;
    if (words_end(s, unspecific, NULL)) return (Match){.reason = MATCH_UNSPECIFIC};
    m = by_text(arena, reg, base);
    if (!m.n) m = by_core(arena, reg, base);
    if (m.n == 0 && inner.n) m = by_core(arena, reg, inner); /* an office known by its other name only */
    if (inner.n && m.confidence > 0.9) m.confidence = 0.9;
    return m;
}
