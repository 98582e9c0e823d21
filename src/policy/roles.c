/* Who does what in a clause. The content is read from left to right: names are gathered between separators, a
 * role word gives its role to all names back to the role word before, a label to those after it. */
#include "clause.h"

typedef struct RoleWord {
    const char32_t *word;
    PolicyRole role;
} RoleWord;

/* Longer words first where one begins another. */
static const RoleWord role_words[] = {{U"抓统抓总抓协调", POLICY_LEAD},
                                      {U"牵头抓总", POLICY_LEAD},
                                      {U"抓总", POLICY_LEAD},
                                      {U"负责牵头", POLICY_LEAD},
                                      {U"总牵头", POLICY_LEAD},
                                      {U"牵总", POLICY_LEAD},
                                      {U"牵头负责", POLICY_LEAD},
                                      {U"牵头", POLICY_LEAD},
                                      {U"主办", POLICY_LEAD},
                                      {U"协同配合", POLICY_SUPPORT},
                                      {U"参与配合", POLICY_SUPPORT},
                                      {U"协助配合", POLICY_SUPPORT},
                                      {U"配合", POLICY_SUPPORT},
                                      {U"协同", POLICY_SUPPORT},
                                      {U"协助", POLICY_SUPPORT},
                                      {U"协办", POLICY_SUPPORT},
                                      {U"参与", POLICY_SUPPORT},
                                      {U"参加", POLICY_SUPPORT},
                                      {U"分工负责", POLICY_RESPONSIBLE},
                                      {U"分别负责", POLICY_RESPONSIBLE},
                                      {U"分工落实", POLICY_RESPONSIBLE},
                                      {U"分头负责", POLICY_RESPONSIBLE},
                                      {U"负责", POLICY_RESPONSIBLE},
                                      {U"落实", POLICY_RESPONSIBLE},
                                      {U"组织实施", POLICY_RESPONSIBLE},
                                      {U"组织落实", POLICY_RESPONSIBLE},
                                      {U"推进落实", POLICY_RESPONSIBLE},
                                      {U"贯彻落实", POLICY_RESPONSIBLE},
                                      {U"抓好落实", POLICY_RESPONSIBLE},
                                      {U"抓落实", POLICY_RESPONSIBLE},
                                      {U"承办", POLICY_RESPONSIBLE}};
/* Before a role word, and not part of the name. */
static const char32_t *const modifiers[] = {U"分别", U"共同", U"联合", U"具体", U"各自", U"分头", U"积极",
                                            U"密切", U"全力", U"认真", U"切实", U"统一", U"一同", U"抓好",
                                            U"依法", U"分工", U"主要", U"全面", U"直接", U"组织", U"属地",
                                            U"抓紧", U"督促", U"持续", U"统筹", NULL};
static const char32_t *const by_words[] = {U"按照", U"依照", U"依据", U"根据", U"结合",
                                           U"按",   U"依",   U"在",   NULL};
static const char32_t *const by_attributes[] = {U"属地", U"各自", U"各",   U"部门",   U"工作", U"单位",
                                                U"法定", U"有关", U"相关", U"本部门", U"管理", U"行业",
                                                U"本",   U"规定", U"其",   NULL};
static const char32_t *const by_nouns[] = {U"责任",   U"原则", U"职责", U"职能", U"分工",
                                           U"权限",   U"任务", U"要求", U"职权", U"范围",
                                           U"范围内", U"内",   U"和",   U"、",   NULL};
/* After a role word. */
static const char32_t *const tails[] = {
    U"推进",     U"推进落实", U"推动", U"推动落实", U"实施",     U"组织实施", U"落实", U"抓落实",
    U"抓好落实", U"负责",     U"工作", U"做好",     U"相关工作", U"有关工作", U"抓总", U"完成",
    U"牵头",     U"指导",     U"协调", U"组织",     U"组织落实", U"督导",     U"督促", U"督办",
    U"督查",     U"监督",     U"监管", U"统筹",     U"建设",     U"管理",     U"开展", U"保障",
    U"办理",     U"整治",     U"制定", U"编制",     U"研究",     U"审核",     U"起草", U"汇总",
    U"验收",     U"推广",     U"支持", U"调度",     U"跟踪",     U"考核",     NULL};

