/* Rule sets from JSON. Which member belongs to which kind, its type and bounds is one table; the checks that
 * look at more than one member (order of limits, grade or grades) follow it. All errors of a text are
 * collected, up to a bound, because rules are edited by hand. */
#include "rules.h"

#include "deviation.h"

#include "base/json.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { RULES_MAX = 1000000, ERRORS_MAX = 100, NAME_MAX_BYTES = 200, POINT_MAX_BYTES = 200 };

/* ---- the table of members ---- */
typedef enum { M_DIR, M_GRADE, M_GRADES, M_TEXT, M_MS, M_MS_POSITIVE, M_REAL, M_REAL_POSITIVE } MemberType;

#define K(kind) (1u << RULE_##kind)
enum { ALL_KINDS = K(LEVEL) | K(RATE) | K(STUCK) | K(OFFLINE) | K(EXPR) | K(DEVIATION) };

typedef struct Member {
    const char *name;
    MemberType type;
    unsigned kinds, required; /* K(…) */
    size_t offset;            /* in Rule */
} Member;

static const Member members[] = {
    {"dir", M_DIR, K(LEVEL) | K(RATE) | K(EXPR), K(LEVEL) | K(RATE), offsetof(Rule, dir)},
    {"grades", M_GRADES, K(LEVEL) | K(RATE) | K(EXPR) | K(DEVIATION), K(LEVEL) | K(RATE) | K(DEVIATION),
     offsetof(Rule, given)},
    {"grade", M_GRADE, K(STUCK) | K(OFFLINE) | K(EXPR), K(STUCK) | K(OFFLINE), offsetof(Rule, grade)},
    {"deadband", M_REAL, K(LEVEL), 0, offsetof(Rule, deadband)},
    {"eps", M_REAL, K(STUCK), K(STUCK), offsetof(Rule, eps)},
    {"k", M_REAL_POSITIVE, K(DEVIATION), K(DEVIATION), offsetof(Rule, k)},
    {"on_delay_ms", M_MS, K(LEVEL) | K(EXPR) | K(DEVIATION), 0, offsetof(Rule, on_delay)},
    {"off_delay_ms", M_MS, K(LEVEL) | K(RATE) | K(EXPR) | K(DEVIATION), 0, offsetof(Rule, off_delay)},
    {"max_gap_ms", M_MS, K(LEVEL) | K(STUCK), 0, offsetof(Rule, max_gap)},
    {"window_ms", M_MS_POSITIVE, K(RATE) | K(STUCK), K(RATE) | K(STUCK), offsetof(Rule, window)},
    {"timeout_ms", M_MS_POSITIVE, K(OFFLINE), K(OFFLINE), offsetof(Rule, timeout)},
    {"expr", M_TEXT, K(EXPR), K(EXPR), offsetof(Rule, text)},
    {"max_age_ms", M_MS, K(EXPR), 0, offsetof(Rule, max_age)},
    {"warmup_ms", M_MS, K(DEVIATION), 0, offsetof(Rule, warmup)},
    {"season_ms", M_MS, K(DEVIATION), 0, offsetof(Rule, season)},
};

static const char *const kind_names[] = {
    [RULE_LEVEL] = "level",     [RULE_RATE] = "rate", [RULE_STUCK] = "stuck",
    [RULE_OFFLINE] = "offline", [RULE_EXPR] = "expr", [RULE_DEVIATION] = "deviation"};

static const struct {
    const char *name;
    RuleDir dir;
    unsigned kinds;
} dirs[] = {{"high", DIR_HIGH, K(LEVEL) | K(EXPR)},
            {"low", DIR_LOW, K(LEVEL) | K(EXPR)},
            {"rise", DIR_RISE, K(RATE)},
            {"fall", DIR_FALL, K(RATE)},
            {"either", DIR_EITHER, K(RATE)}};

/* ---- one rule under the reader's eyes ---- */
typedef struct Reader {
    Ctx *ctx;
    RuleSet *set;
    StrMap *names;
    Rule *rule;
    const char *at; /* "rules[3]" */
    size_t errors;
} Reader;

