/* To what figure. A share (80%, 15个百分点) is a target; another figure is one when a verb of result stands
 * close before it (建成2个, 培训500人). The direction is the nearest word of change, or the bound around the
 * figure. */
#include "find.h"

#define REACH 14 /* code points before a figure in which its verb is looked for */

typedef struct Direction {
    const char32_t *word;
    const char *name;
} Direction;

static const Direction before_figure[] = {
    {U"下降", "fall"},       {U"降低", "fall"},       {U"减少", "fall"},      {U"压减", "fall"},
    {U"压降", "fall"},       {U"降幅", "fall"},       {U"提高", "rise"},      {U"提升", "rise"},
    {U"增长", "rise"},       {U"增加", "rise"},       {U"上升", "rise"},      {U"增幅", "rise"},
    {U"不低于", "at_least"}, {U"不少于", "at_least"}, {U"至少", "at_least"},  {U"超过", "at_least"},
    {U"大于", "at_least"},   {U"不超过", "at_most"},  {U"不高于", "at_most"}, {U"不大于", "at_most"},
    {U"控制在", "at_most"},  {U"低于", "at_most"},    {U"小于", "at_most"},   {U"达到", "reach"},
    {U"达", "reach"},        {U"实现", "reach"},      {U"建成", "reach"},     {U"新建", "reach"},
    {U"建设", "reach"},      {U"创建", "reach"},      {U"培育", "reach"},     {U"打造", "reach"},
    {U"完成", "reach"},      {U"改造", "reach"},      {U"培训", "reach"},     {U"组建", "reach"},
    {U"配备", "reach"},      {U"整治", "reach"},      {U"覆盖", "reach"},     {U"增设", "reach"}};
static const Direction after_figure[] = {
    {U"及以上", "at_least"}, {U"以上", "at_least"}, {U"以内", "at_most"}, {U"以下", "at_most"}};
static const char32_t *const share_units[] = {U"%", U"个百分点", U"‰", NULL};
static const char32_t *const thing_units[] = {U"个",     U"家", U"处", U"座",   U"公里", U"千米", U"套",
                                              U"台",     U"辆", U"项", U"人次", U"人",   U"户",   U"名",
                                              U"支",     U"所", U"条", U"吨",   U"元",   U"亿元", U"万元",
                                              U"平方米", U"栋", U"部", U"艘",   U"场",   U"批",   NULL};

/* The word nearest before the figure, of the same clause. */
static const char *direction_before(Cps s, size_t i, size_t *at)
{
    for (size_t back = 1; back <= REACH && back <= i; back++) {
        Cps rest = cps_cut(s, i - back, i);
        if (cp_ends_part(rest.p[0]) || rest.p[0] == ',') return NULL;
        for (size_t k = 0; k < ARRAY_LEN(before_figure); k++) {
            size_t n = cps_starts(rest, before_figure[k].word);
            if (!n) continue;
            if (i - back > 0 && s.p[i - back - 1] == U'不' && before_figure[k].word[0] != U'不') continue;
            *at = i - back;
            return before_figure[k].name;
        }
    }
    return NULL;
}

/* A figure at i: its length with the unit, 0 when it is no target. */
static size_t target_at(Arena *a, Cps s, size_t i, PolicyTarget *out, size_t *from)
{
    double v;
    size_t n = policy__number_at(cps_from(s, i), &v), unit;
    if (!n) return 0;
    bool share = (unit = words_start(cps_from(s, i + n), share_units, NULL)) > 0;
    if (!share) unit = words_start(cps_from(s, i + n), thing_units, NULL);
    const char *direction = direction_before(s, i, from);
    if (!unit || (!share && (!direction || i - *from > 6 || !cp_digit(s.p[i])))) return 0;
    if (!direction) *from = i;
    StrBuf name;
    buf_init(&name, a);
    for (size_t k = 0; k < unit; k++) policy__buf_cp(&name, s.p[i + n + k]);
    *out = (PolicyTarget){.value = v, .unit = buf_str(&name), .direction = direction ? direction : "reach"};
    size_t end = i + n + unit;
    for (size_t k = 0; k < ARRAY_LEN(after_figure); k++) {
        size_t over = cps_starts(cps_from(s, end), after_figure[k].word);
        if (!over) continue;
        if (strcmp(out->direction, "reach") == 0) out->direction = after_figure[k].name;
        return end + over - i;
    }
    return end - i;
}

/* The number of times of a cadence is no target. */
static bool in_cadence(const Found *f, Str text)
{
    for (size_t i = 0; i < f->item->cadence.n; i++)
        if (str_find(f->item->cadence.v[i].text, text) >= 0) return true;
    return false;
}

void policy__find_targets(const Found *f)
{
    Cps s = found_cps(f);
    for (size_t i = 0; i < s.n;) {
        PolicyTarget t;
        size_t from = i, n = 0;
        bool figure = cp_digit(s.p[i]) || (cp_numeral(s.p[i]) && i > 0 && cp_han(s.p[i - 1]));
        if (figure && (i == 0 || !cp_numeral(s.p[i - 1]))) n = target_at(f->arena, s, i, &t, &from);
        if (n && !in_cadence(f, found_text(f, i, i + n))) {
            t.text = found_text(f, from, i + n);
            VEC_PUSH(f->arena, &f->item->targets, t);
        }
        i += n ? n : 1;
    }
}

bool policy__find_figure(Arena *a, Cps cell, PolicyTarget *out)
{
    double v;
    size_t i = 0, from = 0;
    while (i < cell.n && !cp_digit(cell.p[i])) i++;
    if (i == cell.n || i > 4) return false;
    if (target_at(a, cell, i, out, &from)) {
        if (i > 0 && cell.p[i - 1] == '-') out->value = -out->value;
        return true;
    }
    size_t n = policy__number_at(cps_from(cell, i), &v);
    if (cell.n - i - n > 3) return false;
    bool minus = i > 0 && cell.p[i - 1] == '-';
    const char *direction = direction_before(cell, i, &from);
    StrBuf unit;
    buf_init(&unit, a);
    for (size_t k = i + n; k < cell.n; k++) policy__buf_cp(&unit, cell.p[k]);
    *out = (PolicyTarget){.value = minus ? -v : v,
                          .unit = unit.p ? buf_str(&unit) : STR(""),
                          .direction = direction ? direction : "reach"};
    return true;
}
