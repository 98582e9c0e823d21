/* One sentence a person reads for an event. A sentence is a template with places: {x} the point's name, value
 * and unit, {n} the name alone, {l} the limit, {r} where the dead band ends, {u} the unit, {s} since, {t} the
 * event's time, {w} the rule's window, {g} the grade, {e} the expression in words, {h} what somebody else
 * says has happened. Which template is a table over kind of rule and kind of event, so that a new wording is
 * a new row. */
#include "rules.h"

#include "base/clock.h"
#include "base/num.h"
#include <math.h>
#include <stdio.h>

typedef struct Sentence {
    const WatchEvent *e;
    const Rule *rule; /* NULL: clock fault, or gone */
    const WatchWords *words;
    Str name, unit;
    Lang lang;
    StrBuf *out;
} Sentence;

/* ---- pieces ---- */
static void put_number(StrBuf *out, double v)
{
    char text[NUM_TEXT_MAX];
    if (isfinite(v)) buf_add(out, str_n(text, num_print_f64(v, text)));
}

static void put_unit(const Sentence *s)
{
    if (!s->unit.n) return;
    buf_addc(s->out, ' ');
    buf_add(s->out, s->unit);
}

/* What is worked out has digits that nobody measured. */
static double rounded(double v)
{
    return fabs(v) < 1e9 ? round(v * 1000) / 1000 : v;
}

static void put_subject(const Sentence *s)
{
    buf_add(s->out, s->name);
    if (!s->e->has_value) return;
    if (s->name.n) buf_addc(s->out, ' ');
    put_number(s->out, s->e->value);
    put_unit(s);
}

/* Of the same civil day as the event: only the time. */
static void put_time(const Sentence *s, int64_t at)
{
    char text[TIME_TEXT_MAX];
    Str t = str_of(time_print_civil(at, text));
    bool today = civil_day(at) == civil_day(s->e->t);
    buf_add(s->out, today && t.n > 11 ? str_n(t.p + 11, t.n - 11) : t);
}

static void put_reset(const Sentence *s)
{
    double band = s->rule ? s->rule->deadband : 0;
    put_number(s->out, s->rule && s->rule->dir == DIR_LOW ? s->e->limit + band : s->e->limit - band);
}

static void put_span(const Sentence *s, int64_t ms)
{
    static const struct {
        int64_t ms;
        Text unit;
    } units[] = {{MS_DAY, T(" 天", " d")},
                 {MS_HOUR, T(" 小时", " h")},
                 {MS_MINUTE, T(" 分钟", " min")},
                 {MS_SECOND, T(" 秒", " s")},
                 {1, T(" 毫秒", " ms")}};
    size_t i = 0;
    while (i + 1 < ARRAY_LEN(units) && ms % units[i].ms) i++;
    buf_printf(s->out, "%lld%s", (long long)(ms / units[i].ms), text_in(units[i].unit, s->lang));
}

static void put_grade(const Sentence *s)
{
    static const Text grades[] = {T("", ""), T("红色（Ⅰ级）", "red (grade 1)"),
                                  T("橙色（Ⅱ级）", "orange (grade 2)"), T("黄色（Ⅲ级）", "yellow (grade 3)"),
                                  T("蓝色（Ⅳ级）", "blue (grade 4)")};
    buf_addz(s->out, text_in(grades[s->e->grade <= GRADES ? s->e->grade : 0], s->lang));
}

static void put_limit(const Sentence *s)
{
    bool at_least_k = s->rule && s->rule->kind == RULE_DEVIATION && s->e->limit < s->rule->k;
    put_number(s->out, at_least_k ? s->rule->k : s->e->limit);
}

