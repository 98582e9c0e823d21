/* A recursive descent parser straight into postfix instructions. Precedence, loosest first: or, and, not,
 * comparison, + −, × ÷, sign. Each step returns the type of what it compiled (number or truth), so that "1
 * and 2" or "(a > b) + 1" is refused with its position. Everything is bounded: length, instructions, nesting,
 * operands; the stack of the run needs no check because its depth is counted here. */
#include "expr.h"

#include "base/num.h"
#include <math.h>

typedef enum {
    OP_NUM,
    OP_OPERAND,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_NEG,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_EQ,
    OP_NE,
    OP_AND,
    OP_OR,
    OP_NOT
} OpCode;

typedef struct Op {
    OpCode code;
    uint32_t operand;
    double num;
} Op;

struct Expr {
    Op *ops;
    size_t n;
    Operand *operands;
    size_t noperands;
    bool boolean;
};

typedef enum { TYPE_BAD, TYPE_NUMBER, TYPE_TRUTH } Type;

typedef struct Parser {
    Ctx *ctx;
    const char *field;
    Str text;
    size_t at;
    int depth; /* of nesting */
    int stack; /* values on the stack at this point of the program */
    Op ops[EXPR_OPS_MAX];
    size_t n;
    Operand operands[EXPR_OPERANDS_MAX];
    size_t noperands;
    bool failed;
} Parser;

static Type parse_or(Parser *p);

static Type refuse(Parser *p, size_t at, Text what)
{
    if (!p->failed) {
        size_t column = str_utf8_len(str_n(p->text.p, at)) + 1;
        FAIL_FIELD(p->ctx, p->field, "expr", 0, "表达式第 %zu 个字符处：%s", "expression, character %zu: %s",
                   column, text_in(what, p->ctx->lang));
    }
    p->failed = true;
    return TYPE_BAD;
}

static void skip_space(Parser *p)
{
    while (p->at < p->text.n && memchr(" \t\r\n", p->text.p[p->at], 4)) p->at++;
}

