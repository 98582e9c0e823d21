/* A reading against an expected one: what test_score.c holds a paper to and leave_one_out.c measures. */
#pragma once
#include "policy_test.h"

#include <dirent.h>

static bool score_quiet; /* says nothing of what is missing */

typedef struct Score {
    size_t clauses, clauses_want, clauses_got; /* right, expected, read */
    size_t units, units_want, units_got, roles;
    size_t cadences, cadences_want, cadences_got;
} Score;

static inline Str read_file(Arena *a, const char *path)
{
    StrBuf b;
    char block[8192];
    buf_init(&b, a);
    FILE *f = fopen(path, "rb");
    if (!f) return STR_NONE;
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    return b.p ? buf_str(&b) : STR("");
}

/* Without ASCII blanks: an expected clause may be wrapped otherwise. */
static Str without_blanks(Arena *a, Str s)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "");
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > ' ') buf_addc(&b, s.p[i]);
    return b.p ? buf_str(&b) : STR("");
}

static const Json *role_list(const Json *clause, PolicyRole r)
{
    return json_get(clause, policy_role_name(r));
}

static void score_units(Score *s, const Json *want, const PolicyItem *got)
{
    for (PolicyRole r = 0; r < POLICY_ROLES; r++) JSON_EACH(unit, role_list(want, r))
        {
            for (PolicyRole k = 0; k < POLICY_ROLES; k++)
                for (size_t i = 0; i < got->units[k].n; i++)
                    if (str_eq(got->units[k].v[i], unit->s)) s->units++, s->roles += k == r;
        }
}

/* The clauses in order: the longest common run of both lists, by the usual table. */
static void score_clauses(Arena *a, Score *s, const Json *clauses, const PolicyItem **items, size_t n)
{
    size_t m = clauses ? clauses->count : 0, i = 0;
    const Json **want = ARENA_ARRAY(a, const Json *, m + 1);
    JSON_EACH(c, clauses) want[i++] = c;
    Str *w = ARENA_ARRAY(a, Str, m + 1), *g = ARENA_ARRAY(a, Str, n + 1);
    for (i = 0; i < m; i++) w[i] = without_blanks(a, json_str(json_get(want[i], "clause")));
    for (i = 0; i < n; i++) g[i] = without_blanks(a, items[i]->clause);
    uint16_t *len = ARENA_ARRAY(a, uint16_t, (m + 1) * (n + 1));
#define LEN(x, y) len[(x) * (n + 1) + (y)]
    for (i = m; i-- > 0;)
        for (size_t k = n; k-- > 0;) {
            uint16_t skip = LEN(i + 1, k) > LEN(i, k + 1) ? LEN(i + 1, k) : LEN(i, k + 1);
            LEN(i, k) = str_eq(w[i], g[k]) ? (uint16_t)(LEN(i + 1, k + 1) + 1) : skip;
        }
    i = 0;
    for (size_t k = 0; i < m || k < n;) {
        if (i < m && k < n && str_eq(w[i], g[k])) {
            s->clauses++;
            score_units(s, want[i++], items[k++]);
        } else if (k == n || (i < m && LEN(i + 1, k) >= LEN(i, k + 1))) {
            if (!score_quiet) print_error("  missing: %.*s\n", STR_ARG(w[i]));
            i++;
        } else {
            if (!score_quiet) print_error("  invented: %.*s\n", STR_ARG(g[k]));
            k++;
        }
    }
#undef LEN
    s->clauses_want += m;
    s->clauses_got += n;
    for (i = 0; i < m; i++)
        for (PolicyRole r = 0; r < POLICY_ROLES; r++) {
            const Json *list = role_list(want[i], r);
            s->units_want += list ? list->count : 0;
        }
    for (i = 0; i < n; i++)
        for (PolicyRole r = 0; r < POLICY_ROLES; r++) s->units_got += items[i]->units[r].n;
}

static bool scored(const PolicyCadence *c)
{
    return c->times >= 0 && c->every == 1;
}

static void score_cadences(Score *s, const Json *cadence, const PolicyPaper *p)
{
    enum { MAX = 4096 };
    static bool used[MAX];
    size_t n = 0;
    memset(used, 0, sizeof used);
    for (size_t i = 0; i < p->items.n; i++)
        for (size_t k = 0; k < p->items.v[i].cadence.n; k++)
            s->cadences_got += scored(&p->items.v[i].cadence.v[k]);
    JSON_EACH(want, cadence)
    {
        int64_t times = -1;
        bool found = false;
        s->cadences_want++;
        json_i64(json_get(want, "times"), &times);
        n = 0;
        for (size_t i = 0; i < p->items.n && !found; i++)
            for (size_t k = 0; k < p->items.v[i].cadence.n && !found; k++, n++) {
                const PolicyCadence *c = &p->items.v[i].cadence.v[k];
                if (n >= MAX || used[n] || !scored(c) || c->times != times) continue;
                if (!str_is(json_str(json_get(want, "per")), policy_per_name(c->per))) continue;
                used[n] = found = true;
            }
        s->cadences += found;
        if (!found && !score_quiet)
            print_error("  missing: %.*s\n", STR_ARG(json_str(json_get(want, "text"))));
    }
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 1;
}

static double f1(size_t right, size_t want, size_t got)
{
    double p = share(right, got), r = share(right, want);
    return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

/* How well the paper is read. judged: its cadences are expected too. */
static Score score_read(const PolicyPaper *p, const Json *want, Arena *a, bool *judged)
{
    const PolicyItem **items = ARENA_ARRAY(a, const PolicyItem *, p->items.n + 1);
    size_t n = 0;
    Score s = {0};
    for (size_t i = 0; i < p->items.n; i++)
        if (p->items.v[i].clause.p) items[n++] = &p->items.v[i];
    const Json *cadence = json_get(want, "cadence");
    *judged = cadence && cadence->type == JSON_ARRAY;
    score_clauses(a, &s, json_get(want, "clauses"), items, n);
    if (*judged) score_cadences(&s, cadence, p);
    return s;
}
