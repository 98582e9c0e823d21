/* The markup of templates, line by line. What is wrong is said with its line, and reading goes on with the
 * next one, so that an officer sees all mistakes at once. Nothing here knows values: a template that passes
 * can be filled with any model. */
#include "template_private.h"

const char *const paper_places[PLACES] = {
    [PLACE_HEAD] = "head",     [PLACE_NUMBER] = "number",   [PLACE_TITLE] = "title",    [PLACE_TO] = "to",
    [PLACE_ATTACH] = "attach", [PLACE_SENDER] = "sender",   [PLACE_DATE] = "date",      [PLACE_NOTE] = "note",
    [PLACE_CC] = "cc",         [PLACE_PRINTER] = "printer", [PLACE_PRINTED] = "printed"};

enum { ERRORS_MAX = 20, LINES_MAX = 2000, PATH_MAX_BYTES = 80 };

typedef struct Parser {
    Ctx *ctx;
    const char *field;
    int64_t line;
    int errors, depth;
    PaperTemplate *out;
    Node *open[PAPER_DEPTH_MAX];
    bool other[PAPER_DEPTH_MAX]; /* behind {{else}} */
} Parser;

#define WRONG(p, code, zh, en, ...)                                                                          \
    do {                                                                                                     \
        if ((p)->errors++ < ERRORS_MAX)                                                                      \
            FAIL_FIELD((p)->ctx, (p)->field, code, (p)->line, "第 %lld 行：" zh, "line %lld: " en,           \
                       (long long)(p)->line, ##__VA_ARGS__);                                                 \
    } while (0)

static Node *add(Parser *p, NodeKind kind)
{
    Node *n = ARENA_NEW(p->ctx->arena, Node);
    n->kind = kind;
    n->line = p->line;
    Node **first = &p->out->nodes, **last = &p->out->last;
    if (p->depth) {
        Node *parent = p->open[p->depth - 1];
        first = p->other[p->depth - 1] ? &parent->other : &parent->child;
        last = p->other[p->depth - 1] ? &parent->other_last : &parent->child_last;
    }
    if (*last) (*last)->next = n;
    else *first = n;
    *last = n;
    return n;
}

static bool path_ok(Str s)
{
    if (!s.n || s.n > PATH_MAX_BYTES) return false;
    if (str_is(s, "#") || str_is(s, ".")) return true;
    bool dot = true;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool name = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!name && (c != '.' || dot)) return false;
        dot = c == '.';
    }
    return !dot;
}

/* ---- Texts with values ---- */

static Segment *segment(Parser *p, Segment ***tail, Str text)
{
    Segment *s = ARENA_NEW(p->ctx->arena, Segment);
    s->text = text;
    **tail = s;
    *tail = &s->next;
    return s;
}

static void value(Parser *p, Segment ***tail, Str inside)
{
    Str path = str_trim(inside);
    bool optional = path.n && path.p[0] == '?';
    if (optional) path = str_trim(str_n(path.p + 1, path.n - 1));
    if (!path_ok(path)) {
        WRONG(p, "placeholder", "“{{%.*s}}”不是占位符；分支与循环须独占一行",
              "\"{{%.*s}}\" is no placeholder; loops and conditions stand on a line of their own",
              (int)(inside.n > 40 ? 40 : inside.n), inside.p);
        return;
    }
    Segment *s = segment(p, tail, path);
    s->value = true;
    s->optional = optional;
}

static Segment *read_text(Parser *p, Str text)
{
    Segment *first = NULL, **tail = &first;
    while (text.n) {
        ptrdiff_t at = str_find(text, STR("{{"));
        if (at < 0) break;
        if (at) segment(p, &tail, str_n(text.p, (size_t)at));
        Str rest = str_n(text.p + at + 2, text.n - (size_t)at - 2);
        ptrdiff_t end = str_find(rest, STR("}}"));
        if (end < 0) {
            WRONG(p, "placeholder", "“{{”没有对应的“}}”", "\"{{\" has no \"}}\"");
            return first;
        }
        value(p, &tail, str_n(rest.p, (size_t)end));
        text = str_n(rest.p + end + 2, rest.n - (size_t)end - 2);
    }
    if (text.n) segment(p, &tail, text);
    return first;
}

/* ---- Lines ---- */

static void row(Parser *p, Str line)
{
    line = str_trim(str_n(line.p + 1, line.n - 1));
    if (line.n && line.p[line.n - 1] == '|') line.n--;
    Node *n = add(p, NODE_ROW);
    n->cells = ARENA_ARRAY(p->ctx->arena, Segment *, PAPER_COLUMNS_MAX);
    do {
        Str cell = str_trim(str_cut(&line, '|'));
        if (n->ncells == PAPER_COLUMNS_MAX) {
            WRONG(p, "columns", "表格最多 %d 列", "a table has at most %d columns", PAPER_COLUMNS_MAX);
            return;
        }
        n->cells[n->ncells++] = read_text(p, cell);
    } while (line.n);
}

static void path_node(Parser *p, NodeKind kind, Str rest)
{
    Node *n = add(p, kind);
    n->path = str_trim(rest);
    if (!path_ok(n->path))
        WRONG(p, "name", "“%.*s”不是数据项名", "\"%.*s\" is no name of a member",
              (int)(n->path.n > 40 ? 40 : n->path.n), n->path.p);
}

