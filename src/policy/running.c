/* Whose duty it is, said in running text: a label that begins a part (责任单位：甲局、乙局), or stands in
 * brackets before its names (【牵头单位】甲局【配合单位】乙局). This is no responsibility clause; it only
 * tells the units of an item that has none. */
#include "clause.h"

#define LABEL_MIN 5 /* 责任单位: */
#define LABEL_MAX 12

typedef struct Label {
    size_t at, to; /* the label, its colon or bracket included */
    PolicyRole role;
} Label;

/* 【牵头单位】 or 【牵头单位】: at i; brackets of all kinds are folded. */
static size_t bracket_label(Cps s, PolicyRole *role)
{
    char32_t word[LABEL_MAX];
    size_t n = 0;
    if (s.n < 3 || s.p[0] != '(') return 0;
    for (size_t i = 1; i < s.n && n < LABEL_MAX; i++) {
        bool end = s.p[i] == ')';
        word[n++] = end ? U':' : s.p[i];
        if (!end) continue;
        if (roles_label(cps_n(word, n), role) != n || n < LABEL_MIN) return 0;
        return i + 1 + (i + 1 < s.n && s.p[i + 1] == ':');
    }
    return 0;
}

static bool label_at(Cps s, size_t i, Label *out)
{
    bool starts = i == 0 || cp_ends_part(s.p[i - 1]) || one_of(s.p[i - 1], U",、)");
    size_t n = bracket_label(cps_from(s, i), &out->role);
    if (n == 0 && starts) {
        n = roles_label(cps_from(s, i), &out->role);
        if (n < LABEL_MIN) n = 0;
    }
    out->at = i;
    out->to = i + n;
    return n > 0;
}

static size_t next_label(Cps s, size_t i, Label *out)
{
    for (; i < s.n; i++)
        if (label_at(s, i, out)) return i;
    return s.n;
}

static size_t end_of_names(Cps s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (s.p[i] == U'。') return i;
    return to;
}

/* The names after a label, all with its role; false when they are none. */
static bool add_names(const Names *like, Cps s, size_t from, size_t to, PolicyRole role,
                      Names units[POLICY_ROLES])
{
    Names read[POLICY_ROLES];
    size_t all = 0, known = 0;
    roles_read(like, s, from, end_of_names(s, from, to), read);
    for (size_t r = 0; r < POLICY_ROLES; r++)
        for (size_t i = 0; i < read[r].n; i++) {
            Cps name = cps_cut(s, read[r].v[i].from, read[r].v[i].to);
            all++;
            known += body_known(name) || body_short(name);
            VEC_PUSH(like->arena, &units[role], read[r].v[i]);
        }
    return all > 0 && known * 3 >= all * 2;
}

bool clause_running(Arena *a, const Source *src, const Para *para, size_t from, size_t to,
                    Names units[POLICY_ROLES])
{
    Cps s = cps_cut(para_cps(para), 0, to);
    Names like = {.arena = a, .src = src, .at = para->at};
    Label label, next;
    bool any = false;
    for (size_t r = 0; r < POLICY_ROLES; r++) units[r] = (Names){.arena = a};
    for (size_t i = next_label(s, from, &label); i < s.n; i = next.at, label = next) {
        if (next_label(s, label.to, &next) == s.n) next.at = s.n;
        if (label.role == POLICY_ROLES) continue;
        if (!add_names(&like, s, label.to, next.at, label.role, units)) return false;
        any = true;
    }
    return any;
}
