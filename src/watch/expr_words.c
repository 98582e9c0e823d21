/* An expression as a person reads it: operands by what the caller calls them, `and or not` in words,
 * comparisons as signs, one blank around what stands between two things. A walk over the tokens of a text
 * that has compiled; of one that has not, what is not understood stays as it is. */
#include "expr.h"

#include "base/num.h"

typedef struct Walk {
    Str rest;
    Lang lang;
    const ExprVoice *voice;
    StrBuf *out;
    bool after_value; /* what follows stands between two values; else it is a sign or opens */
} Walk;

typedef struct Sign {
    const char *token, *shown;
} Sign;
/* longer tokens before their beginnings */
static const Sign signs[] = {{"<=", "≤"}, {"≤", "≤"}, {">=", "≥"}, {"≥", "≥"}, {"==", "="}, {"!=", "≠"},
                             {"≠", "≠"},  {"<", "<"}, {">", ">"},  {"=", "="}, {"*", "×"},  {"×", "×"},
                             {"/", "÷"},  {"÷", "÷"}, {"+", "+"},  {"-", "−"}, {"−", "−"}};
static const struct {
    const char *word;
    Text shown;
} joints[] = {{"and", T("且", "and")}, {"or", T("或", "or")}, {"not", T("非", "not")}};
static const struct {
    const char *word;
    OperandKind kind;
} functions[] = {{"v", OPERAND_V},     {"age", OPERAND_AGE}, {"avg", OPERAND_AVG},
                 {"min", OPERAND_MIN}, {"max", OPERAND_MAX}, {"delta", OPERAND_DELTA}};

static void drop(Str *s, size_t n)
{
    s->p += n;
    s->n -= n;
}

static void drop_blanks(Str *s)
{
    while (s->n && memchr(" \t\r\n", s->p[0], 4)) drop(s, 1);
}

static void put_joint(Walk *w, const char *shown)
{
    if (w->after_value) buf_addc(w->out, ' ');
    buf_addz(w->out, shown);
    if (w->after_value) buf_addc(w->out, ' ');
    w->after_value = false;
}

static Str take_word(Str *s)
{
    size_t n = 0;
    while (n < s->n && ((s->p[n] >= 'a' && s->p[n] <= 'z') || (s->p[n] >= 'A' && s->p[n] <= 'Z'))) n++;
    Str word = str_n(s->p, n);
    drop(s, n);
    return word;
}

/* ("code") or ("code", seconds); false: not that. */
static bool take_arguments(Str *s, Operand *o)
{
    Str at = *s;
    drop_blanks(&at);
    if (!str_starts(at, STR("("))) return false;
    drop(&at, 1);
    drop_blanks(&at);
    if (!str_starts(at, STR("\""))) return false;
    drop(&at, 1);
    o->code = str_cut(&at, '"');
    Str seconds = str_trim(str_cut(&at, ')'));
    double number = 0;
    if (seconds.n && seconds.p[0] == ',')
        num_parse_f64(str_trim(str_n(seconds.p + 1, seconds.n - 1)), false, &number);
    o->window_ms = number > 0 && number * 1000 <= (double)EXPR_WINDOW_MAX_MS ? (int64_t)(number * 1000) : 0;
    *s = at;
    return true;
}

static void put_word(Walk *w)
{
    Operand o = {0};
    Str word = take_word(&w->rest);
    for (size_t i = 0; i < ARRAY_LEN(joints); i++) {
        if (!str_is(word, joints[i].word)) continue;
        bool first = !w->after_value; /* "not" stands before what it denies */
        put_joint(w, text_in(joints[i].shown, w->lang));
        if (first) buf_addc(w->out, ' ');
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        if (!str_is(word, functions[i].word) || !take_arguments(&w->rest, &o)) continue;
        o.kind = functions[i].kind;
        w->voice->operand(w->voice->ud, &o, w->lang, w->out);
        w->after_value = true;
        return;
    }
    buf_add(w->out, word);
    w->after_value = true;
}

static bool put_sign(Walk *w)
{
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        Str token = str_of(signs[i].token);
        if (!str_starts(w->rest, token)) continue;
        put_joint(w, signs[i].shown);
        drop(&w->rest, token.n);
        return true;
    }
    return false;
}

void expr_say(Str text, Lang lang, const ExprVoice *voice, StrBuf *out)
{
    Walk w = {.rest = text, .lang = lang, .voice = voice, .out = out};
    for (drop_blanks(&w.rest); w.rest.n; drop_blanks(&w.rest)) {
        char c = w.rest.p[0];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            put_word(&w);
        } else if (!put_sign(&w)) {
            buf_addc(out, c);
            drop(&w.rest, 1);
            w.after_value = c != '(';
        }
    }
}