/* Takes the token when the text goes on with it. */
static bool take(Parser *p, const char *token)
{
    skip_space(p);
    Str rest = {p->text.p + p->at, p->text.n - p->at};
    Str want = str_of(token);
    if (!str_starts(rest, want)) return false;
    p->at += want.n;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_word(Parser *p, const char *word)
{
    skip_space(p);
    size_t n = strlen(word), end = p->at + n;
    if (end > p->text.n || memcmp(p->text.p + p->at, word, n) != 0) return false;
    if (end < p->text.n && (is_letter(p->text.p[end]) || is_digit(p->text.p[end]))) return false;
    p->at = end;
    return true;
}

static void emit(Parser *p, Op op, int stack_change)
{
    if (p->n == EXPR_OPS_MAX) {
        refuse(p, p->at, (Text)T("表达式过长", "too long"));
        return;
    }
    p->ops[p->n++] = op;
    p->stack += stack_change;
    if (p->stack > EXPR_DEPTH_MAX) refuse(p, p->at, (Text)T("嵌套过深", "nested too deep"));
}

static bool enter(Parser *p)
{
    if (++p->depth <= EXPR_DEPTH_MAX) return true;
    refuse(p, p->at, (Text)T("嵌套过深", "nested too deep"));
    return false;
}

static Type need(Parser *p, Type got, Type want, size_t at)
{
    if (got == want || got == TYPE_BAD) return got;
    return refuse(p, at,
                  want == TYPE_NUMBER ? (Text)T("此处应为数值", "a number is needed here")
                                      : (Text)T("此处应为条件", "a condition is needed here"));
}

/* ---- operands ---- */
static const struct {
    const char *word;
    OperandKind kind;
    bool window;
} functions[] = {{"v", OPERAND_V, false},    {"age", OPERAND_AGE, false}, {"avg", OPERAND_AVG, true},
                 {"min", OPERAND_MIN, true}, {"max", OPERAND_MAX, true},  {"delta", OPERAND_DELTA, true}};

static bool scan_number(Parser *p, double *out)
{
    skip_space(p);
    size_t start = p->at, i = start;
    const char *s = p->text.p;
    while (i < p->text.n && (is_digit(s[i]) || s[i] == '.')) i++;
    if (i > start && i < p->text.n && (s[i] == 'e' || s[i] == 'E')) {
        size_t j = i + 1;
        if (j < p->text.n && (s[j] == '+' || s[j] == '-')) j++;
        if (j < p->text.n && is_digit(s[j])) i = j;
        while (i < p->text.n && is_digit(s[i])) i++;
    }
    if (i == start || !num_parse_f64(str_n(s + start, i - start), false, out) || !isfinite(*out)) {
        refuse(p, start, (Text)T("数值无法识别", "not a number"));
        return false;
    }
    p->at = i;
    return true;
}

static bool scan_code(Parser *p, Str *out)
{
    size_t start = p->at;
    if (!take(p, "\"")) {
        refuse(p, start,
               (Text)T("此处应为双引号中的点位编码", "a point code in double quotes is needed here"));
        return false;
    }
    const char *from = p->text.p + p->at, *end = memchr(from, '"', p->text.n - p->at);
    if (!end || end == from) {
        refuse(p, p->at, (Text)T("点位编码为空或缺少右引号", "the point code is empty or not closed"));
        return false;
    }
    *out = str_n(from, (size_t)(end - from));
    p->at += out->n + 1;
    return true;
}

static bool scan_window(Parser *p, int64_t *out_ms)
{
    if (!take(p, ",")) {
        refuse(p, p->at, (Text)T("缺少窗口秒数", "the window in seconds is missing"));
        return false;
    }
    skip_space(p);
    size_t start = p->at;
    double seconds;
    if (!scan_number(p, &seconds)) return false;
    double ms = seconds * 1000.0;
    if (!(ms >= 1.0) || ms > (double)EXPR_WINDOW_MAX_MS || ms != floor(ms)) {
        refuse(p, start,
               (Text)T("窗口须为 0.001 秒至 7 天，精确到毫秒",
                       "a window is 0.001 s to 7 days, in whole milliseconds"));
        return false;
    }
    *out_ms = (int64_t)ms;
    return true;
}

/* The same operand twice is computed once. */
static void emit_operand(Parser *p, Operand o)
{
    size_t i = 0;
    while (i < p->noperands && !(p->operands[i].kind == o.kind && p->operands[i].window_ms == o.window_ms &&
                                 str_eq(p->operands[i].code, o.code)))
        i++;
    if (i == EXPR_OPERANDS_MAX) {
        refuse(p, p->at, (Text)T("引用的量过多", "too many operands"));
        return;
    }
    if (i == p->noperands) p->operands[p->noperands++] = o;
    emit(p, (Op){.code = OP_OPERAND, .operand = (uint32_t)i}, 1);
}

static Type parse_function(Parser *p)
{
    size_t start = p->at;
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        if (!take_word(p, functions[i].word)) continue;
        Operand o = {.kind = functions[i].kind};
        if (!take(p, "(")) return refuse(p, p->at, (Text)T("缺少左括号", "an opening bracket is missing"));
        if (!scan_code(p, &o.code) || (functions[i].window && !scan_window(p, &o.window_ms))) return TYPE_BAD;
        if (!take(p, ")")) return refuse(p, p->at, (Text)T("缺少右括号", "a closing bracket is missing"));
        emit_operand(p, o);
        return p->failed ? TYPE_BAD : TYPE_NUMBER;
    }
    return refuse(p, start, (Text)T("未知的名称", "unknown name"));
}

