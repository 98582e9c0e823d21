/* What stands in a file and is no part of the paper: page numbers, running titles beside page breaks, and
 * what web pages put around a text. A line is dropped for what it says as a whole, never for a word inside a
 * sentence. */
#include "lines.h"

#define DEBRIS_MAX 120 /* code points of a line that may be debris */
#define RUNNING    64  /* different running titles that are kept in mind */

static const char32_t *const debris_starts[] = {U"您的位置",
                                                U"您现在的位置",
                                                U"您当前的位置",
                                                U"当前位置",
                                                U"所在位置",
                                                U"你的位置",
                                                U"发布时间",
                                                U"发布日期",
                                                U"发文时间",
                                                U"浏览次数",
                                                U"阅读次数",
                                                U"点击数",
                                                U"点击量",
                                                U"访问量",
                                                U"阅读量",
                                                U"字体:",
                                                U"字号:",
                                                U"字体大小",
                                                U"【字体",
                                                U"(字体",
                                                U"(大中小)",
                                                U"打印本页",
                                                U"(打印",
                                                U"关闭窗口",
                                                U"关闭本页",
                                                U"分享到",
                                                U"分享:",
                                                U"上一篇",
                                                U"下一篇",
                                                U"上一条",
                                                U"下一条",
                                                U"扫一扫",
                                                U"扫描二维码",
                                                U"版权所有",
                                                U"网站地图",
                                                U"网站标识码",
                                                U"联系我们",
                                                U"关于我们",
                                                U"隐私声明",
                                                U"相关链接",
                                                U"相关文章",
                                                U"相关附件",
                                                U"附件下载",
                                                U"点击下载",
                                                U"责任编辑",
                                                U"信息来源",
                                                U"文章来源",
                                                U"来源:",
                                                U"时间:",
                                                U"索引号",
                                                U"主题分类",
                                                U"公开方式",
                                                U"信息分类",
                                                U"返回顶部",
                                                U"收藏本站",
                                                U"设为首页",
                                                U"技术支持",
                                                U"微信公众号",
                                                U"政府信息公开目录",
                                                U"无障碍",
                                                U"长者模式",
                                                U"打印",
                                                U"Copyright",
                                                U"copyright",
                                                U"javascript",
                                                U"http://",
                                                U"https://",
                                                U"www.",
                                                U"file://",
                                                NULL};
static const char32_t *const debris_inside[] = {U"首页>",    U"ICP备",   U"公网安备",  U"浏览次数:",
                                                U"点击:",    U"点击数:", U"来源:作者", U"网站标识码",
                                                U"版权所有", NULL};

static bool is_page_number(Cps s)
{
    size_t digits = 0, marks = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (cp_digit(s.p[i])) digits++;
        else if (one_of(s.p[i], U"-—·•~/|第页共")) marks++;
        else return false;
    }
    return digits > 0 && s.n <= 12 &&
           (marks ? digits <= 8 && !(s.n > 8 && marks == 2 && digits >= 8) : digits <= 3);
}

static bool is_rule(Cps s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!one_of(s.p[i], U"-—_=*~·.…")) return false;
    return s.n >= 3;
}

static bool is_debris(Cps s)
{
    if (s.n > DEBRIS_MAX) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == U'。') return false;
    return words_start(s, debris_starts, NULL) || words_have(s, debris_inside);
}

/* --- running titles: the same short line beside several page breaks --- */

typedef struct Running {
    Cps line;
    size_t count;
} Running;

static bool same_but_digits(Cps a, Cps b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && cp_digit(a.p[i])) i++;
        while (k < b.n && cp_digit(b.p[k])) k++;
        if (i == a.n || k == b.n) return i == a.n && k == b.n;
        if (a.p[i++] != b.p[k++]) return false;
    }
}

static bool may_run(const Lines *l, const Line *line)
{
    Cps s = line_cps(l, line);
    MarkKind kind;
    if (line->drop || s.n == 0 || s.n > 40 || policy__mark_at(s, l->at + line->cfrom, &kind)) return false;
    for (size_t i = 0; i < s.n; i++)
        if (one_of(s.p[i], U"。;,:()")) return false;
    return true;
}

static Running *running_find(Running *r, size_t n, Cps s)
{
    for (size_t i = 0; i < n; i++)
        if (same_but_digits(r[i].line, s)) return &r[i];
    return NULL;
}

static bool beside_break(const Lines *l, const bool *number, size_t i)
{
    return l->v[i].page || (i + 1 < l->n && l->v[i + 1].page) || (i > 0 && number[i - 1]) ||
           (i + 1 < l->n && number[i + 1]);
}

static void drop_running(Lines *l, const bool *number)
{
    Running seen[RUNNING];
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (!beside_break(l, number, i) || !may_run(l, &l->v[i])) continue;
        Running *r = running_find(seen, n, line_cps(l, &l->v[i]));
        if (r) r->count++;
        else if (n < RUNNING) seen[n++] = (Running){line_cps(l, &l->v[i]), 1};
    }
    for (size_t i = 0; i < l->n; i++) {
        if (!beside_break(l, number, i) || !may_run(l, &l->v[i])) continue;
        Running *r = running_find(seen, n, line_cps(l, &l->v[i]));
        if (r && r->count >= 2) l->v[i].drop = true;
    }
}

void policy__lines_clean(Lines *l)
{
    bool *number = ARENA_ARRAY(l->arena, bool, l->n + 1);
    for (size_t i = 0; i < l->n; i++) {
        Line *line = &l->v[i];
        Cps s = line_cps(l, line);
        number[i] = !line->row && is_page_number(s);
        line->drop = number[i] || is_rule(s) || is_debris(s);
        if (line->drop) line->row = false;
    }
    drop_running(l, number);
}
