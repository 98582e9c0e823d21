/* Where responsibility clauses stand. Brackets are paired with a stack, whatever their kinds; the outermost
 * pair is looked at, and those inside only when it holds sentences of its own. A bracket is a clause by what
 * it says (a label; names and a role word; certain bodies only) and by where it stands (the end of a
 * sentence). */
#include "clause.h"

#define CONTENT_MAX 1500
#define NEST_MAX    3 /* how deep inside other brackets a clause is looked for */

typedef struct Finder {
    Arena *arena;
    const Source *src;
    const Para *para;
    Cps s;
    uint32_t *match; /* of each open bracket: its closing one, 0: none */
    Clauses *out;
} Finder;

static void pair_brackets(Finder *f)
{
    uint32_t *stack = ARENA_ARRAY(f->arena, uint32_t, f->s.n + 1);
    size_t depth = 0;
    for (size_t i = 0; i < f->s.n; i++) {
        if (f->s.p[i] == '(') stack[depth++] = (uint32_t)i;
        if (f->s.p[i] == ')' && depth > 0) f->match[stack[--depth]] = (uint32_t)i;
    }
}

/* A sentence or a part of one ends before i. */
static bool after_sentence(Cps s, size_t i)
{
    while (i > 0 && one_of(s.p[i - 1], U"”’\"")) i--;
    if (i == 0) return true;
    char32_t c = s.p[i - 1];
    if (cp_ends_part(c) || c == ')') return cp_ends_part(c);
    return c == '.' && i >= 2 && cp_han(s.p[i - 2]);
}

static bool before_end(Cps s, size_t i)
{
    if (i >= s.n) return true;
    return cp_ends_part(s.p[i]) || s.p[i] == '(' || (s.p[i] == '.' && !(i + 1 < s.n && cp_word(s.p[i + 1])));
}

/* A new sentence could begin at i: a clause without 。 on either side. */
static bool before_sentence(Cps s, size_t i)
{
    return i < s.n && cp_han(s.p[i]) && !one_of(s.p[i], U"的等和及与或、并将把为是在也都就以之");
}

/* What stands before the bracket is a name, so the bracket may be its other name. */
static bool after_name(Cps s, size_t open)
{
    size_t from = open > 8 ? open - 8 : 0;
    for (size_t i = open; i-- > from;)
        if (cp_ends_part(s.p[i]) || one_of(s.p[i], U",、:)")) from = i + 1;
    return body_class(cps_cut(s, from, open)) != BODY_NO;
}

/* The end of what gives units: the first 。 outside inner brackets unless a label follows, or a label that
 * names no unit (时限：…) when none that does comes after it. */
static size_t end_of_units(Cps s, size_t from, size_t to)
{
    int depth = 0;
    PolicyRole role;
    for (size_t i = from; i < to; i++) {
        depth = name_depth(s.p[i], depth);
        if (depth || !one_of(s.p[i], U"。,;")) continue;
        bool label = roles_label(cps_cut(s, i + 1, to), &role) > 0;
        if (s.p[i] == U'。' ? !label
                            : label && role == POLICY_ROLES && cps_find(cps_cut(s, i, to), U"单位:") < 0)
            return i;
    }
    return to;
}

/* Each name that is known, and each that could be nothing else. A role word vouches for short names. */
static void count_names(Cps s, const Names units[POLICY_ROLES], Reading reading, size_t *all, size_t *known,
                        size_t *certain)
{
    *all = *known = *certain = 0;
    for (size_t r = 0; r < POLICY_ROLES; r++)
        for (size_t i = 0; i < units[r].n; i++) {
            Cps name = cps_cut(s, units[r].v[i].from, units[r].v[i].to);
            ++*all;
            *known += body_known(name) || (reading != READ_LIST && body_short(name));
            *certain += body_certain(name);
        }
}

static bool is_clause(Cps s, size_t open, size_t close, Reading reading, const Names units[POLICY_ROLES])
{
    size_t all, known, certain;
    count_names(s, units, reading, &all, &known, &certain);
    bool ends = after_sentence(s, open) || before_end(s, close + 1);
    char32_t next = close + 1 < s.n ? s.p[close + 1] : 0;
    if (all == 0) return false;
    switch (reading) {
    case READ_LABEL:
        return next != U'的' && next != U'、';
    case READ_ROLE:
        if (known * 3 < all * 2 || (all < 3 && known < all)) return false;
        return ends || (before_sentence(s, close + 1) && known == all && !after_name(s, open));
    case READ_LIST:
        if (certain == 0 || known < all) return false;
        if (!ends) return before_sentence(s, close + 1) && all > 1 && certain == all && !after_name(s, open);
        return after_sentence(s, open) || !after_name(s, open);
    }
    return false;
}

