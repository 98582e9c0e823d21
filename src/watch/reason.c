/* One sentence a person reads for an event. A sentence is a template with places: {x} the point's name, value
 * and unit, {l} the limit, {u} the unit, {s} since, {w} the rule's window, {g} the grade, {e} the expression.
 * Which template is a table over kind of rule and kind of event, so that a new wording is a new row. */
#include "rules.h"

#include "base/clock.h"
#include "base/num.h"
#include <math.h>
#include <stdio.h>

typedef struct Sentence {
    const WatchEvent *e;
    const Rule *rule; /* NULL: clock fault, or gone */
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

static void put_subject(const Sentence *s)
{
    bool truth = s->rule && s->rule->kind == RULE_EXPR;
    buf_add(s->out, s->name);
    if (!s->e->has_value || (truth && s->rule->boolean)) return;
    if (s->name.n) buf_addc(s->out, ' ');
    put_number(s->out, s->e->value);
    if (!truth) put_unit(s);
}

/* Of the same civil day as the event: only the time. */
static void put_since(const Sentence *s)
{
    char text[TIME_TEXT_MAX];
    Str t = str_of(time_print_civil(s->e->since, text));
    bool today = civil_day(s->e->since) == civil_day(s->e->t);
    buf_add(s->out, today && t.n > 11 ? str_n(t.p + 11, t.n - 11) : t);
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

static void put_place(const Sentence *s, char place)
{
    switch (place) {
    case 'x':
        put_subject(s);
        break;
    case 'l':
        put_limit(s);
        break;
    case 'u':
        put_unit(s);
        break;
    case 's':
        put_since(s);
        break;
    case 'g':
        put_grade(s);
        break;
    case 'w':
        put_span(s, s->rule ? s->rule->kind == RULE_OFFLINE ? s->rule->timeout : s->rule->window : 0);
        break;
    case 'e':
        buf_add(s->out, s->rule ? s->rule->text : STR_NONE);
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
    W_DEVIATION,
    W_CLOCK,
    WORDINGS
} Wording;

#define EASED T("{x}，降为{g}，自 {s} 起", "{x}, eased to {g}, since {s}")
#define BACK  T("{x}，已恢复，自 {s} 起", "{x}, back to normal since {s}")

static const Text templates[WORDINGS][SAYS] = {
    [W_HIGH] = {T("{x} ≥ {l}，自 {s} 起", "{x} ≥ {l}, since {s}"), EASED, BACK},
    [W_LOW] = {T("{x} ≤ {l}，自 {s} 起", "{x} ≤ {l}, since {s}"), EASED, BACK},
    [W_RISE] = {T("{x}，{w}内每分钟上升 ≥ {l}{u}，自 {s} 起",
                  "{x}, rising ≥ {l}{u} a minute over {w}, since {s}"),
                EASED, BACK},
    [W_FALL] = {T("{x}，{w}内每分钟下降 ≥ {l}{u}，自 {s} 起",
                  "{x}, falling ≥ {l}{u} a minute over {w}, since {s}"),
                EASED, BACK},
    [W_EITHER] = {T("{x}，{w}内每分钟变化 ≥ {l}{u}，自 {s} 起",
                    "{x}, changing ≥ {l}{u} a minute over {w}, since {s}"),
                  EASED, BACK},
    [W_STUCK] = {T("{x}，{w}内变化 ≤ {l}{u}，自 {s} 起", "{x}, within {l}{u} for {w}, since {s}"), EASED,
                 T("{x}，恢复变化，自 {s} 起", "{x}, changing again since {s}")},
    [W_OFFLINE] = {T("{x} 超过 {w}无数据，自 {s} 起", "{x} no data for more than {w}, since {s}"), EASED,
                   T("{x}，恢复上报，自 {s} 起", "{x}, reporting again since {s}")},
    [W_TRUTH] = {T("{x} 条件成立：{e}，自 {s} 起", "{x} condition holds: {e}, since {s}"), EASED,
                 T("{x} 条件不再成立：{e}，自 {s} 起", "{x} condition no longer holds: {e}, since {s}")},
    [W_DEVIATION] = {T("{x}，偏离常态 ≥ {l} 倍标准差，自 {s} 起",
                       "{x}, off its usual course by ≥ {l} standard deviations, since {s}"),
                     EASED, T("{x}，回到常态，自 {s} 起", "{x}, back to its usual course since {s}")},
    [W_CLOCK] = {T("{x}，设备时钟异常：连续 3 条数据迟到或超前，自 {s} 起",
                   "{x}, device clock fault: 3 readings in a row late or ahead, since {s}"),
                 EASED, T("{x}，设备时钟恢复，自 {s} 起", "{x}, device clock in order since {s}")},
};

static Wording wording_of(const WatchEvent *e, const Rule *r)
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
    case RULE_EXPR:
        return r->boolean ? W_TRUTH : by_dir[r->dir];
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

void watch_reason(const RuleSet *rules, const WatchEvent *e, Str name, Str unit, Lang lang, StrBuf *out)
{
    static const Say says[] = {[EVENT_RAISE] = SAY_RAISE,
                               [EVENT_ESCALATE] = SAY_RAISE,
                               [EVENT_EASE] = SAY_EASE,
                               [EVENT_RETURN] = SAY_RETURN};
    const Rule *rule = e->rule != WATCH_RULE_CLOCK && e->rule < rules->n ? &rules->rules[e->rule] : NULL;
    Sentence s = {.e = e, .rule = rule, .name = name, .unit = unit, .lang = lang, .out = out};
    for (const char *p = text_in(templates[wording_of(e, rule)][says[e->kind]], lang); *p;) {
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