/* ---- an expression ---- */
static const struct {
    const char *name;
    Text words; /* {n} the point's name, {w} the window, {v} value and unit */
} functions[] = {[OPERAND_V] = {"v", T("{n} {v}", "{n} {v}")},
                 [OPERAND_AGE] = {"age", T("{n} 数据时龄 {v}", "age of {n} {v}")},
                 [OPERAND_AVG] = {"avg", T("{n} {w}均值 {v}", "{n} mean of {w} {v}")},
                 [OPERAND_MIN] = {"min", T("{n} {w}最小值 {v}", "{n} least of {w} {v}")},
                 [OPERAND_MAX] = {"max", T("{n} {w}最大值 {v}", "{n} greatest of {w} {v}")},
                 [OPERAND_DELTA] = {"delta", T("{n} {w}变化 {v}", "{n} change in {w} {v}")}};

static void put_shown(const Sentence *s, const WatchShown *shown)
{
    if (!isfinite(shown->value)) {
        if (s->out->n && s->out->p[s->out->n - 1] == ' ') s->out->n--;
        return;
    }
    put_number(s->out, rounded(shown->value));
    if (!shown->unit.n) return;
    buf_addc(s->out, ' ');
    buf_add(s->out, shown->unit);
}

static void say_operand(void *ud, const Operand *o, Lang lang, StrBuf *out)
{
    const Sentence *s = ud;
    WatchOperand asked = {functions[o->kind].name, o->code, o->window_ms};
    WatchShown shown = {.value = (double)NAN};
    (void)out;
    if (s->words->operand) shown = s->words->operand(s->words->ud, &asked);
    if (!shown.name.n) shown.name = o->code;
    for (const char *p = text_in(functions[o->kind].words, lang); *p; p++) {
        if (*p != '{') {
            buf_addc(s->out, *p);
            continue;
        }
        if (p[1] == 'n') buf_add(s->out, shown.name);
        else if (p[1] == 'w') put_span(s, o->window_ms);
        else put_shown(s, &shown);
        p += 2;
    }
}

static void put_expr(Sentence *s)
{
    if (!s->rule) return;
    expr_say(s->rule->text, s->lang, &(ExprVoice){say_operand, s}, s->out);
    if (s->rule->boolean || !s->e->has_value) return;
    buf_addz(s->out, " = ");
    put_number(s->out, rounded(s->e->value));
}

size_t ruleset_operands(const RuleSet *r, size_t rule)
{
    const Operand *list;
    return r->rules[rule].expr ? expr_operands(r->rules[rule].expr, &list) : 0;
}

WatchOperand ruleset_operand(const RuleSet *r, size_t rule, size_t i)
{
    const Operand *list;
    size_t n = expr_operands(r->rules[rule].expr, &list);
    ENSURE(i < n);
    return (WatchOperand){functions[list[i].kind].name, list[i].code, list[i].window_ms};
}

Str ruleset_expr(const RuleSet *r, size_t rule)
{
    return r->rules[rule].expr ? r->rules[rule].text : STR_NONE;
}

static void put_place(Sentence *s, char place)
{
    switch (place) {
    case 'x':
        put_subject(s);
        break;
    case 'n':
        if (s->name.n) buf_printf(s->out, "%.*s ", STR_ARG(s->name));
        break;
    case 'l':
        put_limit(s);
        break;
    case 'u':
        put_unit(s);
        break;
    case 's':
        put_time(s, s->e->since);
        break;
    case 't':
        put_time(s, s->e->t);
        break;
    case 'r':
        put_reset(s);
        break;
    case 'h':
        buf_add(s->out, s->words->happened[s->lang]);
        break;
    case 'g':
        put_grade(s);
        break;
    case 'w':
        put_span(s, s->rule ? s->rule->kind == RULE_OFFLINE ? s->rule->timeout : s->rule->window : 0);
        break;
    case 'e':
        put_expr(s);
        break;
    default:
        break;
    }
}

/* ---- templates ---- */
typedef enum { SAY_RAISE, SAY_EASE, SAY_RETURN, SAYS } Say;
typedef enum {
    W_HIGH,
    W_LOW,
    W_RISE,
    W_FALL,
    W_EITHER,
    W_STUCK,
    W_OFFLINE,
    W_TRUTH,
    W_EXPR_HIGH,
    W_EXPR_LOW,
    W_DEVIATION,
    W_CLOCK,
    W_ON,
    W_TOLD,
    WORDINGS
} Wording;