static Type parse_primary(Parser *p)
{
    if (take(p, "(")) {
        if (!enter(p)) return TYPE_BAD;
        Type t = parse_or(p);
        p->depth--;
        if (t == TYPE_BAD) return t;
        return take(p, ")") ? t : refuse(p, p->at, (Text)T("缺少右括号", "a closing bracket is missing"));
    }
    skip_space(p);
    if (p->at == p->text.n) return refuse(p, p->at, (Text)T("表达式不完整", "the expression ends too early"));
    if (is_letter(p->text.p[p->at])) return parse_function(p);
    double num;
    if (!scan_number(p, &num)) return TYPE_BAD;
    emit(p, (Op){.code = OP_NUM, .num = num}, 1);
    return p->failed ? TYPE_BAD : TYPE_NUMBER;
}

static Type parse_sign(Parser *p)
{
    bool minus = take(p, "-") || take(p, "−");
    if (!minus && !take(p, "+")) return parse_primary(p);
    size_t at = p->at;
    if (!enter(p)) return TYPE_BAD;
    Type t = need(p, parse_sign(p), TYPE_NUMBER, at);
    p->depth--;
    if (t != TYPE_BAD && minus) emit(p, (Op){.code = OP_NEG}, 0);
    return p->failed ? TYPE_BAD : t;
}

/* ---- operators with two sides ---- */
typedef struct Infix {
    const char *token;
    OpCode code;
    bool word;
} Infix;

static const Infix products[] = {
    {"*", OP_MUL, false}, {"×", OP_MUL, false}, {"/", OP_DIV, false}, {"÷", OP_DIV, false}};
static const Infix sums[] = {{"+", OP_ADD, false}, {"-", OP_SUB, false}, {"−", OP_SUB, false}};
/* longer tokens before their beginnings */
static const Infix comparisons[] = {{"<=", OP_LE, false}, {"≤", OP_LE, false},  {">=", OP_GE, false},
                                    {"≥", OP_GE, false},  {"==", OP_EQ, false}, {"!=", OP_NE, false},
                                    {"≠", OP_NE, false},  {"<", OP_LT, false},  {">", OP_GT, false},
                                    {"=", OP_EQ, false}};
static const Infix ands[] = {{"and", OP_AND, true}};
static const Infix ors[] = {{"or", OP_OR, true}};

static const Infix *take_infix(Parser *p, const Infix *set, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (set[i].word ? take_word(p, set[i].token) : take(p, set[i].token)) return &set[i];
    return NULL;
}

/* left { op right }, all of one type. */
static Type parse_chain(Parser *p, Type (*side)(Parser *), const Infix *set, size_t n, Type type)
{
    size_t start = p->at;
    Type t = side(p);
    for (const Infix *op; t != TYPE_BAD && (op = take_infix(p, set, n));) {
        if (need(p, t, type, start) == TYPE_BAD) return TYPE_BAD;
        start = p->at;
        if (need(p, side(p), type, start) == TYPE_BAD) return TYPE_BAD;
        emit(p, (Op){.code = op->code}, -1);
        t = p->failed ? TYPE_BAD : type;
    }
    return t;
}

static Type parse_product(Parser *p)
{
    return parse_chain(p, parse_sign, products, ARRAY_LEN(products), TYPE_NUMBER);
}

static Type parse_sum(Parser *p)
{
    return parse_chain(p, parse_product, sums, ARRAY_LEN(sums), TYPE_NUMBER);
}

static Type parse_comparison(Parser *p)
{
    size_t start = p->at;
    Type t = parse_sum(p);
    if (t == TYPE_BAD) return t;
    const Infix *op = take_infix(p, comparisons, ARRAY_LEN(comparisons));
    if (!op) return t;
    if (need(p, t, TYPE_NUMBER, start) == TYPE_BAD) return TYPE_BAD;
    start = p->at;
    if (need(p, parse_sum(p), TYPE_NUMBER, start) == TYPE_BAD) return TYPE_BAD;
    emit(p, (Op){.code = op->code}, -1);
    if (take_infix(p, comparisons, ARRAY_LEN(comparisons)))
        return refuse(p, p->at, (Text)T("比较不能连写", "comparisons cannot be chained"));
    return p->failed ? TYPE_BAD : TYPE_TRUTH;
}

