/* Enumerations that a page or a copy has run together: "职责包括：（一）…；（二）…" in one paragraph. Each
 * part becomes a paragraph of its own, as it would be in print. Only a list that begins with one after a
 * colon and counts on without a gap is taken apart. */
#include "lines.h"

/* （三） at i, after a colon or the end of a part: its number, 0 when there is none. */
static int counted_at(Cps s, const uint32_t *at, size_t i)
{
    MarkKind kind;
    double v;
    if (i == 0 || s.p[i] != '(' || !(s.p[i - 1] == ':' || cp_ends_part(s.p[i - 1]))) return 0;
    if (!policy__mark_at(cps_from(s, i), at + i, &kind)) return 0;
    return policy__number_at(cps_from(s, i + 1), &v) && v >= 1 && v < 100 ? (int)v : 0;
}

/* Where part number `wanted` begins at or after i; s.n when the list is over. */
static size_t next_part(Cps s, const uint32_t *at, size_t i, int wanted)
{
    for (; i < s.n; i++)
        if (counted_at(s, at, i) == wanted && (wanted > 1 || s.p[i - 1] == ':')) return i;
    return s.n;
}

static Para part_of(const Para *p, size_t from, size_t to)
{
    Para part = {.cp = p->cp + from, .at = p->at + from, .n = to - from, .kind = p->kind};
    if (from == 0) {
        part = *p;
        part.n = to;
    } else {
        part.mark_len = (uint32_t)policy__mark_at(para_cps(&part), part.at, &part.mark);
    }
    return part;
}

static void take_apart(Arena *a, const Para *p, Paras *out)
{
    Cps s = para_cps(p);
    size_t from = 0, at = p->kind == PARA_TEXT ? next_part(s, p->at, 1, 1) : s.n;
    bool list = at < s.n && next_part(s, p->at, at + 1, 2) < s.n;
    for (int n = 2; list && at < s.n; n++) {
        VEC_PUSH(a, out, part_of(p, from, at));
        from = at;
        at = next_part(s, p->at, at + 1, n);
    }
    VEC_PUSH(a, out, from ? part_of(p, from, s.n) : *p);
}

void policy__paras_unroll(Arena *a, Paras *paras)
{
    Paras out = {0};
    for (size_t i = 0; i < paras->n; i++) take_apart(a, &paras->v[i], &out);
    *paras = out;
}