/* 责任单位: 牵头责任单位: 配合单位: — a word of role, words that may follow, a colon. */
static const RoleWord label_roles[] = {{U"牵头", POLICY_LEAD},           {U"主办", POLICY_LEAD},
                                       {U"主责", POLICY_LEAD},           {U"总牵头", POLICY_LEAD},
                                       {U"配合", POLICY_SUPPORT},        {U"协同", POLICY_SUPPORT},
                                       {U"协助", POLICY_SUPPORT},        {U"协办", POLICY_SUPPORT},
                                       {U"参与", POLICY_SUPPORT},        {U"参加", POLICY_SUPPORT},
                                       {U"责任", POLICY_RESPONSIBLE},    {U"负责", POLICY_RESPONSIBLE},
                                       {U"落实", POLICY_RESPONSIBLE},    {U"承办", POLICY_RESPONSIBLE},
                                       {U"实施", POLICY_RESPONSIBLE},    {U"主要责任", POLICY_RESPONSIBLE},
                                       {U"具体责任", POLICY_RESPONSIBLE}};
static const char32_t *const label_middles[] = {U"责任", U"负责", U"配合", U"的",   U"及",
                                                U"和",   U"落实", U"协同", U"实施", NULL};
static const char32_t *const label_ends[] = {
    U"科室", U"处室",       U"股室",       U"分工",       U"单位为",     U"单位是", U"单位", U"部门",
    U"站所", U"县区",       U"区县",       U"乡镇",       U"镇街",       U"企业",   U"地区", U"主体",
    U"机构", U"单位(部门)", U"部门(单位)", U"单位及部门", U"部门和单位", NULL};
static const char32_t *const plain_labels[] = {U"任务分工", U"职责分工", U"工作分工", NULL}; /* responsible */
static const char32_t *const silent_labels[] = {
    U"完成时限", U"完成时间", U"时限要求", U"时间要求", U"进度要求", U"工作时限", U"责任时限", U"时限",
    U"责任人",   U"责任领导", U"牵头领导", U"分管领导", U"联系人",   U"时间节点", U"整改时限", U"负责人",
    U"牵头人",   U"备注",     U"说明",     U"注",       U"进度安排", U"时间安排", U"工作进度", U"完成期限",
    U"办理时限", U"办结时限", U"推进时间", U"工作安排", U"工作目标", U"目标任务", U"资金来源", U"经费来源",
    U"成果形式", U"工作要求", U"完成标准", NULL};

size_t roles_label(Cps s, PolicyRole *role)
{
    size_t n = words_start(s, silent_labels, NULL);
    *role = POLICY_ROLES;
    if (n && n < s.n && s.p[n] == ':') return n + 1;
    n = words_start(s, plain_labels, NULL);
    *role = POLICY_RESPONSIBLE;
    if (n && n < s.n && s.p[n] == ':') return n + 1;
    size_t best = 0;
    for (size_t i = 0; i < ARRAY_LEN(label_roles); i++) {
        size_t k = cps_starts(s, label_roles[i].word);
        if (k <= best) continue;
        best = k;
        *role = label_roles[i].role;
    }
    if (best == 0) return 0;
    n = best;
    for (size_t k; (k = words_start(cps_from(s, n), label_middles, NULL)) > 0;) n += k;
    n += words_start(cps_from(s, n), label_ends, NULL);
    if (n < s.n && s.p[n] == ':') return n + 1;
    /* 牵头单位为甲局 */
    return n < s.n && n > best && one_of(s.p[n - 1], U"为是") ? n : 0;
}

bool roles_column(Cps s, PolicyRole *role)
{
    char32_t label[16];
    if (s.n == 0 || s.n >= ARRAY_LEN(label)) return false;
    for (size_t i = 0; i < s.n; i++) label[i] = s.p[i];
    label[s.n] = U':';
    return roles_label(cps_n(label, s.n + 1), role) == s.n + 1 && *role != POLICY_ROLES;
}

/* 按“三管三必须”要求 */
static size_t quoted_len(Cps s)
{
    if (s.n == 0 || !one_of(s.p[0], U"“\"")) return 0;
    for (size_t i = 1; i < s.n && i < 24; i++)
        if (one_of(s.p[i], U"”\"")) return i + 1;
    return 0;
}