#define EASED T("{x}，{t} 降为{g}", "{x}, eased to {g} at {t}")
#define BACK  T("{x}，已恢复，自 {s} 起", "{x}, back to normal since {s}")

static const Text templates[WORDINGS][SAYS] = {
    [W_HIGH] = {T("{x} ≥ {l}，自 {s} 起", "{x} ≥ {l}, since {s}"),
                T("{x}，{t} 降为{g}：限值 {l}{u}，低于 {r}{u} 解除",
                  "{x}, eased to {g} at {t}: limit {l}{u}, ends below {r}{u}"),
                BACK},
    [W_LOW] = {T("{x} ≤ {l}，自 {s} 起", "{x} ≤ {l}, since {s}"),
               T("{x}，{t} 降为{g}：限值 {l}{u}，高于 {r}{u} 解除",
                 "{x}, eased to {g} at {t}: limit {l}{u}, ends above {r}{u}"),
               BACK},
    [W_RISE] = {T("{x}，{w}内每分钟上升 ≥ {l}{u}，自 {s} 起",
                  "{x}, rising ≥ {l}{u} a minute over {w}, since {s}"),
                T("{x}，{t} 降为{g}：{w}内每分钟上升 ≥ {l}{u}",
                  "{x}, eased to {g} at {t}: rising ≥ {l}{u} a minute over {w}"),
                BACK},
    [W_FALL] = {T("{x}，{w}内每分钟下降 ≥ {l}{u}，自 {s} 起",
                  "{x}, falling ≥ {l}{u} a minute over {w}, since {s}"),
                T("{x}，{t} 降为{g}：{w}内每分钟下降 ≥ {l}{u}",
                  "{x}, eased to {g} at {t}: falling ≥ {l}{u} a minute over {w}"),
                BACK},
    [W_EITHER] = {T("{x}，{w}内每分钟变化 ≥ {l}{u}，自 {s} 起",
                    "{x}, changing ≥ {l}{u} a minute over {w}, since {s}"),
                  T("{x}，{t} 降为{g}：{w}内每分钟变化 ≥ {l}{u}",
                    "{x}, eased to {g} at {t}: changing ≥ {l}{u} a minute over {w}"),
                  BACK},
    [W_STUCK] = {T("{x}，{w}内变化 ≤ {l}{u}，自 {s} 起", "{x}, within {l}{u} for {w}, since {s}"), EASED,
                 T("{x}，恢复变化，自 {s} 起", "{x}, changing again since {s}")},
    [W_OFFLINE] = {T("{x} 超过 {w}无数据，自 {s} 起", "{x} no data for more than {w}, since {s}"), EASED,
                   T("{x}，恢复上报，自 {s} 起", "{x}, reporting again since {s}")},
    [W_TRUTH] = {T("条件成立：{e}，自 {s} 起", "condition holds: {e}, since {s}"),
                 T("{e}，{t} 降为{g}", "{e}, eased to {g} at {t}"),
                 T("条件不再成立：{e}，自 {s} 起", "condition no longer holds: {e}, since {s}")},
    [W_EXPR_HIGH] = {T("{e} ≥ {l}，自 {s} 起", "{e} ≥ {l}, since {s}"),
                     T("{e}，{t} 降为{g}：限值 {l}", "{e}, eased to {g} at {t}: limit {l}"),
                     T("{e}，已恢复，自 {s} 起", "{e}, back to normal since {s}")},
    [W_EXPR_LOW] = {T("{e} ≤ {l}，自 {s} 起", "{e} ≤ {l}, since {s}"),
                    T("{e}，{t} 降为{g}：限值 {l}", "{e}, eased to {g} at {t}: limit {l}"),
                    T("{e}，已恢复，自 {s} 起", "{e}, back to normal since {s}")},
    [W_DEVIATION] = {T("{x}，偏离常态 ≥ {l} 倍标准差，自 {s} 起",
                       "{x}, off its usual course by ≥ {l} standard deviations, since {s}"),
                     EASED, T("{x}，回到常态，自 {s} 起", "{x}, back to its usual course since {s}")},
    [W_CLOCK] = {T("{x}，设备时钟异常：连续 3 条数据迟到或超前，自 {s} 起",
                   "{x}, device clock fault: 3 readings in a row late or ahead, since {s}"),
                 EASED, T("{x}，设备时钟恢复，自 {s} 起", "{x}, device clock in order since {s}")},
    [W_ON] = {T("{n}动作，自 {s} 起", "{n}is on, since {s}"), EASED, BACK},
    [W_TOLD] = {T("{h}，自 {s} 起", "{h}, since {s}"), T("{h}，{t} 降为{g}", "{h}, eased to {g} at {t}"),
                T("{h}，自 {s} 起", "{h}, since {s}")},
};