static Type parse_not(Parser *p)
{
    if (!take_word(p, "not")) return parse_comparison(p);
    size_t at = p->at;
    if (!enter(p)) return TYPE_BAD;
    Type t = need(p, parse_not(p), TYPE_TRUTH, at);
    p->depth--;
    if (t != TYPE_BAD) emit(p, (Op){.code = OP_NOT}, 0);
    return p->failed ? TYPE_BAD : t;
}

static Type parse_and(Parser *p)
{
    return parse_chain(p, parse_not, ands, ARRAY_LEN(ands), TYPE_TRUTH);
}
static Type parse_or(Parser *p)
{
    return parse_chain(p, parse_and, ors, ARRAY_LEN(ors), TYPE_TRUTH);
}

static Expr *finish(Parser *p, Type type)
{
    Arena *a = p->ctx->arena;
    Expr *e = ARENA_NEW(a, Expr);
    e->ops = arena_copy(a, p->ops, p->n * sizeof *p->ops);
    e->n = p->n;
    e->operands = arena_copy(a, p->operands, p->noperands * sizeof *p->operands);
    e->noperands = p->noperands;
    for (size_t i = 0; i < e->noperands; i++) e->operands[i].code = str_copy(a, e->operands[i].code);
    e->boolean = type == TYPE_TRUTH;
    return e;
}

Rc expr_parse(Ctx *ctx, Str text, const char *field, Expr **out)
{
    if (text.n > EXPR_TEXT_MAX)
        return FAIL_FIELD(ctx, field, "length", 0, "表达式不能超过 %d 字节",
                          "an expression has at most %d bytes", EXPR_TEXT_MAX);
    Parser *p = ARENA_NEW(ctx->arena, Parser);
    p->ctx = ctx;
    p->field = field;
    p->text = text;
    Type type = parse_or(p);
    skip_space(p);
    if (type != TYPE_BAD && p->at < text.n)
        type = refuse(p, p->at, (Text)T("多余的内容", "nothing more is expected"));
    if (type != TYPE_BAD && p->noperands == 0)
        type = refuse(p, 0, (Text)T("未引用任何点位", "no point is used"));
    if (p->failed || type == TYPE_BAD) return RC_INVALID;
    *out = finish(p, type);
    return RC_OK;
}

bool expr_is_boolean(const Expr *e)
{
    return e->boolean;
}

size_t expr_operands(const Expr *e, const Operand **out)
{
    *out = e->operands;
    return e->noperands;
}

static double apply(OpCode code, double a, double b)
{
    switch (code) {
    case OP_ADD:
        return a + b;
    case OP_SUB:
        return a - b;
    case OP_MUL:
        return a * b;
    case OP_DIV:
        return a / b;
    case OP_LT:
        return a < b;
    case OP_LE:
        return a <= b;
    case OP_GT:
        return a > b;
    case OP_GE:
        return a >= b;
    case OP_EQ:
        return a == b;
    case OP_NE:
        return a != b;
    case OP_AND:
        return a != 0 && b != 0;
    case OP_OR:
        return a != 0 || b != 0;
    default:
        return (double)NAN;
    }
}

bool expr_eval(const Expr *e, const double *values, double *out)
{
    double stack[EXPR_DEPTH_MAX + 1];
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++) {
        const Op *op = &e->ops[i];
        switch (op->code) {
        case OP_NUM:
            stack[n++] = op->num;
            break;
        case OP_OPERAND:
            stack[n++] = values[op->operand];
            break;
        case OP_NEG:
            stack[n - 1] = -stack[n - 1];
            break;
        case OP_NOT:
            stack[n - 1] = stack[n - 1] == 0;
            break;
        default:
            n--;
            stack[n - 1] = apply(op->code, stack[n - 1], stack[n]);
        }
        if (!isfinite(stack[n - 1])) return false;
    }
    *out = stack[0];
    return true;
}