static size_t modifier_len(Cps s)
{
    size_t by = words_start(s, by_words, NULL);
    if (by) {
        size_t n = by, nouns = 0;
        for (size_t k; (k = words_start(cps_from(s, n), by_attributes, NULL)) > 0;) n += k;
        n += quoted_len(cps_from(s, n));
        for (size_t k; (k = words_start(cps_from(s, n), by_nouns, NULL)) > 0; nouns++) {
            /* 分工负责 is a role word itself */
            if (nouns && cps_starts(cps_from(s, n), U"分工负责")) break;
            n += k;
        }
        if (nouns) return n;
    }
    return words_start(s, modifiers, NULL);
}

static bool is_separator(char32_t c)
{
    return one_of(c, U"、,;\t");
}

/* The longest role word at s whose next code points end the phrase. */
static size_t role_word_at(Cps s, PolicyRole *role)
{
    for (size_t i = 0; i < ARRAY_LEN(role_words); i++) {
        size_t n = cps_starts(s, role_words[i].word);
        if (n == 0) continue;
        for (size_t k; (k = words_start(cps_from(s, n), tails, NULL)) > 0;) n += k;
        if (n < s.n && !is_separator(s.p[n]) && s.p[n] != U'。' && !cps_starts(cps_from(s, n), U"会同"))
            continue;
        *role = role_words[i].role;
        return n;
    }
    return 0;
}

/* Modifiers, a role word, what may follow, and then an end. */
static size_t role_at(Cps s, PolicyRole *role)
{
    size_t n = 0;
    for (;;) {
        size_t k = role_word_at(cps_from(s, n), role);
        if (k) return n + k;
        k = modifier_len(cps_from(s, n));
        if (k == 0) return 0;
        n += k;
    }
}

bool roles_at_end(Cps s)
{
    PolicyRole role;
    for (size_t back = 2; back <= 16 && back <= s.n; back++) {
        Cps end = cps_from(s, s.n - back);
        if (role_at(end, &role) == end.n) return true;
    }
    return false;
}

/* --- reading --- */

#define NO_HUITONG SIZE_MAX
#define FULL_LABEL 5 /* 责任单位: */

typedef struct Group {
    size_t from, to; /* names */
    size_t huitong;  /* the first name after 会同, or NO_HUITONG */
    PolicyRole role; /* POLICY_ROLES: none stated */
    bool silent;     /* a label that names no unit */
} Group;

typedef struct Reader {
    Arena *arena;
    Cps para;
    Names names;
    struct {
        Group *v;
        size_t n, cap;
    } groups;
    size_t start, huitong; /* of the open piece; of the open group */
    size_t group;          /* first name of the open group */
    PolicyRole label;
    bool labelled, silent, comma, has_role;
} Reader;

static void end_piece(Reader *r, size_t at)
{
    if (at > r->start) policy__names_add(&r->names, r->para, r->start, at, r->comma);
    r->start = at;
}

static void end_group(Reader *r, PolicyRole role)
{
    if (r->names.n > r->group)
        VEC_PUSH(r->arena, &r->groups, (Group){r->group, r->names.n, r->huitong, role, r->silent});
    r->group = r->names.n;
    r->huitong = NO_HUITONG;
}

/* A label, a role word or 会同 at i; where to go on, or i. */
static size_t read_word(Reader *r, size_t i, size_t to)
{
    Cps s = cps_cut(r->para, i, to);
    PolicyRole role;
    size_t n = roles_label(s, &role);
    /* two labels may follow each other with a blank between, which is gone here */
    if (n && (i == r->start || n >= FULL_LABEL)) {
        end_piece(r, i);
        end_group(r, r->labelled ? r->label : POLICY_ROLES);
        r->silent = role == POLICY_ROLES;
        r->label = role;
        r->labelled = true;
        r->start = i + n;
        return i + n;
    }
    n = role_at(s, &role);
    if (n && !(i == r->start && r->names.n == r->group && i + n < to && !is_separator(r->para.p[i + n]))) {
        end_piece(r, i);
        end_group(r, role);
        r->has_role = true;
        r->start = i + n;
        return i + n;
    }
    if (cps_starts(s, U"会同") && (i > r->start || r->names.n > r->group || r->groups.n)) {
        end_piece(r, i);
        r->huitong = r->names.n;
        r->start = i + 2;
        return i + 2;
    }
    return i;
}