static const char *path(Reader *rd, const char *member)
{
    return arena_printf(rd->ctx->arena, "%s.%s", rd->at, member);
}

#define WRONG(rd, field, code, zh, en, ...)                                                                  \
    ((rd)->errors++, FAIL_FIELD((rd)->ctx, (field), (code), 0, zh, en, ##__VA_ARGS__))

static void read_dir(Reader *rd, const char *field, const Json *j)
{
    Str s = json_str(j);
    for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
        if (str_is(s, dirs[i].name) && dirs[i].kinds & (1u << rd->rule->kind)) {
            rd->rule->dir = dirs[i].dir;
            return;
        }
    WRONG(rd, field, "enum", "方向取值不符合规则类型", "not a direction of this kind of rule");
}

/* 0 when it is none. */
static uint8_t read_grade(Reader *rd, const char *field, const Json *j)
{
    int64_t g;
    if (j && j->type == JSON_INT && json_i64(j, &g) && g >= 1 && g <= GRADES) return (uint8_t)g;
    WRONG(rd, field, "range", "级别须为 1 至 4 的整数", "a grade is a whole number from 1 to 4");
    return 0;
}

static void read_one_grade(Reader *rd, size_t index, const Json *item)
{
    const char *field = arena_printf(rd->ctx->arena, "%s.grades[%zu]", rd->at, index);
    if (item->type != JSON_OBJECT) {
        WRONG(rd, field, "type", "应为对象 {grade, limit}", "an object {grade, limit} is needed");
        return;
    }
    JSON_EACH(m, item)
    if (!str_is(m->name, "grade") && !str_is(m->name, "limit"))
        WRONG(rd, arena_printf(rd->ctx->arena, "%s.%.*s", field, STR_ARG(m->name)), "unknown", "未知的成员",
              "unknown member");
    const char *grade_field = arena_printf(rd->ctx->arena, "%s.grade", field);
    uint8_t g = read_grade(rd, grade_field, json_get(item, "grade"));
    double limit;
    if (!json_f64(json_get(item, "limit"), &limit) || !isfinite(limit)) {
        WRONG(rd, arena_printf(rd->ctx->arena, "%s.limit", field), "number", "限值须为数值",
              "a limit is a number");
        return;
    }
    if (!g) return;
    if (!isnan(rd->rule->given[g - 1]))
        WRONG(rd, grade_field, "duplicate", "级别 %d 重复", "grade %d is repeated", g);
    rd->rule->given[g - 1] = limit;
}

static void read_grades(Reader *rd, const char *field, const Json *j)
{
    if (j->type != JSON_ARRAY || !j->child) {
        WRONG(rd, field, "required", "至少需要一个级别", "at least one grade is needed");
        return;
    }
    size_t index = 0;
    JSON_EACH(item, j) if (rd->errors < ERRORS_MAX) read_one_grade(rd, index++, item);
}

static void read_ms(Reader *rd, const Member *m, const char *field, const Json *j)
{
    int64_t v, least = m->type == M_MS_POSITIVE ? 1 : 0;
    if (!json_i64(j, &v)) WRONG(rd, field, "number", "须为整数毫秒", "whole milliseconds are needed");
    else if (v < least) WRONG(rd, field, "range", "不得小于 %d", "at least %d", (int)least);
    else *(int64_t *)((char *)rd->rule + m->offset) = v;
}

static void read_real(Reader *rd, const Member *m, const char *field, const Json *j)
{
    double v;
    if (!json_f64(j, &v) || !isfinite(v)) WRONG(rd, field, "number", "须为数值", "a number is needed");
    else if (m->type == M_REAL_POSITIVE ? v <= 0 : v < 0)
        WRONG(rd, field, "range", "不得为负%s", "must not be negative%s",
              m->type != M_REAL_POSITIVE ? ""
              : rd->ctx->lang == LANG_EN ? " or zero"
                                         : "或零");
    else *(double *)((char *)rd->rule + m->offset) = v;
}

static void read_text(Reader *rd, const Member *m, const char *field, const Json *j)
{
    Str s = json_str(j);
    if (s.n == 0) WRONG(rd, field, "type", "须为非空文本", "a text is needed");
    else *(Str *)((char *)rd->rule + m->offset) = str_copy(rd->set->arena, s);
}

static void read_member(Reader *rd, const Member *m, const Json *j)
{
    const char *field = path(rd, m->name);
    switch (m->type) {
    case M_DIR:
        read_dir(rd, field, j);
        break;
    case M_GRADE:
        rd->rule->grade = read_grade(rd, field, j);
        break;
    case M_GRADES:
        read_grades(rd, field, j);
        break;
    case M_TEXT:
        read_text(rd, m, field, j);
        break;
    case M_MS:
    case M_MS_POSITIVE:
        read_ms(rd, m, field, j);
        break;
    case M_REAL:
    case M_REAL_POSITIVE:
        read_real(rd, m, field, j);
        break;
    }
}

static const Member *member_of(Str name, unsigned kind_bit)
{
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (members[i].kinds & kind_bit && str_is(name, members[i].name)) return &members[i];
    return NULL;
}

static void read_members(Reader *rd, const Json *j)
{
    unsigned kind = 1u << rd->rule->kind;
    JSON_EACH(m, j)
    {
        if (str_is(m->name, "name") || str_is(m->name, "point") || str_is(m->name, "kind")) continue;
        const Member *member = member_of(m->name, kind);
        if (member) read_member(rd, member, m);
        else
            WRONG(rd, arena_printf(rd->ctx->arena, "%s.%.*s", rd->at, STR_ARG(m->name)), "unknown",
                  "此类规则没有该成员", "not a member of this kind of rule");
        if (rd->errors >= ERRORS_MAX) return;
    }
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (members[i].required & kind && !json_get(j, members[i].name))
            WRONG(rd, path(rd, members[i].name), "required", "必填", "required");
}

/* ---- checks over several members ---- */
/* A more severe grade may not have the less severe limit. */
static void check_order(Reader *rd)
{
    const Rule *r = rd->rule;
    double sign = r->dir == DIR_LOW ? -1 : 1, severe = NAN;
    for (int g = 0; g < GRADES; g++) {
        if (isnan(r->given[g])) continue;
        if (sign * r->given[g] > sign * severe)
            WRONG(rd, path(rd, "grades"), "order", "级别 %d 的限值比更严重的级别还严",
                  "grade %d has a more severe limit than the grades above it", g + 1);
        severe = r->given[g];
    }
}

static void check_expr(Reader *rd)
{
    Rule *r = rd->rule;
    if (!r->text.n) return;
    Ctx own;
    ctx_init(&own, rd->set->arena, rd->ctx->lang);
    if (expr_parse(&own, r->text, "", &r->expr) < 0) {
        Expr *none;
        rd->errors++;
        expr_parse(rd->ctx, r->text, path(rd, "expr"),
                   &none); /* again, for the message in the caller's memory */
        return;
    }
    bool has_grades = false;
    for (int g = 0; g < GRADES; g++) has_grades |= !isnan(r->given[g]);
    r->boolean = expr_is_boolean(r->expr);
    if (r->is_glob) WRONG(rd, path(rd, "point"), "glob", "须为一个点位编码", "one point code is needed");
    if (r->boolean && (!r->grade || has_grades || r->dir != DIR_NONE))
        WRONG(rd, path(rd, "grade"), "required", "条件表达式须给出 grade，不得给出 dir、grades",
              "a condition needs grade, and neither dir nor grades");
    if (!r->boolean && (r->grade || !has_grades || r->dir == DIR_NONE))
        WRONG(rd, path(rd, "grades"), "required", "数值表达式须给出 dir、grades，不得给出 grade",
              "a number needs dir and grades, and no grade");
}

/* ---- the ladder of a rule ---- */
static void build_ladder(const Rule *r, Ladder *l)
{
    l->sign = r->dir == DIR_LOW ? -1 : 1;
    l->floor = INFINITY;
    l->on_delay = (uint64_t)r->on_delay;
    l->off_delay = (uint64_t)r->off_delay;
    for (int g = 0; g < GRADES; g++) {
        double limit = r->given[g];
        l->limit[g] = l->hold[g] = INFINITY;
        if (r->boolean ? g + 1 != r->grade : isnan(limit)) continue;
        if (r->boolean) limit = 1;
        if (r->kind == RULE_DEVIATION && limit < r->k) limit = r->k;
        l->limit[g] = l->sign * limit;
        l->hold[g] = l->sign > 0 ? limit - r->deadband : -(limit + r->deadband);
        if (l->limit[g] < l->floor) l->floor = l->limit[g];
    }
}

/* FNV-1a: stable from run to run, unlike hash_bytes. */
static uint64_t mix(uint64_t h, const void *p, size_t n)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * UINT64_C(0x100000001b3);
    return h;
}

static uint64_t print_of(const Rule *r)
{
    const double reals[] = {r->deadband, r->eps, r->k};
    const int64_t times[] = {r->on_delay, r->off_delay, r->max_gap, r->window,
                             r->timeout,  r->max_age,   r->warmup,  r->season};
    const unsigned char small[] = {(unsigned char)r->kind, (unsigned char)r->dir, r->grade};
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    h = mix(h, small, sizeof small);
    for (int g = 0; g < GRADES; g++) {
        double limit = isnan(r->given[g]) ? INFINITY : r->given[g];
        h = mix(h, &limit, sizeof limit);
    }
    h = mix(h, reals, sizeof reals);
    h = mix(h, times, sizeof times);
    if (r->kind == RULE_DEVIATION) h = mix(h, &(unsigned char){DEVIATION_VERSION}, 1);
    return mix(h, r->text.p, r->text.n);
}

/* ---- a rule, a set ---- */
static Str read_name(Reader *rd, const Json *j, const char *member, size_t max)
{
    Str s = json_str(json_get(j, member));
    if (s.n == 0 || s.n > max)
        WRONG(rd, path(rd, member), "required", "须为 1 至 %zu 字节的文本",
              "a text of 1 to %zu bytes is needed", max);
    return str_copy(rd->set->arena, s);
}

static bool read_kind(Reader *rd, const Json *j)
{
    Str s = json_str(json_get(j, "kind"));
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (str_is(s, kind_names[i])) {
            rd->rule->kind = (RuleKind)i;
            return true;
        }
    WRONG(rd, path(rd, "kind"), "enum", "未知的规则类型", "not a kind of rule");
    return false;
}

static void read_rule(Reader *rd, const Json *j)
{
    Rule *r = rd->rule;
    for (int g = 0; g < GRADES; g++) r->given[g] = NAN;
    if (j->type != JSON_OBJECT) {
        WRONG(rd, rd->at, "type", "应为对象", "an object is needed");
        return;
    }
    r->name = read_name(rd, j, "name", NAME_MAX_BYTES);
    r->point = read_name(rd, j, "point", POINT_MAX_BYTES);
    r->is_glob = r->point.n && (memchr(r->point.p, '*', r->point.n) || memchr(r->point.p, '?', r->point.n));
    if (r->name.n && !strmap_put(rd->names, r->name, 0))
        WRONG(rd, path(rd, "name"), "duplicate", "规则名“%.*s”重复", "rule name \"%.*s\" is repeated",
              STR_ARG(r->name));
    if (!read_kind(rd, j)) return;
    read_members(rd, j);
    check_order(rd);
    if (r->kind == RULE_EXPR) check_expr(rd);
    r->print = print_of(r);
    build_ladder(r, &rd->set->ladders[rd->rule - rd->set->rules]);
}

static void index_rules(RuleSet *s)
{
    s->exact = strmap_new(s->n);
    s->globs = ARENA_ARRAY(s->arena, uint32_t, s->n);
    for (size_t i = s->n; i-- > 0;) { /* backwards, so that chains ascend */
        Rule *r = &s->rules[i];
        r->next_exact = RULE_NONE;
        s->has_offline |= r->kind == RULE_OFFLINE;
        s->nexprs += r->kind == RULE_EXPR;
        if (r->is_glob || r->kind == RULE_EXPR) continue;
        r->next_exact = strmap_get(s->exact, r->point);
        strmap_put(s->exact, r->point, (uint32_t)i);
    }
    for (size_t i = 0; i < s->n; i++)
        if (s->rules[i].is_glob) s->globs[s->nglobs++] = (uint32_t)i;
}

static Rc read_rules(Reader *rd, const Json *list)
{
    RuleSet *s = rd->set;
    s->n = list->count;
    s->rules = ARENA_ARRAY(s->arena, Rule, s->n);
    s->ladders = ARENA_ARRAY(s->arena, Ladder, s->n);
    size_t i = 0;
    JSON_EACH(item, list)
    {
        rd->rule = &s->rules[i];
        rd->at = arena_printf(rd->ctx->arena, "rules[%zu]", i++);
        read_rule(rd, item);
        if (rd->errors >= ERRORS_MAX) break;
    }
    return rd->errors ? RC_INVALID : RC_OK;
}

static Rc find_list(Ctx *ctx, const Json *doc, const Json **out)
{
    if (doc->type != JSON_OBJECT)
        return FAIL(ctx, RC_INVALID, "rules.shape", "规则文件应为 {\"rules\":[…]}",
                    "a rule file is {\"rules\":[…]}");
    JSON_EACH(m, doc)
    if (!str_is(m->name, "rules"))
        return FAIL_FIELD(ctx, arena_printf(ctx->arena, "%.*s", STR_ARG(m->name)), "unknown", 0, "未知的成员",
                          "unknown member");
    *out = json_get(doc, "rules");
    if (!*out || (*out)->type != JSON_ARRAY)
        return FAIL_FIELD(ctx, "rules", "required", 0, "须为数组", "an array is needed");
    if ((*out)->count > RULES_MAX)
        return FAIL_FIELD(ctx, "rules", "limit", 0, "规则不得超过 %d 条", "at most %d rules", RULES_MAX);
    return RC_OK;
}

Rc ruleset_parse(Ctx *ctx, Str json, RuleSet **out)
{
    const Json *doc = NULL, *list = NULL;
    *out = NULL;
    TRY(json_parse(ctx, json, &doc));
    TRY(find_list(ctx, doc, &list));
    Arena *arena = arena_new(0);
    RuleSet *s = ARENA_NEW(arena, RuleSet);
    s->arena = arena;
    atomic_init(&s->refs, 1);
    Reader rd = {.ctx = ctx, .set = s, .names = strmap_new(list->count)};
    Rc rc = read_rules(&rd, list);
    strmap_free(&rd.names);
    if (rc < 0) {
        ruleset_free(&s);
        return rc;
    }
    index_rules(s);
    *out = s;
    return RC_OK;
}

RuleSet *ruleset__share(const RuleSet *r)
{
    RuleSet *s = (RuleSet *)(uintptr_t)r;
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void ruleset_free(RuleSet **r)
{
    RuleSet *s = *r;
    *r = NULL;
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    if (s->exact) strmap_free(&s->exact);
    Arena *arena = s->arena;
    arena_free(&arena);
}

size_t ruleset_count(const RuleSet *r)
{
    return r->n;
}

Str ruleset_name(const RuleSet *r, size_t rule)
{
    ENSURE(rule < r->n);
    return r->rules[rule].name;
}

RuleKind ruleset_kind(const RuleSet *r, size_t rule)
{
    ENSURE(rule < r->n);
    return r->rules[rule].kind;
}

void ruleset__match(const RuleSet *r, Str code, void (*fn)(void *ud, uint32_t rule), void *ud)
{
    uint32_t exact = strmap_get(r->exact, code);
    for (size_t i = 0; i < r->nglobs; i++) {
        uint32_t glob = r->globs[i];
        if (r->rules[glob].kind == RULE_EXPR || !str_glob(r->rules[glob].point, code)) continue;
        for (; exact < glob; exact = r->rules[exact].next_exact) fn(ud, exact);
        fn(ud, glob);
    }
    for (; exact != RULE_NONE; exact = r->rules[exact].next_exact) fn(ud, exact);
}