/* A contact that has closed: a pure yes, of which "1 ≥ 1" says nothing. */
static bool is_contact(const WatchEvent *e, Str unit)
{
    return !unit.n && e->has_value && e->value == 1 && e->limit == 1;
}

static Wording wording_of(const WatchEvent *e, const Rule *r, Str unit)
{
    static const Wording by_dir[] = {[DIR_NONE] = W_HIGH, [DIR_HIGH] = W_HIGH, [DIR_LOW] = W_LOW,
                                     [DIR_RISE] = W_RISE, [DIR_FALL] = W_FALL, [DIR_EITHER] = W_EITHER};
    if (e->rule == WATCH_RULE_CLOCK) return W_CLOCK;
    if (!r) return W_HIGH; /* a rule that is gone: its alarm returns */
    switch (r->kind) {
    case RULE_STUCK:
        return W_STUCK;
    case RULE_OFFLINE:
        return W_OFFLINE;
    case RULE_DEVIATION:
        return W_DEVIATION;
    case RULE_LEVEL:
        return r->dir == DIR_HIGH && is_contact(e, unit) ? W_ON : by_dir[r->dir];
    case RULE_EXPR:
        return r->boolean ? W_TRUTH : r->dir == DIR_LOW ? W_EXPR_LOW : W_EXPR_HIGH;
    default:
        return by_dir[r->dir];
    }
}

/* What would join a subject to the rest, when there is no subject. */
static const char *skip_joint(const char *p)
{
    static const char *const joints[] = {"，", ", ", " "};
    for (size_t i = 0; i < ARRAY_LEN(joints); i++)
        if (str_starts(str_of(p), str_of(joints[i]))) return p + strlen(joints[i]);
    return p;
}

void watch_reason_with(const RuleSet *rules, const WatchEvent *e, const WatchWords *words, Lang lang,
                       StrBuf *out)
{
    static const Say says[] = {[EVENT_RAISE] = SAY_RAISE,
                               [EVENT_ESCALATE] = SAY_RAISE,
                               [EVENT_EASE] = SAY_EASE,
                               [EVENT_RETURN] = SAY_RETURN};
    const Rule *rule = e->rule != WATCH_RULE_CLOCK && e->rule < rules->n ? &rules->rules[e->rule] : NULL;
    Sentence s = {.e = e,
                  .rule = rule,
                  .words = words,
                  .name = words->name,
                  .unit = words->unit,
                  .lang = lang,
                  .out = out};
    Wording wording = words->happened[lang].n ? W_TOLD : wording_of(e, rule, words->unit);
    for (const char *p = text_in(templates[wording][says[e->kind]], lang); *p;) {
        if (*p != '{') {
            buf_addc(out, *p++);
            continue;
        }
        size_t before = out->n;
        put_place(&s, p[1]);
        p += 3;
        if (p[-2] == 'x' && out->n == before) p = skip_joint(p);
    }
}

void watch_reason(const RuleSet *rules, const WatchEvent *e, Str name, Str unit, Lang lang, StrBuf *out)
{
    watch_reason_with(rules, e, &(WatchWords){.name = name, .unit = unit}, lang, out);
}