static void give(Reader *r, Names units[POLICY_ROLES], size_t from, size_t to, PolicyRole role)
{
    for (size_t i = from; i < to; i++) VEC_PUSH(r->arena, &units[role], r->names.v[i]);
}

/* Without a lead or responsible word, 配合 reaches back to the last comma only. */
static size_t last_comma(const Reader *r, const Group *g)
{
    for (size_t i = g->to; i-- > g->from;)
        if (r->names.v[i].after_comma) return i;
    return g->from;
}

static void assign(Reader *r, const Group *g, bool main_word, Names units[POLICY_ROLES])
{
    if (g->silent) return;
    if (g->huitong != NO_HUITONG && g->role != POLICY_SUPPORT) {
        give(r, units, g->from, g->huitong, POLICY_LEAD);
        give(r, units, g->huitong, g->to, POLICY_SUPPORT);
    } else if (g->role == POLICY_SUPPORT && !main_word) {
        size_t cut = last_comma(r, g);
        give(r, units, g->from, cut, POLICY_RESPONSIBLE);
        give(r, units, cut, g->to, POLICY_SUPPORT);
    } else {
        give(r, units, g->from, g->to, g->role == POLICY_ROLES ? POLICY_RESPONSIBLE : g->role);
    }
}

/* 协助做好宣传: a role word at the start of the rest gives the role, though more follows. */
static void rest_role(Cps rest, PolicyRole *role)
{
    for (size_t i = 0; i < ARRAY_LEN(role_words); i++)
        if (cps_starts(rest, role_words[i].word)) {
            *role = role_words[i].role;
            return;
        }
}

/* The last piece of 甲牵头，乙依法保障 ends in no role word: the name is what of it is certainly one. */
static void trim_rest(Reader *r, Group *g)
{
    PolicyRole *role = &g->role;
    for (size_t i = g->from; i < g->to; i++) {
        Name *name = &r->names.v[i];
        Cps s = cps_cut(r->para, name->from, name->to);
        if (body_known(s)) continue;
        size_t best = s.n;
        BodyClass class = BODY_NO;
        for (size_t n = 3; n < s.n && n < 40; n++) {
            Cps start = cps_cut(s, 0, n);
            if (!body_certain(start) || body_class(start) < class) continue;
            class = body_class(start);
            best = n;
        }
        name->to = name->from + best;
        rest_role(cps_from(s, best), role);
    }
}

Reading roles_read(const Names *like, Cps para, size_t from, size_t to, Names units[POLICY_ROLES])
{
    Arena *a = like->arena;
    Reader r = {.arena = a,
                .para = para,
                .names = *like,
                .start = from,
                .huitong = NO_HUITONG,
                .label = POLICY_ROLES};
    int depth = 0;
    for (size_t i = from; i < to;) {
        size_t next = depth ? i : read_word(&r, i, to);
        if (next > i) {
            i = next;
            continue;
        }
        char32_t c = para.p[i];
        depth = name_depth(c, depth);
        if (!depth && (is_separator(c) || c == U'。')) {
            end_piece(&r, i);
            r.start = i + 1;
            r.comma = c != U'、';
        }
        i++;
    }
    end_piece(&r, to);
    end_group(&r, r.labelled ? r.label : POLICY_ROLES);
    if (r.has_role && r.groups.n && r.groups.v[r.groups.n - 1].role == POLICY_ROLES)
        trim_rest(&r, &r.groups.v[r.groups.n - 1]);
    bool main_word = r.labelled;
    for (size_t i = 0; i < r.groups.n; i++)
        main_word |= r.groups.v[i].role != POLICY_SUPPORT && r.groups.v[i].role != POLICY_ROLES;
    for (size_t i = 0; i < POLICY_ROLES; i++) units[i] = (Names){.arena = a};
    for (size_t i = 0; i < r.groups.n; i++) assign(&r, &r.groups.v[i], main_word, units);
    return r.labelled ? READ_LABEL : r.has_role ? READ_ROLE : READ_LIST;
}