static void place(Parser *p, Str line)
{
    Str rest = str_n(line.p + 1, line.n - 1), name = str_cut(&rest, ' ');
    if (str_is(name, "chart")) return path_node(p, NODE_CHART, rest);
    if (str_is(name, "map")) return path_node(p, NODE_MAP, rest);
    if (str_is(name, "picture")) return path_node(p, NODE_PICTURE, rest);
    if (str_is(name, "lines")) return path_node(p, NODE_LINES, rest);
    for (int i = 0; i < PLACES; i++) {
        if (!str_is(name, paper_places[i])) continue;
        Node *n = add(p, NODE_PLACE);
        n->level = i;
        n->text = read_text(p, str_trim(rest));
        return;
    }
    WRONG(p, "place", "没有版面要素“@%.*s”", "there is no \"@%.*s\"", (int)(name.n > 40 ? 40 : name.n),
          name.p);
}

static void heading(Parser *p, Str line)
{
    size_t level = 0;
    while (level < line.n && line.p[level] == '#') level++;
    Str text = str_trim(str_n(line.p + level, line.n - level));
    if (level > 4) WRONG(p, "level", "标题最多四级", "headings have at most four levels");
    if (!text.n) WRONG(p, "empty", "标题是空的", "the heading is empty");
    Node *n = add(p, NODE_HEADING);
    n->level = (int)(level > 4 ? 4 : level);
    n->text = read_text(p, text);
}

static void push(Parser *p, NodeKind kind, Str rest)
{
    Node *n = add(p, kind);
    n->path = str_cut(&rest, '=');
    bool compared = rest.p != NULL && rest.p > n->path.p && rest.p[-1] == '=';
    n->path = str_trim(n->path);
    if (kind == NODE_IF && compared) n->equals = str_trim(rest);
    if (!path_ok(n->path) || (kind == NODE_EACH && compared))
        WRONG(p, "name", "“%.*s”不是数据项名", "\"%.*s\" is no name of a member",
              (int)(n->path.n > 40 ? 40 : n->path.n), n->path.p);
    if (p->depth == PAPER_DEPTH_MAX) {
        WRONG(p, "depth", "嵌套最多 %d 层", "nested deeper than %d", PAPER_DEPTH_MAX);
        return;
    }
    p->open[p->depth] = n;
    p->other[p->depth++] = false;
}

static void pop(Parser *p, NodeKind kind, const char *word)
{
    if (p->depth && p->open[p->depth - 1]->kind == kind) p->depth--;
    else WRONG(p, "unopened", "“{{/%s}}”没有对应的开始", "\"{{/%s}}\" closes nothing", word);
}

static void turn_over(Parser *p)
{
    if (p->depth && p->open[p->depth - 1]->kind == NODE_IF && !p->other[p->depth - 1])
        p->other[p->depth - 1] = true;
    else WRONG(p, "else", "“{{else}}”不在条件之内", "\"{{else}}\" stands in no condition");
}

/* {{#each x}}, {{#if x}}, {{else}}, {{/if}}, {{/each}} alone on a line; false: it is none of them. */
static bool control(Parser *p, Str line)
{
    if (!str_starts(line, STR("{{")) || !str_ends(line, STR("}}")) || line.n < 5) return false;
    Str inside = str_trim(str_n(line.p + 2, line.n - 4));
    if (str_find(inside, STR("}}")) >= 0) return false;
    if (str_is(inside, "else")) turn_over(p);
    else if (str_is(inside, "/if")) pop(p, NODE_IF, "if");
    else if (str_is(inside, "/each")) pop(p, NODE_EACH, "each");
    else if (str_starts(inside, STR("#each "))) push(p, NODE_EACH, str_n(inside.p + 6, inside.n - 6));
    else if (str_starts(inside, STR("#if "))) push(p, NODE_IF, str_n(inside.p + 4, inside.n - 4));
    else return false;
    return true;
}

static void read_line(Parser *p, Str line)
{
    line = str_trim(line);
    if (!line.n) {
        add(p, NODE_BLANK);
        return;
    }
    if (str_starts(line, STR("//")) || control(p, line)) return;
    switch (line.p[0]) {
    case '@':
        place(p, line);
        return;
    case '#':
        heading(p, line);
        return;
    case '|':
        row(p, line);
        return;
    case '>':
    case '^': {
        Node *n = add(p, line.p[0] == '>' ? NODE_FLUSH : NODE_CENTRE);
        n->text = read_text(p, str_trim(str_n(line.p + 1, line.n - 1)));
        return;
    }
    default:
        add(p, NODE_TEXT)->text = read_text(p, line);
    }
}

Rc paper_template_parse(Ctx *ctx, const char *field, Str text, PaperTemplate **out)
{
    Parser p = {.ctx = ctx, .field = field, .out = ARENA_NEW(ctx->arena, PaperTemplate)};
    if (text.n > PAPER_TEMPLATE_MAX || !str_utf8_ok(text))
        return FAIL_FIELD(ctx, field, "length", 0, "模板须为不超过 %d KB 的文本",
                          "a template is a text of at most %d KB", PAPER_TEMPLATE_MAX / 1024);
    while (text.n && p.line < LINES_MAX) {
        p.line++;
        read_line(&p, str_cut(&text, '\n'));
    }
    if (text.n) WRONG(&p, "length", "模板最多 %d 行", "a template has at most %d lines", LINES_MAX);
    while (p.depth) {
        p.line = p.open[--p.depth]->line;
        WRONG(&p, "unclosed", "循环或条件没有结束", "the loop or condition has no end");
    }
    *out = p.out;
    return p.errors ? RC_INVALID : 0;
}