static const char32_t *const role_signs[] = {U"牵头", U"配合", U"负责", U"会同", U"落实",
                                             U"协同", U"协助", U"参与", NULL};

/* Without pieces at the end that say when. */
static Cps without_schedule(Cps s)
{
    for (size_t i = s.n; i-- > 0;) {
        if (!one_of(s.p[i], U",;、")) continue;
        if (!policy__is_schedule(cps_from(s, i + 1))) return s;
        s.n = i;
    }
    return s;
}

/* A cheap look: could the content be read as a clause at all? */
static bool worth_reading(Cps content)
{
    PolicyRole role;
    if (content.n < 2 || content.n > CONTENT_MAX || content.p[0] == '(') return false;
    if (roles_label(content, &role)) return true;
    size_t end = end_of_units(content, 0, content.n);
    Cps head = cps_cut(content, 0, end);
    while (head.n && one_of(head.p[head.n - 1], U"、,;")) head.n--;
    head = without_schedule(head);
    return roles_at_end(head) || words_have(head, role_signs) || body_class(head) != BODY_NO ||
           cps_find(head, U"等") > 0 || cps_find(head, U"下同") > 0;
}

static bool try_clause(Finder *f, size_t open, size_t close, bool unclosed)
{
    Clause c = {.open = open, .close = close, .unclosed = unclosed};
    if (!worth_reading(cps_cut(f->s, open + 1, close))) return false;
    size_t end = end_of_units(f->s, open + 1, close), all, known, certain;
    Names like = {.arena = f->arena, .src = f->src, .at = f->para->at};
    Reading reading = roles_read(&like, f->s, open + 1, end, c.units);
    if (!is_clause(f->s, open, close, reading, c.units)) return false;
    if (unclosed && reading != READ_LABEL) return false;
    count_names(f->s, c.units, reading, &all, &known, &certain);
    c.unknown = known < all;
    VEC_PUSH(f->arena, f->out, c);
    return true;
}

/* A labelled bracket that was never closed ends with its sentence. */
static size_t lost_end(Cps s, size_t open)
{
    size_t end = open + 1;
    while (end < s.n && end - open < CONTENT_MAX && s.p[end] != U'。' && s.p[end] != '(' && s.p[end] != '\t')
        end++;
    return end;
}

static bool has_full_stop(Cps s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == U'。') return true;
    return false;
}

/* Looks at the bracket at i; where to go on. */
static size_t look(Finder *f, size_t i, size_t *nest_end, int *nest)
{
    size_t close = f->match[i];
    PolicyRole role;
    if (close == 0) {
        bool labelled = roles_label(cps_from(f->s, i + 1), &role) && role != POLICY_ROLES;
        size_t end = labelled ? lost_end(f->s, i) : i;
        return labelled && try_clause(f, i, end, true) ? end : i + 1;
    }
    if (try_clause(f, i, close, false)) return close + 1;
    bool inside = *nest < NEST_MAX && close - i > 12 &&
                  (close - i > CONTENT_MAX || has_full_stop(cps_cut(f->s, i, close)));
    if (!inside) return close + 1;
    ++*nest;
    *nest_end = close;
    return i + 1;
}

void clauses_find(Arena *a, const Source *src, const Para *para, Clauses *out)
{
    Finder f = {.arena = a, .src = src, .para = para, .s = para_cps(para), .out = out};
    size_t brackets = 0;
    for (size_t i = 0; i < f.s.n; i++) brackets += f.s.p[i] == '(';
    if (brackets == 0) return;
    f.match = ARENA_ARRAY(a, uint32_t, f.s.n + 1);
    pair_brackets(&f);
    size_t nest_end = 0;
    int nest = 0;
    for (size_t i = 0; i < f.s.n;) {
        if (i >= nest_end) nest = 0;
        i = f.s.p[i] == '(' ? look(&f, i, &nest_end, &nest) : i + 1;
    }
}
